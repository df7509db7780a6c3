import BylawModel
import BylawSyntax

/// Bringing a checked value to the type that its place asks for.
extension ExpressionChecker {
  /// The value as one of a type, or a report that it is none.
  ///
  /// `expectation`: what the message says was expected; the name of the type when left out.
  mutating func fit(
    _ value: Checked, to type: ValueType, in context: Context, written expression: Expression,
    expectation: String? = nil
  ) -> Checked {
    var result = value
    result.expression = coerced(value, to: type, in: context) ?? mismatch(value, type, expression, expectation)
    return result
  }

  /// The value as one of a type; `nil` when it is none.
  private func coerced(_ value: Checked, to type: ValueType, in context: Context) -> TypedExpression? {
    let expression = value.expression
    switch (value.type, type) {
    case (.error, _), (_, .error), (_, .undetermined):
      return expression
    case (let own, let wanted) where own.isSubtype(of: wanted):
      var result = expression
      if !own.hasUndetermined, !wanted.hasUndetermined || own == wanted { return result }
      result.type = wanted.hasUndetermined ? own : wanted
      return result
    case (.optional, .optional): return nil
    case (_, .optional(let inner)):
      guard let inside = coerced(value, to: inner, in: context) else { return nil }
      return TypedExpression(.wrap(inside), type, at: expression.range)
    case (.optional, _):
      let content = settled(value, in: context)
      return content.type.isOptional ? nil : coerced(content, to: type, in: context)
    case (.decimal(let own), .decimal(let wanted)) where own < wanted:
      return TypedExpression(.rescale(expression, from: own, to: wanted), type, at: expression.range)
    default: return nil
    }
  }

  /// Reports a value of a wrong type, as precisely as can be said.
  private mutating func mismatch(
    _ value: Checked, _ type: ValueType, _ expression: Expression, _ expectation: String?
  ) -> TypedExpression {
    let range = expression.range
    if case .optional(let inner) = value.type, !type.isOptional, inner.joined(with: type) != nil {
      report(ExpressionMessages.mayBeAbsent(spelling(of: expression), literal: exampleLiteral(of: inner), at: range))
    } else if case .decimal(let own) = value.type.content, case .decimal(let wanted) = type.content, own > wanted {
      report(ExpressionMessages.tooManyPlaces(own, allowed: wanted, at: range))
    } else {
      let hint =
        value.type.isOptional && type == .bool
        ? ExpressionMessages.presenceHint(spelling(of: expression))
        : conversionHint(from: value.type.content, to: type.content, expression)
      report(
        ExpressionMessages.mismatch(
          name(of: value.type), expected: name(of: type), expectation: expectation, hint: hint, at: range))
    }
    return invalid(at: range)
  }

  /// What the author can write to get from one type to another.
  func conversionHint(from own: ValueType, to wanted: ValueType, _ expression: Expression) -> String? {
    if case .literal = expression.kind {
      return ExpressionMessages.literalHint(from: own, to: wanted)
    }
    return ExpressionMessages.conversionHint(
      from: own, to: wanted, spelling: spelling(of: expression), in: vocabulary)
  }

  // MARK: Several expressions of one type

  /// Checks expressions that must have one type, such as the elements of a list: a literal takes the type of the
  /// others.
  ///
  /// The types come back joined; `nil` when they differ, which is then reported.
  mutating func unify(
    _ expressions: [Expression], contexts: [Context], hint: ValueType?, role: ExpressionMessages.Role
  ) -> (values: [Checked], type: ValueType)? {
    guard let lead = leadingExpression(of: expressions) else { return ([], .undetermined) }
    var values: [Checked?] = expressions.map { _ in nil }
    var type = ValueType.undetermined
    let order = [lead] + expressions.indices.filter { $0 != lead }
    for index in order {
      let hint = hint ?? (type.isOpen ? nil : type)
      let value = settle(expressions[index], hint: hint, in: contexts[index])
      values[index] = value
      guard let join = type.joined(with: value.type) else {
        let hint = conversionHint(from: value.type.content, to: type.content, expressions[index])
        report(
          ExpressionMessages.mixedTypes(
            name(of: type), name(of: value.type), role: role, hint: hint, at: expressions[index].range))
        return nil
      }
      type = join
    }
    let all = values.indices.compactMap { index in
      values[index].map { fit($0, to: type, in: contexts[index], written: expressions[index]) }
    }
    return (all, type)
  }

  /// The expression whose type the others take: the first that is not made of literals only, else the first
  /// with a fraction, else the first.
  func leadingExpression(of expressions: [Expression]) -> Int? {
    expressions.firstIndex { !$0.isFlexible } ?? expressions.firstIndex(where: \.hasFraction)
      ?? expressions.indices.first
  }

  // MARK: How expressions are written

  /// The expression as the author wrote it, where it is a path; messages quote it.
  func spelling(of expression: Expression) -> String? {
    switch expression.kind {
    case .identifier(let name): name
    case .select(let base, let member, let isOptional):
      spelling(of: base).map { "\($0).\(isOptional ? "?" : "")\(member.text)" }
    default: nil
    }
  }

  /// A literal of a type, for the hints that show one.
  func exampleLiteral(of type: ValueType) -> String? {
    switch type {
    case .bool: "false"
    case .int, .decimal: "0"
    case .double: "0.0"
    case .string: "\"\""
    case .duration: "0h"
    case .list: "[]"
    case .map: "{}"
    case .enumeration(let index): vocabulary.schema.enums[index].members.first.map { "\"\($0)\"" }
    default: nil
    }
  }
}

extension Expression {
  /// Made of literals only, so that its type can follow that of its neighbour.
  var isFlexible: Bool {
    switch kind {
    case .literal(let literal):
      switch literal {
      case .int, .fraction, .string: true
      default: false
      }
    case .list(let elements): elements.allSatisfy(\.value.isFlexible)
    case .map: true
    case .negate(let operand): operand.isFlexible
    case .binary(.add, let left, let right, _), .binary(.subtract, let left, let right, _):
      left.isFlexible && right.isFlexible
    case .conditional(_, let first, let second): first.isFlexible && second.isFlexible
    case .call(let target, let name, let arguments): isNone(target, name, arguments)
    default: false
    }
  }

  /// Written with a point or an exponent, itself or an element of it.
  var hasFraction: Bool {
    switch kind {
    case .literal(.fraction): true
    case .list(let elements): elements.contains(where: \.value.hasFraction)
    case .map(let entries): entries.contains(where: \.value.hasFraction)
    case .negate(let operand): operand.hasFraction
    case .binary(_, let left, let right, _): left.hasFraction || right.hasFraction
    case .conditional(_, let first, let second): first.hasFraction || second.hasFraction
    default: false
    }
  }

  /// The decimal places that a number made of literals needs; `nil` for anything else.
  var decimalPlaces: Int? {
    switch kind {
    case .literal(.int): 0
    case .literal(.fraction(_, let exact)): exact?.scale
    case .negate(let operand): operand.decimalPlaces
    case .binary(.add, let left, let right, _), .binary(.subtract, let left, let right, _):
      left.decimalPlaces.flatMap { places in right.decimalPlaces.map { max(places, $0) } }
    default: nil
    }
  }

  /// `optional.none()`.
  private func isNone(_ target: Expression?, _ name: Name, _ arguments: [Expression]) -> Bool {
    guard let target, case .identifier("optional") = target.kind else { return false }
    return name.text == "none" && arguments.isEmpty
  }
}
