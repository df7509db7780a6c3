import ArgumentParser
import Bylaw
import BylawModel
import BylawStore
import BylawStoreSQLite

/// `bylaw init DB --rules DIR`: makes a store, or puts other rules in force in one.
struct InitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Make a store that rules guard, or put other rules in force in one.",
    discussion: """
      The rules are kept in the database; the other commands take them from there. Records can be taken in from a file \
      of records: those that do not fit are told with every reason, and the rest is in.

      Examples:
        bylaw init incidents.db --rules rules/incident-management --import people.yaml
        bylaw init incidents.db --rules rules/incident-management --update
      """)

  @Argument(help: "The database.", completion: .file())
  var db: String

  @Option(help: "The folder of the rule set.", completion: .directory)
  var rules: String

  @Option(name: .customLong("import"), help: "A YAML or JSON file of records to begin with.", completion: .file())
  var records: String?

  @Flag(help: "Take in all records or none.")
  var allOrNothing = false

  @Flag(help: "Put the rules in force in a store that is there already.")
  var update = false

  @Option(help: "The time to act at, for rehearsals.")
  var now: TimeArgument?

  func run() async throws {
    let time = now?.time
    do {
      let ruleSet = try RuleSet(contentsOf: rules)
      let records = try self.records.map { try Records(contentsOf: $0, for: ruleSet) }
      let store =
        update
        ? try await GatedStore(ruleSet, in: .sqlite(db), clock: { time ?? .now })
        : try await GatedStore.create(ruleSet, in: .sqlite(db), clock: { time ?? .now })
      let identity = ruleSet.identity
      CommandOutput.write("\(db) is kept by \(identity.name) \(identity.version)\n")
      if let records { try await take(records, into: store) }
    } catch let error as StoreError {
      CommandOutput.report("error: \(StoreMessages.sentence(error))")
      throw ExitCode.failure
    } catch LoadError.invalidRules(let report) {
      CommandOutput.report(report.text(isColored: CommandOutput.isErrorColored))
      throw ExitStatus.invalid
    } catch let error as LoadError {
      CommandOutput.report("error: \(error)")
      throw ExitStatus.invalid
    } catch let error as RecordsError {
      CommandOutput.report("error: \(error)")
      throw ExitStatus.invalid
    }
  }

  private func take(_ records: Records, into store: GatedStore) async throws {
    let report = try await store.take(records, allOrNothing: allOrNothing)
    for refusal in report.refused {
      CommandOutput.report("\(refusal.record): not taken in")
      for problem in refusal.problems { CommandOutput.report("  \(problem)") }
    }
    CommandOutput.write("\(report.imported) of \(records.count) records taken in\n")
    if !report.refused.isEmpty { throw ExitStatus.invalid }
  }
}
