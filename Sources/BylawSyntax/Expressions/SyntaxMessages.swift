/// All wording of the expression parser.
enum SyntaxMessages {
  /// What may stand at a place.
  enum Expected: Hashable {
    case operand
    case operatorOrEnd
    case operatorOr(String)
    case operatorCommaOr(String)
    case colonOfConditional
    case colonOfMap
    case memberName

    /// The words after `expected`.
    var text: String {
      switch self {
      case .operand: "a value: a name, a number, quoted text, '(', '[' or '{'"
      case .operatorOrEnd: "an operator such as '&&' or '==', or the end of the expression"
      case .operatorOr(let closing): "an operator such as '&&' or '==', or '\(closing)'"
      case .operatorCommaOr(let closing): "',', an operator, or '\(closing)'"
      case .colonOfConditional: "':' and the value for the other case"
      case .colonOfMap: "':' and the value of the member"
      case .memberName: "the name of a member"
      }
    }
  }

  /// An error with a code of this phase.
  static func error(
    _ code: SyntaxCode, at range: SourceRange, _ message: String, expected: String? = nil, hint: String? = nil
  ) -> Diagnostic {
    Diagnostic(code.code, at: range, message, expected: expected, hint: hint)
  }

  // MARK: Words

  /// Words that CEL reserves; `let` is a root of this language and so is not among them.
  private static let reservedWords: [[String]] = [
    [], [], ["as", "if"], ["for", "var"], ["else", "loop", "void"], ["break", "const", "while"], ["import", "return"],
    ["package"], ["continue", "function"], ["namespace"],
  ]

  /// Whether a word is reserved; they are looked up by their length.
  static func isReserved(_ word: String) -> Bool {
    let length = word.utf8.count
    return length < reservedWords.count && reservedWords[length].contains(word)
  }

  /// What to write for a word that other languages have as an operator between two operands.
  private static let operatorWords: [String: String] = [
    "and": "write && for 'and'", "or": "write || for 'or'", "is": "write == for 'is'", "eq": "write == for 'eq'",
    "equals": "write == for 'equals'", "ne": "write != for 'ne'", "lt": "write < for 'lt'",
    "le": "write <= for 'le'", "gt": "write > for 'gt'", "ge": "write >= for 'ge'", "mod": "write % for 'mod'",
    "not": "write 'not (a in b)' for 'a not in b'", "in": "write 'in' in lower case",
    "contains": "write a.contains(b)", "matches": "write a.matches(\"pattern\")",
    "startswith": "write a.startsWith(b)", "endswith": "write a.endsWith(b)",
    "between": "write two comparisons joined by &&", "if": "write condition ? value : other",
  ]

  /// Whether a word is an operator elsewhere, so that it is no unit of the number before it.
  static func isOperatorWord(_ word: String) -> Bool { operatorWords[word.lowercased()] != nil }

  /// What to write for a word that other languages have as an operator before an operand.
  static func prefixWord(_ word: String) -> String? {
    word.lowercased() == "not" ? "write 'not', in lower case, or '!'" : nil
  }

  // MARK: Structure

  static func emptyExpression(_ range: SourceRange) -> Diagnostic {
    error(.emptyExpression, at: range, "there is no expression here", expected: Expected.operand.text)
  }

  static func endsTooEarly(_ expected: Expected, _ range: SourceRange) -> Diagnostic {
    error(.unexpectedToken, at: range, "the expression ends too early", expected: expected.text)
  }

  static func unexpected(
    _ token: Token, written: String, expected: Expected,
    open: (symbol: Token.Symbol, range: SourceRange)?, _ range: SourceRange
  ) -> Diagnostic {
    if case .identifier(let word) = token.kind, expected.allowsOperator,
      let hint = operatorWords[word.lowercased()]
    {
      return unknownOperator(word, hint: hint, range)
    }
    var diagnostic = error(
      .unexpectedToken, at: range, "unexpected \(quoted(written))", expected: expected.text)
    if case .symbol(let symbol) = token.kind, symbol.isClosing {
      if let open {
        diagnostic.notes = [Diagnostic.Note(range: open.range, message: "'\(open.symbol.rawValue)' is opened here")]
      } else if expected.allowsOperator {
        diagnostic.hint = "no bracket before it is open; remove it or add the opening one"
      }
    } else if token.is(.not), expected.allowsOperator {
      diagnostic.hint = "'!' stands before a condition; to compare, write !="
    }
    return diagnostic
  }

  static func unclosedBracket(_ symbol: Token.Symbol, _ range: SourceRange) -> Diagnostic {
    let closing = symbol.closing?.rawValue ?? ""
    return error(
      .unclosedBracket, at: range, "'\(symbol.rawValue)' is never closed",
      expected: "a '\(closing)' before the end of the expression")
  }

  static func unclosedHole(_ range: SourceRange) -> Diagnostic {
    error(
      .unclosedBracket, at: range, "'{' is never closed", expected: "an expression and '}'",
      hint: "for the brace itself write {{")
  }

  static func emptyHole(_ range: SourceRange) -> Diagnostic {
    error(
      .emptyExpression, at: range, "there is no expression between the braces", expected: Expected.operand.text,
      hint: "for the braces themselves write {{}}")
  }

  static func strayBrace(_ range: SourceRange) -> Diagnostic {
    error(
      .strayBrace, at: range, "'}' closes nothing", expected: "a '{' before it, or '}}'",
      hint: "for the brace itself write }}")
  }

  static func nestedConditional(_ range: SourceRange) -> Diagnostic {
    error(
      .unexpectedToken, at: range, "unexpected '?'", expected: Expected.colonOfConditional.text,
      hint: "put the inner condition in parentheses: a ? (b ? c : d) : e")
  }

  static func conditionalWithoutElse(_ range: SourceRange) -> Diagnostic {
    error(
      .unexpectedToken, at: range, "'?' without its ':'", expected: Expected.colonOfConditional.text,
      hint: "write condition ? value : other")
  }

  static func tooDeep(_ range: SourceRange) -> Diagnostic {
    error(
      .expressionTooDeep, at: range, "brackets nest too deep",
      expected: "at most \(ExpressionParser.greatestNesting) levels",
      hint: "give a part of the expression a name under 'conditions' or 'let'")
  }

  static func tooManyOperators(_ range: SourceRange) -> Diagnostic {
    error(
      .expressionTooDeep, at: range, "the expression chains too many operators",
      expected: "at most \(ExpressionParser.greatestHeight) levels",
      hint: "give a part of the expression a name under 'conditions' or 'let'")
  }

  static func tooLong(_ range: SourceRange) -> Diagnostic {
    error(
      .expressionTooLong, at: range, "the expression is too long",
      expected: "at most \(ExpressionParser.greatestLength / 1024) KiB",
      hint: "give parts of the expression names under 'conditions' or 'let'")
  }

  // MARK: Operators

  static func slip(_ slip: OperatorSlip) -> (SourceRange) -> Diagnostic {
    { range in
      guard !slip.isQuote else {
        return error(
          .invalidCharacter, at: range, "typographic quotation mark \(slip.written)",
          expected: "a straight quotation mark", hint: "write \(slip.meant) before and after the text")
      }
      return unknownOperator(slip.written, hint: "write \(slip.meant)", range)
    }
  }

  static func unknownOperator(_ written: String, hint: String, _ range: SourceRange) -> Diagnostic {
    error(.unknownOperator, at: range, "unknown operator '\(written)'", hint: hint)
  }

  static func percentSign(_ range: SourceRange) -> Diagnostic {
    error(
      .unexpectedToken, at: range, "'%' gives the remainder of a division and needs a number after it",
      expected: "a value after '%'", hint: "for a percentage write percent(50)")
  }

  // MARK: Forms

  /// The author's words in single quotes, cut to one short line.
  static func quoted(_ written: String) -> String { "'\(shortened(written))'" }

  static func shortened(_ written: String) -> String {
    let line = written.prefix { !$0.isNewline }
    return line.count > 40 || line.count < written.count ? "\(line.prefix(40))…" : String(line)
  }
}

extension SyntaxMessages.Expected {
  /// Whether an operator may stand at the place.
  fileprivate var allowsOperator: Bool {
    switch self {
    case .operand, .memberName: false
    default: true
    }
  }
}

extension Token.Symbol {
  fileprivate var closing: Token.Symbol? {
    switch self {
    case .leftParenthesis: .rightParenthesis
    case .leftBracket: .rightBracket
    case .leftBrace: .rightBrace
    default: nil
    }
  }
  fileprivate var isClosing: Bool { [.rightParenthesis, .rightBracket, .rightBrace].contains(self) }
}
