/// The answer to a request, with everything that determined it.
public struct Decision: Sendable, Hashable {
  /// The three answers; deny wins over pending wins over allow.
  public enum Outcome: String, Sendable, Hashable, CaseIterable {
    case allow
    /// Allowed once what is missing is there.
    case pending
    case deny
  }

  /// Why: a rule that determined the outcome, in the author's words.
  public struct Reason: Sendable, Hashable {
    /// The id of the rule, such as `rules.active-subjects-only`.
    public var rule: String
    /// The author's sentence with its holes filled.
    public var because: String
    /// The clauses of the manual that the rule names.
    public var clauses: [String]
    /// `file:line:column` relative to the rule folder; empty for what no file states.
    public var source: String
    /// The element that the rule was judged for, where it says `each`; counted from 0.
    public var element: Int?

    /// Creates a reason.
    public init(rule: String, because: String, clauses: [String] = [], source: String = "", element: Int? = nil) {
      self.rule = rule
      self.because = because
      self.clauses = clauses
      self.source = source
      self.element = element
    }
  }

  /// What must still come before a pending action is allowed.
  public struct Missing: Sendable, Hashable {
    /// How many approvals are still missing; `nil` for a wait.
    public var approvals: Int?
    /// Who can give them: the author's title of the place, `role:finance`, a permission such as `approve:ai-tasks`, or
    /// the author's expression as `people:resource.owner` or `where:approver.active`; `nil` where nobody can.
    public var of: String?
    /// The ids of those who may not.
    public var excluding: [String]
    /// Whether those eligible now can give them; `nil` where no records of people are at hand.
    public var reachable: Bool?
    /// Until when they must be there.
    public var by: Timestamp?
    /// For a wait: from when on the action is allowed.
    public var until: Timestamp?
    /// The approval or wait that asks for it.
    public var rule: String

    /// Creates what is missing.
    public init(
      rule: String, approvals: Int? = nil, of: String? = nil, excluding: [String] = [], reachable: Bool? = nil,
      by: Timestamp? = nil, until: Timestamp? = nil
    ) {
      self.rule = rule
      self.approvals = approvals
      self.of = of
      self.excluding = excluding
      self.reachable = reachable
      self.by = by
      self.until = until
    }
  }

  /// A classification of the request: its value and the row that gave it.
  public struct Classified: Sendable, Hashable {
    /// The value; an object for a classification with several outputs; `null` when it could not be told.
    public var value: Value
    /// The author's label of the row; `nil` for `otherwise` or when it could not be told.
    public var row: String?

    /// Creates a classification.
    public init(value: Value, row: String?) {
      self.value = value
      self.row = row
    }
  }

  /// What the caller must do along with acting on the decision.
  ///
  /// A policy enforcement point that does not know an obligation must refuse.
  public struct Obligation: Sendable, Hashable {
    /// What is to be done: `notify`, `audit`, `follow_up`, or a name that the action states.
    public var kind: String
    /// Whom or what it is about: the recipient, the audit word, the value.
    public var value: Value
    /// The ids of the people that a notice goes to, sorted, where the rules name them by an expression; `nil` where
    /// they name a party or people whom only the effects make known.
    public var to: [String]?
    /// The rule that asks for it.
    public var rule: String
    /// The text of a notice.
    public var text: String?
    /// How a notice is sent.
    public var by: String?
    /// Not again within this period.
    public var once: String?
    /// When a follow-up falls due.
    public var due: Timestamp?
    /// What an audit entry is marked with.
    public var flag: String?
    /// How long an audit entry is kept, in the author's word.
    public var keep: String?

    /// Creates an obligation.
    public init(
      kind: String, value: Value, rule: String, text: String? = nil, by: String? = nil, once: String? = nil,
      due: Timestamp? = nil, flag: String? = nil, keep: String? = nil, to: [String]? = nil
    ) {
      self.to = to
      self.flag = flag
      self.keep = keep
      self.kind = kind
      self.value = value
      self.rule = rule
      self.text = text
      self.by = by
      self.once = once
      self.due = due
    }
  }

  /// A condition that could not be evaluated, and was judged by its place.
  public struct Indeterminate: Sendable, Hashable {
    /// The rule, or the definition, that reads it.
    public var rule: String
    /// Why: `absent value`, `overflow`, ….
    public var cause: String
    /// `file:line:column` of the expression.
    public var place: String

    /// Creates an entry.
    public init(rule: String, cause: String, place: String) {
      self.rule = rule
      self.cause = cause
      self.place = place
    }
  }

  /// Which rules decided.
  public struct RuleSetIdentity: Sendable, Hashable {
    /// What all decisions of a rule set share; a reference, as every decision takes it along.
    private final class Content: Sendable {
      let name: String
      let version: String
      let digest: String
      let json: (bytes: [UInt8], isASCII: Bool)

      init(name: String, version: String, digest: String) {
        (self.name, self.version, self.digest) = (name, version, digest)
        json = RuleSetIdentity.json(name: name, version: version, digest: digest)
      }
    }
    private var content: Content

    /// The name from the manifest.
    public var name: String {
      get { content.name }
      set { content = Content(name: newValue, version: version, digest: digest) }
    }
    /// The version from the manifest.
    public var version: String {
      get { content.version }
      set { content = Content(name: name, version: newValue, digest: digest) }
    }
    /// `sha256:` and the digest of all files.
    public var digest: String {
      get { content.digest }
      set { content = Content(name: name, version: version, digest: newValue) }
    }
    /// The identity as compact JSON.
    var json: (bytes: [UInt8], isASCII: Bool) { content.json }

    /// Creates an identity.
    public init(name: String, version: String, digest: String) {
      content = Content(name: name, version: version, digest: digest)
    }

    /// Whether name, version and digest are the same.
    public static func == (left: RuleSetIdentity, right: RuleSetIdentity) -> Bool {
      left.content === right.content
        || (left.name, left.version, left.digest) == (right.name, right.version, right.digest)
    }

    /// Adds name, version and digest to a hash.
    public func hash(into hasher: inout Hasher) {
      hasher.combine(name)
      hasher.combine(version)
      hasher.combine(digest)
    }
  }

  /// The answer.
  public var outcome: Outcome
  /// The class of a denial; `nil` otherwise.
  public var denialClass: DenialClass?
  /// All reasons of the stage that determined the outcome, by rule and element; empty for a plain allow.
  public var reasons: [Reason]
  /// What a pending decision waits for.
  public var missing: [Missing]
  /// The classifications that the action states, by name.
  public var classified: [String: Classified]
  /// What goes along with the decision.
  public var obligations: [Obligation]
  /// What could not be evaluated.
  public var indeterminate: [Indeterminate]
  /// Rules under observation that would have refused; they have no effect.
  public var observed: [Reason]
  /// The rule set that decided.
  public var ruleSet: RuleSetIdentity
  /// The time that the decision was made for.
  public var at: Timestamp

  /// Creates a decision.
  public init(
    outcome: Outcome, denialClass: DenialClass? = nil, reasons: [Reason] = [], missing: [Missing] = [],
    classified: [String: Classified] = [:], obligations: [Obligation] = [], indeterminate: [Indeterminate] = [],
    observed: [Reason] = [], ruleSet: RuleSetIdentity, at: Timestamp
  ) {
    self.outcome = outcome
    self.denialClass = denialClass
    self.reasons = reasons
    self.missing = missing
    self.classified = classified
    self.obligations = obligations
    self.indeterminate = indeterminate
    self.observed = observed
    self.ruleSet = ruleSet
    self.at = at
  }
}
