import Bylaw
import Testing

@Suite("How good the tests are")
struct TestQualityTests {
  @Test("Tests on both sides of each bound notice every change")
  func mutation() throws {
    let report = try ExampleRules.tester(ExampleRules.complete).mutate()
    #expect(report.total == 18)
    #expect(report.survivors.map(\.change) == [])
  }

  @Test("Changes that no test notices are shown with their places")
  func survivors() throws {
    let text = ExampleRules.complete.replacing(
      "- [at the bound, 5000, -, pending", with: "- [at the bound, 6000, -, pending")
    let report = try ExampleRules.tester(
      text.replacing("approved, 5000", with: "approved, 6000")
        .replacing("by oneself, 5000", with: "by oneself, 6000")
    ).mutate()
    #expect(report.text().contains("not noticed: >= became >\n"))
    #expect(report.text().contains("rules.yaml:"))
  }

  @Test("One thread finds what several find")
  func threads() throws {
    let tester = try ExampleRules.tester(ExampleRules.records + "tests: {}")
    #expect(tester.mutate(workers: 1).survivors == tester.mutate(workers: 3).survivors)
    #expect(tester.mutate().noticed == 0)
  }

  @Test("Coverage names what no test reached")
  func coverage() throws {
    let complete = try ExampleRules.tester(ExampleRules.complete)
    let missed = complete.coverage(of: complete.run()).missed.filter { $0.kind != .allowed && $0.kind != .refused }
    #expect(missed.map(\.id) == [])
    let none = try ExampleRules.tester(ExampleRules.records + "tests: {}")
    let all = none.coverage(of: none.run()).missed
    #expect(all.contains { $0.kind == .grant && $0.id == "clerk may loan.pay" })
    #expect(all.contains { $0.kind == .rule && $0.id == "rules.active-only" })
    #expect(all.contains { $0.kind == .approval && $0.id == "approvals.large-loans" })
    #expect(all.contains { $0.kind == .row && $0.id == "loan_size: A thousand or more" })
  }

  @Test("The row that a classification took is named also where its condition goes through a list")
  func rowOfList() throws {
    let rules = ExampleRules.rules.replacing(": sizeable(amount)", with: ": '[amount].exists(a, sizeable(a))'")
    let ruleSet = try RuleSet(files: [("bylaw.yaml", ExampleRules.manifest), ("rules.yaml", rules)])
    let tester = try RuleTester(ruleSet, files: [("loans.yaml", ExampleRules.complete)])
    let missed = tester.coverage(of: tester.run()).missed
    #expect(!missed.contains { $0.kind == .row })
  }

  @Test("A trace tells clauses without rules, without tests, waiting and unknown")
  func trace() throws {
    let catalogue = try ClauseCatalogue(
      text: """
        clauses:
          - { id: LN-1.1, must: Clerks pay loans. }
          - { id: LN-1.2, must: Not frozen ones. }
          - { id: LN-1.3, must: The trail is kept. }
          - { id: LN-2.1, must: Managers approve. }
          - { id: LN-2.2, must: Something else. }
          - { id: XX-1.1, must: Of another manual. }
        """)
    let waits = ("waiting.yaml", "waits:\n  LN-1.3: The store keeps it.\n  LN-9.9: Nobody knows.\n")
    let trace = ClauseTrace(catalogue, tester: try ExampleRules.tester(ExampleRules.complete, others: [waits]))
    #expect(trace.entries.map(\.clause.id) == ["LN-1.1", "LN-1.2", "LN-1.3", "LN-2.1", "LN-2.2"])
    #expect(trace.entries.filter(\.isMissing).map(\.clause.id) == ["LN-2.2"])
    #expect(trace.unknown.map(\.clause) == ["LN-9.9"])
    #expect(!trace.isComplete)
    #expect(trace.text().hasSuffix("loans: 5 clauses, 3 with rules and tests, 1 waiting, 1 missing, 1 unknown\n"))
  }
}
