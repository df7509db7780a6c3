import BylawEvaluator
import BylawModel

/// What a transaction has changed so far, in memory: a copy of it is a savepoint.
struct Working {
  /// A record as this transaction leaves it.
  struct Record {
    var entity: Int
    var isNew: Bool
    /// The fields with a value, as they were stored; empty for a new one.
    var stored: [String: Value]
    var fields: [String: Value]
    /// The entry that last changed it.
    var entry: Int64
    /// The names of all fields that were changed, some of them back again.
    var touched: [String] = []

    /// The fields that do not have the value that is stored.
    var differing: Set<String> { Set(touched.lazy.filter { stored[$0] != fields[$0] }) }
  }

  struct PendingEntry {
    var sequence: Int64
    var content: AuditEntry.Content
  }

  struct KeyValue: Hashable {
    var key: String
    var value: String
  }

  /// In the order in which they were first changed.
  var records = SmallMap<EntityReference, Record>()
  /// What each operation changed: by entry, record and names of fields, of which some come twice.
  var changes = SmallMap<Int64, SmallMap<EntityReference, [String]>>()
  /// Values of unique keys given in this transaction, with the record that has each; `nil` for one given up.
  var holders: [KeyValue: String?] = [:]
  var claims: [StoreBatch.KeyClaim] = []
  var numbers: [String: Int64] = [:]
  var entries: [PendingEntry] = []
  var nextSequence: Int64
  var proposals: [String: StoredProposal] = [:]
  var proposalOrder: [String] = []
  /// Those that this transaction makes.
  var newProposals: Set<String> = []
  var documents: [StoredDocument] = []
  /// Records that were written after a timed move, with the fields that they had before.
  var movedOn: [EntityReference: [String: Value]] = [:]

  init(nextSequence: Int64) { self.nextSequence = nextSequence }

  /// Notes that an entry changes fields of a record, or names it.
  mutating func note(_ fields: [String], of record: EntityReference, by entry: Int64) {
    if changes.position(of: entry) == nil {
      var first = SmallMap<EntityReference, [String]>()
      first.set(record, to: fields)
      changes.set(entry, to: first)
    } else {
      changes.change(entry) { $0.update(record, or: []) { $0 += fields } }
    }
  }
}

/// Why an operation within a transaction did not come to its end.
enum Interruption: Error {
  case failed(StoreError)
  /// An inner action was denied, so the whole is.
  case denied(Decision)
  /// An inner action needs others to agree, so the whole does.
  case pending(Execution)
}
