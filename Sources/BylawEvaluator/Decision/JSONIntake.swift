package import BylawModel

/// Reads a request from the bytes of a JSON document straight into a frame, without a tree of values.
///
/// This is the short way: a document with a mistake, or with members that few requests have, is not taken.
struct JSONIntake: ~Copyable {
  private var values: FrameValues
  private var cursor: JSONCursor
  private let plan: Shared<DecisionPlan>
  private let actions: [Shared<ActionPlan>]
  private(set) var action: Shared<ActionPlan>?
  private var subject: Entity?
  private var resource: Entity?
  /// The places of the first member of the context and of the first input; -1 until they are read.
  private var context = -1
  private var inputs = -1

  /// The names that every request has.
  private enum Key {
    static let action = FieldTable.Key("action")
    static let subject = FieldTable.Key("subject")
    static let resource = FieldTable.Key("resource")
    static let context = FieldTable.Key("context")
    static let name = FieldTable.Key("name")
    static let properties = FieldTable.Key("properties")
    static let type = FieldTable.Key("type")
    static let id = FieldTable.Key("id")
  }

  /// A subject or a resource, whose fields lie in the arena from `base` on.
  private struct Entity {
    var index: Int
    var type: Range<Int>
    /// Empty until it is read.
    var id: Range<Int>
    var base: Int
  }

  /// An intake of a document that is valid UTF-8 into the storage of a frame, which it gives back with `finish`.
  init(
    _ frame: inout Frame, document: UnsafeRawBufferPointer, plan: Shared<DecisionPlan>, actions: [Shared<ActionPlan>]
  ) {
    values = frame.values.taken()
    values.empty()
    // Texts are found by where they stand in the document.
    _ = values.texts.keep(document)
    cursor = JSONCursor(document)
    self.plan = plan
    self.actions = actions
  }

  // MARK: Structure

  /// Reads the whole document; `serverContext` is what the service states.
  mutating func read(serverContext: [String: Value]) throws(NotPlain) {
    try cursor.take(UInt8(ascii: "{"))
    var isFirst = true
    while try cursor.hasNext(before: UInt8(ascii: "}"), isFirst: isFirst) {
      isFirst = false
      if action == nil, try cursor.takes(Key.action) {
        try readAction()
      } else if subject == nil, try cursor.takes(Key.subject) {
        subject = try readEntity()
      } else if context < 0, try cursor.takes(Key.context) {
        try readContext()
      } else if resource == nil, try cursor.takes(Key.resource) {
        resource = try readEntity()
      } else {
        throw NotPlain()
      }
    }
    try cursor.end()
    if context < 0 { context = makeRoom(plan.part.contextTable.count) }
    for (name, value) in serverContext {
      guard let position = plan.part.contextTable.position(of: name) else { throw NotPlain() }
      if case .null = value { continue }
      let quick = values.quickCell(
        value, plan.part.contextTable.fields[position], plan.part.expressions.names)
      guard let quick, quick.fits else { throw NotPlain() }
      values.arena[context + position] = quick.cell
    }
  }

  private mutating func makeRoom(_ count: Int) -> Int {
    let base = values.arena.count
    values.arena.append(repeating: .unset, count: count)
    return base
  }

  private mutating func readAction() throws(NotPlain) {
    var (isFirst, later) = (true, -1)
    try cursor.take(UInt8(ascii: "{"))
    while try cursor.hasNext(before: UInt8(ascii: "}"), isFirst: isFirst) {
      isFirst = false
      if action == nil, try cursor.takes(Key.name) {
        let name = cursor[try cursor.string()]
        let names = plan.part.actionNames
        guard let known = names.number(of: name, hash: names.hash(name)) else { throw NotPlain() }
        action = actions[Int(known)]
      } else if inputs < 0, later < 0, try cursor.takes(Key.properties) {
        if let action {
          try readInputs(of: action.part)
        } else {
          later = try cursor.skipObject()
        }
      } else {
        throw NotPlain()
      }
    }
    guard let action else { throw NotPlain() }
    if later >= 0 {
      let end = cursor
      cursor = cursor.at(later)
      try readInputs(of: action.part)
      cursor = end
    }
    if inputs < 0 { inputs = makeRoom(action.part.inputTable.count) }
  }

  private mutating func readEntity() throws(NotPlain) -> Entity {
    var isFirst = true
    var entity = Entity(index: -1, type: 0..<0, id: 0..<0, base: -1)
    var later = -1
    try cursor.take(UInt8(ascii: "{"))
    while try cursor.hasNext(before: UInt8(ascii: "}"), isFirst: isFirst) {
      isFirst = false
      if entity.index < 0, try cursor.takes(Key.type) {
        entity.type = try cursor.string()
        guard let known = plan.part.expressions.names.entity(named: cursor[entity.type]) else { throw NotPlain() }
        entity.index = known
      } else if entity.id.isEmpty, try cursor.takes(Key.id) {
        entity.id = try cursor.string()
        // One that may have to be composed takes a closer look, and so does none at all.
        guard TextTable.isASCII(cursor[entity.id]) else { throw NotPlain() }
      } else if entity.base < 0, later < 0, try cursor.takes(Key.properties) {
        if entity.index >= 0 {
          entity.base = try readProperties(of: entity.index)
        } else {
          later = try cursor.skipObject()
        }
      } else {
        throw NotPlain()
      }
    }
    guard entity.index >= 0, !entity.id.isEmpty else { throw NotPlain() }
    if later >= 0 {
      let end = cursor
      cursor = cursor.at(later)
      entity.base = try readProperties(of: entity.index)
      cursor = end
    }
    if entity.base < 0 { entity.base = makeRoom(plan.part.expressions.names.entities[entity.index].count) }
    return entity
  }

  // MARK: Values

  /// Reads the fields of a record; gives the place of the first.
  private mutating func readProperties(of entity: Int) throws(NotPlain) -> Int {
    let base = makeRoom(plan.part.expressions.names.entities[entity].count)
    try cursor.take(UInt8(ascii: "{"))
    let table = plan.part.expressions.names.entities[entity]
    var last = -1
    while try cursor.hasNext(before: UInt8(ascii: "}"), isFirst: last < 0) {
      last = try readName(in: table, after: last)
      let isGiven = try readValue(to: base + last, table, last)
      guard isGiven || table.fields[last].absence == .absent else { throw NotPlain() }
    }
    return base
  }

  private mutating func readContext() throws(NotPlain) {
    let base = makeRoom(plan.part.contextTable.count)
    context = base
    try cursor.take(UInt8(ascii: "{"))
    let table = plan.part.contextTable
    var last = -1
    while try cursor.hasNext(before: UInt8(ascii: "}"), isFirst: last < 0) {
      last = try readName(in: table, after: last)
      let isGiven = try readValue(to: base + last, table, last)
      if isGiven, plan.part.context[last].fromServer { throw NotPlain() }
    }
  }

  private mutating func readInputs(of action: ActionPlan) throws(NotPlain) {
    let base = makeRoom(action.inputTable.count)
    inputs = base
    try cursor.take(UInt8(ascii: "{"))
    let table = action.inputTable
    var last = -1
    while try cursor.hasNext(before: UInt8(ascii: "}"), isFirst: last < 0) {
      last = try readName(in: table, after: last)
      _ = try readValue(to: base + last, table, last)
    }
  }

  /// Reads the name of a member; gives its position in a table.
  ///
  /// - `last`: The position of the member before it, -1 for the first one.
  @inline(__always)
  private mutating func readName(in table: FieldTable, after last: Int) throws(NotPlain) -> Int {
    let guess = values.guesses[table, last]
    if guess < table.keys.count, try cursor.takes(table.keys[guess]) { return guess }
    let position = try lookUpName(in: table)
    values.guesses[table, last] = position
    return position
  }

  private mutating func lookUpName(in table: FieldTable) throws(NotPlain) -> Int {
    let name = cursor[try cursor.name()]
    // Members of the context with a meaning of their own are in no table.
    guard let position = table.position(of: name) else { throw NotPlain() }
    return position
  }

  /// Reads a value into a place that has none yet; `false` for `null`.
  @inline(__always)
  private mutating func readValue(to place: Int, _ table: FieldTable, _ position: Int) throws(NotPlain) -> Bool {
    guard values.arena[place].isUnset else { throw NotPlain() }
    let first = try cursor.peek()
    if first == UInt8(ascii: "n") {
      try cursor.null()
      // It empties the field, whatever is stored.
      values.arena[place] = .emptied
      return false
    }
    if let cell = try readPlain(first, table, position) {
      values.arena[place] = cell
    } else {
      let cell = try values.read(&cursor, first, as: table.fields[position], plan.part.expressions.names)
      values.arena[place] = cell
    }
    return true
  }

  /// Reads a text, a whole number or a truth value, as most values are; `nil` where nothing was read.
  @inline(__always)
  private mutating func readPlain(
    _ first: UInt8, _ table: FieldTable, _ position: Int
  ) throws(NotPlain) -> Cell? {
    guard !table.fields[position].isList else { return nil }
    switch (table.fields[position].kind, first) {
    case (.string, UInt8(ascii: "\"")):
      let start = cursor
      let content = try cursor.string()
      if !content.isEmpty, content.count <= Int(table.fields[position].surelyFits) {
        return .unread(content.lowerBound, count: content.count)
      }
      cursor = start
      return nil
    case (.int, 0x30...0x39):
      let (units, scale) = try cursor.number()
      guard scale == 0, table.fields[position].isWithin(units) else { throw NotPlain() }
      return Cell(units)
    case (.bool, _): return Cell(try cursor.bool())
    default: return nil
    }
  }

  // MARK: Records

  /// Gives the storage back to its frame and takes up the request; `false` where that is wrong.
  ///
  /// - `isRead`: Whether the document was read to its end; what was read of any other means nothing.
  consuming func finish(_ judgement: inout Judgement, isRead: Bool) -> Bool {
    swap(&judgement.frame.values, &values)
    guard isRead, let subject, context >= 0, inputs >= 0, plan.part.subjects.entities.contains(subject.index),
      resource?.index == judgement.action.resource
    else { return false }
    let asking = given(subject, in: &judgement.frame)
    let asked = resource.map { given($0, in: &judgement.frame) }
    return judgement.complete(subject: asking, resource: asked, context: context, inputs: inputs)
  }

  private func given(_ entity: Entity, in frame: inout Frame) -> GivenRecord {
    GivenRecord(
      entity: entity.index,
      reference: frame.mention(entity: entity.index, idAt: entity.id.lowerBound, count: entity.id.count),
      base: entity.base, type: frame.hasSource ? String(decoding: cursor[entity.type], as: UTF8.self) : "")
  }
}

extension Evaluator {
  /// Judges the request of a document; `nil` where only the long way can read it.
  mutating func judge<Answer>(
    json: [UInt8], serverContext: [String: Value], records: (any RecordSource)?, now: Timestamp, detail: Detail,
    _ body: (inout Judgement) -> Answer
  ) -> Answer? {
    guard json.count <= JSONReader.defaultLimit, JSONReader.isValidUTF8(json) else { return nil }
    return json.withUnsafeBytes { document in
      var intake = JSONIntake(&judgement.frame, document: document, plan: sharedPlan, actions: actions)
      let isRead: Bool
      do throws(NotPlain) {
        try intake.read(serverContext: serverContext)
        isRead = true
      } catch {
        isRead = false
      }
      judgement.start(intake.action ?? ActionPlan.none, records: records, now: now, detail: detail)
      let answer = intake.finish(&judgement, isRead: isRead) ? body(&judgement) : nil
      judgement.frame.release()
      return answer
    }
  }
}

extension PreparedPlan {
  /// Decides the request of a JSON document, from any thread; `nil` where it has to be read the long way.
  package func decide(
    json: [UInt8], serverContext: [String: Value], records: (any RecordSource)?, now: Timestamp
  ) -> Decision? {
    evaluators.withEvaluator(of: self) {
      $0.judge(json: json, serverContext: serverContext, records: records, now: now, detail: .reasons) { $0.decide() }
    }
  }

  /// The outcome of such a request alone.
  package func outcome(
    json: [UInt8], serverContext: [String: Value], records: (any RecordSource)?, now: Timestamp
  ) -> Decision.Outcome? {
    evaluators.withEvaluator(of: self) {
      $0.judge(json: json, serverContext: serverContext, records: records, now: now, detail: .outcome) { $0.settle() }
    }
  }
}
