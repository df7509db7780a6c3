import Bylaw
import BylawModel
import BylawStore
import BylawTestSupport
import Testing

/// One entry, one transaction: decided, carried out, written into the trail.
struct GateTests {
  @Test func `an allowed action changes the store, returns and leaves an entry`() async throws {
    let gate = try await GateFixture()
    let answer = try await gate.perform("order.create", as: 1, ["title": .string(" Desk "), "amount": .int(5)])
    #expect(answer.decision.outcome == .allow, "\(answer.decision.reasons)")
    #expect(answer.returned == .string("order-1"))
    #expect(answer.entry == 6)
    let order = try await gate.fields("Order", "order-1")
    #expect(order?["title"] == .string("Desk"))
    #expect(order?["owner"] == .reference(EntityReference(type: "User", id: "user-1")))
    #expect(
      try await gate.fields("Line", "line-1")?["order"] == .reference(EntityReference(type: "Order", id: "order-1")))
    #expect(answer.decision.obligations.contains { $0.text == "Order order-1 is there" })
    let outbox = try await gate.backend.read { reader throws(StoreError) in
      try reader.documents(.outbox, after: 0, limit: 10)
    }
    #expect(outbox.map(\.body["event"]) == [.string("order_made"), nil])
  }

  @Test func `a denial changes nothing and is kept in the log`() async throws {
    let gate = try await GateFixture()
    let answer = try await gate.perform("order.create", as: 4, ["title": .string("Desk"), "amount": .int(5)])
    #expect(answer.decision.denialClass == .unauthorized)
    #expect(answer.entry == nil)
    let (orders, log) = try await gate.backend.read { reader throws(StoreError) in
      (try reader.count(of: 1), try reader.documents(.decision, after: 0, limit: 10))
    }
    #expect(orders == 0)
    #expect(log.map(\.body["class"]) == [.string("unauthorized")])
  }

  @Test func `roles and records never come from who asks`() async throws {
    let gate = try await GateFixture()
    var request = Request(
      subject: .init(type: "User", id: "user-4", properties: ["role": .string("clerk")]), action: "order.create",
      input: ["title": .string("Desk"), "amount": .int(5)])
    #expect(try await gate.store.perform(request).decision.denialClass == .invalidRequest)
    request.subject = .init(type: "System", id: "system")
    #expect(try await gate.store.perform(request).decision.denialClass == .invalidRequest)
  }

  @Test(arguments: ["\u{0}", "\n", "\u{7F}", "\u{85}"])
  func `names with a control character are refused, and kept with an escape for it`(_ control: String) async throws {
    let gate = try await GateFixture()
    let answer = try await gate.perform("order.open", as: 1, on: "a\(control)b")
    #expect(answer.decision.denialClass == .invalidRequest)
    #expect(answer.decision.reasons.map(\.rule) == ["resource.id"])
    let user = Request.Entity(type: "User", id: "user-1\(control)")
    let asked = try await gate.store.perform(Request(subject: user, action: "order.create"))
    #expect(asked.decision.reasons.map(\.rule) == ["subject.id"])
    #expect(try await gate.store.vote(.approve, on: "-", by: user).decision.reasons.map(\.rule) == ["subject.id"])
    #expect(try await gate.store.list("Order", by: user).decision.reasons.map(\.rule) == ["subject.id"])
    // The engine's own name is refused before, and its refusal kept in the same way.
    let engine = Request.Entity(type: "System", id: "system")
    let order = Request.Entity(type: "Order", id: "a\(control)b")
    _ = try await gate.store.perform(Request(subject: engine, action: "order.open", resource: order))
    let kept = try await gate.backend.read { reader throws(StoreError) in
      try reader.documents(.decision, after: 0, limit: 10).map {
        "\($0.body["subject"]?.text ?? "") \($0.body["resource"]?.text ?? "")"
      }
    }
    #expect(kept.count == 5)
    #expect(!kept.contains { $0.contains(control) })
    #expect(kept[0].hasPrefix("User/user-1 Order/a\\"))
  }

  @Test func `a vote without a proposal and a read are no actions to ask for`() async throws {
    let gate = try await GateFixture()
    _ = try await gate.perform("order.create", as: 1, ["title": .string("Desk"), "amount": .int(50)])
    _ = try await gate.perform("order.open", as: 1, on: "order-1")
    let reason: [String: Value] = ["reason": .string("no")]
    for (action, input) in [("approve(order.pay)", [:]), ("reject(order.pay)", reason), ("ask(order.pay)", [:])] {
      let answer = try await gate.perform(action, as: 2, on: "order-1", input)
      #expect(answer.decision.denialClass == .invalidRequest, "\(action)")
      #expect(answer.entry == nil)
    }
  }

  @Test func `a dry run tells what would change and writes nothing`() async throws {
    let gate = try await GateFixture()
    let answer = try await gate.perform(
      "order.create", as: 1, ["title": .string("Desk"), "amount": .int(5)], isDryRun: true)
    #expect(answer.decision.outcome == .allow)
    #expect(answer.changes.map(\.record.description) == ["Order/order-1", "Line/line-1"])
    #expect(try await gate.fields("Order", "order-1") == nil)
  }

  @Test func `a lifecycle refuses a move by the names of both states`() async throws {
    let gate = try await GateFixture()
    _ = try await gate.perform("order.create", as: 1, ["title": .string("Desk"), "amount": .int(5)])
    let answer = try await gate.perform("order.close", as: 1, on: "order-1")
    #expect(answer.decision.denialClass == .invalidTransition)
    #expect(answer.decision.reasons.map(\.because) == ["Order does not go from draft to closed."])
  }

  @Test func `a unique key is held by one record while its condition holds`() async throws {
    let gate = try await GateFixture()
    let desk: [String: Value] = ["title": .string("Desk"), "amount": .int(5)]
    _ = try await gate.perform("order.create", as: 1, desk)
    let second = try await gate.perform("order.create", as: 1, ["title": .string("DESK"), "amount": .int(5)])
    #expect(second.decision.denialClass == .conflict)
    _ = try await gate.perform("order.open", as: 1, on: "order-1")
    _ = try await gate.perform("order.close", as: 1, on: "order-1")
    #expect(try await gate.perform("order.create", as: 1, desk).decision.outcome == .allow)
  }

  @Test func `time frees a unique key without a sweep`() async throws {
    let gate = try await GateFixture()
    let desk: [String: Value] = ["title": .string("Desk"), "amount": .int(5)]
    _ = try await gate.perform("order.create", as: 1, desk)
    _ = try await gate.perform("order.open", as: 1, on: "order-1")
    gate.clock.advance("47 h")
    #expect(try await gate.perform("order.create", as: 1, desk).decision.denialClass == .conflict)
    gate.clock.advance("1 h")
    #expect(try await gate.perform("order.create", as: 1, desk).decision.outcome == .allow)
  }

  @Test func `a timed move is seen at its moment and written down by a sweep`() async throws {
    let gate = try await GateFixture()
    _ = try await gate.perform("order.create", as: 1, ["title": .string("Desk"), "amount": .int(5)])
    _ = try await gate.perform("order.open", as: 1, on: "order-1")
    gate.clock.advance("48 h")
    let late = try await gate.perform("order.close", as: 1, on: "order-1")
    #expect(late.decision.reasons.map(\.because) == ["Order does not go from late to closed."])
    let sweep = try await gate.store.sweep()
    #expect(sweep.moved == [EntityReference(type: "Order", id: "order-1")])
    #expect(try await gate.fields("Order", "order-1")?["state"] == .string("late"))
    #expect(try await gate.store.sweep().moved == [])
  }

  @Test func `a reaction follows on the state that the effects left`() async throws {
    let gate = try await GateFixture()
    _ = try await gate.perform("order.create", as: 1, ["title": .string("Desk"), "amount": .int(500)])
    let opened = try await gate.perform("order.open", as: 1, on: "order-1")
    #expect(opened.decision.outcome == .allow)
    #expect(try await gate.fields("Order", "order-1")?["note"] == .string("big: open"))
  }

  @Test func `an inner denial denies the whole`() async throws {
    let gate = try await GateFixture()
    _ = try await gate.perform("order.create", as: 1, ["title": .string("Desk"), "amount": .int(5)])
    let answer = try await gate.perform("order.finish", as: 1, on: "order-1")
    #expect(answer.decision.denialClass == .invalidTransition)
    #expect(try await gate.fields("Order", "order-1")?["note"] == nil)
    _ = try await gate.perform("order.open", as: 1, on: "order-1")
    #expect(try await gate.perform("order.finish", as: 1, on: "order-1").decision.outcome == .allow)
    #expect(try await gate.fields("Order", "order-1")?["note"] == .string("finished"))
    #expect(try await gate.fields("Order", "order-1")?["state"] == .string("closed"))
  }
}

/// Proposals: votes, the run, and every ending.
struct ProposalTests {
  private func openOrder(_ amount: Int64, _ gate: GateFixture) async throws {
    _ = try await gate.perform("order.create", as: 1, ["title": .string("Desk"), "amount": .int(amount)])
    _ = try await gate.perform("order.open", as: 1, on: "order-1")
  }

  private func pay(_ gate: GateFixture) async throws -> GatedStore.Answer {
    try await gate.perform("order.pay", as: 1, on: "order-1", ["note": .string("by card")])
  }

  @Test func `two votes run the proposal`() async throws {
    let gate = try await GateFixture()
    try await openOrder(50, gate)
    let asked = try await pay(gate)
    #expect(asked.decision.outcome == .pending)
    #expect(asked.proposal?.id == "proposal-1")
    #expect(try await pay(gate).proposal?.id == "proposal-1")
    #expect(try await gate.store.inbox(of: .init(type: "User", id: "user-2")).map(\.id) == ["proposal-1"])
    #expect(try await gate.store.inbox(of: .init(type: "User", id: "user-4")) == [])
    let first = try await gate.vote(.approve, on: "proposal-1", as: 2)
    #expect(first.decision.outcome == .allow, "\(first.decision.reasons)")
    #expect(first.proposal?.status == .open)
    #expect(try await gate.fields("Order", "order-1")?["state"] == .string("open"))
    #expect(try await gate.store.inbox(of: .init(type: "User", id: "user-2")) == [])
    let second = try await gate.vote(.approve, on: "proposal-1", as: 3)
    #expect(second.proposal?.status == .done)
    #expect(try await gate.fields("Order", "order-1")?["state"] == .string("paid"))
    #expect(try await gate.fields("Order", "order-1")?["note"] == .string("by card"))
  }

  @Test func `who may not vote, and who asked, are refused`() async throws {
    let gate = try await GateFixture()
    try await openOrder(50, gate)
    _ = try await pay(gate)
    for user in [1, 4, 9] {
      let answer = try await gate.vote(.approve, on: "proposal-1", as: user)
      #expect(answer.decision.denialClass == .unauthorized, "user \(user)")
    }
    #expect(try await gate.vote(.approve, on: "proposal-7", as: 2).decision.denialClass == .invalidInput)
  }

  @Test func `a person fills one place`() async throws {
    let gate = try await GateFixture()
    try await openOrder(50, gate)
    _ = try await pay(gate)
    _ = try await gate.vote(.approve, on: "proposal-1", as: 2)
    let again = try await gate.vote(.approve, on: "proposal-1", as: 2)
    #expect(again.proposal?.status == .open)
  }

  @Test func `a rejection ends it, with its effects`() async throws {
    let gate = try await GateFixture()
    try await openOrder(50, gate)
    _ = try await pay(gate)
    let bare = try await gate.vote(.reject, on: "proposal-1", as: 3)
    #expect(bare.decision.denialClass == .invalidInput)
    let rejected = try await gate.vote(.reject, on: "proposal-1", as: 3, ["reason": .string("too dear")])
    #expect(rejected.proposal?.status == .rejected)
    #expect(try await gate.fields("Order", "order-1")?["note"] == .string("rejected: too dear"))
    #expect(try await gate.vote(.approve, on: "proposal-1", as: 2).decision.denialClass == .conflict)
    let again = try await pay(gate)
    #expect(again.proposal?.id == "proposal-2")
    #expect(again.proposal?.original == "proposal-1")
  }

  @Test func `a rejection ends it whatever stands against its run, if the voter could fill a place`() async throws {
    let gate = try await GateFixture()
    try await openOrder(50, gate)
    _ = try await pay(gate)
    _ = try await gate.perform("order.annotate", as: 1, on: "order-1", ["note": .string("stop")])
    let foreign = try await gate.vote(.reject, on: "proposal-1", as: 4, ["reason": .string("not mine")])
    #expect(foreign.decision.denialClass == .unauthorized)
    let rejected = try await gate.vote(.reject, on: "proposal-1", as: 3, ["reason": .string("too dear")])
    #expect(rejected.proposal?.status == .rejected)
  }

  @Test func `exactly at its end a proposal is late`() async throws {
    let gate = try await GateFixture()
    try await openOrder(50, gate)
    _ = try await pay(gate)
    gate.clock.advance("24 h")
    let answer = try await gate.vote(.approve, on: "proposal-1", as: 2)
    #expect(answer.decision.denialClass == .approvalExpired)
    #expect(answer.proposal?.status == .expired)
  }

  @Test func `a proposal that only reports its lateness stays open, overdue`() async throws {
    let rules = GateFixture.rules.replacing("within: 24h }", with: "within: 24h, late: report }")
    let gate = try await GateFixture(rules)
    try await openOrder(50, gate)
    #expect(try await pay(gate).proposal?.due == Timestamp("2026-01-06T09:00:00Z"))
    gate.clock.advance("30 h")
    _ = try await gate.vote(.approve, on: "proposal-1", as: 2)
    #expect(try await gate.vote(.approve, on: "proposal-1", as: 3).proposal?.status == .done)
  }

  @Test(arguments: ["vote", "sweep", "write", "ask again"])
  func `a timed move of the resource ends its open proposals`(_ touch: String) async throws {
    let rules = GateFixture.rules.replacing("within: 24h", with: "within: 90d")
    let gate = try await GateFixture(rules)
    _ = try await gate.perform("order.create", as: 1, ["title": .string("Ink"), "amount": .int(10)])
    _ = try await gate.perform("order.open", as: 1, on: "order-1")
    let asked = try await gate.perform("order.pay", as: 1, on: "order-1", ["note": .string("soon")])
    #expect(asked.proposal?.status == .open)
    gate.clock.advance("48h")
    #expect(try await gate.store.inbox(of: .init(type: "User", id: "user-2")).isEmpty)
    switch touch {
    case "vote":
      let answer = try await gate.vote(.approve, on: asked.proposal?.id, as: 2)
      #expect(answer.decision.denialClass == .approvalExpired)
    case "sweep": #expect(try await gate.store.sweep().expired == ["proposal-1"])
    case "write":
      let answer = try await gate.perform("order.annotate", as: 1, on: "order-1", ["note": .string("late")])
      #expect(answer.decision.outcome == .allow)
    default:
      let answer = try await gate.perform("order.pay", as: 1, on: "order-1", ["note": .string("soon")])
      #expect(answer.decision.denialClass == .approvalExpired)
    }
    let stored = try await gate.backend.read { reader throws(StoreError) in try reader.proposal("proposal-1") }
    #expect(stored?.status == .expired)
    let proof = try await gate.store.verify()
    #expect(proof.findings == [], "\(proof.findings)")
  }

  @Test func `a proposal made after a timed move is not ended by it`() async throws {
    let rules = GateFixture.rules.replacing("within: 24h", with: "within: 90d")
      .replacing("for: order.pay", with: "for: order.rename")
    let gate = try await GateFixture(rules)
    _ = try await gate.perform("order.create", as: 1, ["title": .string("Ink"), "amount": .int(10)])
    _ = try await gate.perform("order.open", as: 1, on: "order-1")
    gate.clock.advance("48h")
    let asked = try await gate.perform("order.rename", as: 1, on: "order-1", ["title": .string("Pen")])
    #expect(asked.proposal?.status == .open)
    _ = try await gate.perform("order.annotate", as: 1, on: "order-1", ["note": .string("late")])
    let stored = try await gate.backend.read { reader throws(StoreError) in try reader.proposal("proposal-1") }
    #expect(stored?.status == .open)
  }

  @Test func `a sweep ends what is late and sends its notices`() async throws {
    let gate = try await GateFixture()
    try await openOrder(50, gate)
    _ = try await pay(gate)
    gate.clock.advance("25 h")
    #expect(try await gate.store.sweep().expired == ["proposal-1"])
    let outbox = try await gate.backend.read { reader throws(StoreError) in
      try reader.documents(.outbox, after: 0, limit: 20)
    }
    #expect(outbox.last?.body["text"] == .string("Nobody agreed in time"))
  }

  @Test func `who asked may take it back, nobody else`() async throws {
    let gate = try await GateFixture()
    try await openOrder(50, gate)
    _ = try await pay(gate)
    #expect(try await gate.vote(.withdraw, on: "proposal-1", as: 2).decision.denialClass == .unauthorized)
    let answer = try await gate.vote(.withdraw, on: "proposal-1", as: 1)
    #expect(answer.proposal?.status == .withdrawn, "\(answer.decision.reasons)")
  }

  @Test func `votes lapse when what they were about changes`() async throws {
    let gate = try await GateFixture()
    try await openOrder(50, gate)
    _ = try await pay(gate)
    _ = try await gate.vote(.approve, on: "proposal-1", as: 2)
    _ = try await gate.perform("order.rename", as: 1, on: "order-1", ["title": .string("Table")])
    let second = try await gate.vote(.approve, on: "proposal-1", as: 3)
    #expect(second.proposal?.status == .open)
    #expect(second.proposal?.votes.map(\.lapsed) == ["Changed since it was asked: title.", nil])
    #expect(try await gate.vote(.approve, on: "proposal-1", as: 2).proposal?.status == .done)
  }

  @Test func `denied at the run, a proposal ends as refused`() async throws {
    let gate = try await GateFixture()
    try await openOrder(50, gate)
    _ = try await pay(gate)
    _ = try await gate.vote(.approve, on: "proposal-1", as: 2)
    _ = try await gate.perform("order.close", as: 1, on: "order-1")
    let last = try await gate.vote(.approve, on: "proposal-1", as: 3)
    #expect(last.decision.outcome == .allow)
    #expect(last.proposal?.status == .refused)
    #expect(last.proposal?.reasons == ["Order does not go from closed to paid."])
  }
}

/// The trail: an entry for every operation, in a chain.
struct TrailTests {
  @Test func `entries form a chain and name what changed without its values`() async throws {
    let gate = try await GateFixture()
    _ = try await gate.perform("order.create", as: 1, ["title": .string("Desk"), "amount": .int(5)])
    _ = try await gate.perform("order.finish", as: 1, on: "order-1")
    let entries = try await gate.backend.read { reader throws(StoreError) in
      try reader.entries(EntryFilter(), after: 0, limit: 100)
    }
    #expect(entries.map(\.sequence) == Array(1...Int64(entries.count)))
    var previous = AuditEntry.origin
    for entry in entries {
      #expect(entry.digest == AuditEntry.digest(of: entry.body, after: previous))
      previous = entry.digest
      #expect(!entry.body.contains("Desk"))
    }
    #expect(entries.last?.body.contains(#""fields":["amount","owner","state","title"]"#) == true)
  }
}
