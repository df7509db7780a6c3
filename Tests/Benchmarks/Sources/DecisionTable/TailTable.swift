import Bylaw
import BylawModel
import CAllocationCount
import Glibc
import Workload

/// How long single decisions take, each timed by itself: the median and the 99th percentile.
enum TailTable {
  private static let requestCount = 256
  private static let rounds = 200

  static func run() throws {
    let clock = TickClock()
    print(
      """
      Each decision between two looks at the clock of the processor; two looks alone take \(clock.overhead.short) ns, \
      which are taken off. "One request" is the median over the requests of how the same request spreads.

      | rules | way | decision only: median ns | p99 ns | p99 / median | one request \
      | with reasons: median ns | p99 ns | p99 / median | one request |
      |---|---|--:|--:|--:|--:|--:|--:|--:|--:|
      """)
    floor(Workload(ruleCount: 200, requestCount: requestCount), clock)
    for kind in Kind.allCases {
      try rows(
        kind.rawValue,
        Workload(kind: kind, ruleCount: kind == .combined ? 200 : Shape.matrix, requestCount: requestCount), clock)
    }
    try rows("combined, 10000", Workload(ruleCount: 10_000, requestCount: requestCount), clock)
  }

  /// The hand-written function so often that it takes about as long: what others on the machine do to any program.
  private static func floor(_ workload: Workload, _ clock: TickClock) {
    let columns = spread(requestCount, clock) { index in
      var sum = 0
      for _ in 0..<64 { sum &+= workload.floorOutcome(index) == .allow ? 1 : 0 }
      return sum
    }
    print("| 64 times by hand | - | " + (columns + ["-", "-", "-", "-"]).joined(separator: " | ") + " |")
  }

  private static func rows(_ name: String, _ workload: Workload, _ clock: TickClock) throws {
    let ways = try Ways(workload)
    for way in Way.allCases where workload.kind.isGivenBySlot || way != .slots {
      let columns =
        [name, way.rawValue] + spread(ways.count, clock) { ways.outcome($0, way) == .allow ? 1 : 0 }
        + spread(ways.count, clock) { ways.answers($0, way).size }
      print("| " + columns.joined(separator: " | ") + " |")
      DecisionTable.flush()
    }
  }

  private static func spread(_ count: Int, _ clock: TickClock, _ decide: (Int) -> Int) -> [String] {
    var sum = 0
    for index in 0..<count { sum &+= decide(index) }
    var ticks = [UInt64](repeating: 0, count: count * rounds)
    for round in 0..<rounds {
      for index in 0..<count {
        let start = bylaw_ticks()
        sum &+= decide(index)
        ticks[index * rounds + round] = bylaw_ticks() &- start
      }
    }
    precondition(sum >= 0)
    let times = ticks.map { max(0, Double($0) * clock.nanosecondsPerTick - clock.overhead) }
    let single = (0..<count).map { index in
      let own = times[(index * rounds)..<((index + 1) * rounds)].sorted()
      return own.percentile(99) / max(1, own.percentile(50))
    }
    let all = times.sorted()
    let (median, high) = (all.percentile(50), all.percentile(99))
    return [median.short, high.short, (high / max(1, median)).ratio, single.sorted().percentile(50).ratio]
  }
}

/// How long a tick is, and what two looks at the clock take.
struct TickClock {
  let nanosecondsPerTick: Double
  /// In nanoseconds.
  let overhead: Double

  init() {
    var pairs: [UInt64] = []
    let (start, from) = (Measuring.wallTime(), bylaw_ticks())
    while Measuring.wallTime() - start < 50_000_000 {
      let tick = bylaw_ticks()
      pairs.append(bylaw_ticks() &- tick)
    }
    let ticks = Double(bylaw_ticks() &- from)
    nanosecondsPerTick = Double(Measuring.wallTime() - start) / ticks
    pairs.sort()
    overhead = Double(pairs[pairs.count / 2]) * nanosecondsPerTick
  }
}

extension [Double] {
  /// Of sorted numbers.
  func percentile(_ share: Int) -> Double { isEmpty ? 0 : self[Swift.min(count - 1, count * share / 100)] }
}
