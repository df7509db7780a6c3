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
  /// The text so far, in UTF-8.
  package private(set) var bytes: [UInt8] = []
  /// For each open list or object, whether something stands in it.
  private var hasContent: [Bool] = []
  private var followsKey = false

  /// The text so far.
  package var text: String { String(decoding: bytes, as: UTF8.self) }

  /// A writer with nothing written.
  ///
  /// - `capacity`: How many bytes there will be, as far as that is known.
  package init(_ style: Style, capacity: Int = 0) {
    self.style = style
    if capacity > 0 { bytes.reserveCapacity(capacity) }
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
    Self.quote(name, into: &bytes)
    bytes.append(UInt8(ascii: ":"))
    if style == .pretty { bytes.append(UInt8(ascii: " ")) }
    followsKey = true
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
    case .int(let int): scalar("\(int)")
    case .decimal(let decimal): scalar(decimal.description)
    case .double(let double): scalar(Self.number(double))
    case .timestamp(let timestamp): quoted(timestamp.description)
    case .duration(let span): quoted(span.description)
    case .date(let date): quoted(date.description)
    case .reference(let reference): quoted(reference.description)
    case .list(let elements):
      beginList()
      for element in elements { self.value(element) }
      endList()
    case .object(let members):
      beginObject()
      for (name, value) in members.sorted(by: { Self.precedes($0.key, $1.key) }) {
        member(name, value)
      }
      endObject()
    }
  }

  // MARK: Layout

  /// Writes what is one piece of text.
  private mutating func scalar(_ written: String) {
    separate()
    bytes.append(contentsOf: written.utf8)
  }

  private mutating func quoted(_ text: String) {
    separate()
    Self.quote(text, into: &bytes)
  }

  /// Opens a list or an object.
  private mutating func begin(_ bracket: Unicode.Scalar) {
    separate()
    bytes.append(UInt8(ascii: bracket))
    hasContent.append(false)
  }

  /// Closes the innermost list or object; an empty one stays on its line.
  private mutating func end(_ bracket: Unicode.Scalar) {
    let hadContent = hasContent.popLast() ?? false
    if hadContent { breakLine() }
    bytes.append(UInt8(ascii: bracket))
  }

  /// Writes what stands between this value or key and the one before it.
  private mutating func separate() {
    guard !followsKey else {
      followsKey = false
      return
    }
    guard let hadContent = hasContent.last else { return }
    if hadContent { bytes.append(UInt8(ascii: ",")) }
    hasContent[hasContent.count - 1] = true
    breakLine()
  }

  private mutating func breakLine() {
    guard style == .pretty else { return }
    bytes.append(UInt8(ascii: "\n"))
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * hasContent.count))
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
    var bytes: [UInt8] = []
    quote(text, into: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Adds a text as JSON string, with its quotes, to bytes of JSON.
  package static func quote(_ text: String, into bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    var text = text
    text.withUTF8 { characters in
      // Hardly any text has a character to escape.
      if needsEscape(characters) {
        for byte in characters { append(byte, to: &bytes) }
      } else {
        bytes.append(contentsOf: characters)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// Whether a byte has to be escaped: eight at a time, as texts of digests and names are most of what is written.
  private static func needsEscape(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    let raw = UnsafeRawBufferPointer(bytes)
    let (ones, highs): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
    var position = 0
    while position + 8 <= raw.count {
      let word = unsafe raw.loadUnaligned(fromByteOffset: position, as: UInt64.self)
      // A byte of zero borrows from its highest bit; so does one below a bound that is subtracted.
      let quote = word ^ (ones &* 0x22)
      let backslash = word ^ (ones &* 0x5C)
      let delete = word ^ (ones &* 0x7F)
      let found =
        (word &- ones &* 0x20) & ~word | (quote &- ones) & ~quote | (backslash &- ones) & ~backslash
        | (delete &- ones) & ~delete
      if found & highs != 0 { return true }
      position += 8
    }
    while position < raw.count {
      if isEscaped(raw[position]) { return true }
      position += 1
    }
    return false
  }

  private static func isEscaped(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x7F
  }

  private static func append(_ byte: UInt8, to bytes: inout [UInt8]) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
    case 0x08: bytes += Array("\\b".utf8)
    case 0x09: bytes += Array("\\t".utf8)
    case 0x0A: bytes += Array("\\n".utf8)
    case 0x0C: bytes += Array("\\f".utf8)
    case 0x0D: bytes += Array("\\r".utf8)
    case 0x00..<0x20, 0x7F:
      bytes += Array("\\u00".utf8) + Array((byte < 16 ? "0" : "").utf8) + Array(String(byte, radix: 16).utf8)
    default: bytes.append(byte)
    }
  }

  /// Whether a name stands before another: by their bytes, as texts themselves compare by characters.
  private static func precedes(_ first: String, _ second: String) -> Bool {
    var (first, second) = (first, second)
    return first.withUTF8 { first in second.withUTF8 { first.lexicographicallyPrecedes($0) } }
  }
}
