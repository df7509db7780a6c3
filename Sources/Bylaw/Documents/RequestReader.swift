public import BylawModel

/// What becomes of members of a request that its shape does not have.
public enum UndeclaredMembers: Sendable, Hashable, CaseIterable {
  /// Each is an error, with the nearest known name.
  case refused
  /// They are passed over, as the OpenID AuthZEN Authorization API asks of a server.
  case ignored
}

extension Request {
  /// Reads a request from JSON in the shape of the OpenID AuthZEN Authorization API 1.0.
  ///
  /// ```json
  /// { "subject":  { "type": "User", "id": "u-1" },
  ///   "action":   { "name": "client.create", "properties": { "name": "Acme" } },
  ///   "resource": { "type": "Incident", "id": "inc-1", "properties": {} },
  ///   "context":  { "approvals": [ { "approver": "User/u-2", "decision": "approve" } ] } }
  /// ```
  /// Whoever hands on what a caller wrote answers for it: who the subject is, `properties`, `facts`, `approvals` and
  /// `requested_at` are taken as they stand. Members of the context that rules declare `from: server` are not: they come
  /// with `serverContext` alone, and a request that states one in its `context` is denied as an invalid one.
  /// - Parameters:
  ///   - json: One JSON document.
  ///   - serverContext: What the service itself states of the context, such as the session that it verified.
  ///   - undeclared: What becomes of members that a request does not have.
  ///   - takesSystem: Whether the subject `System` is the engine itself, for a dry run of what it does by its own.
  ///     Without it such a request is denied as an invalid one: no caller speaks for the engine.
  /// - Throws: `RequestError` with every mistake.
  public init(
    json: String, serverContext: [String: Value] = [:], undeclared: UndeclaredMembers = .refused,
    takesSystem: Bool = false
  ) throws(RequestError) {
    try self.init(
      json: Array(json.utf8), serverContext: serverContext, undeclared: undeclared, takesSystem: takesSystem)
  }

  /// Reads a request from the bytes of a JSON document, in UTF-8; like reading it from text.
  ///
  /// - Throws: `RequestError` with every mistake.
  public init(
    json: [UInt8], serverContext: [String: Value] = [:], undeclared: UndeclaredMembers = .refused,
    takesSystem: Bool = false
  ) throws(RequestError) {
    let document: Value
    do throws(JSONError) {
      document = try JSONReader.parse(json)
    } catch {
      throw RequestError(problems: [DocumentMessages.malformed(error)])
    }
    try self.init(
      document: document, serverContext: serverContext, undeclared: undeclared, takesSystem: takesSystem)
  }

  /// Reads a request from a document that is parsed already; like reading it from text.
  ///
  /// - Throws: `RequestError` with every mistake.
  public init(
    document: Value, serverContext: [String: Value] = [:], undeclared: UndeclaredMembers = .refused,
    takesSystem: Bool = false
  ) throws(RequestError) {
    var reader = RequestReader(undeclared: undeclared, takesSystem: takesSystem)
    let request = reader.request(document)
    guard var request, reader.problems.isEmpty else { throw RequestError(problems: reader.problems) }
    request.serverContext = serverContext
    self = request
  }
}

/// Reads the members of a request one by one and notes what is wrong with each.
struct RequestReader {
  private typealias Members = [String: Value]

  let undeclared: UndeclaredMembers
  /// Whether the subject `System` is the engine itself.
  let takesSystem: Bool
  private(set) var problems: [RequestError.Problem] = []

  init(undeclared: UndeclaredMembers, takesSystem: Bool) {
    self.undeclared = undeclared
    self.takesSystem = takesSystem
  }

  /// The request, as far as it can be read; `nil` where subject or action cannot.
  mutating func request(_ document: Value) -> Request? {
    let known = ["subject", "action", "resource", "context"]
    guard let members = object(document, "$", expected: "an object with \(known.joined(separator: ", "))") else {
      return nil
    }
    refuseUnknown(members, "$", known: known)
    let subject = entity(members["subject"], "$.subject")
    let action = action(members["action"], "$.action")
    var resource: Request.Entity?
    if let given = present(members["resource"]) { resource = entity(given, "$.resource") }
    guard var subject, let action else {
      _ = context(members["context"], into: nil, subjectType: "")
      return nil
    }
    if takesSystem, subject.type == Request.Entity.system.type { subject = .system }
    let request = Request(subject: subject, action: action.name, input: action.input, resource: resource)
    return context(members["context"], into: request, subjectType: subject.type)
  }

  // MARK: Subject, action, resource

  private mutating func entity(_ value: Value?, _ path: String) -> Request.Entity? {
    let shape = "an object with type and id"
    guard let value = present(value) else {
      problems.append(DocumentMessages.missing(path, expected: shape))
      return nil
    }
    guard let members = object(value, path, expected: shape) else { return nil }
    refuseUnknown(members, path, known: ["type", "id", "properties"])
    let type = text(members["type"], "\(path).type", expected: "the name of an entity type")
    let id = text(members["id"], "\(path).id", expected: "an id")
    let properties = properties(members["properties"], "\(path).properties")
    guard let type, let id else { return nil }
    return Request.Entity(type: type, id: id, properties: properties)
  }

  private mutating func action(_ value: Value?, _ path: String) -> (name: String, input: [String: Value])? {
    let shape = "an object with name"
    guard let value = present(value) else {
      problems.append(DocumentMessages.missing(path, expected: shape))
      return nil
    }
    guard let members = object(value, path, expected: shape) else { return nil }
    refuseUnknown(members, path, known: ["name", "properties"])
    let name = text(members["name"], "\(path).name", expected: "the name of an action")
    let input = properties(members["properties"], "\(path).properties")
    return name.map { ($0, input) }
  }

  private mutating func properties(_ value: Value?, _ path: String) -> [String: Value] {
    guard let value = present(value) else { return [:] }
    return object(value, path, expected: "an object") ?? [:]
  }

  // MARK: Context

  /// Puts the reserved members of the context in their places; all others are the caller's.
  private mutating func context(_ value: Value?, into request: Request?, subjectType: String) -> Request? {
    var request = request
    guard let value = present(value), var members = object(value, "$.context", expected: "an object") else {
      return request
    }
    let facts = properties(members.removeValue(forKey: "facts"), "$.context.facts")
    let approvals = approvals(members.removeValue(forKey: "approvals"), subjectType)
    let override = override(members.removeValue(forKey: "override"))
    let requestedAt = time(members.removeValue(forKey: "requested_at"), "$.context.requested_at")
    request?.facts = facts
    request?.approvals = approvals
    request?.override = override
    request?.requestedAt = requestedAt
    request?.context = members
    return request
  }

  private mutating func approvals(_ value: Value?, _ subjectType: String) -> [Request.Approval] {
    guard let value = present(value) else { return [] }
    guard case .list(let entries) = value else {
      problems.append(DocumentMessages.wrongKind("$.context.approvals", value, expected: "a list of approvals"))
      return []
    }
    var approvals: [Request.Approval] = []
    for (index, entry) in entries.enumerated() {
      if let approval = approval(entry, "$.context.approvals[\(index)]", subjectType) { approvals.append(approval) }
    }
    return approvals
  }

  private mutating func approval(_ value: Value, _ path: String, _ subjectType: String) -> Request.Approval? {
    guard let members = object(value, path, expected: "an object with approver and decision") else { return nil }
    refuseUnknown(members, path, known: ["approver", "decision", "at", "input", "bound"])
    let approver = approver(members["approver"], "\(path).approver", subjectType)
    let vote = vote(members["decision"], "\(path).decision")
    let at = time(members["at"], "\(path).at")
    let input = properties(members["input"], "\(path).input")
    let bound = properties(members["bound"], "\(path).bound")
    guard let approver, let vote else { return nil }
    return Request.Approval(approver: approver, vote: vote, at: at, input: input, bound: bound)
  }

  /// `"u-2"`, `"User/u-2"` or an entity; an id alone is of the subject's type.
  private mutating func approver(_ value: Value?, _ path: String, _ subjectType: String) -> Request.Entity? {
    if case .object = value { return entity(value, path) }
    guard let written = text(value, path, expected: "an id, 'TYPE/id' or an object with type and id") else {
      return nil
    }
    guard let slash = written.firstIndex(of: "/") else { return Request.Entity(type: subjectType, id: written) }
    let id = String(written[written.index(after: slash)...])
    guard slash != written.startIndex, !id.isEmpty else {
      problems.append(DocumentMessages.wrongKind(path, .string(written), expected: "an id or 'TYPE/id'"))
      return nil
    }
    return Request.Entity(type: String(written[..<slash]), id: id)
  }

  private mutating func vote(_ value: Value?, _ path: String) -> Request.Approval.Vote? {
    guard let word = text(value, path, expected: "approve or reject") else { return nil }
    if let vote = Request.Approval.Vote(rawValue: word) { return vote }
    problems.append(DocumentMessages.unknownVote(path, word))
    return nil
  }

  private mutating func override(_ value: Value?) -> Request.Override? {
    let path = "$.context.override"
    guard let value = present(value), let members = object(value, path, expected: "an object with id") else {
      return nil
    }
    refuseUnknown(members, path, known: ["id", "input"])
    let id = text(members["id"], "\(path).id", expected: "the name of an override")
    let input = properties(members["input"], "\(path).input")
    return id.map { Request.Override(name: $0, input: input) }
  }

  // MARK: Pieces

  /// The value, unless it is `null`, which says the same as leaving the member out.
  private func present(_ value: Value?) -> Value? { value == .null ? nil : value }

  private mutating func object(_ value: Value, _ path: String, expected: String) -> Members? {
    if case .object(let members) = value { return members }
    problems.append(DocumentMessages.wrongKind(path, value, expected: expected))
    return nil
  }

  private mutating func refuseUnknown(_ members: Members, _ path: String, known: [String]) {
    guard undeclared == .refused else { return }
    for name in members.keys.sorted() where !known.contains(name) {
      problems.append(DocumentMessages.unknownMember("\(path).\(name)", name, known: known))
    }
  }

  private mutating func text(_ value: Value?, _ path: String, expected: String) -> String? {
    guard let value = present(value) else {
      problems.append(DocumentMessages.missing(path, expected: expected))
      return nil
    }
    guard case .string(let text) = value else {
      problems.append(DocumentMessages.wrongKind(path, value, expected: expected))
      return nil
    }
    guard !text.isEmpty else {
      problems.append(DocumentMessages.empty(path, expected: expected))
      return nil
    }
    return text
  }

  private mutating func time(_ value: Value?, _ path: String) -> Timestamp? {
    guard let value = present(value) else { return nil }
    if case .string(let text) = value, let time = Timestamp(text) { return time }
    problems.append(DocumentMessages.notTime(path))
    return nil
  }
}
