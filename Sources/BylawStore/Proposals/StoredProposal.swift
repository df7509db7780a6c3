package import BylawModel

/// A request that waits for others to agree, with the votes that were given.
package struct StoredProposal: Sendable, Hashable {
  /// How far a proposal is.
  ///
  /// All but `open` and `approved` are endings.
  package enum Status: String, Sendable, Hashable, CaseIterable {
    case open
    /// Everybody agreed, and it waits for its submitter to run it.
    case approved
    case done, rejected, expired, withdrawn, refused

    package var isOpen: Bool { self == .open || self == .approved }
  }

  /// A vote as it was given.
  package struct Vote: Sendable, Hashable {
    package var voter: EntityReference
    package var vote: Request.Approval.Vote
    package var at: Timestamp
    package var input: [String: Value]
    /// Set when what was voted on has changed since: why it no longer counts.
    package var lapsed: String?

    package init(
      voter: EntityReference, vote: Request.Approval.Vote, at: Timestamp, input: [String: Value],
      lapsed: String? = nil
    ) {
      self.voter = voter
      self.vote = vote
      self.at = at
      self.input = input
      self.lapsed = lapsed
    }
  }

  package var id: String
  package var status: Status
  package var action: String
  package var subject: EntityReference
  package var resource: EntityReference?
  /// The action that asked for approval: the proposal's own, or one within it.
  package var asked: String
  package var askedResource: EntityReference?
  /// Frozen when the proposal was made.
  package var input: [String: Value]
  package var context: [String: Value]
  package var serverContext: [String: Value]
  package var override: Request.Override?
  package var requestedAt: Timestamp
  /// What votes are about: bound fields, approvals asked for, classifications.
  ///
  /// When it differs, votes lapse.
  package var terms: Value
  /// The digest of action, subject, resource and inputs.
  package var fingerprint: String
  /// When it is late; `nil` where no clock runs.
  package var due: Timestamp?
  /// Being late is the end; otherwise it stays open, overdue.
  package var expires = true
  package var votes: [Vote]
  /// Why it ended, in sentences.
  package var reasons: [String]
  /// The ended proposal that this one repeats.
  package var original: String?
  /// When it was fully approved, or ended.
  package var settledAt: Timestamp?
  /// The audit entry that last changed it.
  package var entry: Int64

  package init(
    id: String, action: String, subject: EntityReference, resource: EntityReference?, input: [String: Value],
    context: [String: Value], serverContext: [String: Value] = [:], override: Request.Override?,
    requestedAt: Timestamp, terms: Value,
    fingerprint: String, due: Timestamp?, original: String?, entry: Int64
  ) {
    self.id = id
    status = .open
    self.action = action
    self.subject = subject
    self.resource = resource
    asked = action
    askedResource = resource
    self.input = input
    self.context = context
    self.serverContext = serverContext
    self.override = override
    self.requestedAt = requestedAt
    self.terms = terms
    self.fingerprint = fingerprint
    self.due = due
    votes = []
    reasons = []
    self.original = original
    settledAt = nil
    self.entry = entry
  }

  /// The reference that audit entries name it by.
  package var reference: EntityReference { EntityReference(type: Self.typeName, id: id) }

  /// What votes see of it.
  package var origin: Request.Proposal { Request.Proposal(id: id, submitter: subject, requestedAt: requestedAt) }

  /// Starts with a small letter, so that no entity can have it.
  package static let typeName = "proposal"
}
