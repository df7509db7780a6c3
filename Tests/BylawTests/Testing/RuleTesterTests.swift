import Bylaw
import BylawModel
import Testing

@Suite("Decision tests of authors")
struct RuleTesterTests {
  @Test("Cases, tables and record columns are run, each by its own name and place")
  func passes() throws {
    let report = try ExampleRules.tester(ExampleRules.complete).run()
    #expect(report.text() == "")
    #expect(report.summary == "13 passed, 0 failed, 0 errors")
    #expect(report.results[4].test.name == "A frozen loan is not paid: Frozen")
    #expect(report.results[4].test.clauses == ["LN-1.2"])
    #expect(report.results[0].test.place == "loans.yaml:16:9")
  }

  @Test("A filter takes the tests whose name contains it")
  func filters() throws {
    #expect(try ExampleRules.tester(ExampleRules.complete).run(filter: "FROZEN").results.count == 1)
  }

  @Test(
    "Each expectation that is not met is named with what was expected and what was so",
    arguments: [
      ("decision: deny", ["decision: expected deny, was allow"]),
      (
        "{ decision: deny, class: unauthorized }",
        ["decision: expected deny, was allow", "class: expected unauthorized, was none"]
      ),
      ("rules: [rules.active-only]", ["rules: expected rules.active-only, was none"]),
      ("classified: { size: large }", ["classified.size: expected large, was small"]),
      ("classified: { sizes: large }", ["classified.sizes: expected large, was no such classification"]),
      ("missing: [{ approvals: 1 }]", [#"missing: expected [{"approvals":1}], was none"#]),
      ("obligations: [{ notify: finance }]", [#"obligations: expected [{"notify":"finance"}], was none"#]),
    ])
  func differs(expectation: String, differences: [String]) throws {
    let text =
      ExampleRules.records + """
        tests:
          One:
            request: { subject: c-1, action: loan.pay, resource: Loan/l-1 }
            expect: \(expectation.hasPrefix("{") ? expectation : "{ \(expectation) }")
        """
    let result = try #require(try ExampleRules.tester(text).run().results.first)
    guard case .failed(let found) = result.status else {
      Issue.record("\(result.status)")
      return
    }
    #expect(found.map { "\($0.what): expected \($0.expected), was \($0.actual)" } == differences)
  }

  @Test(
    "A test that reached no rule is an error unless it says so",
    arguments: [
      ("action: loan.pai", "decision: deny", "there is no action 'loan.pai'; did you mean 'loan.pay'?"),
      ("action: loan.pai", "class: invalid_request", nil),
      ("action: loan.pay, input: { not: 1 }", "decision: deny", "the request itself was refused"),
      ("action: loan.pay, input: { not: 1 }", "class: invalid_input", nil),
    ] as [(String, String, String?)])
  func reachesNoRule(request: String, expectation: String, message: String?) throws {
    let text =
      ExampleRules.records + """
        tests:
          One:
            request: { subject: c-1, resource: Loan/l-1, \(request) }
            expect: { \(expectation) }
        """
    let report = try ExampleRules.tester(text).run()
    guard let message else { return #expect(report.passed == 1) }
    #expect(report.errors == 1)
    #expect(report.text().contains(message))
  }

  @Test("Records of other files are taken over, and the own ones stand over them field by field")
  func usesOtherFiles() throws {
    let text = """
      now: 2026-01-05T09:00:00Z
      uses: [shared.yaml]
      records:
        Loan:
          l-1: { frozen: true }
      tests:
        One:
          request: { subject: c-1, action: loan.pay, resource: Loan/l-1 }
          expect: { decision: deny, rules: [actions.loan.pay.require.not-frozen], classified: { size: small } }
      """
    let tester = try ExampleRules.tester(text, others: [("shared.yaml", ExampleRules.records)])
    #expect(tester.run().text() == "")
  }

  @Test("The report for tools holds the whole decision of what failed")
  func json() throws {
    let text = ExampleRules.complete.replacing("[c-1, true, allow", with: "[c-1, true, pending")
    let report = try ExampleRules.tester(text).run()
    #expect(report.failed == 1)
    #expect(report.json().contains(#""differences":[{"actual":"allow","expected":"pending","what":"decision"}]"#))
    #expect(report.json().contains(#""decision":{"classified":{"size":{"row":null,"value":"small"}}"#))
  }
}
