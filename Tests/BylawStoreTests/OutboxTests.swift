import Bylaw
import BylawEvaluator
import BylawModel
import BylawStore
import BylawTestSupport
import Testing

/// What a store keeps for others to act on: notices, duties and refusals.
struct OutboxTests {
  private func order(_ gate: GateFixture, _ title: String, as user: Int = 1) async throws -> GatedStore.Answer {
    try await gate.perform("order.create", as: user, ["title": .string(title), "amount": .int(5)])
  }

  private func entries(_ gate: GateFixture) async throws -> Int {
    try await gate.backend.read { reader throws(StoreError) in
      try reader.entries(EntryFilter(), after: 0, limit: .max).count
    }
  }

  // MARK: The outbox

  @Test func `what was not said to be handed on comes again, in its order`() async throws {
    let gate = try await GateFixture()
    _ = try await order(gate, "Desk")
    _ = try await order(gate, "Chair")
    let all = try await gate.store.outbox()
    #expect(all.map(\.number) == [1, 2, 3, 4])
    #expect(all.map { $0.content["event"] == nil } == [false, true, false, true])
    #expect(all[1].content["text"] == .string("Order order-1 is there"))
    #expect(all[1].entry == 6)
    #expect(try await gate.store.outbox(limit: 3).map(\.number) == [1, 2, 3])
    #expect(try await gate.store.handOn(upTo: 3))
    #expect(try await gate.store.outbox().map(\.number) == [4])
    #expect(try await gate.store.outbox(after: 0).map(\.number) == [1, 2, 3, 4])
    #expect(try await gate.store.handOn(upTo: 4))
    #expect(try await gate.store.outbox() == [])
    // Rows of other kinds lie between.
    _ = try await order(gate, "Chair")
    _ = try await order(gate, "Lamp")
    let numbers = try await gate.store.outbox().map(\.number)
    #expect(numbers.count == 2 && numbers.allSatisfy { $0 > 4 })
    #expect(try await gate.store.verify().findings == [])
  }

  @Test func `handing on is in the trail, once, and only of what is there`() async throws {
    let gate = try await GateFixture()
    _ = try await order(gate, "Desk")
    let before = try await entries(gate)
    for number: Int64 in [0, -1, 3, .max, .min] {
      #expect(try await gate.store.handOn(upTo: number) == false, "\(number)")
    }
    #expect(try await entries(gate) == before)
    #expect(try await gate.store.handOn(upTo: 2))
    #expect(try await gate.store.handOn(upTo: 2))
    #expect(try await gate.store.handOn(upTo: 1))
    #expect(try await entries(gate) == before + 1)
    let line = try await gate.store.entries(after: Int64(before)).map(\.line).first ?? ""
    #expect(line.contains(#""action":"outbox""#) && line.contains(#""word":"handed_on""#), "\(line)")
    #expect(try await gate.store.outbox() == [])
    // A refusal is no notice.
    _ = try await order(gate, "Desk", as: 4)
    #expect(try await gate.store.handOn(upTo: 4) == false)
  }

  // MARK: Follow-ups

  private static let duties = GateFixture.rules.replacing(
    "  returns: effects.order.id\n",
    with: """
        returns: effects.order.id
          follow_up:
            priced:
              due: 24h
              done: has(effects.order.note) && input.amount >= 0
              because: Somebody writes a note for {effects.order.title}.
            called:
              due: 48h
              because: Call the owner.

      """)

  @Test func `a follow-up is open until it is due, then overdue, and done when its records say so`() async throws {
    let gate = try await GateFixture(Self.duties)
    _ = try await order(gate, "Desk")
    func states() async throws -> [String] {
      try await gate.store.followUps(withDone: true).map { "\($0.rule.split(separator: ".").last ?? "") \($0.status)" }
    }
    #expect(try await states() == ["priced open", "called open"])
    gate.clock.advance("24 h")
    #expect(try await states() == ["priced overdue", "called open"])
    let first = try #require(try await gate.store.followUps().first)
    #expect(first.because == "Somebody writes a note for Desk.")
    #expect(first.action == "order.create")
    #expect(first.subject == EntityReference(type: "User", id: "user-1"))
    #expect(first.isTold)
    #expect(try await gate.store.sweep().overdue == [first])
    _ = try await gate.perform("order.annotate", as: 1, on: "order-1", ["note": .string("cheap")])
    #expect(try await states() == ["priced done", "called open"])
    #expect(try await gate.store.followUps().map(\.rule) == ["actions.order.create.follow_up.called"])
    #expect(try await gate.store.sweep().overdue == [])
  }

  @Test func `a follow-up is told by the records that its own act made`() async throws {
    let gate = try await GateFixture(Self.duties)
    for title in ["Desk", "Chair", "Lamp"] { _ = try await order(gate, title) }
    _ = try await gate.perform("order.annotate", as: 1, on: "order-2", ["note": .string("cheap")])
    let told = try await gate.store.followUps(withDone: true).filter(\.isTold)
    #expect(told.map(\.status) == [.open, .done, .open])
  }

  @Test func `what no record tells is settled by hand, what one tells is not`() async throws {
    let gate = try await GateFixture(Self.duties)
    _ = try await order(gate, "Desk")
    let duties = try await gate.store.followUps()
    let before = try await entries(gate)
    #expect(try await gate.store.settle(followUp: duties[0].number) == .told)
    #expect(try await gate.store.settle(followUp: 1) == .unknown)
    #expect(try await entries(gate) == before)
    #expect(try await gate.store.settle(followUp: duties[1].number) == .done)
    #expect(try await gate.store.settle(followUp: duties[1].number) == .done)
    #expect(try await entries(gate) == before + 1)
    #expect(try await gate.store.followUps() == [duties[0]])
    #expect(try await gate.store.verify().findings == [])
  }

  @Test func `a follow-up that other rules no longer know is settled by hand`() async throws {
    let gate = try await GateFixture(Self.duties)
    _ = try await order(gate, "Desk")
    let backend = gate.backend
    let old = try #require(try await gate.store.followUps().first)
    let ruleSet = try RuleSet(files: [
      (
        path: "bylaw.yaml",
        text: "bylaw: 1\nname: orders\nversion: 2.0.0\nsubject: [User, System]\nrole: subject.role\n"
      ),
      (path: "rules.yaml", text: GateFixture.rules),
    ])
    let store = try await GatedStore(ruleSet, in: Backend({ _ throws(StoreError) in backend }))
    #expect(try await store.followUps().first?.isTold == false)
    #expect(try await store.settle(followUp: old.number) == .done)
  }

  // MARK: Refusals

  @Test func `the log of refusals is read by who, what, where, when and why`() async throws {
    let gate = try await GateFixture()
    _ = try await order(gate, "Desk")
    _ = try await order(gate, "Chair", as: 4)
    gate.clock.advance("1 h")
    _ = try await gate.perform("order.close", as: 1, on: "order-1")
    _ = try await gate.perform("order.close", as: 4, on: "order-1")
    func numbers(_ entries: GatedStore.EntrySelection = .init(), _ denialClass: DenialClass? = nil) async throws
      -> [String]
    {
      try await gate.store.refusals(.init(entries: entries, denialClass: denialClass)).map {
        "\($0.subject?.id ?? "") \($0.action)"
      }
    }
    let all = ["user-4 order.create", "user-1 order.close", "user-4 order.close"]
    #expect(try await numbers() == all)
    #expect(try await numbers(.init(subject: EntityReference(type: "User", id: "user-1"))) == [all[1]])
    #expect(try await numbers(.init(action: "order.close")) == [all[1], all[2]])
    #expect(try await numbers(.init(record: EntityReference(type: "Order", id: "order-1"))) == [all[1], all[2]])
    #expect(try await numbers(.init(from: gate.clock.now)) == [all[1], all[2]])
    #expect(try await numbers(.init(until: gate.clock.now)) == [all[0]])
    #expect(try await numbers(.init(), .invalidTransition) == [all[1]])
    let last = try #require(try await gate.store.refusals().last)
    #expect(last.denialClass == .unauthorized)
    #expect(!last.reasons.isEmpty)
    #expect(try await gate.store.refusals(after: last.number - 1, limit: 5) == [last])
    #expect(try await gate.store.refusals(limit: 2).count == 2)
  }
}
