import BylawModel
import BylawSyntax

/// Rules that reach across actions, and the requirements of single actions.
extension RuleSetChecker {
  mutating func checkGroups() {
    for entry in sections["groups"] ?? [] {
      rules.groups[entry.key.text] = []
      groups[entry.key.text] = reader.words(entry.value, as: "an action of a group")
      groupKeys[entry.key.text] = entry.key.range
      if actionIndex[entry.key.text] != nil {
        report(
          "duplicate-name", at: entry.key.range, "'\(entry.key.text)' is the name of an action too",
          expected: "a name of its own")
      }
    }
  }

  /// Names in groups are looked up once all actions and votes are known, used or not.
  mutating func expandGroups() {
    for entry in sections["groups"] ?? [] { _ = targets(entry.key) }
  }

  /// The actions that a word reaches: an action, a group, `prefix.*` or `everything`.
  mutating func targets(_ word: Scalar, seen: Set<String> = []) -> [Int] {
    let text = word.text
    if text == "everything" { return Array(rules.actions.indices) }
    if let index = actionIndex[text] { return [index] }
    if let members = groups[text] {
      guard !seen.contains(text) else {
        report(
          "group-cycle", at: groupKeys[text] ?? word.range, "group '\(text)' contains itself",
          expected: "no cycle of groups")
        return []
      }
      return members.flatMap { targets($0, seen: seen.union([text])) }
    }
    if text.hasSuffix(".*") {
      let prefix = text.dropLast()
      let found = rules.actions.indices.filter { rules.actions[$0].name.hasPrefix(prefix) }
      if !found.isEmpty { return found }
    }
    reader.diagnostics.report(
      Messages.unknownName(
        word, what: "action or group", known: Array(actionIndex.keys) + Array(groups.keys) + ["everything"]))
    return []
  }

  /// The actions that an entry reaches, without those under `except`, ascending.
  mutating func targets(_ node: Node?, except: Node?) -> (actions: [Int], isEverything: Bool) {
    let words = reader.words(node, as: "an action")
    var found = Set(words.flatMap { targets($0) })
    for word in reader.words(except, as: "an action") { found.subtract(targets(word)) }
    return (found.sorted(), words.contains { $0.text == "everything" })
  }

  /// Notes which way a construct works on the groups that it names, and on those within them.
  mutating func noteGroups(_ node: Node?, except: Node?, _ direction: Direction) {
    let turned: Direction = direction == .tightens ? .loosens : direction == .loosens ? .tightens : []
    for (words, direction) in [
      (silently { $0.reader.words(node, as: "") }, direction),
      (silently { $0.reader.words(except, as: "") }, turned),
    ] {
      var open = words.map(\.text)
      var seen: Set<String> = []
      while let name = open.popLast() {
        guard let members = groups[name], seen.insert(name).inserted else { continue }
        rules.groups[name, default: []].formUnion(direction)
        open += members.map(\.text)
      }
    }
  }

  static let ruleKinds = ["forbid", "require", "grant", "notify"]
  static let ruleKeys = [
    "title", "except", "when", "unless", "because", "that", "else", "to", "text", "by", "once", "class", "sop", "each",
    "let", "mode", "effective", "overridable", "absolute",
  ]

  mutating func checkRules() {
    for entry in sections["rules"] ?? [] {
      let id = "rules.\(entry.key.text)"
      guard
        let members = reader.members(
          entry.value, of: "rule '\(entry.key.text)'", keys: Self.ruleKinds + Self.ruleKeys)
      else { continue }
      let stated = Self.ruleKinds.filter { members[$0] != nil }
      guard stated.count == 1 else {
        guard !reader.hadUnknownKey else { continue }
        report(
          "missing-key", at: entry.key.range, "a rule says once what it does", expected: Messages.list(Self.ruleKinds))
        continue
      }
      _ = clauses(members, owner: id)
      let reached = targets(members[stated[0]], except: members["except"])
      let direction: Direction = stated[0] == "grant" ? .loosens : stated[0] == "notify" ? [] : .tightens
      noteGroups(members[stated[0]], except: members["except"], direction)
      if stated[0] == "grant" { refuseWideGrant(members["grant"]) }
      forEachAction(reached.actions) { checker, action in
        checker.instantiate(stated[0], members, entry.key, id: id, action: action, isEverything: reached.isEverything)
      }
    }
  }

  /// A grant loosens, so it names what it reaches: actions and groups.
  private mutating func refuseWideGrant(_ node: Node?) {
    for word in reader.words(node, as: "an action") where word.text == "everything" || word.text.hasSuffix(".*") {
      report(
        "wrong-kind", at: word.range, "a grant cannot reach '\(word.text)'", expected: "actions and groups by name",
        hint: "name a group under 'groups:' and grant that")
    }
  }

  private mutating func instantiate(
    _ kind: String, _ members: Members, _ key: Scalar, id: String, action: Int, isEverything: Bool
  ) {
    let onlySystem = rules.actions[action].authority.grants.allSatisfy { $0.holder == .system }
    if isEverything, onlySystem, !rules.actions[action].authority.grants.isEmpty { return }
    switch kind {
    case "forbid", "require":
      guard var rule = rule(kind, members, key, id: id, scope: actionScopes[action]) else { return }
      rule.sparesSystem = isEverything
      rules.actions[action].rules.append(rule)
    case "grant":
      for word in reader.words(members["to"], as: "a role") {
        let node = Node(kind: .scalar(word), range: word.range)
        guard
          var grant = grant(node, id: id, resource: rules.actions[action].resource, scope: actionScopes[action])
        else { continue }
        if let when = members["when"] {
          let condition = self.condition(when, in: actionScopes[action]).expression
          grant.condition =
            grant.condition.map { TypedExpression(.and([$0, condition]), .bool, at: when.range) } ?? condition
        }
        grant.range = key.range
        rules.actions[action].authority.grants.append(grant)
      }
    default:
      var flow = Flow.none
      var when: TypedExpression?
      if let node = members["when"] {
        let checked = condition(node, in: actionScopes[action])
        when = checked.expression
        flow = checked.whenTrue
      }
      guard var notice = notice(members, rule: id, at: key.range, scope: actionScopes[action], given: flow) else {
        return
      }
      notice.when = when
      notice.isRule = true
      rules.actions[action].notices.append(notice)
    }
  }

  /// A requirement of an action, of a vote or of an override.
  mutating func requirement(_ entry: Node.Entry, id: String, scope: Scope) -> CheckedRuleSet.Rule? {
    guard
      let members = reader.members(
        entry.value, of: "a requirement",
        keys: [
          "title", "when", "that", "else", "class", "sop", "each", "let", "mode", "effective", "overridable",
          "absolute", "unless",
        ],
        required: ["that", "else"])
    else { return nil }
    _ = clauses(members, owner: id)
    return rule("require", members, entry.key, id: id, scope: scope)
  }

  /// A forbid or a requirement in the scope of one action.
  mutating func rule(
    _ kind: String, _ members: Members, _ key: Scalar, id: String, scope: Scope
  ) -> CheckedRuleSet.Rule? {
    let isForbid = kind == "forbid"
    guard let message = members[isForbid ? "because" : "else"] else {
      guard !reader.hadUnknownKey else { return nil }
      report(
        "missing-key", at: key.range, "'\(key.text)' does not say why it refuses",
        expected: isForbid ? "because: a sentence" : "else: a sentence")
      return nil
    }
    let isAuthority = members["class"]?.scalar?.text == DenialClass.unauthorized.rawValue
    let denialClass =
      reader.word(members["class"], as: "class", of: DenialClass.self) ?? (isForbid ? .forbidden : .preconditionFailed)
    var rule = CheckedRuleSet.Rule(
      id: id, kind: isForbid ? .forbid : .require, stage: isAuthority ? .authority : .requirements,
      denialClass: denialClass, message: TypedSentence(pieces: []), range: key.range)
    let actionScope = scope
    var scope = scope
    readLet(members["let"], id: id, scope: &scope)
    readEachElement(members["each"], into: &rule, scope: &scope)
    var flow = Flow.none
    if let when = members["when"] {
      let checked = condition(when, in: scope)
      rule.when = checked.expression
      flow = checked.whenTrue
    }
    var messageFlow = flow
    if let unless = members["unless"] {
      let checked = condition(unless, in: scope, given: flow)
      rule.unless = checked.expression
      messageFlow = messageFlow.adding(checked.whenFalse)
    }
    if !isForbid {
      guard let that = members["that"] else {
        report(
          "missing-key", at: key.range, "requirement '\(key.text)' does not say what it requires",
          expected: "that: a condition")
        return nil
      }
      rule.that = condition(that, in: scope, given: flow).expression
    } else if members["that"] != nil || members["else"] != nil {
      let place = (members.key("that") ?? members.key("else") ?? key).range
      report("unknown-key", at: place, "a forbid has no 'that' or 'else'", expected: "when, unless and because")
    }
    rule.message = sentence(message, in: scope, given: messageFlow)
    rule.clauses = reader.words(members["sop"], as: "'sop'").map(\.text)
    readAttributes(members, into: &rule, scope: actionScope)
    return rule
  }

  private enum Mode: String, CaseIterable { case enforce, observe }

  private mutating func readAttributes(_ members: Members, into rule: inout CheckedRuleSet.Rule, scope: Scope) {
    rule.overridable = reader.bool(members["overridable"], as: "'overridable'") ?? false
    rule.absolute = reader.bool(members["absolute"], as: "'absolute'") ?? false
    rule.observeOnly = reader.word(members["mode"], as: "mode", of: Mode.self) == .observe
    if rule.overridable, rule.absolute {
      report("contradiction", at: rule.range, "an absolute rule cannot be overridable", expected: "one of the two")
    }
    if let effective = members["effective"],
      let times = reader.members(effective, of: "'effective'", keys: ["from", "until"])
    {
      rule.effectiveFrom = times["from"].flatMap { instant($0) }
      rule.effectiveUntil = times["until"].flatMap { instant($0) }
      if let from = rule.effectiveFrom, let until = rule.effectiveUntil, from >= until {
        report("empty-period", at: effective.range, "the rule ends before it begins", expected: "'from' before 'until'")
      }
    }
    for (exception, condition) in exceptions[rule.id] ?? [] {
      var exception = exception
      exception.condition = self.condition(condition, in: scope).expression
      rule.exceptions.append(exception)
    }
    if rule.absolute, let exception = rule.exceptions.first {
      report(
        "absolute-rule", at: exception.range, "an absolute rule is never suspended",
        expected: "an exception to another rule")
    }
  }

  /// A time: a timestamp, or a day, which then means its first moment in the time zone of the rule set.
  mutating func instant(_ node: Node) -> Timestamp? {
    guard let scalar = reader.scalar(node, as: "a time") else { return nil }
    if let time = Timestamp(scalar.text) { return time }
    if let date = CalendarDate(scalar.text), let zone = TimeZoneRules(identifier: rules.manifest.timeZone) {
      return zone.instant(of: date)
    }
    report(
      "malformed-time", at: scalar.range, "'\(scalar.text)' is no time that exists",
      expected: "a day such as 2026-01-31 or a time such as 2026-01-31T09:00:00Z")
    return nil
  }

  /// `let:` of a rule, an approval, an override or a reaction; names come on top of those of the action.
  mutating func readLet(_ node: Node?, id: String, scope: inout Scope) {
    guard let node, let members = reader.mapping(node, as: "'let'") else { return }
    var lets: [String: Scope.Binding] = [:]
    if case .namespace(let known) = scope.names["let"] { lets = known }
    for entry in members.entries {
      checkName(entry.key, what: "let")
      lets[entry.key.text] = definition(entry, name: "\(id).let.\(entry.key.text)", kind: .letValue, scope: scope)
      scope.names["let"] = .namespace(lets)
    }
  }

  private mutating func readEachElement(_ node: Node?, into rule: inout CheckedRuleSet.Rule, scope: inout Scope) {
    guard let node, let members = reader.mapping(node, as: "'each'") else { return }
    guard members.entries.count == 1, let entry = members.entries.first else {
      report("wrong-kind", at: node.range, "'each' goes over one list", expected: "each: { NAME: LIST }")
      return
    }
    checkName(entry.key, what: "variable")
    let list = expression(entry.value, expecting: nil, in: scope)
    let local = checker.makeLocal()
    switch list.type {
    case .list(let element): scope.names[entry.key.text] = .value(.local(local), element)
    case .error: scope.names[entry.key.text] = .value(.local(local), .error)
    default:
      report(
        "wrong-type", at: entry.value.range, "'each' goes over \(vocabulary.name(of: list.type)) here",
        expected: "a list")
      scope.names[entry.key.text] = .value(.local(local), .error)
    }
    rule.each = (local, list)
  }

  // MARK: Exceptions

  /// An exception ends after it begins, and within the time that the manifest lets it run.
  private mutating func checkLength(from: Timestamp?, until: Timestamp, of key: Scalar) {
    if let from, from >= until {
      report("empty-period", at: key.range, "the exception ends before it begins", expected: "'from' before 'until'")
    }
    guard let longest = rules.manifest.longestException else { return }
    guard let from else {
      report(
        "missing-key", at: key.range, "exception '\(key.text)' does not say when it begins",
        expected: "from: a day, as the manifest limits how long exceptions run")
      return
    }
    if let latest = from.adding(longest), until > latest {
      report(
        "exception-too-long", at: key.range, "exception '\(key.text)' runs longer than the manifest lets it",
        expected: "an end by \(latest)")
    }
  }

  mutating func checkExceptions() {
    for entry in sections["exceptions"] ?? [] {
      guard
        let members = reader.members(
          entry.value, of: "exception '\(entry.key.text)'",
          keys: ["suspends", "for", "owner", "approved_by", "because", "from", "until", "sop"],
          required: ["suspends", "for", "owner", "approved_by", "because", "until"]),
        let until = members["until"].flatMap({ instant($0) }), let condition = members["for"]
      else { continue }
      let from = members["from"].flatMap { instant($0) }
      checkLength(from: from, until: until, of: entry.key)
      _ = clauses(members, owner: "exceptions.\(entry.key.text)")
      let exception = CheckedRuleSet.Exception(
        id: "exceptions.\(entry.key.text)", condition: TypedExpression(.invalid, .error, at: condition.range),
        owner: reader.text(members["owner"], as: "'owner'") ?? "",
        approvedBy: reader.text(members["approved_by"], as: "'approved_by'") ?? "",
        because: reader.text(members["because"], as: "'because'") ?? "", from: from, until: until,
        range: entry.key.range)
      for word in reader.words(members["suspends"], as: "a rule") {
        let name = word.text.hasPrefix("rules.") ? String(word.text.dropFirst(6)) : word.text
        let known = (sections["rules"] ?? []).map(\.key.text)
        guard known.contains(name) else {
          reader.diagnostics.report(Messages.unknownName(word, what: "rule", known: known))
          continue
        }
        exceptions["rules.\(name)", default: []].append((exception, condition))
      }
    }
  }
}
