extension FixedPoint {
  /// The most decimal places.
  package static let greatestScale = 18

  /// The same number with another scale; `nil` when places other than zero would be lost, or it does not fit.
  package func rescaled(to scale: Int) -> FixedPoint? {
    guard (0...Self.greatestScale).contains(scale) else { return nil }
    guard scale < self.scale else {
      return FixedPoint(exactly: Int128(units) * Self.power(scale - self.scale), scale: scale)
    }
    let (quotient, remainder) = Int128(units).quotientAndRemainder(dividingBy: Self.power(self.scale - scale))
    return remainder == 0 ? FixedPoint(exactly: quotient, scale: scale) : nil
  }

  /// The sum, with the larger of the scales; `nil` when it does not fit.
  package func adding(_ other: FixedPoint) -> FixedPoint? {
    let (left, right, scale) = Self.aligned(self, other)
    return FixedPoint(exactly: left + right, scale: scale)
  }

  /// The difference, with the larger of the scales; `nil` when it does not fit.
  package func subtracting(_ other: FixedPoint) -> FixedPoint? {
    let (left, right, scale) = Self.aligned(self, other)
    return FixedPoint(exactly: left - right, scale: scale)
  }

  /// The product, exact, with the sum of the scales; `nil` when that is over 18 or the product does not fit.
  package func multiplied(by other: FixedPoint) -> FixedPoint? {
    guard scale + other.scale <= Self.greatestScale else { return nil }
    return FixedPoint(exactly: Int128(units) * Int128(other.units), scale: scale + other.scale)
  }

  /// The same number with the other sign; `nil` when it does not fit.
  package func negated() -> FixedPoint? { FixedPoint(exactly: -Int128(units), scale: scale) }

  /// How two numbers compare by value, whatever their scales: below 0, 0 or above 0.
  ///
  /// `==` also compares the scales, so 1.5 and 1.50 are different but compare as 0.
  package func compared(to other: FixedPoint) -> Int {
    let (left, right, _) = Self.aligned(self, other)
    return left < right ? -1 : left > right ? 1 : 0
  }

  /// Whether the number is the smaller by value.
  package func isLess(than other: FixedPoint) -> Bool { compared(to: other) < 0 }

  /// The nearest binary number.
  package var doubleValue: Double { Double(description) ?? .nan }

  /// The number that decimal digits (ASCII), `places` of them after the point, and an exponent say exactly.
  ///
  /// Zeros at the end are kept as places where they fit. `nil` when the number needs more than 18 places or 64 bits.
  package init?(digits: [UInt8], places: Int, exponent: Int = 0, isNegative: Bool = false) {
    var digits = digits
    let (difference, overflow) = places.subtractingReportingOverflow(exponent)
    guard !overflow else { return nil }
    var scale = difference
    if digits.allSatisfy({ $0 == UInt8(ascii: "0") }) {
      self.init(units: 0, scale: min(max(scale, 0), Self.greatestScale))
      return
    }
    while scale > Self.greatestScale, digits.last == UInt8(ascii: "0") {
      digits.removeLast()
      scale -= 1
    }
    guard (-Self.greatestScale...Self.greatestScale).contains(scale) else { return nil }
    var units: Int128 = 0
    for digit in digits {
      units = units * 10 + Int128(digit - UInt8(ascii: "0"))
      guard units <= Int128(Int64.max) + 1 else { return nil }
    }
    if scale < 0 { units *= Self.power(-scale) }
    self.init(exactly: isNegative ? -units : units, scale: max(scale, 0))
  }

  private init?(exactly units: Int128, scale: Int) {
    guard let narrow = Int64(exactly: units) else { return nil }
    self.init(units: narrow, scale: scale)
  }

  /// Both numbers in steps of the finer one.
  private static func aligned(_ left: FixedPoint, _ right: FixedPoint) -> (Int128, Int128, Int) {
    let scale = max(left.scale, right.scale)
    return (
      Int128(left.units) * power(scale - left.scale), Int128(right.units) * power(scale - right.scale), scale
    )
  }

  /// 10 to the power of 0 to 18.
  private static func power(_ exponent: Int) -> Int128 { (0..<exponent).reduce(1) { power, _ in power * 10 } }
}

extension FixedPoint: LosslessStringConvertible {
  /// Reads `12.50` or `-3`, keeping the number of places as scale.
  ///
  /// `nil` for any other form, for more than 18 places, and for numbers beyond 64 bits.
  public init?(_ text: String) {
    let isNegative = text.utf8.first == UInt8(ascii: "-")
    let parts = text.utf8.dropFirst(isNegative ? 1 : 0).split(
      separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy { (0x30...0x39).contains($0) } }) else {
      return nil
    }
    let places = parts.count == 2 ? parts[1].count : 0
    guard places <= Self.greatestScale else { return nil }
    self.init(digits: parts.flatMap { Array($0) }, places: places, isNegative: isNegative)
  }

  /// The number with all its places: `12.50`.
  public var description: String {
    let digits = "\(units.magnitude)"
    let all = String(repeating: "0", count: max(0, scale + 1 - digits.utf8.count)) + digits
    let whole = all.dropLast(scale)
    return (units < 0 ? "-" : "") + whole + (scale == 0 ? "" : "." + all.suffix(scale))
  }
}
