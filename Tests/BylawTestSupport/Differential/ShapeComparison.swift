import BylawCompiler
package import BylawEvaluator
import BylawModel
import BylawSyntax

/// Asks generated requests twice, once as a request of names and once by the slots of a shape.
package struct ShapeComparison {
  /// How many requests were asked both ways.
  package private(set) var requests = 0
  /// How many of them were allowed or pending.
  package private(set) var granted = 0
  /// For each difference the request and both decisions.
  package private(set) var reports: [String] = []

  package init() {}

  /// One rule set by its seed, with that many requests.
  package mutating func run(seed: UInt64, requests: Int) {
    let generated = RuleSetGenerator.make(seed: seed)
    guard let plan = DifferentialRun.plan(of: generated) else { return }
    let prepared = PreparedPlan(plan)
    var generator = RequestGenerator(generated)
    var records = generator.makeRecords()
    records.schema = plan.expressions.schema
    for _ in 0..<requests {
      var made = generator.makeCase(records)
      made.request = Self.shapeable(made.request, plan)
      compare(made, prepared, seed: seed)
    }
  }

  /// The request without what only a request of names can say.
  private static func shapeable(_ request: Request, _ plan: DecisionPlan) -> Request {
    var request = request
    request.facts = [:]
    request.approvals = []
    request.override = nil
    request.requestedAt = nil
    for member in plan.context where member.fromServer { request.context[member.field.name] = nil }
    return request
  }

  private mutating func compare(_ made: GeneratedCase, _ prepared: PreparedPlan, seed: UInt64) {
    let request = made.request
    guard !request.subject.isSystem, let action = prepared.action(request.action) else { return }
    var members: [(root: ShapePlan.Root, name: String, value: Value)] = []
    for (root, values) in [
      (.subject, request.subject.properties), (.resource, request.resource?.properties ?? [:]),
      (.input, request.input), (.context, request.context), (ShapePlan.Root.context, request.serverContext),
    ] {
      members += values.sorted { $0.key < $1.key }.map { (root, $0.key, $0.value) }
    }
    var unknown: [(member: Int, known: [String])] = []
    let shape = prepared.shape(
      of: action, subject: request.subject.type, resource: request.resource?.type,
      members: members.map { ($0.root, $0.name) }, unknown: &unknown)
    guard let shape, unknown.isEmpty else { return }
    requests += 1
    let expected = prepared.decide(request, records: made.records, now: made.now)
    if expected.outcome != .deny { granted += 1 }
    func fill(_ intake: inout RequestIntake) {
      for (index, member) in members.enumerated() { Self.set(index, to: member.value, of: shape, in: &intake) }
    }
    let (subject, resource) = (request.subject.id, request.resource?.id)
    let decision = prepared.decide(
      shape, subject: subject, resource: resource, records: made.records, now: made.now, fill)
    let outcome = prepared.outcome(
      shape, subject: subject, resource: resource, records: made.records, now: made.now, fill)
    guard decision != expected || outcome != expected.outcome else { return }
    reports.append("seed \(seed)\n\(request)\nby names: \(expected)\nby slots: \(decision)\nalone: \(outcome)")
  }

  /// By the setter that a service would take.
  private static func set(_ member: Int, to value: Value, of shape: ShapePlan, in intake: inout RequestIntake) {
    switch value {
    case .bool(let bool): intake.set(member, of: shape.number, to: bool)
    case .int(let int): intake.set(member, of: shape.number, to: int)
    case .string(let text): intake.set(member, of: shape.number, to: text)
    case .list(let values):
      let texts = values.compactMap { if case .string(let text) = $0 { text } else { nil } }
      if texts.count == values.count {
        intake.set(member, of: shape.number, to: texts)
      } else {
        intake.set(member, of: shape.number, to: value)
      }
    default: intake.set(member, of: shape.number, to: value)
    }
  }
}

extension DifferentialRun {
  /// The plan of a generated rule set; `nil` where it was refused.
  package static func plan(of generated: GeneratedRuleSet) -> DecisionPlan? {
    let checked = RuleSetChecker.check([
      RuleSetFile(path: "bylaw.yaml", bytes: Array(generated.manifest.utf8)),
      RuleSetFile(path: "rules.yaml", bytes: Array(generated.text.utf8)),
    ])
    return checked.ruleSet.map { RuleSetPlanner.plan($0, sources: checked.sources, digest: "") }
  }
}
