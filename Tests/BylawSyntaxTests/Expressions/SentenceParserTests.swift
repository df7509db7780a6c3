import BylawSyntax
import Testing

@Suite struct `Sentences` {
  private func parsed(_ text: String) -> (pieces: [String], diagnostics: [Diagnostic]) {
    var diagnostics = Diagnostics()
    let sentence = SentenceParser.parse(Sample(text).scalar, diagnostics: &diagnostics)
    let pieces = sentence.pieces.map { piece in
      switch piece {
      case .text(let text): text
      case .hole(let expression): "<\(outline(expression))>"
      }
    }
    return (pieces, diagnostics.all)
  }

  @Test(
    arguments: [
      ("", []), ("Only active users may act.", ["Only active users may act."]),
      ("{n}", ["<n>"]), ("Over {n} of {total}.", ["Over ", "<n>", " of ", "<total>", "."]), ("{a}{b}", ["<a>", "<b>"]),
      ("{{n}}", ["{n}"]), ("{{{n}}}", ["{", "<n>", "}"]), ("a {{ b }} c", ["a { b } c"]),
      ("{ {'a': 1}['a'] }", [#"<([] {"a": 1} "a")>"#]), ("{f({'a': {'b': 1}})}", [#"<(f() {"a": {"b": 1}})>"#]),
      ("{'}'}!", [#"<"}">"#, "!"]), ("Grüße, {name}", ["Grüße, ", "<name>"]),
      ("{let.duplicate.?id.orValue('')} is open", [#"<(.orValue() (.? (. let duplicate) id) "")>"#, " is open"]),
    ] as [(String, [String])])
  func `are text with holes`(text: String, pieces: [String]) {
    let result = parsed(text)
    #expect(result.pieces == pieces)
    #expect(result.diagnostics.isEmpty)
  }

  @Test(
    arguments: [
      ("a {} b", "empty-expression", "{}", ["a ", "<invalid>", " b"]),
      ("a {n", "unclosed-bracket", "{", ["a ", "<invalid>"]),
      ("a {", "unclosed-bracket", "{", ["a ", "<invalid>"]),
      ("a {n m} b", "unexpected-token", "m", ["a ", "<invalid>", " b"]),
      ("a {n = 1} b", "unknown-operator", "=", ["a ", "<invalid>", " b"]),
      ("a {f(n} b", "unexpected-token", "}", ["a ", "<invalid>", " b"]),
      ("a {'n} b", "unclosed-quote", "'", ["a ", "<invalid>", " b"]),
      ("a } b", "stray-brace", "}", ["a  b"]),
    ] as [(String, String, String, [String])])
  func `report a mistake at its place and go on`(
    text: String, code: String, underlined: String, pieces: [String]
  ) throws {
    let result = parsed(text)
    try #require(result.diagnostics.count == 1)
    #expect(result.diagnostics[0].code.rawValue == code)
    #expect(Sample(text).underlined(result.diagnostics[0].range) == underlined)
    #expect(result.pieces == pieces)
  }

  @Test func `each hole reports for itself`() {
    let result = parsed("{a b} and {c = d} and {e}")
    #expect(result.diagnostics.map(\.code) == [.unexpectedToken, .unknownOperator].map(\SyntaxCode.code))
    #expect(result.pieces == ["<invalid>", " and ", "<invalid>", " and ", "<e>"])
  }
}
