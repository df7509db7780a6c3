import BylawCompiler
import BylawEvaluator
import BylawModel
import BylawSyntax

/// Parses, checks and evaluates one case.
struct ConformanceRun {
  let testCase: ConformanceCase

  init(_ testCase: ConformanceCase) { self.testCase = testCase }

  var outcome: ConformanceOutcome {
    let map = ScalarMap(file: FileID(index: 0), segments: [ScalarMap.Segment(text: 0, file: 0)])
    var diagnostics = Diagnostics()
    let parsed = ExpressionParser.parse(testCase.source, map: map, diagnostics: &diagnostics)
    if let problem = diagnostics.all.first {
      if problem.code == SyntaxCode.outsideProfile.code { return .outside(.notation) }
      return isErrorExpected ? .error : .mismatch("not parsed: \(problem.message)")
    }
    let expression = parsed.withoutBlocks
    if let reason = ConformanceProfile(testCase: testCase, expression: expression).reason { return .outside(reason) }
    var checker = ExpressionChecker(vocabulary: Vocabulary())
    let variables = variables(numberedBy: &checker)
    let checked = checker.check(expression, expecting: nil, in: scope(of: variables)).expression
    if let problem = checker.diagnostics.all.first {
      if isErrorExpected { return .error }
      if testCase.isUnchecked { return .outside(.unchecked) }
      return .mismatch("not accepted: [\(problem.code.rawValue)] \(problem.message)")
    }
    return compare(evaluate(checked, variables, localCount: checker.makeLocal()), of: checked.type)
  }

  /// The value of the expression; `nil` when it errs.
  private func evaluate(_ expression: TypedExpression, _ variables: [Variable], localCount: Int) -> Value? {
    let (plan, node) = ExpressionPlanner.plan(expression, in: Vocabulary(), localCount: localCount)
    var frame = Frame(plan: plan)
    frame.reset(source: nil, now: Timestamp(seconds: 0), inputCount: 0)
    for variable in variables {
      var problems: [ShapeProblem] = []
      guard let value = testCase.bindings[variable.name].flatMap(ConformanceValue.plain) else { continue }
      let field = Field(name: variable.name, type: variable.type)
      frame.setLocal(variable.local, to: frame.shape(value, as: field, path: variable.name, problems: &problems))
    }
    let cell = frame.evaluate(node)
    return cell.isError ? nil : frame.value(of: cell, expression.type)
  }

  private func compare(_ value: Value?, of type: ValueType) -> ConformanceOutcome {
    switch testCase.expectation {
    case .error: return value == nil ? .error : .mismatch("no error, but \(value.map { "\($0)" } ?? "")")
    case .type(let name): return Self.name(of: type) == name ? .value : .mismatch("the type is \(Self.name(of: type))")
    case .value(let tagged, type: let name):
      if let name, Self.name(of: type) != name { return .mismatch("the type is \(Self.name(of: type)), not \(name)") }
      guard let expected = ConformanceValue.plain(tagged) else { return .mismatch("no value of rules: \(tagged)") }
      guard let value else { return .mismatch("an error, not \(expected)") }
      return ConformanceValue.areSame(value, expected) ? .value : .mismatch("\(value), not \(expected)")
    }
  }

  private var isErrorExpected: Bool {
    if case .error = testCase.expectation { true } else { false }
  }

  // MARK: Declarations

  /// A declared variable; nothing in the expression binds it.
  private struct Variable {
    var name: String
    var type: ValueType
    var local: Int
  }

  private func variables(numberedBy checker: inout ExpressionChecker) -> [Variable] {
    testCase.declarations.compactMap { declaration in
      declaration.type.flatMap(Self.type(of:)).map {
        Variable(name: declaration.name, type: $0, local: checker.makeLocal())
      }
    }
  }

  /// The names of the case; one with points is a member of namespaces.
  private func scope(of variables: [Variable]) -> Scope {
    var scope = Scope()
    for variable in variables {
      let path = variable.name.split(separator: ".").map(String.init)
      Self.insert(.value(.local(variable.local), variable.type), at: path[...], into: &scope.names)
    }
    return scope
  }

  private static func insert(
    _ binding: Scope.Binding, at path: ArraySlice<String>, into members: inout [String: Scope.Binding]
  ) {
    guard let first = path.first else { return }
    guard path.count > 1 else {
      // Of a map `a.b` and a name `a.b.c`, CEL takes the longer one.
      if case .namespace? = members[first] { return }
      members[first] = binding
      return
    }
    var inner: [String: Scope.Binding] = [:]
    if case .namespace(let known) = members[first] { inner = known }
    insert(binding, at: path.dropFirst(), into: &inner)
    members[first] = .namespace(inner)
  }

  /// A type of the suite; `nil` for one that rules do not have.
  static func type(of text: String) -> ValueType? {
    switch text {
    case "bool": return .bool
    case "int": return .int
    case "double": return .double
    case "string": return .string
    case "timestamp": return .timestamp
    case "duration": return .duration
    default: break
    }
    if text.hasPrefix("list("), text.hasSuffix(")") {
      return type(of: String(text.dropFirst(5).dropLast())).map { .list($0) }
    }
    if text.hasPrefix("map(string, "), text.hasSuffix(")") {
      return type(of: String(text.dropFirst(12).dropLast())).map { .map($0) }
    }
    return nil
  }

  /// A type as the suite writes it.
  static func name(of type: ValueType) -> String {
    switch type {
    case .list(let element): "list(\(name(of: element)))"
    case .map(let element): "map(string, \(name(of: element)))"
    case .optional(let content): "optional_type(\(name(of: content)))"
    case .undetermined: "dyn"
    default: Vocabulary().name(of: type) == "text" ? "string" : Vocabulary().name(of: type)
    }
  }
}

extension Expression {
  /// The macros that the suite's own runner defines, in terms of `cel.bind`: `cel.block([e0, e1], e)`, where
  /// `cel.index(n)` stands for `en`, and `cel.iterVar(d, n)` for a name.
  var withoutBlocks: Expression {
    var result = self
    switch kind {
    case .call(let target?, let name, let arguments):
      if case .identifier("cel") = target.kind, let form = celForm(name.text, arguments) { return form }
      result.kind = .call(target: target.withoutBlocks, name, arguments.map(\.withoutBlocks))
    case .call(nil, let name, let arguments):
      result.kind = .call(target: nil, name, arguments.map(\.withoutBlocks))
    case .select(let base, let name, let isOptional):
      result.kind = .select(base.withoutBlocks, name, isOptional: isOptional)
    case .index(let base, let key, let isOptional):
      result.kind = .index(base.withoutBlocks, key.withoutBlocks, isOptional: isOptional)
    case .list(let elements):
      result.kind = .list(
        elements.map { ListElement(value: $0.value.withoutBlocks, isOptional: $0.isOptional) })
    case .map(let entries):
      result.kind = .map(
        entries.map {
          MapEntry(key: $0.key.withoutBlocks, value: $0.value.withoutBlocks, isOptional: $0.isOptional)
        })
    case .not(let operand): result.kind = .not(operand.withoutBlocks)
    case .negate(let operand): result.kind = .negate(operand.withoutBlocks)
    case .binary(let symbol, let left, let right, let place):
      result.kind = .binary(symbol, left.withoutBlocks, right.withoutBlocks, operatorRange: place)
    case .conditional(let test, let first, let second):
      result.kind = .conditional(test.withoutBlocks, first.withoutBlocks, second.withoutBlocks)
    case .literal, .identifier, .invalid: break
    }
    return result
  }

  private func celForm(_ name: String, _ arguments: [Expression]) -> Expression? {
    let numbers = arguments.compactMap { argument -> Int64? in
      if case .literal(.int(let value)) = argument.kind { value } else { nil }
    }
    switch (name, arguments.count) {
    case ("index", 1) where numbers.count == 1:
      return Expression(kind: .identifier("index_\(numbers[0])"), range: range)
    case ("iterVar", 2) where numbers.count == 2:
      return Expression(kind: .identifier("variable_\(numbers[0])_\(numbers[1])"), range: range)
    case ("block", 2):
      guard case .list(let elements) = arguments[0].kind else { return nil }
      return elements.enumerated().reversed().reduce(arguments[1].withoutBlocks) { body, element in
        let name = Expression(kind: .identifier("index_\(element.offset)"), range: range)
        let cel = Expression(kind: .identifier("cel"), range: range)
        let parts = [name, element.element.value.withoutBlocks, body]
        return Expression(kind: .call(target: cel, Name(text: "bind", range: range), parts), range: range)
      }
    default: return nil
    }
  }
}
