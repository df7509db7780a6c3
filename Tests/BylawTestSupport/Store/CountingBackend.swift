import BylawModel
package import BylawStore
import Synchronization

/// A backend that counts the records that are read from another one.
package final class CountingBackend: StoreBackend {
  private let inner: any StoreBackend
  private let rows = Mutex(0)

  package init(_ inner: any StoreBackend) { self.inner = inner }

  /// How many records were read since it was last asked.
  package func take() -> Int {
    rows.withLock { rows in
      defer { rows = 0 }
      return rows
    }
  }

  fileprivate func add(_ count: Int) { rows.withLock { $0 += count } }

  package func withReader(
    _ length: BodyLength, _ body: @escaping @Sendable (any StoreReader) throws(StoreError) -> Void
  ) async throws(StoreError) {
    try await inner.withReader(length) { [self] reader throws(StoreError) in try body(CountingReader(reader, self)) }
  }

  package func withWriter(
    _ length: BodyLength, _ body: @escaping @Sendable (any StoreWriter) throws(StoreError) -> Void
  ) async throws(StoreError) {
    try await inner.withWriter(length) { [self] writer throws(StoreError) in try body(CountingWriter(writer, self)) }
  }
}

private class CountingReader: StoreReader {
  let reader: any StoreReader
  let counter: CountingBackend

  init(_ reader: any StoreReader, _ counter: CountingBackend) {
    self.reader = reader
    self.counter = counter
  }

  func record(_ entity: Int, id: String) throws(StoreError) -> StoredRecord? {
    counter.add(1)
    return try reader.record(entity, id: id)
  }

  func records(
    _ entity: Int, filters: [RecordFilter], after row: Int64, limit: Int
  ) throws(StoreError) -> [StoredRecord] {
    let found = try reader.records(entity, filters: filters, after: row, limit: limit)
    counter.add(found.count)
    return found
  }

  func holder(of key: String, value: String) throws(StoreError) -> String? { try reader.holder(of: key, value: value) }
  func keys(of record: EntityReference) throws(StoreError) -> [String: String] { try reader.keys(of: record) }
  func lastNumber(of entity: String) throws(StoreError) -> Int64 { try reader.lastNumber(of: entity) }
  func numbers() throws(StoreError) -> [String: Int64] { try reader.numbers() }
  func proposal(_ id: String) throws(StoreError) -> StoredProposal? { try reader.proposal(id) }
  func proposals(_ filter: ProposalFilter) throws(StoreError) -> [StoredProposal] { try reader.proposals(filter) }
  func lastEntry() throws(StoreError) -> AuditEntry? { try reader.lastEntry() }

  func entries(_ filter: EntryFilter, after sequence: Int64, limit: Int) throws(StoreError) -> [AuditEntry] {
    try reader.entries(filter, after: sequence, limit: limit)
  }

  func documents(_ kind: StoredDocument.Kind, after row: Int64, limit: Int) throws(StoreError) -> [StoredDocument] {
    try reader.documents(kind, after: row, limit: limit)
  }

  func documentMark(at row: Int64?) throws(StoreError) -> DocumentMark? { try reader.documentMark(at: row) }
  func isKept(once: String) throws(StoreError) -> Bool { try reader.isKept(once: once) }
  func setting(_ name: String) throws(StoreError) -> String? { try reader.setting(name) }
  func settings() throws(StoreError) -> [String: String] { try reader.settings() }
  func count(of entity: Int) throws(StoreError) -> Int64 { try reader.count(of: entity) }
}

private final class CountingWriter: CountingReader, StoreWriter {
  private let writer: any StoreWriter

  init(_ writer: any StoreWriter, _ counter: CountingBackend) {
    self.writer = writer
    super.init(writer, counter)
  }

  func apply(_ batch: StoreBatch) throws(StoreError) { try writer.apply(batch) }
}
