/// Entities, permissions, thresholds, actions and what reaches across them.
extension RuleSetGenerator {
  mutating func writeEntities() {
    line(0, "entities:")
    for entity in vocabulary.entities {
      line(1, "\(entity.name):")
      line(2, "fields:")
      for field in entity.fields { line(3, field.line) }
      var scope = GeneratedScope()
      for _ in 0..<2 { scope.add("it", .reference(entity.name), vocabulary, depth: 1) }
      if entity.name == "User" {
        line(2, "wire: user")
        line(2, "live: \(chance(70) ? "it.active" : condition(scope, 2))")
      }
      if entity.name == "Doc" {
        writeUnique(scope)
        writeLifecycle()
      }
    }
  }

  private mutating func writeUnique(_ scope: GeneratedScope) {
    line(2, "unique:")
    line(3, "key:")
    line(4, "of: [\(pick(["title, owner", "title", "group, kind", "count"]))]")
    if chance(50), lines.last?.contains("title]") == true || lines.last?.contains("title,") == true {
      line(4, "ignoring: [case, space]")
    }
    if chance(60) { line(4, "while: \(condition(scope, 2))") }
    line(4, "else: 'There is one already.'")
  }

  private mutating func writeLifecycle() {
    let states = vocabulary.words("State")
    line(2, "lifecycle:")
    line(3, "state:")
    line(4, "start: [s0]")
    for (position, state) in states.enumerated() where position + 1 < states.count {
      line(4, "\(state): [\(states[position + 1])\(chance(30) ? ", s0" : "")]")
    }
    guard chance(60) else { return }
    line(4, "timed:")
    for _ in 0..<(1 + below(3)) {
      let from = below(states.count - 1)
      let since = pick(["since", "due"])
      line(
        5,
        "- { from: \(states[from]), to: \(states[from + 1]), after: \(pick(["1h", "24h", "30 min"])), since: \(since) }"
      )
    }
  }

  mutating func writePermissions() {
    line(0, "grants:")
    for (position, role) in vocabulary.roles.enumerated() where position > 0 {
      line(1, "\(role):")
      if chance(40) { line(2, "includes: \(vocabulary.roles[position - 1])") }
      line(2, "permissions: [\"do:p\(position)\"]")
      permissions.append("do:p\(position)")
    }
    line(0, "derived_roles:")
    line(1, "near:")
    line(2, "of:")
    var scope = global
    for _ in 0..<2 { scope.add("it", .reference("Doc"), vocabulary, depth: 1) }
    line(3, "Doc: \(chance(50) ? "it.owner == subject" : condition(scope, 2))")
  }

  mutating func writeThresholds() {
    line(0, "thresholds:")
    line(1, "use:")
    if chance(50) { line(2, "when: \(condition(global, 2))") }
    let type: GeneratedType = pick([.int, .decimal(2), .duration])
    line(2, "measure: \(quoted(expressions.make(type, global, 2)))")
    // A limit of zero is refused.
    let limit = expressions.make(type, global, 1)
    line(2, "of: \(quoted(limit == "0" ? "c_int" : limit))")
    line(2, "bands:")
    line(3, "low: { from: 50 %, notify: [ { to: subject, once: month } ] }")
    line(3, "high:")
    line(4, "\(pick(["from", "above"])): \(pick(["80", "100", "12.5"])) %")
    line(4, "forbid: everything")
    line(4, "except: [go.free]")
    if chance(50) { line(4, "unless: \(condition(global, 1))") }
    line(4, "because: \(sentence("Too much", global))")
    line(4, "overridable: true")
    global.tests += ["use.at_least(\"low\")", "use.at_least(\"high\")"]
  }

  // MARK: Actions

  mutating func writeActions() {
    line(0, "actions:")
    let names = ["go.free", "go.one", "go.two", "act.three", "act.four"].prefix(3 + below(3))
    for (position, name) in names.enumerated() {
      let hasResource = position > 0 ? chance(85) : chance(50)
      var action = GeneratedAction(name: name, resource: hasResource ? "Doc" : nil, inputs: [])
      line(1, "\(name):")
      if hasResource { line(2, "of: Doc") }
      writeInputs(&action)
      var scope = global
      if hasResource {
        for _ in 0..<2 { scope.add("resource", .reference("Doc"), vocabulary, depth: 2) }
      }
      for field in action.inputs {
        for _ in 0..<2 { scope.add("input.\(field.name)", field.read, vocabulary, depth: 1) }
      }
      writeAuthority(scope, hasResource: hasResource)
      writeLets(&scope)
      writeClassify(&scope, hasResource: hasResource)
      writeEffects(&scope, action)
      writeRequirements(scope)
      writeAttachments(scope)
      result.actions.append(action)
      actionScopes.append(scope)
    }
  }

  private mutating func writeInputs(_ action: inout GeneratedAction) {
    let kinds: [(GeneratedType, String?)] = [
      (.bool, nil), (.bool, "false"), (.int, nil), (.optional(.int), nil), (.decimal(2), nil), (.text, nil),
      (.optional(.text), nil), (.date, nil), (.timestamp, "now"), (.optional(.timestamp), nil), (.duration, nil),
      (.word("Level"), nil), (.optional(.word("Kind")), nil), (.reference("User"), nil),
      (.optional(.reference("Doc")), nil),
      (.person, nil), (.record("Part"), nil), (.optional(.record("Part")), nil), (.list(.int), nil),
      (.list(.record("Part")), nil),
      (.list(.reference("User")), nil), (.map(.int), nil), (.range(.int), nil), (.patch, nil), (.patch, nil),
      (.json, nil), (.int, "3"),
    ]
    for position in 0..<below(5) {
      let (type, value) = pick(kinds)
      var field = GeneratedField(name: "i\(position)", type: type, defaultText: value)
      if case .reference = type { field.prefix = pick(["", "", "any ", type == .reference("User") ? "acting " : ""]) }
      action.inputs.append(field)
    }
    guard !action.inputs.isEmpty else { return }
    line(2, "input:")
    for field in action.inputs { line(3, field.line) }
    let optional = action.inputs.filter { if case .optional = $0.type { true } else { false } }.map(\.name)
    if optional.count > 1, chance(50) { line(2, "exactly_one: [[\(optional.prefix(2).joined(separator: ", "))]]") }
  }

  private mutating func writeAuthority(_ scope: GeneratedScope, hasResource: Bool) {
    let kind = below(10)
    if kind > 0 {
      line(2, "allow:")
      for _ in 0..<(1 + below(3)) {
        let who = pick(
          vocabulary.roles + ["anyone", "anyone"] + (hasResource ? ["near"] : []) + (result.hasSystem ? ["system"] : [])
        )
        if chance(40) { line(3, "- { role: \(who), when: \(condition(scope, 2)) }") } else { line(3, "- \(who)") }
      }
    }
    if kind == 0 || chance(20) { line(2, "permission: \(pick(permissions))") }
  }

  private mutating func writeLets(_ scope: inout GeneratedScope) {
    guard chance(60) else { return }
    line(2, "let:")
    for index in 0..<(1 + below(2)) {
      let type: GeneratedType
      if chance(50) {
        line(3, "l\(index):")
        type = writeQuery(4, scope)
      } else {
        type = pick([.int, .bool, .decimal(2), .string, .timestamp, .list(.int)])
        line(3, "l\(index): \(quoted(expressions.make(type, scope, 2)))")
      }
      for _ in 0..<2 { scope.add("let.l\(index)", type, vocabulary, depth: 1) }
      result.facts.append(("let.l\(index)", type))
    }
  }

  private mutating func writeClassify(_ scope: inout GeneratedScope, hasResource: Bool) {
    let usable = scope.functions.filter { function in
      function.name.hasPrefix("class") && function.parameters.allSatisfy { expressions.canMake($0, scope) }
    }
    guard !usable.isEmpty, chance(70) else { return }
    line(2, "classify:")
    for index in 0..<(1 + below(2)) {
      let function = pick(usable)
      let arguments = function.parameters.map { expressions.make($0, scope, 2) }
      line(3, "c\(index): \(quoted("\(function.name)(\(arguments.joined(separator: ", ")))"))")
      for _ in 0..<2 { scope.add("classified.c\(index)", function.result, vocabulary, depth: 0) }
      result.facts.append(("classified.c\(index)", function.result))
    }
  }

  private mutating func writeEffects(_ scope: inout GeneratedScope, _ action: GeneratedAction) {
    guard chance(60) else { return }
    // What changes the resource cannot read what becomes of it.
    let before = scope
    line(2, "effects:")
    if action.resource != nil, chance(70) {
      line(3, "- update: resource")
      if chance(30) { line(4, "when: \(condition(scope, 1))") }
      line(4, "set:")
      let states = vocabulary.words("State")
      line(5, "state: \(states[1 + below(states.count - 1)])")
      for field in vocabulary.fields(of: .reference("Doc")) {
        switch field.type {
        case .int, .decimal, .text, .timestamp:
          guard chance(30) else { continue }
          line(5, "\(field.name): \(setValue(field.read, scope))")
        default: continue
        }
      }
      scope.add("after", .reference("Doc"), vocabulary, depth: 1)
    }
    if action.resource != nil, let patch = action.inputs.first(where: { $0.type == .patch }), chance(80) {
      line(3, "- update: resource")
      if chance(30) { line(4, "when: \(condition(before, 1))") }
      line(4, "patch: input.\(patch.name)")
      for _ in 0..<2 { scope.add("after", .reference("Doc"), vocabulary, depth: 1) }
    }
    let isEmpty = lines.last?.hasSuffix("effects:") == true
    if isEmpty || chance(30) { writeCreation(scope) }
  }

  /// What a field is set to; a text that says nothing is refused.
  private mutating func setValue(_ type: GeneratedType, _ scope: GeneratedScope) -> String {
    let made = expressions.make(type, scope, 1)
    return quoted(made == "\"\"" ? "\"x\"" : made)
  }

  /// A new document: each field that is neither optional nor has a default gets a value.
  private mutating func writeCreation(_ scope: GeneratedScope) {
    let needsPart = vocabulary.fields(of: .reference("Doc")).contains { $0.type == .record("Part") }
    guard !needsPart || scope.paths.contains(where: { $0.type == .record("Part") }) else {
      line(3, "- update: subject")
      line(4, "set: { active: true }")
      return
    }
    line(3, "- create: Doc")
    if chance(20) { line(4, "when: \(condition(scope, 1))") }
    line(4, "set:")
    for field in vocabulary.fields(of: .reference("Doc")) {
      var type = field.read
      if case .optional(let content) = type {
        guard ["title", "count", "kind"].contains(field.name), chance(60) else { continue }
        type = content
      }
      switch type {
      case .word(let name): line(5, "\(field.name): \(field.name == "state" ? "s0" : vocabulary.words(name)[0])")
      case .person, .reference("User"): line(5, "\(field.name): subject")
      case .map: line(5, "\(field.name): '{}'")
      case .reference, .record:
        let optional = scope.paths.first { $0.type == .optional(type) }.map { "\($0.text).value()" }
        let text = scope.paths.first { $0.type == type }?.text ?? optional ?? "resource.part"
        line(5, "\(field.name): \(quoted(text))")
      default: line(5, "\(field.name): \(setValue(type, scope))")
      }
    }
  }

  private mutating func writeRequirements(_ scope: GeneratedScope) {
    guard chance(70) else { return }
    line(2, "require:")
    for index in 0..<(1 + below(2)) {
      line(3, "q\(index):")
      writeBody(4, scope, isForbid: false)
    }
  }

  private mutating func writeAttachments(_ scope: GeneratedScope) {
    if chance(30) {
      line(2, "wait:")
      if chance(60) { line(3, "when: \(condition(scope, 2))") }
      line(3, "until: \(quoted(expressions.make(.timestamp, scope, 2)))")
      line(3, "because: \(sentence("Wait", scope))")
    }
    if chance(40) {
      line(2, "notify:")
      line(3, "- to: subject")
      if chance(50) { line(4, "when: \(condition(scope, 2))") }
      line(4, "text: \(sentence("Done", scope))")
    }
    if chance(30) { line(2, "on_deny: { to: subject, text: \(sentence("No", global)) }") }
    if chance(30) { line(2, "follow_up: { due: 24h, because: \(sentence("Later", scope)) }") }
    if chance(30) { line(2, "audit: word") }
    if chance(30) { line(2, "obligations: { hand_to_human: true, retries: 3 }") }
  }

  // MARK: Rules

  /// What a requirement or a forbid says after its name.
  mutating func writeBody(_ indent: Int, _ scope: GeneratedScope, isForbid: Bool) {
    let scope = writeEach(indent, writeLet(indent, scope))
    if isForbid || chance(40) { line(indent, "when: \(condition(scope))") }
    if chance(25) { line(indent, "unless: \(condition(scope, 2))") }
    if !isForbid {
      if chance(25) {
        line(indent, "that:")
        line(indent + 1, "\(pick(["all", "any", "none"])):")
        for member in 0..<(1 + below(3)) { line(indent + 2, "Sentence \(member): \(condition(scope, 2))") }
      } else {
        line(indent, "that: \(condition(scope))")
      }
    }
    line(indent, "\(isForbid ? "because" : "else"): \(sentence("Refused", scope))")
    if chance(15) { line(indent, "class: \(pick(["unauthorized", "conflict", "invalid_request"]))") }
    if chance(15) { line(indent, "mode: observe") }
    writePeriod(indent)
  }

  /// `effective`, now and then.
  private mutating func writePeriod(_ indent: Int) {
    guard chance(15) else { return }
    line(indent, "effective: { \(pick(["from: 2026-01-31", "until: 2026-02-02", "from: 2026-01-30T00:00:00Z"])) }")
  }

  /// `let` of a rule, now and then.
  private mutating func writeLet(_ indent: Int, _ scope: GeneratedScope) -> GeneratedScope {
    guard chance(20) else { return scope }
    var scope = scope
    let type: GeneratedType = pick([.int, .bool, .decimal(2), .string])
    let name = "r\(ruleLets)"
    ruleLets += 1
    line(indent, "let: { \(name): \(quoted(expressions.make(type, scope, 2))) }")
    for _ in 0..<2 { scope.add("let.\(name)", type, vocabulary, depth: 0) }
    result.facts.append(("let.\(name)", type))
    return scope
  }

  /// `each` of a rule, now and then.
  private mutating func writeEach(_ indent: Int, _ scope: GeneratedScope) -> GeneratedScope {
    var scope = scope
    let lists = scope.paths.filter { if case .list = $0.type { true } else { false } }
    guard chance(25), !lists.isEmpty else { return scope }
    let list = pick(lists)
    line(indent, "each: { el: \(quoted(list.text)) }")
    if case .list(let element) = list.type {
      for _ in 0..<3 { scope.add("el", element, vocabulary, depth: 1) }
    }
    return scope
  }

  /// Groups of actions, one of them within another.
  mutating func writeGroups() {
    line(0, "groups:")
    let names = result.actions.map(\.name)
    line(1, "few: [\(pick(names))]")
    line(1, "more: [few, \(names.contains("act.three") ? "act.*" : "go.one"), \(pick(names))]")
    groups = ["few", "more"]
  }

  mutating func writeRules() {
    line(0, "rules:")
    for index in 0..<(2 + below(4)) {
      let name = "rule\(index)"
      line(1, "\(name):")
      if chance(35) {
        let isForbid = chance(60)
        line(2, "\(isForbid ? "forbid" : "require"): \(pick(["everything", "go.*"] + groups))")
        if chance(20) { line(2, "except: [\(pick(result.actions).name)]") }
        writeBody(2, global, isForbid: isForbid)
      } else {
        let position = below(result.actions.count)
        let action = result.actions[position].name
        let scope = actionScopes[position]
        switch below(6) {
        case 0:
          line(2, "grant: \(action)")
          line(2, "to: [\(pick(vocabulary.roles))]")
          let scope = writeLet(2, scope)
          if chance(50) { line(2, "when: \(condition(scope, 2))") }
          writePeriod(2)
          continue
        case 1:
          line(2, "notify: \(action)")
          line(2, "to: subject")
          let scope = writeEach(2, writeLet(2, scope))
          if chance(70) { line(2, "when: \(condition(scope, 2))") }
          if chance(30) { line(2, "unless: \(condition(scope, 2))") }
          line(2, "text: \(sentence("Note", scope))")
          writePeriod(2)
          continue
        case let kind:
          let isForbid = kind < 4
          line(2, "\(isForbid ? "forbid" : "require"): \(action)")
          writeBody(2, scope, isForbid: isForbid)
          if chance(50) {
            line(2, "overridable: true")
            overridable[action, default: []].append("rules.\(name)")
          }
        }
      }
      ruleIDs.append(name)
    }
    guard let suspended = ruleIDs.last, chance(70) else { return }
    line(0, "exceptions:")
    line(1, "pause:")
    line(2, "suspends: \(suspended)")
    line(2, "for: \(condition(global, 2))")
    line(2, "owner: ann")
    line(2, "approved_by: bob")
    line(2, "because: 'A migration.'")
    line(2, "until: \(pick(["2026-02-01", "2027-01-01"]))")
  }

  // MARK: Approvals and overrides

  mutating func writeApprovals() {
    line(0, "approvals:")
    var stated: Set<String> = []
    for index in 0..<(2 + below(2)) {
      let position = below(result.actions.count)
      let action = result.actions[position]
      let scope = actionScopes[position]
      let id = "appr\(index)"
      line(1, "\(id):")
      line(2, "for: \(action.name)")
      if chance(40) {
        line(2, "when:")
        line(3, "any:")
        for member in 0..<(1 + below(3)) { line(4, "Trigger \(member): \(condition(scope, 2))") }
      } else if chance(50) {
        line(2, "when: \(condition(scope, 2))")
      }
      if chance(40) { line(2, "because: \(sentence("Agree", scope))") }
      line(2, "places:")
      askedPeople = []
      for _ in 0..<(1 + below(3)) { writePlace(scope) }
      writeExclusions(scope)
      if stated.insert(action.name).inserted {
        if chance(50) {
          // A clock that starts at `now` is refused.
          let made = expressions.make(.timestamp, scope, 1)
          let from = quoted(made == "now" ? "requested_at" : made)
          line(
            2,
            "clock: { from: \(from), within: \(pick(["24h", "30 min", "40 days"])), late: \(pick(["expire", "report"])) }"
          )
        }
        if chance(40) { writeVote(action) }
        if action.resource != nil, chance(50) {
          line(2, "binds: [\(pick(["count", "amount, title", "state, people"]))]")
        }
      }
      if chance(10) {
        line(2, "overridable: false")
      } else {
        overridable[action.name, default: []].append("approvals.\(id)")
      }
    }
  }

  /// What approving asks for.
  private mutating func writeVote(_ action: GeneratedAction) {
    let fields = [GeneratedField(name: "ok", type: .bool), GeneratedField(name: "level", type: .optional(.int))]
    line(2, "vote:")
    line(3, "approve:")
    line(4, "input:")
    for field in fields { line(5, field.line) }
    var scope = global
    for _ in 0..<3 { for field in fields { scope.add("input.\(field.name)", field.read, vocabulary, depth: 0) } }
    line(4, "require:")
    line(5, "v0:")
    line(6, "that: \(condition(scope, 2))")
    line(6, "else: \(sentence("Not so", scope))")
    result.voteInputs[action.name] = fields
  }

  private mutating func writePlace(_ scope: GeneratedScope) {
    var kind = below(4)
    line(3, "- count: \(kind == 2 ? 1 : 1 + below(2))")
    var voter = scope
    for _ in 0..<2 { voter.add("approver", .reference("User"), vocabulary, depth: 1) }
    // A place for the subject alone, who is excluded, is refused.
    voter.paths.removeAll { $0.text == "subject" }
    // One person fills one place, so each is asked at most once, and lists are long enough.
    let people = scope.paths.filter {
      [.reference("User"), .optional(.reference("User")), .list(.reference("User"))].contains($0.type)
        && $0.text != "subject" && !askedPeople.contains($0.text)
    }
    if kind == 2, people.isEmpty { kind = 0 }
    switch kind {
    case 0: line(4, "of: { role: \(pick(vocabulary.roles)) }")
    case 1: line(4, "of: { permission: \"\(pick(permissions))\" }")
    case 2:
      let asked = pick(people).text
      askedPeople.insert(asked)
      line(4, "of: { people: \(quoted(asked)) }")
    default: line(4, "of: { where: \(condition(voter, 2)) }")
    }
    if chance(25) { line(4, "when: \(condition(scope, 1))") }
  }

  private mutating func writeExclusions(_ scope: GeneratedScope) {
    guard chance(50) else { return }
    let people = scope.paths.filter {
      [.reference("User"), .optional(.reference("User")), .list(.reference("User"))].contains($0.type)
        && !askedPeople.contains($0.text)
    }
    line(2, "excluding:")
    for _ in 0..<(1 + below(2)) {
      if chance(40) {
        line(3, "- { people: \(quoted(pick(people).text)), when: \(condition(scope, 1)) }")
      } else {
        line(3, "- \(quoted(pick(people).text))")
      }
    }
  }

  mutating func writeOverrides() {
    guard let action = overridable.keys.sorted().first, let bypassed = overridable[action] else { return }
    line(0, "overrides:")
    line(1, "urgent:")
    line(2, "for: \(action)")
    line(2, "bypasses: [\(bypassed.joined(separator: ", "))]")
    line(2, "permission: \(pick(permissions))")
    let inputs = [GeneratedField(name: "why", type: .text), GeneratedField(name: "cost", type: .optional(.int))]
    line(2, "input:")
    for field in inputs { line(3, field.line) }
    let position = result.actions.firstIndex { $0.name == action } ?? 0
    var scope = actionScopes[position]
    for field in inputs { scope.add("input.\(field.name)", field.read, vocabulary, depth: 0) }
    line(2, "require:")
    line(3, "o0:")
    line(4, "that: \(condition(scope, 2))")
    line(4, "else: \(sentence("Not urgent", scope))")
    line(2, "audit: override")
    line(2, "notify: { to: subject, text: \(sentence("Overridden", scope)) }")
    result.overrides.append(("urgent", action, inputs))
  }
}
