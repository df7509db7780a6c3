import Bylaw
import BylawEvaluator
import BylawModel
import BylawStore
import BylawStoreSQLite
import Foundation
import Testing

/// The gate and this backend together: what the one writes, the other keeps, and the proof agrees.
@Suite struct GatedStoreTests {
  private static let rules = """
    enums:
      Role: [clerk, boss]
      State: [draft, open, late, closed]
    records:
      Part: { name: text(1..20), price: decimal(2), count: int = 1 }
    entities:
      User:
        fields: { name: text(1..20), role: Role, limit: decimal(2) = 100 }
      Order:
        fields:
          title: text(1..20)
          owner: User
          state: State = draft
          total: decimal(2) = 0
          parts: list(Part)
          opened_at: timestamp?
          within: duration = 2 h
        unique:
          title:
            of: [title]
            ignoring: [case]
            else: There is an order of that title.
        lifecycle:
          state:
            start: [draft]
            draft: [open]
            open: [closed]
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
        input: { title: "text(1..20)", parts: list(Part) }
        effects:
          - create: Order
            set: { title: input.title, owner: subject, parts: input.parts }
      order.open:
        title: Open an order
        of: Order
        allow: [clerk]
        effects:
          - update: resource
            set: { state: open, opened_at: now }
      order.close:
        title: Close an order
        of: Order
        allow: [clerk, boss]
        effects:
          - update: resource
            set: { state: closed }
    approvals:
      boss:
        for: order.close
        places:
          - { count: 1, of: { role: boss } }
    """

  private static func ruleSet(_ rules: String = rules) throws -> RuleSet {
    try RuleSet(files: [
      (
        path: "bylaw.yaml",
        text: "bylaw: 1\nname: orders\nversion: 1.0.0\nsubject: [User, System]\nrole: subject.role\n"
      ),
      (path: "rules.yaml", text: rules),
    ])
  }

  private func request(_ action: String, as user: Int, on order: String? = nil, _ input: [String: Value] = [:])
    -> Request
  {
    var request = Request(subject: .init(type: "User", id: "user-\(user)"), action: action, input: input)
    request.resource = order.map { .init(type: "Order", id: $0) }
    return request
  }

  private func findings(_ store: GatedStore) async throws -> [AuditFinding] {
    let verifier = AuditVerifier(store.gate.plan.schema)
    return try await store.gate.backend.read { reader throws(StoreError) in try verifier.verify(reader).findings }
  }

  private func fill(_ store: GatedStore) async throws {
    for (name, role) in [("Ann", "clerk"), ("Bob", "boss")] {
      let made = try await store.performAsSystem("user.add", input: ["name": .string(name), "role": .string(role)])
      #expect(made.decision.outcome == .allow, "\(made.decision.reasons)")
    }
    let part: Value = .object(["name": .string("Bolt"), "price": .decimal(FixedPoint(units: 5, scale: 1))])
    let made = try await store.perform(
      request("order.make", as: 1, ["title": .string("Räder"), "parts": .list([part])]))
    #expect(made.decision.outcome == .allow, "\(made.decision.reasons)")
    let again = try await store.perform(
      request("order.make", as: 1, ["title": .string("RÄDER"), "parts": .list([])]))
    #expect(again.decision.outcome == .deny)
    let opened = try await store.perform(request("order.open", as: 1, on: "order-1"))
    #expect(opened.decision.outcome == .allow, "\(opened.decision.reasons)")
  }

  @Test func `operations, proposals and votes are kept, and the proof agrees`() async throws {
    let factory = try SQLiteFactory.file()
    for backend in [Backend.memory, .sqlite(factory.path)] {
      let store = try await GatedStore.create(try Self.ruleSet(), in: backend)
      try await fill(store)
      let asked = try await store.perform(request("order.close", as: 1, on: "order-1"))
      #expect(asked.decision.outcome == .pending, "\(asked.decision.reasons)")
      let proposal = try #require(asked.proposal?.id)
      #expect(try await findings(store) == [])
      let voted = try await store.vote(.approve, on: proposal, by: .init(type: "User", id: "user-2"))
      #expect(voted.decision.outcome == .allow, "\(voted.decision.reasons)")
      let order = try await store.gate.backend.read { reader throws(StoreError) in
        try reader.record(1, id: "order-1")
      }
      #expect(order?.fields["state"] == .string("closed"))
      #expect(order?.fields["total"] == .decimal(FixedPoint(units: 0, scale: 2)))
      #expect(order?.fields["within"] == .duration(TimeSpan(seconds: 7_200)))
      #expect(try await findings(store) == [])
      try store.gate.backend.close()
    }
  }

  @Test func `a store that has grown with its rules still proves what was before`() async throws {
    let factory = try SQLiteFactory.file()
    let old = try await GatedStore.create(try Self.ruleSet(), in: .sqlite(factory.path))
    try await fill(old)
    try old.gate.backend.close()
    await #expect(throws: StoreError.cannotOpen(path: factory.path, cause: "There is a store already.")) {
      _ = try await GatedStore.create(try Self.ruleSet(), in: .sqlite(factory.path))
    }
    let grown = Self.rules.replacingOccurrences(
      of: "limit: decimal(2) = 100", with: "limit: decimal(2) = 100, level: int = 3"
    )
    .replacingOccurrences(of: "[draft, open, late, closed]", with: "[draft, open, late, lost, closed]")
    .replacingOccurrences(of: "title: text(1..20)\n      owner", with: "title: text(1..90)\n      owner")
    let new = try await GatedStore(try Self.ruleSet(grown), in: .sqlite(factory.path))
    #expect(try await findings(new) == [])
    let made = try await new.perform(
      request("order.make", as: 1, ["title": .string("Another"), "parts": .list([])]))
    #expect(made.decision.outcome == .allow, "\(made.decision.reasons)")
    #expect(try await findings(new) == [])
    try new.gate.backend.close()
    let narrowed = grown.replacingOccurrences(of: "parts: list(Part)\n      opened", with: "opened")
      .replacingOccurrences(of: ", parts: list(Part) }", with: " }")
      .replacingOccurrences(of: ", parts: input.parts }", with: " }")
    await #expect(
      throws: StoreError.lossyMigration(["'Order.parts' is no longer declared, but 2 records have a value of it."])
    ) { _ = try await GatedStore(try Self.ruleSet(narrowed), in: .sqlite(factory.path)) }
  }
}
