import BylawModel

/// Cuts the text of an expression into tokens, one at a time.
///
/// A mistake is thrown when the reader comes to it, so that the first one in the text is the one reported.
struct Lexer {
  /// The text in UTF-8.
  let bytes: [UInt8]
  /// Where the text stands in its file.
  let map: ScalarMap
  /// Where the next token or the space before it begins.
  var offset: Int

  /// Reads `bytes` from `offset` on.
  init(bytes: [UInt8], map: ScalarMap, offset: Int = 0) {
    self.bytes = bytes
    self.map = map
    self.offset = offset
  }

  /// The next token, `.end` after the last.
  mutating func next() throws(SyntaxFailure) -> Token {
    skipSpaceAndComments()
    let start = offset
    guard let byte = peek() else { return Token(kind: .end, range: start..<start) }
    switch byte {
    case 0x30...0x39: return try number()
    case UInt8(ascii: ".") where isDigit(peek(1)): return try number()
    case UInt8(ascii: "\""), UInt8(ascii: "'"): return try text()
    case UInt8(ascii: "`"): return try quotedIdentifier()
    default: break
    }
    if isWordStart(byte) {
      return startsPrefixedText() ? try text() : identifier()
    }
    return try symbol()
  }

  /// The byte `distance` bytes ahead, `nil` after the end.
  func peek(_ distance: Int = 0) -> UInt8? {
    let index = offset + distance
    return index < bytes.count ? bytes[index] : nil
  }

  /// A piece of the text as the author wrote it.
  func source(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  /// A mistake at a stretch of the text.
  func failure(_ range: Range<Int>, _ make: (SourceRange) -> Diagnostic) -> SyntaxFailure {
    SyntaxFailure(diagnostic: make(map.range(range)), offset: range.upperBound)
  }

  /// Skips space, line breaks and comments from `//` to the end of the line.
  private mutating func skipSpaceAndComments() {
    while let byte = peek() {
      if byte == 0x20 || byte == 0x0A || byte == 0x09 || byte == 0x0C || byte == 0x0D {
        offset += 1
      } else if byte == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "/") {
        while let next = peek(), next != 0x0A { offset += 1 }
      } else {
        return
      }
    }
  }

  /// A letter or `_`, then letters, digits and `_`.
  private mutating func identifier() -> Token {
    let start = offset
    var end = start + 1
    while end < bytes.count, isWordStart(bytes[end]) || (0x30...0x39).contains(bytes[end]) { end += 1 }
    offset = end
    return Token(kind: .identifier(source(start..<end)), range: start..<end)
  }

  /// A name between backquotes: letters, digits and `_ - . /` and space.
  private mutating func quotedIdentifier() throws(SyntaxFailure) -> Token {
    let start = offset
    offset += 1
    while let byte = peek(), isWordStart(byte) || isDigit(byte) || "-./ ".utf8.contains(byte) { offset += 1 }
    guard peek() == UInt8(ascii: "`") else {
      guard peek() != nil else { throw failure(start..<offset, SyntaxMessages.unclosedBackquote) }
      let scalar = scalarRange()
      throw failure(scalar, SyntaxMessages.characterInBackquotes(source(scalar)))
    }
    offset += 1
    guard offset - start > 2 else { throw failure(start..<offset, SyntaxMessages.emptyBackquotes) }
    return Token(kind: .quotedIdentifier(source(start + 1..<offset - 1)), range: start..<offset)
  }

  /// An operator, a bracket or a separator, the longest that fits.
  private mutating func symbol() throws(SyntaxFailure) -> Token {
    let start = offset
    if let symbol = Token.Symbol(bytes[start], peek(1), peek(2)) {
      offset += symbol.length
      return Token(kind: .symbol(symbol), range: start..<offset)
    }
    if let slip = OperatorSlip.longest(in: bytes[start...]) {
      throw failure(start..<start + slip.written.utf8.count, SyntaxMessages.slip(slip))
    }
    let scalar = scalarRange()
    throw failure(scalar, SyntaxMessages.invalidCharacter(source(scalar)))
  }

  /// The whole Unicode scalar at the current place.
  private func scalarRange() -> Range<Int> {
    var end = offset + 1
    while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
    return offset..<end
  }

  /// Whether a name may begin with the byte.
  func isWordStart(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x41...0x5A, 0x61...0x7A, 0x5F: true
    default: false
    }
  }

  /// Whether the byte is a decimal digit.
  func isDigit(_ byte: UInt8?) -> Bool { byte.map { (0x30...0x39).contains($0) } ?? false }
}

/// A spelling of other languages, or of a word processor, for an operator or a quote of this one.
struct OperatorSlip: Hashable {
  /// What stands in the text.
  var written: String
  /// What to write instead.
  var meant: String

  /// Longest first among those that share a beginning; `==`, `&&` and `||` stand for themselves and end the search.
  static let all: [OperatorSlip] = [
    OperatorSlip(written: "===", meant: "=="), OperatorSlip(written: "!==", meant: "!="),
    OperatorSlip(written: "==", meant: "=="), OperatorSlip(written: "=>", meant: ">="),
    OperatorSlip(written: "=<", meant: "<="), OperatorSlip(written: "=", meant: "=="),
    OperatorSlip(written: "<>", meant: "!="), OperatorSlip(written: "&&", meant: "&&"),
    OperatorSlip(written: "&", meant: "&&"), OperatorSlip(written: "||", meant: "||"),
    OperatorSlip(written: "|", meant: "||"), OperatorSlip(written: "≥", meant: ">="),
    OperatorSlip(written: "≤", meant: "<="), OperatorSlip(written: "≠", meant: "!="),
    OperatorSlip(written: "¬", meant: "!"), OperatorSlip(written: "∧", meant: "&&"),
    OperatorSlip(written: "∨", meant: "||"), OperatorSlip(written: "∈", meant: "in"),
    OperatorSlip(written: "×", meant: "*"), OperatorSlip(written: "÷", meant: "/"),
    OperatorSlip(written: "−", meant: "-"), OperatorSlip(written: "–", meant: "-"),
    OperatorSlip(written: "—", meant: "-"), OperatorSlip(written: "“", meant: "\""),
    OperatorSlip(written: "”", meant: "\""), OperatorSlip(written: "„", meant: "\""),
    OperatorSlip(written: "«", meant: "\""), OperatorSlip(written: "»", meant: "\""),
    OperatorSlip(written: "‘", meant: "'"), OperatorSlip(written: "’", meant: "'"),
    OperatorSlip(written: "‚", meant: "'"),
  ]

  /// Whether the slip is a quotation mark.
  var isQuote: Bool { meant == "\"" || meant == "'" }

  /// The slip that the bytes begin with, `nil` when they begin with a symbol of the language.
  static func longest(in bytes: ArraySlice<UInt8>) -> OperatorSlip? {
    let slip = all.first { bytes.starts(with: $0.written.utf8) }
    return slip.flatMap { $0.written == $0.meant ? nil : $0 }
  }
}
