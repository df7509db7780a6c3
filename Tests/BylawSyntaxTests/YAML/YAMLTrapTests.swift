import BylawSyntax
import BylawTestSupport
import Testing

/// Traps that only the reader of a node can see, and characters that nobody sees.
struct YAMLTrapTests {
  @Test(
    arguments: [
      (
        "a: x == 5 1️⃣# or more\n", "# or more",
        "write \"x == 5 # or more\", or put the comment on a line of its own"
      ),
      ("a: 'x' # fine\n", nil, nil),
      ("a: x#y\n", nil, nil),
      ("a: x\n# fine\n", nil, nil),
      ("a:   # nothing to cut\n", nil, nil),
      ("a: |\n  x # text\n", nil, nil),
      ("a: x\n  y   1️⃣#z  \n", "#z", "put the text in quotes, or put the comment on a line of its own"),
      ("a: é 1️⃣# é", "# é", "write \"é # é\", or put the comment on a line of its own"),
    ] as [(String, String?, String?)])
  func `a comment behind an expression or sentence can be told`(
    source: String, comment: String?, hint: String?
  ) {
    let marked = MarkedSource(source)
    let file = ReadYAML(marked.text)
    let trap = file.sources.commentInText(file.scalars[1])
    #expect(trap.map { file.text($0.range) } == comment)
    #expect(trap?.hint == hint)
    #expect(trap.map { Int($0.range.start) } == marked.markers["1️⃣"])
    #expect(file.sources.comment(after: file.scalars[1]) == trap?.range)
  }

  @Test(
    arguments: [
      ("a:\n  Only one: the other\n", "\"Only one: the other\""),
      ("a: [1..5]\n", "\"[1..5]\""),
      ("a: {x: \"y\"}\n", "'{x: \"y\"}'"),
      ("a:\n  b: c\n  d: e\n", nil),
      ("a: text\n", nil),
    ] as [(String, String?)])
  func `a mapping or list that was meant as text is shown in quotes`(source: String, text: String?) throws {
    let file = ReadYAML(source)
    guard case .mapping(let entries) = try #require(file.node).kind else {
      Issue.record("no mapping")
      return
    }
    #expect(file.sources.textMeant(by: entries[0].value) == text)
  }

  @Test func `a byte order mark is reported and the file is read`() {
    let file = ReadYAML("\u{FEFF}a: b\n")
    #expect(file.codes == ["byte-order-mark"])
    #expect(file.outline == "{a: b}")
    #expect(file.scalars.map { file.text($0.range) } == ["a", "b"])
  }

  @Test func `invalid UTF-8 is reported at its place and the rest is read`() {
    let bad: [[UInt8]] = [
      [0xFF], [0xC3], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82], [0x80],
      [0xF4, 0x90, 0x80, 0x80],
    ]
    for bytes in bad {
      let file = ReadYAML(Array("é: b".utf8) + bytes + Array("c\nd: *e\n".utf8))
      #expect(file.codes == ["invalid-utf8", "alias"], "\(bytes)")
      #expect(file.diagnostics.first?.range.start == 5)
      #expect(file.sources.place(file.diagnostics[0].range) == "test.yaml:1:5")
    }
  }

  @Test func `a character that nobody sees is reported with its number`() {
    let characters: [Unicode.Scalar] = [
      "\0", "\u{7}", "\u{1B}", "\u{7F}", "\u{85}", "\u{9F}", "\u{2028}", "\u{202E}", "\u{2066}", "\u{FEFF}",
      "\r",
    ]
    for character in characters {
      let file = ReadYAML("a: b\(character)c\n")
      #expect(file.codes == ["control-character"], "\(character.value)")
      #expect(file.diagnostics.first?.range.start == 4)
      let digits = String(character.value, radix: 16, uppercase: true)
      #expect(file.diagnostics.first?.message.contains("U+") ?? false)
      #expect(file.diagnostics.first?.message.contains(digits) ?? false)
    }
    #expect(ReadYAML("a: b\tc é 漢 😀 \u{A0}\u{200D}\r\n").codes == [])
    #expect(ReadYAML("a: \"\\u202e\\0\"\n").codes == [])
  }

  @Test func `equal neighbours are one mistake and a file full of them is no text`() {
    #expect(ReadYAML([UInt8](repeating: 0, count: 10_000)).diagnostics.count <= 2)
    let noise = (0..<400).flatMap { _ in [UInt8(ascii: "a"), 0x07] }
    let file = ReadYAML(noise)
    #expect(file.node == nil)
    #expect(file.diagnostics.count == 20)
  }
}
