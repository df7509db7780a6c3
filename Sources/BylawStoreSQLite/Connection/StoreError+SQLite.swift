import BylawStore
import GRDB
import GRDBSQLite

/// Failures of SQLite in the words of the store; no value of a row ever stands in one.
extension StoreError {
  /// The failure of whoever comes after `close`.
  static let closed = StoreError.failed(code: Int(SQLITE_MISUSE), cause: SQLiteMessages.closed)

  /// - Parameters:
  ///   - code: SQLite's extended result code.
  ///   - message: SQLite's own words, which name tables and constraints.
  init(code: Int32, message: String) {
    switch code & 0xFF {
    case SQLITE_BUSY, SQLITE_LOCKED: self = .busy
    case SQLITE_CORRUPT, SQLITE_NOTADB: self = .corrupt(SQLiteMessages.damaged(message))
    case SQLITE_FULL: self = .failed(code: Int(code), cause: SQLiteMessages.full(message))
    case SQLITE_IOERR: self = .failed(code: Int(code), cause: SQLiteMessages.broken(message))
    case SQLITE_READONLY, SQLITE_PERM: self = .failed(code: Int(code), cause: SQLiteMessages.guarded(message))
    case SQLITE_CANTOPEN: self = .failed(code: Int(code), cause: SQLiteMessages.unopened(message))
    case SQLITE_CONSTRAINT: self = .failed(code: Int(code), cause: SQLiteMessages.constraint(message))
    default: self = .failed(code: Int(code), cause: SQLiteMessages.refused(message))
    }
  }

  /// A failure of GRDB.
  init(_ error: any Error) {
    switch error {
    case let error as StoreError: self = error
    case let error as DatabaseError where error.resultCode == .SQLITE_MISUSE:
      self = .closed
    case let error as DatabaseError:
      self.init(code: error.extendedResultCode.rawValue, message: error.message ?? "")
    default: self = .failed(code: Int(SQLITE_ERROR), cause: SQLiteMessages.refused("\(type(of: error))"))
    }
  }

  /// The same failure at a place where a database is opened.
  func whileOpening(_ path: String) -> StoreError {
    switch self {
    // A store whose pages are damaged or cut off still says in its first bytes that it is one.
    case .corrupt: FileKind.isStore(path) ? self : .notAStore(path: path)
    case .failed(_, let cause): .cannotOpen(path: path, cause: cause)
    default: self
    }
  }
}
