import ArgumentParser
import Bylaw
import BylawModel
import Foundation

/// `bylaw test DIR…`: runs the decision tests of rule sets.
struct TestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test", abstract: "Run the tests of rule sets.",
    discussion: "Exits with 0 when all tests pass, 1 when one does not, 3 when rules or test files are invalid.")

  @Argument(help: "The folders of the rule sets.")
  var folders: [String]

  @Option(help: "Run only the tests whose name contains this text.")
  var filter: String?

  @Flag(help: "Print the whole decision with each failure.")
  var decisions = false

  @Flag(help: "Show which rules, roles, bands and rows no test reached.")
  var coverage = false

  @Flag(help: "Change the rules in small ways, one at a time, and show the changes that no test notices.")
  var mutate = false

  @Option(help: "How many threads share the work of --mutate.")
  var threads = 2

  @Option(help: "Print text or JSON.")
  var format: OutputFormat = .text

  func run() throws {
    var isInvalid = false
    var sum = (passed: 0, failed: 0, errors: 0)
    for folder in folders {
      do {
        let ruleSet = try RuleSet(contentsOf: folder)
        let tester = try RuleTester(ruleSet, testsFolder: testsFolder(of: folder))
        let report = tester.run(filter: filter)
        show(report)
        if coverage { show(tester.coverage(of: report)) }
        if mutate { show(tester.mutate(workers: threads)) }
        sum = (sum.passed + report.passed, sum.failed + report.failed, sum.errors + report.errors)
      } catch let error as LoadError {
        FileHandle.standardError.write(Data("\(error)\n".utf8))
        isInvalid = true
      }
    }
    if folders.count > 1, format == .text {
      print("all: " + TestReport.summary(passed: sum.passed, failed: sum.failed, errors: sum.errors))
    }
    if isInvalid { throw ExitCode(3) }
    if sum.failed + sum.errors > 0 { throw ExitCode(1) }
  }

  private func show(_ report: TestReport) {
    switch format {
    case .text:
      print(report.text(showsDecisions: decisions), terminator: "")
      print("\(report.ruleSet.name): \(report.summary)")
    case .json: print(report.json)
    }
  }
}

extension TestCommand {
  private func show(_ report: CoverageReport) {
    switch format {
    case .text: print(report.text(), terminator: "")
    case .json: print(report.json)
    }
  }

  private func show(_ report: MutationReport) {
    switch format {
    case .text: print(report.text(), terminator: "")
    case .json: print(report.json)
    }
  }
}

/// The folder in which a rule set keeps its tests.
func testsFolder(of folder: String) -> String {
  folder.hasSuffix("/") ? folder + "tests" : folder + "/tests"
}
