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

  /// Which constructs the rules have.
  public let kind: Kind
  /// How many actions there are.
  public let actionCount: Int
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
  ///
  /// Fewer than 190 rules are those of fewer actions. Without rules (`hasRules`) the requests are the same, and anybody may
  /// do anything.
  public init(
    kind: Kind = .combined, ruleCount: Int = Shape.matrix, spread: Spread = .actions, requestCount: Int = 1_024,
    hasRules: Bool = true
  ) {
    self.kind = kind
    self.ruleCount = ruleCount
    self.spread = spread
    actionCount = max(1, min(Shape.actionCount, ruleCount / Shape.roles.count))
    var random = Random(seed: 42)
    let (actionCount, isOne) = (actionCount, spread == .oneAction)
    let rules = (0..<max(0, ruleCount - actionCount * Shape.roles.count)).map { position in
      Self.rule(&random, actionCount: actionCount, spread: spread, position: position)
    }
    files = RuleSetText(kind: kind, hasRules: hasRules, actionCount: actionCount).files(hasRules ? rules : [])
    works = (0..<requestCount).map { _ in Work(&random, actionCount: isOne ? 1 : actionCount) }
    requests = works.enumerated().map { $1.request(id: $0, kind) }
    floor = HandWritten(rules)
  }

  private static func rule(_ random: inout Random, actionCount: Int, spread: Spread, position: Int) -> ExtraRule {
    let picked = Predicate.pool.shuffled(using: &random).prefix(3)
    var rule = ExtraRule(
      action: Int.random(in: 0..<actionCount, using: &random), first: picked[0], second: picked[1],
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
    let work = works[index]
    switch kind {
    case .permission: return floor.isGranted(work) ? .allow : .deny
    case .classification: return .allow
    case .trigger: return HandWritten.needsApproval(work) ? .pending : .allow
    case .votes: return isAgreed(index) ? .allow : .pending
    case .band: return HandWritten.band(work) < 2 ? .allow : .deny
    case .combined: return floor.outcome(work).decision
    }
  }

  /// No vote is needed, or two managers have given theirs.
  private func isAgreed(_ index: Int) -> Bool {
    guard HandWritten.needsApproval(works[index]) else { return true }
    let roles = Work.votes(of: index)
    var agreed = 0
    for place in roles.indices where roles[place] == 0 { agreed += 1 }
    return agreed >= 2
  }

  /// Runs the hand-written function over all requests; returns a sum that keeps it from being left out.
  public func runFloorPermission() -> Int {
    var sum = 0
    switch kind {
    case .permission: for work in works where floor.isGranted(work) { sum &+= 1 }
    case .classification: sum = works.count
    case .trigger: for work in works where HandWritten.needsApproval(work) { sum &+= 1 }
    case .votes: for index in works.indices where isAgreed(index) { sum &+= 1 }
    case .band: for work in works where HandWritten.band(work) < 2 { sum &+= 1 }
    case .combined: for work in works where floor.outcome(work) == .allow { sum &+= 1 }
    }
    return sum
  }

  /// The same with all answers and the rules that fired.
  public func runFloorAnswers() -> Int {
    var sum = 0
    switch kind {
    case .permission, .trigger, .votes: return runFloorPermission()
    case .classification: for work in works { sum &+= HandWritten.tenRows(work) }
    case .band: for work in works { sum &+= HandWritten.band(work) }
    case .combined:
      var fired: [Int32] = []
      fired.reserveCapacity(ruleCount)
      for work in works {
        let answer = floor.answer(work, fired: &fired)
        sum &+= answer.severity &+ answer.band &+ fired.count
      }
    }
    return sum
  }

  /// The first request to which rules and hand-written function give different answers; `nil` when all agree.
  public func firstDifference(from decisionPoint: PolicyDecisionPoint, at time: Timestamp) -> String? {
    let severities = ["P4", "P3", "P2", "P1"]
    var fired: [Int32] = []
    for (index, request) in requests.enumerated() {
      let decision = decisionPoint.decide(request, at: time)
      let outcome = floorOutcome(index)
      if decision.outcome != outcome || !decision.indeterminate.isEmpty {
        return "request \(index): \(decision) instead of \(outcome)"
      }
      let severity = kind == .combined ? HandWritten.severity(works[index]) : HandWritten.tenRows(works[index])
      if let given = decision.classified["severity"], given.value != .string(severities[severity]) {
        return "request \(index): \(given) instead of \(severities[severity])"
      }
      guard kind == .combined else { continue }
      _ = floor.answer(works[index], fired: &fired)
      let forbidding = decision.reasons.count { $0.rule.hasPrefix("rules.rule-") }
      if forbidding != fired.count { return "request \(index): \(forbidding) rules instead of \(fired.count)" }
    }
    return nil
  }

  /// How many of the further rules fire for a request, on average.
  public var meanFired: Double {
    var (fired, sum): ([Int32], Int) = ([], 0)
    for work in works {
      _ = floor.answer(work, fired: &fired)
      sum += fired.count
    }
    return Double(sum) / Double(max(1, works.count))
  }
}

extension HandWritten.Answer.Outcome {
  fileprivate var decision: Decision.Outcome {
    switch self {
    case .allow: .allow
    case .pending: .pending
    case .deny: .deny
    }
  }
}
