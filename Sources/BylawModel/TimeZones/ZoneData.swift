/// The content of a TZif file (RFC 9636): what a zone did, and the rule for what it will do.
struct ZoneData: Sendable, Hashable {
  /// The instants of change, in seconds since 1970, ascending.
  private var transitions: [Int64] = []
  /// The offset from each change on, in seconds east of UTC.
  private var offsets: [Int32] = []
  /// The offset before the first change.
  private var first: Int32
  /// What holds after the last change.
  private var rule: PosixZoneRule?

  init(fixed offset: Int) { first = Int32(offset) }

  /// Reads a file of version 2 or later; `nil` when it is damaged or an older one.
  init?(file bytes: [UInt8]) {
    // The file begins with a block of 32-bit times for old readers; the block of 64-bit times follows.
    guard let old = ZoneHeader(bytes, at: 0), old.version >= UInt8(ascii: "2"),
      let header = ZoneHeader(bytes, at: ZoneHeader.length + old.contentLength(timeLength: 4))
    else { return nil }
    // The block: times of change, the type from each change on, and the types (offset, summer or not, abbreviation).
    let times = header.contentStart
    let kinds = times + header.timeCount * 8
    let types = kinds + header.timeCount
    let end = header.contentStart + header.contentLength(timeLength: 8)
    guard header.typeCount > 0, end <= bytes.count else { return nil }
    func offset(ofType index: Int) -> Int32 {
      Int32(truncatingIfNeeded: bigEndian(bytes, at: types + index * 6, length: 4))
    }
    first = offset(ofType: 0)
    for index in 0..<header.timeCount {
      let time = Int64(bitPattern: bigEndian(bytes, at: times + index * 8, length: 8))
      let type = Int(bytes[kinds + index])
      guard type < header.typeCount, transitions.last.map({ $0 < time }) ?? true else { return nil }
      transitions.append(time)
      offsets.append(offset(ofType: type))
    }
    guard ([first] + offsets).allSatisfy({ (-93_599...93_599).contains($0) }) else { return nil }
    // The footer: a line that holds the rule of POSIX's TZ variable.
    guard end < bytes.count, bytes[end] == 0x0A, let close = bytes[(end + 1)...].firstIndex(of: 0x0A) else {
      return nil
    }
    let footer = String(decoding: bytes[(end + 1)..<close], as: UTF8.self)
    guard !footer.isEmpty else { return }
    guard let rule = PosixZoneRule(footer) else { return nil }
    self.rule = rule
  }

  /// Seconds east of UTC at an instant in seconds since 1970.
  func offset(at seconds: Int64) -> Int {
    var low = 0
    var high = transitions.count
    while low < high {
      let middle = (low + high) / 2
      if transitions[middle] <= seconds { low = middle + 1 } else { high = middle }
    }
    if low == transitions.count, let rule { return rule.offset(at: seconds) }
    return Int(low == 0 ? first : offsets[low - 1])
  }
}

/// The header of one of the two blocks of a TZif file.
private struct ZoneHeader {
  static let length = 44
  var version: UInt8
  var contentStart: Int
  var timeCount: Int
  var typeCount: Int
  private var characterCount: Int
  private var leapCount: Int
  private var standardCount: Int
  private var utcCount: Int

  init?(_ bytes: [UInt8], at start: Int) {
    guard start + Self.length <= bytes.count, bytes[start..<start + 4].elementsEqual("TZif".utf8) else { return nil }
    func count(_ index: Int) -> Int { Int(bigEndian(bytes, at: start + 20 + index * 4, length: 4)) }
    version = bytes[start + 4]
    contentStart = start + Self.length
    (utcCount, standardCount, leapCount) = (count(0), count(1), count(2))
    (timeCount, typeCount, characterCount) = (count(3), count(4), count(5))
    // Files with leap seconds count time in another way.
    guard leapCount == 0, [utcCount, standardCount, timeCount, typeCount, characterCount].allSatisfy({ $0 < 65_536 })
    else { return nil }
  }

  func contentLength(timeLength: Int) -> Int {
    timeCount * (timeLength + 1) + typeCount * 6 + characterCount + standardCount + utcCount
  }
}

/// An unsigned number in network order; the bytes are there.
private func bigEndian(_ bytes: [UInt8], at start: Int, length: Int) -> UInt64 {
  bytes[start..<start + length].reduce(0) { $0 << 8 | UInt64($1) }
}
