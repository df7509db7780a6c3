package import BylawModel
package import BylawSyntax

extension CheckedRuleSet {
  /// An operation with every rule that reaches it.
  package struct Action: Sendable {
    /// An action that the author wrote, or one that an approval brings with it.
    package enum Origin: Sendable, Hashable {
      case declared
      case approve(of: String)
      case reject(of: String)
      case withdraw(of: String)
      case ask(of: String)
    }
    package var name: String
    package var origin: Origin = .declared
    package var title: String = ""
    package var clauses: [String] = []
    /// The entity of the resource.
    package var resource: Int?
    package var inputs: [Field] = []
    /// Groups of inputs of which exactly one must be given.
    package var exactlyOne: [[Int]] = []
    package var authority = Authority()
    package var rules: [Rule] = []
    package var classify: [Classified] = []
    package var approvals: [Approval] = []
    /// For a vote: the approvals of the action voted on, as far as they can be judged without the proposal.
    package var votesOn: [Approval] = []
    package var waits: [Wait] = []
    package var effects: [Effect] = []
    /// The fields of the resource that the effects change, with the value that they get.
    package var after: [(field: Int, value: TypedExpression)] = []
    package var notices: [Notice] = []
    package var denialNotices: [Notice] = []
    package var obligations: [(name: String, value: Value)] = []
    package var followUps: [FollowUp] = []
    package var audit: Audit?
    package var returns: TypedExpression?
    package var route: String?
    package var range: SourceRange
  }

  /// Who may ask for an action.
  package struct Authority: Sendable {
    package struct Grant: Sendable {
      package enum Holder: Sendable, Hashable {
        /// A word of the role enumeration.
        case role(Int)
        /// A relation between subject and resource, by its name.
        case derived(String)
        case anyone
        case system
      }
      package var id: String
      package var holder: Holder
      /// The relation of a derived role, and the `when` of the grant.
      package var condition: TypedExpression?
      /// Given by a rule `grant`: it stands beside what the action itself says.
      package var isRule = false
      package var effectiveFrom: Timestamp?
      package var effectiveUntil: Timestamp?
      package var range: SourceRange
    }
    package var grants: [Grant] = []
    /// `permission:`; needed beside a grant when there are grants.
    package var permission: String?
    /// The roles that hold the permission, as a mask over the words of the role enumeration.
    package var permittedRoles: UInt64 = 0
    /// The action has an `allow` list.
    package var hasAllow = false
  }

  /// A forbid or a requirement, instantiated for one action.
  package struct Rule: Sendable {
    package enum Kind: Sendable, Hashable { case forbid, require }
    package enum Stage: Int, Sendable, Hashable { case authority = 2, references = 3, requirements = 4 }
    package var id: String
    package var kind: Kind
    package var stage: Stage
    package var denialClass: DenialClass
    /// `each: { name: list }`: the rule is judged for each element.
    package var each: (local: Int, list: TypedExpression)?
    package var when: TypedExpression?
    package var unless: TypedExpression?
    /// What a requirement asks; `nil` for a forbid.
    package var that: TypedExpression?
    package var message: TypedSentence
    package var clauses: [String] = []
    package var overridable = false
    package var absolute = false
    /// Recorded, without effect.
    package var observeOnly = false
    package var effectiveFrom: Timestamp?
    package var effectiveUntil: Timestamp?
    package var exceptions: [Exception] = []
    /// Reached by `everything`: acts of the engine itself are left out.
    package var sparesSystem = false
    /// Looks through records; without any, it cannot be judged and is left to the store.
    package var needsRecords = false
    /// Follows from an effect: where it cannot be told whether the effect is carried out, that alone denies.
    package var isOfEffect = false
    /// Set for the forbid of a band.
    package var band: (threshold: Int, band: Int)?
    /// Whether it may go through a list; `false` where it is known not to.
    package var mayHaveLoops = true
    package var range: SourceRange
  }

  /// A time-limited suspension of a rule.
  package struct Exception: Sendable {
    package var id: String
    package var condition: TypedExpression
    package var owner: String
    package var approvedBy: String
    package var because: String
    /// From when on; `nil` for as long as the rule set is in force.
    package var from: Timestamp?
    package var until: Timestamp
    package var range: SourceRange
  }

  package struct Classified: Sendable {
    package var name: String
    /// Position in `CheckedRuleSet.definitions`.
    package var definition: Int
    /// Position of the classification applied, for naming the row.
    package var classification: Int?
    package var range: SourceRange
  }

  package struct Wait: Sendable {
    package var id: String
    package var when: TypedExpression?
    package var until: TypedExpression
    /// Whether an override may bypass it, as it may unless the wait says otherwise.
    package var overridable: Bool
    package var message: TypedSentence
    package var clauses: [String] = []
    package var range: SourceRange
  }

  package struct Notice: Sendable {
    package var rule: String
    package var to: [Recipients]
    /// How recipients read in the decision: `finance`, `resource.submitter`.
    package var names: [String]
    package var by: String?
    /// `each: { name: list }` of a rule: told for each element.
    package var each: (local: Int, list: TypedExpression)?
    package var when: TypedExpression?
    package var unless: TypedExpression?
    package var effectiveFrom: Timestamp?
    package var effectiveUntil: Timestamp?
    package var text: TypedSentence?
    /// `month`, `day`, …: not again within that time.
    package var once: String?
    /// Sent when this band is reached, whatever the decision.
    package var band: (threshold: Int, band: Int)?
    /// Of a rule `notify`: judged with the requirements, whatever the decision.
    package var isRule = false
    package var range: SourceRange
  }

  package struct FollowUp: Sendable {
    package var id: String
    package var due: TimeSpan
    package var done: TypedExpression?
    package var message: TypedSentence?
    package var clauses: [String] = []
    package var range: SourceRange
  }

  package struct Audit: Sendable {
    package var word: String
    package var flag: String?
    package var keep: String?
  }

  /// What an effect does to the store; carried out in order.
  package struct Effect: Sendable {
    package enum Kind: Sendable {
      case create(entity: Int)
      case update(target: TypedExpression)
      case put(entity: Int, key: Int)
      case emit(String)
      case perform(action: String, asSystem: Bool)
      case propose(action: String)
    }
    package var kind: Kind
    package var name: String?
    package var when: TypedExpression?
    /// `each:` over records, or over a list.
    package var each: TypedExpression?
    package var eachLocal: Int?
    package var set: [(field: Int, value: TypedExpression)] = []
    package var patch: TypedExpression?
    /// Nested patches: `patch: { plan: input.changes }`.
    package var fieldPatches: [(field: Int, patch: TypedExpression)] = []
    /// The new value of each field of the record that it makes or changes; of a field named twice the last one counts.
    package var changes: [(field: Int, value: TypedExpression)] = []
    package var resource: TypedExpression?
    /// `with:` of emit, `input:` of do and propose.
    package var arguments: [(name: String, value: TypedExpression)] = []
    package var range: SourceRange

    /// Whether `each:` names an entity, whose records `where`, `order` and `limit` choose from.
    ///
    /// What `each:` is cannot be told where it has a mistake.
    var eachGoesOverRecords: Bool {
      guard let each else { return false }
      if case .query = each.kind { return true }
      return each.type == .error
    }
  }

  package struct Override: Sendable {
    package var id: String
    package var name: String
    package var clauses: [String]
    package var action: String
    /// Ids of the rules, bands, approvals and waits that it bypasses.
    package var bypasses: [String]
    package var permission: String?
    package var permittedRoles: UInt64 = 0
    package var inputs: [Field]
    /// The variable of the record that holds the inputs, and its type.
    package var inputLocal: Int
    package var inputType: ValueType
    package var rules: [Rule]
    /// That the references among the inputs hold.
    package var references: [Rule] = []
    package var effects: [Effect]
    package var notices: [Notice]
    package var audit: Audit?
    package var followUps: [FollowUp]
    package var range: SourceRange
  }

  package struct Reaction: Sendable {
    package struct Body: Sendable {
      package var action: String
      package var when: TypedExpression?
      package var effects: [Effect]
      package var notices: [Notice]
    }
    package var id: String
    package var clauses: [String]
    /// One body for each action that it follows.
    package var bodies: [Body]
    package var range: SourceRange
  }

  /// What a list of an entity is narrowed by beside its filters; judged with the record bound to `Read.local`.
  package struct Listing: Sendable {
    package var entity: Int
    package var condition: TypedExpression
  }

  package struct Read: Sendable {
    package var entity: Int
    package var authority: Authority
    package var filters: [Int]
    package var restrict: [(role: Int, condition: TypedExpression)]
    package var local: Int
    package var brief: [Int]?
    package var full: [Int]?
    package var audit: Audit?
    package var limit: Int?
    package var clauses: [String]
    package var range: SourceRange
  }
}
