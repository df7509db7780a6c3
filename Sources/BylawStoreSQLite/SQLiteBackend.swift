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
  /// The digest of the rules that the store was opened with; `nil` where it is only examined.
  private let ruleSet: String?
  /// The schema of a store that is only examined; `nil` when it has none that can be read.
  let storedSchema: Schema?
  private let state: Mutex<State>

  private struct State: Sendable {
    /// SQLite's own count of changes of the tables, as it was when they were last known to be ours.
    var schemaVersion: Int64
    var isClosed = false
    /// How many bodies are under way or wait.
    var readers = 0
    var writers = 0
  }

  private typealias Work<Result> = @Sendable (SQLConnection) throws(StoreError) -> Result

  /// How many connections may read on the threads of their callers; 0 for memory, which has a single connection.
  private let readersAtOnce: Int
  private let patience: Double

  /// Opens a store, and brings its tables to the vocabulary of the rules.
  ///
  /// - Parameters:
  ///   - place: The file, or memory.
  ///   - schema: The vocabulary of the rules.
  ///   - ruleSet: Which rules these are; a store belongs to the rule set of one name.
  ///   - mode: Whether there must be a store, must be none, or one is made where there is none.
  ///   - settings: What speeds up the store and does not change what it says.
  /// - Throws: `cannotOpen`, `missing`, `notAStore`, `newerFormat`, `otherRuleSet`, `lossyMigration`, `busy`.
  package init(
    _ place: SQLitePlace, schema: Schema, ruleSet: Decision.RuleSetIdentity, mode: SQLiteMode,
    settings: SQLiteSettings = SQLiteSettings()
  ) throws(StoreError) {
    let opening = StoreOpening(place: place, schema: schema, ruleSet: ruleSet, settings: settings)
    let opened = try opening.open(mode)
    database = opened.database
    layout = opened.layout
    vocabulary = opened.vocabulary
    readersAtOnce = place == .memory ? 0 : database.configuration.maximumReaderCount
    patience = settings.patience
    self.ruleSet = ruleSet.digest
    storedSchema = schema
    state = Mutex(State(schemaVersion: opened.schemaVersion))
  }

  /// Opens a store as it is, for reading alone, whatever rules it is kept by.
  ///
  /// - Throws: `cannotOpen`, `missing`, `notAStore`, `newerFormat`, `busy`.
  package init(examining path: String, patience: Double = 5) throws(StoreError) {
    let (opened, schema) = try StoreOpening.examine(path, patience: patience)
    database = opened.database
    layout = opened.layout
    vocabulary = opened.vocabulary
    readersAtOnce = 0
    self.patience = patience
    ruleSet = nil
    storedSchema = schema
    state = Mutex(State(schemaVersion: opened.schemaVersion))
  }

  package func read<Result: Sendable>(
    _ length: BodyLength, _ body: @escaping @Sendable (any StoreReader) throws(StoreError) -> Result
  ) async throws(StoreError) -> Result {
    let layout = layout
    let work: Work<Result> = { [self] connection throws(StoreError) in
      try connection.read { () throws(StoreError) in
        try checkTables(connection)
        return try body(SQLiteReader(connection, layout))
      }
    }
    let isAtOnce = try enter(\.readers, ifFewerThan: length == .brief ? readersAtOnce : 0)
    defer { leave(\.readers) }
    if isAtOnce { return try readAtOnce(work).get() }
    let database = database
    return try await run({ database.asyncUnsafeRead($0) }, work)
  }

  package func write<Result: Sendable>(
    _ length: BodyLength, _ body: @escaping @Sendable (any StoreWriter) throws(StoreError) -> Result
  ) async throws(StoreError) -> Result {
    let layout = layout
    let work: Work<Result> = { [self] connection throws(StoreError) in
      try connection.write { () throws(StoreError) in
        try checkTables(connection)
        return try body(SQLiteWriter(connection, layout))
      }
    }
    let isAtOnce = try enter(\.writers, ifFewerThan: length == .brief && readersAtOnce > 0 ? 1 : 0)
    defer { leave(\.writers) }
    if isAtOnce, let outcome = writeAtOnce(work) { return try outcome.get() }
    let database = database
    return try await run({ done in database.asyncWriteWithoutTransaction { done(.success($0)) } }, work)
  }

  /// How the database finds the records that meet conditions: a line a step, in SQLite's words.
  package func searchPlan(
    _ entity: Int, filters: [RecordFilter], after row: Int64 = 0
  ) async throws(StoreError) -> [String] {
    let layout = layout
    let database = database
    return try await run({ database.asyncUnsafeRead($0) }) { connection throws(StoreError) in
      let query = SQLiteReader(connection, layout).query(entity, filters, after: row, limit: 1)
      return try connection.all("EXPLAIN QUERY PLAN \(query.sql)", query.arguments) { $0.text(3) }
    }
  }

  package func close() throws(StoreError) {
    state.withLock { $0.isClosed = true }
    do { try database.close() } catch { throw StoreError(error) }
  }

  // MARK: Turns

  /// Counts a body in; gives whether there were so few of its kind that it need not wait for any.
  private func enter(
    _ kind: any WritableKeyPath<State, Int> & Sendable, ifFewerThan limit: Int
  ) throws(StoreError) -> Bool {
    try state.withLock { state throws(StoreError) in
      guard !state.isClosed else { throw .failed(code: Int(SQLITE_MISUSE), cause: SQLiteMessages.closed) }
      state[keyPath: kind] += 1
      return state[keyPath: kind] <= limit
    }
  }

  private func leave(_ kind: any WritableKeyPath<State, Int> & Sendable) { state.withLock { $0[keyPath: kind] -= 1 } }

  /// Runs a body on this thread.
  private func readAtOnce<Result>(_ work: Work<Result>) -> Swift.Result<Result, StoreError> {
    do {
      return try database.unsafeRead { Self.outcome(.success($0), work) }
    } catch {
      return .failure(StoreError(error))
    }
  }

  /// Runs a body on this thread; `nil` when another program writes, which has to be waited for elsewhere.
  private func writeAtOnce<Result>(_ work: Work<Result>) -> Swift.Result<Result, StoreError>? {
    let outcome = database.writeWithoutTransaction { database in
      let connection = SQLConnection(database)
      connection.setPatience(0)
      defer { connection.setPatience(patience) }
      return Self.outcome(.success(database), work)
    }
    if case .failure(.busy) = outcome { return nil }
    return outcome
  }

  /// Hands a body to a queue of the database, and waits for its end without holding a thread.
  ///
  /// A task that is cancelled waits too: what it has written is then known to be so.
  private func run<Result: Sendable>(
    _ schedule: (@escaping @Sendable (Swift.Result<Database, any Error>) -> Void) -> Void,
    _ work: @escaping Work<Result>
  ) async throws(StoreError) -> Result {
    let outcome: Swift.Result<Result, StoreError> = await withCheckedContinuation { continuation in
      schedule { database in
        continuation.resume(returning: Self.outcome(database, work))
      }
    }
    return try outcome.get()
  }

  private static func outcome<Result>(
    _ database: Swift.Result<Database, any Error>, _ work: (SQLConnection) throws(StoreError) -> Result
  ) -> Swift.Result<Result, StoreError> {
    do {
      let connection = SQLConnection(try database.get())
      return Swift.Result { () throws(StoreError) in try work(connection) }
    } catch {
      return .failure(StoreError(error))
    }
  }

  /// Refuses everything when another program has put other rules in force since this one opened the store.
  private func checkTables(_ connection: SQLConnection) throws(StoreError) {
    let version = try connection.number("PRAGMA schema_version")
    guard state.withLock({ $0.schemaVersion != version }) else { return }
    let reader = SQLiteReader(connection, layout)
    let inForce = try reader.setting(StoreOpening.ruleSetSetting).flatMap { try? JSONReader.parse(Array($0.utf8)) }
    guard (try reader.setting(StoreOpening.vocabularySetting) ?? "") == vocabulary,
      ruleSet == nil || inForce?["digest"]?.text == ruleSet
    else {
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

  /// The path, as SQLite has it.
  var path: String {
    switch self {
    case .file(let path): path
    case .memory: ":memory:"
    }
  }
}

/// What is to be done where there is a store already, and where there is none.
package enum SQLiteMode: Sendable, Hashable {
  /// There must be one.
  case open
  /// There must be none: no file, or an empty one.
  case create
  case openOrCreate
  /// There must be one that was brought to these rules before; to open it writes nothing.
  case settled

  /// Whether tables may be made.
  var mayCreate: Bool { self == .create || self == .openOrCreate }
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
