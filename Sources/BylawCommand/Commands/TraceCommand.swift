import ArgumentParser
import Bylaw
import BylawModel

/// `bylaw trace DIR… --clauses F`: which clauses of a manual have rules and tests.
struct TraceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace",
    abstract: "Show the clauses of a manual that have no rule or no test.",
    discussion: """
      The catalogue of a manual is a YAML file with an id for each clause:

        clauses:
          - { id: IM-14.1, must: "A manager closes an incident." }
          - { id: IM-14.2, must: "A severe incident is taken into work first." }

      Rules and tests name clauses with 'sop'. Clauses that no rule can show stand under 'waits' in a file of tests, \
      with the reason.

      Examples:
        bylaw trace rules/incident-management --clauses clauses.yaml
        bylaw trace rules/ai-operations --clauses clauses.yaml --format json

      With --format json one list comes out, with an object for each folder.

      Exit status: 0 when nothing is missing, 1 when something is, 3 when rules, tests or clauses are invalid, \
      64 for wrong usage.
      """)

  @Argument(help: ArgumentHelp("The folders of the rule sets.", valueName: "DIR"), completion: .directory)
  var folders: [String]

  @Option(help: ArgumentHelp("The catalogue of the clauses, a YAML file.", valueName: "FILE"), completion: .file())
  var clauses: String

  @Option(help: "How the result is written: text or json.")
  var format: OutputFormat = .text

  func validate() throws {
    if folders.isEmpty { throw ValidationError("Name at least one folder.") }
  }

  func run() throws {
    var isComplete = true
    var writer = JSONWriter(.pretty)
    writer.beginList()
    do {
      let catalogue = try ClauseCatalogue(contentsOf: clauses)
      for folder in folders {
        let tester = try RuleTester(RuleSet(contentsOf: folder), testsFolder: testsFolder(of: folder))
        let trace = ClauseTrace(catalogue, tester: tester)
        isComplete = isComplete && trace.isComplete
        switch format {
        case .text: CommandOutput.write(trace.text())
        case .json: writer.value(trace.value)
        }
      }
    } catch let error as LoadError {
      CommandOutput.report(error)
      throw ExitStatus.invalid
    }
    writer.endList()
    if format == .json { CommandOutput.write(writer.text + "\n") }
    if !isComplete { throw ExitStatus.failed }
  }
}
