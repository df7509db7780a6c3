import BylawModel

extension GatedStore.Answer {
  /// The answer as JSON, a contract for programs: the members of the decision, then `returned`, `entry`, `proposal`,
  /// `denied_run` (the decision on the run that the last vote would have brought about) and `changes`, each only where
  /// there is one.
  /// - `isPretty`: One member a line for people, instead of one line.
  public func json(isPretty: Bool = false) -> String {
    var writer = JSONWriter(isPretty ? .pretty : .compact)
    writer.beginObject()
    decision.writeMembers(to: &writer)
    writer.optionalMember("returned", returned)
    writer.optionalMember("entry", entry.map { .int($0) })
    if let proposal {
      writer.key("proposal")
      proposal.write(to: &writer)
    }
    if let deniedRun {
      writer.key("denied_run")
      writer.beginObject()
      deniedRun.writeMembers(to: &writer)
      writer.endObject()
    }
    if !changes.isEmpty { writer.list("changes", changes) { $0.write(to: &$1) } }
    writer.endObject()
    return writer.text
  }

  /// The answer for people: the decision, then what was done, or would be.
  public func text(isColored: Bool = false) -> String {
    var lines: [String] = []
    if let proposal { lines.append("Proposal \(proposal.id.printableLine): \(proposal.status.rawValue)") }
    if let deniedRun {
      lines.append("The vote counts, but the run was denied:")
      lines += DecisionText(decision: deniedRun, isColored: isColored).denial.map { "  " + $0 }
    }
    if let returned, returned != .null { lines.append("Returned \(JSONWriter.write(returned))") }
    for change in changes {
      let fields = change.fields.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value.shown)" }
      lines.append(
        "\(change.isNew ? "New" : "Changed") \(change.record.description.printableLine): \(fields.joined(separator: ", "))"
      )
    }
    if let entry { lines.append("Audit entry \(entry)") }
    let done = lines.isEmpty ? "" : "\n" + lines.joined(separator: "\n") + "\n"
    return decision.text(isColored: isColored) + done
  }
}

extension GatedStore.Change {
  fileprivate func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("record", .string(record.description))
    writer.member("new", .bool(isNew))
    writer.member("fields", .object(fields))
    writer.endObject()
  }
}

extension Proposal {
  /// The proposal as JSON, a contract for programs.
  public func json(isPretty: Bool = false) -> String {
    var writer = JSONWriter(isPretty ? .pretty : .compact)
    write(to: &writer)
    return writer.text
  }

  /// The proposal for people, in a few lines.
  public var text: String {
    var lines = ["\(id)  \(status.rawValue)  \(action)" + (resource.map { " on \($0)" } ?? "")]
    lines.append("  asked by \(subject) at \(requestedAt)" + (due.map { ", until \($0)" } ?? ""))
    if !input.isEmpty { lines.append("  with \(JSONWriter.write(.object(input)))") }
    for vote in votes {
      let lapsed = vote.lapsed.map { "; lapsed: \($0)" } ?? ""
      lines.append("  \(vote.voter) \(vote.vote.rawValue) at \(vote.at)\(lapsed)")
    }
    for entry in missing {
      if let count = entry.approvals {
        lines.append("  missing: \(count) of \(entry.of ?? "somebody")")
      } else {
        lines.append("  missing: time" + (entry.until.map { ", until \($0)" } ?? ""))
      }
    }
    lines += reasons.map { "  \($0)" }
    if let original { lines.append("  repeats \(original)") }
    return lines.map(\.printableLine).joined(separator: "\n") + "\n"
  }

  func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("id", .string(id))
    writer.member("status", .string(status.rawValue))
    writer.member("action", .string(action))
    writer.member("subject", .string(subject.description))
    writer.optionalMember("resource", resource.map { .string($0.description) })
    writer.member("input", .object(input))
    writer.member("requested_at", .timestamp(requestedAt))
    writer.optionalMember("due", due.map { .timestamp($0) })
    writer.list("votes", votes) { vote, writer in
      writer.beginObject()
      writer.member("voter", .string(vote.voter.description))
      writer.member("vote", .string(vote.vote.rawValue))
      writer.member("at", .timestamp(vote.at))
      writer.optionalMember("lapsed", vote.lapsed.map { .string($0) })
      writer.endObject()
    }
    writer.list("missing", missing) { $0.write(to: &$1) }
    if !reasons.isEmpty { writer.member("reasons", .list(reasons.map { .string($0) })) }
    writer.optionalMember("original", original.map { .string($0) })
    writer.endObject()
  }
}

extension GatedStore.Found {
  /// What was found, as JSON: the members of the decision, then `records`, where there are more `cut`, and `found` with
  /// `false` where one record was asked for and there is none that may be seen.
  public func json(isPretty: Bool = false) -> String {
    var writer = JSONWriter(isPretty ? .pretty : .compact)
    writer.beginObject()
    decision.writeMembers(to: &writer)
    writer.list("records", records) { record, writer in
      writer.beginObject()
      writer.member("id", .string(record.reference.id))
      writer.member("type", .string(record.reference.type))
      writer.member("fields", .object(record.fields))
      writer.endObject()
    }
    if isCut { writer.member("cut", .bool(true)) }
    if isMissing { writer.member("found", .bool(false)) }
    writer.endObject()
    return writer.text
  }

  /// What was found, for people: the records, or why there are none.
  public func text(isColored: Bool = false) -> String {
    guard decision.outcome == .allow else { return decision.text(isColored: isColored) }
    var text = ""
    for record in records {
      text += "\(record.reference.description.printableLine)\n"
      for (name, value) in record.fields.sorted(by: { $0.key < $1.key }) { text += "  \(name): \(value.shown)\n" }
    }
    if records.isEmpty { text = "Nothing found.\n" }
    return isCut ? text + "There is more.\n" : text
  }
}

extension Value {
  /// A value as people read it: a text without quotes.
  fileprivate var shown: String {
    switch self {
    case .string(let text): text.printableLine
    case .reference(let reference): reference.description.printableLine
    case .timestamp(let time): time.description
    case .date(let date): date.description
    case .null: "-"
    default: JSONWriter.write(self).printableLine
    }
  }
}

extension GatedStore.Sweep {
  /// What was written down, as JSON.
  public var json: String {
    JSONWriter.write(
      .object([
        "moved": .list(moved.map { .string($0.description) }), "expired": .list(expired.map { .string($0) }),
        "completed": .list(completed.map { .string($0) }), "overdue": .list(overdue.map(\.value)),
      ]))
  }

  /// What was written down, for people.
  public var text: String {
    let lines =
      moved.map { "\($0.description.printableLine) moved on" } + expired.map { "\($0) expired" }
      + completed.map { "\($0) was carried out" }
      + overdue.map { "Follow-up \($0.number) is overdue: \($0.because ?? $0.rule)".printableLine }
    return lines.isEmpty ? "Nothing was due.\n" : lines.joined(separator: "\n") + "\n"
  }
}

extension GatedStore.Verification {
  /// The proof as JSON.
  public var json: String {
    JSONWriter.write(
      .object([
        "sound": .bool(findings.isEmpty), "entries": .int(entries), "records": .int(records),
        "proposals": .int(proposals), "findings": .list(findings.map { .string($0) }),
      ]))
  }

  /// The proof for people.
  public var text: String {
    let size =
      counted(entries, "entry", "entries") + ", " + counted(records, "record") + " and "
      + counted(proposals, "proposal")
    if findings.isEmpty { return "The store holds what its trail says: \(size).\n" }
    let more = isCutShort ? ["There is more."] : []
    return
      (["The store does not hold what its trail says (\(size)):"] + findings.map { "  \($0.printableLine)" } + more)
      .joined(separator: "\n") + "\n"
  }
}
