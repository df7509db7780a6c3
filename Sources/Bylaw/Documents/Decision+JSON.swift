public import BylawModel

extension Decision {
  /// The decision as JSON, a contract for programs: the same decision always gives the same bytes.
  ///
  /// Members stand in a fixed order: `decision`, `class` (of a denial), `reasons`, `missing`, `classified`,
  /// `obligations`, `indeterminate`, `observed` (where a rule under observation would have refused), `rule_set`, `at`.
  /// What a reason or an entry lacks is left out; all other lists are always there. `sop` is a text for one clause and a list for several.
  ///
  /// - Parameter isPretty: One member a line for people, instead of one line.
  /// - Returns: One JSON object, without a line break behind it.
  public func json(isPretty: Bool = false) -> String { String(decoding: jsonBytes(isPretty: isPretty), as: UTF8.self) }

  /// The same as bytes in UTF-8.
  ///
  /// - Parameter isPretty: One member a line for people, instead of one line.
  /// - Returns: One JSON object, without a line break behind it.
  public func jsonBytes(isPretty: Bool = false) -> [UInt8] {
    var writer = JSONWriter(isPretty ? .pretty : .compact, capacity: 512)
    writer.beginObject()
    writeMembers(to: &writer)
    writer.endObject()
    return writer.finish()
  }

  /// Writes the members of the open object.
  func writeMembers(to writer: inout JSONWriter) {
    writer.member(plain: "decision", outcome.rawValue)
    writer.optionalMember("class", denialClass?.rawValue)
    writer.list("reasons", reasons) { $0.write(to: &$1) }
    writer.list("missing", missing) { $0.write(to: &$1) }
    writer.key(plain: "classified")
    writer.beginObject()
    for (name, entry) in classified.count < 2 ? Array(classified) : classified.sorted(by: { $0.key < $1.key }) {
      writer.key(name)
      writer.beginObject()
      writer.member(plain: "value", entry.value)
      writer.optionalMember("row", entry.row)
      writer.endObject()
    }
    writer.endObject()
    writer.list("obligations", obligations) { $0.write(to: &$1) }
    writer.list("indeterminate", indeterminate) { $0.write(to: &$1) }
    if !observed.isEmpty { writer.list("observed", observed) { $0.write(to: &$1) } }
    writer.key(plain: "rule_set")
    writer.beginObject()
    writer.member(plain: "name", ruleSet.name)
    writer.member(plain: "version", ruleSet.version)
    writer.member(plain: "digest", ruleSet.digest)
    writer.endObject()
    writer.member(plain: "at", .timestamp(at))
  }
}

extension JSONWriter {
  /// Writes a member unless there is nothing to write.
  mutating func optionalMember(_ name: StaticString, _ value: Value?) {
    if let value { member(plain: name, value) }
  }

  /// The same of a text.
  mutating func optionalMember(_ name: StaticString, _ text: String?) {
    if let text { member(plain: name, text) }
  }

  /// Writes a member that is a list.
  mutating func list<Element>(
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
  func write(to writer: inout JSONWriter) {
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
