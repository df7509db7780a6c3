package import BylawModel
package import BylawStore
import Dispatch
import GRDB
import GRDBSQLite
import Synchronization

/// Keeps a store in one SQLite database: a file, or memory for tests and dry runs.
///
/// Brief bodies run on the threads of their callers where nobody is in the way, all others on queues of the database.
/// Readers of a file see the state of the last commit and never wait for a writer; in memory there is one connection,
/// which everybody shares in turn.
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
  /// What has the statements of the connection that writes.
  private let writer = Mutex<SQLConnection?>(nil)
  /// Where SQLite keeps that connection.
  private let address: UInt
  private let writes = WriteQueue()
  /// Where bodies are written that have waited.
  ///
  /// It is not the queue of the database: that looks at the connection once more at the end of each turn, when somebody
  /// else may write on it already.
  private let turns = DispatchQueue(label: "bylaw.writes")
  /// `nil` for memory, which has a single connection, and where the store is only examined.
  private let readers: ReadersAtOnce?
  private let patience: Double

  private struct State: Sendable {
    /// SQLite's own count of changes of the tables, as it was when they were last known to be ours.
    var schemaVersion: Int64
    var isClosed = false
    /// The connection that writes has been given back: whoever had come before `close` and comes to it now is too late.
    var hasLetGo = false
  }

  private typealias Work = @Sendable (SQLConnection) throws(StoreError) -> Void

  /// Opens a store, and brings its tables to the vocabulary of the rules.
  ///
  /// - Parameters:
  ///   - place: The file, or memory.
  ///   - schema: The vocabulary of the rules.
  ///   - ruleSet: Which rules these are; a store belongs to the rule set of one name.
  ///   - mode: Whether there must be a store, must be none, or one is made where there is none.
  ///   - settings: What speeds up the store and does not change what it says.
  ///   - completion: What else is written in the transaction that brings the tables to the rules; not with `.settled`.
  /// - Throws: `cannotOpen`, `missing`, `notAStore`, `newerFormat`, `otherRuleSet`, `lossyMigration`, `busy`.
  package init(
    _ place: SQLitePlace, schema: Schema, ruleSet: Decision.RuleSetIdentity, mode: SQLiteMode,
    settings: SQLiteSettings = SQLiteSettings(), completion: StoreLayout.Completion? = nil
  ) throws(StoreError) {
    let opening = StoreOpening(
      place: place, schema: schema, ruleSet: ruleSet, settings: settings, completion: completion)
    let opened = try opening.open(mode)
    database = opened.database
    address = opened.database.unsafeReentrantWrite { database in
      if place != .memory { SQLConnection.takeHooks(off: database) }
      return SQLConnection.address(of: database)
    }
    layout = opened.layout
    vocabulary = opened.vocabulary
    readers = place == .memory ? nil : opening.readersAtOnce(database.configuration.maximumReaderCount)
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
    address = opened.database.unsafeReentrantWrite { SQLConnection.address(of: $0) }
    layout = opened.layout
    vocabulary = opened.vocabulary
    readers = nil
    self.patience = patience
    ruleSet = nil
    storedSchema = schema
    state = Mutex(State(schemaVersion: opened.schemaVersion))
  }

  // MARK: Reading

  package func withReader(
    _ length: BodyLength, _ body: @escaping @Sendable (any StoreReader) throws(StoreError) -> Void
  ) async throws(StoreError) {
    let work: Work = { [self] connection throws(StoreError) in
      try connection.read { () throws(StoreError) in
        try checkTables(connection)
        try body(SQLiteReader(connection, layout))
      }
    }
    if length == .brief, try withReaderAtOnce(body) { return }
    try checkIsOpen()
    let database = database
    try await run({ database.asyncUnsafeRead($0) }, work)
  }

  package func withReaderAtOnce(
    _ body: @escaping @Sendable (any StoreReader) throws(StoreError) -> Void
  ) throws(StoreError) -> Bool {
    try checkIsOpen()
    let outcome = readers?.read { [self] connection throws(StoreError) in
      let reader = SQLiteReader(connection, layout)
      if try connection.look({ () throws(StoreError) in try body(reader) }) { return }
      try connection.read { () throws(StoreError) in
        try checkTables(connection)
        try body(reader)
      }
    }
    guard let outcome else { return false }
    try outcome.get()
    return true
  }

  /// How the database finds the records that meet conditions: a line a step, in SQLite's words.
  package func searchPlan(
    _ entity: Int, filters: [RecordFilter], after row: Int64 = 0
  ) async throws(StoreError) -> [String] {
    let (layout, database) = (layout, database)
    let lines = Mutex<[String]>([])
    try await run({ database.asyncUnsafeRead($0) }) { connection throws(StoreError) in
      let query = SQLiteReader(connection, layout).query(entity, filters, after: row, limit: 1)
      let found = try connection.all("EXPLAIN QUERY PLAN \(query.sql)", query.arguments) { $0.text(3) }
      lines.withLock { $0 = found }
    }
    return lines.withLock { $0 }
  }

  /// Hands a body to a queue of the database, and waits for its end without holding a thread.
  ///
  /// A task that is cancelled waits too.
  private func run(
    _ schedule: (@escaping @Sendable (Result<Database, any Error>) -> Void) -> Void, _ work: @escaping Work
  ) async throws(StoreError) {
    let outcome: Result<Void, StoreError> = await withCheckedContinuation { continuation in
      schedule { database in
        continuation.resume(returning: Self.outcome { () throws in try work(SQLConnection(of: database.get())) })
      }
    }
    try outcome.get()
  }

  // MARK: Writing

  package func withWriter(
    _ length: BodyLength, _ body: @escaping @Sendable (any StoreWriter) throws(StoreError) -> Void
  ) async throws(StoreError) {
    if length == .brief, try withWriterAtOnce(body) { return }
    try checkIsOpen()
    let work: Work = { [self] connection throws(StoreError) in try body(SQLiteWriter(connection, layout)) }
    let outcome: Result<Void, StoreError> = await withCheckedContinuation { continuation in
      let waiting = WriteQueue.Waiting(isBrief: length == .brief, body: work) { continuation.resume(returning: $0) }
      if writes.add(waiting) { scheduleWrites() }
    }
    try outcome.get()
  }

  package func withWriterAtOnce(
    _ body: @escaping @Sendable (any StoreWriter) throws(StoreError) -> Void
  ) throws(StoreError) -> Bool {
    try checkIsOpen()
    guard writes.enter() else { return false }
    let outcome = writeAtOnce { [self] connection throws(StoreError) in try body(SQLiteWriter(connection, layout)) }
    if writes.leave() { scheduleWrites() }
    guard let outcome else { return false }
    try outcome.get()
    return true
  }

  /// Runs a body on this thread; `nil` when another program writes, which has to be waited for elsewhere.
  private func writeAtOnce(_ work: Work) -> Result<Void, StoreError>? {
    let outcome = withWriterConnection { connection throws(StoreError) in
      connection.setPatience(0)
      defer { connection.setPatience(patience) }
      try write(work, on: connection)
    }
    if case .failure(.busy) = outcome { return nil }
    return outcome
  }

  /// Has what waits written, until nothing does.
  private func scheduleWrites() {
    turns.async { [self] in
      while true {
        let group = writes.next()
        guard !group.isEmpty else { return }
        let outcomes = commit(group.map(\.body))
        for (waiting, outcome) in zip(group, outcomes) { waiting.done(outcome) }
      }
    }
  }

  /// Commits bodies together; where that fails for all of them, each by itself.
  private func commit(_ bodies: [Work]) -> [Result<Void, StoreError>] {
    if bodies.count > 1 {
      let outcomes = Mutex<[Result<Void, StoreError>]>([])
      let whole = withWriterConnection { connection throws(StoreError) in
        try connection.write { () throws(StoreError) in
          try checkTablesOnce(connection)
          for body in bodies {
            let outcome = Result { () throws(StoreError) in
              try connection.savepoint { () throws(StoreError) in try body(connection) }
            }
            // A failure of the machine ends the transaction, and with it what came before.
            if case .failure(let error) = outcome, !connection.isInTransaction { throw error }
            outcomes.withLock { $0.append(outcome) }
          }
        }
      }
      switch whole {
      case .success: return outcomes.withLock { $0 }
      // All have waited for another program, and none would gain by waiting after the others.
      case .failure(.busy): return bodies.map { _ in whole }
      case .failure: break
      }
    }
    return bodies.map { body in
      withWriterConnection { connection throws(StoreError) in try write(body, on: connection) }
    }
  }

  private func write(_ body: Work, on connection: SQLConnection) throws(StoreError) {
    try connection.write { () throws(StoreError) in
      try checkTablesOnce(connection)
      try body(connection)
    }
  }

  /// Runs a body on the connection that writes, with nobody else on it.
  ///
  /// Of a file nobody but this uses it, so the queue of the database need not be gone through; in memory readers do.
  private func withWriterConnection(
    _ body: @Sendable (SQLConnection) throws(StoreError) -> Void
  ) -> Result<Void, StoreError> {
    if readers != nil { return withLockedConnection(body) }
    return database.unsafeReentrantWrite { _ in withLockedConnection(body) }
  }

  private func withLockedConnection(
    _ body: @Sendable (SQLConnection) throws(StoreError) -> Void
  ) -> Result<Void, StoreError> {
    writer.withLock { writer in
      Self.outcome { () throws in
        guard state.withLock({ !$0.hasLetGo }) else { throw StoreError.closed }
        let connection = try writer ?? SQLConnection(address)
        writer = connection
        try body(connection)
      }
    }
  }

  private static func outcome(_ body: () throws -> Void) -> Result<Void, StoreError> {
    do { return .success(try body()) } catch { return .failure(StoreError(error)) }
  }

  // MARK: Opening and closing

  package func close() throws(StoreError) {
    let wasClosed = state.withLock { state in
      defer { state.isClosed = true }
      return state.isClosed
    }
    do {
      try readers?.close()
      if !wasClosed, readers != nil { bringTogether() }
      writer.withLock { writer in
        state.withLock { $0.hasLetGo = true }
        writer = nil
      }
      try database.close()
    } catch {
      throw StoreError(error)
    }
  }

  /// Brings into the file what stands beside it, so that a copy of the file alone is the whole store.
  ///
  /// While another program uses the store that can wait.
  private func bringTogether() {
    _ = withWriterConnection { connection throws(StoreError) in try connection.run("PRAGMA wal_checkpoint(TRUNCATE)") }
  }

  private func checkIsOpen() throws(StoreError) {
    guard state.withLock({ !$0.isClosed }) else { throw .closed }
  }

  /// The same in a transaction that holds the write lock: what is known by then is of the state that it sees.
  private func checkTablesOnce(_ connection: SQLConnection) throws(StoreError) {
    guard !connection.memory.areTablesKnown else { return }
    try checkTables(connection)
    connection.memory.areTablesKnown = true
  }

  private static let schemaVersion = KnownStatement("PRAGMA schema_version")

  /// Refuses everything when another program has put other rules in force since this one opened the store.
  private func checkTables(_ connection: SQLConnection) throws(StoreError) {
    let version = try connection.number(Self.schemaVersion)
    // The first statement of a transaction that reads shows what has been written since the last one.
    connection.memory.adopt(connection.seenVersion)
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
