import Synchronization

/// The offsets of a time zone from UTC, past and future.
package struct TimeZoneRules: Sendable, Hashable {
  /// UTC itself.
  package static let utc = TimeZoneRules(fixed: 0, identifier: "UTC")

  /// The name that the zone was asked for by.
  package let identifier: String
  private let zone: ZoneData

  /// Finds a zone; `nil` when there is none, and for names that depend on the machine, such as `localtime`.
  ///
  /// - Parameter identifier: `UTC`, an offset such as `+02:00` or `-08:30` (CEL also has it without sign), or a name of
  ///   the IANA database such as `Europe/Berlin`, which the system's copy of it must know.
  package init?(identifier: String) {
    if identifier == "UTC" {
      self = .utc
    } else if let offset = Self.fixedOffset(identifier) {
      self.init(fixed: offset, identifier: identifier)
    } else {
      guard let bytes = ZoneDatabase.read(identifier) else { return nil }
      self.init(identifier: identifier, file: bytes)
    }
  }

  /// The zone of that identifier, read once in the life of the program; `nil` as for `init`.
  package static func shared(_ identifier: String) -> TimeZoneRules? {
    if let known = known.withLock({ $0[identifier] }) { return known }
    // Names that are no zone come from requests and are not kept.
    guard let zone = TimeZoneRules(identifier: identifier) else { return nil }
    known.withLock { $0[identifier] = zone }
    return zone
  }

  /// The zones already read; there are some six hundred names and three thousand offsets at most.
  private static let known = Mutex<[String: TimeZoneRules]>([:])

  /// A zone from the bytes of a TZif file; `nil` when they are none of version 2 or later.
  package init?(identifier: String, file bytes: [UInt8]) {
    guard let zone = ZoneData(file: bytes) else { return nil }
    self.identifier = identifier
    self.zone = zone
  }

  private init(fixed offset: Int, identifier: String) {
    self.identifier = identifier
    zone = ZoneData(fixed: offset)
  }

  /// Seconds east of UTC at an instant.
  package func offset(at timestamp: Timestamp) -> Int { zone.offset(at: timestamp.seconds) }

  /// What clock and calendar of the zone show at an instant.
  package func civil(at timestamp: Timestamp) -> CivilTime {
    CivilTime(timestamp, offset: offset(at: timestamp))
  }

  /// The instant at which the clock of the zone first shows a time of a day.
  ///
  /// A time that the clock skips is the instant of the jump. `secondOfDay` counts seconds after midnight by the clock, 0
  /// to 86,400. The result is `nil` outside the years 1 to 9999 in UTC.
  package func instant(of date: CalendarDate, secondOfDay: Int = 0) -> Timestamp? {
    let local = Int64(date.daysSinceEpoch) * 86_400 + Int64(secondOfDay)
    // No zone is more than 26 hours from another, and none changes twice within two days.
    let before = zone.offset(at: local - 93_600)
    let after = zone.offset(at: local + 93_600)
    let earlier = local - Int64(max(before, after))
    let later = local - Int64(min(before, after))
    for candidate in [earlier, later] where candidate + Int64(zone.offset(at: candidate)) == local {
      return Timestamp(secondsSinceEpoch: candidate)
    }
    // The clock jumped over it somewhere after `earlier` and not after `later`.
    var low = earlier
    var high = later
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if zone.offset(at: middle) == before { low = middle } else { high = middle }
    }
    return Timestamp(secondsSinceEpoch: high)
  }

  /// The instant at which the day of an instant began; `nil` before the year 1 in UTC.
  package func startOfDay(at timestamp: Timestamp) -> Timestamp? {
    instant(of: civil(at: timestamp).date)
  }

  /// The instant at which the month of an instant began; `nil` before the year 1 in UTC.
  package func startOfMonth(at timestamp: Timestamp) -> Timestamp? {
    instant(of: civil(at: timestamp).date.firstOfMonth)
  }

  /// The seconds of `+02:00`, `-08:30` or `02:00`; `nil` for any other form.
  private static func fixedOffset(_ text: String) -> Int? {
    var cursor = TextCursor(text)
    let isWest = cursor.take("-")
    if !isWest { _ = cursor.take("+") }
    guard let hours = cursor.number(2), hours < 24, cursor.take(":"), let minutes = cursor.number(2), minutes < 60,
      cursor.isAtEnd
    else { return nil }
    let seconds = hours * 3_600 + minutes * 60
    return isWest ? -seconds : seconds
  }
}
