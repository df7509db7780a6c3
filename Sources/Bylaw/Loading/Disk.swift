import Glibc

/// The file system, as far as loading rules asks it: a few calls of the system, so that a command which decides one
/// request starts at once.
enum Disk {
  /// What stands at a path.
  enum Kind {
    case file, folder, link
    /// A pipe, a device and the like.
    case other
  }

  /// What stands at a path, a link itself or with `following` what it leads to; `nil` where nothing does.
  static func kind(of path: String, following: Bool) -> Kind? {
    var status = stat()
    guard (following ? stat(path, &status) : lstat(path, &status)) == 0 else { return nil }
    return switch status.st_mode & S_IFMT {
    case S_IFREG: .file
    case S_IFDIR: .folder
    case S_IFLNK: .link
    default: .other
    }
  }

  /// Whether a folder stands at a path, or a link that leads to one.
  static func isFolder(_ path: String) -> Bool { kind(of: path, following: true) == .folder }

  /// The names in a folder in the order of the disk; `nil` where it cannot be read.
  static func names(in folder: String) -> [String]? {
    guard let stream = opendir(folder) else { return nil }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        tuple.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// All that a file holds; `nil` where it cannot be read.
  static func contents(of path: String) -> [UInt8]? {
    var descriptor = open(path, O_RDONLY | O_CLOEXEC)
    while descriptor < 0, errno == EINTR { descriptor = open(path, O_RDONLY | O_CLOEXEC) }
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else { return nil }
    var bytes: [UInt8] = []
    // One more than it should hold shows at once that nothing follows.
    var room = max(Int(status.st_size) + 1, 4096)
    while true {
      var read = 0
      let more = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
        read = Glibc.read(descriptor, buffer.baseAddress, room)
        while read < 0, errno == EINTR { read = Glibc.read(descriptor, buffer.baseAddress, room) }
        count = max(0, read)
      }
      guard read >= 0 else { return nil }
      if read == 0 { return bytes }
      if bytes.isEmpty { bytes = more } else { bytes += more }
      // A file that had less than there was room for is read; of anything else more may come.
      if read < room, status.st_mode & S_IFMT == S_IFREG { return bytes }
      room = max(room - read, 4096)
    }
  }

  /// The absolute path without links; `.` and `..` are taken off as they are written.
  static func real(_ path: String) -> String {
    var plain = path
    if !path.hasPrefix("/"), let folder = getcwd(nil, 0) {
      plain = String(cString: folder) + "/" + path
      free(folder)
    }
    plain = RulePath.join("", plain)
    guard let real = realpath(plain, nil) else { return plain }
    defer { free(real) }
    return String(cString: real)
  }
}
