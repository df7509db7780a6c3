package import BylawModel

/// Where records come from: a file of records, or the store within its transaction.
package protocol RecordSource: Sendable {
  /// The fields of a record; `nil` when there is none.
  func fields(of reference: EntityReference) -> [String: Value]?
  /// The ids of all records of an entity, in a stable order.
  func ids(of type: String) -> [String]
}

/// Why an expression had no value, and where it stands.
package struct EvaluationError: Sendable, Hashable {
  package var cause: String
  package var place: String
}

/// One request while it is decided: its values in slots, and what was worked out so far.
///
/// A frame is reused from request to request; it grows to the largest and then allocates no more.
package struct Frame: ~Copyable {
  /// A record that was mentioned: loaded when a field is first read.
  struct Record {
    var entity: Int
    var id: Int32
    /// Where its fields lie in the arena; -1 until it is loaded.
    var base: Int32 = -1
    var isMissing = false
  }
  private struct RecordKey: Hashable {
    var entity: Int
    var id: Int32
  }

  let plan: ExpressionPlan
  var source: (any RecordSource)?
  var slots: [Cell]
  var locals: [Cell]
  var arena: [Cell] = []
  var records: [Record] = []
  var errors: [EvaluationError] = []
  var strings: [String] = []
  var jsons: [Value] = []
  var now = Timestamp(seconds: 0)
  /// Fields given with the request, by record.
  var overlays: [Int: [String: Value]] = [:]
  /// Values given instead of facts, by definition.
  var given: [Int: Cell] = [:]
  /// The fields of the resource that the effects change.
  var afterValues: [(field: Int, value: NodeID)] = []
  private var recordNumbers: [RecordKey: Int] = [:]
  private var stringNumbers: [StringKey: Int32] = [:]
  private var memos: [Cell]
  private var stamps: [UInt32]
  private var definitions: [Cell]
  private var definitionStamps: [UInt32]
  private var generation: UInt32 = 1
  /// The row that each table gave, by its position.
  var rows: [Int32]

  package init(plan: ExpressionPlan) {
    self.plan = plan
    slots = Array(repeating: .absent, count: plan.inputBase)
    locals = Array(repeating: .absent, count: plan.localCount)
    memos = Array(repeating: .absent, count: plan.memoCount)
    stamps = Array(repeating: 0, count: plan.memoCount)
    definitions = Array(repeating: .absent, count: plan.definitionCount)
    definitionStamps = Array(repeating: 0, count: plan.definitionCount)
    rows = Array(repeating: -1, count: plan.tables.count)
  }

  /// Forgets the last request.
  package mutating func reset(source: (any RecordSource)?, now: Timestamp, inputCount: Int) {
    self.source = source
    self.now = now
    arena.removeAll(keepingCapacity: true)
    records.removeAll(keepingCapacity: true)
    recordNumbers.removeAll(keepingCapacity: true)
    errors.removeAll(keepingCapacity: true)
    strings.removeAll(keepingCapacity: true)
    stringNumbers.removeAll(keepingCapacity: true)
    jsons.removeAll(keepingCapacity: true)
    overlays.removeAll(keepingCapacity: true)
    given.removeAll(keepingCapacity: true)
    afterValues.removeAll(keepingCapacity: true)
    let count = plan.inputBase + inputCount
    if slots.count < count { slots += Array(repeating: .absent, count: count - slots.count) }
    for index in slots.indices { slots[index] = .absent }
    for index in locals.indices { locals[index] = .absent }
    for index in rows.indices { rows[index] = -1 }
    forget()
  }

  /// Lets go of the records of the last request.
  package mutating func release() { source = nil }

  /// Forgets what was worked out, so that it is worked out again with other slots.
  package mutating func forget() {
    if generation == .max {
      for index in stamps.indices { stamps[index] = 0 }
      for index in definitionStamps.indices { definitionStamps[index] = 0 }
      generation = 0
    }
    generation += 1
  }

  // MARK: Memory of results

  func remembered(_ memo: Int) -> Cell? { stamps[memo] == generation ? memos[memo] : nil }

  mutating func remember(_ memo: Int, _ cell: Cell) {
    stamps[memo] = generation
    memos[memo] = cell
  }

  func definition(_ index: Int) -> Cell? { definitionStamps[index] == generation ? definitions[index] : nil }

  mutating func setDefinition(_ index: Int, _ cell: Cell) {
    definitionStamps[index] = generation
    definitions[index] = cell
  }

  // MARK: Variables

  package mutating func setLocal(_ local: Int, to cell: Cell) { locals[local] = cell }
  package func local(_ local: Int) -> Cell { locals[local] }

  // MARK: Errors

  mutating func fail(_ cause: EvaluationCause, _ node: NodeID) -> Cell {
    fail(cause, place: plan.places[Int(node.raw)])
  }

  mutating func fail(_ cause: EvaluationCause, place: String) -> Cell {
    errors.append(EvaluationError(cause: cause.rawValue, place: place))
    return Cell(Int64(errors.count - 1), state: .error)
  }

  /// Why a cell is an error.
  package func error(of cell: Cell) -> EvaluationError { errors[Int(cell.payload)] }

  // MARK: Strings

  func string(_ id: Int64) -> String {
    let known = plan.strings.count
    return id < known ? plan.strings[Int(id)] : strings[Int(id) - known]
  }

  mutating func cell(_ text: String) -> Cell {
    let key = StringKey(text)
    if let id = plan.stringIDs[key] ?? stringNumbers[key] { return Cell(Int64(id)) }
    let id = Int32(plan.strings.count + strings.count)
    strings.append(text)
    stringNumbers[key] = id
    return Cell(Int64(id))
  }

  // MARK: Arena

  /// Puts a list, a map or a record together.
  mutating func compound(_ cells: [Cell], count: Int) -> Cell {
    let offset = arena.count
    arena += cells
    var cell = Cell(Int64(offset), aux: Int32(count))
    cell.isList = true
    return cell
  }

  package func count(of list: Cell) -> Int { Int(list.aux) }
  package func element(_ index: Int, of list: Cell) -> Cell { arena[Int(list.payload) + index] }

  // MARK: Records

  /// The number of a record that the request, a rule or another record mentions.
  mutating func reference(entity: Int, id: String) -> Cell {
    let idCell = cell(id)
    let key = RecordKey(entity: entity, id: Int32(idCell.payload))
    if let number = recordNumbers[key] { return Cell(Int64(number)) }
    records.append(Record(entity: entity, id: key.id))
    recordNumbers[key] = records.count - 1
    return Cell(Int64(records.count - 1))
  }

  /// The position of the entity that a reference leads to.
  package func entity(of reference: Cell) -> Int { records[Int(reference.payload)].entity }

  package func id(of reference: Cell) -> String { string(Int64(records[Int(reference.payload)].id)) }

  /// Whether no record is behind a reference, neither in the source nor in the request.
  package mutating func isMissing(_ reference: Cell) -> Bool {
    load(Int(reference.payload))
    return records[Int(reference.payload)].isMissing
  }

  /// All records of an entity.
  package mutating func all(of entity: Int) -> [Cell] {
    let name = plan.schema.entities[entity].name
    return (source?.ids(of: name) ?? []).map { reference(entity: entity, id: $0) }
  }

  /// Reads the fields of a record into the arena, once.
  mutating func load(_ number: Int) {
    guard records[number].base < 0 else { return }
    let record = records[number]
    let entity = plan.schema.entities[record.entity]
    let base = arena.count
    records[number].base = Int32(base)
    arena += Array(repeating: .absent, count: entity.fields.count)
    let reference = EntityReference(type: entity.name, id: string(Int64(record.id)))
    let stored = source?.fields(of: reference)
    let overlay = overlays[number]
    records[number].isMissing = source != nil && stored == nil && overlay == nil
    for (position, field) in entity.fields.enumerated() {
      let value = overlay?[field.name] ?? stored?[field.name]
      arena[base + position] = self.field(value, field, of: reference, isMissing: records[number].isMissing)
    }
    applyTimedMoves(base: base, entity: record.entity)
  }

  private mutating func field(
    _ value: Value?, _ field: Field, of reference: EntityReference, isMissing: Bool
  ) -> Cell {
    guard let value, value != .null else {
      if isMissing { return fail(.missingRecord, place: reference.description) }
      switch field.defaultValue {
      case .now: return Cell(now)
      case .value(let value):
        var ignored: [ShapeProblem] = []
        return shape(value, as: field, path: field.name, problems: &ignored)
      case nil:
        if field.type.isOptionalType { return .absent }
        switch field.type {
        case .list, .map: return compound([], count: 0)
        default: break
        }
        return fail(.missingAttribute, place: "\(reference).\(field.name)")
      }
    }
    if let cell = quickCell(value, field.type, field.constraint) { return cell }
    var problems: [ShapeProblem] = []
    var relaxed = field
    relaxed.constraint = field.constraint.ofStoredValue
    let cell = shape(value, as: relaxed, path: field.name, problems: &problems)
    return problems.isEmpty ? cell : fail(.malformedAttribute, place: "\(reference).\(field.name)")
  }

  /// Moves that have come due are seen by every reader, written down or not: each at its time, the earliest first.
  private mutating func applyTimedMoves(base: Int, entity: Int) {
    var entered: Set<Int64> = []
    while let move = nextMove(base: base, entity: entity, but: entered) {
      entered.insert(move.from)
      arena[base + move.field] = Cell(move.to)
    }
  }

  /// The due move out of the present state that came first; no state is left twice.
  private func nextMove(base: Int, entity: Int, but left: Set<Int64>) -> ExpressionPlan.TimedMove? {
    var first: (at: Timestamp, move: ExpressionPlan.TimedMove)?
    for move in plan.timedMoves[entity] where !left.contains(move.to) {
      let state = arena[base + move.field]
      let since = arena[base + move.since]
      guard state.state == .value, state.payload == move.from, since.state == .value,
        let due = since.timestamp.adding(move.after), now >= due
      else { continue }
      if first.map({ (due, move.to) < ($0.at, $0.move.to) }) ?? true { first = (due, move) }
    }
    return first?.move
  }

  mutating func field(_ field: Int, of reference: Cell) -> Cell {
    let number = Int(reference.payload)
    if records[number].base < 0 { load(number) }
    return arena[Int(records[number].base) + field]
  }

  /// The record as the effects of the action would leave it.
  mutating func after() -> Cell {
    let known = slots[Int(Slot.after)]
    if known.state != .absent { return known }
    let resource = slots[Int(Slot.resource)]
    guard resource.state == .value else { return fail(.noResource, place: "after") }
    load(Int(resource.payload))
    let old = records[Int(resource.payload)]
    let count = plan.schema.entities[old.entity].fields.count
    // Values are worked out before the copy, as they may load records.
    let values = afterValues.map { (field: $0.field, cell: evaluate($0.value)) }
    let base = arena.count
    arena += Array(arena[Int(old.base)..<Int(old.base) + count])
    for value in values { arena[base + value.field] = value.cell }
    records.append(Record(entity: old.entity, id: old.id, base: Int32(base)))
    let made = Cell(Int64(records.count - 1))
    slots[Int(Slot.after)] = made
    return made
  }
}

extension ValueType {
  var isOptionalType: Bool {
    if case .optional = self { true } else { false }
  }

  var contentType: ValueType {
    if case .optional(let content) = self { content } else { self }
  }
}

extension Constraint {
  /// What a stored value is read by: text is normalized as on input, but not measured again.
  var ofStoredValue: Constraint {
    var result = Constraint.none
    if text == .text {
      result.text = .text
      result.lower = 0
    }
    result.element = element.map(\.ofStoredValue)
    return result
  }
}
