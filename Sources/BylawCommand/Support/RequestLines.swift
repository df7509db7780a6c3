import Glibc

/// Lines of a stream, read piece by piece: what is held does not grow with how many there are.
struct RequestLines {
  /// Some lines in a row, in storage that is used again for later ones.
  struct Piece: Sendable {
    /// Its position among all pieces, from 0.
    fileprivate(set) var number = 0
    /// The number of the first line, from 1.
    fileprivate(set) var firstLine = 0
    /// What was read, of which the first `count` bytes are these lines.
    fileprivate var bytes: [UInt8] = []
    fileprivate var count = 0
  }
  /// A line goes beyond what any document may have.
  struct LineTooLong: Error {
    var number: Int
  }
  /// How much is handed out at once, but for a line that is longer.
  private static let pieceSize = 128 << 10
  private static let longestLine = 64 << 20

  /// What was read and not handed out yet, from `start` on.
  private var pending: [UInt8]
  private var start = 0
  /// Where the rest comes from; `nil` when everything was read.
  private var descriptor: Int32?
  private var nextNumber = 0
  private var nextLine = 1

  /// The lines of bytes that were read already, and of what follows them on an open file.
  init(_ bytes: [UInt8], then descriptor: Int32?) {
    pending = bytes
    self.descriptor = descriptor
  }

  /// Puts the next lines into a piece, instead of what it had; `false` at the end.
  mutating func next(into piece: inout Piece) throws -> Bool {
    piece.count = 0
    var searched = 0
    while true {
      let isEnd = start == pending.count && descriptor == nil
      if piece.count >= Self.pieceSize || isEnd {
        // The last line of all may lack its end.
        let end = Self.lastLineEnd(piece.bytes, searched..<piece.count) ?? (isEnd ? piece.count : nil)
        if let end {
          handOut(&piece, until: end)
          return piece.count > 0
        }
        guard piece.count <= Self.longestLine else { throw LineTooLong(number: nextLine) }
        searched = piece.count
      }
      try add(to: &piece, atMost: max(1, Self.pieceSize - piece.count, piece.count))
    }
  }

  /// Adds what was read before, or reads on.
  private mutating func add(to piece: inout Piece, atMost size: Int) throws(Descriptor.Failure) {
    if piece.bytes.count < piece.count + size {
      piece.bytes += repeatElement(0, count: piece.count + size - piece.bytes.count)
    }
    let from = piece.count
    if start < pending.count {
      let taken = min(size, pending.count - start)
      piece.bytes.replaceSubrange(from..<(from + taken), with: pending[start..<(start + taken)])
      start += taken
      piece.count += taken
    } else if let descriptor {
      let result = piece.bytes.withUnsafeMutableBytes { bytes -> Result<Int, Descriptor.Failure> in
        let room = UnsafeMutableRawBufferPointer(rebasing: bytes[from..<(from + size)])
        return Result { () throws(Descriptor.Failure) in try Descriptor.read(descriptor, to: room) }
      }
      let count = try result.get()
      if count == 0 { self.descriptor = nil }
      piece.count += count
    }
  }

  private mutating func handOut(_ piece: inout Piece, until end: Int) {
    if start < pending.count {
      start -= piece.count - end
    } else {
      pending.removeAll(keepingCapacity: true)
      pending += piece.bytes[end..<piece.count]
      start = 0
    }
    piece.count = end
    piece.number = nextNumber
    piece.firstLine = nextLine
    nextNumber += 1
    nextLine += piece.lineEnds
  }

  private static func lastLineEnd(_ bytes: [UInt8], _ range: Range<Int>) -> Int? {
    bytes.withUnsafeBytes { bytes in
      var end = range.upperBound
      while end > range.lowerBound, bytes[end - 1] != 0x0A { end -= 1 }
      return end > range.lowerBound ? end : nil
    }
  }
}

extension RequestLines.Piece {
  /// Goes through the lines that are not blank, with their numbers, in place.
  func forEachLine(_ body: (_ number: Int, _ line: UnsafeRawBufferPointer) -> Void) {
    bytes.withUnsafeBytes { bytes in
      let all = UnsafeRawBufferPointer(rebasing: bytes[..<count])
      var (number, start) = (firstLine, 0)
      while start < all.count {
        let end = Self.lineEnd(all, from: start) ?? all.count
        let line = UnsafeRawBufferPointer(rebasing: all[start..<end])
        if !line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { body(number, line) }
        number += 1
        start = end + 1
      }
    }
  }

  /// How many lines end in it.
  fileprivate var lineEnds: Int {
    bytes.withUnsafeBytes { bytes in
      let all = UnsafeRawBufferPointer(rebasing: bytes[..<count])
      var (ends, start) = (0, 0)
      while let end = Self.lineEnd(all, from: start) { (ends, start) = (ends + 1, end + 1) }
      return ends
    }
  }

  private static func lineEnd(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
    guard start < bytes.count, let base = bytes.baseAddress, let found = memchr(base + start, 0x0A, bytes.count - start)
    else { return nil }
    return UnsafeRawPointer(found) - base
  }
}
