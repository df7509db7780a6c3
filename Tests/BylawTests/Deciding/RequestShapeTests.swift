import Bylaw
import BylawModel
import Testing

/// Requests whose values are given by slot.
@Suite struct RequestShapeTests {
  private static let manifest = """
    bylaw: 1
    name: shapes
    version: 1.0.0
    subject: User
    role: subject.role
    time_zone: UTC

    """
  private static let rules = """
    enums:
      Role: [clerk, chief]
    context:
      load: { type: int?, from: server }
    entities:
      User:
        live: it.active
        fields: { role: Role, active: bool }
      Order:
        fields:
          amount: int(0..1000)
          tags: list(string(1..10), ..3)
    actions:
      order.pay:
        title: Pay an order
        of: Order
        allow: [clerk, chief]
        input: { note: string(1..20) }
    rules:
      large:
        forbid: order.pay
        when: resource.amount > 500
        unless: subject.role == "chief"
        because: Only the chief pays more than 500.

    """
  private let point: PolicyDecisionPoint

  init() throws {
    let files = [(path: "bylaw.yaml", text: Self.manifest), (path: "rules.yaml", text: Self.rules)]
    point = PolicyDecisionPoint(try RuleSet(files: files))
  }

  private static let members = [
    "subject.role", "subject.active", "resource.amount", "resource.tags", "input.note",
  ]

  private func decide(
    role: String, amount: Value, tags: [String] = ["a"], note: String? = "now", subject: String = "u-1"
  ) throws -> Decision {
    let shape = try point.shape(of: "order.pay", subject: "User", resource: "Order", giving: Self.members)
    let slots = try Self.members.map { try shape.slot($0) }
    return point.decide(shape, subject: subject, resource: "o-1", at: Timestamp(seconds: 0)) { request in
      request.set(slots[0], to: role)
      request.set(slots[1], to: true)
      request.set(slots[2], to: amount)
      request.set(slots[3], to: tags)
      if let note { request.set(slots[4], to: note) }
    }
  }

  @Test func `Values by slot decide like values by name`() throws {
    #expect(try decide(role: "clerk", amount: .int(500)).outcome == .allow)
    #expect(try decide(role: "chief", amount: .int(501)).outcome == .allow)
    let denied = try decide(role: "clerk", amount: .int(501))
    #expect(denied.reasons.map(\.because) == ["Only the chief pays more than 500."])
  }

  @Test(arguments: [
    (Value.int(1_001), "'resource.properties.amount' is too large; expected at most 1000."),
    (.string("1"), "'resource.properties.amount' is a text that does not fit; expected a whole number."),
    (.null, "'resource.properties.amount' is null; expected a whole number."),
  ])
  func `A value that does not fit denies with its path`(amount: Value, because: String) throws {
    let decision = try decide(role: "clerk", amount: amount)
    #expect(decision.denialClass == .invalidInput)
    #expect(decision.reasons.map(\.because) == [because])
  }

  @Test func `What is left out denies where it is needed`() throws {
    let decision = try decide(role: "clerk", amount: .int(1), note: nil)
    #expect(decision.reasons.map(\.because) == ["'input.note' is missing; expected a text."])
    #expect(try decide(role: "boss", amount: .int(1)).denialClass == .invalidInput)
    #expect(try decide(role: "clerk", amount: .int(1), tags: ["a", "b", "c", "d"]).denialClass == .invalidInput)
    #expect(try decide(role: "clerk", amount: .int(1), subject: "").denialClass == .invalidRequest)
  }

  @Test func `A value given twice counts the last time`() throws {
    let shape = try point.shape(of: "order.pay", subject: "User", resource: "Order", giving: Self.members)
    let slots = try Self.members.map { try shape.slot($0) }
    for (first, second, outcome) in [(Value.int(900), Value.int(1), Decision.Outcome.allow), (.null, .int(2), .allow)] {
      let decided = point.outcome(of: shape, subject: "u-1", resource: "o-1", at: Timestamp(seconds: 0)) { request in
        request.set(slots[0], to: "clerk")
        request.set(slots[1], to: true)
        request.set(slots[2], to: first)
        request.set(slots[2], to: second)
        request.set(slots[4], to: "x")
      }
      #expect(decided == outcome)
    }
  }

  @Test func `A slot of another shape denies`() throws {
    let one = try point.shape(of: "order.pay", subject: "User", resource: "Order", giving: Self.members)
    let other = try point.shape(of: "order.pay", subject: "User", resource: "Order", giving: ["resource.amount"])
    let slot = try other.slot("resource.amount")
    let decision = point.decide(one, subject: "u-1", resource: "o-1", at: Timestamp(seconds: 0)) { request in
      request.set(slot, to: 1)
    }
    #expect(decision.denialClass == .invalidRequest)
    #expect(decision.reasons.map(\.because) == ["A value was given for a slot of another shape."])
  }

  @Test(arguments: ["500", "100"])
  func `A shape of other rules denies, also of the same rules that were read anew`(limit: String) throws {
    let shape = try point.shape(of: "order.pay", subject: "User", resource: "Order", giving: Self.members)
    let slots = try Self.members.map { try shape.slot($0) }
    let rules = Self.rules.replacing("amount > 500", with: "amount > \(limit)")
      .replacing("Role: [clerk, chief]", with: limit == "500" ? "Role: [clerk, chief]" : "Role: [chief, clerk]")
    let other = PolicyDecisionPoint(
      try RuleSet(files: [(path: "bylaw.yaml", text: Self.manifest), (path: "rules.yaml", text: rules)]))
    let fill: (inout ShapedRequest) -> Void = { request in
      request.set(slots[0], to: "clerk")
      request.set(slots[1], to: true)
      request.set(slots[2], to: 200)
      request.set(slots[3], to: ["a"])
      request.set(slots[4], to: "now")
    }
    let decision = other.decide(shape, subject: "u-1", resource: "o-1", at: Timestamp(seconds: 0), fill)
    #expect(decision.outcome == .deny)
    #expect(decision.denialClass == .invalidRequest)
    #expect(decision.reasons.map(\.because) == ["The shape was made for other rules."])
    #expect(other.outcome(of: shape, subject: "u-1", resource: "o-1", at: Timestamp(seconds: 0), fill) == .deny)
  }

  @Test func `A name that is not declared makes no shape`() throws {
    func mistakes(_ action: String, _ resource: String?, _ members: [String]) -> [String] {
      do throws(RequestError) {
        _ = try point.shape(of: action, subject: "User", resource: resource, giving: members)
        return []
      } catch {
        return error.problems.map(\.description)
      }
    }
    #expect(mistakes("order.pay", "Order", Self.members).isEmpty)
    let misspelt = ["action: there is no action 'order.pai' (did you mean 'order.pay'?)"]
    #expect(mistakes("order.pai", "Order", []) == misspelt)
    #expect(mistakes("order.pay", nil, []).count == 1)
    #expect(
      mistakes("order.pay", "Order", ["resource.amuont", "amount"]) == [
        "amount: unknown member, expected context.NAME, input.NAME, subject.NAME or resource.NAME",
        "resource.amuont: unknown member, expected amount or tags (did you mean 'amount'?)",
      ])
  }
}
