import BylawModel
import BylawSyntax

/// What can be told of the rules without a request.
extension RuleSetChecker {
  mutating func analyse() {
    // With errors in the rules the answers would only repeat them.
    guard !reader.diagnostics.hasErrors else { return }
    for table in rules.classifications { analyse(table) }
    analyseConditions()
    for action in rules.actions {
      for approval in action.approvals { analyse(approval) }
    }
    analyseReach()
    analyseActsOfSystem()
  }

  private func space() -> ConditionSpace {
    var known = rules
    known.vocabulary = vocabulary
    known.localCount = checker.nextLocal
    return ConditionSpace(known, schema: vocabulary.schema, sources: sources)
  }

  // MARK: Classifications

  private mutating func analyse(_ table: CheckedRuleSet.Classification) {
    var space = space()
    let formulas = space.read(table.rows.map(\.condition))
    reportNeverWinning(table, formulas, space)
    if table.hitPolicy == .only { reportOverlaps(table, formulas, space) }
    if table.otherwise == nil, table.hitPolicy != .all { reportGaps(table, formulas, space) }
  }

  private mutating func reportNeverWinning(
    _ table: CheckedRuleSet.Classification, _ formulas: [ConditionSpace.Formula], _ space: ConditionSpace
  ) {
    for (position, row) in table.rows.enumerated() {
      let rivals = self.rivals(of: position, in: table)
      let asked = [formulas[position]] + rivals.map { formulas[$0] }
      guard case .none = space.find(asked, where: { $0[0] && !$0.dropFirst().contains(true) }) else { continue }
      let never: Bool = if case .none = space.find([formulas[position]], where: { $0[0] }) { true } else { false }
      report(
        "unreachable-row", at: row.range, "this row can never win",
        expected: never ? "a condition that something meets" : "a row that others leave something for",
        notes: never
          ? []
          : rivals.prefix(1).map {
            .init(range: table.rows[$0].range, message: "this row, with others, wins wherever it could")
          },
        hint: never ? "its conditions exclude one another" : "remove it, or narrow the rows that cover it")
    }
  }

  /// The rows that win over a row wherever both hold.
  private func rivals(of position: Int, in table: CheckedRuleSet.Classification) -> [Int] {
    switch table.hitPolicy {
    case .first: return Array(0..<position)
    case .worst:
      guard let mine = rank(table, position) else { return [] }
      return table.rows.indices.filter { other in rank(table, other).map { $0 > mine } ?? false }
    case .only, .all: return []
    }
  }

  private func rank(_ table: CheckedRuleSet.Classification, _ row: Int) -> Int? {
    guard case .literal(.string(let word)) = table.rows[row].outputs[0].kind,
      case .enumeration(let index) = table.outputs[0].type
    else { return nil }
    return vocabulary.schema.enums[index].members.firstIndex(of: word)
  }

  private mutating func reportOverlaps(
    _ table: CheckedRuleSet.Classification, _ formulas: [ConditionSpace.Formula], _ space: ConditionSpace
  ) {
    for second in formulas.indices.dropFirst() {
      for first in 0..<second {
        switch space.find([formulas[first], formulas[second]], where: { $0[0] && $0[1] }) {
        case .none: continue
        case .tooMany(let variable): undecided(table, space, variable, "whether two rows overlap")
        case .witness(let witness, let usesOpaque):
          let note = Diagnostic.Note(
            range: table.rows[first].range, message: "for example, \(space.describe(witness)) also matches this row")
          let message = "rows \(first + 1) and \(second + 1) \(usesOpaque ? "may" : "can") match the same request"
          if usesOpaque {
            warn(
              "overlapping-rows", at: table.rows[second].range, message, expected: "no overlap, as 'pick' is 'only'",
              notes: [note])
          } else {
            report(
              "overlapping-rows", at: table.rows[second].range, message, expected: "no overlap, as 'pick' is 'only'",
              notes: [note], hint: "narrow one of them, or choose 'pick: first'")
          }
        }
      }
    }
  }

  private mutating func reportGaps(
    _ table: CheckedRuleSet.Classification, _ formulas: [ConditionSpace.Formula], _ space: ConditionSpace
  ) {
    switch space.find(formulas, where: { !$0.contains(true) }) {
    case .none: return
    case .tooMany(let variable): undecided(table, space, variable, "whether the rows leave something over")
    case .witness(let witness, let usesOpaque):
      let example = witness.isEmpty ? "everything" : space.describe(witness)
      let message = "'\(table.name)' \(usesOpaque ? "may leave" : "leaves") something over: \(example)"
      if usesOpaque {
        warn("uncovered-input", at: table.range, message, expected: "rows for everything, or 'otherwise'")
      } else {
        report(
          "uncovered-input", at: table.range, message, expected: "rows for everything, or 'otherwise'",
          hint: "add a row for it, or say 'otherwise'")
      }
    }
  }

  private mutating func undecided(
    _ table: CheckedRuleSet.Classification, _ space: ConditionSpace, _ variable: Int, _ question: String
  ) {
    warn(
      "undecided-table", at: table.range,
      "\(question) cannot be told, because of '\(space.name(of: variable))'", expected: "fewer cases")
  }

  // MARK: Conditions

  private mutating func analyseConditions() {
    var seen: Set<SourceRange> = []
    var space = space()
    for action in rules.actions where action.origin == .declared {
      for rule in action.rules where rule.stage != .references && !rule.id.hasPrefix("entities.") {
        for condition in [rule.when, rule.unless, rule.that] { analyse(condition, seen: &seen, space: &space) }
        for exception in rule.exceptions { analyse(exception.condition, seen: &seen, space: &space) }
      }
      for grant in action.authority.grants { analyse(grant.condition, seen: &seen, space: &space) }
      for approval in action.approvals { analyse(approval.when, seen: &seen, space: &space) }
      for wait in action.waits { analyse(wait.when, seen: &seen, space: &space) }
    }
    for condition in rules.conditions where condition.body.type == .bool {
      analyse(condition.body, seen: &seen, space: &space)
    }
  }

  /// Each condition, and each member of a list of named ones, should be able to be true and to be false.
  private mutating func analyse(
    _ condition: TypedExpression?, seen: inout Set<SourceRange>, space: inout ConditionSpace
  ) {
    guard let condition, seen.insert(condition.range).inserted else { return }
    if case .conditions(let list) = condition.kind {
      for member in list.members { analyse(member.condition, seen: &seen, space: &space) }
    }
    if case .bandReached = condition.kind { return }
    if condition.plainlyGoesBothWays(in: vocabulary.schema) { return }
    let formulas = space.read([condition])
    if case .none = space.find(formulas, where: { $0[0] }) {
      warn(
        "never-true", at: condition.range, "this condition is never true", expected: "a condition that something meets")
    } else if case .none = space.find(formulas, where: { !$0[0] }) {
      warn(
        "always-true", at: condition.range, "this condition is always true",
        expected: "a condition that something fails")
    }
  }

  // MARK: Approvals

  private mutating func analyse(_ approval: CheckedRuleSet.Approval) {
    var single: [ExpressionKey: SourceRange] = [:]
    for place in approval.places {
      if case .condition(let condition) = place.eligible { analyse(condition, of: place, in: approval) }
      guard case .people(let people) = place.eligible, case .entity = people.type.content else { continue }
      let key = ExpressionKey(people, [:])
      if place.count > 1 {
        report(
          "unfillable-place", at: place.range, "a place for \(place.count) asks one person only",
          expected: "count: 1, or a list of people")
      }
      if let first = single[key] {
        report(
          "unfillable-place", at: place.range, "two places of one approval ask the same person",
          expected: "different people, as one person fills one place",
          notes: [.init(range: first, message: "the first place")])
      }
      single[key] = place.range
      if approval.excluding.contains(where: { $0.when == nil && ExpressionKey($0.people, [:]) == key }) {
        report(
          "unfillable-place", at: place.range, "the only person who could fill this place is excluded",
          expected: "somebody else, or another exclusion")
      }
    }
  }

  /// Somebody who is not excluded must be able to meet the condition of a place.
  private mutating func analyse(
    _ condition: TypedExpression, of place: CheckedRuleSet.Approval.Place, in approval: CheckedRuleSet.Approval
  ) {
    let voter = TypedExpression(.local(approval.approver), subjectType, at: place.range)
    var excluded: [TypedExpression] = []
    for exclusion in approval.excluding where exclusion.when == nil {
      guard case .entity = exclusion.people.type else { continue }
      for pair in [[voter, exclusion.people], [exclusion.people, voter]] {
        excluded.append(TypedExpression(.call(.equal, pair), .bool, at: place.range))
      }
    }
    var space = space()
    let formulas = space.read([condition] + excluded)
    guard case .none = space.find(formulas, where: { $0[0] && !$0.dropFirst().contains(true) }) else { return }
    report(
      "unfillable-place", at: condition.range, "nobody can meet this condition who is not excluded",
      expected: "a condition that somebody else meets")
  }

  // MARK: Acts of the engine

  /// What is done as the engine needs an action that lets the engine act.
  private mutating func analyseActsOfSystem() {
    let effects = rules.actions.flatMap(\.effects) + rules.reactions.flatMap { $0.bodies.flatMap(\.effects) }
    for effect in effects {
      guard case .perform(let name, asSystem: true) = effect.kind, let index = actionIndex[name],
        !rules.actions[index].authority.grants.contains(where: { $0.holder == .system })
      else { continue }
      report(
        "no-system", at: effect.range, "'\(name)' does not let the engine act",
        expected: "an action with 'allow: [system]'",
        notes: [.init(range: rules.actions[index].range, message: "the action stands here")])
    }
  }

  // MARK: Reach

  /// A rule that reaches no action does nothing.
  private mutating func analyseReach() {
    let reached = Set(rules.actions.flatMap { $0.rules.map(\.id) + $0.notices.map(\.rule) })
    for entry in sections["rules"] ?? [] {
      guard case .mapping(let members) = entry.value.kind, !members.contains(where: { $0.key.text == "grant" }) else {
        continue
      }
      guard !reached.contains("rules.\(entry.key.text)") else { continue }
      warn(
        "rule-without-effect", at: entry.key.range, "this rule reaches no action", expected: "at least one action")
    }
  }
}
