import BylawEvaluator
import BylawModel
import BylawSyntax

/// Lowers what a store carries out.
extension RuleSetPlanner {
  mutating func storePlan() -> StorePlan {
    var plan = StorePlan()
    plan.entities = rules.entities.enumerated().map { entity($0.element, at: $0.offset) }
    plan.actions = rules.actions.map { operations(of: $0) } + rules.reads.map { _ in ActionOperations() }
    plan.overrides = rules.overrides.map { operations($0.effects) }
    plan.reads = Array(repeating: nil, count: rules.entities.count)
    for read in rules.reads {
      plan.reads[read.entity] = self.read(read)
      guard let listing = rules.listing, listing.entity == read.entity else { continue }
      let condition = lowering.lower(listing.condition)
      plan.reads[read.entity]?.listing = .init(
        condition: condition, selection: lowering.selection(condition, of: read.entity, local: read.local),
        fields: ListingFields(lowering.plan, entity: read.entity, local: read.local, filters: Set(read.filters))
          .fields(of: condition))
    }
    for party in rules.parties { plan.parties[party.name] = [recipient(party.recipients)] }
    plan.keepsRefusalsInTrail = rules.manifest.keepsRefusalsInTrail
    plan.noticeWord = rules.manifest.noticeWord
    return plan
  }

  // MARK: Entities

  private mutating func entity(_ entity: CheckedRuleSet.EntityRules, at position: Int) -> EntityPlan {
    let keys = entity.uniqueKeys.map { key in
      EntityPlan.UniqueKey(
        id: key.id, name: key.name, fields: key.fields, ignoresCase: key.ignoresCase, ignoresSpace: key.ignoresSpace,
        condition: lower(key.condition), message: lowering.lower(sentence: key.message),
        denialClass: key.denialClass, clauses: key.clauses, source: place(key.range))
    }
    let fields = rules.vocabulary.schema.entities[position].fields
    let lifecycles = entity.lifecycles.compactMap { lifecycle -> EntityPlan.Lifecycle? in
      guard case .enumeration(let index) = fields[lifecycle.field].type else { return nil }
      return EntityPlan.Lifecycle(
        id: lifecycle.id, field: lifecycle.field, states: rules.vocabulary.schema.enums[index].members,
        start: lifecycle.start, moves: lifecycle.moves, clauses: lifecycle.clauses, source: place(lifecycle.range))
    }
    return EntityPlan(local: entity.local, uniqueKeys: keys, lifecycles: lifecycles)
  }

  // MARK: Effects

  private mutating func operations(of action: CheckedRuleSet.Action) -> ActionOperations {
    var plan = ActionOperations()
    plan.operations = operations(action.effects)
    for reaction in rules.reactions {
      for body in reaction.bodies where body.action == action.name {
        plan.reactions.append(
          .init(
            id: reaction.id, clauses: reaction.clauses, when: lower(body.when), operations: operations(body.effects),
            notices: body.notices.map { self.plan($0, moment: .allow) }))
      }
    }
    plan.returns = action.returns.map { (lowering.lower($0), $0.type) }
    if let first = action.approvals.first { plan.proposal = proposal(action.approvals, binds: first.binds) }
    return plan
  }

  private mutating func operations(_ effects: [CheckedRuleSet.Effect]) -> [OperationPlan] {
    effects.enumerated().map { operation($0.element, at: $0.offset) }
  }

  private mutating func operation(_ effect: CheckedRuleSet.Effect, at position: Int) -> OperationPlan {
    var each: (local: Int, list: NodeID)?
    if let list = effect.each, let local = effect.eachLocal { each = (local, lowering.lower(list)) }
    var plan = OperationPlan(
      kind: kind(effect.kind), position: position, when: lower(effect.when), each: each, source: place(effect.range))
    plan.assignments = effect.changes.map { .init(field: $0.field, value: lowering.lower($0.value)) }
    plan.resource = lower(effect.resource)
    plan.name = effect.name
    plan.arguments = effect.arguments.map {
      .init(name: $0.name, value: lowering.lower($0.value), type: $0.value.type)
    }
    return plan
  }

  private mutating func kind(_ kind: CheckedRuleSet.Effect.Kind) -> OperationPlan.Kind {
    switch kind {
    case .create(let entity): .create(entity: entity)
    case .update(let target): .update(target: lowering.lower(target))
    case .put(let entity, let key): .put(entity: entity, key: key)
    case .emit(let event): .emit(event)
    case .perform(let action, let asSystem): .perform(action: action, asSystem: asSystem)
    case .propose(let action): .propose(action: action)
    }
  }

  // MARK: Proposals

  /// What belongs to the proposal is stated by one of the approvals; the checker has seen to that.
  private mutating func proposal(_ approvals: [CheckedRuleSet.Approval], binds: [Int]) -> ProposalPlan {
    var outcomes: [ProposalPlan.Ending: ProposalPlan.Outcome] = [:]
    for outcome in approvals.flatMap(\.outcomes) {
      guard let ending = ProposalPlan.Ending(rawValue: outcome.name) else { continue }
      outcomes[ending] = .init(
        operations: operations(outcome.effects), notices: outcome.notices.map { plan($0, moment: .allow) })
    }
    return ProposalPlan(
      isIndependent: approvals.contains(where: \.independent),
      useWithin: approvals.first { $0.runs == .bySubmitter }?.useWithin, outcomes: outcomes, binds: binds)
  }

  // MARK: Reads and recipients

  /// A read is decided like an action, by authority alone: who may, and the rules of class `unauthorized` that reach
  /// everything.
  ///
  /// Its inputs are the fields that records are narrowed by.
  mutating func readActions() -> [ActionPlan] {
    guard !rules.reads.isEmpty else { return [] }
    var common: [CheckedRuleSet.Rule] = []
    var seen: Set<String> = []
    for action in rules.actions {
      for rule in action.rules.indices where action.rules[rule].stage == .authority && action.rules[rule].sparesSystem {
        if seen.insert(action.rules[rule].id).inserted { common.append(action.rules[rule]) }
      }
    }
    // What is read of the one who reads is asked by its own way.
    var unnoted = ReadAttributes(rules)
    return rules.reads.map { read in
      let entity = rules.vocabulary.schema.entities[read.entity]
      let inputs = read.filters.map { position -> Field in
        var field = entity.fields[position]
        field.defaultValue = nil
        field.constraint = .none
        if !field.type.isOptional { field.type = .optional(field.type) }
        return field
      }
      var action = ActionPlan(
        name: "read(\(entity.name))", title: "Read \(entity.name)", kind: .declared, source: place(read.range),
        clauses: read.clauses, resource: nil, inputs: inputs, exactlyOne: [])
      action.grants = grants(read.authority.grants)
      action.hasAllow = read.authority.hasAllow
      action.permission = read.authority.permission
      action.permittedRoles = read.authority.permittedRoles
      action.authority = plans(of: common, noting: &unnoted)
      action.nameCell = lowering.string(action.name)
      return action
    }
  }

  private mutating func read(_ read: CheckedRuleSet.Read) -> ReadPlan {
    let restrict = read.restrict.map { restriction -> ReadPlan.Restriction in
      let condition = lowering.lower(restriction.condition)
      return .init(
        role: restriction.role, condition: condition,
        selection: lowering.selection(condition, of: read.entity, local: read.local))
    }
    return ReadPlan(
      grants: grants(read.authority.grants), hasAllow: read.authority.hasAllow, permission: read.authority.permission,
      permittedRoles: read.authority.permittedRoles, filters: read.filters,
      restrict: restrict, local: read.local, brief: read.brief,
      full: read.full, audit: read.audit.map { AuditPlan(word: $0.word, flag: $0.flag, keep: $0.keep) },
      limit: read.limit, clauses: read.clauses, source: place(read.range))
  }

  mutating func recipient(_ recipients: CheckedRuleSet.Recipients) -> RecipientPlan {
    switch recipients {
    case .people(let people): .people(lowering.lower(people), people.type)
    case .party(let name): .party(name)
    case .channel(let channel, let to): .channel(channel, to: to)
    case .permission(let permission): .holders(roles: rules.manifest.permissions[permission] ?? 0)
    case .voters(let record): .voters(lowering.lower(record))
    }
  }
}
