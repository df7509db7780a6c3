import BylawModel
import BylawSyntax

/// What can be told of the rules without a request.
extension RuleSetChecker {
  mutating func analyse() {
    // With errors in the rules the answers would only repeat them.
    guard !reader.diagnostics.hasErrors else { return }
    for table in rules.classifications { analyse(table) }
    let conditions = askedConditions()
    let position = reader.diagnostics.all.count
    for action in rules.actions {
      for approval in action.approvals { analyse(approval) }
    }
    analyseReach()
    analyseActsOfSystem()
    let analysis = ConditionAnalysis(conditions, position: position)
    if defersWarnings, !reader.diagnostics.hasErrors {
      deferredWarnings = analysis
    } else {
      reader.diagnostics.insert(contentsOf: analysis.warnings(in: completeRules, sources: sources), at: position)
    }
  }

  /// The rules with what they get at the end of the check.
  private var completeRules: CheckedRuleSet {
    var known = rules
    known.vocabulary = vocabulary
    known.localCount = checker.nextLocal
    return known
  }

  private func space() -> ConditionSpace { ConditionSpace(completeRules, sources: sources) }

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
      let found = space.find(holding: [formulas[position]], failing: rivals.map { formulas[$0] })
      guard case .none = found else { continue }
      let never: Bool = if case .none = space.find(holding: [formulas[position]]) { true } else { false }
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
        switch space.find(holding: [formulas[first], formulas[second]]) {
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
    switch space.find(failing: formulas) {
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

  /// The conditions that should be able to be true and to be false, in the order in which they are told of.
  private func askedConditions() -> [TypedExpression] {
    var asked: [TypedExpression] = []
    for action in rules.actions where action.origin == .declared {
      for rule in action.rules.indices
      where action.rules[rule].stage != .references && !action.rules[rule].id.hasPrefix("entities.") {
        if let condition = action.rules[rule].when { asked.append(condition) }
        if let condition = action.rules[rule].unless { asked.append(condition) }
        if let condition = action.rules[rule].that { asked.append(condition) }
        for exception in action.rules[rule].exceptions { asked.append(exception.condition) }
      }
      for grant in action.authority.grants { if let condition = grant.condition { asked.append(condition) } }
      for approval in action.approvals { if let condition = approval.when { asked.append(condition) } }
      for wait in action.waits { if let condition = wait.when { asked.append(condition) } }
    }
    for condition in rules.conditions where condition.body.type == .bool { asked.append(condition.body) }
    return asked
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
    guard case .none = space.find(holding: [formulas[0]], failing: Array(formulas.dropFirst())) else { return }
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
    for (entry, isReaching) in zip(sections["rules"] ?? [], reachingRules) where !isReaching {
      guard case .mapping(let members) = entry.value.kind, !members.contains(where: { $0.key.text == "grant" }) else {
        continue
      }
      warn(
        "rule-without-effect", at: entry.key.range, "this rule reaches no action", expected: "at least one action")
    }
  }
}
