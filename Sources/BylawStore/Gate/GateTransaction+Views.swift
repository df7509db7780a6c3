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
    try views(of: subject, ProposalFilter(isOpen: true)).filter(\.canVote)
  }

  /// The proposals that this person made, voted on, or can vote on; without the ended ones unless they are asked for.
  func proposals(of subject: Request.Entity, withEnded: Bool) throws(Interruption) -> [ProposalView] {
    let person = EntityReference(type: subject.type, id: subject.id)
    return try views(of: subject, ProposalFilter(isOpen: withEnded ? nil : true)).filter { view in
      view.canVote || view.proposal.subject == person || view.proposal.votes.contains { $0.voter == person }
    }
  }

  private func views(
    of subject: Request.Entity, _ filter: ProposalFilter
  ) throws(Interruption) -> [ProposalView] {
    var views: [ProposalView] = []
    for proposal in try reading({ () throws(StoreError) in try proposals(filter) }) {
      views.append(try view(of: proposal, for: subject))
    }
    return views
  }

  private func view(of proposal: StoredProposal, for subject: Request.Entity) throws(Interruption) -> ProposalView {
    let person = EntityReference(type: subject.type, id: subject.id)
    var shown = proposal
    let isLate = proposal.status.isOpen ? try self.isLate(proposal) : false
    guard proposal.status == .open, !isLate else {
      if isLate { shown.status = .expired }
      return ProposalView(proposal: shown, canVote: false, missing: [])
    }
    let hasVoted = proposal.votes.contains { $0.voter == person && $0.lapsed == nil }
    let execution = try attempt(proposal)
    var view = ProposalView(proposal: shown, canVote: false, missing: execution.decision.missing)
    if !hasVoted { view.canVote = try mayVote(subject, on: proposal) }
    let isIndependent = plan.proposal(of: proposal.asked)?.isIndependent ?? false
    if isIndependent, !hasVoted {
      view.missing = []
      view.proposal.votes = []
    }
    return view
  }

  /// Whether the rules would take an approval of this person now.
  private func mayVote(_ subject: Request.Entity, on proposal: StoredProposal) throws(Interruption) -> Bool {
    let vote = StoredProposal.Vote(
      voter: EntityReference(type: subject.type, id: subject.id), vote: .approve, at: now, input: [:])
    guard try fillsPlace(vote, proposal) else { return false }
    var act = Request(subject: subject, action: "approve(\(proposal.asked))")
    act.resource = proposal.askedResource.map { .init(type: $0.type, id: $0.id) }
    act.proposal = proposal.origin
    act.serverContext = serverContext
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
