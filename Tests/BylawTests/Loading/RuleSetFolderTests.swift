import Bylaw
import BylawModel
import Foundation
import Testing

@Suite("Folders of rules")
struct RuleSetFolderTests {
  static let manifest = "bylaw: 1\nname: small\nversion: 0.1.0\nsubject: User\nrole: subject.role\n"
  static let words = "enums: { Role: [clerk] }\nentities: { User: { fields: { role: Role } } }\n"
  static let rules = """
    actions:
      go:
        allow: clerk
    rules:
      never:
        forbid: go
        because: Nobody goes.

    """
  /// A rule set that shares the words of a folder beside it.
  static let pair = [
    "main/bylaw.yaml": manifest + "uses: [../shared]\n", "main/rules.yaml": rules, "shared/words.yaml": words,
  ]

  static func decide(_ ruleSet: RuleSet) -> Decision {
    let subject = Request.Entity(type: "User", id: "u", properties: ["role": .string("clerk")])
    return PolicyDecisionPoint(ruleSet).decide(
      Request(subject: subject, action: "go"), at: Timestamp(seconds: 1_750_000_000))
  }

  // MARK: Paths

  @Test("The digest and the places in decisions do not depend on how the folder was named")
  func independentOfPath() throws {
    let folder = try TemporaryFolder(Self.pair)
    try folder.link("link", to: "main")
    let paths = ["main", "main/", "shared/../main", "link"].map { folder.path($0) } + [folder.relativePath("main")]
    let ruleSets = try paths.map { try RuleSet(contentsOf: $0) }
    #expect(Set(ruleSets.map(\.identity.digest)).count == 1)
    #expect(Set(ruleSets.map { Self.decide($0).json() }).count == 1)
    #expect(Self.decide(ruleSets[0]).reasons.map(\.source) == ["rules.yaml:5:3"])
  }

  @Test("The digest tells the same files in other folders apart")
  func digestOfPaths() throws {
    let files = ["bylaw.yaml": Self.manifest, "a/words.yaml": Self.words, "rules.yaml": Self.rules]
    let folder = try TemporaryFolder(files)
    let before = try RuleSet(contentsOf: folder.url.path).identity.digest
    try FileManager.default.moveItem(atPath: folder.path("a"), toPath: folder.path("b"))
    #expect(try RuleSet(contentsOf: folder.url.path).identity.digest != before)
  }

  @Test("Diagnostics show paths that can be opened, those of used folders too")
  func shownPaths() throws {
    var files = Self.pair
    files["shared/words.yaml"] = Self.words + "bad: {}\n"
    files["main/rules.yaml"] = Self.rules + "worse: {}\n"
    let folder = try TemporaryFolder(files)
    let path = folder.relativePath("main")
    let error = try #require(throws: LoadError.self) { try RuleSet(contentsOf: path) }
    #expect(error.description.contains("\(path)/rules.yaml:8:1: error: unknown key 'worse'"))
    #expect(error.description.contains("\(folder.relativePath("shared"))/words.yaml:3:1: error: unknown key 'bad'"))
  }

  // MARK: What is read

  @Test("A folder without rule files says so")
  func empty() throws {
    let folder = try TemporaryFolder(["notes.md": "nothing", "tests/a.yaml": "now: 2025-01-01T00:00:00Z\n"])
    let error = #expect(throws: LoadError.self) { try RuleSet(contentsOf: folder.url.path) }
    #expect(error == .noRuleFiles(folder.url.path))
  }

  @Test(
    "A file that is not read is warned of",
    arguments: [
      ("f.YAML", "this file is not read"), ("f.yaml.txt", "this file is not read"), ("f", "this file is not read"),
      ("deep/f.yaml~", "this file is not read"),
    ])
  func unread(name: String, message: String) throws {
    let folder = try TemporaryFolder([
      "bylaw.yaml": Self.manifest, "rules.yaml": Self.words + Self.rules, name: "rules: {}\n",
    ])
    let ruleSet = try RuleSet(contentsOf: folder.url.path)
    #expect(ruleSet.warnings.warningCount == 1)
    #expect(ruleSet.warnings.text().contains("\(folder.path(name)):1:1: warning: \(message) [unread-file]"))
  }

  @Test("A link to a folder is warned of; notes and hidden files are not")
  func links() throws {
    let folder = try TemporaryFolder([
      "main/bylaw.yaml": Self.manifest, "main/rules.yaml": Self.words + Self.rules, "main/README.md": "Notes.",
      "main/.rules.yaml.swp": "", "other/rules.yaml": "rules: {}\n",
    ])
    #expect(try RuleSet(contentsOf: folder.path("main")).warnings.warningCount == 0)
    try folder.link("main/more", to: "other")
    let warnings = try RuleSet(contentsOf: folder.path("main")).warnings.text()
    #expect(warnings.contains("main/more:1:1: warning: this link to a folder is not followed [unread-file]"))
  }

  @Test("Only the folder of the tests itself is left out")
  func deepTests() throws {
    let folder = try TemporaryFolder([
      "bylaw.yaml": Self.manifest, "rules.yaml": Self.words + "actions: { go: { allow: clerk } }\n",
      "chapter/tests/more.yaml": "rules: { never: { forbid: go, because: Nobody goes. } }\n",
      "tests/a.yaml": "tests: {}\n",
    ])
    #expect(Self.decide(try RuleSet(contentsOf: folder.url.path)).outcome == .deny)
  }

  @Test("A folder that is used and lies within the rule set is read once")
  func usedWithin() throws {
    let folder = try TemporaryFolder([
      "bylaw.yaml": Self.manifest + "uses: [words]\n", "rules.yaml": Self.rules, "words/words.yaml": Self.words,
    ])
    #expect(try RuleSet(contentsOf: folder.url.path).warnings.text() == "")
  }

  @Test("A folder that is used and not there is told at its line of the manifest")
  func usedNowhere() throws {
    let folder = try TemporaryFolder(["bylaw.yaml": Self.manifest + "uses: [../nowhere]\n", "rules.yaml": Self.rules])
    let error = try #require(throws: LoadError.self) { try RuleSet(contentsOf: folder.url.path) }
    let place = "\(folder.path("bylaw.yaml")):6:8"
    #expect(error.description.hasPrefix("\(place): error: there is no folder '../nowhere' [unknown-folder]\n"))
  }

  @Test("Two rule sets in one folder are the only mistake that is told")
  func twoManifests() throws {
    let folder = try TemporaryFolder([
      "a/bylaw.yaml": Self.manifest, "a/rules.yaml": Self.words + Self.rules, "b/bylaw.yaml": Self.manifest,
      "b/rules.yaml": "actions: { come: { allow: nobody_we_know } }\n",
    ])
    let error = try #require(throws: LoadError.self) { try RuleSet(contentsOf: folder.url.path) }
    guard case .invalidRules(let report) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(report.errorCount == 1)
    #expect(report.text().contains("error: this rule set has two manifests [duplicate-manifest]"))
    #expect(report.text().contains("hint: name the folder of one rule set"))
  }

  @Test("A test file that is not read is warned of")
  func unreadTests() throws {
    let folder = try TemporaryFolder([
      "bylaw.yaml": Self.manifest, "rules.yaml": Self.words + Self.rules, "tests/a.YAML": "tests: {}\n",
    ])
    let tester = try RuleTester(try RuleSet(contentsOf: folder.url.path), testsFolder: folder.path("tests"))
    #expect(tester.warnings.text().contains("tests/a.YAML:1:1: warning: this file is not read"))
  }
}
