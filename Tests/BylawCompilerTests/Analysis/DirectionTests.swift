import BylawCompiler
import BylawSyntax
import Testing

/// Which way named constructs work, from where they are used.
struct DirectionTests {
  /// The direction of each construct of a rule set around `big`, a condition on a number.
  static func directions(_ rules: String) throws -> [String: String] {
    let manifest = "bylaw: 1\nname: t\nversion: 1.0.0\nsubject: [User]\nrole: subject.role\n"
    let prelude = """
      enums: { Role: [a, b] }
      entities:
        User: { fields: { role: Role, n: int } }
      constants: { most: int = 5 }
      facts: { users: { count: User, where: it.n > most } }
      conditions:
        big: { of: { n: int }, is: n > 10 }
        small: { of: { n: int }, is: not big(n) }
        over: { of: { n: int, limit: int }, is: n > limit }
      actions:
        go: { allow: [a], input: { n: int } }
        run: { allow: [a], input: { n: int } }

      """
    let result = RuleSetChecker.check([
      RuleSetFile(path: "bylaw.yaml", bytes: Array(manifest.utf8)),
      RuleSetFile(path: "rules.yaml", bytes: Array((prelude + rules).utf8)),
    ])
    let report = DiagnosticReport(result.diagnostics, in: result.sources).text()
    let checked = try #require(result.ruleSet, "\(report)")
    let constructs = DirectionAnalysis.constructs(of: checked)
    return Dictionary(uniqueKeysWithValues: constructs.map { ("\($0.kind) \($0.name)", $0.direction.word) })
  }

  static func rule(_ body: String) -> String { "rules:\n  r: { forbid: go, because: No., \(body) }\n" }

  @Test(
    "A condition works by the place that asks it",
    arguments: [
      (rule("when: big(input.n)"), "condition big", "tightens"),
      (rule("unless: big(input.n)"), "condition big", "loosens"),
      (rule("when: not big(input.n)"), "condition big", "loosens"),
      (rule("when: small(input.n)"), "condition big", "loosens"),
      (rule("when: small(input.n)"), "condition small", "tightens"),
      (rule("when: big(input.n), unless: big(input.n + 1)"), "condition big", "both"),
      (rule("when: big(input.n) == true"), "condition big", "both"),
      (rule("when: { none: { Big: big(input.n) } }"), "condition big", "loosens"),
      (rule("when: input.n > 3"), "condition big", "none"),
      ("rules:\n  r: { require: go, that: big(input.n), else: No. }\n", "condition big", "loosens"),
      ("rules:\n  r: { grant: go, to: b, when: big(input.n) }\n", "condition big", "loosens"),
      (
        "approvals:\n  p: { for: go, when: big(input.n), places: [{ of: { role: b } }] }\n", "condition big", "tightens"
      ),
      (
        "approvals:\n  p: { for: go, places: [{ of: { where: big(approver.n) } }] }\n", "condition big", "loosens"
      ),
    ])
  func conditions(rules: String, construct: String, direction: String) throws {
    #expect(try Self.directions(rules)[construct] == direction)
  }

  @Test(
    "Facts and constants work through comparisons and the parameters of conditions",
    arguments: [
      (rule("when: facts.users > 3"), "fact users", "tightens"),
      (rule("when: 3 > facts.users"), "fact users", "loosens"),
      (rule("when: \"over(facts.users, 3)\""), "fact users", "tightens"),
      (rule("when: \"over(3, facts.users)\""), "fact users", "loosens"),
      (rule("when: input.n - most > 3"), "constant most", "loosens"),
      (rule("when: facts.users > 3"), "constant most", "loosens"),
      (rule("when: input.n == most"), "constant most", "both"),
      (
        "thresholds:\n  t: { measure: facts.users, of: most, bands: { b: { from: 50 %, forbid: go, because: No. } } }\n",
        "constant most", "loosens"
      ),
      (
        "thresholds:\n  t: { measure: facts.users, of: 5, bands: { b: { from: 50 %, forbid: go, because: No. } } }\n",
        "threshold t", "tightens"
      ),
    ])
  func values(rules: String, construct: String, direction: String) throws {
    #expect(try Self.directions(rules)[construct] == direction)
  }

  @Test(
    "Groups work by what names them, and exceptions loosen",
    arguments: [
      ("groups: { all: [go, run] }\nrules:\n  r: { forbid: all, because: No. }\n", "group all", "tightens"),
      (
        "groups: { all: [go] }\nrules:\n  r: { forbid: everything, except: all, because: No. }\n", "group all",
        "loosens"
      ),
      (
        "groups: { all: [some], some: [go] }\nrules:\n  r: { grant: all, to: b }\n  s: { forbid: some, because: No. }\n",
        "group some", "both"
      ),
      (
        rule("when: input.n > 1")
          + "exceptions:\n  e: { suspends: r, for: big(subject.n), owner: A, approved_by: B, because: C, until: 2099-01-01 }\n",
        "exception e", "loosens"
      ),
    ])
  func groups(rules: String, construct: String, direction: String) throws {
    #expect(try Self.directions(rules)[construct] == direction)
  }
}
