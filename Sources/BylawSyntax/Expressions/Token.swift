import BylawModel

/// The smallest piece of an expression.
struct Token: Hashable {
  /// What the piece is; literals carry their value.
  enum Kind: Hashable {
    /// A name or a word of the language: `subject`, `in`, `not`, `true`.
    case identifier(String)
    /// A name between backquotes, without them.
    case quotedIdentifier(String)
    /// A whole number without its sign.
    case int(UInt64)
    /// `1u`.
    case uint(UInt64)
    /// A number with a point or an exponent, without its sign.
    case fraction(Double, exact: FixedPoint?)
    /// A number with a unit of time.
    case duration(TimeSpan)
    /// A quoted text, escapes resolved.
    case string(String)
    /// `b"…"`.
    case bytes
    case symbol(Symbol)
    /// After the last piece.
    case end
  }

  /// Brackets, separators and operators.
  enum Symbol: String, Hashable, CaseIterable {
    case leftParenthesis = "("
    case rightParenthesis = ")"
    case leftBracket = "["
    case rightBracket = "]"
    case leftBrace = "{"
    case rightBrace = "}"
    case dot = "."
    case comma = ","
    case colon = ":"
    case question = "?"
    case not = "!"
    case minus = "-"
    case plus = "+"
    case times = "*"
    case divide = "/"
    case modulo = "%"
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case equal = "=="
    case notEqual = "!="
    case and = "&&"
    case or = "||"
  }

  var kind: Kind
  /// Where it stands in the text of the expression, in UTF-8 bytes.
  var range: Range<Int>

  /// Whether the piece is this symbol.
  func `is`(_ symbol: Symbol) -> Bool {
    if case .symbol(let own) = kind { own == symbol } else { false }
  }

  /// Whether there is no piece left.
  var isEnd: Bool {
    if case .end = kind { true } else { false }
  }

  /// The operator between two operands that the piece stands for.
  var binaryOperator: Expression.BinaryOperator? {
    switch kind {
    case .identifier("in"): .in
    case .symbol(let symbol): symbol.binaryOperator
    default: nil
    }
  }
}

extension Token.Symbol {
  /// The longest symbol that three bytes begin with; `nil` also for slips such as `===` and `<>`.
  init?(_ first: UInt8, _ second: UInt8?, _ third: UInt8?) {
    let isBeforeEqual = second == UInt8(ascii: "=")
    switch first {
    case UInt8(ascii: "("): self = .leftParenthesis
    case UInt8(ascii: ")"): self = .rightParenthesis
    case UInt8(ascii: "["): self = .leftBracket
    case UInt8(ascii: "]"): self = .rightBracket
    case UInt8(ascii: "{"): self = .leftBrace
    case UInt8(ascii: "}"): self = .rightBrace
    case UInt8(ascii: "."): self = .dot
    case UInt8(ascii: ","): self = .comma
    case UInt8(ascii: ":"): self = .colon
    case UInt8(ascii: "?"): self = .question
    case UInt8(ascii: "-"): self = .minus
    case UInt8(ascii: "+"): self = .plus
    case UInt8(ascii: "*"): self = .times
    case UInt8(ascii: "/"): self = .divide
    case UInt8(ascii: "%"): self = .modulo
    case UInt8(ascii: ">"): self = isBeforeEqual ? .greaterOrEqual : .greater
    case UInt8(ascii: "<") where second != UInt8(ascii: ">"): self = isBeforeEqual ? .lessOrEqual : .less
    case UInt8(ascii: "!") where !isBeforeEqual: self = .not
    case UInt8(ascii: "!") where third != UInt8(ascii: "="): self = .notEqual
    case UInt8(ascii: "=") where isBeforeEqual && third != UInt8(ascii: "="): self = .equal
    case UInt8(ascii: "&") where second == first: self = .and
    case UInt8(ascii: "|") where second == first: self = .or
    default: return nil
    }
  }

  /// How many bytes the symbol has.
  var length: Int {
    switch self {
    case .leftParenthesis, .rightParenthesis, .leftBracket, .rightBracket, .leftBrace, .rightBrace, .dot, .comma,
      .colon, .question, .not, .minus, .plus, .times, .divide, .modulo, .less, .greater:
      1
    case .lessOrEqual, .greaterOrEqual, .equal, .notEqual, .and, .or: 2
    }
  }

  /// The operator between two operands that the symbol stands for.
  var binaryOperator: Expression.BinaryOperator? {
    switch self {
    case .or: .or
    case .and: .and
    case .equal: .equal
    case .notEqual: .notEqual
    case .less: .less
    case .lessOrEqual: .lessOrEqual
    case .greater: .greater
    case .greaterOrEqual: .greaterOrEqual
    case .plus: .add
    case .minus: .subtract
    case .times: .multiply
    case .divide: .divide
    case .modulo: .modulo
    case .leftParenthesis, .rightParenthesis, .leftBracket, .rightBracket, .leftBrace, .rightBrace, .dot, .comma,
      .colon, .question, .not:
      nil
    }
  }
}

/// The first mistake of an expression; nothing after it is read.
struct SyntaxFailure: Error {
  var diagnostic: Diagnostic
  /// Where in the text the reader stood, in UTF-8 bytes; a sentence goes on from there.
  var offset: Int
}
