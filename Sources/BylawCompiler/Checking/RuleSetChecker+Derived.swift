import BylawModel
import BylawSyntax

/// Rules that nobody writes because they follow from unique keys and references.
extension RuleSetChecker {
  // MARK: Unique keys

  /// A new record, or a changed one, asks that no other has its unique key.
  mutating func addUniqueRules(_ index: Int) {
    for effect in rules.actions[index].effects where effect.each == nil {
      let action = rules.actions[index]
      switch effect.kind {
      case .create(let entity), .put(let entity, _):
        let found = recordFound(by: effect)
        for (position, key) in rules.entities[entity].uniqueKeys.enumerated() {
          if case .put(_, position) = effect.kind { continue }
          let values = key.fields.map { field in self.newValue(effect, field: field, entity: entity) }
          addUnique(key, entity: entity, values: values, but: nil, found: found, when: effect.when, action: index)
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

  func newValue(_ effect: CheckedRuleSet.Effect, field: Int, entity: Int) -> TypedExpression? {
    if let value = effect.set.first(where: { $0.field == field })?.value { return value }
    let declared = vocabulary.schema.entities[entity].fields[field]
    guard case .value(let value) = declared.defaultValue else { return nil }
    return TypedExpression(.literal(value), declared.type, at: effect.range)
  }

  private mutating func addUnique(
    _ key: CheckedRuleSet.UniqueKey, entity: Int, values: [TypedExpression?], but record: TypedExpression?,
    found: FoundRecord? = nil, when: TypedExpression?, action: Int
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
    if let found { parts.append(found.isAnother(other, at: range)) }
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
    let isFree = TypedExpression(.not(taken), .bool, at: range)
    rule.that = found.map { $0.bound(in: isFree, at: range) } ?? isFree
    rule.needsRecords = true
    rules.actions[action].rules.append(rule)
  }

  /// The record that a `put` would change, looked up once by its unique key and bound to a variable.
  struct FoundRecord {
    var local: Int
    var entity: Int
    var query: TypedExpression

    /// The record, if there is one.
    func record(at range: SourceRange) -> TypedExpression {
      TypedExpression(.local(local), .optional(.entity([entity])), at: range)
    }

    func isThere(at range: SourceRange) -> TypedExpression {
      TypedExpression(.isPresent(record(at: range)), .bool, at: range)
    }

    func unwrapped(at range: SourceRange) -> TypedExpression {
      TypedExpression(.unwrap(record(at: range)), .entity([entity]), at: range)
    }

    /// Whether a record is not the one that was found.
    func isAnother(_ other: TypedExpression, at range: SourceRange) -> TypedExpression {
      let differs = TypedExpression(.call(.notEqual, [other, unwrapped(at: range)]), .bool, at: range)
      let isAbsent = TypedExpression(.not(isThere(at: range)), .bool, at: range)
      return TypedExpression(.or([isAbsent, differs]), .bool, at: range)
    }

    func bound(in body: TypedExpression, at range: SourceRange) -> TypedExpression {
      TypedExpression(.bind(local: local, value: query, body: body), body.type, at: range)
    }
  }

  /// What a `put` finds; `nil` for other effects, and where its key cannot be told before the effects.
  mutating func recordFound(by effect: CheckedRuleSet.Effect) -> FoundRecord? {
    guard case .put(let entity, let position) = effect.kind else { return nil }
    let key = rules.entities[entity].uniqueKeys[position]
    let local = checker.makeLocal()
    let other = TypedExpression(.local(local), .entity([entity]), at: effect.range)
    var parts: [TypedExpression] = []
    for field in key.fields {
      guard let value = newValue(effect, field: field, entity: entity), !value.readsEffects else { return nil }
      let type = vocabulary.schema.entities[entity].fields[field].type
      parts.append(sameKey(TypedExpression(.field(other, field), type, at: effect.range), value, key, effect.range))
    }
    if let condition = key.condition {
      let itself = rules.entities[entity].local
      parts.append(TypedExpression(.bind(local: itself, value: other, body: condition), .bool, at: effect.range))
    }
    var query = TypedExpression.Query(kind: .first, entity: entity, local: local)
    query.condition = TypedExpression(.and(parts), .bool, at: effect.range)
    let found = TypedExpression(.query(query), .optional(.entity([entity])), at: effect.range)
    return FoundRecord(local: checker.makeLocal(), entity: entity, query: found)
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

  /// Each reference in the inputs of an action or an override must lead to a record, to a live one unless declared
  /// `any`.
  mutating func addReferenceRules() {
    for index in rules.actions.indices {
      let action = rules.actions[index]
      for (position, field) in action.inputs.enumerated() {
        let value = TypedExpression(.root(.input(position)), field.readType, at: action.range)
        rules.actions[index].rules += referenceRules(
          value, field.constraint, path: field.name, owner: "actions.\(action.name)", range: action.range)
      }
    }
    for index in rules.overrides.indices {
      let override = rules.overrides[index]
      let inputs = TypedExpression(.local(override.inputLocal), override.inputType, at: override.range)
      for (position, field) in override.inputs.enumerated() {
        let value = TypedExpression(.field(inputs, position), field.readType, at: override.range)
        rules.overrides[index].references += referenceRules(
          value, field.constraint, path: field.name, owner: override.id, range: override.range)
      }
    }
  }

  /// That the references of an input hold, and that `acting` is the subject.
  private mutating func referenceRules(
    _ value: TypedExpression, _ constraint: Constraint, path: String, owner: String, range: SourceRange
  ) -> [CheckedRuleSet.Rule] {
    guard let condition = referencesHold(value, constraint, range: range) else { return [] }
    var rule = CheckedRuleSet.Rule(
      id: "references.\(path)", kind: .require, stage: .references, denialClass: .invalidInput,
      message: TypedSentence(pieces: [.text("'\(path)' does not name a record that can be used here.")]), range: range)
    rule.that = condition
    guard constraint.reference == .acting else { return [rule] }
    let subject = TypedExpression(.root(.subject), subjectType, at: range)
    var content = value
    var acting = CheckedRuleSet.Rule(
      id: "\(owner).input.\(path)", kind: .require, stage: .authority, denialClass: .unauthorized,
      message: TypedSentence(pieces: [.text("'\(path)' must be the person who acts.")]), range: range)
    if value.type.isOptional {
      acting.when = TypedExpression(.isPresent(value), .bool, at: range)
      content = TypedExpression(.unwrap(value), value.type.content, at: range)
    }
    acting.that = TypedExpression(.call(.equal, [content, subject]), .bool, at: range)
    return [rule, acting]
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
