/// Reads the text of an expression into its tree.
///
/// An expression has at most one diagnostic: the first mistake in it. Recursion happens only inside brackets, and
/// brackets nest at most `greatestNesting` levels, so no text can exhaust the stack of this parser or of whatever
/// walks the tree.
package struct ExpressionParser {
  /// How deep brackets may nest.
  package static let greatestNesting = 64
  /// How many levels the tree may have, chains such as `a + b + c` included.
  package static let greatestHeight = 256
  /// The longest text of an expression or of a sentence with holes, in bytes.
  package static let greatestLength = 65_536

  /// An opening bracket that is not closed yet.
  struct OpenBracket {
    var symbol: Token.Symbol
    var range: Range<Int>
  }

  /// A part of the tree while it is being built.
  struct Part {
    var kind: Expression.Kind
    /// Where it stands in the text.
    var range: Range<Int>
    /// Levels of the tree below and including this one.
    var height = 1
  }

  var lexer: Lexer
  /// The token to be read next.
  var current: Token
  /// Where the last token that was read ends.
  var lastEnd: Int
  var openBrackets: [OpenBracket] = []

  /// Starts at `offset` of the text.
  init(bytes: [UInt8], map: ScalarMap, offset: Int = 0) throws(SyntaxFailure) {
    lexer = Lexer(bytes: bytes, map: map, offset: offset)
    lastEnd = offset
    current = try lexer.next()
  }

  /// Reads a scalar that is one expression as a whole.
  ///
  /// A mistake is reported, and gives an expression of kind `.invalid`.
  package static func parse(_ scalar: Scalar, diagnostics: inout Diagnostics) -> Expression {
    parse(scalar.text, map: scalar.map, range: scalar.range, diagnostics: &diagnostics)
  }

  /// Reads a piece of a scalar's text that is one expression as a whole.
  ///
  /// - Parameters:
  ///   - text: The text of the expression alone.
  ///   - map: Where `text` stands in the file.
  ///   - range: The place for a mistake of the whole, such as no text at all; by default that of `text`.
  ///   - diagnostics: Receives the first mistake.
  /// - Returns: The tree, of kind `.invalid` after a mistake.
  package static func parse(
    _ text: String, map: ScalarMap, range: SourceRange? = nil, diagnostics: inout Diagnostics
  ) -> Expression {
    let bytes = Array(text.utf8)
    let whole = range ?? map.range(0..<bytes.count)
    guard bytes.count <= greatestLength else {
      diagnostics.report(SyntaxMessages.tooLong(whole))
      return Expression(kind: .invalid, range: whole)
    }
    do throws(SyntaxFailure) {
      var parser = try ExpressionParser(bytes: bytes, map: map)
      guard !parser.current.isEnd else {
        diagnostics.report(SyntaxMessages.emptyExpression(whole))
        return Expression(kind: .invalid, range: whole)
      }
      let part = try parser.expression()
      guard parser.current.isEnd else { throw parser.unexpected(expected: .operatorOrEnd) }
      return parser.finish(part)
    } catch {
      diagnostics.report(error.diagnostic)
      return Expression(kind: .invalid, range: whole)
    }
  }

  /// The finished tree of a part.
  func finish(_ part: Part) -> Expression {
    Expression(kind: part.kind, range: lexer.map.range(part.range))
  }

  // MARK: Tokens

  /// Takes the current token and reads the one after it.
  @discardableResult
  mutating func advance() throws(SyntaxFailure) -> Token {
    let token = current
    lastEnd = token.range.upperBound
    current = try lexer.next()
    return token
  }

  /// Passes over the current token, of which nothing but its place is wanted.
  @discardableResult
  mutating func skip() throws(SyntaxFailure) -> Range<Int> {
    let range = current.range
    lastEnd = range.upperBound
    current = try lexer.next()
    return range
  }

  /// Takes the current token when it is `symbol`.
  mutating func take(_ symbol: Token.Symbol) throws(SyntaxFailure) -> Bool {
    guard current.is(symbol) else { return false }
    try skip()
    return true
  }

  /// Reads what stands inside a bracket, from the opening one to the closing one.
  ///
  /// The current token is the opening bracket; `body` leaves the closing one as the current token.
  mutating func bracketed<T>(
    closing: Token.Symbol, expected: SyntaxMessages.Expected,
    _ body: (inout ExpressionParser) throws(SyntaxFailure) -> T
  ) throws(SyntaxFailure) -> T {
    guard case .symbol(let opening) = current.kind else {
      preconditionFailure("a bracket was announced where there is none")
    }
    openBrackets.append(OpenBracket(symbol: opening, range: current.range))
    guard openBrackets.count <= Self.greatestNesting else {
      throw lexer.failure(current.range, SyntaxMessages.tooDeep)
    }
    try skip()
    let content = try body(&self)
    guard current.is(closing) else { throw unexpected(expected: expected) }
    openBrackets.removeLast()
    try skip()
    return content
  }

  // MARK: The tree

  /// Puts a level on top of `children`; refuses a tree that grows too high.
  func part(
    _ kind: Expression.Kind, _ range: Range<Int>, over children: [Part]
  ) throws(SyntaxFailure) -> Part {
    try part(kind, range, on: children.reduce(0) { max($0, $1.height) })
  }

  /// Puts a level on top of what is `below` levels high; refuses a tree that grows too high.
  func part(_ kind: Expression.Kind, _ range: Range<Int>, on below: Int) throws(SyntaxFailure) -> Part {
    let height = below + 1
    guard height <= Self.greatestHeight else { throw lexer.failure(range, SyntaxMessages.tooManyOperators) }
    return Part(kind: kind, range: range, height: height)
  }

  /// The mistake of a token that cannot stand where it stands.
  func unexpected(expected: SyntaxMessages.Expected) -> SyntaxFailure {
    if current.isEnd {
      if let open = openBrackets.last {
        return lexer.failure(open.range) { SyntaxMessages.unclosedBracket(open.symbol, $0) }
      }
      // Just behind the last token, even where the file goes on with a fold or an escape.
      let last = lexer.map.range(max(0, lastEnd - 1)..<lastEnd)
      let place = SourceRange(file: last.file, start: last.end, end: last.end)
      return SyntaxFailure(
        diagnostic: SyntaxMessages.endsTooEarly(expected, place), offset: current.range.upperBound)
    }
    let written = lexer.source(current.range)
    let open = openBrackets.last.map { (symbol: $0.symbol, range: lexer.map.range($0.range)) }
    return lexer.failure(current.range) {
      SyntaxMessages.unexpected(current, written: written, expected: expected, open: open, $0)
    }
  }
}
