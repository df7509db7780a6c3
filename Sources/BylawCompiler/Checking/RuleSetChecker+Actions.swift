import BylawModel
import BylawSyntax

/// Actions: first what they are called and take, so that rules can name them; then what they say.
extension RuleSetChecker {
  mutating func declareActions() {
    for entry in sections["actions"] ?? [] {
      let name = entry.key.text
      guard let members = reader.members(entry.value, of: "action '\(name)'", keys: .action) else { continue }
      var action = CheckedRuleSet.Action(name: name, range: entry.key.range)
      action.title = members["title"]?.scalar?.text ?? name
      action.clauses = clauses(members, owner: "actions.\(name)")
      action.route = reader.text(members["http"], as: "'http'")
      if let of = members["of"], let word = reader.scalar(of, as: "'of'") {
        if let entity = vocabulary.entities[word.text] {
          action.resource = entity
        } else {
          reader.diagnostics.report(
            Messages.unknownName(word, what: "entity", known: Array(vocabulary.entities.keys)))
        }
      }
      let inputs = inputs(members["input"], exactlyOne: members["exactly_one"], of: name)
      action.inputs = inputs.fields
      action.exactlyOne = inputs.exactlyOne
      actionIndex[name] = rules.actions.count
      rules.actions.append(action)
      actionScopes.append(scope(of: action))
    }
  }

  /// The inputs of an action; `exactly_one` may stand among them or beside them.
  mutating func inputs(
    _ node: Node?, exactlyOne: Node?, of name: String
  ) -> (fields: [Field], exactlyOne: [[Int]]) {
    var fields: [Field] = []
    var groupsNode = exactlyOne
    if let node, let members = reader.mapping(node, as: "the inputs of '\(name)'") {
      for entry in members.entries {
        if entry.key.text == "exactly_one", case .sequence = entry.value.kind {
          groupsNode = entry.value
          continue
        }
        if let field = field(entry, keys: .inputField) { fields.append(field) }
      }
    }
    var groups: [[Int]] = []
    if let groupsNode {
      let nodes = reader.sequence(groupsNode, as: "'exactly_one'") ?? []
      let lists = nodes.allSatisfy { $0.scalar != nil } ? [groupsNode] : nodes
      for list in lists {
        let positions = reader.words(list, as: "an input").compactMap { word -> Int? in
          if let position = fields.firstIndex(where: { $0.name == word.text }) { return position }
          reader.diagnostics.report(Messages.unknownName(word, what: "input", known: fields.map(\.name)))
          return nil
        }
        for position in positions where !fields[position].type.isOptional {
          fields[position].type = .optional(fields[position].type)
          fields[position].constraint = .wrapping(fields[position].constraint)
        }
        groups.append(positions)
      }
    }
    return (fields, groups)
  }

  /// The names that the rules of an action can use.
  func scope(of action: CheckedRuleSet.Action) -> Scope {
    var scope = globalScope
    if let resource = action.resource {
      scope.names["resource"] = .value(.root(.resource), .entity([resource]))
      scope.names["after"] = .value(.root(.after), .entity([resource]))
    }
    var inputs: [String: Scope.Binding] = [:]
    for (position, field) in action.inputs.enumerated() {
      inputs[field.name] = .value(.root(.input(position)), field.readType)
    }
    scope.names["input"] = .namespace(inputs)
    return scope
  }

  // MARK: What an action says

  mutating func checkActions() {
    for entry in sections["actions"] ?? [] {
      guard let index = actionIndex[entry.key.text],
        let members = silently({ $0.reader.mapping(entry.value, as: "an action") })
      else { continue }
      checkAction(index, members)
    }
  }

  private mutating func checkAction(_ index: Int, _ members: Members) {
    let name = rules.actions[index].name
    let id = "actions.\(name)"
    rules.actions[index].authority = authority(members, id: id, action: index)
    let scope = actionScopes[index]
    var lets: [String: Scope.Binding] = [:]
    var inner = scope
    for entry in members["let"].flatMap({ reader.mapping($0, as: "'let'") })?.entries ?? [] {
      checkName(entry.key, what: "let")
      lets[entry.key.text] = definition(entry, name: "let.\(entry.key.text)", kind: .letValue, scope: inner)
      inner.names["let"] = .namespace(lets)
    }
    checkClassify(members["classify"], action: index, scope: &inner)
    actionScopes[index] = inner
    let effects = effects(members["effects"], id: id, scope: &inner)
    rules.actions[index].effects = effects
    checkAfter(index)
    for entry in members["require"].flatMap({ reader.mapping($0, as: "'require'") })?.entries ?? [] {
      if let rule = requirement(entry, id: "\(id).require.\(entry.key.text)", scope: actionScopes[index]) {
        rules.actions[index].rules.append(rule)
      }
    }
    for wait in members["wait"].map({ waitNodes($0) }) ?? [] { checkWait(wait, action: index, id: "\(id).wait") }
    if let returns = members["returns"] {
      rules.actions[index].returns = expression(returns, expecting: nil, in: inner)
    }
    rules.actions[index].audit = audit(members["audit"])
    rules.actions[index].notices = notices(members["notify"], rule: id, scope: inner)
    rules.actions[index].denialNotices = notices(members["on_deny"], rule: id, scope: actionScopes[index])
    rules.actions[index].followUps = followUps(members["follow_up"], id: id, scope: inner)
    for entry in members["obligations"].flatMap({ reader.mapping($0, as: "'obligations'") })?.entries ?? [] {
      guard let scalar = reader.scalar(entry.value, as: "an obligation") else { continue }
      if Self.obligationMembers.contains(entry.key.text) {
        reportObligation(entry.key)
      }
      rules.actions[index].obligations.append((entry.key.text, Self.plainValue(scalar)))
    }
    addLifecycleRules(index)
    addUniqueRules(index)
  }

  /// The kinds of obligations that the engine adds itself, and the members that each has beside its kind.
  static let obligationMembers: Set<String> = [
    "notify", "follow_up", "audit", "rule", "text", "by", "to", "once", "due", "flag", "keep",
  ]

  /// Reports an obligation that has a name with a meaning of its own.
  mutating func reportObligation(_ key: Scalar) {
    report(
      "reserved-name", at: key.range, "'\(key.text)' says something else of every obligation",
      expected: "another name")
  }

  /// A scalar whose type nothing decides: true and false, whole numbers, else text.
  static func plainValue(_ scalar: Scalar) -> Value {
    guard scalar.style == .plain else { return .string(scalar.text) }
    if scalar.text == "true" { return .bool(true) }
    if scalar.text == "false" { return .bool(false) }
    if let number = Int64(scalar.text), String(number) == scalar.text { return .int(number) }
    return .string(scalar.text)
  }

  // MARK: Authority

  mutating func authority(_ members: Members, id: String, action index: Int) -> CheckedRuleSet.Authority {
    authority(members, id: id, resource: rules.actions[index].resource, scope: actionScopes[index])
  }

  mutating func authority(
    _ members: Members, id: String, resource: Int?, scope: Scope
  ) -> CheckedRuleSet.Authority {
    var authority = CheckedRuleSet.Authority()
    if let allow = members["allow"] {
      authority.hasAllow = true
      for node in reader.oneOrMore(allow) {
        if let grant = grant(node, id: "\(id).allow", resource: resource, scope: scope) {
          authority.grants.append(grant)
        }
      }
    }
    if let permission = members["permission"], let word = reader.scalar(permission, as: "'permission'") {
      authority.permission = word.text
      authority.permittedRoles = roles(holding: word)
    }
    return authority
  }

  /// A role, a derived role, `system`, `anyone`, or `{ role, when }`.
  mutating func grant(
    _ node: Node, id: String, resource: Int?, scope: Scope
  ) -> CheckedRuleSet.Authority.Grant? {
    var roleNode = node
    var condition: TypedExpression?
    if node.isMapping {
      guard let members = reader.members(node, of: "a grant", keys: .allowed, required: ["role"]),
        let role = members["role"]
      else { return nil }
      roleNode = role
      _ = clauses(members, owner: id)
      condition = members["when"].map { self.condition($0, in: scope).expression }
    }
    guard let word = reader.scalar(roleNode, as: "a role") else { return nil }
    var grant = CheckedRuleSet.Authority.Grant(id: id, holder: .anyone, condition: condition, range: word.range)
    switch word.text {
    case "anyone": grant.holder = .anyone
    case "system":
      grant.holder = .system
      if !rules.manifest.hasSystem {
        report(
          "no-system", at: word.range, "this rule set has no System among its subjects", expected: "a role",
          hint: "write 'subject: [User, System]' in the manifest")
      }
    default:
      if let derived = derivedRoles[word.text] {
        guard let relation = relation(derived, name: word, resource: resource, scope: scope) else { return nil }
        grant.holder = .derived(word.text)
        grant.condition = condition.map { TypedExpression(.and([relation, $0]), .bool, at: word.range) } ?? relation
      } else if let role = role(word) {
        grant.holder = .role(role)
      } else {
        return nil
      }
    }
    return grant
  }

  /// The relation of a derived role on the resource of an action.
  private mutating func relation(
    _ role: DerivedRole, name: Scalar, resource: Int?, scope: Scope
  ) -> TypedExpression? {
    guard let resource, let relation = role.conditions.first(where: { $0.entity == resource }) else {
      let known = role.conditions.map { vocabulary.schema.entities[$0.entity].name }
      report(
        "derived-role-without-relation", at: name.range,
        "'\(name.text)' is not declared for the resource of this action",
        expected: "an action of \(Messages.list(known))",
        notes: [.init(range: role.range, message: "declared here")])
      return nil
    }
    let value = TypedExpression(.root(.resource), .entity([resource]), at: name.range)
    return TypedExpression(
      .bind(local: role.local, value: value, body: relation.condition), .bool, at: name.range)
  }

  // MARK: Parts

  private mutating func checkClassify(_ node: Node?, action index: Int, scope: inout Scope) {
    guard let node, let members = reader.mapping(node, as: "'classify'") else { return }
    var classified: [String: Scope.Binding] = [:]
    for entry in members.entries {
      checkName(entry.key, what: "classification")
      let value = expression(entry.value, expecting: nil, in: scope)
      var table: Int?
      if case .classification(let position, _) = value.kind { table = position }
      rules.definitions.append(.init(name: "classified.\(entry.key.text)", kind: .classified, value: value))
      let definition = rules.definitions.count - 1
      classified[entry.key.text] = .value(.root(.definition(definition)), value.type)
      scope.names["classified"] = .namespace(classified)
      rules.actions[index].classify.append(
        .init(name: entry.key.text, definition: definition, classification: table, range: entry.key.range))
    }
  }

  private func waitNodes(_ node: Node) -> [Node] {
    if case .sequence(let nodes) = node.kind { return nodes }
    return [node]
  }

  private mutating func checkWait(_ node: Node, action index: Int, id: String) {
    guard
      let members = reader.members(
        node, of: "a wait", keys: .wait, required: ["until", "because"]),
      let untilNode = members["until"], let because = members["because"]
    else { return }
    var flow = Flow.none
    var when: TypedExpression?
    if let node = members["when"] {
      let checked = condition(node, in: actionScopes[index])
      when = checked.expression
      flow = checked.whenTrue
    }
    rules.actions[index].waits.append(
      .init(
        id: id, when: when,
        until: expression(untilNode, expecting: .timestamp, in: actionScopes[index], given: flow),
        overridable: reader.bool(members["overridable"], as: "'overridable'") ?? true,
        message: sentence(because, in: actionScopes[index], given: flow),
        clauses: clauses(members, owner: id), range: node.range))
  }

  mutating func audit(_ node: Node?) -> CheckedRuleSet.Audit? {
    guard let node else { return nil }
    if case .scalar(let scalar) = node.kind { return .init(word: scalar.text) }
    guard
      let members = reader.members(node, of: "an audit entry", keys: .audit, required: ["as"])
    else { return nil }
    return .init(
      word: reader.text(members["as"], as: "'as'") ?? "", flag: reader.text(members["flag"], as: "'flag'"),
      keep: reader.text(members["keep"], as: "'keep'"))
  }

  mutating func followUps(_ node: Node?, id: String, scope: Scope) -> [CheckedRuleSet.FollowUp] {
    guard let node, let members = reader.mapping(node, as: "'follow_up'") else { return [] }
    let entries: [(name: String, value: Node, range: SourceRange)] =
      members.key("due") != nil
      ? [("follow_up", node, node.range)] : members.entries.map { ($0.key.text, $0.value, $0.key.range) }
    return entries.compactMap { entry in
      guard
        let parts = reader.members(
          entry.value, of: "a follow-up", keys: .followUp,
          required: ["due"]),
        let due = reader.scalar(ifAny: parts["due"], as: "a length of time").flatMap({ duration($0) })
      else { return nil }
      checkPositive(due, of: "a follow-up", at: parts["due"])
      let owner = "\(id).follow_up.\(entry.name)"
      return .init(
        id: owner, due: due, done: parts["done"].map { condition($0, in: scope).expression },
        message: parts["because"].map { sentence($0, in: scope) }, clauses: clauses(parts, owner: owner),
        range: entry.range)
    }
  }
}

extension Constraint {
  /// The constraint of an optional whose content has this one.
  static func wrapping(_ content: Constraint) -> Constraint {
    var outer = Constraint.none
    outer.element = [content]
    outer.reference = content.reference
    return outer
  }
}
