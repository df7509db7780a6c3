import Foundation
import Testing

@Suite struct EvalCommandTests {
  static let options = [
    "eval", "--rules", "rules/incident-management", "--entities", "examples/entities-incident-management.yaml",
    "--now", "2025-09-24T09:00:00Z",
  ]

  static func example(_ name: String) -> String { "examples/requests/incident-management/\(name).json" }

  static func line(_ name: String) throws -> String {
    let text = try String(contentsOf: CommandRunner.package.appendingPathComponent(example(name)), encoding: .utf8)
    return text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.joined()
  }

  @Test(arguments: [
    ("01-create-an-incident", 0, "ALLOW\n"), ("03-client-contact-may-not", 2, "DENY  unauthorized\n"),
    ("04-inputs-are-missing", 2, "DENY  invalid_input\n"), ("06-critical-change-waits", 4, "PENDING\n"),
    ("07-critical-change-approved", 0, "ALLOW\n"),
  ])
  func `the exit status of one request is its answer`(name: String, status: Int32, headline: String) throws {
    let result = try CommandRunner.run(Self.options + ["--request", Self.example(name)])
    #expect(result.status == status)
    #expect(result.output.hasPrefix(headline))
    #expect(result.errors.isEmpty)
  }

  @Test func `standard input is read where no file is named`() throws {
    let line = try Self.line("03-client-contact-may-not")
    #expect(try CommandRunner.run(Self.options, input: line).status == 2)
    #expect(try CommandRunner.run(Self.options + ["--request", "-"], input: line).status == 2)
  }

  @Test func `JSON Lines are answered line by line, bad ones by an error`() throws {
    let allow = try Self.line("01-create-an-incident")
    let deny = try Self.line("03-client-contact-may-not")
    let result = try CommandRunner.run(
      Self.options + ["--format", "json"], input: "\(allow)\n\nnot json\n{\"subject\":1}\n\(deny)\n")
    let lines = result.output.split(separator: "\n")
    #expect(result.status == 3)
    #expect(lines.count == 4)
    #expect(lines[0].hasPrefix(#"{"decision":"allow""#))
    #expect(lines[1].hasPrefix(#"{"error":{"line":3,"problems":[{"path":"$","#))
    #expect(lines[2].hasPrefix(#"{"error":{"line":4,"problems":[{"path":"$.subject","#))
    #expect(lines[3].hasPrefix(#"{"decision":"deny","class":"unauthorized""#))
    #expect(result.errors.contains("line 3: error: $"))
  }

  @Test func `JSON Lines without bad lines end well whatever the answers`() throws {
    let lines = try Self.line("01-create-an-incident") + "\n" + Self.line("03-client-contact-may-not")
    let result = try CommandRunner.run(Self.options, input: lines)
    #expect(result.status == 0)
    #expect(result.output.contains("line 1  ALLOW\n"))
    #expect(result.output.contains("line 2  DENY  unauthorized\n"))
  }

  @Test func `a request that is none ends with 3 and says where`() throws {
    let result = try CommandRunner.run(Self.options, input: #"{"subject":{"type":"User","id":"im-1"}}"#)
    #expect(result.status == 3)
    #expect(result.output.isEmpty)
    #expect(result.errors == "error: $.action: is missing, expected an object with name\n")
  }

  @Test(arguments: [
    (["--rules", "no-such-folder"], "error: 'no-such-folder' is no folder of rules\n"),
    (["--rules", "rules/incident-management", "--entities", "none.yaml"], "error: 'none.yaml' cannot be read\n"),
    (["--rules", "rules/incident-management", "--request", "none.json"], "error: 'none.json' cannot be read\n"),
  ])
  func `what cannot be read ends with 3`(arguments: [String], message: String) throws {
    let result = try CommandRunner.run(["eval"] + arguments, input: "{}")
    #expect(result.status == 3)
    #expect(result.errors == message)
  }

  @Test(arguments: [["eval"], ["eval", "--rules"], ["eval", "--rules", "r", "--now", "soon"], ["evil"]])
  func `wrong usage ends with 64`(arguments: [String]) throws {
    #expect(try CommandRunner.run(arguments).status == 64)
  }

  @Test func `an explanation goes with the decision in both formats`() throws {
    let request = ["--request", Self.example("06-critical-change-waits"), "--explain"]
    let text = try CommandRunner.run(Self.options + request)
    #expect(text.status == 4)
    #expect(text.output.contains("Rules judged\n"))
    #expect(text.output.contains("✓ The risk is critical  approvals.yaml:"))
    let json = try CommandRunner.run(Self.options + request + ["--format", "json"])
    let document = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    #expect(document?["decision"] as? String == "pending")
    #expect((document?["explanation"] as? [Any])?.isEmpty == false)
  }

  @Test func `a request is that of the engine only where the command says so`() throws {
    let files = [
      "bylaw.yaml": "bylaw: 1\nname: t\nversion: 1.0.0\nsubject: [User, System]\n",
      "rules.yaml": "entities: { User: { fields: { name: string } } }\nactions: { go: { allow: [system] } }\n",
    ]
    let request = #"{"subject":{"type":"System","id":"x"},"action":{"name":"go"}}"#
    try CommandRunner.withFolder(files) { folder in
      let refused = try CommandRunner.run(["eval", "--rules", folder], input: request)
      #expect(refused.status == 2)
      #expect(refused.output.hasPrefix("DENY  invalid_request\n"))
      #expect(try CommandRunner.run(["eval", "--rules", folder, "--as-system"], input: request).status == 0)
    }
  }

  static let serverRules = [
    "bylaw.yaml": "bylaw: 1\nname: t\nversion: 1.0.0\nsubject: User\n",
    "rules.yaml": """
    entities: { User: { fields: { name: string } } }
    context: { second_factor: { type: bool, from: server }, channel: { type: string?, from: caller } }
    actions: { go: { allow: anyone } }
    rules: { factor: { require: go, that: context.second_factor, else: Show a second factor. } }

    """,
  ]

  static func going(_ context: String) -> String {
    #"{"subject":{"type":"User","id":"u","properties":{"name":"U"}},"action":{"name":"go"},"context":\#(context)}"#
  }

  @Test(arguments: [
    ("{}", [], 2, "DENY  invalid_input\n"),
    ("{}", ["--server-context", #"{"second_factor": true}"#], 0, "ALLOW\n"),
    ("{}", ["--server-context", #"{"second_factor": false}"#], 2, "DENY  precondition_failed\n"),
    (#"{"second_factor": true}"#, [], 2, "DENY  invalid_request\n"),
    (#"{"second_factor": true}"#, ["--server-context", #"{"second_factor": false}"#], 2, "DENY  invalid_request\n"),
    (#"{"channel": "app"}"#, ["--server-context", #"{"second_factor": true}"#], 0, "ALLOW\n"),
  ])
  func `what only the service knows is never taken from a request`(
    context: String, options: [String], status: Int32, headline: String
  ) throws {
    try CommandRunner.withFolder(Self.serverRules) { folder in
      let result = try CommandRunner.run(["eval", "--rules", folder] + options, input: Self.going(context))
      #expect(result.status == status)
      #expect(result.output.hasPrefix(headline))
    }
  }

  @Test func `the context of the service may stand in a file, for all lines`() throws {
    var files = Self.serverRules
    files["server.json"] = #"{"second_factor": true}"#
    try CommandRunner.withFolder(files) { folder in
      let options = ["eval", "--rules", folder, "--server-context", folder + "/server.json"]
      let result = try CommandRunner.run(options, input: Self.going("{}") + "\n" + Self.going("{}"))
      #expect(result.status == 0)
      #expect(result.output.contains("line 2  ALLOW\n"))
      let missing = try CommandRunner.run(["eval", "--rules", folder, "--server-context", "none.json"], input: "{}")
      #expect(missing.status == 3)
      #expect(missing.errors == "error: 'none.json' cannot be read\n")
      let list = try CommandRunner.run(["eval", "--rules", folder, "--server-context", "{]"], input: Self.going("{}"))
      #expect(list.status == 3)
      #expect(list.errors.hasPrefix("error: --server-context: "))
    }
  }

  @Test func `no colour is written to a file`() throws {
    let result = try CommandRunner.run(Self.options + ["--request", Self.example("01-create-an-incident")])
    #expect(!result.output.contains("\u{1B}"))
  }

  @Test func `help shows examples and exit statuses, and shells can complete`() throws {
    let help = try CommandRunner.run(["eval", "--help"])
    #expect(help.status == 0)
    #expect(help.output.contains("bylaw eval --rules rules/ai-operations"))
    for command in ["check", "eval", "test", "trace"] {
      let page = try CommandRunner.run([command, "--help"], environment: ["COLUMNS": "80"]).output
      #expect(page.contains("Examples:\n  bylaw \(command) "))
      #expect(page.contains("DIR>"))
      // No example is broken within a line.
      let examples = page.components(separatedBy: "Examples:\n")[1].components(separatedBy: "\n\n")[0]
      for line in examples.split(separator: "\n") { #expect(line.contains("bylaw \(command)") || line.contains(" --")) }
    }
    #expect(help.output.contains("0 allow, 2 deny, 4 pending"))
    for shell in ["bash", "zsh", "fish"] {
      let script = try CommandRunner.run(["--generate-completion-script", shell])
      #expect(script.status == 0)
      #expect(script.output.contains("--entities") || script.output.contains("entities"))
    }
  }
}
