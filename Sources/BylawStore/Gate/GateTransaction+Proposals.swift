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
    var bound: [String: Value] = [:]
    if let resource = execution.resource, let entity = entity(named: resource.type),
      let plan = plan.proposal(of: execution.action)
    {
      let fields = try reading { () throws(StoreError) in try self.fields(of: resource) } ?? [:]
      for position in plan.binds {
        let name = schema.entities[entity].fields[position].name
        if let value = fields[name] { bound[name] = value }
      }
    }
    let classified = execution.decision.classified.mapValues(\.value)
    let terms = Value.object([
      "approvals": .list(approvals), "bound": .object(bound), "classified": .object(classified),
    ])
    // As it will be read back.
    return (try? JSONReader.parse(JSONWriter.write(terms))) ?? terms
  }

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
    let before = working
    let execution = try runProposal(proposal)
    switch execution.decision.outcome {
    case .allow:
      let entry = working.entries.last?.sequence
      let done = end(proposal, as: .done, [])
      return GateAnswer(decision: execution.decision, returned: execution.returned, entry: entry, proposal: done)
    case .pending:
      working = before
      var kept = proposal
      let written = working.entries.count
      if try !letLapse(&kept, execution).isEmpty, working.entries.count == written {
        // No vote lapsed, so the new terms go with an entry of who asked again.
        let sequence = beginEntry()
        defer { running.removeLast() }
        put(kept)
        kept.entry = sequence
        var content = content(request(of: kept), execution.decision)
        content.proposal = kept.id
        working.entries.append(.init(sequence: sequence, content: content))
      }
      return GateAnswer(decision: execution.decision, entry: kept.entry, proposal: kept)
    case .deny:
      working = before
      var answer = try refuse(request(of: proposal), execution)
      if proposal.status == .approved {
        answer.proposal = try settle(proposal, as: .refused, .refused, execution.decision.reasons.map(\.because))
      }
      return answer
    }
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
    guard isLate(proposal) else { return nil }
    return try settle(proposal, as: .expired, .expired, [GateMessages.expired])
  }

  func isLate(_ proposal: StoredProposal) -> Bool {
    if proposal.status == .approved {
      guard let within = plan.proposal(of: proposal.asked)?.useWithin, let since = proposal.settledAt else {
        return false
      }
      return since.adding(within).map { now >= $0 } ?? true
    }
    return proposal.expires && proposal.due.map { now >= $0 } ?? false
  }

  /// Lets votes lapse when what they were about has changed since; gives what differs.
  func letLapse(_ proposal: inout StoredProposal, _ execution: Execution) throws(Interruption) -> [String] {
    let terms = try terms(execution)
    let names = differences(proposal.terms, terms)
    guard !names.isEmpty else { return [] }
    let hadVotes = proposal.votes.contains { $0.lapsed == nil }
    for index in proposal.votes.indices where proposal.votes[index].lapsed == nil {
      proposal.votes[index].lapsed = GateMessages.lapsed(names)
    }
    proposal.terms = terms
    proposal.due = execution.due
    proposal.expires = execution.expires
    if hadVotes {
      proposal = try settle(proposal, as: .open, .lapsed, [GateMessages.lapsed(names)])
    } else {
      put(proposal)
    }
    return names
  }
}
