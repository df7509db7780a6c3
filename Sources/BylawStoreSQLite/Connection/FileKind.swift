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
}
