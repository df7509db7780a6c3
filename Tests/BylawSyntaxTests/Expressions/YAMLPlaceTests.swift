import BylawSyntax
import BylawTestSupport
import Testing

/// Mistakes inside expressions, in files in every style that YAML has for a scalar.
@Suite struct `Places in a file` {
  static let files: [(style: String, marked: String, underlined: String)] = [
    ("plain", "when: a == 1️⃣= b\n", "="),
    ("plain over lines", "when: a ==\n  b &&\n    c 1️⃣d\n", "d"),
    ("single quoted", "when: 'a == ''x'' && b 1️⃣c'\n", "c"),
    ("single quoted, a text", "when: 'a 1️⃣''x''y'\n", "''x''"),
    ("double quoted", "when: \"a == \\\"x\\\" && b 1️⃣c\"\n", "c"),
    ("double quoted, a text", "when: \"a 1️⃣\\\"x\\\" b\"\n", "\\\"x\\\""),
    ("double quoted, an escape", "when: \"a == \\u0061 1️⃣\\u0062 && c\"\n", "\\u0062"),
    ("double quoted, folded", "when: \"a ==\n  b \\\n  && c 1️⃣d\"\n", "d"),
    ("literal", "when: |\n  a == b &&\n  c 1️⃣d\n", "d"),
    ("literal, indented", "x:\n  when: |-\n      a &&\n        b 1️⃣c\n", "c"),
    ("folded", "when: >\n  a == b &&\n  (c ||\n  d 1️⃣e)\n", "e"),
    ("folded, ends too early", "when: >-\n  a == b\n  &&1️⃣\n", ""),
    ("after wide characters", "when: 'a == \"été 😀\" 1️⃣c'\n", "c"),
  ]

  @Test(arguments: files.indices)
  func `are exact in every style of a scalar`(index: Int) throws {
    let (style, text, underlined) = Self.files[index]
    let marked = MarkedSource(text)
    let (sources, file) = marked.load()
    var diagnostics = Diagnostics()
    let root = try #require(YAMLReader.read(file, in: sources, diagnostics: &diagnostics))
    let scalar = try #require(Self.expression(in: root))
    _ = ExpressionParser.parse(scalar, diagnostics: &diagnostics)
    try #require(diagnostics.all.count == 1, "\(style)")
    let range = diagnostics.all[0].range
    #expect(Int(range.start) == marked.markers["1️⃣"], "\(style)")
    #expect(marked.underlined(range) == underlined, "\(style)")
  }

  @Test func `are exact in the holes of a sentence`() throws {
    let marked = MarkedSource("else: >\n  Over {n} of\n  {total 1️⃣x} are \"done\", {y 2️⃣= 1}\n")
    let (sources, file) = marked.load()
    var diagnostics = Diagnostics()
    let root = try #require(YAMLReader.read(file, in: sources, diagnostics: &diagnostics))
    let scalar = try #require(Self.expression(in: root))
    _ = SentenceParser.parse(scalar, diagnostics: &diagnostics)
    let differences = marked.differences(
      of: diagnostics.all,
      from: [
        ExpectedDiagnostic("1️⃣", "unexpected-token", underlined: "x"),
        ExpectedDiagnostic("2️⃣", "unknown-operator", underlined: "="),
      ])
    #expect(differences == [])
  }

  /// The only scalar value of a file.
  private static func expression(in node: Node) -> Scalar? {
    switch node.kind {
    case .scalar(let scalar): scalar
    case .mapping(let entries): entries.first.flatMap { expression(in: $0.value) }
    case .sequence: nil
    }
  }
}
