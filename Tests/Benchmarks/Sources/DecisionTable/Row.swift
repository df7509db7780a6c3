import Bylaw
import BylawModel
import Workload

/// One rule set: what loading it and deciding by it cost.
struct Row {
  static let heading = """
    | rules | text KB | load ms | peak MB | allow/pending/deny % | floor ns | permission ns | x floor | allocs \
    | floor 4 ns | four answers ns | x floor | allocs | instr permission | instr four |
    |---|--:|--:|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|
    """
  var text: String

  init(ruleCount: Int, spread: Workload.Spread, countsInstructions: Bool) throws {
    let workload = Workload(ruleCount: ruleCount, spread: spread, requestCount: ruleCount > 5_000 ? 256 : 1_024)
    let bytes = workload.files.reduce(0) { $0 + $1.text.utf8.count }
    Measuring.resetPeak()
    let held = Measuring.memory("VmRSS")
    let start = Measuring.threadTime()
    let decisionPoint = PolicyDecisionPoint(try RuleSet(files: workload.files))
    let load = Double(Measuring.threadTime() - start) / 1e6
    let peak = Double(Measuring.memory("VmHWM") - held) / 1024

    if let difference = workload.firstDifference(from: decisionPoint, at: DecisionTable.time) {
      throw Mismatch(difference)
    }
    let count = workload.requests.count
    var sum = 0
    // The floor runs before and after, so that a change of the machine's speed in between shows.
    let rounds = max(1, 200_000 / (ruleCount + 200))
    let floor = Measuring.cost(perOne: count * rounds, runs: 7) {
      for _ in 0..<rounds { sum &+= workload.runFloorPermission() }
    }
    let permission = Measuring.cost(perOne: count, runs: 7) {
      for request in workload.requests where decisionPoint.outcome(of: request, at: DecisionTable.time) == .allow {
        sum &+= 1
      }
    }
    let floorAnswers = Measuring.cost(perOne: count * rounds, runs: 7) {
      for _ in 0..<rounds { sum &+= workload.runFloorAnswers() }
    }
    let answers = Measuring.cost(perOne: count, runs: 7) {
      for request in workload.requests {
        sum &+= decisionPoint.decide(request, at: DecisionTable.time).reasons.count
      }
    }
    precondition(sum != 0, "some request is allowed")
    let name = spread == .oneAction ? "\(ruleCount), one action" : "\(ruleCount)"
    let instructions = countsInstructions ? Self.instructions(ruleCount, spread) : ["-", "-"]
    let shares = try Self.told(workload).map(String.init).joined(separator: "/")
    let columns: [String] = [
      name, "\(bytes / 1024)", load.short, peak.short, shares, floor.nanoseconds.short, permission.nanoseconds.short,
      (permission.nanoseconds / floor.nanoseconds).short, permission.allocations.short, floorAnswers.nanoseconds.short,
      answers.nanoseconds.short, (answers.nanoseconds / floorAnswers.nanoseconds).short, answers.allocations.short,
    ]
    text = "| " + (columns + instructions).joined(separator: " | ") + " |"
  }

  private static func instructions(_ ruleCount: Int, _ spread: Workload.Spread) -> [String] {
    ["permission", "answers"].map { kind in
      let arguments = ["--rules", String(ruleCount), spread.rawValue, kind]
      return Instructions.perDecision(arguments, requests: 256)?.short ?? "-"
    }
  }

  /// A workload whose requests are nearly all answered alike would measure nothing.
  private static func told(_ workload: Workload) throws -> [Int] {
    let shares = shares(workload)
    guard shares.allSatisfy({ $0 >= 1 && $0 <= 90 }) else { throw Mismatch("shares of outcomes: \(shares)") }
    return shares
  }

  /// Of a hundred requests, how many are answered by each outcome.
  static func shares(_ workload: Workload) -> [Int] {
    let outcomes = workload.requests.indices.map { workload.floorOutcome($0) }
    return Decision.Outcome.allCases.map { outcome in outcomes.count { $0 == outcome } * 100 / outcomes.count }
  }
}

/// The rules and the hand-written function do not say the same: nothing is measured.
struct Mismatch: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}

extension Double {
  /// Three digits, or all those before the point.
  var short: String {
    if self >= 100 { return String(Int(rounded())) }
    return String((self * 10).rounded() / 10)
  }

  /// Two digits after the point.
  var ratio: String { String((self * 100).rounded() / 100) }
}
