import BylawCompiler
import BylawModel

/// Stage 1: types, lengths, words and names; everything that does not fit, each by its path.
extension ReferenceEvaluator {
  func checkShape(isLenient: Bool) {
    var reads = ReferenceReads(rules)
    reads.visitDeciding(action)
    loadGiven()
    loadSubject(reads.subjectFields, isLenient)
    loadResource(reads.resourceFields, isLenient)
    loadContext(reads.contextMembers, isLenient)
    loadInputs(isLenient)
    reads.visitRest(action)
    loadFacts(reads.definitions, isLenient)
    checkApprovals(isLenient)
    claimOverride()
  }

  /// A vote needs somebody who can be a subject and bound fields that the resource has; nothing happens in the future.
  private func checkApprovals(_ isLenient: Bool) {
    if let asked = request.requestedAt, asked > now {
      refuseShape("context.requested_at", "'context.requested_at' is in the future.", .invalidRequest)
    }
    for (index, vote) in request.approvals.enumerated() {
      let path = "context.approvals[\(index)]"
      if let at = vote.at, at > now { refuseShape("\(path).at", "'\(path).at' is in the future.", .invalidRequest) }
      let bindable = action.resource.map { schema.entities[$0].fields } ?? []
      refuseUnknown(vote.bound.keys, bindable.map(\.name), "\(path).bound", "\(path).bound")
      for field in bindable {
        guard let value = vote.bound[field.name], value != .null else { continue }
        var problems: [String] = []
        _ = read(value, field.type, Self.stored(field.constraint), "\(path).bound.\(field.name)", &problems)
        for problem in problems { refuseShape("\(path).bound", problem) }
      }
      if let person = record(named: vote.approver), rules.manifest.subjects.contains(person.entity) {
        _ = checkProperties(vote.approver, schema.entities[person.entity].fields, "\(path).approver", isLenient)
      } else {
        refuseShape("\(path).approver", "'\(path).approver' is nobody who can vote.", .invalidRequest)
      }
    }
  }

  private func refuseUnknown(_ names: some Sequence<String>, _ known: [String], _ path: String, _ rule: String) {
    for name in names where !known.contains(name) {
      refuseShape(rule, Self.unknown("\(path).\(name)", name, known))
    }
  }

  /// The sentence on a member that is not declared.
  static func unknown(_ path: String, _ name: String, _ known: [String]) -> String {
    let expected = known.isEmpty ? "nothing" : known.joined(separator: ", ")
    return "'\(path)' is not known; expected \(expected)" + (nearestName(name, among: known).map { " (\($0))" } ?? "")
      + "."
  }

  private func refuseShape(_ rule: String, _ because: String, _ denialClass: DenialClass = .invalidInput) {
    refuse(denialClass, Decision.Reason(rule: rule, because: because, source: place(action.range)))
  }

  /// The record that a part of a request names.
  func record(named entity: Request.Entity) -> (entity: Int, id: String)? {
    guard let index = schema.entities.indices.first(where: { isName(entity.type, of: $0) }), !entity.id.isEmpty else {
      return nil
    }
    return (index, entity.id)
  }

  /// What the request gives of records stands over what is stored, wherever it is read.
  private func loadGiven() {
    for vote in request.approvals { lay(vote.approver) }
    if !isSystemRequest { lay(request.subject) }
    if let resource = request.resource, record(named: resource)?.entity == action.resource { lay(resource) }
  }

  private func lay(_ entity: Request.Entity) {
    guard let record = record(named: entity), !entity.properties.isEmpty else { return }
    given[RecordKey(entity: record.entity, id: record.id), default: [:]].merge(entity.properties) { _, new in new }
  }

  private var isSystemRequest: Bool { rules.manifest.hasSystem && request.subject.isSystem }

  private func loadSubject(_ needed: Set<Int>, _ isLenient: Bool) {
    if isSystemRequest {
      isSystem = true
      return
    }
    guard let found = record(named: request.subject), rules.manifest.subjects.contains(found.entity) else {
      let names = rules.manifest.subjects.map { schema.entities[$0].name }.joined(separator: " or ")
      let claims = rules.manifest.hasSystem && request.subject.type == "System"
      let engine = claims ? "; System is the engine itself, never a caller" : ""
      refuseShape("subject", "'subject' is no \(names)\(engine).", .invalidRequest)
      return
    }
    subject = found
    loadRecord(found, request.subject, needed, "subject", isLenient)
  }

  private func loadResource(_ needed: Set<Int>, _ isLenient: Bool) {
    guard let entity = action.resource else {
      if request.resource != nil { refuseShape("resource", "This action has no resource.", .invalidRequest) }
      return
    }
    let name = schema.entities[entity].name
    guard let asked = request.resource else {
      refuseShape("resource", "'resource' is missing; expected an id of type \(name).", .invalidRequest)
      return
    }
    guard let found = record(named: asked), found.entity == entity else {
      refuseShape("resource", "'resource' is no \(name).", .invalidRequest)
      return
    }
    resource = found
    loadRecord(found, asked, needed, "resource", isLenient)
  }

  private func loadRecord(
    _ record: (entity: Int, id: String), _ asked: Request.Entity, _ needed: Set<Int>, _ path: String, _ isLenient: Bool
  ) {
    let fields = schema.entities[record.entity].fields
    let malformed = checkProperties(asked, fields, path, isLenient)
    // Who or what is not there at all is judged later, so that it answers as a foreign one.
    if isMissing(record.entity, record.id) { return }
    for position in needed where !malformed.contains(fields[position].name) {
      do throws(ReferenceError) {
        _ = try field(position, entity: record.entity, id: record.id)
      } catch {
        if case .optional = fields[position].type { continue }
        if case .list = fields[position].type { continue }
        if case .map = fields[position].type { continue }
        guard fields[position].defaultValue == nil, error.cause != "attribute of the wrong kind" else { continue }
        refuseShape(
          path, "'\(path).properties.\(fields[position].name)' is missing; a rule of this action reads it.")
      }
    }
  }

  /// The names of the properties that do not fit.
  private func checkProperties(
    _ asked: Request.Entity, _ fields: [Field], _ path: String, _ isLenient: Bool
  ) -> Set<String> {
    var malformed: Set<String> = []
    if !isLenient { refuseUnknown(asked.properties.keys, fields.map(\.name), "\(path).properties", path) }
    for field in fields {
      guard let value = asked.properties[field.name] else { continue }
      if value == .null, case .optional = field.type { continue }
      var problems: [String] = []
      _ = read(value, field.type, field.constraint, "\(path).properties.\(field.name)", &problems)
      if !problems.isEmpty { malformed.insert(field.name) }
      for problem in problems { refuseShape(path, problem) }
    }
    return malformed
  }

  private func loadContext(_ needed: Set<Int>, _ isLenient: Bool) {
    for (position, member) in rules.context.enumerated() {
      let path = "context.\(member.field.name)"
      let server = request.serverContext[member.field.name]
      var caller = request.context[member.field.name]
      if member.fromServer {
        if !isLenient, caller != nil, caller != .null {
          refuseShape(path, "'\(path)' is stated by the service itself, never by the caller.", .invalidRequest)
        }
        caller = nil
      }
      var problems: [String] = []
      var value = caller
      if let server, server != .null {
        // The caller's own is held to the declaration all the same.
        if caller != nil { _ = readMember(caller, member.field, path, &problems) }
        value = server
      }
      let read = readMember(value, member.field, path, &problems)
      if let read {
        context.append(.success(read))
      } else {
        context.append(.failure(ReferenceError(cause: "attribute not given", place: path)))
      }
      let isGiven = value != nil && value != .null
      for problem in problems where isGiven || needed.contains(position) { refuseShape(path, problem) }
    }
    let names = Set(request.context.keys).union(request.serverContext.keys)
    for name in names where !isLenient && !rules.context.contains(where: { $0.field.name == name }) {
      refuseShape("context.\(name)", Self.unknown("context.\(name)", name, rules.context.map(\.field.name)))
    }
  }

  private func loadInputs(_ isLenient: Bool) {
    let id = "actions.\(action.name).input"
    for field in action.inputs {
      var problems: [String] = []
      inputs.append(readMember(request.input[field.name], field, "input.\(field.name)", &problems) ?? .absent)
      for problem in problems { refuseShape("\(id).\(field.name)", problem) }
    }
    for group in action.exactlyOne {
      let names = group.map { action.inputs[$0].name }
      let count = names.count { (request.input[$0] ?? .null) != .null }
      if count != 1 {
        refuseShape("\(id).\(names[0])", "Exactly one of \(names.joined(separator: ", ")) is needed, not \(count).")
      }
    }
    for name in request.input.keys where !isLenient && !action.inputs.contains(where: { $0.name == name }) {
      refuseShape("\(id).\(name)", Self.unknown("input.\(name)", name, action.inputs.map(\.name)))
    }
  }

  /// Facts and lets that the request gives instead of having them looked up.
  private func loadFacts(_ read: Set<Int>, _ isLenient: Bool) {
    for (name, value) in request.facts {
      let known = rules.definitions.indices.filter { index in
        let kind = rules.definitions[index].kind
        return rules.definitions[index].name == name && (kind == .fact || kind == .letValue)
      }
      if known.isEmpty, !isLenient {
        let names = rules.definitions.filter { $0.kind == .fact || $0.kind == .letValue }.map(\.name)
        let near = nearestName(name, among: names).map { " (\($0))" } ?? ""
        refuseShape("context.facts.\(name)", "There is no fact '\(name)'\(near).")
      }
      for index in known where read.contains(index) {
        var problems: [String] = []
        let (fact, constraint) = given(value, for: rules.definitions[index].value)
        let result = self.read(
          fact, rules.definitions[index].value.type, constraint, "context.facts.\(name)", &problems)
        for problem in problems { refuseShape("context.facts.\(name)", problem) }
        if let result { facts[index] = result }
      }
    }
  }

  /// What a query could give: no negative count, no list over the limit.
  private func given(_ value: Value, for fact: TypedExpression) -> (Value, Constraint) {
    guard case .query(let query) = fact.kind else { return (value, .none) }
    var constraint = Constraint.none
    if query.kind == .count { constraint.lower = 0 }
    guard query.kind == .list, let limit = query.limit, case .list(let all) = value else { return (value, constraint) }
    return (.list(Array(all.prefix(limit))), constraint)
  }

  private func claimOverride() {
    guard let claim = request.override else { return }
    guard let found = rules.overrides.first(where: { $0.name == claim.name && $0.action == action.name }) else {
      refuse(
        .invalidRequest,
        Decision.Reason(rule: "context.override", because: "There is no override '\(claim.name)' of this action."))
      return
    }
    var problems: [String] = []
    let value = read(.object(claim.input), found.inputType, .none, "context.override.input", &problems)
    for problem in problems {
      refuse(.invalidInput, Decision.Reason(rule: "\(found.id).input", because: problem, source: place(found.range)))
    }
    locals[found.inputLocal] = .success(value ?? .absent)
    override = found
  }
}
