import BylawModel
import BylawStore
import Synchronization

/// A database that fails where a step of a scenario says so, and serves everything else.
final class FailingBackend: StoreBackend {
  /// The call that fails.
  enum Call: String, Sendable, CaseIterable {
    /// To look for records.
    case discovery
    /// To write what holds a new record.
    case creation
    /// To write what changes records only.
    case update
    /// To write the audit entry.
    case audit
  }

  private let inner: any StoreBackend
  private let failing = Mutex<Call?>(nil)

  init(_ inner: any StoreBackend) { self.inner = inner }

  /// What fails from now on; `nil` for nothing.
  func fail(_ call: Call?) { failing.withLock { $0 = call } }

  func withReader(
    _ length: BodyLength, _ body: @escaping @Sendable (any StoreReader) throws(StoreError) -> Void
  ) async throws(StoreError) {
    let call = failing.withLock { $0 }
    guard call == .discovery else { return try await inner.withReader(length, body) }
    return try await inner.withReader(length) { reader throws(StoreError) in try body(FailingReader(reader)) }
  }

  func withReaderAtOnce(
    _ body: @escaping @Sendable (any StoreReader) throws(StoreError) -> Void
  ) throws(StoreError) -> Bool {
    let call = failing.withLock { $0 }
    guard call == .discovery else { return try inner.withReaderAtOnce(body) }
    return try inner.withReaderAtOnce { reader throws(StoreError) in try body(FailingReader(reader)) }
  }

  func withWriter(
    _ length: BodyLength, _ body: @escaping @Sendable (any StoreWriter) throws(StoreError) -> Void
  ) async throws(StoreError) {
    guard let call = failing.withLock({ $0 }) else { return try await inner.withWriter(length, body) }
    return try await inner.withWriter(length) { writer throws(StoreError) in try body(FailingWriter(writer, call)) }
  }

  func withWriterAtOnce(
    _ body: @escaping @Sendable (any StoreWriter) throws(StoreError) -> Void
  ) throws(StoreError) -> Bool {
    guard let call = failing.withLock({ $0 }) else { return try inner.withWriterAtOnce(body) }
    return try inner.withWriterAtOnce { writer throws(StoreError) in try body(FailingWriter(writer, call)) }
  }

  func close() throws(StoreError) { try inner.close() }
}

/// A reader that finds no records.
private class FailingReader: ForwardingReader {
  let inner: any StoreReader
  let failsToFind: Bool

  init(_ inner: any StoreReader, failsToFind: Bool = true) {
    self.inner = inner
    self.failsToFind = failsToFind
  }

  /// The failure of every call; what the database did before it is undone.
  static let failure = StoreError.failed(code: 10, cause: "the disk does not answer")

  private func look() throws(StoreError) {
    if failsToFind { throw Self.failure }
  }

  func record(_ entity: Int, id: String) throws(StoreError) -> StoredRecord? {
    try look()
    return try inner.record(entity, id: id)
  }

  func records(
    _ entity: Int, filters: [RecordFilter], after row: Int64, limit: Int
  ) throws(StoreError) -> [StoredRecord] {
    try look()
    return try inner.records(entity, filters: filters, after: row, limit: limit)
  }

  func holder(of key: String, value: String) throws(StoreError) -> String? {
    try look()
    return try inner.holder(of: key, value: value)
  }
}

/// A writer that fails after it has written: nothing of that may stay.
private final class FailingWriter: FailingReader, StoreWriter {
  private let writer: any StoreWriter
  private let call: FailingBackend.Call

  init(_ writer: any StoreWriter, _ call: FailingBackend.Call) {
    self.writer = writer
    self.call = call
    super.init(writer, failsToFind: call == .discovery)
  }

  func apply(_ batch: StoreBatch) throws(StoreError) {
    try writer.apply(batch)
    let isNew = batch.records.contains(where: \.isNew)
    switch call {
    case .discovery: return
    case .creation where isNew, .update where !isNew && !batch.records.isEmpty: throw Self.failure
    case .audit where !batch.entries.isEmpty: throw .auditFailed(cause: "the disk is full")
    case .creation, .update, .audit: return
    }
  }
}
