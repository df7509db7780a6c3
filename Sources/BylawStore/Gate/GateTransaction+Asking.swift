import BylawEvaluator
import BylawModel

/// What of a request is looked at before anything is decided: a store takes from who asks only what it cannot know.
extension GateTransaction {
  /// Why a request is refused whatever it asks for; `nil` when it may be decided.
  ///
  /// Every way into the store that takes a subject asks this first: what is told would be laid over what is stored.
  func impropriety(of request: Request) -> Decision? {
    let told = foreignMembers(of: request)
    if !told.isEmpty {
      return denial(.invalidRequest, told.map { Decision.Reason(rule: $0, because: GateMessages.foreign($0)) })
    }
    let unnamable = Self.unnamableMembers(of: request)
    guard !unnamable.isEmpty else { return nil }
    return denial(
      .invalidRequest, unnamable.map { Decision.Reason(rule: $0, because: GateMessages.control($0)) })
  }

  /// What a store is never told by who asks: it knows these itself.
  private func foreignMembers(of request: Request) -> [String] {
    var told: [String] = []
    if !request.subject.properties.isEmpty { told.append("subject.properties") }
    if let resource = request.resource, !resource.properties.isEmpty { told.append("resource.properties") }
    if !request.facts.isEmpty { told.append("context.facts") }
    if !request.approvals.isEmpty { told.append("context.approvals") }
    if request.requestedAt != nil { told.append("context.requested_at") }
    for name in request.context.keys.sorted() where plan.serverMembers.contains(name) {
      told.append("context.\(name)")
    }
    return told
  }

  // MARK: Names

  /// The names in a request that nothing in a store can have.
  private static func unnamableMembers(of request: Request) -> [String] {
    var found: [String] = []
    if hasControl(request.action) { found.append("action") }
    if hasControl(request.subject.type) { found.append("subject.type") }
    if hasControl(request.subject.id) { found.append("subject.id") }
    if let resource = request.resource {
      if hasControl(resource.type) { found.append("resource.type") }
      if hasControl(resource.id) { found.append("resource.id") }
    }
    return found
  }

  /// Whether a text has a control character; U+0000 ends a text for some who read the database.
  static func hasControl(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      // In UTF-8 those from U+0080 to U+009F begin with C2, as others do up to U+00BF.
      var previous: UInt8 = 0
      for byte in bytes {
        if byte < 0x20 || byte == 0x7F || (previous == 0xC2 && byte < 0xA0) { return true }
        previous = byte
      }
      return false
    }
  }

  /// A request with escapes for the control characters of its names, so that its refusal can be kept.
  static func namable(_ request: Request) -> Request {
    guard !unnamableMembers(of: request).isEmpty else { return request }
    var named = request
    named.action = namable(request.action)
    named.subject.type = namable(request.subject.type)
    named.subject.id = namable(request.subject.id)
    if let resource = request.resource {
      named.resource = .init(type: namable(resource.type), id: namable(resource.id))
    }
    return named
  }

  private static func namable(_ text: String) -> String { hasControl(text) ? text.printableLine : text }
}
