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
    checkApprovers()
    claimOverride()
  }

  /// A vote needs somebody who can be a subject.
  private func checkApprovers() {
    for (index, vote) in request.approvals.enumerated() {
      if let person = record(named: vote.approver), rules.manifest.subjects.contains(person.entity) { continue }
      let path = "context.approvals[\(index)].approver"
      refuseShape(path, "'\(path)' is nobody who can vote.", .invalidRequest)
    }
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

  private var isSystemRequest: Bool { rules.manifest.hasSystem && request.subject.type == "System" }

  private func loadSubject(_ needed: Set<Int>, _ isLenient: Bool) {
    if isSystemRequest {
      isSystem = true
      return
    }
    guard let found = record(named: request.subject), rules.manifest.subjects.contains(found.entity) else {
      let names = rules.manifest.subjects.map { schema.entities[$0].name }.joined(separator: " or ")
      refuseShape("subject", "'subject' is no \(names).", .invalidRequest)
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
      refuseShape("resource", "'resource' is missing; expected the id of a \(name).", .invalidRequest)
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
    var malformed: Set<String> = []
    for name in asked.properties.keys where !isLenient && !fields.contains(where: { $0.name == name }) {
      let known = fields.map(\.name).joined(separator: ", ")
      refuseShape(path, "'\(path).properties.\(name)' is not known; expected \(known).")
    }
    for field in fields {
      guard let value = asked.properties[field.name], value != .null else { continue }
      var problems: [String] = []
      _ = read(value, field.type, field.constraint, "\(path).properties.\(field.name)", &problems)
      if !problems.isEmpty { malformed.insert(field.name) }
      for problem in problems { refuseShape(path, problem) }
    }
    // A resource that is not there at all is judged later, so that it answers as a foreign one.
    if path == "resource", isMissing(record.entity, record.id) { return }
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

  private func loadContext(_ needed: Set<Int>, _ isLenient: Bool) {
    for (position, member) in rules.context.enumerated() {
      let path = "context.\(member.field.name)"
      let value = request.context[member.field.name]
      var problems: [String] = []
      let read = readMember(value, member.field, path, &problems)
      if let read {
        context.append(.success(read))
      } else {
        context.append(.failure(ReferenceError(cause: "attribute not given", place: path)))
      }
      let isGiven = value != nil && value != .null
      for problem in problems where isGiven || needed.contains(position) { refuseShape(path, problem) }
    }
    for name in request.context.keys where !isLenient && !rules.context.contains(where: { $0.field.name == name }) {
      refuseShape("context.\(name)", "'context.\(name)' is not known.")
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
      let known = action.inputs.map(\.name).joined(separator: ", ")
      refuseShape("\(id).\(name)", "'input.\(name)' is not known; expected \(known.isEmpty ? "no inputs" : known).")
    }
  }

  /// Facts and lets that the request gives instead of having them looked up.
  private func loadFacts(_ read: Set<Int>, _ isLenient: Bool) {
    for (name, value) in request.facts {
      let known = rules.definitions.indices.filter { index in
        let kind = rules.definitions[index].kind
        return rules.definitions[index].name == name && (kind == .fact || kind == .letValue)
      }
      if known.isEmpty, !isLenient { refuseShape("context.facts.\(name)", "There is no fact '\(name)'.") }
      for index in known where read.contains(index) {
        var problems: [String] = []
        let result = self.read(value, rules.definitions[index].value.type, .none, "context.facts.\(name)", &problems)
        for problem in problems { refuseShape("context.facts.\(name)", problem) }
        if let result { facts[index] = result }
      }
    }
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
