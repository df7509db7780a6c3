import Bylaw
import Workload

/// One rule set: what reading, checking and lowering it costs.
struct LoadRow {
  static let heading = """
    | rules | text KB | load ms | peak MB | instr a rule |
    |---|--:|--:|--:|--:|
    """
  /// A row of the table.
  let text: String

  /// Loads a rule set so many times that the median means something; the peak is that of the first time.
  init(ruleCount: Int, countsInstructions: Bool) throws {
    let workload = Workload(ruleCount: ruleCount, spread: .actions, requestCount: 0)
    let bytes = workload.files.reduce(0) { $0 + $1.text.utf8.count }
    Measuring.resetPeak()
    let held = Measuring.memory("VmRSS")
    var times: [Double] = []
    var peak = 0.0
    for round in 0..<5 {
      let start = Measuring.threadTime()
      let decisionPoint = PolicyDecisionPoint(try RuleSet(files: workload.files))
      times.append(Double(Measuring.threadTime() - start) / 1e6)
      if round == 0 { peak = Double(Measuring.memory("VmHWM") - held) / 1024 }
      _ = consume decisionPoint
    }
    let instructions =
      countsInstructions
      ? Instructions.perRound(["--load", "--rules", String(ruleCount)])?.dividedShort(by: ruleCount) : nil
    let columns = [
      "\(ruleCount)", "\(bytes / 1024)", times.sorted()[times.count / 2].short, peak.short, instructions ?? "-",
    ]
    text = "| " + columns.joined(separator: " | ") + " |"
  }

  /// Loads and prints nothing: for callgrind.
  static func repeatLoads(ruleCount: Int, rounds: Int) throws {
    let workload = Workload(ruleCount: ruleCount, spread: .actions, requestCount: 0)
    for _ in 0..<rounds { _ = PolicyDecisionPoint(try RuleSet(files: workload.files)) }
  }
}

extension Double {
  /// What falls to one of so many.
  fileprivate func dividedShort(by count: Int) -> String { (self / Double(count)).short }
}
