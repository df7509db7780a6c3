import BylawSyntax
import BylawTestSupport
import Testing

/// Mistakes of grammar: what is underlined and how the mended text reads.
struct YAMLGrammarTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var source: String
    var code: String
    var underlined: String
    var hint: String?

    init(_ source: String, _ code: String, _ underlined: String, hint: String? = nil) {
      self.source = source
      self.code = code
      self.underlined = underlined
      self.hint = hint
    }

    var testDescription: String { source.debugDescription }
  }

  /// Each source has its marker where the mistake is.
  static let cutTexts = [
    Case(
      "a: x1️⃣: y  # c", "colon-in-text", ":", hint: "write a: \"x: y\", or start a mapping on the next line"),
    Case(
      "a: x ? y 1️⃣: z", "colon-in-text", ":",
      hint: "write a: \"x ? y : z\", or start a mapping on the next line"),
    Case(
      "- a: it.b == \"c\"1️⃣: d", "colon-in-text", ":",
      hint: "write a: 'it.b == \"c\": d', or start a mapping on the next line"),
    Case(
      "a: {w: x1️⃣: y, z: 1}", "colon-in-text", ":",
      hint: "write w: \"x: y\", or put ',' between two entries"),
    Case(
      "a: {b: x ? y 1️⃣: z}", "colon-in-text", ":",
      hint: "write b: \"x ? y : z\", or put ',' between two entries"),
    Case("a: {b1️⃣:,c: d}", "colon-in-text", ":"),
    Case("a: {w: 1️⃣f(a, b), k: 1}", "comma-in-text", "f(a, b)", hint: "write w: \"f(a, b)\""),
    Case(
      "a: {w: 1️⃣f(a, b, c == \"d\")}", "comma-in-text", "f(a, b, c == \"d\")",
      hint: "write w: 'f(a, b, c == \"d\")'"),
    Case("a: [x, 1️⃣f(a, b), c]", "comma-in-text", "f(a, b)", hint: "write \"f(a, b)\""),
    Case("a: {1️⃣x, y}", "missing-value", "x"),
    Case("a: {b: c, d: , 1️⃣x}", "missing-value", "x"),
    Case(
      "a: b 1️⃣#c\n  d", "comment-in-text", "d",
      hint: "put text that holds ' #' in quotes, or the comment on a line of its own"),
    Case("a: 1\nRule 1️⃣#1: x\nb: 2", "comment-in-text", "#1: x"),
    Case("a: 1️⃣{ when: x # y }\nb: 1", "unclosed-bracket", "{", hint: "put text that holds ' #' in quotes"),
    Case("a: {x: 1️⃣[1..5), y: 2}", "unclosed-bracket", "[1..5)", hint: "write 1 to under 5, or \"[1..5)\""),
    Case("w: 1️⃣> 5 min", "block-header", "> 5 min", hint: "write over 5 min"),
    Case("w: 1️⃣>5", "block-header", ">5", hint: "write over 5"),
    Case("w: [1️⃣>= 5, x]", "reserved-character", ">= 5", hint: "write at least 5"),
    Case(
      "w: 1️⃣> first line", "block-header", "> first line",
      hint: "write \"> first line\", or start the block on the next line"),
    Case(
      "w: 1️⃣|| b", "block-header", "|| b", hint: "write \"|| b\", or start the block on the next line"),
  ]

  static let tags = [
    Case("w: 1️⃣!f(a) && b", "tag", "!f(a)", hint: "write not f(a) && b"),
    Case("w: 1️⃣!(a || b)", "tag", "!(a", hint: "write not (a || b)"),
    Case("w: 1️⃣!has(x.y)", "tag", "!has(x.y)", hint: "write not has(x.y)"),
    Case("w: 1️⃣!!x", "tag", "!!x", hint: "write x"),
    Case("w: 1️⃣!\"x\"", "tag", "!\"x\"", hint: "write not \"x\""),
    Case("w: 1️⃣!a.b[1]", "tag", "!a.b[1]", hint: "write not a.b[1]"),
    Case("w: [a, 1️⃣!b]", "tag", "!b", hint: "write not b"),
    Case("w: {x: 1️⃣!b, y: 1}", "tag", "!b", hint: "write not b"),
    Case("w: 1️⃣!= 5", "tag", "!=", hint: "write not 5"),
    Case("w: 1️⃣!x\n   && y", "tag", "!x"),
    Case("w: 1️⃣!!str 5", "tag", "!!str", hint: "take it out: the place decides the type of a value"),
    Case("w: 1️⃣!!map {a: b}", "tag", "!!map"),
    Case("w: 1️⃣!", "tag", "!"),
    Case("1️⃣!x a: b", "tag", "!x"),
  ]

  static let signs = [
    Case("a: 1️⃣* b", "reserved-character", "*", hint: "write a: \"* b\""),
    Case("a: 1️⃣@b c", "reserved-character", "@", hint: "write a: \"@b c\""),
    Case("a: 1️⃣%b", "reserved-character", "%", hint: "write a: \"%b\""),
    Case("a: 1️⃣`b`", "reserved-character", "`", hint: "write a: \"`b`\""),
    Case("a: 1️⃣? b", "reserved-character", "?", hint: "write a: \"? b\""),
    Case("a: 1️⃣& b", "reserved-character", "&", hint: "write a: \"& b\""),
    Case("a: [1️⃣@b, c]", "reserved-character", "@", hint: "write \"@b\""),
    Case("a: 1️⃣&x v", "anchor", "&x"),
    Case("a: 1️⃣*x", "alias", "*x"),
    Case("a: 1️⃣]", "missing-value", "]"),
    Case("a: [b, 1️⃣, c]", "missing-value", ","),
    Case("1️⃣: b", "empty-key", ":"),
    Case("- 1️⃣:", "empty-key", ":"),
    Case("{1️⃣[a]: b}", "key-not-text", "[a]"),
  ]

  static let quotes = [
    Case("a: 1️⃣\"x\nb: 2", "unclosed-quote", "\"x"),
    Case("a: 1️⃣'x\n---\nb: 2", "unclosed-quote", "'x", hint: "inside '…' an apostrophe is written twice: ''"),
    Case("a: {b: c == \"d\", e: 1️⃣\"f}", "unclosed-quote", "\"f}"),
    Case("a: 'it'1️⃣s'", "text-after-quote", "s'", hint: "write a: \"it's\""),
    Case("a: \"x\" 1️⃣== \"y\"", "text-after-quote", "== \"y\"", hint: "write a: '\"x\" == \"y\"'"),
    Case("a: \"b\"1️⃣:c", "text-after-quote", ":c", hint: "write a: '\"b\":c'"),
    Case("a: { x: \"a\"1️⃣b }", "missing-value", "b", hint: "write x: '\"a\"b'"),
    Case("a: [x]1️⃣]", "text-after-bracket", "]"),
    Case("a: \"1️⃣\\q\"", "unknown-escape", "\\q"),
    Case("a: \"x1️⃣\\u12 \"", "unknown-escape", "\\u12"),
    Case("a: \"é1️⃣\\ud800\"", "unknown-escape", "\\ud800"),
    Case("a: 1️⃣[x\nb: 2", "unclosed-bracket", "["),
    Case("a: 1️⃣{b: {c: 1}", "unclosed-bracket", "{"),
  ]

  static let indentation = [
    Case("a: b\n  1️⃣c: d", "bad-indentation", "c"),
    Case("a:\n    b: 1\n  1️⃣c: 2", "bad-indentation", "c: 2"),
    Case("key:\n   - ok\n  1️⃣- wrong", "bad-indentation", "- wrong"),
    Case("a: \"x\"\n  1️⃣b: 1", "bad-indentation", "b: 1"),
    Case("a: |\n  x\n 1️⃣y: 1", "bad-indentation", "y: 1"),
    Case("a:\n  - b\n  1️⃣c: 1", "bad-indentation", "c: 1"),
    Case("b: c\n1️⃣- a", "bad-indentation", "- a"),
    Case("  a: 1\n1️⃣b: 2", "bad-indentation", "b: 2"),
    Case("a: 1\n1️⃣just text\nb: 2", "missing-colon", "just text"),
    Case("a:\n  b: 1\n  1️⃣\tc: 2", "tab-indentation", "\t"),
    Case("a: |\n1️⃣\t x", "tab-indentation", "\t "),
    Case("-1️⃣\ta", "tab-indentation", "\t"),
    Case("a: 1️⃣- b", "misplaced-dash", "-"),
    Case("1️⃣? [a]\n: b", "explicit-key", "?"),
  ]

  @Test(arguments: cutTexts + tags + signs + quotes + indentation)
  func `a mistake is named at its place with the mended text`(_ example: Case) {
    let marked = MarkedSource(example.source)
    let file = ReadYAML(marked.text)
    let first = DiagnosticReport(file.diagnostics, in: file.sources).diagnostics.prefix(1)
    // A comment that cuts a text is marked where it stands, and reported where the text goes on.
    let isNoted = example.source.contains("b 1️⃣#c")
    let differences = marked.differences(
      of: first.map { diagnostic in
        var copy = diagnostic
        if isNoted { copy.range.start = diagnostic.notes.first?.range.start ?? 0 }
        return copy
      },
      from: [
        ExpectedDiagnostic(
          "1️⃣", example.code, underlined: isNoted ? nil : example.underlined, hint: example.hint)
      ])
    #expect(differences == [], "\(file.report)")
  }

  @Test func `mistakes of grammar in several sections are all found`() {
    let marked = MarkedSource(
      """
      a: b1️⃣: c
      d: "e" 2️⃣f
      g: 3️⃣[1
      h: 2
      i: 4️⃣*j
      k:
        l: 5️⃣"m
      """)
    let file = ReadYAML(marked.text)
    let differences = marked.differences(
      of: file.diagnostics,
      from: [
        ExpectedDiagnostic("1️⃣", "colon-in-text"), ExpectedDiagnostic("2️⃣", "text-after-quote"),
        ExpectedDiagnostic("3️⃣", "unclosed-bracket"), ExpectedDiagnostic("4️⃣", "alias"),
        ExpectedDiagnostic("5️⃣", "unclosed-quote"),
      ])
    #expect(differences == [])
    #expect(file.node == nil)
  }

  @Test func `mistakes that reading survives are all found and leave a tree`() {
    let marked = MarkedSource(
      """
      a: 1️⃣&x 1
      b: 2️⃣*x
      3️⃣<<: {}
      4️⃣a: 2
      c: {w: 5️⃣f(x, y)}
      d: 6️⃣!g
      """)
    let file = ReadYAML(marked.text)
    let codes = ["anchor", "alias", "merge-key", "duplicate-key", "comma-in-text", "tag"]
    let expected = codes.enumerated().map { ExpectedDiagnostic("\($0.offset + 1)\u{FE0F}\u{20E3}", $0.element) }
    #expect(marked.differences(of: file.diagnostics, from: expected) == [])
    #expect(file.outline == "{a: refused, b: refused, c: {w: refused}, d: !g}")
  }
}
