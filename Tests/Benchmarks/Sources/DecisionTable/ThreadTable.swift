import Bylaw
import BylawModel
import Dispatch
import Foundation
import Synchronization
import Workload

/// One plan shared by two threads: whether both run as fast as one alone.
enum ThreadTable {
  private static let rounds = 200
  private static let requestCount = 256
  private static let turns = 9

  static func run() throws {
    print(
      """
      | rules | way | answers | one thread: processor ns | two threads: processor ns | of one | rate of two / rate of one |
      |---|---|---|--:|--:|--:|--:|
      """)
    guard ProcessInfo.processInfo.activeProcessorCount > 1 else { return print("One processor: not measured.") }
    let ways = try Ways(Workload(ruleCount: 200, requestCount: requestCount))
    // What this machine gives two threads that share nothing: often both processors are one core.
    print(row("hand-written", "all", 32) { ways.workload.runFloorAnswers() })
    for way in Way.allCases {
      print(row(way.rawValue, "decision only", 1) { ways.outcomes(way) })
      print(row(way.rawValue, "with reasons", 1) { ways.allAnswers(way) })
      DecisionTable.flush()
    }
  }

  /// Asks all requests again and again, `faster` times as often.
  private static func row(_ name: String, _ answers: String, _ faster: Int, _ ask: @Sendable () -> Int) -> String {
    var (one, two): ([Pass], [Pass]) = ([], [])
    _ = passes(2, faster, ask)
    // In turn, so that a change of the machine's speed hits both.
    for _ in 0..<turns {
      one += passes(1, faster, ask)
      two += passes(2, faster, ask)
    }
    let processor = (
      one: one.map(\.processor).sorted().percentile(50), two: two.map(\.processor).sorted().percentile(50)
    )
    // The quickest turn of each is the one that others on the machine disturbed least.
    let least = (one: one.map(\.wall).min() ?? 1, two: two.map(\.wall).min() ?? 1)
    let columns: [String] = [
      "200", name, answers, processor.one.short, processor.two.short,
      (processor.two / processor.one).ratio, (2 * least.one / least.two).ratio,
    ]
    return "| " + columns.joined(separator: " | ") + " |"
  }

  /// What one thread took for a decision, in nanoseconds.
  private struct Pass: Sendable {
    var wall: Double
    var processor: Double
  }

  /// Runs as many threads at the same time; all start when the last one is there.
  private static func passes(_ threads: Int, _ faster: Int, _ ask: @Sendable () -> Int) -> [Pass] {
    let ready = Atomic<Int>(0)
    let found = Mutex<[Pass]>([])
    DispatchQueue.concurrentPerform(iterations: threads) { _ in
      ready.add(1, ordering: .relaxed)
      while ready.load(ordering: .relaxed) < threads {}
      let start = (wall: Measuring.wallTime(), processor: Measuring.threadTime())
      var sum = 0
      for _ in 0..<(rounds * faster) { sum &+= ask() }
      precondition(sum >= 0)
      let count = Double(rounds * faster * requestCount)
      let pass = Pass(
        wall: Double(Measuring.wallTime() - start.wall) / count,
        processor: Double(Measuring.threadTime() - start.processor) / count)
      found.withLock { $0.append(pass) }
    }
    let all = found.withLock { $0 }
    // The rate of all together is bounded by the slowest.
    return all.map { Pass(wall: all.map(\.wall).max() ?? $0.wall, processor: $0.processor) }
  }
}

extension Ways {
  /// Asks who may, for each request once.
  func outcomes(_ way: Way) -> Int {
    var sum = 0
    for index in 0..<count where outcome(index, way) == .allow { sum &+= 1 }
    return sum
  }

  /// Asks for all answers, for each request once.
  func allAnswers(_ way: Way) -> Int {
    var sum = 0
    for index in 0..<count { sum &+= answers(index, way).size }
    return sum
  }
}
