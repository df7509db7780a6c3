import BylawEvaluator
import BylawModel

/// Votes: an action of its own each, committed whatever follows from it.
extension GateTransaction {
  /// Gives a vote on a proposal, and runs the proposal when it was the last one needed.
  func vote(
    _ kind: VoteKind, on id: String, by subject: Request.Entity, input: [String: Value]
  ) throws(Interruption) -> GateAnswer {
    var act = Request(subject: subject, action: "\(kind.rawValue)(?)", input: input)
    guard let proposal = try reading({ () throws(StoreError) in try self.proposal(id) }) else {
      return try refuse(act, Execution(decision: denial(.invalidInput, [reason(id, GateMessages.unknownProposal)])))
    }
    act.action = "\(kind.rawValue)(\(proposal.asked))"
    act.resource = proposal.askedResource.map { .init(type: $0.type, id: $0.id) }
    act.proposal = proposal.origin
    act.serverContext = serverContext
    // What everybody agreed to can still be refused or taken back until it runs.
    guard proposal.status == .open || (proposal.status == .approved && kind != .approve) else {
      let ended = denial(.conflict, [reason(id, GateMessages.ended(proposal.status))])
      return try refuse(act, Execution(decision: ended))
    }
    if let late = try expireIfLate(proposal) {
      var answer = try refuse(act, Execution(decision: denial(.approvalExpired, [expiry(of: late)])))
      answer.proposal = late
      return answer
    }
    let answer = try take(kind, act, proposal)
    let isVoting = kind == .approve || kind == .reject
    guard isDryRun || !isVoting else { return answer }
    return try shown(answer, of: proposal, to: EntityReference(type: subject.type, id: subject.id))
  }

  private func reason(_ rule: String, _ because: String) -> Decision.Reason {
    Decision.Reason(rule: rule, because: because)
  }

  private func take(_ kind: VoteKind, _ act: Request, _ proposal: StoredProposal) throws(Interruption) -> GateAnswer {
    var proposal = proposal
    let before = working
    // Votes that are about something else by now lapse before another one is counted.
    let standing = try attempt(proposal)
    _ = try letLapse(&proposal, standing)
    let execution = try run(act, proposal: proposal.id)
    guard execution.decision.outcome == .allow else {
      working = before
      return try refuse(act, execution)
    }
    let entry = working.entries.last?.sequence
    var answer = GateAnswer(decision: execution.decision, returned: execution.returned, entry: entry)
    switch kind {
    case .ask: answer.proposal = proposal
    case .withdraw: answer.proposal = try settle(proposal, as: .withdrawn, .withdrawn, [], by: act)
    case .approve, .reject:
      let word: Request.Approval.Vote = kind == .approve ? .approve : .reject
      let vote = StoredProposal.Vote(
        voter: EntityReference(type: act.subject.type, id: act.subject.id), vote: word, at: now, input: act.input)
      guard try isCounted(vote, proposal) else {
        working = before
        return try refuse(
          act, Execution(decision: denial(.unauthorized, [reason(act.action, GateMessages.foreignVote)])))
      }
      proposal.votes.removeAll { $0.voter == vote.voter && $0.lapsed == nil }
      proposal.votes.append(vote)
      let (concluded, returned) = try conclude(proposal, act)
      answer.proposal = concluded
      if let returned { answer.returned = returned }
    }
    return answer
  }

  /// Decides a proposal's request as votes stand, and undoes what that would do.
  func attempt(
    _ proposal: StoredProposal, with more: [StoredProposal.Vote] = []
  ) throws(Interruption) -> Execution {
    let before = working
    defer { working = before }
    return try runProposal(proposal, with: more)
  }

  /// Whether a vote fills a place, or is a rejection by somebody who could.
  private func isCounted(_ vote: StoredProposal.Vote, _ proposal: StoredProposal) throws(Interruption) -> Bool {
    var others = proposal
    others.votes.removeAll { $0.voter == vote.voter }
    var states = try attempt(others, with: [vote]).approvals
    if states.isEmpty { states = try standings(of: others, with: [vote]) }
    // The approvals are those of an action within the action: what the vote's own rules say is enough.
    guard !states.isEmpty else { return true }
    return states.contains { $0.counted.contains(vote.voter.id) || $0.rejected.contains(vote.voter.id) }
  }

  /// What follows from a vote: the end, the run, or nothing yet.
  ///
  /// The vote stays whatever that is.
  ///
  /// - Returns: The proposal as it is now, and what its action returned when it ran.
  private func conclude(
    _ proposal: StoredProposal, _ act: Request
  ) throws(Interruption) -> (StoredProposal, returned: Value?) {
    // The vote belongs to the entry of the act.
    var current = note(proposal)
    let before = working
    let execution = try runProposal(current)
    switch execution.decision.outcome {
    case .pending:
      working = before
      return (current, nil)
    case .allow:
      guard plan.proposal(of: proposal.asked)?.useWithin == nil else {
        working = before
        return (try settle(current, as: .approved, .approved, []), nil)
      }
      current = end(current, as: .done, [])
      if plan.proposal(of: proposal.asked)?.outcomes[.approved] != nil {
        current = try settle(current, as: .done, .approved, [])
      }
      return (current, execution.returned)
    case .deny:
      working = before
      let reasons = execution.decision.reasons.map(\.because)
      switch execution.decision.denialClass {
      case .approvalRejected: return (try settle(current, as: .rejected, .rejected, reasons, by: act), nil)
      case .approvalExpired: return (try settle(current, as: .expired, .expired, reasons), nil)
      default:
        // A rejection ends it whatever else stands against the run by now.
        let rejecters = try standings(of: current).flatMap(\.rejected)
        if !rejecters.isEmpty { return (try settle(current, as: .rejected, .rejected, reasons, by: act), nil) }
        // Refused at the run: only when nothing but the run was missing.
        guard execution.approvals.isEmpty == false || isComplete(current) else { return (current, nil) }
        return (try settle(current, as: .refused, .refused, reasons), nil)
      }
    }
  }

  /// How the votes on a proposal stand where its request is denied before approvals are judged.
  private func standings(
    of proposal: StoredProposal, with more: [StoredProposal.Vote] = []
  ) throws(Interruption) -> [ApprovalState] {
    guard proposal.asked == proposal.action else { return [] }
    let view = RecordView(self)
    var evaluator = Evaluator(plan)
    let states = evaluator.approvalStates(of: request(of: proposal, with: more), records: view, now: now)
    if let failure = view.failure { throw .failed(failure) }
    return states
  }

  private func note(_ proposal: StoredProposal) -> StoredProposal {
    var noted = proposal
    let entry = working.entries.last?.sequence ?? working.nextSequence
    running.append(entry)
    defer { running.removeLast() }
    put(noted)
    noted.entry = entry
    return noted
  }

  /// Whether as many have approved as the terms ask for.
  private func isComplete(_ proposal: StoredProposal) -> Bool {
    var needed: Int64 = 0
    for approval in proposal.terms["approvals"]?.elements ?? [] {
      let counts = (approval["places"]?.elements ?? []).map { place -> Int64 in
        if case .int(let count) = place["count"] { count } else { 0 }
      }
      needed = max(needed, counts.reduce(0, +))
    }
    let given = proposal.votes.filter { $0.lapsed == nil && $0.vote == .approve }.count
    return Int64(given) >= needed
  }
}
