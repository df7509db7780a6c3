/// The mistakes that reading expressions and sentences finds.
package enum SyntaxCode: String, CaseIterable, Sendable {
  /// No expression where one must stand.
  case emptyExpression = "empty-expression"
  /// A piece of an expression stands where it cannot.
  case unexpectedToken = "unexpected-token"
  /// An operator of another language.
  case unknownOperator = "unknown-operator"
  /// A character that no expression holds outside quotes.
  case invalidCharacter = "invalid-character"
  /// A quotation mark without its partner.
  case unclosedQuote = "unclosed-quote"
  /// A bracket, or the brace of a hole, without its partner.
  case unclosedBracket = "unclosed-bracket"
  /// An escape after a backslash that is none.
  case invalidEscape = "invalid-escape"
  /// A number or a length of time out of range.
  case numberOutOfRange = "number-out-of-range"
  /// A word after a number that is no unit of time.
  case unknownUnit = "unknown-unit"
  /// A word that the language keeps for itself.
  case reservedWord = "reserved-word"
  /// A form of CEL that rule files do not use.
  case outsideProfile = "outside-profile"
  /// Brackets or operators beyond what is read.
  case expressionTooDeep = "expression-too-deep"
  /// A text beyond what is read.
  case expressionTooLong = "expression-too-long"
  /// `}` in a sentence without `{`.
  case strayBrace = "stray-brace"

  /// The code as diagnostics carry it.
  package var code: DiagnosticCode { DiagnosticCode(rawValue) }
}

extension DiagnosticCode {
  /// A number out of range, which the checker of expressions reports too.
  package static let numberOutOfRange = SyntaxCode.numberOutOfRange.code
}
