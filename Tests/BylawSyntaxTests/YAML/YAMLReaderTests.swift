import BylawSyntax
import BylawTestSupport
import Testing

/// Trees of well-formed files, the places of their nodes, and the limits.
struct YAMLReaderTests {
  @Test(arguments: [
    ("a: 1", "{a: 1}"),
    ("a:\n  - b\n  - c: d\n", "{a: [b, {c: d}]}"),
    ("a:\n- b\n- c\n", "{a: [b, c]}"),
    ("a: {b: [c, d], e: {}}\n", "{a: {b: [c, d], e: {}}}"),
    ("a:\nb:\n", "{a: , b: }"),
    ("- - - x\n", "[[[x]]]"),
    ("---\na: b\n...\n# behind\n", "{a: b}"),
    ("# before\n\na: b # behind\n", "{a: b}"),
    ("a: b\r\nc:\r\n  - d\r\n", "{a: b, c: [d]}"),
    ("just text\n", "just text"),
    ("\"a b\": 'c d'\n", "{a b: c d}"),
    ("A sentence, with a comma: x >= 5 && y\n", "{A sentence, with a comma: x >= 5 && y}"),
    ("a: {w: T?, x: T? }\n", "{a: {w: T?, x: T?}}"),
    ("wait: 09:00 to under 17:00\n", "{wait: 09:00 to under 17:00}"),
    ("a: [{b: c}, d: e]\n", "{a: [{b: c}, {d: e}]}"),
    ("no: no\n012: 012\n", "{no: no, 012: 012}"),
  ])
  func `a well-formed file gives its tree`(source: String, outline: String) {
    let file = ReadYAML(source)
    #expect(file.diagnostics.isEmpty, "\(file.report)")
    #expect(file.outline == outline)
  }

  @Test func `a mapping keeps the order of the file and the place of each key and value`() throws {
    let marked = MarkedSource("bylaw: 1\nname: 1️⃣é-rules\nlist:\n  - 2️⃣a\n  - {k: 3️⃣v}\n")
    let file = ReadYAML(marked.text)
    #expect(file.diagnostics.isEmpty)
    let scalars = file.scalars
    #expect(scalars.map(\.text) == ["bylaw", "1", "name", "é-rules", "list", "a", "k", "v"])
    #expect(Int(scalars[3].range.start) == marked.markers["1️⃣"])
    #expect(Int(scalars[5].range.start) == marked.markers["2️⃣"])
    #expect(Int(scalars[7].range.start) == marked.markers["3️⃣"])
    #expect(scalars.map { file.text($0.range) } == scalars.map(\.text))
  }

  @Test(arguments: [
    ("a:\n  b: c\n\n# comment\n\nd: e\n", "b: c"),
    ("a:\n  - b\n  - c   # comment\n\nd: e\n", "- b\n  - c"),
    ("a: { b: c }  # comment\nd: e\n", "{ b: c }"),
    ("a: [ b,\n   c ]\nd: e\n", "[ b,\n   c ]"),
    ("a: 'b'\nd: e\n", "'b'"),
    ("a: |\n  b\n  c\n\n\nd: e\n", "|\n  b\n  c"),
    ("a: >- # comment\n  b\n\nd: e\n", ">- # comment\n  b"),
    ("a: b\n  c\nd: e\n", "b\n  c"),
    ("a:   # comment\nd: e\n", ""),
  ])
  func `a node covers what belongs to it and no more`(source: String, covered: String) throws {
    let file = ReadYAML(source)
    let node = try #require(file.node)
    guard case .mapping(let entries) = node.kind else {
      Issue.record("no mapping")
      return
    }
    #expect(file.text(entries[0].value.range) == covered)
  }

  @Test func `sixty-four levels are read and sixty-five are refused`() {
    for (opening, closing) in [("[", "]"), ("{a: ", "}")] {
      let allowed = ReadYAML(
        String(repeating: opening, count: 64) + "x" + String(repeating: closing, count: 64))
      #expect(allowed.diagnostics.isEmpty)
      let refused = ReadYAML(
        String(repeating: opening, count: 65) + "x" + String(repeating: closing, count: 65))
      #expect(refused.codes == ["too-deep"])
      #expect(refused.node == nil)
      #expect(Int(refused.diagnostics[0].range.start) == 64 * opening.utf8.count)
    }
  }

  @Test func `sixty-five levels of indentation are refused`() {
    let lines = (0..<65).map { String(repeating: " ", count: $0) + "a:\n" }.joined()
    #expect(ReadYAML(lines).codes == ["too-deep"])
    #expect(ReadYAML(String(repeating: "- ", count: 65) + "x").codes == ["too-deep"])
  }

  @Test func `a file of sixteen mebibytes is read and one byte more is refused`() {
    let head = Array("a: ".utf8)
    let body = [UInt8](repeating: UInt8(ascii: "x"), count: YAMLReader.sizeLimit - head.count)
    #expect(ReadYAML(head + body).codes == [])
    let lines = ReadYAML(head + body + [0x0A]).report.split(separator: "\n")
    #expect(lines.first == "test.yaml:1:1: error: the file is larger than 16 MiB [file-too-large]")
    #expect(lines.last == "  = hint: split it: all files of a folder are one rule set")
  }

  @Test(arguments: ["", "\n\n", "# only a comment\n", "---\n", "---\n...\n", "  "])
  func `a file without content is refused`(source: String) {
    let file = ReadYAML(source)
    #expect(file.codes == ["empty-file"])
    #expect(file.node == nil)
  }

  @Test func `keys are compared as text`() {
    #expect(ReadYAML("a: 1\nb: 2\n'a': 3\n").codes == ["duplicate-key"])
    #expect(ReadYAML("a: 1\nA: 2\n").codes == [])
    #expect(ReadYAML("5: 1\n5.0: 2\n").codes == [])
    let many = (0..<20).map { "k\($0): \($0)\n" }.joined()
    #expect(ReadYAML(many).codes == [])
    #expect(ReadYAML(many + "k3: x\nk19: y\n").codes == ["duplicate-key", "duplicate-key"])
  }

  @Test func `an entry that is refused is left out and the others stay`() {
    #expect(ReadYAML("a: 1\na: 2\nb: *c\n<<: {d: 1}\ne: 3\n").outline == "{a: 1, b: refused, e: 3}")
    #expect(ReadYAML("x: !active(subject) == y\n").outline == "{x: !active(subject) == y}")
    #expect(ReadYAML("[a]: 1\nb: 2\n").outline == "{b: 2}")
  }

  @Test func `a file with many mistakes is not read to its end`() {
    let file = ReadYAML(String(repeating: "- &a x\n", count: 5000))
    #expect(file.diagnostics.count == YAMLReader.mistakeLimit)
  }
}
