import ArgumentParser
import Bylaw
import BylawModel

/// `bylaw check DIR…`: reads rule sets and reports everything that is wrong with them.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check rule sets and say what was found.",
    discussion: """
      Every error of every file is reported with its place, the line, what was expected and a hint.

      Examples:
        bylaw check rules/incident-management
        bylaw check --strict rules/ai-operations rules/incident-management
        bylaw check --format json rules/ai-operations

      With --format json one list comes out, with an object for each folder.

      Exit status: 0 without errors, 3 with errors, 64 for wrong usage.
      """)

  @Argument(help: ArgumentHelp("The folders of the rule sets.", valueName: "DIR"), completion: .directory)
  var folders: [String]

  @Option(help: "How the result is written: text or json.")
  var format = OutputFormat.text

  @Flag(help: "Take warnings as errors.")
  var strict = false

  @Flag(help: "Show whether each named construct tightens or loosens what the rules allow.")
  var directions = false

  func validate() throws {
    if folders.isEmpty { throw ValidationError("Name at least one folder.") }
  }

  func run() throws {
    var isInvalid = false
    var writer = JSONWriter(.pretty)
    writer.beginList()
    for folder in folders {
      do {
        let ruleSet = try RuleSet(contentsOf: folder)
        if strict, ruleSet.warnings.warningCount > 0 { isInvalid = true }
        switch format {
        case .json: CheckResult.write(folder, ruleSet, to: &writer)
        case .text: printText(ruleSet)
        }
      } catch let error as LoadError {
        isInvalid = true
        switch format {
        case .json: CheckResult.write(folder, error, to: &writer)
        case .text: CommandOutput.report(error)
        }
      }
    }
    writer.endList()
    if format == .json { CommandOutput.write(writer.text + "\n") }
    if isInvalid { throw ExitStatus.invalid }
  }

  private func printText(_ ruleSet: RuleSet) {
    let counts = ruleSet.summary.filter { $0.count > 0 }.map { Self.words($0.count, $0.kind) }.joined(separator: ", ")
    CommandOutput.write("\(ruleSet.identity.name) \(ruleSet.identity.version): \(counts)\n")
    if directions { printDirections(ruleSet) }
    let warnings = ruleSet.warnings.text(isColored: CommandOutput.isErrorColored)
    if !warnings.isEmpty { CommandOutput.report(warnings) }
  }

  /// `2 entities`, `1 entity`.
  private static func words(_ count: Int, _ plural: String) -> String {
    let singular = plural.hasSuffix("ies") ? plural.dropLast(3) + "y" : plural.dropLast()
    return "\(count) " + (count == 1 ? String(singular) : plural)
  }

  /// One line a construct: kind, name, direction.
  private func printDirections(_ ruleSet: RuleSet) {
    let constructs = ruleSet.directions
    let width = constructs.map { $0.kind.count + $0.name.count + 1 }.max() ?? 0
    for construct in constructs {
      let name = "\(construct.kind) \(construct.name)"
      let padding = String(repeating: " ", count: width - name.count)
      CommandOutput.write("  \(name)\(padding)  \(construct.direction)\n")
    }
  }
}
