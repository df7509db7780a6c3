import BylawCompiler
import BylawSyntax
import Testing

/// What the checker tells of rules without a request.
struct AnalysisTests {
  static let prelude = """
    enums:
      Role: [a, b]
      Tier: [gold, silver]
      Code: [\((0..<130).map { "w\($0)" }.joined(separator: ", "))]
      Severity: { least_to_worst: [P3, P2, P1] }
    entities:
      User:
        fields:
          role: Role
          manager: User

    """

  static func codes(_ rules: String) -> [String] {
    let manifest = "bylaw: 1\nname: t\nversion: 1.0.0\nsubject: [User]\nrole: subject.role\n"
    let result = RuleSetChecker.check([
      RuleSetFile(path: "bylaw.yaml", bytes: Array(manifest.utf8)),
      RuleSetFile(path: "rules.yaml", bytes: Array((prelude + rules).utf8)),
    ])
    return Set(
      result.diagnostics.map { "\($0.severity.rawValue) \($0.code.rawValue): \($0.message)" }
    ).sorted()
  }

  static func table(
    _ pick: String, _ rows: String, otherwise: String = "", gives: String = "Severity"
  ) -> String {
    """
    classifications:
      t:
        given: { tier: Tier, amount: int, hot: bool }
        gives: \(gives)
        pick: \(pick)
        rows:
    \(rows)
    \(otherwise)
    """
  }

  /// An operand with more words than a machine word has bits, beside one with an order.
  static func wide(_ rows: String) -> String {
    """
    records:
      Item:
        code: Code
        amount: int
    classifications:
      t:
        given: { item: Item }
        gives: Severity
        pick: first
        rows:
    \(rows)

    """
  }

  @Test(
    "What rows leave over is told by the first case, counting through the first operand first",
    arguments: [
      ("      P1:\n        Most: item.code != \"w66\"", "item.code w66"),
      ("      P1:\n        Most: item.code != \"w66\" && item.code != \"w129\"", "item.code w66"),
      (
        "      P1:\n        Large: item.amount > 10 || item.code == \"w0\"",
        "item.amount under 10 and item.code w1"
      ),
      (
        "      P1:\n        Large: item.amount > 10\n      P2:\n        Less: item.amount < 10 && item.code != \"w128\"",
        "item.amount 10 and item.code w0"
      ),
    ])
  func witnesses(rows: String, over: String) {
    let found = Self.codes(Self.wide(rows))
    #expect(found.contains("error uncovered-input: 't' leaves something over: \(over)"), "\(found)")
  }

  @Test(
    "Rows of 'first' and 'worst' that can never win are errors",
    arguments: [
      (
        table(
          "worst", "      P1:\n        Big: amount > 10\n      P2:\n        Bigger: amount > 20",
          otherwise: "    otherwise: P3"), true
      ),
      (
        table(
          "worst", "      P1:\n        Big: amount > 20\n      P2:\n        Less: amount > 10",
          otherwise: "    otherwise: P3"), false
      ),
      (
        table(
          "first",
          "      P1:\n        Hot: hot\n      P2:\n        Hot gold: hot && tier == \"gold\"",
          otherwise: "    otherwise: P3"), true
      ),
      (
        table(
          "first",
          "      P1:\n        Hot gold: hot && tier == \"gold\"\n      P2:\n        Hot: hot",
          otherwise: "    otherwise: P3"), false
      ),
      (
        table(
          "first", "      P1:\n        Nothing: amount > 5 && amount < 6",
          otherwise: "    otherwise: P3"), true
      ),
    ])
  func unreachableRows(rules: String, isRefused: Bool) {
    #expect(
      Self.codes(rules).contains("error unreachable-row: this row can never win") == isRefused)
  }

  @Test("Without 'otherwise' the rows must leave nothing over, and the report names an example")
  func gaps() {
    let rules = Self.table(
      "first",
      "      P1:\n        Gold: tier == \"gold\"\n      P2:\n        Small silver: tier == \"silver\" && amount < 5"
    )
    #expect(
      Self.codes(rules) == [
        "error uncovered-input: 't' leaves something over: tier silver and amount 5"
      ])
    let whole = Self.table(
      "first",
      "      P1:\n        Gold: tier == \"gold\"\n      P2:\n        Silver: tier == \"silver\"")
    #expect(Self.codes(whole).isEmpty)
  }

  @Test("Rows of 'only' must not overlap; bounds that meet are told apart")
  func overlaps() {
    func rules(_ second: String) -> String {
      """
      classifications:
        t:
          given: { tier: Tier, amount: int }
          gives: { x: int }
          pick: only
          columns: [tier, amount, x]
          rows:
            - [any, under 5, 1]
            - [\(second), 2]
          otherwise: 3
      """
    }
    #expect(Self.codes(rules("gold, at least 5")).isEmpty)
    #expect(
      Self.codes(rules("gold, at least 4")) == [
        "error overlapping-rows: rows 1 and 2 can match the same request"
      ])
  }

  @Test(
    "Conditions that are always or never true are warned of",
    arguments: [
      ("input.n > 3 || input.n < 5", "warning always-true: this condition is always true"),
      ("input.n > 4 && input.n < 5", "warning never-true: this condition is never true"),
      (
        "input.tier == \"gold\" && input.tier == \"silver\"",
        "warning never-true: this condition is never true"
      ),
      (
        "input.tier in [\"gold\", \"silver\"]", "warning always-true: this condition is always true"
      ),
      ("input.n > 4 && input.n < 6", nil),
      ("limit == 3", nil),
    ])
  func constantConditions(condition: String, expected: String?) {
    let rules = """
      constants:
        limit: int = 3
      actions:
        go:
          allow: [a]
          input: { n: int, tier: Tier }
          require:
            r:
              that: '\(condition)'
              else: No.
      """
    #expect(Self.codes(rules) == (expected.map { [$0] } ?? []))
  }

  @Test(
    "Places that nobody can fill are errors",
    arguments: [
      ("[{ count: 2, of: { people: subject.manager } }]", "", true),
      (
        "[{ count: 1, of: { people: subject.manager } }, { count: 1, of: { people: subject.manager } }]",
        "", true
      ),
      ("[{ count: 1, of: { people: subject.manager } }]", "excluding: [subject.manager]", true),
      ("[{ count: 1, of: { people: subject.manager } }]", "", false),
    ])
  func places(places: String, excluding: String, isRefused: Bool) {
    let rules = """
      actions:
        go: { allow: [a] }
      approvals:
        p:
          for: go
          places: \(places)
          \(excluding)
      """
    #expect(Self.codes(rules).contains { $0.hasPrefix("error unfillable-place") } == isRefused)
  }
}
