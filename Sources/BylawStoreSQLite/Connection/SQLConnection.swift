import BylawStore
import GRDB
import GRDBSQLite

/// A connection while a body of the backend has it: statements that were prepared once, with arguments bound.
struct SQLConnection {
  let database: Database

  init(_ database: Database) { self.database = database }

  /// Runs a statement, and gives each row to `body` until that says `false`.
  func each(
    _ sql: String, _ arguments: [SQLValue] = [], _ body: (SQLStatement) throws(StoreError) -> Bool
  ) throws(StoreError) {
    let statement = try prepared(sql)
    defer { statement.reset() }
    try statement.bind(arguments)
    while try statement.step() {
      guard try body(statement) else { return }
    }
  }

  /// Runs a statement that gives no rows, or whose rows do not matter.
  func run(_ sql: String, _ arguments: [SQLValue] = []) throws(StoreError) {
    try each(sql, arguments) { _ in true }
  }

  /// What `body` makes of the first row; `nil` when there is none.
  func first<Result>(
    _ sql: String, _ arguments: [SQLValue] = [], _ body: (SQLStatement) throws(StoreError) -> Result
  ) throws(StoreError) -> Result? {
    var result: Result?
    try each(sql, arguments) { row throws(StoreError) in
      result = try body(row)
      return false
    }
    return result
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

  /// How many rows the last statement changed.
  var changes: Int { database.changesCount }

  private func prepared(_ sql: String) throws(StoreError) -> SQLStatement {
    do {
      return SQLStatement(try database.cachedStatement(sql: sql), on: self)
    } catch {
      throw StoreError(error)
    }
  }

  /// Runs statements that are used once, such as those that make tables.
  func execute(_ sql: String) throws(StoreError) {
    do { try database.execute(sql: sql) } catch { throw StoreError(error) }
  }

  // MARK: Transactions

  /// Runs `body` in a transaction that holds the write lock from the start; undoes everything when it throws.
  func write<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
    try run("BEGIN IMMEDIATE")
    do throws(StoreError) {
      let result = try body()
      try commit()
      return result
    } catch {
      rollBack()
      throw error
    }
  }

  /// Runs `body` on one state of the database.
  func read<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
    try run("BEGIN DEFERRED")
    do throws(StoreError) {
      let result = try body()
      try run("COMMIT")
      return result
    } catch {
      rollBack()
      throw error
    }
  }

  private func commit() throws(StoreError) {
    do throws(StoreError) {
      try run("COMMIT")
    } catch {
      // References are looked at here, and SQLite does not say which one leads nowhere.
      guard case .failed(let code, _) = error, code == Int(ResultCode.SQLITE_CONSTRAINT_FOREIGNKEY.rawValue) else {
        throw error
      }
      let tables = try? first("SELECT \"table\", \"parent\" FROM pragma_foreign_key_check") { ($0.text(0), $0.text(1)) }
      throw .failed(code: code, cause: SQLiteMessages.danglingReference(from: tables?.0, to: tables?.1))
    }
  }

  /// Undoes the transaction, unless SQLite has already done so.
  private func rollBack() {
    guard database.isInsideTransaction else { return }
    // A rollback only fails where there is nothing left to undo.
    try? run("ROLLBACK")
  }

  /// How long to wait for another program's transaction, in seconds.
  func setPatience(_ seconds: Double) {
    guard let handle = unsafe database.sqliteConnection else { return }
    unsafe sqlite3_busy_timeout(handle, Int32(seconds * 1_000))
  }

  // MARK: Failures

  /// The failure of the call that was just made on this connection.
  func failure(_ code: Int32) -> StoreError {
    guard let handle = unsafe database.sqliteConnection else {
      return .failed(code: Int(SQLITE_MISUSE), cause: SQLiteMessages.closed)
    }
    let extended = unsafe sqlite3_extended_errcode(handle)
    let message = unsafe sqlite3_errmsg(handle).map { unsafe String(cString: $0) } ?? ""
    return StoreError(code: extended & 0xFF == code & 0xFF ? extended : code, message: message)
  }
}
