import BylawModel

/// What the proof needs of an entry's bytes: its number, and what it changed.
struct EntryReading {
  struct Change {
    /// `Type/id`.
    var record: String
    /// In hexadecimal digits; empty where a later entry of the same transaction has it.
    var digest: String
    /// Whether the entry allows what it lists.
    var isAllowed: Bool
  }

  private(set) var sequence: Int64?
  private(set) var changes: [Change] = []

  /// Reads bytes, which may be anything.
  init(_ body: String) {
    guard let value = try? JSONReader.parse(Array(body.utf8), limit: .max) else { return }
    if case .int(let number) = value["sequence"] { sequence = number }
    let isAllowed = value["outcome"]?.text == Decision.Outcome.allow.rawValue
    for change in value["changes"]?.elements ?? [] {
      guard let record = change["record"]?.text, let digest = change["digest"]?.text else { continue }
      changes.append(Change(record: record, digest: digest, isAllowed: isAllowed))
    }
  }
}
