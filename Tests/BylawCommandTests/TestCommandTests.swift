import Foundation
import Testing

@Suite struct TestCommandTests {
  static let tests = """
    now: 2025-01-01T00:00:00Z
    records: { User: { u: { role: clerk } } }
    tests:
      A clerk goes: { sop: S-1.1, request: { subject: u, action: go }, expect: { decision: allow } }

    """
  static let files = ["bylaw.yaml": CheckCommandTests.manifest, "rules.yaml": CheckCommandTests.good]

  /// Runs `bylaw test` on a rule set with or without tests.
  static func run(_ options: [String], tests: String?) throws -> CommandRunner.Result {
    try CommandRunner.withFolder(files) { folder in
      if let tests {
        try FileManager.default.createDirectory(atPath: folder + "/tests", withIntermediateDirectories: true)
        try Data(tests.utf8).write(to: URL(fileURLWithPath: folder + "/tests/a.yaml"))
      }
      return try CommandRunner.run(["test", folder] + options)
    }
  }

  @Test func `tests that pass end with 0`() throws {
    let result = try Self.run([], tests: Self.tests)
    #expect(result.status == 0)
    #expect(result.output == "small: 1 passed, 0 failed, 0 errors\n")
    #expect(result.errors.isEmpty)
  }

  @Test func `a rule set without tests ends with 1 and says so`() throws {
    for tests in [nil, "records: {}\n"] {
      let result = try Self.run([], tests: tests)
      #expect(result.status == 1)
      #expect(result.errors.hasPrefix("error: there are no tests in '"))
    }
  }

  @Test func `a filter that no test matches ends with 1 and says so`() throws {
    let result = try Self.run(["--filter", "zzz"], tests: Self.tests)
    #expect(result.status == 1)
    #expect(result.errors == "error: no test has 'zzz' in its name\n")
    #expect(try Self.run(["--filter", "CLERK"], tests: Self.tests).status == 0)
  }

  @Test func `JSON has an object for each folder, with what was asked for in it`() throws {
    let tests = Self.tests.replacingOccurrences(of: "decision: allow", with: "decision: deny, missing: [{ of: x }]")
    let result = try Self.run(["--format", "json", "--coverage", "--mutate"], tests: tests)
    #expect(result.status == 1)
    let list = try #require(JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]])
    #expect(list.count == 1)
    #expect(Set(list[0].keys).isSuperset(of: ["folder", "rule_set", "tests", "coverage", "mutations"]))
    let test = (list[0]["tests"] as? [[String: Any]])?.first
    let differences = test?["differences"] as? [[String: Any]]
    #expect(differences?.first?["expected"] as? String == "deny")
    #expect((differences?.last?["expected"] as? [[String: String]]) == [["of": "x"]])
    #expect((differences?.last?["actual"] as? [Any])?.isEmpty == true)
  }

  @Test(arguments: [["test"], ["test", "x", "--threads", "0"], ["trace", "x"], []])
  func `wrong usage ends with 64`(arguments: [String]) throws {
    #expect(try CommandRunner.run(arguments).status == 64)
  }

  @Test func `a trace in JSON is a list, and clauses that lack something end with 1`() throws {
    try CommandRunner.withFolder(Self.files) { folder in
      let catalogue = folder + "/clauses.yml.txt"
      try Data("clauses: [{ id: S-1.1, must: Go. }, { id: S-1.2, must: Come. }]\n".utf8)
        .write(to: URL(fileURLWithPath: catalogue))
      try FileManager.default.createDirectory(atPath: folder + "/tests", withIntermediateDirectories: true)
      try Data(Self.tests.utf8).write(to: URL(fileURLWithPath: folder + "/tests/a.yaml"))
      let result = try CommandRunner.run(["trace", folder, "--clauses", catalogue, "--format", "json"])
      #expect(result.status == 1)
      let list = try #require(JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]])
      #expect((list.first?["clauses"] as? [Any])?.count == 2)
    }
  }
}
