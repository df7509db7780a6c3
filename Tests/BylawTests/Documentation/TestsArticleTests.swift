import Bylaw
import Foundation
import Testing

/// The article on tests shows tests that pass.
@Suite("The article on tests")
struct TestsArticleTests {
  private static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../..").standardized

  private static func text(_ path: String) throws -> String {
    try String(contentsOf: package.appendingPathComponent(path), encoding: .utf8)
  }

  @Test("The first file of tests passes on the rules of the other articles")
  func passes() throws {
    let prelude = try Self.text("Tests/BylawCompilerTests/Golden/preludes/incidents.yaml")
    let files = prelude.components(separatedBy: "#file: ").dropFirst().map { part -> (path: String, text: String) in
      let lines = part.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
      return (String(lines[0]), String(lines[1]))
    }
    let blocks = try Self.text("Sources/Bylaw/Bylaw.docc/Tests.md").components(separatedBy: "```yaml\n").dropFirst()
    let tests = try #require(blocks.first).components(separatedBy: "```")[0]
    let report = try RuleTester(RuleSet(files: files), files: [("tests.yaml", tests)]).run()
    #expect(report.text() == "")
    #expect(report.passed == 3)
  }
}
