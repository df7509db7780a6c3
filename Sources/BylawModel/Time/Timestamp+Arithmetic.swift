extension Timestamp {
  /// 0001-01-01T00:00:00Z.
  package static let earliest = Timestamp(seconds: -62_135_596_800)
  /// 9999-12-31T23:59:59.999999999Z.
  package static let latest = Timestamp(seconds: 253_402_300_799, nanoseconds: 999_999_999)

  /// Whether the instant lies in the years 1 to 9999.
  package var isInRange: Bool { self >= .earliest && self <= .latest }

  /// The instant that many seconds after 1970-01-01T00:00:00Z; `nil` outside the years 1 to 9999.
  package init?(secondsSinceEpoch: Int64) {
    self.init(seconds: secondsSinceEpoch)
    guard isInRange else { return nil }
  }

  /// The instant a length later; `nil` outside the years 1 to 9999.
  package func adding(_ span: TimeSpan) -> Timestamp? {
    Timestamp(totalNanoseconds: totalNanoseconds + span.totalNanoseconds)
  }

  /// The instant a length earlier; `nil` outside the years 1 to 9999.
  package func subtracting(_ span: TimeSpan) -> Timestamp? {
    Timestamp(totalNanoseconds: totalNanoseconds - span.totalNanoseconds)
  }

  /// The time from `other` to this instant, negative when it is the earlier; `nil` when it is too long for a length.
  package func since(_ other: Timestamp) -> TimeSpan? {
    TimeSpan(totalNanoseconds: totalNanoseconds - other.totalNanoseconds)
  }

  /// Nanoseconds since 1970-01-01T00:00:00Z.
  private var totalNanoseconds: Int128 { Int128(seconds) * 1_000_000_000 + Int128(nanoseconds) }

  private init?(totalNanoseconds: Int128) {
    let seconds = floorDivide(totalNanoseconds, 1_000_000_000)
    guard let whole = Int64(exactly: seconds) else { return nil }
    self.init(seconds: whole, nanoseconds: Int32(totalNanoseconds - seconds * 1_000_000_000))
    guard isInRange else { return nil }
  }
}

extension Timestamp: Comparable {
  /// Whether the first instant is the earlier.
  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
  }
}

/// What clock and calendar show at an instant in some zone.
package struct CivilTime: Sendable, Hashable {
  package var date: CalendarDate
  /// 0 to 23.
  package var hour: Int
  /// 0 to 59.
  package var minute: Int
  /// 0 to 59.
  package var second: Int
  /// 0 to 999,999,999.
  package var nanosecond: Int

  /// Reads clock and calendar at an instant, `offset` seconds east of UTC.
  package init(_ timestamp: Timestamp, offset: Int = 0) {
    let local = timestamp.seconds + Int64(offset)
    let days = floorDivide(local, 86_400)
    let seconds = Int(local - days * 86_400)
    date = CalendarDate(daysSinceEpoch: Int32(clamping: days))
    hour = seconds / 3_600
    minute = seconds / 60 % 60
    second = seconds % 60
    nanosecond = Int(timestamp.nanoseconds)
  }
}
