import BylawCompiler
import BylawEvaluator
import BylawModel
import BylawStore
import Synchronization

/// The clock of a scenario: it stands still until a step moves it.
final class ScenarioClock: Sendable {
  private let time: Mutex<Timestamp>

  init(_ start: Timestamp) { time = Mutex(start) }

  var now: Timestamp { time.withLock { $0 } }

  func set(_ moment: Timestamp) { time.withLock { $0 = moment } }
}

/// Why a scenario does not go on.
enum ScenarioStop: Error {
  /// The step says nothing about the rules.
  case failed(String)
  /// It is not as stated.
  case differs([TestResult.Difference])
}

/// One scenario on a store of its own.
struct ScenarioRun {
  private let scenario: Scenario
  private let ruleSet: RuleSet
  private let store: GatedStore
  private let clock: ScenarioClock
  private var names: ScenarioNames
  private var decided: [ScenarioResult.Decided] = []
  /// The decision of the step under way.
  private var decision: Decision?
  /// The proposal that votes are on unless a step says another.
  private var lastProposal: String?
  private var mark = Mark()

  /// How far the store was before the step under way.
  private struct Mark: Sendable {
    var entry: Int64 = 0
    var documents: [StoredDocument.Kind: Int64] = [:]
    var proposals: Set<String> = []
  }

  /// Plays a scenario from its start to the first step that is not as stated.
  static func play(_ scenario: Scenario, _ ruleSet: RuleSet, in backend: Backend) async -> ScenarioResult {
    var run: ScenarioRun
    do throws(StoreError) {
      run = try await ScenarioRun(scenario, ruleSet, backend)
    } catch {
      return ScenarioResult(
        scenario: scenario, status: .error(TestMessages.storeFailed(error)), failedStep: nil, place: scenario.place,
        decision: nil, decided: [])
    }
    return await run.played()
  }

  private init(_ scenario: Scenario, _ ruleSet: RuleSet, _ backend: Backend) async throws(StoreError) {
    self.scenario = scenario
    self.ruleSet = ruleSet
    let clock = ScenarioClock(scenario.start)
    self.clock = clock
    names = ScenarioNames(now: scenario.start)
    let failing = Backend(
      { layout throws(StoreError) in FailingBackend(try backend.open(layout)) }, examine: backend.examine)
    store = try await GatedStore.create(ruleSet, in: failing, clock: { clock.now })
  }

  private mutating func played() async -> ScenarioResult {
    do {
      let report = try await store.take(scenario.records)
      guard report.refused.isEmpty else { throw ScenarioStop.failed(TestMessages.refusedRecords(report.refused)) }
    } catch {
      return result(Self.status(error), at: nil)
    }
    for step in scenario.steps {
      do {
        try await play(step)
      } catch {
        return result(Self.status(error), at: step)
      }
    }
    return result(.passed, at: nil)
  }

  private static func status(_ error: any Error) -> TestResult.Status {
    switch error {
    case ScenarioStop.failed(let message): .error(message)
    case ScenarioStop.differs(let differences): .failed(differences)
    case let failure as StoreError: .error(TestMessages.storeFailed(failure))
    default: .error("\(error)")
    }
  }

  private func result(_ status: TestResult.Status, at step: ScenarioStep?) -> ScenarioResult {
    ScenarioResult(
      scenario: scenario, status: status, failedStep: step?.sentence, place: step?.place ?? scenario.place,
      decision: step == nil ? nil : decision, decided: decided)
  }

  // MARK: Steps

  private mutating func play(_ step: ScenarioStep) async throws {
    decision = nil
    if let moment = step.moment {
      guard moment >= clock.now else {
        throw ScenarioStop.failed(TestMessages.timeRunsForward(moment, clock.now))
      }
      clock.set(moment)
    }
    if let span = step.advance, let later = clock.now.adding(span) { clock.set(later) }
    names.now = clock.now
    names.person = step.person.map { subjectId($0) } ?? ""
    mark = try await currentMark()
    var outcome = StepOutcome()
    var made: [EntityReference] = []
    try await carryOut(step, &outcome, &made)
    try await look(&outcome, &made)
    if let decision = outcome.decision, decision.outcome == .allow || !made.isEmpty || outcome.proposal != nil {
      for naming in step.names { try name(naming, made) }
    } else if outcome.sweep != nil {
      for naming in step.names { try name(naming, made) }
    }
    var differences = step.expectation.differences(from: outcome) { names.fill($0) }
    if differences.isEmpty || outcome.decision?.outcome == .allow {
      differences += try await storeDifferences(step.expectation)
    }
    guard differences.isEmpty else { throw ScenarioStop.differs(differences) }
  }

  private mutating func carryOut(
    _ step: ScenarioStep, _ outcome: inout StepOutcome, _ made: inout [EntityReference]
  ) async throws {
    let input = filled(step.input)
    let (server, caller) = split(filled(step.context))
    let subject = subject(step.person ?? "")
    switch step.deed {
    case .nothing: return
    case .sweep: outcome.sweep = try await store.sweep()
    case .inbox:
      let waiting = try await store.inbox(of: subject, serverContext: server)
      outcome.found = Dictionary(waiting.map { ($0.id, [:]) }, uniquingKeysWith: { first, _ in first })
    case .act(let action, let target, let override):
      var request = Request(subject: subject, action: action, input: input, context: caller)
      request.resource = target.map { reference($0) }.map { .init(type: $0.type, id: $0.id) }
      request.serverContext = server
      request.override = override.map { .init(name: $0.name, input: filled($0.input)) }
      let roles = try await roles(of: request.subject)
      let asked = request
      let answer = try await ask(step.failing, { .init(refusal: $0) }) {
        guard subject.isSystem else { return try await store.perform(asked) }
        return try await store.performAsSystem(
          action, on: target.map { reference($0) }, input: input, serverContext: server)
      }
      take(answer, &outcome, &made)
      note(request, answer.decision, roles)
    case .vote(let vote, let target):
      guard let id = target.map({ names[$0]?.id ?? $0 }) ?? lastProposal else {
        throw ScenarioStop.failed(TestMessages.noProposal)
      }
      let roles = try await roles(of: subject)
      let answer = try await ask(step.failing, { .init(refusal: $0) }) {
        try await store.vote(vote, on: id, by: subject, input: input, serverContext: server)
      }
      take(answer, &outcome, &made)
      let asked = try await stored(id)?.asked ?? "?"
      note(Request(subject: subject, action: "\(vote.rawValue)(\(asked))", input: input), answer.decision, roles)
      if let proposal = try await stored(id) { outcome.proposal = members(proposal) }
    case .get(let target):
      let found = try await ask(step.failing, { .init(decision: $0, records: [], isCut: false) }) {
        try await store.get(reference(target), by: subject, serverContext: server)
      }
      take(found, &outcome)
    case .list(let type, let limit):
      let found = try await ask(step.failing, { .init(decision: $0, records: [], isCut: false) }) {
        try await store.list(type, where: input, limit: limit, by: subject, serverContext: server)
      }
      take(found, &outcome)
    }
  }

  /// Asks the store; a call that the step makes fail is a refusal like any other.
  private func ask<Answer: Sendable>(
    _ call: FailingBackend.Call?, _ refused: (Decision) -> Answer, _ body: () async throws -> Answer
  ) async throws -> Answer {
    guard let call else { return try await body() }
    let database = backend as? FailingBackend
    database?.fail(call)
    defer { database?.fail(nil) }
    do {
      return try await body()
    } catch let error as StoreError {
      return refused(store.refusal(for: error))
    }
  }

  private mutating func take(
    _ answer: GatedStore.Answer, _ outcome: inout StepOutcome, _ made: inout [EntityReference]
  ) {
    decision = answer.decision
    outcome.decision = answer.decision
    outcome.returned = answer.returned
    if let proposal = answer.proposal { lastProposal = proposal.id }
    made += answer.changes.filter(\.isNew).map(\.record)
  }

  private mutating func take(_ found: GatedStore.Found, _ outcome: inout StepOutcome) {
    decision = found.decision
    outcome.decision = found.decision
    outcome.found = Dictionary(
      found.records.map { ($0.reference.id, $0.fields) }, uniquingKeysWith: { first, _ in first })
  }

  private mutating func note(_ request: Request, _ decision: Decision, _ roles: [String]) {
    decided.append(.init(request: request, decision: decision, roles: roles))
  }

  // MARK: People and names

  private func subject(_ text: String) -> Request.Entity {
    let reference = subjectReference(text)
    return reference.type == Request.Entity.system.type
      ? .system : Request.Entity(type: reference.type, id: reference.id)
  }

  private func subjectId(_ text: String) -> String { subjectReference(text).id }

  /// An id alone is one of the first kind of subject that the manifest names.
  private func subjectReference(_ text: String) -> EntityReference {
    if let named = names[text] { return named }
    if text == Request.Entity.system.type { return EntityReference(type: text, id: Request.Entity.system.id) }
    if text.contains("/") { return reference(text) }
    let entities = ruleSet.checked.vocabulary.schema.entities
    return EntityReference(type: ruleSet.checked.manifest.subjects.first.map { entities[$0].name } ?? "", id: text)
  }

  /// `$name` or `TYPE/ID`, where the id may be a name too.
  private func reference(_ text: String) -> EntityReference {
    if let named = names[text] { return named }
    guard let slash = text.firstIndex(of: "/") else { return EntityReference(type: "", id: text) }
    return EntityReference(type: String(text[..<slash]), id: names.fill(String(text[text.index(after: slash)...])))
  }

  private func filled(_ members: [String: Value]) -> [String: Value] { members.mapValues { names.fill($0) } }

  /// Members that a server vouches for, and those that come with the request.
  private func split(_ context: [String: Value]) -> (server: [String: Value], caller: [String: Value]) {
    let server = store.gate.plan.serverMembers
    return (context.filter { server.contains($0.key) }, context.filter { !server.contains($0.key) })
  }

  private mutating func name(_ naming: ScenarioStep.Naming, _ made: [EntityReference]) throws {
    let fitting = made.filter { $0.type == naming.type ?? $0.type }
    let proposals = fitting.filter { $0.type == StoredProposalName.type }
    let returned = fitting.count > 1 && naming.type == nil ? fitting.filter { !proposals.contains($0) } : fitting
    guard let first = returned.first else { throw ScenarioStop.failed(TestMessages.nothingMade(naming)) }
    guard returned.count == 1 else { throw ScenarioStop.failed(TestMessages.muchMade(naming, returned)) }
    names.give(naming.name, to: first)
  }

  private func roles(of subject: Request.Entity) async throws -> [String] {
    guard let field = CoverageCounts.roleField(ruleSet.checked) else { return [] }
    let fields = try await fields(of: EntityReference(type: subject.type, id: subject.id))
    switch fields?[field] {
    case .string(let word): return [word]
    case .list(let words): return words.compactMap { if case .string(let text) = $0 { text } else { nil } }
    default: return []
    }
  }
}

extension GatedStore.Answer {
  /// Nothing was done, for this reason.
  fileprivate init(refusal: Decision) {
    self.init(decision: refusal, returned: nil, entry: nil, proposal: nil, changes: [])
  }
}

// MARK: - What is in the store

extension ScenarioRun {
  private var backend: any StoreBackend { store.gate.backend }

  private func currentMark() async throws -> Mark {
    try await backend.read { reader throws(StoreError) in
      var mark = Mark()
      mark.entry = try reader.lastEntry()?.sequence ?? 0
      for kind in StoredDocument.Kind.allCases {
        mark.documents[kind] = try reader.documents(kind, after: 0, limit: .max).last?.row ?? 0
      }
      mark.proposals = Set(try reader.proposals(ProposalFilter()).map(\.id))
      return mark
    }
  }

  private func stored(_ proposal: String) async throws -> StoredProposal? {
    try await backend.read { reader throws(StoreError) in try reader.proposal(proposal) }
  }

  /// A record as every reader sees it now: with the moves that time has made.
  private func fields(of reference: EntityReference) async throws -> [String: Value]? {
    let plan = store.gate.plan
    guard let entity = plan.entityNumbers[reference.type] else { return nil }
    let id = reference.id
    let fields = try await backend.read { reader throws(StoreError) in try reader.record(entity, id: id)?.fields }
    guard let fields, !plan.timedMoves[entity].isEmpty else { return fields }
    return fields.merging(plan.timedMoves(of: entity, fields, now: clock.now)) { $1 }
  }

  /// What the step left in the outbox, the trail and the log, and the proposals that it made.
  private mutating func look(_ outcome: inout StepOutcome, _ made: inout [EntityReference]) async throws {
    let mark = mark
    let (entries, documents, proposals) = try await backend.read { reader throws(StoreError) in
      let entries = try reader.entries(EntryFilter(), after: mark.entry, limit: .max)
      var documents: [StoredDocument] = []
      for kind in StoredDocument.Kind.allCases {
        documents += try reader.documents(kind, after: mark.documents[kind] ?? 0, limit: .max)
      }
      return (entries, documents, try reader.proposals(ProposalFilter()).filter { !mark.proposals.contains($0.id) })
    }
    outcome.entries = entries.map { Self.members((try? JSONReader.parse($0.body)) ?? .null) }
    for document in documents {
      let members = Self.members(document.body)
      switch document.kind {
      case .outbox: outcome.sent.append(members)
      case .decision: outcome.refusals.append(members)
      case .followUp: outcome.followUps.append(members)
      case .handedOn, .settled: break
      }
    }
    for proposal in proposals {
      made.append(EntityReference(type: StoredProposalName.type, id: proposal.id))
      lastProposal = proposal.id
    }
    if outcome.proposal == nil, let made = proposals.last { outcome.proposal = members(made) }
    if outcome.proposal == nil, outcome.decision?.outcome == .pending, let last = lastProposal {
      outcome.proposal = try await stored(last).map { members($0) }
    }
  }

  private static func members(_ value: Value) -> [String: Value] {
    if case .object(let members) = value { members } else { [:] }
  }

  private func members(_ proposal: StoredProposal) -> [String: Value] {
    var members: [String: Value] = [
      "id": .string(proposal.id), "status": .string(proposal.status.rawValue), "by": .reference(proposal.subject),
      "votes": .int(Int64(proposal.votes.count { $0.lapsed == nil })),
      "lapsed": .int(Int64(proposal.votes.count { $0.lapsed != nil })),
      "reasons": .list(proposal.reasons.map { .string($0) }),
    ]
    members["original"] = proposal.original.map { .string($0) }
    members["due"] = proposal.due.map { .timestamp($0) }
    return members
  }

  private static func difference(_ what: String, _ expected: String, _ actual: String) -> TestResult.Difference {
    TestResult.Difference(
      what: what, expected: expected, actual: actual, expectedValue: .string(expected), actualValue: .string(actual))
  }

  /// What is stated about records and other proposals, and not so.
  private func storeDifferences(_ expectation: StepExpectation) async throws -> [TestResult.Difference] {
    var found: [TestResult.Difference] = []
    let fill: (Value) -> Value = { names.fill($0) }
    for (name, stated) in expectation.records.sorted(by: { $0.key < $1.key }) {
      let reference = reference(name)
      let fields = try await fields(of: reference)
      switch (stated, fields) {
      case (nil, nil): continue
      case (nil, .some): found.append(Self.difference("records.\(name)", "none", "\(reference) is there"))
      case (.some, nil): found.append(Self.difference("records.\(name)", "a record", "none"))
      case (.some(let stated), .some(let fields)):
        expectation.compare("records.\(name)", stated, fields, fill, &found)
      }
    }
    for (name, stated) in expectation.proposals.sorted(by: { $0.key < $1.key }) {
      let proposal = try await stored(names[name]?.id ?? name).map { members($0) }
      expectation.compare("proposals.\(name)", stated, proposal ?? ["status": .string("none")], fill, &found)
    }
    let counts = expectation.counts
    let numbers = store.gate.plan.entityNumbers
    let actual = try await backend.read { reader throws(StoreError) in
      var actual: [String: Value] = [:]
      for name in counts.keys {
        guard let entity = numbers[name] else { continue }
        actual[name] = .int(try reader.count(of: entity))
      }
      return actual
    }
    expectation.compare("counts", counts, actual, fill, &found)
    return found
  }
}
