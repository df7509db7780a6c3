public import BylawModel

extension Decision {
  /// The decision for people: the answer, why, what is missing and who can supply it, and what else happens.
  ///
  /// - Parameter isColored: Whether the answer is coloured, as on a terminal.
  /// - Returns: Lines that each end with a line break.
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
    lines += section("Why", Self.lines(of: decision.reasons))
    lines += section("Missing", missing)
    lines += section("Classified", classified)
    lines += section("Along with it", obligations)
    lines += section("Could not be told", indeterminate)
    lines += section("Observed, without effect", Self.lines(of: decision.observed))
    lines += [
      "", "by \(Self.plain(decision.ruleSet.name)) \(Self.plain(decision.ruleSet.version)), as of \(decision.at)",
    ]
    return lines.joined(separator: "\n") + "\n"
  }

  /// The answer and its reasons alone, a line each.
  var denial: [String] { [headline] + Self.lines(of: decision.reasons).map { "  " + Self.plain($0) } }

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
    return ["", isColored ? "\u{1B}[1m\(title)\u{1B}[0m" : title] + body.map { "  " + Self.plain($0) }
  }

  private static func lines(of reasons: [Decision.Reason]) -> [String] {
    let notes = reasons.map { [$0.rule, $0.source, $0.clauses.joined(separator: ", ")] }
    return zip(reasons, columns(notes)).flatMap { reason, note in
      let element = reason.element.map { " (element \($0 + 1))" } ?? ""
      return [reason.because + element, "  " + note]
    }
  }

  private var missing: [String] {
    decision.missing.flatMap { entry -> [String] in
      guard let count = entry.approvals else {
        let until = entry.until.map { "a wait until \($0)" } ?? "a wait whose end cannot be told"
        return [until, "  " + entry.rule]
      }
      var sentence = counted(count, "approval")
      if let people = entry.of { sentence += " by \(Self.people(people, count))" }
      if !entry.excluding.isEmpty { sentence += ", but not by \(entry.excluding.joined(separator: ", "))" }
      if let by = entry.by { sentence += ", until \(by)" }
      if entry.reachable == false { sentence += "; not enough people can give it now" }
      return [sentence, "  " + entry.rule]
    }
  }

  /// `role:finance`, a permission such as `approve:ai-tasks`, `people:` or `where:` and the author's expression, or
  /// the author's title of the place, in words.
  private static func people(_ label: String, _ count: Int) -> String {
    let who = count == 1 ? "somebody" : "people"
    if label.hasPrefix("role:") { return "\(who) with the role \(label.dropFirst(5))" }
    if label.hasPrefix("people:") {
      return count == 1 ? "one of \(label.dropFirst(7))" : "\(count) of \(label.dropFirst(7))"
    }
    if label.hasPrefix("where:") { return "\(who) for whom \(label.dropFirst(6)) holds" }
    let isPermission = label.contains(":") && !label.contains { $0.isWhitespace }
    return isPermission ? "\(who) with the permission \(label)" : label
  }

  private var classified: [String] {
    let entries = decision.classified.sorted { $0.key < $1.key }
    return Self.columns(
      entries.map { name, entry in
        [name, Self.word(entry.value), entry.row ?? ""]
      })
  }

  private var obligations: [String] {
    decision.obligations.flatMap { obligation in
      var sentence = obligation.kind + " " + Self.word(obligation.value)
      if let text = obligation.text { sentence += ": " + text }
      var notes: [String] = []
      if let by = obligation.by { notes.append("by \(by)") }
      if let once = obligation.once { notes.append("once a \(once)") }
      if let flag = obligation.flag { notes.append("marked \(flag)") }
      if let keep = obligation.keep { notes.append("kept \(keep)") }
      if let due = obligation.due { notes.append("due \(due)") }
      if !notes.isEmpty { sentence += " (\(notes.joined(separator: ", ")))" }
      return [sentence, "  " + obligation.rule]
    }
  }

  private var indeterminate: [String] {
    Self.columns(decision.indeterminate.map { [$0.rule, $0.cause, $0.place] })
  }

  // MARK: Words

  /// Rows in columns as wide as their widest cell; a column that is empty in all rows is left out.
  private static func columns(_ rows: [[String]]) -> [String] {
    let rows = rows.map { $0.map(plain) }
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
    case .string(let text): text
    case .null: "?"
    case .duration(let span): words(span)
    case .timestamp(let time): time.description
    case .date(let date): date.description
    case .reference(let reference): reference.description
    case .list(let elements): elements.map { word($0) }.joined(separator: ", ")
    case .object(let members): range(members) ?? words(members)
    case .bool, .int, .decimal, .double: JSONWriter.write(value)
    }
  }

  private static func words(_ members: [String: Value]) -> String {
    members.sorted { $0.key < $1.key }.map { "\($0.key) \(word($0.value))" }.joined(separator: ", ")
  }

  /// `15 min to 30 min` for an object that is a range with both ends.
  private static func range(_ members: [String: Value]) -> String? {
    guard members.count == 2, let from = members["from"] else { return nil }
    if let to = members["to"] { return "\(word(from)) to \(word(to))" }
    return members["under"].map { "\(word(from)) to under \(word($0))" }
  }

  /// A length of time in the largest unit that gives a whole number: `15 min`, `2 days`.
  private static func words(_ span: TimeSpan) -> String {
    guard span.nanoseconds == 0, span.seconds != 0 else { return span.description }
    let units: [(size: Int64, name: String)] = [(86_400, "days"), (3_600, "h"), (60, "min"), (1, "s")]
    let unit = units.first { span.seconds % $0.size == 0 } ?? (1, "s")
    let count = span.seconds / unit.size
    return "\(count) \(abs(count) == 1 && unit.size == 86_400 ? "day" : unit.name)"
  }

  /// A text on one line: a line break of a sentence becomes a space, what could steer a terminal an escape.
  static func plain(_ text: String) -> String {
    String(text.map { $0 == "\n" ? " " : $0 }).printableLine
  }
}
