package import BylawEvaluator
import BylawModel
package import BylawSyntax

/// Lowers a checked rule set to the plan that decides.
package struct RuleSetPlanner {
  let rules: CheckedRuleSet
  let sources: SourceMap
  var lowering: ExpressionLowering
  /// The variable that voters are bound to when their roles and their being live are judged.
  private let approver: Int
  private var places: [SourceRange: String] = [:]

  private init(_ rules: CheckedRuleSet, _ sources: SourceMap) {
    self.rules = rules
    self.sources = sources
    lowering = ExpressionLowering(rules, sources: sources)
    approver = lowering.makeLocal()
  }

  /// The plan of a rule set; `digest` names the files that it was read from.
  package static func plan(_ rules: CheckedRuleSet, sources: SourceMap, digest: String) -> DecisionPlan {
    var planner = RuleSetPlanner(rules, sources)
    return planner.plan(digest: digest)
  }

  /// The plan of a rule set together with what explanations ask again, by the name of the action.
  package static func explained(
    _ rules: CheckedRuleSet, sources: SourceMap, digest: String
  ) -> (plan: DecisionPlan, outlines: [String: [RuleOutline]]) {
    var planner = RuleSetPlanner(rules, sources)
    var outlines: [String: [RuleOutline]] = [:]
    for action in rules.actions { outlines[action.name] = planner.outlines(of: action) }
    return (planner.plan(digest: digest), outlines)
  }

  private mutating func plan(digest: String) -> DecisionPlan {
    let subjects = subjectPlan()
    var actions = rules.actions.map { self.plan($0) }
    actions += readActions()
    let overrides = rules.overrides.map { self.plan($0) }
    let store = storePlan()
    let identity = Decision.RuleSetIdentity(
      name: rules.manifest.name, version: rules.manifest.version, digest: digest)
    var plan = DecisionPlan(expressions: lowering.finish(), identity: identity, subjects: subjects)
    plan.actions = actions
    for (position, action) in actions.enumerated() {
      plan.actionIndex[action.name] = position
      plan.actionNames.insert(action.name)
    }
    plan.overrides = overrides
    plan.context = rules.context.map { ContextPlan(field: $0.field, fromServer: $0.fromServer) }
    plan.singletons = rules.singletons.map { ($0.name, $0.entity) }
    plan.store = store
    plan.handOvers = rules.handOvers
    plan.factNames = Set(
      rules.definitions.filter { $0.kind == .fact || $0.kind == .letValue }.map(\.name))
    return plan
  }

  // MARK: Subjects

  private mutating func subjectPlan() -> SubjectPlan {
    let type = ValueType.entity(rules.manifest.subjects)
    let range = SourceRange(file: FileID(index: 0), start: 0, end: 0)
    let voter = TypedExpression(.local(approver), type, at: range)
    var role: NodeID?
    var approverRole: NodeID?
    var words: [String] = []
    if let expression = rules.manifest.role {
      let subject = TypedExpression(.root(.subject), type, at: range)
      role = lowerBound(rules.manifest.roleLocal, to: subject, expression)
      approverRole = lowerBound(rules.manifest.roleLocal, to: voter, expression)
    }
    if let index = rules.manifest.roleEnumeration { words = rules.vocabulary.schema.enums[index].members }
    let live = rules.manifest.subjects.map { entity -> NodeID? in
      guard let condition = rules.entities[entity].live else { return nil }
      return lowerBound(rules.entities[entity].local, to: voter, condition)
    }
    return SubjectPlan(
      entities: rules.manifest.subjects, hasSystem: rules.manifest.hasSystem, role: role, approverRole: approverRole,
      roleType: rules.manifest.role?.type ?? .error, roleWords: words, approverLive: live, approver: approver)
  }

  private mutating func lowerBound(_ local: Int, to value: TypedExpression, _ body: TypedExpression) -> NodeID {
    lowering.lower(TypedExpression(.bind(local: local, value: value, body: body), body.type, at: body.range))
  }

  // MARK: Actions

  private mutating func plan(_ action: CheckedRuleSet.Action) -> ActionPlan {
    var plan = ActionPlan(
      name: action.name, title: action.title, kind: Self.kind(action.origin), source: place(action.range),
      clauses: action.clauses, resource: action.resource, inputs: action.inputs, exactlyOne: action.exactlyOne)
    plan.nameCell = lowering.string(action.name)
    plan.grants = grants(action.authority.grants.filter { !$0.isRule })
    plan.ruleGrants = grants(action.authority.grants.filter(\.isRule))
    plan.hasAllow = action.authority.hasAllow
    plan.permission = action.authority.permission
    plan.permittedRoles = action.authority.permittedRoles
    var reading = ReadAttributes(rules)
    plan.authority = plans(of: action.rules, of: .authority, noting: &reading)
    plan.references = plans(of: action.rules, of: .references, noting: &reading)
    plan.requirements = plans(of: action.rules, of: .requirements, noting: &reading)
    plan.classified = action.classify.map { classified($0) }
    plan.approvals = action.approvals.map { self.plan($0) }
    plan.votesOn = action.votesOn.map { self.plan($0) }
    plan.waits = action.waits.map { wait in
      WaitPlan(
        id: wait.id, when: lower(wait.when), until: lowering.lower(wait.until),
        message: lowering.lower(sentence: wait.message), clauses: wait.clauses, source: place(wait.range))
    }
    plan.effects = action.effects.map { self.plan($0, inputs: action.inputs) }
    plan.notices = action.notices.map { self.plan($0, moment: $0.isRule || $0.band != nil ? .always : .allow) }
    plan.denialNotices = action.denialNotices.map { self.plan($0, moment: .deny) }
    plan.obligations = action.obligations
    plan.followUps = action.followUps.map { self.plan($0) }
    plan.audit = action.audit.map { AuditPlan(word: $0.word, flag: $0.flag, keep: $0.keep) }
    plan.after = action.after.map { ($0.field, lowering.lower($0.value)) }
    // `let` of different actions may have one name; a classification is never given, it is made.
    let reads = reading.finish(action)
    for position in reads.definitions {
      let definition = rules.definitions[position]
      var fact = FactPlan(definition: position, type: definition.value.type, isCount: false, limit: nil)
      if case .query(let query) = definition.value.kind {
        fact.isCount = query.kind == .count
        if query.kind == .list { fact.limit = query.limit }
      }
      plan.facts[definition.name, default: []].append(fact)
    }
    plan.needed = [reads.subject, reads.resource]
    plan.neededContext = reads.context
    return plan
  }

  private static func kind(_ origin: CheckedRuleSet.Action.Origin) -> ActionPlan.Kind {
    switch origin {
    case .declared: .declared
    case .approve, .reject, .ask: .vote
    case .withdraw: .withdrawal
    }
  }

  mutating func grants(_ grants: [CheckedRuleSet.Authority.Grant]) -> [GrantPlan] {
    let words = rules.manifest.roleEnumeration.map { rules.vocabulary.schema.enums[$0].members } ?? []
    return grants.map { grant in
      let (holder, name): (GrantPlan.Holder, String) =
        switch grant.holder {
        case .role(let role): (.roles(1 << UInt64(role)), words[role])
        case .derived(let name): (.relation, name)
        case .anyone: (.anyone, "anyone")
        case .system: (.system, "the engine itself")
        }
      var plan = GrantPlan(
        holder: holder, condition: lower(grant.condition), name: name, source: place(grant.range))
      plan.effectiveFrom = grant.effectiveFrom
      plan.effectiveUntil = grant.effectiveUntil
      return plan
    }
  }

  private mutating func plan(_ rule: CheckedRuleSet.Rule) -> RulePlan {
    let each = rule.each.map { (local: $0.local, list: lowering.lower($0.list)) }
    var plan = RulePlan(
      id: rule.id, isForbid: rule.kind == .forbid, denialClass: rule.denialClass, when: lower(rule.when),
      unless: lower(rule.unless), that: lower(rule.that), message: lowering.lower(sentence: rule.message),
      clauses: rule.clauses, source: place(rule.range))
    plan.each = each
    plan.observeOnly = rule.observeOnly
    plan.effectiveFrom = rule.effectiveFrom
    plan.effectiveUntil = rule.effectiveUntil
    plan.exceptions = rule.exceptions.map {
      .init(condition: lowering.lower($0.condition), from: $0.from, until: $0.until)
    }
    plan.sparesSystem = rule.sparesSystem
    plan.needsRecords = rule.needsRecords
    plan.isOfEffect = rule.isOfEffect
    return plan
  }

  /// The rules of one stage, or all where none is named; what they read is noted while they are at hand.
  mutating func plans(
    of rules: [CheckedRuleSet.Rule], of stage: CheckedRuleSet.Rule.Stage? = nil, noting reading: inout ReadAttributes
  ) -> [RulePlan] {
    var plans: [RulePlan] = []
    for rule in rules.indices where stage == nil || rules[rule].stage == stage {
      plans.append(plan(rules[rule]))
      reading.visit(rules[rule])
    }
    return plans
  }

  private mutating func classified(_ classified: CheckedRuleSet.Classified) -> ClassifiedPlan {
    let value = rules.definitions[classified.definition].value
    let range = classified.range
    let node = lowering.lower(TypedExpression(.root(.definition(classified.definition)), value.type, at: range))
    let rows = classified.classification.map { rules.classifications[$0].rows.map(\.label) } ?? []
    return ClassifiedPlan(
      name: classified.name, value: node, type: value.type,
      table: classified.classification == nil ? nil : node, rows: rows)
  }

  // MARK: Approvals

  private mutating func plan(_ approval: CheckedRuleSet.Approval) -> ApprovalPlan {
    var plan = ApprovalPlan(
      id: approval.id, clauses: approval.clauses, source: place(approval.range), when: lower(approval.when),
      message: approval.message.map { lowering.lower(sentence: $0) }, places: approval.places.map { self.plan($0) },
      excluding: approval.excluding.map {
        .init(people: lowering.lower($0.people), type: $0.people.type, when: lower($0.when))
      }, approver: approval.approver, binds: approval.binds,
      clock: approval.clock.map {
        .init(from: lowering.lower($0.from), within: $0.within, expires: $0.late == .expire)
      })
    if let when = approval.when, case .conditions(let list) = when.kind, list.kind != .none {
      for member in list.members {
        guard let sentence = member.sentence else { continue }
        plan.triggers.append((lowering.lower(sentence: sentence), lowering.lower(member.condition)))
      }
    }
    return plan
  }

  private mutating func plan(_ place: CheckedRuleSet.Approval.Place) -> ApprovalPlan.Place {
    let eligible: ApprovalPlan.Eligible =
      switch place.eligible {
      case .role(let role): .roles(1 << UInt64(role))
      case .permission(_, let roles): .roles(roles)
      case .people(let people): .people(lowering.lower(people), people.type)
      case .condition(let condition): .condition(lowering.lower(condition))
      }
    return .init(count: place.count, eligible: eligible, when: lower(place.when), label: place.label)
  }

  // MARK: What goes along

  mutating func plan(_ notice: CheckedRuleSet.Notice, moment: NoticePlan.Moment) -> NoticePlan {
    let band = notice.band.map { band in
      lowering.lower(
        TypedExpression(.bandReached(threshold: band.threshold, band: band.band), .bool, at: notice.range))
    }
    var plan = NoticePlan(
      rule: notice.rule, names: notice.names, by: notice.by, when: lower(notice.when), band: band,
      text: notice.text.map { lowering.lower(sentence: $0) }, once: notice.once, moment: moment)
    plan.each = notice.each.map { (local: $0.local, list: lowering.lower($0.list)) }
    plan.unless = lower(notice.unless)
    plan.effectiveFrom = notice.effectiveFrom
    plan.effectiveUntil = notice.effectiveUntil
    plan.recipients = notice.to.map { recipient in
      guard case .people(let people) = recipient, !people.readsEffects else { return nil }
      return lowering.lower(people)
    }
    return plan
  }

  private mutating func plan(_ effect: CheckedRuleSet.Effect, inputs: [Field]) -> EffectPlan {
    var values = effect.set.map(\.value) + effect.fieldPatches.map(\.patch) + effect.arguments.map(\.value)
    values += [effect.patch, effect.resource].compactMap { $0 }
    if case .update(let target) = effect.kind { values.append(target) }
    let when = effect.when.flatMap { $0.readsEffects ? nil : $0 }
    var each: (local: Int, list: NodeID)?
    if let list = effect.each, let local = effect.eachLocal { each = (local, lowering.lower(list)) }
    var plan = EffectPlan(
      when: lower(when), each: each, values: values.filter { !$0.readsEffects }.map { lowering.lower($0) },
      source: place(effect.range))
    plan.bounded = rules.unboundedValues(of: effect, inputs: inputs).map {
      (lowering.lower($0.value), $0.value.type, $0.field)
    }
    return plan
  }

  private mutating func plan(_ followUp: CheckedRuleSet.FollowUp) -> FollowUpPlan {
    FollowUpPlan(
      id: followUp.id, due: followUp.due, message: followUp.message.map { lowering.lower(sentence: $0) },
      done: lower(followUp.done))
  }

  private mutating func plan(_ override: CheckedRuleSet.Override) -> OverridePlan {
    var plan = OverridePlan(
      id: override.id, name: override.name, action: override.action, bypasses: Set(override.bypasses),
      permission: override.permission, permittedRoles: override.permittedRoles, inputs: override.inputs,
      inputLocal: override.inputLocal, inputType: override.inputType, rules: override.rules.map { self.plan($0) },
      notices: override.notices.map { self.plan($0, moment: .allow) },
      audit: override.audit.map { AuditPlan(word: $0.word, flag: $0.flag, keep: $0.keep) },
      followUps: override.followUps.map { self.plan($0) }, source: place(override.range))
    plan.references = override.references.map { self.plan($0) }
    let inputs = rules.actions.first { $0.name == override.action }?.inputs ?? []
    plan.effects = override.effects.map { self.plan($0, inputs: inputs) }
    return plan
  }

  // MARK: Parts

  mutating func lower(_ expression: TypedExpression?) -> NodeID? {
    guard let expression else { return nil }
    return lowering.lower(expression)
  }

  mutating func place(_ range: SourceRange) -> String {
    if let known = places[range] { return known }
    let place = sources.place(range)
    places[range] = place
    return place
  }
}
