import BylawModel
import Testing

/// Errors are absorbed as in CEL: what decides wins over an error, on whichever side it stands.
struct AbsorptionTests {
  private static let evaluation = Evaluation(
    variables: [
      .init(name: "zero", type: .int, value: .int(0)),
      .init(name: "t", type: .bool, value: .bool(true)),
      .init(name: "f", type: .bool, value: .bool(false)),
      .init(name: "few", type: .list(.int), value: .list([.int(0), .int(1), .int(2)])),
      .init(name: "empty", type: .list(.int), value: .list([])),
      .init(name: "pairs", type: .map(.int), value: .object(["a": .int(0), "b": .int(1)])),
    ])
  /// An error of type bool.
  private static let error = "1 / zero > 0"

  @Test(
    "logical operators absorb errors",
    arguments: [
      ("t && t", "true"), ("t && f", "false"), ("f && t", "false"), ("f && f", "false"),
      ("t && E", "E"), ("E && t", "E"), ("f && E", "false"), ("E && f", "false"), ("E && E", "E"),
      ("t || t", "true"), ("t || f", "true"), ("f || t", "true"), ("f || f", "false"),
      ("t || E", "true"), ("E || t", "true"), ("f || E", "E"), ("E || f", "E"), ("E || E", "E"),
      ("t && E && f", "false"), ("E && t && t", "E"), ("f || E || t", "true"), ("E || f || f", "E"),
      ("!E", "E"), ("!t", "false"), ("!f", "true"),
      ("!(E && f)", "true"), ("!(E || t)", "false"),
      ("(E || t) && t", "true"), ("(E && f) || f", "false"),
    ])
  func operators(source: String, expected: String) { check(source, expected) }

  @Test(
    "a conditional errs with its condition, and only with the branch taken",
    arguments: [
      ("t ? 1 : 2", "1"), ("f ? 1 : 2", "2"), ("t ? 1 : 1 / zero", "1"), ("f ? 1 / zero : 2", "2"),
      ("t ? 1 / zero : 2", "E"), ("E ? 1 : 1", "E"), ("E ? 1 / zero : 1 / zero", "E"),
    ])
  func conditional(source: String, expected: String) { check(source, expected) }

  @Test(
    "all and exists absorb errors, the other macros do not",
    arguments: [
      ("few.all(x, x >= 0)", "true"), ("few.all(x, x > 0)", "false"),
      ("few.all(x, 1 / x > 5)", "false"), ("few.all(x, 2 / x > 0)", "E"), ("empty.all(x, 1 / x > 0)", "true"),
      ("few.exists(x, x == 2)", "true"), ("few.exists(x, x == 9)", "false"),
      ("few.exists(x, 1 / x == 1)", "true"), ("few.exists(x, 1 / x == 9)", "E"),
      ("empty.exists(x, 1 / x > 0)", "false"),
      ("few.exists_one(x, x == 1)", "true"), ("few.exists_one(x, x > 0)", "false"),
      ("few.exists_one(x, 1 / x == 1)", "E"),
      ("few.filter(x, x > 0)", "[1,2]"), ("few.filter(x, 1 / x > 0)", "E"),
      ("few.filter(x, x > 0 && 1 / x >= 0)", "[1,2]"),
      ("few.map(x, x * 2)", "[0,2,4]"), ("few.map(x, 1 / x)", "E"), ("few.map(x, x > 0, 2 / x)", "[2,1]"),
      ("pairs.all(k, k != '')", "true"), ("pairs.exists(k, 1 / pairs[k] == 1)", "true"),
      ("pairs.exists(k, 1 / pairs[k] == 9)", "E"),
      ("[1 / zero].exists(x, true)", "E"), ("[1 / zero, 2].size() == 2", "E"),
    ])
  func macros(source: String, expected: String) { check(source, expected) }

  @Test("a nested macro keeps the variables of the outer one")
  func nested() {
    check("few.filter(x, few.exists(y, y == x + 1) && x < 2)", "[0,1]")
    check("few.map(x, few.map(y, x * 10 + y).filter(z, z > x).size())", "[2,3,3]")
    check("few.exists(x, few.all(x, x >= 0) && x == 2)", "true")
  }

  private func check(_ source: String, _ expected: String) {
    let source = source.replacing("E", with: "(\(Self.error))")
    #expect(Self.evaluation(source) == (expected == "E" ? "error: division by zero" : expected), "\(source)")
  }
}
