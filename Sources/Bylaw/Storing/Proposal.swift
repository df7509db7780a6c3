public import BylawModel
import BylawStore

/// A request that waits for others to agree.
public struct Proposal: Sendable, Hashable {
  /// How far it is; all but `open` and `approved` are endings.
  public enum Status: String, Sendable, Hashable, CaseIterable {
    /// Votes are taken.
    case open
    /// Everybody agreed; whoever made it runs it by asking again.
    case approved
    /// Carried out.
    case done
    /// Somebody rejected it.
    case rejected
    /// Its time was over.
    case expired
    /// Whoever made it took it back.
    case withdrawn
    /// Everybody agreed, but the rules refused it when it ran.
    case refused
  }

  /// A vote that was given.
  public struct Vote: Sendable, Hashable {
    /// Who gave it.
    public var voter: EntityReference
    /// What was said.
    public var vote: Request.Approval.Vote
    /// When.
    public var at: Timestamp
    /// Why it no longer counts; `nil` while it does.
    public var lapsed: String?
  }

  /// Its id, to vote on.
  public var id: String
  /// How far it is.
  public var status: Status
  /// The action that was asked for.
  public var action: String
  /// Who asked.
  public var subject: EntityReference
  /// What it is about.
  public var resource: EntityReference?
  /// The inputs, as they were when it was asked.
  public var input: [String: Value]
  /// When it was asked.
  public var requestedAt: Timestamp
  /// When it is late; `nil` where no clock runs.
  public var due: Timestamp?
  /// The votes so far; empty where they are kept from whoever has not voted.
  public var votes: [Vote]
  /// What is still missing, as far as this person may know.
  public var missing: [Decision.Missing]
  /// Why it ended.
  public var reasons: [String]
  /// The ended proposal that this one repeats.
  public var original: String?
}

extension Proposal {
  init(_ stored: StoredProposal) {
    id = stored.id
    status = Status(stored.status)
    action = stored.action
    subject = stored.subject
    resource = stored.resource
    input = stored.input
    requestedAt = stored.requestedAt
    due = stored.due
    votes = stored.votes.map { Vote(voter: $0.voter, vote: $0.vote, at: $0.at, lapsed: $0.lapsed) }
    missing = []
    reasons = stored.reasons
    original = stored.original
  }

  init(_ view: ProposalView) {
    self.init(view.proposal)
    missing = view.missing
  }
}

extension Proposal.Status {
  fileprivate init(_ status: StoredProposal.Status) {
    switch status {
    case .open: self = .open
    case .approved: self = .approved
    case .done: self = .done
    case .rejected: self = .rejected
    case .expired: self = .expired
    case .withdrawn: self = .withdrawn
    case .refused: self = .refused
    }
  }
}
