import BylawCompiler
import BylawModel
import BylawSyntax

/// The wording of everything that reading and running decision tests reports.
enum TestMessages {
  // MARK: Mistakes in test files

  static func unknownKey(_ key: Scalar, in what: String, known: [String]) -> Diagnostic {
    Diagnostic(
      DiagnosticCode("unknown-key"), at: key.range, "unknown key '\(key.text)' in \(what)", expected: list(known),
      hint: didYouMean(key.text, among: known))
  }

  static func missingKey(_ key: String, in what: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(DiagnosticCode("missing-key"), at: range, "\(what) needs '\(key)'", expected: "a key '\(key)' here")
  }

  static func wrongKind(_ node: Node, expected: String, of what: String) -> Diagnostic {
    Diagnostic(
      DiagnosticCode("wrong-kind"), at: node.range, "\(what) is \(node.kindWord) here", expected: expected)
  }

  static func unknownWord(_ scalar: Scalar, of what: String, known: [String]) -> Diagnostic {
    Diagnostic(
      DiagnosticCode("unknown-word"), at: scalar.range, "unknown \(what) '\(scalar.text)'", expected: list(known),
      hint: didYouMean(scalar.text, among: known))
  }

  static func notATime(_ node: Node, of what: String) -> Diagnostic {
    Diagnostic(
      DiagnosticCode("wrong-kind"), at: node.range, "\(what) is no time",
      expected: "a time such as 2026-01-31T09:00:00Z")
  }

  static func duplicateTest(_ name: Scalar, first: SourceRange) -> Diagnostic {
    Diagnostic(
      DiagnosticCode("duplicate-name"), at: name.range, "test '\(name.text)' is defined twice",
      expected: "a name that no other test of this rule set has",
      notes: [.init(range: first, message: "first defined here")], hint: "rename one of them")
  }

  static func duplicateClause(_ id: Scalar, first: SourceRange) -> Diagnostic {
    Diagnostic(
      DiagnosticCode("duplicate-name"), at: id.range, "clause '\(id.text)' is listed twice",
      expected: "an id that no other clause has", notes: [.init(range: first, message: "first listed here")])
  }

  static func noSuchFile(_ scalar: Scalar, known: [String]) -> Diagnostic {
    Diagnostic(
      DiagnosticCode("unknown-file"), at: scalar.range, "there is no test file '\(scalar.text)' beside this one",
      expected: list(known), hint: didYouMean(scalar.text, among: known))
  }

  static func unknownColumn(_ scalar: Scalar, known: [String]) -> Diagnostic {
    let first = scalar.text.split(separator: ".").first.map(String.init) ?? scalar.text
    return Diagnostic(
      DiagnosticCode("unknown-column"), at: scalar.range, "unknown column '\(scalar.text)'",
      expected: "a column that starts with \(list(known))", hint: didYouMean(first, among: known))
  }

  static func rowLength(_ row: Node, cells: Int, columns: Int) -> Diagnostic {
    Diagnostic(
      DiagnosticCode("row-length"), at: row.range, "this row has \(counted(cells, "cell"))",
      expected: "one for each of the \(counted(columns, "column"))", hint: "a '-' leaves a column as it is")
  }

  static func casesAndColumns(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      DiagnosticCode("conflict"), at: range, "a test has cases or a table, not both",
      expected: "'cases', or 'columns' with 'rows'")
  }

  static func expectsNothing(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      DiagnosticCode("expects-nothing"), at: range, "this test expects nothing",
      expected: "a decision, a class, rules or another expectation under 'expect'")
  }

  static func noClock(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      DiagnosticCode("missing-key"), at: range, "this test has no time",
      expected: "'now' in its request or at the top of its file")
  }

  static func badValue(_ problem: String, at range: SourceRange, expected: String?) -> Diagnostic {
    Diagnostic(DiagnosticCode("bad-value"), at: range, problem, expected: expected)
  }

  static func notAnEntity(_ node: Node, of what: String) -> Diagnostic {
    Diagnostic(
      DiagnosticCode("wrong-kind"), at: node.range, "the \(what) names no type",
      expected: what == "subject" ? "an id, or type, id and properties" : "TYPE/ID, or type, id and properties")
  }

  // MARK: Tests that cannot be run

  static func noSuchAction(_ name: String, among known: [String]) -> String {
    let hint = didYouMean(name, among: known).map { "; \($0)" } ?? ""
    return "no rule was asked: there is no action '\(name)'\(hint) (if that is meant, expect class: invalid_request)"
  }

  static func refusedByShape(_ reasons: [Decision.Reason]) -> String {
    let sentences = reasons.prefix(3).map(\.because).joined(separator: " ")
    return "no rule was asked, the request itself was refused (if that is meant, expect its class): \(sentences)"
  }

  // MARK: Coverage

  static func reached(_ kind: CoverageReport.Kind) -> String {
    switch kind {
    case .allowed: "let through"
    case .refused: "refused for authority"
    case .grant: "shown"
    case .rule: "refused anything"
    case .approval: "asked for"
    case .band: "reached"
    case .wait: "held anything back"
    case .override: "used"
    case .row: "chosen"
    }
  }

  static func plural(_ kind: CoverageReport.Kind) -> String {
    switch kind {
    case .allowed: "actions and votes let through"
    case .refused: "allow lists refusing"
    case .grant: "roles of allow lists"
    case .rule: "rules"
    case .approval: "approvals"
    case .band: "bands"
    case .wait: "waits"
    case .override: "overrides"
    case .row: "rows"
    }
  }

  // MARK: Parts

  static func list(_ words: [String]) -> String {
    let shown = words.count > 12 ? Array(words.prefix(12)) + ["…"] : words
    guard shown.count > 1, let last = shown.last else { return shown.first ?? "nothing" }
    return shown.dropLast().joined(separator: ", ") + " or " + last
  }

  static func didYouMean(_ word: String, among known: [String]) -> String? {
    suggestion(for: word, among: known).map { "did you mean '\($0)'?" }
  }
}
