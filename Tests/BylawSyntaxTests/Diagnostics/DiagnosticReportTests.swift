import BylawModel
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

  private func underlined(_ source: String, length: Int, expected: String? = nil) -> String {
    let marked = MarkedSource(source)
    return report(marked, path: "t.yaml") { file in
      [
        Diagnostic(
          DiagnosticCode("c"), severity: .warning, at: range(marked, file, "1️⃣", length), "m",
          expected: expected)
      ]
    }.text()
  }

  @Test(arguments: [
    ("\t\t1️⃣a: b", 1, "1 | →→a: b\n  |   ^\n"),
    ("1️⃣\t\ta: b", 2, "1 | →→a: b\n  | ^~\n"),
    ("漢字1️⃣a", 1, "1 | 漢字a\n  |     ^\n"),
    ("a1️⃣漢字b", 6, "1 | a漢字b\n  |  ^~~~\n"),
    ("e\u{301}x1️⃣y", 1, "1 | e\u{301}xy\n  |   ^\n"),
    ("😀1️⃣y", 1, "1 | 😀y\n  |   ^\n"),
    ("a1️⃣", 0, "1 | a\n  |  ^\n"),
    ("1️⃣", 0, "1 |\n  | ^\n"),
    ("a\n1️⃣", 0, "2 |\n  | ^\n"),
    ("a: 1️⃣b\n  c", 5, "1 | a: b\n  |    ^\n"),
    ("a: 1️⃣b\r\n", 9, "1 | a: b\n  |    ^\n"),
    ("a1️⃣\u{1B}[31mb", 1, "1 | a␛[31mb\n  |  ^\n"),
    ("a\u{202E}1️⃣b", 1, "1 | a\u{FFFD}b\n  |   ^\n"),
  ])
  func `the underline stands below the text, whatever its characters`(
    source: String, length: Int, lines: String
  ) {
    let text = underlined(source, length: length)
    #expect(text.hasSuffix("warning: m [c]\n" + lines))
  }

  @Test func `columns count Unicode scalars`() {
    #expect(underlined("é漢😀1️⃣x", length: 1).hasPrefix("t.yaml:1:4: "))
  }

  @Test func `an overlong line is cut to a window around the place`() {
    let words = String(repeating: "word ", count: 100)
    let lines = underlined(words + "1️⃣here " + words, length: 4, expected: "there").split(separator: "\n")
    #expect(lines[0] == "t.yaml:1:501: warning: m [c]")
    #expect(lines[1].hasPrefix("1 | …") && lines[1].hasSuffix("…"))
    #expect(lines[1].count < 120)
    let caret = lines[2].firstIndex(of: "^").map { lines[2].distance(from: lines[2].startIndex, to: $0) }
    let word = Array(lines[1]).indices.first { String(Array(lines[1])[$0...].prefix(4)) == "here" }
    #expect(caret == word)
    #expect(lines[2].hasSuffix("^~~~ expected there"))
    let end = underlined(words + words + "1️⃣end", length: 3)
    #expect(end.contains("end\n"))
    let start = underlined("1️⃣start" + words + words, length: 5)
    #expect(start.contains("1 | start"))
  }

  @Test func `diagnostics come by file and place, each once`() {
    var sources = SourceMap()
    let second = sources.add(path: "b.yaml", bytes: Array("one two\n".utf8))
    let first = sources.add(path: "a.yaml", bytes: Array("one two\n".utf8))
    func diagnostic(_ file: FileID, _ start: Int32, _ code: String) -> Diagnostic {
      Diagnostic(DiagnosticCode(code), at: SourceRange(file: file, start: start, end: start + 3), "m")
    }
    let report = DiagnosticReport(
      [
        diagnostic(second, 0, "d"), diagnostic(first, 4, "c"), diagnostic(first, 0, "b"),
        diagnostic(first, 0, "a"), diagnostic(first, 4, "c"),
      ], in: sources)
    #expect(report.diagnostics.map(\.code.rawValue) == ["a", "b", "c", "d"])
    #expect(report.errorCount == 4)
  }

  @Test func `at most a hundred are shown, errors before warnings, and the rest is counted`() {
    var sources = SourceMap()
    let file = sources.add(path: "a.yaml", bytes: [UInt8](repeating: UInt8(ascii: "x"), count: 300))
    func diagnostics(_ count: Int32, _ severity: Diagnostic.Severity, from start: Int32) -> [Diagnostic] {
      (0..<count).map {
        let range = SourceRange(file: file, start: start + $0, end: start + $0 + 1)
        return Diagnostic(DiagnosticCode("c"), severity: severity, at: range, "m")
      }
    }
    let errors = DiagnosticReport(diagnostics(103, .error, from: 0), in: sources)
    #expect(errors.diagnostics.count == 100)
    #expect(errors.text().hasSuffix("\nand 3 more errors\n"))
    let mixed = DiagnosticReport(
      diagnostics(120, .warning, from: 0) + diagnostics(99, .error, from: 150), in: sources)
    #expect(mixed.errorCount == 99 && mixed.warningCount == 120)
    #expect(mixed.diagnostics.count { $0.severity == .error } == 99)
    #expect(mixed.text().hasSuffix("\nand 119 more warnings\n"))
    let both = DiagnosticReport(
      diagnostics(1, .warning, from: 0) + diagnostics(101, .error, from: 150), in: sources)
    #expect(both.text().hasSuffix("\nand 1 more error and 1 more warning\n"))
    #expect(DiagnosticReport([], in: sources).text() == "")
  }

  @Test func `colours change nothing but the colours`() {
    let marked = MarkedSource("a: 1️⃣b\n")
    let report = report(marked) { file in
      [
        Diagnostic(
          DiagnosticCode("c"), at: range(marked, file, "1️⃣", 1), "m", expected: "n",
          notes: [Diagnostic.Note(range: range(marked, file, "1️⃣", 1), message: "o")], hint: "p")
      ]
    }
    var plain = ""
    var isEscape = false
    for character in report.text(isColored: true) {
      if character == "\u{1B}" { isEscape = true }
      if !isEscape { plain.append(character) }
      if character == "m" { isEscape = isEscape ? false : isEscape }
    }
    #expect(plain == report.text())
    #expect(plain != report.text(isColored: true))
  }

  @Test func `a message cannot command the terminal`() {
    let marked = MarkedSource("1️⃣a\n")
    let report = report(marked) { file in
      [
        Diagnostic(
          DiagnosticCode("c"), at: range(marked, file, "1️⃣", 1), "key '\u{1B}[2J\n\u{202E}' is unknown",
          hint: String(repeating: "x", count: 10_000))
      ]
    }
    #expect(report.text().contains("key '␛[2J␊\u{FFFD}' is unknown"))
    #expect(report.text().utf8.count < 1000)
  }

  @Test func `the JSON has the fields of the text`() {
    let marked = MarkedSource("é: 1\nb: 2️⃣\"c\"\nd: 1️⃣x\n")
    let report = report(marked, path: "rules/\"a\".yaml") { file in
      [
        Diagnostic(
          DiagnosticCode("some-code"), at: range(marked, file, "1️⃣", 1), "unknown \"x\"\t",
          expected: "a \\ b", notes: [Diagnostic.Note(range: range(marked, file, "2️⃣", 3), message: "here")],
          hint: "did you mean 'y'?"),
        Diagnostic(DiagnosticCode("w"), severity: .warning, at: range(marked, file, "2️⃣", 3), "m"),
      ]
    }
    #expect(
      report.json() == #"""
        {"diagnostics":[\#
        {"severity":"warning","code":"w","message":"m","file":"rules/\"a\".yaml",\#
        "line":2,"column":4,"endLine":2,"endColumn":7},\#
        {"severity":"error","code":"some-code","message":"unknown \"x\"␉","file":"rules/\"a\".yaml",\#
        "line":3,"column":4,"endLine":3,"endColumn":5,"expected":"a \\ b",\#
        "notes":[{"message":"here","file":"rules/\"a\".yaml",\#
        "line":2,"column":4,"endLine":2,"endColumn":7}],\#
        "hint":"did you mean 'y'?"}],\#
        "errors":1,"warnings":1,"omitted":0}
        """#)
    #expect(report.json(.pretty).hasPrefix("{\n  \"diagnostics\": [\n    {\n      \"severity\": \"warning\",\n"))
  }

  @Test func `without diagnostics the JSON is an empty list`() {
    #expect(DiagnosticReport([], in: SourceMap()).json().contains("\"diagnostics\":[],"))
  }
}
