import BylawStore
import GRDB
import GRDBSQLite

/// A connection while a body of the backend has it: statements that were prepared once, with arguments bound.
///
/// GRDB opens, configures and closes what lies below. Statements are kept here as long as this is there: for one body,
/// or as long as the backend has a connection of its own.
@safe final class SQLConnection {
  /// What is known of the state that the transaction under way sees.
  var memory = ReadMemory()
  private let handle: SQLiteConnection
  private var known: [ObjectIdentifier: Known] = [:]
  /// Those that were last used, each at a place that its number gives: nothing is hashed.
  private var recent: [Known?] = Array(repeating: nil, count: recentCount)
  /// A power of two.
  private static let recentCount = 64
  /// By text; whoever asks for lists can bring in ever new ones.
  private var others: [String: SQLStatement] = [:]
  /// After so many others a transaction begins without them.
  private static let limit = 256
  private var room = ArgumentRoom()
  /// While a body looks without a transaction, the state that all of it has to be of.
  private var watched: UInt32?
  /// Whether a statement has shown that this state was the last one.
  private var hasSeenWatched = false
  /// Whether somebody has written since.
  private var isOvertaken = false

  /// A statement that was prepared, and what it was prepared from: as long as that is there no other has its identity.
  private struct Known {
    let source: KnownStatement
    let statement: SQLStatement
  }

  /// A connection for one body.
  convenience init(of database: Database) throws(StoreError) { try self.init(Self.address(of: database)) }

  /// A connection that nobody else uses while this is there, by its `address`.
  ///
  /// Has to be gone before the database is closed.
  init(_ address: UInt) throws(StoreError) {
    guard let handle = unsafe OpaquePointer(bitPattern: address) else { throw .closed }
    unsafe self.handle = handle
  }

  deinit {
    for known in known.values { known.statement.finalize() }
    forgetOthers()
  }

  private func forgetOthers() {
    for statement in others.values { statement.finalize() }
    others.removeAll(keepingCapacity: true)
  }

  /// Where SQLite keeps a connection of GRDB; 0 once that is closed.
  ///
  /// A number, as it goes from GRDB's queue to a lock of ours.
  static func address(of database: Database) -> UInt { unsafe UInt(bitPattern: database.sqliteConnection) }

  /// Has GRDB no longer told of commits, which it expects on its own queue.
  static func takeHooks(off database: Database) {
    let handle = unsafe database.sqliteConnection
    _ = unsafe sqlite3_commit_hook(handle, nil, nil)
    _ = unsafe sqlite3_rollback_hook(handle, nil, nil)
  }

  // MARK: Running

  /// Runs a statement, and gives each row to `body` until that says `false`.
  func each(
    _ sql: String, _ arguments: [SQLValue] = [], _ body: (SQLStatement) throws(StoreError) -> Bool
  ) throws(StoreError) {
    try each(try prepared(sql), arguments, body)
  }

  private func each(
    _ statement: SQLStatement, _ arguments: [SQLValue], _ body: (SQLStatement) throws(StoreError) -> Bool
  ) throws(StoreError) {
    let mark = room.used
    defer {
      statement.reset(hasArguments: !arguments.isEmpty)
      room.used = mark
    }
    try statement.bind(arguments, in: &room, on: self)
    var isRow = try statement.step(on: self)
    if watched != nil { try watch() }
    while isRow {
      guard try body(statement) else { return }
      isRow = try statement.step(on: self)
    }
  }

  /// Runs a statement, and gives each row to `body`.
  func each(
    _ statement: KnownStatement, _ arguments: [SQLValue] = [], _ body: (SQLStatement) throws(StoreError) -> Void
  ) throws(StoreError) {
    try each(try prepared(statement), arguments) { row throws(StoreError) in
      try body(row)
      return true
    }
  }

  /// Runs a statement that gives no rows, or whose rows do not matter.
  func run(_ sql: String, _ arguments: [SQLValue] = []) throws(StoreError) {
    try each(sql, arguments) { _ in true }
  }

  /// Runs a statement that gives no rows, or whose rows do not matter.
  func run(_ statement: KnownStatement, _ arguments: [SQLValue] = []) throws(StoreError) {
    try each(statement, arguments) { _ in }
  }

  /// What `body` makes of the first row; `nil` when there is none.
  func first<Result>(
    _ sql: String, _ arguments: [SQLValue] = [], _ body: (SQLStatement) throws(StoreError) -> Result
  ) throws(StoreError) -> Result? {
    try first(try prepared(sql), arguments, body)
  }

  /// What `body` makes of the first row; `nil` when there is none.
  func first<Result>(
    _ statement: KnownStatement, _ arguments: [SQLValue] = [], _ body: (SQLStatement) throws(StoreError) -> Result
  ) throws(StoreError) -> Result? {
    try first(try prepared(statement), arguments, body)
  }

  private func first<Result>(
    _ statement: SQLStatement, _ arguments: [SQLValue], _ body: (SQLStatement) throws(StoreError) -> Result
  ) throws(StoreError) -> Result? {
    let mark = room.used
    defer {
      statement.reset(hasArguments: !arguments.isEmpty)
      room.used = mark
    }
    try statement.bind(arguments, in: &room, on: self)
    let isRow = try statement.step(on: self)
    if watched != nil { try watch() }
    return isRow ? try body(statement) : nil
  }

  /// What `body` makes of every row.
  func all<Result>(
    _ sql: String, _ arguments: [SQLValue] = [], _ body: (SQLStatement) throws(StoreError) -> Result
  ) throws(StoreError) -> [Result] {
    var results: [Result] = []
    try each(sql, arguments) { row throws(StoreError) in
      results.append(try body(row))
      return true
    }
    return results
  }

  /// A number that a statement always gives, such as a count.
  func number(_ sql: String, _ arguments: [SQLValue] = []) throws(StoreError) -> Int64 {
    try first(sql, arguments) { $0.int(0) } ?? 0
  }

  /// A number that a statement always gives, such as a count.
  func number(_ statement: KnownStatement, _ arguments: [SQLValue] = []) throws(StoreError) -> Int64 {
    try first(statement, arguments) { $0.int(0) } ?? 0
  }

  /// The number of the row that was last added.
  var lastRow: Int64 { unsafe sqlite3_last_insert_rowid(handle) }

  /// How many rows the last statement changed.
  var changes: Int { Int(unsafe sqlite3_changes(handle)) }

  /// Runs statements that are used once, such as those that make tables.
  func execute(_ sql: String) throws(StoreError) {
    let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw failure(code) }
  }

  // MARK: Preparing

  private func prepared(_ statement: KnownStatement) throws(StoreError) -> SQLStatement {
    let place = statement.number & (Self.recentCount - 1)
    if let found = recent[place], found.source === statement { return found.statement }
    let found: Known
    if let kept = known[ObjectIdentifier(statement)] {
      found = kept
    } else {
      found = Known(source: statement, statement: try make(statement.sql))
      known[ObjectIdentifier(statement)] = found
    }
    recent[place] = found
    return found.statement
  }

  private func prepared(_ sql: String) throws(StoreError) -> SQLStatement {
    if let found = others[sql] { return found }
    let made = try make(sql)
    others[sql] = made
    return made
  }

  private func make(_ sql: String) throws(StoreError) -> SQLStatement {
    var statement: SQLiteStatement?
    let code = unsafe sqlite3_prepare_v3(
      handle, sql, Int32(sql.utf8.count), UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
    guard code == SQLITE_OK, let statement = unsafe statement else { throw failure(code) }
    return unsafe SQLStatement(statement)
  }

  // MARK: Transactions

  private static let beginDeferred = KnownStatement("BEGIN DEFERRED")
  private static let beginImmediate = KnownStatement("BEGIN IMMEDIATE")
  private static let commit = KnownStatement("COMMIT")
  private static let save = KnownStatement("SAVEPOINT body")
  private static let release = KnownStatement("RELEASE body")
  private static let undo = KnownStatement("ROLLBACK TO body")

  private func begin(_ statement: KnownStatement) throws(StoreError) {
    // Between transactions no statement is under way.
    if others.count > Self.limit { forgetOthers() }
    try run(statement)
  }

  /// Runs `body` in a transaction that holds the write lock from the start; undoes everything when it throws.
  func write<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
    try begin(Self.beginImmediate)
    do throws(StoreError) {
      memory.adopt(seenVersion)
      let result = try body()
      try commit()
      memory.confirm(seenVersion)
      return result
    } catch {
      rollBack()
      throw error
    }
  }

  /// Runs `body` within a transaction; undoes what it did when it throws, and nothing else.
  ///
  /// - Throws: What `body` throws, and a failure when a reference that it wrote leads nowhere; the transaction has ended
  ///   when that could not be undone.
  func savepoint(_ body: () throws(StoreError) -> Void) throws(StoreError) {
    try run(Self.save)
    do throws(StoreError) {
      try body()
      if hasDanglingReferences { throw danglingReference(Int(ResultCode.SQLITE_CONSTRAINT_FOREIGNKEY.rawValue)) }
      try run(Self.release)
    } catch {
      memory.forget()
      if isInTransaction {
        do throws(StoreError) {
          try run(Self.undo)
          try run(Self.release)
        } catch {
          // Nothing may be committed of which a part could not be undone.
          rollBack()
        }
      }
      throw error
    }
  }

  /// Runs `body` on one state of the database.
  func read<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
    let before = logHeader
    try begin(Self.beginDeferred)
    do throws(StoreError) {
      let result = try body()
      // As nobody has written since before it began, it has seen what the log had then.
      memory.noteLog(before == logHeader ? before : nil)
      try run(Self.commit)
      return result
    } catch {
      rollBack()
      throw error
    }
  }

  // MARK: Looking

  private static let dataVersion = KnownStatement("PRAGMA data_version")

  /// Runs `body` without a transaction: every statement sees the state that the memory is of, or nothing is taken.
  ///
  /// - Returns: Whether that held; if not, what `body` gave is of no use.
  func look(_ body: () throws(StoreError) -> Void) throws(StoreError) -> Bool {
    guard let version = memory.version, watched == nil else { return false }
    if others.count > Self.limit { forgetOthers() }
    (watched, hasSeenWatched, isOvertaken) = (version, false, false)
    defer { watched = nil }
    let before = memory.log == nil ? logHeader : nil
    do throws(StoreError) {
      try body()
      // What was known needed no statement; it has to be the last state all the same.
      if !hasSeenWatched, memory.log == nil || memory.log != logHeader { _ = try number(Self.dataVersion) }
      if before != nil, before == logHeader { memory.noteLog(before) }
      return true
    } catch {
      guard isOvertaken else { throw error }
      memory.forget()
      return false
    }
  }

  /// Makes sure that the statement under way sees the state that is watched.
  private func watch() throws(StoreError) {
    guard seenVersion == watched else {
      isOvertaken = true
      throw .busy
    }
    hasSeenWatched = true
  }

  private func commit() throws(StoreError) {
    do throws(StoreError) {
      try run(Self.commit)
    } catch {
      // References are looked at here, and SQLite does not say which one leads nowhere.
      guard case .failed(let code, _) = error, code == Int(ResultCode.SQLITE_CONSTRAINT_FOREIGNKEY.rawValue) else {
        throw error
      }
      throw danglingReference(code)
    }
  }

  private func danglingReference(_ code: Int) -> StoreError {
    let check = "SELECT \"table\", \"parent\" FROM pragma_foreign_key_check"
    let tables = try? first(check) { ($0.text(0), $0.text(1)) }
    return .failed(code: code, cause: SQLiteMessages.danglingReference(from: tables?.0, to: tables?.1))
  }

  /// Whether a reference leads nowhere that was written in the transaction under way.
  private var hasDanglingReferences: Bool {
    var (current, highest): (Int32, Int32) = (0, 0)
    let code = unsafe sqlite3_db_status(handle, SQLITE_DBSTATUS_DEFERRED_FKS, &current, &highest, 0)
    return code == SQLITE_OK && current != 0
  }

  var isInTransaction: Bool { unsafe sqlite3_get_autocommit(handle) == 0 }

  /// Undoes the transaction, unless SQLite has already done so.
  private func rollBack() {
    memory.forget()
    guard isInTransaction else { return }
    // A rollback only fails where there is nothing left to undo.
    try? run("ROLLBACK")
  }

  /// SQLite's count of the changes that this connection has seen, its own and those of others; `nil` when it keeps none.
  var seenVersion: UInt32? {
    var version: UInt32 = 0
    let code = unsafe withUnsafeMutablePointer(to: &version) {
      unsafe sqlite3_file_control(handle, "main", SQLITE_FCNTL_DATA_VERSION, $0)
    }
    return code == SQLITE_OK ? version : nil
  }

  /// The head of the log as it is now; `nil` where none is known.
  private var logHeader: LogHeader? { memory.version == nil ? nil : unsafe LogHeader(of: handle) }

  /// How long to wait for another program's transaction, in seconds.
  func setPatience(_ seconds: Double) { unsafe sqlite3_busy_timeout(handle, Int32(seconds * 1_000)) }

  // MARK: Failures

  /// The failure of the call that was just made on this connection.
  func failure(_ code: Int32) -> StoreError {
    let extended = unsafe sqlite3_extended_errcode(handle)
    let message = unsafe sqlite3_errmsg(handle).map { unsafe String(cString: $0) } ?? ""
    return StoreError(code: extended & 0xFF == code & 0xFF ? extended : code, message: message)
  }
}
