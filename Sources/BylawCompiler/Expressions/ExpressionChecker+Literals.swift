import BylawModel
import BylawSyntax

/// Literals, lists and maps, read as their place expects them.
extension ExpressionChecker {
  /// A literal as its place expects it: text as a word of an enum, a number as a decimal or double.
  mutating func literal(
    _ literal: Expression.Literal, at range: SourceRange, hint: ValueType?, in context: Context
  ) -> Checked {
    switch literal {
    case .bool(let value):
      var result = checked(.literal(.bool(value)), .bool, at: range, in: context)
      if value {
        result.whenFalse = context.flow.impossible
      } else {
        result.whenTrue = context.flow.impossible
      }
      return result
    case .int(let value): return number(value, at: range, hint: hint, in: context)
    case .fraction(let value, let exact): return fraction(value, exact, at: range, hint: hint, in: context)
    case .string(let text):
      guard case .enumeration(let index) = hint else {
        return checked(.literal(.string(text)), .string, at: range, in: context)
      }
      return word(text, of: index, at: range, in: context)
    case .duration(let span): return checked(.literal(.duration(span)), .duration, at: range, in: context)
    case .null: report(ExpressionMessages.noNull(at: range))
    case .uint: report(ExpressionMessages.noUint(at: range))
    case .bytes: report(ExpressionMessages.noBytes(at: range))
    }
    return failed(at: range, in: context)
  }

  /// A whole number: an int, or a decimal or double where one is expected and it is exactly that.
  private mutating func number(
    _ value: Int64, at range: SourceRange, hint: ValueType?, in context: Context
  ) -> Checked {
    switch hint {
    case .decimal(let scale):
      guard let units = scaled(value, by: scale) else {
        report(ExpressionMessages.numberTooLarge(for: name(of: .decimal(scale: scale)), at: range))
        return failed(at: range, in: context)
      }
      let exact = FixedPoint(units: units, scale: scale)
      return checked(.literal(.decimal(exact)), .decimal(scale: scale), at: range, in: context)
    case .double:
      guard let exact = Double(exactly: value) else {
        report(ExpressionMessages.numberTooLarge(for: name(of: .double), at: range))
        return failed(at: range, in: context)
      }
      return checked(.literal(.double(exact)), .double, at: range, in: context)
    default: return checked(.literal(.int(value)), .int, at: range, in: context)
    }
  }

  /// A number with a point: a decimal where one is expected and it has no more places, else a double.
  private mutating func fraction(
    _ value: Double, _ exact: FixedPoint?, at range: SourceRange, hint: ValueType?, in context: Context
  ) -> Checked {
    guard case .decimal(let scale) = hint else {
      return checked(.literal(.double(value)), .double, at: range, in: context)
    }
    guard let exact else {
      report(ExpressionMessages.numberTooLarge(for: name(of: .decimal(scale: scale)), at: range))
      return failed(at: range, in: context)
    }
    let shortest = exact.withoutTrailingZeros
    guard shortest.scale <= scale else {
      report(ExpressionMessages.tooManyPlaces(shortest.scale, allowed: scale, at: range))
      return failed(at: range, in: context)
    }
    guard let units = scaled(shortest.units, by: scale - shortest.scale) else {
      report(ExpressionMessages.numberTooLarge(for: name(of: .decimal(scale: scale)), at: range))
      return failed(at: range, in: context)
    }
    let decimal = FixedPoint(units: units, scale: scale)
    return checked(.literal(.decimal(decimal)), .decimal(scale: scale), at: range, in: context)
  }

  /// A word of an enumeration.
  private mutating func word(_ text: String, of index: Int, at range: SourceRange, in context: Context) -> Checked {
    let enumeration = vocabulary.schema.enums[index]
    guard enumeration.members.contains(text) else {
      report(ExpressionMessages.unknownWord(text, of: enumeration, at: range))
      return failed(at: range, in: context)
    }
    return checked(.literal(.string(text)), .enumeration(index), at: range, in: context)
  }

  /// `value` × 10^`places`; `nil` when it does not fit.
  private func scaled(_ value: Int64, by places: Int) -> Int64? {
    var result = value
    for _ in 0..<places {
      let (next, overflow) = result.multipliedReportingOverflow(by: 10)
      guard !overflow else { return nil }
      result = next
    }
    return result
  }

  // MARK: Lists

  /// A list.
  ///
  /// Its elements take the type that the place expects, else they must agree among themselves.
  mutating func list(
    _ elements: [Expression.ListElement], at range: SourceRange, hint: ValueType?, in context: Context
  ) -> Checked {
    var elementHint: ValueType?
    if case .list(let element) = hint, !element.isOpen { elementHint = element }
    if elements.contains(where: \.isOptional) {
      return optionalElements(elements, at: range, hint: elementHint, in: context)
    }
    let expressions = elements.map(\.value)
    if let elementHint, !elementHint.hasUndetermined {
      let values = expressions.map { value($0, of: elementHint, in: context) }
      return checked(.list(values), .list(elementHint), at: range, in: context)
    }
    let contexts = expressions.map { _ in context }
    guard let (values, type) = unify(expressions, contexts: contexts, hint: elementHint, role: .elements) else {
      return failed(at: range, in: context)
    }
    return checked(.list(values.map(\.expression)), .list(type), at: range, in: context)
  }

  /// A list with `?x` among its elements: a list of none or one for each of these, and all put together.
  private mutating func optionalElements(
    _ elements: [Expression.ListElement], at range: SourceRange, hint: ValueType?, in context: Context
  ) -> Checked {
    var type = hint ?? .undetermined
    var parts: [TypedExpression] = []
    for element in elements {
      let wanted = type.isOpen ? nil : element.isOptional ? ValueType.optional(type) : type
      var value = infer(element.value, hint: wanted, in: context)
      if let wanted {
        value = fit(value, to: wanted, in: context, written: element.value)
      } else if element.isOptional, !value.type.isOptional, !value.type.isOpen {
        report(ExpressionMessages.alwaysThere("?", spelling(of: element.value), at: element.value.range))
        return failed(at: range, in: context)
      }
      type = type.joined(with: element.isOptional ? value.type.content : value.type) ?? type
      parts.append(element.isOptional ? noneOrOne(value.expression) : single(value.expression))
    }
    let joined = parts.dropFirst().reduce(parts.first) { sum, part in
      sum.map { TypedExpression(.call(.concatenateLists, [$0, part]), .list(type), at: range) }
    }
    return checked(joined?.kind ?? .list([]), .list(type), at: range, in: context)
  }

  private func single(_ value: TypedExpression) -> TypedExpression {
    TypedExpression(.list([value]), .list(value.type), at: value.range)
  }

  /// The content of an optional as a list, empty when there is none.
  private mutating func noneOrOne(_ value: TypedExpression) -> TypedExpression {
    let type = ValueType.list(value.type.content)
    let empty = TypedExpression(.list([]), type, at: value.range)
    return whenPresent(value, otherwise: empty) { _, content in
      TypedExpression(.list([content]), type, at: value.range)
    }
  }

  // MARK: Maps and records

  /// A map from text, or a record where one is expected.
  mutating func map(
    _ entries: [Expression.MapEntry], at range: SourceRange, hint: ValueType?, in context: Context
  ) -> Checked {
    for entry in entries where entry.isOptional {
      report(ExpressionMessages.optionalEntry(at: entry.key.range))
      return failed(at: range, in: context)
    }
    if case .record(let index) = hint { return record(index, entries, at: range, in: context) }
    let keys = entries.map { key($0.key, in: context) }
    reportRepeatedKeys(of: entries)
    if case .map(let element) = hint, !element.hasUndetermined {
      let values = entries.map { value($0.value, of: element, in: context) }
      return checked(.map(Array(pairs: keys, values)), .map(element), at: range, in: context)
    }
    let contexts = entries.map { _ in context }
    guard let (values, type) = unify(entries.map(\.value), contexts: contexts, hint: nil, role: .values) else {
      return failed(at: range, in: context)
    }
    let pairs = Array(pairs: keys, values.map(\.expression))
    return checked(.map(pairs), .map(type), at: range, in: context)
  }

  /// The key of a map: text.
  private mutating func key(_ expression: Expression, in context: Context) -> TypedExpression {
    let key = content(expression, in: context)
    guard key.type != .string, !key.type.isOpen else { return key.expression }
    report(ExpressionMessages.keyIsNotText(name(of: key.type), at: expression.range))
    return invalid(at: expression.range)
  }

  /// Reports literal keys that stand twice.
  private mutating func reportRepeatedKeys(of entries: [Expression.MapEntry]) {
    var first: [String: SourceRange] = [:]
    for entry in entries {
      guard case .literal(.string(let text)) = entry.key.kind else { continue }
      if let earlier = first[text] {
        report(ExpressionMessages.repeatedKey(text, at: entry.key.range, first: earlier))
      } else {
        first[text] = entry.key.range
      }
    }
  }

  /// `{"field": value, …}` where a record is expected.
  private mutating func record(
    _ index: Int, _ entries: [Expression.MapEntry], at range: SourceRange, in context: Context
  ) -> Checked {
    let record = vocabulary.schema.records[index]
    var given: [String: Expression] = [:]
    var hasUnknown = false
    reportRepeatedKeys(of: entries)
    for entry in entries {
      guard case .literal(.string(let text)) = entry.key.kind else {
        report(ExpressionMessages.fieldNameIsNoLiteral(spelling(of: entry.key), of: record.name, at: entry.key.range))
        hasUnknown = true
        continue
      }
      guard record.fields.contains(where: { $0.name == text }) else {
        let names = record.fields.map(\.name)
        report(ExpressionMessages.unknownField(text, of: record.name, among: names, at: entry.key.range))
        hasUnknown = true
        continue
      }
      given[text] = given[text] ?? entry.value
    }
    var missing: [String] = []
    let values = record.fields.map { field -> TypedExpression? in
      if let expression = given[field.name] { return value(expression, of: field.type, in: context) }
      if field.defaultValue == nil, !field.type.isOptional { missing.append(field.name) }
      return defaultExpression(of: field, at: range)
    }
    if !missing.isEmpty, !hasUnknown { report(ExpressionMessages.missingFields(missing, of: record.name, at: range)) }
    return checked(.record(values), .record(index), at: range, in: context)
  }

  /// What stands for a field that is left out; `nil` where it is absent.
  private func defaultExpression(of field: Field, at range: SourceRange) -> TypedExpression? {
    let content: TypedExpression
    switch field.defaultValue {
    case nil: return nil
    case .value(let value): content = TypedExpression(.literal(value), field.type.content, at: range)
    case .now: content = TypedExpression(.root(.now), .timestamp, at: range)
    }
    return field.type.isOptional ? TypedExpression(.wrap(content), field.type, at: range) : content
  }
}

extension Array where Element == (key: TypedExpression, value: TypedExpression) {
  /// Keys and values side by side.
  fileprivate init(pairs keys: [TypedExpression], _ values: [TypedExpression]) {
    self = zip(keys, values).map { (key: $0, value: $1) }
  }
}

extension FixedPoint {
  /// The same number with the fewest decimal places.
  var withoutTrailingZeros: FixedPoint {
    var result = self
    while result.scale > 0, result.units % 10 == 0 {
      result = FixedPoint(units: result.units / 10, scale: result.scale - 1)
    }
    return result
  }
}
