import BylawModel

/// What a step of a scenario states about what came of it; what it leaves out is not compared.
struct StepExpectation: Sendable {
  /// Records are compared by these words beside their fields.
  static let absent = "none"
  /// The keys that a step has beside those of a decision test.
  static let keys = [
    "proposal", "proposals", "records", "counts", "returns", "sends", "follow_ups", "audit", "audit_hides", "entries",
    "log", "finds", "moved", "expired", "completed", "overdue",
  ]

  /// What is stated about the decision.
  var decision = Expectation()
  /// The members of the proposal that the step is about.
  var proposal: [String: Value]?
  /// The members of proposals that have names.
  var proposals: [String: [String: Value]] = [:]
  /// The fields of records afterwards; `nil` for a record that must not be there.
  var records: [String: [String: Value]?] = [:]
  /// How many records an entity has afterwards.
  var counts: [String: Value] = [:]
  var returns: Value?
  /// What must be among what goes out, in this order, or nothing at all when it is empty.
  var sends: [[String: Value]]?
  var followUps: [[String: Value]]?
  /// What must be among the entries of the trail that the step left.
  var audit: [[String: Value]]?
  /// Texts that stand nowhere in the entries that the step left.
  var hidden: [String]?
  /// How many entries of the trail the step left.
  var entries: Int?
  /// What must be among the refusals that the step left in the decision log.
  var log: [[String: Value]]?
  /// The ids that a read gives, with fields where they are stated.
  var finds: [String: [String: Value]]?
  /// What a sweep wrote down.
  var moved: [String]?
  var expired: [String]?
  var completed: [String]?
  /// The ids of follow-ups that a sweep found late.
  var overdue: [String]?
}

/// What a step left behind, in the form in which expectations are stated.
struct StepOutcome {
  var decision: Decision?
  var returned: Value?
  var proposal: [String: Value]?
  var sent: [[String: Value]] = []
  var followUps: [[String: Value]] = []
  var entries: [[String: Value]] = []
  var refusals: [[String: Value]] = []
  var found: [String: [String: Value]]?
  var sweep: GatedStore.Sweep?
}

extension StepExpectation {
  /// The statements that hold for the step itself and are not met; those about the store are compared apart.
  ///
  /// `fill` puts what names stand for into a stated value.
  func differences(from outcome: StepOutcome, fill: (Value) -> Value) -> [TestResult.Difference] {
    var found: [TestResult.Difference] = []
    if let decision = outcome.decision { found += filledDecision(fill).differences(from: decision) }
    if let proposal {
      compare("proposal", proposal, outcome.proposal ?? ["status": .string(Self.absent)], fill, &found)
    }
    if let returns {
      let (expected, actual) = (fill(returns), outcome.returned ?? .null)
      if !Expectation.matches(expected, actual) { note("returns", expected, actual, &found) }
    }
    for (what, stated, actual) in [
      ("sends", sends, outcome.sent), ("follow_ups", followUps, outcome.followUps), ("audit", audit, outcome.entries),
      ("log", log, outcome.refusals),
    ] {
      guard let stated else { continue }
      let filled = stated.map { $0.mapValues(fill) }
      if !Self.isWithin(filled, actual) {
        note(what, .list(filled.map { .object($0) }), .list(actual.map { .object($0) }), &found)
      }
    }
    if let entries, entries != outcome.entries.count {
      note("entries", .int(Int64(entries)), .int(Int64(outcome.entries.count)), &found)
    }
    if let hidden {
      let trail = JSONWriter.write(.list(outcome.entries.map { .object($0) }))
      let shown = hidden.map { Self.text(fill(.string($0))) }.filter { trail.contains($0) }
      if !shown.isEmpty { note("audit_hides", .list(hidden.map { .string($0) }), .string(trail), &found) }
    }
    if let finds, let actual = outcome.found { compareFound(finds, actual, fill, &found) }
    if let sweep = outcome.sweep {
      for (what, stated, actual) in [
        ("moved", moved, sweep.moved.map(\.id)), ("expired", expired, sweep.expired),
        ("completed", completed, sweep.completed), ("overdue", overdue, sweep.overdue.map(\.rule)),
      ] {
        guard let stated else { continue }
        let ids = stated.map { Self.id(fill(.string($0))) }
        if Set(ids) != Set(actual) {
          note(what, .list(ids.map { .string($0) }), .list(actual.map { .string($0) }), &found)
        }
      }
    }
    return found
  }

  /// Whether each stated entry is there, in the order in which they are stated; an empty list states that none is.
  private static func isWithin(_ stated: [[String: Value]], _ actual: [[String: Value]]) -> Bool {
    guard !stated.isEmpty else { return actual.isEmpty }
    var rest = stated[...]
    for entry in actual {
      if let next = rest.first, Expectation.matches(.object(next), .object(entry)) { rest = rest.dropFirst() }
    }
    return rest.isEmpty
  }

  /// Compares stated members one by one, so that only those that differ are told.
  func compare(
    _ what: String, _ stated: [String: Value], _ actual: [String: Value], _ fill: (Value) -> Value,
    _ found: inout [TestResult.Difference]
  ) {
    for (name, value) in stated.sorted(by: { $0.key < $1.key }) {
      let expected = fill(value)
      let other = actual[name] ?? .null
      if !Expectation.matches(expected, other) { note("\(what).\(name)", expected, other, &found) }
    }
  }

  private static func text(_ value: Value) -> String {
    if case .string(let text) = value { text } else { "" }
  }

  /// `TYPE/ID` and `ID` are the same id.
  static func id(_ value: Value) -> String {
    guard case .string(let text) = value else { return "" }
    return text.lastIndex(of: "/").map { String(text[text.index(after: $0)...]) } ?? text
  }

  private func filledDecision(_ fill: (Value) -> Value) -> Expectation {
    var filled = decision
    filled.classified = decision.classified.mapValues(fill)
    filled.because = decision.because?.map { text in
      if case .string(let filled) = fill(.string(text)) { filled } else { text }
    }
    filled.missing = decision.missing?.map { $0.mapValues(fill) }
    filled.obligations = decision.obligations?.map { $0.mapValues(fill) }
    return filled
  }

  private func compareFound(
    _ stated: [String: [String: Value]], _ actual: [String: [String: Value]], _ fill: (Value) -> Value,
    _ found: inout [TestResult.Difference]
  ) {
    var expected: [String: [String: Value]] = [:]
    for (name, fields) in stated { expected[Self.id(fill(.string(name)))] = fields }
    if Set(expected.keys) != Set(actual.keys) {
      note(
        "finds", .list(expected.keys.sorted().map { .string($0) }), .list(actual.keys.sorted().map { .string($0) }),
        &found)
    }
    for (id, fields) in expected.sorted(by: { $0.key < $1.key }) {
      if let shown = actual[id] { compare("finds.\(id)", fields, shown, fill, &found) }
    }
  }

  private func note(_ what: String, _ expected: Value, _ actual: Value, _ found: inout [TestResult.Difference]) {
    found.append(
      TestResult.Difference(
        what: what, expected: Expectation.text(expected), actual: Expectation.text(actual), expectedValue: expected,
        actualValue: actual))
  }
}
