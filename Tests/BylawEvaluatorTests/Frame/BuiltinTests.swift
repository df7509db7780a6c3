import BylawModel
import Testing

/// What functions and operators give at the ends of their ranges; CEL's own cases are in the conformance suite.
struct BuiltinTests {
  private static let evaluation = Evaluation(
    variables: [
      .init(name: "max", type: .int, value: .int(.max)),
      .init(name: "min", type: .int, value: .int(.min)),
      .init(name: "zero", type: .int, value: .int(0)),
      .init(name: "word", type: .string, value: .string("aé😀z")),
      .init(name: "empty", type: .list(.int), value: .list([])),
      .init(name: "few", type: .list(.int), value: .list([.int(3), .int(1), .int(2), .int(1)])),
      .init(name: "price", type: .decimal(scale: 2), value: .decimal(FixedPoint(units: 1250, scale: 2))),
      .init(name: "huge", type: .decimal(scale: 2), value: .decimal(FixedPoint(units: .max, scale: 2))),
      .init(
        name: "fine", type: .decimal(scale: 18),
        value: .decimal(FixedPoint(units: 5_000_000_000_000_000_000, scale: 18))),
      .init(name: "ratio", type: .double, value: .double(2.675)),
      .init(name: "composed", type: .string, value: .string("é")),
      .init(name: "decomposed", type: .string, value: .string("e\u{301}")),
      .init(name: "zone", type: .string, value: .string("Mars/Olympus")),
      .init(name: "pattern", type: .string, value: .string("(")),
    ])

  @Test(
    "whole numbers err instead of wrapping around",
    arguments: [
      ("max + 1", "error: overflow"), ("min - 1", "error: overflow"), ("max * 2", "error: overflow"),
      ("min / -1", "error: overflow"), ("min % -1", "error: overflow"), ("-min", "error: overflow"),
      ("math.abs(min)", "error: overflow"), ("1 / zero", "error: division by zero"),
      ("1 % zero", "error: division by zero"), ("-7 / 2", "-3"), ("-7 % 2", "-1"),
      ("math.bitShiftLeft(1, 64)", "0"), ("math.bitShiftLeft(1, -1)", "error: argument out of range"),
      ("math.bitShiftRight(-1, 1) == max", "true"), ("int(1e19)", "error: overflow"),
      ("[max, 1].sum()", "error: overflow"), ("minutes(max)", "error: overflow"), ("days(max)", "error: overflow"),
    ])
  func integers(source: String, expected: String) { #expect(Self.evaluation(source) == expected, "\(source)") }

  @Test(
    "decimals are exact, shares are compared by multiplying out",
    arguments: [
      ("price + price", "25.00"), ("price * price", "156.2500"), ("huge + price", "error: overflow"),
      ("-price", "-12.50"), ("price < 12.51", "true"), ("price == 12.5", "true"),
      ("share(1, 3) < percent(33.34)", "true"), ("share(1, 3) > percent(33.33)", "true"),
      ("share(1, 2) == percent(50)", "true"), ("share(max, max) == percent(100)", "true"),
      ("share(max - 1, max) < percent(100)", "true"), ("share(-1, -2) == share(1, 2)", "true"),
      ("share(1, zero) > percent(1)", "error: division by zero"), ("share(price, price) == percent(100)", "true"),
      ("percent(fine) == percent(5)", "true"),
    ])
  func decimals(source: String, expected: String) { #expect(Self.evaluation(source) == expected, "\(source)") }

  @Test(
    "positions in texts count scalars, and what is out of bounds errs",
    arguments: [
      ("word.size()", "4"), ("word.charAt(2)", "\"😀\""), ("word.charAt(4)", "\"\""),
      ("word.charAt(5)", "error: index out of bounds"), ("word.charAt(-1)", "error: index out of bounds"),
      ("word.charAt(max)", "error: index out of bounds"), ("word.charAt(min)", "error: index out of bounds"),
      ("word.substring(1, 3)", "\"é😀\""), ("word.substring(3, 1)", "error: index out of bounds"),
      ("word.substring(max)", "error: index out of bounds"), ("word.substring(0, max)", "error: index out of bounds"),
      ("word.indexOf('z')", "3"), ("word.indexOf('')", "0"), ("word.lastIndexOf('')", "4"),
      ("word.indexOf('z', max)", "error: index out of bounds"),
      ("word.lastIndexOf('z', min)", "error: index out of bounds"),
      ("word.reverse()", "\"z😀éa\""), ("word.split('')", "[\"a\",\"é\",\"😀\",\"z\"]"), ("''.split('')", "[]"),
      ("''.split(',')", "[\"\"]"), ("'a,b,c'.split(',', 2)", "[\"a\",\"b,c\"]"), ("'a,b'.split(',', 0)", "[]"),
      ("'aaa'.replace('a', 'b', 2)", "\"bba\""), ("'ab'.replace('', '-')", "\"-a-b-\""),
      ("composed == decomposed", "false"), ("[composed].exists(x, x == decomposed)", "false"),
      ("composed in [decomposed]", "false"), ("folded(composed) == folded(decomposed)", "true"),
      ("'abc'.matches(pattern)", "error: pattern that is not RE2"), ("'abc'.matches('^b')", "false"),
    ])
  func texts(source: String, expected: String) { #expect(Self.evaluation(source) == expected, "\(source)") }

  @Test(
    "lists give optionals where they are empty, and err out of bounds",
    arguments: [
      ("few[0]", "3"), ("few[4]", "error: index out of bounds"), ("few[-1]", "error: index out of bounds"),
      ("few[max]", "error: index out of bounds"), ("few[?9]", "none"), ("few[?0]", "3"),
      ("few.slice(1, 3)", "[1,2]"), ("few.slice(0, max)", "error: index out of bounds"),
      ("few.slice(2, 1)", "error: index out of bounds"), ("few.distinct()", "[3,1,2]"), ("few.sort()", "[1,1,2,3]"),
      ("few.min()", "1"), ("empty.min()", "none"), ("empty.max()", "none"), ("empty.sum()", "0"),
      ("few.sum()", "7"), ("few.first()", "3"), ("empty.last()", "none"), ("few.reverse()", "[1,2,1,3]"),
      ("[[1], [2, 3]].flatten()", "[1,2,3]"), ("few + [9]", "[3,1,2,1,9]"),
      ("few == [3, 1, 2, 1]", "true"), ("1 in few", "true"), ("{'b': 2, 'a': 1} == {'a': 1, 'b': 2}", "true"),
      ("{'a': 1}['b']", "error: no such key"), ("{'a': 1}[?'b']", "none"), ("'b' in {'a': 1}", "false"),
      ("{'b': 1, 'a': 2}.map(k, k)", "[\"a\",\"b\"]"),
      ("{composed: 1, decomposed: 2}.map(k, k).size()", "2"), ("{word: 1, word: 2}.size()", "error: key given twice"),
    ])
  func lists(source: String, expected: String) { #expect(Self.evaluation(source) == expected, "\(source)") }

  @Test(
    "numbers are printed as they are",
    arguments: [
      ("'%.2f'.format([ratio])", "\"2.67\""), ("'%.0f'.format([0.5])", "\"0\""), ("'%.0f'.format([1.5])", "\"2\""),
      ("'%.25f'.format([0.1])", "\"0.1000000000000000055511151\""),
      ("'%.3f'.format([1e20])", "\"100000000000000000000.000\""), ("'%.1e'.format([9.97])", "\"1.0e+01\""),
      ("'%.99999999999999999999f'.format([1.0])", "error: argument out of range"),
      ("'%.400f'.format([1.0])", "error: argument out of range"),
    ])
  func formats(source: String, expected: String) { #expect(Self.evaluation(source) == expected, "\(source)") }

  @Test(
    "times know zones and err outside the years 1 to 9999",
    arguments: [
      ("timestamp('9999-12-31T23:59:59Z') + 1s", "error: overflow"),
      ("timestamp('0001-01-01T00:00:00Z') - 1s", "error: overflow"),
      ("timestamp('2025-12-01T10:00:00Z').getHours('America/New_York')", "5"),
      ("timestamp('2025-12-01T10:00:00Z').getHours(zone)", "error: unknown time zone"),
      ("timestamp(word)", "error: text that cannot be converted"),
      ("date(word)", "error: text that cannot be converted"),
      ("duration(word)", "error: text that cannot be converted"),
      ("int(word)", "error: text that cannot be converted"), ("bool(word)", "error: text that cannot be converted"),
      ("timestamp('2025-12-01T10:00:00Z') - timestamp('2025-12-01T09:59:30Z') == 30s", "true"),
    ])
  func times(source: String, expected: String) { #expect(Self.evaluation(source) == expected, "\(source)") }
}
