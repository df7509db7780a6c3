package import BylawModel

/// Where records come from: a file of records, or the store within its transaction.
package protocol RecordSource {
  /// The fields of a record; `nil` when there is none.
  func fields(of reference: EntityReference) -> [String: Value]?
  /// The ids of all records of an entity, in a stable order.
  func ids(of type: String) -> [String]
  /// The ids of the records that meet a condition, in the same order; it may give others too.
  func ids(of type: String, meeting filter: RecordFilter) -> [String]
  /// What a source whose records never change is told from others by; `nil` where they may change.
  var stableIdentity: AnyObject? { get }
}

extension RecordSource {
  package func ids(of type: String, meeting filter: RecordFilter) -> [String] { ids(of: type) }
  package var stableIdentity: AnyObject? { nil }
}

/// Why an expression had no value, and where it stands.
package struct EvaluationError: Sendable, Hashable {
  package var cause: String
  package var place: String
  /// Whether an equal expression stands elsewhere too, so that the place may be that of another rule.
  package var isShared = false
}

/// One request while it is decided: its values in slots, and what was worked out so far.
///
/// A frame is reused from request to request; it grows to the largest and then allocates no more.
package struct Frame: ~Copyable {
  /// A record that was mentioned: loaded when a field is first read.
  struct Record: BitwiseCopyable {
    var entity: Int32
    /// The number of its id; negative, and another for each record, until somebody asks for it.
    var id: Int32
    /// Where its fields lie in the arena; -1 until it is loaded, and below that -2 less its number of the promises.
    var base: Int32 = -1
    /// Where the bytes of an id lie that nobody asked for yet.
    var idStart: Int32 = 0
    var idCount: Int32 = 0
    /// Of a record that was laid before: its fields that are read when somebody asks for them; negative for none.
    var closer: Int32 = -1
    var isMissing = false
    /// Some given or stored field takes a closer look, or is not known.
    var isUnsure = false
  }

  /// What was worked out, and in which generation.
  struct Result: BitwiseCopyable {
    var cell = Cell.absent
    var generation: UInt32 = 0
  }

  private let sharedPlan: Shared<ExpressionPlan>
  var plan: ExpressionPlan { sharedPlan.part }
  private(set) var source: (any RecordSource)?
  /// Whether there is a source: to compare it with `nil` would copy it.
  private(set) var hasSource = false
  var slots: Buffer<Cell>
  var locals: Buffer<Cell>
  /// Fields, elements and texts.
  var values: FrameValues
  var records = Buffer<Record>()
  /// Records of a source that never changes, from one request to the next.
  var laid = LaidRecords()
  var errors: [EvaluationError] = []
  var jsons: [Value] = []
  var now = Timestamp(seconds: 0)
  /// Fields given with the request, by number of the record; a later one stands over an earlier one.
  var overlays: [(record: Int, properties: [String: Value])] = []
  /// Fields of records that are laid into the arena when they are first read.
  var promises: [[String: Value]] = []
  /// Values given instead of facts.
  var given: [(definition: Int, value: Cell)] = []
  /// Whether members of records that their declaration does not have are passed over.
  package var ignoresUndeclared = false
  /// The fields of the resource that the effects change.
  var afterValues: [(field: Int, value: NodeID)] = []
  /// Values that are not put together yet.
  var stack = Buffer<Cell>()
  /// What may hold by the indexes that are gone through.
  var candidateSets = Buffer<UInt64>()
  private var recordNumbers = KeyTable()
  private var hasUnreadIDs = false
  /// The variables that were given a value from outside, from the first to behind the last.
  private var boundLocals = 0..<0
  private var memos: Buffer<Result>
  private var definitions: Buffer<Result>
  private var generation: UInt32 = 1
  /// The row that each table gave, by its position.
  var rows: Buffer<Int32>

  package init(plan: ExpressionPlan) { self.init(plan: Shared(plan)) }

  /// A frame of a plan that others share.
  init(plan shared: Shared<ExpressionPlan>) {
    sharedPlan = shared
    values = FrameValues()
    let plan = shared.part
    slots = Buffer(repeating: .absent, count: plan.inputBase)
    locals = Buffer(repeating: .absent, count: plan.localCount)
    memos = Buffer(repeating: Result(), count: plan.memoCount)
    definitions = Buffer(repeating: Result(), count: plan.definitionCount)
    rows = Buffer(repeating: -1, count: plan.tables.count)
  }

  /// Forgets the last request.
  package mutating func reset(source: (any RecordSource)?, now: Timestamp, inputCount: Int) {
    if let source { laid.belong(to: source.stableIdentity) }
    if hasSource || source != nil { self.source = source }
    hasSource = source != nil
    self.now = now
    values.empty()
    records.empty()
    recordNumbers.removeAll()
    hasUnreadIDs = false
    errors.empty()
    stack.empty()
    candidateSets.empty()
    jsons.empty()
    overlays.empty()
    promises.empty()
    given.empty()
    ignoresUndeclared = false
    afterValues.empty()
    let count = plan.inputBase + inputCount
    slots.fill(.absent)
    if slots.count < count { slots.append(repeating: .absent, count: count - slots.count) }
    for index in boundLocals { locals[index] = .absent }
    boundLocals = 0..<0
    rows.fill(-1)
    forget()
  }

  /// Lets go of the records of the last request.
  package mutating func release() {
    if hasSource { source = nil }
    hasSource = false
    overlays.empty()
    promises.empty()
  }

  /// Forgets what was worked out, so that it is worked out again with other slots.
  package mutating func forget() {
    if generation == .max {
      memos.fill(Result())
      definitions.fill(Result())
      generation = 0
    }
    generation += 1
  }

  // MARK: Memory of results

  @inline(__always)
  func remembered(_ memo: Int) -> Cell? {
    let known = memos[memo]
    return known.generation == generation ? known.cell : nil
  }

  @inline(__always)
  mutating func remember(_ memo: Int, _ cell: Cell) { memos[memo] = Result(cell: cell, generation: generation) }

  func definition(_ index: Int) -> Cell? {
    let known = definitions[index]
    return known.generation == generation ? known.cell : nil
  }

  mutating func setDefinition(_ index: Int, _ cell: Cell) {
    definitions[index] = Result(cell: cell, generation: generation)
  }

  // MARK: Variables

  package mutating func setLocal(_ local: Int, to cell: Cell) {
    locals[local] = cell
    if boundLocals.isEmpty {
      boundLocals = local..<local + 1
    } else if !boundLocals.contains(local) {
      boundLocals = min(local, boundLocals.lowerBound)..<max(local + 1, boundLocals.upperBound)
    }
  }
  package func local(_ local: Int) -> Cell { locals[local] }

  // MARK: Errors

  mutating func fail(_ cause: EvaluationCause, _ node: NodeID) -> Cell {
    errors.append(
      EvaluationError(
        cause: cause.rawValue, place: plan.places[Int(node.raw)], isShared: plan.sharedNodes.contains(node)))
    return Cell(Int64(errors.count - 1), state: .error)
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
    return id < known ? plan.strings.texts[Int(id)] : values.texts[Int(id) - known]
  }

  mutating func cell(_ text: String) -> Cell { TextTable.withBytes(of: text) { cell($0) } }

  /// The same of bytes in UTF-8.
  mutating func cell(_ bytes: UnsafeRawBufferPointer) -> Cell { textCell(bytes) }

  /// The text or the reference, or the list of these, that an unread cell stands for.
  mutating func read(_ unread: Cell) -> Cell {
    guard unread.isList else { return readOne(unread) }
    let start = Int(unread.payload)
    for place in start..<start + Int(unread.aux) where arena[place].state == .unread {
      let element = readOne(arena[place])
      arena[place] = element
    }
    var list = unread
    list.state = .value
    return list
  }

  private mutating func readOne(_ unread: Cell) -> Cell {
    let text = textCell(unread.textStart, Int(unread.aux))
    guard let entity = unread.referredEntity else { return text }
    return reference(entity: entity, id: text)
  }

  // MARK: Arena

  var arena: Buffer<Cell> {
    @inline(__always) _read { yield values.arena }
    @inline(__always) _modify { yield &values.arena }
  }

  /// Puts a list, a map or a record together.
  mutating func compound(_ cells: [Cell], count: Int) -> Cell {
    let offset = arena.count
    arena.append(contentsOf: cells)
    var cell = Cell(Int64(offset), aux: Int32(count))
    cell.isList = true
    return cell
  }

  /// The same of all values on the stack from a position on, which leave it.
  mutating func compound(from start: Int) -> Cell {
    let offset = arena.count
    let count = stack.count - start
    for index in start..<stack.count { arena.append(stack[index]) }
    stack.removeLast(count)
    var cell = Cell(Int64(offset), aux: Int32(count))
    cell.isList = true
    return cell
  }

  package func count(of list: Cell) -> Int { Int(list.aux) }
  package func element(_ index: Int, of list: Cell) -> Cell { arena[Int(list.payload) + index] }

  // MARK: Records

  /// The number of a record that the request, a rule or another record mentions.
  mutating func reference(entity: Int, id: String) -> Cell {
    reference(entity: entity, id: cell(id))
  }

  /// The same of an id by its number among the texts.
  mutating func reference(entity: Int, id idCell: Cell) -> Cell {
    readIDs()
    let key = UInt64(entity) << 32 | UInt64(idCell.payload)
    if let number = recordNumbers[key] { return Cell(Int64(number)) }
    records.append(Record(entity: Int32(entity), id: Int32(idCell.payload)))
    recordNumbers.add(Int32(records.count - 1), for: key)
    return Cell(Int64(records.count - 1))
  }

  /// The number of a record that is mentioned for the first time, by the bytes of its id among the texts.
  mutating func mention(entity: Int, idAt start: Int, count: Int) -> Cell {
    let number = Int32(records.count)
    hasUnreadIDs = true
    records.append(
      Record(entity: Int32(entity), id: -1 - number, idStart: Int32(start), idCount: Int32(count)))
    return Cell(Int64(number))
  }

  /// The same by the id.
  mutating func mention(entity: Int, id: String) -> Cell {
    TextTable.withBytes(of: id) { mention(entity: entity, idAt: values.texts.keep($0), count: $0.count) }
  }

  /// Whether two records, mentioned and not looked up yet, are the same.
  func isSameMention(_ left: Cell, _ right: Cell) -> Bool {
    let (a, b) = (records[Int(left.payload)], records[Int(right.payload)])
    guard a.entity == b.entity, a.idCount == b.idCount else { return false }
    return values.texts.areSame(Int(a.idStart), Int(b.idStart), count: Int(a.idCount))
  }

  /// Looks up the ids of the records that were only mentioned.
  mutating func readIDs() {
    guard hasUnreadIDs else { return }
    hasUnreadIDs = false
    for number in records.indices where records[number].id < 0 {
      let record = records[number]
      let id = textCell(Int(record.idStart), Int(record.idCount))
      records[number].id = Int32(id.payload)
      recordNumbers.add(Int32(number), for: UInt64(record.entity) << 32 | UInt64(id.payload))
    }
  }

  /// The position of the entity that a reference leads to.
  package func entity(of reference: Cell) -> Int { Int(records[Int(reference.payload)].entity) }

  package func id(of reference: Cell) -> String { id(of: records[Int(reference.payload)]) }

  private func id(of record: Record) -> String {
    record.id < 0 ? values.texts.text(Int(record.idStart), Int(record.idCount)) : string(Int64(record.id))
  }

  /// Whether no record is behind a reference, neither in the source nor in the request.
  package mutating func isMissing(_ reference: Cell) -> Bool {
    load(Int(reference.payload))
    return records[Int(reference.payload)].isMissing
  }

  /// All records of an entity, or at least those that a selection selects.
  package mutating func all(of entity: Int, _ selection: Selection? = nil) -> [Cell] {
    guard hasSource, let source else { return [] }
    let name = plan.schema.entities[entity].name
    var filter = RecordFilter.everything
    // What the request says about a record stands over what is stored.
    if let selection, !overlays.contains(where: { records[$0.record].entity == Int32(entity) }) {
      filter = self.filter(selection, of: entity)
    }
    if filter == .nothing { return [] }
    if laid.isOn { return mentionAll(of: entity) { source.ids(of: name) } }
    let ids = filter == .everything ? source.ids(of: name) : source.ids(of: name, meeting: filter)
    return ids.map { reference(entity: entity, id: $0) }
  }

  /// Reads the fields of a record into the arena, once; what nobody gives is made when it is read.
  mutating func load(_ number: Int) {
    guard records[number].base < 0 else { return }
    if records[number].base < -1 { return load(number, from: promises[-2 - Int(records[number].base)]) }
    open(number)
    // What the request gives stands over what is stored.
    for index in overlays.indices where overlays[index].record == number {
      readLater(of: number)
      lay(overlays[index].properties, on: number)
      records[number].isMissing = false
    }
    close(number)
  }

  /// Makes the moves of a record that have come due, once everything that is given of it lies in its place.
  mutating func close(_ number: Int) {
    let entity = Int(records[number].entity)
    guard !plan.timedMoves[entity].isEmpty else { return }
    fill(number)
    applyTimedMoves(base: Int(records[number].base), entity: entity)
  }

  /// Puts the fields of a record into the arena as they are given here, whatever the source has.
  mutating func load(_ number: Int, from fields: [String: Value]) {
    records[number].base = Int32(arena.count)
    arena.append(repeating: .unset, count: plan.names.entities[Int(records[number].entity)].count)
    lay(fields, on: number)
    close(number)
  }

  /// What stands for a field that nobody gives.
  private mutating func absence(of field: Int, _ number: Int) -> Cell {
    let entity = Int(records[number].entity)
    if let later = later(field, of: number) { return later }
    if records[number].isMissing { return fail(.missingRecord, place: description(of: number)) }
    switch plan.names.entities[entity].fields[field].absence {
    case .absent: return .absent
    case .empty: return compound(from: stack.count)
    case .missing:
      let name = plan.schema.entities[entity].fields[field].name
      return fail(.missingAttribute, place: "\(description(of: number)).\(name)")
    case .stated:
      let declared = plan.schema.entities[entity].fields[field]
      guard case .value(let value) = declared.defaultValue else { return Cell(now) }
      var ignored: [ShapeProblem] = []
      return shape(value, as: declared, path: declared.name, problems: &ignored)
    }
  }

  /// Makes all fields of a loaded record that nobody gives.
  private mutating func fill(_ number: Int) {
    let base = Int(records[number].base)
    for field in 0..<plan.names.entities[Int(records[number].entity)].count where arena[base + field].isUnset {
      let cell = absence(of: field, number)
      arena[base + field] = cell
    }
  }

  private func description(of number: Int) -> String {
    let record = records[number]
    return EntityReference(type: plan.schema.entities[Int(record.entity)].name, id: id(of: record)).description
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
    let place = Int(records[number].base) + field
    let cell = arena[place]
    return cell.state == .value ? cell : settle(field, of: number, cell, at: place)
  }

  /// What stands for a field that is not given, or not read yet.
  private mutating func settle(_ field: Int, of number: Int, _ cell: Cell, at place: Int) -> Cell {
    guard cell.state == .unread || cell.isUnset else { return cell }
    let settled = cell.isUnset ? absence(of: field, number) : read(cell)
    arena[place] = settled
    return settled
  }

  /// The record as the effects of the action would leave it.
  mutating func after() -> Cell {
    let known = slots[Int(Slot.after)]
    if known.state != .absent { return known }
    let resource = slots[Int(Slot.resource)]
    guard resource.state == .value else { return fail(.noResource, place: "after") }
    load(Int(resource.payload))
    fill(Int(resource.payload))
    readIDs()
    let old = records[Int(resource.payload)]
    let count = plan.schema.entities[Int(old.entity)].fields.count
    // What makes the record cannot read it; the checker refuses that, and nothing goes round in circles.
    slots[Int(Slot.after)] = fail(.cycle, place: "after")
    // Values are worked out before the copy, as they may load records.
    let values = afterValues.map { (field: $0.field, cell: evaluate($0.value)) }
    let base = arena.count
    arena.appendCopy(of: Int(old.base)..<Int(old.base) + count)
    for value in values { arena[base + value.field] = value.cell }
    records.append(Record(entity: old.entity, id: old.id, base: Int32(base)))
    let made = Cell(Int64(records.count - 1))
    slots[Int(Slot.after)] = made
    return made
  }
}

extension Array {
  /// Removes all elements and keeps the storage; most often there are none.
  @inline(__always)
  mutating func empty() {
    if !isEmpty { removeAll(keepingCapacity: true) }
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
