import Benchmark
import Bylaw
import BylawModel
import Workload

/// The same workload under the benchmark tool: percentiles, baselines and comparison between revisions.
let benchmarks: @Sendable () -> Void = {
  Benchmark.defaultConfiguration = .init(metrics: [.wallClock, .cpuUser, .throughput], warmupIterations: 3)
  let time = Timestamp(seconds: 1_795_255_200)
  for count in [200, 1_000, 10_000] {
    Benchmark("Decide, \(count) rules") { benchmark in
      let workload = Workload(ruleCount: count, requestCount: 256)
      let decisionPoint = PolicyDecisionPoint(try RuleSet(files: workload.files))
      // At first the frame grows to what the requests need.
      for request in workload.requests { blackHole(decisionPoint.decide(request, at: time)) }
      benchmark.startMeasurement()
      for request in workload.requests { blackHole(decisionPoint.decide(request, at: time)) }
    }
    Benchmark("Load, \(count) rules") { benchmark in
      let workload = Workload(ruleCount: count, requestCount: 1)
      benchmark.startMeasurement()
      blackHole(try RuleSet(files: workload.files))
    }
  }
}
