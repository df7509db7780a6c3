import BylawCompiler
import BylawEvaluator
import BylawModel
import BylawSyntax
import BylawTestSupport
import Testing

/// Rules and rows of one action, so many and so alike that they are found by what they ask, decided by both evaluators.
@Suite struct ManyRulesTests {
  /// Few values each, so that something often holds.
  private static let vocabulary = """
    enums:
      Role: [clerk, boss]
      Level: { least_to_worst: [low, middle, high] }
    entities:
      User:
        fields:
          role: Role
      Task:
        fields:
          kind: Level
          amount: int
          rest: int?
          place: string(1..20)
          note: string(1..20)?
          urgent: bool
          tags: list(string(1..20), ..9)

    """

  /// Rules under random conditions on one action, with a classification of each way to pick a row.
  ///
  /// - `bounds`: How many different amounts they ask for.
  private struct Writer {
    var random: SplitMix64
    let bounds: Int

    mutating func comparison() -> String {
      let amount = random.below(bounds)
      let word = random.pick(["low", "middle", "high"])
      let place = "p\(random.below(4))"
      let sign = random.pick(["<", "<=", ">", ">=", "==", "!="])
      switch random.below(11) {
      case 0: return "task.amount \(sign) \(amount)"
      case 1: return "task.?rest.orValue(3) \(sign) \(amount)"
      case 2: return "100 / task.amount \(sign) \(amount)"
      case 3: return "task.kind \(random.pick(["==", "!="])) \"\(word)\""
      case 4: return "task.place \(random.pick(["==", "!="])) \"\(place)\""
      case 5: return "task.place in [\"\(place)\", \"p2\"]"
      case 6: return "task.kind in [\"\(word)\", \"high\"]"
      case 7: return "task.urgent"
      case 8: return "\"\(place)\" in task.tags"
      case 9: return "task.?note.orValue(\"none\") == \"\(place)\""
      default: return "task.amount in [\(amount), 1, 2]"
      }
    }

    mutating func condition(_ depth: Int = 2) -> String {
      guard depth > 0 else { return comparison() }
      switch random.below(6) {
      case 0: return "not (\(condition(depth - 1)))"
      case 1, 2: return "(\(condition(depth - 1)) || \(condition(depth - 1)))"
      default: return "\(condition(depth - 1)) && \(condition(depth - 1))"
      }
    }

    mutating func rules(_ count: Int) -> String {
      var text = "rules:\n"
      for number in 0..<count {
        let when = condition().replacing("task.", with: "resource.")
        let unless = condition(1).replacing("task.", with: "resource.")
        text += "  rule-\(number):\n    forbid: task.touch\n"
        switch random.below(8) {
        case 0: text += "    unless: '\(unless)'\n"
        case 1: text += "    when: '\(when)'\n    unless: '\(unless)'\n"
        case 2:
          let list = random.pick(["none", "all", "any"])
          text += "    when:\n      \(list):\n        First: '\(when)'\n        Second: '\(unless)'\n"
          if random.chance(40) {
            text += "        Third: { \(random.pick(["none", "all", "any"])): {} }\n"
          }
        default: text += "    when: '\(when)'\n"
        }
        text += "    because: Rule \(number).\n"
      }
      return text
    }

    mutating func classifications(_ count: Int) -> String {
      var text = "classifications:\n"
      for policy in ["first", "worst", "all"] {
        text += "  by_\(policy):\n    given: { task: Task }\n    gives: Level\n    pick: \(policy)\n    rows:\n"
        for word in ["high", "middle"] {
          text += "      \(word):\n"
          for row in 0..<count { text += "        Row \(row) of \(word): '\(condition())'\n" }
        }
        if policy != "all" { text += "    otherwise: low\n" }
      }
      return text
    }

    mutating func request(_ number: Int) -> Request {
      let amount = random.chance(20) ? 0 : Int64(random.below(bounds + 2))
      var fields: [String: Value] = [
        "kind": .string(random.pick(["low", "middle", "high"])), "amount": .int(amount),
        "place": .string("p\(random.below(5))"), "urgent": .bool(random.chance(50)),
        "tags": .list((0..<random.below(3)).map { _ in .string("p\(random.below(5))") }),
      ]
      if random.chance(70) { fields["rest"] = .int(Int64(random.below(bounds))) }
      if random.chance(70) { fields["note"] = .string("p\(random.below(5))") }
      return Request(
        subject: .init(type: "User", id: "ann", properties: ["role": .string("clerk")]), action: "task.touch",
        resource: .init(type: "Task", id: "t\(number)", properties: fields))
    }
  }

  /// Reads the rules without the rows that can never win, which are an error.
  private static func check(_ texts: [String]) -> CheckResult {
    var texts = texts
    while true {
      let files = zip(["bylaw.yaml", "vocabulary.yaml", "rules.yaml"], texts).map { path, text in
        RuleSetFile(path: path, bytes: Array(text.utf8))
      }
      let checked = RuleSetChecker.check(files)
      let starts = Set(checked.diagnostics.filter { $0.code.rawValue == "unreachable-row" }.map(\.range.start))
      if starts.isEmpty { return checked }
      var offset = 0
      let lines = texts[2].split(separator: "\n", omittingEmptySubsequences: false).filter { line in
        defer { offset += line.utf8.count + 1 }
        return !starts.contains { (offset..<offset + line.utf8.count).contains(Int($0)) }
      }
      texts[2] = lines.joined(separator: "\n")
    }
  }

  @Test(
    "Many rules, and rows in every way to pick one, are decided as the reference decides them",
    arguments: [(rules: 3, rows: 2, bounds: 9), (64, 9, 9), (65, 17, 40), (180, 40, 12), (700, 3, 600), (900, 9, 12)],
    [1, 2, 3])
  func manyRules(size: (rules: Int, rows: Int, bounds: Int), seed: Int) throws {
    var writer = Writer(random: SplitMix64(seed: UInt64(seed * 1_000 + size.rules)), bounds: size.bounds)
    let actions = """
      actions:
        task.touch:
          title: Touch a task
          of: Task
          allow: anyone
          classify:
            first: by_first(resource)
            worst: by_worst(resource)
            every: by_all(resource)

      """
    let text = actions + writer.classifications(size.rows) + writer.rules(size.rules)
    let manifest = "bylaw: 1\nname: many\nversion: 1.0.0\nsubject: User\nrole: subject.role\ntime_zone: UTC\n"
    let checked = Self.check([manifest, Self.vocabulary, text])
    let errors = DiagnosticReport(checked.diagnostics.filter { $0.severity == .error }, in: checked.sources)
    let rules = try #require(checked.ruleSet, "\(errors.text(isColored: false).prefix(2_000))")
    let plan = RuleSetPlanner.plan(rules, sources: checked.sources, digest: "")
    let reference = ReferenceEvaluator(rules, sources: checked.sources, identity: plan.identity)
    let prepared = PreparedPlan(plan)
    let now = Timestamp(seconds: 1_760_000_000)
    var (refusals, errings) = (0, 0)
    for number in 0..<40 {
      let request = writer.request(number)
      let decision = prepared.decide(request, records: nil, now: now)
      let expected = reference.decide(request, records: nil, now: now)
      #expect(DifferentialRun.text(of: decision) == DifferentialRun.text(of: expected), "\(request)")
      #expect(prepared.outcome(of: request, records: nil, now: now) == expected.outcome)
      if expected.outcome == .deny { refusals += 1 }
      if !expected.indeterminate.isEmpty { errings += 1 }
    }
    #expect(refusals > 0)
    #expect(errings > 0)
  }
}
