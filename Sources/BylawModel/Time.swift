/// An instant in UTC, from 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z, as CEL has it.
public struct Timestamp: Sendable, Hashable {
  /// Whole seconds since 1970-01-01T00:00:00Z, rounded towards the past.
  public var seconds: Int64
  /// Nanoseconds after `seconds`, 0 to 999,999,999.
  public var nanoseconds: Int32

  /// Creates an instant from its parts; `nanoseconds` is 0 to 999,999,999.
  public init(seconds: Int64, nanoseconds: Int32 = 0) {
    precondition((0..<1_000_000_000).contains(nanoseconds), "nanoseconds out of range")
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }
}

/// A length of time, exact to the nanosecond; may be negative.
public struct TimeSpan: Sendable, Hashable {
  /// Whole seconds, rounded towards minus infinity.
  public var seconds: Int64
  /// Nanoseconds after `seconds`, 0 to 999,999,999.
  public var nanoseconds: Int32

  /// Creates a length from its parts; `nanoseconds` is 0 to 999,999,999 also for negative lengths.
  public init(seconds: Int64, nanoseconds: Int32 = 0) {
    precondition((0..<1_000_000_000).contains(nanoseconds), "nanoseconds out of range")
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }
}

/// A day of the proleptic Gregorian calendar without a time zone.
public struct CalendarDate: Sendable, Hashable {
  /// Days since 1970-01-01.
  public var daysSinceEpoch: Int32

  /// Creates the day that lies `daysSinceEpoch` days after 1970-01-01.
  public init(daysSinceEpoch: Int32) {
    self.daysSinceEpoch = daysSinceEpoch
  }
}
