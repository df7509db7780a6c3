extension CalendarDate {
  /// 0001-01-01, the first day that rules know.
  package static let earliest = CalendarDate(daysSinceEpoch: -719_162)
  /// 9999-12-31, the last day that rules know.
  package static let latest = CalendarDate(daysSinceEpoch: 2_932_896)

  /// Whether the day lies in the years 1 to 9999.
  package var isInRange: Bool { self >= .earliest && self <= .latest }

  /// The day of that year, month (from 1) and day of the month (from 1).
  ///
  /// `nil` when there is no such day in the years 1 to 9999.
  package init?(year: Int, month: Int, day: Int) {
    guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
      day <= Self.days(inMonth: month, of: year)
    else { return nil }
    self.init(daysSinceEpoch: Int32(Self.days(beforeYear: year) + Self.days(beforeMonth: month, of: year) + day - 1))
  }

  /// Year, month from 1, and day of the month from 1.
  package var fields: (year: Int, month: Int, day: Int) {
    // A year that is never too late and at most one too early, as no year has more than 366 days.
    let days = Int(daysSinceEpoch)
    var year = floorDivide((days + 719_162) * 400, 146_097) + 1
    while Self.days(beforeYear: year) > days { year -= 1 }
    while Self.days(beforeYear: year + 1) <= days { year += 1 }
    let dayOfYear = days - Self.days(beforeYear: year)
    var month = 12
    while Self.days(beforeMonth: month, of: year) > dayOfYear { month -= 1 }
    return (year, month, dayOfYear - Self.days(beforeMonth: month, of: year) + 1)
  }

  /// The day of the week, Sunday 0 to Saturday 6.
  package var weekday: Int { ((Int(daysSinceEpoch) + 4) % 7 + 7) % 7 }

  /// The day of the year, from 0.
  package var dayOfYear: Int { Int(daysSinceEpoch) - Self.days(beforeYear: fields.year) }

  /// The first day of the month.
  package var firstOfMonth: CalendarDate { CalendarDate(daysSinceEpoch: daysSinceEpoch - Int32(fields.day) + 1) }

  /// The day that many days later, or earlier for a negative number; `nil` outside the years 1 to 9999.
  package func adding(days: Int64) -> CalendarDate? {
    let (sum, overflow) = Int64(daysSinceEpoch).addingReportingOverflow(days)
    guard !overflow, let narrow = Int32(exactly: sum) else { return nil }
    let date = CalendarDate(daysSinceEpoch: narrow)
    return date.isInRange ? date : nil
  }

  /// The day after whole days of a length; `nil` when the length is no whole number of days, or out of range.
  package func adding(_ span: TimeSpan) -> CalendarDate? {
    guard span.nanoseconds == 0, span.seconds % 86_400 == 0 else { return nil }
    return adding(days: span.seconds / 86_400)
  }

  /// The time from `other` to this day, in whole days.
  package func since(_ other: CalendarDate) -> TimeSpan {
    TimeSpan(seconds: (Int64(daysSinceEpoch) - Int64(other.daysSinceEpoch)) * 86_400)
  }

  /// How many days the month has.
  private static func days(inMonth month: Int, of year: Int) -> Int {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  private static func days(beforeMonth month: Int, of year: Int) -> Int {
    let common = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334][month - 1]
    return common + (month > 2 && isLeap(year) ? 1 : 0)
  }

  /// Days from 1970-01-01 to the first day of the year; negative before.
  private static func days(beforeYear year: Int) -> Int {
    let past = year - 1
    return past * 365 + floorDivide(past, 4) - floorDivide(past, 100) + floorDivide(past, 400) - 719_162
  }

  private static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }
}

extension CalendarDate: Comparable {
  /// Whether the first day is the earlier.
  public static func < (left: CalendarDate, right: CalendarDate) -> Bool {
    left.daysSinceEpoch < right.daysSinceEpoch
  }
}

extension CalendarDate: LosslessStringConvertible {
  /// Reads `2025-12-01`; `nil` for any other form and for a day that does not exist.
  public init?(_ text: String) {
    var cursor = TextCursor(text)
    guard let date = CalendarDate(&cursor), cursor.isAtEnd else { return nil }
    self = date
  }

  /// Reads a date at the cursor.
  init?(_ cursor: inout TextCursor) {
    guard let year = cursor.number(4), cursor.take("-"), let month = cursor.number(2), cursor.take("-"),
      let day = cursor.number(2)
    else { return nil }
    self.init(year: year, month: month, day: day)
  }

  /// The day as `2025-12-01`.
  public var description: String {
    let (year, month, day) = fields
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
  }
}

/// The quotient rounded towards minus infinity; `divisor` is positive.
func floorDivide<Number: BinaryInteger>(_ dividend: Number, _ divisor: Number) -> Number {
  let (quotient, remainder) = dividend.quotientAndRemainder(dividingBy: divisor)
  return remainder < 0 ? quotient - 1 : quotient
}
