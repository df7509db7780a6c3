import BylawEvaluator
import BylawModel
import BylawSyntax

/// Functions with typing rules of their own.
extension ExpressionChecker {
  /// `has(x)`: whether an optional is there, or a map has a key.
  mutating func presence(_ call: Call, in context: Context) -> Checked {
    guard call.arguments.count == 1 else {
      return refused(
        ExpressionMessages.argumentCount("has", given: call.arguments.count, shapes: ["has(x.y)"], at: call.range),
        call, in: context)
    }
    let argument = call.arguments[0]
    let value = infer(argument, hint: nil, in: context)
    if case .call(.elementOfMap, let parts) = value.expression.kind, case .select = argument.kind, parts.count == 2 {
      return checked(.call(.inMap, [parts[1], parts[0]]), .bool, at: call.range, in: context)
    }
    guard value.type.isOptional else {
      guard !value.type.isOpen else { return checked(.invalid, .bool, at: call.range, in: context) }
      report(ExpressionMessages.alwaysThere("has", spelling(of: argument), at: argument.range))
      return checked(.invalid, .bool, at: call.range, in: context)
    }
    var result = checked(.isPresent(value.expression), .bool, at: call.range, in: context)
    result.whenTrue = context.flow.adding(present: [value.path])
    return result
  }

  /// `same(a, b)`: both there and equal.
  mutating func sameOptionals(_ call: Call, in context: Context) -> Checked {
    guard call.arguments.count == 2 else {
      return refused(
        ExpressionMessages.argumentCount("same", given: call.arguments.count, shapes: ["same(a, b)"], at: call.range),
        call, in: context)
    }
    var values: [Checked] = []
    let lead = leadingExpression(of: call.arguments) ?? 0
    for index in [lead, 1 - lead] {
      values.append(infer(call.arguments[index], hint: values.first?.type.content, in: context))
    }
    if lead == 1 { values.swapAt(0, 1) }
    let outcome = checked(.invalid, .bool, at: call.range, in: context)
    guard !values.contains(where: { $0.type == .error }) else { return outcome }
    guard values.contains(where: { $0.type.isOptional || $0.type.isOpen }) else {
      return refused(ExpressionMessages.sameOfPresent(at: call.range), call, in: context)
    }
    let (first, second) = (values[0].type.content, values[1].type.content)
    guard first.overlaps(second) else {
      report(
        ExpressionMessages.comparison(
          of: name(of: second), with: name(of: first), symbol: "same", side: nil, hint: nil,
          at: call.arguments[1].range))
      return outcome
    }
    var result = outcome
    let arguments = values.map { asOptional($0).expression }
    result.expression = TypedExpression(.call(.same, arguments), .bool, at: call.range)
    result.whenTrue = context.flow.adding(present: values.map { $0.type.isOptional ? $0.path : nil })
    return result
  }

  /// `type(x)` of a reference.
  mutating func typeOf(_ call: Call, in context: Context) -> Checked {
    guard let value = argument(of: call, in: context) else { return failed(at: call.range, in: context) }
    switch value.type {
    case .entity(let possible):
      var result = checked(.call(.typeOf, [value.expression]), .entityType, at: call.range, in: context)
      result.typeOf = value.path.map { (path: $0, entities: possible) }
      return result
    case .error: return failed(at: call.range, in: context)
    default: return refused(ExpressionMessages.typeOfValue(name(of: value.type), at: call.range), call, in: context)
    }
  }

  /// `size(x)` of a text, a list or a map.
  mutating func size(of value: Checked, _ call: Call, in context: Context) -> Checked {
    let builtin: Builtin
    switch value.type {
    case .string: builtin = .sizeString
    case .list, .undetermined: builtin = .sizeList
    case .map: builtin = .sizeMap
    case .error: return failed(at: call.range, in: context)
    default:
      let hint: String? = if case .patch = value.type { ExpressionMessages.countOfPatch } else { nil }
      report(
        ExpressionMessages.mismatch(
          name(of: value.type), expected: ExpressionMessages.alternatives(["text", "list", "map"]), hint: hint,
          at: value.expression.range))
      return failed(at: call.range, in: context)
    }
    return checked(.call(builtin, [value.expression]), .int, at: call.range, in: context)
  }

  // MARK: Numbers

  /// `share(a, b)`: two ints, or two decimals brought to one scale.
  mutating func share(_ call: Call, in context: Context) -> Checked {
    guard call.arguments.count == 2 else {
      return refused(
        ExpressionMessages.argumentCount(
          "share", given: call.arguments.count, shapes: ["share(part, whole)"],
          at: call.range), call, in: context)
    }
    let operation = Operation(
      symbol: .divide, left: call.arguments[0], right: call.arguments[1], place: call.range, range: call.range)
    let (left, right) = operands(operation, in: context)
    guard present(left, operation.left, in: context), present(right, operation.right, in: context) else {
      return failed(at: call.range, in: context)
    }
    let arguments = [left.expression, right.expression]
    switch (left.type, right.type) {
    case (.error, _), (_, .error): return failed(at: call.range, in: context)
    case (.int, .int): return checked(.call(.shareInt, arguments), .ratio, at: call.range, in: context)
    case (.decimal(let first), .decimal(let second)):
      let same = arguments.map { rescaled($0, to: max(first, second)) }
      return checked(.call(.shareDecimal, same), .ratio, at: call.range, in: context)
    default:
      for value in [left, right] where !value.type.isExactNumber {
        let numbers = ExpressionMessages.alternatives(["int", "decimal"])
        report(
          ExpressionMessages.mismatch(
            name(of: value.type), expected: numbers, hint: nil, at: value.expression.range))
        return failed(at: call.range, in: context)
      }
      report(ExpressionMessages.shareOf(name(of: left.type), name(of: right.type), at: call.range))
      return failed(at: call.range, in: context)
    }
  }

  /// `percent(n)`, exact.
  mutating func percent(_ call: Call, in context: Context) -> Checked {
    let places = call.arguments.first.flatMap(\.decimalPlaces)
    let hint = places.flatMap { $0 > 0 ? ValueType.decimal(scale: $0) : nil }
    guard let value = argument(of: call, hint: hint, in: context) else { return failed(at: call.range, in: context) }
    switch value.type {
    case .int: return checked(.call(.percentInt, [value.expression]), .ratio, at: call.range, in: context)
    case .decimal(let scale):
      let scale = TypedExpression(.literal(.int(Int64(scale))), .int, at: call.range)
      return checked(.call(.percentDecimal, [value.expression, scale]), .ratio, at: call.range, in: context)
    case .error: return failed(at: call.range, in: context)
    default:
      report(
        ExpressionMessages.mismatch(
          name(of: value.type), expected: ExpressionMessages.alternatives(["int", "decimal"]), hint: nil,
          at: call.arguments[0].range))
      return failed(at: call.range, in: context)
    }
  }

  /// `math.greatest(a, b, …)` and `math.least(a, b, …)`, also of one list.
  mutating func extremum(_ call: Call, in context: Context) -> Checked {
    let isGreatest = call.name.text == "greatest"
    var operands = call.arguments
    if operands.count == 1 {
      guard case .list(let elements) = operands[0].kind else {
        let value = content(operands[0], in: context)
        guard case .list(let element) = value.type else { return single(value, operands[0], call, in: context) }
        let builtin: Builtin = isGreatest ? .listMax : .listMin
        let inner = TypedExpression(.call(builtin, [value.expression]), .optional(element), at: call.range)
        guard isNumber(element, at: operands[0].range) else { return failed(at: call.range, in: context) }
        return checked(.call(.value, [inner]), element, at: call.range, in: context)
      }
      operands = elements.map(\.value)
    }
    guard !operands.isEmpty else {
      return refused(
        ExpressionMessages.argumentCount(
          "math.\(call.name.text)", given: 0,
          shapes: ["math.\(call.name.text)(a, b)"], at: call.range), call, in: context)
    }
    let contexts = operands.map { _ in context }
    guard let (values, type) = unify(operands, contexts: contexts, hint: nil, role: .arguments) else {
      return failed(at: call.range, in: context)
    }
    for (value, operand) in zip(values, operands) where value.type.isOptional {
      if case .wrap = value.expression.kind { continue }
      return present(value, operand, in: context) ? value : failed(at: call.range, in: context)
    }
    guard isNumber(type, at: operands[0].range) else { return failed(at: call.range, in: context) }
    let builtin: Builtin = isGreatest ? .greatest : .least
    return checked(.call(builtin, values.map(\.expression)), type, at: call.range, in: context)
  }

  private mutating func single(
    _ value: Checked, _ written: Expression, _ call: Call, in context: Context
  ) -> Checked {
    guard isNumber(value.type, at: written.range) else { return failed(at: call.range, in: context) }
    let builtin: Builtin = call.name.text == "greatest" ? .greatest : .least
    return checked(.call(builtin, [value.expression]), value.type, at: call.range, in: context)
  }

  /// Whether a type is a number, else a report.
  private mutating func isNumber(_ type: ValueType, at range: SourceRange) -> Bool {
    switch type {
    case .int, .double, .decimal, .undetermined: return true
    case .error: return false
    default:
      let numbers = ExpressionMessages.alternatives(["int", "decimal", "double"])
      report(ExpressionMessages.mismatch(name(of: type), expected: numbers, hint: nil, at: range))
      return false
    }
  }

  /// `int(x)`, `double(x)` and `math.abs(x)`, which take decimals of any scale besides what the table lists.
  mutating func numeric(_ name: String, _ call: Call, in context: Context) -> Checked {
    let overloads = Overload.functions[name] ?? []
    guard call.arguments.count == 1 else { return overloaded(overloads, name, call, first: nil, in: context) }
    let value = content(call.arguments[0], in: context)
    guard case .decimal(let scale) = value.type else {
      return overloaded(overloads, name, call, first: value, in: context)
    }
    switch name {
    case "int": return checked(.call(.intFromDecimal, [value.expression]), .int, at: call.range, in: context)
    case "double": return checked(.call(.doubleFromDecimal, [value.expression]), .double, at: call.range, in: context)
    default: return absolute(value, scale, at: call.range, in: context)
    }
  }

  /// The absolute value of a decimal.
  private mutating func absolute(
    _ value: Checked, _ scale: Int, at range: SourceRange, in context: Context
  ) -> Checked {
    let number = makeLocal()
    let shared = local(number, value.type, at: range)
    let zero = TypedExpression(.literal(.decimal(FixedPoint(units: 0, scale: scale))), value.type, at: range)
    let test = TypedExpression(.call(.less, [shared, zero]), .bool, at: range)
    let minus = TypedExpression(.call(.negateDecimal, [shared]), value.type, at: range)
    let body = TypedExpression(.conditional(test, minus, shared), value.type, at: range)
    return checked(.bind(local: number, value: value.expression, body: body), value.type, at: range, in: context)
  }

  /// `decimal(n)`: an int as a decimal without places, so that it can meet other decimals.
  mutating func decimalConversion(_ call: Call, in context: Context) -> Checked {
    let places = call.arguments.first.flatMap(\.decimalPlaces)
    let hint = places.map { ValueType.decimal(scale: $0) }
    guard let value = argument(of: call, hint: hint, in: context) else { return failed(at: call.range, in: context) }
    switch value.type {
    case .decimal: return checked(value.expression.kind, value.type, at: call.range, in: context)
    case .int:
      let kind = TypedExpression.Kind.rescale(value.expression, from: 0, to: 0)
      return checked(kind, .decimal(scale: 0), at: call.range, in: context)
    case .error: return failed(at: call.range, in: context)
    default:
      report(ExpressionMessages.mismatch(name(of: value.type), expected: "int", hint: nil, at: call.arguments[0].range))
      return failed(at: call.range, in: context)
    }
  }

  // MARK: Text and time

  /// `string(x)` of anything that has one spelling.
  mutating func textConversion(_ call: Call, in context: Context) -> Checked {
    guard let value = argument(of: call, in: context) else { return failed(at: call.range, in: context) }
    let builtin: Builtin
    switch value.type {
    case .string: return checked(value.expression.kind, .string, at: call.range, in: context)
    case .int, .undetermined: builtin = .stringFromInt
    case .double: builtin = .stringFromDouble
    case .decimal: builtin = .stringFromDecimal
    case .bool: builtin = .stringFromBool
    case .timestamp: builtin = .stringFromTimestamp
    case .duration: builtin = .stringFromDuration
    case .date: builtin = .stringFromDate
    case .enumeration: builtin = .stringFromEnumeration
    case .entity: builtin = .stringFromReference
    case .error: return failed(at: call.range, in: context)
    default:
      return refused(ExpressionMessages.noText(name(of: value.type), at: call.arguments[0].range), call, in: context)
    }
    return checked(.call(builtin, [value.expression]), .string, at: call.range, in: context)
  }

  /// `date(t)`, `date(t, zone)`, `date("2025-12-01")`, `month_start(t)`, `month_start(t, zone)`; without a zone,
  /// that of the rule set.
  mutating func dayOrMonth(_ call: Call, in context: Context) -> Checked {
    let name = call.name.text
    guard (1...2).contains(call.arguments.count) else {
      return refused(
        ExpressionMessages.argumentCount(
          name, given: call.arguments.count,
          shapes: ["\(name)(timestamp)", "\(name)(timestamp, zone)"], at: call.range), call, in: context)
    }
    let time = content(call.arguments[0], in: context)
    if name == "date", call.arguments.count == 1 {
      if time.type == .date { return checked(time.expression.kind, .date, at: call.range, in: context) }
      if time.type == .string {
        verifyLiteral(call.arguments[0], for: .dateFromString)
        return checked(.call(.dateFromString, [time.expression]), .date, at: call.range, in: context)
      }
    }
    let start = fit(time, to: .timestamp, in: context, written: call.arguments[0]).expression
    let zone =
      call.arguments.count == 2
      ? zone(call.arguments[1], in: context)
      : TypedExpression(.literal(.string(vocabulary.timeZone)), .string, at: call.range)
    let isDate = name == "date"
    return checked(
      .call(isDate ? .dateOf : .monthStart, [start, zone]), isDate ? .date : .timestamp, at: call.range, in: context)
  }

  /// A time zone; one that is written out must exist.
  private mutating func zone(_ expression: Expression, in context: Context) -> TypedExpression {
    verifyLiteral(expression, for: .dateOf)
    return value(expression, of: .string, in: context)
  }

  /// Reports a literal text that the function it is given to cannot read.
  mutating func verifyLiteral(_ expression: Expression, for builtin: Builtin) {
    guard case .literal(.string(let text)) = expression.kind else { return }
    switch builtin {
    case .timestampFromString where Timestamp(text) == nil:
      let form = "a time such as 2025-12-01T10:00:00Z"
      report(ExpressionMessages.invalidTime(text, "timestamp", form: form, at: expression.range))
    case .dateFromString where CalendarDate(text) == nil:
      report(ExpressionMessages.invalidTime(text, "date", form: "a day such as 2025-12-01", at: expression.range))
    case .durationFromString where TimeSpan(text) == nil:
      let form = "a duration such as 1h30m or -1.5s"
      report(ExpressionMessages.invalidTime(text, "duration", form: form, at: expression.range))
    case .dateOf where TimeZoneRules.shared(text) == nil:
      let form = "UTC, a zone such as Europe/Berlin, or an offset such as +01:00"
      report(ExpressionMessages.invalidTime(text, "time zone", form: form, at: expression.range))
    default: break
    }
  }

  /// Reports a pattern written out that is none, under the part of it that is wrong where the literal has no escapes.
  mutating func verifyPattern(_ expression: Expression) {
    guard case .literal(.string(let text)) = expression.kind else { return }
    do throws(PatternError) {
      _ = try Pattern(parsing: text)
    } catch {
      var range = expression.range
      if Int(range.end - range.start) == text.utf8.count + 2 {
        let scalars = text.unicodeScalars
        let start = scalars.index(scalars.startIndex, offsetBy: error.range.lowerBound)
        let end = scalars.index(scalars.startIndex, offsetBy: error.range.upperBound)
        range.end = range.start + 1 + Int32(text.utf8.distance(from: text.startIndex, to: end))
        range.start += 1 + Int32(text.utf8.distance(from: text.startIndex, to: start))
      }
      report(ExpressionMessages.invalidPattern(error, at: range))
    }
  }

  /// `template.format([a, b])`: the arguments stand in a list of any types.
  mutating func formatted(_ call: Call, _ receiver: Checked, in context: Context) -> Checked {
    guard call.arguments.count == 1, case .list(let elements) = call.arguments[0].kind else {
      let range = call.arguments.count == 1 ? call.arguments[0].range : call.range
      return refused(ExpressionMessages.formatOfNoList(at: range), call, in: context)
    }
    let values = elements.map { content($0.value, in: context).expression }
    return checked(.call(.format, [receiver.expression] + values), .string, at: call.range, in: context)
  }

  /// `severity.at_least("P2")`: by rank.
  mutating func rankTest(_ call: Call, _ receiver: Checked, in context: Context) -> Checked {
    guard case .enumeration(let index) = receiver.type else {
      return refused(
        ExpressionMessages.rankOf(name(of: receiver.type), at: call.target?.range ?? call.range), call, in: context)
    }
    guard vocabulary.schema.enums[index].isOrdered else {
      return refused(
        ExpressionMessages.notOrdered(
          name(of: receiver.type), symbol: "at_least", isEnum: true, at: call.name.range), call, in: context)
    }
    guard call.arguments.count == 1 else {
      return refused(
        ExpressionMessages.argumentCount(
          "at_least", given: call.arguments.count,
          shapes: ["at_least(\(name(of: receiver.type)))"], at: call.range), call, in: context)
    }
    let word = value(call.arguments[0], of: receiver.type, in: context)
    return checked(.call(.atLeast, [receiver.expression, word]), .bool, at: call.range, in: context)
  }
}

extension ValueType {
  fileprivate var isExactNumber: Bool {
    switch self {
    case .int, .decimal: true
    default: false
    }
  }
}
