package import BylawModel

/// Values from scalars. The place decides what a scalar means: nothing is a number or a bool by its looks.
extension Scalar {
  /// `true` or `false` without quotes, and nothing else: `yes` and `on` are text.
  package var asBool: Bool? {
    guard style == .plain else { return nil }
    switch text {
    case "true": return true
    case "false": return false
    default: return nil
    }
  }

  /// A whole number in decimal digits without quotes; `012`, `1e3` and `+1` are none.
  package var asInt: Int64? {
    guard style == .plain, let number = WrittenNumber(text), number.isCanonical, number.fraction == nil
    else { return nil }
    return Int64(text)
  }

  /// A decimal number without quotes, with as many places as it is written with.
  package var asDecimal: FixedPoint? {
    guard style == .plain, let number = WrittenNumber(text), number.isCanonical else { return nil }
    return number.fixedPoint(places: number.fraction?.count ?? 0)
  }

  // MARK: Where the place expects the type

  /// A bool; what is none is reported.
  package func readBool(_ diagnostics: inout Diagnostics) -> Bool? {
    if let asBool { return asBool }
    diagnostics.report(ScalarMessages.notBool(self))
    return nil
  }

  /// A whole number inside `range`; what is none is reported.
  package func readInt(
    in range: ClosedRange<Int64> = .min ... .max, _ diagnostics: inout Diagnostics
  ) -> Int64? {
    if let asInt {
      if range.contains(asInt) { return asInt }
      diagnostics.report(ScalarMessages.outOfRange(self, range))
      return nil
    }
    let number = style == .plain ? WrittenNumber(text) : nil
    let isTooLarge = number.map { $0.isCanonical && $0.fraction == nil } ?? false
    diagnostics.report(
      isTooLarge
        ? ScalarMessages.outOfRange(self, range) : ScalarMessages.notInteger(self))
    return nil
  }

  /// A decimal number of the scale `places`, 0 to 18; what is none, or has more places, is reported.
  package func readDecimal(places: Int, _ diagnostics: inout Diagnostics) -> FixedPoint? {
    guard style == .plain, let number = WrittenNumber(text), number.isCanonical else {
      diagnostics.report(ScalarMessages.notDecimal(self))
      return nil
    }
    if (number.fraction?.count ?? 0) > places {
      diagnostics.report(ScalarMessages.tooManyPlaces(self, allowed: places))
      return nil
    }
    guard let value = number.fixedPoint(places: places) else {
      diagnostics.report(ScalarMessages.outOfRange(self, nil))
      return nil
    }
    return value
  }
}

/// A number as somebody wrote it, before it is judged.
struct WrittenNumber {
  var isNegative: Bool
  var hasPlus: Bool
  /// The digits before the point.
  var whole: Substring
  /// The digits behind the point, if there is one.
  var fraction: Substring?

  /// Digits with an optional sign and point; `nil` for anything else.
  init?(_ text: String) {
    var rest = Substring(text)
    isNegative = rest.first == "-"
    hasPlus = rest.first == "+"
    if isNegative || hasPlus { rest.removeFirst() }
    let parts = rest.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let digits = parts.joined()
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    whole = parts[0]
    fraction = parts.count > 1 ? parts[1] : nil
  }

  /// Whether the number is written as rule files want it: no plus, no needless zero, digits around the point.
  var isCanonical: Bool {
    let hasZero = whole.count > 1 && whole.first == "0"
    return !hasPlus && !hasZero && !whole.isEmpty && fraction?.isEmpty != true
  }

  /// The number as rule files want it.
  var canonical: String {
    let digits = whole.drop { $0 == "0" }
    let fraction = fraction.map { $0.isEmpty ? "" : ".\($0)" } ?? ""
    return (isNegative ? "-" : "") + (digits.isEmpty ? "0" : digits) + fraction
  }

  /// The value with `places` decimal places, at least as many as are written; `nil` if it is too large.
  func fixedPoint(places: Int) -> FixedPoint? {
    let written = fraction?.count ?? 0
    guard places <= 18, written <= places else { return nil }
    let zeros = String(repeating: "0", count: places - written)
    let sign = isNegative ? "-" : ""
    return Int64(sign + whole + (fraction ?? "") + zeros).map { FixedPoint(units: $0, scale: places) }
  }
}
