import BylawModel

extension DiagnosticCode {
  /// No expression where one must stand.
  package static let emptyExpression = DiagnosticCode("empty-expression")
  /// A piece of an expression stands where it cannot.
  package static let unexpectedToken = DiagnosticCode("unexpected-token")
  /// An operator of another language.
  package static let unknownOperator = DiagnosticCode("unknown-operator")
  /// A character that no expression holds outside quotes.
  package static let invalidCharacter = DiagnosticCode("invalid-character")
  /// A quotation mark without its partner.
  package static let unclosedQuote = DiagnosticCode("unclosed-quote")
  /// A bracket, or the brace of a hole, without its partner.
  package static let unclosedBracket = DiagnosticCode("unclosed-bracket")
  /// An escape after a backslash that is none.
  package static let invalidEscape = DiagnosticCode("invalid-escape")
  /// A number or a length of time out of range.
  package static let numberOutOfRange = DiagnosticCode("number-out-of-range")
  /// A word after a number that is no unit of time.
  package static let unknownUnit = DiagnosticCode("unknown-unit")
  /// A word that the language keeps for itself.
  package static let reservedWord = DiagnosticCode("reserved-word")
  /// A form of CEL that rule files do not use.
  package static let outsideProfile = DiagnosticCode("outside-profile")
  /// Brackets or operators beyond what is read.
  package static let expressionTooDeep = DiagnosticCode("expression-too-deep")
  /// A text beyond what is read.
  package static let expressionTooLong = DiagnosticCode("expression-too-long")
  /// `}` in a sentence without `{`.
  package static let strayBrace = DiagnosticCode("stray-brace")
}

/// All wording of the expression parser.
enum ExpressionMessages {
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

  // MARK: Words

  /// Words that CEL reserves; `let` is a root of this language and so is not among them.
  static let reservedWords: Set<String> = [
    "as", "break", "const", "continue", "else", "for", "function", "if", "import", "loop", "namespace",
    "package", "return", "var", "void", "while",
  ]

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
    Diagnostic(.emptyExpression, at: range, "there is no expression here", expected: Expected.operand.text)
  }

  static func endsTooEarly(_ expected: Expected, _ range: SourceRange) -> Diagnostic {
    Diagnostic(.unexpectedToken, at: range, "the expression ends too early", expected: expected.text)
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
    var diagnostic = Diagnostic(
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
    return Diagnostic(
      .unclosedBracket, at: range, "'\(symbol.rawValue)' is never closed",
      expected: "a '\(closing)' before the end of the expression")
  }

  static func unclosedHole(_ range: SourceRange) -> Diagnostic {
    Diagnostic(
      .unclosedBracket, at: range, "'{' is never closed", expected: "an expression and '}'",
      hint: "for the brace itself write {{")
  }

  static func emptyHole(_ range: SourceRange) -> Diagnostic {
    Diagnostic(
      .emptyExpression, at: range, "there is no expression between the braces", expected: Expected.operand.text,
      hint: "for the braces themselves write {{}}")
  }

  static func strayBrace(_ range: SourceRange) -> Diagnostic {
    Diagnostic(
      .strayBrace, at: range, "'}' closes nothing", expected: "a '{' before it, or '}}'",
      hint: "for the brace itself write }}")
  }

  static func nestedConditional(_ range: SourceRange) -> Diagnostic {
    Diagnostic(
      .unexpectedToken, at: range, "unexpected '?'", expected: Expected.colonOfConditional.text,
      hint: "put the inner condition in parentheses: a ? (b ? c : d) : e")
  }

  static func conditionalWithoutElse(_ range: SourceRange) -> Diagnostic {
    Diagnostic(
      .unexpectedToken, at: range, "'?' without its ':'", expected: Expected.colonOfConditional.text,
      hint: "write condition ? value : other")
  }

  static func tooDeep(_ range: SourceRange) -> Diagnostic {
    Diagnostic(
      .expressionTooDeep, at: range, "brackets nest too deep",
      expected: "at most \(ExpressionParser.greatestNesting) levels",
      hint: "give a part of the expression a name under 'conditions' or 'let'")
  }

  static func tooManyOperators(_ range: SourceRange) -> Diagnostic {
    Diagnostic(
      .expressionTooDeep, at: range, "the expression chains too many operators",
      expected: "at most \(ExpressionParser.greatestHeight) levels",
      hint: "give a part of the expression a name under 'conditions' or 'let'")
  }

  static func tooLong(_ range: SourceRange) -> Diagnostic {
    Diagnostic(
      .expressionTooLong, at: range, "the expression is too long",
      expected: "at most \(ExpressionParser.greatestLength / 1024) KiB",
      hint: "give parts of the expression names under 'conditions' or 'let'")
  }

  // MARK: Operators

  static func slip(_ slip: OperatorSlip) -> (SourceRange) -> Diagnostic {
    { range in
      guard !slip.isQuote else {
        return Diagnostic(
          .invalidCharacter, at: range, "typographic quotation mark \(slip.written)",
          expected: "a straight quotation mark", hint: "write \(slip.meant) before and after the text")
      }
      return unknownOperator(slip.written, hint: "write \(slip.meant)", range)
    }
  }

  static func unknownOperator(_ written: String, hint: String, _ range: SourceRange) -> Diagnostic {
    Diagnostic(.unknownOperator, at: range, "unknown operator '\(written)'", hint: hint)
  }

  static func percentSign(_ range: SourceRange) -> Diagnostic {
    Diagnostic(
      .unexpectedToken, at: range, "'%' gives the remainder of a division and needs a number after it",
      expected: "a value after '%'", hint: "for a percentage write percent(50)")
  }

  // MARK: Characters and texts

  static func invalidCharacter(_ character: String) -> (SourceRange) -> Diagnostic {
    { range in
      guard let scalar = character.unicodeScalars.first, scalar.isASCII || scalar.properties.isAlphabetic else {
        return Diagnostic(
          .invalidCharacter, at: range, "an expression cannot hold the character \(codePoint(character))",
          expected: "a name, an operator or quoted text", hint: blankHint(character))
      }
      let hint = scalar.properties.isAlphabetic ? "names hold only the letters a to z, digits and _" : nil
      return Diagnostic(
        .invalidCharacter, at: range, "an expression cannot hold the character '\(character)'",
        expected: "a name, an operator or quoted text", hint: hint)
    }
  }

  static func unclosedQuote(_ quote: String) -> (SourceRange) -> Diagnostic {
    { range in
      let isTriple = quote.utf8.count == 3
      return Diagnostic(
        .unclosedQuote, at: range, "the text is never closed",
        expected: "another \(quote) \(isTriple ? "before the end of the expression" : "on the same line")",
        hint: isTriple ? nil : "for a \(quote) inside the text write \\\(quote)")
    }
  }

  static func unknownEscape(_ written: String) -> (SourceRange) -> Diagnostic {
    { range in
      Diagnostic(
        .invalidEscape, at: range, "unknown escape '\(written)'",
        expected: "\\n, \\t, \\r, \\\\, \\\", \\', \\uXXXX or another escape of CEL",
        hint: "for a backslash write \\\\, or begin the text with r: r\"\\d+\"")
    }
  }

  static func shortEscape(_ written: String, digits: Int) -> (SourceRange) -> Diagnostic {
    { range in
      Diagnostic(
        .invalidEscape, at: range, "the escape '\(written)' is cut short",
        expected: "\(digits) \(written.hasPrefix("\\0") || digits == 3 ? "octal" : "hexadecimal") digits")
    }
  }

  static func notACharacter(_ written: String) -> (SourceRange) -> Diagnostic {
    { range in
      Diagnostic(
        .invalidEscape, at: range, "'\(written)' is no character", expected: "a Unicode character up to \\U0010FFFF")
    }
  }

  // MARK: Numbers

  static func intOutOfRange(_ range: SourceRange) -> Diagnostic {
    Diagnostic(
      .numberOutOfRange, at: range, "the number is out of range",
      expected: "-9223372036854775808 to 9223372036854775807")
  }

  static func doubleOutOfRange(_ range: SourceRange) -> Diagnostic {
    Diagnostic(.numberOutOfRange, at: range, "the number is out of range", expected: "a number below 1.8e308")
  }

  static func durationOutOfRange(_ range: SourceRange) -> Diagnostic {
    Diagnostic(
      .numberOutOfRange, at: range, "the duration is out of range",
      expected: "at most 10000 years, in whole nanoseconds")
  }

  static func hexWithoutDigits(_ range: SourceRange) -> Diagnostic {
    Diagnostic(
      .unexpectedToken, at: range, "'0x' without digits", expected: "hexadecimal digits, such as 0x1F")
  }

  static func unknownUnit(_ word: String, number: String) -> (SourceRange) -> Diagnostic {
    { range in
      Diagnostic(
        .unknownUnit, at: range, "'\(word)' after a number is no unit of time",
        expected: "ms, s, min, h, days, weeks, or an operator", hint: unitHint(word, number))
    }
  }

  private static func unitHint(_ word: String, _ number: String) -> String? {
    switch word.lowercased() {
    case "m", "mins": "for minutes write \(number) min"
    case "hr", "hrs": "for hours write \(number) h"
    case "secs": "for seconds write \(number) s"
    case "w", "wk", "wks": "for weeks write \(number) weeks"
    case "month", "months", "y", "year", "years":
      "months and years differ in length; write days, or compare dates"
    case "percent": "for a percentage write percent(\(number))"
    case let lowercase where lowercase != word && DurationUnit(word: lowercase) != nil:
      "write \(number) \(lowercase)"
    default: nil
    }
  }

  // MARK: Names

  static func reservedWord(_ word: String, _ range: SourceRange) -> Diagnostic {
    let hints = [
      "if": "write condition ? value : other", "else": "write condition ? value : other",
      "for": "write list.all(x, condition) or list.exists(x, condition)",
      "while": "there are no loops; write list.all(x, condition) or list.exists(x, condition)",
      "var": "name a value under 'let'", "const": "name a value under 'constants'",
      "function": "name a condition under 'conditions'",
    ]
    return Diagnostic(
      .reservedWord, at: range, "'\(word)' is a reserved word", expected: Expected.operand.text, hint: hints[word])
  }

  static func keywordAsMember(_ word: String, _ range: SourceRange) -> Diagnostic {
    Diagnostic(
      .reservedWord, at: range, "'\(word)' is a word of the language", expected: Expected.memberName.text,
      hint: "for a member of that name write `\(word)` in backquotes")
  }

  static func backquotedRoot(_ range: SourceRange) -> Diagnostic {
    Diagnostic(
      .outsideProfile, at: range, "a name in backquotes can only follow a point", expected: Expected.operand.text)
  }

  static func unclosedBackquote(_ range: SourceRange) -> Diagnostic {
    Diagnostic(.unclosedQuote, at: range, "the name is never closed", expected: "another `")
  }

  static func characterInBackquotes(_ character: String) -> (SourceRange) -> Diagnostic {
    { range in
      Diagnostic(
        .invalidCharacter, at: range, "a name in backquotes cannot hold \(quoted(character))",
        expected: "letters, digits, '_', '-', '.', '/' or space", hint: "for another key write map[\"key\"]")
    }
  }

  static func emptyBackquotes(_ range: SourceRange) -> Diagnostic {
    Diagnostic(
      .unexpectedToken, at: range, "there is no name between the backquotes", expected: Expected.memberName.text)
  }

  // MARK: Outside the profile

  static func leadingDot(_ range: SourceRange) -> Diagnostic {
    Diagnostic(
      .outsideProfile, at: range, "a name cannot begin with a point", expected: Expected.operand.text,
      hint: "names are global here; remove the point")
  }

  static func optionalCall(_ range: SourceRange) -> Diagnostic {
    Diagnostic(
      .outsideProfile, at: range, "'.?' cannot call a function", expected: "the name of a member",
      hint: "write '.' before a function; orValue(…), hasValue() and value() take an optional")
  }

  static func structLiteral(_ name: String, _ range: SourceRange) -> Diagnostic {
    Diagnostic(
      .outsideProfile, at: range, "'\(shortened(name)){' begins a protobuf message, which rules do not have",
      expected: "an operator such as '&&' or '==', or the end of the expression",
      hint: "a record is written without its type: {\"field\": value}")
  }

  // MARK: Forms

  /// The author's words in single quotes, cut to one short line.
  private static func quoted(_ written: String) -> String { "'\(shortened(written))'" }

  private static func shortened(_ written: String) -> String {
    let line = written.prefix { !$0.isNewline }
    return line.count > 40 || line.count < written.count ? "\(line.prefix(40))…" : String(line)
  }

  private static func codePoint(_ character: String) -> String {
    let value = character.unicodeScalars.first?.value ?? 0
    let digits = String(value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  private static func blankHint(_ character: String) -> String? {
    guard let scalar = character.unicodeScalars.first else { return nil }
    let isBlank = scalar.properties.isWhitespace || scalar.properties.generalCategory == .format
    return isBlank ? "it looks like a space or like nothing; delete it and type a plain space" : nil
  }
}

extension ExpressionMessages.Expected {
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
