import BylawModel
import Testing

@Suite struct `Decimals` {
  @Test(
    arguments: [
      ("12.50", 1_250, 2), ("-3", -3, 0), ("0", 0, 0), ("-0.05", -5, 2), ("0.000000000000000001", 1, 18),
      ("9223372036854775807", .max, 0), ("-9223372036854775808", .min, 0), ("-9.223372036854775808", .min, 18),
      ("007", 7, 0),
    ] as [(String, Int64, Int)])
  func `keep their places`(text: String, units: Int64, scale: Int) throws {
    let decimal = try #require(FixedPoint(text))
    #expect(decimal == FixedPoint(units: units, scale: scale))
    #expect(decimal.description == (text == "007" ? "7" : text))
  }

  @Test(arguments: [
    "", "-", ".5", "5.", "1.2.3", "+1", "1e3", " 1", "1,5", "--1", "9223372036854775808", "-9223372036854775809",
    "0.0000000000000000000", "99999999999999999999999", "１",
  ])
  func `in other forms are refused`(text: String) {
    #expect(FixedPoint(text) == nil)
  }

  @Test(
    arguments: [
      ("1.5", 2, "1.50"), ("1.50", 1, "1.5"), ("1.55", 1, nil), ("-1.50", 0, nil), ("-2.00", 0, "-2"),
      ("1", 18, "1.000000000000000000"),
      ("10", 18, nil), ("0.00", 0, "0"), ("1", 19, nil), ("1", -1, nil), ("0.000000000000000001", 0, nil),
    ] as [(String, Int, String?)])
  func `change their scale without loss or not at all`(text: String, scale: Int, result: String?) {
    #expect(FixedPoint(text)?.rescaled(to: scale)?.description == result)
  }

  @Test(
    arguments: [
      ("1.5", "2.25", "3.75", "-0.75", "3.375"), ("-1", "0.1", "-0.9", "-1.1", "-0.1"),
      ("9223372036854775807", "1", nil, "9223372036854775806", "9223372036854775807"),
      ("-9223372036854775808", "-1", nil, "-9223372036854775807", nil),
      ("9223372036854775807", "0.1", nil, nil, "922337203685477580.7"),
      ("1.000000000", "1.0000000000", "2.0000000000", "0.0000000000", nil),
      ("5000000000", "5000000000", "10000000000", "0", nil),
    ] as [(String, String, String?, String?, String?)])
  func `are added, subtracted and multiplied exactly or not at all`(
    left: String, right: String, sum: String?, difference: String?, product: String?
  ) throws {
    let (left, right) = (try #require(FixedPoint(left)), try #require(FixedPoint(right)))
    #expect(left.adding(right)?.description == sum)
    #expect(left.subtracting(right)?.description == difference)
    #expect(left.multiplied(by: right)?.description == product)
  }

  @Test(arguments: [
    ("1.5", "1.50", 0), ("1.5", "1.51", -1), ("-1.5", "-1.51", 1), ("9223372036854775807", "0.000000000000000001", 1),
    ("-9223372036854775808", "9.223372036854775807", -1), ("0", "0.00", 0), ("-0.1", "0", -1),
  ])
  func `compare by value`(left: String, right: String, order: Int) throws {
    let (left, right) = (try #require(FixedPoint(left)), try #require(FixedPoint(right)))
    #expect(left.compared(to: right) == order)
    #expect(right.compared(to: left) == -order)
    #expect(left.isLess(than: right) == (order < 0))
  }

  @Test func `negate and convert`() {
    #expect(FixedPoint(units: .min, scale: 0).negated() == nil)
    #expect(FixedPoint(units: -5, scale: 1).negated() == FixedPoint(units: 5, scale: 1))
    #expect(FixedPoint(units: 15, scale: 1).doubleValue == 1.5)
  }
}
