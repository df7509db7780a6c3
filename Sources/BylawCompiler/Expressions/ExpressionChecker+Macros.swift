import BylawModel
import BylawSyntax

/// Forms that bind variables: `all exists exists_one map filter` and their kin, and `cel.bind`.
extension ExpressionChecker {
  /// The methods whose arguments are not values but a variable and what is asked of it.
  static let macros: Set<String> = [
    "all", "exists", "exists_one", "existsOne", "map", "filter", "transformList", "transformMap",
  ]

  /// A macro over a list or a map.
  ///
  /// What its condition shows is known in what it computes.
  mutating func macro(_ call: Call, on target: Expression, in context: Context) -> Checked {
    let range = content(target, in: context)
    guard let shape = shape(of: call) else {
      report(
        ExpressionMessages.argumentCount(
          call.name.text, given: call.arguments.count,
          shapes: Self.shapes(of: call.name.text), at: call.range))
      return failed(at: call.range, in: context)
    }
    guard let types = variables(of: range.type, shape) else {
      if range.type != .error {
        let isMap = shape.kind == .transformMap
        report(ExpressionMessages.notIterable(name(of: range.type), call.name.text, mapOnly: isMap, at: target.range))
      }
      return failed(at: call.range, in: context)
    }
    guard let firstName = variable(shape.first, of: call) else { return failed(at: call.range, in: context) }
    var inner = context
    let first = makeLocal()
    inner.scope.names[firstName] = .value(.local(first), types.first)
    var second: Int?
    if let expression = shape.second {
      guard let secondName = variable(expression, of: call) else { return failed(at: call.range, in: context) }
      guard secondName != firstName else {
        return refused(ExpressionMessages.sameVariable(secondName, at: expression.range), call, in: context)
      }
      let number = makeLocal()
      second = number
      inner.scope.names[secondName] = .value(.local(number), types.second)
    }
    var comprehension = TypedExpression.Comprehension(
      kind: shape.kind, range: range.expression, local: first, second: second)
    if let test = shape.condition {
      let condition = condition(test, in: inner)
      comprehension.condition = condition.expression
      inner = inner.given(condition.whenTrue)
    }
    var type = ValueType.bool
    if shape.kind == .filter { type = .list(types.first) }
    if let transform = shape.transform {
      let hint = elementHint(call.hint, shape.kind)
      let value = settle(transform, hint: hint, in: inner)
      comprehension.transform = value.expression
      if value.type == .error { return failed(at: call.range, in: context) }
      type = shape.kind == .transformMap ? .map(value.type) : .list(value.type)
    }
    return checked(.comprehension(comprehension), type, at: call.range, in: context)
  }

  /// The type that the elements of the result should have.
  private func elementHint(_ hint: ValueType?, _ kind: TypedExpression.Comprehension.Kind) -> ValueType? {
    switch hint?.content {
    case .list(let element) where kind != .transformMap: element
    case .map(let element) where kind == .transformMap: element
    default: nil
    }
  }

  /// The parts of a macro by their meaning.
  private struct Shape {
    var kind: TypedExpression.Comprehension.Kind
    var first: Expression
    var second: Expression?
    var condition: Expression?
    var transform: Expression?
  }

  /// Which of its forms a macro has; `nil` for a wrong number of arguments.
  private func shape(of call: Call) -> Shape? {
    let parts = call.arguments
    switch (call.name.text, parts.count) {
    case ("all", 2): return Shape(kind: .all, first: parts[0], condition: parts[1])
    case ("all", 3): return Shape(kind: .all, first: parts[0], second: parts[1], condition: parts[2])
    case ("exists", 2): return Shape(kind: .exists, first: parts[0], condition: parts[1])
    case ("exists", 3): return Shape(kind: .exists, first: parts[0], second: parts[1], condition: parts[2])
    case ("exists_one", 2), ("existsOne", 2):
      return Shape(kind: .existsOne, first: parts[0], condition: parts[1])
    case ("exists_one", 3), ("existsOne", 3):
      return Shape(kind: .existsOne, first: parts[0], second: parts[1], condition: parts[2])
    case ("filter", 2): return Shape(kind: .filter, first: parts[0], condition: parts[1])
    case ("map", 2): return Shape(kind: .map, first: parts[0], transform: parts[1])
    case ("map", 3): return Shape(kind: .map, first: parts[0], condition: parts[1], transform: parts[2])
    case ("transformList", 3):
      return Shape(kind: .transformList, first: parts[0], second: parts[1], transform: parts[2])
    case ("transformList", 4):
      return Shape(
        kind: .transformList, first: parts[0], second: parts[1], condition: parts[2], transform: parts[3])
    case ("transformMap", 3):
      return Shape(kind: .transformMap, first: parts[0], second: parts[1], transform: parts[2])
    case ("transformMap", 4):
      return Shape(
        kind: .transformMap, first: parts[0], second: parts[1], condition: parts[2], transform: parts[3])
    default: return nil
    }
  }

  private static func shapes(of name: String) -> [String] {
    switch name {
    case "filter": ["filter(x, condition)"]
    case "map": ["map(x, value)", "map(x, condition, value)"]
    case "transformList", "transformMap": ["\(name)(i, x, value)", "\(name)(i, x, condition, value)"]
    default: ["\(name)(x, condition)", "\(name)(i, x, condition)"]
    }
  }

  /// The types of the variables over a list or a map; `nil` for anything else.
  ///
  /// The second type is for two variables.
  private func variables(of type: ValueType, _ shape: Shape) -> (first: ValueType, second: ValueType)? {
    switch type {
    case .list where shape.kind == .transformMap: nil
    case .list(let element): shape.second != nil ? (.int, element) : (element, element)
    case .map(let element): (.string, element)
    case .undetermined: (.undetermined, .undetermined)
    default: nil
    }
  }

  /// The name of a variable, where one must stand.
  private mutating func variable(_ expression: Expression, of call: Call) -> String? {
    if case .identifier(let text) = expression.kind { return text }
    report(ExpressionMessages.notAVariable(of: call.name.text, at: expression.range))
    return nil
  }

  /// `cel.bind(name, value, body)`.
  mutating func binding(_ call: Call, in context: Context) -> Checked {
    guard call.arguments.count == 3 else {
      return refused(
        ExpressionMessages.argumentCount(
          "cel.bind", given: call.arguments.count,
          shapes: ["cel.bind(name, value, expression)"], at: call.range), call, in: context)
    }
    guard let name = variable(call.arguments[0], of: call) else { return failed(at: call.range, in: context) }
    let value = settle(call.arguments[1], hint: nil, in: context)
    let number = makeLocal()
    var inner = context
    inner.scope.names[name] = .value(.local(number), value.type)
    var result = infer(call.arguments[2], hint: call.hint, in: inner)
    let kind = TypedExpression.Kind.bind(local: number, value: value.expression, body: result.expression)
    result.expression = TypedExpression(kind, result.type, at: call.range)
    return result
  }
}
