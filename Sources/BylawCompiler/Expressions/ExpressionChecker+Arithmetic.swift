import BylawModel
import BylawSyntax

/// `+ - * / %` and the sign; exact on decimals, never between an int and a decimal unless one is a literal.
extension ExpressionChecker {
  /// The value of `a + b` and its kin: the meaning is chosen by the types of both sides; what has none is reported.
  mutating func arithmetic(_ operation: Operation, hint: ValueType?, in context: Context) -> Checked {
    let isProduct = operation.symbol == .multiply || operation.symbol == .divide || operation.symbol == .modulo
    let bothLiteral = operation.left.isFlexible && operation.right.isFlexible
    let (left, right) =
      isProduct
      ? factors(operation, in: context)
      : operands(operation, hint: bothLiteral ? hint : nil, in: context)
    guard present(left, operation.left, in: context), present(right, operation.right, in: context) else {
      return failed(at: operation.range, in: context)
    }
    if left.type == .error || right.type == .error { return failed(at: operation.range, in: context) }
    let first = left.type == .undetermined ? right.type : left.type
    let second = right.type == .undetermined ? left.type : right.type
    if let result = onDecimals(operation, left, right, in: context) { return result }
    if let result = onLists(operation, left, right, in: context) { return result }
    guard let (builtin, type) = Self.meaning(of: operation.symbol, first, second) else {
      report(noMeaning(operation, first, second))
      return failed(at: operation.range, in: context)
    }
    var arguments = [left.expression, right.expression]
    if builtin == .addTimestampDuration || builtin == .addDateDuration, first == .duration { arguments.swapAt(0, 1) }
    return checked(.call(builtin, arguments), type, at: operation.range, in: context)
  }

  /// The factors of a product: a literal beside a decimal is a decimal with its own places.
  private mutating func factors(_ operation: Operation, in context: Context) -> (left: Checked, right: Checked) {
    let (left, right) = (operation.left, operation.right)
    if leadingExpression(of: [left, right]) == 1 {
      let second = settle(right, hint: nil, in: context)
      return (infer(left, hint: factorHint(beside: second.type, left), in: context), second)
    }
    let first = settle(left, hint: nil, in: context)
    return (first, settle(right, hint: factorHint(beside: first.type, right), in: context))
  }

  private func factorHint(beside type: ValueType, _ expression: Expression) -> ValueType? {
    guard case .decimal = type else { return type }
    return expression.decimalPlaces.map { .decimal(scale: $0) }
  }

  /// The sum, difference or product of two decimals; `nil` when they are not both decimals.
  private mutating func onDecimals(
    _ operation: Operation, _ left: Checked, _ right: Checked, in context: Context
  ) -> Checked? {
    guard case .decimal(let first) = left.type, case .decimal(let second) = right.type else { return nil }
    switch operation.symbol {
    case .add, .subtract:
      let scale = max(first, second)
      let arguments = [rescaled(left.expression, to: scale), rescaled(right.expression, to: scale)]
      let builtin: Builtin = operation.symbol == .add ? .addDecimal : .subtractDecimal
      return checked(.call(builtin, arguments), .decimal(scale: scale), at: operation.range, in: context)
    case .multiply:
      guard first + second <= 18 else {
        report(ExpressionMessages.productTooFine(first + second, at: operation.range))
        return failed(at: operation.range, in: context)
      }
      let arguments = [left.expression, right.expression]
      return checked(
        .call(.multiplyDecimal, arguments), .decimal(scale: first + second), at: operation.range, in: context)
    default:
      report(ExpressionMessages.decimalDivision(operation.symbol.rawValue, at: operation.place))
      return failed(at: operation.range, in: context)
    }
  }

  /// Two lists put together; `nil` when they are not both lists.
  private mutating func onLists(
    _ operation: Operation, _ left: Checked, _ right: Checked, in context: Context
  ) -> Checked? {
    guard operation.symbol == .add, case .list = left.type, case .list = right.type else { return nil }
    guard let type = left.type.joined(with: right.type) else {
      report(
        ExpressionMessages.mixedTypes(
          name(of: left.type), name(of: right.type), role: .concatenation, hint: nil, at: operation.right.range))
      return failed(at: operation.range, in: context)
    }
    let first = fit(left, to: type, in: context, written: operation.left).expression
    let second = fit(right, to: type, in: context, written: operation.right).expression
    return checked(.call(.concatenateLists, [first, second]), type, at: operation.range, in: context)
  }

  /// The operation that a symbol means on two types, and what it gives; `nil` when it means nothing there.
  private static func meaning(
    of symbol: Expression.BinaryOperator, _ left: ValueType, _ right: ValueType
  ) -> (Builtin, ValueType)? {
    switch (symbol, left, right) {
    case (.add, .int, .int): (.addInt, .int)
    case (.subtract, .int, .int): (.subtractInt, .int)
    case (.multiply, .int, .int): (.multiplyInt, .int)
    case (.divide, .int, .int): (.divideInt, .int)
    case (.modulo, .int, .int): (.moduloInt, .int)
    case (.add, .double, .double): (.addDouble, .double)
    case (.subtract, .double, .double): (.subtractDouble, .double)
    case (.multiply, .double, .double): (.multiplyDouble, .double)
    case (.divide, .double, .double): (.divideDouble, .double)
    case (.add, .string, .string): (.concatenateStrings, .string)
    case (.add, .timestamp, .duration), (.add, .duration, .timestamp): (.addTimestampDuration, .timestamp)
    case (.subtract, .timestamp, .duration): (.subtractTimestampDuration, .timestamp)
    case (.subtract, .timestamp, .timestamp): (.subtractTimestamps, .duration)
    case (.add, .duration, .duration): (.addDurations, .duration)
    case (.subtract, .duration, .duration): (.subtractDurations, .duration)
    case (.add, .date, .duration), (.add, .duration, .date): (.addDateDuration, .date)
    case (.subtract, .date, .duration): (.subtractDateDuration, .date)
    case (.subtract, .date, .date): (.subtractDates, .duration)
    case (_, .undetermined, .undetermined): meaning(of: symbol, .int, .int)
    default: nil
    }
  }

  /// Why an operator means nothing on two types.
  private func noMeaning(_ operation: Operation, _ left: ValueType, _ right: ValueType) -> Diagnostic {
    let symbol = operation.symbol.rawValue
    switch (operation.symbol, left, right) {
    case (_, .decimal, .int), (_, .int, .decimal):
      return ExpressionMessages.intWithDecimal(symbol, at: operation.place)
    case (.divide, .decimal, _), (.divide, _, .decimal):
      return ExpressionMessages.decimalDivision(symbol, at: operation.place)
    case (_, .ratio, _), (_, _, .ratio): return ExpressionMessages.ratioArithmetic(symbol, at: operation.place)
    default:
      let hint: String? =
        if left == .string, operation.symbol == .add, right.isConvertibleToText {
          ExpressionMessages.textConversion(of: spelling(of: operation.right))
        } else if right == .string, operation.symbol == .add, left.isConvertibleToText {
          ExpressionMessages.textConversion(of: spelling(of: operation.left))
        } else {
          nil
        }
      return ExpressionMessages.noOperation(symbol, name(of: left), name(of: right), hint: hint, at: operation.place)
    }
  }

  /// `-x`.
  mutating func negative(
    of operand: Expression, at range: SourceRange, hint: ValueType?, in context: Context
  ) -> Checked {
    let value = content(operand, hint: hint, in: context)
    let builtin: Builtin
    switch value.type {
    case .int, .undetermined: builtin = .negateInt
    case .double: builtin = .negateDouble
    case .decimal: builtin = .negateDecimal
    case .duration: builtin = .negateDuration
    case .error: return failed(at: range, in: context)
    default:
      report(ExpressionMessages.noSign(name(of: value.type), at: operand.range))
      return failed(at: range, in: context)
    }
    return checked(.call(builtin, [value.expression]), value.type, at: range, in: context)
  }
}

extension ValueType {
  /// What `string(x)` takes.
  var isConvertibleToText: Bool {
    switch self {
    case .bool, .int, .double, .string, .date, .timestamp, .duration, .decimal, .enumeration, .entity: true
    default: false
    }
  }
}
