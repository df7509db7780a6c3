package import BylawModel
package import BylawStore
import GRDB
import GRDBSQLite
import Synchronization

/// Keeps a store in one SQLite database: a file, or memory for tests and dry runs.
///
/// Bodies run on queues of the database. Readers of a file see the state of the last commit and never wait for a
/// writer; in memory there is one connection, which everybody shares in turn.
package final class SQLiteBackend: StoreBackend {
  private let database: any DatabaseWriter
  private let layout: TableLayout
  /// The vocabulary as the store keeps it.
  private let vocabulary: String
  private let state: Mutex<State>

  private struct State: Sendable {
    /// SQLite's own count of changes of the tables, as it was when they were last known to be ours.
    var schemaVersion: Int64
    var isClosed = false
  }

  /// Opens a store, and brings its tables to the vocabulary of the rules.
  ///
  /// - Parameters:
  ///   - place: The file, or memory.
  ///   - schema: The vocabulary of the rules.
  ///   - ruleSet: Which rules these are; a store belongs to the rule set of one name.
  ///   - mode: Whether there must be a store, must be none, or one is made where there is none.
  ///   - settings: What speeds up the store and does not change what it says.
  /// - Throws: `cannotOpen`, `notAStore`, `newerFormat`, `otherRuleSet`, `lossyMigration`, `busy`.
  package init(
    _ place: SQLitePlace, schema: Schema, ruleSet: Decision.RuleSetIdentity, mode: SQLiteMode,
    settings: SQLiteSettings = SQLiteSettings()
  ) throws(StoreError) {
    let opening = StoreOpening(place: place, schema: schema, ruleSet: ruleSet, settings: settings)
    let opened = try opening.open(mode)
    database = opened.database
    layout = opened.layout
    vocabulary = opened.vocabulary
    state = Mutex(State(schemaVersion: opened.schemaVersion))
  }

  package func read<Result: Sendable>(
    _ body: @escaping @Sendable (any StoreReader) throws(StoreError) -> Result
  ) async throws(StoreError) -> Result {
    let layout = layout
    let database = database
    return try await run({ database.asyncUnsafeRead($0) }) { connection throws(StoreError) in
      try connection.read { () throws(StoreError) in try body(SQLiteReader(connection, layout)) }
    }
  }

  package func write<Result: Sendable>(
    _ body: @escaping @Sendable (any StoreWriter) throws(StoreError) -> Result
  ) async throws(StoreError) -> Result {
    let layout = layout
    let database = database
    return try await run({ done in database.asyncWriteWithoutTransaction { done(.success($0)) } }) {
      [self] connection throws(StoreError) in
      try connection.write { () throws(StoreError) in
        try checkTables(connection)
        return try body(SQLiteWriter(connection, layout))
      }
    }
  }

  /// How the database finds the records that meet conditions: a line a step, in SQLite's words.
  package func searchPlan(_ entity: Int, filters: [RecordFilter]) async throws(StoreError) -> [String] {
    let layout = layout
    let database = database
    return try await run({ database.asyncUnsafeRead($0) }) { connection throws(StoreError) in
      let query = SQLiteReader(connection, layout).query(entity, filters, after: 0, limit: 1)
      return try connection.all("EXPLAIN QUERY PLAN \(query.sql)", query.arguments) { $0.text(3) }
    }
  }

  package func close() throws(StoreError) {
    state.withLock { $0.isClosed = true }
    do { try database.close() } catch { throw StoreError(error) }
  }

  /// Hands a body to a queue of the database, and waits for its end without holding a thread.
  ///
  /// A task that is cancelled waits too: what it has written is then known to be so.
  private func run<Result: Sendable>(
    _ schedule: (@escaping @Sendable (Swift.Result<Database, any Error>) -> Void) -> Void,
    _ body: @escaping @Sendable (SQLConnection) throws(StoreError) -> Result
  ) async throws(StoreError) -> Result {
    guard !state.withLock({ $0.isClosed }) else {
      throw .failed(code: Int(SQLITE_MISUSE), cause: SQLiteMessages.closed)
    }
    let outcome: Swift.Result<Result, StoreError> = await withCheckedContinuation { continuation in
      schedule { database in
        continuation.resume(returning: Self.outcome(database, body))
      }
    }
    return try outcome.get()
  }

  private static func outcome<Result>(
    _ database: Swift.Result<Database, any Error>, _ body: (SQLConnection) throws(StoreError) -> Result
  ) -> Swift.Result<Result, StoreError> {
    do {
      let connection = SQLConnection(try database.get())
      return Swift.Result { () throws(StoreError) in try body(connection) }
    } catch {
      return .failure(StoreError(error))
    }
  }

  /// Refuses to write when another program has changed the tables to another vocabulary since this one opened them.
  private func checkTables(_ connection: SQLConnection) throws(StoreError) {
    let version = try connection.number("PRAGMA schema_version")
    guard state.withLock({ $0.schemaVersion != version }) else { return }
    guard try SQLiteReader(connection, layout).setting(StoreOpening.vocabularySetting) == vocabulary else {
      throw .failed(code: Int(SQLITE_SCHEMA), cause: SQLiteMessages.otherTables)
    }
    state.withLock { $0.schemaVersion = version }
  }
}

/// Where a store lies.
package enum SQLitePlace: Sendable, Hashable {
  /// A file at a path; two more beside it while it is open.
  case file(String)
  /// Nowhere: gone when it is closed.
  case memory
}

/// What is to be done where there is a store already, and where there is none.
package enum SQLiteMode: Sendable, Hashable {
  /// There must be one.
  case open
  /// There must be none: no file, or an empty one.
  case create
  case openOrCreate

  /// Whether tables may be made.
  var mayCreate: Bool { self != .open }
}

/// What a store of SQLite can be told beside its rules.
package struct SQLiteSettings: Sendable, Hashable {
  /// Fields to find records by, beside references, which always have an index.
  package var indexed: Set<FieldPosition>
  /// How long to wait for another program's transaction, in seconds.
  package var patience: Double

  package init(indexed: Set<FieldPosition> = [], patience: Double = 5) {
    self.indexed = indexed
    self.patience = patience
  }
}
