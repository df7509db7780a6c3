/// The yearly rule at the end of a TZif file, such as `CET-1CEST,M3.5.0,M10.5.0/3`.
struct PosixZoneRule: Sendable, Hashable {
  /// A day of each year and a time of that day.
  private struct Change: Hashable {
    enum Day: Hashable {
      /// `Mm.w.d`: the `week`-th such weekday of the month, 5 for the last.
      case weekday(month: Int, week: Int, day: Int)
      /// `Jn`: day 1 to 365, February 29 never counted.
      case julian(Int)
      /// `n`: day 0 to 365.
      case dayOfYear(Int)
    }
    var day: Day
    /// Seconds after midnight by the clock before the change; may lie outside the day.
    var time: Int

    /// Seconds since 1970 by the clock before the change.
    func local(in year: Int) -> Int64 {
      // The first of January of that year, then days from there.
      guard let newYear = CalendarDate(year: year, month: 1, day: 1) else { return 0 }
      var days = Int(newYear.daysSinceEpoch)
      switch day {
      case .julian(let number):
        let isLeap = CalendarDate(year: year, month: 2, day: 29) != nil
        days += number - 1 + (isLeap && number > 59 ? 1 : 0)
      case .dayOfYear(let number): days += number
      case .weekday(let month, let week, let weekday):
        guard let first = CalendarDate(year: year, month: month, day: 1) else { return 0 }
        var day = 1 + (weekday - first.weekday + 7) % 7 + (week - 1) * 7
        while CalendarDate(year: year, month: month, day: day) == nil { day -= 7 }
        days = Int(first.daysSinceEpoch) + day - 1
      }
      return Int64(days) * 86_400 + Int64(time)
    }
  }

  /// The other time of the year.
  private struct Summer: Hashable {
    var offset: Int
    var start: Change
    var end: Change
  }

  /// Seconds east of UTC when it is not summer.
  private var standard: Int
  private var summer: Summer?

  /// Reads the rule; `nil` when it is malformed.
  init?(_ text: String) {
    var cursor = TextCursor(text)
    // POSIX counts offsets westwards.
    guard Self.skipName(&cursor), let west = Self.time(&cursor, hourLimit: 24) else { return nil }
    standard = -west
    guard !cursor.isAtEnd else { return }
    guard Self.skipName(&cursor) else { return nil }
    // Summer is an hour ahead unless the rule says otherwise.
    var offset = standard + 3_600
    if !cursor.rest.starts(with: ",".utf8) {
      guard let west = Self.time(&cursor, hourLimit: 24) else { return nil }
      offset = -west
    }
    guard cursor.take(","), let start = Self.change(&cursor), cursor.take(","), let end = Self.change(&cursor),
      cursor.isAtEnd
    else { return nil }
    summer = Summer(offset: offset, start: start, end: end)
  }

  /// Seconds east of UTC at an instant in seconds since 1970.
  func offset(at seconds: Int64) -> Int {
    guard let summer else { return standard }
    // Both changes are read by the year that the standard clock shows.
    let civil = CivilTime(Timestamp(seconds: seconds), offset: standard)
    let year = min(max(civil.date.fields.year, 1), 9999)
    let start = summer.start.local(in: year) - Int64(standard)
    let end = summer.end.local(in: year) - Int64(summer.offset)
    // South of the equator summer lasts over the new year.
    let isSummer = start < end ? (start..<end).contains(seconds) : !(end..<start).contains(seconds)
    return isSummer ? summer.offset : standard
  }

  /// Skips an abbreviation: letters, or anything between `<` and `>`.
  private static func skipName(_ cursor: inout TextCursor) -> Bool {
    if cursor.take("<") {
      while !cursor.isAtEnd, !cursor.take(">") { cursor.skip() }
      return true
    }
    var count = 0
    while let byte = cursor.rest.first, (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) {
      cursor.skip()
      count += 1
    }
    return count >= 3
  }

  /// `[+-]hh[:mm[:ss]]`, in seconds.
  private static func time(_ cursor: inout TextCursor, hourLimit: Int) -> Int? {
    let isNegative = cursor.take("-")
    if !isNegative { _ = cursor.take("+") }
    guard let hours = cursor.number(upTo: 3), hours <= hourLimit else { return nil }
    var seconds = hours * 3_600
    for unit in [60, 1] where cursor.take(":") {
      guard let number = cursor.number(2), number < 60 else { return nil }
      seconds += number * unit
    }
    return isNegative ? -seconds : seconds
  }

  /// A day and, behind `/`, a time; without one it is two o'clock.
  private static func change(_ cursor: inout TextCursor) -> Change? {
    let day: Change.Day
    if cursor.take("M") {
      guard let month = cursor.number(upTo: 2), (1...12).contains(month), cursor.take("."),
        let week = cursor.number(1), (1...5).contains(week), cursor.take("."),
        let weekday = cursor.number(1), weekday < 7
      else { return nil }
      day = .weekday(month: month, week: week, day: weekday)
    } else if cursor.take("J") {
      guard let number = cursor.number(upTo: 3), (1...365).contains(number) else { return nil }
      day = .julian(number)
    } else {
      guard let number = cursor.number(upTo: 3), number <= 365 else { return nil }
      day = .dayOfYear(number)
    }
    guard cursor.take("/") else { return Change(day: day, time: 7_200) }
    guard let time = time(&cursor, hourLimit: 167) else { return nil }
    return Change(day: day, time: time)
  }
}
