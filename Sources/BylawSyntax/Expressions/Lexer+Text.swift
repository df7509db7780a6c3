import BylawModel

extension Lexer {
  /// Whether the letters here are the `r`, `b` or `br` before a quotation mark.
  func startsPrefixedText() -> Bool {
    var distance = 0
    if let byte = peek(), byte == UInt8(ascii: "b") || byte == UInt8(ascii: "B") { distance += 1 }
    if let byte = peek(distance), byte == UInt8(ascii: "r") || byte == UInt8(ascii: "R") { distance += 1 }
    return distance > 0 && (peek(distance) == UInt8(ascii: "\"") || peek(distance) == UInt8(ascii: "'"))
  }

  /// A quoted text in any of CEL's forms, or bytes.
  mutating func text() throws(SyntaxFailure) -> Token {
    if let plain = plainText() { return plain }
    let start = offset
    // The prefix: `r` keeps backslashes as they are, `b` makes bytes.
    var isRaw = false
    var isBytes = false
    while let byte = peek(), byte != UInt8(ascii: "\""), byte != UInt8(ascii: "'") {
      if byte == UInt8(ascii: "r") || byte == UInt8(ascii: "R") { isRaw = true } else { isBytes = true }
      offset += 1
    }
    // Three quotation marks begin a text over several lines, which ends with three.
    let quoteStart = offset
    let quote = bytes[offset]
    let isTriple = peek(1) == quote && peek(2) == quote
    offset += isTriple ? 3 : 1
    var content: [UInt8] = []
    while true {
      // The mistake is shown at the opening mark: where the text was meant to end nobody knows.
      guard let byte = peek(), isTriple || (byte != 0x0A && byte != 0x0D) else {
        let opening = quoteStart..<quoteStart + (isTriple ? 3 : 1)
        throw failure(opening, SyntaxMessages.unclosedQuote(source(opening)))
      }
      if byte == quote, !isTriple || (peek(1) == quote && peek(2) == quote) { break }
      if byte == UInt8(ascii: "\\"), !isRaw {
        try escape(into: &content, isBytes: isBytes)
      } else {
        content.append(byte)
        offset += 1
      }
    }
    offset += isTriple ? 3 : 1
    return Token(
      kind: isBytes ? .bytes : .string(String(decoding: content, as: UTF8.self)), range: start..<offset)
  }

  /// A quoted text on one line without prefix and escapes, as most are: it reads as it stands.
  private mutating func plainText() -> Token? {
    let start = offset
    let quote = bytes[start]
    guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { return nil }
    var end = start + 1
    while end < bytes.count, bytes[end] != quote {
      if bytes[end] == UInt8(ascii: "\\") || bytes[end] == 0x0A || bytes[end] == 0x0D { return nil }
      end += 1
    }
    // Two marks at once may be the first of three.
    guard end < bytes.count, end > start + 1 else { return nil }
    offset = end + 1
    return Token(kind: .string(source(start + 1..<end)), range: start..<end + 1)
  }

  /// One escape; the current byte is the backslash.
  private mutating func escape(into content: inout [UInt8], isBytes: Bool) throws(SyntaxFailure) {
    guard let letter = peek(1) else {
      // A backslash as the very last byte.
      throw failure(offset..<offset + 1, SyntaxMessages.unknownEscape("\\"))
    }
    if let plain = Self.simpleEscapes[letter] {
      content.append(plain)
      offset += 2
      return
    }
    switch letter {
    case UInt8(ascii: "x"), UInt8(ascii: "X"):
      try numericEscape(skip: 2, count: 2, radix: 16, isBytes: isBytes, into: &content)
    case UInt8(ascii: "u"): try numericEscape(skip: 2, count: 4, radix: 16, isBytes: isBytes, into: &content)
    case UInt8(ascii: "U"): try numericEscape(skip: 2, count: 8, radix: 16, isBytes: isBytes, into: &content)
    case 0x30...0x33: try numericEscape(skip: 1, count: 3, radix: 8, isBytes: isBytes, into: &content)
    default:
      var end = offset + 2
      while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
      throw failure(offset..<end, SyntaxMessages.unknownEscape(source(offset..<end)))
    }
  }

  /// An escape that names a character by its number.
  private mutating func numericEscape(
    skip: Int, count: Int, radix: UInt32, isBytes: Bool, into content: inout [UInt8]
  ) throws(SyntaxFailure) {
    let start = offset
    var value: UInt32 = 0
    offset += skip
    for _ in 0..<count {
      guard let byte = peek(), let digit = hexDigit(byte), digit < radix else {
        throw failure(start..<offset, SyntaxMessages.shortEscape(source(start..<offset), digits: count))
      }
      // At most eight hexadecimal digits fit exactly.
      value = (value << (radix == 16 ? 4 : 3)) | digit
      offset += 1
    }
    guard let scalar = Unicode.Scalar(value) else {
      throw failure(start..<offset, SyntaxMessages.notACharacter(source(start..<offset)))
    }
    // In bytes `\x` and octal give one byte, the others a character in UTF-8.
    if isBytes, count < 4 {
      content.append(UInt8(truncatingIfNeeded: value))
    } else {
      content.append(contentsOf: String(Character(scalar)).utf8)
    }
  }

  /// Escapes of one letter and the byte that they stand for.
  private static let simpleEscapes: [UInt8: UInt8] = [
    UInt8(ascii: "a"): 0x07, UInt8(ascii: "b"): 0x08, UInt8(ascii: "f"): 0x0C, UInt8(ascii: "n"): 0x0A,
    UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09, UInt8(ascii: "v"): 0x0B, UInt8(ascii: "\\"): 0x5C,
    UInt8(ascii: "?"): 0x3F, UInt8(ascii: "\""): 0x22, UInt8(ascii: "'"): 0x27, UInt8(ascii: "`"): 0x60,
  ]
}
