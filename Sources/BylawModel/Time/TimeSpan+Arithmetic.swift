extension TimeSpan {
  /// The longest length either way, in seconds: ten thousand years of 365 days.
  ///
  /// CEL asks for about as much, and for less than the time from the first timestamp to the last.
  package static let greatestSeconds: Int64 = 315_360_000_000

  /// The length as one number of nanoseconds.
  package var totalNanoseconds: Int128 { Int128(seconds) * 1_000_000_000 + Int128(nanoseconds) }

  /// The length of that many nanoseconds; `nil` beyond `greatestSeconds` either way.
  package init?(totalNanoseconds: Int128) {
    let limit = Int128(Self.greatestSeconds) * 1_000_000_000
    guard (-limit...limit).contains(totalNanoseconds) else { return nil }
    var (seconds, rest) = totalNanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    if rest < 0 {
      seconds -= 1
      rest += 1_000_000_000
    }
    self.init(seconds: Int64(seconds), nanoseconds: Int32(rest))
  }

  /// The same length the other way; `nil` when that is out of range.
  package func negated() -> TimeSpan? { TimeSpan(totalNanoseconds: -totalNanoseconds) }

  /// The sum; `nil` when it is out of range.
  package func adding(_ other: TimeSpan) -> TimeSpan? {
    TimeSpan(totalNanoseconds: totalNanoseconds + other.totalNanoseconds)
  }

  /// The difference; `nil` when it is out of range.
  package func subtracting(_ other: TimeSpan) -> TimeSpan? {
    TimeSpan(totalNanoseconds: totalNanoseconds - other.totalNanoseconds)
  }
}

extension TimeSpan {
  /// Whole milliseconds, rounded towards zero; likewise the properties below.
  package var wholeMilliseconds: Int64 { Int64(totalNanoseconds / 1_000_000) }
  package var wholeSeconds: Int64 { Int64(totalNanoseconds / 1_000_000_000) }
  package var wholeMinutes: Int64 { Int64(totalNanoseconds / 60_000_000_000) }
  package var wholeHours: Int64 { Int64(totalNanoseconds / 3_600_000_000_000) }
}

extension TimeSpan: Comparable {
  /// Whether the first length is the shorter; negative lengths come before zero.
  public static func < (left: TimeSpan, right: TimeSpan) -> Bool {
    (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
  }
}
