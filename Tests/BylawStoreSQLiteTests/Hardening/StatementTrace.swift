import GRDBSQLite
import Synchronization

/// Every statement that any connection of this process runs on a database, as SQLite itself tells it.
///
/// Nothing that a backend does escapes it, whatever way it goes: the trace is set up with each connection.
enum StatementTrace {
  /// A statement as it was prepared, without its arguments.
  struct Statement: Sendable, Hashable {
    var sql: String
    /// SQLite's own word on whether it can change the database.
    var isReading: Bool
  }

  private static let statements = Mutex<[String: [Statement]]>([:])
  /// By database, the most statements that one of its connections had at a time.
  private static let kept = Mutex<[String: Int]>([:])
  private static let isSetUp = Mutex(false)

  /// Listens to connections that are opened from now on.
  static func begin() {
    isSetUp.withLock { isSetUp in
      guard !isSetUp else { return }
      isSetUp = true
      typealias Entry =
        @convention(c) (
          OpaquePointer?, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, UnsafeRawPointer?
        ) -> Int32
      let entry: Entry = { connection, _, _ in
        sqlite3_trace_v2(
          connection, UInt32(SQLITE_TRACE_STMT),
          { _, _, statement, text in
            StatementTrace.note(
              statement.map { OpaquePointer($0) }, text.map { String(cString: $0.assumingMemoryBound(to: CChar.self)) })
            return SQLITE_OK
          }, nil)
        return SQLITE_OK
      }
      sqlite3_auto_extension(unsafeBitCast(entry, to: (@convention(c) () -> Void).self))
    }
  }

  private static func note(_ statement: OpaquePointer?, _ text: String?) {
    // What a trigger does is told as a comment.
    guard let text, !text.hasPrefix("--") else { return }
    let file = sqlite3_db_filename(sqlite3_db_handle(statement), "main").map { String(cString: $0) } ?? ""
    guard file.contains(marker) else { return }
    let isReading = sqlite3_stmt_readonly(statement) != 0
    var (count, next) = (0, sqlite3_next_stmt(sqlite3_db_handle(statement), nil))
    while let found = next { (count, next) = (count + 1, sqlite3_next_stmt(sqlite3_db_handle(statement), found)) }
    kept.withLock { $0[file] = max(count, $0[file] ?? 0) }
    statements.withLock { $0[file, default: []].append(Statement(sql: text, isReading: isReading)) }
  }

  /// A file whose name has this in it is listened to.
  static let marker = "traced"

  /// The most statements that a connection to a database had prepared at a time.
  static func mostKept(on path: String) -> Int {
    kept.withLock { all in all.first { $0.key.hasSuffix(path) }?.value ?? 0 }
  }

  /// What was run on a database so far, in order.
  static func statements(on path: String) -> [Statement] {
    statements.withLock { all in all.first { $0.key.hasSuffix(path) }?.value ?? [] }
  }
}
