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
  func `is`(_ symbol: Symbol) -> Bool { kind == .symbol(symbol) }

  /// The operator between two operands that the piece stands for.
  var binaryOperator: Expression.BinaryOperator? {
    switch kind {
    case .identifier("in"): .in
    case .symbol(let symbol): Expression.BinaryOperator(rawValue: symbol.rawValue)
    default: nil
    }
  }
}

/// The first mistake of an expression; nothing after it is read.
struct SyntaxFailure: Error {
  var diagnostic: Diagnostic
  /// Where in the text the reader stood, in UTF-8 bytes; a sentence goes on from there.
  var offset: Int
}
