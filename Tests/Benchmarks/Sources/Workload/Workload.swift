public import Bylaw
public import BylawModel

/// A rule set of the budgeted shape, requests to it, and the same rules by hand.
///
/// 27 actions and 7 roles make 189 grants; further rules forbid an action under three predicates from a pool of 64.
public struct Workload: Sendable {
  /// How the rules beyond the grants are spread.
  public enum Spread: String, Sendable {
    /// Over all actions, told apart by the action first.
    case actions
    /// On one action, told apart by what they ask of the resource.
    case oneAction
  }

  /// Grants included.
  public let ruleCount: Int
  /// How the rules lie over the actions.
  public let spread: Spread
  /// Paths and texts of the rule files.
  public let files: [(path: String, text: String)]
  /// What the decision point is asked.
  public let requests: [Request]
  private let works: [Work]
  private let floor: HandWritten

  /// Makes the same rules and requests for the same arguments.
  public init(ruleCount: Int, spread: Spread = .actions, requestCount: Int = 1_024) {
    self.ruleCount = ruleCount
    self.spread = spread
    var random = Random(seed: 42)
    let rules = (0..<max(0, ruleCount - Shape.matrix)).map { position in
      Self.rule(&random, spread: spread, position: position)
    }
    files = RuleSetText.files(rules)
    works = (0..<requestCount).map { _ in Work(&random, actionCount: spread == .oneAction ? 1 : Shape.actionCount) }
    requests = works.enumerated().map { $1.request(id: $0) }
    floor = HandWritten(rules)
  }

  private static func rule(_ random: inout Random, spread: Spread, position: Int) -> ExtraRule {
    let picked = Predicate.pool.shuffled(using: &random).prefix(3)
    var rule = ExtraRule(
      action: Int.random(in: 0..<Shape.actionCount, using: &random), first: picked[0], second: picked[1],
      third: picked[2], negated: 0, isDisjunction: random.percent(10))
    // One predicate in five is negated, at most one in a rule: otherwise some rule would forbid nearly everything.
    for index in 1...3 where random.percent(20) { rule.negated = index }
    if spread == .oneAction {
      rule.action = 0
      rule.isDisjunction = false
      rule.negated = rule.negated == 1 ? 2 : rule.negated
      rule.first = .textIs(attribute: 11, value: Int32(position % Work.costCenters))
    }
    return rule
  }

  /// A request in the form that the hand-written function judges.
  func work(_ index: Int) -> Work { works[index] }

  /// What the hand-written function answers to a request, by its position.
  public func floorOutcome(_ index: Int) -> Decision.Outcome {
    switch floor.outcome(works[index]) {
    case .allow: .allow
    case .pending: .pending
    case .deny: .deny
    }
  }

  /// Runs the hand-written function over all requests; returns a sum that keeps it from being left out.
  public func runFloorPermission() -> Int {
    var sum = 0
    for work in works where floor.outcome(work) == .allow { sum &+= 1 }
    return sum
  }

  /// The same with all four answers and the rules that fired.
  public func runFloorAnswers() -> Int {
    var fired: [Int32] = []
    fired.reserveCapacity(ruleCount)
    var sum = 0
    for work in works {
      let answer = floor.answer(work, fired: &fired)
      sum &+= answer.severity &+ answer.band &+ fired.count
    }
    return sum
  }

  /// The first request to which rules and hand-written function give different answers; `nil` when all agree.
  public func firstDifference(from decisionPoint: PolicyDecisionPoint, at time: Timestamp) -> String? {
    let severities = ["P4", "P3", "P2", "P1"]
    var fired: [Int32] = []
    for (index, request) in requests.enumerated() {
      let decision = decisionPoint.decide(request, at: time)
      let answer = floor.answer(works[index], fired: &fired)
      if decision.outcome != floorOutcome(index) || !decision.indeterminate.isEmpty {
        return "request \(index): \(decision) instead of \(answer)"
      }
      if let given = decision.classified["severity"], given.value != .string(severities[answer.severity]) {
        return "request \(index): \(given) instead of \(severities[answer.severity])"
      }
      let forbidding = decision.reasons.count { $0.rule.hasPrefix("rules.rule-") }
      if forbidding != fired.count { return "request \(index): \(forbidding) rules instead of \(fired.count)" }
    }
    return nil
  }
}
