/// How a decision is written as JSON; it stands beside the writer, so that its pieces are put in without calls.
extension Decision {
  /// Writes the decision as an object.
  package func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writeMembers(to: &writer)
    writer.endObject()
  }

  /// Writes the members of the open object.
  package func writeMembers(to writer: inout JSONWriter) {
    switch outcome {
    case .allow: writer.member(plain: "decision", plain: "allow")
    case .pending: writer.member(plain: "decision", plain: "pending")
    case .deny: writer.member(plain: "decision", plain: "deny")
    }
    writer.optionalMember("class", denialClass?.rawValue)
    writer.list("reasons", reasons) { $0.write(to: &$1) }
    writer.list("missing", missing) { $0.write(to: &$1) }
    writer.key(plain: "classified")
    writer.beginObject()
    if classified.count < 2 {
      for (name, entry) in classified { Self.write(name, entry, to: &writer) }
    } else {
      for (name, entry) in classified.sorted(by: { $0.key < $1.key }) { Self.write(name, entry, to: &writer) }
    }
    writer.endObject()
    writer.list("obligations", obligations) { $0.write(to: &$1) }
    writer.list("indeterminate", indeterminate) { $0.write(to: &$1) }
    if !observed.isEmpty { writer.list("observed", observed) { $0.write(to: &$1) } }
    writer.key(plain: "rule_set")
    ruleSet.write(to: &writer)
    writer.key(plain: "at")
    writer.time(at)
  }

  private static func write(_ name: String, _ entry: Classified, to writer: inout JSONWriter) {
    writer.key(name)
    writer.beginObject()
    writer.member(plain: "value", entry.value)
    writer.optionalMember("row", entry.row)
    writer.endObject()
  }
}

extension JSONWriter {
  /// Writes a member unless there is nothing to write.
  package mutating func optionalMember(_ name: StaticString, _ value: Value?) {
    if let value { member(plain: name, value) }
  }

  /// The same of a text.
  @inline(__always)
  package mutating func optionalMember(_ name: StaticString, _ text: String?) {
    if let text { member(plain: name, text) }
  }

  /// Writes a member that is a list.
  @inline(__always)
  package mutating func list<Element>(
    _ name: StaticString, _ elements: [Element], _ write: (Element, inout JSONWriter) -> Void
  ) {
    guard !elements.isEmpty else { return emptyList(plain: name) }
    key(plain: name)
    beginList()
    for element in elements { write(element, &self) }
    endList()
  }
}

extension Decision.Reason {
  fileprivate func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member(plain: "rule", rule)
    writer.member(plain: "because", because)
    if clauses.count == 1 {
      writer.member(plain: "sop", clauses[0])
    } else if !clauses.isEmpty {
      writer.member(plain: "sop", .list(clauses.map { .string($0) }))
    }
    if !source.isEmpty { writer.member(plain: "source", source) }
    writer.optionalMember("element", element.map { .int(Int64($0)) })
    writer.endObject()
  }
}

extension Decision.Missing {
  /// Writes the entry as an object.
  package func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.optionalMember("approvals", approvals.map { .int(Int64($0)) })
    writer.optionalMember("of", of)
    if approvals != nil { writer.member(plain: "excluding", .list(excluding.map { .string($0) })) }
    writer.optionalMember("reachable", reachable.map { .bool($0) })
    writer.optionalMember("by", by.map { .timestamp($0) })
    writer.optionalMember("until", until.map { .timestamp($0) })
    writer.member(plain: "rule", rule)
    writer.endObject()
  }
}

extension Decision.Obligation {
  fileprivate func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member(kind, value)
    writer.optionalMember("to", to.map { ids in .list(ids.map { .string($0) }) })
    writer.member(plain: "rule", rule)
    writer.optionalMember("text", text)
    writer.optionalMember("by", by)
    writer.optionalMember("once", once)
    writer.optionalMember("due", due.map { .timestamp($0) })
    writer.optionalMember("flag", flag)
    writer.optionalMember("keep", keep)
    writer.endObject()
  }
}

extension Decision.Indeterminate {
  fileprivate func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member(plain: "rule", rule)
    writer.member(plain: "place", place)
    writer.member(plain: "cause", cause)
    writer.endObject()
  }
}

extension Decision.RuleSetIdentity {
  /// Writes the identity as an object: all decisions of a rule set have the same.
  fileprivate func write(to writer: inout JSONWriter) {
    if writer.isCompact { return writer.written(json.bytes, isASCII: json.isASCII) }
    Self.write(name: name, version: version, digest: digest, to: &writer)
  }

  /// What compact JSON has of it.
  static func json(name: String, version: String, digest: String) -> (bytes: [UInt8], isASCII: Bool) {
    var writer = JSONWriter(.compact, capacity: 128)
    write(name: name, version: version, digest: digest, to: &writer)
    return (writer.bytes, writer.isASCII)
  }

  private static func write(name: String, version: String, digest: String, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member(plain: "name", name)
    writer.member(plain: "version", version)
    writer.member(plain: "digest", digest)
    writer.endObject()
  }
}
