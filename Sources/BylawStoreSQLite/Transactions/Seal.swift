import BylawModel
import BylawStore

/// Digests of rows that no audit entry lists.
///
/// They find what was changed by mistake or by hand; who knows how they are made can make them anew.
enum Seal {
  /// The digest of a row by itself.
  static func of(_ values: Value...) -> [UInt8] {
    AuditEntry.digest(of: JSONWriter.write(.list(values)), after: AuditEntry.origin)
  }

  /// The digest of a document after the one before it.
  static func document(
    row: Int64, kind: String, at: String, entry: Int64?, body: String, once: String?, after previous: [UInt8]
  ) -> [UInt8] {
    let values: [Value] = [
      .int(row), .string(kind), .string(at), entry.map { .int($0) } ?? .null, .string(body),
      once.map { .string($0) } ?? .null,
    ]
    return AuditEntry.digest(of: JSONWriter.write(.list(values)), after: previous)
  }
}
