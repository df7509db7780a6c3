import Bylaw
import BylawEvaluator
import BylawModel
import BylawStore
import BylawStoreTestSupport
import Testing

/// In the trail time never goes back.
struct ClockTests {
  private static let desk: [String: Value] = ["title": .string("Desk"), "amount": .int(5)]

  private func times(_ gate: GateFixture) async throws -> [Timestamp?] {
    try await gate.backend.read { reader throws(StoreError) in
      try reader.entries(EntryFilter(), after: 0, limit: .max).map(\.at)
    }
  }

  @Test func `a clock that was set back stops nobody, and time stands still until it has caught up`() async throws {
    let gate = try await GateFixture()
    let noon = try #require(Timestamp("2026-01-05T12:00:00Z"))
    gate.clock.set(to: noon)
    _ = try await gate.perform("order.create", as: 1, Self.desk)
    gate.clock.set(to: try #require(Timestamp("2026-01-05T11:59:00Z")))
    let opened = try await gate.perform("order.open", as: 1, on: "order-1")
    #expect(opened.decision.outcome == .allow)
    #expect(opened.decision.at == noon)
    #expect(try await gate.fields("Order", "order-1")?["opened_at"] == .timestamp(noon))
    gate.clock.set(to: try #require(Timestamp("2026-01-05T12:00:01Z")))
    #expect(try await gate.perform("order.close", as: 1, on: "order-1").decision.at > noon)
    #expect(try await times(gate).suffix(3) == [noon, noon, Timestamp("2026-01-05T12:00:01Z")])
    #expect(try await gate.store.verify().findings == [])
  }

  @Test func `a deadline that has passed has passed, whatever the clock says next`() async throws {
    let gate = try await GateFixture()
    _ = try await gate.perform("order.create", as: 1, ["title": .string("Desk"), "amount": .int(50)])
    _ = try await gate.perform("order.open", as: 1, on: "order-1")
    let asked = try await gate.perform("order.pay", as: 1, on: "order-1", ["note": .string("by card")])
    gate.clock.advance("24 h")
    #expect(try await gate.store.sweep().expired == [try #require(asked.proposal?.id)])
    gate.clock.set(to: try #require(Timestamp("2026-01-05T09:00:00Z")))
    let vote = try await gate.vote(.approve, on: asked.proposal?.id, as: 2)
    #expect(vote.decision.denialClass == .conflict)
  }

  @Test func `a time that is stated and over is refused with both times, and nothing is written`() async throws {
    let gate = try await GateFixture()
    _ = try await gate.perform("order.create", as: 1, Self.desk)
    let last = try #require(Timestamp("2026-01-05T09:00:00Z"))
    let early = try #require(Timestamp("2026-01-05T08:59:59.999999999Z"))
    let backend = gate.backend
    let place = Backend({ _ throws(StoreError) in backend })
    let count = try await times(gate).count
    let rehearsal = try await GatedStore(gate.store.ruleSet, in: place, at: early)
    let person = Request.Entity(type: "User", id: "user-1")
    let asks: [@Sendable () async throws -> Void] = [
      { _ = try await rehearsal.perform(Request(subject: person, action: "order.create", input: Self.desk)) },
      {
        let request = Request(subject: person, action: "order.create", input: Self.desk)
        _ = try await rehearsal.perform(request, isDryRun: true)
      },
      { _ = try await rehearsal.inbox(of: person) },
      { _ = try await rehearsal.sweep() },
    ]
    for ask in asks {
      await #expect(throws: StoreError.beforeLastEntry(time: early, last: last)) { try await ask() }
    }
    #expect(try await times(gate).count == count)
    let same = try await GatedStore(gate.store.ruleSet, in: place, at: last)
    #expect(try await same.sweep().moved == [])
  }

  @Test(arguments: [
    "order.create", "", #"a "quoted" one"#, #"\"#, #"\\""#, #"","at":"2001-01-01T00:00:00Z"#, "Ünïcode\u{1F600}",
    "\u{1}",
  ])
  func `the time of an entry is read whatever its action is called`(_ action: String) throws {
    let time = StoreFixture.time(3, 25)
    let content = AuditEntry.Content(
      at: time, subject: EntityReference(type: "User", id: "ann"), action: action, resource: nil, outcome: .deny,
      input: "", ruleSet: "")
    #expect(AuditEntry(content, sequence: 1, after: AuditEntry.origin).at == time)
  }

  @Test(arguments: ["", "{}", "[]", #"{"action":"#, #"{"action":"a\"#, #"{"action":"a","at":"soon"}"#])
  func `bytes that say no time have none`(_ body: String) {
    #expect(AuditEntry(sequence: 1, body: body, digest: []).at == nil)
  }
}
