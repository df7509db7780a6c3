import BylawStore
import GRDB
import GRDBSQLite

/// What a statement is given, or gives, in one place.
enum SQLValue: Sendable, Hashable {
  case null
  case int(Int64)
  case real(Double)
  case text(String)
  case blob([UInt8])

  /// A text, or nothing.
  init(_ text: String?) { self = text.map { .text($0) } ?? .null }

  /// A number, or nothing.
  init(_ int: Int64?) { self = int.map { .int($0) } ?? .null }
}

/// A prepared statement of one connection, and the row that it stands on.
///
/// Goes to SQLite itself for binding and reading, as texts may hold U+0000 and have to come back as they went in.
@safe struct SQLStatement {
  private let handle: SQLiteStatement

  /// A statement that whoever prepared it has to finalize.
  @unsafe init(_ handle: SQLiteStatement) { unsafe self.handle = handle }

  /// Ends a statement, which cannot be used any more.
  func finalize() { _ = unsafe sqlite3_finalize(handle) }

  /// SQLite's wish to copy what is bound.
  private static var transient: sqlite3_destructor_type {
    unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
  }

  /// Gives the statement its arguments, from the first place on; texts and blobs lie in `room` until it is reset.
  func bind(
    _ arguments: [SQLValue], in room: inout ArgumentRoom, on connection: SQLConnection
  ) throws(StoreError) {
    var place: Int32 = 0
    for argument in arguments {
      place += 1
      let code = bind(argument, at: place, in: &room)
      guard code == SQLITE_OK else { throw connection.failure(code) }
    }
  }

  private func bind(_ argument: SQLValue, at place: Int32, in room: inout ArgumentRoom) -> Int32 {
    switch argument {
    case .null: return unsafe sqlite3_bind_null(handle, place)
    case .int(let int): return unsafe sqlite3_bind_int64(handle, place, int)
    case .real(let real): return unsafe sqlite3_bind_double(handle, place, real)
    case .blob(let bytes):
      if bytes.isEmpty { return unsafe sqlite3_bind_zeroblob(handle, place, 0) }
      return unsafe bytes.withUnsafeBytes { bytes in
        if let kept = unsafe room.keep(bytes) {
          return unsafe sqlite3_bind_blob(handle, place, kept, Int32(bytes.count), nil)
        }
        return unsafe sqlite3_bind_blob(handle, place, bytes.baseAddress, Int32(bytes.count), Self.transient)
      }
    case .text(var text):
      if text.utf8.isEmpty { return unsafe sqlite3_bind_text(handle, place, "", 0, Self.transient) }
      return text.withUTF8 { bytes in
        if let kept = unsafe room.keep(UnsafeRawBufferPointer(bytes)) {
          let start = unsafe kept.assumingMemoryBound(to: CChar.self)
          return unsafe sqlite3_bind_text(handle, place, start, Int32(bytes.count), nil)
        }
        return unsafe bytes.withMemoryRebound(to: CChar.self) {
          unsafe sqlite3_bind_text(handle, place, $0.baseAddress, Int32($0.count), Self.transient)
        }
      }
    }
  }

  /// Goes to the next row; `false` when there is none.
  func step(on connection: SQLConnection) throws(StoreError) -> Bool {
    let code = unsafe sqlite3_step(handle)
    if code == SQLITE_ROW { return true }
    guard code == SQLITE_DONE else { throw connection.failure(code) }
    return false
  }

  /// Makes the statement ready for its next use.
  ///
  /// - `hasArguments`: Whether it was given some, which it must not keep.
  func reset(hasArguments: Bool) {
    _ = unsafe sqlite3_reset(handle)
    if hasArguments { _ = unsafe sqlite3_clear_bindings(handle) }
  }

  // MARK: The row

  func isNull(_ column: Int) -> Bool { unsafe sqlite3_column_type(handle, Int32(column)) == SQLITE_NULL }

  func int(_ column: Int) -> Int64 { unsafe sqlite3_column_int64(handle, Int32(column)) }

  func real(_ column: Int) -> Double { unsafe sqlite3_column_double(handle, Int32(column)) }

  /// The text of a column; bytes that are no UTF-8 come as U+FFFD.
  func text(_ column: Int) -> String {
    guard let start = unsafe sqlite3_column_text(handle, Int32(column)) else { return "" }
    let count = unsafe sqlite3_column_bytes(handle, Int32(column))
    return unsafe String(decoding: UnsafeBufferPointer(start: start, count: Int(count)), as: UTF8.self)
  }

  func optionalText(_ column: Int) -> String? { isNull(column) ? nil : text(column) }

  func optionalInt(_ column: Int) -> Int64? { isNull(column) ? nil : int(column) }

  /// How many bytes the texts and blobs of so many columns have that were read.
  func bytes(of columns: Int) -> Int {
    var sum = 0
    for column in 0..<Int32(columns) {
      let kind = unsafe sqlite3_column_type(handle, column)
      if kind == SQLITE_TEXT || kind == SQLITE_BLOB { sum += Int(unsafe sqlite3_column_bytes(handle, column)) }
    }
    return sum
  }

  /// The bytes of a blob or a text.
  func blob(_ column: Int) -> [UInt8] {
    guard let start = unsafe sqlite3_column_blob(handle, Int32(column)) else { return [] }
    let count = unsafe sqlite3_column_bytes(handle, Int32(column))
    return unsafe Array(UnsafeRawBufferPointer(start: start, count: Int(count)))
  }
}
