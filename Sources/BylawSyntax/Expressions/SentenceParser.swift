/// Reads a sentence with holes: `"{n} of {total} assets"`; `{{` and `}}` stand for the braces themselves.
///
/// A hole ends where its expression ends, so quoted text and maps inside it may hold braces.
package struct SentenceParser {
  private let bytes: [UInt8]
  private let map: ScalarMap
  /// What is read.
  private var pieces: [Sentence.Piece] = []
  /// Text that is read since the last hole.
  private var text: [UInt8] = []

  /// Reads a scalar as a sentence.
  ///
  /// Each hole reports its own first mistake and is then an expression of kind `.invalid`.
  package static func parse(_ scalar: Scalar, diagnostics: inout Diagnostics) -> Sentence {
    parse(scalar.text, map: scalar.map, range: scalar.range, diagnostics: &diagnostics)
  }

  /// Reads a piece of a scalar's text as a sentence; `map` says where it stands, `range` is its place as a whole.
  package static func parse(
    _ text: String, map: ScalarMap, range: SourceRange, diagnostics: inout Diagnostics
  ) -> Sentence {
    guard text.utf8.contains(where: { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") }) else {
      return Sentence(pieces: text.isEmpty ? [] : [.text(text)], range: range)
    }
    let bytes = Array(text.utf8)
    guard bytes.count <= ExpressionParser.greatestLength || !bytes.contains(UInt8(ascii: "{")) else {
      diagnostics.report(SyntaxMessages.tooLong(range))
      return Sentence(pieces: [], range: range)
    }
    var parser = SentenceParser(bytes: bytes, map: map)
    parser.read(diagnostics: &diagnostics)
    return Sentence(pieces: parser.pieces, range: range)
  }

  private init(bytes: [UInt8], map: ScalarMap) {
    self.bytes = bytes
    self.map = map
  }

  /// Reads all pieces.
  private mutating func read(diagnostics: inout Diagnostics) {
    var offset = 0
    while offset < bytes.count {
      let byte = bytes[offset]
      let isDoubled = offset + 1 < bytes.count && bytes[offset + 1] == byte
      switch byte {
      case UInt8(ascii: "{") where !isDoubled:
        flush()
        offset = hole(at: offset, diagnostics: &diagnostics)
      case UInt8(ascii: "}") where !isDoubled:
        diagnostics.report(SyntaxMessages.strayBrace(map.range(offset..<offset + 1)))
        offset += 1
      case UInt8(ascii: "{"), UInt8(ascii: "}"):
        text.append(byte)
        offset += 2
      default:
        text.append(byte)
        offset += 1
      }
    }
    flush()
  }

  /// Makes a piece of the text since the last hole.
  private mutating func flush() {
    guard !text.isEmpty else { return }
    pieces.append(.text(String(decoding: text, as: UTF8.self)))
    text = []
  }

  /// Reads one hole; `start` is its opening brace.
  ///
  /// Returns where the sentence goes on.
  private mutating func hole(at start: Int, diagnostics: inout Diagnostics) -> Int {
    do throws(SyntaxFailure) {
      var parser = try ExpressionParser(bytes: bytes, map: map, offset: start + 1)
      if parser.current.is(.rightBrace) {
        throw parser.lexer.failure(start..<parser.current.range.upperBound, SyntaxMessages.emptyHole)
      }
      if parser.current.kind == .end {
        throw parser.lexer.failure(start..<start + 1, SyntaxMessages.unclosedHole)
      }
      let part = try parser.expression()
      // The lexer stops at the brace; what follows is text again.
      guard parser.current.is(.rightBrace) else {
        if parser.current.kind == .end {
          throw parser.lexer.failure(start..<start + 1, SyntaxMessages.unclosedHole)
        }
        throw parser.unexpected(expected: .operatorOr("}"))
      }
      pieces.append(.hole(parser.finish(part)))
      return parser.current.range.upperBound
    } catch {
      // Without a brace behind it, the rest of the sentence was read as an expression.
      let isClosed = bytes[start...].contains(UInt8(ascii: "}"))
      diagnostics.report(isClosed ? error.diagnostic : SyntaxMessages.unclosedHole(map.range(start..<start + 1)))
      let end = endOfBrokenHole(from: start, mistakeAt: error.offset)
      pieces.append(.hole(Expression(kind: .invalid, range: map.range(start..<end))))
      return end
    }
  }

  /// Where a hole with a mistake most likely ends: after the brace that closes its opening one.
  private func endOfBrokenHole(from start: Int, mistakeAt mistake: Int) -> Int {
    var depth = 0
    for offset in start..<bytes.count {
      // Braces inside a quoted text count too: after a mistake nothing says where the text ends.
      if bytes[offset] == UInt8(ascii: "{") { depth += 1 }
      guard bytes[offset] == UInt8(ascii: "}") else { continue }
      depth -= 1
      if depth <= 0, offset + 1 >= mistake { return offset + 1 }
    }
    return bytes.count
  }
}
