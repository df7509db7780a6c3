import BylawEvaluator
import BylawModel
import BylawSyntax

/// Turns checked expressions into the flat form; structurally equal ones become one.
struct ExpressionLowering {
  private let rules: CheckedRuleSet
  private let sources: SourceMap
  var plan = ExpressionPlan()
  private var known = NodeTable()
  private var knownConstants = ConstantTable()
  private var knownOperands = OperandTable()
  private var knownComprehensions = QuickTable<ExpressionPlan.Comprehension, Int32>()
  /// The operands of nodes that are being made, those of the innermost last.
  private var made: [NodeID] = []
  /// The variables that a node reads and that are not bound within it.
  var free: [Set<Int>] = []
  /// What variables stand for, where that is known when the plan is made.
  private var substitutes: [Int: NodeID] = [:]
  private var nextLocal: Int
  /// Stands for a variable in what reads the results of effects, so that it is never kept from before they were made.
  private static let effects = -1
  /// Conditions applied before, by what they are applied to: a chain of them is lowered once, not once a use.
  private var knownConditions = QuickTable<ConditionUse, NodeID>()
  private struct ConditionUse: Hashable {
    var index: Int
    var arguments: [NodeID]
  }
  private var openDefinitions: Set<Int> = []
  private var definitionNodes: [Int: NodeID] = [:]
  /// By node where it stands first.
  private var ranges: [SourceRange] = []
  /// Whether a node stands at several places, by node.
  private var isShared: [Bool] = []

  /// `base`: a plan with the schema of the rules alone, where there is one already.
  init(_ rules: CheckedRuleSet, sources: SourceMap, over base: ExpressionPlan? = nil) {
    self.rules = rules
    self.sources = sources
    nextLocal = rules.localCount
    if let base { plan = base } else { plan.schema = rules.vocabulary.schema }
    plan.timeZone = rules.manifest.timeZone
    plan.contextCount = rules.context.count
    plan.singletonCount = rules.singletons.count
    plan.singletons = rules.singletons.map { ($0.name, $0.entity) }
    let inputs = max(
      rules.actions.map(\.inputs.count).max() ?? 0, rules.reads.map(\.filters.count).max() ?? 0)
    plan.effectBase = Slot.first + Int32(rules.context.count + rules.singletons.count + inputs)
    plan.effectCount = rules.longestEffects
    plan.definitionCount = rules.definitions.count
    plan.timedMoves = rules.entities.map { entity in
      entity.lifecycles.flatMap { lifecycle in
        lifecycle.timed.map {
          .init(field: lifecycle.field, from: Int64($0.from), to: Int64($0.to), after: $0.after, since: $0.since)
        }
      }
    }
    while plan.timedMoves.count < plan.schema.entities.count { plan.timedMoves.append([]) }
  }

  mutating func makeLocal() -> Int {
    defer { nextLocal += 1 }
    return nextLocal
  }

  /// The finished plan.
  mutating func finish() -> ExpressionPlan {
    plan.localCount = nextLocal
    for (node, isShared) in isShared.enumerated() where isShared { plan.sharedNodes.insert(NodeID(raw: Int32(node))) }
    return plan
  }

  // MARK: Nodes

  mutating func lower(_ expression: TypedExpression) -> NodeID {
    let range = expression.range
    switch expression.kind {
    case .literal(let value): return literal(value, expression.type, range)
    case .root(let root): return lower(root, range)
    case .local(let local):
      if let substitute = substitutes[local] { return substitute }
      return add(PlanNode(.local, a: Int32(local)), range, free: [local])
    case .field(let base, let field), .optionalField(let base, let field): return lowerField(base, field, range)
    case .identifier(let base): return unary(.identifier, lower(base), range)
    case .call(let builtin, let arguments): return call(builtin, arguments, range)
    case .and(let parts): return variadic(.and, lowering: parts, range)
    case .or(let parts): return variadic(.or, lowering: parts, range)
    case .not(let operand): return unary(.not, lower(operand), range)
    case .conditional(let condition, let left, let right):
      let nodes = [lower(condition), lower(left), lower(right)]
      return add(
        PlanNode(.conditional, a: nodes[0].raw, b: nodes[1].raw, c: nodes[2].raw), range, free: free(of: nodes))
    case .list(let elements): return variadic(.list, lowering: elements, range)
    case .map(let entries): return variadic(.map, entries.flatMap { [lower($0.key), lower($0.value)] }, range)
    case .record(let values):
      let none = add(PlanNode(.none), range, free: [])
      return variadic(.record, values.map { $0.map { lower($0) } ?? none }, range)
    case .comprehension(let comprehension): return lower(comprehension, range)
    case .bind(let local, let value, let body): return bind([(local, value)], body, range)
    case .conditions(let list):
      let operation: PlanNode.Operation =
        switch list.kind {
        case .all: .all
        case .any: .any
        case .none: .noneOf
        }
      return variadic(operation, list.members.map { lower($0.condition) }, range)
    case .condition(let index, let arguments):
      let condition = rules.conditions[index]
      let use = ConditionUse(index: index, arguments: arguments.map { lower($0) })
      if let known = knownConditions[use] { return known }
      let node = bind(Array(zip(condition.parameters.map(\.local), arguments)), condition.body, range)
      knownConditions.insert(use, node)
      return node
    case .classification(let index, let arguments): return lowerTable(index, arguments, range)
    case .query(let query): return lower(query, range)
    case .bandReached(let threshold, let band): return lowerBand(threshold, band, range)
    case .text(let pieces): return lowerText(pieces, range)
    case .wrap(let inner): return lower(inner)
    case .unwrap(let inner): return unary(.unwrap, lower(inner), range)
    case .isPresent(let inner): return unary(.isPresent, lower(inner), range)
    case .none: return add(PlanNode(.none), range, free: [])
    case .rescale(let inner, let from, let to):
      let node = lower(inner)
      return add(PlanNode(.rescale, a: node.raw, b: Int32(to - from)), range, free: free[Int(node.raw)])
    case .entityType(let index): return constant(Cell(Int64(index)), range)
    case .calendar(let index, let time):
      let calendar = calendarIndex(index)
      let node = lower(time)
      return add(PlanNode(.calendar, a: calendar, b: node.raw), range, free: free[Int(node.raw)])
    case .invalid: return add(PlanNode(.invalid), range, free: [])
    }
  }

  mutating func lower(sentence: TypedSentence) -> SentenceID {
    let pieces = sentence.pieces.map { lower($0) }
    plan.texts.append(pieces)
    return SentenceID(raw: Int32(plan.texts.count - 1))
  }

  private mutating func lower(_ piece: TypedSentence.Piece) -> ExpressionPlan.Piece {
    switch piece {
    case .text(let text): .text(text)
    case .hole(let expression): .hole(lower(expression), expression.type)
    }
  }

  /// Adds a node unless there is an equal one; a closed one that is worth it gets a place in memory.
  mutating func add(
    _ node: PlanNode, _ range: SourceRange, free names: Set<Int>, type: ValueType = .undetermined
  ) -> NodeID {
    var node = node
    if let found = known.find(node, in: plan.nodes), plan.types[Int(found)] == type {
      let first = ranges[Int(found)]
      if first.start != range.start || first.file != range.file { isShared[Int(found)] = true }
      return NodeID(raw: found)
    }
    let isCheap: Bool =
      switch node.operation {
      case .constant, .slot, .local, .definition, .none, .invalid: true
      default: false
      }
    if names.isEmpty, !isCheap {
      node.memo = Int32(plan.memoCount)
      plan.memoCount += 1
    }
    plan.nodes.append(node)
    plan.types.append(type)
    plan.places.append(place(range))
    ranges.append(range)
    isShared.append(false)
    free.append(names)
    let id = Int32(plan.nodes.count - 1)
    known.note(id, in: plan.nodes)
    return NodeID(raw: id)
  }

  private func place(_ range: SourceRange) -> String { sources.files.isEmpty ? "" : sources.place(range) }

  private mutating func unary(_ operation: PlanNode.Operation, _ operand: NodeID, _ range: SourceRange) -> NodeID {
    add(PlanNode(operation, a: operand.raw), range, free: free[Int(operand.raw)])
  }

  private mutating func variadic(_ operation: PlanNode.Operation, _ nodes: [NodeID], _ range: SourceRange) -> NodeID {
    if nodes.count == 1, operation == .and || operation == .or { return nodes[0] }
    return add(PlanNode(operation, a: operands(nodes), b: Int32(nodes.count)), range, free: free(of: nodes))
  }

  /// Lowers the parts first; the node is made of what they become.
  private mutating func variadic(
    _ operation: PlanNode.Operation, lowering parts: [TypedExpression], _ range: SourceRange
  ) -> NodeID {
    let first = lowered(parts)
    defer { made.removeSubrange(first...) }
    if parts.count == 1, operation == .and || operation == .or { return made[first] }
    return add(
      PlanNode(operation, a: operands(made[first...]), b: Int32(parts.count)), range, free: free(of: made[first...]))
  }

  /// Lowers parts and lays them on top of `made`; gives where they begin.
  ///
  /// They are to be taken off again.
  private mutating func lowered(_ parts: [TypedExpression]) -> Int {
    let first = made.count
    for part in parts {
      let node = lower(part)
      made.append(node)
    }
    return first
  }

  func free(of nodes: [NodeID]) -> Set<Int> { free(of: nodes[...]) }

  /// The variables that some nodes read, mostly none.
  private func free(of nodes: ArraySlice<NodeID>) -> Set<Int> {
    var names: Set<Int> = []
    for node in nodes where !free[Int(node.raw)].isEmpty { names.formUnion(free[Int(node.raw)]) }
    return names
  }

  private mutating func operands(_ nodes: [NodeID]) -> Int32 { operands(nodes[...]) }

  private mutating func operands(_ nodes: ArraySlice<NodeID>) -> Int32 {
    knownOperands.place(nodes, in: &plan.operands)
  }

  // MARK: Leaves

  private mutating func constant(_ cell: Cell, _ range: SourceRange) -> NodeID {
    add(PlanNode(.constant, a: knownConstants.place(cell, in: &plan.constants)), range, free: [])
  }

  mutating func string(_ text: String) -> Cell {
    Cell(Int64(plan.strings.insert(text)))
  }

  private mutating func literal(_ value: Value, _ type: ValueType, _ range: SourceRange) -> NodeID {
    switch (value, type) {
    case (_, .optional(let content)): return literal(value, content, range)
    case (.bool(let bool), _): return constant(Cell(bool), range)
    case (.int(let int), .double): return constant(Cell(Double(int)), range)
    case (.int(let int), .decimal(let scale)):
      return constant(Cell(FixedPoint(units: int, scale: 0).rescaled(to: scale)?.units ?? int), range)
    case (.int(let int), _): return constant(Cell(int), range)
    case (.decimal(let decimal), .decimal(let scale)):
      return constant(Cell(decimal.rescaled(to: scale)?.units ?? decimal.units), range)
    case (.decimal(let decimal), .double): return constant(Cell(decimal.doubleValue), range)
    case (.decimal(let decimal), _): return constant(Cell(decimal.units), range)
    case (.double(let double), _): return constant(Cell(double), range)
    case (.timestamp(let time), _): return constant(Cell(time), range)
    case (.duration(let span), _): return constant(Cell(span), range)
    case (.date(let date), _): return constant(Cell(Int64(date.daysSinceEpoch)), range)
    case (.string(let word), .enumeration(let index)):
      return constant(Cell(Int64(plan.schema.enums[index].members.firstIndex(of: word) ?? 0)), range)
    case (.string(let text), _): return constant(string(text), range)
    case (.null, _), (.reference, _): return add(PlanNode(.none), range, free: [])
    case (.list(let values), .list(let element)):
      return variadic(.list, values.map { literal($0, element, range) }, range)
    case (.object(let members), .map(let element)):
      let nodes = members.sorted { $0.key < $1.key }.flatMap {
        [literal(.string($0.key), .string, range), literal($0.value, element, range)]
      }
      return variadic(.map, nodes, range)
    case (.object(let members), .range(let bound)):
      let none = add(PlanNode(.none), range, free: [])
      let nodes = ["from", "above", "to", "under"].map { name in
        members[name].map { literal($0, bound, range) } ?? none
      }
      return variadic(.record, nodes, range)
    case (.object(let members), _): return recordLiteral(members, type, range)
    case (.list, _): return variadic(.list, [], range)
    }
  }

  /// A record with its defaults.
  private mutating func recordLiteral(_ members: [String: Value], _ type: ValueType, _ range: SourceRange) -> NodeID {
    let none = add(PlanNode(.none), range, free: [])
    let nodes = plan.schema.fields(of: type).map { field -> NodeID in
      if let value = members[field.name] { return literal(value, field.type, range) }
      switch field.defaultValue {
      case .value(let value): return literal(value, field.type, range)
      case .now: return add(PlanNode(.slot, a: Slot.now), range, free: [])
      case nil: return none
      }
    }
    return variadic(.record, nodes, range)
  }

  private mutating func lower(_ root: TypedExpression.Root, _ range: SourceRange) -> NodeID {
    let slot: Int32
    switch root {
    case .subject: slot = Slot.subject
    case .resource: slot = Slot.resource
    case .after: slot = Slot.after
    case .action: slot = Slot.action
    case .proposal: slot = Slot.proposal
    case .now: slot = Slot.now
    case .requestedAt: slot = Slot.requestedAt
    case .today: slot = Slot.today
    case .context(let index): slot = Slot.first + Int32(index)
    case .singleton(let index): slot = Slot.first + Int32(rules.context.count + index)
    case .input(let index): slot = Slot.first + Int32(rules.context.count + rules.singletons.count + index)
    case .effect(let index):
      return add(PlanNode(.effect, a: plan.effectBase + Int32(index)), range, free: [Self.effects])
    case .definition(let index): return lowerDefinition(index, range)
    }
    return add(PlanNode(.slot, a: slot), range, free: [])
  }

  private mutating func lowerDefinition(_ index: Int, _ range: SourceRange) -> NodeID {
    if let known = definitionNodes[index] { return known }
    guard openDefinitions.insert(index).inserted else { return add(PlanNode(.invalid), range, free: []) }
    let value = lower(rules.definitions[index].value)
    if rules.definitions[index].kind == .constant {
      definitionNodes[index] = value
      return value
    }
    let node = add(PlanNode(.definition, a: Int32(index), b: value.raw), range, free: [])
    definitionNodes[index] = node
    return node
  }

  private mutating func lowerField(_ base: TypedExpression, _ field: Int, _ range: SourceRange) -> NodeID {
    let node = lower(base)
    var made = PlanNode(.recordField, a: node.raw, b: Int32(field))
    if case .entity(let entities) = base.type.content {
      made = PlanNode(.referenceField, a: node.raw, b: Int32(field), c: Int32(entities[0]))
    }
    return add(made, range, free: free[Int(node.raw)])
  }

  // MARK: Calls and binding

  private mutating func call(_ builtin: Builtin, _ arguments: [TypedExpression], _ range: SourceRange) -> NodeID {
    let first = lowered(arguments)
    defer { made.removeSubrange(first...) }
    let type = arguments.first?.type ?? .undetermined
    if builtin == .equal || builtin == .notEqual, type.isScalarCell {
      // With constants on both sides the second one is the constant of the comparison.
      let second = plan.nodes[Int(made[first + 1].raw)]
      let isTurned = second.operation != .constant
      let (value, other) = isTurned ? (first + 1, plan.nodes[Int(made[first].raw)]) : (first, second)
      if other.operation == .constant {
        let operation: PlanNode.Operation = builtin == .equal ? .equalConstant : .notEqualConstant
        return add(
          PlanNode(operation, a: made[value].raw, b: other.a), range, free: free[Int(made[value].raw)], type: type)
      }
    }
    notePatterns(builtin, arguments)
    let list = operands(made[first...])
    let node = PlanNode(.call, builtin: builtin.rawValue, a: list, b: Int32(arguments.count))
    let id = add(node, range, free: free(of: made[first...]), type: type)
    if builtin == .format { plan.argumentTypes[id.raw] = arguments.dropFirst().map(\.type) }
    return id
  }

  /// Literal patterns are made once, with the plan.
  private mutating func notePatterns(_ builtin: Builtin, _ arguments: [TypedExpression]) {
    guard builtin == .matches, arguments.count == 2, case .literal(.string(let source)) = arguments[1].kind,
      plan.patterns[source] == nil
    else { return }
    if let pattern = try? Pattern(parsing: source) { plan.patterns[source] = pattern }
  }

  /// A body with variables bound: closed values stand in their place, others are bound when it is evaluated.
  private mutating func bind(
    _ bindings: [(local: Int, value: TypedExpression)], _ body: TypedExpression, _ range: SourceRange
  ) -> NodeID {
    let values = bindings.map { lower($0.value) }
    let outer = substitutes
    var open: [(local: Int, value: NodeID)] = []
    for (binding, value) in zip(bindings, values) {
      let isVariable = plan.nodes[Int(value.raw)].operation == .local
      if free[Int(value.raw)].isEmpty || isVariable {
        substitutes[binding.local] = value
      } else {
        // The body is lowered anew for each use, so the variable is its own each time.
        let fresh = makeLocal()
        let local = add(PlanNode(.local, a: Int32(fresh)), range, free: [fresh])
        substitutes[binding.local] = local
        open.append((fresh, value))
      }
    }
    var node = lower(body)
    substitutes = outer
    for binding in open.reversed() {
      var names = free[Int(node.raw)]
      names.remove(binding.local)
      names.formUnion(free[Int(binding.value.raw)])
      node = add(
        PlanNode(.bind, a: Int32(binding.local), b: binding.value.raw, c: node.raw), range, free: names)
    }
    return node
  }

  private mutating func lower(_ comprehension: TypedExpression.Comprehension, _ range: SourceRange) -> NodeID {
    let over = lower(comprehension.range)
    let isMap = if case .map = comprehension.range.type.content { true } else { false }
    let condition = comprehension.condition.map { lower($0) }
    let transform = comprehension.transform.map { lower($0) }
    let kind: ExpressionPlan.Comprehension.Kind =
      switch comprehension.kind {
      case .all: .all
      case .exists: .exists
      case .existsOne: .existsOne
      case .filter: .filter
      case .map: .map
      case .transformList: .transformList
      case .transformMap: .transformMap
      }
    let made = ExpressionPlan.Comprehension(
      kind: kind, range: over, isMap: isMap, local: Int32(comprehension.local),
      second: comprehension.second.map { Int32($0) }, condition: condition, transform: transform)
    var names = free(of: [condition, transform].compactMap { $0 })
    names.remove(comprehension.local)
    if let second = comprehension.second { names.remove(second) }
    names.formUnion(free[Int(over.raw)])
    let index = knownComprehensions[made] ?? Int32(plan.comprehensions.count)
    if index == plan.comprehensions.count {
      plan.comprehensions.append(made)
      knownComprehensions.insert(made, index)
    }
    return add(PlanNode(.comprehension, a: index), range, free: names)
  }

  private mutating func lower(_ query: TypedExpression.Query, _ range: SourceRange) -> NodeID {
    let condition = query.condition.map { lower($0) }
    let of = query.of.map { lower($0) }
    let order = query.order.map { lower($0) }
    let kind: ExpressionPlan.Query.Kind =
      switch query.kind {
      case .count: .count
      case .sum: .sum
      case .min: .min
      case .max: .max
      case .exists: .exists
      case .first: .first
      case .one: .one
      case .list: .list
      }
    plan.queries.append(
      .init(
        kind: kind, entity: query.entity, local: Int32(query.local), condition: condition,
        selection: condition.flatMap { selection($0, of: query.entity, local: query.local) }, of: of,
        ofType: query.of?.type ?? .undetermined, order: order, orderType: query.order?.type ?? .undetermined,
        latestFirst: query.latestFirst, limit: query.limit))
    var names = free(of: [condition, of, order].compactMap { $0 })
    names.remove(query.local)
    return add(PlanNode(.query, a: Int32(plan.queries.count - 1)), range, free: names)
  }

  /// The records of an entity that can meet a condition on the variable `local`.
  func selection(_ condition: NodeID, of entity: Int, local: Int) -> Selection? {
    var builder = SelectionBuilder(plan, free: free, entity: entity, local: local)
    return builder.selection(condition)
  }

  private mutating func lowerText(_ pieces: [TypedSentence.Piece], _ range: SourceRange) -> NodeID {
    let lowered = pieces.map { lower($0) }
    plan.texts.append(lowered)
    let holes = lowered.compactMap { piece -> NodeID? in
      if case .hole(let node, _) = piece { node } else { nil }
    }
    return add(PlanNode(.text, a: Int32(plan.texts.count - 1)), range, free: free(of: holes))
  }

  // MARK: Tables, bands, calendars

  private mutating func lowerTable(_ index: Int, _ arguments: [TypedExpression], _ range: SourceRange) -> NodeID {
    let table = rules.classifications[index]
    let values = arguments.map { lower($0) }
    let outer = substitutes
    for (parameter, value) in zip(table.parameters, values) { substitutes[parameter.local] = value }
    let rows = table.rows.map { row -> ExpressionPlan.Table.Row in
      let outputs = row.outputs.map { lower($0) }
      let output = outputs.count == 1 ? outputs[0] : variadic(.record, outputs, row.range)
      return .init(condition: lower(row.condition), output: output, rank: rank(outputs[0]))
    }
    let otherwise = table.otherwise.map { outputs -> NodeID in
      let nodes = outputs.map { lower($0) }
      return nodes.count == 1 ? nodes[0] : variadic(.record, nodes, table.range)
    }
    substitutes = outer
    let policy: ExpressionPlan.Table.HitPolicy =
      switch table.hitPolicy {
      case .worst: .worst
      case .only: .only
      case .first: .first
      case .all: .all
      }
    let made = ExpressionPlan.Table(
      hitPolicy: policy, rows: rows, otherwise: otherwise, worstRank: worstRank(rows, of: table))
    let position = plan.tables.firstIndex(of: made) ?? plan.tables.count
    if position == plan.tables.count { plan.tables.append(made) }
    let nodes = rows.flatMap { [$0.condition, $0.output] } + [otherwise].compactMap { $0 }
    return add(PlanNode(.table, a: Int32(position)), range, free: free(of: nodes))
  }

  /// The worst that any row can give; a row that computes its word can give each word of the enumeration.
  private func worstRank(_ rows: [ExpressionPlan.Table.Row], of table: CheckedRuleSet.Classification) -> Int64 {
    guard rows.contains(where: { $0.rank == nil }), case .enumeration(let index) = table.outputs[0].type else {
      return rows.compactMap(\.rank).max() ?? .max
    }
    return Int64(plan.schema.enums[index].members.count - 1)
  }

  private func rank(_ output: NodeID) -> Int64? {
    let node = plan.nodes[Int(output.raw)]
    return node.operation == .constant ? plan.constants[Int(node.a)].payload : nil
  }

  private mutating func lowerBand(_ threshold: Int, _ band: Int, _ range: SourceRange) -> NodeID {
    let limits = rules.thresholds[threshold]
    let stated = limits.bands[band]
    plan.bands.append(
      .init(
        condition: limits.condition.map { lower($0) }, measure: lower(limits.measure), of: lower(limits.of),
        isDuration: limits.measure.type.content == .duration, percent: stated.percent,
        includesBound: stated.includesBound))
    let made = plan.bands[plan.bands.count - 1]
    let index = plan.bands.firstIndex(of: made) ?? plan.bands.count - 1
    if index < plan.bands.count - 1 { plan.bands.removeLast() }
    return add(PlanNode(.band, a: Int32(index)), range, free: [])
  }

  private mutating func calendarIndex(_ index: Int) -> Int32 {
    let calendar = rules.calendars[index]
    let made = ExpressionPlan.Calendar(
      zone: lower(calendar.zone),
      openings: calendar.openings.map { .init(weekday: $0.weekday, from: $0.from, until: $0.until) },
      holidays: Set(calendar.holidays.map(\.daysSinceEpoch)))
    if case .literal(.string(let name)) = calendar.zone.kind { plan.zones[name] = TimeZoneRules(identifier: name) }
    if let known = plan.calendars.firstIndex(of: made) { return Int32(known) }
    plan.calendars.append(made)
    return Int32(plan.calendars.count - 1)
  }
}

extension ValueType {
  /// Whether equal values have equal payloads.
  var isScalarCell: Bool {
    switch self {
    case .bool, .int, .string, .enumeration, .decimal, .date: true
    default: false
    }
  }
}

extension CheckedRuleSet {
  /// The most effects that stand in one list.
  fileprivate var longestEffects: Int {
    let lists =
      actions.map(\.effects) + overrides.map(\.effects) + reactions.flatMap { $0.bodies.map(\.effects) }
      + actions.flatMap { $0.approvals.flatMap { $0.outcomes.map(\.effects) } }
    return lists.map(\.count).max() ?? 0
  }
}
