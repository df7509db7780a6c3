import Foundation
import Testing

@Suite struct CheckCommandTests {
  static let manifest = """
    bylaw: 1
    name: small
    version: 0.1.0
    subject: User
    role: subject.role

    """

  static let good = """
    enums:
      Role: [clerk]
    entities:
      User:
        fields:
          role: Role
    actions:
      go:
        title: Go
        allow: [clerk]

    """

  @Test func `a rule set without errors ends with 0 and its counts`() throws {
    let result = try CommandRunner.run(["check", "rules/incident-management", "rules/ai-operations"])
    #expect(result.status == 0)
    #expect(result.output.split(separator: "\n").count == 2)
    #expect(result.output.hasPrefix("incident-management 1.0.0: "))
  }

  @Test func `errors end with 3 and go to standard error`() throws {
    try CommandRunner.withFolder(["bylaw.yaml": Self.manifest, "rules.yaml": Self.good + "actoins: {}\n"]) { folder in
      let result = try CommandRunner.run(["check", folder])
      #expect(result.status == 3)
      #expect(result.output.isEmpty)
      #expect(result.errors.contains("rules.yaml:11:1: error: unknown key 'actoins'"))
      #expect(result.errors.contains("did you mean 'actions'?"))
    }
  }

  @Test func `JSON has a result for each folder, in order`() throws {
    try CommandRunner.withFolder(["bylaw.yaml": Self.manifest, "rules.yaml": Self.good]) { folder in
      let result = try CommandRunner.run(["check", "--format", "json", folder, "no-such-folder"])
      #expect(result.status == 3)
      let list = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]]
      #expect(list?.map { $0["valid"] as? Bool } == [true, false])
      #expect(list?.first?["name"] as? String == "small")
      #expect((list?.first?["report"] as? [String: Any])?["errors"] as? Int == 0)
      #expect(list?.last?["error"] as? String == "'no-such-folder' is no folder of rules")
    }
  }

  @Test func `directions are shown as text when asked for, and always in JSON`() throws {
    let text = try CommandRunner.run(["check", "--directions", "rules/ai-operations"])
    #expect(
      text.output.split(separator: "\n").contains { $0.hasPrefix("  group protective") && $0.hasSuffix("  loosens") })
    let json = try CommandRunner.run(["check", "--format", "json", "rules/ai-operations"])
    let list = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: Any]]
    let directions = list?.first?["directions"] as? [[String: String]]
    #expect(directions?.contains(["kind": "fact", "name": "production_fleet", "direction": "loosens"]) == true)
  }

  @Test(arguments: [["check"], ["check", "--format", "xml", "x"]])
  func `wrong usage ends with 64`(arguments: [String]) throws {
    #expect(try CommandRunner.run(arguments).status == 64)
  }
}
