package import BylawModel

/// What came of asking the gate.
package struct GateAnswer: Sendable {
  package var decision: Decision
  /// What the action returns, when it was carried out.
  package var returned: Value?
  /// The audit entry that records it; `nil` for a dry run, and for a refusal that is kept in the decision log alone.
  package var entry: Int64?
  /// The proposal that waits, or that the operation belongs to.
  package var proposal: StoredProposal?
  /// Why the run was denied that a vote would have brought about; the vote counts all the same.
  package var deniedRun: Decision?
  /// The records that were made or changed; of a dry run those that would be.
  package var changes: [StoreBatch.RecordChange]

  package init(
    decision: Decision, returned: Value? = nil, entry: Int64? = nil, proposal: StoredProposal? = nil,
    changes: [StoreBatch.RecordChange] = []
  ) {
    self.decision = decision
    self.returned = returned
    self.entry = entry
    self.proposal = proposal
    self.changes = changes
  }
}

/// What can be said about a proposal.
package enum VoteKind: String, Sendable, Hashable, CaseIterable {
  case approve, reject, withdraw, ask
}
