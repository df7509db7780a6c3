import BylawModel
import BylawSyntax

/// Rules that reach across actions, kind by kind. Each kind has keys of its own; what would not act is an error.
extension RuleSetChecker {
  /// A rule as written, with the actions that it reaches.
  private struct WrittenRule {
    /// Which entry of its section.
    var position: Int
    var key: Scalar
    var members: Members
    var list: KeyList
    var id: String
    /// Positions of the actions that it reaches, `everything` or not.
    var actions: [Int]
    var isEverything: Bool
  }

  /// Grants come before all others, in whatever order they stand: what `everything` reaches depends on who may act.
  mutating func checkRules() {
    var (grants, others): ([WrittenRule], [WrittenRule]) = ([], [])
    let entries = sections["rules"] ?? []
    reachingRules = Array(repeating: false, count: entries.count)
    for (position, entry) in entries.enumerated() {
      guard
        let (members, list) = reader.members(
          entry.value, of: "rule '\(entry.key.text)'", oneOf: KeyList.rules, else: "a rule says once what it does",
          at: entry.key.range)
      else { continue }
      let id = "rules.\(entry.key.text)"
      _ = clauses(members, owner: id)
      let (target, except) = (members[list.kind], members["except"])
      let reached = targets(target, except: except)
      let direction: Direction = list == .ruleGrant ? .loosens : list == .ruleNotify ? [] : .tightens
      noteGroups(target, except: except, direction)
      if list == .ruleGrant { refuseWideGrant(members["grant"]) }
      let rule = WrittenRule(
        position: position, key: entry.key, members: members, list: list, id: id, actions: reached.actions,
        isEverything: reached.isEverything)
      if list == .ruleGrant { grants.append(rule) } else { others.append(rule) }
    }
    for rule in grants {
      if rule.members["to"] == nil {
        report(
          "missing-key", at: rule.key.range, "grant '\(rule.key.text)' does not say to whom", expected: "to: roles")
      }
      forEachAction(rule.actions) { checker, action in checker.instantiate(rule, action: action) }
    }
    for rule in others {
      forEachAction(rule.actions) { checker, action in checker.instantiate(rule, action: action) }
    }
  }

  /// A grant loosens, so it names what it reaches: actions and groups.
  private mutating func refuseWideGrant(_ node: Node?) {
    for word in reader.words(node, as: "an action") where word.text == "everything" || word.text.hasSuffix(".*") {
      report(
        "wrong-kind", at: word.range, "a grant cannot reach '\(word.text)'", expected: "actions and groups by name",
        hint: "name a group under 'groups:' and grant that")
    }
  }

  private mutating func instantiate(_ written: WrittenRule, action: Int) {
    if written.isEverything, !rules.actions[action].authority.grants.isEmpty,
      rules.actions[action].authority.grants.allSatisfy({ $0.holder == .system })
    {
      return
    }
    switch written.list {
    case .ruleGrant: addGrants(written, action: action)
    case .ruleNotify: addNotice(written, action: action)
    default:
      guard
        var rule = rule(
          written.list.kind, written.members, written.key, id: written.id, scope: actionScopes[action])
      else { return }
      rule.sparesSystem = written.isEverything
      rules.actions[action].rules.append(rule)
      reachingRules[written.position] = true
    }
  }

  private mutating func addGrants(_ written: WrittenRule, action: Int) {
    let members = written.members
    var scope = actionScopes[action]
    readLet(members["let"], id: written.id, scope: &scope)
    let period = effective(members["effective"])
    let when = members["when"].map { (node: $0, condition: condition($0, in: scope).expression) }
    for word in reader.words(members["to"], as: "a role") {
      let node = Node(kind: .scalar(word), range: word.range)
      guard
        var grant = grant(node, id: written.id, resource: rules.actions[action].resource, scope: scope)
      else { continue }
      if let when {
        grant.condition =
          grant.condition.map { TypedExpression(.and([$0, when.condition]), .bool, at: when.node.range) }
          ?? when.condition
      }
      grant.isRule = true
      (grant.effectiveFrom, grant.effectiveUntil) = period
      grant.range = written.key.range
      rules.actions[action].authority.grants.append(grant)
    }
  }

  private mutating func addNotice(_ written: WrittenRule, action: Int) {
    let members = written.members
    var scope = actionScopes[action]
    readLet(members["let"], id: written.id, scope: &scope)
    let each = eachElement(members["each"], scope: &scope)
    var flow = Flow.none
    var when: TypedExpression?
    var unless: TypedExpression?
    if let node = members["when"] {
      let checked = condition(node, in: scope)
      when = checked.expression
      flow = checked.whenTrue
    }
    if let node = members["unless"] {
      let checked = condition(node, in: scope, given: flow)
      unless = checked.expression
      flow = flow.adding(checked.whenFalse)
    }
    let period = effective(members["effective"])
    guard
      var notice = notice(members, rule: written.id, at: written.key.range, scope: scope, given: flow)
    else { return }
    notice.each = each
    notice.when = when
    notice.unless = unless
    (notice.effectiveFrom, notice.effectiveUntil) = period
    notice.isRule = true
    rules.actions[action].notices.append(notice)
    reachingRules[written.position] = true
  }
}
