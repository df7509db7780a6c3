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

  package func withReaderAtOnce(
    _ body: @escaping @Sendable (any StoreReader) throws(StoreError) -> Void
  ) throws(StoreError) -> Bool {
    try inner.withReaderAtOnce { [self] reader throws(StoreError) in try body(CountingReader(reader, self)) }
  }

  package func withWriter(
    _ length: BodyLength, _ body: @escaping @Sendable (any StoreWriter) throws(StoreError) -> Void
  ) async throws(StoreError) {
    try await inner.withWriter(length) { [self] writer throws(StoreError) in try body(CountingWriter(writer, self)) }
  }

  package func withWriterAtOnce(
    _ body: @escaping @Sendable (any StoreWriter) throws(StoreError) -> Void
  ) throws(StoreError) -> Bool {
    try inner.withWriterAtOnce { [self] writer throws(StoreError) in try body(CountingWriter(writer, self)) }
  }
}

private class CountingReader: ForwardingReader {
  let inner: any StoreReader
  let counter: CountingBackend

  init(_ reader: any StoreReader, _ counter: CountingBackend) {
    inner = reader
    self.counter = counter
  }

  func record(_ entity: Int, id: String) throws(StoreError) -> StoredRecord? {
    counter.add(1)
    return try inner.record(entity, id: id)
  }

  func records(
    _ entity: Int, filters: [RecordFilter], after row: Int64, limit: Int
  ) throws(StoreError) -> [StoredRecord] {
    let found = try inner.records(entity, filters: filters, after: row, limit: limit)
    counter.add(found.count)
    return found
  }
}

private final class CountingWriter: CountingReader, StoreWriter {
  private let writer: any StoreWriter

  init(_ writer: any StoreWriter, _ counter: CountingBackend) {
    self.writer = writer
    super.init(writer, counter)
  }

  func apply(_ batch: StoreBatch) throws(StoreError) { try writer.apply(batch) }
}
