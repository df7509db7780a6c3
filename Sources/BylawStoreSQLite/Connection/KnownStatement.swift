/// A statement that is run again and again.
///
/// Connections find what they prepared for it by its identity, which costs less than looking for its text.
final class KnownStatement: Sendable {
  let sql: String

  init(_ sql: String) { self.sql = sql }
}
