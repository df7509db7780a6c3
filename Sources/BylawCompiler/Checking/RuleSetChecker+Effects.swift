import BylawModel
import BylawSyntax

/// What an action does when it is allowed.
extension RuleSetChecker {
  mutating func effects(_ node: Node?, id: String, scope: inout Scope) -> [CheckedRuleSet.Effect] {
    guard let node, let nodes = reader.sequence(node, as: "the effects") else { return [] }
    var effects: [CheckedRuleSet.Effect] = []
    for node in nodes {
      guard let effect = effect(node, position: effects.count, scope: &scope) else { continue }
      effects.append(effect)
    }
    return effects
  }

  mutating func effect(_ node: Node, position: Int, scope: inout Scope) -> CheckedRuleSet.Effect? {
    guard
      let (members, list) = reader.members(
        node, of: "an effect", oneOf: KeyList.effects, else: "an effect says once what it does"),
      let target = members[list.kind]
    else { return nil }
    _ = clauses(members, owner: "effects")
    var inner = scope
    var flow = Flow.none
    var effect = CheckedRuleSet.Effect(kind: .emit(""), range: node.range)
    if let each = members["each"] { readEach(each, members, into: &effect, scope: &inner) }
    refuseKeys(["where", "order", "limit"], of: members, unless: effect.eachGoesOverRecords, "'each:' over an entity")
    if let when = members["when"] {
      let checked = condition(when, in: inner)
      effect.when = checked.expression
      flow = checked.whenTrue
    }
    guard let entity = readTarget(list.kind, target, members, into: &effect, scope: inner, given: flow) else {
      return nil
    }
    if let entity { readSet(members, entity: entity, into: &effect, scope: inner, given: flow) }
    if let name = reader.scalar(ifAny: members["as"], as: "'as'") {
      effect.name = name.text
      checkName(name, what: "effect")
    }
    declareResult(effect, entity: entity, position: position, scope: &scope)
    return effect
  }

  /// Reads what the effect acts on; the result is the entity whose fields `set` names, or `nil` inside for none.
  private mutating func readTarget(
    _ kind: String, _ target: Node, _ members: Members, into effect: inout CheckedRuleSet.Effect, scope: Scope,
    given flow: Flow
  ) -> Int?? {
    switch kind {
    case "create", "put":
      guard let word = reader.scalar(target, as: "an entity") else { return nil }
      guard let entity = vocabulary.entities[word.text] else {
        reader.diagnostics.report(Messages.unknownName(word, what: "entity", known: Array(vocabulary.entities.keys)))
        return nil
      }
      effect.kind = .create(entity: entity)
      if kind == "put" {
        guard let key = putKey(members, entity: entity) else { return nil }
        effect.kind = .put(entity: entity, key: key)
      }
      return .some(entity)
    case "update":
      let record = expression(target, expecting: nil, in: scope, given: flow)
      effect.kind = .update(target: record)
      guard case .entity(let indices) = record.type, indices.count == 1 else {
        if record.type != .error {
          report(
            "wrong-type", at: target.range, "\(vocabulary.name(of: record.type)) cannot be updated",
            expected: "a record of one entity")
        }
        return nil
      }
      return .some(indices[0])
    case "emit":
      guard let word = reader.scalar(target, as: "an event") else { return nil }
      effect.kind = .emit(word.text)
      effect.arguments = arguments(members["with"], scope: scope, given: flow)
      return .some(nil)
    default:
      guard let word = reader.scalar(target, as: "an action") else { return nil }
      guard actionIndex[word.text] != nil else {
        reader.diagnostics.report(Messages.unknownName(word, what: "action", known: Array(actionIndex.keys)))
        return nil
      }
      let asSystem = reader.word(members["as_subject"], as: "subject of an effect", of: ActingSubject.self) == .system
      effect.kind =
        kind == "do" ? .perform(action: word.text, asSystem: asSystem) : .propose(action: word.text)
      effect.resource = members["resource"].map { expression($0, expecting: nil, in: scope, given: flow) }
      effect.arguments = inputArguments(members["input"], of: word, scope: scope, given: flow)
      checkPerformed(effect, word: word, asSystem: asSystem)
      return .some(nil)
    }
  }

  private enum ActingSubject: String, CaseIterable { case system }

  private mutating func putKey(_ members: Members, entity: Int) -> Int? {
    guard members["key"] == nil || members["key"]?.scalar != nil else {
      _ = reader.scalar(ifAny: members["key"], as: "a unique key")
      return nil
    }
    guard let word = members["key"]?.scalar else {
      report(
        "missing-key", at: members.range, "'put' needs the unique key by which the record is found",
        expected: "key: NAME")
      return nil
    }
    let keys = rules.entities[entity].uniqueKeys
    if let key = keys.firstIndex(where: { $0.name == word.text }) { return key }
    reader.diagnostics.report(Messages.unknownName(word, what: "unique key", known: keys.map(\.name)))
    return nil
  }

  private mutating func checkPerformed(_ effect: CheckedRuleSet.Effect, word: Scalar, asSystem: Bool) {
    guard let index = actionIndex[word.text] else { return }
    let action = rules.actions[index]
    if let resource = action.resource {
      let name = vocabulary.schema.entities[resource].name
      if let given = effect.resource {
        if case .entity(let indices) = given.type, !indices.contains(resource) {
          report(
            "wrong-type", at: given.range, "'\(word.text)' acts on \(name), not on \(vocabulary.name(of: given.type))",
            expected: name)
        }
      } else {
        report("missing-key", at: word.range, "'\(word.text)' needs a resource", expected: "resource: of type \(name)")
      }
    }
  }

  /// `input:` of do and propose, each typed by the action that it goes to.
  private mutating func inputArguments(
    _ node: Node?, of action: Scalar, scope: Scope, given flow: Flow
  ) -> [(name: String, value: TypedExpression)] {
    guard let index = actionIndex[action.text] else { return [] }
    let fields = rules.actions[index].inputs
    var given: [(name: String, value: TypedExpression)] = []
    for entry in node.flatMap({ reader.mapping($0, as: "'input'") })?.entries ?? [] {
      guard let field = fields.first(where: { $0.name == entry.key.text }) else {
        reader.diagnostics.report(Messages.unknownName(entry.key, what: "input", known: fields.map(\.name)))
        continue
      }
      given.append((entry.key.text, setValue(entry.value, type: field.type, in: scope, given: flow)))
    }
    for field in fields
    where !field.type.isOptional && field.defaultValue == nil && !given.contains(where: { $0.name == field.name }) {
      report(
        "missing-input", at: action.range, "'\(action.text)' needs the input '\(field.name)'",
        expected: "input: { \(field.name): … }")
    }
    return given
  }

  private mutating func arguments(
    _ node: Node?, scope: Scope, given flow: Flow
  ) -> [(name: String, value: TypedExpression)] {
    guard let node, let members = reader.mapping(node, as: "'with'") else { return [] }
    return members.entries.map { entry in
      if let scalar = entry.value.scalar, isBareWord(scalar.text), scope.names[scalar.text] == nil {
        return (entry.key.text, TypedExpression(.literal(.string(scalar.text)), .string, at: entry.value.range))
      }
      return (entry.key.text, expression(entry.value, expecting: nil, in: scope, given: flow))
    }
  }

  private func isBareWord(_ text: String) -> Bool {
    !text.isEmpty && text != "true" && text != "false"
      && text.unicodeScalars.allSatisfy { $0.properties.isAlphabetic || $0 == "_" }
  }

  private mutating func readEach(
    _ node: Node, _ members: Members, into effect: inout CheckedRuleSet.Effect, scope: inout Scope
  ) {
    let local = checker.makeLocal()
    effect.eachLocal = local
    if let word = node.scalar, let entity = vocabulary.entities[word.text] {
      scope.names["it"] = .value(.local(local), .entity([entity]))
      var query = TypedExpression.Query(kind: .list, entity: entity, local: local)
      query.condition = members["where"].map { condition($0, in: scope).expression }
      if let order = members["order"] { readOrder(order, into: &query, scope: scope, given: .none) }
      query.limit = reader.int(members["limit"], as: "'limit'", in: 1...1_000_000)
      effect.each = TypedExpression(.query(query), .list(.entity([entity])), at: node.range)
    } else {
      let list = expression(node, expecting: nil, in: scope)
      effect.each = list
      if case .list(let element) = list.type {
        scope.names["it"] = .value(.local(local), element)
      } else if list.type != .error {
        report(
          "wrong-type", at: node.range, "'each' goes over \(vocabulary.name(of: list.type)) here",
          expected: "an entity or a list")
        scope.names["it"] = .value(.local(local), .error)
      } else {
        scope.names["it"] = .value(.local(local), .error)
      }
    }
  }

  private mutating func readSet(
    _ members: Members, entity: Int, into effect: inout CheckedRuleSet.Effect, scope: Scope, given flow: Flow
  ) {
    let fields = vocabulary.schema.entities[entity].fields
    for entry in members["set"].flatMap({ reader.mapping($0, as: "'set'") })?.entries ?? [] {
      guard let position = fields.firstIndex(where: { $0.name == entry.key.text }) else {
        reader.diagnostics.report(Messages.unknownName(entry.key, what: "field", known: fields.map(\.name)))
        continue
      }
      let value = setValue(entry.value, type: fields[position].type, in: scope, given: flow)
      effect.set.append((position, value))
      if fields[position].constraint.isBounded, let known = constantValue(value) {
        declaredValues.append(
          .init(
            value: known, field: fields[position], text: entry.value.scalar?.text ?? entry.key.text,
            range: entry.value.range))
      }
    }
    if let patch = members["patch"] { readPatch(patch, fields, into: &effect, scope: scope, given: flow) }
    if case .update(let target) = effect.kind {
      effect.changes = changes(of: effect, fields) { field, range in
        TypedExpression(.field(target, field), fields[field].type, at: range)
      }
    } else {
      effect.changes = effect.set
    }
    if case .create = effect.kind { checkComplete(effect, fields, entity: entity) }
  }

  private mutating func readPatch(
    _ node: Node, _ fields: [Field], into effect: inout CheckedRuleSet.Effect, scope: Scope, given flow: Flow
  ) {
    if case .mapping(let entries) = node.kind {
      for entry in entries {
        guard let position = fields.firstIndex(where: { $0.name == entry.key.text }) else {
          reader.diagnostics.report(Messages.unknownName(entry.key, what: "field", known: fields.map(\.name)))
          continue
        }
        effect.fieldPatches.append((position, expression(entry.value, expecting: nil, in: scope, given: flow)))
      }
      return
    }
    let patch = expression(node, expecting: nil, in: scope, given: flow)
    effect.patch = patch
    if case .patch = patch.type.content { return }
    if patch.type != .error {
      report(
        "wrong-type", at: node.range, "\(vocabulary.name(of: patch.type)) is no patch",
        expected: "an input of type patch(…)")
    }
  }

  /// A new record needs each field that is neither optional nor has a default.
  private mutating func checkComplete(_ effect: CheckedRuleSet.Effect, _ fields: [Field], entity: Int) {
    let missing = fields.indices.filter { position in
      !fields[position].type.isOptional && fields[position].defaultValue == nil
        && !effect.set.contains { $0.field == position } && !isEmptyByNature(fields[position])
    }
    guard !missing.isEmpty else { return }
    report(
      "missing-field", at: effect.range,
      "a new \(vocabulary.schema.entities[entity].name) needs \(missing.map { "'\(fields[$0].name)'" }.joined(separator: ", "))",
      expected: "a value for each field that is not optional",
      hint: "set it, or give the field a default")
  }

  /// A list or map that may be empty starts empty.
  private func isEmptyByNature(_ field: Field) -> Bool {
    switch field.type {
    case .list, .map: (field.constraint.lower ?? 0) == 0
    default: false
    }
  }

  /// Makes `effects.NAME` known to what follows.
  private mutating func declareResult(
    _ effect: CheckedRuleSet.Effect, entity: Int?, position: Int, scope: inout Scope
  ) {
    guard let name = effect.name, let entity else { return }
    var made: [String: Scope.Binding] = [:]
    if case .namespace(let known) = scope.names["effects"] { made = known }
    made[name] = .value(.root(.effect(position)), .entity([entity]))
    scope.names["effects"] = .namespace(made)
  }

  // MARK: What follows from effects

  /// What `after` reads: each field of the resource that the effects change, with its new value.
  mutating func checkAfter(_ index: Int) {
    let action = rules.actions[index]
    guard let resource = action.resource else { return }
    let fields = vocabulary.schema.entities[resource].fields
    var values: [Int: TypedExpression] = [:]
    func old(_ field: Int, _ range: SourceRange) -> TypedExpression {
      if let value = values[field] { return value }
      let root = TypedExpression(.root(.resource), .entity([resource]), at: range)
      return TypedExpression(.field(root, field), fields[field].type, at: range)
    }
    for effect in action.effects {
      guard case .update(let target) = effect.kind, case .root(.resource) = target.kind, effect.each == nil else {
        continue
      }
      for (field, value) in changes(of: effect, fields, old: { old($0, $1) }) {
        guard let when = effect.when else {
          values[field] = value
          continue
        }
        values[field] = TypedExpression(
          .conditional(when, value, old(field, value.range)), fields[field].type, at: value.range)
      }
    }
    let made = values.sorted { $0.key < $1.key }.map { (field: $0.key, value: $0.value) }
    rules.actions[index].after = made
    var reported: Set<SourceRange> = []
    for value in made.map(\.value) {
      var seen: Set<Int> = []
      guard let range = placeOfAfter(in: value, &seen), reported.insert(range).inserted else { continue }
      report(
        "definition-cycle", at: range, "'after' is read by an effect that makes it",
        expected: "'resource', which is as it was before the effects")
    }
  }

  /// Where an expression reads `after`, by itself or through a `let`.
  private func placeOfAfter(in expression: TypedExpression, _ seen: inout Set<Int>) -> SourceRange? {
    switch expression.kind {
    case .root(.after): return expression.range
    case .root(.definition(let index)):
      return seen.insert(index).inserted ? placeOfAfter(in: rules.definitions[index].value, &seen) : nil
    default:
      for part in expression.parts {
        if let range = placeOfAfter(in: part, &seen) { return range }
      }
      return nil
    }
  }

  /// The new value of each field that an effect changes, in order: what is patched first, then what is set.
  func changes(
    of effect: CheckedRuleSet.Effect, _ fields: [Field], old: (_ field: Int, _ range: SourceRange) -> TypedExpression
  ) -> [(field: Int, value: TypedExpression)] {
    var changes: [(field: Int, value: TypedExpression)] = []
    if let patch = effect.patch, case .patch(let position) = patch.type {
      for (member, field) in vocabulary.schema.patches[position].fields.enumerated() {
        changes.append((field, patched(patch, member, field: fields[field], old: old(field, patch.range))))
      }
    }
    for (field, patch) in effect.fieldPatches {
      guard let value = nestedPatch(patch, field: fields[field], old: old(field, patch.range)) else { continue }
      changes.append((field, value))
    }
    return changes + effect.set.map { ($0.field, $0.value) }
  }

  /// What the patch says of a field, or else what was there before; a patch may empty an optional field.
  func patched(_ patch: TypedExpression, _ member: Int, field: Field, old: TypedExpression) -> TypedExpression {
    let content = field.type.content
    let given = TypedExpression(.field(patch, member), .optional(content), at: patch.range)
    let new =
      field.type.isOptional ? given : TypedExpression(.unwrap(given), content, at: patch.range)
    let position = TypedExpression(.literal(.int(Int64(member))), .int, at: patch.range)
    let isGiven = TypedExpression(.call(.patchGives, [patch, position]), .bool, at: patch.range)
    return TypedExpression(.conditional(isGiven, new, old), field.type, at: patch.range)
  }

  /// A record whose given members are replaced; an absent record stays absent.
  private func nestedPatch(_ patch: TypedExpression, field: Field, old: TypedExpression) -> TypedExpression? {
    guard case .patch(let position) = patch.type, case .record(let record) = field.type.content else { return nil }
    let members = vocabulary.schema.records[record].fields
    let positions = vocabulary.schema.patches[position].fields
    let base =
      field.type.isOptional ? TypedExpression(.unwrap(old), .record(record), at: patch.range) : old
    let values: [TypedExpression?] = members.indices.map { member in
      let before = TypedExpression(.field(base, member), members[member].type, at: patch.range)
      guard let slot = positions.firstIndex(of: member) else { return before }
      return patched(patch, slot, field: members[member], old: before)
    }
    let whole = TypedExpression(.record(values), .record(record), at: patch.range)
    guard field.type.isOptional else { return whole }
    let present = TypedExpression(.isPresent(old), .bool, at: patch.range)
    let wrapped = TypedExpression(.wrap(whole), field.type, at: patch.range)
    return TypedExpression(.conditional(present, wrapped, old), field.type, at: patch.range)
  }
}
