import BylawSyntax
import BylawTestSupport
import Testing

/// The rendering, on the examples that the error messages follow.
struct DiagnosticReportTests {
  private func report(
    _ marked: MarkedSource, path: String = "rules/refunds.yaml",
    _ make: (FileID) -> [Diagnostic]
  ) -> DiagnosticReport {
    let (sources, file) = marked.load(path: path)
    return DiagnosticReport(make(file), in: sources)
  }

  private func range(_ marked: MarkedSource, _ file: FileID, _ marker: String, _ length: Int) -> SourceRange {
    let start = Int32(marked.markers[marker] ?? 0)
    return SourceRange(file: file, start: start, end: start + Int32(length))
  }

  @Test func `an error shows its line, an underline, the expectation and a hint`() {
    let marked = MarkedSource("id: a\nrules:\n    1️⃣efect: permit\n")
    let report = report(marked) { file in
      [
        Diagnostic(
          DiagnosticCode("unknown-key"), at: range(marked, file, "1️⃣", 5),
          "unknown key 'efect' in a rule", expected: "id, effect, when or obligations",
          hint: "did you mean 'effect'?")
      ]
    }
    #expect(
      report.text() == """
        rules/refunds.yaml:3:5: error: unknown key 'efect' in a rule [unknown-key]
        3 |     efect: permit
          |     ^~~~~ expected id, effect, when or obligations
          = hint: did you mean 'effect'?

        """)
  }

  @Test func `notes and hint line up with the widest line number`() {
    let lines = (1...7).map { "a\($0): 1\n" }.joined()
    let marked = MarkedSource("\(lines)r:\n  - id: 1️⃣large\n  - x\n  - id: 2️⃣large\n")
    let report = report(marked) { file in
      [
        Diagnostic(
          DiagnosticCode("duplicate-id"), at: range(marked, file, "2️⃣", 5), "rule id 'large' is used twice",
          expected: "another id",
          notes: [Diagnostic.Note(range: range(marked, file, "1️⃣", 5), message: "first used here")],
          hint: "rename one of them")
      ]
    }
    #expect(
      report.text() == """
        rules/refunds.yaml:11:9: error: rule id 'large' is used twice [duplicate-id]
        11 |   - id: large
           |         ^~~~~ expected another id
        rules/refunds.yaml:9:9: note: first used here
         9 |   - id: large
           |         ^~~~~
           = hint: rename one of them

        """)
  }
}
