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

    /// The fields that do not have the value that is stored.
    var differing: Set<String> {
      var names: Set<String> = []
      for (name, value) in fields where stored[name] != value { names.insert(name) }
      for name in stored.keys where fields[name] == nil { names.insert(name) }
      return names
    }
  }

  struct PendingEntry {
    var sequence: Int64
    var content: AuditEntry.Content
  }

  struct KeyValue: Hashable {
    var key: String
    var value: String
  }

  var records: [EntityReference: Record] = [:]
  /// In the order in which they were first changed.
  var order: [EntityReference] = []
  /// What each operation changed: by entry, record and names of fields.
  var changes: [Int64: [EntityReference: Set<String>]] = [:]
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
}

/// Why an operation within a transaction did not come to its end.
enum Interruption: Error {
  case failed(StoreError)
  /// An inner action was denied, so the whole is.
  case denied(Decision)
  /// An inner action needs others to agree, so the whole does.
  case pending(Execution)
}
