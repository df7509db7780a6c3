import BylawEvaluator
import BylawModel

/// Proposals: kept while others agree, run when they have, ended when they do not.
extension GateTransaction {
  // MARK: Making

  /// Keeps a pending request.
  ///
  /// Nothing else that it would do is done.
  func keepProposal(_ request: Request, _ execution: Execution) throws(Interruption) -> StoredProposal {
    let sequence = beginEntry()
    defer { running.removeLast() }
    let number = try reading { () throws(StoreError) in try nextNumber(of: StoredProposal.typeName) }
    let resource = request.resource.map { EntityReference(type: $0.type, id: $0.id) }
    let subject = EntityReference(type: request.subject.type, id: request.subject.id)
    var proposal = StoredProposal(
      id: "\(StoredProposal.typeName)-\(number)", action: request.action, subject: subject, resource: resource,
      input: request.input, context: request.context, serverContext: request.serverContext, override: request.override,
      requestedAt: request.requestedAt ?? now, terms: try terms(execution), fingerprint: fingerprint(request),
      due: execution.due, original: try original(request.action, subject, resource), entry: sequence)
    proposal.expires = execution.expires
    proposal.asked = execution.action
    proposal.askedResource = execution.resource
    working.newProposals.insert(proposal.id)
    put(proposal)
    var content = content(request, execution.decision)
    content.proposal = proposal.id
    working.entries.append(.init(sequence: sequence, content: content))
    send(execution.decision.obligations, entry: sequence)
    proposal.entry = sequence
    return proposal
  }

  private func beginEntry() -> Int64 {
    let sequence = working.nextSequence
    working.nextSequence += 1
    running.append(sequence)
    return sequence
  }

  /// The same of one person is the same proposal.
  private func fingerprint(_ request: Request) -> String {
    var parts: [Value] = [
      .string(request.action), .string("\(request.subject.type)/\(request.subject.id)"), .object(request.input),
    ]
    parts.append(request.resource.map { .string("\($0.type)/\($0.id)") } ?? .null)
    parts.append(request.override.map { .list([.string($0.name), .object($0.input)]) } ?? .null)
    return Digest.of(.list(parts))
  }

  /// The ended proposal of the same action on the same record that this one repeats.
  private func original(
    _ action: String, _ subject: EntityReference, _ resource: EntityReference?
  ) throws(Interruption) -> String? {
    guard let resource else { return nil }
    let earlier = try reading { () throws(StoreError) in
      try proposals(ProposalFilter(isOpen: false, action: action, submitter: subject, resource: resource))
    }
    guard let last = earlier.last, last.status != .done else { return nil }
    return last.original ?? last.id
  }

  /// What votes are about: when one of these differs later, they lapse.
  private func terms(_ execution: Execution) throws(Interruption) -> Value {
    var approvals: [Value] = []
    for approval in execution.approvals {
      let places = approval.places.map { Value.object(["of": .string($0.label), "count": .int(Int64($0.count))]) }
      approvals.append(.object(["id": .string(approval.id), "places": .list(places)]))
    }
    let bound = try bound(of: execution.action, execution.resource)
    let classified = execution.decision.classified.mapValues(\.value)
    return canonical(
      .object(["approvals": .list(approvals), "bound": .object(bound), "classified": .object(classified)]))
  }

  /// The fields that votes on an action are about, as they are now.
  private func bound(
    of action: String, _ resource: EntityReference?
  ) throws(Interruption) -> [String: Value] {
    guard let resource, let entity = entity(named: resource.type), let plan = plan.proposal(of: action) else {
      return [:]
    }
    let fields = try reading { () throws(StoreError) in try self.fields(of: resource) } ?? [:]
    var bound: [String: Value] = [:]
    for position in plan.binds {
      let name = schema.entities[entity].fields[position].name
      if let value = fields[name] { bound[name] = value }
    }
    return bound
  }

  /// A value as it will be read back.
  private func canonical(_ value: Value) -> Value { (try? JSONReader.parse(JSONWriter.write(value))) ?? value }

  /// The names of what differs between two sets of terms.
  private func differences(_ old: Value, _ new: Value) -> [String] {
    var names: [String] = []
    for part in ["approvals", "bound", "classified"] where old[part] != new[part] {
      let (before, after) = (old[part]?.members ?? [:], new[part]?.members ?? [:])
      let members = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }.sorted()
      names += members.isEmpty ? [part] : members
    }
    return names
  }

  /// Proposals in the state so far.
  func proposals(_ filter: ProposalFilter) throws(StoreError) -> [StoredProposal] {
    var found = try reader.proposals(filter).map { working.proposals[$0.id] ?? $0 }
    let known = Set(found.map(\.id))
    found += working.proposalOrder.compactMap { known.contains($0) ? nil : working.proposals[$0] }
    return found.filter { proposal in
      if let isOpen = filter.isOpen, proposal.status.isOpen != isOpen { return false }
      if let action = filter.action, proposal.action != action { return false }
      if let submitter = filter.submitter, proposal.subject != submitter { return false }
      if let resource = filter.resource, proposal.resource != resource { return false }
      if let fingerprint = filter.fingerprint, proposal.fingerprint != fingerprint { return false }
      return true
    }
  }

  // MARK: Running

  /// The open proposal that a request repeats.
  func openProposal(like request: Request) throws(Interruption) -> StoredProposal? {
    guard plan.canBePending(request.action) else { return nil }
    let filter = ProposalFilter(isOpen: true, action: request.action, fingerprint: fingerprint(request))
    return try reading { () throws(StoreError) in try proposals(filter).first }
  }

  /// What the submitter asked, with the votes given since.
  func request(of proposal: StoredProposal, with more: [StoredProposal.Vote] = []) -> Request {
    let isEngine = proposal.subject.type == Gate.engine
    var request = Request(
      subject: isEngine ? .system : .init(type: proposal.subject.type, id: proposal.subject.id),
      action: proposal.action, input: proposal.input)
    request.resource = proposal.resource.map { .init(type: $0.type, id: $0.id) }
    request.context = proposal.context
    request.serverContext = proposal.serverContext
    request.override = proposal.override
    request.requestedAt = proposal.requestedAt
    request.approvals = (proposal.votes + more).filter { $0.lapsed == nil }.map { vote in
      Request.Approval(
        approver: .init(type: vote.voter.type, id: vote.voter.id), vote: vote.vote, at: vote.at, input: vote.input)
    }
    return request
  }

  /// Runs a proposal's request in the working state; its votes hold for inner actions too.
  func runProposal(_ proposal: StoredProposal, with more: [StoredProposal.Vote] = []) throws(Interruption) -> Execution
  {
    let request = request(of: proposal, with: more)
    let (outerVotes, outerTime, outerContext) = (votes, requestedAt, serverContext)
    (votes, requestedAt, serverContext) = (request.approvals, proposal.requestedAt, proposal.serverContext)
    defer { (votes, requestedAt, serverContext) = (outerVotes, outerTime, outerContext) }
    return try run(request, proposal: proposal.id)
  }

  /// The submitter asks again: for the same proposal, or for what was approved meanwhile.
  func runAgain(_ proposal: StoredProposal) throws(Interruption) -> GateAnswer {
    if let late = try expireIfLate(proposal) {
      return try refuse(
        request(of: late), Execution(decision: denial(.approvalExpired, [expiry(of: late)])))
    }
    // What others agreed to may have changed since: their votes count no more.
    var current = proposal
    let standing = try attempt(proposal)
    let written = working.entries.count
    if try !letLapse(&current, standing).isEmpty, working.entries.count == written {
      // No vote lapsed, so the new terms go with an entry of who asked again.
      try noteTerms(&current, standing.decision)
    }
    let before = working
    let execution = try runProposal(current)
    switch execution.decision.outcome {
    case .allow:
      let entry = working.entries.last?.sequence
      let done = end(current, as: .done, [])
      return GateAnswer(decision: execution.decision, returned: execution.returned, entry: entry, proposal: done)
    case .pending:
      working = before
      if current.status == .approved {
        current = try settle(current, as: .open, .lapsed, [GateMessages.incomplete])
      }
      let answer = GateAnswer(decision: execution.decision, entry: current.entry, proposal: current)
      return try shown(answer, of: proposal, to: proposal.subject)
    case .deny:
      working = before
      var answer = try refuse(request(of: current), execution)
      if current.status == .approved {
        answer.proposal = try settle(current, as: .refused, .refused, execution.decision.reasons.map(\.because))
      }
      return answer
    }
  }

  private func noteTerms(_ proposal: inout StoredProposal, _ decision: Decision) throws(Interruption) {
    let sequence = beginEntry()
    defer { running.removeLast() }
    put(proposal)
    proposal.entry = sequence
    var content = content(request(of: proposal), decision)
    content.proposal = proposal.id
    working.entries.append(.init(sequence: sequence, content: content))
  }

  /// What may be shown of a proposal to somebody who has not voted: where approvals are independent, neither votes nor
  /// what follows from them.
  func shown(
    _ answer: GateAnswer, of proposal: StoredProposal, to person: EntityReference
  ) throws(Interruption) -> GateAnswer {
    guard plan.proposal(of: proposal.asked)?.isIndependent ?? false,
      !proposal.votes.contains(where: { $0.voter == person && $0.lapsed == nil })
    else { return answer }
    var shown = answer
    hidesChanges = true
    shown.returned = nil
    shown.proposal?.votes = []
    if answer.decision.outcome == .pending {
      var unvoted = proposal
      unvoted.votes = []
      shown.decision = try attempt(unvoted).decision
    } else {
      shown.proposal?.status = proposal.status
      shown.proposal?.reasons = proposal.reasons
      shown.proposal?.settledAt = proposal.settledAt
    }
    return shown
  }

  // MARK: Ending

  /// Gives a proposal its last status.
  func end(_ proposal: StoredProposal, as status: StoredProposal.Status, _ reasons: [String]) -> StoredProposal {
    var ended = proposal
    ended.status = status
    ended.reasons = reasons
    ended.settledAt = now
    // The entry of the run, or of the vote, which is the last one written.
    let entry = working.entries.last?.sequence ?? working.nextSequence
    running.append(entry)
    defer { running.removeLast() }
    put(ended)
    ended.entry = entry
    return ended
  }

  /// Ends a proposal in an entry of its own, and carries out what that outcome brings.
  func settle(
    _ proposal: StoredProposal, as status: StoredProposal.Status, _ ending: ProposalPlan.Ending, _ reasons: [String],
    by request: Request? = nil
  ) throws(Interruption) -> StoredProposal {
    let sequence = beginEntry()
    defer { running.removeLast() }
    var ended = proposal
    ended.status = status
    ended.reasons = reasons
    ended.settledAt = now
    put(ended)
    ended.entry = sequence
    let engine = Request.Entity.system
    var act = request ?? Request(subject: engine, action: "withdraw(\(proposal.asked))")
    act.resource = proposal.askedResource.map { .init(type: $0.type, id: $0.id) }
    act.proposal = proposal.origin
    act.serverContext = serverContext
    let decision = Decision(outcome: .allow, ruleSet: plan.identity, at: now)
    var content = content(act, decision)
    content.action = "\(ending.rawValue)(\(proposal.asked))"
    content.proposal = proposal.id
    content.cause = running.dropLast().last
    working.entries.append(.init(sequence: sequence, content: content))
    try carryOut(ending, of: proposal, for: act, entry: sequence)
    return ended
  }

  private func carryOut(
    _ ending: ProposalPlan.Ending, of proposal: StoredProposal, for act: Request, entry: Int64
  ) throws(Interruption) {
    guard let outcome = plan.proposal(of: proposal.asked)?.outcomes[ending] else { return }
    let view = RecordView(self)
    views.append(view)
    subjects.append(act.subject)
    defer {
      views.removeLast()
      subjects.removeLast()
    }
    let before = working
    let result = try plan.withEvaluator { evaluator throws(Interruption) in
      try evaluator.carryOut(
        outcome, for: act, rule: "\(ending.rawValue)(\(proposal.asked))", records: view, now: now, in: self)
    }
    if let failure = view.failure { throw .failed(failure) }
    guard result.refusal == nil else {
      // The proposal has ended all the same; that its effects were refused is kept in the log.
      working = before
      if let refusal = result.refusal {
        _ = try refuse(act, Execution(decision: denial(refusal.denialClass, [refusal.reason])))
      }
      return
    }
    send(result.obligations, entry: entry)
  }

  // MARK: Lateness

  func expiry(of proposal: StoredProposal) -> Decision.Reason {
    Decision.Reason(rule: proposal.id, because: GateMessages.expired)
  }

  /// Ends a proposal whose time is over; gives it when it was.
  func expireIfLate(_ proposal: StoredProposal) throws(Interruption) -> StoredProposal? {
    guard try isLate(proposal) else { return nil }
    return try settle(proposal, as: .expired, .expired, [GateMessages.expired])
  }

  /// Whether a proposal's time is over: by its clock, or because time has moved what it is about.
  func isLate(_ proposal: StoredProposal) throws(Interruption) -> Bool {
    if let resource = proposal.askedResource {
      let fields = try reading { () throws(StoreError) in try self.fields(of: resource) } ?? [:]
      if hasMovedOn(resource, fields, since: proposal) { return true }
    }
    if proposal.status == .approved {
      guard let within = plan.proposal(of: proposal.asked)?.useWithin, let since = proposal.settledAt else {
        return false
      }
      return since.adding(within).map { now >= $0 } ?? true
    }
    return proposal.expires && proposal.due.map { now >= $0 } ?? false
  }

  /// Whether a timed move has come since a proposal was made.
  private func hasMovedOn(
    _ resource: EntityReference, _ fields: [String: Value], since proposal: StoredProposal
  ) -> Bool {
    guard let entity = entity(named: resource.type), !plan.timedMoves[entity].isEmpty else { return false }
    let moved = plan.timedMoves(of: entity, fields, now: now)
    return !moved.isEmpty && moved != plan.timedMoves(of: entity, fields, now: proposal.requestedAt)
  }

  /// Ends the open proposals about records that were written after a timed move had come; gives which.
  func endMovedOn() throws(Interruption) -> [String] {
    guard !working.movedOn.isEmpty else { return [] }
    var ended: [String] = []
    for proposal in try reading({ () throws(StoreError) in try proposals(ProposalFilter(isOpen: true)) }) {
      guard let resource = proposal.askedResource, let fields = working.movedOn[resource],
        hasMovedOn(resource, fields, since: proposal)
      else { continue }
      ended.append(try settle(proposal, as: .expired, .expired, [GateMessages.expired]).id)
    }
    return ended
  }

  /// Lets votes lapse when what they were about has changed since; gives what differs.
  func letLapse(_ proposal: inout StoredProposal, _ execution: Execution) throws(Interruption) -> [String] {
    // A denial, or the outcome of an action around the one that asked, says nothing about what is asked for.
    let isTold =
      execution.decision.outcome != .deny && execution.action == proposal.asked
      && execution.resource == proposal.askedResource
    let terms: Value
    if isTold {
      terms = try self.terms(execution)
    } else {
      var members = proposal.terms.members ?? [:]
      members["bound"] = try canonical(.object(bound(of: proposal.asked, proposal.askedResource)))
      terms = .object(members)
    }
    let names = differences(proposal.terms, terms)
    guard !names.isEmpty else { return [] }
    let hadVotes = proposal.votes.contains { $0.lapsed == nil }
    for index in proposal.votes.indices where proposal.votes[index].lapsed == nil {
      proposal.votes[index].lapsed = GateMessages.lapsed(names)
    }
    proposal.terms = terms
    if isTold {
      proposal.due = execution.due
      proposal.expires = execution.expires
    }
    if hadVotes {
      proposal = try settle(proposal, as: .open, .lapsed, [GateMessages.lapsed(names)])
    } else {
      put(proposal)
    }
    return names
  }
}
