package import BylawModel
package import BylawStore
import Synchronization

/// A second backend, as simple as can be: rows in dictionaries behind a lock.
///
/// It shows what the store asks of any.
package final class MemoryBackend: StoreBackend {
  struct State {
    var rows: [Int: [StoredRecord]] = [:]
    var positions: [Int: [String: Int]] = [:]
    var keys: [String: [String: EntityReference]] = [:]
    var numbers: [String: Int64] = [:]
    var proposals: [StoredProposal] = []
    var entries: [AuditEntry] = []
    var documents: [StoredDocument] = []
    var settings: [String: String] = [:]
    /// What filters speak of; without it every record meets every filter.
    var schema: Schema?
  }

  private let state = Mutex(State())

  /// - `schema`: What filters speak of; without it every record meets every filter.
  package init(_ schema: Schema? = nil) {
    adopt(schema)
  }

  /// Takes what filters speak of from now on.
  package func adopt(_ schema: Schema?) { state.withLock { $0.schema = schema } }

  package func withReader(
    _ length: BodyLength, _ body: @escaping @Sendable (any StoreReader) throws(StoreError) -> Void
  ) async throws(StoreError) {
    let copy = state.withLock { $0 }
    try body(MemoryTransaction(copy))
  }

  package func withReaderAtOnce(
    _ body: @escaping @Sendable (any StoreReader) throws(StoreError) -> Void
  ) throws(StoreError) -> Bool {
    try body(MemoryTransaction(state.withLock { $0 }))
    return true
  }

  package func withWriter(
    _ length: BodyLength, _ body: @escaping @Sendable (any StoreWriter) throws(StoreError) -> Void
  ) async throws(StoreError) {
    try state.withLock { state throws(StoreError) in
      let transaction = MemoryTransaction(state)
      try body(transaction)
      state = transaction.state
    }
  }

  package func withWriterAtOnce(
    _ body: @escaping @Sendable (any StoreWriter) throws(StoreError) -> Void
  ) throws(StoreError) -> Bool {
    try state.withLock { state throws(StoreError) in
      let transaction = MemoryTransaction(state)
      try body(transaction)
      state = transaction.state
    }
    return true
  }
}

final class MemoryTransaction: StoreWriter {
  var state: MemoryBackend.State

  init(_ state: MemoryBackend.State) { self.state = state }

  func record(_ entity: Int, id: String) throws(StoreError) -> StoredRecord? {
    state.positions[entity]?[id].flatMap { state.rows[entity]?[$0] }
  }

  func records(
    _ entity: Int, filters: [RecordFilter], after row: Int64, limit: Int
  ) throws(StoreError) -> [StoredRecord] {
    let later = (state.rows[entity] ?? []).lazy.drop { $0.row <= row }
    guard let schema = state.schema, !filters.isEmpty else { return Array(later.prefix(limit)) }
    let filter = RecordFilter.all(filters)
    return Array(later.filter { filter.isMet(by: $0.fields, id: $0.id, of: entity, in: schema) }.prefix(limit))
  }

  func holder(of key: String, value: String) throws(StoreError) -> String? { state.keys[key]?[value]?.id }

  func keys(of record: EntityReference) throws(StoreError) -> [String: String] {
    state.keys.compactMapValues { holders in holders.first { $0.value == record }?.key }
  }

  func numbers() throws(StoreError) -> GivenNumbers { GivenNumbers(last: state.numbers) }

  func lastNumber(of entity: String) throws(StoreError) -> Int64 { state.numbers[entity] ?? 0 }

  func proposal(_ id: String) throws(StoreError) -> StoredProposal? { state.proposals.first { $0.id == id } }

  func proposals(_ filter: ProposalFilter) throws(StoreError) -> [StoredProposal] {
    state.proposals.filter { proposal in
      (filter.isOpen.map { $0 == proposal.status.isOpen } ?? true)
        && (filter.action.map { $0 == proposal.action } ?? true)
        && (filter.submitter.map { $0 == proposal.subject } ?? true)
        && (filter.resource.map { $0 == proposal.resource } ?? true)
        && (filter.fingerprint.map { $0 == proposal.fingerprint } ?? true)
    }
  }

  func lastEntry() throws(StoreError) -> AuditEntry? { state.entries.last }

  func entries(_ filter: EntryFilter, after sequence: Int64, limit: Int) throws(StoreError) -> [AuditEntry] {
    Array(state.entries.drop { $0.sequence <= sequence }.prefix(limit))
  }

  func documents(_ kind: StoredDocument.Kind, after row: Int64, limit: Int) throws(StoreError) -> [StoredDocument] {
    Array(state.documents.filter { $0.kind == kind && $0.row > row }.prefix(limit))
  }

  func documentMark(at row: Int64?) throws(StoreError) -> DocumentMark? {
    let document = row.map { row in state.documents.first { $0.row == row } } ?? state.documents.last
    return document.map { DocumentMark(row: $0.row, digest: $0.digest) }
  }

  func isKept(once: String) throws(StoreError) -> Bool { state.documents.contains { $0.once == once } }

  func setting(_ name: String) throws(StoreError) -> String? { state.settings[name] }

  func settings() throws(StoreError) -> [String: String] { state.settings }

  func count(of entity: Int) throws(StoreError) -> Int64 { Int64(state.rows[entity]?.count ?? 0) }

  func apply(_ batch: StoreBatch) throws(StoreError) {
    state.entries += batch.entries
    for change in batch.records {
      let known = state.positions[change.entity]?[change.id]
      let row = known.flatMap { state.rows[change.entity]?[$0].row } ?? Int64(state.rows[change.entity]?.count ?? 0) + 1
      let record = StoredRecord(row: row, id: change.id, fields: change.fields, entry: change.entry)
      if let known {
        state.rows[change.entity]?[known] = record
      } else {
        state.positions[change.entity, default: [:]][change.id] = state.rows[change.entity]?.count ?? 0
        state.rows[change.entity, default: []].append(record)
      }
    }
    for claim in batch.keys {
      for (value, holder) in state.keys[claim.key] ?? [:] where holder == claim.record {
        state.keys[claim.key]?[value] = nil
      }
    }
    for claim in batch.keys {
      guard let value = claim.value else { continue }
      guard state.keys[claim.key]?[value] == nil else { throw .failed(code: 19, cause: "\(claim.key) is taken") }
      state.keys[claim.key, default: [:]][value] = claim.record
    }
    state.numbers.merge(batch.numbers) { $1 }
    for proposal in batch.proposals {
      if let index = state.proposals.firstIndex(where: { $0.id == proposal.id }) {
        state.proposals[index] = proposal
      } else {
        state.proposals.append(proposal)
      }
    }
    state.documents += batch.documents
    state.settings.merge(batch.settings) { $1 }
  }
}
