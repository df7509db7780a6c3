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
    if except == nil, let word = node?.scalar, word.text != "everything", let index = actionIndex[word.text] {
      return ([index], false)
    }
    let words = reader.words(node, as: "an action")
    let named = words.flatMap { targets($0) }
    guard named.count > 1 || except != nil else { return (named, words.contains { $0.text == "everything" }) }
    var found = Set(named)
    for word in reader.words(except, as: "an action") { found.subtract(targets(word)) }
    return (found.sorted(), words.contains { $0.text == "everything" })
  }

  /// Notes which way a construct works on the groups that it names, and on those within them.
  mutating func noteGroups(_ node: Node?, except: Node?, _ direction: Direction) {
    guard !groups.isEmpty else { return }
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

  /// A requirement of an action, of a vote or of an override.
  mutating func requirement(_ entry: Node.Entry, id: String, scope: Scope) -> CheckedRuleSet.Rule? {
    guard
      let members = reader.members(
        entry.value, of: "a requirement",
        keys: .requirement,
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
    foundLoops = false
    readLet(members["let"], id: id, scope: &scope)
    rule.each = eachElement(members["each"], scope: &scope)
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
    }
    rule.message = sentence(message, in: scope, given: messageFlow)
    rule.clauses = reader.words(members["sop"], as: "'sop'").map(\.text)
    readAttributes(members, into: &rule, scope: actionScope)
    rule.mayHaveLoops = foundLoops || rule.each != nil
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
    (rule.effectiveFrom, rule.effectiveUntil) = effective(members["effective"])
    for (exception, condition) in exceptions.isEmpty ? [] : exceptions[rule.id] ?? [] {
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

  /// `effective: { from, until }`.
  mutating func effective(_ node: Node?) -> (from: Timestamp?, until: Timestamp?) {
    guard let node, let times = reader.members(node, of: "'effective'", keys: .effective) else { return (nil, nil) }
    let from = times["from"].flatMap { instant($0) }
    let until = times["until"].flatMap { instant($0) }
    if let from, let until, from >= until {
      report("empty-period", at: node.range, "the rule ends before it begins", expected: "'from' before 'until'")
    }
    return (from, until)
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

  /// `each: { name: list }`; the name is a variable from there on.
  mutating func eachElement(_ node: Node?, scope: inout Scope) -> (local: Int, list: TypedExpression)? {
    guard let node, let members = reader.mapping(node, as: "'each'") else { return nil }
    guard members.entries.count == 1, let entry = members.entries.first else {
      report("wrong-kind", at: node.range, "'each' goes over one list", expected: "each: { NAME: LIST }")
      return nil
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
    return (local, list)
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

  private func rules(named name: String, state kind: String) -> Bool {
    guard let entry = sections["rules"]?.first(where: { $0.key.text == name }),
      case .mapping(let members) = entry.value.kind
    else { return false }
    return members.contains { $0.key.text == kind }
  }

  mutating func checkExceptions() {
    for entry in sections["exceptions"] ?? [] {
      guard
        let members = reader.members(
          entry.value, of: "exception '\(entry.key.text)'", keys: .exception,
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
        if let kind = ["grant", "notify"].first(where: { rules(named: name, state: $0) }) {
          report(
            "no-effect", at: word.range, "'\(name)' has nothing to suspend: it is a rule '\(kind)'",
            expected: "a rule that forbids or requires")
        }
        exceptions["rules.\(name)", default: []].append((exception, condition))
      }
    }
  }
}
