import BylawModel

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

  /// Puts in what every request has; values may lie in the frame already.
  mutating func loadRoots() {
    frame.setSlot(Slot.now, to: Cell(now))
    frame.setSlot(Slot.requestedAt, to: Cell(now))
    frame.setSlot(Slot.action, to: sharedAction.part.nameCell)
    for position in 0..<sharedPlan.part.context.count { frame.setSlot(Slot.first + Int32(position), to: .unset) }
    for position in 0..<sharedAction.part.inputs.count {
      frame.setSlot(frame.inputSlot + Int32(position), to: .unset)
    }
    for position in 0..<sharedPlan.part.singletons.count {
      let singleton = sharedPlan.part.singletons[position]
      frame.setSingleton(position, name: singleton.name, entity: singleton.entity)
    }
  }

  /// Mentions the subject and reads what is stored of it; gives its place in the arena.
  mutating func openSubject(_ reference: Cell) -> Int {
    frame.setSlot(Slot.subject, to: reference)
    return frame.opened(reference)
  }

  /// The same of the resource.
  mutating func openResource(_ reference: Cell, type: String) -> Int {
    question.resourceType = type
    frame.setSlot(Slot.resource, to: reference)
    return frame.opened(reference)
  }

  /// Puts in place what the request leaves out, once everything given lies in the frame; `false` where that is wrong.
  mutating func complete() -> Bool {
    guard hasRightAlternatives() else { return false }
    let (subject, resource) = (frame.subjectReference, frame.resourceReference)
    frame.close(Int(subject.payload))
    if resource.state == .value, resource.payload != subject.payload { frame.close(Int(resource.payload)) }
    guard hasNeeded(sharedAction.part.neededOfSubject, of: subject),
      resource.state != .value || hasNeeded(sharedAction.part.neededOfResource, of: resource), completeContext(),
      completeInputs()
    else { return false }
    if !sharedAction.part.after.isEmpty { frame.afterValues = sharedAction.part.after }
    return true
  }

  /// Whether of inputs that stand for each other exactly one is given.
  private func hasRightAlternatives() -> Bool {
    guard !sharedAction.part.exactlyOne.isEmpty else { return true }
    return action.exactlyOne.allSatisfy { group in
      group.count { !frame.isUnset(frame.inputSlot + Int32($0)) } == 1
    }
  }

  /// Whether everything that a rule of the action reads is there.
  private mutating func hasNeeded(_ positions: [Int], of reference: Cell) -> Bool {
    // A record that is not there at all is judged later, so that it answers as a foreign one.
    if hasRecords, frame.isMissing(reference) { return true }
    for position in positions where frame.lacksNeeded(position, of: reference) { return false }
    return true
  }

  private mutating func completeContext() -> Bool {
    for position in 0..<sharedPlan.part.context.count {
      let slot = Slot.first + Int32(position)
      guard frame.isUnset(slot) else { continue }
      if sharedPlan.part.contextTable.fields[position].absence == .absent {
        frame.setSlot(slot, to: .absent)
        continue
      }
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

  private mutating func completeInputs() -> Bool {
    for position in 0..<sharedAction.part.inputs.count {
      let slot = frame.inputSlot + Int32(position)
      guard frame.isUnset(slot) else { continue }
      if sharedAction.part.inputTable.fields[position].absence == .absent {
        frame.setSlot(slot, to: .absent)
        continue
      }
      guard let cell = frame.stated(sharedAction.part.inputs[position]) else { return false }
      frame.setSlot(slot, to: cell)
    }
    return true
  }
}

extension Frame {
  /// Reads what is stored of a record; gives the place of its fields in the arena.
  mutating func opened(_ reference: Cell) -> Int {
    let number = Int(reference.payload)
    if records[number].base < 0 { open(number) }
    return Int(records[number].base)
  }

  /// Puts a field that the request gives over the stored one.
  mutating func setField(_ position: Int, at base: Int, of reference: Cell, to cell: Cell) {
    arena[base + position] = cell
    records[Int(reference.payload)].isMissing = false
  }

  /// Whether a field that has no default is not given; the record is open.
  fileprivate mutating func lacksNeeded(_ position: Int, of reference: Cell) -> Bool {
    let record = records[Int(reference.payload)]
    if arena[Int(record.base) + position].state == .value { return false }
    return plan.names.entities[record.entity].fields[position].absence == .missing && lacks(position, of: reference)
  }

  /// What stands for a member of the context or an input that is not given; `nil` where it has to be.
  fileprivate mutating func stated(_ field: Field) -> Cell? {
    guard field.defaultValue != nil else { return field.type.isOptionalType ? .absent : nil }
    var problems: [ShapeProblem] = []
    let cell = member(nil, field, path: field.name, problems: &problems)
    return problems.isEmpty ? cell : nil
  }
}
