import BylawModel

extension ExpressionParser {
  /// A literal, a name, a call, a bracket, and the members and elements asked of it.
  mutating func member() throws(SyntaxFailure) -> Part { try members(of: operand()) }

  /// Everything of the form `.name`, `.name(…)` and `[…]` behind an operand.
  mutating func members(of first: Part) throws(SyntaxFailure) -> Part {
    var base = first
    while true {
      if current.is(.dot) {
        base = try selection(of: base)
      } else if current.is(.leftBracket) {
        base = try element(of: base)
      } else if current.is(.leftBrace), case .select = base.kind {
        throw structLiteral(of: base)
      } else {
        return base
      }
    }
  }

  // MARK: Operands

  /// What stands before any `.` or `[`: a literal, a name, a call, or something in brackets.
  private mutating func operand() throws(SyntaxFailure) -> Part {
    if let literal = try numericLiteral(minus: nil) { return literal }
    let token = current
    switch token.kind {
    case .string(let text):
      try skip()
      return Part(kind: .literal(.string(text)), range: token.range)
    case .bytes:
      try skip()
      return Part(kind: .literal(.bytes), range: token.range)
    case .identifier(let word): return try name(word)
    case .quotedIdentifier: throw lexer.failure(token.range, SyntaxMessages.backquotedRoot)
    case .symbol(.leftParenthesis): return try parenthesized()
    case .symbol(.leftBracket): return try list()
    case .symbol(.leftBrace): return try map()
    case .symbol(.dot): throw lexer.failure(token.range, SyntaxMessages.leadingDot)
    default: throw unexpected(expected: .operand)
    }
  }

  /// A number or a length of time, with the minus sign that was read before it; `nil` when there is none.
  ///
  /// The sign belongs to the literal so that the least int can be written.
  mutating func numericLiteral(minus: Range<Int>?) throws(SyntaxFailure) -> Part? {
    let range = (minus ?? current.range).lowerBound..<current.range.upperBound
    let literal: Expression.Literal
    switch current.kind {
    case .int(let magnitude):
      guard let value = minus == nil ? Int64(exactly: magnitude) : Int64(exactly: -Int128(magnitude)) else {
        throw lexer.failure(range, SyntaxMessages.intOutOfRange)
      }
      literal = .int(value)
    case .uint(let value) where minus == nil: literal = .uint(value)
    case .fraction(let value, let exact):
      let negated = exact.map { FixedPoint(units: -$0.units, scale: $0.scale) }
      literal = minus == nil ? .fraction(value, exact: exact) : .fraction(-value, exact: negated)
    case .duration(let span):
      guard let value = minus == nil ? span : span.negated() else {
        throw lexer.failure(range, SyntaxMessages.durationOutOfRange)
      }
      literal = .duration(value)
    default: return nil
    }
    let number = try skip()
    // `15 m`, `1000 EUR`: a word cannot follow a number unless it is an operator.
    if case .identifier(let word) = current.kind, word != "in", !SyntaxMessages.isOperatorWord(word) {
      let written = lexer.source(number)
      throw lexer.failure(current.range, SyntaxMessages.unknownUnit(word, number: written))
    }
    return Part(kind: .literal(literal), range: range)
  }

  /// A word: a literal, a name, or a call of a function.
  ///
  /// Words that other languages have as operators are names here, until what follows shows what was meant.
  private mutating func name(_ word: String) throws(SyntaxFailure) -> Part {
    let range = current.range
    switch word {
    case "true", "false":
      try skip()
      return Part(kind: .literal(.bool(word == "true")), range: range)
    case "null":
      try skip()
      return Part(kind: .literal(.null), range: range)
    case "in": throw unexpected(expected: .operand)
    default: break
    }
    if SyntaxMessages.isReserved(word) {
      throw lexer.failure(range) { SyntaxMessages.reservedWord(word, $0) }
    }
    try skip()
    let name = Expression.Name(text: word, range: lexer.map.range(range))
    if current.is(.leftParenthesis) { return try call(name, on: nil, from: range.lowerBound) }
    let part = Part(kind: .identifier(word), range: range)
    if current.is(.leftBrace) { throw structLiteral(of: part) }
    if startsAnotherOperand, let hint = SyntaxMessages.prefixWord(word) {
      throw lexer.failure(range) { SyntaxMessages.unknownOperator(word, hint: hint, $0) }
    }
    return part
  }

  /// Whether an operand follows directly, with no operator between.
  private var startsAnotherOperand: Bool {
    switch current.kind {
    case .identifier(let word): word != "in"
    case .string, .int, .fraction, .duration: true
    default: false
    }
  }

  /// `( Expr )`.
  private mutating func parenthesized() throws(SyntaxFailure) -> Part {
    let start = current.range.lowerBound
    var inner = try bracketed(closing: .rightParenthesis, expected: .operatorOr(")")) {
      (parser) throws(SyntaxFailure) in try parser.expression()
    }
    // Brackets belong to the place of what they hold.
    inner.range = start..<lastEnd
    return inner
  }

  /// `[ a, ?b, … ]`, with a comma after the last element if one likes.
  private mutating func list() throws(SyntaxFailure) -> Part {
    let start = current.range.lowerBound
    var parts: [Part] = []
    let elements = try bracketed(closing: .rightBracket, expected: .operatorCommaOr("]")) {
      (parser) throws(SyntaxFailure) in
      var elements: [Expression.ListElement] = []
      while !parser.current.is(.rightBracket) {
        let isOptional = try parser.take(.question)
        let value = try parser.expression()
        parts.append(value)
        elements.append(Expression.ListElement(value: parser.finish(value), isOptional: isOptional))
        guard try parser.take(.comma) else { break }
      }
      return elements
    }
    return try part(.list(elements), start..<lastEnd, over: parts)
  }

  /// `{ key: value, ?key: value, … }`, with a comma after the last member if one likes.
  private mutating func map() throws(SyntaxFailure) -> Part {
    let start = current.range.lowerBound
    var parts: [Part] = []
    let entries = try bracketed(closing: .rightBrace, expected: .operatorCommaOr("}")) {
      (parser) throws(SyntaxFailure) in
      var entries: [Expression.MapEntry] = []
      while !parser.current.is(.rightBrace) {
        let isOptional = try parser.take(.question)
        let key = try parser.expression()
        guard parser.current.is(.colon) else { throw parser.unexpected(expected: .colonOfMap) }
        try parser.advance()
        let value = try parser.expression()
        parts += [key, value]
        entries.append(
          Expression.MapEntry(key: parser.finish(key), value: parser.finish(value), isOptional: isOptional))
        guard try parser.take(.comma) else { break }
      }
      return entries
    }
    return try part(.map(entries), start..<lastEnd, over: parts)
  }

  // MARK: Members

  /// `.name`, `.?name` or `.name(…)`; the current token is the point.
  private mutating func selection(of base: Part) throws(SyntaxFailure) -> Part {
    try skip()
    let isOptional = try take(.question)
    let token = current
    // Reserved words are names behind a point, as in CEL; the words that are operators and literals are not.
    let text: String
    var isQuoted = false
    switch token.kind {
    case .identifier(let word):
      switch word {
      case "in", "true", "false", "null":
        throw lexer.failure(token.range) { SyntaxMessages.keywordAsMember(word, $0) }
      default: break
      }
      text = word
    case .quotedIdentifier(let word):
      text = word
      isQuoted = true
    default: throw unexpected(expected: .memberName)
    }
    try skip()
    let name = Expression.Name(text: text, range: lexer.map.range(token.range))
    if current.is(.leftParenthesis), !isQuoted {
      guard !isOptional else { throw lexer.failure(token.range, SyntaxMessages.optionalCall) }
      return try call(name, on: base, from: base.range.lowerBound)
    }
    return try part(
      .select(finish(base), name, isOptional: isOptional), base.range.lowerBound..<lastEnd, on: base.height)
  }

  /// `[key]` or `[?key]`; the current token is the bracket.
  private mutating func element(of base: Part) throws(SyntaxFailure) -> Part {
    var isOptional = false
    let key = try bracketed(closing: .rightBracket, expected: .operatorOr("]")) {
      (parser) throws(SyntaxFailure) in
      isOptional = try parser.take(.question)
      return try parser.expression()
    }
    return try part(
      .index(finish(base), finish(key), isOptional: isOptional), base.range.lowerBound..<lastEnd, over: [base, key])
  }

  /// The arguments of a call; the current token is the opening bracket.
  private mutating func call(
    _ name: Expression.Name, on target: Part?, from start: Int
  ) throws(SyntaxFailure) -> Part {
    // Target and arguments, for the height of the tree.
    var parts = target.map { [$0] } ?? []
    let arguments = try bracketed(closing: .rightParenthesis, expected: .operatorCommaOr(")")) {
      (parser) throws(SyntaxFailure) in
      var arguments: [Expression] = []
      guard !parser.current.is(.rightParenthesis) else { return arguments }
      repeat {
        let argument = try parser.expression()
        parts.append(argument)
        arguments.append(parser.finish(argument))
      } while try parser.take(.comma)
      return arguments
    }
    return try part(.call(target: target.map(finish), name, arguments), start..<lastEnd, over: parts)
  }

  /// The mistake of `T{…}`: protobuf messages are not in the profile.
  private func structLiteral(of name: Part) -> SyntaxFailure {
    let written = lexer.source(name.range)
    return lexer.failure(name.range.lowerBound..<current.range.upperBound) {
      SyntaxMessages.structLiteral(written, $0)
    }
  }
}
