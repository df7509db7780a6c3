import BylawModel
import BylawSyntax

/// Making and reading optionals.
extension ExpressionChecker {
  /// The methods that read an optional without asking the flow.
  static let optionalMethods: Set<String> = ["hasValue", "value", "orValue", "or", "optMap", "optFlatMap"]

  /// `optional.of(x)`, `optional.none()`, `optional.ofNonZeroValue(x)`.
  mutating func optionalConstructor(_ call: Call, in context: Context) -> Checked {
    let hint = call.hint?.content
    if call.name.text == "none" {
      guard takesNothing(call) else { return failed(at: call.range, in: context) }
      return checked(.none, .optional(hint ?? .undetermined), at: call.range, in: context)
    }
    guard let value = argument(of: call, hint: hint, in: context) else { return failed(at: call.range, in: context) }
    guard value.type != .error else { return failed(at: call.range, in: context) }
    let type = ValueType.optional(value.type)
    if call.name.text == "of" { return checked(.wrap(value.expression), type, at: call.range, in: context) }
    guard let zero = zero(of: value.type, at: call.range) else {
      return refused(ExpressionMessages.noZero(name(of: value.type), at: call.arguments[0].range), call, in: context)
    }
    let number = makeLocal()
    let shared = local(number, value.type, at: call.range)
    let test = TypedExpression(.call(.equal, [shared, zero]), .bool, at: call.range)
    let none = TypedExpression(.none, type, at: call.range)
    let some = TypedExpression(.wrap(shared), type, at: call.range)
    let body = TypedExpression(.conditional(test, none, some), type, at: call.range)
    return checked(.bind(local: number, value: value.expression, body: body), type, at: call.range, in: context)
  }

  /// The zero of a type, `nil` where it has none.
  private func zero(of type: ValueType, at range: SourceRange) -> TypedExpression? {
    let kind: TypedExpression.Kind
    switch type {
    case .int: kind = .literal(.int(0))
    case .double: kind = .literal(.double(0))
    case .bool: kind = .literal(.bool(false))
    case .string: kind = .literal(.string(""))
    case .duration: kind = .literal(.duration(TimeSpan(seconds: 0)))
    case .decimal(let scale): kind = .literal(.decimal(FixedPoint(units: 0, scale: scale)))
    case .list: kind = .list([])
    case .map: kind = .map([])
    default: return nil
    }
    return TypedExpression(kind, type, at: range)
  }

  /// `x.orValue(d)` and its kin, on an optional whether or not it is known to be there.
  mutating func optionalMethod(_ call: Call, on target: Expression, in context: Context) -> Checked {
    let wanted: ValueType? = call.name.text == "orValue" ? call.hint?.content : nil
    let receiver = infer(target, hint: wanted.map { .optional($0) }, in: context)
    guard case .optional(let content) = receiver.type else {
      if !receiver.type.isOpen {
        report(ExpressionMessages.alwaysThere(call.name.text, spelling(of: target), at: target.range))
      }
      return failed(at: call.range, in: context)
    }
    switch call.name.text {
    case "hasValue", "value":
      guard takesNothing(call) else { return failed(at: call.range, in: context) }
      if call.name.text == "value" {
        return checked(.call(.value, [receiver.expression]), content, at: call.range, in: context)
      }
      var result = checked(.isPresent(receiver.expression), .bool, at: call.range, in: context)
      result.whenTrue = context.flow.adding(present: [receiver.path])
      return result
    case "orValue", "or": return alternative(call, receiver, content, in: context)
    default: return optionalMap(call, receiver, content, in: context)
    }
  }

  private mutating func alternative(
    _ call: Call, _ receiver: Checked, _ content: ValueType, in context: Context
  ) -> Checked {
    guard call.arguments.count == 1 else {
      let shape = call.name.text == "or" ? "or(other)" : "orValue(value)"
      return refused(
        ExpressionMessages.argumentCount(call.name.text, given: call.arguments.count, shapes: [shape], at: call.range),
        call, in: context)
    }
    let isValue = call.name.text == "orValue"
    let wanted: ValueType = isValue ? content : .optional(content)
    var other = infer(call.arguments[0], hint: wanted, in: context)
    if isValue { other = settled(other, in: context) }
    var left = receiver
    let join = wanted.joined(with: other.type)
    var result = wanted
    if let join, join.isOptional == wanted.isOptional, join != wanted {
      // The value decides what an empty list holds, widens a reference, or has more decimal places.
      if left.type.hasUndetermined || left.type.isSubtype(of: join.asOptional) {
        left.expression.type = join.asOptional
        result = join
      }
    }
    other = fit(other, to: result, in: context, written: call.arguments[0])
    guard other.type != .error else { return failed(at: call.range, in: context) }
    let builtin: Builtin = isValue ? .orValue : .or
    return checked(.call(builtin, [left.expression, other.expression]), result, at: call.range, in: context)
  }

  /// `x.optMap(v, f(v))` and `x.optFlatMap(v, f(v))`.
  private mutating func optionalMap(
    _ call: Call, _ receiver: Checked, _ content: ValueType, in context: Context
  ) -> Checked {
    guard call.arguments.count == 2 else {
      return refused(
        ExpressionMessages.argumentCount(
          call.name.text, given: call.arguments.count,
          shapes: ["\(call.name.text)(x, value)"], at: call.range), call, in: context)
    }
    guard case .identifier(let name) = call.arguments[0].kind else {
      return refused(
        ExpressionMessages.notAVariable(of: call.name.text, at: call.arguments[0].range), call, in: context)
    }
    let isFlat = call.name.text == "optFlatMap"
    let shared = makeLocal()
    let variable = makeLocal()
    var inner = context
    inner.scope.names[name] = .value(.local(variable), content)
    var body = infer(call.arguments[1], hint: isFlat ? call.hint : call.hint?.content, in: inner)
    if !isFlat { body = settled(body, in: inner) }
    guard body.type != .error else { return failed(at: call.range, in: context) }
    if isFlat, !body.type.isOptional {
      report(ExpressionMessages.flatMapOfPresent(name: self.name(of: body.type), at: call.arguments[1].range))
      return failed(at: call.range, in: context)
    }
    body = asOptional(body)
    let target = receiver.expression
    let optional = local(shared, target.type, at: target.range)
    let bound = TypedExpression.Kind.bind(
      local: variable, value: TypedExpression(.unwrap(optional), content, at: target.range), body: body.expression)
    let test = TypedExpression(.isPresent(optional), .bool, at: target.range)
    let none = TypedExpression(.none, body.type, at: call.range)
    let choice = TypedExpression.Kind.conditional(
      test, TypedExpression(bound, body.type, at: call.range), none)
    let whole = TypedExpression(choice, body.type, at: call.range)
    return checked(.bind(local: shared, value: target, body: whole), body.type, at: call.range, in: context)
  }
}
