import BylawModel
import BylawSyntax

/// Overrides, reactions and reads.
extension RuleSetChecker {
  mutating func checkOverrides() {
    for entry in sections["overrides"] ?? [] {
      guard
        let members = reader.members(
          entry.value, of: "override '\(entry.key.text)'",
          keys: .override, required: ["for", "bypasses", "permission"])
      else { continue }
      checkOverride(entry.key, members)
    }
  }

  private mutating func checkOverride(_ key: Scalar, _ members: Members) {
    let id = "overrides.\(key.text)"
    guard let word = members["for"].flatMap({ reader.scalar($0, as: "'for'") }) else { return }
    guard let action = actionIndex[word.text] else {
      reader.diagnostics.report(Messages.unknownName(word, what: "action", known: Array(actionIndex.keys)))
      return
    }
    let (fields, groups) = inputs(members["input"], exactlyOne: nil, of: id)
    if !groups.isEmpty, let input = members["input"] {
      report(
        "no-effect", at: input.range, "'exactly_one' has no effect among the inputs of an override",
        expected: "inputs that may be left out, and a requirement that says which are needed")
    }
    let type = ValueType.record(vocabulary.schema.records.count)
    vocabulary.schema.records.append(.init(name: key.text, fields: fields))
    let local = checker.makeLocal()
    var scope = actionScopes[action]
    var inputs: [String: Scope.Binding] = [:]
    if case .namespace(let known) = scope.names["input"] { inputs = known }
    for (position, field) in fields.enumerated() {
      let base = TypedExpression(.local(local), type, at: key.range)
      inputs[field.name] = .value(.field(base, position), field.readType)
    }
    scope.names["input"] = .namespace(inputs)
    readLet(members["let"], id: id, scope: &scope)
    var requirements: [CheckedRuleSet.Rule] = []
    for entry in members["require"].flatMap({ reader.mapping($0, as: "'require'") })?.entries ?? [] {
      if let rule = requirement(entry, id: "\(id).require.\(entry.key.text)", scope: scope) {
        requirements.append(rule)
      }
    }
    let effects = effects(members["effects"], id: id, scope: &scope)
    requirements += lifecycleRules(of: effects, after: rules.actions[action].effects)
    let permission = members["permission"].flatMap { reader.scalar($0, as: "'permission'") }
    rules.overrides.append(
      .init(
        id: id, name: key.text, clauses: clauses(members, owner: id), action: word.text,
        bypasses: bypasses(members["bypasses"], action: action), permission: permission?.text,
        permittedRoles: permission.map { roles(holding: $0) } ?? 0, inputs: fields, inputLocal: local,
        inputType: type, rules: requirements.sorted { $0.id < $1.id }, effects: effects,
        notices: notices(members["notify"], rule: id, scope: scope), audit: audit(members["audit"]),
        followUps: followUps(members["follow_up"], id: id, scope: scope), range: key.range))
  }

  /// What may be bypassed: overridable rules and bands, approvals and waits of the action.
  private mutating func bypasses(_ node: Node?, action: Int) -> [String] {
    let target = rules.actions[action]
    let open =
      target.rules.filter(\.overridable).map(\.id) + target.approvals.filter(\.overridable).map(\.id)
      + target.waits.filter(\.overridable).map(\.id)
    let closed =
      target.approvals.filter { !$0.overridable }.map { ($0.id, $0.range) }
      + target.waits.filter { !$0.overridable }.map { ($0.id, $0.range) }
    return reader.words(node, as: "what is bypassed").compactMap { word in
      if open.contains(word.text) { return word.text }
      if let rule = target.rules.first(where: { $0.id == word.text }), !isRefused(word.text) {
        report(
          "not-overridable", at: word.range, "'\(word.text)' cannot be overridden", expected: Messages.list(open),
          notes: [.init(range: rule.range, message: "it does not say 'overridable: true'")])
      } else if let (_, range) = closed.first(where: { $0.0 == word.text }) {
        report(
          "not-overridable", at: word.range, "'\(word.text)' cannot be overridden", expected: Messages.list(open),
          notes: [.init(range: range, message: "it says 'overridable: false'")])
      } else if !isRefused(word.text) {
        reader.diagnostics.report(
          Messages.unknownName(word, what: "overridable rule, band, approval or wait", known: open))
      }
      return nil
    }
  }

  /// Whether an id is that of an entry with a mistake in it, which is reported where it stands.
  private func isRefused(_ id: String) -> Bool {
    let parts = id.split(separator: ".", maxSplits: 2).map(String.init)
    guard parts.count > 1, let entry = sections[parts[0]]?.first(where: { $0.key.text == parts[1] }) else {
      return false
    }
    var range = entry.value.range
    if parts.count == 3, case .mapping(let members) = entry.value.kind,
      case .mapping(let bands) = members.first(where: { $0.key.text == "bands" })?.value.kind
    {
      guard let band = bands.first(where: { $0.key.text == parts[2] }) else { return false }
      range = band.value.range
    }
    return reader.diagnostics.all.contains { diagnostic in
      let place = diagnostic.range
      let isWithin = range.start <= place.start && place.start < range.end
      return diagnostic.severity == .error && place.file == range.file && (isWithin || place == entry.key.range)
    }
  }

  // MARK: Reactions

  mutating func checkReactions() {
    for entry in sections["reactions"] ?? [] {
      guard
        let members = reader.members(
          entry.value, of: "reaction '\(entry.key.text)'",
          keys: .reaction, required: ["after"])
      else { continue }
      let id = "reactions.\(entry.key.text)"
      var reaction = CheckedRuleSet.Reaction(
        id: id, clauses: clauses(members, owner: id), bodies: [], range: entry.key.range)
      forEachAction(targets(members["after"], except: nil).actions) { checker, action in
        reaction.bodies.append(checker.reactionBody(members, node: entry.value, id: id, action: action))
      }
      rules.reactions.append(reaction)
    }
    checkEffectCycles()
  }

  private mutating func reactionBody(
    _ members: Members, node: Node, id: String, action: Int
  ) -> CheckedRuleSet.Reaction.Body {
    var scope = actionScopes[action]
    readLet(members["let"], id: id, scope: &scope)
    var when: TypedExpression?
    if let whenNode = members["when"] { when = condition(whenNode, in: scope).expression }
    var made = effects(members["effects"], id: id, scope: &scope)
    let performs = members["do"] != nil || members["propose"] != nil
    _ = lifecycleRules(of: made, after: [])
    refuseKeys(["resource", "input", "as_subject"], of: members, unless: performs, "'do:' or 'propose:'")
    if performs {
      let kept: Set = ["do", "propose", "resource", "input", "as_subject"]
      let inner = members.entries.filter { kept.contains($0.key.text) }
      let effectNode = Node(kind: .mapping(inner), range: node.range)
      if let effect = effect(effectNode, position: made.count, scope: &scope) { made.append(effect) }
    }
    return .init(
      action: rules.actions[action].name, when: when, effects: made,
      notices: notices(members["notify"], rule: id, scope: scope))
  }

  /// `do`, `propose` and reactions must not lead back to where they began.
  private mutating func checkEffectCycles() {
    var edges: [String: [(String, SourceRange)]] = [:]
    for action in rules.actions {
      for effect in action.effects {
        if let next = effect.kind.performedAction { edges[action.name, default: []].append((next, effect.range)) }
      }
    }
    for reaction in rules.reactions {
      for body in reaction.bodies {
        for effect in body.effects {
          if let next = effect.kind.performedAction { edges[body.action, default: []].append((next, effect.range)) }
        }
      }
    }
    var reported: Set<String> = []
    for start in edges.keys.sorted() {
      var seen: Set<String> = []
      var open = [start]
      while let next = open.popLast() {
        for (target, range) in edges[next] ?? [] {
          if target == start, reported.insert(start).inserted {
            report(
              "effect-cycle", at: range, "'\(start)' leads back to itself through its effects and reactions",
              expected: "no cycle of do, propose and reactions")
          } else if seen.insert(target).inserted {
            open.append(target)
          }
        }
      }
    }
  }

  // MARK: Reads

  mutating func checkReads() {
    for entry in sections["reads"] ?? [] {
      guard let entity = vocabulary.entities[entry.key.text] else {
        reader.diagnostics.report(
          Messages.unknownName(entry.key, what: "entity", known: Array(vocabulary.entities.keys)))
        continue
      }
      let id = "reads.\(entry.key.text)"
      guard
        let members = reader.members(
          entry.value, of: "the reads of '\(entry.key.text)'",
          keys: .reads)
      else { continue }
      let local = checker.makeLocal()
      var scope = globalScope
      scope.names["it"] = .value(.local(local), .entity([entity]))
      var restrict: [(role: Int, condition: TypedExpression)] = []
      for rule in members["restrict"].flatMap({ reader.mapping($0, as: "'restrict'") })?.entries ?? [] {
        guard let role = role(rule.key) else { continue }
        restrict.append((role, condition(rule.value, in: scope).expression))
      }
      rules.reads.append(
        .init(
          entity: entity, authority: authority(members, id: id, resource: nil, scope: globalScope),
          filters: fieldPositions(members["filters"], of: entity), restrict: restrict, local: local,
          brief: members["brief"].map { fieldPositions($0, of: entity) },
          full: members["full"].map { fieldPositions($0, of: entity) }, audit: audit(members["audit"]),
          limit: reader.int(members["limit"], as: "'limit'", in: 1...1_000_000),
          clauses: clauses(members, owner: id), range: entry.key.range))
    }
  }
}

extension CheckedRuleSet.Effect.Kind {
  /// The action that `do` or `propose` leads to.
  var performedAction: String? {
    switch self {
    case .perform(let action, _), .propose(let action): action
    default: nil
    }
  }
}
