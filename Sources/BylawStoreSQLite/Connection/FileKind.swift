#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What is at a path where a database is looked for.
enum FileKind {
  case nothing
  case folder
  /// A file, or something that SQLite has to judge.
  case other

  init(_ path: String) {
    var info = stat()
    if unsafe stat(path, &info) == 0 {
      self = info.st_mode & S_IFMT == S_IFDIR ? .folder : .other
    } else {
      self = errno == ENOENT || errno == ENOTDIR ? .nothing : .other
    }
  }

  /// Whether a file begins as the database of a store does, whatever follows.
  static func isStore(_ path: String) -> Bool {
    let mark = Array("SQLite format 3\0".utf8)
    let header = firstBytes(of: path, count: 72)
    guard header.count == 72, header.starts(with: mark) else { return false }
    return header[68...].reduce(0) { $0 << 8 | Int64($1) } == SystemTables.applicationID
  }

  /// Whether there is something beside a database that is not in it yet, or that a program has which holds it open.
  ///
  /// The files are not opened: to close one again would end the locks that a store in this process has on it.
  static func isInUse(_ path: String) -> Bool {
    // The second file is made whole by whoever opens a database, and left unfinished where there was no room for it.
    size(of: path + "-wal") > 0 || size(of: path + "-shm") >= 32_768
  }

  /// In bytes; 0 where there is no file.
  private static func size(of path: String) -> Int64 {
    var info = stat()
    return unsafe stat(path, &info) == 0 ? Int64(info.st_size) : 0
  }

  private static func firstBytes(of path: String, count: Int) -> [UInt8] {
    guard let file = unsafe fopen(path, "rb") else { return [] }
    defer { unsafe fclose(file) }
    return unsafe Array(unsafeUninitializedCapacity: count) { buffer, read in
      read = unsafe fread(buffer.baseAddress, 1, count, file)
    }
  }
}
