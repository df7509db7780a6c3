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

  /// A subject or a resource, whose fields lie in the arena from `base` on.
  private struct Entity {
    var index: Int
    var type: Range<Int>
    /// Empty until it is read.
    var id: Range<Int>
    var base: Int
  }

  /// An intake of a document that is valid UTF-8 and not empty into the storage of a frame, which it gives back with
  /// `finish`.
  init(
    _ frame: inout Frame, document: UnsafeRawPointer, count: Int, plan: Shared<DecisionPlan>,
    actions: [Shared<ActionPlan>]
  ) {
    values = frame.values.taken()
    values.empty()
    // Texts are found by where they stand in the document.
    _ = values.texts.keep(UnsafeRawBufferPointer(start: document, count: count))
    cursor = JSONCursor(document, count: count)
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
      if action == nil, try cursor.takes(plan.part.expressions.names.keys.action) {
        try readAction()
      } else if subject == nil, try cursor.takes(plan.part.expressions.names.keys.subject) {
        subject = try readEntity()
      } else if context < 0, try cursor.takes(plan.part.expressions.names.keys.context) {
        try readContext()
      } else if resource == nil, try cursor.takes(plan.part.expressions.names.keys.resource) {
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
      if action == nil, try cursor.takes(plan.part.expressions.names.keys.name) {
        let name = cursor[try cursor.string()]
        let names = plan.part.actionNames
        guard let known = names.number(of: name, hash: names.hash(name)) else { throw NotPlain() }
        action = actions[Int(known)]
      } else if inputs < 0, later < 0, try cursor.takes(plan.part.expressions.names.keys.properties) {
        if let action {
          try readInputs(of: action)
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
      try readInputs(of: action)
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
      if entity.index < 0, try cursor.takes(plan.part.expressions.names.keys.type) {
        entity.type = try cursor.string()
        guard let known = plan.part.expressions.names.entity(named: cursor[entity.type]) else { throw NotPlain() }
        entity.index = known
      } else if entity.id.isEmpty, try cursor.takes(plan.part.expressions.names.keys.id) {
        entity.id = try cursor.string()
        // One that may have to be composed takes a closer look, and so does none at all.
        guard TextTable.isASCII(cursor[entity.id]) else { throw NotPlain() }
      } else if entity.base < 0, later < 0, try cursor.takes(plan.part.expressions.names.keys.properties) {
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
    try readMembers(plan.part.expressions.names.entities[entity], to: base, emptiesAny: false)
    return base
  }

  private mutating func readContext() throws(NotPlain) {
    let base = makeRoom(plan.part.contextTable.count)
    context = base
    try readMembers(plan.part.contextTable, to: base, emptiesAny: true)
    for position in plan.part.context.indices where plan.part.context[position].fromServer {
      if values.arena[base + position].state != .absent { throw NotPlain() }
    }
  }

  private mutating func readInputs(of action: Shared<ActionPlan>) throws(NotPlain) {
    let base = makeRoom(action.part.inputTable.count)
    inputs = base
    try readMembers(action.part.inputTable, to: base, emptiesAny: true)
  }

  /// Reads an object whose members have places of their own, from `base` on, and none of them a value yet.
  ///
  /// Nearly all of a request is read here, so the cursor is a variable of its own, and what is usual takes no call.
  /// - `emptiesAny`: Any member may be `null`, not only one that may be absent.
  private mutating func readMembers(_ table: FieldTable, to base: Int, emptiesAny: Bool) throws(NotPlain) {
    var cursor = self.cursor
    try cursor.take(UInt8(ascii: "{"))
    var member = -1
    while try cursor.hasNext(before: UInt8(ascii: "}"), isFirst: member < 0) {
      let guess = values.guesses[table.number, member]
      if guess < table.members.count, try cursor.takes(table.members[guess].key) {
        member = guess
      } else {
        self.cursor = cursor
        member = try lookUpName(in: table, after: member)
        cursor = self.cursor
      }
      guard values.arena[base + member].isUnset else { throw NotPlain() }
      let first = try cursor.peek()
      if let cell = try Self.readPlain(&cursor, first, table.members, member) {
        values.arena[base + member] = cell
      } else if first == UInt8(ascii: "n") {
        try cursor.null()
        guard emptiesAny || table.fields[member].absence == .absent else { throw NotPlain() }
        // It empties the field, whatever is stored.
        values.arena[base + member] = .emptied
      } else {
        self.cursor = cursor
        let cell = try values.read(&self.cursor, first, as: table.fields[member], plan.part.expressions.names)
        values.arena[base + member] = cell
        cursor = self.cursor
      }
    }
    self.cursor = cursor
  }

  /// The position of the member whose name comes next, other than the last time.
  @inline(never)
  private mutating func lookUpName(in table: FieldTable, after last: Int) throws(NotPlain) -> Int {
    let name = cursor[try cursor.name()]
    // Members of the context with a meaning of their own are in no table.
    guard let position = table.position(of: name) else { throw NotPlain() }
    values.guesses[table.number, last] = position
    return position
  }

  /// Reads a text, a whole number or a truth value, as most values are; `nil` where nothing was read.
  ///
  /// - `first`: The next byte.
  @inline(__always)
  private static func readPlain(
    _ cursor: inout JSONCursor, _ first: UInt8, _ members: [FieldTable.Member], _ member: Int
  ) throws(NotPlain) -> Cell? {
    switch members[member].kind {
    case .string:
      guard first == UInt8(ascii: "\"") else { return nil }
      let start = cursor
      let content = try cursor.content()
      if !content.isEmpty, content.count <= Int(members[member].surelyFits) {
        return .unread(content.lowerBound, count: content.count)
      }
      cursor = start
      return nil
    case .int:
      guard let number = cursor.plainNumber() else { return nil }
      guard members[member].lower <= number, number <= members[member].upper else { throw NotPlain() }
      return Cell(number)
    case .bool: return first == UInt8(ascii: "n") ? nil : Cell(try cursor.bool())
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
  /// Decides the request of a document; `nil` where only the long way can read it.
  mutating func decide(
    json: UnsafeRawBufferPointer, serverContext: [String: Value], records: (any RecordSource)?, now: Timestamp
  ) -> Decision? {
    let isTaken = take(json: json, serverContext: serverContext, records: records, now: now, detail: .reasons)
    let decision = isTaken ? judgement.decide() : nil
    judgement.frame.release()
    return decision
  }

  /// The outcome of such a request alone.
  mutating func outcome(
    json: UnsafeRawBufferPointer, serverContext: [String: Value], records: (any RecordSource)?, now: Timestamp
  ) -> Decision.Outcome? {
    let isTaken = take(json: json, serverContext: serverContext, records: records, now: now, detail: .outcome)
    let outcome = isTaken ? judgement.settle() : nil
    judgement.frame.release()
    return outcome
  }

  /// Writes the decision of such a request as compact JSON, in the place of what the writer had; `false` where only the
  /// long way can read it.
  mutating func answer(
    json: UnsafeRawBufferPointer, serverContext: [String: Value], records: (any RecordSource)?, now: Timestamp
  ) -> Bool {
    writer.empty()
    let isTaken = take(json: json, serverContext: serverContext, records: records, now: now, detail: .reasons)
    // The decision is gone before anybody could make a copy of it.
    if isTaken { judgement.decide().write(to: &writer) }
    judgement.frame.release()
    return isTaken
  }

  /// Puts the request of a document into the frame; `false` where only the long way can read it.
  private mutating func take(
    json: UnsafeRawBufferPointer, serverContext: [String: Value], records: (any RecordSource)?, now: Timestamp,
    detail: Detail
  ) -> Bool {
    guard let start = json.baseAddress, (1...JSONReader.defaultLimit).contains(json.count),
      JSONReader.isValidUTF8(json)
    else { return false }
    var intake = JSONIntake(
      &judgement.frame, document: start, count: json.count, plan: sharedPlan, actions: actions)
    let isRead: Bool
    do throws(NotPlain) {
      try intake.read(serverContext: serverContext)
      isRead = true
    } catch {
      isRead = false
    }
    judgement.start(intake.action ?? ActionPlan.none, records: records, now: now, detail: detail)
    return intake.finish(&judgement, isRead: isRead)
  }
}

extension PreparedPlan {
  /// Decides the request of a JSON document, from any thread; `nil` where it has to be read the long way.
  package func decide(
    json: UnsafeRawBufferPointer, serverContext: [String: Value], records: (any RecordSource)?, now: Timestamp
  ) -> Decision? {
    evaluators.withEvaluator(of: self) {
      $0.decide(json: json, serverContext: serverContext, records: records, now: now)
    }
  }

  /// The outcome of such a request alone.
  package func outcome(
    json: UnsafeRawBufferPointer, serverContext: [String: Value], records: (any RecordSource)?, now: Timestamp
  ) -> Decision.Outcome? {
    evaluators.withEvaluator(of: self) {
      $0.outcome(json: json, serverContext: serverContext, records: records, now: now)
    }
  }

  /// Gives the decision of such a request as compact JSON, in place; `nil` where it has to be read the long way.
  ///
  /// - `body`: Takes the bytes, and whether all of them are ASCII.
  package func answer<Result: Sendable>(
    json: UnsafeRawBufferPointer, serverContext: [String: Value], records: (any RecordSource)?, now: Timestamp,
    _ body: (_ bytes: UnsafeRawBufferPointer, _ isASCII: Bool) -> Result
  ) -> Result? {
    evaluators.withEvaluator(of: self) { evaluator in
      guard evaluator.answer(json: json, serverContext: serverContext, records: records, now: now) else { return nil }
      let isASCII = evaluator.writer.isASCII
      return evaluator.writer.withBytes { body($0, isASCII) }
    }
  }
}
