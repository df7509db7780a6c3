import Bylaw
import BylawEvaluator
import BylawModel
import BylawStore
import BylawStoreSQLite
import BylawStoreTestSupport
import BylawTestSupport
import Foundation
import Testing

/// What a query reads: the records that can meet it, found by an index where a field is looked for.
@Suite struct QueryCostTests {
  private static let rules = """
    enums:
      Role: [clerk, guest]
      State: [open, late, closed]
    entities:
      User:
        fields: { name: text(1..20), role: Role }
      Order:
        fields: { owner: User, batch: int, state: State, note: string(0..20)?, opened_at: timestamp? }
        lifecycle:
          state:
            start: [open]
            open: [closed]
            timed:
              - { from: open, to: late, after: 48 h, since: opened_at }
    actions:
      order.look:
        title: Look
        allow: [clerk]
        input: { batch: int }
        let:
          found: { count: Order, where: it.batch == input.batch }
          mine: { exists: Order, where: it.owner == subject && it.state == "late" }
        require:
          few:
            that: let.found < 8
            else: "{let.found} of them"
          none:
            that: not let.mine
            else: Some are late.
        effects: []
      order.move:
        title: Move all orders of a batch
        allow: [clerk]
        input: { from: int, to: int }
        effects:
          - each: Order
            where: it.batch == input.from
            update: it
            set: { batch: input.to }
          - do: order.count
            input: { from: input.from, to: input.to }
      order.count:
        title: Count
        allow: [clerk]
        input: { from: int, to: int }
        let:
          left: { list: Order, where: it.batch == input.from }
          came: { list: Order, where: it.batch == input.to }
        require:
          counted:
            that: let.left.size() == 0 && let.came.size() == 0
            else: "left: {let.left}; came: {let.came}"
    reads:
      Order:
        allow: [clerk, guest]
        filters: [batch, state, note]
        restrict:
          guest: it.owner == subject
        audit: looked
        limit: 20
    """

  private struct Place {
    let store: GatedStore
    let counter: CountingBackend

    /// A store of that many orders, ten to a batch.
    init(_ count: Int, isSQLite: Bool, at time: Int64 = 0) async throws {
      let ruleSet = try RuleSet(files: [
        (path: "bylaw.yaml", text: "bylaw: 1\nname: t\nversion: 1.0.0\nsubject: [User, System]\nrole: subject.role\n"),
        (path: "rules.yaml", text: QueryCostTests.rules),
      ])
      let layout = StoreLayout(ruleSet.plan, isNew: true)
      let memory = Backend.memory
      let inner: any StoreBackend = isSQLite ? try memory.open(layout) : MemoryBackend(layout.schema)
      let counter = CountingBackend(inner)
      self.counter = counter
      let clock = Timestamp(seconds: 1_767_600_000 + time)
      store = try await GatedStore.create(
        ruleSet, in: Backend({ _ throws(StoreError) in counter }), clock: { clock })
      var records = Records()
      for (id, role) in [("ann", "clerk"), ("gus", "guest")] {
        records.insert(EntityReference(type: "User", id: id), fields: ["name": .string(id), "role": .string(role)])
      }
      for number in 0..<count {
        records.insert(
          EntityReference(type: "Order", id: "o\(number)"),
          fields: [
            "owner": .string(number % 1_000 == 3 ? "gus" : "ann"), "batch": .int(Int64(number / 10)),
            "state": .string(number % 10 == 0 ? "open" : "closed"), "note": .string("n\(number % 100)"),
            "opened_at": .timestamp(Timestamp(seconds: clock.seconds - (number < 30 ? 200_000 : 1_000))),
          ])
      }
      #expect(try await store.take(records).refused.isEmpty)
      _ = counter.take()
    }

    func ask(_ action: String, _ input: [String: Value]) async throws -> GatedStore.Answer {
      try await store.perform(Request(subject: .init(type: "User", id: "ann"), action: action, input: input))
    }
  }

  @Test(arguments: [true, false])
  func `Facts, lists and sweeps over 10,000 records read those that they are about`(isSQLite: Bool) async throws {
    let place = try await Place(10_000, isSQLite: isSQLite)
    let asked = try await place.ask("order.look", ["batch": .int(7)])
    #expect(asked.decision.reasons.map(\.because) == ["10 of them", "Some are late."])
    // Ten of the batch; open and late ones.
    #expect(place.counter.take() < 1_050)
    let ann = Request.Entity(type: "User", id: "ann")
    let listed = try await place.store.list("Order", where: ["batch": .int(11)], by: ann)
    #expect(listed.records.map(\.reference.id) == (110..<120).map { "o\($0)" })
    #expect(place.counter.take() < 20)
    let own = try await place.store.list("Order", by: .init(type: "User", id: "gus"))
    #expect(own.records.map(\.reference.id) == (0..<10).map { "o\($0)003" }.map { $0 == "o0003" ? "o3" : $0 })
    #expect(place.counter.take() < 20)
    let swept = try await place.store.sweep()
    #expect(swept.moved.map(\.id) == ["o0", "o10", "o20"])
    #expect(place.counter.take() < 10)
  }

  @Test(arguments: [true, false])
  func `A list reads no further than to its limit`(isSQLite: Bool) async throws {
    let place = try await Place(10_000, isSQLite: isSQLite)
    let listed = try await place.store.list("Order", limit: 5, by: .init(type: "User", id: "ann"))
    #expect(listed.records.map(\.reference.id) == (0..<5).map { "o\($0)" })
    #expect(listed.isCut)
    #expect(place.counter.take() < 1_000)
  }

  @Test(arguments: [true, false])
  func `What a transaction has changed is found by its new fields, and not by its old ones`(isSQLite: Bool) async throws
  {
    let place = try await Place(60, isSQLite: isSQLite)
    let moved = try await place.ask("order.move", ["from": .int(2), "to": .int(4)])
    let came = (20..<30).map { "o\($0)" } + (40..<50).map { "o\($0)" }
    #expect(
      moved.decision.reasons.map(\.because) == ["left: ; came: \(came.joined(separator: ", "))"],
      "\(moved.decision)")
  }

  @Test(arguments: [true, false])
  func `A state that time has changed is found by what it is now`(isSQLite: Bool) async throws {
    let place = try await Place(100, isSQLite: isSQLite)
    let ann = Request.Entity(type: "User", id: "ann")
    let late = try await place.store.list("Order", where: ["state": .string("late")], by: ann)
    #expect(late.records.map(\.reference.id) == ["o0", "o10", "o20"])
    let open = try await place.store.list("Order", where: ["state": .string("open")], by: ann)
    #expect(open.records.map(\.reference.id) == (3..<10).map { "o\($0)0" })
  }

  private static let listings: [(condition: String, found: [String])] = [
    ("it.batch == 2 && has(it.note) && it.note != \"n21\"", ["o20"] + (22..<30).map { "o\($0)" }),
    ("it.batch in [1, 3] && it.state == \"open\"", ["o30"]), ("it.state == \"late\"", ["o0", "o10", "o20"]),
    ("!has(it.note)", []), ("same(it.note, optional.of(\"n7\"))", ["o7"]),
    ("it.batch > 4 && 10 / (it.batch - 5) > 1", []),
  ]

  @Test(arguments: listings, [true, false])
  func `A list can be narrowed by a condition`(
    listing: (condition: String, found: [String]), isSQLite: Bool
  ) async throws {
    let place = try await Place(60, isSQLite: isSQLite)
    let ann = Request.Entity(type: "User", id: "ann")
    let found = try await place.store.list("Order", meeting: listing.condition, by: ann)
    #expect(found.decision.outcome == .allow, "\(found.decision.reasons)")
    #expect(found.records.map(\.reference.id) == listing.found)
  }

  private static let refusals: [(condition: String, because: String)] = [
    (
      "it.owner == subject",
      "A condition of this list can only ask about it.batch, it.state, it.note, and compare them with the subject and "
        + "the time."
    ),
    ("it.batch == \"x\"", "The condition cannot be judged: "), ("it.bacth == 1", "The condition cannot be judged: "),
    ("it.batch ==", "The condition cannot be judged: "), ("", "The condition cannot be judged: "),
    ("it.batch", "The condition cannot be judged: "),
  ]

  @Test(arguments: refusals)
  func `A condition that cannot be judged, or asks about more, is refused after authority`(
    refusal: (condition: String, because: String)
  ) async throws {
    let place = try await Place(10, isSQLite: false)
    let found = try await place.store.list(
      "Order", meeting: refusal.condition, by: .init(type: "User", id: "ann"))
    #expect(found.decision.denialClass == .invalidInput)
    #expect(found.decision.reasons.first?.because.hasPrefix(refusal.because) == true, "\(found.decision.reasons)")
    let foreign = try await place.store.list("Order", meeting: refusal.condition, by: .init(type: "User", id: "zed"))
    #expect(foreign.decision.outcome == .deny && foreign.decision.denialClass != .invalidInput)
  }

  @Test func `A read leaves an entry with the entity and the filters, never with what was found`() async throws {
    let place = try await Place(60, isSQLite: true)
    let guest = Request.Entity(type: "User", id: "gus")
    let found = try await place.store.list(
      "Order", where: ["batch": .int(0)], meeting: "same(it.note, optional.of(\"n3\"))", by: guest)
    #expect(found.records.map(\.reference.id) == ["o3"])
    let entry = try await place.store.gate.backend.read { reader throws(StoreError) in try reader.lastEntry() }
    let body = try #require(entry?.body)
    #expect(body.contains("read(Order)") && body.contains("[\"batch\",\"note\"]"), "\(body)")
    for secret in ["o3", "n3"] { #expect(!body.contains("\"\(secret)\""), "\(body)") }
  }
}
