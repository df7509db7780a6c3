import BylawModel
import BylawSyntax

/// Rules that follow from lifecycles: no effect makes a move that they do not have, as far as a decision can tell.
///
/// Left to the store are changes of records that effects make known (`effects.NAME` set to what it reads itself), of
/// the same record under two names, and what outcomes of approvals and reactions do later.
extension RuleSetChecker {
  /// A state that an earlier effect of the same list has brought about.
  private struct KnownState {
    var target: TypedExpression
    var field: Int
    /// `nil` where it cannot be told.
    var value: TypedExpression?
  }

  /// The rules of the effects of an action.
  mutating func addLifecycleRules(_ index: Int) {
    var states: [KnownState] = []
    rules.actions[index].rules += lifecycleRules(rules.actions[index].effects, &states)
  }

  /// The rules of effects that come after those of an action.
  mutating func lifecycleRules(
    of effects: [CheckedRuleSet.Effect], after earlier: [CheckedRuleSet.Effect]
  ) -> [CheckedRuleSet.Rule] {
    var states: [KnownState] = []
    _ = silently { $0.lifecycleRules(earlier, &states) }
    // `effects.NAME` is another record there.
    states.removeAll { $0.target.readsEffects }
    return lifecycleRules(effects, &states)
  }

  private mutating func lifecycleRules(
    _ effects: [CheckedRuleSet.Effect], _ states: inout [KnownState]
  ) -> [CheckedRuleSet.Rule] {
    var made: [CheckedRuleSet.Rule] = []
    for (position, effect) in effects.enumerated() {
      guard let entity = effect.changedEntity else { continue }
      for lifecycle in rules.entities[entity].lifecycles {
        let rule: CheckedRuleSet.Rule?
        switch effect.kind {
        case .create:
          let value = newValue(effect, field: lifecycle.field, entity: entity)
          rule = start(effect, value, lifecycle, entity: entity)
          let target = TypedExpression(.root(.effect(position)), .entity([entity]), at: effect.range)
          if effect.each == nil { states.append(.init(target: target, field: lifecycle.field, value: value)) }
        case .put: rule = put(effect, lifecycle, entity: entity)
        case .update(let target): rule = update(effect, target, lifecycle, entity: entity, &states)
        default: rule = nil
        }
        if let rule { made.append(rule) }
      }
    }
    return made
  }

  // MARK: New records

  private mutating func start(
    _ effect: CheckedRuleSet.Effect, _ value: TypedExpression?, _ lifecycle: CheckedRuleSet.Lifecycle, entity: Int
  ) -> CheckedRuleSet.Rule? {
    guard let value else { return nil }
    if let state = literalState(value, lifecycle, entity: entity) {
      guard !lifecycle.start.contains(state.index) else { return nil }
      report(
        "not-a-start", at: value.range,
        "a new \(vocabulary.schema.entities[entity].name) does not start as '\(state.word)'",
        expected: Messages.list(lifecycle.start.map { states(of: lifecycle, entity: entity)[$0] }),
        notes: [.init(range: lifecycle.range, message: "the lifecycle stands here")])
      return nil
    }
    let message: [TypedSentence.Piece] = [
      .text("A new \(vocabulary.schema.entities[entity].name) does not start as "), .hole(value), .text("."),
    ]
    return rule(effect, lifecycle, starts(value, lifecycle, entity: entity, at: effect.range), message)
  }

  private func starts(
    _ value: TypedExpression, _ lifecycle: CheckedRuleSet.Lifecycle, entity: Int, at range: SourceRange
  ) -> TypedExpression {
    anyOf(lifecycle.start.map { equals(value, $0, lifecycle, entity: entity, at: range) }, at: range)
  }

  /// The record that is found makes a move, or a new one starts.
  private mutating func put(
    _ effect: CheckedRuleSet.Effect, _ lifecycle: CheckedRuleSet.Lifecycle, entity: Int
  ) -> CheckedRuleSet.Rule? {
    guard let value = newValue(effect, field: lifecycle.field, entity: entity), !value.readsEffects,
      let found = recordFound(by: effect)
    else { return nil }
    let range = effect.range
    let isSet = effect.set.contains { $0.field == lifecycle.field }
    let type = vocabulary.schema.entities[entity].fields[lifecycle.field].type
    let current = TypedExpression(.field(found.unwrapped(at: range), lifecycle.field), type, at: range)
    let isThere = found.isThere(at: range)
    let stays = TypedExpression(.call(.equal, [current, value]), .bool, at: range)
    let moves = moves(from: current, to: value, lifecycle, entity: entity, at: range)
    let isMove = isSet ? anyOf([stays] + moves, at: range) : TypedExpression(.literal(.bool(true)), .bool, at: range)
    let holds = TypedExpression(
      .conditional(isThere, isMove, starts(value, lifecycle, entity: entity, at: range)), .bool, at: range)
    let message: [TypedSentence.Piece] = [
      .text("\(vocabulary.schema.entities[entity].name) does not become "), .hole(value), .text(" here."),
    ]
    var rule = rule(effect, lifecycle, found.bound(in: holds, at: range), message)
    rule?.needsRecords = true
    return rule
  }

  // MARK: Moves

  private mutating func update(
    _ effect: CheckedRuleSet.Effect, _ target: TypedExpression, _ lifecycle: CheckedRuleSet.Lifecycle, entity: Int,
    _ states: inout [KnownState]
  ) -> CheckedRuleSet.Rule? {
    let field = lifecycle.field
    let type = vocabulary.schema.entities[entity].fields[field].type
    let known = states.lastIndex { $0.field == field && $0.target.isSamePath(as: target) }
    var current: TypedExpression? = TypedExpression(.field(target, field), type, at: effect.range)
    if let known { current = states[known].value } else if target.readsEffects { current = nil }
    guard let value = newState(effect, field: field, entity: entity, current: current) else { return nil }
    var after: TypedExpression?
    if let current, !value.readsEffects || current.readsEffects {
      after = effect.when.map { TypedExpression(.conditional($0, value, current), type, at: effect.range) } ?? value
    }
    if effect.each == nil { states.append(.init(target: target, field: field, value: after)) }
    let goal = literalState(value, lifecycle, entity: entity)
    if let goal, !lifecycle.moves.contains(where: { $0.contains(goal.index) }) {
      report(
        "no-such-move", at: value.range, "no state leads to '\(goal.word)'",
        expected: "a state that the lifecycle leads to",
        notes: [.init(range: lifecycle.range, message: "the lifecycle stands here")])
      return nil
    }
    guard let current, !current.readsEffects, !value.readsEffects else { return nil }
    // What stays as it is makes no move.
    let stays = TypedExpression(.call(.equal, [current, value]), .bool, at: effect.range)
    let choices = [stays] + moves(from: current, to: value, lifecycle, entity: entity, at: effect.range)
    let message: [TypedSentence.Piece] = [
      .text("\(vocabulary.schema.entities[entity].name) does not go from "), .hole(current), .text(" to "),
      .hole(value), .text("."),
    ]
    return rule(effect, lifecycle, anyOf(choices, at: effect.range), message)
  }

  /// The state that an update writes: what is set, or else what the patch gives.
  private func newState(
    _ effect: CheckedRuleSet.Effect, field: Int, entity: Int, current: TypedExpression?
  ) -> TypedExpression? {
    if let value = effect.set.last(where: { $0.field == field })?.value { return value }
    guard let patch = effect.patch, case .patch(let position) = patch.type, let current,
      let member = vocabulary.schema.patches[position].fields.firstIndex(of: field)
    else { return nil }
    return patched(patch, member, field: vocabulary.schema.entities[entity].fields[field], old: current)
  }

  private func moves(
    from current: TypedExpression, to value: TypedExpression, _ lifecycle: CheckedRuleSet.Lifecycle, entity: Int,
    at range: SourceRange
  ) -> [TypedExpression] {
    let words = states(of: lifecycle, entity: entity)
    if let goal = literalState(value, lifecycle, entity: entity) {
      return words.indices.filter { lifecycle.moves[$0].contains(goal.index) }
        .map { equals(current, $0, lifecycle, entity: entity, at: range) }
    }
    return words.indices.filter { !lifecycle.moves[$0].isEmpty }.map { from in
      let goals = lifecycle.moves[from].map { equals(value, $0, lifecycle, entity: entity, at: range) }
      let isFrom = equals(current, from, lifecycle, entity: entity, at: range)
      return TypedExpression(.and([isFrom, anyOf(goals, at: range)]), .bool, at: range)
    }
  }

  // MARK: Parts

  private func rule(
    _ effect: CheckedRuleSet.Effect, _ lifecycle: CheckedRuleSet.Lifecycle, _ condition: TypedExpression,
    _ message: [TypedSentence.Piece]
  ) -> CheckedRuleSet.Rule? {
    let reads = [effect.when, effect.each, condition].compactMap { $0 }
    guard !reads.contains(where: \.readsEffects) else { return nil }
    var rule = CheckedRuleSet.Rule(
      id: lifecycle.id, kind: .require, stage: .requirements, denialClass: .invalidTransition,
      message: TypedSentence(pieces: message), clauses: lifecycle.clauses, range: effect.range)
    if let list = effect.each, let local = effect.eachLocal {
      rule.each = (local, list)
      rule.needsRecords = effect.eachGoesOverRecords
    }
    rule.when = effect.when
    rule.isOfEffect = true
    rule.that = condition
    return rule
  }

  private func equals(
    _ value: TypedExpression, _ state: Int, _ lifecycle: CheckedRuleSet.Lifecycle, entity: Int, at range: SourceRange
  ) -> TypedExpression {
    let word = states(of: lifecycle, entity: entity)[state]
    let type = vocabulary.schema.entities[entity].fields[lifecycle.field].type
    let literal = TypedExpression(.literal(.string(word)), type, at: range)
    return TypedExpression(.call(.equal, [value, literal]), .bool, at: range)
  }

  private func anyOf(_ choices: [TypedExpression], at range: SourceRange) -> TypedExpression {
    guard let first = choices.first else { return TypedExpression(.literal(.bool(false)), .bool, at: range) }
    return choices.count == 1 ? first : TypedExpression(.or(choices), .bool, at: range)
  }

  private func states(of lifecycle: CheckedRuleSet.Lifecycle, entity: Int) -> [String] {
    guard case .enumeration(let index) = vocabulary.schema.entities[entity].fields[lifecycle.field].type else {
      return []
    }
    return vocabulary.schema.enums[index].members
  }

  private func literalState(
    _ value: TypedExpression, _ lifecycle: CheckedRuleSet.Lifecycle, entity: Int
  ) -> (index: Int, word: String)? {
    guard case .literal(.string(let word)) = value.kind,
      let index = states(of: lifecycle, entity: entity).firstIndex(of: word)
    else { return nil }
    return (index, word)
  }
}

extension CheckedRuleSet.Effect {
  /// The entity of the records that it makes or changes.
  fileprivate var changedEntity: Int? {
    switch kind {
    case .create(let entity), .put(let entity, _): return entity
    case .update(let target):
      guard case .entity(let indices) = target.type, indices.count == 1 else { return nil }
      return indices[0]
    default: return nil
    }
  }
}

extension TypedExpression {
  /// Whether both surely name the same record.
  fileprivate func isSamePath(as other: TypedExpression) -> Bool {
    switch (kind, other.kind) {
    case (.root(let left), .root(let right)): left == right
    case (.local(let left), .local(let right)): left == right
    case (.field(let left, let first), .field(let right, let second)),
      (.optionalField(let left, let first), .optionalField(let right, let second)):
      first == second && left.isSamePath(as: right)
    case (.unwrap(let left), .unwrap(let right)): left.isSamePath(as: right)
    default: false
    }
  }
}
