import BylawStore

/// What a connection has read and nobody has changed since: whoever acts is read for every act, and so is the end of
/// the trail.
///
/// A connection forgets all of it as soon as it sees that something was written through another one.
struct ReadMemory {
  /// The most records that are kept.
  static let limit = 256

  private(set) var records: [Key: StoredRecord] = [:]
  /// `nil` when it is not known; `.some(nil)` when there is no entry.
  var lastEntry: AuditEntry??
  /// SQLite's count of the changes that this connection has seen.
  private var version: UInt32?

  struct Key: Hashable {
    var entity: Int
    var id: String
  }

  /// Keeps what is known if nothing was written since.
  mutating func adopt(_ current: UInt32?) {
    if current == nil || current != version { forget() }
    version = current
  }

  /// What is known is still so after a commit of this connection, which has dropped what it wrote.
  mutating func confirm(_ current: UInt32?) { version = current }

  mutating func keep(_ record: StoredRecord, as key: Key) {
    if records.count >= Self.limit { records.removeAll(keepingCapacity: true) }
    records[key] = record
  }

  mutating func drop(_ key: Key) { records[key] = nil }

  mutating func forget() {
    records.removeAll(keepingCapacity: true)
    lastEntry = nil
    version = nil
  }
}
