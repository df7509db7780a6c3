import BylawModel

extension Judgement {
  /// Starts on a request of names and values and puts it into the frame; gives what is wrong with one that does not fit.
  mutating func take(
    _ request: Request, for action: Shared<ActionPlan>, records: (any RecordSource)?, now: Timestamp, detail: Detail,
    isLenient: Bool = false
  ) -> (denialClass: DenialClass, reasons: [Decision.Reason])? {
    start(action, records: records, now: now, detail: detail)
    if load(request) { return nil }
    frame.reset(source: records, now: now, inputCount: action.part.inputs.count)
    var loader = RequestLoader(plan: sharedPlan, action: action, request: request, isLenient: isLenient)
    loader.load(into: &frame)
    guard loader.reasons.isEmpty else {
      return (loader.denialClass, loader.reasons.sorted { ($0.rule, $0.because) < ($1.rule, $1.because) })
    }
    begin(
      action, Question(request), now: now, detail: detail, hasRecords: records != nil, isSystem: loader.isSystem,
      override: loader.override)
    return nil
  }

  /// Takes up a request the short way, once the judgement was started for it; `false` where only the `RequestLoader` can
  /// read it, or tell what is wrong with it.
  private mutating func load(_ request: Request) -> Bool {
    guard request.approvals.isEmpty, request.facts.isEmpty, request.override == nil, request.proposal == nil,
      request.requestedAt == nil, !request.subject.isSystem,
      let subject = frame.given(request.subject), sharedPlan.part.subjects.entities.contains(subject.entity)
    else { return false }
    var asked: GivenRecord?
    if let resource = request.resource {
      guard let given = frame.given(resource) else { return false }
      asked = given
    }
    guard asked?.entity == sharedAction.part.resource else { return false }
    let context = frame.makeRoom(sharedPlan.part.contextTable.count)
    let inputs = frame.makeRoom(sharedAction.part.inputTable.count)
    for (name, value) in request.context {
      guard let position = sharedPlan.part.contextTable.position(of: name),
        frame.take(value, at: context + position, sharedPlan.part.contextTable.fields[position])
      else { return false }
      if value != .null, sharedPlan.part.context[position].fromServer { return false }
    }
    // What the service states stands over what the caller does.
    for (name, value) in request.serverContext where value != .null {
      guard let position = sharedPlan.part.contextTable.position(of: name),
        frame.take(value, at: context + position, sharedPlan.part.contextTable.fields[position])
      else { return false }
    }
    for (name, value) in request.input {
      guard let position = sharedAction.part.inputTable.position(of: name),
        frame.take(value, at: inputs + position, sharedAction.part.inputTable.fields[position])
      else { return false }
    }
    return complete(subject: subject, resource: asked, context: context, inputs: inputs)
  }
}

extension Frame {
  /// Makes places in the arena that have no value yet; gives the first.
  mutating func makeRoom(_ count: Int) -> Int {
    let base = arena.count
    arena.append(repeating: .unset, count: count)
    return base
  }

  /// What a request gives of a record; `nil` where it takes a closer look.
  fileprivate mutating func given(_ entity: Request.Entity) -> GivenRecord? {
    guard let index = plan.names.entity(named: entity.type), isPlainID(entity.id) else { return nil }
    let table = plan.names.entities[index]
    let base = makeRoom(table.count)
    for (name, value) in entity.properties {
      guard let position = table.position(of: name) else { return nil }
      let field = table.fields[position]
      if case .null = value, field.absence != .absent { return nil }
      guard take(value, at: base + position, field) else { return nil }
    }
    let reference = mention(entity: index, id: entity.id)
    return GivenRecord(entity: index, reference: reference, base: base, type: hasSource ? entity.type : "")
  }

  /// Puts a value into its place; `null` empties it, whatever is stored.
  fileprivate mutating func take(_ value: Value, at place: Int, _ field: QuickField) -> Bool {
    if case .null = value {
      arena[place] = .emptied
      return true
    }
    guard let quick = quickCell(value, field), quick.fits else { return false }
    arena[place] = quick.cell
    return true
  }
}

/// Whether an id can be taken as it is: one that may have to be composed takes a closer look.
func isPlainID(_ id: String) -> Bool { TextTable.withBytes(of: id) { TextTable.isASCII($0) } }
