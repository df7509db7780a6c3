import BylawModel

/// The short way of a request of names and values into a frame.
extension Judgement {
  /// Takes up a request, for which the judgement was started; `false` where only the `RequestLoader` can read it, or
  /// tell what is wrong with it.
  mutating func load(_ request: Request) -> Bool {
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
    guard let index = plan.names.entity(named: entity.type), !entity.id.isEmpty else { return nil }
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
