package import BylawModel

/// Takes the values of one request of a shape, each by the position of its member, before they become those of a frame.
package struct RequestIntake: ~Copyable {
  private var values: FrameValues
  private let shape: ShapePlan
  /// Values that do not fit as they are; they are looked at closely when the request is decided.
  private var strays: [(member: Int, value: Value)] = []
  private var hasForeignSlot = false
  private var names: NameTables { shape.plan.part.expressions.names }

  /// An intake into the storage of a frame, which it gives back with `finish`.
  init(_ frame: inout Frame, shape: ShapePlan) {
    values = frame.values.taken()
    self.shape = shape
    values.empty()
    values.arena.append(repeating: .unset, count: shape.layout.count)
  }

  /// Gives the storage back to its frame.
  ///
  /// - Returns: Values that take a closer look; `nil` where one was given for a slot of another shape, or where this is the
  ///   intake of another request, which was put in the place of its own.
  consuming func finish(_ frame: inout Frame, _ shape: ShapePlan) -> [(member: Int, value: Value)]? {
    guard shape === self.shape else { return nil }
    swap(&frame.values, &values)
    return hasForeignSlot ? nil : strays
  }

  // MARK: Values

  /// Where a member goes; `nil` where the slot is one of another shape, for which the request is refused.
  @inline(__always)
  private mutating func place(of member: Int, _ owner: UInt64) -> ShapePlan.Place? {
    if owner == shape.number { return shape.places[member] }
    hasForeignSlot = true
    return nil
  }

  /// Gives a member a whole number.
  package mutating func set(_ member: Int, of owner: UInt64, to value: Int64) {
    guard let place = place(of: member, owner) else { return }
    if place.kind == .int, shape.fields[member].isWithin(value) { return put(Cell(value), member, place) }
    take(.int(value), member, place)
  }

  /// Gives a member true or false.
  package mutating func set(_ member: Int, of owner: UInt64, to value: Bool) {
    guard let place = place(of: member, owner) else { return }
    if place.kind == .bool { return put(Cell(value), member, place) }
    take(.bool(value), member, place)
  }

  /// Gives a member a text, the word of an enumeration, or a time or number written as a text.
  package mutating func set(_ member: Int, of owner: UInt64, to value: String) {
    guard let place = place(of: member, owner) else { return }
    if let cell = TextTable.withBytes(of: value, { read($0, member, place) }) { return put(cell, member, place) }
    stray(.string(value), member, place)
  }

  /// The cell of a text that surely fits.
  @inline(__always)
  private mutating func read(_ text: UnsafeRawBufferPointer, _ member: Int, _ place: ShapePlan.Place) -> Cell? {
    if place.kind == .string, text.count > 0, text.count <= Int(place.surelyFits) {
      return .unread(values.texts.keep(text), count: text.count)
    }
    guard !place.isList, let quick = values.quickText(text, shape.fields[member], names), quick.fits else { return nil }
    return quick.cell
  }

  /// Gives a member a list of texts.
  package mutating func set(_ member: Int, of owner: UInt64, to value: [String]) {
    guard let place = place(of: member, owner) else { return }
    if place.isList, let cell = values.quickList(value, shape.fields[member], names) { return put(cell, member, place) }
    stray(.list(value.map { .string($0) }), member, place)
  }

  /// Gives a member any value.
  package mutating func set(_ member: Int, of owner: UInt64, to value: Value) {
    guard let place = place(of: member, owner) else { return }
    take(value, member, place)
  }

  private mutating func take(_ value: Value, _ member: Int, _ place: ShapePlan.Place) {
    if let quick = values.quickCell(value, shape.fields[member], names), quick.fits {
      return put(quick.cell, member, place)
    }
    stray(value, member, place)
  }

  @inline(__always)
  private mutating func put(_ cell: Cell, _ member: Int, _ place: ShapePlan.Place) {
    if !strays.isEmpty { strays.removeAll { $0.member == member } }
    values.arena[Int(place.offset)] = cell
  }

  private mutating func stray(_ value: Value, _ member: Int, _ place: ShapePlan.Place) {
    put(.unset, member, place)
    strays.append((member, value))
  }
}

extension Evaluator {
  /// Judges a request of a shape; what does not fit as it is goes the long way, as a whole request.
  mutating func judge<Answer>(
    _ shape: ShapePlan, subject: String, resource: String?, records: (any RecordSource)?, now: Timestamp,
    detail: Detail, _ fill: (inout RequestIntake) -> Void, plain: (inout Judgement) -> Answer,
    whole: (Decision) -> Answer
  ) -> Answer {
    guard shape.plan === sharedPlan else {
      return whole(refuse(shape, "The shape was made for other rules.", now))
    }
    var intake = RequestIntake(&judgement.frame, shape: shape)
    fill(&intake)
    judgement.start(shape.action, records: records, now: now, detail: detail)
    guard let strays = intake.finish(&judgement.frame, shape) else {
      judgement.frame.release()
      return whole(refuse(shape, "A value was given for a slot of another shape.", now))
    }
    if strays.isEmpty, complete(shape, subject: subject, resource: resource) {
      let answer = plain(&judgement)
      judgement.frame.release()
      return answer
    }
    let request = judgement.frame.request(of: shape, strays, subject: subject, resource: resource)
    return whole(decide(request, records: records, now: now, detail: detail))
  }

  /// Puts the values where rules read them; `false` where the whole request has to be looked at closely.
  private mutating func complete(_ shape: ShapePlan, subject: String, resource: String?) -> Bool {
    guard isPlainID(subject), resource.map({ isPlainID($0) }) ?? true else { return false }
    let layout = shape.layout
    let asking = GivenRecord(
      entity: shape.subjectEntity, reference: judgement.frame.mention(entity: shape.subjectEntity, id: subject),
      base: 0)
    guard shape.resourceEntity >= 0 else {
      return resource == nil
        && judgement.complete(subject: asking, resource: nil, context: layout.context, inputs: layout.inputs)
    }
    guard let resource else { return false }
    var asked = GivenRecord(
      entity: shape.resourceEntity, reference: judgement.frame.mention(entity: shape.resourceEntity, id: resource),
      base: layout.resource)
    if judgement.hasRecords { asked.type = shape.resource?.type ?? "" }
    return judgement.complete(subject: asking, resource: asked, context: layout.context, inputs: layout.inputs)
  }

  private func refuse(_ shape: ShapePlan, _ because: String, _ now: Timestamp) -> Decision {
    let reason = Decision.Reason(
      rule: "actions.\(shape.action.part.name)", because: because, source: shape.action.part.source)
    let request = Request(subject: Request.Entity(type: "", id: ""), action: shape.action.part.name)
    return refusal(.invalidRequest, [reason], request, now)
  }
}

extension Frame {
  /// The request of a shape whose values lie in the frame, as one of names and values.
  fileprivate mutating func request(
    of shape: ShapePlan, _ strays: [(member: Int, value: Value)], subject: String, resource: String?
  ) -> Request {
    var request = Request(
      subject: Request.Entity(type: shape.subject.type, id: subject), action: shape.action.part.name,
      resource: resource.map { Request.Entity(type: shape.resource?.type ?? "", id: $0) })
    for (index, member) in shape.members.enumerated() {
      let name = member.field.name
      let value: Value
      if let stray = strays.last(where: { $0.member == index }) {
        value = stray.value
      } else {
        let given = arena[Int(shape.places[index].offset)]
        // Of a record that time has moved, errors stand where nothing was given.
        guard !given.isUnset, !given.isError else { continue }
        let cell = given.state == .unread ? read(given) : given
        value = self.value(of: cell, member.field.type)
      }
      switch member.root {
      case .context where member.isServer: request.serverContext[name] = value
      case .context: request.context[name] = value
      case .input: request.input[name] = value
      case .subject: request.subject.properties[name] = value
      case .resource: request.resource?.properties[name] = value
      }
    }
    return request
  }
}
