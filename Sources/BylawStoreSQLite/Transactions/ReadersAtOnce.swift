import BylawStore
import GRDB
import Synchronization

/// Connections that read on the threads of their callers, each used by one of them at a time.
///
/// They are opened when they are first needed, and wait for nobody: when all are busy, there is none.
final class ReadersAtOnce: Sendable {
  /// A connection, with what keeps it open.
  private struct Reader {
    let database: DatabaseQueue
    let connection: SQLConnection
  }

  private final class Place: Sendable {
    let reader = Mutex<Reader?>(nil)
  }

  private let places: [Place]
  private let isClosed = Atomic(false)
  private let path: String
  private let configuration: Configuration

  /// - `count`: The most that read at a time.
  init(path: String, configuration: Configuration, count: Int) {
    self.path = path
    self.configuration = configuration
    places = (0..<count).map { _ in Place() }
  }

  /// Runs a body on a connection; `nil` when none is free.
  func read(_ body: @Sendable (SQLConnection) throws(StoreError) -> Void) -> Result<Void, StoreError>? {
    // Always from the first on: what was used last knows most.
    for place in places {
      let outcome = place.reader.withLockIfAvailable { reader -> Result<Void, StoreError> in
        Result { () throws(StoreError) in
          if reader == nil { reader = try open() }
          if let connection = reader?.connection { try body(connection) }
        }
      }
      if let outcome { return outcome }
    }
    return nil
  }

  private func open() throws(StoreError) -> sending Reader {
    // Whoever had come before `close` and finds a place only now is too late.
    guard !isClosed.load(ordering: .sequentiallyConsistent) else { throw .closed }
    do {
      let database = try DatabaseQueue(path: path, configuration: configuration)
      let address = database.unsafeRead { SQLConnection.address(of: $0) }
      return Reader(database: database, connection: try SQLConnection(address))
    } catch {
      throw StoreError(error)
    }
  }

  /// Closes all connections once nobody uses them.
  func close() throws {
    isClosed.store(true, ordering: .sequentiallyConsistent)
    for place in places {
      try place.reader.withLock { reader in
        let database = reader?.database
        reader = nil
        try database?.close()
      }
    }
  }
}
