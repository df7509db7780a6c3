package import BylawModel

/// What a store carries out: the effects of actions, what follows from them, and who may read.
///
/// A decision needs none of it, so it stands beside the plan that decides.
package struct StorePlan: Sendable {
  /// By position in the schema's entities.
  package var entities: [EntityPlan] = []
  /// By position in the plan's actions.
  package var actions: [ActionOperations] = []
  /// By position in the plan's overrides.
  package var overrides: [[OperationPlan]] = []
  /// By position in the schema's entities; `nil` where nobody may read.
  package var reads: [ReadPlan?] = []
  /// Groups of people and channels, by name.
  package var parties: [String: [RecipientPlan]] = [:]
  /// Refused requests get an entry in the audit trail, not only in the decision log.
  package var keepsRefusalsInTrail = false
  /// The word of the entry that each notice gets; `nil` where notices have none of their own.
  package var noticeWord: String?

  package init() {}
}

/// What holds for the records of one entity whenever one is written.
package struct EntityPlan: Sendable {
  /// No two records for which the condition holds have the same values in these fields.
  package struct UniqueKey: Sendable {
    package var id: String
    package var name: String
    package var fields: [Int]
    package var ignoresCase: Bool
    package var ignoresSpace: Bool
    /// Judged with the record bound to `EntityPlan.local`.
    package var condition: NodeID?
    package var message: SentenceID
    package var denialClass: DenialClass
    package var clauses: [String]
    package var source: String

    package init(
      id: String, name: String, fields: [Int], ignoresCase: Bool, ignoresSpace: Bool, condition: NodeID?,
      message: SentenceID, denialClass: DenialClass, clauses: [String], source: String
    ) {
      self.id = id
      self.name = name
      self.fields = fields
      self.ignoresCase = ignoresCase
      self.ignoresSpace = ignoresSpace
      self.condition = condition
      self.message = message
      self.denialClass = denialClass
      self.clauses = clauses
      self.source = source
    }
  }

  /// The states that a field goes through.
  package struct Lifecycle: Sendable {
    package var id: String
    package var field: Int
    /// The words of the states, by rank.
    package var states: [String]
    package var start: [Int]
    /// For each state the states that may follow.
    package var moves: [[Int]]
    package var clauses: [String]
    package var source: String

    package init(
      id: String, field: Int, states: [String], start: [Int], moves: [[Int]], clauses: [String], source: String
    ) {
      self.id = id
      self.field = field
      self.states = states
      self.start = start
      self.moves = moves
      self.clauses = clauses
      self.source = source
    }
  }

  /// The variable `it` of the entity's own conditions.
  package var local: Int
  package var uniqueKeys: [UniqueKey]
  package var lifecycles: [Lifecycle]

  package init(local: Int, uniqueKeys: [UniqueKey], lifecycles: [Lifecycle]) {
    self.local = local
    self.uniqueKeys = uniqueKeys
    self.lifecycles = lifecycles
  }
}

/// One effect in the form that a store carries out.
package struct OperationPlan: Sendable {
  package enum Kind: Sendable {
    case create(entity: Int)
    case update(target: NodeID)
    /// Creates, or updates the record that has the same unique key.
    case put(entity: Int, key: Int)
    case emit(String)
    case perform(action: String, asSystem: Bool)
    case propose(action: String)
  }

  package struct Assignment: Sendable {
    package var field: Int
    package var value: NodeID

    package init(field: Int, value: NodeID) {
      self.field = field
      self.value = value
    }
  }

  /// A named value that goes out with an event or into another action.
  package struct Argument: Sendable {
    package var name: String
    package var value: NodeID
    package var type: ValueType

    package init(name: String, value: NodeID, type: ValueType) {
      self.name = name
      self.value = value
      self.type = type
    }
  }

  package var kind: Kind
  /// Where what it makes can be read by later effects; counted from 0.
  package var position: Int
  /// What it is called there; `nil` where nothing reads it.
  package var name: String?
  package var when: NodeID?
  package var each: (local: Int, list: NodeID)?
  /// New values in order; of a field named twice the last one counts.
  package var assignments: [Assignment] = []
  /// What the action of `do` or `propose` acts on.
  package var resource: NodeID?
  package var arguments: [Argument] = []
  package var source: String

  package init(kind: Kind, position: Int, when: NodeID?, each: (local: Int, list: NodeID)?, source: String) {
    self.kind = kind
    self.position = position
    self.when = when
    self.each = each
    self.source = source
  }
}

/// What an action does beyond deciding.
package struct ActionOperations: Sendable {
  /// What follows from an action on the state that its effects leave.
  package struct Reaction: Sendable {
    package var id: String
    package var clauses: [String]
    package var when: NodeID?
    package var operations: [OperationPlan]
    package var notices: [NoticePlan]

    package init(
      id: String, clauses: [String], when: NodeID?, operations: [OperationPlan], notices: [NoticePlan]
    ) {
      self.id = id
      self.clauses = clauses
      self.when = when
      self.operations = operations
      self.notices = notices
    }
  }

  package var operations: [OperationPlan] = []
  package var reactions: [Reaction] = []
  package var returns: (value: NodeID, type: ValueType)?
  /// How proposals of this action are kept; `nil` where no approval is for it.
  package var proposal: ProposalPlan?

  package init() {}
}

/// How the proposals of one action live and end.
package struct ProposalPlan: Sendable {
  /// The ways a proposal ends, or goes on after its votes have lapsed.
  package enum Ending: String, Sendable, Hashable, CaseIterable {
    case approved, rejected, expired, lapsed, withdrawn, refused
  }
  package struct Outcome: Sendable {
    package var operations: [OperationPlan]
    package var notices: [NoticePlan]

    package init(operations: [OperationPlan], notices: [NoticePlan]) {
      self.operations = operations
      self.notices = notices
    }
  }
  /// Who has not voted sees neither counts nor names.
  package var isIndependent: Bool
  /// The submitter runs it within this time; `nil` where the last vote runs it.
  package var useWithin: TimeSpan?
  package var outcomes: [Ending: Outcome]
  /// Positions of the fields of the resource that a proposal binds.
  package var binds: [Int]

  package init(isIndependent: Bool, useWithin: TimeSpan?, outcomes: [Ending: Outcome], binds: [Int]) {
    self.isIndependent = isIndependent
    self.useWithin = useWithin
    self.outcomes = outcomes
    self.binds = binds
  }
}

/// Who may read the records of an entity, and how much of them.
package struct ReadPlan: Sendable {
  package var grants: [GrantPlan]
  package var hasAllow: Bool
  package var permission: String?
  package var permittedRoles: UInt64
  /// Fields that a list may be filtered by.
  package var filters: [Int]
  /// What a record must meet to be there for somebody of a role; judged with the record bound to `local`.
  package struct Restriction: Sendable {
    package var role: Int
    package var condition: NodeID
    /// The records that can meet the condition; `nil` where only a look at each tells.
    package var selection: Selection?

    package init(role: Int, condition: NodeID, selection: Selection?) {
      self.role = role
      self.condition = condition
      self.selection = selection
    }
  }
  package var restrict: [Restriction]
  /// What one list is narrowed by beside its filters.
  package struct Listing: Sendable {
    package var condition: NodeID
    /// The records that can meet the condition; `nil` where only a look at each tells.
    package var selection: Selection?
    /// The fields that it reads; `nil` when it reads anything else than fields that a list may be filtered by, the
    /// subject and the time.
    package var fields: [Int]?

    package init(condition: NodeID, selection: Selection?, fields: [Int]?) {
      self.condition = condition
      self.selection = selection
      self.fields = fields
    }
  }
  /// Only in a plan that was made for one list.
  package var listing: Listing?
  package var local: Int
  /// Fields shown when there are several; `nil` for all.
  package var brief: [Int]?
  /// Fields shown when there is one; `nil` for all.
  package var full: [Int]?
  package var audit: AuditPlan?
  /// The most records that one answer holds.
  package var limit: Int?
  package var clauses: [String]
  package var source: String

  package init(
    grants: [GrantPlan], hasAllow: Bool, permission: String?, permittedRoles: UInt64, filters: [Int],
    restrict: [Restriction], local: Int, brief: [Int]?, full: [Int]?, audit: AuditPlan?,
    limit: Int?, clauses: [String], source: String
  ) {
    self.grants = grants
    self.hasAllow = hasAllow
    self.permission = permission
    self.permittedRoles = permittedRoles
    self.filters = filters
    self.restrict = restrict
    self.local = local
    self.brief = brief
    self.full = full
    self.audit = audit
    self.limit = limit
    self.clauses = clauses
    self.source = source
  }
}

/// One of those that a notice goes to.
package indirect enum RecipientPlan: Sendable {
  /// A person, or several, by expression.
  case people(NodeID, ValueType)
  case party(String)
  case channel(String, to: String)
  /// Everybody who holds one of these roles.
  case holders(roles: UInt64)
  /// Those who voted on the open or last proposal of a record.
  case voters(NodeID)
}
