import BylawEvaluator
import BylawModel

/// Votes: an action of its own each, committed whatever follows from it.
extension GateTransaction {
  /// Gives a vote on a proposal, and runs the proposal when it was the last one needed.
  func vote(
    _ kind: VoteKind, on id: String, by subject: Request.Entity, input: [String: Value]
  ) throws(Interruption) -> GateAnswer {
    var act = Request(subject: subject, action: "\(kind.rawValue)(?)", input: input)
    if let refusal = impropriety(of: act) { return try refuse(act, Execution(decision: refusal)) }
    guard let proposal = try reading({ () throws(StoreError) in try self.proposal(id) }) else {
      return try refuse(act, Execution(decision: denial(.invalidInput, [reason(id, GateMessages.unknownProposal)])))
    }
    act.action = "\(kind.rawValue)(\(proposal.asked))"
    act.resource = proposal.askedResource.map { .init(type: $0.type, id: $0.id) }
    act.proposal = proposal.origin
    act.serverContext = serverContext
    if try !mayKnow(subject, of: proposal) {
      // Whoever has no part in it learns nothing of how far it is, and moves nothing on.
      let before = working
      let execution = try run(act, proposal: id)
      if execution.decision.outcome != .allow {
        working = before
        return try refuse(act, execution)
      }
      working = before
    }
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
      proposal.votes.removeAll { $0.voter == vote.voter && $0.lapsed == nil }
      proposal.votes.append(vote)
      // The vote belongs to the entry of the act.
      proposal = note(proposal)
      let voted = working
      let run = try runProposal(proposal)
      let states = run.approvals.isEmpty ? try standings(of: proposal) : run.approvals
      guard isCounted(vote, in: states) else {
        working = before
        return try refuse(
          act, Execution(decision: denial(.unauthorized, [reason(act.action, GateMessages.foreignVote)])))
      }
      if run.decision.outcome != .allow { working = voted }
      let (concluded, returned) = try conclude(proposal, act, run, states, unlessRun: voted)
      answer.proposal = concluded
      if let returned { answer.returned = returned }
      if concluded.status == .refused { answer.deniedRun = run.decision }
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
  private func isCounted(_ vote: StoredProposal.Vote, in states: [ApprovalState]) -> Bool {
    // The approvals are those of an action within the action: what the vote's own rules say is enough.
    guard !states.isEmpty else { return true }
    return states.contains { $0.counted.contains(vote.voter.id) || $0.rejected.contains(vote.voter.id) }
  }

  /// What follows from a vote that was noted: the end, the run, or nothing yet.
  ///
  /// The vote stays whatever that is. `execution` is the run with the vote, of which the working state holds what it did
  /// where it was allowed; `states` is how the votes stand with it, and `voted` the working state without the run. Gives
  /// the proposal as it is now, and what its action returned when it ran.
  private func conclude(
    _ current: StoredProposal, _ act: Request, _ execution: Execution, _ states: [ApprovalState],
    unlessRun voted: Working
  ) throws(Interruption) -> (StoredProposal, returned: Value?) {
    let plan = plan.proposal(of: current.asked)
    switch execution.decision.outcome {
    case .pending: return (current, nil)
    case .allow:
      guard plan?.useWithin == nil else {
        working = voted
        return (try settle(current, as: .approved, .approved, []), nil)
      }
      var done = end(current, as: .done, [])
      if plan?.outcomes[.approved] != nil { done = try settle(done, as: .done, .approved, []) }
      return (done, execution.returned)
    case .deny:
      let reasons = execution.decision.reasons.map(\.because)
      switch execution.decision.denialClass {
      case .approvalRejected: return (try settle(current, as: .rejected, .rejected, reasons, by: act), nil)
      case .approvalExpired: return (try settle(current, as: .expired, .expired, reasons), nil)
      default:
        // A rejection ends it whatever else stands against the run by now.
        if states.contains(where: { !$0.rejected.isEmpty }) {
          return (try settle(current, as: .rejected, .rejected, reasons, by: act), nil)
        }
        // Refused at the run: only when nothing but the run was missing.
        guard execution.approvals.isEmpty == false || isComplete(current) else { return (current, nil) }
        return (try settle(current, as: .refused, .refused, reasons), nil)
      }
    }
  }

  /// How the votes on a proposal stand where its request is denied before approvals are judged.
  private func standings(of proposal: StoredProposal) throws(Interruption) -> [ApprovalState] {
    guard proposal.asked == proposal.action else { return [] }
    let view = RecordView(self)
    let request = request(of: proposal)
    let states = plan.withEvaluator { evaluator in
      evaluator.approvalStates(of: request, records: view, now: now)
    }
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
