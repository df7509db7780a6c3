package import BylawModel

/// A duty that an action left behind, and how it stands.
package struct FollowUp: Sendable, Hashable {
  /// How a follow-up stands at a moment.
  package enum Status: String, Sendable, Hashable, CaseIterable {
    /// Still to be done, and not late.
    case open
    /// Not done by the time it was due.
    case overdue
    case done
  }

  /// The row that it was kept in, which is its number.
  package var row: Int64
  package var at: Timestamp
  package var entry: Int64?
  /// The rule that asks for it.
  package var rule: String
  package var text: String?
  package var due: Timestamp?
  package var status: Status
  /// Whether the records tell when it is done; otherwise somebody has to say so.
  package var isTold: Bool
  /// What was done, by whom and to what, that left it behind.
  package var action: String?
  package var subject: EntityReference?
  package var resource: EntityReference?
}

extension FollowUp {
  /// What a row keeps of an act, so that the follow-up can be judged by it later.
  static func members(
    of request: Request, made: [String: EntityReference], at time: Timestamp
  ) -> [String: Value] {
    var members: [String: Value] = [
      "action": .string(request.action), "subject": .string("\(request.subject.type)/\(request.subject.id)"),
      "requested_at": .timestamp(request.requestedAt ?? time),
    ]
    if let resource = request.resource { members["resource"] = .string("\(resource.type)/\(resource.id)") }
    if !request.input.isEmpty { members["input"] = .object(request.input) }
    if !request.context.isEmpty { members["context"] = .object(request.context) }
    if let override = request.override {
      members["override"] = .object(["name": .string(override.name), "input": .object(override.input)])
    }
    if !made.isEmpty { members["made"] = .object(made.mapValues { .string($0.description) }) }
    return members
  }

  /// The act that a row was kept for; `nil` when it does not say.
  static func act(in body: Value) -> (request: Request, made: [String: EntityReference])? {
    guard let action = body["action"]?.text, let subject = body["subject"]?.text.flatMap(EntityReference.init(text:))
    else { return nil }
    let isEngine = subject.type == Gate.engine
    var request = Request(
      subject: isEngine ? .system : .init(type: subject.type, id: subject.id), action: action,
      input: body["input"]?.members ?? [:])
    let resource = body["resource"]?.text.flatMap(EntityReference.init(text:))
    request.resource = resource.map { .init(type: $0.type, id: $0.id) }
    request.context = body["context"]?.members ?? [:]
    request.override = body["override"].flatMap(Request.Override.init(body:))
    request.requestedAt = body["requested_at"]?.text.flatMap { Timestamp($0) }
    let made = (body["made"]?.members ?? [:]).compactMapValues { $0.text.flatMap(EntityReference.init(text:)) }
    return (request, made)
  }
}
