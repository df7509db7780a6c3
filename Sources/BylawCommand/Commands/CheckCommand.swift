import ArgumentParser
import Bylaw
import BylawModel
import Foundation

/// `bylaw check DIR…`: reads rule sets and reports everything that is wrong with them.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Check rule sets and say what was found.")

  @Argument(help: "The folders of the rule sets.")
  var folders: [String]

  func run() throws {
    var failed = false
    for folder in folders {
      do {
        let ruleSet = try RuleSet(contentsOf: folder)
        let counts = ruleSet.summary.map { "\($0.count) \($0.kind)" }.joined(separator: ", ")
        print("\(ruleSet.identity.name) \(ruleSet.identity.version): \(counts)")
        let warnings = ruleSet.warnings.text()
        if !warnings.isEmpty { FileHandle.standardError.write(Data(warnings.utf8)) }
      } catch let error as LoadError {
        FileHandle.standardError.write(Data("\(error)\n".utf8))
        failed = true
      }
    }
    if failed { throw ExitCode(3) }
  }
}
