import BylawModel
import Testing

@Suite struct `Lengths of time` {
  @Test(
    arguments: [
      ("24h", 86_400, 0), ("15 min", 900, 0), ("2 days", 172_800, 0), ("1 h 30 min", 5_400, 0), ("1h30min", 5_400, 0),
      ("7 days", 604_800, 0), (" 1 week ", 604_800, 0), ("0 s", 0, 0), ("250ms", 0, 250_000_000), ("1.5 h", 5_400, 0),
      ("-5 min", -300, 0), ("-250 ms", -1, 750_000_000), ("1 week 1 day", 691_200, 0), ("0.000001 ms", 0, 1),
      ("3650000 days", 315_360_000_000, 0),
    ] as [(String, Int64, Int32)])
  func `are read in words`(text: String, seconds: Int64, nanoseconds: Int32) {
    #expect(parseDuration(text) == TimeSpan(seconds: seconds, nanoseconds: nanoseconds))
  }

  @Test(arguments: [
    "", " ", "h", "24", "15 m", "1 month", "24 H", "30 min 1 h", "1 h 1 h", "1 h, 30 min", "1h30", "1h and",
    "0.0000001 ms", "3650001 days", "99999999999999999999 s", "1e3 s", "0x1 s", "- 5 min", "+5 min", "--5 min", "1. h",
    ".5 h", "1 hé",
  ])
  func `in other words are refused`(text: String) {
    #expect(parseDuration(text) == nil)
  }

  @Test(arguments: [
    ("1h30m", "5400s"), ("1.5s", "1.5s"), ("-1.5s", "-1.5s"), ("0", "0s"), ("0s", "0s"), ("+3s", "3s"),
    ("100ms", "0.1s"),
    ("1ns", "0.000000001s"), ("-1ns", "-0.000000001s"), ("1us", "0.000001s"), ("2µs", "0.000002s"),
    ("2μs", "0.000002s"),
    ("1m1m", "120s"), ("1s1h", "3601s"), (".5s", "0.5s"), ("1.s", "1s"), ("0.1h", "360s"),
    ("315360000000s", "315360000000s"),
    ("-315360000000s", "-315360000000s"), ("1.500000000000s", "1.5s"),
  ])
  func `are read and written as CEL does`(text: String, written: String) throws {
    let span = try #require(TimeSpan(text))
    #expect(span.description == written)
    #expect(TimeSpan(written) == span)
  }

  @Test(arguments: [
    "", "-", "1", "s", "1 s", "1d", "1sec", "1.1ns", "0.1.1s", ".s", "315360000001s", "-315360000001s", "320000000000s",
    "99999999999999999999s", "00", "1h-1m", "1e3s",
  ])
  func `that are no duration of CEL are refused`(text: String) {
    #expect(TimeSpan(text) == nil)
  }

  @Test func `are added and compared, and err beyond the range`() {
    let longest = TimeSpan(seconds: TimeSpan.greatestSeconds)
    let step = TimeSpan(seconds: 0, nanoseconds: 1)
    #expect(longest.adding(step) == nil)
    #expect(longest.negated()?.subtracting(step) == nil)
    #expect(longest.subtracting(step)?.adding(step) == longest)
    #expect(step.negated() == TimeSpan(seconds: -1, nanoseconds: 999_999_999))
    #expect(TimeSpan(seconds: -1, nanoseconds: 999_999_999) < TimeSpan(seconds: 0))
    #expect(TimeSpan(seconds: 1) < TimeSpan(seconds: 1, nanoseconds: 1))
  }

  @Test func `count whole units towards zero`() {
    let span = TimeSpan(seconds: -3_601, nanoseconds: 500_000_000)
    #expect(span.wholeHours == -1)
    #expect(span.wholeMinutes == -60)
    #expect(span.wholeSeconds == -3_600)
    #expect(span.wholeMilliseconds == -3_600_500)
  }
}
