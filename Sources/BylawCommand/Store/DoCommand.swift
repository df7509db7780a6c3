import ArgumentParser
import Bylaw
import BylawModel

/// `bylaw do ACTION`: asks for an action and carries it out when the rules allow it.
struct DoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "do",
    abstract: "Ask for an action on a store; it is carried out when the rules allow it.",
    discussion: """
      An action that needs others to agree becomes a proposal. A denial changes nothing.

      Examples:
        bylaw do incident.create --db incidents.db --as ts-1 --input client=c-1 --input title="No mail"
        bylaw do incident.resolve --db incidents.db --as ts-1 --on Incident/incident-1 --input-json input.json --dry-run

      Exit status: 0 done, 2 denied, 4 pending, 1 when the machine failed, 3 invalid input, 64 wrong usage, \
      74 when the answer cannot be written: what was done stands.
      """)

  @Argument(help: "The action.")
  var action: String

  @OptionGroup var store: StoreOptions

  @Option(name: .customLong("as"), help: "Who acts: the id of a subject, or TYPE/ID.")
  var user: String?

  @Flag(help: "Act as the engine itself, for jobs that run by the rules.")
  var asSystem = false

  @Option(help: "What the action is done to, as TYPE/ID or ID.")
  var on: String?

  @Option(help: "An input, as NAME=VALUE; a list or an object as JSON.")
  var input: [String] = []

  @Option(help: "A file with all inputs as one JSON object; '-' for standard input.", completion: .file())
  var inputJson: String?

  @Flag(help: "Decide the same and tell what would change, and write nothing.")
  var dryRun = false

  func validate() throws {
    if asSystem == (user != nil) { throw ValidationError("say who acts: --as USER or --as-system") }
  }

  func run() async throws {
    let opened = try await store.open()
    let inputs = StoreInput(opened.ruleSet)
    var values = try inputJson.map { try StoreInput.object(in: $0) } ?? [:]
    values.merge(try Pairs.read(input) { name, text in inputs.value(text, named: name, of: action) }) { $1 }
    let context = try store.serverContext()
    let resource = on.map { inputs.resource($0, of: action) }
    let given = values
    let answer = try await store.attempt {
      guard let user else {
        return try await opened.performAsSystem(
          action, on: resource, input: given, serverContext: context, isDryRun: dryRun)
      }
      var options = SubjectOptions()
      options.user = user
      var request = Request(subject: options.subject(in: opened), action: action, input: given)
      request.resource = resource.map { .init(type: $0.type, id: $0.id) }
      request.serverContext = context
      return try await opened.perform(request, isDryRun: dryRun)
    }
    try store.write(answer)
  }
}
