import BylawModel

/// What a test states about a decision; what it leaves out is not compared.
struct Expectation: Sendable {
  var outcome: Decision.Outcome?
  var denialClass: DenialClass?
  /// Exactly the rules of the reasons.
  var rules: [String]?
  /// Sentences that must be among the reasons.
  var because: [String]?
  /// By the name of the classification.
  var classified: [String: Value] = [:]
  /// Exactly what is missing, each by the members that the test states.
  var missing: [[String: Value]]?
  /// What must be among the obligations; an empty list states that there are none.
  var obligations: [[String: Value]]?
  /// Exactly what could not be evaluated.
  var indeterminate: [[String: Value]]?

  /// Whether nothing is stated.
  var isEmpty: Bool {
    outcome == nil && denialClass == nil && rules == nil && because == nil && classified.isEmpty && missing == nil
      && obligations == nil && indeterminate == nil
  }

  /// Whether a decision is as stated: the answer of `differences(from:)` without its texts.
  func isMet(by decision: Decision) -> Bool {
    if let outcome, outcome != decision.outcome { return false }
    if let denialClass, denialClass != decision.denialClass { return false }
    return differences(from: decision).isEmpty
  }

  /// The statements that a decision does not meet.
  func differences(from decision: Decision) -> [TestResult.Difference] {
    var found: [TestResult.Difference] = []
    func note(_ what: String, _ expected: Value, _ actual: Value, _ texts: (String, String)? = nil) {
      let (left, right) = texts ?? (Self.text(expected), Self.text(actual))
      found.append(
        TestResult.Difference(
          what: what, expected: left, actual: right, expectedValue: expected, actualValue: actual))
    }
    if let outcome, outcome != decision.outcome {
      note("decision", .string(outcome.rawValue), .string(decision.outcome.rawValue))
    }
    if let denialClass, denialClass != decision.denialClass {
      note("class", .string(denialClass.rawValue), decision.denialClass.map { .string($0.rawValue) } ?? .null)
    }
    if let rules {
      let (expected, actual) = (Set(rules), Set(decision.reasons.map(\.rule)))
      if expected != actual {
        note("rules", Self.list(expected), Self.list(actual), (Self.names(expected), Self.names(actual)))
      }
    }
    if let because {
      let told = Set(decision.reasons.map(\.because))
      let untold = Set(because).subtracting(told)
      if !untold.isEmpty { note("because", Self.list(untold), Self.list(told)) }
    }
    for (name, value) in classified.sorted(by: { $0.key < $1.key }) {
      guard let actual = decision.classified[name] else {
        note("classified.\(name)", value, .null, (Self.text(value), "no such classification"))
        continue
      }
      if !Self.matches(value, actual.value) { note("classified.\(name)", value, actual.value) }
    }
    func compare(_ what: String, _ expected: [[String: Value]]?, _ actual: [[String: Value]], exactly: Bool) {
      guard let expected, !Self.pairs(expected, actual, exactly: exactly) else { return }
      note(what, .list(expected.map { .object($0) }), .list(actual.map { .object($0) }))
    }
    compare("missing", missing, decision.missing.map(Self.members), exactly: true)
    compare(
      "obligations", obligations, decision.obligations.map(Self.members), exactly: obligations?.isEmpty ?? false)
    compare("indeterminate", indeterminate, decision.indeterminate.map(Self.members), exactly: true)
    return found
  }

  // MARK: Members

  /// The names under which a test states the members of an obligation beside its kind.
  static let obligationMembers = ["rule", "text", "by", "once", "due"]
  /// The names under which a test states what is missing.
  static let missingMembers = ["approvals", "of", "excluding", "reachable", "by", "until", "rule"]
  /// The names under which a test states what could not be evaluated.
  static let indeterminateMembers = ["rule", "cause", "place"]

  static func members(_ missing: Decision.Missing) -> [String: Value] {
    var members: [String: Value] = ["rule": .string(missing.rule)]
    members["approvals"] = missing.approvals.map { .int(Int64($0)) }
    members["of"] = missing.of.map { .string($0) }
    if missing.approvals != nil { members["excluding"] = .list(missing.excluding.map { .string($0) }) }
    members["reachable"] = missing.reachable.map { .bool($0) }
    members["by"] = missing.by.map { .timestamp($0) }
    members["until"] = missing.until.map { .timestamp($0) }
    return members
  }

  static func members(_ obligation: Decision.Obligation) -> [String: Value] {
    var members: [String: Value] = [obligation.kind: obligation.value, "rule": .string(obligation.rule)]
    members["text"] = obligation.text.map { .string($0) }
    members["by"] = obligation.by.map { .string($0) }
    members["once"] = obligation.once.map { .string($0) }
    members["due"] = obligation.due.map { .timestamp($0) }
    return members
  }

  static func members(_ entry: Decision.Indeterminate) -> [String: Value] {
    ["rule": .string(entry.rule), "cause": .string(entry.cause), "place": .string(entry.place)]
  }

  // MARK: Comparing

  /// Whether each expected entry has an actual one of its own; `exactly` leaves no other.
  private static func pairs(_ expected: [[String: Value]], _ actual: [[String: Value]], exactly: Bool) -> Bool {
    guard expected.count <= actual.count, !exactly || expected.count == actual.count else { return false }
    var taken = [Int?](repeating: nil, count: actual.count)
    func place(_ index: Int, _ tried: inout Set<Int>) -> Bool {
      for candidate in actual.indices where matches(expected[index], actual[candidate]) {
        guard tried.insert(candidate).inserted else { continue }
        if let holder = taken[candidate], !place(holder, &tried) { continue }
        taken[candidate] = index
        return true
      }
      return false
    }
    return expected.indices.allSatisfy { index in
      var tried: Set<Int> = []
      return place(index, &tried)
    }
  }

  private static func matches(_ expected: [String: Value], _ actual: [String: Value]) -> Bool {
    expected.allSatisfy { name, value in
      actual[name].map { matches(value, $0) } ?? (value == .null)
    }
  }

  /// Whether a value as a test writes it says the same as a value of a decision.
  static func matches(_ expected: Value, _ actual: Value) -> Bool {
    switch (expected, actual) {
    case (.object(let left), .object(let right)): return matches(left, right)
    case (.list(let left), .list(let right)):
      return left.count == right.count && zip(left, right).allSatisfy { matches($0, $1) }
    case (.string(let text), .timestamp(let time)): return Timestamp(text) == time
    case (.string(let text), .duration(let span)): return (parseDuration(text) ?? TimeSpan(text)) == span
    case (.string(let text), .date(let date)): return CalendarDate(text) == date
    case (.string(let text), .reference(let reference)): return text == reference.id || text == reference.description
    case (.string(let text), .object(let range)): return rangeText(range, like: text)
    case (.int, .decimal), (.decimal, .int), (.decimal, .decimal), (.int, .double), (.decimal, .double):
      return number(expected) == number(actual)
    default: return expected == actual
    }
  }

  /// Numbers by their digits, without zeros at the end.
  private static func number(_ value: Value) -> Value {
    switch value {
    case .decimal(let decimal):
      var (units, scale) = (decimal.units, decimal.scale)
      while scale > 0, units % 10 == 0 { (units, scale) = (units / 10, scale - 1) }
      return scale == 0 ? .int(units) : .decimal(FixedPoint(units: units, scale: scale))
    case .double(let double):
      return Int64(exactly: double).map { .int($0) } ?? value
    default: return value
    }
  }

  /// Whether a text such as `15 min to 30 min` or `15 min to under 30 min` says what a range says.
  private static func rangeText(_ range: [String: Value], like text: String) -> Bool {
    let low = range["from"] ?? range["above"]
    let words = text.split(separator: " ").map(String.init)
    guard let split = words.firstIndex(of: "to"), let low else { return false }
    let isUnder = words.indices.contains(split + 1) && words[split + 1] == "under"
    let high = isUnder ? range["under"] : range["to"]
    guard let high else { return false }
    let left = words[..<split].joined(separator: " ")
    let right = words[(split + (isUnder ? 2 : 1))...].joined(separator: " ")
    return matches(.string(left), low) && matches(.string(right), high)
  }

  // MARK: Texts

  private static func names(_ rules: Set<String>) -> String {
    rules.isEmpty ? "none" : rules.sorted().joined(separator: ", ")
  }

  private static func list(_ rules: Set<String>) -> Value { .list(rules.sorted().map { .string($0) }) }

  static func text(_ value: Value) -> String {
    switch value {
    case .string(let text): text
    case .null: "none"
    case .list(let elements) where elements.isEmpty: "none"
    default: JSONWriter.write(value)
    }
  }
}
