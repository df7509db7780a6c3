import Bylaw
import BylawModel
import BylawStore
import BylawTestSupport
import Testing

/// Scenarios that authors write: read, played and reported.
struct ScenarioTests {
  private static let people = """
    now: 2026-01-05T09:00:00Z
    records:
      User:
        ann: { name: Ann, role: clerk }
        bob: { name: Bob, role: boss }
        bea: { name: Bea, role: boss }
    values:
      desk: { title: Desk, amount: 50 }
    scenarios:
      Ann pays for a desk:
        sop: OR-1
        steps:

    """

  private static let opening = """
          She makes an order:
            by: ann
            do: order.create
            input: $desk
            as: { order: Order, line: Line }
            expect:
              returns: $order
              records:
                $order: { state: draft, owner: ann, amount: 50 }
                $line: { order: $order }
              sends: [{ event: order_made, with: { id: $order } }, { text: Order $order is there }]
              audit: [{ word: create, subject: User/ann, at: $now }]
          She opens it:
            sop: OR-2
            by: ann
            do: order.open
            on: $order
            expect:
              records:
                $order: { opened_at: $now }
          She asks to pay:
            by: ann
            do: order.pay
            on: $order
            input: { note: by card }
            as: payment
            expect:
              decision: pending
              proposal: { status: open, votes: 0, due: 2026-01-06T09:00:00Z }

    """

  /// A tester for one scenario with these steps, each line indented by eight spaces.
  private static func tester(_ steps: String, manifest: String = "", rules: String = "") throws -> RuleTester {
    let ruleSet = try RuleSet(files: [
      (
        path: "bylaw.yaml",
        text: "bylaw: 1\nname: orders\nversion: 1.0.0\nsubject: [User, System]\nrole: subject.role\n\(manifest)"
      ),
      (path: "rules.yaml", text: GateFixture.rules), (path: "more.yaml", text: "enums: { More: [one] }\n" + rules),
    ])
    return try RuleTester(ruleSet, files: [(path: "scenarios/orders.yaml", text: people + steps)])
  }

  private static func play(_ steps: String, manifest: String = "", rules: String = "") async throws -> TestReport {
    let backend = Backend { layout throws(StoreError) in MemoryBackend(layout.schema) }
    return try await tester(steps, manifest: manifest, rules: rules).run(scenariosIn: backend)
  }

  @Test func `people act, vote and read while the clock moves`() async throws {
    let report = try await Self.play(
      Self.opening + """
              It waits for Bob:
                by: bob
                inbox: true
                expect: { finds: [$payment], entries: 0 }
              And not for Ann:
                by: ann
                inbox: true
                expect: { finds: [] }
              Bob agrees:
                advance: 1 h
                by: bob
                vote: approve
                expect:
                  proposal: { status: open, votes: 1, by: ann }
              Ann is nobody who could:
                by: ann
                vote: approve
                on: $payment
                expect: { class: unauthorized, log: [{ class: unauthorized }] }
              Bea agrees, and it is paid:
                by: bea
                vote: approve
                expect:
                  proposal: done
                  records:
                    $order: { state: paid, note: by card }
                  counts: { Order: 1 }
        """)
    #expect(report.text() == "")
    #expect(report.summary == "1 passed, 0 failed, 0 errors")
    #expect(report.scenarios[0].scenario.clauses == ["OR-1", "OR-2"])
  }

  @Test func `time alone ends a proposal and moves a record`() async throws {
    let report = try await Self.play(
      Self.opening + """
              A day passes:
                advance: 24h
                sweep: true
                expect:
                  moved: []
                  expired: [$payment]
                  proposals: { $payment: expired }
                  sends: [{ text: Nobody agreed in time }]
              Everybody sees the next move at its moment:
                at: 2026-01-07T09:00:00Z
                expect:
                  records:
                    $order: { state: late }
        """)
    #expect(report.text() == "")
  }

  @Test func `a scenario ends at the first step that is not as stated, with its place and what differs`() async throws {
    let report = try await Self.play(
      Self.opening + """
              Bob agrees:
                by: bob
                vote: approve
                expect: { proposal: done, counts: { Order: 2 } }
              Never reached:
                by: nobody
                do: order.open
                on: $order
        """)
    #expect(
      report.text() == """
        scenarios/orders.yaml:42:7: failed: Ann pays for a desk: Bob agrees
          proposal.status: expected done, was open
          counts.Order: expected 2, was 1

        """)
    #expect(report.json().contains(#""step":"Bob agrees""#))
  }

  private static let order = """
          She makes an order:
            by: ann
            do: order.create
            input: $desk
            as: { order: Order }

    """

  @Test func `what of a step is refused is tried before it, and leaves nothing behind`() async throws {
    let report = try await Self.play(
      """
              She makes an order:
                at: 2026-01-05T10:00:00Z
                by: ann
                do: order.create
                input: $desk
                refused:
                  By nobody known: { sop: OR-3, by: eve, class: unauthorized, log: [{ class: unauthorized }] }
                  Without a title: { without: title, class: invalid_input }
                  With a word for a number: { input: { amount: much }, class: invalid_input, counts: { Order: 0 } }
                as: { order: Order }
                expect:
                  records: { $order: { owner: ann } }
                  audit: [{ word: create, at: $now }]

      """)
    #expect(report.text() == "")
    #expect(report.scenarios[0].scenario.clauses == ["OR-1", "OR-3"])
  }

  @Test func `a variant that is not refused is named with its step`() async throws {
    let report = try await Self.play(
      """
              She makes an order:
                by: ann
                do: order.create
                input: $desk
                refused:
                  A cheaper one: { input: { amount: 40 } }

      """)
    let first = report.text().split(separator: "\n").first.map(String.init) ?? ""
    #expect(first.hasSuffix("failed: Ann pays for a desk: She makes an order: A cheaper one"))
    #expect(report.text().contains("decision: expected deny, was allow"))
  }

  @Test(arguments: [
    ("discovery", "external_failure", "External tool failure: discovery failed: the disk does not answer."),
    ("creation", "external_failure", "External tool failure: creation failed: the disk does not answer."),
    ("audit", "audit_failure", "Audit trail failure: the disk is full."),
  ])
  func `a call that fails is a refusal, and nothing of the step stays`(
    _ call: String, _ class: String, _ because: String
  ) async throws {
    let handOvers = "hand_overs: { to_a_human: { when: failed_call } }\n"
    let report = try await Self.play(
      Self.order + """
              Another one:
                by: ann
                do: order.create
                input: { title: Lamp, amount: 20 }
                failing: \(call)
                expect:
                  class: \(`class`)
                  rules: [store]
                  because: ["\(because)"]
                  obligations: [{ to_a_human: true }]
                  counts: { Order: 1 }
                  audit: []
                  sends: []
              Later it is made:
                by: ann
                do: order.create
                input: { title: Lamp, amount: 20 }
                expect: { counts: { Order: 2 } }

        """, rules: handOvers)
    #expect(report.text() == "")
  }

  @Test func `a change that fails is undone, and a call that is not made does not fail`() async throws {
    let report = try await Self.play(
      Self.order + """
              She opens it:
                by: ann
                do: order.open
                on: $order
                refused:
                  While nothing can be changed: { failing: update, class: external_failure, sends: [] }
                failing: creation
                expect:
                  records: { $order: { opened_at: $now } }

        """)
    #expect(report.text() == "")
  }

  @Test func `a missing approval and a denied read bring in a human where the rules say so`() async throws {
    let handOvers = "hand_overs: { to_a_human: { when: [missing_approval, refused_read] } }\n"
    let report = try await Self.play(
      Self.opening + """
              Nobody reads users:
                by: ann
                list: User
                expect: { decision: deny, obligations: [{ to_a_human: true }] }
              She asks once more:
                by: ann
                do: order.pay
                on: $order
                input: { note: by card }
                expect: { decision: pending, obligations: [{ to_a_human: true }] }

        """, rules: handOvers)
    #expect(report.text() == "")
  }

  @Test func `notices have entries of their own where the manifest gives them a word`() async throws {
    let report = try await Self.play(
      """
              She makes an order:
                by: ann
                do: order.create
                input: $desk
                expect:
                  sends: [{ text: Order order-1 is there }]
                  audit:
                    - { word: create, action: order.create }
                    - { word: notify, action: order.create, subject: User/ann, cause: 3 }

      """, manifest: "audit_notices: notify\n")
    #expect(report.text() == "")
  }

  @Test func `how many entries a step left, and what they must not hold, is compared`() async throws {
    func report(_ expect: String) async throws -> String {
      try await Self.play(
        """
                She makes an order:
                  by: ann
                  do: order.create
                  input: $desk
                  expect: { \(expect) }

        """
      ).text()
    }
    #expect(try await report("entries: 1, audit_hides: [Desk]") == "")
    #expect(try await report("entries: 2").contains("entries: expected 2, was 1"))
    #expect(try await report("audit_hides: [order.create]").contains("audit_hides: expected"))
  }

  @Test func `a record that the rules would not take is told before anything is done`() async throws {
    let report = try await Self.play(Self.opening + "    records:\n      User: { cy: { name: Cy } }\n")
    #expect(report.errors == 1)
    #expect(report.text().contains("these records are refused: User/cy"))
  }

  @Test(
    "Each mistake in a scenario is reported with its place and a hint",
    arguments: [
      ("by: ann\ndo: order.opn\non: Order/o", ["there is no action 'order.opn'", "did you mean 'order.open'?"]),
      ("by: ann\ndo: order.open\non: $ordr", ["no earlier step names 'ordr'"]),
      ("by: ann\ndo: order.open\non: order-1", ["the resource names no type"]),
      ("by: ann\ndo: order.open\nsweep: true", ["a step does one thing, here both 'do' and 'sweep'"]),
      ("by: ann", ["in this step nothing happens"]),
      ("do: order.open\non: Order/o", ["needs 'by'"]),
      ("by: bob\nvote: aprove", ["unknown vote 'aprove'", "did you mean 'approve'?"]),
      ("advance: soon", ["'advance' is no duration"]),
      ("at: tomorrow", ["'at' is no time"]),
      ("sweep: true\nwhere: { a: 1 }", ["'where' says nothing in a step with 'sweep'"]),
      ("by: ann\nlist: Oder", ["unknown entity 'Oder'", "did you mean 'Order'?"]),
      ("sweep: true\nexpect: { moves: [] }", ["unknown key 'moves'", "did you mean 'moved'?"]),
      ("by: bob\nvote: approve\nexpect: { proposal: finished }", ["unknown status 'finished'"]),
      ("sweep: true\nexpect: { sends: none }", ["'sends' is a text here"]),
    ])
  func mistakes(step: String, messages: [String]) throws {
    let lines = step.split(separator: "\n").map { "            \($0)\n" }.joined()
    let error = #expect(throws: LoadError.self) { try Self.tester("        A step:\n" + lines) }
    for message in messages { #expect("\(error.map { "\($0)" } ?? "")".contains(message)) }
  }
}
