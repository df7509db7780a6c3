import BylawCompiler
import BylawModel
import BylawSyntax

/// The changes to a single action and to the rules that reach it.
extension RuleSetMutator {
  mutating func walkAction(_ index: Int) {
    owner = .action(index)
    var action = rules.actions[index]
    walkGrants(&action)
    if let permission = action.authority.permission {
      walkPermission(permission, &action.authority.permittedRoles, at: action.range)
    }
    walkRules(&action.rules, of: action.name)
    walkInputs(&action)
    walkApprovals(&action.approvals)
    walkApprovals(&action.votesOn)
    walkWaits(&action.waits)
    for notice in action.notices.indices { walk(&action.notices[notice].when) }
    for notice in action.denialNotices.indices { walk(&action.denialNotices[notice].when) }
    for followUp in action.followUps.indices {
      let range = action.followUps[followUp].range
      for step: Int64 in [1, -1] where offers(.bound, range, "due \(step)", TestMessages.spanMoved("due", step: step)) {
        action.followUps[followUp].due.seconds += step
      }
    }
    if wanted != nil { rules.actions[index] = action }
  }

  // MARK: Who may

  private mutating func walkGrants(_ action: inout CheckedRuleSet.Action) {
    let words = roleWords
    var dropped: Int?
    var held: Set<Int> = []
    var isOpen = false
    for index in action.authority.grants.indices {
      let grant = action.authority.grants[index]
      let name: String
      switch grant.holder {
      case .role(let role):
        name = words[role]
        held.insert(role)
        let change = TestMessages.conditionDropped("'\(name)' may \(action.name)")
        if grant.condition != nil, offers(.condition, grant.range, "grant", change) {
          action.authority.grants[index].condition = nil
        }
      case .derived(let relation): name = relation
      case .anyone:
        name = "anyone"
        isOpen = grant.condition == nil
      case .system: name = "system"
      }
      walk(&action.authority.grants[index].condition)
      if offers(.role, grant.range, "drop \(name)", TestMessages.roleDropped(name, from: action.name)) {
        dropped = index
      }
    }
    defer { if let dropped { action.authority.grants.remove(at: dropped) } }
    guard action.authority.hasAllow, !isOpen, action.origin == .declared, var added = action.authority.grants.first
    else { return }
    added.condition = nil
    added.isRule = false
    for (role, word) in words.enumerated() where !held.contains(role) {
      if offers(.role, action.range, "add \(word)", TestMessages.roleAdded(word, to: action.name)) {
        added.holder = .role(role)
        action.authority.grants.append(added)
      }
    }
  }

  // MARK: Rules

  mutating func walkRules(_ list: inout [CheckedRuleSet.Rule], of action: String) {
    var dropped: Set<Int> = []
    for index in list.indices where !CoveragePlaces.isBuiltIn(list[index]) {
      let rule = list[index]
      // What follows from lifecycles, unique keys and references is one thing in each action.
      let isDerived = rule.id.hasPrefix("entities.") || rule.id.hasPrefix("references.")
      let detail = isDerived ? "\(rule.id) \(action)" : rule.id
      if offers(.rule, rule.range, detail, TestMessages.ruleDropped(rule.id, from: isDerived ? action : nil)) {
        dropped.insert(index)
      }
      guard !isDerived else { continue }
      if rule.when != nil, offers(.condition, rule.range, rule.id, TestMessages.conditionDropped(rule.id)) {
        list[index].when = nil
      }
      if rule.unless != nil, offers(.spare, rule.range, rule.id, TestMessages.unlessDropped(rule.id)) {
        list[index].unless = nil
      }
      walk(&list[index].when)
      walk(&list[index].unless)
      walk(&list[index].that)
      if let each = rule.each, let changed = rewrite(each.list) { list[index].each = (each.local, changed) }
    }
    for index in dropped.sorted(by: >) { list.remove(at: index) }
  }

  private mutating func walkInputs(_ action: inout CheckedRuleSet.Action) {
    for index in action.inputs.indices {
      let field = action.inputs[index]
      switch field.type {
      case .int, .decimal, .optional(.int), .optional(.decimal): break
      default: continue
      }
      for step: Int64 in [1, -1] {
        let name = "input.\(field.name)"
        if let lower = field.constraint.lower,
          offers(
            .bound, action.range, "\(name) lower \(step)",
            TestMessages.boundMoved("\(name) of \(action.name)", "at least", step))
        {
          action.inputs[index].constraint.lower = lower + step
        }
        if let upper = field.constraint.upper,
          offers(
            .bound, action.range, "\(name) upper \(step)",
            TestMessages.boundMoved("\(name) of \(action.name)", "at most", step))
        {
          action.inputs[index].constraint.upper = upper + step
        }
      }
    }
  }

  // MARK: Approvals and waits

  private mutating func walkApprovals(_ approvals: inout [CheckedRuleSet.Approval]) {
    var dropped: Set<Int> = []
    for index in approvals.indices {
      let approval = approvals[index]
      if offers(.approval, approval.range, approval.id, TestMessages.ruleDropped(approval.id, from: nil)) {
        dropped.insert(index)
      }
      if approval.when != nil,
        offers(.condition, approval.range, approval.id, TestMessages.conditionDropped(approval.id))
      {
        approvals[index].when = nil
      }
      walk(&approvals[index].when)
      walkPlaces(&approvals[index])
      var excluded: Int?
      for position in approval.excluding.indices {
        let exclusion = approval.excluding[position]
        walk(&approvals[index].excluding[position].when)
        let change = TestMessages.exclusionDropped(approval.id)
        if offers(.spare, exclusion.people.range, "\(approval.id) \(position)", change) { excluded = position }
      }
      if let excluded { approvals[index].excluding.remove(at: excluded) }
      if let clock = approval.clock {
        for step: Int64 in [1, -1]
        where offers(.bound, clock.range, "within \(step)", TestMessages.spanMoved("within", step: step)) {
          approvals[index].clock?.within.seconds += step
        }
      }
    }
    for index in dropped.sorted(by: >) { approvals.remove(at: index) }
  }

  private mutating func walkPlaces(_ approval: inout CheckedRuleSet.Approval) {
    var removed: Int?
    for index in approval.places.indices {
      let place = approval.places[index]
      walk(&approval.places[index].when)
      if place.when != nil,
        offers(.condition, place.range, "place \(index)", TestMessages.conditionDropped(place.label))
      {
        approval.places[index].when = nil
      }
      switch place.eligible {
      case .permission(let name, var roles):
        walkPermission(name, &roles, at: place.range)
        approval.places[index].eligible = .permission(name, roles: roles)
      case .condition(let condition):
        if let changed = rewrite(condition) { approval.places[index].eligible = .condition(changed) }
      case .role, .people: break
      }
      for step in [1, -1] {
        let change = TestMessages.countChanged(place.label, from: place.count, to: place.count + step, in: approval.id)
        guard offers(.count, place.range, "\(index) \(step)", change) else { continue }
        approval.places[index].count += step
        if approval.places[index].count == 0 { removed = index }
      }
    }
    if let removed { approval.places.remove(at: removed) }
  }

  private mutating func walkWaits(_ waits: inout [CheckedRuleSet.Wait]) {
    var dropped: Int?
    for index in waits.indices {
      let wait = waits[index]
      if offers(.wait, wait.range, wait.id, TestMessages.ruleDropped(wait.id, from: nil)) { dropped = index }
      walk(&waits[index].when)
      walk(&waits[index].until)
    }
    if let dropped { waits.remove(at: dropped) }
  }
}
