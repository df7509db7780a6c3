import Bylaw
import BylawModel
import Workload

/// What more rules cost: from ten to a hundred thousand, told apart by the action or by what they ask.
enum ScaleTable {
  static let heading = """
    | rules | rules that fire | allow/pending/deny % | way | floor ns | decision only ns | x floor | x 10 rules \
    | floor ns | with reasons ns | x floor | x 10 rules | / only |
    |---|--:|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|
    """
  private static let counts = [10, 200, 1_000, 10_000, 100_000]

  /// Prints the rows; with a number of rules, those of ten rules and of this number.
  static func run(_ wanted: Int?) throws {
    print(heading)
    var first: [Way: (only: Double, reasons: Double)] = [:]
    for spread in [Workload.Spread.actions, .oneAction] {
      for count in counts where wanted == nil || count == wanted || count == counts[0] {
        // With ten rules there is one action anyway.
        if spread == .oneAction, count < 1_000 { continue }
        try rows(count, spread, &first)
      }
    }
  }

  private static func rows(
    _ count: Int, _ spread: Workload.Spread, _ first: inout [Way: (only: Double, reasons: Double)]
  ) throws {
    let workload = Workload(ruleCount: count, spread: spread, requestCount: 256)
    let ways = try Ways(workload)
    if let difference = workload.firstDifference(from: ways.decisionPoint, at: DecisionTable.time) {
      throw Mismatch(difference)
    }
    let floor = (only: ways.floorPermission(), answers: ways.floorAnswers())
    let shares = Row.shares(workload).map(String.init).joined(separator: "/")
    for way in Way.allCases {
      let only = ways.cost(way, isWithReasons: false).nanoseconds
      let reasons = ways.cost(way, isWithReasons: true).nanoseconds
      let least = first[way] ?? (only, reasons)
      first[way] = least
      let columns: [String] = [
        spread == .oneAction ? "\(count), one action" : "\(count)", workload.meanFired.short, shares, way.rawValue,
        floor.only.short, only.short, (only / floor.only).short, (only / least.only).ratio,
        floor.answers.short, reasons.short, (reasons / floor.answers).short, (reasons / least.reasons).ratio,
        (reasons / only).ratio,
      ]
      print("| " + columns.joined(separator: " | ") + " |")
      DecisionTable.flush()
    }
  }
}
