import BylawModel
import Testing

@Suite struct `Time zones` {
  @Test(arguments: [
    ("UTC", "2025-07-01T00:00:00Z", 0), ("+02:00", "2025-07-01T00:00:00Z", 7_200),
    ("02:00", "2025-07-01T00:00:00Z", 7_200),
    ("-08:30", "2025-07-01T00:00:00Z", -30_600), ("-00:00", "2025-07-01T00:00:00Z", 0),
    ("Europe/Berlin", "2025-03-30T00:59:59Z", 3_600), ("Europe/Berlin", "2025-03-30T01:00:00Z", 7_200),
    ("Europe/Berlin", "2025-10-26T00:59:59Z", 7_200), ("Europe/Berlin", "2025-10-26T01:00:00Z", 3_600),
    ("Europe/Berlin", "2999-07-01T00:00:00Z", 7_200), ("Europe/Berlin", "9999-12-31T23:59:59Z", 3_600),
    ("Europe/Berlin", "1800-01-01T00:00:00Z", 3_208), ("America/New_York", "2007-03-11T06:59:59Z", -18_000),
    ("America/New_York", "2007-03-11T07:00:00Z", -14_400), ("America/St_Johns", "2009-02-13T02:00:00Z", -12_600),
    ("Asia/Kathmandu", "2009-02-13T23:31:30Z", 20_700), ("Australia/Sydney", "2050-01-01T00:00:00Z", 39_600),
    ("Australia/Sydney", "2050-07-01T00:00:00Z", 36_000), ("America/Sao_Paulo", "2100-01-01T00:00:00Z", -10_800),
    ("Europe/Dublin", "2100-01-01T00:00:00Z", 0), ("Europe/Dublin", "2100-07-01T00:00:00Z", 3_600),
    ("America/Nuuk", "2100-07-01T00:00:00Z", -3_600), ("Asia/Kolkata", "2100-07-01T00:00:00Z", 19_800),
    ("Etc/GMT+5", "2025-07-01T00:00:00Z", -18_000),
  ])
  func `know their offset at any time`(identifier: String, time: String, offset: Int) throws {
    let zone = try #require(TimeZoneRules(identifier: identifier))
    #expect(try zone.offset(at: #require(Timestamp(time))) == offset)
    #expect(zone.identifier == identifier)
  }

  @Test(arguments: [
    "", "utc", "Europe", "Europe/", "/Europe/Berlin", "Europe/Nowhere", "../../../etc/passwd",
    "Europe/../Europe/Berlin",
    "./UTC", "Europe//Berlin", "localtime", "posixrules", "posix/Europe/Berlin", "right/Europe/Berlin", "tzdata.zi",
    "leapseconds", "+2:00", "+0200", "+24:00", "+02:60", "+02:00:00", "Europe/Berlin\u{0}", "Europe/Ber lin",
    String(repeating: "A", count: 100),
  ])
  func `of other names do not exist`(identifier: String) {
    #expect(TimeZoneRules(identifier: identifier) == nil)
    #expect(TimeZoneRules.shared(identifier) == nil)
  }

  @Test func `are read once when shared`() {
    #expect(TimeZoneRules.shared("Europe/Berlin") == TimeZoneRules(identifier: "Europe/Berlin"))
    #expect(TimeZoneRules.shared("Europe/Berlin") == TimeZoneRules.shared("Europe/Berlin"))
  }

  @Test func `show clock and calendar`() throws {
    let zone = try #require(TimeZoneRules(identifier: "-02:30"))
    let civil = try zone.civil(at: #require(Timestamp("2009-02-13T02:00:05.25Z")))
    #expect(civil.date.description == "2009-02-12")
    #expect([civil.hour, civil.minute, civil.second, civil.nanosecond] == [23, 30, 5, 250_000_000])
  }

  @Test(arguments: [
    ("UTC", "2025-12-15T10:00:00Z", "2025-12-15T00:00:00Z", "2025-12-01T00:00:00Z"),
    ("Europe/Berlin", "2025-10-26T12:00:00Z", "2025-10-25T22:00:00Z", "2025-09-30T22:00:00Z"),
    ("Europe/Berlin", "2025-11-01T00:00:00Z", "2025-10-31T23:00:00Z", "2025-10-31T23:00:00Z"),
    ("+05:30", "2025-12-31T18:29:59Z", "2025-12-30T18:30:00Z", "2025-11-30T18:30:00Z"),
    ("+05:30", "2025-12-31T18:30:00Z", "2025-12-31T18:30:00Z", "2025-12-31T18:30:00Z"),
    // Midnight is skipped: the day begins at 01:00.
    ("America/Sao_Paulo", "2018-11-04T12:00:00Z", "2018-11-04T03:00:00Z", "2018-11-01T03:00:00Z"),
    // Midnight comes twice: the day begins with the first.
    ("America/Havana", "2025-11-02T12:00:00Z", "2025-11-02T04:00:00Z", "2025-11-01T04:00:00Z"),
    // A whole day was left out: December 31 follows December 29.
    ("Pacific/Apia", "2011-12-30T12:00:00Z", "2011-12-30T10:00:00Z", "2011-12-01T10:00:00Z"),
  ])
  func `know when day and month began`(identifier: String, time: String, day: String, month: String) throws {
    let zone = try #require(TimeZoneRules(identifier: identifier))
    let timestamp = try #require(Timestamp(time))
    #expect(zone.startOfDay(at: timestamp)?.description == day)
    #expect(zone.startOfMonth(at: timestamp)?.description == month)
  }

  @Test(arguments: [
    ("Europe/Berlin", "2025-03-30", 9_000, "2025-03-30T01:00:00Z"),
    ("Europe/Berlin", "2025-10-26", 9_000, "2025-10-26T00:30:00Z"),
    ("Europe/Berlin", "2025-06-01", 86_400, "2025-06-01T22:00:00Z"),
    ("Pacific/Apia", "2011-12-30", 0, "2011-12-30T10:00:00Z"),
    ("Pacific/Apia", "2011-12-30", 43_200, "2011-12-30T10:00:00Z"),
  ])
  func `find the instant of a time by the clock`(
    identifier: String, date: String, second: Int, instant: String
  ) throws {
    let zone = try #require(TimeZoneRules(identifier: identifier))
    #expect(try zone.instant(of: #require(CalendarDate(date)), secondOfDay: second)?.description == instant)
  }

  @Test func `end with the years 1 and 9999`() throws {
    let east = try #require(TimeZoneRules(identifier: "+02:00"))
    #expect(east.startOfDay(at: .earliest) == nil)
    #expect(TimeZoneRules.utc.startOfDay(at: .earliest) == .earliest)
    #expect(TimeZoneRules.utc.startOfMonth(at: .latest)?.description == "9999-12-01T00:00:00Z")
  }
}

/// TZif files written by hand.
@Suite struct `Time zone files` {
  /// A file of version 2 without changes, of one type, with this footer.
  private func file(offset: Int32 = 3_600, footer: String, version: Character = "2", types: UInt8 = 1) -> [UInt8] {
    let header = Array("TZif\(version)".utf8) + [UInt8](repeating: 0, count: 15)
    func counts(_ types: UInt8) -> [UInt8] {
      [UInt8](repeating: 0, count: 16) + [0, 0, 0, types] + [0, 0, 0, 4]
    }
    let big = UInt32(bitPattern: offset)
    let type = stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: big >> UInt32($0)) } + [0, 0]
    let empty = header + [UInt8](repeating: 0, count: 24)
    return empty + header + counts(types) + type + Array("ABC\u{0}".utf8) + Array("\n\(footer)\n".utf8)
  }

  private func offset(_ footer: String, at time: String) -> Int? {
    let zone = TimeZoneRules(identifier: "Test", file: file(footer: footer))
    return Timestamp(time).flatMap { time in zone?.offset(at: time) }
  }

  @Test(arguments: [
    ("", "2025-01-01T00:00:00Z", 3_600), ("EST5", "2025-01-01T00:00:00Z", -18_000),
    ("<+0330>-3:30", "2025-01-01T00:00:00Z", 12_600), ("CET-1CEST,M3.5.0,M10.5.0/3", "2025-07-01T00:00:00Z", 7_200),
    // Day 60 without leap days is always March 1; counted from 0, it is March 1 in leap years only.
    ("AAA0BBB,J60/0,J300", "2024-02-29T23:59:59Z", 0), ("AAA0BBB,J60/0,J300", "2024-03-01T00:00:00Z", 3_600),
    ("AAA0BBB,60/0,300", "2024-02-29T23:59:59Z", 0), ("AAA0BBB,60/0,300", "2024-03-01T00:00:00Z", 3_600),
    ("AAA0BBB,60/0,300", "2025-03-01T23:59:59Z", 0), ("AAA0BBB,60/0,300", "2025-03-02T00:00:00Z", 3_600),
    ("AAA0BBB-0:30,M4.1.0/-24,M10.1.0/48", "2025-04-05T00:00:00Z", 1_800),
    ("AAA0BBB-0:30,M4.1.0/-24,M10.1.0/48", "2025-04-04T23:59:59Z", 0),
  ])
  func `end with a rule for the future`(footer: String, time: String, expected: Int) {
    #expect(offset(footer, at: time) == expected)
  }

  @Test(arguments: [
    "E5", "EST", "EST5EDT", "EST5EDT,M3.2.0", "EST25", "EST5EDT,M13.2.0,M11.1.0", "EST5EDT,M3.0.0,M11.1.0",
    "EST5EDT,M3.2.7,M11.1.0", "EST5EDT,J0,J1", "EST5EDT,366,1", "EST5EDT,M3.2.0/168,M11.1.0", "EST5 ", "<+03-3",
  ])
  func `with a malformed rule are refused`(footer: String) {
    #expect(TimeZoneRules(identifier: "Test", file: file(footer: footer)) == nil)
  }

  @Test func `that are damaged or old are refused`() {
    let whole = file(footer: "EST5")
    #expect(TimeZoneRules(identifier: "Test", file: whole) != nil)
    for count in whole.indices {
      #expect(TimeZoneRules(identifier: "Test", file: Array(whole[..<count])) == nil)
    }
    #expect(TimeZoneRules(identifier: "Test", file: file(footer: "EST5", version: "\u{0}")) == nil)
    #expect(TimeZoneRules(identifier: "Test", file: file(footer: "EST5", types: 0)) == nil)
    #expect(TimeZoneRules(identifier: "Test", file: file(footer: "EST5", types: 200)) == nil)
    #expect(TimeZoneRules(identifier: "Test", file: file(offset: 100_000, footer: "EST5")) == nil)
  }
}
