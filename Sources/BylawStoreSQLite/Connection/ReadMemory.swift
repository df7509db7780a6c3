import BylawModel
import BylawStore

/// What a connection has read and nobody has changed since: whoever acts is read for every act, and so is the end of
/// the trail.
///
/// A connection forgets all of it as soon as it sees that something was written through another one.
struct ReadMemory {
  /// How much of records is kept, in bytes as they lie in the database, each with something for its fields.
  private static let limit = 4_194_304
  /// What a record counts for beside its bytes: as much as a thousand bytes, so that no more than 4,096 are kept.
  static let weightOfRecord = 1_024

  /// How much of others may be read, as a multiple of that, before it starts anew with what is read then.
  private static let constancy = 4

  /// Looked at in place, as to ask the whole for one would copy it.
  private(set) var records: [Key: Known] = [:]
  private var weight = 0
  /// What was read and not kept since it was full.
  private var passed = 0
  private var keys: [EntityReference: [String: String]] = [:]
  /// The most records whose keys are kept.
  private static let mostKeys = 4_096
  /// `nil` when it is not known; `.some(nil)` when there is no entry.
  var lastEntry: AuditEntry??
  /// By entity, the numbers last given, as far as they are known.
  var numbers: [String: Int64] = [:]
  /// Whether the tables are known to be those of the rules that the store was opened with.
  var areTablesKnown = false
  /// By entity, numbers that give the id of no record.
  private(set) var free: [Int: Range<Int64>] = [:]
  /// What is to be carried over beside what entries change alone; `nil` when it is not known.
  var arrears: Arrears?
  /// SQLite's count of the changes that this connection has seen.
  private(set) var version: UInt32?
  /// The log at this state, where that is known.
  private(set) var log: LogHeader?

  /// What entries say that the tables which list it do not have yet.
  struct Arrears {
    var mentions: [StoreBatch.Mention] = []
    var numbers: [String: Int64] = [:]
  }

  struct Key: Hashable {
    var entity: Int
    var id: String
  }

  struct Known {
    var record: StoredRecord
    var weight: Int
    /// Whether whoever reads it is given just the fields that are stored.
    var isPlain = false
  }

  /// A record that is known to be read as it is stored.
  func plainRecord(_ key: Key) -> StoredRecord? {
    guard let known = records[key], known.isPlain else { return nil }
    return known.record
  }

  mutating func notePlain(_ key: Key) {
    if let place = records.index(forKey: key) { records.values[place].isPlain = true }
  }

  /// Keeps what is known if nothing was written since.
  mutating func adopt(_ current: UInt32?) {
    if current == nil || current != version { forget() }
    version = current
  }

  /// What is known is still so after a commit of this connection, which has dropped what it wrote.
  mutating func confirm(_ current: UInt32?) {
    version = current
    log = nil
  }

  /// Keeps how the log looked at the state that is known; `nil` when that cannot be told.
  mutating func noteLog(_ header: LogHeader?) { if version != nil { log = header } }

  /// Whether there is no room for any record, however few bytes it has.
  var isFull: Bool { weight + Self.weightOfRecord > Self.limit }

  /// Keeps a record, unless there is no room for it: whoever goes through more records than there is room for would push
  /// out each before it is read again.
  ///
  /// - `bytes`: How many the texts of the record have. Where this is full they need not be counted: what passes by then
  ///   weighs less, and so does the one record that is kept when the others are let go.
  mutating func keep(_ record: StoredRecord, as key: Key, bytes: Int) {
    let own = Self.weightOfRecord + bytes
    if weight + own > Self.limit {
      drop(key)
      passed += own
      guard passed > Self.constancy * Self.limit else { return }
      forgetRecords()
    }
    weight += own
    if let old = records.updateValue(Known(record: record, weight: own), forKey: key) { weight -= old.weight }
  }

  /// - Returns: The row of the record, where that was known.
  @discardableResult
  mutating func drop(_ key: Key) -> Int64? {
    guard let known = records.removeValue(forKey: key) else { return nil }
    weight -= known.weight
    return known.record.row
  }

  private mutating func forgetRecords() {
    records.removeAll(keepingCapacity: true)
    (weight, passed) = (0, 0)
  }

  /// About how many bytes the texts of a record have.
  static func bytes(of record: StoredRecord) -> Int {
    record.fields.values.reduce(0) { $0 + bytes(of: $1) }
  }

  private static func bytes(of value: Value) -> Int {
    switch value {
    case .string(let text): text.utf8.count
    case .reference(let target): target.id.utf8.count
    case .list(let elements): elements.reduce(0) { $0 + bytes(of: $1) }
    case .object(let members): members.reduce(0) { $0 + $1.key.utf8.count + bytes(of: $1.value) }
    case .null, .bool, .int, .decimal, .double, .timestamp, .duration, .date: 0
    }
  }

  // MARK: Ids by number

  mutating func keepFree(_ numbers: Range<Int64>, of entity: Int) { free[entity] = numbers }

  /// Notes that there is a record of an id.
  ///
  /// - `prefix`: What stands before the number in ids that numbers give.
  mutating func noteMade(_ id: String, of entity: Int, prefix: String) {
    guard let numbers = free[entity], let number = Int64(Substring(id.utf8.dropFirst(prefix.utf8.count))) else {
      return
    }
    if numbers.contains(number) { free[entity] = number + 1..<numbers.upperBound }
  }

  // MARK: Unique keys

  /// The values of unique keys that a record has, where they are known.
  func keys(of record: EntityReference) -> [String: String]? { keys[record] }

  mutating func keep(_ found: [String: String], of record: EntityReference) {
    if keys.count >= Self.mostKeys { keys.removeAll(keepingCapacity: true) }
    keys[record] = found
  }

  mutating func dropKeys(of record: EntityReference) { keys[record] = nil }

  mutating func forget() {
    forgetRecords()
    keys.removeAll(keepingCapacity: true)
    lastEntry = nil
    numbers.removeAll(keepingCapacity: true)
    areTablesKnown = false
    free.removeAll(keepingCapacity: true)
    arrears = nil
    version = nil
    log = nil
  }
}
