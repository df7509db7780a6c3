package import BylawModel

/// Reads a request from the bytes of a JSON document straight into a frame, without a tree of values.
///
/// This is the short way: a document with a mistake, or with members that few requests have, is not taken.
struct JSONIntake: ~Copyable {
  var judgement: Judgement
  private let plan: Shared<DecisionPlan>
  private let actions: [Shared<ActionPlan>]
  /// The fields of an object that were read, as bits: none may come twice.
  private var seen: [4 of UInt64] = .init(repeating: 0)

  init(judgement: consuming Judgement, plan: Shared<DecisionPlan>, actions: [Shared<ActionPlan>]) {
    self.judgement = judgement
    self.plan = plan
    self.actions = actions
  }

  consuming func giveBack() -> Judgement { judgement }

  /// Where the parts of a request stand; 0 is nowhere.
  private struct Parts {
    var subject = 0
    var action = 0
    var resource = 0
    var context = 0
  }

  /// A subject or a resource before its properties are read.
  private struct Entity {
    var index: Int
    var type: Range<Int>
    var id: Range<Int>
    var properties: Int
  }

  /// Reads the whole document; `serverContext` is what the service states.
  mutating func load(
    _ document: JSONCursor, serverContext: [String: Value], records: (any RecordSource)?, now: Timestamp,
    detail: Detail
  ) throws(NotPlain) {
    let parts = try parts(document)
    let (action, inputs) = try action(document, at: parts.action)
    guard let resource = action.part.resource else {
      guard parts.resource == 0 else { throw NotPlain() }
      judgement.start(action, records: records, now: now, detail: detail)
      judgement.loadRoots()
      try loadSubject(try entity(document, at: parts.subject), document)
      return try loadRest(document, parts, inputs: inputs, serverContext)
    }
    let asked = try entity(document, at: parts.resource)
    guard asked.index == resource else { throw NotPlain() }
    judgement.start(action, records: records, now: now, detail: detail)
    judgement.loadRoots()
    try loadSubject(try entity(document, at: parts.subject), document)
    // What is given of the resource stands over what is given of the subject.
    try loadResource(asked, document)
    try loadRest(document, parts, inputs: inputs, serverContext)
  }

  // MARK: Structure

  private func parts(_ document: JSONCursor) throws(NotPlain) -> Parts {
    var (cursor, parts, isFirst) = (document, Parts(), true)
    try cursor.take(UInt8(ascii: "{"))
    while try cursor.hasNext(before: UInt8(ascii: "}"), isFirst: isFirst) {
      isFirst = false
      let name = cursor[try cursor.name()]
      _ = try cursor.peek()
      let start = cursor.offset
      switch name.count {
      case 6 where Self.isWord(name, "action") && parts.action == 0: parts.action = start
      case 7 where Self.isWord(name, "subject") && parts.subject == 0: parts.subject = start
      case 7 where Self.isWord(name, "context") && parts.context == 0: parts.context = start
      case 8 where Self.isWord(name, "resource") && parts.resource == 0: parts.resource = start
      default: throw NotPlain()
      }
      try cursor.skipObject()
    }
    try cursor.end()
    guard parts.action != 0, parts.subject != 0 else { throw NotPlain() }
    return parts
  }

  private static func isWord(_ text: UnsafeRawBufferPointer, _ word: StaticString) -> Bool {
    guard text.count == word.utf8CodeUnitCount else { return false }
    for index in 0..<text.count where text[index] != word.utf8Start[index] { return false }
    return true
  }

  private func action(
    _ document: JSONCursor, at start: Int
  ) throws(NotPlain) -> (action: Shared<ActionPlan>, inputs: Int) {
    var (cursor, isFirst, index, inputs) = (document.at(start), true, -1, 0)
    try cursor.take(UInt8(ascii: "{"))
    while try cursor.hasNext(before: UInt8(ascii: "}"), isFirst: isFirst) {
      isFirst = false
      let member = cursor[try cursor.name()]
      if Self.isWord(member, "name"), index < 0 {
        let name = cursor[try cursor.string()]
        let names = plan.part.actionNames
        guard let known = names.number(of: name, hash: names.hash(name)) else { throw NotPlain() }
        index = Int(known)
      } else if Self.isWord(member, "properties"), inputs == 0 {
        _ = try cursor.peek()
        inputs = cursor.offset
        try cursor.skipObject()
      } else {
        throw NotPlain()
      }
    }
    guard index >= 0 else { throw NotPlain() }
    return (actions[index], inputs)
  }

  private func entity(_ document: JSONCursor, at start: Int) throws(NotPlain) -> Entity {
    guard start != 0 else { throw NotPlain() }
    var (cursor, isFirst) = (document.at(start), true)
    var (index, type, id, properties) = (-1, 0..<0, 0..<0, 0)
    try cursor.take(UInt8(ascii: "{"))
    while try cursor.hasNext(before: UInt8(ascii: "}"), isFirst: isFirst) {
      isFirst = false
      let member = cursor[try cursor.name()]
      if Self.isWord(member, "type"), index < 0 {
        type = try cursor.string()
        guard let known = plan.part.expressions.names.entity(named: cursor[type]) else { throw NotPlain() }
        index = known
      } else if Self.isWord(member, "id"), id.isEmpty {
        id = try cursor.string()
      } else if Self.isWord(member, "properties"), properties == 0 {
        _ = try cursor.peek()
        properties = cursor.offset
        try cursor.skipObject()
      } else {
        throw NotPlain()
      }
    }
    guard index >= 0, !id.isEmpty else { throw NotPlain() }
    return Entity(index: index, type: type, id: id, properties: properties)
  }

  // MARK: Values

  private mutating func loadSubject(_ entity: Entity, _ document: JSONCursor) throws(NotPlain) {
    guard plan.part.subjects.entities.contains(entity.index) else { throw NotPlain() }
    let reference = judgement.frame.reference(entity: entity.index, id: document[entity.id])
    let base = judgement.openSubject(reference)
    _ = try loadProperties(of: entity, document, at: base, of: reference)
  }

  private mutating func loadResource(_ entity: Entity, _ document: JSONCursor) throws(NotPlain) {
    let reference = judgement.frame.reference(entity: entity.index, id: document[entity.id])
    let base = judgement.openResource(reference, type: String(decoding: document[entity.type], as: UTF8.self))
    let isDescribed = try loadProperties(of: entity, document, at: base, of: reference)
    judgement.question.describesResource = isDescribed
  }

  /// The position of a member that was not read before.
  private mutating func see(_ position: Int?) throws(NotPlain) -> Int {
    guard let position, position < 256 else { throw NotPlain() }
    let bit: UInt64 = 1 << UInt64(position % 64)
    guard seen[position / 64] & bit == 0 else { throw NotPlain() }
    seen[position / 64] |= bit
    return position
  }

  /// Whether there were any.
  private mutating func loadProperties(
    of entity: Entity, _ document: JSONCursor, at base: Int, of reference: Cell
  ) throws(NotPlain) -> Bool {
    guard entity.properties != 0 else { return false }
    var (cursor, isFirst) = (document.at(entity.properties), true)
    seen = .init(repeating: 0)
    try cursor.take(UInt8(ascii: "{"))
    while try cursor.hasNext(before: UInt8(ascii: "}"), isFirst: isFirst) {
      isFirst = false
      let name = cursor[try cursor.name()]
      let position = try see(plan.part.expressions.names.entities[entity.index].position(of: name))
      let field = plan.part.expressions.names.entities[entity.index].fields[position]
      if try cursor.takesNull() {
        // It empties an optional field, whatever is stored.
        guard field.absence == .absent else { throw NotPlain() }
        judgement.frame.setField(position, at: base, of: reference, to: .unset)
        continue
      }
      let cell = try judgement.frame.read(&cursor, as: field)
      judgement.frame.setField(position, at: base, of: reference, to: cell)
    }
    return !isFirst
  }

  private mutating func loadRest(
    _ document: JSONCursor, _ parts: Parts, inputs: Int, _ serverContext: [String: Value]
  ) throws(NotPlain) {
    if parts.context != 0 { try loadContext(document.at(parts.context)) }
    for (name, value) in serverContext {
      guard let position = plan.part.contextTable.position(of: name) else { throw NotPlain() }
      if case .null = value { continue }
      let quick = judgement.frame.quickCell(value, plan.part.contextTable.fields[position])
      guard let quick, quick.fits else { throw NotPlain() }
      judgement.frame.setSlot(Slot.first + Int32(position), to: quick.cell)
    }
    if inputs != 0 { try loadInputs(document.at(inputs)) }
    guard judgement.complete() else { throw NotPlain() }
  }

  private mutating func loadContext(_ start: JSONCursor) throws(NotPlain) {
    var (cursor, isFirst) = (start, true)
    seen = .init(repeating: 0)
    try cursor.take(UInt8(ascii: "{"))
    while try cursor.hasNext(before: UInt8(ascii: "}"), isFirst: isFirst) {
      isFirst = false
      let name = cursor[try cursor.name()]
      guard !Self.isReserved(name) else { throw NotPlain() }
      let position = try see(plan.part.contextTable.position(of: name))
      if try cursor.takesNull() { continue }
      guard !plan.part.context[position].fromServer else { throw NotPlain() }
      let cell = try judgement.frame.read(&cursor, as: plan.part.contextTable.fields[position])
      judgement.frame.setSlot(Slot.first + Int32(position), to: cell)
    }
  }

  /// Whether a member of the context has a meaning of its own.
  private static func isReserved(_ name: UnsafeRawBufferPointer) -> Bool {
    isWord(name, "facts") || isWord(name, "approvals") || isWord(name, "override") || isWord(name, "requested_at")
  }

  private mutating func loadInputs(_ start: JSONCursor) throws(NotPlain) {
    var (cursor, isFirst) = (start, true)
    let action = judgement.sharedAction
    let first = judgement.frame.inputSlot
    seen = .init(repeating: 0)
    try cursor.take(UInt8(ascii: "{"))
    while try cursor.hasNext(before: UInt8(ascii: "}"), isFirst: isFirst) {
      isFirst = false
      let name = cursor[try cursor.name()]
      let position = try see(action.part.inputTable.position(of: name))
      if try cursor.takesNull() { continue }
      let cell = try judgement.frame.read(&cursor, as: action.part.inputTable.fields[position])
      judgement.frame.setSlot(first + Int32(position), to: cell)
    }
  }
}

extension Evaluator {
  /// Judges the request of a document; `nil` where only the long way can read it.
  mutating func judge<Answer>(
    json: [UInt8], serverContext: [String: Value], records: (any RecordSource)?, now: Timestamp, detail: Detail,
    _ body: (inout Judgement) -> Answer
  ) -> Answer? {
    guard json.count <= JSONReader.defaultLimit, JSONReader.isValidUTF8(json) else { return nil }
    var intake = JSONIntake(judgement: takeJudgement(), plan: sharedPlan, actions: actions)
    let isLoaded = json.withUnsafeBytes { bytes in
      do throws(NotPlain) {
        try intake.load(
          JSONCursor(bytes), serverContext: serverContext, records: records, now: now, detail: detail)
        return true
      } catch {
        return false
      }
    }
    var judgement = intake.giveBack()
    let answer = isLoaded ? body(&judgement) : nil
    judgement.frame.release()
    self.judgement = consume judgement
    return answer
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
