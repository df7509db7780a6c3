/// One line of a YAML file, taken apart roughly: enough to show it mended after libyaml has given up on it.
struct YAMLLine {
  /// A longer entry is not shown mended: nobody would read the hint.
  private static let mendableLength = 160

  /// The file.
  private let bytes: [UInt8]
  /// The line without its line break and white space at the end.
  let range: Range<Int>
  /// The first byte that is not white space.
  let content: Int
  /// The key of the line, without quotes that are part of it being taken off.
  let key: Range<Int>?
  /// What follows the key and its `:`, or the whole content without a key; no comment.
  let value: Range<Int>

  /// The line that holds `offset`.
  init(_ bytes: [UInt8], at offset: Int) {
    self.bytes = bytes
    let start = bytes[..<min(offset, bytes.count)].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    var end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
    while end > start, Self.isBlank(bytes[end - 1]) || bytes[end - 1] == 0x0D { end -= 1 }
    range = start..<end
    var position = start
    while position < end, Self.isBlank(bytes[position]) { position += 1 }
    content = position
    // An item of a list may hold a key on the line of its dash.
    while position + 1 < end, bytes[position] == UInt8(ascii: "-"), Self.isBlank(bytes[position + 1]) {
      position += 1
      while position < end, Self.isBlank(bytes[position]) { position += 1 }
    }
    let (found, rest) = Self.key(bytes, position..<end)
    key = found
    value = Self.withoutComment(bytes, rest)
  }

  /// The column of the first character that is not white space, from 0.
  var indentation: Int { content - range.lowerBound }

  /// The entry of the line with its value in quotes; `nil` without a value.
  var mended: MendedLine? { mended(key: key, value: value) }

  /// The entry inside `{ }` or `[ ]` that holds `offset`, with its value in quotes.
  func mendedEntry(at offset: Int) -> MendedLine? {
    var start = content
    var position = content
    while position < min(offset, range.upperBound) {
      // A bracket inside a text without quotes would have ended it, so every one counts.
      switch bytes[position] {
      case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: ","): start = position + 1
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        if position == start || Self.isBlank(bytes[position - 1]) {
          position = Self.closingQuote(bytes, from: position, limit: offset) ?? position
        }
      default: break
      }
      position += 1
    }
    guard start > content else { return nil }
    let from = min(offset, range.upperBound)
    // What is closed before the mistake is no part of a text.
    guard !bytes[start..<max(start, from)].contains(where: { $0 == UInt8(ascii: "}") || $0 == UInt8(ascii: "]") })
    else { return nil }
    let end = entryEnd(from: from)
    while start < end, Self.isBlank(bytes[start]) { start += 1 }
    let (found, rest) = Self.key(bytes, start..<end)
    return mended(key: found, value: rest)
  }

  /// Where an entry inside brackets ends, with the brackets that open and close in it.
  private func entryEnd(from offset: Int) -> Int {
    var depth = 0
    for position in offset..<range.upperBound {
      switch bytes[position] {
      case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: ")") where depth > 0: depth -= 1
      case UInt8(ascii: "]"), UInt8(ascii: "}"):
        if depth == 0 { return position }
        depth -= 1
      case UInt8(ascii: ",") where depth == 0: return position
      default: break
      }
    }
    return range.upperBound
  }

  /// `nil` for what is empty or too long to be shown.
  private func mended(key: Range<Int>?, value: Range<Int>) -> MendedLine? {
    guard !value.isEmpty, value.count + (key?.count ?? 0) <= Self.mendableLength else { return nil }
    return MendedLine(key: key.map(text), value: Self.unquoted(text(value)))
  }

  /// A stretch of the file.
  private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  /// Text whose own quotes do not match, without the outer ones: `'it's'`.
  private static func unquoted(_ text: String) -> String {
    guard let first = text.first, first == "'" || first == "\"", text.last == first, text.count > 1,
      !text.count(where: { $0 == first }).isMultiple(of: 2)
    else { return text }
    return String(text.dropFirst().dropLast())
  }

  // MARK: Scanning

  /// Splits at the first `: `; a key in quotes ends at its quote.
  private static func key(_ bytes: [UInt8], _ range: Range<Int>) -> (key: Range<Int>?, rest: Range<Int>) {
    var position = range.lowerBound
    var end = range.upperBound
    while end > position, isBlank(bytes[end - 1]) { end -= 1 }
    if position < end, bytes[position] == UInt8(ascii: "\"") || bytes[position] == UInt8(ascii: "'") {
      guard let closing = closingQuote(bytes, from: position, limit: end) else {
        return (nil, position..<end)
      }
      position = closing + 1
      guard position < end, bytes[position] == UInt8(ascii: ":") else {
        return (nil, range.lowerBound..<end)
      }
    }
    while position < end {
      let isLast = position + 1 == end
      if bytes[position] == UInt8(ascii: ":"), isLast || isBlank(bytes[position + 1]) {
        var start = position + 1
        while start < end, isBlank(bytes[start]) { start += 1 }
        return (range.lowerBound..<position, start..<end)
      }
      if bytes[position] == UInt8(ascii: "#"), position > range.lowerBound, isBlank(bytes[position - 1]) {
        break
      }
      position += 1
    }
    return (nil, range.lowerBound..<end)
  }

  /// The quote that ends the text in quotes that starts at `start`, escapes respected.
  private static func closingQuote(_ bytes: [UInt8], from start: Int, limit: Int) -> Int? {
    var position = start + 1
    while position < limit {
      if bytes[position] == UInt8(ascii: "\\"), bytes[start] == UInt8(ascii: "\"") {
        position += 1
      } else if bytes[position] == bytes[start] {
        let isDoubled = position + 1 < limit && bytes[position + 1] == bytes[start]
        guard isDoubled, bytes[start] == UInt8(ascii: "'") else { return position }
        position += 1
      }
      position += 1
    }
    return nil
  }

  /// A value without what follows ` #`.
  private static func withoutComment(_ bytes: [UInt8], _ range: Range<Int>) -> Range<Int> {
    var end = range.upperBound
    for position in range.dropFirst()
    where bytes[position] == UInt8(ascii: "#") && isBlank(bytes[position - 1]) {
      end = position - 1
      break
    }
    while end > range.lowerBound, isBlank(bytes[end - 1]) { end -= 1 }
    return range.lowerBound..<end
  }

  /// Space or tab.
  static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
