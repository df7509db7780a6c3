import BylawModel

/// What ends the short way of a request: something that only the long way can read, or tell what is wrong with it.
struct NotPlain: Error {}

/// Reads JSON (RFC 8259) in place, as far as requests are made of it: no escapes and no exponents.
///
/// It accepts nothing that `JSONReader` refuses; where it stops, that one reads the document from the beginning.
struct JSONCursor {
  private let bytes: UnsafeRawBufferPointer
  /// The next byte to be read.
  private(set) var offset = 0

  /// A cursor over a document that is valid UTF-8.
  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// A cursor over the same document at another place.
  func at(_ offset: Int) -> JSONCursor {
    var other = self
    other.offset = offset
    return other
  }

  /// The content of a string.
  subscript(_ content: Range<Int>) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[content]) }

  // MARK: Structure

  /// The next byte that is no space.
  @inline(__always)
  mutating func peek() throws(NotPlain) -> UInt8 {
    while offset < bytes.count {
      let byte = bytes[offset]
      if byte != 0x20, byte != 0x0A, byte != 0x0D, byte != 0x09 { return byte }
      offset += 1
    }
    throw NotPlain()
  }

  /// Takes the next byte that is no space, which has to be this one.
  @inline(__always)
  mutating func take(_ byte: UInt8) throws(NotPlain) {
    guard try peek() == byte else { throw NotPlain() }
    offset += 1
  }

  /// Whether another element or member comes; takes the comma before it, or the closing bracket.
  ///
  /// - `isFirst`: Nothing was read behind the opening bracket.
  @inline(__always)
  mutating func hasNext(before end: UInt8, isFirst: Bool) throws(NotPlain) -> Bool {
    let byte = try peek()
    if byte == end {
      offset += 1
      return false
    }
    if isFirst { return true }
    guard byte == UInt8(ascii: ",") else { throw NotPlain() }
    offset += 1
    _ = try peek()
    return true
  }

  /// Takes the name of a member and the colon behind it where it is just this one.
  @inline(__always)
  mutating func takes(_ key: FieldTable.Key) throws(NotPlain) -> Bool {
    guard key.count > 0, offset + max(8, key.count) <= bytes.count else { return false }
    if key.count < 8 {
      guard (word(at: offset) ^ key.head) << UInt64(64 - 8 * key.count) == 0 else { return false }
    } else {
      guard word(at: offset) == key.head, word(at: offset + key.count - 8) == key.tail,
        key.count <= 16 || word(at: offset + 8) == key.middle
      else { return false }
    }
    offset += key.count
    try take(UInt8(ascii: ":"))
    return true
  }

  /// Eight bytes, the first of them the lowest.
  @inline(__always)
  private func word(at offset: Int) -> UInt64 {
    UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  /// The name of a member and the colon behind it.
  mutating func name() throws(NotPlain) -> Range<Int> {
    let name = try string()
    try take(UInt8(ascii: ":"))
    return name
  }

  /// Nothing but space may follow.
  mutating func end() throws(NotPlain) {
    while offset < bytes.count {
      let byte = bytes[offset]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { throw NotPlain() }
      offset += 1
    }
  }

  /// Goes over an object that is read later, only telling brackets and strings apart; gives where it starts.
  mutating func skipObject() throws(NotPlain) -> Int {
    guard try peek() == UInt8(ascii: "{") else { throw NotPlain() }
    let start = offset
    var depth = 0
    while offset < bytes.count {
      let byte = bytes[offset]
      offset += 1
      switch byte {
      case UInt8(ascii: "\""):
        while offset < bytes.count, bytes[offset] != UInt8(ascii: "\"") {
          if bytes[offset] == UInt8(ascii: "\\") { throw NotPlain() }
          offset += 1
        }
        offset += 1
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth == 0 { return start }
      default: break
      }
    }
    throw NotPlain()
  }

  // MARK: Scalars

  /// A string without escapes: where its content stands.
  mutating func string() throws(NotPlain) -> Range<Int> {
    try take(UInt8(ascii: "\""))
    let start = offset
    skipPlainBytes()
    while offset < bytes.count {
      let byte = bytes[offset]
      if byte == UInt8(ascii: "\"") {
        offset += 1
        return start..<offset - 1
      }
      guard byte >= 0x20, byte != UInt8(ascii: "\\") else { throw NotPlain() }
      offset += 1
    }
    throw NotPlain()
  }

  /// Goes on to the next quote, backslash or control character, or to the last bytes: eight at a time.
  @inline(__always)
  private mutating func skipPlainBytes() {
    let (ones, highs): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
    while offset + 8 <= bytes.count {
      let word = word(at: offset)
      let quote = word ^ (ones &* 0x22)
      let backslash = word ^ (ones &* 0x5C)
      // Of each kind the lowest bit that is set is that of the first such byte.
      let found =
        ((word &- ones &* 0x20) & ~word | (quote &- ones) & ~quote | (backslash &- ones) & ~backslash) & highs
      guard found == 0 else {
        offset += found.trailingZeroBitCount / 8
        return
      }
      offset += 8
    }
  }

  /// `null`.
  mutating func null() throws(NotPlain) { try word("null") }

  private mutating func word(_ word: StaticString) throws(NotPlain) {
    guard offset + word.utf8CodeUnitCount <= bytes.count else { throw NotPlain() }
    for index in 0..<word.utf8CodeUnitCount where bytes[offset + index] != word.utf8Start[index] { throw NotPlain() }
    offset += word.utf8CodeUnitCount
  }

  /// `true` or `false`.
  mutating func bool() throws(NotPlain) -> Bool {
    let isTrue = try peek() == UInt8(ascii: "t")
    try word(isTrue ? "true" : "false")
    return isTrue
  }

  /// A number of at most 18 digits without an exponent; `scale` is how many stand behind the point.
  mutating func number() throws(NotPlain) -> (units: Int64, scale: Int) {
    let isNegative = try peek() == UInt8(ascii: "-")
    if isNegative { offset += 1 }
    let start = offset
    var units: Int64 = 0
    let whole = try digits(into: &units)
    guard whole == 1 || bytes[start] != UInt8(ascii: "0") else { throw NotPlain() }
    var scale = 0
    if offset < bytes.count, bytes[offset] == UInt8(ascii: ".") {
      offset += 1
      scale = try digits(into: &units)
    }
    guard whole + scale <= 18 else { throw NotPlain() }
    if offset < bytes.count, bytes[offset] | 0x20 == UInt8(ascii: "e") { throw NotPlain() }
    return (isNegative ? -units : units, scale)
  }

  /// All digits that come next, at least one; gives how many.
  private mutating func digits(into units: inout Int64) throws(NotPlain) -> Int {
    let start = offset
    while offset < bytes.count, case let digit = bytes[offset] &- 0x30, digit < 10 {
      units = units &* 10 &+ Int64(digit)
      offset += 1
    }
    guard offset > start else { throw NotPlain() }
    return offset - start
  }
}

extension FrameValues {
  /// Reads the next value of a document, which the texts hold, as a field asks.
  ///
  /// - `first`: Its first byte.
  mutating func read(
    _ cursor: inout JSONCursor, _ first: UInt8, as field: QuickField, _ names: NameTables
  ) throws(NotPlain) -> Cell {
    guard field.isList else { return try readElement(&cursor, first, field, names) }
    guard field.kind != .other else { throw NotPlain() }
    try cursor.take(UInt8(ascii: "["))
    let start = arena.count
    while try cursor.hasNext(before: UInt8(ascii: "]"), isFirst: arena.count == start) {
      let element = try readElement(&cursor, cursor.peek(), field, names)
      arena.append(element)
    }
    guard field.isCount(arena.count - start) else { throw NotPlain() }
    return list(from: start)
  }

  private mutating func readElement(
    _ cursor: inout JSONCursor, _ first: UInt8, _ field: QuickField, _ names: NameTables
  ) throws(NotPlain) -> Cell {
    switch first {
    case UInt8(ascii: "\""):
      let content = try cursor.string()
      return try readText(&cursor, content, field, names)
    case UInt8(ascii: "t"), UInt8(ascii: "f"):
      guard field.kind == .bool else { throw NotPlain() }
      return Cell(try cursor.bool())
    case UInt8(ascii: "-"), 0x30...0x39:
      let (units, scale) = try cursor.number()
      if field.kind == .int, scale == 0 {
        guard field.isWithin(units) else { throw NotPlain() }
        return Cell(units)
      }
      let value = scale == 0 ? Value.int(units) : .decimal(FixedPoint(units: units, scale: scale))
      guard let quick = quickElement(value, field, names), quick.fits else { throw NotPlain() }
      return quick.cell
    default: throw NotPlain()
    }
  }

  private mutating func readText(
    _ cursor: inout JSONCursor, _ content: Range<Int>, _ field: QuickField, _ names: NameTables
  ) throws(NotPlain) -> Cell {
    let quick = quickText(cursor[content], field, names, kept: content.lowerBound)
    guard let quick, quick.fits else { throw NotPlain() }
    return quick.cell
  }
}
