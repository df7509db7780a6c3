import BylawModel

/// What ends the short way of a request: something that only the long way can read, or tell what is wrong with it.
struct NotPlain: Error {}

/// Reads JSON (RFC 8259) in place, as far as requests are made of it: no escapes and no exponents.
///
/// It accepts nothing that `JSONReader` refuses; where it stops, that one reads the document from the beginning.
struct JSONCursor {
  private let base: UnsafeRawPointer
  private let count: Int
  /// The next byte to be read.
  private(set) var offset = 0

  /// A cursor over a document that is valid UTF-8 and not empty.
  init(_ base: UnsafeRawPointer, count: Int) {
    self.base = base
    self.count = count
  }

  /// A cursor over the same document at another place.
  func at(_ offset: Int) -> JSONCursor {
    var other = self
    other.offset = offset
    return other
  }

  /// The content of a string.
  subscript(_ content: Range<Int>) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: base + content.lowerBound, count: content.count)
  }

  // MARK: Bytes

  /// One byte of the document.
  @inline(__always)
  private func byte(at place: Int) -> UInt8 { base.load(fromByteOffset: place, as: UInt8.self) }

  /// Four bytes, the first of them the lowest.
  @inline(__always)
  private func half(at place: Int) -> UInt32 {
    UInt32(littleEndian: base.loadUnaligned(fromByteOffset: place, as: UInt32.self))
  }

  /// Eight bytes, the first of them the lowest.
  @inline(__always)
  private func word(at place: Int) -> UInt64 {
    UInt64(littleEndian: base.loadUnaligned(fromByteOffset: place, as: UInt64.self))
  }

  // MARK: Structure

  /// The next byte that is no space.
  @inline(__always)
  mutating func peek() throws(NotPlain) -> UInt8 {
    guard offset < count else { throw NotPlain() }
    // Most documents have no space between their marks.
    if self.byte(at: offset) <= 0x20 { offset = try behindSpace(offset) }
    return self.byte(at: offset)
  }

  /// The place of the next byte that is no space; a function of places, so that a cursor can stay in registers.
  @inline(never)
  private func behindSpace(_ start: Int) throws(NotPlain) -> Int {
    var place = start
    while place < count {
      guard isSpace(self.byte(at: place)) else { return place }
      place &+= 1
    }
    throw NotPlain()
  }

  private func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
  }

  /// Takes the next byte that is no space, which has to be this one.
  @inline(__always)
  mutating func take(_ byte: UInt8) throws(NotPlain) {
    guard try peek() == byte else { throw NotPlain() }
    offset &+= 1
  }

  /// Whether another element or member comes; takes the comma before it, or the closing bracket.
  ///
  /// - `isFirst`: Nothing was read behind the opening bracket.
  @inline(__always)
  mutating func hasNext(before end: UInt8, isFirst: Bool) throws(NotPlain) -> Bool {
    let byte = try peek()
    if byte == UInt8(ascii: ","), !isFirst {
      offset &+= 1
      _ = try peek()
      return true
    }
    if byte == end {
      offset &+= 1
      return false
    }
    guard isFirst else { throw NotPlain() }
    return true
  }

  /// Takes the name of a member and the colon behind it where it is just this one.
  @inline(__always)
  mutating func takes(_ key: FieldTable.Key) throws(NotPlain) -> Bool {
    guard offset &+ Int(key.span) <= count else { return false }
    let head = self.word(at: offset) ^ key.head
    let middle = self.word(at: offset &+ Int(key.middleOffset)) ^ key.middle
    let tail = self.word(at: offset &+ Int(key.tailOffset)) ^ key.tail
    guard (head | middle | tail) & key.mask == 0 else { return false }
    offset &+= Int(key.count)
    try take(UInt8(ascii: ":"))
    return true
  }

  /// The name of a member and the colon behind it.
  mutating func name() throws(NotPlain) -> Range<Int> {
    let name = try string()
    try take(UInt8(ascii: ":"))
    return name
  }

  /// Nothing but space may follow.
  mutating func end() throws(NotPlain) {
    while offset < count {
      guard isSpace(self.byte(at: offset)) else { throw NotPlain() }
      offset &+= 1
    }
  }

  /// Goes over an object that is read later, only telling brackets and strings apart; gives where it starts.
  mutating func skipObject() throws(NotPlain) -> Int {
    guard try peek() == UInt8(ascii: "{") else { throw NotPlain() }
    let start = offset
    var depth = 0
    while offset < count {
      let byte = self.byte(at: offset)
      offset &+= 1
      switch byte {
      case UInt8(ascii: "\""):
        while offset < count, self.byte(at: offset) != UInt8(ascii: "\"") {
          if self.byte(at: offset) == UInt8(ascii: "\\") { throw NotPlain() }
          offset &+= 1
        }
        offset &+= 1
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
    guard try peek() == UInt8(ascii: "\"") else { throw NotPlain() }
    return try content()
  }

  /// The same where its opening quote is the next byte.
  @inline(__always)
  mutating func content() throws(NotPlain) -> Range<Int> {
    let start = offset &+ 1
    let end = try closingQuote(from: start)
    offset = end + 1
    return Range(uncheckedBounds: (start, end))
  }

  /// The place of the next quote, before which no backslash and no control character stands: eight bytes at a time.
  @inline(__always)
  private func closingQuote(from start: Int) throws(NotPlain) -> Int {
    let (ones, highs): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
    var place = start
    while place &+ 8 <= count {
      let word = self.word(at: place)
      // Turning one bit puts the quote beside the control characters: all of them are below 0x21 then.
      let low = (word ^ (ones &* 0x02)) &- ones &* 0x21
      let backslash = (word ^ (ones &* 0x5C)) &- ones
      // The lowest bit that is set is that of the first such byte.
      let found = (low | backslash) & ~word & highs
      guard found == 0 else {
        place &+= found.trailingZeroBitCount >> 3
        guard self.byte(at: place) == UInt8(ascii: "\"") else { throw NotPlain() }
        return place
      }
      place &+= 8
    }
    return try closingQuote(near: place)
  }

  /// The same among the last bytes.
  @inline(never)
  private func closingQuote(near start: Int) throws(NotPlain) -> Int {
    var place = start
    while place < count {
      let byte = self.byte(at: place)
      if byte == UInt8(ascii: "\"") { return place }
      guard byte >= 0x20, byte != UInt8(ascii: "\\") else { throw NotPlain() }
      place &+= 1
    }
    throw NotPlain()
  }

  /// `null`, whose first byte is the next one.
  @inline(__always)
  mutating func null() throws(NotPlain) {
    guard offset &+ 4 <= count, half(at: offset) == 0x6C6C_756E else { throw NotPlain() }
    offset &+= 4
  }

  /// `true` or `false`, whose first byte is the next one; a bracket stands somewhere behind it.
  @inline(__always)
  mutating func bool() throws(NotPlain) -> Bool {
    guard offset &+ 5 <= count else { throw NotPlain() }
    if half(at: offset) == 0x6575_7274 {
      offset &+= 4
      return true
    }
    guard self.byte(at: offset) == UInt8(ascii: "f"), half(at: offset &+ 1) == 0x6573_6C61 else { throw NotPlain() }
    offset &+= 5
    return false
  }

  /// A whole number without a sign, as most numbers are; `nil`, and nothing is read, where it is written otherwise.
  @inline(__always)
  mutating func plainNumber() -> Int64? {
    var place = offset
    var number: Int64 = 0
    while place < count, case let digit = self.byte(at: place) &- 0x30, digit < 10 {
      number = number &* 10 &+ Int64(digit)
      place &+= 1
    }
    let length = place &- offset
    guard (1...18).contains(length), place < count, self.byte(at: place) != UInt8(ascii: "."),
      self.byte(at: place) | 0x20 != UInt8(ascii: "e"), length == 1 || self.byte(at: offset) != UInt8(ascii: "0")
    else { return nil }
    offset = place
    return number
  }

  /// A number of at most 18 digits without an exponent; `scale` is how many stand behind the point.
  mutating func number() throws(NotPlain) -> (units: Int64, scale: Int) {
    let isNegative = try peek() == UInt8(ascii: "-")
    if isNegative { offset &+= 1 }
    let start = offset
    var units: Int64 = 0
    let whole = try digits(into: &units)
    guard whole == 1 || self.byte(at: start) != UInt8(ascii: "0") else { throw NotPlain() }
    var scale = 0
    if offset < count, self.byte(at: offset) == UInt8(ascii: ".") {
      offset &+= 1
      scale = try digits(into: &units)
    }
    guard whole + scale <= 18 else { throw NotPlain() }
    if offset < count, self.byte(at: offset) | 0x20 == UInt8(ascii: "e") { throw NotPlain() }
    return (isNegative ? -units : units, scale)
  }

  /// All digits that come next, at least one; gives how many.
  private mutating func digits(into units: inout Int64) throws(NotPlain) -> Int {
    let start = offset
    while offset < count, case let digit = self.byte(at: offset) &- 0x30, digit < 10 {
      units = units &* 10 &+ Int64(digit)
      offset &+= 1
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
      let content = try cursor.content()
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
