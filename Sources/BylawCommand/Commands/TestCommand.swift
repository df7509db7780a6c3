import ArgumentParser
import Bylaw
import BylawModel
import BylawStore
import BylawStoreSQLite

/// `bylaw test DIR…`: runs the decision tests of rule sets.
struct TestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Run the tests of rule sets.",
    discussion: """
      The tests of a rule set are the files of its folder 'tests'. A failure shows what was expected and what was so.

      Examples:
        bylaw test rules/incident-management
        bylaw test --filter severity --decisions rules/incident-management
        bylaw test --coverage --mutate rules/ai-operations
        bylaw test --format json rules/ai-operations rules/incident-management

      With --format json one list comes out, with an object for each folder.

      Exit status: 0 when all tests pass, 1 when one does not or when there is none, 3 when rules or test files are \
      invalid, 64 for wrong usage.
      """)

  @Argument(help: ArgumentHelp("The folders of the rule sets.", valueName: "DIR"), completion: .directory)
  var folders: [String]

  @Option(help: ArgumentHelp("Run only the tests and scenarios whose name contains this text.", valueName: "TEXT"))
  var filter: String?

  @Flag(help: "Print the whole decision with each failure.")
  var decisions = false

  @Flag(help: "Show which rules, roles, bands and rows no test reached.")
  var coverage = false

  @Flag(help: "Change the rules in small ways, one at a time, and show the changes that no test notices.")
  var mutate = false

  @Option(help: ArgumentHelp("How many threads share the work of --mutate.", valueName: "N"))
  var threads = 2

  @Option(help: "How the result is written: text or json.")
  var format: OutputFormat = .text

  /// What a run found in all folders together.
  private struct Sum {
    var (passed, failed, errors) = (0, 0, 0)
    var isInvalid = false
    /// Whether a folder has no tests at all.
    var isMissing = false
  }

  func validate() throws {
    if folders.isEmpty { throw ValidationError("Name at least one folder.") }
    if threads < 1 { throw ValidationError("--threads takes a number from 1.") }
  }

  func run() async throws {
    var sum = Sum()
    var writer = JSONWriter(.pretty)
    writer.beginList()
    for folder in folders {
      do {
        try await run(folder, &sum, &writer)
      } catch let error as LoadError {
        sum.isInvalid = true
        CommandOutput.report(error)
        if format == .json { CheckResult.write(folder, error, to: &writer) }
      }
    }
    writer.endList()
    if format == .json { CommandOutput.write(writer.text + "\n") }
    if folders.count > 1, format == .text {
      CommandOutput.write("all: \(TestReport.summary(passed: sum.passed, failed: sum.failed, errors: sum.errors))\n")
    }
    if sum.isInvalid { throw ExitStatus.invalid }
    let isNothingRun = sum.passed + sum.failed + sum.errors == 0
    if let filter, isNothingRun, !sum.isMissing { CommandOutput.report("error: no test has '\(filter)' in its name") }
    if isNothingRun || sum.isMissing || sum.failed + sum.errors > 0 { throw ExitStatus.failed }
  }

  private func run(_ folder: String, _ sum: inout Sum, _ writer: inout JSONWriter) async throws {
    let tests = testsFolder(of: folder)
    let tester = try RuleTester(RuleSet(contentsOf: folder), testsFolder: tests)
    let warnings = tester.warnings.text(isColored: CommandOutput.isErrorColored)
    if !warnings.isEmpty { CommandOutput.report(warnings) }
    if tester.tests.isEmpty, tester.scenarios.isEmpty {
      sum.isMissing = true
      CommandOutput.report("error: there are no tests in '\(tests)'")
    }
    let report = await tester.run(filter: filter, scenariosIn: .memory)
    let reached = coverage ? tester.coverage(of: report) : nil
    let mutations = mutate ? tester.mutate(workers: threads) : nil
    sum.passed += report.passed
    sum.failed += report.failed
    sum.errors += report.errors
    switch format {
    case .text:
      CommandOutput.write(report.text(showsDecisions: decisions))
      CommandOutput.write("\(report.ruleSet.name): \(report.summary)\n")
      CommandOutput.write((reached?.text() ?? "") + (mutations?.text() ?? ""))
    case .json:
      guard case .object(var members) = report.value else { return }
      members["coverage"] = reached?.value
      members["mutations"] = mutations?.value
      members["folder"] = .string(folder)
      writer.value(.object(members))
    }
  }
}

/// The folder in which a rule set keeps its tests.
func testsFolder(of folder: String) -> String {
  folder.hasSuffix("/") ? folder + "tests" : folder + "/tests"
}
