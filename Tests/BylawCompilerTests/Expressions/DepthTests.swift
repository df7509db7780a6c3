import BylawCompiler
import BylawModel
import Testing

/// Whatever the parser lets through is checked without exhausting the stack, and in time.
struct DepthTests {
  @Test(arguments: [
    (0..<250).map { _ in "1" }.joined(separator: " + "),
    String(repeating: "!", count: 200) + "input.ok",
    String(repeating: "-", count: 200) + "input.n",
    String(repeating: "(", count: 60) + "1" + String(repeating: ")", count: 60),
    String(repeating: "[", count: 60) + "1" + String(repeating: "]", count: 60),
    String(repeating: "[1].map(x, ", count: 60) + "1" + String(repeating: ")", count: 60),
    String(repeating: "int(", count: 60) + "1" + String(repeating: ")", count: 60),
    String(repeating: "math.greatest(1, ", count: 60) + "1" + String(repeating: ")", count: 60),
    "input.title" + String(repeating: ".trim()", count: 200),
    (0..<250).map { "input.n == \($0)" }.joined(separator: " || "),
    String(repeating: "input.ok ? 1 : (", count: 60) + "1" + String(repeating: ")", count: 60),
    String(repeating: "cel.bind(x, 1, ", count: 60) + "x" + String(repeating: ")", count: 60),
  ])
  func `deep expressions pass`(_ source: String) {
    let diagnostics = Fixture.check(source).diagnostics
    #expect(diagnostics.isEmpty, "\(diagnostics.map { "\($0)" })")
  }

  @Test func `deep mistakes are found once`() {
    let source = String(repeating: "foo(subject.nam, ", count: 60) + "1" + String(repeating: ")", count: 60)
    #expect(Fixture.check(source).diagnostics.count == 2)
  }
}
