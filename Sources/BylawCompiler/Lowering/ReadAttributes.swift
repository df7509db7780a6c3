import BylawModel

/// Which attributes of subject, resource and context the rules of an action read.
///
/// A request must give them, or the records must have them; an optional one or one with a default may be left out.
struct ReadAttributes {
  private let rules: CheckedRuleSet
  private var subjectFields: Set<Int> = []
  private var resourceFields: Set<Int> = []
  private var contextMembers: Set<Int> = []
  private var seenDefinitions: Set<Int> = []
  /// Conditions already gone through, with what their parameters stood for.
  private var seenConditions = QuickTable<ConditionUse, Bool>()
  private struct ConditionUse: Hashable {
    var index: Int
    var roots: [TypedExpression.Root?]
  }
  /// Variables that stand for the subject or the resource.
  private var aliases: [Int: TypedExpression.Root] = [:]

  init(_ rules: CheckedRuleSet) { self.rules = rules }

  /// What the rules of an action read; with the definitions as `definitions(of:in:)` gives them.
  static func of(
    _ action: CheckedRuleSet.Action, in rules: CheckedRuleSet
  ) -> (subject: [Int], resource: [Int], context: [Int], definitions: [Int]) {
    var reads = ReadAttributes(rules)
    for rule in action.rules.indices { reads.visit(action.rules[rule]) }
    return reads.finish(action)
  }

  /// The same, where the rules of the action have been visited.
  mutating func finish(
    _ action: CheckedRuleSet.Action
  ) -> (subject: [Int], resource: [Int], context: [Int], definitions: [Int]) {
    visitOthers(action)
    let (subject, resource, context) = (subjectFields.sorted(), resourceFields.sorted(), contextMembers.sorted())
    visitRest(action)
    return (subject, resource, context, definitions)
  }

  /// The facts and lets that the action reads anywhere, in its texts and notices too, by position, ascending.
  static func definitions(of action: CheckedRuleSet.Action, in rules: CheckedRuleSet) -> [Int] {
    of(action, in: rules).definitions
  }

  private var definitions: [Int] {
    seenDefinitions.sorted().filter { index in
      switch rules.definitions[index].kind {
      case .fact, .letValue: true
      case .classified, .constant: false
      }
    }
  }

  /// What goes along with a decision and decides nothing, or decides only where it is claimed.
  private mutating func visitRest(_ action: CheckedRuleSet.Action) {
    for rule in action.rules.indices { visitRest(action.rules[rule]) }
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
        visitRest(rule)
      }
      for effect in override.effects { visit(effect) }
      for notice in override.notices { visit(notice) }
      for followUp in override.followUps { visit(followUp.message) }
    }
  }

  private mutating func visitRest(_ rule: CheckedRuleSet.Rule) {
    visit(rule.message)
    for exception in rule.exceptions { visit(exception.condition) }
  }

  private mutating func visit(_ notice: CheckedRuleSet.Notice) {
    visit(notice.each?.list)
    visit(notice.when)
    visit(notice.unless)
    visit(notice.text)
    for case .people(let people) in notice.to { visit(people) }
    if let band = notice.band { visit(threshold: band.threshold) }
  }

  private mutating func visit(_ effect: CheckedRuleSet.Effect) {
    visit(effect.when)
    visit(effect.each)
    visit(effect.patch)
    visit(effect.resource)
    if case .update(let target) = effect.kind { visit(target) }
    for member in effect.set { visit(member.value) }
    for member in effect.fieldPatches { visit(member.patch) }
    for argument in effect.arguments { visit(argument.value) }
  }

  private mutating func visit(_ sentence: TypedSentence?) {
    for case .hole(let hole) in sentence?.pieces ?? [] { visit(hole) }
  }

  /// Notes what a rule reads to be judged.
  mutating func visit(_ rule: CheckedRuleSet.Rule) {
    visit(rule.each?.list)
    visit(rule.when)
    visit(rule.unless)
    visit(rule.that)
  }

  private mutating func visit(_ approval: CheckedRuleSet.Approval) {
    visit(approval.when)
    for place in approval.places {
      visit(place.when)
      switch place.eligible {
      case .people(let value), .condition(let value): visit(value)
      default: break
      }
    }
    for exclusion in approval.excluding {
      visit(exclusion.people)
      visit(exclusion.when)
    }
    visit(approval.clock?.from)
  }

  private mutating func visit(threshold index: Int) {
    visit(rules.thresholds[index].condition)
    visit(rules.thresholds[index].measure)
    visit(rules.thresholds[index].of)
  }

  /// What is judged beside the rules.
  private mutating func visitOthers(_ action: CheckedRuleSet.Action) {
    if !action.authority.grants.allSatisfy({ $0.holder == .system || $0.holder == .anyone })
      || action.authority.permission != nil, let role = rules.manifest.role
    {
      aliases[rules.manifest.roleLocal] = .subject
      visit(role)
    }
    for grant in action.authority.grants { visit(grant.condition) }
    for item in action.classify { visit(definition: item.definition) }
    for approval in action.approvals { visit(approval) }
    for wait in action.waits {
      visit(wait.when)
      visit(wait.until)
    }
  }

  private mutating func visit(definition: Int) {
    guard seenDefinitions.insert(definition).inserted else { return }
    visit(rules.definitions[definition].value)
  }

  private mutating func visit(_ expression: TypedExpression?) {
    if let expression { visit(part: expression) }
  }

  private mutating func visit(part expression: TypedExpression) {
    switch expression.kind {
    case .literal: return
    case .root(.definition(let index)): visit(definition: index)
    case .root(.context(let index)): contextMembers.insert(index)
    case .field(let base, let field), .optionalField(let base, let field):
      switch root(of: base) {
      case .subject: subjectFields.insert(field)
      case .resource: resourceFields.insert(field)
      default: break
      }
      visit(part: base)
    case .bind(let local, let value, let body):
      aliases[local] = root(of: value)
      visit(part: value)
      visit(part: body)
    case .condition(let index, let arguments):
      for (parameter, argument) in zip(rules.conditions[index].parameters, arguments) {
        aliases[parameter.local] = root(of: argument)
        visit(part: argument)
      }
      let use = ConditionUse(index: index, roots: arguments.map { root(of: $0) })
      guard seenConditions[use] == nil else { return }
      seenConditions.insert(use, true)
      visit(part: rules.conditions[index].body)
    case .classification(let index, let arguments):
      for (parameter, argument) in zip(rules.classifications[index].parameters, arguments) {
        aliases[parameter.local] = root(of: argument)
        visit(part: argument)
      }
      for row in rules.classifications[index].rows {
        visit(part: row.condition)
        for output in row.outputs { visit(part: output) }
      }
      for output in rules.classifications[index].otherwise ?? [] { visit(part: output) }
    case .bandReached(let threshold, _): visit(threshold: threshold)
    case .calendar(let index, let time):
      visit(part: rules.calendars[index].zone)
      visit(part: time)
    default: expression.forEachPart { visit(part: $0) }
    }
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
