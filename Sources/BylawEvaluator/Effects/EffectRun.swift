import BylawModel

/// Works out the effects of an allowed action in the frame that decided it, and hands them to a target in order.
///
/// Facts, inputs and records are read as they were before the first effect; `effects.NAME` as the effect left it. A
/// refusal leaves the target half way: whoever runs effects undoes everything then.
///
/// Not generic, as each step of it would look up what type it is of.
struct EffectRun: ~Copyable {
  /// A refusal of the rules, or a failure of the target.
  enum Stop: Error {
    case refused(EffectRefusal)
    case failed(any Error)
  }

  private let store: StorePlan
  private let target: any EffectTarget
  /// The rule that reasons name: what stands before the name, and the name.
  private let rule: (prefix: StaticString, name: String)
  private(set) var frame: Frame

  /// - `prefix`, `rule`: The two parts of the rule that reasons name.
  init(
    store: StorePlan, frame: consuming Frame, target: any EffectTarget, prefix: StaticString = "", rule: String
  ) {
    self.store = store
    self.target = target
    self.rule = (prefix, rule)
    self.frame = frame
  }

  /// The frame, to be used on.
  consuming func giveBack() -> Frame { frame }

  /// Carries out a list of effects.
  mutating func run(_ operations: [OperationPlan]) throws(Stop) {
    frame.makeRoomForEffects()
    for operation in operations { try run(operation) }
  }

  private mutating func run(_ operation: OperationPlan) throws(Stop) {
    guard let each = operation.each else { return try runOnce(operation) }
    let list = frame.evaluate(each.list)
    guard list.state == .value else { throw .refused(refusal(of: list, operation)) }
    for index in 0..<frame.count(of: list) {
      frame.setLocal(each.local, to: frame.element(index, of: list))
      try runOnce(operation)
    }
  }

  private mutating func runOnce(_ operation: OperationPlan) throws(Stop) {
    if let when = operation.when {
      let verdict = frame.evaluate(when)
      guard verdict.state == .value else { throw .refused(refusal(of: verdict, operation)) }
      guard verdict.isTrue else { return }
    }
    switch operation.kind {
    case .create(let entity): try create(operation, entity)
    case .update(let node):
      let record = try reference(node, operation)
      try update(operation, record.entity, record.reference)
    case .put(let entity, let key): try put(operation, entity, key)
    case .emit(let event):
      let arguments = try arguments(operation)
      try onTarget { target in try target.emit(event, arguments) }
    case .perform(let action, let asSystem):
      let (resource, input) = (try resource(operation), try arguments(operation))
      _ = try onTarget { target in
        try target.perform(action, on: resource, input: input, asSystem: asSystem)
      }
    case .propose(let action):
      let (resource, input) = (try resource(operation), try arguments(operation))
      try onTarget { target in try target.propose(action, on: resource, input: input) }
    }
  }

  @inline(__always)
  private func onTarget<Result>(_ body: (any EffectTarget) throws -> Result) throws(Stop) -> Result {
    do { return try body(target) } catch { throw .failed(error) }
  }

  // MARK: Records

  private mutating func create(_ operation: OperationPlan, _ entity: Int) throws(Stop) {
    var fields = try values(operation, entity)
    fill(&fields, entity, operation)
    for lifecycle in store.entities[entity].lifecycles {
      let name = frame.fieldName(lifecycle.field, of: entity)
      guard case .string(let state) = fields[name], let rank = lifecycle.states.firstIndex(of: state),
        !lifecycle.start.contains(rank)
      else { continue }
      let because = EffectMessages.noStart(frame.entityName(entity), state: state)
      throw .refused(refusal(.invalidTransition, lifecycle.id, because, lifecycle.clauses, lifecycle.source))
    }
    let complete = fields
    let id = try onTarget { target in try target.create(entity, complete) }
    guard needsSettling(operation, entity) else { return }
    let record = EntityReference(type: frame.entityName(entity), id: id)
    try settle(record, entity, complete, operation)
  }

  private mutating func update(_ operation: OperationPlan, _ entity: Int, _ record: EntityReference) throws(Stop) {
    var fields = try values(operation, entity)
    let changed = try onTarget { target in try target.changed(record) }
    let cell = frame.fresh(record, entity: entity, fields: changed)
    if frame.isMissing(cell) {
      let because = EffectMessages.missing(record)
      throw .refused(refusal(.conflict, ruleID, because, [], operation.source))
    }
    for lifecycle in store.entities[entity].lifecycles {
      try move(&fields, lifecycle, entity, of: cell)
    }
    let new = fields
    try onTarget { target in try target.update(record, new) }
    guard needsSettling(operation, entity) else { return }
    var whole = frame.fields(of: cell)
    for (name, value) in new { whole[name] = value }
    try settle(record, entity, whole, operation)
  }

  private mutating func put(_ operation: OperationPlan, _ entity: Int, _ key: Int) throws(Stop) {
    let declared = store.entities[entity].uniqueKeys[key]
    var fields = try values(operation, entity)
    fill(&fields, entity, operation)
    let cell = frame.fresh(
      EntityReference(type: frame.entityName(entity), id: ""), entity: entity, fields: fields)
    guard let value = keyValue(declared, cell) else {
      throw .refused(refusal(.invalidInput, declared.id, EffectMessages.incompleteKey(declared.name), declared))
    }
    let holder = try onTarget { target in try target.holder(of: declared.id, value) }
    guard let holder else { return try create(operation, entity) }
    try update(operation, entity, EntityReference(type: frame.entityName(entity), id: holder))
  }

  /// Whether anything is to be done with a record that was written.
  private func needsSettling(_ operation: OperationPlan, _ entity: Int) -> Bool {
    operation.name != nil || !store.entities[entity].uniqueKeys.isEmpty
  }

  /// What every written record goes through: its unique keys, and its name for later effects.
  private mutating func settle(
    _ record: EntityReference, _ entity: Int, _ fields: [String: Value], _ operation: OperationPlan
  ) throws(Stop) {
    let cell = frame.promised(record, entity: entity, fields: fields)
    frame.setEffect(operation.position, to: cell)
    for key in store.entities[entity].uniqueKeys {
      let value = keyValue(key, cell)
      let id = key.id
      let holder = try onTarget { target in try target.claim(id, value, for: record) }
      guard let holder else { continue }
      if try giveUp(key, value, heldBy: EntityReference(type: record.type, id: holder), entity) {
        _ = try onTarget { target in try target.claim(id, value, for: record) }
        continue
      }
      throw .refused(refusal(key.denialClass, key.id, frame.text(of: key.message), key))
    }
  }

  /// A key that the other record no longer has, since its time has moved it on, is taken from it.
  private mutating func giveUp(
    _ key: EntityPlan.UniqueKey, _ value: String?, heldBy other: EntityReference, _ entity: Int
  ) throws(Stop) -> Bool {
    let changed = try onTarget { target in try target.changed(other) }
    let cell = frame.fresh(other, entity: entity, fields: changed)
    guard !frame.isMissing(cell), keyValue(key, cell) != value else { return false }
    let id = key.id
    _ = try onTarget { target in try target.claim(id, nil, for: other) }
    return true
  }

  /// The value of a unique key; `nil` where a part is absent or the key does not hold for the record.
  private mutating func keyValue(_ key: EntityPlan.UniqueKey, _ record: Cell) -> String? {
    let entity = frame.entity(of: record)
    if let condition = key.condition {
      frame.setLocal(store.entities[entity].local, to: record)
      let verdict = frame.evaluate(condition)
      // A key that may hold holds.
      if verdict.state == .value, !verdict.isTrue { return nil }
    }
    return frame.keyText(key.fields, of: record, isFolded: key.ignoresCase || key.ignoresSpace)
  }

  // MARK: Lifecycles

  /// Asks that the lifecycle has the move; what a timed move has brought about by now is written down too.
  private mutating func move(
    _ fields: inout [String: Value], _ lifecycle: EntityPlan.Lifecycle, _ entity: Int, of record: Cell
  ) throws(Stop) {
    let name = frame.fieldName(lifecycle.field, of: entity)
    let current = frame.field(lifecycle.field, of: record)
    guard current.state == .value else { return }
    let from = Int(current.payload)
    guard case .string(let state) = fields[name], let to = lifecycle.states.firstIndex(of: state) else {
      fields[name] = .string(lifecycle.states[from])
      return
    }
    guard to != from, !lifecycle.moves[from].contains(to) else { return }
    let because = EffectMessages.noMove(frame.entityName(entity), from: lifecycle.states[from], to: state)
    throw .refused(refusal(.invalidTransition, lifecycle.id, because, lifecycle.clauses, lifecycle.source))
  }

  // MARK: Values

  private mutating func values(_ operation: OperationPlan, _ entity: Int) throws(Stop) -> [String: Value] {
    var values: [String: Value] = [:]
    // Those of a new record are filled up.
    if case .update = operation.kind {
      values.reserveCapacity(operation.assignments.count)
    } else {
      values.reserveCapacity(frame.countOfFields(of: entity))
    }
    for assignment in operation.assignments {
      let cell = frame.evaluate(assignment.value)
      if cell.isError { throw .refused(refusal(of: cell, operation)) }
      let value = frame.value(of: cell, frame.type(of: assignment.field, in: entity))
      let problems = frame.misfits(value, assignment.field, of: entity)
      if let problem = problems.first {
        throw .refused(refusal(.invalidInput, ruleID, problem.sentence, [], operation.source))
      }
      values[frame.fieldName(assignment.field, of: entity)] = value
    }
    return values
  }

  /// Gives the fields of a new record that nothing was set for what stands for them, if anything does.
  private func fill(_ fields: inout [String: Value], _ entity: Int, _ operation: OperationPlan) {
    for position in 0..<frame.countOfFields(of: entity)
    where !operation.assignments.contains(where: { $0.field == position }) {
      guard let value = frame.initialValue(of: position, in: entity) else { continue }
      fields[frame.fieldName(position, of: entity)] = value
    }
  }

  private mutating func arguments(_ operation: OperationPlan) throws(Stop) -> [String: Value] {
    var values: [String: Value] = [:]
    for argument in operation.arguments {
      let cell = frame.evaluate(argument.value)
      if cell.isError { throw .refused(refusal(of: cell, operation)) }
      if !cell.isAbsent { values[argument.name] = frame.value(of: cell, argument.type) }
    }
    return values
  }

  private mutating func resource(_ operation: OperationPlan) throws(Stop) -> EntityReference? {
    guard let node = operation.resource else { return nil }
    return try reference(node, operation).reference
  }

  private mutating func reference(
    _ node: NodeID, _ operation: OperationPlan
  ) throws(Stop) -> (reference: EntityReference, entity: Int) {
    let cell = frame.evaluate(node)
    guard cell.state == .value else { throw .refused(refusal(of: cell, operation)) }
    let entity = frame.entity(of: cell)
    return (EntityReference(type: frame.entityName(entity), id: frame.id(of: cell)), entity)
  }

  // MARK: Refusals

  /// Put together only where there is something to refuse.
  private var ruleID: String { "\(rule.prefix)\(rule.name)" }

  /// What cannot be told is not done.
  private func refusal(of cell: Cell, _ operation: OperationPlan) -> EffectRefusal {
    let cause = cell.isError ? frame.error(of: cell).cause : EvaluationCause.absentValue.rawValue
    return refusal(.indeterminate, ruleID, EffectMessages.untold(cause), [], operation.source)
  }

  private func refusal(
    _ denialClass: DenialClass, _ rule: String, _ because: String, _ key: EntityPlan.UniqueKey
  ) -> EffectRefusal {
    refusal(denialClass, rule, because, key.clauses, key.source)
  }

  private func refusal(
    _ denialClass: DenialClass, _ rule: String, _ because: String, _ clauses: [String], _ source: String
  ) -> EffectRefusal {
    EffectRefusal(
      denialClass: denialClass,
      reason: Decision.Reason(rule: rule, because: because, clauses: clauses, source: source))
  }
}
