import BylawModel
import BylawSyntax

extension RuleSetChecker {
  /// The language that this checker reads.
  static let languageVersion = 1

  mutating func readManifest(_ node: Node) {
    guard let all = reader.mapping(node, as: "the manifest") else { return }
    let sections = all.entries.map(\.key).filter { Self.sectionNames.contains($0.text) }
    for key in sections { reader.diagnostics.report(Messages.sectionInManifest(key)) }
    let complete = reader.members(
      node, of: "the manifest", keys: .manifest, besides: sections.map(\.text),
      required: ["bylaw", "name", "version", "subject"])
    // With a mistake in it the rest of the manifest still says what the rules mean.
    let members = complete ?? all
    guard members["subject"] != nil else { return }
    if let first = manifestMembers, let key = members.key("bylaw"), let other = first.key("bylaw") {
      report(
        "duplicate-manifest", at: key.range, "this rule set has two manifests", expected: "one file with 'bylaw:'",
        notes: [.init(range: other.range, message: "the first one")], hint: "name the folder of one rule set")
      return
    }
    manifestMembers = members
    if let version = reader.scalar(ifAny: members["bylaw"], as: "'bylaw'"), version.text != String(Self.languageVersion)
    {
      report(
        "unknown-language", at: version.range, "this engine does not read version \(version.text) of the language",
        expected: "1")
    }
    _ = reader.words(members["uses"], as: "the folder of a used vocabulary")
    rules.manifest.name = reader.text(members["name"], as: "'name'") ?? ""
    rules.manifest.version = reader.text(members["version"], as: "'version'") ?? ""
    if let zone = reader.scalar(ifAny: members["time_zone"], as: "a time zone") {
      if TimeZoneRules(identifier: zone.text) == nil {
        reader.diagnostics.report(Messages.unknownTimeZone(zone.text, at: zone.range))
      }
      rules.manifest.timeZone = zone.text
    }
    let kept = reader.word(members["refusals"], as: "place for refusals", of: CheckedRuleSet.Manifest.Refusals.self)
    rules.manifest.keepsRefusalsInTrail = kept == .trail
    rules.manifest.noticeWord = reader.text(members["audit_notices"], as: "'audit_notices'")
    if let longest = reader.scalar(ifAny: members["longest_exception"], as: "a length of time") {
      rules.manifest.longestException = duration(longest)
    }
  }

  /// A length of time such as `24h`, `15 min` or `2 days`.
  mutating func duration(_ scalar: Scalar) -> TimeSpan? {
    if let span = parseDuration(scalar.text) { return span }
    report(
      "malformed-duration", at: scalar.range, "'\(scalar.text)' is no length of time",
      expected: "numbers with the units s, min, h, days or weeks, such as 24h, 15 min or 2 days")
    return nil
  }

  /// A time that must pass is more than none.
  mutating func checkPositive(_ span: TimeSpan, of what: String, at node: Node?) {
    guard span <= TimeSpan(seconds: 0), let node else { return }
    report(
      "malformed-duration", at: node.range, "\(what) cannot wait for no time or less",
      expected: "a length of time such as 24h")
  }

  /// Subject and role need the vocabulary, so they are read after it.
  mutating func checkManifest() {
    guard let members = manifestMembers else { return }
    rules.manifest.subjects = []
    for word in reader.words(members["subject"], as: "'subject'") {
      if word.text == "System" {
        rules.manifest.hasSystem = true
      } else if let entity = vocabulary.entities[word.text] {
        rules.manifest.subjects.append(entity)
      } else {
        reader.diagnostics.report(
          Messages.unknownName(word, what: "entity", known: vocabulary.entities.keys + ["System"]))
      }
    }
    rules.manifest.subjects.sort()
    vocabulary.timeZone = rules.manifest.timeZone
    defineGlobalScope()
    guard let role = members["role"] else { return }
    let local = checker.makeLocal()
    var scope = globalScope
    scope.names["subject"] = .value(.local(local), subjectType)
    let expression = self.expression(role, expecting: nil, in: scope)
    rules.manifest.role = expression
    rules.manifest.roleLocal = local
    switch expression.type {
    case .enumeration(let index), .list(.enumeration(let index)), .optional(.enumeration(let index)):
      rules.manifest.roleEnumeration = index
      roleWords = vocabulary.schema.enums[index].members
      if roleWords.count > 64 {
        report("too-many-roles", at: role.range, "the roles are more than 64 words", expected: "at most 64 roles")
      }
    case .error: break
    default:
      report(
        "wrong-type", at: role.range, "the role of a subject is \(vocabulary.name(of: expression.type)) here",
        expected: "an enum, an optional one, or a list of it")
    }
  }

  /// The type of `subject`.
  var subjectType: ValueType { rules.manifest.subjects.isEmpty ? .error : .entity(rules.manifest.subjects) }

  private mutating func defineGlobalScope() {
    globalScope.names["subject"] = .value(.root(.subject), subjectType)
    globalScope.names["action"] = .value(.root(.action), .string)
    globalScope.names["now"] = .value(.root(.now), .timestamp)
    globalScope.names["requested_at"] = .value(.root(.requestedAt), .timestamp)
    globalScope.names["today"] = .value(.root(.today), .date)
    globalScope.names["resource"] = .unavailable("the action has no resource: 'of:' is missing there")
    globalScope.names["after"] = .unavailable("the action changes no resource")
    globalScope.names["input"] = .namespace([:])
    globalScope.names["let"] = .namespace([:])
    globalScope.names["facts"] = .namespace([:])
    globalScope.names["classified"] = .namespace([:])
    globalScope.names["effects"] = .namespace([:])
    globalScope.names["it"] = .unavailable("'it' stands only where records are looked through")
    globalScope.names["approver"] = .unavailable("'approver' stands only under 'of' of a place")
    globalScope.names["proposal"] = .unavailable("'proposal' stands only in votes and outcomes")
  }

  /// Constants, singletons and the members of the context.
  mutating func checkConstantsAndContext() {
    for entry in sections["singletons"] ?? [] {
      guard checkName(entry.key, what: "singleton") else { continue }
      guard let type = reader.scalar(entry.value, as: "the entity of singleton '\(entry.key.text)'") else { continue }
      guard let entity = vocabulary.entities[type.text] else {
        reader.diagnostics.report(Messages.unknownName(type, what: "entity", known: Array(vocabulary.entities.keys)))
        continue
      }
      globalScope.names[entry.key.text] = .value(.root(.singleton(rules.singletons.count)), .entity([entity]))
      rules.singletons.append(.init(name: entry.key.text, entity: entity))
    }
    for entry in sections["constants"] ?? [] { checkConstant(entry) }
    var members: [String: Scope.Binding] = [:]
    for entry in sections["context"] ?? [] {
      guard var field = field(entry, keys: .contextField) else { continue }
      var fromServer = false
      if case .mapping(let members) = entry.value.kind,
        let node = members.first(where: { $0.key.text == "from" })?.value
      {
        fromServer = reader.word(node, as: "source of a context member", of: ContextSource.self) == .server
      }
      if ["facts", "approvals", "override", "requested_at"].contains(field.name) {
        report(
          "reserved-name", at: entry.key.range, "'\(field.name)' is reserved in the context", expected: "another name")
      }
      if field.constraint.reference == .live { field.constraint.reference = .any }
      members[field.name] = .value(.root(.context(rules.context.count)), field.readType)
      rules.context.append(.init(field: field, fromServer: fromServer))
    }
    globalScope.names["context"] = .namespace(members)
  }

  private enum ContextSource: String, CaseIterable { case server, caller }

  private mutating func checkConstant(_ entry: Node.Entry) {
    guard checkName(entry.key, what: "constant") else { return }
    var type: DeclaredType?
    var valueNode = entry.value
    if entry.value.isMapping {
      guard
        let members = reader.members(
          entry.value, of: "a constant", keys: .constant, required: ["value"]),
        let value = members["value"]
      else { return }
      _ = clauses(members, owner: "constants.\(entry.key.text)")
      _ = reader.text(members["because"], as: "'because'")
      type = reader.scalar(ifAny: members["type"], as: "a type").flatMap { declaredType($0) }
      valueNode = value
    } else if case .scalar(let scalar) = entry.value.kind, let mark = scalar.text.firstIndex(of: "=") {
      let typed = Scalar(
        text: String(scalar.text[..<mark]), style: scalar.style, range: scalar.range, map: scalar.map)
      if let declared = silently({ $0.declaredType(typed.trimmedEnd) }) {
        checkTypedConstant(entry, scalar, declared)
        return
      }
    }
    let value = expression(valueNode, expecting: type?.type, in: globalScope)
    if let type, let known = constantValue(value) {
      let field = Field(name: entry.key.text, type: type.type, constraint: type.constraint)
      declaredValues.append(
        .init(value: known, field: field, text: valueNode.scalar?.text ?? entry.key.text, range: valueNode.range))
    }
    defineConstant(entry.key.text, value)
  }

  /// `name: TYPE = VALUE`.
  private mutating func checkTypedConstant(_ entry: Node.Entry, _ scalar: Scalar, _ declared: DeclaredType) {
    guard let whole = declaredType(scalar), let text = whole.defaultText else { return }
    guard let value = constant(text.text, for: declared.type) else {
      reportDefault(text.text, of: declared.type, at: text.range)
      globalScope.names[entry.key.text] = .value(.invalid, .error)
      return
    }
    let field = Field(name: entry.key.text, type: declared.type, constraint: declared.constraint)
    declaredValues.append(.init(value: value, field: field, text: text.text, range: text.range))
    defineConstant(entry.key.text, TypedExpression(.literal(value), declared.type, at: text.range))
  }

  /// A constant is a definition, so that a switch which is off is not taken for a condition that never holds.
  private mutating func defineConstant(_ name: String, _ value: TypedExpression) {
    globalScope.names[name] = .value(.root(.definition(rules.definitions.count)), value.type)
    rules.definitions.append(.init(name: name, kind: .constant, value: value))
  }

  /// Runs a check whose diagnostics do not count.
  mutating func silently<Result>(_ body: (inout Self) -> Result) -> Result {
    let kept = reader.diagnostics
    defer { reader.diagnostics = kept }
    return body(&self)
  }
}

extension Scalar {
  /// Without white space at the end.
  var trimmedEnd: Scalar {
    var scalar = self
    while scalar.text.last == " " { scalar.text.removeLast() }
    return scalar
  }
}

extension Field {
  /// The type that reading the field gives: with a default it is always there.
  var readType: ValueType {
    defaultValue == nil ? type : type.content
  }
}
