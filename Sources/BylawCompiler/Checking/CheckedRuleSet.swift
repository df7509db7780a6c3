package import BylawModel
package import BylawSyntax

/// A rule set after checking: names resolved, expressions typed, every rule instantiated for the actions it reaches.
///
/// Two evaluators start here: the planner lowers it to the flat plan, the reference evaluator of the tests walks it.
package struct CheckedRuleSet: Sendable {
  package var manifest = Manifest()
  package var vocabulary = Vocabulary()
  /// By position in the schema's entities.
  package var entities: [EntityRules] = []
  package var conditions: [Condition] = []
  package var classifications: [Classification] = []
  package var calendars: [Calendar] = []
  package var thresholds: [Threshold] = []
  /// What `TypedExpression.Root.definition` names: facts, lets and constants.
  package var definitions: [Definition] = []
  package var singletons: [Singleton] = []
  package var context: [ContextMember] = []
  package var actions: [Action] = []
  package var parties: [Party] = []
  package var overrides: [Override] = []
  package var reactions: [Reaction] = []
  package var reads: [Read] = []
  /// Only in rules that were checked for one list.
  package var listing: Listing?
  /// Refusals that a human is asked to take over.
  package var handOvers: [HandOver] = []
  /// The groups of actions, each with the direction of what names it.
  package var groups: [String: Direction] = [:]
  /// Where rules name clauses of a manual, in file order.
  package var clauses: [ClauseReference] = []
  /// One more than the highest number of a variable.
  package var localCount = 0

  package init() {}
}

extension CheckedRuleSet {
  package struct Manifest: Sendable {
    package var name = ""
    package var version = ""
    package var language = 1
    /// Positions of the entities a subject may be of.
    package var subjects: [Int] = []
    /// Whether the engine itself may be the subject.
    package var hasSystem = false
    /// The enumeration of the roles.
    package var roleEnumeration: Int?
    /// The role or roles of the person bound to `roleLocal`: one word, an optional word or a list.
    package var role: TypedExpression?
    package var roleLocal = -1
    package var timeZone = "UTC"
    /// Where refused requests are kept.
    package enum Refusals: String, Sendable, CaseIterable { case log, trail }
    /// Refused requests get an entry in the audit trail, not only in the decision log.
    package var keepsRefusalsInTrail = false
    /// The word of the entry that each notice gets; `nil` where notices have none of their own.
    package var noticeWord: String?
    /// The longest time an exception may run.
    package var longestException: TimeSpan?
    /// Which roles hold a permission, as a mask over the words of the role enumeration.
    package var permissions: [String: UInt64] = [:]
  }

  /// What holds for the records of one entity.
  package struct EntityRules: Sendable {
    /// The variable `it` in the expressions of the entity.
    package var local: Int
    package var live: TypedExpression?
    package var uniqueKeys: [UniqueKey] = []
    package var lifecycles: [Lifecycle] = []
  }

  package struct UniqueKey: Sendable {
    package var id: String
    package var name: String
    package var fields: [Int]
    package var ignoresCase: Bool
    package var ignoresSpace: Bool
    package var condition: TypedExpression?
    package var message: TypedSentence
    package var denialClass: DenialClass
    package var clauses: [String]
    package var range: SourceRange
  }

  package struct Lifecycle: Sendable {
    package struct TimedMove: Sendable {
      package var from: Int
      package var to: Int
      package var after: TimeSpan
      /// The field that holds the time from which `after` counts.
      package var since: Int
      package var range: SourceRange
    }
    package var id: String
    /// The field whose type is the enumeration of the states.
    package var field: Int
    package var start: [Int]
    /// For each state the states that may follow.
    package var moves: [[Int]]
    package var timed: [TimedMove]
    package var clauses: [String]
    package var range: SourceRange
  }

  package struct Parameter: Sendable {
    package var name: String
    package var local: Int
    package var type: ValueType
  }

  package struct Condition: Sendable {
    package var name: String
    package var parameters: [Parameter]
    package var body: TypedExpression
    package var range: SourceRange
  }

  package struct Classification: Sendable {
    package enum HitPolicy: String, Sendable, CaseIterable { case worst, only, first, all }
    package struct Row: Sendable {
      /// The sentence or the cells of the row as the author wrote them.
      package var label: String
      package var condition: TypedExpression
      /// One expression for each output.
      package var outputs: [TypedExpression]
      package var range: SourceRange
    }
    package var id: String
    package var name: String
    package var clauses: [String]
    package var parameters: [Parameter]
    /// The outputs; a single output without a name of its own is called `value`.
    package var outputs: [(name: String, type: ValueType)]
    package var hitPolicy: HitPolicy
    package var rows: [Row]
    package var otherwise: [TypedExpression]?
    /// The type of the whole: that of the only output, else a record; a list of it for `all`.
    package var result: ValueType
    package var range: SourceRange
  }

  package struct Calendar: Sendable {
    package struct Opening: Sendable {
      /// 1 is Monday, 7 is Sunday.
      package var weekday: Int
      /// Minutes after midnight.
      package var from: Int
      /// Minutes after midnight, itself no longer in.
      package var until: Int
    }
    package var name: String
    /// The IANA name of the time zone.
    package var zone: TypedExpression
    package var openings: [Opening]
    package var holidays: [CalendarDate]
    package var range: SourceRange
  }

  package struct Threshold: Sendable {
    package struct Band: Sendable {
      package var id: String
      package var name: String
      package var percent: FixedPoint
      /// `from` includes the bound, `above` does not.
      package var includesBound: Bool
      package var range: SourceRange
    }
    package var id: String
    package var name: String
    package var condition: TypedExpression?
    package var measure: TypedExpression
    package var of: TypedExpression
    package var bands: [Band]
    package var range: SourceRange
  }

  /// A fact, a `let` or a constant.
  package struct Definition: Sendable {
    package enum Kind: Sendable, Hashable { case fact, letValue, classified, constant }
    /// The name that `context.facts` gives it by: `tokens_used`, `let.duplicate`.
    package var name: String
    package var kind: Kind
    package var value: TypedExpression
  }

  package struct Singleton: Sendable {
    package var name: String
    package var entity: Int
  }

  package struct ContextMember: Sendable {
    package var field: Field
    /// Never read from a caller's body.
    package var fromServer: Bool
  }

  package struct ClauseReference: Sendable {
    package var clause: String
    /// The id of the rule, action, … that names it.
    package var owner: String
    package var range: SourceRange
  }

  package struct Party: Sendable {
    package var name: String
    package var recipients: Recipients
  }

  /// People or channels that a notice goes to.
  package indirect enum Recipients: Sendable {
    case people(TypedExpression)
    case party(String)
    case channel(String, to: String)
    case permission(String)
    case voters(TypedExpression)
  }
}
