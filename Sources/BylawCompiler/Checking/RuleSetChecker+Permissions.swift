import BylawModel
import BylawSyntax

/// Roles, permissions, derived roles, thresholds and parties.
extension RuleSetChecker {
  mutating func checkPermissions() {
    checkGrants()
    for entry in sections["derived_roles"] ?? [] { checkDerivedRole(entry) }
  }

  /// `grants: { Engineer: { includes: Operator, permissions: […] } }`.
  private mutating func checkGrants() {
    var own: [Int: [String]] = [:]
    var includes: [Int: [Int]] = [:]
    var places: [Int: SourceRange] = [:]
    for entry in sections["grants"] ?? [] {
      guard let role = role(entry.key),
        let members = reader.members(entry.value, of: "a grant", keys: ["includes", "permissions", "sop"])
      else { continue }
      _ = clauses(members, owner: "grants.\(entry.key.text)")
      places[role] = entry.key.range
      own[role] = reader.words(members["permissions"], as: "a permission").map(\.text)
      includes[role] = reader.words(members["includes"], as: "a role").compactMap { self.role($0) }
    }
    for role in own.keys.sorted() {
      var open = [role]
      var seen: Set<Int> = [role]
      while let next = open.popLast() {
        for permission in own[next] ?? [] { rules.manifest.permissions[permission, default: 0] |= 1 << UInt64(role) }
        for inner in includes[next] ?? [] {
          if inner == role, let place = places[role] {
            report(
              "grant-cycle", at: place, "role '\(roleWords[role])' includes itself", expected: "no cycle of 'includes'")
          }
          if seen.insert(inner).inserted { open.append(inner) }
        }
      }
    }
  }

  /// The position of a role.
  mutating func role(_ word: Scalar) -> Int? {
    if let index = roleWords.firstIndex(of: word.text) { return index }
    reader.diagnostics.report(
      Diagnostic(
        "unknown-role", at: word.range, "no role is called '\(word.text)'",
        expected: roleWords.isEmpty ? "a role, but the manifest has no 'role:'" : Messages.list(roleWords),
        hint: Messages.didYouMean(word.text, among: roleWords + derivedRoles.keys)))
    return nil
  }

  /// The roles that hold a permission; reports one that no role holds.
  mutating func roles(holding word: Scalar) -> UInt64 {
    if let mask = rules.manifest.permissions[word.text] { return mask }
    reader.diagnostics.report(
      Messages.unknownName(word, what: "permission", known: Array(rules.manifest.permissions.keys)))
    return 0
  }

  /// `assigned_account_manager: { of: { Client: it.manager == subject } }`.
  private mutating func checkDerivedRole(_ entry: Node.Entry) {
    let name = entry.key.text
    if let index = roleWords.firstIndex(of: name) {
      report(
        "duplicate-name", at: entry.key.range, "'\(roleWords[index])' is a role already",
        expected: "a name that no role has")
      return
    }
    guard
      let members = reader.members(entry.value, of: "a derived role", keys: ["of", "title", "sop"], required: ["of"]),
      let relations = reader.mapping(members["of"] ?? entry.value, as: "the relations of a derived role")
    else { return }
    _ = clauses(members, owner: "derived_roles.\(name)")
    var role = DerivedRole(local: checker.makeLocal(), conditions: [], range: entry.key.range)
    for relation in relations.entries {
      guard let entity = vocabulary.entities[relation.key.text] else {
        reader.diagnostics.report(
          Messages.unknownName(relation.key, what: "entity", known: Array(vocabulary.entities.keys)))
        continue
      }
      var scope = globalScope
      scope.names["it"] = .value(.local(role.local), .entity([entity]))
      role.conditions.append((entity, condition(relation.value, in: scope).expression))
    }
    derivedRoles[name] = role
  }

  // MARK: Thresholds

  mutating func checkThresholds() {
    for entry in sections["thresholds"] ?? [] {
      checkName(entry.key, what: "threshold")
      let id = "thresholds.\(entry.key.text)"
      guard
        let members = reader.members(
          entry.value, of: "a threshold", keys: ["title", "sop", "when", "measure", "of", "bands"],
          required: ["measure", "of", "bands"]),
        let measureNode = members["measure"], let ofNode = members["of"],
        let bands = reader.mapping(members["bands"] ?? entry.value, as: "the bands of a threshold")
      else { continue }
      _ = clauses(members, owner: id)
      var flow = Flow.none
      var condition: TypedExpression?
      if let when = members["when"] {
        let checked = self.condition(when, in: globalScope)
        condition = checked.expression
        flow = checked.whenTrue
      }
      let measure = expression(measureNode, expecting: nil, in: globalScope, given: flow)
      let of = expression(ofNode, expecting: measure.type, in: globalScope, given: flow)
      checkMeasure(measure)
      var threshold = CheckedRuleSet.Threshold(
        id: id, name: entry.key.text, condition: condition, measure: measure, of: of, bands: [],
        range: entry.key.range)
      for band in bands.entries {
        checkName(band.key, what: "band")
        if let read = self.band(band, of: id) { threshold.bands.append(read) }
      }
      vocabulary.thresholds[entry.key.text] = .init(
        index: rules.thresholds.count, bands: threshold.bands.map(\.name))
      rules.thresholds.append(threshold)
    }
  }

  private mutating func checkMeasure(_ measure: TypedExpression) {
    switch measure.type {
    case .int, .decimal, .duration, .error: break
    default:
      report(
        "wrong-type", at: measure.range, "a threshold cannot measure \(vocabulary.name(of: measure.type))",
        expected: "an int, a decimal or a duration")
    }
  }

  static let bandKeys = [
    "title", "sop", "from", "above", "forbid", "except", "unless", "because", "overridable", "notify", "class",
    "absolute",
  ]

  private mutating func band(_ entry: Node.Entry, of id: String) -> CheckedRuleSet.Threshold.Band? {
    guard let members = reader.members(entry.value, of: "a band", keys: Self.bandKeys) else { return nil }
    guard (members["from"] == nil) != (members["above"] == nil), let node = members["from"] ?? members["above"],
      let scalar = reader.scalar(node, as: "the bound of a band")
    else {
      report(
        "missing-key", at: entry.key.range, "a band needs one bound",
        expected: "'from' (bound included) or 'above' (bound excluded)")
      return nil
    }
    let number = scalar.text.hasSuffix("%") ? String(scalar.text.dropLast()).trimmingSpaces : ""
    guard let percent = FixedPoint(number), percent.units >= 0 else {
      report(
        "malformed-percent", at: scalar.range, "'\(scalar.text)' is no percentage",
        expected: "a percentage such as 75 %")
      return nil
    }
    return .init(
      id: "\(id).\(entry.key.text)", name: entry.key.text, percent: percent, includesBound: members["from"] != nil,
      range: entry.key.range)
  }

  // MARK: Parties

  mutating func checkParties() {
    for entry in sections["parties"] ?? [] {
      guard
        let members = reader.members(
          entry.value, of: "a party", keys: ["title", "sop", "all", "where", "people", "channel", "to", "permission"])
      else { continue }
      _ = clauses(members, owner: "parties.\(entry.key.text)")
      guard let recipients = partyRecipients(members, entry) else { continue }
      rules.parties.append(.init(name: entry.key.text, recipients: recipients))
    }
  }

  private mutating func partyRecipients(_ members: Members, _ entry: Node.Entry) -> CheckedRuleSet.Recipients? {
    if let all = members["all"], let word = reader.scalar(all, as: "the entity of a party") {
      guard let entity = vocabulary.entities[word.text] else {
        reader.diagnostics.report(Messages.unknownName(word, what: "entity", known: Array(vocabulary.entities.keys)))
        return nil
      }
      let local = checker.makeLocal()
      var scope = globalScope
      scope.names["it"] = .value(.local(local), .entity([entity]))
      var query = TypedExpression.Query(kind: .list, entity: entity, local: local)
      query.condition = members["where"].map { condition($0, in: scope).expression }
      return .people(TypedExpression(.query(query), .list(.entity([entity])), at: entry.key.range))
    }
    if let people = members["people"] { return .people(expression(people, expecting: nil, in: globalScope)) }
    if let permission = members["permission"]?.scalar {
      _ = roles(holding: permission)
      return .permission(permission.text)
    }
    if let channel = reader.text(members["channel"], as: "'channel'") {
      return .channel(channel, to: reader.text(members["to"], as: "'to'") ?? "")
    }
    report(
      "missing-key", at: entry.key.range, "a party does not say who it is",
      expected: "all, people, permission or channel")
    return nil
  }
}
