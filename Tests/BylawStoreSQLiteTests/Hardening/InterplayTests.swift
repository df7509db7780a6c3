import Bylaw
import BylawEvaluator
import BylawModel
import BylawStore
import BylawStoreSQLite
import Foundation
import GRDB
import Testing

/// What the gate and the database only show together.
@Suite struct InterplayTests {
  private static let rules = """
    enums:
      Role: [clerk, boss]
      State: [open, late]
    entities:
      User:
        fields: { name: text(1..20), role: Role }
      Order:
        fields: { title: text(1..20), code: int = 0, state: State = open, opened_at: timestamp }
        unique:
          title: { of: [title], while: it.state != "late", else: There is an order of that title. }
          code: { of: [code], while: it.code > 0, else: There is an order of that code. }
        lifecycle:
          state:
            start: [open]
            timed:
              - { from: open, to: late, after: 48 h, since: opened_at }
    actions:
      user.add:
        title: Add a user
        allow: [system]
        input: { name: "text(1..20)", role: Role }
        effects:
          - create: User
            set: { name: input.name, role: input.role }
      order.make:
        title: Make an order
        allow: [clerk]
        input: { title: "text(1..20)" }
        effects:
          - create: Order
            set: { title: input.title, opened_at: now }
      order.rename:
        title: Rename an order
        of: Order
        allow: [clerk]
        input: { title: "text(1..20)" }
        effects:
          - update: resource
            set: { title: input.title }
      order.pay:
        title: Pay an order
        of: Order
        allow: [clerk]
    approvals:
      boss:
        for: order.pay
        places:
          - { count: 1, of: { role: boss } }
        binds: [title]
    """

  private static func ruleSet(_ rules: String = rules) throws -> RuleSet {
    let manifest = "bylaw: 1\nname: orders\nversion: 1.0.0\nsubject: [User, System]\nrole: subject.role\n"
    return try RuleSet(files: [(path: "bylaw.yaml", text: manifest), (path: "rules.yaml", text: rules)])
  }

  private func make(_ factory: SQLiteFactory, at time: @escaping @Sendable () -> Timestamp = { .now }) async throws
    -> GatedStore
  {
    let store = try await GatedStore.create(try Self.ruleSet(), in: .sqlite(factory.path), clock: time)
    for (name, role) in [("Ann", "clerk"), ("Bob", "boss")] {
      _ = try await store.performAsSystem("user.add", input: ["name": .string(name), "role": .string(role)])
    }
    return store
  }

  private func perform(
    _ store: GatedStore, _ action: String, on order: String? = nil, title: String? = nil
  ) async throws -> GatedStore.Answer {
    var request = Request(subject: .init(type: "User", id: "user-1"), action: action, input: [:])
    request.resource = order.map { .init(type: "Order", id: $0) }
    if let title { request.input = ["title": .string(title)] }
    return try await store.perform(request)
  }

  @Test func `what nobody has voted on yet can change, and is asked for again`() async throws {
    let factory = try SQLiteFactory.file()
    let store = try await make(factory)
    #expect(try await perform(store, "order.make", title: "Wheels").decision.outcome == .allow)
    let asked = try await perform(store, "order.pay", on: "order-1")
    #expect(asked.decision.outcome == .pending)
    #expect(try await perform(store, "order.rename", on: "order-1", title: "Tyres").decision.outcome == .allow)
    let again = try await perform(store, "order.pay", on: "order-1")
    #expect(again.decision.outcome == .pending)
    #expect(again.proposal?.id == asked.proposal?.id)
    #expect(try await store.verify().findings == [])
    let voted = try await store.vote(.approve, on: "proposal-1", by: .init(type: "User", id: "user-2"))
    #expect(voted.proposal?.status == .done)
    #expect(try await store.verify().findings == [])
  }

  @Test func `a title that time has freed is given to another order, and the trail names both`() async throws {
    let factory = try SQLiteFactory.file()
    let start = Timestamp.now
    let first = try await make(factory, at: { start })
    #expect(try await perform(first, "order.make", title: "Wheels").decision.outcome == .allow)
    #expect(try await perform(first, "order.make", title: "Wheels").decision.outcome == .deny)
    let later = start.adding(TimeSpan(seconds: 49 * 3_600)) ?? start
    let second = try await GatedStore(in: .sqlite(factory.path), clock: { later })
    let made = try await perform(second, "order.make", title: "Wheels")
    #expect(made.decision.outcome == .allow, "\(made.decision.reasons)")
    #expect(try await second.verify().findings == [])
    let entry = try await second.entries(after: (made.entry ?? 1) - 1, limit: 1).first
    #expect(entry?.line.contains("Order/order-1") == true)
    _ = try await second.sweep()
    #expect(try await second.verify().findings == [])
  }

  @Test func `a record that an import refuses keeps no key`() async throws {
    let factory = try SQLiteFactory.file()
    let store = try await make(factory)
    func order(_ id: String, _ title: String, _ code: Int64) -> ImportRecord {
      let fields: [String: Value] = [
        "title": .string(title), "code": .int(code), "opened_at": .timestamp(Timestamp(seconds: 0)),
      ]
      return ImportRecord(reference: EntityReference(type: "Order", id: id), fields: fields)
    }
    let report = try await store.gate.take(
      [order("a", "Wheels", 1), order("b", "Tyres", 1)], allOrNothing: false)
    #expect(report.imported == 1)
    #expect(try await store.verify().findings == [])
    let again = try await store.gate.take(
      [order("b", "Tyres", 2)], allOrNothing: false)
    #expect(again.imported == 1)
    #expect(try await store.verify().findings == [])
  }

  @Test func `an id that SQLite and Swift would tell apart differently is refused alone`() async throws {
    let factory = try SQLiteFactory.file()
    let store = try await make(factory)
    func take(_ ids: String...) async throws -> Int {
      let records = ids.map { id in
        let count = id.utf8.count
        let fields: [String: Value] = [
          "title": .string("Order \(count)"), "code": .int(Int64(count)),
          "opened_at": .timestamp(Timestamp(seconds: 0)),
        ]
        return ImportRecord(reference: EntityReference(type: "Order", id: id), fields: fields)
      }
      return try await store.gate.take(records, allOrNothing: false).imported
    }
    #expect(try await take("Ren\u{E9}", "a\0b", "", "a\u{85}b12345") == 1)
    #expect(try await take("Rene\u{301}") == 0)
    #expect(try await take("Ren\u{E9}") == 0)
    #expect(try await take("plain-order") == 1)
    #expect(try await store.verify().findings == [])
  }

  @Test func `who has a store open with the rules of before neither writes nor reads any more`() async throws {
    let factory = try SQLiteFactory.file()
    let old = try await make(factory)
    let stricter = Self.rules.replacingOccurrences(of: "allow: [clerk]\n    input", with: "allow: [boss]\n    input")
    let new = try await GatedStore(try Self.ruleSet(stricter), in: .sqlite(factory.path))
    let error = await #expect(throws: StoreError.self) {
      try await perform(old, "order.make", title: "Wheels")
    }
    guard case .failed(_, let cause) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(cause == "Another program has changed the store to other rules; open it again.")
    await #expect(throws: StoreError.self) { try await old.inbox(of: .init(type: "User", id: "user-1")) }
    #expect(try await new.verify().findings == [])
    // The same rules, opened once more, change nothing.
    let same = try await GatedStore(in: .sqlite(factory.path))
    #expect(try await new.sweep().moved == [])
    #expect(try await same.verify().findings == [])
  }

  @Test func `a store that was interrupted while it was made is made again`() async throws {
    let factory = try SQLiteFactory.file()
    let ruleSet = try Self.ruleSet()
    let tables = try SQLiteBackend(
      factory.place, schema: ruleSet.plan.expressions.schema, ruleSet: ruleSet.identity, mode: .create)
    try tables.close()
    let store = try await make(factory)
    #expect(try await perform(store, "order.make", title: "Wheels").decision.outcome == .allow)
    #expect(try await store.verify().findings == [])
    await #expect(throws: StoreError.cannotOpen(path: factory.path, cause: "There is a store already.")) {
      try await GatedStore.create(ruleSet, in: .sqlite(factory.path))
    }
  }
}
