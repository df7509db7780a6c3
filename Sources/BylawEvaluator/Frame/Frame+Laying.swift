import BylawModel

/// How the fields of stored records come into the arena.
extension Frame {
  /// Makes room for the fields of a record and puts there what is stored.
  mutating func open(_ number: Int) {
    guard hasSource, let source else { return makeRoom(for: number) }
    guard laid.isOn else {
      makeRoom(for: number)
      guard let stored = source.fields(of: mentioned(number)) else {
        records[number].isMissing = true
        return
      }
      return lay(stored, on: number)
    }
    let hash = withID(of: number) { bytes, frame in frame.plan.strings.hash(bytes) }
    let entity = Int(records[number].entity)
    let known = withID(of: number) { bytes, frame in frame.laid.entry(entity: entity, bytes, hash: hash) }
    if let known { return open(number, known) }
    makeRoom(for: number)
    guard let stored = source.fields(of: mentioned(number)) else {
      records[number].isMissing = true
      return
    }
    layAndKeep(stored, on: number, hash: hash)
  }

  private mutating func makeRoom(for number: Int) {
    records[number].base = Int32(arena.count)
    arena.append(repeating: .unset, count: plan.names.entities[Int(records[number].entity)].count)
  }

  private func mentioned(_ number: Int) -> EntityReference {
    EntityReference(
      type: plan.schema.entities[Int(records[number].entity)].name, id: id(of: Cell(Int64(number))))
  }

  /// The bytes of the id of a record.
  private func withID<Result>(of number: Int, _ body: (UnsafeRawBufferPointer, borrowing Frame) -> Result) -> Result {
    let record = records[number]
    if record.id < 0 {
      return values.texts.withBytes(Int(record.idStart), Int(record.idCount)) { body($0, self) }
    }
    let known = plan.strings.count
    if Int(record.id) < known { return TextTable.withBytes(of: plan.strings.texts[Int(record.id)]) { body($0, self) } }
    let place = values.texts.place(of: Int(record.id) - known)
    return values.texts.withBytes(place.start, place.count) { body($0, self) }
  }

  // MARK: Records that were laid before

  /// Copies a record that was laid out for an earlier request.
  private mutating func open(_ number: Int, _ entry: LaidRecords.Entry) {
    let base = arena.count
    let text = laid.withBytes(entry.text, entry.textCount) { values.texts.keep($0) }
    laid.withCells(entry) { values.arena.append(contentsOf: $0) }
    for place in base..<arena.count {
      if arena[place].isList {
        arena[place].payload += Int64(base)
      } else if arena[place].state == .unread {
        arena[place].payload += Int64(text)
      }
    }
    records[number].base = Int32(base)
    records[number].closer = Int32(entry.closer)
    if entry.isUnsure { records[number].isUnsure = true }
  }

  /// A field of a record that was laid before, and takes a closer look; `nil` where it is none.
  ///
  /// Such fields are read only when somebody asks for them: until then they look as if nobody gave them.
  mutating func later(_ field: Int, of number: Int) -> Cell? {
    guard records[number].closer >= 0 else { return nil }
    for (position, value) in laid.closer[Int(records[number].closer)] where position == field {
      return lookCloser(at: value, field, of: number)
    }
    return nil
  }

  /// Reads all of them at once, as something will be laid over the record.
  mutating func readLater(of number: Int) {
    guard records[number].closer >= 0 else { return }
    let closer = laid.closer[Int(records[number].closer)]
    records[number].closer = -1
    for (field, value) in closer { put(value, field, of: number) }
  }

  private mutating func layAndKeep(_ stored: [String: Value], on number: Int, hash: UInt64) {
    let (base, text) = (Int(records[number].base), values.texts.keptCount)
    let wasUnsure = records[number].isUnsure
    records[number].isUnsure = false
    let closer = layPlain(stored, on: number)
    if laid.hasRoom { keep(number, base: base, text: text, hash: hash, closer) }
    if wasUnsure { records[number].isUnsure = true }
    for (field, value) in closer { put(value, field, of: number) }
  }

  /// Keeps a record for later requests as it lies in the arena, but for fields that take a closer look.
  ///
  /// - `base`, `text`: Where its cells and its texts start; nothing else lies behind.
  private mutating func keep(_ number: Int, base: Int, text: Int, hash: UInt64, _ closer: [LaidRecords.Closer]) {
    let record = records[number]
    var kept = LaidRecords()
    swap(&kept, &laid)
    let isBegun = withID(of: number) { id, frame in
      frame.values.texts.withBytes(text, frame.values.texts.keptCount - text) {
        kept.begin(
          entity: Int(record.entity), id, hash: hash, texts: $0, closer, isUnsure: record.isUnsure || !closer.isEmpty)
      }
    }
    for place in base..<arena.count where isBegun {
      var cell = arena[place]
      if cell.isList {
        cell.payload -= Int64(base)
      } else if cell.state == .unread {
        cell =
          constant(cell)
          ?? Cell.unread(
            cell.textStart - text, count: Int(cell.aux), entity: cell.referredEntity)
      }
      kept.add(cell)
    }
    swap(&kept, &laid)
  }

  /// What a text is that the plan has, too.
  private func constant(_ unread: Cell) -> Cell? {
    guard unread.referredEntity == nil else { return nil }
    return values.texts.withBytes(unread.textStart, Int(unread.aux)) { text in
      plan.strings.number(of: text, hash: plan.strings.hash(text)).map { Cell(Int64($0)) }
    }
  }

  /// All records of an entity of a source that never changes.
  mutating func mentionAll(of entity: Int, _ names: () -> [String]) -> [Cell] {
    if laid.ids(of: entity) == nil { laid.keep(names(), of: entity, plan.strings) }
    guard let ids = laid.ids(of: entity) else { return names().map { reference(entity: entity, id: $0) } }
    return ids.map { position in
      let id = laid.id(position)
      if id.number >= 0 { return reference(entity: entity, id: Cell(Int64(id.number))) }
      let number = laid.withBytes(id.start, id.count) { values.texts.insert($0, hash: id.hash) }
      return reference(entity: entity, id: Cell(Int64(plan.strings.count) + Int64(number)))
    }
  }

  // MARK: Values

  /// Puts fields into the place of a record in the arena.
  mutating func lay(_ fields: [String: Value], on number: Int) {
    for (field, value) in layPlain(fields, on: number) { put(value, field, of: number) }
  }

  /// The same of what is read at a glance; gives the rest.
  private mutating func layPlain(_ fields: [String: Value], on number: Int) -> [LaidRecords.Closer] {
    var closer: [LaidRecords.Closer] = []
    let entity = Int(records[number].entity)
    let table = plan.names.entities[entity]
    let base = Int(records[number].base)
    for (name, value) in fields {
      guard let position = table.position(of: name) else {
        records[number].isUnsure = true
        continue
      }
      if case .null = value {
        arena[base + position] = .unset
        if plan.names.entities[entity].fields[position].absence != .absent { records[number].isUnsure = true }
        continue
      }
      guard let quick = quickCell(value, table.fields[position]) else {
        closer.append((position, value))
        continue
      }
      if !quick.fits { records[number].isUnsure = true }
      arena[base + position] = quick.cell
    }
    return closer
  }

  /// Puts a value that takes a closer look into its place.
  private mutating func put(_ value: Value, _ position: Int, of number: Int) {
    records[number].isUnsure = true
    let cell = lookCloser(at: value, position, of: number)
    arena[Int(records[number].base) + position] = cell
  }

  /// Reads such a value; one that does not fit is known to be there, but not what it is.
  private mutating func lookCloser(at value: Value, _ position: Int, of number: Int) -> Cell {
    let field = plan.schema.entities[Int(records[number].entity)].fields[position]
    var problems: [ShapeProblem] = []
    var relaxed = field
    relaxed.constraint = field.constraint.ofStoredValue
    let cell = shape(value, as: relaxed, path: field.name, problems: &problems)
    return problems.isEmpty
      ? cell : fail(.malformedAttribute, place: "\(mentioned(number).description).\(field.name)")
  }
}
