package import BylawModel

/// Proposals as the database keeps them: one JSON object each.
extension StoredProposal {
  /// The proposal as a JSON object; what has no value is left out.
  package var body: Value {
    var members: [String: Value] = [
      "id": .string(id), "status": .string(status.rawValue), "action": .string(action),
      "subject": .string(subject.description), "input": .object(input), "context": .object(context),
      "server_context": .object(serverContext),
      "requested_at": .timestamp(requestedAt), "terms": terms, "fingerprint": .string(fingerprint),
      "asked": .string(asked), "votes": .list(votes.map(\.body)), "reasons": .list(reasons.map { .string($0) }),
    ]
    if let resource { members["resource"] = .string(resource.description) }
    if let askedResource { members["asked_resource"] = .string(askedResource.description) }
    if let override {
      members["override"] = .object(["name": .string(override.name), "input": .object(override.input)])
    }
    if let due { members["due"] = .timestamp(due) }
    if !expires { members["expires"] = .bool(false) }
    if let original { members["original"] = .string(original) }
    if let settledAt { members["settled_at"] = .timestamp(settledAt) }
    return .object(members)
  }

  /// Reads a proposal back; `nil` when the object is no proposal.
  package init?(body: Value, entry: Int64) {
    guard let id = body["id"]?.text, let action = body["action"]?.text,
      let subject = body["subject"]?.text.flatMap(EntityReference.init(text:)),
      let requestedAt = body["requested_at"]?.text.flatMap({ Timestamp($0) }),
      let fingerprint = body["fingerprint"]?.text, let terms = body["terms"],
      let status = body["status"]?.text.flatMap(Status.init(rawValue:))
    else { return nil }
    self.init(
      id: id, action: action, subject: subject, resource: body["resource"]?.text.flatMap(EntityReference.init(text:)),
      input: body["input"]?.members ?? [:], context: body["context"]?.members ?? [:],
      serverContext: body["server_context"]?.members ?? [:],
      override: body["override"].flatMap(Request.Override.init(body:)), requestedAt: requestedAt, terms: terms,
      fingerprint: fingerprint, due: body["due"]?.text.flatMap { Timestamp($0) }, original: body["original"]?.text,
      entry: entry)
    self.status = status
    expires = body["expires"] != .bool(false)
    asked = body["asked"]?.text ?? action
    askedResource = body["asked_resource"]?.text.flatMap(EntityReference.init(text:))
    for element in body["votes"]?.elements ?? [] {
      guard let vote = Vote(body: element) else { return nil }
      votes.append(vote)
    }
    reasons = (body["reasons"]?.elements ?? []).compactMap(\.text)
    settledAt = body["settled_at"]?.text.flatMap { Timestamp($0) }
  }
}

extension StoredProposal.Vote {
  fileprivate var body: Value {
    var members: [String: Value] = [
      "voter": .string(voter.description), "vote": .string(vote.rawValue), "at": .timestamp(at),
      "input": .object(input),
    ]
    if let lapsed { members["lapsed"] = .string(lapsed) }
    return .object(members)
  }

  fileprivate init?(body: Value) {
    guard let voter = body["voter"]?.text.flatMap(EntityReference.init(text:)),
      let vote = body["vote"]?.text.flatMap(Request.Approval.Vote.init(rawValue:)),
      let at = body["at"]?.text.flatMap({ Timestamp($0) })
    else { return nil }
    self.init(voter: voter, vote: vote, at: at, input: body["input"]?.members ?? [:], lapsed: body["lapsed"]?.text)
  }
}

extension Request.Override {
  /// Reads an override that was claimed; `nil` when the object is none.
  init?(body: Value) {
    guard let name = body["name"]?.text else { return nil }
    self.init(name: name, input: body["input"]?.members ?? [:])
  }
}

extension EntityReference {
  /// Reads `Incident/inc-1`; `nil` when there is no type or no id.
  package init?(text: String) {
    guard let slash = text.firstIndex(of: "/") else { return nil }
    let (type, id) = (text[..<slash], text[text.index(after: slash)...])
    guard !type.isEmpty else { return nil }
    self.init(type: String(type), id: String(id))
  }
}

/// Reading of JSON that this store wrote itself.
extension Value {
  package subscript(_ name: String) -> Value? { members?[name] }

  package var members: [String: Value]? {
    if case .object(let members) = self { members } else { nil }
  }

  package var elements: [Value]? {
    if case .list(let elements) = self { elements } else { nil }
  }

  package var text: String? {
    switch self {
    case .string(let text): text
    case .timestamp(let time): time.description
    default: nil
    }
  }
}
