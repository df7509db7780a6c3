import ArgumentParser
import Bylaw
import Foundation

/// `bylaw trace DIR --clauses F`: which clauses of a manual have rules and tests.
struct TraceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace", abstract: "Show the clauses of a manual that have no rule or no test.",
    discussion: "Exits with 0 when nothing is missing, 1 otherwise, 3 when rules, tests or clauses are invalid.")

  @Argument(help: "The folders of the rule sets.")
  var folders: [String]

  @Option(help: "The catalogue of the clauses, a YAML file.")
  var clauses: String

  @Option(help: "Print text or JSON.")
  var format: OutputFormat = .text

  func run() throws {
    var isComplete = true
    do {
      let catalogue = try ClauseCatalogue(contentsOf: clauses)
      for folder in folders {
        let tester = try RuleTester(RuleSet(contentsOf: folder), testsFolder: testsFolder(of: folder))
        let trace = ClauseTrace(catalogue, tester: tester)
        isComplete = isComplete && trace.isComplete
        switch format {
        case .text: print(trace.text(), terminator: "")
        case .json: print(trace.json)
        }
      }
    } catch let error as LoadError {
      FileHandle.standardError.write(Data("\(error)\n".utf8))
      throw ExitCode(3)
    }
    if !isComplete { throw ExitCode(1) }
  }
}
