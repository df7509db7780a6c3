import BylawSyntax
import BylawTestSupport
import Testing

/// Trees of well-formed files.
struct YAMLReaderTests {
  @Test func `a mapping keeps the order of the file and the place of each key and value`() throws {
    let marked = MarkedSource("bylaw: 1\nname: 1️⃣é-rules\nlist:\n  - 2️⃣a\n  - {k: 3️⃣v}\n")
    let (sources, file) = marked.load()
    var diagnostics = Diagnostics()
    let node = try #require(YAMLReader.read(file, in: sources, diagnostics: &diagnostics))
    #expect(diagnostics.all.isEmpty)
    guard case .mapping(let entries) = node.kind else {
      Issue.record("no mapping")
      return
    }
    #expect(entries.map(\.key.text) == ["bylaw", "name", "list"])
    guard case .scalar(let name) = entries[1].value.kind,
      case .sequence(let items) = entries[2].value.kind,
      case .mapping(let inner) = items[1].kind
    else {
      Issue.record("other nodes than written")
      return
    }
    #expect(Int(name.range.start) == marked.markers["1️⃣"])
    #expect(Int(items[0].range.start) == marked.markers["2️⃣"])
    #expect(Int(inner[0].value.range.start) == marked.markers["3️⃣"])
  }
}
