import BylawModel
import BylawSyntax

/// An operator between two expressions.
struct Operation {
  /// Which one.
  var symbol: Expression.BinaryOperator
  /// What stands before it.
  var left: Expression
  /// What stands after it.
  var right: Expression
  /// The place of the operator.
  var place: SourceRange
  /// The place of the whole.
  var range: SourceRange
}

/// Logic, comparison and membership; arithmetic has a file of its own.
extension ExpressionChecker {
  /// The value of an operation, with what is known after it.
  mutating func check(_ operation: Operation, hint: ValueType?, in context: Context) -> Checked {
    switch operation.symbol {
    case .and: return conjunction(operation, in: context)
    case .or: return disjunction(operation, in: context)
    case .equal, .notEqual: return equality(operation, in: context)
    case .less, .lessOrEqual, .greater, .greaterOrEqual: return order(operation, in: context)
    case .in: return membership(operation, in: context)
    case .add, .subtract, .multiply, .divide, .modulo: return arithmetic(operation, hint: hint, in: context)
    }
  }

  private mutating func conjunction(_ operation: Operation, in context: Context) -> Checked {
    let left = condition(operation.left, in: context)
    let right = condition(operation.right, in: context.given(left.whenTrue))
    let parts: [TypedExpression]
    if case .and(let inner) = left.expression.kind {
      parts = inner + [right.expression]
    } else {
      parts = [left.expression, right.expression]
    }
    return Checked(
      expression: TypedExpression(.and(parts), .bool, at: operation.range), whenTrue: right.whenTrue,
      whenFalse: left.whenFalse.joined(with: right.whenFalse))
  }

  private mutating func disjunction(_ operation: Operation, in context: Context) -> Checked {
    let left = condition(operation.left, in: context)
    let right = condition(operation.right, in: context.given(left.whenFalse))
    let parts: [TypedExpression]
    if case .or(let inner) = left.expression.kind {
      parts = inner + [right.expression]
    } else {
      parts = [left.expression, right.expression]
    }
    return Checked(
      expression: TypedExpression(.or(parts), .bool, at: operation.range),
      whenTrue: left.whenTrue.joined(with: right.whenTrue), whenFalse: right.whenFalse)
  }

  /// `!x` and `not x`: what is known is turned around.
  mutating func negation(of operand: Expression, at range: SourceRange, in context: Context) -> Checked {
    let value = condition(operand, in: context)
    return Checked(
      expression: TypedExpression(.not(value.expression), .bool, at: range), whenTrue: value.whenFalse,
      whenFalse: value.whenTrue)
  }

  /// `a ? b : c`: `b` is checked where `a` is true, `c` where it is false; both have one type.
  mutating func conditional(
    _ test: Expression, _ first: Expression, _ second: Expression, at range: SourceRange, hint: ValueType?,
    in context: Context
  ) -> Checked {
    let test = condition(test, in: context)
    let contexts = [context.given(test.whenTrue), context.given(test.whenFalse)]
    guard let (values, type) = unify([first, second], contexts: contexts, hint: hint, role: .branches) else {
      return failed(at: range, in: context)
    }
    let kind = TypedExpression.Kind.conditional(test.expression, values[0].expression, values[1].expression)
    return Checked(
      expression: TypedExpression(kind, type, at: range),
      whenTrue: values[0].whenTrue.joined(with: values[1].whenTrue),
      whenFalse: values[0].whenFalse.joined(with: values[1].whenFalse))
  }

  // MARK: Comparison

  /// Both sides of an operator; literals take the type of the other side.
  mutating func operands(
    _ operation: Operation, hint: ValueType? = nil, in context: Context
  ) -> (left: Checked, right: Checked) {
    let (left, right) = (operation.left, operation.right)
    if leads(right, over: left) {
      let second = settle(right, hint: hint, in: context)
      let first = infer(left, hint: hint ?? second.type.content, in: context)
      return (settled(first, in: context), second)
    }
    let first = settle(left, hint: hint, in: context)
    let second = infer(right, hint: hint ?? first.type.content, in: context)
    return (first, settled(second, in: context))
  }

  /// Whether the second of two expressions is the one whose type the other takes, as of `leadingExpression`.
  private func leads(_ second: Expression, over first: Expression) -> Bool {
    guard first.isFlexible else { return false }
    return !second.isFlexible || !first.hasFraction && second.hasFraction
  }

  private mutating func equality(_ operation: Operation, in context: Context) -> Checked {
    var outcome = checked(.invalid, .bool, at: operation.range, in: context)
    guard !comparesNull(operation) else { return outcome }
    var (left, right) = operands(operation, in: context)
    if left.type == .error || right.type == .error { return outcome }
    if left.type.isOptional || right.type.isOptional {
      let names = (spelling(of: operation.left), spelling(of: operation.right))
      let both = left.type.isOptional && right.type.isOptional
      let range = left.type.isOptional ? operation.left.range : operation.right.range
      let spelled = left.type.isOptional ? names.0 : names.1
      report(
        ExpressionMessages.optionalEquality(
          operation.symbol.rawValue, spelled: spelled, pair: both ? names : nil, at: range))
      return outcome
    }
    guard agree(&left, &right, operation) else { return outcome }
    guard isComparable(left.type) else {
      report(ExpressionMessages.notComparable(name(of: left.type), at: operation.range))
      return outcome
    }
    let isEqual = operation.symbol == .equal
    let builtin: Builtin = isEqual ? .equal : .notEqual
    outcome.expression = TypedExpression(
      .call(builtin, [left.expression, right.expression]), .bool, at: operation.range)
    if left.typeOf != nil { narrow(&outcome, left, [right], operation, isEqual: isEqual, in: context) }
    if right.typeOf != nil { narrow(&outcome, right, [left], operation, isEqual: isEqual, in: context) }
    return outcome
  }

  /// Whether one side of `==` or `!=` is `null`, which is reported with what to write instead.
  private mutating func comparesNull(_ operation: Operation) -> Bool {
    let (side, other): (Expression, Expression)
    if case .literal(.null) = operation.left.kind {
      (side, other) = (operation.left, operation.right)
    } else if case .literal(.null) = operation.right.kind {
      (side, other) = (operation.right, operation.left)
    } else {
      return false
    }
    let asked = spelling(of: other).map { "has(\($0))" }
    let meant = operation.symbol == .equal ? asked.map { "not \($0)" } : asked
    report(ExpressionMessages.noNull(at: side.range, instead: meant))
    return true
  }

  private mutating func order(_ operation: Operation, in context: Context) -> Checked {
    var (left, right) = operands(operation, in: context)
    let outcome = checked(.invalid, .bool, at: operation.range, in: context)
    guard present(left, operation.left, in: context), present(right, operation.right, in: context),
      agree(&left, &right, operation)
    else { return outcome }
    guard left.type.isOrdered(in: vocabulary.schema) else {
      let isEnum = if case .enumeration = left.type { true } else { false }
      report(
        ExpressionMessages.notOrdered(
          name(of: left.type), symbol: operation.symbol.rawValue, isEnum: isEnum, at: operation.place))
      return outcome
    }
    let builtin: Builtin =
      switch operation.symbol {
      case .less: .less
      case .lessOrEqual: .lessOrEqual
      case .greater: .greater
      default: .greaterOrEqual
      }
    return checked(.call(builtin, [left.expression, right.expression]), .bool, at: operation.range, in: context)
  }

  /// Whether a value is no optional, which is reported.
  mutating func present(_ value: Checked, _ expression: Expression, in context: Context) -> Bool {
    guard case .optional(let content) = value.type else { return true }
    report(
      ExpressionMessages.mayBeAbsent(
        spelling(of: expression), literal: exampleLiteral(of: content), at: expression.range))
    return false
  }

  /// Whether two sides can be compared, decimals brought to one scale; reports when not.
  private mutating func agree(_ left: inout Checked, _ right: inout Checked, _ operation: Operation) -> Bool {
    if left.type == .error || right.type == .error { return false }
    if case .decimal(let first) = left.type, case .decimal(let second) = right.type {
      left.expression = rescaled(left.expression, to: max(first, second))
      right.expression = rescaled(right.expression, to: max(first, second))
      return true
    }
    if left.type.overlaps(right.type) { return true }
    let literalIsLeft = leadingExpression(of: [operation.left, operation.right]) == 1
    let (wrong, sample) = literalIsLeft ? (left, right) : (right, left)
    report(
      ExpressionMessages.comparison(
        of: name(of: wrong.type), with: name(of: sample.type), symbol: operation.symbol.rawValue,
        side: literalIsLeft ? "right" : "left",
        hint: conversionHint(from: wrong.type, to: sample.type, literalIsLeft ? operation.left : operation.right),
        at: wrong.expression.range))
    return false
  }

  /// A decimal with more places.
  func rescaled(_ value: TypedExpression, to scale: Int) -> TypedExpression {
    guard case .decimal(let own) = value.type, own < scale else { return value }
    return TypedExpression(.rescale(value, from: own, to: scale), .decimal(scale: scale), at: value.range)
  }

  private func isComparable(_ type: ValueType) -> Bool {
    switch type {
    case .json, .patch: false
    case .list(let element), .map(let element), .range(let element): isComparable(element)
    default: true
    }
  }

  // MARK: Entity types and membership

  /// What `type(x) == User`, or `type(x) in [User, Group]`, teaches about `x`.
  private mutating func narrow(
    _ outcome: inout Checked, _ asked: Checked, _ answers: [Checked], _ operation: Operation, isEqual: Bool,
    in context: Context
  ) {
    guard let (path, possible) = asked.typeOf else { return }
    let named = answers.compactMap { answer -> Int? in
      if case .entityType(let index) = answer.expression.kind { index } else { nil }
    }
    guard named.count == answers.count else { return }
    for (answer, index) in zip(answers, named) where !possible.contains(index) {
      let all = possible.map { vocabulary.schema.entities[$0].name }
      report(
        ExpressionMessages.neverOfType(
          vocabulary.schema.entities[index].name, possible: all, at: answer.expression.range))
      return
    }
    let inside = context.flow.narrowing(path, to: possible.filter(named.contains))
    let outside = context.flow.narrowing(path, to: possible.filter { !named.contains($0) })
    outcome.whenTrue = isEqual ? inside : outside
    outcome.whenFalse = isEqual ? outside : inside
  }

  /// `x in list` and `key in map`.
  private mutating func membership(_ operation: Operation, in context: Context) -> Checked {
    let outcome = checked(.invalid, .bool, at: operation.range, in: context)
    var (element, container): (Checked, Checked)
    if operation.right.isFlexible, !operation.left.isFlexible {
      element = content(operation.left, in: context)
      let hint: ValueType? = element.type.isOpen ? nil : .list(element.type)
      container = content(operation.right, hint: hint, in: context)
    } else {
      container = content(operation.right, in: context)
      element = content(operation.left, hint: container.type.elementType, in: context)
    }
    guard element.type != .error, container.type != .error else { return outcome }
    switch container.type {
    case .list(let type):
      if case .decimal(let scale) = type { element.expression = rescaled(element.expression, to: scale) }
      guard element.type.overlaps(type) else {
        report(
          ExpressionMessages.notAnElement(
            name(of: element.type), of: name(of: container.type),
            at: operation.left.range))
        return outcome
      }
      var result = outcome
      let arguments = [element.expression, container.expression]
      result.expression = TypedExpression(.call(.inList, arguments), .bool, at: operation.range)
      if case .list(let members) = container.expression.kind {
        let answers = members.map { checked($0.kind, $0.type, at: $0.range, in: context) }
        narrow(&result, element, answers, operation, isEqual: true, in: context)
      }
      return result
    case .map:
      let key = fit(element, to: .string, in: context, written: operation.left).expression
      return checked(.call(.inMap, [key, container.expression]), .bool, at: operation.range, in: context)
    case .undetermined: return outcome
    default:
      report(
        ExpressionMessages.notAContainer(
          name(of: container.type), spelling: (spelling(of: operation.left), spelling(of: operation.right)),
          at: operation.right.range))
      return outcome
    }
  }
}

extension ValueType {
  /// The type of the elements of a list, of the keys of a map.
  var elementType: ValueType? {
    switch self {
    case .list(let element): element
    case .map: .string
    default: nil
    }
  }
}
