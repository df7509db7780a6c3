/// Doubles with a number of decimal places: the exact binary value, rounded half to even.
enum DoubleText {
  /// The most decimal places that a format may ask for.
  static let greatestPlaces = 100

  /// `12.50`.
  static func fixed(_ value: Double, _ places: Int) -> String {
    guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity" }
    var digits = scaled(value.magnitude, by: places)
    while digits.count <= places { digits.insert(0x30, at: 0) }
    let text = String(decoding: digits, as: UTF8.self)
    let split = text.index(text.endIndex, offsetBy: -places)
    let sign = value.sign == .minus ? "-" : ""
    return places == 0 ? sign + text : "\(sign)\(text[..<split]).\(text[split...])"
  }

  /// `1.25e+01`.
  static func exponential(_ value: Double, _ places: Int) -> String {
    guard value.isFinite else { return fixed(value, places) }
    var exponent = 0
    var digits = [UInt8](repeating: 0x30, count: places + 1)
    if value != 0 {
      // The shortest spelling is at most one place off.
      let spelled = "\(value.magnitude)"
      exponent = decimalExponent(spelled)
      digits = scaled(value.magnitude, by: places - exponent)
      if digits.count != places + 1 {
        exponent += digits.count - places - 1
        digits = scaled(value.magnitude, by: places - exponent)
      }
      if digits.count > places + 1 {
        // 9.99… was rounded up to 10.
        exponent += 1
        digits.removeLast()
      }
    }
    let text = String(decoding: digits, as: UTF8.self)
    let sign = value.sign == .minus ? "-" : ""
    let fraction = places == 0 ? "" : ".\(text.dropFirst())"
    let size = exponent.magnitude < 10 ? "0\(exponent.magnitude)" : "\(exponent.magnitude)"
    return "\(sign)\(text.prefix(1))\(fraction)e\(exponent < 0 ? "-" : "+")\(size)"
  }

  /// The power of ten of the first digit in Swift's spelling of a positive number.
  private static func decimalExponent(_ spelled: String) -> Int {
    let parts = spelled.split(separator: "e")
    let shift = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let halves = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    let whole = halves[0]
    if whole != "0" { return shift + whole.count - 1 }
    let zeros = halves.count > 1 ? halves[1].prefix { $0 == "0" }.count : 0
    return shift - zeros - 1
  }

  /// The digits of value × 10^power, rounded half to even to a whole number.
  private static func scaled(_ value: Double, by power: Int) -> [UInt8] {
    guard value != 0 else { return [0x30] }
    var number = WholeNumber(value.significandBitPattern | (value.isNormal ? 1 << 52 : 0))
    let exponent = (value.isNormal ? Int(value.exponentBitPattern) - 1023 : -1022) - 52
    var divisor = WholeNumber(1)
    for _ in 0..<max(power, 0) { number.multiply(by: 10) }
    for _ in 0..<max(-power, 0) { divisor.multiply(by: 10) }
    if exponent >= 0 { number.shiftLeft(exponent) } else { divisor.shiftLeft(-exponent) }
    return number.quotient(by: divisor)
  }
}

/// A whole number of any size, as far as printing doubles needs it.
private struct WholeNumber {
  /// The least word first.
  private var words: [UInt32]

  init(_ value: UInt64) { words = [UInt32(truncatingIfNeeded: value), UInt32(truncatingIfNeeded: value >> 32)] }

  mutating func multiply(by factor: UInt32) {
    var carry: UInt64 = 0
    for index in words.indices {
      let product = UInt64(words[index]) * UInt64(factor) + carry
      words[index] = UInt32(truncatingIfNeeded: product)
      carry = product >> 32
    }
    if carry > 0 { words.append(UInt32(carry)) }
  }

  mutating func shiftLeft(_ bits: Int) {
    for _ in 0..<(bits % 31) { multiply(by: 2) }
    for _ in 0..<(bits / 31) { multiply(by: 1 << 31) }
  }

  private mutating func subtract(_ other: WholeNumber) {
    var borrow: Int64 = 0
    for index in words.indices {
      let other = index < other.words.count ? Int64(other.words[index]) : 0
      var difference = Int64(words[index]) - other + borrow
      borrow = 0
      if difference < 0 {
        difference += 1 << 32
        borrow = -1
      }
      words[index] = UInt32(difference)
    }
  }

  private func isLess(than other: WholeNumber) -> Bool {
    for index in (0..<max(words.count, other.words.count)).reversed() {
      let left = index < words.count ? words[index] : 0
      let right = index < other.words.count ? other.words[index] : 0
      if left != right { return left < right }
    }
    return false
  }

  /// The decimal digits of the quotient, rounded half to even.
  func quotient(by divisor: WholeNumber) -> [UInt8] {
    // Long division in decimal: the divisor times ten to the power, as often as it fits.
    var powers = [divisor]
    while let last = powers.last, !isLess(than: last) {
      var next = last
      next.multiply(by: 10)
      powers.append(next)
    }
    var rest = self
    var digits: [UInt8] = []
    for power in powers.dropLast().reversed() {
      var digit: UInt8 = 0x30
      while !rest.isLess(than: power) {
        rest.subtract(power)
        digit += 1
      }
      digits.append(digit)
    }
    if digits.isEmpty { digits = [0x30] }
    rest.multiply(by: 2)
    let isOdd = (digits.last ?? 0x30) % 2 == 1
    let isHalf = !rest.isLess(than: divisor) && !divisor.isLess(than: rest)
    if isHalf ? isOdd : !rest.isLess(than: divisor) { WholeNumber.increment(&digits) }
    return digits
  }

  private static func increment(_ digits: inout [UInt8]) {
    var index = digits.count - 1
    while index >= 0, digits[index] == 0x39 {
      digits[index] = 0x30
      index -= 1
    }
    if index >= 0 { digits[index] += 1 } else { digits.insert(0x31, at: 0) }
  }
}
