import Bylaw
import BylawModel
import Testing

/// What a decision tells of effects before anything is carried out: moves of lifecycles, unique keys, bounds.
struct EffectTests {
  static let vocabulary = """
    enums: { Step: [open, work, done, gone] }
    entities:
      Task:
        fields:
          title: text(1..10)
          n: int(0..5) = 0
          step: Step = open
          note: string = ""
          tags: list(int, 1..2)?
          mail: email?
        unique:
          title: { of: [title], else: Title taken. }
          number: { of: [n], else: Number taken. }
        lifecycle:
          step: { start: [open], open: [work], work: [done, open], done: [done, gone] }

    """
  static let records: Records = {
    var records = DecisionTests.records
    for (id, title, number, step) in [("t1", "One", 1, "open"), ("t2", "Two", 2, "done"), ("t3", "Three", 3, "gone")] {
      records.insert(
        EntityReference(type: "Task", id: id),
        fields: ["title": .string(title), "n": .int(Int64(number)), "step": .string(step)])
    }
    return records
  }()

  static func decide(_ rules: String, on id: String?, input: [String: Value] = [:]) throws -> Decision {
    let point = try DecisionTests.point(vocabulary + rules, records: records)
    var request = DecisionTests.request("go", input: input)
    request.resource = id.map { .init(type: "Task", id: $0) }
    return point.decide(request, at: DecisionTests.now)
  }

  /// The class of the denial of an action with some effects; `nil` when it is allowed.
  static func denial(_ effects: String, on id: String?, step: String) throws -> DenialClass? {
    let rules = """
      actions:
        go:
          of: Task
          allow: [clerk]
          input: { step: Step, p: "patch(Task, [step, note])" }
          effects: \(effects)
      """
    let input: [String: Value] = ["step": .string(step), "p": .object(["step": .string(step)])]
    let decision = try decide(rules, on: id, input: input)
    #expect(decision.outcome == (decision.denialClass == nil ? .allow : .deny))
    return decision.denialClass
  }

  @Test(
    "A lifecycle holds for every way in which a state is written",
    arguments: [
      ("[{ update: resource, patch: input.p }]", "t1", "work", nil),
      ("[{ update: resource, patch: input.p }]", "t1", "open", nil),
      ("[{ update: resource, patch: input.p }]", "t1", "done", .invalidTransition),
      ("[{ update: resource, set: { step: input.step } }]", "t1", "open", nil),
      ("[{ update: resource, set: { step: input.step } }]", "t3", "open", .invalidTransition),
      ("[{ create: Task, set: { title: '\"New\"', n: 4, step: input.step } }]", "t1", "open", nil),
      ("[{ create: Task, set: { title: '\"New\"', n: 4, step: input.step } }]", "t1", "done", .invalidTransition),
      (
        "[{ put: Task, key: title, set: { title: '\"New\"', n: 4, step: input.step } }]", "t1", "done",
        .invalidTransition
      ),
      ("[{ put: Task, key: title, set: { title: '\"New\"', n: 4, step: input.step } }]", "t1", "open", nil),
      ("[{ put: Task, key: title, set: { title: '\"One\"', step: input.step } }]", "t1", "work", nil),
      ("[{ put: Task, key: title, set: { title: '\"One\"', step: input.step } }]", "t1", "open", nil),
      ("[{ put: Task, key: title, set: { title: '\"One\"', step: input.step } }]", "t1", "gone", .invalidTransition),
      ("[{ put: Task, key: title, set: { title: '\"Three\"', n: 3 } }]", "t1", "open", nil),
      ("[{ each: Task, where: it.n < 2, update: it, set: { step: work } }]", "t1", "open", nil),
      ("[{ each: Task, where: it.n < 3, update: it, set: { step: work } }]", "t1", "open", .invalidTransition),
    ] as [(String, String, String, DenialClass?)])
  func everyWrite(effects: String, id: String, step: String, denial: DenialClass?) throws {
    #expect(try Self.denial(effects, on: id, step: step) == denial)
  }

  @Test(
    "Several moves of one action are judged one after the other",
    arguments: [
      ("[{ update: resource, set: { step: work } }, { update: resource, set: { step: done } }]", "t1", nil),
      (
        "[{ update: resource, set: { step: done } }, { update: resource, set: { step: work } }]", "t1",
        .invalidTransition
      ),
      (
        "[{ update: resource, when: resource.n > 3, set: { step: work } }, { update: resource, set: { step: done } }]",
        "t1", .invalidTransition
      ),
      ("[{ update: resource, set: { step: work } }, { update: resource, patch: input.p }]", "t1", nil),
      (
        "[{ create: Task, as: made, set: { title: '\"New\"', n: 4 } }, { update: effects.made, set: { step: work } }]",
        "t1", nil
      ),
      (
        "[{ create: Task, as: made, set: { title: '\"New\"', n: 4 } }, { update: effects.made, set: { step: done } }]",
        "t1", .invalidTransition
      ),
    ] as [(String, String, DenialClass?)])
  func sequence(effects: String, id: String, denial: DenialClass?) throws {
    #expect(try Self.denial(effects, on: id, step: "done") == denial)
  }

  @Test("A record that stays in its state makes no move")
  func same() throws {
    #expect(
      try Self.denial("[{ update: resource, set: { step: gone } }]", on: "t3", step: "open") == nil)
    #expect(try Self.denial("[{ update: resource, set: { step: done } }]", on: "t2", step: "open") == nil)
  }

  @Test("The effects of an override and of a vote keep to the lifecycle too")
  func elsewhere() throws {
    let rules = """
      grants: { clerk: { permissions: [p] } }
      actions: { go: { of: Task, allow: [clerk] } }
      rules: { r: { forbid: go, because: No., overridable: true } }
      overrides:
        o: { for: go, bypasses: rules.r, permission: p, effects: [{ update: resource, set: { step: work } }] }
      approvals:
        a:
          for: go
          when: resource.n > 1
          places: [{ of: { role: boss } }]
          vote: { approve: { effects: [{ update: resource, set: { step: work } }] } }
      """
    let point = try DecisionTests.point(Self.vocabulary + rules, records: Self.records)
    var request = DecisionTests.request("go")
    request.override = .init(name: "o")
    for (id, denial) in [("t1", nil), ("t3", DenialClass.invalidTransition)] {
      request.resource = .init(type: "Task", id: id)
      #expect(point.decide(request, at: DecisionTests.now).denialClass == denial)
      var vote = DecisionTests.request("approve(go)", as: "bob")
      vote.resource = request.resource
      #expect(point.decide(vote, at: DecisionTests.now).denialClass == denial)
    }
  }

  @Test("A record that is put does not conflict with itself")
  func put() throws {
    let effects = "[{ put: Task, key: title, set: { title: '\"Three\"', n: 3 } }]"
    #expect(try Self.denial(effects, on: "t1", step: "open") == nil)
    let other = "[{ put: Task, key: title, set: { title: '\"Three\"', n: 2 } }]"
    #expect(try Self.denial(other, on: "t1", step: "open") == .conflict)
  }

  @Test(
    "What does not fit its field is not written",
    arguments: [
      ("title: input.text", "title", "is too long"), ("n: input.n", "n", "is too large"),
      ("n: \"input.n > 50 ? 9 : 1\"", "n", "is too large"),
      ("tags: \"input.list.filter(x, x > 9)\"", "tags", "too few"),
      ("mail: input.text", "mail", "is no e-mail address"), ("note: input.text", "", ""),
      ("title: input.short", "", ""),
      ("n: input.small", "", ""), ("tags: input.some", "", ""),
    ])
  func bounds(set: String, field: String, problem: String) throws {
    let rules = """
      actions:
        go:
          of: Task
          allow: [clerk]
          input:
            text: string
            short: text(2..8)
            n: int
            small: int(1..4)
            list: list(int)
            some: list(int, 1..2)
          effects: [{ update: resource, set: { \(set) } }]
      """
    let decision = try Self.decide(
      rules, on: "t1",
      input: [
        "text": .string("Longer than that"), "short": .string("Short"), "n": .int(99), "small": .int(4),
        "list": .list([.int(1)]), "some": .list([.int(1)]),
      ])
    #expect(decision.denialClass == (field.isEmpty ? nil : .invalidInput))
    let because = decision.reasons.first?.because ?? ""
    #expect(field.isEmpty ? because.isEmpty : because.hasPrefix("'\(field)'") && because.contains(problem))
  }

  @Test(
    "The references of an override are held to what they declare",
    arguments: [
      (["who": "bob"], nil), (["who": "zz"], .invalidInput), (["who": "gone"], .invalidInput),
      (["who": "bob", "me": "ann"], nil), (["who": "bob", "me": "bob"], .unauthorized),
    ] as [([String: String], DenialClass?)])
  func overrideInputs(input: [String: String], denial: DenialClass?) throws {
    let point = try DecisionTests.point(
      """
      grants: { clerk: { permissions: [p] } }
      actions: { go: { allow: [clerk] } }
      rules: { r: { forbid: go, because: No., overridable: true } }
      overrides:
        o: { for: go, bypasses: rules.r, permission: p, input: { who: User, me: "acting User?" } }
      """)
    var request = DecisionTests.request("go")
    request.override = .init(name: "o", input: input.mapValues { .string($0) })
    #expect(point.decide(request, at: DecisionTests.now).denialClass == denial)
  }
}
