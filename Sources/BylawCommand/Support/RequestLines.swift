import Glibc

/// Lines of a stream, read piece by piece: what is held does not grow with how many there are.
struct RequestLines {
  /// Some lines in a row.
  struct Piece: Sendable {
    /// The number of the first line, from 1.
    var firstLine: Int
    var bytes: [UInt8]
  }
  /// A line goes beyond what any document may have.
  struct LineTooLong: Error {
    var number: Int
  }
  /// How much is read at once.
  private static let pieceSize = 128 << 10
  private static let longestLine = 64 << 20

  /// What was read and not handed out yet.
  private var pending: [UInt8]
  /// Up to here it was handed out.
  private var start = 0
  /// Where the rest comes from; `nil` when everything was read.
  private var descriptor: Int32?
  private var nextLine = 1

  /// The lines of bytes that were read already, and of what follows them on an open file.
  init(_ bytes: [UInt8], then descriptor: Int32?) {
    pending = bytes
    self.descriptor = descriptor
  }

  /// The next lines, at most so many pieces of them; none at the end.
  mutating func next(_ count: Int) throws -> [Piece] {
    var pieces: [Piece] = []
    while pieces.count < count, let piece = try nextPiece() { pieces.append(piece) }
    return pieces
  }

  private mutating func nextPiece() throws -> Piece? {
    while true {
      let reach = min(start + Self.pieceSize, pending.count)
      if let end = pending[start..<reach].lastIndex(of: 0x0A) ?? pending[reach...].firstIndex(of: 0x0A) {
        return handOut(until: end + 1)
      }
      guard pending.count - start <= Self.longestLine else { throw LineTooLong(number: nextLine) }
      guard let descriptor else { return start == pending.count ? nil : handOut(until: pending.count) }
      pending.removeFirst(start)
      start = 0
      let more = Self.read(descriptor, atMost: 8 * Self.pieceSize)
      if more.isEmpty { self.descriptor = nil } else { pending += more }
    }
  }

  private mutating func handOut(until end: Int) -> Piece {
    let piece = Piece(firstLine: nextLine, bytes: Array(pending[start..<end]))
    start = end
    nextLine += piece.bytes.count { $0 == 0x0A }
    return piece
  }

  /// Reads from an open file; empty at its end.
  static func read(_ descriptor: Int32, atMost size: Int) -> [UInt8] {
    Array(unsafeUninitializedCapacity: size) { buffer, count in
      var result = Glibc.read(descriptor, buffer.baseAddress, size)
      while result < 0, errno == EINTR { result = Glibc.read(descriptor, buffer.baseAddress, size) }
      count = max(0, result)
    }
  }
}

extension RequestLines.Piece {
  /// Goes through the lines that are not blank, with their numbers.
  func forEachLine(_ body: (_ number: Int, _ line: [UInt8]) -> Void) {
    var (number, start) = (firstLine, 0)
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
      let line = bytes[start..<end]
      if !line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { body(number, Array(line)) }
      number += 1
      start = end + 1
    }
  }
}
