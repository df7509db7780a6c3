import Bylaw
import BylawModel
import CAllocationCount
import Workload

/// Fails when deciding allocates more than the README says: the same in every run, however busy the machine is.
struct AllocationCheck {
  static let heading = """
    | rules | permission: most of an allow | mean | four answers: most of an allow | mean |
    |---|--:|--:|--:|--:|
    """
  /// What no request may go over, and what all requests may take on average.
  private static let permission = (mostOfAllow: 0, mean: 1.0)
  private static let answers = (mostOfAllow: 2, mean: 4.0)

  /// A row of the table.
  let text: String
  /// Whether all figures are within the limits.
  let isPassed: Bool

  init(ruleCount: Int, spread: Workload.Spread) throws {
    let workload = Workload(ruleCount: ruleCount, spread: spread, requestCount: 256)
    let decisionPoint = PolicyDecisionPoint(try RuleSet(files: workload.files))
    let permission = Self.count(workload) { decisionPoint.outcome(of: $0, at: DecisionTable.time) }
    let answers = Self.count(workload) { decisionPoint.decide($0, at: DecisionTable.time).outcome }
    let name = spread == .oneAction ? "\(ruleCount), one action" : "\(ruleCount)"
    text = "| \(name) | \(permission.mostOfAllow) | \(permission.mean) | \(answers.mostOfAllow) | \(answers.mean) |"
    isPassed =
      permission.mostOfAllow <= Self.permission.mostOfAllow && permission.mean <= Self.permission.mean
      && answers.mostOfAllow <= Self.answers.mostOfAllow && answers.mean <= Self.answers.mean
  }

  /// Asks all requests twice: at first the frame grows to what they need.
  private static func count(
    _ workload: Workload, _ decide: (Request) -> Decision.Outcome
  ) -> (mostOfAllow: Int, mean: Double) {
    for request in workload.requests { _ = decide(request) }
    var (most, sum) = (0, 0)
    for request in workload.requests {
      let before = bylaw_allocation_count()
      let outcome = decide(request)
      let made = Int(bylaw_allocation_count() - before)
      sum += made
      if outcome == .allow { most = max(most, made) }
    }
    return (most, (Double(sum) * 100 / Double(workload.requests.count)).rounded() / 100)
  }
}
