import Bylaw
import BylawModel
import CAllocationCount
import Workload

/// Fails when deciding allocates more than the README says: the same in every run, however busy the machine is.
struct AllocationCheck {
  static let heading = """
    | rules | way | permission: most of an allow | mean | four answers: most of an allow | mean |
    |---|---|--:|--:|--:|--:|
    """
  /// What no request may go over, and what all requests may take on average.
  private static let permission = (mostOfAllow: 0, mean: 1.0)
  private static let answers = (mostOfAllow: 2, mean: 4.0)
  private static let bytesOfAnAnswer = 12

  /// A row of the table.
  let text: String
  /// Whether all figures are within the limits.
  let isPassed: Bool

  init(_ ways: Ways, _ way: Way, name: String) {
    let permission = Self.count(ways.count) { ways.outcome($0, way) }
    let answers = Self.count(ways.count) { ways.answers($0, way).outcome }
    text =
      "| \(name) | \(way.rawValue) | \(permission.mostOfAllow) | \(permission.mean) | \(answers.mostOfAllow) | \(answers.mean) |"
    // The bytes of an answer are allocated.
    let more = way == .json ? Self.bytesOfAnAnswer : 0
    isPassed =
      permission.mostOfAllow <= Self.permission.mostOfAllow && permission.mean <= Self.permission.mean
      && answers.mostOfAllow <= Self.answers.mostOfAllow + more
      && answers.mean <= Self.answers.mean + Double(more)
  }

  /// Asks all requests twice: at first the frame grows to what they need.
  private static func count(
    _ requests: Int, _ decide: (Int) -> Decision.Outcome
  ) -> (mostOfAllow: Int, mean: Double) {
    for index in 0..<requests { _ = decide(index) }
    var (most, sum) = (0, 0)
    for index in 0..<requests {
      let before = bylaw_allocation_count()
      let outcome = decide(index)
      let made = Int(bylaw_allocation_count() - before)
      sum += made
      if outcome == .allow { most = max(most, made) }
    }
    return (most, (Double(sum) * 100 / Double(requests)).rounded() / 100)
  }
}
