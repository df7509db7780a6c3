package import BylawModel
import Synchronization

/// Where the store keeps its rows.
///
/// Nothing above it knows which database that is.
///
/// Bodies run synchronously, long ones always on an executor of the backend's own.
package protocol StoreBackend: Sendable {
  /// Reads from one consistent state.
  ///
  /// A brief body may run again when somebody writes meanwhile; what it gave before is thrown away.
  func withReader(
    _ length: BodyLength, _ body: @escaping @Sendable (any StoreReader) throws(StoreError) -> Void
  ) async throws(StoreError)

  /// The same for a brief body, on the thread of the caller.
  ///
  /// - Returns: Whether it has run; not where something would have to be waited for.
  func withReaderAtOnce(
    _ body: @escaping @Sendable (any StoreReader) throws(StoreError) -> Void
  ) throws(StoreError) -> Bool

  /// Reads and then writes with the write lock held from the start: what was read is still so when it is written.
  /// Commits, durably, when the body returns; undoes everything when it throws.
  ///
  /// Brief bodies of several callers may be committed together, and a body may run again when that fails; each sees
  /// what those before it wrote, and its caller goes on when all is durable.
  func withWriter(
    _ length: BodyLength, _ body: @escaping @Sendable (any StoreWriter) throws(StoreError) -> Void
  ) async throws(StoreError)

  /// The same for a brief body, on the thread of the caller.
  ///
  /// - Returns: Whether it has run; not where something would have to be waited for.
  func withWriterAtOnce(
    _ body: @escaping @Sendable (any StoreWriter) throws(StoreError) -> Void
  ) throws(StoreError) -> Bool

  /// Lets go of the database once every body under way has ended; whoever reads or writes afterwards gets an error.
  ///
  /// A second call does nothing. Blocks until it is done.
  func close() throws(StoreError)
}

/// How long a body is expected to take.
package enum BodyLength: Sendable, Hashable {
  /// About as long as one record takes to be read or written: may run on the thread of the caller when nothing is to
  /// be waited for, which saves two changes of threads.
  case brief
  /// As long as there are records: never holds a thread of the cooperative pool.
  case long
}

extension StoreBackend {
  /// What a body reads from one consistent state, which takes as long as it takes unless told otherwise.
  @inline(__always)
  package func read<Result: Sendable>(
    _ length: BodyLength = .long, _ body: @escaping @Sendable (any StoreReader) throws(StoreError) -> Result
  ) async throws(StoreError) -> Result {
    let outcome = BodyResult<Result>()
    try await withReader(length) { reader throws(StoreError) in outcome.set(try body(reader)) }
    return outcome.take()
  }

  /// What a body gives that reads and then writes, which takes as long as it takes unless told otherwise.
  @inline(__always)
  package func write<Result: Sendable>(
    _ length: BodyLength = .long, _ body: @escaping @Sendable (any StoreWriter) throws(StoreError) -> Result
  ) async throws(StoreError) -> Result {
    let outcome = BodyResult<Result>()
    try await withWriter(length) { writer throws(StoreError) in outcome.set(try body(writer)) }
    return outcome.take()
  }
}

extension StoreBackend {
  /// A backend that cannot read at once need not.
  package func withReaderAtOnce(
    _ body: @escaping @Sendable (any StoreReader) throws(StoreError) -> Void
  ) throws(StoreError) -> Bool { false }

  /// A backend that cannot write at once need not.
  package func withWriterAtOnce(
    _ body: @escaping @Sendable (any StoreWriter) throws(StoreError) -> Void
  ) throws(StoreError) -> Bool { false }
}

/// What a body gave, for whoever had it run: backends need not be generic, which would cost every call.
private final class BodyResult<Result: Sendable>: Sendable {
  private let result = Mutex<Result?>(nil)

  func set(_ value: Result) { result.withLock { $0 = value } }

  /// What the body gave, once.
  func take() -> Result {
    guard let value = result.withLock({ $0.take() }) else {
      preconditionFailure("a body that has not run has not failed")
    }
    return value
  }
}

/// What a transaction can read.
///
/// It must not leave the body that it was given to.
package protocol StoreReader: AnyObject {
  /// The fields of a record, absent ones left out, exactly as they were written; `nil` when there is none.
  func record(_ entity: Int, id: String) throws(StoreError) -> StoredRecord?

  /// Whether there is a record of the id that a number gives.
  ///
  /// - `id`: That id, `StoredRecord.id(of:number:)` of the entity's name.
  func isTaken(_ entity: Int, number: Int64, id: String) throws(StoreError) -> Bool

  /// A record that is known without a look at the database and was noted to be read as it is stored; `nil` for any
  /// other.
  func plainRecord(_ entity: Int, id: String) -> StoredRecord?

  /// Notes that whoever reads a record, at any time, is given just the fields that are stored, as they are.
  func notePlain(_ entity: Int, id: String)

  /// The records of an entity in the order in which they were made, `after` a row number, at most `limit` of them.
  ///
  /// `filters` must all be met by what is stored; a backend that cannot translate a part gives more. Whoever asks
  /// judges each record again.
  func records(
    _ entity: Int, filters: [RecordFilter], after row: Int64, limit: Int
  ) throws(StoreError) -> [StoredRecord]

  /// The id of the record that has a value of a unique key.
  func holder(of key: String, value: String) throws(StoreError) -> String?

  /// The values of unique keys that a record has, by key.
  func keys(of record: EntityReference) throws(StoreError) -> [String: String]

  /// The number last given to a record of an entity; 0 when none was.
  func lastNumber(of entity: String) throws(StoreError) -> Int64

  /// The numbers last given, as they are kept beside the trail.
  func numbers() throws(StoreError) -> GivenNumbers

  /// A proposal by its id.
  func proposal(_ id: String) throws(StoreError) -> StoredProposal?

  /// Proposals in the order in which they were made.
  func proposals(_ filter: ProposalFilter) throws(StoreError) -> [StoredProposal]

  /// The last entry of the audit trail; `nil` before the first.
  func lastEntry() throws(StoreError) -> AuditEntry?

  /// The last entry that says which settings the store has; `nil` before the first.
  func lastEntryOfSettings() throws(StoreError) -> AuditEntry?

  /// Entries in order, after a sequence number.
  func entries(_ filter: EntryFilter, after sequence: Int64, limit: Int) throws(StoreError) -> [AuditEntry]

  /// Rows of a kind in order, after a row number.
  func documents(_ kind: StoredDocument.Kind, after row: Int64, limit: Int) throws(StoreError) -> [StoredDocument]

  /// The last row of a kind; `nil` where there is none.
  func lastDocument(_ kind: StoredDocument.Kind) throws(StoreError) -> StoredDocument?

  /// Number and digest of a document, of the last one without a number; `nil` when it is not there.
  func documentMark(at row: Int64?) throws(StoreError) -> DocumentMark?

  /// Whether there is a document of a name of which only the first is kept.
  func isKept(once: String) throws(StoreError) -> Bool

  /// A setting of the store itself, such as the digest of the rule set in force.
  func setting(_ name: String) throws(StoreError) -> String?

  /// All settings of the store itself, by name.
  func settings() throws(StoreError) -> [String: String]

  /// How many rows an entity has.
  func count(of entity: Int) throws(StoreError) -> Int64

  // MARK: For the proof of the audit trail

  /// An entry by its number.
  func entry(_ sequence: Int64) throws(StoreError) -> AuditEntry?

  /// The row of a record, or of a proposal where `entity` is `nil`; `nil` when there is none.
  ///
  /// Its digest is only worked out when the row names the entry that is asked about.
  func state(of reference: EntityReference, _ entity: Int?, at entry: Int64) throws(StoreError) -> RowState?

  /// The rows of an entity of that name in order, each with the digest of what it holds, after a row number.
  func recordStates(
    _ entity: Int, named name: String, after row: Int64, limit: Int
  ) throws(StoreError) -> [RowState]

  /// The proposals in order, each with the digest of what it holds, after a row number.
  func proposalStates(after row: Int64, limit: Int) throws(StoreError) -> [RowState]

  /// How many proposals there are.
  func countOfProposals() throws(StoreError) -> Int64

  /// The first document after a row that says to belong to an entry; `nil` when there is none.
  func documentOfEntry(after row: Int64) throws(StoreError) -> Int64?

  /// What is wrong with the chain of documents, and with the database's own guards and indexes: a sentence each.
  func faults(limit: Int) throws(StoreError) -> [String]
}

/// What a backend need not do itself, as other calls give it too, only slower.
extension StoreReader {
  package func isTaken(_ entity: Int, number: Int64, id: String) throws(StoreError) -> Bool {
    try record(entity, id: id) != nil
  }

  package func plainRecord(_ entity: Int, id: String) -> StoredRecord? { nil }

  package func notePlain(_ entity: Int, id: String) {}

  package func entry(_ sequence: Int64) throws(StoreError) -> AuditEntry? {
    let next = try entries(EntryFilter(), after: sequence - 1, limit: 1).first
    return next?.sequence == sequence ? next : nil
  }

  package func lastEntryOfSettings() throws(StoreError) -> AuditEntry? {
    let page = 1_000
    var position: Int64 = 0
    var last: AuditEntry?
    while true {
      let entries = try entries(EntryFilter(), after: position, limit: page)
      last = entries.last { !EntryReading($0.body).settings.isEmpty } ?? last
      guard entries.count == page, let end = entries.last else { return last }
      position = end.sequence
    }
  }

  package func lastDocument(_ kind: StoredDocument.Kind) throws(StoreError) -> StoredDocument? {
    try documents(kind, after: 0, limit: .max).last
  }

  package func state(of reference: EntityReference, _ entity: Int?, at entry: Int64) throws(StoreError) -> RowState? {
    if let entity {
      let keys = try keys(of: reference)
      return try record(entity, id: reference.id).map { RowState($0, reference.type, keys) }
    }
    return try proposal(reference.id).map { proposal in
      RowState(row: 0, id: reference.id, entry: proposal.entry, digest: Digest.of(proposal.body))
    }
  }

  package func recordStates(
    _ entity: Int, named name: String, after row: Int64, limit: Int
  ) throws(StoreError) -> [RowState] {
    var states: [RowState] = []
    for record in try records(entity, filters: [], after: row, limit: limit) {
      states.append(RowState(record, name, try keys(of: EntityReference(type: name, id: record.id))))
    }
    return states
  }

  package func proposalStates(after row: Int64, limit: Int) throws(StoreError) -> [RowState] {
    try proposals(ProposalFilter()).enumerated().map { offset, proposal in
      RowState(row: Int64(offset) + 1, id: proposal.id, entry: proposal.entry, digest: Digest.of(proposal.body))
    }.filter { $0.row > row }.prefix(limit).map { $0 }
  }

  package func documentOfEntry(after row: Int64) throws(StoreError) -> Int64? {
    for kind in StoredDocument.Kind.allCases {
      let found = try documents(kind, after: row, limit: .max).first { $0.entry != nil }
      if let found { return found.row }
    }
    return nil
  }

  package func countOfProposals() throws(StoreError) -> Int64 { Int64(try proposals(ProposalFilter()).count) }

  package func faults(limit: Int) throws(StoreError) -> [String] { [] }
}

extension RowState {
  /// The state of a record that was read.
  fileprivate init(_ record: StoredRecord, _ type: String, _ keys: [String: String]) {
    let digest = Digest.of(EntityReference(type: type, id: record.id), record.fields, keys: keys)
    self.init(row: record.row, id: record.id, entry: record.entry, digest: digest)
  }
}

extension StoreBackend {
  package func close() throws(StoreError) {}
}

/// What a write transaction can do: everything that one or more operations change, at once.
package protocol StoreWriter: StoreReader {
  /// Writes a batch in its order: for each entry the entry first, then the rows that it changed.
  func apply(_ batch: StoreBatch) throws(StoreError)
}

/// Numbers last given, by entity, as they are kept beside the trail.
package struct GivenNumbers: Sendable, Hashable {
  /// The entry up to which they are kept; what later entries gave stands in these alone.
  package var upTo: Int64
  package var last: [String: Int64]

  package init(upTo: Int64 = .max, last: [String: Int64]) {
    self.upTo = upTo
    self.last = last
  }
}

/// A record as it is stored.
package struct StoredRecord: Sendable, Hashable {
  /// The number of its row: records are listed in this order.
  package var row: Int64
  package var id: String
  /// The fields that have a value.
  package var fields: [String: Value]
  /// The audit entry that last changed it.
  package var entry: Int64

  package init(row: Int64, id: String, fields: [String: Value], entry: Int64) {
    self.row = row
    self.id = id
    self.fields = fields
    self.entry = entry
  }
}

extension StoredRecord {
  /// The id that a number gives a new record of an entity of that name.
  package static func id(of entity: String, number: Int64) -> String { "\(prefix(of: entity))\(number)" }

  /// What stands before the number in such an id.
  package static func prefix(of entity: String) -> String { "\(entity.lowercased())-" }
}

/// A row as the proof of the audit trail sees it: whose it is, which entry it names, and the digest of what it holds.
package struct RowState: Sendable, Hashable {
  /// The number of the row: from 1, without gaps.
  package var row: Int64
  package var id: String
  /// The audit entry that the row says to have changed it last.
  package var entry: Int64
  /// `Digest.of` of the record with its keys, or of the body of the proposal; `nil` when the row cannot be read.
  package var digest: String?

  package init(row: Int64, id: String, entry: Int64, digest: String?) {
    self.row = row
    self.id = id
    self.entry = entry
    self.digest = digest
  }
}

/// Which proposals are asked for; what is `nil` does not narrow.
package struct ProposalFilter: Sendable, Hashable {
  package var isOpen: Bool?
  package var action: String?
  package var submitter: EntityReference?
  package var resource: EntityReference?
  /// The digest of what was asked: two requests for the same have the same.
  package var fingerprint: String?

  package init(
    isOpen: Bool? = nil, action: String? = nil, submitter: EntityReference? = nil, resource: EntityReference? = nil,
    fingerprint: String? = nil
  ) {
    self.isOpen = isOpen
    self.action = action
    self.submitter = submitter
    self.resource = resource
    self.fingerprint = fingerprint
  }
}

/// Which audit entries are asked for; what is `nil` does not narrow.
package struct EntryFilter: Sendable, Hashable {
  package var subject: EntityReference?
  package var action: String?
  /// Entries about this resource, or that changed this record.
  package var record: EntityReference?
  package var from: Timestamp?
  package var until: Timestamp?
  package var outcome: Decision.Outcome?

  package init() {}
}

/// Everything that a write transaction writes, in memory until it is.
package struct StoreBatch: Sendable {
  /// A record made or changed, with all fields that have a value afterwards.
  package struct RecordChange: Sendable, Hashable {
    package var entity: Int
    package var id: String
    package var isNew: Bool
    package var fields: [String: Value]
    /// The names of the fields whose values differ from before; of a new record any.
    package var changed: Set<String>
    /// The entry that made the change: the record's last one.
    package var entry: Int64

    package init(
      entity: Int, id: String, isNew: Bool, fields: [String: Value], changed: Set<String>, entry: Int64
    ) {
      self.entity = entity
      self.id = id
      self.isNew = isNew
      self.fields = fields
      self.changed = changed
      self.entry = entry
    }
  }

  /// A unique key's value given to a record, or taken from it.
  package struct KeyClaim: Sendable, Hashable {
    package var key: String
    package var record: EntityReference
    /// `nil` when the record has no value of the key any more.
    package var value: String?

    package init(key: String, record: EntityReference, value: String?) {
      self.key = key
      self.record = record
      self.value = value
    }
  }

  /// A record that an entry is about: what the index of the trail keeps, and what guards of rows go by.
  package struct Mention: Sendable, Hashable {
    /// How an entry is about a record; the numbers are kept.
    package enum Kind: Int64, Sendable, Hashable {
      /// It is the resource of the act.
      case resource = 0
      /// The entry changed it.
      case change = 1
      /// The entry changed it, though the act is not allowed: a proposal that waits, or a refusal.
      case unallowedChange = 2
    }

    package var record: EntityReference
    package var entry: Int64
    package var kind: Kind

    package init(record: EntityReference, entry: Int64, kind: Kind) {
      self.record = record
      self.entry = entry
      self.kind = kind
    }
  }

  /// By sequence, ascending.
  package var entries: [AuditEntry] = []
  /// In the order of the entries, and within one of its text: each record of an entry once.
  package private(set) var mentions: [Mention] = []
  /// By entry, ascending, the numbers that it says were given last.
  package private(set) var given: [(entry: Int64, numbers: [String: Int64])] = []
  package var records: [RecordChange] = []
  package var keys: [KeyClaim] = []
  package var numbers: [String: Int64] = [:]
  package var proposals: [StoredProposal] = []
  /// With the rows and digests that they have in the chain.
  package var documents: [StoredDocument] = []
  package var settings: [String: String] = [:]

  package init() {}

  /// Adds an entry after another, with the records that it is about.
  ///
  /// - Returns: Its digest, which the next one follows.
  package mutating func append(
    _ content: AuditEntry.Content, sequence: Int64, after previous: [UInt8]
  ) -> [UInt8] {
    let entry = AuditEntry(content, sequence: sequence, after: previous)
    entries.append(entry)
    let kind = content.outcome == .allow ? Mention.Kind.change : .unallowedChange
    for change in content.changes { mentions.append(Mention(record: change.record, entry: sequence, kind: kind)) }
    if let resource = content.resource, !content.changes.contains(where: { $0.record == resource }) {
      mentions.append(Mention(record: resource, entry: sequence, kind: .resource))
    }
    if !content.numbers.isEmpty { given.append((sequence, content.numbers)) }
    return entry.digest
  }

  package var isEmpty: Bool {
    entries.isEmpty && records.isEmpty && keys.isEmpty && proposals.isEmpty && documents.isEmpty && settings.isEmpty
  }
}
