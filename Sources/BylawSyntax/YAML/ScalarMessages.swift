/// All wording where a scalar does not have the type that its place expects.
enum ScalarMessages {
  /// Not `true` or `false`; for the words of other notations the hint says which was meant.
  static func notBool(_ scalar: Scalar) -> Diagnostic {
    let words = [
      "yes": "true", "on": "true", "y": "true", "true": "true",
      "no": "false", "off": "false", "n": "false", "false": "false",
    ]
    return Diagnostic(
      YAMLCode.notBool.code, at: scalar.range, wrong(scalar, "neither true nor false"),
      expected: "true or false", hint: words[scalar.text.lowercased()].map { "write \($0)" })
  }

  /// Not a whole number as rule files write it; the hint has it mended where that is certain.
  static func notInteger(_ scalar: Scalar) -> Diagnostic {
    let mended = mended(scalar.text).flatMap { number in
      number.allSatisfy { $0.isNumber || $0 == "-" } ? number : withoutZeros(number)
    }
    return Diagnostic(
      YAMLCode.notInteger.code, at: scalar.range, wrong(scalar, "not a whole number"),
      expected: "a whole number", hint: mended.map { "write \($0)" })
  }

  /// Not a decimal number as rule files write it.
  static func notDecimal(_ scalar: Scalar) -> Diagnostic {
    Diagnostic(
      YAMLCode.notDecimal.code, at: scalar.range, wrong(scalar, "not a number"),
      expected: "a number such as 12.50", hint: (decimalComma(scalar.text) ?? mended(scalar.text)).map { "write \($0)" }
    )
  }

  /// `1,5` with a point; a comma before three digits separates thousands.
  private static func decimalComma(_ text: String) -> String? {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].count != 3 else { return nil }
    return WrittenNumber(parts.joined(separator: ".")).flatMap { $0.fraction == nil ? nil : $0.canonical }
  }

  /// More decimal places than the type has: nothing is rounded.
  static func tooManyPlaces(_ scalar: Scalar, allowed: Int) -> Diagnostic {
    let places =
      allowed == 0 ? "no decimal places" : "at most \(allowed) decimal place\(allowed == 1 ? "" : "s")"
    return Diagnostic(
      YAMLCode.tooManyPlaces.code, at: scalar.range, "'\(scalar.text)' has too many decimal places",
      expected: places)
  }

  /// Without a range, a number that no value can hold.
  static func outOfRange(_ scalar: Scalar, _ range: ClosedRange<Int64>?) -> Diagnostic {
    var expected: String?
    if let range {
      switch (range.lowerBound == .min, range.upperBound == .max) {
      case (false, false): expected = "\(range.lowerBound) to \(range.upperBound)"
      case (false, true): expected = "at least \(range.lowerBound)"
      case (true, false): expected = "at most \(range.upperBound)"
      case (true, true): break
      }
    }
    let isNegative = scalar.text.hasPrefix("-")
    let isLow = range.map { range in scalar.asInt.map { $0 < range.lowerBound } ?? isNegative } ?? isNegative
    return Diagnostic(
      YAMLCode.numberOutOfRange.code, at: scalar.range,
      "\(scalar.text) is too \(isLow ? "small" : "large")", expected: expected)
  }

  /// What stands there, and what it is not.
  private static func wrong(_ scalar: Scalar, _ what: String) -> String {
    if scalar.isEmptyPlain { return "the value is missing" }
    let isText = scalar.style != .plain
    return isText ? "text in quotes is \(what)" : "'\(scalar.text)' is \(what)"
  }

  /// A number in another notation, as rule files want it: `012`, `1_000`, `1,000`, `+5`, `.5`, `1e3`.
  private static func mended(_ text: String) -> String? {
    let separators: Set<Character> = ["_", ",", "'", "\u{00A0}", "\u{202F}"]
    if let number = WrittenNumber(text.filter { !separators.contains($0) }) { return number.canonical }
    let parts = text.lowercased().split(separator: "e", omittingEmptySubsequences: false)
    guard parts.count == 2, let number = WrittenNumber(String(parts[0])), number.fraction == nil,
      let exponent = Int(parts[1]), (0...12).contains(exponent)
    else { return nil }
    return number.canonical + String(repeating: "0", count: exponent)
  }

  /// `5.00` as a whole number; `nil` if its fraction counts.
  private static func withoutZeros(_ number: String) -> String? {
    let parts = number.split(separator: ".")
    return parts.count == 2 && parts[1].allSatisfy { $0 == "0" } ? String(parts[0]) : nil
  }
}
