import Bylaw
import BylawModel
import Testing

/// Rules that share what they ask are found by it; which of them fire must not depend on that.
struct RuleLookupTests {
  /// Five rules under a condition that errs for an amount of 0, five under its negation, five under an equality.
  private static let rules: String = {
    var text = """
      actions:
        order.touch:
          title: Touch an order
          of: Order
          allow: [clerk]
      rules:

      """
    func add(_ id: String, _ condition: String) {
      text += "  \(id):\n    forbid: order.touch\n    when: '\(condition)'\n    because: No.\n"
    }
    for number in 1...5 {
      add("small-\(number)", "100 / resource.amount > 10 && resource.amount < \(4 * number)")
      add("large-\(number)", "not (100 / resource.amount > 10) && resource.amount < \(10 * number)")
      add("exact-\(number)", "resource.amount == \(number) && resource.state == \"draft\"")
    }
    return text
  }()

  /// By hand: a rule fires where nothing that it asks is false.
  private static func expected(_ amount: Int64) -> [String] {
    let isSmall: Bool? = amount == 0 ? nil : 100 / amount > 10
    var fired: [String] = []
    for number in Int64(1)...5 {
      if isSmall != false, amount < 4 * number { fired.append("rules.small-\(number)") }
      if isSmall != true, amount < 10 * number { fired.append("rules.large-\(number)") }
      if amount == number { fired.append("rules.exact-\(number)") }
    }
    return fired.sorted()
  }

  @Test("Rules under shared conditions fire where these hold or cannot be told", arguments: Int64(0)...60)
  func sharedConditions(_ amount: Int64) throws {
    let point = try DecisionTests.point(Self.rules)
    var request = DecisionTests.request("order.touch", on: "o2")
    request.resource?.properties["amount"] = .int(amount)
    let decision = point.decide(request, at: DecisionTests.now)
    #expect(decision.reasons.map(\.rule) == Self.expected(amount))
    #expect(point.outcome(of: request, at: DecisionTests.now) == decision.outcome)
  }

  @Test("An evaluator that is used again knows nothing of the request before")
  func usedAgain() throws {
    let point = try DecisionTests.point(Self.rules)
    var request = DecisionTests.request("order.touch", on: "o2")
    request.resource?.properties = ["amount": .int(0), "state": .string("open"), "note": .string("mine")]
    let first = point.decide(request, at: DecisionTests.now)
    let plain = DecisionTests.request("order.touch", on: "o2")
    let fresh = try DecisionTests.point(Self.rules).decide(plain, at: DecisionTests.now)
    #expect(point.decide(plain, at: DecisionTests.now) == fresh)
    #expect(point.decide(request, at: DecisionTests.now) == first)
    #expect(first != fresh)
  }

  @Test("A list without alternatives never holds, nor does what needs it", arguments: ["first", "worst", "only"])
  func emptyAlternatives(_ policy: String) throws {
    let point = try DecisionTests.point(
      """
      classifications:
        extent:
          given: { order: Order }
          gives: Level
          pick: \(policy)
          rows:
            high:
              Row A: { any: { Big: order.amount > 200, Never: { any: {} } } }
              Row B: { any: { Small: order.amount < 3, Never: { none: { Always: { all: {} } } } } }
              Row C: order.amount == 10 && order.state == "closed"
          otherwise: low
      actions:
        order.touch:
          title: Touch an order
          of: Order
          allow: [clerk]
          classify: { extent: extent(resource) }
      rules:
        one: { forbid: order.touch, when: { any: { Never: { any: {} } } }, because: One. }
        two: { forbid: order.touch, when: { any: {} }, because: Two. }
        three: { forbid: order.touch, when: { all: { Draft: resource.state == "draft" } }, because: Three. }
      """)
    let decision = point.decide(DecisionTests.request("order.touch", on: "o2"), at: DecisionTests.now)
    #expect(decision.classified["extent"]?.value == .string("low"))
    #expect(decision.reasons.map(\.rule) == ["rules.three"])
  }

  /// Each stands twice in the next, so that written out the last is four million times the first.
  @Test("Named conditions that build on each other are loaded in no time")
  func nestedConditions() throws {
    var rules = "conditions:\n  c0: { of: { o: Order }, is: o.amount > 3 }\n"
    for number in 1...22 {
      let part = "c\(number - 1)(o)"
      rules += "  c\(number):\n    of: { o: Order }\n"
      rules += "    is: (\(part) && o.amount > \(number)) || (\(part) && o.amount < \(100 - number))\n"
    }
    rules += "actions:\n  order.touch: { title: Touch an order, of: Order, allow: [clerk] }\nrules:\n"
    for number in 1...3 {
      rules +=
        "  rule-\(number): { forbid: order.touch, when: c22(resource) && resource.amount > \(number), because: No. }\n"
    }
    let point = try DecisionTests.point(rules)
    let decision = point.decide(DecisionTests.request("order.touch", on: "o2"), at: DecisionTests.now)
    #expect(decision.reasons.map(\.rule) == ["rules.rule-1", "rules.rule-2", "rules.rule-3"])
  }
}
