import BylawModel

/// What an entry's bytes say that others go by: its number, what it is about, and what it changed.
package struct EntryReading {
  package struct Change {
    /// `Type/id`.
    package var record: String
    /// In hexadecimal digits; empty where a later entry of the same transaction has it.
    var digest: String
    /// Whether the entry allows what it lists.
    package var isAllowed: Bool
    /// Whether the record was made.
    var isNew: Bool
  }

  private(set) var sequence: Int64?
  /// When it was written.
  private(set) var at: Timestamp?
  package private(set) var changes: [Change] = []
  /// The resource of the act, as `Type/id`.
  package private(set) var resource: String?
  /// By entity, the numbers last given.
  package private(set) var numbers: [String: Int64] = [:]
  /// How far the chain of documents went.
  private(set) var documents: DocumentMark?
  /// By name, the digests of settings.
  private(set) var settings: [String: String] = [:]

  /// Reads bytes, which may be anything.
  package init(_ body: String) {
    guard let value = try? JSONReader.parse(Array(body.utf8), limit: .max) else { return }
    if case .int(let number) = value["sequence"] { sequence = number }
    at = value["at"]?.text.flatMap { Timestamp($0) }
    resource = value["resource"]?.text
    let isAllowed = value["outcome"]?.text == Decision.Outcome.allow.rawValue
    for change in value["changes"]?.elements ?? [] {
      guard let record = change["record"]?.text, let digest = change["digest"]?.text else { continue }
      let isNew = change["new"] == .bool(true)
      changes.append(Change(record: record, digest: digest, isAllowed: isAllowed, isNew: isNew))
    }
    for (name, number) in value["numbers"]?.members ?? [:] {
      if case .int(let last) = number { numbers[name] = last }
    }
    for (name, digest) in value["settings"]?.members ?? [:] { settings[name] = digest.text }
    if let mark = value["documents"], case .int(let row) = mark["last"],
      let digest = mark["digest"]?.text.flatMap(Digest.bytes)
    {
      documents = DocumentMark(row: row, digest: digest)
    }
  }
}
