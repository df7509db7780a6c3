import BylawCompiler
import BylawEvaluator
package import BylawModel
import BylawSyntax

/// Decides generated requests by both evaluators and collects where they differ.
package struct DifferentialRun {
  /// How often what came about.
  package struct Counts {
    package var ruleSets = 0
    package var refusedRuleSets = 0
    package var requests = 0
    package var outcomes: [String: Int] = [:]
    /// Decisions in which something could not be evaluated, or a shape was refused.
    package var erring = 0
    package var differences = 0
  }
  package private(set) var counts = Counts()
  /// How often which rule refused a request by its shape, for tuning the generator.
  package private(set) var shapes: [String: Int] = [:]
  /// For each kind of difference the first ones, as text.
  package private(set) var reports: [String] = []
  /// The first diagnostics of rule sets that were refused.
  package private(set) var refusals: [String] = []

  package init() {}

  /// One rule set by its seed, with that many requests.
  package mutating func run(seed: UInt64, requests: Int) {
    let generated = RuleSetGenerator.make(seed: seed)
    counts.ruleSets += 1
    let checked = RuleSetChecker.check([
      RuleSetFile(path: "bylaw.yaml", bytes: Array(generated.manifest.utf8)),
      RuleSetFile(path: "rules.yaml", bytes: Array(generated.text.utf8)),
    ])
    guard let rules = checked.ruleSet else {
      counts.refusedRuleSets += 1
      let errors = DiagnosticReport(checked.diagnostics.filter { $0.severity == .error }, in: checked.sources)
      refusals.append("seed \(seed): \(errors.text(isColored: false).prefix(700))")
      return
    }
    let plan = RuleSetPlanner.plan(rules, sources: checked.sources, digest: "")
    let reference = ReferenceEvaluator(rules, sources: checked.sources, identity: plan.identity)
    var requestGenerator = RequestGenerator(generated)
    var evaluator = Evaluator(plan)
    var records = requestGenerator.makeRecords()
    records.schema = plan.expressions.schema
    var stable = StableRecords(records)
    for index in 0..<requests {
      if index % 25 == 24 {
        records = requestGenerator.makeRecords()
        records.schema = plan.expressions.schema
        stable = StableRecords(records)
      }
      let made = requestGenerator.makeCase(records)
      // Records that never change are laid out once; with every other rule set they may change.
      let source: (any RecordSource)? = seed % 2 == 0 ? made.records : made.records.map { _ in stable }
      let decision = evaluator.decide(made.request, records: source, now: made.now, isLenient: made.isLenient)
      let expected = reference.decide(made.request, records: made.records, now: made.now, isLenient: made.isLenient)
      count(expected)
      guard Self.text(of: decision) != Self.text(of: expected) else { continue }
      counts.differences += 1
      guard reports.count < 40 else { continue }
      report(made, seed: seed, index: index, plan: plan, reference: reference, first: decision)
    }
  }

  private mutating func count(_ decision: Decision) {
    counts.requests += 1
    counts.outcomes[decision.denialClass?.rawValue ?? decision.outcome.rawValue, default: 0] += 1
    if decision.denialClass == .invalidInput {
      for reason in decision.reasons { shapes[reason.because, default: 0] += 1 }
    }
    let isShape = decision.denialClass == .invalidInput || decision.denialClass == .invalidRequest
    if !decision.indeterminate.isEmpty || isShape { counts.erring += 1 }
  }

  private mutating func report(
    _ made: GeneratedCase, seed: UInt64, index: Int, plan: DecisionPlan, reference: ReferenceEvaluator, first: Decision
  ) {
    func differs(_ smaller: GeneratedCase) -> Bool {
      var fresh = Evaluator(plan)
      let decision = fresh.decide(
        smaller.request, records: smaller.records, now: smaller.now, isLenient: smaller.isLenient)
      let expected = reference.decide(
        smaller.request, records: smaller.records, now: smaller.now, isLenient: smaller.isLenient)
      return Self.text(of: decision) != Self.text(of: expected)
    }
    let minimal = differs(made) ? Self.reduced(made, while: differs) : made
    let expected = reference.decide(
      minimal.request, records: minimal.records, now: minimal.now, isLenient: minimal.isLenient)
    var fresh = Evaluator(plan)
    var decision = fresh.decide(
      minimal.request, records: minimal.records, now: minimal.now, isLenient: minimal.isLenient)
    var note = ""
    if Self.text(of: decision) == Self.text(of: expected) {
      note = " only after earlier requests"
      decision = first
    }
    let (left, right) = (Self.lines(of: decision), Self.lines(of: expected))
    reports.append(
      """
      seed \(seed), request \(index)\(note), records \(minimal.records != nil), at \(minimal.now)
      \(minimal.request)
      evaluator only: \(left.filter { !right.contains($0) })
      reference only: \(right.filter { !left.contains($0) })
      evaluator: \(Self.text(of: decision))
      reference: \(Self.text(of: expected))
      """)
  }

  // MARK: Comparing

  /// A decision as lines in which order does not matter.
  package static func lines(of decision: Decision) -> [String] {
    var lines = ["outcome \(decision.outcome) \(decision.denialClass?.rawValue ?? "")"]
    lines += decision.reasons.map {
      "reason \($0.rule) '\($0.because)' \($0.clauses) \($0.source) \($0.element.map(String.init) ?? "")"
    }
    lines += decision.observed.map { "observed \($0.rule) '\($0.because)' \($0.element.map(String.init) ?? "")" }
    lines += decision.missing.map { missing -> String in
      "missing \(missing.rule) \(missing.approvals ?? -1) of \(missing.of ?? "") excluding \(missing.excluding) "
        + "reachable \(missing.reachable.map(String.init) ?? "?") by \(missing.by?.description ?? "") "
        + "until \(missing.until?.description ?? "")"
    }
    lines += decision.classified.map { "classified \($0.key) \($0.value.value) \($0.value.row ?? "")" }
    lines += decision.obligations.map { "obligation \($0)" }
    lines += Set(decision.indeterminate.map { "indeterminate \($0.rule) \($0.cause)" })
    return lines.sorted()
  }

  /// A decision as text for comparison; reasons must be in order.
  package static func text(of decision: Decision) -> String {
    let order = decision.reasons.map { "\($0.rule) \($0.element ?? -1) \($0.because)" }.joined(separator: "; ")
    return lines(of: decision).joined(separator: "\n  ") + "\n  order \(order)"
  }

  // MARK: Making smaller

  /// The request without everything that the difference does not need.
  private static func reduced(_ made: GeneratedCase, while differs: (GeneratedCase) -> Bool) -> GeneratedCase {
    var best = made
    func attempt(_ change: (inout GeneratedCase) -> Void) {
      var smaller = best
      change(&smaller)
      if differs(smaller) { best = smaller }
    }
    attempt { $0.request.override = nil }
    attempt { $0.request.requestedAt = nil }
    attempt { $0.isLenient = false }
    for index in made.request.approvals.indices.reversed() {
      attempt { if $0.request.approvals.indices.contains(index) { $0.request.approvals.remove(at: index) } }
    }
    for name in made.request.facts.keys.sorted() { attempt { $0.request.facts[name] = nil } }
    for name in made.request.context.keys.sorted() { attempt { $0.request.context[name] = nil } }
    for name in made.request.serverContext.keys.sorted() { attempt { $0.request.serverContext[name] = nil } }
    for name in made.request.input.keys.sorted() { attempt { $0.request.input[name] = nil } }
    for name in made.request.subject.properties.keys.sorted() { attempt { $0.request.subject.properties[name] = nil } }
    for name in made.request.resource?.properties.keys.sorted() ?? [] {
      attempt { $0.request.resource?.properties[name] = nil }
    }
    return best
  }
}
