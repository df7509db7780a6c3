import BylawModel

extension GatedStore.Notice {
  /// The notice as one line of JSON, a contract for programs: `number`, `at`, `entry`, and the members of its content.
  public var json: String {
    var members: [String: Value] = ["number": .int(number), "at": .timestamp(at)]
    if let entry { members["entry"] = .int(entry) }
    if case .object(let content) = content { members.merge(content) { kept, _ in kept } }
    return JSONWriter.write(.object(members))
  }

  /// The notice for people, in a line or two.
  public var text: String {
    guard case .object(let members) = content else { return "\(number)  \(at)\n" }
    func shown(_ name: String) -> String? {
      switch members[name] {
      case .string(let text): text
      case .null, nil: nil
      case let value?: JSONWriter.write(value)
      }
    }
    if let event = shown("event") {
      return "\(number)  \(at)  event \(event)".printableLine + (shown("with").map { "  \($0.printableLine)" } ?? "")
        + "\n"
    }
    var line = "\(number)  \(at)  to \(shown("to") ?? "nobody")"
    if case .list(let people) = members["people"] {
      let ids = people.map { if case .string(let id) = $0 { id } else { JSONWriter.write($0) } }
      line += " (\(ids.isEmpty ? "nobody" : ids.joined(separator: ", ")))"
    }
    if let by = shown("by") { line += " by \(by)" }
    return line.printableLine + "\n" + (shown("text").map { "      \($0.printableLine)\n" } ?? "")
  }
}

extension GatedStore.FollowUp {
  /// The follow-up as one line of JSON, a contract for programs.
  public var json: String {
    JSONWriter.write(value)
  }

  /// The follow-up for people, in a few lines.
  public var text: String {
    var lines = ["\(number)  \(status.rawValue)" + (due.map { "  until \($0)" } ?? "") + "  \(rule)"]
    if let because { lines.append("      \(because)") }
    if let action {
      let act = "after \(action)" + (resource.map { " on \($0)" } ?? "") + (subject.map { " by \($0)" } ?? "")
      lines.append("      \(act) at \(at)")
    }
    return lines.map(\.printableLine).joined(separator: "\n") + "\n"
  }

  var value: Value {
    var members: [String: Value] = [
      "number": .int(number), "at": .timestamp(at), "rule": .string(rule), "status": .string(status.rawValue),
      "told_by_records": .bool(isTold),
    ]
    if let entry { members["entry"] = .int(entry) }
    if let because { members["text"] = .string(because) }
    if let due { members["due"] = .timestamp(due) }
    if let action { members["action"] = .string(action) }
    if let subject { members["subject"] = .string(subject.description) }
    if let resource { members["resource"] = .string(resource.description) }
    return .object(members)
  }
}

extension GatedStore.Refusal {
  /// The refusal as one line of JSON, a contract for programs.
  public var json: String {
    var members: [String: Value] = [
      "number": .int(number), "at": .timestamp(at), "action": .string(action),
      "reasons": .list(
        reasons.map { .object(["rule": .string($0.rule), "because": .string($0.because)]) }),
    ]
    if let entry { members["entry"] = .int(entry) }
    if let subject { members["subject"] = .string(subject.description) }
    if let resource { members["resource"] = .string(resource.description) }
    if let denialClass { members["class"] = .string(denialClass.rawValue) }
    return JSONWriter.write(.object(members))
  }

  /// The refusal for people: number, time, who, what, and why.
  public var text: String {
    var parts = ["\(number)", "\(at)", subject?.description ?? "", action]
    if let resource { parts.append("on \(resource)") }
    if let denialClass { parts.append("(\(denialClass.rawValue))") }
    return parts.joined(separator: "  ").printableLine + "\n"
      + reasons.map { "      " + "\($0.because)  \($0.rule)".printableLine + "\n" }.joined()
  }
}
