import Bylaw
import BylawModel
import Testing

/// Thresholds and exceptions that read the inputs and the resource of each action they reach.
struct ActionScopeTests {
  static let budget = """
    facts: { spent: { sum: Order, of: it.amount } }
    thresholds:
      budget:
        measure: facts.spent + input.amount
        of: 100
        bands:
          tight: { from: 75 %, forbid: buy.much, because: "Nearly {input.amount} too much." }
          used: { above: 100 %, forbid: [buy.much, buy.little], because: Used up. }
    actions:
      buy.little: { allow: [clerk], input: { note: text, amount: int } }
      buy.much: { allow: [clerk], input: { amount: int } }
      look: { allow: [clerk], input: { amount: int }, classify: { used: budget.at_least("used") } }
      other: { allow: [clerk] }

    """

  @Test(
    "A threshold adds what the request would cost, by the inputs of each action",
    arguments: [
      ("buy.little", 45, nil), ("buy.little", 46, "thresholds.budget.used"), ("buy.much", 19, nil),
      ("buy.much", 20, "thresholds.budget.tight"), ("other", 0, nil),
    ])
  func cost(action: String, amount: Int64, refusal: String?) throws {
    let point = try DecisionTests.point(Self.budget)
    var input: [String: Value] = ["amount": .int(amount)]
    if action == "buy.little" { input["note"] = .string("pens") }
    if action == "other" { input = [:] }
    let decision = point.decide(DecisionTests.request(action, input: input), at: DecisionTests.now)
    #expect(decision.outcome == (refusal == nil ? .allow : .deny))
    #expect(decision.reasons.first?.rule == refusal)
  }

  @Test("Any action that has what a threshold reads can ask for its bands")
  func asked() throws {
    let point = try DecisionTests.point(Self.budget)
    for (amount, isUsed) in [(Int64(45), false), (46, true)] {
      let request = DecisionTests.request("look", input: ["amount": .int(amount)])
      let decision = point.decide(request, at: DecisionTests.now)
      #expect(decision.classified["used"]?.value == .bool(isUsed))
    }
  }

  @Test("A threshold by the resource is told to whom its band names")
  func notice() throws {
    let point = try DecisionTests.point(
      """
      thresholds:
        dear:
          measure: resource.amount
          of: 10
          bands:
            much: { from: 100 %, forbid: look, because: Dear., notify: [{ to: subject }] }
      actions:
        look: { of: Order, allow: [clerk] }
        other: { allow: [clerk] }
      """)
    let dear = point.decide(DecisionTests.request("look", on: "o2"), at: DecisionTests.now)
    #expect(dear.reasons.map(\.rule) == ["thresholds.dear.much"])
    #expect(dear.obligations.map(\.rule) == ["thresholds.dear.much"])
    let cheap = point.decide(DecisionTests.request("look", on: "o1"), at: DecisionTests.now)
    #expect(cheap.outcome == .allow)
    #expect(cheap.obligations.isEmpty)
  }

  @Test("An exception is for what the inputs and the resource say")
  func exception() throws {
    let point = try DecisionTests.point(
      """
      rules:
        closed: { forbid: pay, because: Closed. }
      exceptions:
        small: { suspends: closed, for: input.n < resource.amount, owner: A, approved_by: B, because: C, until: 2099-01-01 }
      actions:
        pay: { of: Order, allow: [clerk], input: { n: int } }
      """)
    for (amount, outcome) in [(Int64(4), Decision.Outcome.allow), (5, .deny)] {
      let request = DecisionTests.request("pay", on: "o1", input: ["n": .int(amount)])
      #expect(point.decide(request, at: DecisionTests.now).outcome == outcome)
    }
  }
}
