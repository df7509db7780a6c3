package import Bylaw
package import BylawModel
package import BylawStore

/// Many people who want at once what only one of them can have: the end of an incident, the last of a budget, and the
/// votes that carry a change out.
package struct Contest: Sendable {
  /// What one round is about, all of it made for this round.
  package struct Round: Sendable, Hashable {
    package var incident: String
    package var budget: String
    package var change: String
    package var proposal: String

    package init(incident: String, budget: String, change: String, proposal: String) {
      self.incident = incident
      self.budget = budget
      self.change = change
      self.proposal = proposal
    }
  }

  /// What came of a round, or of the part of it that one process saw.
  package struct Outcome: Sendable, Hashable {
    /// Closings of the incident that were allowed.
    package var closings = 0
    /// Spendings of the last of the budget that were allowed.
    package var spendings = 0
    /// Votes that were taken.
    package var votes = 0
    /// Votes after which the change was carried out.
    package var runs = 0
    /// Everything else that was answered: refusals.
    package var refusals = 0
    /// The numbers of the entries that were told.
    package var entries: [Int64] = []
    /// Failures of the machine, in words.
    package var failures: [String] = []

    package init() {}

    package mutating func add(_ other: Outcome) {
      closings += other.closings
      spendings += other.spendings
      votes += other.votes
      runs += other.runs
      refusals += other.refusals
      entries += other.entries
      failures += other.failures
    }

    /// One winner of each, and two votes, since the change takes two.
    package var isFair: Bool { closings == 1 && spendings == 1 && votes == 2 && runs == 1 && failures.isEmpty }
  }

  package let store: GatedStore

  package init(_ store: GatedStore) { self.store = store }

  /// Makes a store with bosses `user-1` to `user-PEOPLE`.
  package static func make(in backend: Backend, people: Int) async throws -> Contest {
    let contest = Contest(try await GatedStore.create(try ruleSet(), in: backend))
    for person in 1...people {
      _ = try await contest.act("user.add", ["name": .string("Boss \(person)")])
    }
    return contest
  }

  /// Makes what the next round is about.
  package func prepare() async throws -> Round {
    let title = Value.string("\(UInt64.random(in: 0 ... .max))")
    let incident = try await act("incident.make", ["title": title])
    let budget = try await act("budget.make", ["total": .int(100)])
    let change = try await act("change.make", ["title": title])
    _ = try await store.perform(request("budget.spend", by: 1, on: ("Budget", budget), ["amount": .int(97)]))
    let asked = try await store.perform(request("change.apply", by: 1, on: ("Change", change), [:]))
    return Round(incident: incident, budget: budget, change: change, proposal: asked.proposal?.id ?? "none")
  }

  /// Lets each person do all three, at once with the others; each begins with another of the three.
  package func run(_ round: Round, people: ClosedRange<Int>) async -> Outcome {
    await withTaskGroup(of: Outcome.self) { group in
      for person in people {
        group.addTask { await attempt(round, person) }
      }
      var outcome = Outcome()
      for await part in group { outcome.add(part) }
      return outcome
    }
  }

  private func attempt(_ round: Round, _ person: Int) async -> Outcome {
    var outcome = Outcome()
    for step in 0..<3 {
      var isDone = false
      while !isDone {
        do throws(StoreError) {
          try await attempt(round, person, (person + step) % 3, &outcome)
          isDone = true
        } catch .busy {
          // The machine is slow, and the other process was faster; nothing was written, so it is asked again.
          continue
        } catch {
          outcome.failures.append("\(error)")
          isDone = true
        }
      }
    }
    return outcome
  }

  private func attempt(
    _ round: Round, _ person: Int, _ what: Int, _ outcome: inout Outcome
  ) async throws(StoreError) {
    switch what {
    case 0:
      let request = request("incident.close", by: person, on: ("Incident", round.incident), [:])
      outcome.note(try await store.perform(request), \.closings)
    case 1:
      // Three are left.
      let request = request("budget.spend", by: person, on: ("Budget", round.budget), ["amount": .int(2)])
      outcome.note(try await store.perform(request), \.spendings)
    default:
      let answer = try await store.vote(.approve, on: round.proposal, by: subject(person))
      outcome.note(answer, \.votes)
      if answer.decision.outcome == .allow, answer.proposal?.status == .done { outcome.runs += 1 }
    }
  }

  // MARK: Asking

  package func subject(_ person: Int) -> Request.Entity { .init(type: "User", id: "user-\(person)") }

  package func request(
    _ action: String, by person: Int, on record: (type: String, id: String)?, _ input: [String: Value]
  ) -> Request {
    var request = Request(subject: subject(person), action: action, input: input)
    request.resource = record.map { .init(type: $0.type, id: $0.id) }
    return request
  }

  /// Does something as the engine; gives the id of what was made.
  package func act(_ action: String, _ input: [String: Value]) async throws -> String {
    let answer = try await store.performAsSystem(action, input: input)
    guard answer.decision.outcome == .allow, case .string(let id) = answer.returned else {
      throw ConformanceFailure(description: "\(action): \(answer.decision.reasons.map(\.because))")
    }
    return id
  }

  // MARK: Rules

  package static func ruleSet(version: String = "1.0.0", rules: String = rules) throws -> RuleSet {
    try RuleSet(files: [
      (
        path: "bylaw.yaml",
        text: "bylaw: 1\nname: contest\nversion: \(version)\nsubject: [User, System]\nrole: subject.role\n"
      ),
      (path: "rules.yaml", text: rules),
    ])
  }

  /// A budget has spendings, an incident has a note and a notice, and a change takes two people.
  package static let rules = """
    enums:
      Role: [boss]
      Status: [open, closed]
    entities:
      User:
        fields: { name: text(1..20), role: Role }
      Budget:
        fields: { total: int(0..), spent: int(0..) = 0 }
      Spending:
        fields: { budget: Budget, amount: int(1..), by: User }
      Incident:
        fields: { title: text(1..60), status: Status = open, closed_by: User? }
        unique:
          title: { of: [title], else: There is an incident of that title. }
        lifecycle:
          status: { start: [open], open: [closed] }
      Note:
        fields: { incident: Incident, text: text(1..60) }
      Change:
        fields: { title: text(1..60), runs: int = 0 }
    actions:
      user.add:
        title: Add a user
        allow: [system]
        input: { name: "text(1..20)" }
        effects:
          - create: User
            as: made
            set: { name: input.name, role: boss }
        returns: effects.made.id
      incident.make:
        title: Make an incident
        allow: [boss, system]
        input: { title: "text(1..60)" }
        effects:
          - create: Incident
            as: made
            set: { title: input.title }
          - create: Note
            set: { incident: effects.made, text: input.title }
          - emit: incident_made
            with: { id: effects.made.id }
        returns: effects.made.id
      incident.close:
        title: Close an incident
        of: Incident
        allow: [boss]
        require:
          open:
            that: resource.status == "open"
            else: It is closed.
        effects:
          - update: resource
            set: { status: closed, closed_by: subject }
      budget.make:
        title: Make a budget
        allow: [system]
        input: { total: "int(0..)" }
        effects:
          - create: Budget
            as: made
            set: { total: input.total }
        returns: effects.made.id
      budget.spend:
        title: Spend some of a budget
        of: Budget
        allow: [boss]
        input: { amount: "int(1..)" }
        require:
          left:
            that: resource.spent + input.amount <= resource.total
            else: The budget does not have it.
        effects:
          - update: resource
            set: { spent: resource.spent + input.amount }
          - create: Spending
            set: { budget: resource, amount: input.amount, by: subject }
      change.make:
        title: Plan a change
        allow: [boss, system]
        input: { title: "text(1..60)" }
        effects:
          - create: Change
            as: made
            set: { title: input.title }
        returns: effects.made.id
      change.apply:
        title: Carry a change out
        of: Change
        allow: [boss]
        effects:
          - update: resource
            set: { runs: resource.runs + 1 }
    approvals:
      two:
        for: change.apply
        places:
          - { count: 2, of: { role: boss } }
    """
}

extension Contest.Outcome {
  fileprivate mutating func note(_ answer: GatedStore.Answer, _ winners: WritableKeyPath<Self, Int>) {
    if let entry = answer.entry { entries.append(entry) }
    if answer.decision.outcome == .allow { self[keyPath: winners] += 1 } else { refusals += 1 }
  }
}
