import Glibc

/// Reads and writes open files whole, also those that another program has set not to block.
enum Descriptor {
  /// The system could not read or write.
  struct Failure: Error, CustomStringConvertible {
    var code: Int32
    /// What the system says of it.
    var description: String { String(cString: strerror(code)) }
  }

  /// Reads what comes next, once something is there; 0 at the end.
  static func read(_ descriptor: Int32, to buffer: UnsafeMutableRawBufferPointer) throws(Failure) -> Int {
    while true {
      let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if count >= 0 { return count }
      try wait(descriptor, POLLIN)
    }
  }

  /// The same as an array, of at most so many bytes; empty at the end.
  static func read(_ descriptor: Int32, atMost size: Int) throws(Failure) -> [UInt8] {
    var failure: Failure?
    // Room that is not written to costs nothing.
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { room, count in
      do throws(Failure) {
        count = try read(descriptor, to: UnsafeMutableRawBufferPointer(room))
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Reads until the end.
  static func readAll(_ descriptor: Int32) throws(Failure) -> [UInt8] {
    var all: [UInt8] = []
    while true {
      let more = try read(descriptor, atMost: 1 << 16)
      if more.isEmpty { return all }
      all += more
    }
  }

  /// Writes all bytes, waiting where whoever reads is slow.
  static func write(_ bytes: [UInt8], to descriptor: Int32) throws(Failure) {
    var start = 0
    while start < bytes.count {
      let written = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress.map { $0 + start }, $0.count - start)
      }
      if written < 0 { try wait(descriptor, POLLOUT) }
      start += max(0, written)
    }
  }

  /// Waits where the last call said that it would have had to; throws for any other failure of it.
  private static func wait(_ descriptor: Int32, _ event: Int32) throws(Failure) {
    switch errno {
    case EINTR: return
    case EAGAIN:
      var question = pollfd(fd: descriptor, events: Int16(event), revents: 0)
      _ = poll(&question, 1, -1)
    case let code: throw Failure(code: code)
    }
  }
}
