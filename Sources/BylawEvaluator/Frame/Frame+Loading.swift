package import BylawModel

/// How a request is put into a frame.
extension Frame {
  package var subjectReference: Cell { slots[Int(Slot.subject)] }
  package var resourceReference: Cell { slots[Int(Slot.resource)] }

  mutating func setSlot(_ slot: Int32, to cell: Cell) { slots[Int(slot)] = cell }

  /// Whether a slot still waits for its value.
  func isUnset(_ slot: Int32) -> Bool { slots[Int(slot)].isUnset }

  /// The slot of the first input.
  var inputSlot: Int32 { Int32(plan.inputBase) }

  /// The day of `now` in the time zone of the rule set.
  mutating func today() -> Cell {
    let known = slots[Int(Slot.today)]
    if known.state != .absent { return known }
    let zone = zone(plan.timeZone) ?? .utc
    let made = Cell(Int64(zone.civil(at: now).date.daysSinceEpoch))
    slots[Int(Slot.today)] = made
    return made
  }

  /// The only record of an entity, or the one whose id is the name of the singleton.
  mutating func setSingleton(_ position: Int, name: String, entity: Int) {
    let ids = hasSource ? source?.ids(of: plan.schema.entities[entity].name) ?? [] : []
    let id = ids.count == 1 ? ids[0] : name
    let cell = reference(entity: entity, id: id)
    slots[Int(Slot.first) + plan.contextCount + position] = cell
  }

  /// The record that a request names by type, or by the name of the type on the wire.
  package mutating func reference(to entity: Request.Entity) -> Cell? {
    guard let index = plan.names.entity(named: entity.type), !entity.id.isEmpty else { return nil }
    // As ids in fields are: composed and decomposed forms are one id.
    return reference(entity: index, id: nfc(entity.id))
  }

  /// Lays fields given with the request over the stored ones.
  mutating func overlay(_ properties: [String: Value], on reference: Cell) {
    overlays.append((Int(reference.payload), properties))
    records[Int(reference.payload)].base = -1
  }

  /// Reads a record; whether a closer look must tell if the fields given of it are known and fit.
  mutating func isUnsure(_ reference: Cell) -> Bool {
    load(Int(reference.payload))
    return records[Int(reference.payload)].isUnsure
  }

  /// Whether neither the request nor the source has a field.
  mutating func lacks(_ field: Int, of reference: Cell) -> Bool {
    let cell = self.field(field, of: reference)
    return cell.isError && error(of: cell).cause != EvaluationCause.malformedAttribute.rawValue
  }

  mutating func missing(_ path: String) -> Cell { fail(.missingAttribute, place: path) }

  mutating func give(_ cell: Cell, for definition: Int) { given.append((definition, cell)) }

  /// Where the expression of a node stands.
  func place(of node: NodeID) -> String { plan.places[Int(node.raw)] }

  package func timestamp(of cell: Cell) -> Timestamp { cell.timestamp }

  /// Whether a field of the resource still has the value that an approver saw.
  mutating func resourceField(_ field: Int, equals bound: [String: Value]) -> Bool {
    let reference = resourceReference
    guard reference.state == .value else { return true }
    let declared = plan.schema.entities[entity(of: reference)].fields[field]
    guard let seen = bound[declared.name] else { return true }
    var problems: [ShapeProblem] = []
    var relaxed = declared
    relaxed.constraint = declared.constraint.ofStoredValue
    let cell = seen == .null ? Cell.absent : shape(seen, as: relaxed, path: declared.name, problems: &problems)
    guard problems.isEmpty else { return false }
    return areEqual(cell, self.field(field, of: reference), declared.type)
  }

  /// The row that the table behind a node gave; `nil` for `otherwise`, an error, or when it was not asked.
  package func row(of node: NodeID) -> Int? {
    var node = plan.nodes[Int(node.raw)]
    // What an action classifies is a definition, which is worked out once.
    if node.operation == .definition { node = plan.nodes[Int(node.b)] }
    guard node.operation == .table else { return nil }
    let row = rows[Int(node.a)]
    return row < 0 ? nil : Int(row)
  }
}
