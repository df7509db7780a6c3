/// Writes values as JSON; the same value always gives the same bytes.
///
/// Members are sorted by the bytes of their names in UTF-8. Timestamps, durations, dates and references become strings,
/// decimals numbers with all their places, and doubles that JSON does not have the strings `NaN`, `Infinity` and
/// `-Infinity`. Members can also be written one by one, in the order in which a reader wants them.
package struct JSONWriter: ~Copyable {
  /// How the text is laid out.
  package enum Style: Sendable, Hashable {
    /// No space at all: for digests, logs and the wire.
    case compact
    /// One member or element a line, two spaces a level: for people.
    case pretty
  }

  private let style: Style
  /// The text so far in UTF-8 from `start` to `place`, with room up to `end`.
  ///
  /// Memory of its own, as an array would be asked for each piece whether somebody else holds it.
  private var start: UnsafeMutablePointer<UInt8>
  private var place: UnsafeMutablePointer<UInt8>
  private var end: UnsafeMutablePointer<UInt8>
  /// How many lists and objects are open, and for each of the innermost 64 whether something stands in it, as bits.
  private var depth = 0
  private var hasContent: UInt64 = 0
  /// The same of the outer ones, once there are more.
  private var outerContent: [UInt64] = []
  private var followsKey = false
  /// All bytes of texts so far in one, eight at a time.
  private var seen: UInt64 = 0

  /// A writer with nothing written.
  ///
  /// - `capacity`: How many bytes it has room for before it grows.
  package init(_ style: Style, capacity: Int = 64) {
    self.style = style
    let room = max(16, capacity)
    start = .allocate(capacity: room)
    place = start
    end = start + room
  }

  deinit { start.deallocate() }

  /// The text so far in UTF-8.
  package var bytes: [UInt8] { withBytes { Array($0) } }

  /// The text so far.
  package var text: String { withBytes { String(decoding: $0, as: UTF8.self) } }

  /// Gives the text so far in UTF-8, in place.
  package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    body(UnsafeRawBufferPointer(start: start, count: place - start))
  }

  /// Whether the text so far is ASCII alone.
  package var isASCII: Bool { seen & 0x8080_8080_8080_8080 == 0 }

  /// Forgets the text and keeps the room for another one, unless it is much.
  package mutating func empty() {
    place = start
    (depth, hasContent, followsKey, seen) = (0, 0, false, 0)
    if !outerContent.isEmpty { outerContent = [] }
    if end - start > 1 << 20 { self = JSONWriter(style, capacity: 1_024) }
  }

  /// The JSON of one value.
  package static func write(_ value: Value, style: Style = .compact) -> String {
    var writer = JSONWriter(style)
    writer.value(value)
    return writer.text
  }

  // MARK: Piece by piece

  /// Opens an object; its members follow as `key` and a value each, then `endObject`.
  package mutating func beginObject() { begin("{") }

  /// Closes the innermost object.
  package mutating func endObject() { end("}") }

  /// Opens a list; its elements follow, then `endList`.
  package mutating func beginList() { begin("[") }

  /// Closes the innermost list.
  package mutating func endList() { end("]") }

  /// Writes the name of the next member, which the caller has not written in this object before.
  package mutating func key(_ name: String) {
    separate()
    quote(name)
    reserve(2)
    put(":")
    if style == .pretty { put(" ") }
    followsKey = true
  }

  /// Writes the name of the next member, one without a character to escape.
  @inline(__always)
  package mutating func key(plain name: StaticString) {
    putKey(name, andRoomFor: 0)
    followsKey = true
  }

  /// The same where the value follows at once; `count` bytes of it need no look for room.
  @inline(__always)
  private mutating func putKey(_ name: StaticString, andRoomFor count: Int) {
    if style == .pretty { separate() }
    reserve(name.utf8CodeUnitCount + 5 + count)
    if style == .compact {
      // Most often something stands before it: the comma is written in any case.
      place.pointee = UInt8(ascii: ",")
      place += Int(truncatingIfNeeded: hasContent & 1)
      hasContent |= 1
    }
    put("\"")
    UnsafeMutableRawPointer(place).copyMemory(from: name.utf8Start, byteCount: name.utf8CodeUnitCount)
    place += name.utf8CodeUnitCount
    put("\"")
    put(":")
    if style == .pretty { put(" ") }
  }

  /// Writes one member whose name has no character to escape and whose value is a list without elements.
  @inline(__always)
  package mutating func emptyList(plain name: StaticString) {
    putKey(name, andRoomFor: 2)
    put("[")
    put("]")
  }

  /// Writes one member of which neither the name nor the text has a character to escape.
  @inline(__always)
  package mutating func member(plain name: StaticString, plain text: StaticString) {
    putKey(name, andRoomFor: text.utf8CodeUnitCount + 2)
    put("\"")
    UnsafeMutableRawPointer(place).copyMemory(from: text.utf8Start, byteCount: text.utf8CodeUnitCount)
    place += text.utf8CodeUnitCount
    put("\"")
  }

  /// Writes one member whose name has no character to escape and whose value is a text.
  @inline(__always)
  package mutating func member(plain name: StaticString, _ text: String) {
    putKey(name, andRoomFor: 0)
    quote(text)
  }

  /// The same of any value.
  package mutating func member(plain name: StaticString, _ value: Value) {
    key(plain: name)
    self.value(value)
  }

  /// Writes one member.
  package mutating func member(_ name: String, _ value: Value) {
    key(name)
    self.value(value)
  }

  /// Whether no space is written.
  var isCompact: Bool { style == .compact }

  /// Writes what is compact JSON already.
  ///
  /// - `isASCII`: Whether all of it is.
  mutating func written(_ json: [UInt8], isASCII: Bool) {
    separate()
    json.withUnsafeBytes { append($0) }
    if !isASCII { seen = .max }
  }

  /// Writes a value whole.
  package mutating func value(_ value: Value) {
    switch value {
    case .null: scalar("null")
    case .string(let string): quoted(string)
    case .bool(let bool): scalar(bool ? "true" : "false")
    case .int(let int): digits(of: int)
    case .decimal(let decimal): scalar(decimal.description)
    case .double(let double): scalar(Self.number(double))
    case .timestamp(let timestamp): time(timestamp)
    case .duration(let span): quoted(span.description)
    case .date(let date): quoted(date.description)
    case .reference(let reference): quoted(reference.description)
    case .list(let elements):
      beginList()
      for element in elements { self.value(element) }
      endList()
    case .object(let members):
      beginObject()
      Self.inOrder(members) { member($0, $1) }
      endObject()
    }
  }

  /// Writes a time without a text of its own: every decision has one.
  package mutating func time(_ time: Timestamp) {
    guard time.hasPlainText else { return quoted(time.description) }
    separate()
    reserve(Timestamp.textCapacity + 2)
    put("\"")
    place += time.writePlainText(to: place)
    put("\"")
  }

  // MARK: Layout

  /// Writes what is one piece of text.
  private mutating func scalar(_ written: String) {
    separate()
    Self.withBytes(of: written) { append($0) }
  }

  private mutating func digits(of number: Int64) {
    separate()
    reserve(20)
    if number < 0 { put("-") }
    var rest = number.magnitude
    var power: UInt64 = 1
    while rest / power >= 10 { power *= 10 }
    while power > 0 {
      place.pointee = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest / power)
      place += 1
      rest %= power
      power /= 10
    }
  }

  private mutating func quoted(_ text: String) {
    separate()
    quote(text)
  }

  /// Opens a list or an object.
  private mutating func begin(_ bracket: Unicode.Scalar) {
    separate()
    reserve(1)
    put(bracket)
    if depth > 0, depth % 64 == 0 { outerContent.append(hasContent) }
    depth += 1
    hasContent <<= 1
  }

  /// Closes the innermost list or object; an empty one stays on its line.
  private mutating func end(_ bracket: Unicode.Scalar) {
    let hadContent = hasContent & 1 == 1
    hasContent >>= 1
    depth -= 1
    if depth > 0, depth % 64 == 0 { hasContent = outerContent.removeLast() }
    if hadContent, style == .pretty { breakLine() }
    reserve(1)
    put(bracket)
  }

  /// Writes what stands between this value or key and the one before it.
  @inline(__always)
  private mutating func separate() {
    guard !followsKey else {
      followsKey = false
      return
    }
    guard depth > 0 else { return }
    if hasContent & 1 == 1 {
      reserve(1)
      put(",")
    }
    hasContent |= 1
    if style == .pretty { breakLine() }
  }

  private mutating func breakLine() {
    reserve(1 + 2 * depth)
    put("\n")
    for _ in 0..<2 * depth { put(" ") }
  }

  // MARK: Bytes

  /// Writes one character that there is room for.
  @inline(__always)
  private mutating func put(_ mark: Unicode.Scalar) {
    place.pointee = UInt8(ascii: mark)
    place += 1
  }

  private mutating func append(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress else { return }
    reserve(bytes.count)
    UnsafeMutableRawPointer(place).copyMemory(from: source, byteCount: bytes.count)
    place += bytes.count
  }

  /// Makes sure that there is room for so many bytes.
  @inline(__always)
  private mutating func reserve(_ count: Int) {
    if end - place < count { grow(by: count) }
  }

  @inline(never)
  private mutating func grow(by count: Int) {
    let used = place - start
    let room = max(2 * (end - start), used + count)
    let storage = UnsafeMutablePointer<UInt8>.allocate(capacity: room)
    storage.initialize(from: start, count: used)
    start.deallocate()
    start = storage
    place = storage + used
    end = storage + room
  }

  /// The bytes of a text in place.
  @inline(__always)
  private static func withBytes<Result>(of text: String, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    unsafe text.utf8.span.withUnsafeBytes(body)
  }

  // MARK: Scalars

  /// The shortest number that reads back as the same double.
  private static func number(_ double: Double) -> String {
    if double.isNaN { return "\"NaN\"" }
    if double.isInfinite { return double < 0 ? "\"-Infinity\"" : "\"Infinity\"" }
    return double.description
  }

  /// A text as JSON string, with its quotes.
  package static func quoted(_ text: String) -> String {
    var writer = JSONWriter(.compact)
    writer.quote(text)
    return writer.text
  }

  /// Adds a text as JSON string, with its quotes, to bytes of JSON.
  package static func quote(_ text: String, into bytes: inout [UInt8]) {
    withBytes(of: text) { characters in
      guard needsEscape(characters) else {
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: characters)
        return bytes.append(UInt8(ascii: "\""))
      }
      bytes.append(contentsOf: quoted(text).utf8)
    }
  }

  /// The same of the text of a reference, which is not made for it.
  package static func quote(_ reference: EntityReference, into bytes: inout [UInt8]) {
    withBytes(of: reference.type) { type in
      withBytes(of: reference.id) { id in
        guard !needsEscape(type), !needsEscape(id) else { return quote(reference.description, into: &bytes) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: type)
        bytes.append(UInt8(ascii: "/"))
        bytes.append(contentsOf: id)
        bytes.append(UInt8(ascii: "\""))
      }
    }
  }

  /// The same of the text of a time.
  package static func quote(_ time: Timestamp, into bytes: inout [UInt8]) {
    guard time.hasPlainText else { return quote(time.description, into: &bytes) }
    bytes.append(UInt8(ascii: "\""))
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Timestamp.textCapacity) { room in
      guard let start = room.baseAddress else { return }
      let count = time.writePlainText(to: start)
      bytes.append(contentsOf: UnsafeBufferPointer(start: start, count: count))
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func quote(_ text: String) { Self.withBytes(of: text) { quote($0) } }

  /// Writes a text with its quotes: copies it and looks at it at once, as hardly any has a character to escape.
  private mutating func quote(_ text: UnsafeRawBufferPointer) {
    let count = text.count
    reserve(count + 2)
    let target = UnsafeMutableRawPointer(place + 1)
    var found: UInt64 = 0
    if count >= 8 {
      // The last eight are looked at first; some of them are copied twice, which does no harm.
      let last = text.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
      found = Self.escaped(in: last)
      var all = last
      target.storeBytes(of: last, toByteOffset: count - 8, as: UInt64.self)
      var offset = 0
      while offset + 8 < count {
        let word = text.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        found |= Self.escaped(in: word)
        all |= word
        target.storeBytes(of: word, toByteOffset: offset, as: UInt64.self)
        offset += 8
      }
      seen |= all
    } else {
      for offset in 0..<count {
        let byte = text[offset]
        seen |= UInt64(byte)
        found |= Self.isEscaped(byte) ? .max : 0
        target.storeBytes(of: byte, toByteOffset: offset, as: UInt8.self)
      }
    }
    guard found == 0 else { return escape(text) }
    place.pointee = UInt8(ascii: "\"")
    place[count + 1] = UInt8(ascii: "\"")
    place += count + 2
  }

  @inline(never)
  private mutating func escape(_ text: UnsafeRawBufferPointer) {
    reserve(6 * text.count + 2)
    put("\"")
    for byte in text { putEscaped(byte) }
    put("\"")
  }

  /// Whether a byte has to be escaped: eight at a time, as texts of digests and names are most of what is written.
  private static func needsEscape(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count >= 8 else {
      for byte in bytes where isEscaped(byte) { return true }
      return false
    }
    var found = escaped(in: bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self))
    var position = 0
    while position + 8 < bytes.count {
      found |= escaped(in: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
      position += 8
    }
    return found != 0
  }

  /// A bit for a byte that has to be escaped, and perhaps for others behind it; 0 where none of eight has to be.
  @inline(__always)
  private static func escaped(in word: UInt64) -> UInt64 {
    let (ones, highs): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
    // Turning one bit puts the quote beside the control characters, below 0x21; a byte of zero borrows from its
    // highest bit when one is subtracted, and one of 0x7F sets it when one is added.
    let low = (word ^ (ones &* 0x02)) &- ones &* 0x21
    let backslash = (word ^ (ones &* 0x5C)) &- ones
    return (low | backslash | (word &+ ones)) & ~word & highs
  }

  private static func isEscaped(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x7F
  }

  private mutating func putEscaped(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): put("\\", "\"")
    case UInt8(ascii: "\\"): put("\\", "\\")
    case 0x08: put("\\", "b")
    case 0x09: put("\\", "t")
    case 0x0A: put("\\", "n")
    case 0x0C: put("\\", "f")
    case 0x0D: put("\\", "r")
    case 0x00..<0x20, 0x7F:
      put("\\", "u")
      put("0", "0")
      for digit in [byte >> 4, byte & 0xF] {
        place.pointee = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
        place += 1
      }
    default:
      place.pointee = byte
      place += 1
    }
  }

  private mutating func put(_ first: Unicode.Scalar, _ second: Unicode.Scalar) {
    put(first)
    put(second)
  }

  // MARK: Order

  /// Gives members by the bytes of their names, as texts themselves compare by characters.
  ///
  /// Most objects are small: their names are put in order by their first bytes, and no member is copied.
  private static func inOrder(_ members: [String: Value], _ body: (String, Value) -> Void) {
    guard members.count > 1 else { return members.forEach { body($0.key, $0.value) } }
    var order: [(head: UInt64, place: Dictionary<String, Value>.Index)] = []
    order.reserveCapacity(members.count)
    var place = members.startIndex
    while place != members.endIndex {
      order.append((withBytes(of: members[place].key, head), place))
      members.formIndex(after: &place)
    }
    if order.count > few {
      order.sort { precedes($0, $1, in: members) }
    } else {
      for end in 1..<order.count {
        var position = end
        while position > 0, precedes(order[position], order[position - 1], in: members) {
          order.swapAt(position, position - 1)
          position -= 1
        }
      }
    }
    for (_, place) in order { body(members[place].key, members[place].value) }
  }

  /// So many members are put in order one after the other.
  private static var few: Int { 12 }

  private static func precedes(
    _ first: (head: UInt64, place: Dictionary<String, Value>.Index),
    _ second: (head: UInt64, place: Dictionary<String, Value>.Index), in members: [String: Value]
  ) -> Bool {
    guard first.head == second.head else { return first.head < second.head }
    return withBytes(of: members[first.place].key) { first in
      withBytes(of: members[second.place].key) { first.lexicographicallyPrecedes($0) }
    }
  }

  /// The first eight bytes of a name as a number, by which names sort as far as it tells them apart.
  private static func head(of bytes: UnsafeRawBufferPointer) -> UInt64 {
    if bytes.count >= 8 { return UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)) }
    var head: UInt64 = 0
    for byte in bytes { head = head << 8 | UInt64(byte) }
    return bytes.isEmpty ? 0 : head << UInt64(64 - 8 * bytes.count)
  }
}
