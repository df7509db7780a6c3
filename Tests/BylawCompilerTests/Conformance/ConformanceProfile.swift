import BylawModel
import BylawSyntax

/// Which cases of the suite speak of parts of CEL that rules leave out, and why: each answer is a rule about what the
/// case declares and how its expression is built, never about a case by name.
struct ConformanceProfile {
  /// A part of CEL that the profile leaves out.
  enum Reason: String, CaseIterable, Comparable {
    case uint = "unsigned numbers"
    case bytes = "byte strings"
    case null = "null"
    case dyn = "dyn"
    case typeValues = "types as values"
    case wrappers = "wrapper types"
    case functions = "functions that a case declares"
    case network = "network addresses"
    case keys = "keys of maps that are no text"
    case mixed = "lists and maps of several types"
    case comparison = "comparison of different types"
    case optionalEquality = "== between optionals"
    case optionalSelection = "selection through an optional without '.?'"
    case optionalEntries = "optional entries of maps"
    case containers = "containers of names"
    case unchecked = "an expression that only runs unchecked"
    case notation = "protobuf messages, leading points, names in backquotes"

    static func < (left: Reason, right: Reason) -> Bool { left.rawValue < right.rawValue }
  }

  let testCase: ConformanceCase
  let expression: Expression

  /// The first rule that takes the case out; `nil` for a case that must pass.
  var reason: Reason? {
    if let reason = testCase.declarations.compactMap(Self.reason(of:)).first { return reason }
    if testCase.bindings.values.contains(where: { Self.tag(of: $0) == "null" }) { return .null }
    var found: Set<Reason> = []
    collect(expression, names: [:], into: &found)
    if usesContainer { found.insert(.containers) }
    let reason = Reason.allCases.first(where: found.contains)
    // A comparison of different types that CEL refuses too is no difference.
    if reason == .comparison, case .error = testCase.expectation { return nil }
    return reason
  }

  /// Applies the rules to an expression and all its parts; `names` are those that `cel.bind` binds around it.
  private func collect(_ part: Expression, names: [String: ExpressionShape], into found: inout Set<Reason>) {
    if case .call(let target?, let callee, let arguments) = part.kind, callee.text == "format", arguments.count == 1,
      case .list(let elements) = arguments[0].kind
    {
      // The list of a format is written out and may hold several types.
      for part in [target] + elements.map(\.value) { collect(part, names: names, into: &found) }
      return
    }
    if let reason = reason(of: part, names) { found.insert(reason) }
    var inner = names
    if case .call(_?, let callee, let arguments) = part.kind, callee.text == "bind", arguments.count == 3,
      case .identifier(let name) = arguments[0].kind
    {
      inner[name] = arguments[1].shape(names)
    }
    for part in part.parts { collect(part, names: inner, into: &found) }
  }

  // MARK: Declarations

  private static func reason(of declaration: ConformanceCase.Declaration) -> Reason? {
    guard let type = declaration.type else { return .functions }
    if type.contains("uint") { return .uint }
    if type.contains("bytes") { return .bytes }
    if type.contains("wrapper") { return .wrappers }
    if type.contains("dyn") || type.contains("any") { return .dyn }
    if type.contains("null_type") { return .null }
    if type.contains("map("), !type.contains("map(string") { return .keys }
    return nil
  }

  /// The name of the type of a value of the suite.
  static func tag(of value: Value) -> String? {
    guard case .object(let members) = value else { return nil }
    return members.keys.first
  }

  /// Whether a name stands for a declaration inside the container of the case.
  private var usesContainer: Bool {
    guard !testCase.container.isEmpty else { return false }
    let inside = testCase.declarations.map(\.name).filter { $0.hasPrefix("\(testCase.container).") }
      .map { $0.dropFirst(testCase.container.utf8.count + 1) }
    return expression.freeNames.contains { name in inside.contains { $0 == name || $0.hasPrefix("\(name).") } }
  }

  // MARK: Parts of the expression

  private func reason(of part: Expression, _ names: [String: ExpressionShape]) -> Reason? {
    switch part.kind {
    case .literal(.uint): return .uint
    case .literal(.bytes): return .bytes
    case .literal(.null): return .null
    case .identifier(let name): return reason(ofName: name)
    case .call(nil, let name, _): return reason(ofFunction: name.text)
    case .map(let entries):
      if entries.contains(where: \.isOptional) { return .optionalEntries }
      let keys = entries.compactMap { $0.key.shape(names) }
      if keys.contains(where: { $0 != .string }) { return .keys }
      return differ(entries.map(\.value), names) ? .mixed : nil
    case .list(let elements):
      return differ(elements.filter { !$0.isOptional }.map(\.value), names) ? .mixed : nil
    case .conditional(_, let first, let second): return differ([first, second], names) ? .mixed : nil
    case .select(let base, _, isOptional: false), .index(let base, _, isOptional: false):
      return base.isOptionalChain ? .optionalSelection : nil
    case .binary(.equal, let left, let right, _), .binary(.notEqual, let left, let right, _):
      if left.isOptionalChain || right.isOptionalChain { return .optionalEquality }
      return differ([left, right], names) ? .comparison : nil
    case .binary(.in, let left, let right, _):
      if case .list(let elements) = right.kind {
        return elements.contains { differ([left, $0.value], names) } ? .comparison : nil
      }
      guard case .map = right.kind, let key = left.shape(names) else { return nil }
      return key == .string ? nil : .keys
    case .binary(let symbol, let left, let right, _) where symbol.isOrder:
      return differ([left, right], names) ? .comparison : nil
    default: return nil
    }
  }

  private func reason(ofName name: String) -> Reason? {
    guard !testCase.declarations.contains(where: { $0.name == name }) else { return nil }
    switch name {
    case "bool", "int", "double", "string", "list", "map", "type", "null_type", "google", "net": return .typeValues
    case "uint": return .uint
    case "bytes", "base64": return .bytes
    case "dyn": return .dyn
    case "ip", "cidr": return .network
    default: return nil
    }
  }

  private func reason(ofFunction name: String) -> Reason? {
    switch name {
    case "uint": return .uint
    case "bytes": return .bytes
    case "dyn": return .dyn
    case "type": return .typeValues
    case "ip", "cidr", "isIP", "isCIDR": return .network
    default: return nil
    }
  }

  /// Whether expressions whose type shows in how they are written have several types.
  private func differ(_ expressions: [Expression], _ names: [String: ExpressionShape]) -> Bool {
    let shapes = expressions.compactMap { $0.shape(names) }
    return shapes.contains { shape in shapes.contains { shape.differs(from: $0) } }
  }
}

/// The type of an expression, as far as it shows in how it is written.
indirect enum ExpressionShape: Hashable {
  case bool, int, double, string, duration, timestamp
  case list(ExpressionShape?)
  case map(ExpressionShape?)

  /// The type of a sum, difference or product of two such values, where it is the same.
  var ofSum: ExpressionShape? {
    switch self {
    case .int, .double, .string: self
    default: nil
    }
  }

  /// Whether two shapes are certainly of two types.
  ///
  /// A whole number is read as a double beside one.
  func differs(from other: ExpressionShape) -> Bool {
    switch (self, other) {
    case (.int, .double), (.double, .int): return false
    case (.list(let first), .list(let second)), (.map(let first), .map(let second)):
      guard let first, let second else { return false }
      return first.differs(from: second)
    default: return self != other
    }
  }
}

extension Expression {
  /// The type as far as it shows; `names` are bound around the expression.
  func shape(_ names: [String: ExpressionShape]) -> ExpressionShape? {
    switch kind {
    case .literal(let literal):
      switch literal {
      case .bool: .bool
      case .int: .int
      case .fraction: .double
      case .string: .string
      case .duration: .duration
      case .null, .uint, .bytes: nil
      }
    case .identifier(let name): names[name]
    case .list(let elements): .list(elements.lazy.filter { !$0.isOptional }.compactMap { $0.value.shape(names) }.first)
    case .map(let entries): .map(entries.lazy.compactMap { $0.value.shape(names) }.first)
    case .negate(let operand): operand.shape(names)
    case .not: .bool
    case .binary(let symbol, let left, let right, _):
      switch symbol {
      case .and, .or, .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .in: .bool
      default: left.shape(names) == right.shape(names) ? left.shape(names)?.ofSum : nil
      }
    case .call(nil, let name, _):
      switch name.text {
      case "timestamp": .timestamp
      case "duration": .duration
      case "int", "size": .int
      case "double": .double
      case "string": .string
      case "bool": .bool
      default: nil
      }
    default: nil
    }
  }

  /// An optional, as far as it shows: `optional.of(x)`, `a.?b`, `a[?b]`, and selections from one.
  var isOptionalChain: Bool {
    switch kind {
    case .select(let base, let member, let isOptional):
      isOptional || base.isOptionalChain || base.entry(member.text)?.isOptionalChain == true
    case .index(let base, _, let isOptional): isOptional || base.isOptionalChain
    case .call(let target?, let name, _):
      if case .identifier("optional") = target.kind {
        true
      } else {
        ["or", "optMap", "optFlatMap"].contains(name.text)
      }
    default: false
    }
  }

  /// The value of a key of a map that is written out.
  private func entry(_ key: String) -> Expression? {
    guard case .map(let entries) = kind else { return nil }
    return entries.first { entry in
      if case .literal(.string(key)) = entry.key.kind { true } else { false }
    }?.value
  }

  /// The expressions directly inside this one.
  var parts: [Expression] {
    switch kind {
    case .literal, .identifier, .invalid: []
    case .select(let base, _, _): [base]
    case .index(let base, let key, _): [base, key]
    case .call(let target, _, let arguments): (target.map { [$0] } ?? []) + arguments
    case .list(let elements): elements.map(\.value)
    case .map(let entries): entries.flatMap { [$0.key, $0.value] }
    case .not(let operand), .negate(let operand): [operand]
    case .binary(_, let left, let right, _): [left, right]
    case .conditional(let test, let first, let second): [test, first, second]
    }
  }

  /// The names of an expression that no macro in it binds.
  var freeNames: Set<String> {
    switch kind {
    case .identifier(let name): return [name]
    case .call(_?, let name, let arguments) where Self.macros.contains(name.text):
      let bound = arguments.compactMap { argument -> String? in
        if case .identifier(let name) = argument.kind { name } else { nil }
      }
      let inside = arguments.reduce(into: Set<String>()) { $0.formUnion($1.freeNames) }.subtracting(bound)
      return inside.union(parts.first?.freeNames ?? [])
    default: return parts.reduce(into: []) { $0.formUnion($1.freeNames) }
    }
  }

  /// The macros that bind names.
  private static let macros: Set<String> = [
    "all", "exists", "exists_one", "existsOne", "map", "filter", "transformList", "transformMap", "bind", "optMap",
    "optFlatMap",
  ]
}

extension Expression.BinaryOperator {
  fileprivate var isOrder: Bool { [.less, .lessOrEqual, .greater, .greaterOrEqual].contains(self) }
}
