import BylawSyntax
import BylawTestSupport
import Testing

/// Nothing that a file holds brings the reader down, or makes it silent.
struct HostileInputTests {
  static let good = """
    # A rule file with a bit of everything.
    bylaw: 1
    name: incident-management
    actions:
      incident.create:
        sop: IM-12
        allow: [incident_manager, { role: vendor, when: "own(subject, input.c)" }]
        input: { title: text(1..200), impact: Impact? }
        require:
          no-duplicate:
            that: not has(let.duplicate)
            else: "Incident {let.duplicate.?id.orValue('')} is open\\u2026"
        when: |-
          a &&
            b
        because: >
          A folded é sentence
          of two lines.
        it: 'it''s'
      - x
    """

  /// A tree or an error, places inside of the file, and a rendering.
  private func check(_ bytes: [UInt8], _ what: String) {
    let file = ReadYAML(bytes)
    #expect(file.node != nil || !file.diagnostics.isEmpty, "\(what): nothing was said")
    for diagnostic in file.diagnostics {
      let range = diagnostic.range
      #expect(range.start >= 0 && range.start <= range.end && Int(range.end) <= bytes.count, "\(what)")
    }
    let report = DiagnosticReport(file.diagnostics, in: file.sources)
    #expect(report.text().isEmpty == file.diagnostics.isEmpty)
    #expect(!report.json().isEmpty)
    for scalar in file.scalars {
      for offset in scalar.text.utf8.indices.enumerated().map(\.offset) {
        let place = scalar.map.fileOffset(of: offset)
        #expect(place >= 0 && Int(place) < bytes.count, "\(what)")
      }
    }
  }

  @Test func `every beginning of a file is read or refused`() {
    let bytes = Array(Self.good.utf8)
    for length in 0...bytes.count { check(Array(bytes[..<length]), "first \(length) bytes") }
  }

  @Test func `every end of a file is read or refused`() {
    let bytes = Array(Self.good.utf8)
    for start in stride(from: 0, to: bytes.count, by: 3) { check(Array(bytes[start...]), "from \(start)") }
  }

  @Test(arguments: [
    "[", "{", "{a: ", "- ", "? ", "[a, ", "&a ", "*a ", "!a ", "'", "\"", "|", ": ", "\t", "%", "#", "-",
  ])
  func `a megabyte of one sign is refused at once`(sign: String) {
    let count = (1 << 20) / sign.utf8.count
    check(Array(String(repeating: sign, count: count).utf8), "\(count) times \(sign)")
  }

  @Test(arguments: [
    "%TAG !a! x\n", "a: b: c\n", "a: \"b\n", "- &a x\n", "a: !x\n", "{a: 1}\n", "---\n", "...\n", "a: |\n",
  ])
  func `many lines with the same mistake are refused`(line: String) {
    check(Array(String(repeating: line, count: 3000).utf8), line)
  }

  @Test(arguments: 0..<20)
  func `random bytes are read or refused`(seed: Int) {
    var random = RepeatableRandom(seed: UInt64(seed))
    for _ in 0..<20 {
      let length = Int.random(in: 0...300, using: &random)
      check((0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }, "random bytes")
    }
  }

  @Test(arguments: 0..<40)
  func `random pieces of YAML are read or refused`(seed: Int) {
    let pieces = [
      "- ", ": ", "{", "}", "[", "]", ", ", "\n", "\n  ", "\n    ", "|", ">", "|2", ">-", "|+", "\"", "'",
      "\\n", "\\x41", "\\", "\\\n", "#", " #", "&a ", "*a", "!x", "!", "? ", "%", "@", "é", "漢", "\t",
      "\r\n", "---\n", "...\n", "a", "b c", "''", "<<: ", "\u{2028}", "\0", "\u{FEFF}", "k: ", "\n\n",
    ]
    var random = RepeatableRandom(seed: UInt64(seed) &+ 99)
    for _ in 0..<40 {
      let count = Int.random(in: 0...24, using: &random)
      let source = (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
      check(Array(source.utf8), source.debugDescription)
    }
  }

  /// Shapes that YAML's own collection of test files taught: what is unusual there must not be misread here.
  @Test(arguments: [
    ("|#a\n b\n", ["yaml"]),
    ("a: |\n \n  \n x\n", ["yaml"]),
    ("! - |1\n  explicit\n", ["tag"]),
    ("&b *a", ["yaml"]),
    ("key2: &b *a\n", ["anchor", "yaml-syntax"]),
    ("!foo \"bar\"\n", ["tag"]),
    ("--- |0\n x", ["block-header"]),
    ("[ a, b, c ] ]\n", ["bad-indentation"]),
    ("{ y: z }- invalid\n", ["misplaced-dash"]),
    ("? - a\n: b\n", ["explicit-key", "key-not-text"]),
    ("- - - a\n  - b\n - c\n", ["bad-indentation"]),
    ("... a\n", ["yaml"]),
    ("a: b\n... c\n", ["bad-indentation"]),
    ("a\n%b: c\n", ["yaml"]),
  ])
  func `an unusual shape is read or refused`(source: String, codes: [String]) {
    let file = ReadYAML(source)
    check(Array(source.utf8), source)
    if codes != ["yaml"] { #expect(file.codes == codes, "\(file.report)") }
  }
}
