import Bylaw
import BylawModel
import BylawStore
import BylawTestSupport
import Testing

/// Votes hold for what they were given on, for as long as it stays so.
struct StandingTests {
  private static let bySubmitter = GateFixture.rules.replacing(
    "clock: { from: requested_at, within: 24h }",
    with: "clock: { from: requested_at, within: 24h }\n    runs: by_submitter\n    use_within: 48h")

  /// An order of 50 in state open, and the proposal to pay it.
  private func asked(_ rules: String) async throws -> GateFixture {
    let gate = try await GateFixture(rules)
    _ = try await gate.perform("order.create", as: 1, ["title": .string("Desk"), "amount": .int(50)])
    _ = try await gate.perform("order.open", as: 1, on: "order-1")
    #expect(try await pay(gate).proposal?.status == .open)
    return gate
  }

  private func pay(_ gate: GateFixture) async throws -> GatedStore.Answer {
    try await gate.perform("order.pay", as: 1, on: "order-1", ["note": .string("soon")])
  }

  private func stored(_ gate: GateFixture) async throws -> StoredProposal? {
    try await gate.backend.read { reader throws(StoreError) in try reader.proposal("proposal-1") }
  }

  @Test func `what was approved runs once its submitter asks again`() async throws {
    let gate = try await asked(Self.bySubmitter)
    _ = try await gate.vote(.approve, on: "proposal-1", as: 2)
    #expect(try await gate.vote(.approve, on: "proposal-1", as: 3).proposal?.status == .approved)
    #expect(try await gate.store.sweep().completed == [])
    let answer = try await pay(gate)
    #expect(answer.decision.outcome == .allow)
    #expect(answer.proposal?.status == .done)
  }

  @Test func `what was approved does not run once it has changed`() async throws {
    let gate = try await asked(Self.bySubmitter)
    _ = try await gate.vote(.approve, on: "proposal-1", as: 2)
    _ = try await gate.vote(.approve, on: "proposal-1", as: 3)
    _ = try await gate.perform("order.rename", as: 1, on: "order-1", ["title": .string("Throne")])
    let answer = try await pay(gate)
    #expect(answer.decision.outcome == .pending)
    #expect(try await gate.fields("Order", "order-1")?["state"] == .string("open"))
    let kept = try await stored(gate)
    #expect(kept?.status == .open)
    #expect(kept?.votes.map(\.lapsed) == Array(repeating: "Changed since it was asked: title.", count: 2))
    _ = try await gate.vote(.approve, on: "proposal-1", as: 2)
    #expect(try await gate.vote(.approve, on: "proposal-1", as: 3).proposal?.status == .approved)
    #expect(try await pay(gate).decision.outcome == .allow)
  }

  @Test func `what was approved by somebody who no longer may is open again`() async throws {
    let rules = Self.bySubmitter.replacing(
      "  user.add:",
      with: """
          user.leave:
            title: Leave
            of: User
            allow: [system]
            effects:
              - update: resource
                set: { active: false }
          user.add:
        """
    ).replacing("of: { role: boss }", with: "of: { where: \"approver.role == 'boss' && approver.active\" }")
    let gate = try await asked(rules)
    _ = try await gate.vote(.approve, on: "proposal-1", as: 2)
    _ = try await gate.vote(.approve, on: "proposal-1", as: 3)
    _ = try await gate.store.performAsSystem("user.leave", on: EntityReference(type: "User", id: "user-3"))
    #expect(try await pay(gate).decision.outcome == .pending)
    #expect(try await stored(gate)?.status == .open)
  }

  @Test(arguments: [GatedStore.Vote.reject, .withdraw])
  func `what was approved can be refused or taken back until it runs`(_ vote: GatedStore.Vote) async throws {
    let gate = try await asked(Self.bySubmitter)
    _ = try await gate.vote(.approve, on: "proposal-1", as: 2)
    _ = try await gate.vote(.approve, on: "proposal-1", as: 3)
    let answer =
      vote == .reject
      ? try await gate.vote(.reject, on: "proposal-1", as: 2, ["reason": .string("too dear")])
      : try await gate.vote(.withdraw, on: "proposal-1", as: 1)
    #expect(answer.proposal?.status == (vote == .reject ? .rejected : .withdrawn), "\(answer.decision.reasons)")
  }

  @Test func `a vote lapses too while the run would be denied`() async throws {
    let rules = GateFixture.rules.replacing(
      "\nrules:\n",
      with: "\nrules:\n  dry:\n    forbid: order.pay\n    when: resource.title == \"Throne\"\n"
        + "    because: No thrones.\n")
    let gate = try await asked(rules)
    _ = try await gate.vote(.approve, on: "proposal-1", as: 2)
    _ = try await gate.perform("order.rename", as: 1, on: "order-1", ["title": .string("Throne")])
    let answer = try await gate.vote(.approve, on: "proposal-1", as: 3)
    #expect(answer.proposal?.status == .open)
    #expect(try await stored(gate)?.votes.map { $0.lapsed != nil } == [true, false])
  }

  @Test func `a request that is proposed twice is one proposal`() async throws {
    let rules = GateFixture.rules.replacing(
      "  order.annotate:",
      with: """
          order.nudge:
            title: Have an order paid
            of: Order
            allow: [clerk]
            effects:
              - propose: order.pay
                resource: resource
                input: { note: { text: "soon" } }
          order.annotate:
        """)
    let gate = try await asked(rules)
    #expect(try await gate.perform("order.nudge", as: 1, on: "order-1").decision.outcome == .allow)
    #expect(try await gate.perform("order.nudge", as: 1, on: "order-1").decision.outcome == .allow)
    let open = try await gate.backend.read { reader throws(StoreError) in
      try reader.proposals(ProposalFilter(isOpen: true)).map(\.id)
    }
    #expect(open == ["proposal-1"])
  }

  @Test func `neither asking nor trying shows independent votes`() async throws {
    let rules = GateFixture.rules.replacing(
      "clock: { from: requested_at, within: 24h }",
      with: "clock: { from: requested_at, within: 24h }\n    independent: true")
    let gate = try await asked(rules)
    _ = try await gate.vote(.approve, on: "proposal-1", as: 2)
    let tried = try await gate.store.vote(
      .approve, on: "proposal-1", by: .init(type: "User", id: "user-3"), isDryRun: true)
    #expect(tried.decision.outcome == .allow)
    #expect(tried.proposal?.votes.isEmpty == true)
    #expect(tried.proposal?.status == .open)
    #expect(tried.changes.isEmpty)
    let asked = try await gate.vote(.ask, on: "proposal-1", as: 3)
    #expect(asked.proposal?.votes.isEmpty == true)
    let again = try await pay(gate)
    #expect(again.decision.missing.first?.approvals == 2)
    #expect(again.proposal?.votes.isEmpty == true)
    #expect(try await stored(gate)?.votes.count == 1)
    #expect(try await gate.vote(.approve, on: "proposal-1", as: 3).proposal?.status == .done)
  }

  @Test func `a proposal is in the inbox where a vote has conditions on its own inputs`() async throws {
    let rules = GateFixture.rules.replacing(
      "clock: { from: requested_at, within: 24h }",
      with: """
        clock: { from: requested_at, within: 24h }
            vote:
              approve:
                input: { checked: "bool = false" }
                require:
                  checked:
                    that: input.checked
                    else: Check it first.
        """)
    let gate = try await asked(rules)
    #expect(try await gate.store.inbox(of: .init(type: "User", id: "user-2")).map(\.id) == ["proposal-1"])
    #expect(try await gate.store.inbox(of: .init(type: "User", id: "user-1")).isEmpty)
    #expect(try await gate.vote(.approve, on: "proposal-1", as: 2).decision.outcome == .deny)
    let checked = try await gate.vote(.approve, on: "proposal-1", as: 2, ["checked": .bool(true)])
    #expect(checked.decision.outcome == .allow, "\(checked.decision.reasons)")
  }
}
