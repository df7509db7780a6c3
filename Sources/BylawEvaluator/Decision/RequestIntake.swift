package import BylawModel

/// Takes the values of one request of a shape, each by the position of its member, straight into a frame.
package struct RequestIntake: ~Copyable {
  var judgement: Judgement
  private let shape: ShapePlan
  /// Values that do not fit as they are; they are looked at closely when the request is decided.
  private var strays: [(member: Int, value: Value)] = []
  private var hasForeignSlot = false

  init(judgement: consuming Judgement, shape: ShapePlan) {
    self.judgement = judgement
    self.shape = shape
    self.judgement.frame.clearValues(count: shape.members.count)
  }

  consuming func giveBack() -> Judgement { judgement }

  // MARK: Values

  /// Whether a slot is one of this shape; another is remembered, and the request refused.
  private mutating func isOwn(_ number: Int, _ owner: UInt64) -> Bool {
    if owner == shape.number { return true }
    hasForeignSlot = true
    return false
  }

  /// Gives a member a whole number.
  package mutating func set(_ member: Int, of owner: UInt64, to value: Int64) {
    guard isOwn(member, owner) else { return }
    let field = shape.quick[member]
    if field.kind == .int, !field.isList, field.isWithin(value) { return put(Cell(value), member) }
    take(.int(value), member)
  }

  /// Gives a member true or false.
  package mutating func set(_ member: Int, of owner: UInt64, to value: Bool) {
    guard isOwn(member, owner) else { return }
    let field = shape.quick[member]
    if field.kind == .bool, !field.isList { return put(Cell(value), member) }
    take(.bool(value), member)
  }

  /// Gives a member a text, the word of an enumeration, or a time or number written as a text.
  package mutating func set(_ member: Int, of owner: UInt64, to value: String) {
    guard isOwn(member, owner) else { return }
    let field = shape.quick[member]
    if !field.isList {
      let quick = TextTable.withBytes(of: value) { judgement.frame.quickText($0, field) }
      if let quick, quick.fits { return put(quick.cell, member) }
    }
    stray(.string(value), member)
  }

  /// Gives a member a list of texts.
  package mutating func set(_ member: Int, of owner: UInt64, to value: [String]) {
    guard isOwn(member, owner) else { return }
    let field = shape.quick[member]
    if field.isList, let cell = judgement.frame.quickList(value, field) { return put(cell, member) }
    stray(.list(value.map { .string($0) }), member)
  }

  /// Gives a member any value.
  package mutating func set(_ member: Int, of owner: UInt64, to value: Value) {
    if isOwn(member, owner) { take(value, member) }
  }

  private mutating func take(_ value: Value, _ member: Int) {
    if let quick = judgement.frame.quickCell(value, shape.quick[member]), quick.fits { return put(quick.cell, member) }
    stray(value, member)
  }

  private mutating func put(_ cell: Cell, _ member: Int) {
    if !strays.isEmpty { strays.removeAll { $0.member == member } }
    judgement.frame.setValue(member, to: cell)
  }

  private mutating func stray(_ value: Value, _ member: Int) {
    put(.unset, member)
    strays.append((member, value))
  }

  // MARK: Loading

  /// Puts the values where rules read them; `false` where the whole request has to be looked at closely.
  mutating func load(subject: String, resource: String?) -> Bool {
    guard strays.isEmpty, !hasForeignSlot, !subject.isEmpty, (resource == nil) == (shape.resource == nil) else {
      return false
    }
    judgement.loadRoots()
    let asking = judgement.frame.reference(entity: shape.subject.entity, id: subject)
    let subjectBase = judgement.openSubject(asking)
    var (resourceBase, asked) = (0, Cell.absent)
    if let resource, let known = shape.resource {
      guard !resource.isEmpty else { return false }
      asked = judgement.frame.reference(entity: known.entity, id: resource)
      resourceBase = judgement.openResource(asked, type: known.type)
    }
    for index in 0..<shape.order.count {
      let member = shape.order[index]
      let cell = judgement.frame.values[member]
      if cell.isUnset { continue }
      let place = shape.places[member]
      switch place.root {
      case .context: judgement.frame.setSlot(Slot.first + Int32(place.position), to: cell)
      case .input: judgement.frame.setSlot(judgement.frame.inputSlot + Int32(place.position), to: cell)
      case .subject: judgement.frame.setField(place.position, at: subjectBase, of: asking, to: cell)
      case .resource:
        judgement.frame.setField(place.position, at: resourceBase, of: asked, to: cell)
        judgement.question.describesResource = true
      }
    }
    return judgement.complete()
  }

  /// The same request as one of names and values; `nil` where a value was given for another shape.
  func request(subject: String, resource: String?) -> Request? {
    if hasForeignSlot { return nil }
    var request = Request(
      subject: Request.Entity(type: shape.subject.type, id: subject), action: shape.action.part.name,
      resource: resource.map { Request.Entity(type: shape.resource?.type ?? "", id: $0) })
    for (index, member) in shape.members.enumerated() {
      let name = member.field.name
      let cell = judgement.frame.values[index]
      guard
        let value = strays.last(where: { $0.member == index })?.value
          ?? (cell.isUnset ? nil : judgement.frame.value(of: cell, member.field.type))
      else { continue }
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
    var judgement = takeJudgement()
    judgement.start(shape.action, records: records, now: now, detail: detail)
    var intake = RequestIntake(judgement: judgement, shape: shape)
    fill(&intake)
    guard intake.load(subject: subject, resource: resource) else {
      let request = intake.request(subject: subject, resource: resource)
      self.judgement = intake.giveBack()
      guard let request else { return whole(refuse(shape, "A value was given for a slot of another shape.", now)) }
      return whole(decide(request, records: records, now: now, detail: detail))
    }
    let answer = plain(&intake.judgement)
    intake.judgement.frame.release()
    self.judgement = intake.giveBack()
    return answer
  }

  private func refuse(_ shape: ShapePlan, _ because: String, _ now: Timestamp) -> Decision {
    let reason = Decision.Reason(
      rule: "actions.\(shape.action.part.name)", because: because, source: shape.action.part.source)
    let request = Request(subject: Request.Entity(type: "", id: ""), action: shape.action.part.name)
    return refusal(.invalidRequest, [reason], request, now)
  }
}
