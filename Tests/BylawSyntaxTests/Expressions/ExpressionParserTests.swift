import BylawSyntax
import Testing

@Suite struct `Expressions` {
  @Test(arguments: [
    ("a || b && c", "(|| a (&& b c))"),
    ("a && b || c && d", "(|| (&& a b) (&& c d))"),
    ("a || b || c", "(|| (|| a b) c)"),
    ("a && b && c && d", "(&& (&& a b) (&& c d))"),
    ("a == b && c != d", "(&& (== a b) (!= c d))"),
    ("a < b == c", "(== (< a b) c)"),
    ("a + b * c - d", "(- (+ a (* b c)) d)"),
    ("a - b - c", "(- (- a b) c)"),
    ("a / b % c", "(% (/ a b) c)"),
    ("(a + b) * c", "(* (+ a b) c)"),
    ("a ? b : c", "(? a b c)"),
    ("a ? b : c ? d : e", "(? a b (? c d e))"),
    ("a ? (b ? c : d) : e", "(? a (? b c d) e)"),
    ("a || b ? c && d : e", "(? (|| a b) (&& c d) e)"),
    ("a in [1, 2]", "(in a [1 2])"),
    ("a >= 1 && a <= 2 && a > 3 && a < 4", "(&& (&& (>= a 1) (<= a 2)) (&& (> a 3) (< a 4)))"),
  ])
  func `operators bind as in CEL`(text: String, tree: String) {
    #expect(outline(Sample(text).parsed().expression) == tree)
    #expect(Sample(text).parsed().diagnostics.isEmpty)
  }

  @Test(arguments: [
    ("!a", "(! a)"), ("!!a", "(! (! a))"), ("not a", "(! a)"), ("not not a", "(! (! a))"), ("not(a)", "(! a)"),
    ("not a && b", "(&& (! a) b)"), ("not a.b(c)", "(! (.b() a c))"), ("-a", "(- a)"), ("--a", "(- (- a))"),
    ("-1", "-1"), ("- 1", "-1"), ("--1", "(- -1)"), ("a - 1", "(- a 1)"), ("a -1", "(- a 1)"), ("a--1", "(- a -1)"),
    ("-1.5", "-1.5=-15e-1"), ("-2 h", "-7200s"), ("!a.b", "(! (. a b))"), ("-a.b", "(- (. a b))"),
  ])
  func `prefixes bind to the operand after them`(text: String, tree: String) {
    #expect(outline(Sample(text).parsed().expression) == tree)
  }

  @Test(arguments: [
    ("a.b.c", "(. (. a b) c)"), ("a.?b", "(.? a b)"), ("a.?b.orValue('')", #"(.orValue() (.? a b) "")"#),
    ("a[0]", "([] a 0)"), ("a[?0]", "([?] a 0)"), ("a.b[c].d", "(. ([] (. a b) c) d)"), ("f()", "(f())"),
    ("f(a, b)", "(f() a b)"), ("a.f(b)", "(.f() a b)"), ("has(a.b)", "(has() (. a b))"),
    ("a.all(x, x > 1)", "(.all() a x (> x 1))"), ("a.`b-c`", "(. a b-c)"), ("a.?`b c/d.e`", "(.? a b c/d.e)"),
    ("let.duplicate", "(. let duplicate)"), ("a.package", "(. a package)"), ("a . b", "(. a b)"),
    ("'x'.size()", #"(.size() "x")"#), ("[1][0]", "([] [1] 0)"), ("(a || b).c", "(. (|| a b) c)"),
    ("optional.of(1)", "(.of() optional 1)"),
    (
      "classified.severity.at_least(\"P2\")",
      #"(.at_least() (. classified severity) "P2")"#
    ),
  ])
  func `members, elements and calls follow each other`(text: String, tree: String) {
    #expect(outline(Sample(text).parsed().expression) == tree)
  }

  @Test(arguments: [
    ("[]", "[]"), ("[a, ?b]", "[a ?b]"), ("[1, 2, ]", "[1 2]"), ("{}", "{}"), ("{'a': 1}", #"{"a": 1}"#),
    ("{?'a': b, c: d, }", #"{?"a": b, c: d}"#), ("{'a': {'b': [1]}}", #"{"a": {"b": [1]}}"#),
    ("[x ? 1 : 2]", "[(? x 1 2)]"), ("{a ? 'b' : 'c': 1}", #"{(? a "b" "c"): 1}"#),
  ])
  func `lists and maps hold optional elements and a comma at the end`(text: String, tree: String) {
    #expect(outline(Sample(text).parsed().expression) == tree)
  }

  @Test(arguments: [
    ("a // the rest\n && b", "(&& a b)"), ("a//", "a"), ("\ta\r\n\u{C}&&\nb ", "(&& a b)"), ("'a // b'", #""a // b""#),
  ])
  func `space and comments separate`(text: String, tree: String) {
    #expect(outline(Sample(text).parsed().expression) == tree)
  }

  @Test func `every part has its place in the file`() {
    let sample = Sample("a.b == 'ü' && (not c[d])")
    let whole = sample.parsed().expression
    #expect(sample.underlined(whole.range) == "a.b == 'ü' && (not c[d])")
    guard case .binary(.and, let left, let right, let and) = whole.kind,
      case .binary(.equal, let select, let text, operatorRange: _) = left.kind,
      case .select(_, let name, isOptional: false) = select.kind, case .not(let element) = right.kind
    else {
      Issue.record("not the tree that was expected")
      return
    }
    #expect(sample.underlined(and) == "&&")
    #expect(sample.underlined(left.range) == "a.b == 'ü'")
    #expect(sample.underlined(name.range) == "b")
    #expect(sample.underlined(text.range) == "'ü'")
    #expect(sample.underlined(right.range) == "(not c[d])")
    #expect(sample.underlined(element.range) == "c[d]")
  }

  @Test func `a place follows the segments of a folded scalar`() {
    // `a &&\n    b c`: the fold of five bytes became one space.
    let file = FileID(index: 3)
    let map = ScalarMap(
      file: file, segments: [.init(text: 0, file: 10), .init(text: 4, file: 14), .init(text: 5, file: 19)])
    var diagnostics = Diagnostics()
    _ = ExpressionParser.parse("a && b c", map: map, diagnostics: &diagnostics)
    #expect(diagnostics.all.map(\.range) == [SourceRange(file: file, start: 21, end: 22)])
  }

  @Test func `brackets nest up to the limit and no further`() {
    let limit = ExpressionParser.greatestNesting
    for (open, close) in [("(", ")"), ("[", "]"), ("f(", ")"), ("a[", "]"), ("{1: ", "}")] {
      let fits = String(repeating: open, count: limit) + "1" + String(repeating: close, count: limit)
      #expect(Sample(fits).parsed().diagnostics.isEmpty)
      let deep = Sample(String(repeating: open, count: 10_000))
      #expect(deep.parsed().diagnostics.map(\.code) == [SyntaxCode.expressionTooDeep.code])
    }
  }

  @Test func `long chains are read or refused, never followed without end`() {
    let conditions = Array(repeating: "a", count: 5_000).joined(separator: " && ")
    #expect(Sample(conditions).parsed().diagnostics.isEmpty)
    for link in ["a + ", "a ? b : ", "!", "- "] {
      #expect(Sample(String(repeating: link, count: 200) + "a").parsed().diagnostics.isEmpty)
      let long = Sample(String(repeating: link, count: 8_000) + "a")
      #expect(long.parsed().diagnostics.map(\.code) == [SyntaxCode.expressionTooDeep.code])
    }
    let members = Sample("a" + String(repeating: ".b", count: 8_000))
    #expect(members.parsed().diagnostics.map(\.code) == [SyntaxCode.expressionTooDeep.code])
    let big = Sample(String(repeating: " ", count: ExpressionParser.greatestLength) + "a")
    #expect(big.parsed().diagnostics.map(\.code) == [SyntaxCode.expressionTooLong.code])
  }
}
