package import BylawStore
import Synchronization

/// What bodies give that run on the thread of the caller, as the gate runs its own.
extension StoreBackend {
  /// What a body gives that reads and then writes; `nil` where it would have to wait.
  package func writeAtOnce<Result: Sendable>(
    _ body: @escaping @Sendable (any StoreWriter) throws(StoreError) -> Result
  ) throws(StoreError) -> Result? {
    let given = Given<Result>()
    let hasRun = try withWriterAtOnce { writer throws(StoreError) in given.set(try body(writer)) }
    return hasRun ? given.value : nil
  }

  /// What a body reads from one consistent state; `nil` where it would have to wait.
  package func readAtOnce<Result: Sendable>(
    _ body: @escaping @Sendable (any StoreReader) throws(StoreError) -> Result
  ) throws(StoreError) -> Result? {
    let given = Given<Result>()
    let hasRun = try withReaderAtOnce { reader throws(StoreError) in given.set(try body(reader)) }
    return hasRun ? given.value : nil
  }
}

private final class Given<Value: Sendable>: Sendable {
  private let given = Mutex<Value?>(nil)

  var value: Value? { given.withLock { $0 } }

  func set(_ value: Value) { given.withLock { $0 = value } }
}
