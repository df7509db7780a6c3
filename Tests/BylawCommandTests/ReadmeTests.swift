import Foundation
import Testing

/// The README shows what there is.
@Suite struct ReadmeTests {
  static func text(_ path: String) throws -> String {
    try String(contentsOf: CommandRunner.package.appendingPathComponent(path), encoding: .utf8)
  }

  @Test func `the program in the README is that of the example`() throws {
    let blocks = try Self.text("README.md").components(separatedBy: "```swift\n").dropFirst()
      .map { $0.components(separatedBy: "```")[0] }
    #expect(blocks.first == (try Self.text("examples/embed/Sources/Embed/main.swift")))
  }

  @Test func `every article is in the table of the README, and every link leads somewhere`() throws {
    let readme = try Self.text("README.md")
    let linked = readme.matches(of: #/\]\((Sources/Bylaw/Bylaw\.docc/[A-Za-z]+\.md)\)/#).map { String($0.output.1) }
    let folder = CommandRunner.package.appendingPathComponent("Sources/Bylaw/Bylaw.docc").path
    let articles = try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.hasSuffix(".md") && $0 != "Bylaw.md" }.map { "Sources/Bylaw/Bylaw.docc/\($0)" }
    #expect(Set(linked).symmetricDifference(articles).sorted() == [])
  }

  @Test(arguments: ["check", "eval", "test", "trace"])
  func `every option of a command is in the table of the README`(command: String) throws {
    let row = try #require(
      Self.text("README.md").split(separator: "\n").first { $0.hasPrefix("| `bylaw \(command) ") })
    let help = try CommandRunner.run([command, "--help"]).output
    let options = Set(help.matches(of: #/(?m)^  (--[a-z-]+)/#).map { String($0.output.1) })
    #expect(options.count >= 2)
    for option in options.sorted() where option != "--version" { #expect(row.contains(option), "\(option)") }
  }
}
