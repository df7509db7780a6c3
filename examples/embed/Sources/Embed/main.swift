import Bylaw
import BylawModel

let ruleSet = try RuleSet(contentsOf: "rules/incident-management")
let records = try Records(contentsOf: "examples/entities-incident-management.yaml", for: ruleSet)
let decisionPoint = PolicyDecisionPoint(ruleSet, records: records)

// A technician asks for a change that bears a critical risk.
let request = Request(
  subject: .init(type: "User", id: "ts-1"), action: "change.request",
  input: [
    "change_title": .string("New power supply"), "change_type": .string("normal"),
    "risk_level": .string("critical"), "requested_by": .string("ts-1"),
  ])
let decision = decisionPoint.decide(request, at: .now)

switch decision.outcome {
case .allow: print("do it, and honour", decision.obligations.map(\.kind))
case .pending: print("ask those who must agree to", decision.missing.map(\.rule))
case .deny: print("refuse:", decision.reasons.map(\.because))
}
