import BylawCompiler
import BylawModel

/// What the rules of an action read: definitions that facts can be given for, and attributes that must be there.
struct ReferenceReads {
  let rules: CheckedRuleSet
  private(set) var definitions: Set<Int> = []
  private(set) var subjectFields: Set<Int> = []
  private(set) var resourceFields: Set<Int> = []
  private(set) var contextMembers: Set<Int> = []
  /// Variables that stand for the subject or the resource.
  private var aliases: [Int: TypedExpression.Root] = [:]

  init(_ rules: CheckedRuleSet) { self.rules = rules }

  /// What decides: authority, rules, classifications, approvals and waits.
  mutating func visitDeciding(_ action: CheckedRuleSet.Action) {
    let needsRole =
      action.authority.permission != nil
      || action.authority.grants.contains { grant in
        switch grant.holder {
        case .system, .anyone: false
        default: true
        }
      }
    if needsRole, let role = rules.manifest.role {
      aliases[rules.manifest.roleLocal] = .subject
      visit(role)
    }
    for grant in action.authority.grants { visit(grant.condition) }
    for rule in action.rules { visit(rule) }
    for item in action.classify { visit(definition: item.definition) }
    for approval in action.approvals { visit(approval) }
    for wait in action.waits {
      visit(wait.when)
      visit(wait.until)
    }
  }

  /// What goes along: texts, notices, overrides and what the effects leave.
  mutating func visitRest(_ action: CheckedRuleSet.Action) {
    for rule in action.rules {
      visit(rule.message)
      for exception in rule.exceptions { visit(exception.condition) }
    }
    for approval in action.approvals + action.votesOn {
      visit(approval)
      visit(approval.message)
    }
    for wait in action.waits { visit(wait.message) }
    for notice in action.notices + action.denialNotices { visit(notice) }
    for followUp in action.followUps { visit(followUp.message) }
    for change in action.after { visit(change.value) }
    for effect in action.effects { visit(effect) }
    for override in rules.overrides where override.action == action.name {
      for rule in override.rules + override.references {
        visit(rule)
        visit(rule.message)
      }
      for effect in override.effects { visit(effect) }
      for notice in override.notices { visit(notice) }
      for followUp in override.followUps { visit(followUp.message) }
    }
  }

  private mutating func visit(_ rule: CheckedRuleSet.Rule) {
    visit(rule.each?.list)
    visit(rule.when)
    visit(rule.unless)
    visit(rule.that)
  }

  private mutating func visit(_ approval: CheckedRuleSet.Approval) {
    visit(approval.when)
    for place in approval.places {
      visit(place.when)
      if case .people(let people) = place.eligible { visit(people) }
      if case .condition(let condition) = place.eligible { visit(condition) }
    }
    for exclusion in approval.excluding {
      visit(exclusion.people)
      visit(exclusion.when)
    }
    visit(approval.clock?.from)
  }

  private mutating func visit(_ notice: CheckedRuleSet.Notice) {
    visit(notice.each?.list)
    visit(notice.when)
    visit(notice.unless)
    visit(notice.text)
    for case .people(let people) in notice.to { visit(people) }
    if let band = notice.band { visitThreshold(band.threshold) }
  }

  private mutating func visit(_ effect: CheckedRuleSet.Effect) {
    for part in [effect.when, effect.each, effect.patch, effect.resource] { visit(part) }
    if case .update(let target) = effect.kind { visit(target) }
    let values = effect.set.map(\.value) + effect.fieldPatches.map(\.patch) + effect.arguments.map(\.value)
    for value in values { visit(value) }
  }

  private mutating func visit(_ sentence: TypedSentence?) {
    for case .hole(let hole) in sentence?.pieces ?? [] { visit(hole) }
  }

  private mutating func visit(definition: Int) {
    guard definitions.insert(definition).inserted else { return }
    visit(rules.definitions[definition].value)
  }

  private mutating func visitThreshold(_ index: Int) {
    visit(rules.thresholds[index].condition)
    visit(rules.thresholds[index].measure)
    visit(rules.thresholds[index].of)
  }

  private mutating func visit(_ expression: TypedExpression?) {
    guard let expression else { return }
    switch expression.kind {
    case .root(.definition(let index)): visit(definition: index)
    case .root(.context(let index)): contextMembers.insert(index)
    case .field(let base, let field), .optionalField(let base, let field):
      if case .subject = root(of: base) { subjectFields.insert(field) }
      if case .resource = root(of: base) { resourceFields.insert(field) }
    case .bind(let local, let value, _): aliases[local] = root(of: value)
    case .condition(let index, let arguments):
      bind(rules.conditions[index].parameters, to: arguments)
      visit(rules.conditions[index].body)
    case .classification(let index, let arguments):
      bind(rules.classifications[index].parameters, to: arguments)
      for row in rules.classifications[index].rows {
        visit(row.condition)
        for output in row.outputs { visit(output) }
      }
      for output in rules.classifications[index].otherwise ?? [] { visit(output) }
    case .bandReached(let threshold, _): visitThreshold(threshold)
    case .calendar(let index, _): visit(rules.calendars[index].zone)
    default: break
    }
    for part in expression.parts { visit(part) }
  }

  private mutating func bind(_ parameters: [CheckedRuleSet.Parameter], to arguments: [TypedExpression]) {
    let roots = arguments.map { root(of: $0) }
    for (parameter, root) in zip(parameters, roots) { aliases[parameter.local] = root }
  }

  private func root(of expression: TypedExpression) -> TypedExpression.Root? {
    switch expression.kind {
    case .root(let root): root
    case .local(let local): aliases[local]
    case .wrap(let inner), .unwrap(let inner): root(of: inner)
    default: nil
    }
  }
}
