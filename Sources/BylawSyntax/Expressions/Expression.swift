package import BylawModel

/// An expression as written, with the place of every part; macros such as `all` are still calls.
package struct Expression: Sendable {
  package indirect enum Kind: Sendable {
    case literal(Literal)
    case identifier(String)
    /// `base.name`, or `base.?name`.
    case select(Expression, Name, isOptional: Bool)
    /// `base[key]`, or `base[?key]`.
    case index(Expression, Expression, isOptional: Bool)
    /// `name(…)` or `target.name(…)`.
    case call(target: Expression?, Name, [Expression])
    case list([ListElement])
    case map([MapEntry])
    /// `!x` and `not x`.
    case not(Expression)
    case negate(Expression)
    case binary(BinaryOperator, Expression, Expression, operatorRange: SourceRange)
    case conditional(Expression, Expression, Expression)
    /// What could not be parsed; already reported.
    case invalid
  }
  package enum Literal: Sendable, Hashable {
    case bool(Bool)
    case int(Int64)
    /// A number with a point or exponent: its value, and exactly as a decimal where that is possible.
    case fraction(Double, exact: FixedPoint?)
    case string(String)
    /// `24h`, `15 min`, `2 days`.
    case duration(TimeSpan)
    /// `null`, `1u` and `b"…"` parse, so that the checker can say that they are not in the profile.
    case null
    case uint(UInt64)
    case bytes
  }
  package struct Name: Sendable {
    package var text: String
    package var range: SourceRange
    package init(text: String, range: SourceRange) {
      self.text = text
      self.range = range
    }
  }
  package struct ListElement: Sendable {
    package var value: Expression
    package var isOptional: Bool
    package init(value: Expression, isOptional: Bool) {
      self.value = value
      self.isOptional = isOptional
    }
  }
  package struct MapEntry: Sendable {
    package var key: Expression
    package var value: Expression
    package var isOptional: Bool
    package init(key: Expression, value: Expression, isOptional: Bool) {
      self.key = key
      self.value = value
      self.isOptional = isOptional
    }
  }
  package enum BinaryOperator: String, Sendable, Hashable {
    case or = "||"
    case and = "&&"
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case `in` = "in"
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case modulo = "%"
  }
  package var kind: Kind
  package var range: SourceRange

  package init(kind: Kind, range: SourceRange) {
    self.kind = kind
    self.range = range
  }
}

/// A sentence with holes: `"More than {n} of {total}"`.
package struct Sentence: Sendable {
  package enum Piece: Sendable {
    case text(String)
    case hole(Expression)
  }
  package var pieces: [Piece]
  package var range: SourceRange

  package init(pieces: [Piece], range: SourceRange) {
    self.pieces = pieces
    self.range = range
  }
}
