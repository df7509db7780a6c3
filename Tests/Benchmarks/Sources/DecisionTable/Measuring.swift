import CAllocationCount
import Glibc

/// What one run over all requests took, by request.
struct Cost {
  /// Of the processor, for this thread: other work on the machine counts little.
  var nanoseconds: Double
  var allocations: Double
}

enum Measuring {
  /// The quickest of several runs of `body`, which handles `count` requests: the one least disturbed by others.
  static func cost(perOne count: Int, runs: Int, _ body: () -> Void) -> Cost {
    body()
    var times: [Double] = []
    var allocations: UInt64 = 0
    for _ in 0..<runs {
      let before = bylaw_allocation_count()
      let start = threadTime()
      body()
      times.append(Double(threadTime() - start))
      allocations = bylaw_allocation_count() - before
    }
    return Cost(nanoseconds: (times.min() ?? 0) / Double(count), allocations: Double(allocations) / Double(count))
  }

  /// Nanoseconds of the processor that this thread has used.
  static func threadTime() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// Nanoseconds of a clock that only goes forward.
  static func wallTime() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// Lets the peak of the memory start again from what is held now.
  static func resetPeak() {
    guard let file = fopen("/proc/self/clear_refs", "w") else { return }
    fputs("5", file)
    fclose(file)
  }

  /// `VmHWM` is the peak and `VmRSS` what is held, in KiB; 0 where it cannot be told.
  static func memory(_ name: String) -> Int {
    guard let file = fopen("/proc/self/status", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, 256, file) != nil {
      let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      guard text.hasPrefix(name) else { continue }
      return Int(text.split(whereSeparator: { !$0.isNumber }).first ?? "") ?? 0
    }
    return 0
  }
}
