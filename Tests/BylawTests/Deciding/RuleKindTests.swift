import Bylaw
import BylawModel
import Testing

/// What each kind of rule does with each of its keys.
struct RuleKindTests {
  static let early = Timestamp(seconds: 1_700_000_000)

  static func outcome(
    _ rules: String, _ action: String, as subject: String, at time: Timestamp = DecisionTests.now
  ) throws -> Decision {
    try DecisionTests.point(rules).decide(DecisionTests.request(action, as: subject), at: time)
  }

  @Test("A grant holds within its time alone")
  func grantPeriod() throws {
    let rules = """
      actions: { go: { allow: [boss] } }
      rules: { more: { grant: go, to: clerk, effective: { until: 2024-01-01 } } }
      """
    #expect(try Self.outcome(rules, "go", as: "ann", at: Self.early).outcome == .allow)
    #expect(try Self.outcome(rules, "go", as: "ann").outcome == .deny)
    #expect(try Self.outcome(rules, "go", as: "bob").outcome == .allow)
  }

  @Test("A grant reads its own 'let'")
  func grantLet() throws {
    let rules = """
      actions: { go: { allow: [boss] } }
      rules: { more: { grant: go, to: clerk, let: { mine: subject.manager }, when: has(let.mine) } }
      """
    #expect(try Self.outcome(rules, "go", as: "ann").outcome == .allow)
  }

  @Test("What 'everything' reaches does not depend on the order of rules", arguments: [true, false])
  func everything(grantFirst: Bool) throws {
    let forbid = "  f: { forbid: everything, unless: subject.active, because: Only active users. }\n"
    let grant = "  g: { grant: go, to: boss }\n"
    let rules = "actions: { go: { allow: [system] } }\nrules:\n" + (grantFirst ? grant + forbid : forbid + grant)
    #expect(try Self.outcome(rules, "go", as: "gone").reasons.map(\.rule) == ["rules.f"])
    #expect(try Self.outcome(rules, "go", as: "bob").outcome == .allow)
  }

  @Test(
    "A grant stands beside permission and allow",
    arguments: [
      ("permission: p", "bob", true), ("permission: p", "cy", true), ("permission: p", "ann", false),
      ("allow: [auditor]\n    permission: p", "bob", true), ("allow: [auditor]\n    permission: p", "cy", false),
      ("allow: [boss]\n    permission: p", "cy", false), ("allow: [auditor]", "cy", true),
    ])
  func grantBeside(body: String, subject: String, isAllowed: Bool) throws {
    // The auditor holds the permission, the boss has the grant.
    let permitted = body.contains("allow") ? "clerk" : "auditor"
    let rules = """
      grants: { \(permitted): { permissions: [p] } }
      actions:
        go:
          \(body)
      rules: { g: { grant: go, to: boss } }
      """
    #expect(try (Self.outcome(rules, "go", as: subject).outcome == .allow) == isAllowed)
  }

  @Test("Whoever lacks only the permission is told so, whatever rules grant to others")
  func lacking() throws {
    let rules = """
      grants: { auditor: { permissions: [p] } }
      actions: { go: { permission: p } }
      rules: { g: { grant: go, to: boss } }
      """
    #expect(try Self.outcome(rules, "go", as: "ann").reasons.map(\.because) == ["This needs the permission p."])
  }

  @Test(
    "A rule notifies within its time, when its condition holds, unless another does",
    arguments: [
      ("", 1), ("effective: { until: 2024-01-01 }, ", 0), ("effective: { from: 2024-01-01 }, ", 1),
      ("unless: subject.active, ", 0), ("unless: \"!subject.active\", ", 1),
      (#"unless: '1 / size(has(subject.manager) ? "" : "a") > 1', "#, 1),
      ("let: { low: subject.role == \"clerk\" }, when: not let.low, ", 0),
      ("each: { n: \"[1, 2, 3]\" }, when: n > 1, ", 2),
    ])
  func notice(keys: String, count: Int) throws {
    let rules = """
      actions: { go: { allow: [clerk] } }
      rules: { n: { notify: go, to: subject, \(keys)text: Gone. } }
      """
    let decision = try Self.outcome(rules, "go", as: "ann")
    #expect(decision.obligations.map(\.rule) == Array(repeating: "rules.n", count: count))
  }

  @Test("Who is told by expression stands in the obligation by id")
  func recipients() throws {
    let rules = """
      parties: { bosses: { channel: chat, to: bosses } }
      actions:
        go:
          allow: [clerk]
          notify:
            - { to: [subject.manager, bosses] }
      """
    let decision = try Self.outcome(rules, "go", as: "ann")
    #expect(decision.obligations.map(\.to) == [["bob"], nil])
    #expect(decision.json().contains(#""notify":"subject.manager","to":["bob"]"#))
  }

  @Test("Exactly one of the inputs of a vote is asked for")
  func exactlyOne() throws {
    let point = try DecisionTests.point(
      """
      actions: { go: { allow: [clerk] } }
      approvals:
        a:
          for: go
          places: [{ of: { role: boss } }]
          vote: { reject: { input: { code: int, words: string }, exactly_one: [code, words] } }
      """)
    func reject(_ input: [String: Value]) -> Decision {
      let given = input.merging(["reason": .string("No.")]) { first, _ in first }
      return point.decide(DecisionTests.request("reject(go)", as: "bob", input: given), at: DecisionTests.now)
    }
    #expect(reject(["code": .int(1)]).outcome == .allow)
    #expect(reject([:]).denialClass == .invalidInput)
    #expect(reject(["code": .int(1), "words": .string("x")]).denialClass == .invalidInput)
  }
}
