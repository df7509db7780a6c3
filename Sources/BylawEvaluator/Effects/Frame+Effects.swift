import BylawModel

/// What effects need of a frame.
extension Frame {
  /// Makes slots for what the effects of one list make, all of them empty.
  mutating func makeRoomForEffects() {
    let count = Int(plan.effectBase) + plan.effectCount
    if slots.count < count { slots.append(repeating: .absent, count: count - slots.count) }
    for index in Int(plan.effectBase)..<count { slots[index] = .absent }
  }

  mutating func setEffect(_ position: Int, to cell: Cell) { slots[Int(plan.effectBase) + position] = cell }

  /// The records that named effects made or changed, by name.
  func made(by operations: [OperationPlan]) -> [String: EntityReference] {
    var made: [String: EntityReference] = [:]
    for operation in operations {
      guard let name = operation.name else { continue }
      let cell = slots[Int(plan.effectBase) + operation.position]
      guard cell.state == .value else { continue }
      made[name] = EntityReference(type: entityName(entity(of: cell)), id: id(of: cell))
    }
    return made
  }

  /// Binds what a vote is about: its id, its submitter and when it was asked.
  mutating func setProposal(_ proposal: Request.Proposal) {
    let submitter = reference(to: Request.Entity(type: proposal.submitter.type, id: proposal.submitter.id))
    let cells = [cell(proposal.id), submitter ?? .absent, Cell(proposal.requestedAt)]
    setSlot(Slot.proposal, to: compound(cells, count: cells.count))
  }

  /// What an action returns: of a record all its fields, of anything else the value.
  mutating func returnedValue(of cell: Cell, _ type: ValueType) -> Value {
    guard cell.state == .value, case .entity = type.contentType else { return value(of: cell, type) }
    var members = fields(of: cell)
    members["id"] = .string(id(of: cell))
    return .object(members)
  }

  /// The value of an input, as it was given or by default.
  mutating func input(_ position: Int) -> Cell {
    let place = plan.inputBase + position
    if slots[place].state == .unread { slots[place] = read(slots[place]) }
    return slots[place]
  }

  func entityName(_ entity: Int) -> String { plan.schema.entities[entity].name }

  func fields(ofEntity entity: Int) -> [Field] { plan.schema.entities[entity].fields }

  func declared(_ field: Int, of entity: Int) -> Field { plan.schema.entities[entity].fields[field] }

  func countOfFields(of entity: Int) -> Int { plan.names.entities[entity].count }

  /// What a field of a new record has that nothing was set for; `nil` for nothing.
  func initialValue(of field: Int, in entity: Int) -> Value? {
    switch plan.names.entities[entity].fields[field].absence {
    case .absent, .missing: return nil
    case .empty:
      if case .map = type(of: field, in: entity) { return .object([:]) }
      return .list([])
    case .stated:
      switch declared(field, of: entity).defaultValue {
      case .value(let value): return value
      case .now: return .timestamp(now)
      case nil: return nil
      }
    }
  }

  func fieldName(_ field: Int, of entity: Int) -> String { plan.schema.entities[entity].fields[field].name }

  /// A record apart from the one that the decision saw: with these fields, or as the source has it.
  mutating func fresh(_ reference: EntityReference, entity: Int, fields: [String: Value]?) -> Cell {
    readIDs()
    let id = cell(reference.id)
    records.append(Record(entity: Int32(entity), id: Int32(id.payload)))
    let number = records.count - 1
    if let fields { load(number, from: fields) } else { load(number) }
    return Cell(Int64(number))
  }

  /// A record with these fields, which are only read when somebody asks for one.
  mutating func promised(_ reference: EntityReference, entity: Int, fields: [String: Value]) -> Cell {
    readIDs()
    let id = cell(reference.id)
    records.append(Record(entity: Int32(entity), id: Int32(id.payload), base: Int32(-2 - promises.count)))
    promises.append(fields)
    return Cell(Int64(records.count - 1))
  }

  func type(of field: Int, in entity: Int) -> ValueType { plan.schema.entities[entity].fields[field].type }

  /// The fields of a record, by name; absent ones are left out.
  mutating func fields(of record: Cell) -> [String: Value] {
    let entity = entity(of: record)
    var values: [String: Value] = [:]
    for (position, field) in plan.schema.entities[entity].fields.enumerated() {
      let cell = self.field(position, of: record)
      if cell.state == .value { values[field.name] = value(of: cell, field.type) }
    }
    return values
  }

  /// The fields of a record as they are now, by name; absent ones are left out.
  ///
  /// Those of the source itself where all of them are sound and no time moves them, with what stands for those that
  /// nobody gave.
  ///
  /// - `isPlain`: Becomes whether they are just those of the source, and will be at any time.
  mutating func currentFields(of record: Cell, isPlain: inout Bool) -> [String: Value] {
    let number = Int(record.payload)
    let (entity, base) = (Int(records[number].entity), Int(records[number].base))
    isPlain = false
    guard plan.timedMoves[entity].isEmpty, overlays.isEmpty,
      var values = source?.fields(of: EntityReference(type: entityName(entity), id: id(of: record)))
    else { return fields(of: record) }
    var given = 0
    var isFilled = false
    for position in 0..<plan.names.entities[entity].count {
      if arena[base + position].isUnset {
        let cell = field(position, of: record)
        guard cell.state == .value else { continue }
        let field = plan.schema.entities[entity].fields[position]
        values[field.name] = value(of: cell, field.type)
        isFilled = true
      }
      if arena[base + position].state == .value || arena[base + position].state == .unread { given += 1 }
    }
    guard given == values.count else { return fields(of: record) }
    isPlain = !isFilled
    return values
  }

  /// What is wrong with a value for a field of an entity; nothing when it fits.
  mutating func misfits(_ value: Value, _ position: Int, of entity: Int) -> [ShapeProblem] {
    if quickCell(value, plan.names.entities[entity].fields[position])?.fits == true { return [] }
    let field = plan.schema.entities[entity].fields[position]
    if value == .null, field.type.isOptionalType { return [] }
    var problems: [ShapeProblem] = []
    _ = shape(value, as: field, path: field.name, problems: &problems)
    return problems
  }

  /// The values of the fields of a unique key as one text; `nil` when one is absent or cannot be told.
  mutating func keyText(_ fields: [Int], of record: Cell, isFolded: Bool) -> String? {
    let entity = entity(of: record)
    var parts: [Value] = []
    for field in fields {
      let cell = self.field(field, of: record)
      guard cell.state == .value else { return nil }
      let type = plan.schema.entities[entity].fields[field].type
      let value = value(of: cell, type)
      if isFolded, type.contentType == .string, case .string(let text) = value {
        parts.append(.string(folded(text)))
      } else {
        parts.append(value)
      }
    }
    return JSONWriter.write(.list(parts))
  }
}
