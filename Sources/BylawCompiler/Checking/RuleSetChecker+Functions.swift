import BylawModel
import BylawSyntax

extension RuleSetChecker {
  /// Conditions, classifications, calendars and facts, each after those that it uses.
  mutating func checkFunctionsAndFacts() {
    var order = DefinitionOrder(sections: sections)
    for entry in sections["calendars"] ?? [] { checkCalendar(entry) }
    for cycle in order.sort() {
      cyclicNames.formUnion(cycle.path.map { $0.hasPrefix("facts.") ? String($0.dropFirst(6)) : $0 })
      report(
        "definition-cycle", at: cycle.key.range, "'\(cycle.key.text)' is defined by itself",
        expected: "definitions that do not lead back to themselves: \(cycle.path.joined(separator: ", "))")
    }
    for (section, entry) in order.sorted {
      checkName(entry.key, what: section == "facts" ? "fact" : "function")
      switch section {
      case "conditions": checkCondition(entry)
      case "classifications": checkClassification(entry)
      default: checkFact(entry)
      }
    }
  }

  /// The names that a function of the rule set can use: its parameters, singletons and constants.
  private func functionScope(_ parameters: [CheckedRuleSet.Parameter]) -> Scope {
    var scope = globalScope
    for root in [
      "subject", "resource", "after", "action", "input", "let", "classified", "effects", "context", "now",
      "requested_at", "today", "facts",
    ] {
      scope.names[root] = .unavailable("a condition or classification sees only what it declares")
    }
    for parameter in parameters { scope.names[parameter.name] = .value(.local(parameter.local), parameter.type) }
    return scope
  }

  private mutating func parameters(_ node: Node?, of what: String) -> [CheckedRuleSet.Parameter] {
    guard let node, let members = reader.mapping(node, as: "the parameters of \(what)") else { return [] }
    return members.entries.compactMap { entry in
      checkName(entry.key, what: "parameter")
      guard let scalar = reader.scalar(entry.value, as: "the type of '\(entry.key.text)'"),
        let declared = declaredType(scalar)
      else { return .init(name: entry.key.text, local: checker.makeLocal(), type: .error) }
      return .init(name: entry.key.text, local: checker.makeLocal(), type: declared.type)
    }
  }

  private mutating func declare(
    _ key: Scalar, _ meaning: Vocabulary.Function.Meaning, _ parameters: [CheckedRuleSet.Parameter],
    _ result: ValueType
  ) {
    guard vocabulary.functions[key.text] == nil, !checker.functionNames.contains(key.text) else {
      report(
        "duplicate-name", at: key.range,
        "'\(key.text)' is already the name of a function, condition, classification or calendar",
        expected: "a name of its own", hint: "rename one of them")
      return
    }
    vocabulary.functions[key.text] = .init(
      meaning: meaning, parameters: parameters.map { ($0.name, $0.type) }, result: result)
  }

  private mutating func checkCondition(_ entry: Node.Entry) {
    let name = entry.key.text
    guard
      let members = reader.members(
        entry.value, of: "condition '\(name)'", keys: .condition, required: ["is"]),
      let body = members["is"]
    else { return }
    _ = clauses(members, owner: "conditions.\(name)")
    let parameters = parameters(members["of"], of: "condition '\(name)'")
    let typed = expression(body, expecting: nil, in: functionScope(parameters))
    declare(entry.key, .condition(rules.conditions.count), parameters, typed.type)
    rules.conditions.append(.init(name: name, parameters: parameters, body: typed, range: entry.key.range))
  }

  // MARK: Classifications

  private mutating func checkClassification(_ entry: Node.Entry) {
    let name = entry.key.text
    guard
      let members = reader.members(
        entry.value, of: "classification '\(name)'", keys: .classification,
        required: ["given", "gives", "pick", "rows"]),
      let pick = reader.word(members["pick"], as: "hit policy", of: CheckedRuleSet.Classification.HitPolicy.self)
    else { return }
    let parameters = parameters(members["given"], of: "classification '\(name)'")
    let outputs = classificationOutputs(members["gives"], name: name)
    guard !outputs.isEmpty else { return }
    let result = classificationResult(name, outputs, pick)
    var table = CheckedRuleSet.Classification(
      id: "classifications.\(name)", name: name, clauses: clauses(members, owner: "classifications.\(name)"),
      parameters: parameters, outputs: outputs, hitPolicy: pick, rows: [], otherwise: nil, result: result,
      range: entry.key.range)
    let scope = functionScope(parameters)
    if let columns = members["columns"] {
      tableRows(columns, members["rows"], into: &table, scope: scope)
    } else {
      namedRows(members["rows"], into: &table, scope: scope)
    }
    if let otherwise = members["otherwise"] {
      table.otherwise = otherwiseOutputs(otherwise, table, scope)
    }
    if pick == .worst { checkWorst(table, members) }
    declare(entry.key, .classification(rules.classifications.count), parameters, result)
    rules.classifications.append(table)
  }

  private mutating func checkWorst(_ table: CheckedRuleSet.Classification, _ members: Members) {
    if case .enumeration(let index) = table.outputs[0].type, vocabulary.schema.enums[index].isOrdered { return }
    report(
      "unordered-worst", at: members["pick"]?.range ?? table.range,
      "'worst' cannot be told for \(vocabulary.name(of: table.outputs[0].type))",
      expected: "an ordered enum as the first output", hint: "declare the enum with 'least_to_worst:'")
  }

  private mutating func classificationOutputs(_ node: Node?, name: String) -> [(name: String, type: ValueType)] {
    guard let node else { return [] }
    if case .mapping(let entries) = node.kind {
      return entries.compactMap { entry in
        checkName(entry.key, what: "output")
        guard let scalar = reader.scalar(entry.value, as: "the type of '\(entry.key.text)'"),
          let declared = declaredType(scalar)
        else { return nil }
        return (entry.key.text, declared.type)
      }
    }
    guard let scalar = reader.scalar(node, as: "'gives'"), let declared = declaredType(scalar) else { return [] }
    return [("value", declared.type)]
  }

  /// The type of an application; several outputs make a record of their own.
  private mutating func classificationResult(
    _ name: String, _ outputs: [(name: String, type: ValueType)], _ pick: CheckedRuleSet.Classification.HitPolicy
  ) -> ValueType {
    var result = outputs[0].type
    if outputs.count > 1 {
      result = .record(vocabulary.schema.records.count)
      vocabulary.schema.records.append(
        .init(name: name, fields: outputs.map { Field(name: $0.name, type: $0.type) }))
    }
    return pick == .all ? .list(result) : result
  }

  /// `rows: { P1: { sentence: condition } }`.
  private mutating func namedRows(
    _ node: Node?, into table: inout CheckedRuleSet.Classification, scope: Scope
  ) {
    guard let node, let members = reader.mapping(node, as: "the rows of '\(table.name)'") else { return }
    if table.outputs.count > 1 {
      report(
        "missing-key", at: node.range, "a classification with several outputs needs 'columns'",
        expected: "columns: […] and rows as lists")
      return
    }
    for entry in members.entries {
      let outputNode = Node(kind: .scalar(entry.key), range: entry.key.range)
      let output = constantOrExpression(outputNode, type: table.outputs[0].type, scope: scope)
      if case .mapping(let conditions) = entry.value.kind, !conditions.isEmpty, !isConditionList(entry.value) {
        for condition in conditions {
          let typed = self.condition(condition.value, in: scope).expression
          table.rows.append(
            .init(label: condition.key.text, condition: typed, outputs: [output], range: condition.key.range))
        }
      } else {
        let typed = self.condition(entry.value, in: scope).expression
        table.rows.append(.init(label: entry.key.text, condition: typed, outputs: [output], range: entry.key.range))
      }
    }
  }

  private mutating func otherwiseOutputs(
    _ node: Node, _ table: CheckedRuleSet.Classification, _ scope: Scope
  ) -> [TypedExpression]? {
    if table.outputs.count == 1 {
      return [constantOrExpression(node, type: table.outputs[0].type, scope: scope)]
    }
    let nodes: [Node?]
    switch node.kind {
    case .sequence(let elements): nodes = elements
    case .mapping(let entries):
      nodes = table.outputs.map { output in entries.first { $0.key.text == output.name }?.value }
    case .scalar: nodes = []
    }
    guard nodes.count == table.outputs.count else {
      report(
        "wrong-kind", at: node.range, "'otherwise' does not give each output",
        expected: counted(table.outputs.count, "value"))
      return nil
    }
    return zip(nodes, table.outputs).map { element, output in
      guard let element else {
        report("missing-key", at: node.range, "'otherwise' gives no '\(output.name)'", expected: "each output")
        return TypedExpression(.invalid, .error, at: node.range)
      }
      return constantOrExpression(element, type: output.type, scope: scope)
    }
  }

  // MARK: Facts

  private mutating func checkFact(_ entry: Node.Entry) {
    var scope = globalScope
    for root in ["resource", "after"] {
      scope.names[root] = .unavailable("a fact sees no resource: what reads one stands under 'let:' of the action")
    }
    let typed = definition(entry, name: entry.key.text, kind: .fact, scope: scope)
    var facts: [String: Scope.Binding] = [:]
    if case .namespace(let known) = globalScope.names["facts"] { facts = known }
    facts[entry.key.text] = typed
    globalScope.names["facts"] = .namespace(facts)
  }

  /// A fact or a `let`: a look through records, or an expression.
  mutating func definition(
    _ entry: Node.Entry, name: String, kind: CheckedRuleSet.Definition.Kind, scope: Scope, given flow: Flow = .none
  ) -> Scope.Binding {
    let value: TypedExpression
    if entry.value.isMapping, !isConditionList(entry.value) {
      value = query(entry.value, owner: kind == .fact ? "facts.\(name)" : name, scope: scope, given: flow)
    } else {
      value = expression(entry.value, expecting: nil, in: scope, given: flow)
    }
    rules.definitions.append(.init(name: name, kind: kind, value: value))
    return .value(.root(.definition(rules.definitions.count - 1)), value.type)
  }

  private mutating func query(_ node: Node, owner: String, scope: Scope, given flow: Flow) -> TypedExpression {
    let invalid = TypedExpression(.invalid, .error, at: node.range)
    guard
      let (members, list) = reader.members(
        node, of: "a fact", oneOf: KeyList.facts, else: "a fact says once what it gives"),
      let kind = TypedExpression.Query.Kind(rawValue: list.kind)
    else { return invalid }
    _ = clauses(members, owner: owner)
    let isOrdered = kind == .list || kind == .first
    refuseKeys(["order"], of: members, unless: isOrdered || members["limit"] != nil, "'limit:'")
    guard let target = members[list.kind], let word = reader.scalar(target, as: "the entity of a fact") else {
      return invalid
    }
    guard let entity = vocabulary.entities[word.text] else {
      reader.diagnostics.report(Messages.unknownName(word, what: "entity", known: Array(vocabulary.entities.keys)))
      return invalid
    }
    let local = checker.makeLocal()
    var inner = scope
    inner.names["it"] = .value(.local(local), .entity([entity]))
    var query = TypedExpression.Query(kind: kind, entity: entity, local: local)
    var innerFlow = flow
    if let condition = members["where"] {
      let checked = self.condition(condition, in: inner, given: flow)
      query.condition = checked.expression
      innerFlow = checked.whenTrue
    }
    if let of = members["of"] { query.of = expression(of, expecting: nil, in: inner, given: innerFlow) }
    if let order = members["order"] { readOrder(order, into: &query, scope: inner, given: innerFlow) }
    if let limit = members["limit"] { query.limit = reader.int(limit, as: "'limit'", in: 1...1_000_000) }
    return TypedExpression(.query(query), queryType(query, members), at: node.range)
  }

  mutating func readOrder(
    _ node: Node, into query: inout TypedExpression.Query, scope: Scope, given flow: Flow
  ) {
    if case .mapping = node.kind {
      guard let members = reader.members(node, of: "an order", keys: .order, required: ["latest_first"])
      else { return }
      query.latestFirst = true
      query.order = members["latest_first"].map { expression($0, expecting: nil, in: scope, given: flow) }
    } else {
      query.order = expression(node, expecting: nil, in: scope, given: flow)
    }
  }

  private mutating func queryType(_ query: TypedExpression.Query, _ members: Members) -> ValueType {
    let record = ValueType.entity([query.entity])
    switch query.kind {
    case .count: return .int
    case .exists: return .bool
    case .list: return .list(record)
    case .first, .one: return .optional(record)
    case .sum, .min, .max:
      guard let of = query.of else {
        report(
          "missing-key", at: members.range, "'\(query.kind.rawValue)' needs 'of'",
          expected: "of: what is taken of each record")
        return .error
      }
      let type = of.type.content
      switch (query.kind, type) {
      case (_, .error): return .error
      case (.sum, .int), (.sum, .decimal), (.sum, .duration): return type
      case (.min, .int), (.min, .decimal), (.min, .duration), (.min, .timestamp), (.min, .date),
        (.max, .int), (.max, .decimal), (.max, .duration), (.max, .timestamp), (.max, .date):
        return .optional(type)
      default:
        report(
          "wrong-type", at: of.range, "'\(query.kind.rawValue)' cannot take \(vocabulary.name(of: type))",
          expected: "a number, a duration or a time")
        return .error
      }
    }
  }

  // MARK: Calendars

  private mutating func checkCalendar(_ entry: Node.Entry) {
    checkName(entry.key, what: "calendar")
    guard
      let members = reader.members(
        entry.value, of: "calendar '\(entry.key.text)'", keys: .calendar,
        required: ["weekly"])
    else { return }
    _ = clauses(members, owner: "calendars.\(entry.key.text)")
    let zone: TypedExpression
    if let node = members["zone"], let scalar = node.scalar, TimeZoneRules(identifier: scalar.text) != nil {
      zone = TypedExpression(.literal(.string(scalar.text)), .string, at: node.range)
    } else if let node = members["zone"] {
      zone = expression(node, expecting: .string, in: globalScope)
      if case .literal(.string(let name)) = zone.kind, TimeZoneRules(identifier: name) == nil {
        reader.diagnostics.report(Messages.unknownTimeZone(name, at: zone.range))
      }
    } else {
      zone = TypedExpression(.literal(.string(rules.manifest.timeZone)), .string, at: members.range)
    }
    var calendar = CheckedRuleSet.Calendar(
      name: entry.key.text, zone: zone, openings: [], holidays: [], range: entry.key.range)
    for day in reader.mapping(members["weekly"] ?? entry.value, as: "the week of a calendar")?.entries ?? [] {
      readOpenings(day, into: &calendar)
    }
    for word in reader.words(members["holidays"], as: "a holiday") {
      if let date = CalendarDate(word.text) {
        calendar.holidays.append(date)
      } else {
        report(
          "malformed-date", at: word.range, "'\(word.text)' is no day", expected: "a day such as 2025-12-25 that exists"
        )
      }
    }
    vocabulary.functions[entry.key.text] = .init(
      meaning: .calendar(rules.calendars.count), parameters: [("at", .timestamp)], result: .bool)
    rules.calendars.append(calendar)
  }

  private static let weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

  /// `mon-fri: 09:00 to under 17:00`.
  private mutating func readOpenings(_ entry: Node.Entry, into calendar: inout CheckedRuleSet.Calendar) {
    let ends = entry.key.text.split(separator: "-").map { Self.weekdays.firstIndex(of: String($0)) }
    guard (1...2).contains(ends.count), let first = ends.first ?? nil, let last = ends.last ?? nil, first <= last else {
      report(
        "malformed-weekday", at: entry.key.range, "'\(entry.key.text)' is no day of the week",
        expected: "mon, tue, wed, thu, fri, sat, sun or a stretch such as mon-fri")
      return
    }
    for word in reader.words(entry.value, as: "opening hours") {
      guard let hours = Self.openingHours(word.text) else {
        report(
          "malformed-hours", at: word.range, "'\(word.text)' are no hours of a day",
          expected: "hours such as 09:00 to under 17:00")
        continue
      }
      for day in first...last {
        calendar.openings.append(.init(weekday: day + 1, from: hours.lowerBound, until: hours.upperBound))
      }
    }
  }

  private static func openingHours(_ text: String) -> Range<Int>? {
    let words = text.split(separator: " ").map(String.init)
    let isUnder = words.count == 4 && words[2] == "under"
    guard words.count == 3 || isUnder, words[1] == "to" else { return nil }
    guard let from = minutes(words[0]), let until = minutes(words[words.count - 1]), from < until else { return nil }
    return from..<(isUnder ? until : min(until + 1, 24 * 60))
  }

  private static func minutes(_ text: String) -> Int? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].count == 2, parts[1].count == 2, let hour = Int(parts[0]),
      let minute = Int(parts[1]), (0...59).contains(minute), (0...23).contains(hour) || (hour == 24 && minute == 0)
    else { return nil }
    return hour * 60 + minute
  }
}
