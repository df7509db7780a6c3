/// The words for units of time that rule files and expressions use.
package enum DurationUnit: Int, Sendable, Hashable, CaseIterable {
  case milliseconds, seconds, minutes, hours, days, weeks

  /// The spellings that authors may use, the usual one first.
  ///
  /// There is no `m`: it could be a minute or a month.
  package var words: [String] {
    switch self {
    case .milliseconds: ["ms"]
    case .seconds: ["s", "sec", "second", "seconds"]
    case .minutes: ["min", "minute", "minutes"]
    case .hours: ["h", "hour", "hours"]
    case .days: ["d", "day", "days"]
    case .weeks: ["week", "weeks"]
    }
  }

  /// How many nanoseconds one unit has.
  package var nanoseconds: Int128 {
    switch self {
    case .milliseconds: 1_000_000
    case .seconds: 1_000_000_000
    case .minutes: 60_000_000_000
    case .hours: 3_600_000_000_000
    case .days: 86_400_000_000_000
    case .weeks: 604_800_000_000_000
    }
  }

  /// The unit that a word names, `nil` for any other word.
  package init?(word: String) {
    guard let unit = Self.allCases.first(where: { $0.words.contains(word) }) else { return nil }
    self = unit
  }
}

/// Reads a length of time in words, such as `24h`, `15 min`, `2 days` or `1 h 30 min`.
///
/// Units go from large to small, each at most once; a minus sign may stand before the whole.
/// - Returns: `nil` when the text is anything else, is not a whole number of nanoseconds, or is out of range.
package func parseDuration(_ text: String) -> TimeSpan? {
  let bytes = Array(text.utf8)
  var start = 0
  var end = bytes.count
  while start < end, bytes[start] == 0x20 { start += 1 }
  while end > start, bytes[end - 1] == 0x20 { end -= 1 }
  let isNegative = start < end && bytes[start] == 0x2D
  if isNegative { start += 1 }
  guard case .duration(let span, let scanned) = DurationScan(bytes, at: start), scanned == end else { return nil }
  return isNegative ? span.negated() : span
}

/// What stands at a digit: a length of time in words, or a number alone.
package enum DurationScan: Sendable, Hashable {
  /// A length of time that ends before `end`.
  case duration(TimeSpan, end: Int)
  /// Number and unit are there, but the length is out of range or finer than a nanosecond.
  case outOfRange(end: Int)
  /// No number, or no unit after it.
  case none

  /// Reads as many `number unit` pairs as follow each other in falling order of unit.
  package init(_ bytes: [UInt8], at start: Int) {
    var total: Int128 = 0
    var end = start
    var last: DurationUnit?
    var isExact = true
    var offset = start
    while let part = DurationPart(bytes, at: offset), part.unit.rawValue < (last?.rawValue ?? .max) {
      let (sum, overflow) = total.addingReportingOverflow(part.nanoseconds ?? 0)
      isExact = isExact && part.nanoseconds != nil && !overflow
      total = overflow ? total : sum
      last = part.unit
      end = part.end
      offset = skipSpaces(bytes, from: end)
    }
    if last == nil {
      self = .none
    } else if isExact, let span = TimeSpan(totalNanoseconds: total) {
      self = .duration(span, end: end)
    } else {
      self = .outOfRange(end: end)
    }
  }
}

/// One number with its unit.
private struct DurationPart {
  var unit: DurationUnit
  /// The length of the part; `nil` when the number has too many digits, or the length is finer than a nanosecond.
  var nanoseconds: Int128?
  /// Behind the unit.
  var end: Int

  /// Reads the part that begins at `start`; `nil` when there is no number, or no unit behind it.
  init?(_ bytes: [UInt8], at start: Int) {
    var offset = start
    var mantissa: Int128? = 0
    var divisor: Int128 = 1
    func digits(_ isFraction: Bool) {
      while offset < bytes.count, (0x30...0x39).contains(bytes[offset]) {
        let digit = Int128(bytes[offset] - 0x30)
        mantissa = mantissa.flatMap { $0 < 1_000_000_000_000_000_000 ? $0 * 10 + digit : nil }
        if isFraction, mantissa != nil { divisor *= 10 }
        offset += 1
      }
    }
    // More than 18 digits are read over, and the length is then out of range.
    digits(false)
    guard offset > start else { return nil }
    if offset + 1 < bytes.count, bytes[offset] == 0x2E, (0x30...0x39).contains(bytes[offset + 1]) {
      offset += 1
      digits(true)
    }
    let wordStart = skipSpaces(bytes, from: offset)
    var wordEnd = wordStart
    while wordEnd < bytes.count, isWordByte(bytes[wordEnd]) { wordEnd += 1 }
    // `1h30min`: digits that follow a unit begin the next part.
    let letters = bytes[wordStart..<wordEnd].prefix { !(0x30...0x39).contains($0) }
    guard let unit = DurationUnit(word: String(decoding: letters, as: UTF8.self)) else { return nil }
    self.unit = unit
    end = letters.endIndex
    if end < wordEnd, DurationPart(bytes, at: end) == nil { return nil }
    guard let units = mantissa else { return }
    let (scaled, overflow) = units.multipliedReportingOverflow(by: unit.nanoseconds)
    nanoseconds = !overflow && scaled % divisor == 0 ? scaled / divisor : nil
  }
}

/// The first offset from `start` on that is no space, tab or line break.
private func skipSpaces(_ bytes: [UInt8], from start: Int) -> Int {
  var offset = start
  while offset < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[offset]) { offset += 1 }
  return offset
}

/// Letters, digits, `_` and everything beyond ASCII: what would make the unit part of a longer word.
private func isWordByte(_ byte: UInt8) -> Bool {
  switch byte {
  case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x80...: true
  default: false
  }
}

extension TimeSpan: LosslessStringConvertible {
  /// Reads CEL's form: numbers with the units `h`, `m`, `s`, `ms`, `us` and `ns`, such as `1h30m` or `-1.5s`.
  ///
  /// `nil` for any other text, for fractions of a nanosecond, and out of range. For words see `parseDuration`.
  public init?(_ text: String) {
    var cursor = TextCursor(text)
    let isNegative = cursor.take("-")
    if !isNegative { _ = cursor.take("+") }
    if cursor.rest.elementsEqual("0".utf8) {
      self.init(seconds: 0)
      return
    }
    var total: Int128 = 0
    repeat {
      guard let part = Self.part(&cursor) else { return nil }
      let (sum, overflow) = total.addingReportingOverflow(part)
      guard !overflow else { return nil }
      total = sum
    } while !cursor.isAtEnd
    self.init(totalNanoseconds: isNegative ? -total : total)
  }

  /// The length in seconds, as CEL writes it: `5400s`, `-1.5s`.
  public var description: String {
    let (whole, rest) = totalNanoseconds.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
    return (seconds < 0 ? "-" : "") + "\(whole)\(fractionDigits(Int32(rest)))s"
  }

  /// One number with its unit, in nanoseconds.
  private static func part(_ cursor: inout TextCursor) -> Int128? {
    let whole = cursor.digits()
    let fraction = cursor.take(".") ? cursor.digits() : []
    guard !(whole.isEmpty && fraction.isEmpty), whole.count <= 19, fraction.count <= 19 else { return nil }
    // Longest first: `ms` before `m`.
    let units: [(word: String, nanoseconds: Int128)] = [
      ("ms", 1_000_000), ("us", 1_000), ("\u{B5}s", 1_000), ("\u{3BC}s", 1_000), ("ns", 1),
      ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000),
    ]
    guard let unit = units.first(where: { cursor.take($0.word) }) else { return nil }
    var value: Int128 = 0
    for digit in whole { value = value * 10 + Int128(digit) }
    value *= unit.nanoseconds
    var scale = unit.nanoseconds
    for digit in fraction where digit > 0 || scale % 10 == 0 {
      guard scale % 10 == 0 else { return nil }
      scale /= 10
      value += Int128(digit) * scale
    }
    return value
  }
}

/// A point and the digits of a number of nanoseconds without zeros at the end; nothing for none.
func fractionDigits(_ nanoseconds: Int32) -> String {
  guard nanoseconds != 0 else { return "" }
  var digits = Array("\(nanoseconds + 1_000_000_000)".utf8.dropFirst())
  while digits.last == UInt8(ascii: "0") { digits.removeLast() }
  return "." + String(decoding: digits, as: UTF8.self)
}
