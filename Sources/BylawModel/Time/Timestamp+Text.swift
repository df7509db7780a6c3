extension Timestamp: LosslessStringConvertible {
  /// Reads RFC 3339, such as `2025-12-01T10:00:00Z` or `2025-12-01T11:00:00.25+01:00`.
  ///
  /// At most nine digits of a second are read. `nil` for any other form, for a day or time that does not exist, for
  /// leap seconds (`:60`), and outside the years 1 to 9999 in UTC.
  public init?(_ text: String) {
    if let usual = text.utf8.withContiguousStorageIfAvailable({ Self.usual($0) }), let usual {
      self = usual
      return
    }
    var cursor = TextCursor(text)
    guard let date = CalendarDate(&cursor), cursor.take("T") || cursor.take("t"),
      let hour = cursor.number(2), hour < 24, cursor.take(":"),
      let minute = cursor.number(2), minute < 60, cursor.take(":"),
      let second = cursor.number(2), second < 60
    else { return nil }
    var nanoseconds: Int32 = 0
    if cursor.take(".") {
      let digits = cursor.digits()
      guard (1...9).contains(digits.count) else { return nil }
      for index in 0..<9 { nanoseconds = nanoseconds * 10 + (index < digits.count ? Int32(digits[index]) : 0) }
    }
    guard let offset = Self.offset(&cursor), cursor.isAtEnd else { return nil }
    let local = Int64(date.daysSinceEpoch) * 86_400 + Int64(hour * 3_600 + minute * 60 + second)
    self.init(seconds: local - Int64(offset), nanoseconds: nanoseconds)
    guard isInRange else { return nil }
  }

  /// A time as it is written most often: in UTC, with no or nine digits of a second; `nil` for any other text.
  private static func usual(_ text: UnsafeBufferPointer<UInt8>) -> Timestamp? {
    guard text.count == 20 || text.count == 30 && text[19] == UInt8(ascii: "."),
      text[text.count - 1] == UInt8(ascii: "Z"),
      text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"), text[10] == UInt8(ascii: "T"),
      text[13] == UInt8(ascii: ":"), text[16] == UInt8(ascii: ":")
    else { return nil }
    var isNumber = true
    func number(_ first: Int, _ count: Int) -> Int {
      var number = 0
      for place in first..<first + count {
        let digit = text[place] &- UInt8(ascii: "0")
        isNumber = isNumber && digit < 10
        number = number * 10 + Int(digit)
      }
      return number
    }
    let (hour, minute, second) = (number(11, 2), number(14, 2), number(17, 2))
    let nanoseconds = text.count == 30 ? number(20, 9) : 0
    let date = CalendarDate(year: number(0, 4), month: number(5, 2), day: number(8, 2))
    guard isNumber, let date, hour < 24, minute < 60, second < 60 else { return nil }
    let time = Timestamp(
      seconds: Int64(date.daysSinceEpoch) * 86_400 + Int64(hour * 3_600 + minute * 60 + second),
      nanoseconds: Int32(nanoseconds))
    return time.isInRange ? time : nil
  }

  /// The instant in UTC by RFC 3339, with as many digits of a second as it needs.
  public var description: String {
    guard hasPlainText else {
      let civil = CivilTime(self)
      let time = "\(padded(civil.hour, 2)):\(padded(civil.minute, 2)):\(padded(civil.second, 2))"
      return "\(civil.date)T\(time)\(fractionDigits(nanoseconds))Z"
    }
    return String(unsafeUninitializedCapacity: Self.textCapacity) { text in
      text.baseAddress.map { writePlainText(to: $0) } ?? 0
    }
  }

  /// The bytes that the text of a time in the years 0 to 9999 takes at most.
  static let textCapacity = 30

  /// Whether the year has four digits and no sign.
  var hasPlainText: Bool { (-62_167_219_200..<253_402_300_800).contains(seconds) }

  /// Writes the text of a time in the years 0 to 9999 to a place with room for it; gives the number of bytes.
  func writePlainText(to place: UnsafeMutablePointer<UInt8>) -> Int {
    let civil = CivilTime(self)
    let (year, month, day) = civil.date.fields
    func put(_ number: Int, at offset: Int, before mark: Unicode.Scalar) {
      let (tens, ones) = number.quotientAndRemainder(dividingBy: 10)
      place[offset] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: tens)
      place[offset + 1] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: ones)
      place[offset + 2] = UInt8(ascii: mark)
    }
    let (century, yearOfCentury) = year.quotientAndRemainder(dividingBy: 100)
    put(century, at: 0, before: "-")
    put(yearOfCentury, at: 2, before: "-")
    put(month, at: 5, before: "-")
    put(day, at: 8, before: "T")
    put(civil.hour, at: 11, before: ":")
    put(civil.minute, at: 14, before: ":")
    put(civil.second, at: 17, before: "Z")
    return nanoseconds == 0 ? 20 : 19 + writeFraction(to: place + 19)
  }

  /// Writes the part of a second and the `Z` behind it; gives the number of bytes.
  private func writeFraction(to place: UnsafeMutablePointer<UInt8>) -> Int {
    DigitWriter.write(to: place, Self.textCapacity - 19) { writer in
      writer.mark(".")
      writer.number(Int(nanoseconds), 9)
      writer.dropZeros(8)
      writer.mark("Z")
    }
  }

  /// The instant in UTC with nine digits of a second, so that texts of the years 0 to 9999 sort as times do.
  package var fixedWidth: String {
    DigitWriter.text(30) { writer in
      writer.whole(CivilTime(self))
      writer.mark(".")
      writer.number(Int(nanoseconds), 9)
      writer.mark("Z")
    }
  }

  /// `Z` or `±hh:mm`, in seconds east of UTC.
  private static func offset(_ cursor: inout TextCursor) -> Int? {
    if cursor.take("Z") || cursor.take("z") { return 0 }
    let isWest = cursor.take("-")
    guard isWest || cursor.take("+"), let hours = cursor.number(2), hours < 24, cursor.take(":"),
      let minutes = cursor.number(2), minutes < 60
    else { return nil }
    let seconds = hours * 3_600 + minutes * 60
    return isWest ? -seconds : seconds
  }
}

extension DigitWriter {
  /// Writes day and time without a part of a second.
  fileprivate mutating func whole(_ civil: CivilTime) {
    let (year, month, day) = civil.date.fields
    number(year, 4)
    mark("-")
    number(month, 2)
    mark("-")
    number(day, 2)
    mark("T")
    number(civil.hour, 2)
    mark(":")
    number(civil.minute, 2)
    mark(":")
    number(civil.second, 2)
  }
}
