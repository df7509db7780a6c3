import BylawModel

/// What a request gives of a record: its fields lie in the arena, one behind the other.
struct GivenRecord {
  var entity: Int
  var reference: Cell
  /// The place of the first field.
  var base: Int
  /// The name of its type as the request has it.
  var type = ""
}

/// Where the values of a request that is given field by field lie in the arena.
struct RequestLayout: Sendable {
  /// The fields of the subject come first; then those of the resource from here on.
  let resource: Int
  let context: Int
  let inputs: Int
  let count: Int

  init(_ plan: DecisionPlan, _ action: ActionPlan, subject: Int) {
    let entities = plan.expressions.names.entities
    resource = entities[subject].count
    context = resource + (action.resource.map { entities[$0].count } ?? 0)
    inputs = context + plan.context.count
    count = inputs + action.inputs.count
  }
}

/// The short way of a request into a frame, for one whose values all fit as they are.
///
/// It finds no mistakes: where something is wrong it gives up, and the request is read by the `RequestLoader`, which
/// says what.
extension Judgement {
  /// Empties the frame for a request for an action.
  mutating func start(
    _ action: Shared<ActionPlan>, records: (any RecordSource)?, now: Timestamp, detail: Detail
  ) {
    frame.reset(source: records, now: now, inputCount: action.part.inputs.count)
    begin(action, Question(), now: now, detail: detail, hasRecords: records != nil)
  }

  /// Takes up what a request gives, which lies in the arena; `false` where that is wrong.
  ///
  /// - `context`, `inputs`: The places of the first member and of the first input.
  mutating func complete(subject: GivenRecord, resource: GivenRecord?, context: Int, inputs: Int) -> Bool {
    guard hasRightAlternatives(inputs) else { return false }
    if let resource, frame.isSameMention(resource.reference, subject.reference) { return false }
    loadRoots()
    frame.setSlot(Slot.subject, to: subject.reference)
    frame.adopt(subject)
    if let resource {
      frame.setSlot(Slot.resource, to: resource.reference)
      frame.adopt(resource)
      if hasRecords {
        question.resourceType = resource.type
        question.describesResource = frame.isDescribed(resource)
      }
      frame.close(Int(resource.reference.payload))
    }
    frame.close(Int(subject.reference.payload))
    guard hasNeeded(of: subject.reference, isResource: false) else { return false }
    if let resource, !hasNeeded(of: resource.reference, isResource: true) { return false }
    guard completeContext(context), completeInputs(inputs) else { return false }
    if !sharedAction.part.after.isEmpty { frame.afterValues = sharedAction.part.after }
    return true
  }

  /// Puts in what every request has.
  private mutating func loadRoots() {
    frame.setSlot(Slot.now, to: Cell(now))
    frame.setSlot(Slot.requestedAt, to: Cell(now))
    frame.setSlot(Slot.action, to: sharedAction.part.nameCell)
    for position in 0..<sharedPlan.part.singletons.count {
      let singleton = sharedPlan.part.singletons[position]
      frame.setSingleton(position, name: singleton.name, entity: singleton.entity)
    }
  }

  /// Whether of inputs that stand for each other exactly one is given.
  private func hasRightAlternatives(_ base: Int) -> Bool {
    guard !sharedAction.part.exactlyOne.isEmpty else { return true }
    return action.exactlyOne.allSatisfy { group in
      group.count { !frame.arena[base + $0].isAbsent } == 1
    }
  }

  /// Whether everything that a rule of the action reads of the subject or the resource is there.
  private mutating func hasNeeded(of reference: Cell, isResource: Bool) -> Bool {
    // A record that is not there at all is judged later, so that it answers as a foreign one.
    if hasRecords, frame.isMissing(reference) { return true }
    let base = frame.base(of: reference)
    let side = isResource ? 1 : 0
    for index in 0..<sharedAction.part.needed[side].count {
      let position = sharedAction.part.needed[side][index]
      if !frame.isGiven(at: base + position), frame.lacksNeeded(position, of: reference) { return false }
    }
    return true
  }

  private mutating func completeContext(_ base: Int) -> Bool {
    for position in 0..<sharedPlan.part.contextTable.count {
      let slot = Slot.first + Int32(position)
      let given = frame.arena[base + position]
      if !given.isAbsent {
        frame.setSlot(slot, to: given)
        continue
      }
      if sharedPlan.part.contextTable.fields[position].absence == .absent { continue }
      let field = sharedPlan.part.context[position].field
      if let cell = frame.stated(field) {
        frame.setSlot(slot, to: cell)
      } else if action.neededContext.contains(position) {
        return false
      } else {
        frame.setSlot(slot, to: frame.missing("context.\(field.name)"))
      }
    }
    return true
  }

  private mutating func completeInputs(_ base: Int) -> Bool {
    for position in 0..<sharedAction.part.inputTable.count {
      let slot = frame.inputSlot + Int32(position)
      let given = frame.arena[base + position]
      if !given.isAbsent {
        frame.setSlot(slot, to: given)
        continue
      }
      if sharedAction.part.inputTable.fields[position].absence == .absent { continue }
      guard let cell = frame.stated(sharedAction.part.inputs[position]) else { return false }
      frame.setSlot(slot, to: cell)
    }
    return true
  }
}

extension Frame {
  /// Makes a record of what a request gives of it, over what is stored.
  fileprivate mutating func adopt(_ given: GivenRecord) {
    let number = Int(given.reference.payload)
    guard hasSource else {
      records[number].base = Int32(given.base)
      return
    }
    open(number)
    let base = Int(records[number].base)
    for position in 0..<plan.names.entities[given.entity].count {
      let cell = arena[given.base + position]
      guard !cell.isUnset else { continue }
      arena[base + position] = cell
      records[number].isMissing = false
    }
  }

  /// Whether the request gives anything of a record.
  fileprivate func isDescribed(_ given: GivenRecord) -> Bool {
    (0..<plan.names.entities[given.entity].count).contains { !arena[given.base + $0].isUnset }
  }

  /// Where the fields of an open record lie.
  fileprivate func base(of reference: Cell) -> Int { Int(records[Int(reference.payload)].base) }

  /// Whether a place has a value.
  @inline(__always)
  fileprivate func isGiven(at place: Int) -> Bool {
    let state = arena[place].state
    return state == .value || state == .unread
  }

  /// Whether a field that has no value has no default either; the record is open.
  fileprivate mutating func lacksNeeded(_ position: Int, of reference: Cell) -> Bool {
    let absence = plan.names.entities[entity(of: reference)].fields[position].absence
    return absence == .missing && lacks(position, of: reference)
  }

  /// What stands for a member of the context or an input that is not given; `nil` where it has to be.
  fileprivate mutating func stated(_ field: Field) -> Cell? {
    guard field.defaultValue != nil else { return field.type.isOptionalType ? .absent : nil }
    var problems: [ShapeProblem] = []
    let cell = member(nil, field, path: field.name, problems: &problems)
    return problems.isEmpty ? cell : nil
  }
}
