import ArgumentParser
import Bylaw
import BylawModel

/// `bylaw get TYPE/ID`: one record, as somebody may see it.
struct GetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Show a record, as far as somebody may see it.",
    discussion: """
      What is not granted does not exist.

      Example:
        bylaw get Incident/incident-1 --db incidents.db --as ts-1

      Exit status: 0 shown, 2 denied, or there is no such record to be seen, 1 when the machine failed, 64 wrong usage.
      """)

  @Argument(help: "The record, as TYPE/ID.")
  var record: String

  @OptionGroup var store: StoreOptions
  @OptionGroup var subject: SubjectOptions

  func run() async throws {
    guard let slash = record.firstIndex(of: "/") else { throw ValidationError("'\(record)' is no TYPE/ID") }
    let reference = EntityReference(
      type: String(record[..<slash]), id: String(record[record.index(after: slash)...]))
    let opened = try await store.open()
    let found = try await store.attempt {
      try await opened.get(
        reference, by: subject.subject(in: opened), serverContext: store.serverContext())
    }
    try ListCommand.write(found, store)
  }
}

/// `bylaw list TYPE`: the records that somebody may see.
struct ListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the records that somebody may see.",
    discussion: """
      Example:
        bylaw list Incident --db incidents.db --as cc-1 --where status=open
        bylaw list Incident --db incidents.db --as im-1 --where 'it.severity.at_least("P2") && it.status != "closed"'
      """)

  @Argument(help: "The entity.")
  var type: String

  @OptionGroup var store: StoreOptions
  @OptionGroup var subject: SubjectOptions

  @Option(
    name: .customLong("where"),
    help: "A field that the rules allow as a filter, as NAME=VALUE; or a condition on such fields of 'it'.")
  var filters: [String] = []

  @Option(help: "The most records to show.")
  var limit: Int?

  func run() async throws {
    let opened = try await store.open()
    let inputs = StoreInput(opened.ruleSet)
    let pairs = filters.filter { Pairs.isPair($0) }
    let values = try Pairs.read(pairs) { name, text in inputs.value(text, field: name, of: type) }
    let conditions = filters.filter { !Pairs.isPair($0) }
    let condition = conditions.count > 1 ? conditions.map { "(\($0))" }.joined(separator: " && ") : conditions.first
    let found = try await store.attempt {
      try await opened.list(
        type, where: values, meeting: condition, limit: limit, by: subject.subject(in: opened),
        serverContext: store.serverContext())
    }
    try Self.write(found, store)
  }

  static func write(_ found: GatedStore.Found, _ options: StoreOptions) throws {
    switch options.format {
    case .json: CommandOutput.write(found.json(isPretty: true) + "\n")
    case .text: CommandOutput.write(found.text(isColored: CommandOutput.isColored))
    }
    if found.isMissing { throw ExitStatus.denied }
    try StoreOptions.end(found.decision.outcome)
  }
}
