import Bylaw
import Testing

@Suite("Mistakes in test files")
struct TestFileMistakeTests {
  /// A test named One with these lines, each indented by four spaces.
  private static func test(_ lines: String) -> String {
    ExampleRules.records + "tests:\n  One:\n" + lines.split(separator: "\n").map { "    \($0)\n" }.joined()
  }
  private static let request = "request: { subject: c-1, action: loan.pay, resource: Loan/l-1 }\n"

  @Test(
    "Each mistake is reported with its place, what was expected and the nearest known word",
    arguments: [
      (
        test(request + "expct: { decision: allow }"),
        ["unknown key 'expct' in a test", "did you mean 'expect'?", "expects nothing"]
      ),
      (test(request + "expect: { decision: alow }"), ["unknown decision 'alow'", "did you mean 'allow'?"]),
      (test(request + "expect: { clas: forbidden }"), ["unknown key 'clas'", "did you mean 'class'?"]),
      (test(request), ["this test expects nothing"]),
      (
        test(request + "columns: [sbject, decision]\nrows: [[c-1, allow]]"),
        ["unknown column 'sbject'", "did you mean 'subject'?"]
      ),
      (
        test(request + "columns: [subject, decision]\nrows: [[c-1]]"),
        ["this row has 1 cell", "one for each of the 2 columns"]
      ),
      (test(request + "columns: [subject, decision]"), ["a test with 'columns' needs 'rows'"]),
      (
        test(request + "expect: { decision: allow }\ncases: { A: { request: {} } }\ncolumns: [case]\nrows: [[a]]"),
        ["not both"]
      ),
      (test("request: { action: loan.pay }\nexpect: { decision: deny }"), ["a request needs 'subject'"]),
      (test("request: { subject: c-1 }\nexpect: { decision: deny }"), ["a request needs 'action'"]),
      (
        test("request: { subject: c-1, action: loan.pay, resource: l-1 }\nexpect: { decision: deny }"),
        ["the resource names no type"]
      ),
      (
        test(
          request
            + "expect: { decision: allow }\ncases: { A: { request: { records: { Lon: { l-1: { amount: 1 } } } } } }"),
        ["unknown key 'Lon' in records", "did you mean 'Loan'?"]
      ),
      (
        test(
          request
            + "expect: { decision: allow }\ncases: { A: { request: { records: { Loan: { l-1: { amont: 1 } } } } } }"),
        ["unknown key 'amont' in a Loan", "did you mean 'amount'?"]
      ),
      (
        test(
          request
            + "expect: { decision: allow }\ncases: { A: { request: { records: { Loan: { l-1: { amount: much } } } } } }"
        ), ["'amount' is a text", "a whole number"]
      ),
      (test(request + "expect: { decision: allow }\ncases: { A: { request: { now: noon } } }"), ["'now' is no time"]),
      (
        test(
          request
            + "expect: { decision: deny }\ncases: { A: { request: { context: { approvals: [{ approver: m-1 }] } } } }"),
        ["a vote needs 'decision'"]
      ),
    ])
  func reports(text: String, parts: [String]) throws {
    let report = try ExampleRules.report(text)
    for part in parts { #expect(report.contains(part), "\(report)") }
    #expect(report.contains("loans.yaml:"))
  }

  @Test("A name that two files use is reported with both places")
  func duplicateNames() throws {
    let text = Self.test(Self.request + "expect: { decision: allow }")
    let report = try ExampleRules.report(text, others: [("also.yaml", text)])
    #expect(report.contains("test 'One' is defined twice"))
    #expect(report.contains("also.yaml:11:3"))
  }

  @Test("A file that is not there is reported with the nearest one")
  func unknownFile() throws {
    let report = try ExampleRules.report(
      "uses: [record.yaml]\ntests: {}", others: [("records.yaml", ExampleRules.records)])
    #expect(report.contains("there is no test file 'record.yaml' beside this one"))
    #expect(report.contains("did you mean 'records.yaml'?"))
  }

  @Test("A test without a time is reported")
  func noClock() throws {
    let report = try ExampleRules.report(
      """
      tests:
        One:
          request: { subject: c-1, action: loan.pay, resource: Loan/l-1 }
          expect: { decision: allow }
      """)
    #expect(report.contains("this test has no time"))
  }
}
