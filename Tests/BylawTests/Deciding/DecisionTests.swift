import Bylaw
import BylawModel
import Testing

/// How a decision comes about, stage by stage.
struct DecisionTests {
  static let manifest = "bylaw: 1\nname: t\nversion: 1.0.0\nsubject: [User, System]\nrole: subject.role\n"
  static let vocabulary = """
    enums:
      Role: [clerk, boss, auditor]
      State: [draft, open, late, closed]
      Level: { least_to_worst: [low, high] }
    entities:
      User:
        live: it.active
        fields:
          role: Role
          active: bool = true
          manager: User?
      Order:
        fields:
          owner: User
          amount: int
          state: State
          note: text(1..20)?
          opened_at: timestamp?
        lifecycle:
          state:
            start: [draft]
            draft: [open]
            open: [closed]
            timed:
              - { from: open, to: late, after: 2 h, since: opened_at }

    """
  static let now = Timestamp(seconds: 1_760_000_000)

  static func point(_ rules: String, records: Records? = DecisionTests.records) throws -> PolicyDecisionPoint {
    let ruleSet = try RuleSet(files: [
      (path: "bylaw.yaml", text: manifest), (path: "vocabulary.yaml", text: vocabulary),
      (path: "rules.yaml", text: rules),
    ])
    return PolicyDecisionPoint(ruleSet, records: records)
  }

  static let records: Records = {
    var records = Records()
    func add(_ type: String, _ id: String, _ fields: [String: Value]) {
      records.insert(EntityReference(type: type, id: id), fields: fields)
    }
    add("User", "ann", ["role": .string("clerk"), "manager": .string("bob")])
    add("User", "bob", ["role": .string("boss")])
    add("User", "bea", ["role": .string("boss")])
    add("User", "cy", ["role": .string("auditor")])
    add("User", "gone", ["role": .string("boss"), "active": .bool(false)])
    add(
      "Order", "o1",
      [
        "owner": .string("ann"), "amount": .int(5), "state": .string("open"),
        "opened_at": .string("2025-10-09T08:00:00Z"),
      ])
    add("Order", "o2", ["owner": .string("bob"), "amount": .int(50), "state": .string("draft")])
    return records
  }()

  static func request(
    _ action: String, as subject: String = "ann", on resource: String? = nil, input: [String: Value] = [:],
    approvals: [(String, Request.Approval.Vote)] = []
  ) -> Request {
    Request(
      subject: .init(type: "User", id: subject), action: action, input: input,
      resource: resource.map { .init(type: "Order", id: $0) },
      approvals: approvals.map { .init(approver: .init(type: "User", id: $0.0), vote: $0.1) })
  }

  // MARK: Errors are judged by place

  @Test(
    "A failed evaluation never permits, wherever it happens",
    arguments: [
      ("    allow: [{ role: clerk, when: 10 / input.n > 1 }]", "actions.go.allow"),
      ("    allow: [clerk]\n    require:\n      r: { that: 10 / input.n > 1, else: No. }", "actions.go.require.r"),
      (
        "    allow: [clerk]\n    require:\n      r: { when: 10 / input.n > 1, that: \"false\", else: No. }",
        "actions.go.require.r"
      ),
      ("    allow: [clerk]\nrules:\n  f: { forbid: go, when: 10 / input.n > 1, because: No. }", "rules.f"),
      ("    allow: [clerk]\nrules:\n  f: { forbid: go, unless: 10 / input.n > 1, because: No. }", "rules.f"),
      (
        "    allow: [clerk]\n    effects:\n      - emit: done\n        with: { share: 10 / input.n }",
        "actions.go.effects"
      ),
    ])
  func failClosed(body: String, rule: String) throws {
    let point = try Self.point("actions:\n  go:\n    input: { n: int }\n" + body)
    let denied = point.decide(Self.request("go", input: ["n": .int(0)]), at: Self.now)
    #expect(denied.outcome == .deny)
    #expect(denied.reasons.map(\.rule) == [rule])
    #expect(denied.indeterminate.map(\.cause).contains("division by zero"))
  }

  @Test("An approval whose trigger cannot be told is asked for")
  func failedTrigger() throws {
    let point = try Self.point(
      """
      actions: { go: { allow: [clerk], input: { n: int } } }
      approvals:
        a: { for: go, when: 10 / input.n > 1, places: [{ of: { role: boss } }] }
      """)
    #expect(point.decide(Self.request("go", input: ["n": .int(0)]), at: Self.now).outcome == .pending)
    #expect(point.decide(Self.request("go", input: ["n": .int(10)]), at: Self.now).outcome == .allow)
  }

  @Test("A fact that is not optional cannot be given as null")
  func nullFact() throws {
    let point = try Self.point(
      """
      facts: { busy: { exists: Order, where: it.amount > 10 } }
      actions: { go: { allow: [clerk], require: { r: { that: not facts.busy, else: Busy. } } } }
      """, records: nil)
    var request = Self.request("go")
    request.subject.properties = ["role": .string("clerk")]
    #expect(point.decide(request, at: Self.now).reasons.map(\.rule) == ["actions.go.require.r"])
    request.facts = ["busy": .null]
    #expect(point.decide(request, at: Self.now).reasons.map(\.rule) == ["context.facts.busy"])
    request.facts = ["busy": .bool(false)]
    #expect(point.decide(request, at: Self.now).outcome == .allow)
  }

  @Test(
    "A record that is there outweighs one that cannot be judged, in any order", arguments: [["a", "b"], ["b", "a"]])
  func existsAbsorbs(ids: [String]) throws {
    var records = Self.records
    for id in ids {
      let divisor: Int64 = id == "a" ? 0 : 1
      records.insert(
        EntityReference(type: "Order", id: id),
        fields: ["owner": .string("ann"), "amount": .int(divisor), "state": .string("draft")])
    }
    let point = try Self.point(
      """
      facts: { some: { exists: Order, where: it.owner.id == "ann" && it.state == "draft" && 10 / it.amount > 1 } }
      actions: { go: { allow: [clerk], require: { r: { that: facts.some, else: None. } } } }
      """, records: records)
    #expect(point.decide(Self.request("go"), at: Self.now).outcome == .allow)
  }

  @Test("A position far out of a text is an error, not a crash")
  func farPosition() throws {
    let point = try Self.point(
      "actions: { go: { allow: [clerk], input: { n: int }, require: { r: { that: '\"abc\".charAt(input.n) == \"a\"', else: No. } } } }"
    )
    for position in [Int64.max, .min, 4, -1] {
      #expect(point.decide(Self.request("go", input: ["n": .int(position)]), at: Self.now).outcome == .deny)
    }
    #expect(point.decide(Self.request("go", input: ["n": .int(0)]), at: Self.now).outcome == .allow)
  }

  // MARK: Stages

  @Test("Only the first stage that refuses speaks")
  func stages() throws {
    let point = try Self.point(
      """
      actions:
        go:
          of: Order
          allow: [boss]
          input: { to: User }
          require:
            small: { that: resource.amount < 10, else: Too large. }
      """)
    func rules(_ subject: String, _ to: String, _ order: String, extra: [String: Value] = [:]) -> [String] {
      var input: [String: Value] = ["to": .string(to)]
      input.merge(extra) { _, new in new }
      return point.decide(Self.request("go", as: subject, on: order, input: input), at: Self.now).reasons.map(\.rule)
    }
    #expect(rules("ann", "nobody", "o2", extra: ["x": .int(1)]) == ["actions.go.input.x"])
    #expect(rules("ann", "nobody", "o2") == ["actions.go.allow"])
    #expect(rules("bob", "nobody", "o2") == ["references.to"])
    #expect(rules("bob", "gone", "o2") == ["references.to"])
    #expect(rules("bob", "ann", "o2") == ["actions.go.require.small"])
    #expect(rules("bob", "ann", "o1") == [])
    #expect(rules("bob", "ann", "none") == ["resource"])
  }

  @Test("A subject without authority cannot tell an absent record from a foreign one")
  func absentLikeForeign() throws {
    let point = try Self.point(
      "actions: { go: { of: Order, allow: [{ role: clerk, when: resource.owner == subject }] } }")
    let foreign = point.decide(Self.request("go", on: "o2"), at: Self.now)
    let absent = point.decide(Self.request("go", on: "none"), at: Self.now)
    #expect(foreign.reasons == absent.reasons)
    #expect(foreign.denialClass == absent.denialClass)
    #expect(foreign.outcome == .deny)
  }

  @Test("An unknown action, a missing resource and a wrong subject are invalid requests")
  func invalidRequests() throws {
    let point = try Self.point("actions: { go: { of: Order, allow: [clerk] } }")
    #expect(point.decide(Self.request("fly"), at: Self.now).denialClass == .invalidRequest)
    #expect(point.decide(Self.request("go"), at: Self.now).denialClass == .invalidRequest)
    var stranger = Self.request("go", on: "o1")
    stranger.subject.type = "Robot"
    #expect(point.decide(stranger, at: Self.now).denialClass == .invalidRequest)
  }

  @Test("What a rule reads must be given, what none reads need not be")
  func neededAttributes() throws {
    let point = try Self.point(
      "actions: { go: { of: Order, allow: [clerk], require: { r: { that: resource.amount > 1, else: No. } } } }",
      records: nil)
    var request = Self.request("go", on: "o1")
    request.subject.properties = ["role": .string("clerk")]
    #expect(point.decide(request, at: Self.now).reasons.map(\.rule) == ["resource"])
    request.resource?.properties = ["amount": .int(2)]
    #expect(point.decide(request, at: Self.now).outcome == .allow)
  }

  // MARK: Lifecycles

  @Test("A move that the lifecycle lacks is refused by the names of both states; timed moves happen by themselves")
  func lifecycle() throws {
    let point = try Self.point(
      "actions: { close: { of: Order, allow: [clerk], effects: [{ update: resource, set: { state: closed } }] } }")
    let refused = point.decide(Self.request("close", on: "o2"), at: Self.now)
    #expect(refused.denialClass == .invalidTransition)
    #expect(refused.reasons.map(\.because) == ["Order does not go from draft to closed."])
    let opened = try #require(Timestamp("2025-10-09T08:00:00Z"))
    let intime = Timestamp(seconds: opened.seconds + 7_199)
    let late = Timestamp(seconds: opened.seconds + 7_200)
    #expect(point.decide(Self.request("close", on: "o1"), at: intime).outcome == .allow)
    #expect(
      point.decide(Self.request("close", on: "o1"), at: late).reasons.map(\.because) == [
        "Order does not go from late to closed."
      ])
  }

  // MARK: Approvals

  static let twoPlaces = """
    actions: { go: { allow: [clerk, boss] } }
    approvals:
      a:
        for: go
        places:
          - { of: { people: subject.manager } }
          - { of: { role: boss } }
    """

  @Test(
    "One person fills one place, and the order of votes never matters",
    arguments: [
      (["bob", "bea"], Decision.Outcome.allow), (["bea", "bob"], .allow), (["bob"], .pending), (["bea"], .pending),
      (["bob", "bob"], .pending), (["bob", "cy"], .pending), (["bob", "gone"], .pending), (["ann", "bob"], .pending),
    ])
  func matching(approvers: [String], expected: Decision.Outcome) throws {
    let point = try Self.point(Self.twoPlaces)
    let decision = point.decide(Self.request("go", approvals: approvers.map { ($0, .approve) }), at: Self.now)
    #expect(decision.outcome == expected)
  }

  @Test("What is missing says how many, of whom, without whom, and whether they can be found")
  func missing() throws {
    let point = try Self.point(Self.twoPlaces)
    let missing = point.decide(Self.request("go", approvals: [("bob", .approve)]), at: Self.now).missing
    #expect(missing.count == 1)
    #expect(missing.first?.approvals == 1)
    #expect(missing.first?.excluding == ["ann"])
    #expect(missing.first?.reachable == true)
    // Bob has no manager, so nobody fills the first place.
    let unreachable = point.decide(Self.request("go", as: "bob"), at: Self.now).missing
    #expect(unreachable.first?.reachable == false)
  }

  @Test("Which places are still open does not depend on the order of the votes")
  func missingInAnyOrder() throws {
    let point = try Self.point(
      """
      actions: { go: { allow: [clerk] } }
      approvals:
        a:
          for: go
          places:
            - { of: { role: boss } }
            - { of: { role: auditor } }
            - of:
                where: approver.role in ["boss", "auditor"]
      """)
    func missing(_ approvers: [String]) -> [Decision.Missing] {
      point.decide(Self.request("go", approvals: approvers.map { ($0, .approve) }), at: Self.now).missing
    }
    #expect(missing(["bob", "bea"]) == missing(["bea", "bob"]))
    #expect(missing(["bob", "bea"]).map(\.of) == ["role:auditor"])
    #expect(missing(["cy", "bob"]) == missing(["bob", "cy"]))
  }

  @Test("Any rejection by somebody who may vote ends it; by anybody else it is nothing")
  func rejection() throws {
    let point = try Self.point(Self.twoPlaces)
    let votes: [(String, Request.Approval.Vote)] = [("bob", .approve), ("bea", .reject)]
    #expect(point.decide(Self.request("go", approvals: votes), at: Self.now).denialClass == .approvalRejected)
    #expect(point.decide(Self.request("go", approvals: [("cy", .reject)]), at: Self.now).outcome == .pending)
  }

  @Test(
    "At the end of the clock it is late; votes before it count",
    arguments: [
      (Int64(3_599), Int64(3_599), Decision.Outcome.allow), (3_599, 9_000, .allow), (3_600, 3_600, .deny),
      (3_600, 9_000, .deny),
    ])
  func clock(voteAfter: Int64, nowAfter: Int64, expected: Decision.Outcome) throws {
    let point = try Self.point(
      """
      actions: { go: { allow: [clerk] } }
      approvals:
        a: { for: go, places: [{ of: { role: boss } }], clock: { from: requested_at, within: 1 h, late: expire } }
      """)
    var request = Self.request("go", approvals: [("bob", .approve)])
    request.requestedAt = Self.now
    request.approvals[0].at = Timestamp(seconds: Self.now.seconds + voteAfter)
    let decision = point.decide(request, at: Timestamp(seconds: Self.now.seconds + nowAfter))
    #expect(decision.outcome == expected)
    if expected == .deny { #expect(decision.denialClass == .approvalExpired) }
  }

  @Test("A vote on other values of a bound field does not count")
  func binding() throws {
    let point = try Self.point(
      """
      actions: { go: { of: Order, allow: [clerk] } }
      approvals:
        a: { for: go, places: [{ of: { role: boss } }], binds: [amount] }
      """)
    var request = Self.request("go", on: "o1", approvals: [("bob", .approve)])
    request.approvals[0].bound = ["amount": .int(4)]
    #expect(point.decide(request, at: Self.now).outcome == .pending)
    request.approvals[0].bound = ["amount": .int(5)]
    #expect(point.decide(request, at: Self.now).outcome == .allow)
  }

  // MARK: Periods

  @Test("Rules in force, under observation, and suspended by an exception")
  func periods() throws {
    let point = try Self.point(
      """
      actions: { go: { allow: [clerk] }, look: { allow: [clerk] }, see: { allow: [clerk] } }
      rules:
        later: { forbid: go, because: Later., effective: { from: 2030-01-01 } }
        watched: { forbid: look, because: Watched., mode: observe }
        never: { forbid: see, because: Never. }
      exceptions:
        once:
          suspends: never
          for: subject.role == "clerk"
          owner: boss
          approved_by: bob
          because: A trial.
          until: 2030-01-01
      """)
    let then = Timestamp(seconds: 1_900_000_000)
    #expect(point.decide(Self.request("go"), at: Self.now).outcome == .allow)
    #expect(point.decide(Self.request("go"), at: then).outcome == .deny)
    let watched = point.decide(Self.request("look"), at: Self.now)
    #expect(watched.outcome == .allow)
    #expect(watched.observed.map(\.rule) == ["rules.watched"])
    #expect(point.decide(Self.request("see"), at: Self.now).outcome == .allow)
    #expect(point.decide(Self.request("see"), at: then).outcome == .deny)
  }

  @Test("The same request gives the same decision from many threads at once")
  func concurrent() async throws {
    let point = try Self.point(Self.twoPlaces)
    let request = Self.request("go", approvals: [("bob", .approve)])
    let expected = point.decide(request, at: Self.now)
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<64 {
        group.addTask { (0..<50).allSatisfy { _ in point.decide(request, at: Self.now) == expected } }
      }
      for await isSame in group { #expect(isSame) }
    }
  }
}
