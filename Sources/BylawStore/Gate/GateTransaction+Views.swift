import BylawEvaluator
package import BylawModel

/// A proposal as one person sees it.
package struct ProposalView: Sendable, Hashable {
  package var proposal: StoredProposal
  /// Whether the person can give a vote that counts now.
  package var canVote: Bool
  /// What is still missing; like the votes, kept from whoever has not voted on an independent approval.
  package var missing: [Decision.Missing]
}

/// Proposals as somebody may see them.
extension GateTransaction {
  /// The proposals that wait for a vote of this person.
  func inbox(of subject: Request.Entity) throws(Interruption) -> [ProposalView] {
    guard try isKnown(subject) else { return [] }
    var views: [ProposalView] = []
    for proposal in try reading({ () throws(StoreError) in try proposals(ProposalFilter(isOpen: true)) }) {
      // Most proposals are none of a person's, which their authority alone tells.
      guard proposal.status == .open, try !isLate(proposal) else { continue }
      guard try isWaiting(proposal, for: subject) else { continue }
      views.append(try view(of: proposal, for: subject, canVote: true))
    }
    return views
  }

  /// The proposals that this person may know of; without the ended ones unless they are asked for.
  func proposals(of subject: Request.Entity, withEnded: Bool) throws(Interruption) -> [ProposalView] {
    guard try isKnown(subject) else { return [] }
    let filter = ProposalFilter(isOpen: withEnded ? nil : true)
    var readable: [EntityReference: Bool] = [:]
    var views: [ProposalView] = []
    for proposal in try reading({ () throws(StoreError) in try proposals(filter) }) {
      guard try mayKnow(subject, of: proposal, &readable) else { continue }
      if proposal.status.isOpen, try isLate(proposal) {
        var late = proposal
        late.status = .expired
        views.append(ProposalView(proposal: late, canVote: false, missing: []))
      } else if proposal.status == .open {
        let canVote = try isWaiting(proposal, for: subject)
        views.append(try view(of: proposal, for: subject, canVote: canVote))
      } else {
        views.append(ProposalView(proposal: proposal, canVote: false, missing: []))
      }
    }
    return views
  }

  // MARK: Who may know of a proposal

  /// Whether a person may know of a proposal: it is theirs, they voted on it, they have a place to vote in, or they may
  /// read what it is about.
  func mayKnow(_ subject: Request.Entity, of proposal: StoredProposal) throws(Interruption) -> Bool {
    guard try isKnown(subject) else { return false }
    var readable: [EntityReference: Bool] = [:]
    return try mayKnow(subject, of: proposal, &readable)
  }

  /// - `readable`: Which records are known to be readable or not; grows.
  private func mayKnow(
    _ subject: Request.Entity, of proposal: StoredProposal, _ readable: inout [EntityReference: Bool]
  ) throws(Interruption) -> Bool {
    let person = EntityReference(type: subject.type, id: subject.id)
    if proposal.subject == person || proposal.votes.contains(where: { $0.voter == person }) { return true }
    if try hasPlace(subject, in: proposal) { return true }
    guard let resource = proposal.resource ?? proposal.askedResource else { return false }
    if let known = readable[resource] { return known }
    let isReadable = try mayRead(resource, subject)
    readable[resource] = isReadable
    return isReadable
  }

  /// Whether there is such a person at all; nobody is who tells of themselves what the store knows.
  private func isKnown(_ subject: Request.Entity) throws(Interruption) -> Bool {
    guard subject.properties.isEmpty else { return false }
    guard let entity = entity(named: subject.type), plan.subjects.entities.contains(entity) else { return false }
    let person = EntityReference(type: subject.type, id: subject.id)
    return try reading { () throws(StoreError) in try fields(of: person) } != nil
  }

  /// Whether the rules let a person vote on a proposal at all, as far as they ask who it is.
  private func hasPlace(_ subject: Request.Entity, in proposal: StoredProposal) throws(Interruption) -> Bool {
    let act = approval(of: proposal, by: subject)
    let view = RecordView(self)
    let hasPlace = plan.withEvaluator { evaluator in evaluator.isAuthorized(act, records: view, now: now) }
    if let failure = view.failure { throw .failed(failure) }
    return hasPlace
  }

  /// Whether a person would see a record by a read.
  private func mayRead(_ record: EntityReference, _ subject: Request.Entity) throws(Interruption) -> Bool {
    guard let entity = entity(named: record.type) else { return false }
    let request = Request(subject: subject, action: "read(\(record.type))", input: [:], serverContext: serverContext)
    let view = RecordView(self)
    let isReadable = plan.withEvaluator { evaluator in
      switch evaluator.read(request, entity: entity, records: view, now: now) {
      case .denied: return false
      case .allowed(_, var reading):
        let isSeen = reading.fields(of: record.id) != nil
        evaluator.takeBack(reading)
        return isSeen
      }
    }
    if let failure = view.failure { throw .failed(failure) }
    return isReadable
  }

  private func hasVoted(_ subject: Request.Entity, on proposal: StoredProposal) -> Bool {
    let person = EntityReference(type: subject.type, id: subject.id)
    return proposal.votes.contains { $0.voter == person && $0.lapsed == nil }
  }

  // MARK: What they see

  private func view(
    of proposal: StoredProposal, for subject: Request.Entity, canVote: Bool
  ) throws(Interruption) -> ProposalView {
    var view = ProposalView(proposal: proposal, canVote: canVote, missing: [])
    if plan.proposal(of: proposal.asked)?.isIndependent ?? false, !hasVoted(subject, on: proposal) {
      view.proposal.votes = []
    } else {
      view.missing = try attempt(proposal).decision.missing
    }
    return view
  }

  private func approval(of proposal: StoredProposal, by subject: Request.Entity) -> Request {
    var act = Request(subject: subject, action: "approve(\(proposal.asked))")
    act.resource = proposal.askedResource.map { .init(type: $0.type, id: $0.id) }
    act.proposal = proposal.origin
    act.serverContext = serverContext
    return act
  }

  /// Whether an open proposal waits for a vote of this person.
  private func isWaiting(_ proposal: StoredProposal, for subject: Request.Entity) throws(Interruption) -> Bool {
    guard !hasVoted(subject, on: proposal), try hasPlace(subject, in: proposal) else { return false }
    return try mayVote(subject, on: proposal)
  }

  /// Whether the rules would take an approval of this person now.
  private func mayVote(_ subject: Request.Entity, on proposal: StoredProposal) throws(Interruption) -> Bool {
    let vote = StoredProposal.Vote(
      voter: EntityReference(type: subject.type, id: subject.id), vote: .approve, at: now, input: [:])
    guard try fillsPlace(vote, proposal) else { return false }
    let act = approval(of: proposal, by: subject)
    let before = working
    defer { working = before }
    let decision = try run(act, proposal: proposal.id).decision
    if decision.outcome == .allow { return true }
    // A vote with inputs of its own can be given once they are there, and say what its conditions ask for.
    guard plan.takesInput(act.action) else { return false }
    return decision.denialClass == .invalidInput || decision.denialClass == .preconditionFailed
  }

  /// Whether a vote would fill a place.
  private func fillsPlace(_ vote: StoredProposal.Vote, _ proposal: StoredProposal) throws(Interruption) -> Bool {
    try attempt(proposal, with: [vote]).approvals.contains { $0.counted.contains(vote.voter.id) }
  }
}
