import Synchronization

/// A statement that is run again and again.
///
/// Connections find what they prepared for it by its number, which costs less than looking for its text.
final class KnownStatement: Sendable {
  let sql: String
  /// No other statement of this process has it.
  let number: Int

  private static let count = Atomic(0)

  init(_ sql: String) {
    self.sql = sql
    number = Self.count.add(1, ordering: .relaxed).oldValue
  }
}
