import BylawModel
import BylawSyntax

/// Roles, permissions, derived roles and parties.
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
        let members = reader.members(entry.value, of: "a grant", keys: .roleGrant)
      else { continue }
      _ = clauses(members, owner: "grants.\(entry.key.text)")
      places[role] = entry.key.range
      let permissions = reader.words(members["permissions"], as: "a permission")
      for word in permissions where word.text.trimmingSpaces.isEmpty {
        reader.diagnostics.report(Messages.blank(word, what: "the name of a permission"))
      }
      own[role] = permissions.map(\.text)
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
        hint: Messages.listMeant(word.text, of: roleWords + derivedRoles.keys)
          ?? Messages.didYouMean(word.text, among: roleWords + derivedRoles.keys)))
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
      let members = reader.members(entry.value, of: "a derived role", keys: .derivedRole, required: ["of"]),
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

  // MARK: Parties

  mutating func checkParties() {
    for entry in sections["parties"] ?? [] {
      guard
        let (members, _) = reader.members(
          entry.value, of: "party '\(entry.key.text)'", oneOf: KeyList.parties, else: "a party says once who it is",
          at: entry.key.range)
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
    if let people = members["people"] {
      let expression = expression(people, expecting: nil, in: globalScope)
      checkRecipients(expression)
      return .people(expression)
    }
    if let permission = reader.scalar(ifAny: members["permission"], as: "'permission'") {
      _ = roles(holding: permission)
      return .permission(permission.text)
    }
    if let channel = reader.text(members["channel"], as: "'channel'") {
      if members["to"] == nil {
        report(
          "missing-key", at: entry.key.range, "a channel does not say to whom",
          expected: "to: an address or a room of the channel")
      }
      return .channel(channel, to: reader.text(members["to"], as: "'to'") ?? "")
    }
    return nil
  }
}
