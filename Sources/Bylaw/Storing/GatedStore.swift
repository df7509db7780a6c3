import BylawEvaluator
public import BylawModel
public import BylawStore

/// A store that nobody gets around the rules of: every operation is decided first, in the transaction that carries it
/// out, and leaves an entry in the audit trail.
///
/// Safe to use from many tasks at once, and by several processes on one database.
///
/// ```swift
/// let store = try await GatedStore(ruleSet, in: .sqlite("incidents.db"))
/// let answer = try await store.perform(request)
/// print(answer.decision.outcome)
/// ```
public struct GatedStore: Sendable {
  /// What came of asking for an operation.
  public struct Answer: Sendable {
    /// The decision, with its reasons.
    public var decision: Decision
    /// What the action returns; `nil` unless it was carried out.
    public var returned: Value?
    /// The number of the audit entry; `nil` for a dry run, and for a refusal that is kept in the decision log alone.
    public var entry: Int64?
    /// The proposal that waits, or that a vote was given on.
    public var proposal: Proposal?
    /// Of the last vote: why the run that it would have brought about was denied.
    ///
    /// The vote counts, and the proposal ends as refused.
    public var deniedRun: Decision?
    /// The records that were made or changed; of a dry run those that would be.
    public var changes: [Change]
  }

  /// A record made or changed by an operation.
  public struct Change: Sendable, Hashable {
    /// Which record.
    public var record: EntityReference
    /// Whether the operation made it.
    public var isNew: Bool
    /// The new values of the fields that changed; `null` for one that was emptied.
    public var fields: [String: Value]
  }

  /// What can be said about a proposal.
  public enum Vote: String, Sendable, Hashable, CaseIterable {
    /// Agrees.
    case approve
    /// Refuses; ends the proposal.
    case reject
    /// Takes it back; for whoever made it.
    case withdraw
    /// Asks something; changes nothing.
    case ask
  }

  /// What a sweep wrote down.
  public struct Sweep: Sendable, Hashable {
    /// Records that a timed move took on.
    public var moved: [EntityReference]
    /// Proposals whose time was over.
    public var expired: [String]
    /// Proposals that ran because what they waited for had come.
    public var completed: [String]
    /// Follow-ups that were not done by the time they were due.
    public var overdue: [FollowUp]
  }

  /// The rules in force.
  public let ruleSet: RuleSet
  package let gate: Gate

  /// Opens a store that was made before, with the rules that are in force there; writes nothing.
  ///
  /// - Throws: `StoreError`, `.rulesChanged` when the store was given other rules than its trail says; or `LoadError` when this version no longer reads those rules.
  public init(in backend: Backend, clock: @escaping @Sendable () -> Timestamp = { .now }, at time: Timestamp? = nil)
    async throws
  {
    let look = try backend.examine().backend
    defer { try? look.close() }
    let text = try await look.read { reader throws(StoreError) in try Gate.rulesInForce(reader) }
    guard let files = StoredRules.files(in: text) else { throw StoreError.corrupt("the rules in force") }
    ruleSet = try RuleSet(files: files)
    let opened = try backend.open(StoreLayout(ruleSet.plan, isNew: false, isSettled: true))
    gate = Gate(plan: PreparedPlan(ruleSet.plan), backend: opened, now: GateClock(clock, stated: time))
  }

  /// Opens a store that was made before, and puts a rule set in force there.
  ///
  /// - `ruleSet`: The rules in force from now on; a vocabulary that has grown makes the tables grow.
  /// - `clock`: The time of every operation; it never comes from a request. While it is behind the last entry of the
  ///   audit trail, the time of that entry counts.
  /// - `time`: A time to act at instead, for rehearsals; one before the last entry makes every operation throw
  ///   `StoreError.beforeLastEntry`.
  /// - Throws: `StoreError`; `.lossyMigration` when the vocabulary has no room for what is stored.
  public init(
    _ ruleSet: RuleSet, in backend: Backend, clock: @escaping @Sendable () -> Timestamp = { .now },
    at time: Timestamp? = nil
  ) async throws(StoreError) {
    try await self.init(ruleSet, in: backend, isNew: false, GateClock(clock, stated: time))
  }

  /// Makes a store, with nothing in it.
  ///
  /// - Throws: `StoreError.cannotOpen` when there is a database already.
  public static func create(
    _ ruleSet: RuleSet, in backend: Backend, clock: @escaping @Sendable () -> Timestamp = { .now },
    at time: Timestamp? = nil
  ) async throws(StoreError) -> GatedStore {
    try await GatedStore(ruleSet, in: backend, isNew: true, GateClock(clock, stated: time))
  }

  private init(
    _ ruleSet: RuleSet, in backend: Backend, isNew: Bool, _ clock: GateClock
  ) async throws(StoreError) {
    self.ruleSet = ruleSet
    let plan = PreparedPlan(ruleSet.plan)
    let rules = StoredRules.text(of: ruleSet)
    var layout = StoreLayout(ruleSet.plan, isNew: isNew)
    layout.completion = Gate.completion(rules, plan, now: clock)
    gate = Gate(plan: plan, backend: try backend.open(layout), now: clock)
    // Done by now, but for a backend that has no tables to bring to the rules.
    try await gate.putRulesInForce(rules)
  }

  // MARK: Operations

  /// Asks for an action: allowed, it is carried out; pending, it becomes a proposal; denied, nothing changes.
  ///
  /// - `request`: Roles, states and facts come from the store; a request that brings its own is refused.
  /// - `isDryRun`: Gives the same decision and the changes that would follow, and writes nothing.
  /// - Throws: `StoreError` when the machine fails; then nothing is written.
  public func perform(
    _ request: Request, isDryRun: Bool = false
  ) async throws(StoreError) -> Answer {
    var request = request
    request.subject = request.subject.inNFC
    request.resource = request.resource?.inNFC
    return Answer(try await gate.perform(request, isDryRun: isDryRun), ruleSet)
  }

  /// An act of the engine itself, such as the report of a job: for the program that runs the engine, never for a
  /// request from outside.
  public func performAsSystem(
    _ action: String, on resource: EntityReference? = nil, input: [String: Value] = [:],
    serverContext: [String: Value] = [:], isDryRun: Bool = false
  ) async throws(StoreError) -> Answer {
    let answer = try await gate.performAsSystem(
      action, on: resource.map { EntityReference(type: $0.type, id: nfc($0.id)) }, input: input,
      serverContext: serverContext, isDryRun: isDryRun)
    return Answer(answer, ruleSet)
  }

  /// Gives a vote on a proposal.
  ///
  /// The vote is kept whatever follows; the last one that is needed runs the proposal.
  public func vote(
    _ vote: Vote, on proposal: String, by subject: Request.Entity, input: [String: Value] = [:],
    serverContext: [String: Value] = [:], isDryRun: Bool = false
  ) async throws(StoreError) -> Answer {
    let answer = try await gate.vote(
      vote.kind, on: proposal, by: subject.inNFC, input: input, serverContext: serverContext, isDryRun: isDryRun)
    return Answer(answer, ruleSet)
  }

  /// The proposals that wait for a vote of this person, the oldest first.
  public func inbox(
    of subject: Request.Entity, serverContext: [String: Value] = [:]
  ) async throws(StoreError) -> [Proposal] {
    try await gate.inbox(of: subject.inNFC, serverContext: serverContext).map { Proposal($0) }
  }

  /// The open proposals that this person may know of, the oldest first; with the ended ones on demand.
  ///
  /// Those are the proposals that the person made, voted on or has a place to vote in, and those about a record that the
  /// person may read.
  public func proposals(
    of subject: Request.Entity, withEnded: Bool = false, serverContext: [String: Value] = [:]
  ) async throws(StoreError) -> [Proposal] {
    try await gate.proposals(of: subject.inNFC, withEnded: withEnded, serverContext: serverContext).map { Proposal($0) }
  }

  // MARK: Reads

  /// What a read gives.
  public struct Found: Sendable {
    /// Whether the subject may read at all, with the reasons of a denial.
    public var decision: Decision
    /// The records that the subject may see, in the order in which they were made.
    public var records: [Record]
    /// There are more of them than one answer holds.
    public var isCut: Bool
    /// One record was asked for, and there is none that the subject may see.
    ///
    /// Whether it is there is not told.
    public var isMissing = false
  }

  /// A record as somebody may see it.
  public struct Record: Sendable, Hashable {
    /// Which record.
    public var reference: EntityReference
    /// The fields that have a value and may be shown.
    public var fields: [String: Value]
  }

  /// One record; none where there is none, or none that the subject may see.
  public func get(
    _ reference: EntityReference, by subject: Request.Entity, serverContext: [String: Value] = [:]
  ) async throws(StoreError) -> Found {
    try await read(reference.type, id: reference.id, [:], limit: nil, subject, serverContext)
  }

  /// The records of an entity that the subject may see.
  ///
  /// - `filters`: Values of fields that the rules allow as filters.
  /// - `condition`: An expression as in rules that the records must meet besides, `it` being the record; of the record
  ///   it may ask about those fields alone. One that cannot be read is denied as `invalid_input`.
  /// - `limit`: The most records wanted; the rules may set a lower limit.
  public func list(
    _ type: String, where filters: [String: Value] = [:], meeting condition: String? = nil, limit: Int? = nil,
    by subject: Request.Entity, serverContext: [String: Value] = [:]
  ) async throws(StoreError) -> Found {
    try await read(type, id: nil, filters, meeting: condition, limit: limit, subject, serverContext)
  }

  private func read(
    _ type: String, id: String?, _ filters: [String: Value], meeting text: String? = nil, limit: Int?,
    _ subject: Request.Entity, _ serverContext: [String: Value]
  ) async throws(StoreError) -> Found {
    let subject = subject.inNFC
    guard let entity = gate.plan.entityNumbers[type] else {
      let answer = try await gate.refuseRead(of: type, by: subject, serverContext: serverContext)
      return Found(decision: answer.decision, records: [], isCut: false)
    }
    let listing = text.map { ruleSet.listing($0, of: type) }
    let gate = listing?.plan.map { self.gate.with(PreparedPlan($0)) } ?? self.gate
    let answer = try await gate.read(
      entity, id: id.map { nfc($0) }, filters: filters, condition: listing?.condition, limit: limit, by: subject,
      serverContext: serverContext)
    let records = answer.records.map { Record(reference: EntityReference(type: type, id: $0.id), fields: $0.fields) }
    let isMissing = id != nil && records.isEmpty && answer.decision.outcome == .allow
    return Found(decision: answer.decision, records: records, isCut: answer.isCut, isMissing: isMissing)
  }

  /// Writes down what time alone has brought about.
  ///
  /// Every reader sees that without a sweep too; a sweep sends the notices that go with it.
  public func sweep() async throws(StoreError) -> Sweep {
    let report = try await gate.sweep()
    return Sweep(
      moved: report.moved, expired: report.expired, completed: report.completed,
      overdue: report.overdue.map { FollowUp($0) })
  }
}

extension Request.Entity {
  /// With its id as records have theirs: texts that look the same are the same record.
  fileprivate var inNFC: Request.Entity {
    var entity = self
    entity.id = nfc(id)
    return entity
  }
}

extension GatedStore.Vote {
  var kind: VoteKind {
    switch self {
    case .approve: .approve
    case .reject: .reject
    case .withdraw: .withdraw
    case .ask: .ask
    }
  }
}

extension GatedStore.Answer {
  init(_ answer: consuming GateAnswer, _ ruleSet: RuleSet) {
    var changes: [GatedStore.Change] = []
    changes.reserveCapacity(answer.changes.count)
    for change in answer.changes {
      var fields: [String: Value] = change.isNew ? change.fields : [:]
      if !change.isNew { for name in change.changed { fields[name] = change.fields[name] ?? .null } }
      let type = ruleSet.plan.expressions.schema.entities[change.entity].name
      changes.append(
        GatedStore.Change(
          record: EntityReference(type: type, id: change.id), isNew: change.isNew, fields: fields))
    }
    self.init(
      decision: answer.decision, returned: answer.returned, entry: answer.entry,
      proposal: answer.proposal.map { Proposal($0) }, deniedRun: answer.deniedRun, changes: changes)
  }
}
