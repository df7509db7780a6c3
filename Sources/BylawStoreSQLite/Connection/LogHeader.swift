import GRDBSQLite

/// The head of the index of the log, which lies in memory that all programs with the database open share.
///
/// SQLite writes it anew with every commit, with a count of them; as long as it stays the same nobody has written. Its
/// form is laid down in "WAL-mode File Format", section 2.1.
struct LogHeader: Equatable {
  private let first, second, third, fourth, fifth, sixth: UInt64

  /// Bytes of a part of the shared memory, of which the head is the beginning.
  private static let regionSize: Int32 = 32_768
  /// What an index of this form says to be.
  private static let form: UInt32 = 3_007_000

  /// The head as it is now; `nil` where the database has no log, or one of another form.
  ///
  /// - `handle`: A connection that has read from the log.
  @unsafe init?(of handle: OpaquePointer) {
    var file: UnsafeMutablePointer<sqlite3_file>?
    let code = unsafe withUnsafeMutablePointer(to: &file) {
      unsafe sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, $0)
    }
    guard code == SQLITE_OK, let file = unsafe file, let methods = unsafe file.pointee.pMethods,
      unsafe methods.pointee.iVersion >= 2, let map = unsafe methods.pointee.xShmMap
    else { return nil }
    var region: UnsafeMutableRawPointer?
    guard unsafe map(file, 0, Self.regionSize, 0, &region) == SQLITE_OK, let region = unsafe region else { return nil }
    // The first of two copies: SQLite writes it last, so a commit is not done before it has changed.
    guard unsafe region.load(as: UInt32.self) == Self.form else { return nil }
    first = unsafe region.load(as: UInt64.self)
    second = unsafe region.load(fromByteOffset: 8, as: UInt64.self)
    third = unsafe region.load(fromByteOffset: 16, as: UInt64.self)
    fourth = unsafe region.load(fromByteOffset: 24, as: UInt64.self)
    fifth = unsafe region.load(fromByteOffset: 32, as: UInt64.self)
    sixth = unsafe region.load(fromByteOffset: 40, as: UInt64.self)
  }
}
