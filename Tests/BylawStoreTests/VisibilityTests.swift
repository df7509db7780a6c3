import Bylaw
import BylawModel
import BylawStore
import BylawTestSupport
import Testing

/// Who may know of a proposal: whoever made it, voted on it, has a place to vote in, or may read what it is about.
struct VisibilityTests {
  /// Clerks see orders of their own, auditors all, bosses none.
  private static let rules =
    GateFixture.rules + """

      reads:
        Order:
          allow: [clerk, auditor]
          restrict:
            clerk: it.owner == subject
      """

  /// Users as in the fixture, and user-5 (dan), a clerk as ann; she has asked to pay for an order.
  private func asked(_ rules: String = VisibilityTests.rules) async throws -> GateFixture {
    let gate = try await GateFixture(rules)
    _ = try await gate.store.performAsSystem("user.add", input: ["name": .string("dan"), "role": .string("clerk")])
    _ = try await gate.perform("order.create", as: 1, ["title": .string("Desk"), "amount": .int(50)])
    _ = try await gate.perform("order.open", as: 1, on: "order-1")
    let answer = try await gate.perform("order.pay", as: 1, on: "order-1", ["note": .string("soon")])
    #expect(answer.proposal?.status == .open)
    return gate
  }

  private func seen(_ gate: GateFixture, by user: Int, withEnded: Bool = false) async throws -> [Proposal] {
    try await gate.store.proposals(of: .init(type: "User", id: "user-\(user)"), withEnded: withEnded)
  }

  @Test(arguments: [
    (1, true, "asked for it"), (2, true, "has a place"), (4, true, "may read the order"),
    (5, false, "may read orders, but not this one"), (9, false, "is nobody"),
  ])
  func `a proposal is seen by whom it concerns`(_ user: Int, _ sees: Bool, _ why: String) async throws {
    let gate = try await asked()
    #expect(try await seen(gate, by: user).isEmpty == !sees, "\(why)")
    _ = try await gate.vote(.reject, on: "proposal-1", as: 2, ["reason": .string("too dear")])
    #expect(try await seen(gate, by: user).isEmpty)
    let ended = try await seen(gate, by: user, withEnded: true)
    #expect(ended.map(\.status) == (sees ? [.rejected] : []), "\(why)")
  }

  @Test func `without reads only those who take part see a proposal`() async throws {
    let gate = try await asked(GateFixture.rules)
    for (user, sees) in [(1, true), (2, true), (3, true), (4, false), (5, false)] {
      #expect(try await seen(gate, by: user).isEmpty == !sees, "user-\(user)")
    }
  }

  @Test func `whoever voted sees a proposal also once a place is theirs no more`() async throws {
    let rules = Self.rules.replacing(
      "of: { role: boss }", with: "of: { where: \"approver.role == 'boss' && resource.title == 'Desk'\" }")
    let gate = try await asked(rules)
    _ = try await gate.vote(.approve, on: "proposal-1", as: 2)
    _ = try await gate.perform("order.rename", as: 1, on: "order-1", ["title": .string("Throne")])
    #expect(try await seen(gate, by: 2).map(\.id) == ["proposal-1"])
    #expect(try await seen(gate, by: 3).isEmpty)
  }

  @Test func `whoever reads a proposal with independent votes sees none of them`() async throws {
    let rules = Self.rules.replacing(
      "clock: { from: requested_at, within: 24h }",
      with: "clock: { from: requested_at, within: 24h }\n    independent: true")
    let gate = try await asked(rules)
    _ = try await gate.vote(.approve, on: "proposal-1", as: 2)
    for user in [1, 3, 4] {
      let shown = try await seen(gate, by: user)
      #expect(shown.map(\.votes.count) == [0], "user-\(user)")
      #expect(shown.map(\.missing.count) == [0], "user-\(user)")
    }
    #expect(try await seen(gate, by: 2).map(\.votes.count) == [1])
  }

  /// What a vote is told, whatever may stand in it.
  private func told(_ gate: GateFixture, _ vote: GatedStore.Vote, _ user: Int) async throws -> [String] {
    let input: [String: Value] = vote == .reject ? ["reason": .string("no")] : [:]
    let answer = try await gate.vote(vote, on: "proposal-1", as: user, input)
    #expect(answer.proposal == nil)
    #expect(answer.changes.isEmpty)
    let reasons = answer.decision.reasons.map { "\($0.rule): \($0.because)" }
    return ["\(answer.decision.outcome) \(answer.decision.denialClass.map { "\($0)" } ?? "-")"] + reasons
  }

  @Test(arguments: [(5, GatedStore.Vote.approve), (5, .reject), (5, .ask), (5, .withdraw)], [false, true])
  func `a vote of somebody who has no part in a proposal is told the same whatever its state`(
    _ voter: (user: Int, vote: GatedStore.Vote), _ isNobody: Bool
  ) async throws {
    let user = isNobody ? 9 : voter.user
    let open = try await told(try await asked(), voter.vote, user)
    #expect(open.first == "deny unauthorized")
    let late = try await asked()
    late.clock.advance("24 h")
    #expect(try await told(late, voter.vote, user) == open)
    // Nor does such a vote end what is late.
    let stored = try await late.backend.read { reader throws(StoreError) in try reader.proposal("proposal-1") }
    #expect(stored?.status == .open)
    let rejected = try await asked()
    _ = try await rejected.vote(.reject, on: "proposal-1", as: 2, ["reason": .string("too dear")])
    #expect(try await told(rejected, voter.vote, user) == open)
    let done = try await asked()
    for boss in [2, 3] { _ = try await done.vote(.approve, on: "proposal-1", as: boss) }
    #expect(try await told(done, voter.vote, user) == open)
  }

  @Test func `what somebody says of themselves gives them nothing to read, see or vote on`() async throws {
    let gate = try await asked()
    let order = EntityReference(type: "Order", id: "order-1")
    let auditor = Request.Entity(type: "User", id: "user-2", properties: ["role": .string("auditor")])
    let got = try await gate.store.get(order, by: auditor)
    #expect(got.decision.denialClass == .invalidRequest)
    #expect(got.decision.reasons.map(\.rule) == ["subject.properties"])
    #expect(got.records.isEmpty)
    let listed = try await gate.store.list("Order", by: auditor)
    #expect(listed.decision.denialClass == .invalidRequest)
    #expect(listed.records.isEmpty)
    let clerk = Request.Entity(type: "User", id: "user-5", properties: ["role": .string("auditor")])
    #expect(try await gate.store.proposals(of: clerk).isEmpty)
    let boss = Request.Entity(type: "User", id: "user-4", properties: ["role": .string("boss")])
    #expect(try await gate.store.inbox(of: boss).isEmpty)
    for vote in [GatedStore.Vote.approve, .reject, .ask, .withdraw] {
      let answer = try await gate.store.vote(vote, on: "proposal-1", by: boss, input: ["reason": .string("no")])
      #expect(answer.decision.denialClass == .invalidRequest, "\(vote)")
      #expect(answer.decision.reasons.map(\.rule) == ["subject.properties"], "\(vote)")
    }
  }

  @Test func `whoever may know of a proposal is told that it has ended`() async throws {
    let gate = try await asked()
    _ = try await gate.vote(.withdraw, on: "proposal-1", as: 1)
    for user in [1, 2, 4] {
      let answer = try await gate.vote(.approve, on: "proposal-1", as: user)
      #expect(answer.decision.denialClass == .conflict, "user-\(user)")
    }
  }
}
