import BylawModel
import BylawSyntax

/// Rules that nobody writes because they follow: from lifecycles, unique keys and references.
extension RuleSetChecker {
  // MARK: Lifecycles

  /// An update of the state of a record asks that the lifecycle has that move.
  mutating func addLifecycleRules(_ index: Int) {
    for effect in rules.actions[index].effects {
      switch effect.kind {
      case .create(let entity): checkStart(effect, entity: entity)
      case .update(let target) where effect.each == nil && !target.readsEffects:
        guard case .entity(let indices) = target.type, let entity = indices.first else { continue }
        for lifecycle in rules.entities[entity].lifecycles {
          guard let value = effect.set.first(where: { $0.field == lifecycle.field })?.value else { continue }
          checkReachable(value, lifecycle, entity: entity)
          rules.actions[index].rules.append(move(effect, target: target, to: value, lifecycle, entity: entity))
        }
      default: continue
      }
    }
  }

  private mutating func checkStart(_ effect: CheckedRuleSet.Effect, entity: Int) {
    for lifecycle in rules.entities[entity].lifecycles {
      guard let value = effect.set.first(where: { $0.field == lifecycle.field })?.value,
        let state = literalState(value, lifecycle, entity: entity), !lifecycle.start.contains(state.index)
      else { continue }
      report(
        "not-a-start", at: value.range,
        "a new \(vocabulary.schema.entities[entity].name) does not start as '\(state.word)'",
        expected: Messages.list(lifecycle.start.map { states(of: lifecycle, entity: entity)[$0] }),
        notes: [.init(range: lifecycle.range, message: "the lifecycle stands here")])
    }
  }

  private mutating func checkReachable(
    _ value: TypedExpression, _ lifecycle: CheckedRuleSet.Lifecycle, entity: Int
  ) {
    guard let state = literalState(value, lifecycle, entity: entity) else { return }
    guard !lifecycle.moves.contains(where: { $0.contains(state.index) }) else { return }
    report(
      "no-such-move", at: value.range, "no state leads to '\(state.word)'",
      expected: "a state that the lifecycle leads to",
      notes: [.init(range: lifecycle.range, message: "the lifecycle stands here")])
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

  private func move(
    _ effect: CheckedRuleSet.Effect, target: TypedExpression, to value: TypedExpression,
    _ lifecycle: CheckedRuleSet.Lifecycle, entity: Int
  ) -> CheckedRuleSet.Rule {
    let range = effect.range
    let type = vocabulary.schema.entities[entity].fields[lifecycle.field].type
    let words = states(of: lifecycle, entity: entity)
    let current = TypedExpression(.field(target, lifecycle.field), type, at: range)
    func equals(_ expression: TypedExpression, _ state: Int) -> TypedExpression {
      let literal = TypedExpression(.literal(.string(words[state])), type, at: range)
      return TypedExpression(.call(.equal, [expression, literal]), .bool, at: range)
    }
    var choices = [TypedExpression(.call(.equal, [current, value]), .bool, at: range)]
    if let goal = literalState(value, lifecycle, entity: entity) {
      choices += words.indices.filter { lifecycle.moves[$0].contains(goal.index) }.map { equals(current, $0) }
    } else {
      for from in words.indices where !lifecycle.moves[from].isEmpty {
        let goals = lifecycle.moves[from].map { equals(value, $0) }
        choices.append(
          TypedExpression(
            .and([equals(current, from), TypedExpression(.or(goals), .bool, at: range)]), .bool, at: range))
      }
    }
    var rule = CheckedRuleSet.Rule(
      id: lifecycle.id, kind: .require, stage: .requirements, denialClass: .invalidTransition,
      message: TypedSentence(pieces: [
        .text("\(vocabulary.schema.entities[entity].name) does not go from "), .hole(current), .text(" to "),
        .hole(value), .text("."),
      ]), clauses: lifecycle.clauses, range: range)
    rule.when = effect.when
    rule.that = TypedExpression(.or(choices), .bool, at: range)
    return rule
  }

  // MARK: Unique keys

  /// A new record, or a changed one, asks that no other has its unique key.
  mutating func addUniqueRules(_ index: Int) {
    for effect in rules.actions[index].effects where effect.each == nil {
      let action = rules.actions[index]
      switch effect.kind {
      case .create(let entity), .put(let entity, _):
        for (position, key) in rules.entities[entity].uniqueKeys.enumerated() {
          if case .put(_, position) = effect.kind { continue }
          let values = key.fields.map { field in self.newValue(effect, field: field, entity: entity) }
          addUnique(key, entity: entity, values: values, but: nil, when: effect.when, action: index)
        }
      case .update(let target):
        guard case .root(.resource) = target.kind, let entity = action.resource else { continue }
        for key in rules.entities[entity].uniqueKeys
        where key.fields.contains(where: { field in action.after.contains { $0.field == field } }) {
          let after = TypedExpression(.root(.after), .entity([entity]), at: effect.range)
          let values = key.fields.map { field -> TypedExpression? in
            TypedExpression(
              .field(after, field), vocabulary.schema.entities[entity].fields[field].type, at: effect.range)
          }
          addUnique(key, entity: entity, values: values, but: target, when: effect.when, action: index)
        }
      default: continue
      }
    }
  }

  private func newValue(_ effect: CheckedRuleSet.Effect, field: Int, entity: Int) -> TypedExpression? {
    if let value = effect.set.first(where: { $0.field == field })?.value { return value }
    let declared = vocabulary.schema.entities[entity].fields[field]
    guard case .value(let value) = declared.defaultValue else { return nil }
    return TypedExpression(.literal(value), declared.type, at: effect.range)
  }

  private mutating func addUnique(
    _ key: CheckedRuleSet.UniqueKey, entity: Int, values: [TypedExpression?], but record: TypedExpression?,
    when: TypedExpression?, action: Int
  ) {
    let local = checker.makeLocal()
    let range = key.range
    let other = TypedExpression(.local(local), .entity([entity]), at: range)
    var parts: [TypedExpression] = []
    for (field, value) in zip(key.fields, values) {
      // An absent part of a key equals nothing.
      guard let value, !value.readsEffects else { return }
      let declared = vocabulary.schema.entities[entity].fields[field].type
      let theirs = TypedExpression(.field(other, field), declared, at: range)
      parts.append(sameKey(theirs, value, key, range))
    }
    if let record {
      parts.append(TypedExpression(.call(.notEqual, [other, record]), .bool, at: range))
    }
    if let condition = key.condition {
      let itself = rules.entities[entity].local
      parts.append(TypedExpression(.bind(local: itself, value: other, body: condition), .bool, at: range))
    }
    var query = TypedExpression.Query(kind: .exists, entity: entity, local: local)
    query.condition = TypedExpression(.and(parts), .bool, at: range)
    let taken = TypedExpression(.query(query), .bool, at: range)
    var rule = CheckedRuleSet.Rule(
      id: key.id, kind: .require, stage: .references, denialClass: key.denialClass, message: key.message,
      clauses: key.clauses, range: range)
    rule.when = when
    rule.that = TypedExpression(.not(taken), .bool, at: range)
    rule.needsRecords = true
    rules.actions[action].rules.append(rule)
  }

  /// Whether two parts of a key are the same; optional ones only when both are there.
  private func sameKey(
    _ left: TypedExpression, _ right: TypedExpression, _ key: CheckedRuleSet.UniqueKey, _ range: SourceRange
  ) -> TypedExpression {
    func content(_ value: TypedExpression) -> TypedExpression {
      var value = value
      if value.type.isOptional { value = TypedExpression(.unwrap(value), value.type.content, at: range) }
      guard value.type == .string, key.ignoresCase || key.ignoresSpace else { return value }
      return TypedExpression(.call(.folded, [value]), .string, at: range)
    }
    var parts = [left, right].filter { $0.type.isOptional }
      .map { TypedExpression(.isPresent($0), .bool, at: range) }
    parts.append(TypedExpression(.call(.equal, [content(left), content(right)]), .bool, at: range))
    return parts.count == 1 ? parts[0] : TypedExpression(.and(parts), .bool, at: range)
  }

  // MARK: References

  /// Each reference in the inputs must lead to a record, to a live one unless declared `any`.
  mutating func addReferenceRules() {
    for index in rules.actions.indices {
      let action = rules.actions[index]
      for (position, field) in action.inputs.enumerated() {
        let value = TypedExpression(.root(.input(position)), field.readType, at: action.range)
        addReferences(value, field.constraint, path: field.name, action: index)
      }
    }
  }

  private mutating func addReferences(
    _ value: TypedExpression, _ constraint: Constraint, path: String, action: Int
  ) {
    let range = rules.actions[action].range
    guard let condition = referencesHold(value, constraint, range: range) else { return }
    var rule = CheckedRuleSet.Rule(
      id: "references.\(path)", kind: .require, stage: .references, denialClass: .invalidInput,
      message: TypedSentence(pieces: [.text("'\(path)' does not name a record that can be used here.")]), range: range)
    rule.that = condition
    rules.actions[action].rules.append(rule)
    if constraint.reference == .acting {
      let subject = TypedExpression(.root(.subject), subjectType, at: range)
      var content = value
      var acting = CheckedRuleSet.Rule(
        id: "actions.\(rules.actions[action].name).input.\(path)", kind: .require, stage: .authority,
        denialClass: .unauthorized,
        message: TypedSentence(pieces: [.text("'\(path)' must be the person who acts.")]), range: range)
      if value.type.isOptional {
        acting.when = TypedExpression(.isPresent(value), .bool, at: range)
        content = TypedExpression(.unwrap(value), value.type.content, at: range)
      }
      acting.that = TypedExpression(.call(.equal, [content, subject]), .bool, at: range)
      rules.actions[action].rules.append(acting)
    }
  }

  /// The condition that all references within a value hold; `nil` when it has none.
  private mutating func referencesHold(
    _ value: TypedExpression, _ constraint: Constraint, range: SourceRange
  ) -> TypedExpression? {
    let inner = constraint.element.first ?? constraint
    switch value.type {
    case .optional(let content):
      let present = TypedExpression(.isPresent(value), .bool, at: range)
      let unwrapped = TypedExpression(.unwrap(value), content, at: range)
      guard let condition = referencesHold(unwrapped, inner, range: range) else { return nil }
      let absent = TypedExpression(.not(present), .bool, at: range)
      return TypedExpression(.or([absent, condition]), .bool, at: range)
    case .entity(let indices): return referenceHolds(value, indices, constraint.reference, range: range)
    case .list(let element), .map(let element):
      let local = checker.makeLocal()
      let item = TypedExpression(.local(local), element, at: range)
      guard let condition = referencesHold(item, inner, range: range) else { return nil }
      var loop = TypedExpression.Comprehension(kind: .all, range: value, local: local, condition: condition)
      if case .map = value.type {
        loop.local = checker.makeLocal()
        loop.second = local
      }
      return TypedExpression(.comprehension(loop), .bool, at: range)
    case .patch:
      let fields = vocabulary.schema.fields(of: value.type)
      let parts = fields.indices.compactMap { position -> TypedExpression? in
        let content = fields[position].type.content
        let member = TypedExpression(.field(value, position), .optional(content), at: range)
        let constraint = fields[position].constraint
        return referencesHold(
          member, fields[position].type.isOptional ? constraint : .wrapping(constraint), range: range)
      }
      return parts.isEmpty ? nil : TypedExpression(.and(parts), .bool, at: range)
    case .record(let record):
      let fields = vocabulary.schema.records[record].fields
      let parts = fields.indices.compactMap { position -> TypedExpression? in
        let member = TypedExpression(.field(value, position), fields[position].readType, at: range)
        return referencesHold(member, fields[position].constraint, range: range)
      }
      return parts.isEmpty ? nil : TypedExpression(.and(parts), .bool, at: range)
    default: return nil
    }
  }

  private func referenceHolds(
    _ value: TypedExpression, _ indices: [Int], _ reference: Constraint.Reference, range: SourceRange
  ) -> TypedExpression {
    let exists = TypedExpression(.call(.recordExists, [value]), .bool, at: range)
    guard reference == .live else { return exists }
    let live = indices.compactMap { entity -> TypedExpression? in
      guard let condition = rules.entities[entity].live else { return nil }
      let bound = TypedExpression(
        .bind(local: rules.entities[entity].local, value: value, body: condition), .bool, at: range)
      guard indices.count > 1 else { return bound }
      let type = TypedExpression(.entityType(entity), .entityType, at: range)
      let isType = TypedExpression(
        .call(.notEqual, [TypedExpression(.call(.typeOf, [value]), .entityType, at: range), type]), .bool, at: range)
      return TypedExpression(.or([isType, bound]), .bool, at: range)
    }
    return live.isEmpty ? exists : TypedExpression(.and([exists] + live), .bool, at: range)
  }
}

extension TypedExpression {
  /// Whether it reads a record that an effect makes, which a decision cannot know.
  var readsEffects: Bool {
    if case .root(.effect) = kind { return true }
    return parts.contains(where: \.readsEffects)
  }
}
