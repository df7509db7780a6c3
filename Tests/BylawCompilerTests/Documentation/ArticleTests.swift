import BylawCompiler
import BylawModel
import BylawSyntax
import Foundation
import Testing

/// The documentation for authors says what the checker does.
struct ArticleTests {
  @Test func `the articles are there`() {
    let expected = [
      "Actions.md", "Approvals.md", "Classifications.md", "Decisions.md", "Diagnostics.md", "Expressions.md",
      "Overrides.md", "Permissions.md", "Reads.md", "Requests.md", "RuleSets.md", "Rules.md", "Tests.md",
      "Thresholds.md",
      "Vocabulary.md",
    ]
    #expect(Set(expected).subtracting(Article.all.map(\.name)).isEmpty)
    #expect(Article.all.flatMap(\.examples).count > 40)
  }

  @Test(arguments: Article.all.flatMap(\.examples))
  func `an example gives what the article says`(_ example: ArticleExample) throws {
    let files = try example.files
    switch example.kind {
    case .file: break
    case .unmarked: Issue.record("the example names no prelude")
    case .tests:
      var sources = SourceMap()
      let file = sources.add(path: files[0].path, bytes: files[0].bytes)
      var diagnostics = Diagnostics()
      _ = YAMLReader.read(file, in: sources, diagnostics: &diagnostics)
      #expect(diagnostics.all.isEmpty)
    case .rules, .manifest:
      let result = RuleSetChecker.check(files)
      let report = DiagnosticReport(result.diagnostics, in: result.sources).text()
      if let refusal = example.refusal {
        #expect(Set(result.diagnostics.map(\.code.rawValue)) == [refusal], "\(report)")
      } else {
        #expect(report == "")
      }
    }
  }

  // MARK: Functions

  @Test func `every function is in the article on expressions`() throws {
    let article = try #require(Article.named("Expressions.md"))
    let listed = Set(FunctionRow.all(in: article).map(\.name))
    #expect(ExpressionChecker.authorNames.subtracting(listed).sorted() == [])
    #expect(listed.subtracting(ExpressionChecker.authorNames).sorted() == [])
  }

  @Test func `every example of a function has the type that the article gives`() throws {
    let article = try #require(Article.named("Expressions.md"))
    let rows = FunctionRow.all(in: article)
    var text = "actions:\n  example.run:\n    of: Incident\n    allow: anyone\n    input:\n"
    for (name, type) in FunctionRow.inputs { text += "      \(name): \(type)\n" }
    text += "    let:\n"
    for (index, row) in rows.enumerated() {
      text += "      e\(index): '\(row.example.replacingOccurrences(of: "'", with: "''"))'\n"
    }
    let example = RuleSetFile(path: "examples.yaml", bytes: Array(text.utf8))
    let result = RuleSetChecker.check(try RuleSetText.prelude("incidents").files + [example])
    let report = DiagnosticReport(result.diagnostics, in: result.sources).text()
    let ruleSet = try #require(result.ruleSet, "\(report)")
    for (index, row) in rows.enumerated() {
      let value = try #require(ruleSet.definitions.first { $0.name == "let.e\(index)" }?.value)
      #expect(ruleSet.vocabulary.name(of: value.type) == row.type, "\(row.example)")
    }
  }

  // MARK: Codes

  @Test func `every code of the sources is in the article on diagnostics`() throws {
    let article = try #require(Article.named("Diagnostics.md"))
    let listed = article.lines.filter { $0.hasPrefix("### `") }.map { String($0.dropFirst(5).dropLast()) }
    let known = try SourceCodes.all
    #expect(known.subtracting(listed).sorted() == [])
    #expect(Set(listed).subtracting(known).sorted() == [])
    #expect(listed.count == Set(listed).count)
  }

  @Test func `every code is followed by what it means and what to do`() throws {
    let article = try #require(Article.named("Diagnostics.md"))
    for (index, line) in article.lines.enumerated() where line.hasPrefix("### `") {
      let body = article.lines[(index + 1)...].prefix { !$0.hasPrefix("#") }.joined(separator: " ")
      #expect(body.contains("*What to do:*"), "\(line)")
    }
  }
}

/// A row of a table of functions: how it is called, the type it gives, an example.
struct FunctionRow {
  /// `share`, `math.abs`, `.matches`.
  var name: String
  var type: String
  var example: String

  /// What the examples can read besides an incident and the subject.
  static let inputs: [(name: String, type: String)] = [
    ("n", "int"), ("price", "decimal(2)"), ("text", "text"), ("words", "list(text)"), ("numbers", "list(int)"),
    ("lists", "list(list(int))"), ("counts", "map(int)"), ("at", "timestamp"), ("span", "duration"), ("day", "date"),
    ("hours", "range(duration)"), ("data", "json"), ("change", "patch(Client, [name])"), ("about", "Incident | Client"),
    ("some", "int?"), ("other", "int?"), ("nick", "text?"),
  ]

  /// The rows whose first cell is a call: `share(part, whole)` or `x.matches(pattern)`, in backquotes.
  static func all(in article: Article) -> [FunctionRow] {
    article.tableRows.compactMap { cells in
      guard cells.count == 4, cells[0].hasPrefix("`"), cells[0].contains("("), cells[2].hasPrefix("`") else {
        return nil
      }
      let call = cells[0].dropFirst().prefix { $0 != "(" }
      let parts = call.split(separator: ".")
      let isLibrary = parts.count == 2 && ["math", "strings", "lists", "optional", "cel"].contains(parts[0])
      let name = parts.count == 2 && !isLibrary ? ".\(parts[1])" : String(call)
      return FunctionRow(name: name, type: unquoted(cells[1]), example: unquoted(cells[2]))
    }
  }

  private static func unquoted(_ cell: String) -> String {
    cell.trimmingCharacters(in: CharacterSet(charactersIn: "`"))
  }
}
