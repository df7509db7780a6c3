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
  private static func tester(_ steps: String) throws -> RuleTester {
    let ruleSet = try RuleSet(files: [
      (
        path: "bylaw.yaml",
        text: "bylaw: 1\nname: orders\nversion: 1.0.0\nsubject: [User, System]\nrole: subject.role\n"
      ),
      (path: "rules.yaml", text: GateFixture.rules),
    ])
    return try RuleTester(ruleSet, files: [(path: "scenarios/orders.yaml", text: people + steps)])
  }

  private static func play(_ steps: String) async throws -> TestReport {
    let backend = Backend { _ throws(StoreError) in MemoryBackend() }
    return try await tester(steps).run(scenariosIn: backend)
  }

  @Test func `people act, vote and read while the clock moves`() async throws {
    let report = try await Self.play(
      Self.opening + """
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
