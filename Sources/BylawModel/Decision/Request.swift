/// A question to the policy decision point: whether this subject may do this action on this resource now.
///
/// It has the shape of the OpenID AuthZEN Authorization API 1.0: the properties of the action are its inputs.
public struct Request: Sendable, Hashable {
  /// A subject or a resource as a request gives it: its identity, and properties that stand over stored ones.
  public struct Entity: Sendable, Hashable {
    /// The entity type, by its name in the rule set or on the wire.
    public var type: String
    /// The id within the type.
    public var id: String
    /// Attributes given with the request; each stands over the stored one of the same name.
    public var properties: [String: Value]

    /// Whether this is the engine itself.
    ///
    /// The type name `System` alone does not make it so: whoever hands on what a caller wrote never speaks for the
    /// engine by accident.
    public let isSystem: Bool

    /// The engine itself, as the subject of what it does by its own clock and rules.
    public static let system = Entity(isSystem: true)

    /// Creates a subject or a resource.
    public init(type: String, id: String, properties: [String: Value] = [:]) {
      self.type = type
      self.id = id
      self.properties = properties
      isSystem = false
    }

    private init(isSystem: Bool) {
      type = "System"
      id = "engine"
      properties = [:]
      self.isSystem = isSystem
    }
  }

  /// A vote given with a request, where no store keeps them.
  public struct Approval: Sendable, Hashable {
    /// What the approver said.
    public enum Vote: String, Sendable, Hashable, CaseIterable {
      case approve
      case reject
    }
    /// Who voted.
    public var approver: Entity
    /// What was said.
    public var vote: Vote
    /// When; `nil` counts as the time of the decision.
    public var at: Timestamp?
    /// The inputs of the vote.
    public var input: [String: Value]
    /// The bound fields of the resource as the approver saw them; a vote lapses when one differs now.
    public var bound: [String: Value]

    /// Creates a vote.
    public init(
      approver: Entity, vote: Vote, at: Timestamp? = nil, input: [String: Value] = [:],
      bound: [String: Value] = [:]
    ) {
      self.approver = approver
      self.vote = vote
      self.at = at
      self.input = input
      self.bound = bound
    }
  }

  /// An override that the subject claims, with its inputs.
  public struct Override: Sendable, Hashable {
    /// The name of the override in the rule set.
    public var name: String
    /// Its inputs.
    public var input: [String: Value]

    /// Creates a claim to an override.
    public init(name: String, input: [String: Value] = [:]) {
      self.name = name
      self.input = input
    }
  }

  /// The proposal that a vote is about.
  package struct Proposal: Sendable, Hashable {
    package var id: String
    package var submitter: EntityReference
    package var requestedAt: Timestamp

    package init(id: String, submitter: EntityReference, requestedAt: Timestamp) {
      self.id = id
      self.submitter = submitter
      self.requestedAt = requestedAt
    }
  }

  /// Who asks.
  public var subject: Entity
  /// The name of the action.
  public var action: String
  /// The inputs of the action.
  public var input: [String: Value]
  /// What the action is done to; `nil` for an action without a resource.
  public var resource: Entity?
  /// The declared members of the context that a caller may state.
  public var context: [String: Value]
  /// What the service itself states of the context: its members `from: server`, such as the session, are taken from
  /// here alone.
  ///
  /// What stands here stands over `context`.
  public var serverContext: [String: Value]
  /// Facts given instead of looked up, by name: `tokens_used`, `let.duplicate`.
  public var facts: [String: Value]
  /// Votes given with the request.
  public var approvals: [Approval]
  /// The override claimed.
  public var override: Override?
  /// When the request was first made; `nil` means at the time of the decision.
  public var requestedAt: Timestamp?
  /// For a vote in a store: what it is about.
  package var proposal: Proposal?

  /// Creates a request; everything but subject and action may be left out.
  public init(
    subject: Entity, action: String, input: [String: Value] = [:], resource: Entity? = nil,
    context: [String: Value] = [:], serverContext: [String: Value] = [:], facts: [String: Value] = [:],
    approvals: [Approval] = [], override: Override? = nil, requestedAt: Timestamp? = nil
  ) {
    self.subject = subject
    self.action = action
    self.input = input
    self.resource = resource
    self.context = context
    self.serverContext = serverContext
    self.facts = facts
    self.approvals = approvals
    self.override = override
    self.requestedAt = requestedAt
  }
}
