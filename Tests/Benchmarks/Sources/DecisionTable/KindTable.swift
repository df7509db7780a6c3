import Bylaw
import BylawModel
import Workload

/// Each kind of answer by rules that have nothing else: without reasons, with them, and with a full trace.
enum KindTable {
  static let heading = """
    | answer | way | floor ns | decision only ns | x floor | of it rules ns | floor ns | with reasons ns | x floor \
    | of it rules ns | / only | full trace ns | / only | allocs only | allocs reasons |
    |---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|
    """
  private static let requestCount = 256
  /// A trace lowers the rules of its action anew, so a few are enough.
  private static let tracedCount = 32

  static func run() throws {
    print(heading)
    for kind in Kind.allCases {
      let workload = Workload(kind: kind, ruleCount: kind == .combined ? 200 : Shape.matrix, requestCount: requestCount)
      let ways = try Ways(workload)
      if let difference = workload.firstDifference(from: ways.decisionPoint, at: DecisionTable.time) {
        throw Mismatch("\(kind.rawValue): \(difference)")
      }
      try ways.check()
      let without = try Ways(
        Workload(kind: kind, ruleCount: workload.ruleCount, requestCount: requestCount, hasRules: false))
      let floor = (only: ways.floorPermission(), answers: ways.floorAnswers())
      for way in Way.allCases where kind.isGivenBySlot || way != .slots {
        print(row(kind, way, ways, without, floor))
        DecisionTable.flush()
      }
    }
  }

  private static func row(
    _ kind: Kind, _ way: Way, _ ways: Ways, _ without: Ways, _ floor: (only: Double, answers: Double)
  ) -> String {
    let only = ways.cost(way, isWithReasons: false)
    let reasons = ways.cost(way, isWithReasons: true)
    // What is left when nothing is asked: to take the values of the request, and to answer.
    let takingOnly = without.cost(way, isWithReasons: false).nanoseconds
    let takingReasons = without.cost(way, isWithReasons: true).nanoseconds
    var traced: Double?
    if way != .slots {
      let cost = Measuring.cost(perOne: tracedCount, runs: 3) {
        for index in 0..<tracedCount { precondition(ways.trace(index, way) >= 0) }
      }
      traced = cost.nanoseconds
    }
    let columns: [String] = [
      kind.rawValue, way.rawValue, floor.only.short, only.nanoseconds.short, (only.nanoseconds / floor.only).short,
      (only.nanoseconds - takingOnly).short, floor.answers.short, reasons.nanoseconds.short,
      (reasons.nanoseconds / floor.answers).short, (reasons.nanoseconds - takingReasons).short,
      (reasons.nanoseconds / only.nanoseconds).ratio, traced?.short ?? "-",
      traced.map { ($0 / only.nanoseconds).ratio } ?? "-", only.allocations.short, reasons.allocations.short,
    ]
    return "| " + columns.joined(separator: " | ") + " |"
  }
}

extension Ways {
  /// What one request costs in a way, of the processor.
  func cost(_ way: Way, isWithReasons: Bool) -> Cost {
    var sum = 0
    // Short decisions are repeated, so that the clock sees enough of them.
    let rounds = 8
    let cost = Measuring.cost(perOne: count * rounds, runs: 7) {
      for _ in 0..<rounds { sum &+= isWithReasons ? allAnswers(way) : outcomes(way) }
    }
    precondition(sum >= 0)
    return cost
  }

  /// What the hand-written function takes to tell who may.
  func floorPermission() -> Double { floor { workload.runFloorPermission() } }

  /// What the hand-written function takes for all answers.
  func floorAnswers() -> Double { floor { workload.runFloorAnswers() } }

  private func floor(_ body: () -> Int) -> Double {
    var sum = 0
    let rounds = max(1, 1_000_000 / (workload.ruleCount + 200))
    let cost = Measuring.cost(perOne: count * rounds, runs: 7) {
      for _ in 0..<rounds { sum &+= body() }
    }
    precondition(sum >= 0)
    return cost.nanoseconds
  }
}
