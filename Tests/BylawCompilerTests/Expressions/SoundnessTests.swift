import BylawCompiler
import BylawEvaluator
import BylawModel
import BylawSyntax
import Testing

/// What the checker lets through cannot fail by type, nor for an optional that is absent.
///
/// Random conditions are made of operations that always have a value; each that passes is evaluated on random values
/// and must give true or false. Most conditions use optionals with nothing asked before and are refused; what passes
/// shows that the flow claims no more than is so.
struct SoundnessTests {
  @Test func `a condition that passes has a value`() {
    var generator = ConditionGenerator(seed: 1)
    var accepted = 0
    var narrowed = 0
    for _ in 0..<5_000 {
      let source = generator.condition(depth: 2)
      var (checker, expression) = ConditionGenerator.check(source)
      guard checker.diagnostics.all.isEmpty else { continue }
      accepted += 1
      if expression.usesFlow { narrowed += 1 }
      let (plan, node) = ExpressionPlanner.plan(
        expression, in: ConditionGenerator.vocabulary, localCount: checker.makeLocal())
      var frame = Frame(plan: plan)
      for _ in 0..<4 {
        frame.reset(source: nil, now: Timestamp(seconds: 0), inputCount: 0)
        generator.assign(in: &frame)
        let cell = frame.evaluate(node)
        guard cell.isError else { continue }
        Issue.record("\(source): \(frame.error(of: cell).cause)")
        return
      }
    }
    // Enough of them pass, and enough of these lean on the flow.
    #expect(accepted > 600, "\(accepted)")
    #expect(narrowed > 120, "\(narrowed)")
  }
}

extension TypedExpression {
  /// Whether the content of an optional is read here because the flow shows it to be there.
  fileprivate var usesFlow: Bool {
    switch kind {
    case .unwrap: true
    case .call(_, let parts), .and(let parts), .or(let parts), .list(let parts): parts.contains(where: \.usesFlow)
    case .not(let inner), .isPresent(let inner), .wrap(let inner), .field(let inner, _): inner.usesFlow
    case .conditional(let test, let first, let second): test.usesFlow || first.usesFlow || second.usesFlow
    case .comprehension(let loop): loop.condition?.usesFlow == true
    default: false
    }
  }
}

/// Writes random conditions over a few variables, and gives these random values.
private struct ConditionGenerator {
  static let vocabulary: Vocabulary = {
    var vocabulary = Vocabulary()
    vocabulary.schema.records = [
      Schema.Record(name: "Inner", fields: [Field(name: "x", type: .optional(.int)), Field(name: "y", type: .int)]),
      Schema.Record(
        name: "Outer",
        fields: [Field(name: "inner", type: .optional(.record(0))), Field(name: "z", type: .optional(.int))]),
    ]
    return vocabulary
  }()

  /// The variables; the position is the number of each.
  static let variables: [Field] = [
    Field(name: "a", type: .optional(.int)), Field(name: "b", type: .optional(.int)), Field(name: "n", type: .int),
    Field(name: "ok", type: .bool), Field(name: "r", type: .optional(.record(1))), Field(name: "s", type: .record(1)),
    Field(name: "xs", type: .list(.int)), Field(name: "os", type: .list(.record(0))),
  ]

  private var random: SplitMix

  init(seed: UInt64) { random = SplitMix(state: seed) }

  static func check(_ source: String) -> (ExpressionChecker, TypedExpression) {
    var diagnostics = Diagnostics()
    let parsed = ExpressionParser.parse(source, map: Fixture.map, diagnostics: &diagnostics)
    var checker = ExpressionChecker(vocabulary: vocabulary)
    var scope = Scope()
    for variable in variables {
      scope.names[variable.name] = .value(.local(checker.makeLocal()), variable.type)
    }
    let expression = checker.check(parsed, expecting: .bool, in: scope).expression
    checker.diagnostics.report(contentsOf: diagnostics.all)
    return (checker, expression)
  }

  // MARK: Text

  mutating func condition(depth: Int) -> String {
    guard depth > 0 else { return leaf() }
    switch random.below(14) {
    case 0, 1: return "(\(condition(depth: depth - 1)) && \(condition(depth: depth - 1)))"
    case 2, 3: return "(\(condition(depth: depth - 1)) || \(condition(depth: depth - 1)))"
    case 4: return "!\(condition(depth: depth - 1))"
    case 5:
      let parts = (0..<3).map { _ in condition(depth: depth - 1) }
      return "(\(parts[0]) ? \(parts[1]) : \(parts[2]))"
    case 6: return "xs.\(random.pick(["all", "exists"]))(v, v == \(number()) || \(condition(depth: depth - 1)))"
    case 7: return "os.exists(o, has(o.x) && o.x < \(number()) && \(condition(depth: depth - 1)))"
    case 8, 9, 10, 11:
      let path = optional()
      let use = "\(path) \(random.pick(["<", "=="])) \(number())"
      return random.pick([
        "(has(\(path)) && (\(use) || \(condition(depth: depth - 1))))",
        "(!has(\(path)) || \(condition(depth: depth - 1)) && \(use))",
        "(has(\(path)) || \(condition(depth: depth - 1)) ? \(use) : ok)",
        "((has(\(path)) || ok) && \(use))", "(ok ? has(\(path)) : \(condition(depth: depth - 1))) && \(use)",
      ])
    default: return leaf()
    }
  }

  private mutating func leaf() -> String {
    switch random.below(10) {
    case 0, 1, 2, 3: return "has(\(optional()))"
    case 4: return "same(\(optional()), \(optional()))"
    case 5: return random.pick(["ok", "true", "false"])
    case 6: return "\(optional()).hasValue()"
    default: return "\(number()) \(random.pick(["<", "==", "!=", ">="])) \(number())"
    }
  }

  private mutating func optional() -> String {
    random.pick([
      "a", "a", "b", "r", "r.z", "r.inner", "r.?inner", "r.?inner.?x", "s.inner", "s.inner.x", "s.inner.?x", "s.z",
      "r.?z",
    ])
  }

  private mutating func number() -> String {
    random.pick([
      "1", "n", "a", "a", "b", "s.z", "r.z", "s.inner.y", "s.inner.x", "a.orValue(2)", "r.?inner.?y.orValue(1)",
    ])
  }

  // MARK: Values

  mutating func assign(in frame: inout Frame) {
    for (local, variable) in Self.variables.enumerated() {
      var problems: [ShapeProblem] = []
      let value = value(of: variable.type)
      frame.setLocal(local, to: frame.shape(value, as: variable, path: variable.name, problems: &problems))
      precondition(problems.isEmpty, "the value of \(variable.name) has the wrong shape")
    }
  }

  private mutating func value(of type: ValueType) -> Value {
    switch type {
    case .optional(let content): random.below(2) == 0 ? .null : value(of: content)
    case .int: .int(Int64(random.below(3)))
    case .bool: .bool(random.below(2) == 0)
    case .list(let element): .list((0..<random.below(3)).map { _ in value(of: element) })
    default:
      .object(
        Dictionary(
          uniqueKeysWithValues: Self.vocabulary.schema.fields(of: type).compactMap { field in
            let value = value(of: field.type)
            return value == .null ? nil : (field.name, value)
          }))
    }
  }
}

/// The generator SplitMix64: the same numbers on every run.
private struct SplitMix {
  var state: UInt64

  mutating func below(_ limit: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((mixed ^ (mixed >> 31)) % UInt64(limit))
  }

  mutating func pick(_ choices: [String]) -> String { choices[below(choices.count)] }
}
