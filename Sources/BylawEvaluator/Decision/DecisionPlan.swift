package import BylawModel

/// A rule set in the form that decides: flat, indexed by action, shared by all threads.
package struct DecisionPlan: Sendable {
  package var expressions: ExpressionPlan
  package var identity: Decision.RuleSetIdentity
  package var subjects: SubjectPlan
  package var actions: [ActionPlan] = []
  package var actionIndex: [String: Int] = [:]
  /// The names of the actions, in their order.
  package var actionNames = TextTable()
  package var overrides: [OverridePlan] = []
  package var context: [ContextPlan] = [] {
    didSet { contextTable = FieldTable(context.map(\.field)) }
  }
  package private(set) var contextTable = FieldTable([])
  /// The names of all facts and lets: what a request may give a value for.
  package var factNames: Set<String> = []
  /// What the store carries out.
  package var store = StorePlan()
  /// Refusals that a human is asked to take over.
  package var handOvers: [HandOver] = []
  /// By name, the entity of each singleton.
  package var singletons: [(name: String, entity: Int)] = []

  package init(expressions: ExpressionPlan, identity: Decision.RuleSetIdentity, subjects: SubjectPlan) {
    self.expressions = expressions
    self.identity = identity
    self.subjects = subjects
  }
}

extension DecisionPlan {
  /// Makes what evaluators look things up in.
  mutating func prepare() {
    expressions.prepare()
    var builder = ConditionIndexBuilder(expressions)
    expressions.indexTables(&builder)
    for index in actions.indices { actions[index].prepare(expressions, &builder) }
    expressions.conditions = builder.columns
  }
}

/// A part of a plan that is handed on as one reference: copying its members would count references for each.
package final class Shared<Part: Sendable>: Sendable {
  package let part: Part
  init(_ part: Part) { self.part = part }
}

/// Who can be a subject, and how roles and permissions are told.
package struct SubjectPlan: Sendable {
  /// Positions of the entities a subject may be of.
  package var entities: [Int]
  package var hasSystem: Bool
  /// The role or roles of the subject; `nil` where the rule set has no roles.
  package var role: NodeID?
  /// The role or roles of the person bound to `approver`.
  package var approverRole: NodeID?
  package var roleType: ValueType
  /// Whether a subject has one role instead of a list of them.
  let hasOneRole: Bool
  package var roleWords: [String]
  /// Whether the person bound to `approver` is live, by position in `entities`.
  package var approverLive: [NodeID?]
  /// The variable that a voter is bound to.
  package var approver: Int

  package init(
    entities: [Int], hasSystem: Bool, role: NodeID?, approverRole: NodeID?, roleType: ValueType, roleWords: [String],
    approverLive: [NodeID?], approver: Int
  ) {
    self.entities = entities
    self.hasSystem = hasSystem
    self.role = role
    self.approverRole = approverRole
    self.roleType = roleType
    hasOneRole = if case .list = roleType { false } else { true }
    self.roleWords = roleWords
    self.approverLive = approverLive
    self.approver = approver
  }
}

/// A declared member of the context.
package struct ContextPlan: Sendable {
  package var field: Field
  package var fromServer: Bool

  package init(field: Field, fromServer: Bool) {
    self.field = field
    self.fromServer = fromServer
  }
}

/// One action with the rules that reach it.
package struct ActionPlan: Sendable {
  package enum Kind: Sendable, Hashable { case declared, vote, withdrawal }
  package var name: String
  /// The name as rules compare it.
  package var nameCell = Cell.absent
  /// The id of who may: `actions.NAME.allow`.
  package var allowID: String
  package var title: String
  package var kind: Kind
  package var source: String
  package var clauses: [String]
  package var resource: Int?
  package let inputs: [Field]
  package let inputTable: FieldTable
  package var exactlyOne: [[Int]]
  package var grants: [GrantPlan] = [] {
    didSet {
      plainRoles = Self.plainRoles(grants)
      whoMay = Self.whoMay(grants + ruleGrants)
      asksForRoles = Self.asksForRoles(grants, ruleGrants, permission)
    }
  }
  /// What rules grant beside `allow` and `permission`: one of them is enough.
  package var ruleGrants: [GrantPlan] = [] {
    didSet {
      whoMay = Self.whoMay(grants + ruleGrants)
      asksForRoles = Self.asksForRoles(grants, ruleGrants, permission)
    }
  }
  /// Who may, in the words of the rules: it says nothing about records.
  package private(set) var whoMay = Self.whoMay([])
  /// The roles that may without a condition, as a mask; only those before the first grant that has one.
  package private(set) var plainRoles: UInt64 = 0
  package var hasAllow = false
  package var permission: String? {
    didSet { asksForRoles = Self.asksForRoles(grants, ruleGrants, permission) }
  }
  /// Whether the roles of the subject matter; where anyone may, a role that cannot be told is nothing to note.
  private(set) var asksForRoles = false
  package var permittedRoles: UInt64 = 0
  /// The rules of each stage, until the plan is prepared.
  private var rules: [[RulePlan]] = RuleStage.allCases.map { _ in [] }
  /// The same in the form that is judged; those who judge go by a stage, as to hold a table would count references.
  private(set) var tables = RuleStage.allCases.map { _ in RuleTable() }
  package var authority: [RulePlan] {
    get { rules[RuleStage.authority.rawValue] }
    set { rules[RuleStage.authority.rawValue] = newValue }
  }
  package var references: [RulePlan] {
    get { rules[RuleStage.references.rawValue] }
    set { rules[RuleStage.references.rawValue] = newValue }
  }
  package var requirements: [RulePlan] {
    get { rules[RuleStage.requirements.rawValue] }
    set { rules[RuleStage.requirements.rawValue] = newValue }
  }
  package var classified: [ClassifiedPlan] = []
  package var approvals: [ApprovalPlan] = []
  package var votesOn: [ApprovalPlan] = []
  /// Both as references, once the plan is prepared.
  private(set) var sharedApprovals: [Shared<ApprovalPlan>] = []
  private(set) var sharedVotesOn: [Shared<ApprovalPlan>] = []
  package var waits: [WaitPlan] = []
  package var effects: [EffectPlan] = []
  package var notices: [NoticePlan] = [] {
    didSet { tellsPeople = notices.contains { $0.hasPeople } }
  }
  /// Whether some notice goes to people whom an expression gives.
  private(set) var tellsPeople = false
  package var denialNotices: [NoticePlan] = []
  package var obligations: [(name: String, value: Value)] = []
  package var followUps: [FollowUpPlan] = []
  package var audit: AuditPlan?
  /// The facts and lets that this action reads, by the name that a request gives them by.
  package var facts: [String: [FactPlan]] = [:]
  /// The fields of the resource that the effects change.
  package var after: [(field: Int, value: NodeID)] = []
  /// The fields of the subject and of the resource that a rule of this action reads.
  package var neededOfSubject: [Int] { needed[0] }
  package var neededOfResource: [Int] { needed[1] }
  /// The former and the latter.
  package var needed: [[Int]] = [[], []]
  package var neededContext: [Int] = []

  package init(
    name: String, title: String, kind: Kind, source: String, clauses: [String], resource: Int?, inputs: [Field],
    exactlyOne: [[Int]]
  ) {
    self.name = name
    allowID = "actions.\(name).allow"
    self.title = title
    self.kind = kind
    self.source = source
    self.clauses = clauses
    self.resource = resource
    self.inputs = inputs
    inputTable = FieldTable(inputs)
    self.exactlyOne = exactlyOne
  }

  /// Puts the rules in the form that is judged.
  mutating func prepare(_ expressions: ExpressionPlan, _ builder: inout ConditionIndexBuilder) {
    for stage in RuleStage.allCases {
      tables[stage.rawValue] = RuleTable(rules[stage.rawValue], expressions, &builder)
      rules[stage.rawValue] = []
    }
    sharedApprovals = approvals.map { Shared($0) }
    sharedVotesOn = votesOn.map { Shared($0) }
    for index in notices.indices { notices[index].prepare(expressions) }
  }

  /// The action of a judgement that has not begun.
  static let none = Shared(
    ActionPlan(
      name: "", title: "", kind: .declared, source: "", clauses: [], resource: nil, inputs: [], exactlyOne: []))

  private static func whoMay(_ grants: [GrantPlan]) -> String {
    var names: [String] = []
    for grant in grants where !names.contains(grant.name) { names.append(grant.name) }
    guard let last = names.last else { return "No rule lets anybody do this." }
    let list = names.count == 1 ? last : names.dropLast().joined(separator: ", ") + " or " + last
    return "Only \(list) may do this, under the conditions of the rule."
  }

  private static func asksForRoles(_ grants: [GrantPlan], _ ruleGrants: [GrantPlan], _ permission: String?) -> Bool {
    if permission != nil { return true }
    if grants.contains(where: { $0.holder == .anyone && $0.condition == nil }) { return false }
    return (grants + ruleGrants).contains { if case .roles = $0.holder { true } else { false } }
  }

  private static func plainRoles(_ grants: [GrantPlan]) -> UInt64 {
    var mask: UInt64 = 0
    for grant in grants {
      guard grant.condition == nil else { break }
      if case .roles(let roles) = grant.holder { mask |= roles }
    }
    return mask
  }
}

/// A fact or a `let` that a request may give.
package struct FactPlan: Sendable {
  package var definition: Int
  package var type: ValueType
  /// Counts are never negative.
  package var isCount: Bool
  /// How many elements a list may have.
  package var limit: Int?

  package init(definition: Int, type: ValueType, isCount: Bool, limit: Int?) {
    self.definition = definition
    self.type = type
    self.isCount = isCount
    self.limit = limit
  }

  var constraint: Constraint {
    var constraint = Constraint.none
    if isCount { constraint.lower = 0 }
    return constraint
  }

  /// Over its limit a fact is cut, given or looked up.
  func cut(_ value: Value) -> Value {
    guard let limit, case .list(let elements) = value, elements.count > limit else { return value }
    return .list(Array(elements.prefix(limit)))
  }
}

package struct GrantPlan: Sendable {
  package enum Holder: Sendable, Hashable {
    /// A mask over the words of the role enumeration.
    case roles(UInt64)
    /// The condition alone decides.
    case relation
    case anyone
    case system
  }
  package var holder: Holder
  package var condition: NodeID?
  package var name: String
  package var source: String
  package var effectiveFrom: Timestamp?
  package var effectiveUntil: Timestamp?

  package init(holder: Holder, condition: NodeID?, name: String, source: String) {
    self.holder = holder
    self.condition = condition
    self.name = name
    self.source = source
  }
}

/// A forbid or a requirement: it fires when `when` is not false, `unless` is not true and `that` is not true.
package struct RulePlan: Sendable {
  package struct Exception: Sendable {
    package var condition: NodeID
    package var from: Timestamp?
    package var until: Timestamp

    package init(condition: NodeID, from: Timestamp?, until: Timestamp) {
      self.condition = condition
      self.from = from
      self.until = until
    }
  }
  package var id: String
  package var isForbid: Bool
  package var denialClass: DenialClass
  package var each: (local: Int, list: NodeID)?
  package var when: NodeID?
  package var unless: NodeID?
  package var that: NodeID?
  package var message: SentenceID
  package var clauses: [String]
  package var source: String
  package var observeOnly = false
  package var effectiveFrom: Timestamp?
  package var effectiveUntil: Timestamp?
  package var exceptions: [Exception] = []
  package var sparesSystem = false
  package var needsRecords = false
  /// Follows from an effect: where it cannot be told whether the effect is carried out, that alone denies.
  package var isOfEffect = false

  package init(
    id: String, isForbid: Bool, denialClass: DenialClass, when: NodeID?, unless: NodeID?, that: NodeID?,
    message: SentenceID, clauses: [String], source: String
  ) {
    self.id = id
    self.isForbid = isForbid
    self.denialClass = denialClass
    self.when = when
    self.unless = unless
    self.that = that
    self.message = message
    self.clauses = clauses
    self.source = source
  }
}

package struct ClassifiedPlan: Sendable {
  package var name: String
  package var value: NodeID
  package var type: ValueType
  /// The application of the classification, whose row can be asked for.
  package var table: NodeID?
  package var rows: [String]

  package init(name: String, value: NodeID, type: ValueType, table: NodeID?, rows: [String]) {
    self.name = name
    self.value = value
    self.type = type
    self.table = table
    self.rows = rows
  }
}

package struct ApprovalPlan: Sendable {
  package enum Eligible: Sendable {
    case roles(UInt64)
    case people(NodeID, ValueType)
    case condition(NodeID)
  }
  package struct Place: Sendable {
    package var count: Int
    package var eligible: Eligible
    package var when: NodeID?
    package var label: String

    package init(count: Int, eligible: Eligible, when: NodeID?, label: String) {
      self.count = count
      self.eligible = eligible
      self.when = when
      self.label = label
    }
  }
  package struct Exclusion: Sendable {
    package var people: NodeID
    package var type: ValueType
    package var when: NodeID?

    package init(people: NodeID, type: ValueType, when: NodeID?) {
      self.people = people
      self.type = type
      self.when = when
    }
  }
  package struct Clock: Sendable {
    package var from: NodeID
    package var within: TimeSpan
    package var expires: Bool

    package init(from: NodeID, within: TimeSpan, expires: Bool) {
      self.from = from
      self.within = within
      self.expires = expires
    }
  }
  package var id: String
  package var clauses: [String]
  package var source: String
  package var when: NodeID?
  /// The author's sentence, or the sentence of the condition that holds.
  package var message: SentenceID?
  /// The members of `when: any:`, to name those that hold.
  package var triggers: [(sentence: SentenceID, condition: NodeID)] = []
  package var places: [Place]
  package var excluding: [Exclusion]
  package var approver: Int
  /// Fields of the resource whose change makes votes lapse.
  package var binds: [Int]
  package var clock: Clock?

  package init(
    id: String, clauses: [String], source: String, when: NodeID?, message: SentenceID?, places: [Place],
    excluding: [Exclusion], approver: Int, binds: [Int], clock: Clock?
  ) {
    self.id = id
    self.clauses = clauses
    self.source = source
    self.when = when
    self.message = message
    self.places = places
    self.excluding = excluding
    self.approver = approver
    self.binds = binds
    self.clock = clock
  }
}

package struct WaitPlan: Sendable {
  package var id: String
  package var when: NodeID?
  package var until: NodeID
  package var message: SentenceID
  package var clauses: [String]
  package var source: String

  package init(
    id: String, when: NodeID?, until: NodeID, message: SentenceID, clauses: [String], source: String
  ) {
    self.id = id
    self.when = when
    self.until = until
    self.message = message
    self.clauses = clauses
    self.source = source
  }
}

package struct NoticePlan: Sendable {
  package enum Moment: Sendable, Hashable {
    /// Along with an allow.
    case allow
    /// Along with a denial.
    case deny
    /// Whenever the requirements are judged and the band is reached or the condition holds.
    case always
  }
  package var rule: String
  package var names: [String]
  /// For each name the people that it goes to, where they are told by expression and known before the effects.
  package var recipients: [NodeID?] = []
  package var by: String?
  /// `each:` of a rule, with its variable.
  package var each: (local: Int, list: NodeID)?
  package var when: NodeID?
  package var unless: NodeID?
  package var effectiveFrom: Timestamp?
  package var effectiveUntil: Timestamp?
  package var band: NodeID?
  package var text: SentenceID?
  package var once: String?
  package var moment: Moment

  var hasPeople: Bool { recipients.contains { $0 != nil } }

  /// What goes out where its band is reached and its condition holds, if that is always the same; made when the plan is
  /// prepared.
  private(set) var obligations: [Decision.Obligation] = []

  mutating func prepare(_ expressions: ExpressionPlan) {
    guard each == nil, unless == nil, effectiveFrom == nil, effectiveUntil == nil, !hasPeople else { return }
    var sentence: String?
    if let text {
      guard case .text(let whole) = expressions.texts[Int(text.raw)].first, expressions.texts[Int(text.raw)].count == 1
      else { return }
      sentence = whole
    }
    obligations = names.map { name in
      Decision.Obligation(kind: "notify", value: .string(name), rule: rule, text: sentence, by: by, once: once)
    }
  }

  package init(
    rule: String, names: [String], by: String?, when: NodeID?, band: NodeID?, text: SentenceID?, once: String?,
    moment: Moment
  ) {
    self.rule = rule
    self.names = names
    self.by = by
    self.when = when
    self.band = band
    self.text = text
    self.once = once
    self.moment = moment
  }
}

/// What an effect needs to be carried out: an error in it denies the request.
package struct EffectPlan: Sendable {
  package var when: NodeID?
  /// `each:` over a list, with its variable.
  package var each: (local: Int, list: NodeID)?
  /// Everything that it evaluates, but for what earlier effects make.
  package var values: [NodeID]
  /// What is set and may not fit the bounds of its field, with its type.
  package var bounded: [(value: NodeID, type: ValueType, field: Field)] = []
  package var source: String

  package init(when: NodeID?, each: (local: Int, list: NodeID)?, values: [NodeID], source: String) {
    self.when = when
    self.each = each
    self.values = values
    self.source = source
  }
}

package struct FollowUpPlan: Sendable {
  package var id: String
  package var due: TimeSpan
  package var message: SentenceID?
  /// Holds once it is done; `nil` where the records do not tell.
  package var done: NodeID?

  package init(id: String, due: TimeSpan, message: SentenceID?, done: NodeID? = nil) {
    self.done = done
    self.id = id
    self.due = due
    self.message = message
  }
}

package struct AuditPlan: Sendable {
  package var word: String
  package var flag: String?
  package var keep: String?

  package init(word: String, flag: String?, keep: String?) {
    self.word = word
    self.flag = flag
    self.keep = keep
  }
}

package struct OverridePlan: Sendable {
  package var id: String
  package var name: String
  package var action: String
  package var bypasses: Set<String>
  package var permission: String?
  package var permittedRoles: UInt64
  package var inputs: [Field]
  package var inputLocal: Int
  package var inputType: ValueType
  package var rules: [RulePlan]
  /// That the references among the inputs hold.
  package var references: [RulePlan] = []
  package var effects: [EffectPlan] = []
  package var notices: [NoticePlan]
  package var audit: AuditPlan?
  package var followUps: [FollowUpPlan]
  package var source: String

  package init(
    id: String, name: String, action: String, bypasses: Set<String>, permission: String?, permittedRoles: UInt64,
    inputs: [Field], inputLocal: Int, inputType: ValueType, rules: [RulePlan], notices: [NoticePlan],
    audit: AuditPlan?, followUps: [FollowUpPlan], source: String
  ) {
    self.id = id
    self.name = name
    self.action = action
    self.bypasses = bypasses
    self.permission = permission
    self.permittedRoles = permittedRoles
    self.inputs = inputs
    self.inputLocal = inputLocal
    self.inputType = inputType
    self.rules = rules
    self.notices = notices
    self.audit = audit
    self.followUps = followUps
    self.source = source
  }
}
