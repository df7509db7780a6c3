import Bylaw
import BylawModel
import Testing

/// Who asks: people with and without a record, and the engine itself.
struct SubjectTests {
  private static func decide(_ rules: String, _ request: Request, records: Records? = DecisionTests.records) throws
    -> Decision
  {
    try DecisionTests.point(rules, records: records).decide(request, at: DecisionTests.now)
  }

  // MARK: Without a record

  @Test(
    "A subject without a record is refused in the words for anybody without authority, also where anyone may act",
    arguments: [
      ("actions: { go: { allow: [anyone] } }", "Only anyone may do this, under the conditions of the rule."),
      ("actions: { go: { allow: [boss] } }", "Only boss may do this, under the conditions of the rule."),
      (
        "actions: { go: { allow: [boss] } }\nrules: { r: { forbid: everything, unless: subject.active, because: No., "
          + "class: unauthorized } }", "Only boss may do this, under the conditions of the rule."
      ),
    ])
  func stranger(rules: String, sentence: String) throws {
    let decision = try Self.decide(rules, DecisionTests.request("go", as: "nobody"))
    #expect(decision.denialClass == .unauthorized)
    #expect(decision.reasons.map(\.because) == [sentence])
    #expect(decision.indeterminate.isEmpty)
    if rules.contains("boss") {
      let known = try Self.decide(rules, DecisionTests.request("go", as: "ann"))
      #expect(known.reasons == decision.reasons)
    }
  }

  @Test("Whoever has no record does not vote and withdraws nothing", arguments: ["approve(go)", "reject(go)"])
  func strangerVotes(action: String) throws {
    let rules = """
      actions: { go: { allow: [clerk] } }
      approvals: { a: { for: go, places: [{ of: { where: "true" } }] } }
      """
    var request = DecisionTests.request(action, as: "nobody")
    if action.hasPrefix("reject") { request.input = ["reason": .string("no")] }
    #expect(try Self.decide(rules, request).denialClass == .unauthorized)
    let withdrawal = DecisionTests.request("withdraw(go)", as: "nobody")
    #expect(try Self.decide(rules, withdrawal).denialClass == .unauthorized)
  }

  @Test("Without any records, and with properties of its own, a subject acts as the request describes it")
  func described() throws {
    var request = DecisionTests.request("go", as: "nobody")
    #expect(try Self.decide("actions: { go: { allow: [anyone] } }", request, records: nil).outcome == .allow)
    request.subject.properties = ["role": .string("boss")]
    for records in [nil, DecisionTests.records] {
      #expect(try Self.decide("actions: { go: { allow: [boss] } }", request, records: records).outcome == .allow)
    }
  }

  // MARK: The engine

  static let systemRules = "actions: { go: { allow: [system] } }"

  @Test("No request speaks for the engine because it says so")
  func pretender() throws {
    let json = #"{"subject":{"type":"System","id":"x"},"action":{"name":"go"}}"#
    let refused = try Self.decide(Self.systemRules, Request(json: json))
    #expect(refused.denialClass == .invalidRequest)
    #expect(
      refused.reasons.map(\.because) == ["'subject' is no User; System is the engine itself, never a caller."])
    let written = Request(subject: .init(type: "System", id: "engine"), action: "go")
    #expect(try Self.decide(Self.systemRules, written).denialClass == .invalidRequest)
  }

  @Test("The engine acts without a record where a program says that it is the engine")
  func engine() throws {
    #expect(try Self.decide(Self.systemRules, Request(subject: .system, action: "go")).outcome == .allow)
    let json = #"{"subject":{"type":"System","id":"x"},"action":{"name":"go"}}"#
    #expect(try Self.decide(Self.systemRules, Request(json: json, takesSystem: true)).outcome == .allow)
  }

  @Test("The engine votes on nothing")
  func engineVotes() throws {
    let rules = """
      actions: { go: { allow: [system] } }
      approvals: { a: { for: go, places: [{ of: { where: "true" } }] } }
      """
    let vote = Request(subject: .system, action: "approve(go)")
    #expect(try Self.decide(rules, vote).denialClass == .unauthorized)
  }

  // MARK: Roles

  @Test("Where anyone may act, a role that cannot be told is not noted")
  func unneededRole() throws {
    let request = DecisionTests.request("go")
    let open = try Self.decide("actions: { go: { allow: [anyone] } }", request, records: nil)
    #expect(open.outcome == .allow)
    #expect(open.indeterminate.isEmpty)
  }
}
