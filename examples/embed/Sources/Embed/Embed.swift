import Bylaw
import BylawModel

/// A service that asks before it creates an incident.
@main
enum Embed {
  static func main() throws {
    let ruleSet = try RuleSet(contentsOf: "rules/incident-management")
    let records = try Records(contentsOf: "examples/entities-incident-management.yaml", for: ruleSet)
    let decisionPoint = PolicyDecisionPoint(ruleSet, records: records)

    let request = Request(
      subject: .init(type: "User", id: "ts-1"), action: "change.request",
      input: [
        "change_title": .string("New power supply"), "change_type": .string("normal"),
        "risk_level": .string("critical"), "requested_by": .string("ts-1"),
      ])
    let decision = decisionPoint.decide(request, at: .now)

    switch decision.outcome {
    case .allow: print("do it")
    case .pending: print("ask for", decision.missing.map { "\($0.approvals ?? 0) approval (\($0.rule))" })
    case .deny: print("refuse:", decision.reasons.map(\.because))
    }
    guard decision.outcome == .pending else { throw Unexpected() }
  }

  /// The example shows a pending decision.
  struct Unexpected: Error {}
}
