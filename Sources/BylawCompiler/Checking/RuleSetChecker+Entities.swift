import BylawModel
import BylawSyntax

/// What holds for records: who is live, which keys are unique, which states follow which.
extension RuleSetChecker {
  mutating func checkEntityRules() {
    let entries = sections["entities"] ?? []
    rules.entities = vocabulary.schema.entities.indices.map { _ in .init(local: checker.makeLocal()) }
    for entry in entries {
      guard let entity = vocabulary.entities[entry.key.text],
        let members = silently({ $0.reader.mapping(entry.value, as: "an entity") })
      else { continue }
      var scope = globalScope
      for root in ["subject", "input", "classified", "context"] {
        scope.names[root] = .unavailable("what holds for a record does not depend on who asks")
      }
      scope.names["it"] = .value(.local(rules.entities[entity].local), .entity([entity]))
      _ = clauses(members, owner: "entities.\(entry.key.text)")
      if let live = members["live"] { rules.entities[entity].live = condition(live, in: scope).expression }
      if let unique = members["unique"] { checkUnique(unique, entity: entity, name: entry.key.text, scope: scope) }
      if let lifecycle = members["lifecycle"] { checkLifecycles(lifecycle, entity: entity, name: entry.key.text) }
    }
  }

  private enum Ignored: String, CaseIterable { case `case`, space }

  private mutating func checkUnique(_ node: Node, entity: Int, name: String, scope: Scope) {
    let fields = vocabulary.schema.entities[entity].fields
    for entry in reader.mapping(node, as: "the unique keys of '\(name)'")?.entries ?? [] {
      let id = "entities.\(name).unique.\(entry.key.text)"
      guard
        let members = reader.members(
          entry.value, of: "a unique key", keys: .uniqueKey,
          required: ["of", "else"]),
        let message = members["else"]
      else { continue }
      let positions = fieldPositions(members["of"], of: entity)
      let ignored = reader.oneOrMore(members["ignoring"] ?? entry.value).compactMap { node -> Ignored? in
        members["ignoring"] == nil ? nil : reader.word(node, as: "word after 'ignoring'", of: Ignored.self)
      }
      var condition: TypedExpression?
      if let whileNode = members["while"] { condition = self.condition(whileNode, in: scope).expression }
      var sentenceScope = scope
      sentenceScope.names["subject"] = globalScope.names["subject"]
      rules.entities[entity].uniqueKeys.append(
        .init(
          id: id, name: entry.key.text, fields: positions, ignoresCase: ignored.contains(.case),
          ignoresSpace: ignored.contains(.space), condition: condition,
          message: sentence(message, in: sentenceScope),
          denialClass: reader.word(members["class"], as: "class", of: DenialClass.self) ?? .conflict,
          clauses: clauses(members, owner: id), range: entry.key.range))
      for position in positions where ignored.contains(.case) || ignored.contains(.space) {
        switch fields[position].type.content {
        case .string, .entity, .enumeration: continue
        default:
          report(
            "wrong-type", at: members["ignoring"]?.range ?? entry.key.range,
            "'ignoring' does not fit the field '\(fields[position].name)'",
            expected: "text fields")
        }
      }
    }
  }

  /// The positions of fields named in a list.
  mutating func fieldPositions(_ node: Node?, of entity: Int) -> [Int] {
    let fields = vocabulary.schema.entities[entity].fields
    return reader.words(node, as: "a field").compactMap { word in
      if let position = fields.firstIndex(where: { $0.name == word.text }) { return position }
      reader.diagnostics.report(Messages.unknownName(word, what: "field", known: fields.map(\.name)))
      return nil
    }
  }

  private mutating func checkLifecycles(_ node: Node, entity: Int, name: String) {
    let fields = vocabulary.schema.entities[entity].fields
    for entry in reader.mapping(node, as: "the lifecycle of '\(name)'")?.entries ?? [] {
      guard let position = fieldPositions(Node(kind: .scalar(entry.key), range: entry.key.range), of: entity).first
      else { continue }
      guard case .enumeration(let index) = fields[position].type else {
        report(
          "wrong-type", at: entry.key.range, "the field '\(entry.key.text)' is no enum", expected: "a field of an enum")
        continue
      }
      guard let members = reader.mapping(entry.value, as: "a lifecycle") else { continue }
      let states = vocabulary.schema.enums[index].members
      let id = "entities.\(name).lifecycle.\(entry.key.text)"
      var lifecycle = CheckedRuleSet.Lifecycle(
        id: id, field: position, start: [], moves: Array(repeating: [], count: states.count), timed: [],
        clauses: clauses(members, owner: id), range: entry.key.range)
      for member in members.entries {
        switch member.key.text {
        case "start": lifecycle.start = self.states(member.value, states)
        case "timed":
          for move in reader.sequence(member.value, as: "the timed moves") ?? [] {
            if let timed = timedMove(move, states, entity) { lifecycle.timed.append(timed) }
          }
        case "sop": continue
        default:
          guard let from = state(member.key, states) else { continue }
          lifecycle.moves[from] = self.states(member.value, states)
        }
      }
      if lifecycle.start.isEmpty {
        report("missing-key", at: entry.key.range, "a lifecycle needs 'start'", expected: "the states of a new record")
      }
      warnUnreachable(lifecycle, states)
      rules.entities[entity].lifecycles.append(lifecycle)
    }
  }

  private mutating func state(_ word: Scalar, _ states: [String]) -> Int? {
    if let index = states.firstIndex(of: word.text) { return index }
    reader.diagnostics.report(Messages.unknownWord(word, of: "state", known: states))
    return nil
  }

  private mutating func states(_ node: Node, _ states: [String]) -> [Int] {
    reader.words(node, as: "a state").compactMap { state($0, states) }
  }

  private mutating func timedMove(
    _ node: Node, _ states: [String], _ entity: Int
  ) -> CheckedRuleSet.Lifecycle.TimedMove? {
    guard
      let members = reader.members(
        node, of: "a timed move", keys: .timedMove,
        required: ["from", "to", "after", "since"]),
      let from = reader.scalar(ifAny: members["from"], as: "a state").flatMap({ state($0, states) }),
      let to = reader.scalar(ifAny: members["to"], as: "a state").flatMap({ state($0, states) }),
      let after = reader.scalar(ifAny: members["after"], as: "a length of time").flatMap({ duration($0) }),
      let since = fieldPositions(members["since"], of: entity).first
    else { return nil }
    _ = clauses(members, owner: "entities.\(vocabulary.schema.entities[entity].name).lifecycle")
    checkPositive(after, of: "a timed move", at: members["after"])
    if from == to {
      report(
        "no-such-move", at: members["to"]?.range ?? node.range, "a timed move leads to the state that it starts from",
        expected: "another state")
    }
    guard vocabulary.schema.entities[entity].fields[since].type.content == .timestamp else {
      report(
        "wrong-type", at: members["since"]?.range ?? node.range, "'since' is no time", expected: "a timestamp field")
      return nil
    }
    return .init(from: from, to: to, after: after, since: since, range: node.range)
  }

  private mutating func warnUnreachable(_ lifecycle: CheckedRuleSet.Lifecycle, _ states: [String]) {
    var reached = Set(lifecycle.start)
    var open = lifecycle.start
    while let next = open.popLast() {
      for state in lifecycle.moves[next] + lifecycle.timed.filter({ $0.from == next }).map(\.to)
      where reached.insert(state).inserted {
        open.append(state)
      }
    }
    let lost = states.indices.filter { !reached.contains($0) }.map { states[$0] }
    guard !lost.isEmpty, !lifecycle.start.isEmpty else { return }
    warn(
      "unreachable-state", at: lifecycle.range, "no move leads to \(Messages.list(lost.map { "'\($0)'" }))",
      expected: "every state reachable from 'start'")
  }
}
