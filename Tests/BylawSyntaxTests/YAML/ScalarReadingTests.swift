import BylawModel
import BylawSyntax
import BylawTestSupport
import Testing

/// What a scalar means where the place expects a type.
struct ScalarReadingTests {
  private func scalar(_ written: String) throws -> Scalar {
    try #require(ReadYAML("k: \(written)\n").scalars.dropFirst().first)
  }

  @Test(
    arguments: [
      ("true", true), ("false", false), ("yes", nil), ("no", nil), ("on", nil), ("True", nil), ("1", nil),
      ("'true'", nil), ("", nil), ("null", nil),
    ] as [(String, Bool?)])
  func `only true and false are bools`(written: String, value: Bool?) throws {
    try #expect(scalar(written).asBool == value)
  }

  @Test(
    arguments: [
      ("0", 0), ("5", 5), ("-5", -5), ("9223372036854775807", .max), ("-9223372036854775808", .min),
      ("9223372036854775808", nil), ("012", nil), ("1e3", nil), ("1_000", nil), ("0x1F", nil), ("+5", nil),
      ("5.0", nil), ("'5'", nil), ("", nil), ("-x", nil), ("5 %", nil), ("２", nil), ("2025-01-01", nil),
    ] as [(String, Int64?)])
  func `whole numbers are decimal digits and nothing else`(written: String, value: Int64?) throws {
    try #expect(scalar(written).asInt == value)
  }

  @Test(
    arguments: [
      ("0", 0, 0), ("12.50", 1250, 2), ("-0.5", -5, 1), ("100", 100, 0), ("0.000000000000000001", 1, 18),
    ] as [(String, Int64, Int)])
  func `decimals are exact`(written: String, units: Int64, scale: Int) throws {
    try #expect(scalar(written).asDecimal == FixedPoint(units: units, scale: scale))
  }

  @Test(arguments: ["1.", ".5", "1e3", "012.5", "1,5", "\"1.5\"", "0.0000000000000000001", "NaN", ".inf", "1.2.3"])
  func `other notations are no decimals`(written: String) throws {
    try #expect(scalar(written).asDecimal == nil)
  }

  @Test func `a decimal takes the scale of its place`() throws {
    var diagnostics = Diagnostics()
    try #expect(scalar("12.5").readDecimal(places: 2, &diagnostics) == FixedPoint(units: 1250, scale: 2))
    try #expect(scalar("-3").readDecimal(places: 2, &diagnostics) == FixedPoint(units: -300, scale: 2))
    #expect(diagnostics.all.isEmpty)
  }

  enum Kind: Sendable { case bool, int, percent, cents, tiny }

  @Test(
    arguments: [
      (Kind.bool, "yes", "not-a-bool", "'yes' is neither true nor false", "write true"),
      (.bool, "Off", "not-a-bool", "'Off' is neither true nor false", "write false"),
      (.bool, "'true'", "not-a-bool", "text in quotes is neither true nor false", "write true"),
      (.bool, "maybe", "not-a-bool", "'maybe' is neither true nor false", nil),
      (.bool, "", "not-a-bool", "the value is missing", nil),
      (.int, "012", "not-an-integer", "'012' is not a whole number", "write 12"),
      (.int, "1e3", "not-an-integer", "'1e3' is not a whole number", "write 1000"),
      (.int, "1_000", "not-an-integer", "'1_000' is not a whole number", "write 1000"),
      (.int, "1,000", "not-an-integer", "'1,000' is not a whole number", "write 1000"),
      (.int, "+5", "not-an-integer", "'+5' is not a whole number", "write 5"),
      (.int, "5.00", "not-an-integer", "'5.00' is not a whole number", "write 5"),
      (.int, "5.25", "not-an-integer", "'5.25' is not a whole number", nil),
      (.int, "\"5\"", "not-an-integer", "text in quotes is not a whole number", "write 5"),
      (.int, "no", "not-an-integer", "'no' is not a whole number", nil),
      (.int, "2025-01-01", "not-an-integer", "'2025-01-01' is not a whole number", nil),
      (.int, "9223372036854775808", "number-out-of-range", "9223372036854775808 is too large", nil),
      (.int, "-9223372036854775809", "number-out-of-range", "-9223372036854775809 is too small", nil),
      (.percent, "101", "number-out-of-range", "101 is too large", nil),
      (.percent, "-1", "number-out-of-range", "-1 is too small", nil),
      (.cents, "12.345", "too-many-decimal-places", "'12.345' has too many decimal places", nil),
      (.cents, ".5", "not-a-decimal", "'.5' is not a number", "write 0.5"),
      (.cents, "012.50", "not-a-decimal", "'012.50' is not a number", "write 12.50"),
      (.cents, "twelve", "not-a-decimal", "'twelve' is not a number", nil),
      (.cents, "99999999999999999.99", "number-out-of-range", "99999999999999999.99 is too large", nil),
      (.tiny, "10", "number-out-of-range", "10 is too large", nil),
    ] as [(Kind, String, String, String, String?)])
  func `what is not of the expected type is reported with the mended value`(
    kind: Kind, written: String, code: String, message: String, hint: String?
  ) throws {
    var diagnostics = Diagnostics()
    let scalar = try scalar(written)
    switch kind {
    case .bool: #expect(scalar.readBool(&diagnostics) == nil)
    case .int: #expect(scalar.readInt(&diagnostics) == nil)
    case .percent: #expect(scalar.readInt(in: 0...100, &diagnostics) == nil)
    case .cents: #expect(scalar.readDecimal(places: 2, &diagnostics) == nil)
    case .tiny: #expect(scalar.readDecimal(places: 18, &diagnostics) == nil)
    }
    #expect(diagnostics.all.count == 1)
    #expect(diagnostics.all.first?.code.rawValue == code)
    #expect(diagnostics.all.first?.message == message)
    #expect(diagnostics.all.first?.hint == hint)
    #expect(diagnostics.all.first?.range == scalar.range)
  }
}
