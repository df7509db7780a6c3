import Bylaw
import BylawModel
import Testing

@Suite struct DecisionDocumentTests {
  static let now = Timestamp("2025-06-01T12:00:00Z") ?? Timestamp(seconds: 0)

  static func decide(_ order: String, input: [String: Value] = ["reason": .string("due")]) throws -> Decision {
    try decisionPoint().decide(request(order, input: input), at: now)
  }

  static func decisionPoint() throws -> PolicyDecisionPoint {
    let ruleSet = try SmallRules.load()
    return PolicyDecisionPoint(
      ruleSet, records: try Records(text: SmallRules.records, path: "records.yaml", for: ruleSet))
  }

  static func request(_ order: String, input: [String: Value] = ["reason": .string("due")]) -> Request {
    Request(
      subject: .init(type: "User", id: "u-1"), action: "order.pay", input: input,
      resource: .init(type: "Order", id: order))
  }

  /// The document without the digest, which changes with every edit of the rules.
  static func json(_ decision: Decision) -> String {
    decision.json().replacing(decision.ruleSet.digest, with: "D")
  }

  @Test func `an allow is a document with its members in a fixed order`() throws {
    #expect(
      Self.json(try Self.decide("o-1")) == """
        {"decision":"allow","reasons":[],"missing":[],"classified":{"bulk":{"value":"small"}},\
        "obligations":[{"audit":"pay","rule":"actions.order.pay"}],"indeterminate":[],\
        "rule_set":{"name":"small","version":"0.1.0","digest":"D"},"at":"2025-06-01T12:00:00Z"}
        """)
  }

  @Test func `a denial names its class, its rules and their clauses`() throws {
    let json = Self.json(try Self.decide("o-3"))
    #expect(json.hasPrefix(#"{"decision":"deny","class":"precondition_failed","reasons":[{"rule":"#))
    #expect(json.contains(#""because":"An order of 0.00 is not paid.","sop":["S-2","S-3"],"source":"orders.yaml:"#))
  }

  @Test func `a pending decision says what is missing and who can supply it`() throws {
    let json = Self.json(try Self.decide("o-2"))
    #expect(
      json.contains(
        #""missing":[{"approvals":1,"of":"role:boss","excluding":["u-1"],"reachable":true,"rule":"approvals.boss"}]"#))
    #expect(json.contains(#""classified":{"bulk":{"value":"large","row":"A thousand or more"}}"#))
  }

  @Test func `the same request gives the same bytes`() throws {
    #expect(try Self.decide("o-2").json() == Self.decide("o-2").json())
  }

  @Test func `the text has the answer, why, what is missing, and what else happens, in this order`() throws {
    let text = try Self.decide("o-2").text()
    #expect(text.hasPrefix("PENDING\n\nWhy\n  The order is large\n    approvals.boss"))
    let missing = try #require(
      text.firstRange(of: "Missing\n  1 approval by somebody with the role boss, but not by u-1\n"))
    let classified = try #require(text.firstRange(of: "Classified\n  bulk  large  A thousand or more\n"))
    #expect(missing.upperBound < classified.lowerBound)
    #expect(text.hasSuffix("by small 0.1.0, as of 2025-06-01T12:00:00Z\n"))
  }

  @Test func `colour is used only where it is asked for`() throws {
    let decision = try Self.decide("o-1")
    #expect(!decision.text().contains("\u{1B}"))
    #expect(decision.text(isColored: true).hasPrefix("\u{1B}[1;32mALLOW\u{1B}[0m"))
  }

  @Test func `texts of a request cannot steer a terminal`() {
    let decision = Decision(
      outcome: .deny, denialClass: .forbidden,
      reasons: [.init(rule: "r", because: "a\u{1B}[2Jb\nc\u{202E}d")],
      ruleSet: .init(name: "n", version: "1", digest: "d"), at: Self.now)
    #expect(decision.text().contains(#"a\u001b[2Jb c\u202ed"#))
  }

  @Test func `an explanation shows each condition with the values that it saw`() throws {
    let explanation = try Self.decisionPoint().explain(Self.request("o-2"), at: Self.now)
    #expect(try explanation.decision == Self.decide("o-2"))
    let text = explanation.text()
    #expect(text.contains("✓ that resource.amount > 0  orders.yaml:"))
    #expect(text.contains("resource.amount = 5000.00"))
    #expect(text.contains("approval approvals.boss  orders.yaml:"))
    #expect(text.contains("✓ The order is large  orders.yaml:"))
    #expect(text.contains("classified.bulk = large"))
    #expect(text.contains("✓ row A thousand or more"))
    let json = explanation.json()
    #expect(json.contains(#""text":"resource.amount > 0","place":"orders.yaml:"#))
    #expect(json.contains(#""values":[{"expression":"resource.amount","value":"5000.00"}]"#))
  }

  @Test func `what was not judged is not explained`() throws {
    let explanation = try Self.decisionPoint().explain(Self.request("o-3"), at: Self.now)
    #expect(explanation.text().contains("✗ that resource.amount > 0"))
    #expect(!explanation.text().contains("The order is large"))
    let refused = try Self.decisionPoint().explain(Self.request("o-1", input: [:]), at: Self.now)
    #expect(refused.json().hasSuffix(#""explanation":[]}"#))
  }
}
