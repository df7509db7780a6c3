import Bylaw
import BylawEvaluator
import BylawModel
import BylawStore
import BylawTestSupport
import Synchronization

/// A clock that a test moves.
final class MovableClock: Sendable {
  private let time: Mutex<Timestamp>

  init(_ time: String) { self.time = Mutex(Timestamp(time) ?? Timestamp(seconds: 0)) }

  var now: Timestamp { time.withLock { $0 } }

  func set(to moment: Timestamp) { time.withLock { $0 = moment } }

  func advance(_ span: String) {
    time.withLock { now in now = parseDuration(span).flatMap { now.adding($0) } ?? now }
  }
}

/// Orders that people make, approve, pay and close, in a store in memory.
struct GateFixture {
  let store: GatedStore
  let backend = MemoryBackend()
  let clock = MovableClock("2026-01-05T09:00:00Z")

  init(_ rules: String = GateFixture.rules) async throws {
    let ruleSet = try RuleSet(files: [
      (
        path: "bylaw.yaml",
        text: "bylaw: 1\nname: orders\nversion: 1.0.0\nsubject: [User, System]\nrole: subject.role\n"
      ),
      (path: "rules.yaml", text: rules),
    ])
    let (backend, clock) = (backend, clock)
    let place = Backend { layout throws(StoreError) in
      backend.adopt(layout.schema)
      return backend
    }
    store = try await GatedStore.create(ruleSet, in: place, clock: { clock.now })
    for (id, role) in [("ann", "clerk"), ("bob", "boss"), ("bea", "boss"), ("cy", "auditor")] {
      let made = try await store.performAsSystem("user.add", input: ["name": .string(id), "role": .string(role)])
      precondition(made.decision.outcome == .allow, "\(made.decision.reasons)")
    }
  }

  /// Users get the ids user-1 (ann, clerk), user-2 (bob, boss), user-3 (bea, boss) and user-4 (cy, auditor).
  func perform(
    _ action: String, as user: Int, on id: String? = nil, _ input: [String: Value] = [:], isDryRun: Bool = false
  ) async throws -> GatedStore.Answer {
    var request = Request(subject: .init(type: "User", id: "user-\(user)"), action: action, input: input)
    request.resource = id.map { .init(type: "Order", id: $0) }
    return try await store.perform(request, isDryRun: isDryRun)
  }

  func vote(
    _ vote: GatedStore.Vote, on proposal: String?, as user: Int, _ input: [String: Value] = [:]
  ) async throws -> GatedStore.Answer {
    try await store.vote(vote, on: proposal ?? "-", by: .init(type: "User", id: "user-\(user)"), input: input)
  }

  func fields(_ type: String, _ id: String) async throws -> [String: Value]? {
    let entity = store.gate.plan.entityNumbers[type] ?? 0
    return try await backend.read { reader throws(StoreError) in try reader.record(entity, id: id)?.fields }
  }

  static let rules = """
    enums:
      Role: [clerk, boss, auditor]
      State: [draft, open, paid, closed, late]
    entities:
      User:
        live: it.active
        fields:
          name: text(1..20)
          role: Role
          active: bool = true
      Order:
        fields:
          title: text(1..20)
          owner: User
          amount: int(0..)
          state: State
          note: text(1..40)?
          opened_at: timestamp?
        unique:
          open_title:
            of: [title]
            ignoring: [case, space]
            while: it.state != "closed" && it.state != "late"
            else: There is an order of that title.
        lifecycle:
          state:
            start: [draft]
            draft: [open]
            open: [paid, closed]
            paid: [closed]
            timed:
              - { from: open, to: late, after: 48 h, since: opened_at }
      Line:
        fields:
          order: Order
          text: text(1..20)
    actions:
      user.add:
        title: Add a user
        allow: [system]
        input: { name: "text(1..20)", role: Role }
        effects:
          - create: User
            set: { name: input.name, role: input.role }
      order.create:
        title: Make an order
        allow: [clerk, boss]
        input: { title: "text(1..20)", amount: "int(0..)" }
        effects:
          - create: Order
            as: order
            set: { title: input.title, owner: subject, amount: input.amount, state: draft }
          - create: Line
            set: { order: effects.order, text: input.title }
          - emit: order_made
            with: { id: effects.order.id }
        returns: effects.order.id
        audit: create
        notify:
          - { to: subject, text: "Order {effects.order.id} is there" }
      order.open:
        title: Open an order
        of: Order
        allow: [clerk]
        effects:
          - update: resource
            set: { state: open, opened_at: now }
        returns: after
        audit: open
      order.close:
        title: Close an order
        of: Order
        allow: [clerk, boss]
        effects:
          - update: resource
            set: { state: closed }
      order.pay:
        title: Pay an order
        of: Order
        allow: [clerk]
        input: { note: "text(1..40)" }
        effects:
          - update: resource
            set: { state: paid, note: input.note }
        audit: pay
      order.finish:
        title: Pay and close at once
        of: Order
        allow: [clerk]
        effects:
          - do: order.annotate
            resource: resource
            input: { note: { text: "finished" } }
          - do: order.close
            resource: resource
      order.annotate:
        title: Write a note
        of: Order
        allow: [clerk]
        input: { note: "text(1..40)" }
        require:
          not-secret:
            that: input.note != "secret"
            else: Not that.
        effects:
          - update: resource
            set: { note: input.note }
      order.rename:
        title: Rename an order
        of: Order
        allow: [clerk]
        input: { title: "text(1..20)" }
        effects:
          - update: resource
            set: { title: input.title }
    reactions:
      big-orders-are-noted:
        after: order.open
        when: resource.amount > 100
        do: order.annotate
        resource: resource
        input: { note: { text: "big: {resource.state}" } }
    approvals:
      two-bosses:
        for: order.pay
        when: resource.amount >= 10
        because: Paying ten or more takes two bosses.
        places:
          - { count: 2, of: { role: boss } }
        binds: [amount, title]
        clock: { from: requested_at, within: 24h }
        outcome:
          rejected:
            effects:
              - update: resource
                set: { note: { text: "rejected: {input.reason}" } }
          expired:
            notify:
              - { to: resource.owner, text: "Nobody agreed in time" }
    rules:
      only-active:
        forbid: everything
        unless: subject.active
        because: Only active users act.
        class: unauthorized
      stopped-orders-wait:
        forbid: order.pay
        when: has(resource.note) && resource.note == "stop"
        because: This order is stopped.
    """
}
