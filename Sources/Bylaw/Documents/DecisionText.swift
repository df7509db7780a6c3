public import BylawModel

extension Decision {
  /// The decision for people: the answer, why, what is missing and who can supply it, and what else happens.
  ///
  /// - Parameter isColored: Whether the answer is coloured, as on a terminal.
  public func text(isColored: Bool = false) -> String {
    DecisionText(decision: self, isColored: isColored).text
  }
}

/// Lays a decision out in lines; what belongs to an entry stands in columns below it.
struct DecisionText {
  let decision: Decision
  let isColored: Bool

  var text: String {
    var lines = [headline]
    lines += section("Why", reasons)
    lines += section("Missing", missing)
    lines += section("Classified", classified)
    lines += section("Along with it", obligations)
    lines += section("Could not be told", indeterminate)
    lines += ["", "by \(decision.ruleSet.name) \(decision.ruleSet.version), as of \(decision.at)"]
    return lines.joined(separator: "\n") + "\n"
  }

  private var headline: String {
    let word = decision.outcome.rawValue.uppercased()
    let shown = isColored ? "\u{1B}[1;\(color)m\(word)\u{1B}[0m" : word
    return shown + (decision.denialClass.map { "  \($0.rawValue)" } ?? "")
  }

  private var color: Int {
    switch decision.outcome {
    case .allow: 32
    case .pending: 33
    case .deny: 31
    }
  }

  // MARK: Sections

  private func section(_ title: String, _ body: [String]) -> [String] {
    guard !body.isEmpty else { return [] }
    return ["", isColored ? "\u{1B}[1m\(title)\u{1B}[0m" : title] + body.map { "  " + $0 }
  }

  private var reasons: [String] {
    let notes = decision.reasons.map { reason in
      [reason.rule, reason.clauses.joined(separator: ", "), reason.source]
    }
    return zip(decision.reasons, columns(notes)).flatMap { reason, note in
      let element = reason.element.map { " (element \($0 + 1))" } ?? ""
      return [Self.plain(reason.because) + element, "  " + note]
    }
  }

  private var missing: [String] {
    decision.missing.flatMap { entry -> [String] in
      guard let count = entry.approvals else {
        let until = entry.until.map { "a wait until \($0)" } ?? "a wait whose end cannot be told"
        return [until, "  " + entry.rule]
      }
      var sentence = count == 1 ? "1 approval" : "\(count) approvals"
      if let people = entry.of { sentence += " by \(Self.people(people))" }
      if !entry.excluding.isEmpty { sentence += ", but not by \(entry.excluding.joined(separator: ", "))" }
      if let by = entry.by { sentence += ", until \(by)" }
      if entry.reachable == false { sentence += "; not enough people can give it now" }
      return [Self.plain(sentence), "  " + entry.rule]
    }
  }

  /// `role:finance`, a permission such as `approve:ai-tasks`, or the author's expression, in words.
  private static func people(_ label: String) -> String {
    if label.hasPrefix("role:") { return "a " + label.dropFirst(5) }
    let isWord = label.allSatisfy { $0.isLetter || $0.isNumber || ":._-".contains($0) }
    return isWord && label.contains(":") ? "holders of \(label)" : label
  }

  private var classified: [String] {
    let entries = decision.classified.sorted { $0.key < $1.key }
    return columns(
      entries.map { name, entry in
        [name, Self.word(entry.value), entry.row.map(Self.plain) ?? ""]
      })
  }

  private var obligations: [String] {
    columns(
      decision.obligations.map { obligation in
        var detail = obligation.text.map(Self.plain) ?? ""
        if let by = obligation.by { detail += (detail.isEmpty ? "" : " ") + "(by \(by))" }
        if let once = obligation.once { detail += (detail.isEmpty ? "" : " ") + "(once a \(once))" }
        if let due = obligation.due { detail += (detail.isEmpty ? "" : " ") + "(due \(due))" }
        return [obligation.kind, Self.word(obligation.value), detail, obligation.rule]
      })
  }

  private var indeterminate: [String] {
    columns(decision.indeterminate.map { [$0.rule, $0.cause, $0.place] })
  }

  // MARK: Words

  /// Rows in columns as wide as their widest cell; a column that is empty in all rows is left out.
  private func columns(_ rows: [[String]]) -> [String] {
    var widths = Array(repeating: 0, count: rows.map(\.count).max() ?? 0)
    for row in rows {
      for (index, cell) in row.enumerated() { widths[index] = max(widths[index], cell.unicodeScalars.count) }
    }
    return rows.map { row in
      var line = ""
      for (index, cell) in row.enumerated() where widths[index] > 0 {
        line += cell + String(repeating: " ", count: widths[index] - cell.unicodeScalars.count + 2)
      }
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }

  /// A value as people read it; a text without quotes.
  private static func word(_ value: Value) -> String {
    switch value {
    case .string(let text): plain(text)
    case .null: "?"
    case .object(let members):
      members.sorted { $0.key < $1.key }.map { "\($0.key) \(word($0.value))" }.joined(separator: ", ")
    default: plain(JSONWriter.write(value))
    }
  }

  /// A text on one line: control characters, which could steer a terminal, become spaces.
  private static func plain(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      let isControl = scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
      result.unicodeScalars.append(isControl || scalar.value == 0x2028 || scalar.value == 0x2029 ? " " : scalar)
    }
    return result
  }
}
