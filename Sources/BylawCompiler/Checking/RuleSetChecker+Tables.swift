import BylawModel
import BylawSyntax

/// Rows of many short cells: `columns: [tier, severity, response]`, one list a row.
extension RuleSetChecker {
  mutating func tableRows(
    _ columns: Node, _ rows: Node?, into table: inout CheckedRuleSet.Classification, scope: Scope
  ) {
    let names = reader.words(columns, as: "a column")
    let inputCount = names.count - table.outputs.count
    guard inputCount >= 0 else {
      report(
        "wrong-columns", at: columns.range, "there are fewer columns than outputs",
        expected: "the inputs, then each output")
      return
    }
    var inputs: [TypedExpression] = []
    for name in names.prefix(inputCount) {
      guard let parameter = table.parameters.first(where: { $0.name == name.text }) else {
        reader.diagnostics.report(
          Messages.unknownName(name, what: "parameter", known: table.parameters.map(\.name)))
        return
      }
      inputs.append(TypedExpression(.local(parameter.local), parameter.type, at: name.range))
    }
    for (name, output) in zip(names.dropFirst(inputCount), table.outputs)
    where output.name != "value" && name.text != output.name {
      report(
        "wrong-columns", at: name.range, "column '\(name.text)' stands where output '\(output.name)' is due",
        expected: "'\(output.name)'", hint: "the outputs come last, in the order of 'gives'")
    }
    guard let rows, let lists = reader.sequence(rows, as: "the rows of a table with columns") else { return }
    for row in lists {
      guard let cells = reader.sequence(row, as: "a row of a table with columns") else { continue }
      guard cells.count == names.count else {
        report(
          "wrong-columns", at: row.range,
          "this row has \(counted(cells.count, "cell")) for \(counted(names.count, "column"))",
          expected: counted(names.count, "cell"), hint: "a cell with a comma is put in quotes")
        continue
      }
      let conditions = zip(cells, inputs).compactMap { cell($0, of: $1) }
      let outputs = zip(cells.dropFirst(inputCount), table.outputs).map {
        constantOrExpression($0, type: $1.type, scope: scope)
      }
      guard conditions.count == inputCount else { continue }
      let label = cells.prefix(inputCount).map { $0.scalar?.text ?? "" }.joined(separator: ", ")
      table.rows.append(
        .init(
          label: label, condition: TypedExpression(.and(conditions), .bool, at: row.range), outputs: outputs,
          range: row.range))
    }
  }

  /// A cell of an input column: `P1`, `P2 or P3`, `not P1`, `any`, `at least 5`, `15 min to under 30 min`.
  private mutating func cell(_ node: Node, of input: TypedExpression) -> TypedExpression? {
    guard let scalar = reader.scalar(node, as: "a cell") else { return nil }
    let text = scalar.text.trimmingSpaces
    let truth = TypedExpression(.literal(.bool(true)), .bool, at: node.range)
    if text == "any" { return truth }
    if input.type.isOptional {
      let present = TypedExpression(.isPresent(input), .bool, at: node.range)
      if text == "absent" { return TypedExpression(.not(present), .bool, at: node.range) }
      if text == "present" { return present }
      let content = TypedExpression(.unwrap(input), input.type.content, at: input.range)
      guard let inner = self.cell(text, scalar, of: content) else { return nil }
      return TypedExpression(.and([present, inner]), .bool, at: node.range)
    }
    return self.cell(text, scalar, of: input)
  }

  private mutating func cell(_ text: String, _ scalar: Scalar, of input: TypedExpression) -> TypedExpression? {
    let range = scalar.range
    if text.hasPrefix("not ") {
      guard let inner = cell(String(text.dropFirst(4)), scalar, of: input) else { return nil }
      return TypedExpression(.not(inner), .bool, at: range)
    }
    let choices = text.components(separatedBy: " or ")
    if choices.count > 1 {
      let members = choices.compactMap { cell($0, scalar, of: input) }
      return members.count == choices.count ? TypedExpression(.or(members), .bool, at: range) : nil
    }
    if let bounds = CellBounds(text) {
      guard input.type.hasOrder else {
        report(
          "malformed-cell", at: range, "\(vocabulary.name(of: input.type)) has no order",
          expected: "words such as 'P2 or P3' or 'any'")
        return nil
      }
      var parts: [TypedExpression] = []
      for (word, builtin) in bounds.comparisons {
        guard let value = cellConstant(word, scalar, input.type, sharing: bounds.unitSource) else { return nil }
        parts.append(TypedExpression(.call(builtin, [input, value]), .bool, at: range))
      }
      return parts.count == 1 ? parts[0] : TypedExpression(.and(parts), .bool, at: range)
    }
    guard let value = cellConstant(text, scalar, input.type, sharing: nil) else { return nil }
    return TypedExpression(.call(.equal, [input, value]), .bool, at: range)
  }

  /// A constant in a cell; `15 to under 30 min` lends the unit of the second bound to the first.
  private mutating func cellConstant(
    _ text: String, _ scalar: Scalar, _ type: ValueType, sharing unit: String?
  ) -> TypedExpression? {
    if let value = constant(text, for: type) { return TypedExpression(.literal(value), type, at: scalar.range) }
    if let unit, let value = constant("\(text) \(unit)", for: type) {
      return TypedExpression(.literal(value), type, at: scalar.range)
    }
    var expected = "a value of type \(vocabulary.name(of: type))"
    var hint: String?
    if case .enumeration(let index) = type {
      expected = Messages.list(vocabulary.schema.enums[index].members)
      hint = Messages.didYouMean(text, among: vocabulary.schema.enums[index].members)
    }
    if text.contains("..") || text.contains("<") || text.contains(">") {
      hint = "cells use words: 'at least 5', 'over 5', 'at most 5', 'under 5', '1 to 5'"
    }
    report("malformed-cell", at: scalar.range, "'\(text)' cannot stand in this cell", expected: expected, hint: hint)
    return nil
  }

  /// An output: a word or constant of its type, a range in words, or an expression.
  mutating func constantOrExpression(_ node: Node, type: ValueType, scope: Scope) -> TypedExpression {
    if let scalar = node.scalar {
      let text = scalar.text.trimmingSpaces
      if case .range(let element) = type, let value = rangeConstant(text, element) {
        return TypedExpression(.literal(value), type, at: node.range)
      }
      if let value = constant(text, for: type) { return TypedExpression(.literal(value), type, at: node.range) }
      if case .enumeration(let index) = type, !text.contains("("), !text.contains(".") {
        let members = vocabulary.schema.enums[index].members
        reader.diagnostics.report(
          Messages.unknownWord(scalar, of: "word of \(vocabulary.schema.enums[index].name)", known: members))
        return TypedExpression(.invalid, .error, at: node.range)
      }
    }
    if let scalar = node.scalar, scalar.isWord, scope.names[scalar.text] == nil, type.isWrittenOut {
      report(
        "malformed-cell", at: scalar.range, "'\(scalar.text)' is no \(vocabulary.name(of: type))",
        expected: "a value of type \(vocabulary.name(of: type)), or an expression")
      return TypedExpression(.invalid, .error, at: node.range)
    }
    return expression(node, expecting: type, in: scope)
  }

  /// A range in words as a value: its bounds and whether each belongs to it.
  private func rangeConstant(_ text: String, _ element: ValueType) -> Value? {
    guard let bounds = CellBounds(text) else { return nil }
    var members: [String: Value] = [:]
    for (word, builtin) in bounds.comparisons {
      guard
        let value = constant(word, for: element)
          ?? bounds.unitSource.flatMap({ constant("\(word) \($0)", for: element) })
      else { return nil }
      switch builtin {
      case .greaterOrEqual: members["from"] = value
      case .greater: members["above"] = value
      case .lessOrEqual: members["to"] = value
      default: members["under"] = value
      }
    }
    return .object(members)
  }
}

/// The bounds that a cell states in words.
private struct CellBounds {
  var comparisons: [(word: String, builtin: Builtin)]
  /// The unit of the last bound, for a first bound without one.
  var unitSource: String?

  init?(_ text: String) {
    let single: [(String, Builtin)] = [
      ("at least ", .greaterOrEqual), ("over ", .greater), ("at most ", .lessOrEqual), ("under ", .less),
    ]
    for (prefix, builtin) in single where text.hasPrefix(prefix) {
      comparisons = [(String(text.dropFirst(prefix.count)).trimmingSpaces, builtin)]
      return
    }
    let halves = text.components(separatedBy: " to ")
    guard halves.count == 2 else { return nil }
    let isUnder = halves[1].hasPrefix("under ")
    let upper = isUnder ? String(halves[1].dropFirst(6)) : halves[1]
    comparisons = [(halves[0], .greaterOrEqual), (upper, isUnder ? .less : .lessOrEqual)]
    unitSource = String(upper.drop { !$0.isLetter })
  }
}

extension ValueType {
  /// Whether values of the type are written as they read, without quotes.
  var isWrittenOut: Bool {
    switch self {
    case .bool, .int, .decimal, .duration, .timestamp, .date, .range: true
    default: false
    }
  }

  /// Whether values of the type can be compared with `<` (an unordered enum is refused elsewhere).
  var hasOrder: Bool {
    switch self {
    case .int, .decimal, .double, .duration, .timestamp, .date, .enumeration: true
    default: false
    }
  }
}

extension String {
  /// Without white space at both ends.
  var trimmingSpaces: String {
    var view = Substring(self)
    while view.first?.isWhitespace == true { view.removeFirst() }
    while view.last?.isWhitespace == true { view.removeLast() }
    return String(view)
  }

  /// Whether there is nothing but white space.
  var isBlank: Bool {
    if let first = utf8.first, (0x21...0x7E).contains(first) { return false }
    return allSatisfy(\.isWhitespace)
  }

  /// The parts between occurrences of a separator.
  func components(separatedBy separator: String) -> [String] {
    let (bytes, wanted) = (Array(utf8), Array(separator.utf8))
    // Where each byte is a character, which no mark follows, bytes can be compared.
    if bytes.allSatisfy({ $0 < 0x80 && $0 != 0x0D }) { return Self.pieces(of: bytes, between: wanted) }
    var parts: [String] = []
    var rest = Substring(self)
    while let found = rest.firstRange(of: separator) {
      parts.append(String(rest[..<found.lowerBound]))
      rest = rest[found.upperBound...]
    }
    return parts + [String(rest)]
  }

  private static func pieces(of bytes: [UInt8], between separator: [UInt8]) -> [String] {
    var parts: [String] = []
    var (start, offset) = (0, 0)
    while offset + separator.count <= bytes.count {
      if bytes[offset..<offset + separator.count].elementsEqual(separator) {
        parts.append(String(decoding: bytes[start..<offset], as: UTF8.self))
        offset += separator.count
        start = offset
      } else {
        offset += 1
      }
    }
    return parts + [String(decoding: bytes[start...], as: UTF8.self)]
  }
}
