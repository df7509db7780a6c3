/// Writes values as JSON; the same value always gives the same bytes.
///
/// Members are sorted by the bytes of their names in UTF-8. Timestamps, durations, dates and references become strings,
/// decimals numbers with all their places, and doubles that JSON does not have the strings `NaN`, `Infinity` and
/// `-Infinity`. Members can also be written one by one, in the order in which a reader wants them.
package struct JSONWriter: Sendable {
  /// How the text is laid out.
  package enum Style: Sendable, Hashable {
    /// No space at all: for digests, logs and the wire.
    case compact
    /// One member or element a line, two spaces a level: for people.
    case pretty
  }

  private let style: Style
  /// The text so far in UTF-8, with room behind it.
  private var storage: [UInt8]
  private var used = 0
  /// How many lists and objects are open, and for each of the innermost 64 whether something stands in it, as bits.
  private var depth = 0
  private var hasContent: UInt64 = 0
  /// The same of the outer ones, once there are more.
  private var outerContent: [UInt64] = []
  private var followsKey = false

  /// Hands out the whole text, in UTF-8, without a copy; nothing is written afterwards.
  package mutating func finish() -> [UInt8] {
    var all: [UInt8] = []
    swap(&all, &storage)
    all.removeLast(all.count - used)
    used = 0
    return all
  }

  /// The text so far.
  package var text: String { String(decoding: storage[..<used], as: UTF8.self) }

  /// Gives the text so far in UTF-8, in place.
  package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    storage.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[..<used])) }
  }

  /// A writer with nothing written.
  ///
  /// - `capacity`: How many bytes it has room for before it grows.
  package init(_ style: Style, capacity: Int = 64) {
    self.style = style
    storage = Array(repeating: 0, count: max(16, capacity))
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
    endKey()
  }

  /// Writes the name of the next member, one without a character to escape.
  package mutating func key(plain name: StaticString) {
    separate()
    write(upTo: name.utf8CodeUnitCount + 3) { place in
      var pen = Pen(place)
      pen.quote(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
      pen.mark(":")
      return pen.place
    }
    if style == .pretty { append(UInt8(ascii: " ")) }
    followsKey = true
  }

  private mutating func endKey() {
    append(UInt8(ascii: ":"))
    if style == .pretty { append(UInt8(ascii: " ")) }
    followsKey = true
  }

  /// Writes one member whose name has no character to escape and whose value is a list without elements.
  package mutating func emptyList(plain name: StaticString) {
    key(plain: name)
    followsKey = false
    write(upTo: 2) { place in
      var pen = Pen(place)
      pen.mark("[")
      pen.mark("]")
      return pen.place
    }
  }

  /// Writes one member whose name has no character to escape and whose value is a text.
  package mutating func member(plain name: StaticString, _ text: String) {
    key(plain: name)
    quoted(text)
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

  // MARK: Layout

  /// Writes what is one piece of text.
  private mutating func scalar(_ written: String) {
    separate()
    Self.withBytes(of: written) { append($0) }
  }

  private mutating func digits(of number: Int64) {
    separate()
    if number < 0 { append(UInt8(ascii: "-")) }
    var rest = number.magnitude
    var power: UInt64 = 1
    while rest / power >= 10 { power *= 10 }
    while power > 0 {
      append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest / power))
      rest %= power
      power /= 10
    }
  }

  private mutating func quoted(_ text: String) {
    separate()
    quote(text)
  }

  /// Writes a time without a text of its own: every decision has one.
  private mutating func time(_ time: Timestamp) {
    guard time.hasPlainText else { return quoted(time.description) }
    separate()
    write(upTo: Timestamp.textCapacity + 2) { place in
      var pen = Pen(place)
      pen.mark("\"")
      pen.place += time.writePlainText(to: pen.place)
      pen.mark("\"")
      return pen.place
    }
  }

  /// Opens a list or an object.
  private mutating func begin(_ bracket: Unicode.Scalar) {
    separate()
    append(UInt8(ascii: bracket))
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
    append(UInt8(ascii: bracket))
  }

  /// Writes what stands between this value or key and the one before it.
  @inline(__always)
  private mutating func separate() {
    guard !followsKey else {
      followsKey = false
      return
    }
    guard depth > 0 else { return }
    if hasContent & 1 == 1 { append(UInt8(ascii: ",")) }
    hasContent |= 1
    if style == .pretty { breakLine() }
  }

  private mutating func breakLine() {
    append(UInt8(ascii: "\n"))
    for _ in 0..<depth {
      append(UInt8(ascii: " "))
      append(UInt8(ascii: " "))
    }
  }

  // MARK: Bytes

  @inline(__always)
  private mutating func append(_ byte: UInt8) {
    if used == storage.count { grow(by: 1) }
    storage[used] = byte
    used += 1
  }

  private mutating func append(_ bytes: UnsafeRawBufferPointer) {
    write(upTo: bytes.count) { place in
      var pen = Pen(place)
      pen.copy(bytes)
      return pen.place
    }
  }

  /// Writes at most so many bytes in one go; `body` is told where the first goes and gives the place behind the last.
  @inline(__always)
  private mutating func write(upTo count: Int, _ body: (UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8>) {
    let start = used
    if storage.count - start < count { grow(by: count) }
    used = storage.withUnsafeMutableBufferPointer { all in
      guard let base = all.baseAddress else { return start }
      let end = body(base + start) - base
      precondition(end <= start + count && end <= all.count, "no more than there is room for")
      return end
    }
  }

  /// Where the next byte goes.
  private struct Pen {
    var place: UnsafeMutablePointer<UInt8>

    init(_ place: UnsafeMutablePointer<UInt8>) { self.place = place }

    @inline(__always)
    mutating func mark(_ mark: Unicode.Scalar) {
      place.pointee = UInt8(ascii: mark)
      place += 1
    }

    @inline(__always)
    mutating func copy(_ bytes: UnsafeRawBufferPointer) {
      guard let start = bytes.baseAddress else { return }
      UnsafeMutableRawPointer(place).copyMemory(from: start, byteCount: bytes.count)
      place += bytes.count
    }

    /// Writes a text without a character to escape, with its quotes.
    @inline(__always)
    mutating func quote(_ bytes: UnsafeRawBufferPointer) {
      mark("\"")
      copy(bytes)
      mark("\"")
    }
  }

  private mutating func grow(by count: Int) {
    storage.append(contentsOf: repeatElement(0, count: max(storage.count, count)))
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

  private mutating func quote(_ text: String) {
    Self.withBytes(of: text) { characters in
      // Hardly any text has a character to escape.
      guard Self.needsEscape(characters) else {
        return write(upTo: characters.count + 2) { place in
          var pen = Pen(place)
          pen.quote(characters)
          return pen.place
        }
      }
      append(UInt8(ascii: "\""))
      for byte in characters { appendEscaped(byte) }
      append(UInt8(ascii: "\""))
    }
  }

  /// Whether a byte has to be escaped: eight at a time, as texts of digests and names are most of what is written.
  private static func needsEscape(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count >= 8 else {
      for byte in bytes where isEscaped(byte) { return true }
      return false
    }
    var position = 0
    while position + 8 <= bytes.count {
      if hasEscaped(unsafe bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)) { return true }
      position += 8
    }
    // Some bytes are looked at twice: that does no harm.
    return hasEscaped(unsafe bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self))
  }

  /// Whether one of eight bytes has to be escaped.
  @inline(__always)
  private static func hasEscaped(_ word: UInt64) -> Bool {
    let (ones, highs): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
    // A byte of zero borrows from its highest bit; so does one below a bound that is subtracted.
    let quote = word ^ (ones &* 0x22)
    let backslash = word ^ (ones &* 0x5C)
    let delete = word ^ (ones &* 0x7F)
    let found =
      (word &- ones &* 0x20) & ~word | (quote &- ones) & ~quote | (backslash &- ones) & ~backslash
      | (delete &- ones) & ~delete
    return found & highs != 0
  }

  private static func isEscaped(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x7F
  }

  private mutating func appendEscaped(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"):
      append(UInt8(ascii: "\\"))
      append(byte)
    case 0x08: append(text: "\\b")
    case 0x09: append(text: "\\t")
    case 0x0A: append(text: "\\n")
    case 0x0C: append(text: "\\f")
    case 0x0D: append(text: "\\r")
    case 0x00..<0x20, 0x7F: append(text: "\\u00" + (byte < 16 ? "0" : "") + String(byte, radix: 16))
    default: append(byte)
    }
  }

  private mutating func append(text: String) { for byte in text.utf8 { append(byte) } }

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
