package import BylawModel

/// A row that only goes in and is read in order: JSON with the moment when it was written.
package struct StoredDocument: Sendable, Hashable {
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    /// What is to be sent: notices and events.
    case outbox
    /// Requests that were refused, with their reasons.
    case decision
    /// Duties that fall due.
    case followUp
    /// Up to which row the outbox was handed on.
    case handedOn
    /// Which follow-up somebody saw to where the records cannot tell.
    case settled
  }
  package var row: Int64
  package var kind: Kind
  package var at: Timestamp
  /// The audit entry that it goes with; `nil` for a refusal that has none.
  package var entry: Int64?
  package var body: Value
  /// Of several with the same key only the first is kept.
  package var once: String?
  /// Covers everything else of the row and the digest of the document before; empty before it has its place.
  package var digest: [UInt8] = []

  package init(
    row: Int64 = 0, kind: Kind, at: Timestamp, entry: Int64?, body: Value, once: String? = nil
  ) {
    self.row = row
    self.kind = kind
    self.at = at
    self.entry = entry
    self.body = body
    self.once = once
  }
}

extension StoredDocument {
  /// The digest of a document at its place after the one before, so that none can be taken out or changed.
  package static func digest(
    row: Int64, kind: String, at: Timestamp?, entry: Int64?, body: String, once: String?, after previous: [UInt8]
  ) -> [UInt8] {
    let values: [Value] = [
      .int(row), .string(kind), at.map { .timestamp($0) } ?? .null, entry.map { .int($0) } ?? .null, .string(body),
      once.map { .string($0) } ?? .null,
    ]
    return AuditEntry.digest(of: JSONWriter.write(.list(values)), after: previous)
  }

  /// Gives documents their places after those that are there; one whose name is taken is left out.
  package static func chained(
    _ documents: [StoredDocument], after reader: any StoreReader
  ) throws(StoreError) -> [StoredDocument] {
    guard !documents.isEmpty else { return [] }
    var mark = try reader.documentMark(at: nil) ?? .origin
    var names: Set<String> = []
    var chained: [StoredDocument] = []
    for var document in documents {
      if let once = document.once {
        guard names.insert(once).inserted else { continue }
        if try reader.isKept(once: once) { continue }
      }
      document.row = mark.row + 1
      document.digest = digest(
        row: document.row, kind: document.kind.rawValue, at: document.at, entry: document.entry,
        body: JSONWriter.write(document.body), once: document.once, after: mark.digest)
      mark = DocumentMark(row: document.row, digest: document.digest)
      chained.append(document)
    }
    return chained
  }
}

/// How far the chain of documents goes: the number of its last one, and that one's digest.
package struct DocumentMark: Sendable, Hashable {
  package var row: Int64
  /// 32 bytes.
  package var digest: [UInt8]

  package init(row: Int64, digest: [UInt8]) {
    self.row = row
    self.digest = digest
  }

  /// Before the first document.
  package static let origin = DocumentMark(row: 0, digest: AuditEntry.origin)
}
