import BylawModel

/// Stage 1: puts a request into a frame and notes everything that does not fit, each by its path.
struct RequestLoader: ~Copyable {
  private let sharedPlan: Shared<DecisionPlan>
  private let sharedAction: Shared<ActionPlan>
  private var plan: DecisionPlan { sharedPlan.part }
  private var action: ActionPlan { sharedAction.part }
  let request: Request
  /// Undeclared members are ignored instead of refused.
  let isLenient: Bool
  private(set) var reasons: [Decision.Reason] = []
  private(set) var isSystem = false
  /// The override that the request claims.
  private(set) var override: Shared<OverridePlan>?
  private var isInvalidRequest = false

  init(plan: Shared<DecisionPlan>, action: Shared<ActionPlan>, request: Request, isLenient: Bool) {
    sharedPlan = plan
    sharedAction = action
    self.request = request
    self.isLenient = isLenient
  }

  /// A request that is wrong as a whole outweighs single inputs.
  var denialClass: DenialClass { isInvalidRequest ? .invalidRequest : .invalidInput }

  mutating func load(into frame: inout Frame) {
    frame.ignoresUndeclared = isLenient
    frame.setSlot(Slot.now, to: Cell(frame.now))
    frame.setSlot(Slot.requestedAt, to: Cell(request.requestedAt ?? frame.now))
    frame.setSlot(Slot.action, to: action.nameCell)
    layProperties(into: &frame)
    loadSubject(into: &frame)
    loadResource(into: &frame)
    if let proposal = request.proposal { frame.setProposal(proposal) }
    loadSingletons(into: &frame)
    loadContext(into: &frame)
    loadInputs(into: &frame)
    loadFacts(into: &frame)
    checkTimes(now: frame.now)
    checkApprovals(in: &frame)
    claimOverride(into: &frame)
    frame.afterValues = action.after
  }

  private mutating func refuse(_ rule: String, _ because: String, isRequest: Bool = false) {
    if isRequest { isInvalidRequest = true }
    reasons.append(Decision.Reason(rule: rule, because: because, clauses: [], source: action.source))
  }

  private mutating func refuse(_ problems: [ShapeProblem], rule: String) {
    for problem in problems { refuse(rule, problem.sentence) }
  }

  // MARK: Subject and resource

  /// What the request gives of records stands over what is stored from the start, wherever it is read; what it gives
  /// of the resource and the subject stands over what it gives of voters.
  private func layProperties(into frame: inout Frame) {
    for vote in request.approvals { layProperties(of: vote.approver, into: &frame) }
    if !isEngine { layProperties(of: request.subject, into: &frame) }
    guard let resource = request.resource, let reference = frame.reference(to: resource),
      frame.entity(of: reference) == action.resource
    else { return }
    layProperties(of: resource, into: &frame)
  }

  private func layProperties(of entity: Request.Entity, into frame: inout Frame) {
    guard !entity.properties.isEmpty, let reference = frame.reference(to: entity) else { return }
    frame.overlay(entity.properties, on: reference)
  }

  /// Whether the engine itself is the subject.
  private var isEngine: Bool { plan.subjects.hasSystem && request.subject.isSystem }

  private mutating func loadSubject(into frame: inout Frame) {
    if isEngine {
      isSystem = true
      return
    }
    guard let reference = frame.reference(to: request.subject),
      plan.subjects.entities.contains(frame.entity(of: reference))
    else {
      let names = plan.subjects.entities.map { plan.expressions.schema.entities[$0].name }
      let isPretender = plan.subjects.hasSystem && request.subject.type == "System"
      let note = isPretender ? "; System is the engine itself, never a caller" : ""
      refuse("subject", "'subject' is no \(names.joined(separator: " or "))\(note).", isRequest: true)
      return
    }
    frame.setSlot(Slot.subject, to: reference)
    loadRecord(reference, request.subject, needed: action.neededOfSubject, path: "subject", into: &frame)
  }

  private mutating func loadResource(into frame: inout Frame) {
    guard let entity = action.resource else {
      if request.resource != nil { refuse("resource", "This action has no resource.", isRequest: true) }
      return
    }
    let name = plan.expressions.schema.entities[entity].name
    guard let resource = request.resource else {
      refuse("resource", "'resource' is missing; expected an id of type \(name).", isRequest: true)
      return
    }
    guard let reference = frame.reference(to: resource), frame.entity(of: reference) == entity else {
      refuse("resource", "'resource' is no \(name).", isRequest: true)
      return
    }
    frame.setSlot(Slot.resource, to: reference)
    loadRecord(reference, resource, needed: action.neededOfResource, path: "resource", into: &frame)
  }

  /// Lays the given properties over the stored record; what a rule reads and nobody gives is refused.
  private mutating func loadRecord(
    _ reference: Cell, _ given: Request.Entity, needed: [Int], path: String, into frame: inout Frame
  ) {
    let entity = frame.entity(of: reference)
    let malformed = checkProperties(given, of: reference, path: path, in: &frame)
    // A record that is not there at all is judged later, so that it answers as a foreign one.
    if frame.hasSource, frame.isMissing(reference) { return }
    for position in needed {
      guard plan.expressions.names.entities[entity].fields[position].absence == .missing,
        frame.lacks(position, of: reference), !malformed.contains(position)
      else { continue }
      let name = plan.expressions.schema.entities[entity].fields[position].name
      refuse(path, "'\(path).properties.\(name)' is missing; a rule of this action reads it.")
    }
  }

  /// Refuses properties that the entity does not have or that do not fit; gives the positions of the latter.
  private mutating func checkProperties(
    _ given: Request.Entity, of reference: Cell, path: String, in frame: inout Frame
  ) -> Set<Int> {
    var malformed: Set<Int> = []
    guard !given.properties.isEmpty, frame.isUnsure(reference) else { return malformed }
    let entity = frame.entity(of: reference)
    for (name, value) in given.properties {
      guard let position = plan.expressions.names.entities[entity].position(of: name) else {
        let known = plan.expressions.schema.entities[entity].fields
        if !isLenient { refuseUnknown(name, among: known, path: "\(path).properties", rule: path) }
        continue
      }
      let field = plan.expressions.schema.entities[entity].fields[position]
      // `null` empties an optional field; in the place of any other a default would stand in for what is stored.
      if case .null = value, field.type.isOptionalType { continue }
      let quick = frame.quickCell(value, plan.expressions.names.entities[entity].fields[position])
      if quick?.fits == true { continue }
      let before = reasons.count
      _ = read(value, field, rule: path, path: "\(path).properties.\(name)", in: &frame)
      if reasons.count > before { malformed.insert(position) }
    }
    return malformed
  }

  /// Refuses a name that is not declared, with the nearest one that is.
  private mutating func refuseUnknown(_ name: String, among known: [Field], path: String, rule: String) {
    refuse([.unknownMember("\(path).\(name)", name, among: known.map(\.name))], rule: rule)
  }

  /// Reads a value that takes a closer look, and notes what is wrong.
  private mutating func read(
    _ value: Value, _ field: Field, rule: String, path: String, in frame: inout Frame
  ) -> Cell {
    var problems: [ShapeProblem] = []
    let cell = frame.shape(value, as: field, path: path, problems: &problems)
    refuse(problems, rule: rule)
    return cell
  }

  // MARK: The rest

  private mutating func loadSingletons(into frame: inout Frame) {
    for (position, singleton) in plan.singletons.enumerated() {
      frame.setSingleton(position, name: singleton.name, entity: singleton.entity)
    }
  }

  private mutating func loadContext(into frame: inout Frame) {
    for position in plan.context.indices { frame.setSlot(Slot.first + Int32(position), to: .unset) }
    loadContext(request.context, isServer: false, into: &frame)
    // What the service states stands over what the caller does.
    loadContext(request.serverContext, isServer: true, into: &frame)
    for position in plan.context.indices where frame.isUnset(Slot.first + Int32(position)) {
      let path = "context.\(plan.context[position].field.name)"
      var problems: [ShapeProblem] = []
      var cell = frame.member(nil, plan.context[position].field, path: path, problems: &problems)
      if !problems.isEmpty, !action.neededContext.contains(position) {
        problems = []
        cell = frame.missing(path)
      }
      refuse(problems, rule: path)
      frame.setSlot(Slot.first + Int32(position), to: cell)
    }
  }

  private mutating func loadContext(_ members: [String: Value], isServer: Bool, into frame: inout Frame) {
    let table = plan.contextTable
    for (name, value) in members {
      guard let position = table.position(of: name) else {
        let known = plan.context.map(\.field)
        if !isLenient { refuseUnknown(name, among: known, path: "context", rule: "context.\(name)") }
        continue
      }
      if case .null = value { continue }
      if !isServer, plan.context[position].fromServer {
        let because = "'context.\(name)' is stated by the service itself, never by the caller."
        if !isLenient { refuse("context.\(name)", because, isRequest: true) }
        continue
      }
      if let quick = frame.quickCell(value, table.fields[position]), quick.fits {
        frame.setSlot(Slot.first + Int32(position), to: quick.cell)
        continue
      }
      let path = "context.\(name)"
      let cell = read(value, plan.context[position].field, rule: path, path: path, in: &frame)
      frame.setSlot(Slot.first + Int32(position), to: cell)
    }
  }

  private mutating func loadInputs(into frame: inout Frame) {
    for position in action.inputs.indices { frame.setSlot(frame.inputSlot + Int32(position), to: .unset) }
    let table = action.inputTable
    for (name, value) in request.input {
      guard let position = table.position(of: name) else {
        let rule = "actions.\(action.name).input.\(name)"
        if !isLenient { refuseUnknown(name, among: action.inputs, path: "input", rule: rule) }
        continue
      }
      if case .null = value { continue }
      if let quick = frame.quickCell(value, table.fields[position]), quick.fits {
        frame.setSlot(frame.inputSlot + Int32(position), to: quick.cell)
        continue
      }
      let rule = "actions.\(action.name).input.\(name)"
      let cell = read(value, action.inputs[position], rule: rule, path: "input.\(name)", in: &frame)
      frame.setSlot(frame.inputSlot + Int32(position), to: cell)
    }
    for position in action.inputs.indices where frame.isUnset(frame.inputSlot + Int32(position)) {
      let name = action.inputs[position].name
      var problems: [ShapeProblem] = []
      let cell = frame.member(nil, action.inputs[position], path: "input.\(name)", problems: &problems)
      refuse(problems, rule: "actions.\(action.name).input.\(name)")
      frame.setSlot(frame.inputSlot + Int32(position), to: cell)
    }
    checkAlternatives()
  }

  /// Of inputs that stand for each other exactly one is given.
  private mutating func checkAlternatives() {
    for group in action.exactlyOne {
      let given = group.filter { request.input[action.inputs[$0].name] ?? .null != .null }
      guard given.count != 1 else { continue }
      let names = group.map { action.inputs[$0].name }
      refuse(
        "actions.\(action.name).input.\(names[0])",
        "Exactly one of \(names.joined(separator: ", ")) is needed, not \(given.count).")
    }
  }

  /// What is still to come can neither have been asked for nor be voted on.
  private mutating func checkTimes(now: Timestamp) {
    if let requestedAt = request.requestedAt, requestedAt > now {
      refuse("context.requested_at", "'context.requested_at' is in the future.", isRequest: true)
    }
    for (index, approval) in request.approvals.enumerated() {
      guard let at = approval.at, at > now else { continue }
      let path = "context.approvals[\(index)].at"
      refuse(path, "'\(path)' is in the future.", isRequest: true)
    }
  }

  /// A vote needs somebody who can be a subject, and what it is about must be there to be compared.
  private mutating func checkApprovals(in frame: inout Frame) {
    for (index, approval) in request.approvals.enumerated() {
      let path = "context.approvals[\(index)]"
      checkBound(approval.bound, path: "\(path).bound", in: &frame)
      if let approver = frame.reference(to: approval.approver),
        plan.subjects.entities.contains(frame.entity(of: approver))
      {
        _ = checkProperties(approval.approver, of: approver, path: "\(path).approver", in: &frame)
      } else {
        refuse("\(path).approver", "'\(path).approver' is nobody who can vote.", isRequest: true)
      }
    }
  }

  /// The fields of the resource as an approver saw them.
  private mutating func checkBound(_ bound: [String: Value], path: String, in frame: inout Frame) {
    guard !bound.isEmpty else { return }
    let fields = action.resource.map { plan.expressions.schema.entities[$0].fields } ?? []
    for name in bound.keys where !fields.contains(where: { $0.name == name }) {
      refuseUnknown(name, among: fields, path: path, rule: path)
    }
    for var field in fields {
      guard let value = bound[field.name], value != .null else { continue }
      field.constraint = field.constraint.ofStoredValue
      var problems: [ShapeProblem] = []
      _ = frame.shape(value, as: field, path: "\(path).\(field.name)", problems: &problems)
      refuse(problems, rule: path)
    }
  }

  /// Facts that the request gives instead of having them looked up; one that this action does not read is ignored.
  private mutating func loadFacts(into frame: inout Frame) {
    guard !request.facts.isEmpty else { return }
    for (name, value) in request.facts.sorted(by: { $0.key < $1.key }) {
      guard plan.factNames.contains(name) else {
        let near = nearestName(name, among: plan.factNames).map { " (\($0))" } ?? ""
        if !isLenient { refuse("context.facts.\(name)", "There is no fact '\(name)'\(near).") }
        continue
      }
      for fact in action.facts[name] ?? [] {
        var problems: [ShapeProblem] = []
        let field = Field(name: name, type: fact.type, constraint: fact.constraint)
        let cell = frame.shape(fact.cut(value), as: field, path: "context.facts.\(name)", problems: &problems)
        refuse(problems, rule: "context.facts.\(name)")
        frame.give(cell, for: fact.definition)
      }
    }
  }

  // MARK: Overrides

  /// Takes up the override that the request claims, with its inputs.
  private mutating func claimOverride(into frame: inout Frame) {
    guard let claim = request.override else { return }
    guard let found = plan.overrides.first(where: { $0.name == claim.name && $0.action == action.name }) else {
      isInvalidRequest = true
      reasons.append(
        Decision.Reason(rule: "context.override", because: "There is no override '\(claim.name)' of this action."))
      return
    }
    var problems: [ShapeProblem] = []
    let value = frame.shape(
      .object(claim.input), as: Field(name: "override.input", type: found.inputType), path: "context.override.input",
      problems: &problems)
    for problem in problems {
      reasons.append(Decision.Reason(rule: "\(found.id).input", because: problem.sentence, source: found.source))
    }
    frame.setLocal(found.inputLocal, to: value)
    override = Shared(found)
  }
}
