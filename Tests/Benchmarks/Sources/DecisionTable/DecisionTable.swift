import Bylaw
import BylawModel
import Foundation
import Workload

/// Prints what loading and deciding cost, by the number of rules, beside a hand-written function of the same rules.
@main
struct DecisionTable {
  static let time = Timestamp("2026-11-21T10:00:00Z") ?? Timestamp(seconds: 0)

  static func main() {
    do {
      try run()
    } catch {
      FileHandle.standardError.write(Data("\(error)\n".utf8))
      exit(1)
    }
  }

  private static func run() throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    let rows: [(Int, Workload.Spread)] = [
      (200, .actions), (1_000, .actions), (10_000, .actions), (1_000, .oneAction), (10_000, .oneAction),
    ]
    let counts = option("--rules", in: arguments).flatMap { Int($0) }
    let rounds = option("--rounds", in: arguments).flatMap { Int($0) }
    if arguments.contains("--all") { return try runAll(arguments) }
    let chosen = tables.filter { arguments.contains($0.option) }
    for table in chosen { try table.run(counts, option("--bylaw", in: arguments)) }
    if !chosen.isEmpty { return }
    if let folder = option("--folder", in: arguments) {
      for _ in 0..<(rounds ?? 1) { _ = PolicyDecisionPoint(try RuleSet(contentsOf: folder)) }
      return
    }
    if arguments.contains("--load") {
      return try measureLoading(counts, rounds: rounds, countsInstructions: arguments.contains("--instructions"))
    }
    if let rounds {
      try repeatDecisions(arguments, rounds: rounds)
      return
    }
    let spread = arguments.compactMap { Workload.Spread(rawValue: $0) }.first
    let wanted = rows.filter { row in (counts ?? row.0) == row.0 && (spread ?? row.1) == row.1 }
    if arguments.contains("--check") {
      return try check(wanted, recordsInstructions: arguments.contains("--record"))
    }
    if arguments.contains("--ways") { return try printWays(wanted, arguments) }
    print(Row.heading)
    for (count, spread) in wanted {
      print(try Row(ruleCount: count, spread: spread, countsInstructions: arguments.contains("--instructions")).text)
      fflush(nil)
    }
  }

  /// Tables that are asked for by an option of their own.
  private static let tables:
    [(option: String, title: String, run: @Sendable (_ rules: Int?, _ bylaw: String?) throws -> Void)] =
      [
        ("--start", "Start of the command", { try CommandTable.runStart($1) }),
        ("--lines", "JSON Lines", { try CommandTable.runLines($1) }),
        ("--kinds", "Each answer alone", { _, _ in try KindTable.run() }),
        ("--scale", "More rules", { rules, _ in try ScaleTable.run(rules) }),
        ("--tail", "Single decisions", { _, _ in try TailTable.run() }),
        ("--threads", "Two threads on one plan", { _, _ in try ThreadTable.run() }),
      ]

  /// Every table, each by a process of its own: what one has held in memory would show in the next.
  private static func runAll(_ arguments: [String]) throws {
    let others = [
      ("--table", "All together, by dictionaries"), ("--ways", "By slot, name and JSON"), ("--load", "Loading"),
    ]
    for (option, title) in tables.map({ ($0.option, $0.title) }) + others {
      print("\n## \(title)\n")
      flush()
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
      process.arguments = [option] + arguments.filter { $0 != "--all" }
      try process.run()
      process.waitUntilExit()
      if process.terminationStatus != 0 { throw Mismatch("\(option) ended with \(process.terminationStatus)") }
    }
  }

  /// Shows at once what was printed, also in a file.
  static func flush() { fflush(nil) }

  /// Reading, checking and lowering alone; with `rounds`, nothing is printed.
  private static func measureLoading(_ count: Int?, rounds: Int?, countsInstructions: Bool) throws {
    if let rounds { return try LoadRow.repeatLoads(ruleCount: count ?? 1_000, rounds: rounds) }
    print(LoadRow.heading)
    for count in count.map({ [$0] }) ?? [1_000, 10_000, 30_000, 100_000] {
      print(try LoadRow(ruleCount: count, countsInstructions: countsInstructions).text)
      fflush(nil)
    }
  }

  /// The same requests by slot, by name and as JSON.
  private static func printWays(_ rows: [(Int, Workload.Spread)], _ arguments: [String]) throws {
    print(Ways.heading)
    for (count, spread) in rows {
      let ways = try Ways(Workload(ruleCount: count, spread: spread, requestCount: 256))
      try ways.check()
      let name = spread == .oneAction ? "\(count), one action" : "\(count)"
      print(
        ways.rows(
          name: name, arguments: ["--rules", String(count), spread.rawValue],
          countsInstructions: arguments.contains("--instructions")))
      fflush(nil)
    }
  }

  private static func check(_ rows: [(Int, Workload.Spread)], recordsInstructions: Bool) throws {
    print(AllocationCheck.heading)
    var isPassed = true
    for (count, spread) in rows {
      let ways = try Ways(Workload(ruleCount: count, spread: spread, requestCount: 256))
      try ways.check()
      for way in Way.allCases {
        let check = AllocationCheck(ways, way, name: spread == .oneAction ? "\(count), one action" : "\(count)")
        print(check.text)
        isPassed = isPassed && check.isPassed
      }
    }
    let isWithin = try InstructionCheck.run(records: recordsInstructions)
    guard isWithin else {
      throw Mismatch("a decision or a load takes more instructions than Tests/Benchmarks/instructions.txt says")
    }
    guard isPassed else { throw Mismatch("a decision allocates more than Tests/Benchmarks/README.md says") }
  }

  /// Decides and prints nothing: for callgrind.
  private static func repeatDecisions(_ arguments: [String], rounds: Int) throws {
    let count = option("--rules", in: arguments).flatMap { Int($0) } ?? 1_000
    let spread: Workload.Spread = arguments.contains("oneAction") ? .oneAction : .actions
    let ways = try Ways(Workload(ruleCount: count, spread: spread, requestCount: 256))
    let way = arguments.compactMap { Way(rawValue: $0) }.first ?? .names
    let isPermission = arguments.contains("permission")
    for _ in 0..<rounds {
      for index in 0..<ways.count {
        if isPermission {
          _ = ways.outcome(index, way)
        } else {
          _ = ways.answers(index, way)
        }
      }
    }
  }

  private static func option(_ name: String, in arguments: [String]) -> String? {
    guard let index = arguments.firstIndex(of: name), index + 1 < arguments.count else { return nil }
    return arguments[index + 1]
  }
}
