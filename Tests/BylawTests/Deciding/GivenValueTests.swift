import Bylaw
import BylawModel
import Testing

/// What a request gives: facts, inputs, patches and ranges, held to what is declared.
struct GivenValueTests {
  private static let now = DecisionTests.now

  private static func decide(
    _ rules: String, input: [String: Value] = [:], facts: [String: Value] = [:]
  ) throws -> Decision {
    let point = try DecisionTests.point(rules)
    var request = DecisionTests.request("go", input: input)
    request.facts = facts
    return point.decide(request, at: now)
  }

  // MARK: Facts

  static let facts = """
    facts:
      open: { count: Order, where: it.state == "open" }
      some: { list: Order, where: it.amount > 0, order: it.amount, limit: 2 }
    actions:
      go:
        allow: [clerk]
        require:
          few: { that: facts.open < 3, else: "Too many: {facts.open}" }
          two: { that: size(facts.some) < 2, else: "There are {size(facts.some)}" }
    """

  @Test("A given count is not negative, a given list is cut at its limit, each of its kind")
  func givenFacts() throws {
    func reasons(_ facts: [String: Value]) throws -> [String] {
      try Self.decide(Self.facts, facts: facts).reasons.map(\.because)
    }
    let none = Value.list([])
    #expect(
      try reasons(["open": .int(-5), "some": none]) == ["'context.facts.open' is too small; expected at least 0."])
    #expect(
      try reasons(["open": .string("1"), "some": none]) == [
        "'context.facts.open' is a text that does not fit; expected a whole number."
      ])
    #expect(
      try reasons(["some": .list([.string("o1"), .int(1)])]) == [
        "'context.facts.some[1]' is a whole number; expected an id of type Order."
      ])
    let four = Value.list(["o1", "o1", "o2", "o1"].map { .string($0) })
    #expect(try reasons(["open": .int(0), "some": four]) == ["There are 2"])
    #expect(try reasons(["open": .int(0), "some": .list([.string("o1")])]).isEmpty)
    #expect(try reasons(["opn": .int(0)]) == ["There is no fact 'opn' (did you mean 'open'?)."])
  }

  // MARK: Places of errors

  @Test("What could not be told is named with a place of the rule that was judged")
  func placeOfErrors() throws {
    let rules = """
      actions:
        other:
          allow: [clerk]
          input: { n: int }
          require: { first: { that: 10 / input.n > 1, else: No. } }
        go:
          allow: [clerk]
          input: { n: int }
          require:
            second: { that: 10 / input.n > 1, else: No. }
            third: { that: 20 / input.n > 1, else: No. }
      """
    let decision = try Self.decide(rules, input: ["n": .int(0)])
    let places = decision.indeterminate.map { "\($0.rule) \($0.place)" }
    #expect(
      places == [
        "actions.go.require.second rules.yaml:10:7", "actions.go.require.third rules.yaml:11:22",
      ])
  }

  // MARK: Inputs

  static let shapes = """
    records: { Detail: { note: text(1..20), more: int? } }
    actions:
      go:
        allow: [clerk]
        input: { detail: Detail?, span: range(int)?, text: text(1..10)? }
    """

  @Test("Undeclared members of nested records are refused with the nearest name")
  func undeclaredMembers() throws {
    let ruleSet = try DecisionTests.point(Self.shapes).ruleSet
    let detail = Value.object(["note": .string("a"), "mor": .int(1)])
    let request = DecisionTests.request("go", input: ["detail": detail])
    let point = PolicyDecisionPoint(ruleSet, records: DecisionTests.records)
    #expect(
      point.decide(request, at: Self.now).reasons.map(\.because) == [
        "'input.detail.mor' is not known; expected note, more (did you mean 'more'?)."
      ])
  }

  @Test(
    "Misspelt names of a request are answered with the nearest name",
    arguments: [
      (["actoin": Value.object([:])], "'action'"), (["subject": .object(["tpye": .string("User")])], "'type'"),
      (["action": .object(["nme": .string("go")])], "'name'"),
    ])
  func misspelt(members: [String: Value], near: String) throws {
    var document: [String: Value] = [
      "subject": .object(["type": .string("User"), "id": .string("ann")]), "action": .object(["name": .string("go")]),
    ]
    document.merge(members) { _, new in new }
    let error = #expect(throws: RequestError.self) { try Request(document: .object(document)) }
    #expect(error?.problems.compactMap(\.hint).contains("did you mean \(near)?") == true)
  }

  @Test("An unknown action, input or property is answered with the nearest name")
  func nearestNames() throws {
    let point = try DecisionTests.point(Self.shapes)
    var request = DecisionTests.request("goo")
    #expect(
      point.decide(request, at: Self.now).reasons.map(\.because) == [
        "There is no action 'goo' (did you mean 'go'?)."
      ])
    request.action = "go"
    request.input = ["txt": .string("a")]
    request.subject.properties = ["activ": .bool(true)]
    let sentences = point.decide(request, at: Self.now).reasons.map(\.because)
    #expect(sentences.count == 2)
    #expect(sentences.contains { $0.contains("did you mean 'text'?") })
    #expect(sentences.contains { $0.contains("did you mean 'active'?") })
  }

  @Test(
    "A range has a bound, at most one of each side, and something within",
    arguments: [
      (["from": 5, "to": 3], "holds nothing"), (["above": 5, "under": 5], "holds nothing"),
      (["from": 5, "under": 5], "holds nothing"), (["from": 5, "above": 3], "has two lower bounds"),
      (["to": 5, "under": 3], "has two upper bounds"), ([:], "has no bound"), (["from": 5, "to": 5], ""),
      (["from": 3], ""), (["above": 3, "to": 4], ""),
    ] as [([String: Int64], String)])
  func ranges(bounds: [String: Int64], problem: String) throws {
    let decision = try Self.decide(Self.shapes, input: ["span": .object(bounds.mapValues { .int($0) })])
    #expect(decision.outcome == (problem.isEmpty ? .allow : .deny))
    if let reason = decision.reasons.first {
      #expect(decision.denialClass == .invalidInput)
      #expect(reason.because.hasPrefix("'input.span' \(problem); expected "))
    }
  }

  @Test(
    "A text that shows nothing is blank",
    arguments: ["", "  ", "\u{0}", "\u{200B}", "\u{FEFF}\u{2060}", "\u{AD}", "\u{3164}", "\u{202E}\t"])
  func blank(text: String) throws {
    let decision = try Self.decide(Self.shapes, input: ["text": .string(text)])
    #expect(decision.reasons.map(\.because) == ["'input.text' is blank; expected a text."])
  }

  @Test("A null property empties an optional field and never brings back a default")
  func nullProperties() throws {
    let point = try DecisionTests.point(
      """
      actions:
        go:
          of: Order
          allow: [clerk]
          require:
            there: { that: has(resource.note), else: No note. }
      rules:
        live: { forbid: everything, unless: subject.active, because: Inactive., class: unauthorized }
      """)
    var request = DecisionTests.request("go", on: "o1")
    request.resource?.properties = ["note": .null]
    #expect(point.decide(request, at: Self.now).reasons.map(\.because) == ["No note."])
    request.subject = .init(type: "User", id: "gone", properties: ["active": .null, "role": .string("clerk")])
    let decision = point.decide(request, at: Self.now)
    #expect(decision.denialClass == .invalidInput)
    #expect(decision.reasons.map(\.because) == ["'subject.properties.active' is null; expected true or false."])
  }

  // MARK: Patches

  static let patches = """
    actions:
      go:
        of: Order
        allow: [clerk]
        input: { p: "patch(Order, [amount, note])" }
        effects: [{ update: resource, patch: input.p }]
        require:
          told: { that: input.p.count() > 0, else: Nothing. }
          there: { that: has(after.note), else: "No note, {has(input.p.note)}." }
    """

  @Test("A patch empties an optional field by null, and no other")
  func patchedByNull() throws {
    let point = try DecisionTests.point(Self.patches)
    func reasons(_ patch: [String: Value]) -> [String] {
      var request = DecisionTests.request("go", on: "o1", input: ["p": .object(patch)])
      request.resource?.properties = ["note": .string("old")]
      return point.decide(request, at: Self.now).reasons.map(\.because)
    }
    #expect(reasons([:]) == ["Nothing."])
    #expect(reasons(["amount": .int(1)]).isEmpty)
    #expect(reasons(["note": .string("new")]).isEmpty)
    #expect(reasons(["note": .null]) == ["No note, false."])
    #expect(reasons(["amount": .null]) == ["'input.p.amount' is null; expected a whole number."])
  }
}
