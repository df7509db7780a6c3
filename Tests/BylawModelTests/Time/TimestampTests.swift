import BylawModel
import Testing

@Suite struct `Timestamps` {
  @Test(
    arguments: [
      ("1970-01-01T00:00:00Z", 0, 0), ("2009-02-13T23:31:30Z", 1_234_567_890, 0),
      ("2009-02-14T01:31:30+02:00", 1_234_567_890, 0), ("2009-02-13T15:01:30-08:30", 1_234_567_890, 0),
      ("2009-02-13T23:31:30-00:00", 1_234_567_890, 0), ("1969-12-31T23:59:59.5Z", -1, 500_000_000),
      ("0001-01-01T00:00:00Z", -62_135_596_800, 0), ("9999-12-31T23:59:59.999999999Z", 253_402_300_799, 999_999_999),
      ("2000-02-29T12:00:00Z", 951_825_600, 0), ("2025-12-01t10:00:00.000000001z", 1_764_583_200, 1),
      ("10000-01-01T00:00:00Z", nil, 0), ("0000-12-31T23:59:59Z", nil, 0), ("9999-12-31T23:59:59-00:01", nil, 0),
      ("0001-01-01T00:00:00+00:01", nil, 0), ("0001-01-01T00:01:00+00:01", -62_135_596_800, 0),
      ("2016-12-31T23:59:60Z", nil, 0), ("2025-02-29T00:00:00Z", nil, 0), ("1900-02-29T00:00:00Z", nil, 0),
      ("2025-13-01T00:00:00Z", nil, 0), ("2025-00-01T00:00:00Z", nil, 0), ("2025-01-00T00:00:00Z", nil, 0),
      ("2025-04-31T00:00:00Z", nil, 0), ("2025-01-01T24:00:00Z", nil, 0), ("2025-01-01T00:60:00Z", nil, 0),
      ("2025-01-01 00:00:00Z", nil, 0), ("2025-01-01T00:00:00", nil, 0), ("2025-01-01T00:00Z", nil, 0),
      ("2025-01-01", nil, 0), ("2025-1-01T00:00:00Z", nil, 0), ("2025-01-01T00:00:00.Z", nil, 0),
      ("2025-01-01T00:00:00.0000000001Z", nil, 0), ("2025-01-01T00:00:00+24:00", nil, 0),
      ("2025-01-01T00:00:00+01", nil, 0), ("2025-01-01T00:00:00+0100", nil, 0), ("2025-01-01T00:00:00Z ", nil, 0),
      ("-025-01-01T00:00:00Z", nil, 0), ("", nil, 0), ("２025-01-01T00:00:00Z", nil, 0),
    ] as [(String, Int64?, Int32)])
  func `are read by RFC 3339`(text: String, seconds: Int64?, nanoseconds: Int32) {
    #expect(Timestamp(text) == seconds.map { Timestamp(seconds: $0, nanoseconds: nanoseconds) })
  }

  @Test(arguments: [
    "1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "2025-12-01T10:00:00.25Z",
    "1969-12-31T23:59:59.000000001Z", "2024-02-29T23:59:59Z", "0400-02-29T00:00:00Z",
  ])
  func `are written as they are read`(text: String) {
    #expect(Timestamp(text)?.description == text)
  }

  @Test(arguments: ["2025-12-01T10:00:00Z", "2025-12-01T10:00:00.250000000Z"])
  func `take nothing else in the place of a digit or a mark`(text: String) {
    for place in text.indices {
      for other in ["/", ":", " ", "x", "-", "Ä", "\u{0}"] where other != String(text[place]) {
        let wrong = String(text[..<place]) + other + String(text[text.index(after: place)...])
        #expect(Timestamp(wrong) == nil, "\(wrong)")
      }
    }
  }

  @Test func `stay within the years 1 to 9999`() {
    let second = TimeSpan(seconds: 1)
    let nanosecond = TimeSpan(seconds: 0, nanoseconds: 1)
    #expect(Timestamp.latest.adding(nanosecond) == nil)
    #expect(Timestamp.earliest.subtracting(nanosecond) == nil)
    #expect(Timestamp.earliest.adding(second)?.description == "0001-01-01T00:00:01Z")
    #expect(Timestamp.latest.since(.earliest) == nil)
    #expect(Timestamp(secondsSinceEpoch: -62_135_596_801) == nil)
    #expect(Timestamp(secondsSinceEpoch: 253_402_300_800) == nil)
    #expect(Timestamp(secondsSinceEpoch: .max) == nil)
    #expect(Timestamp(secondsSinceEpoch: 253_402_300_799) != nil)
  }

  @Test func `differ by exact lengths`() throws {
    let start = try #require(Timestamp("0001-01-01T00:00:01.000000001Z"))
    #expect(start.adding(TimeSpan(seconds: -1, nanoseconds: 1))?.description == "0001-01-01T00:00:00.000000002Z")
    let end = try #require(Timestamp("2009-02-13T23:31:00.25Z"))
    #expect(end.since(start).flatMap { start.adding($0) } == end)
    #expect(start < end)
    #expect(start.since(end)?.description == "-63370164659.249999999s")
  }
}

@Suite struct `Calendar dates` {
  @Test(
    arguments: [
      ("1970-01-01", 0), ("1969-12-31", -1), ("2000-03-01", 11_017), ("0001-01-01", -719_162),
      ("9999-12-31", 2_932_896),
      ("2025-02-29", nil), ("2024-02-29", 19_782), ("0000-01-01", nil), ("2025-1-1", nil), ("2025-01-01T", nil),
      ("20250101", nil), ("2025-06-31", nil), ("", nil),
    ] as [(String, Int32?)])
  func `are read`(text: String, days: Int32?) {
    let date = CalendarDate(text)
    #expect(date?.daysSinceEpoch == days)
    if let date { #expect(date.description == text) }
  }

  @Test func `run through every day of four centuries without a gap`() throws {
    var expected = (year: 1_999, month: 12, day: 31)
    let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    let start = try #require(CalendarDate(year: 1_999, month: 12, day: 31))
    for distance in 0..<Int32(146_500) {
      let date = CalendarDate(daysSinceEpoch: start.daysSinceEpoch + distance)
      guard date.fields == expected else {
        Issue.record("\(date.fields) instead of \(expected)")
        return
      }
      #expect(CalendarDate(year: expected.year, month: expected.month, day: expected.day) == date)
      let isLeap = expected.year % 400 == 0 || (expected.year % 4 == 0 && expected.year % 100 != 0)
      expected.day += 1
      if expected.day > lengths[expected.month - 1] + (isLeap && expected.month == 2 ? 1 : 0) {
        expected = expected.month == 12 ? (expected.year + 1, 1, 1) : (expected.year, expected.month + 1, 1)
      }
    }
  }

  @Test func `know their place in week, month and year`() throws {
    let friday = try #require(CalendarDate("2009-02-13"))
    #expect(friday.weekday == 5)
    #expect(friday.dayOfYear == 43)
    #expect(friday.firstOfMonth.description == "2009-02-01")
    #expect(CalendarDate.earliest.weekday == 1)
    #expect(try #require(CalendarDate("1969-12-28")).weekday == 0)
  }

  @Test func `move by days`() throws {
    let day = try #require(CalendarDate("2024-02-28"))
    #expect(day.adding(days: 2)?.description == "2024-03-01")
    #expect(day.adding(TimeSpan(seconds: -86_400))?.description == "2024-02-27")
    #expect(day.adding(TimeSpan(seconds: 3_600)) == nil)
    #expect(day.adding(days: .max) == nil)
    #expect(CalendarDate.latest.adding(days: 1) == nil)
    #expect(CalendarDate.earliest.adding(days: -1) == nil)
    #expect(try day.since(#require(CalendarDate("2024-02-01"))) == TimeSpan(seconds: 27 * 86_400))
  }
}
