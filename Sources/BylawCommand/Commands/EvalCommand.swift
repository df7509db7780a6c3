import ArgumentParser
import Bylaw
import BylawModel
import Foundation

/// `bylaw eval`: decides requests by a rule set.
struct EvalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "Decide requests by a rule set.",
    discussion: """
      Reads one JSON request, or JSON Lines with a request a line; the decisions come in the same order. A line that is \
      no request is answered by an error and loses no other line.

      Examples:
        bylaw eval --rules rules/ai-operations --entities records.yaml --request request.json
        bylaw eval --rules rules/ai-operations --explain < request.json
        bylaw eval --rules rules/ai-operations --format json --now 2025-12-01T20:00:00Z < requests.jsonl
        bylaw eval --rules rules/ai-operations --entities records.yaml --as-system < act-of-system.json

      Exit status for one request: 0 allow, 2 deny, 4 pending, 3 invalid rules or input, 64 wrong usage. For JSON Lines: \
      0 when every line was answered, 3 when some line was no request.
      """)

  @Option(help: "The folder of the rule set.", completion: .directory)
  var rules: String

  @Option(help: "A YAML or JSON file of records for references and facts.", completion: .file())
  var entities: String?

  @Option(help: "The file of the request or requests; '-' for standard input.", completion: .file())
  var request = "-"

  @Option(help: "The time to decide for, such as 2026-01-31T09:00:00Z; the clock of this machine without it.")
  var now: TimeArgument?

  @Option(help: "How decisions are written: text or json.")
  var format = OutputFormat.text

  @Flag(
    help: "Take the subject System as the engine itself, for a dry run of its acts; without it no request is System's.")
  var asSystem = false

  @Flag(help: "Show how each condition of the rules came out, with the values that it saw.")
  var explain = false

  func run() throws {
    let document = try readDocument()
    let ruleSet = try loadRules()
    let records = try loadRecords(ruleSet)
    let decisionPoint = PolicyDecisionPoint(ruleSet, records: records)
    let time = now?.time ?? .now
    switch document {
    case .single(let bytes): try decide(bytes, decisionPoint, time)
    case .lines(let lines): try decide(lines, decisionPoint, time)
    }
  }

  // MARK: Reading

  private func readDocument() throws -> RequestDocument {
    let bytes: [UInt8]
    if request == "-" {
      bytes = [UInt8](FileHandle.standardInput.readDataToEndOfFile())
    } else if let data = FileManager.default.contents(atPath: request) {
      bytes = [UInt8](data)
    } else {
      CommandOutput.report("error: '\(request)' cannot be read")
      throw ExitStatus.invalid
    }
    return RequestDocument(bytes, areLines: request.hasSuffix(".jsonl") || request.hasSuffix(".ndjson"))
  }

  private func loadRules() throws -> RuleSet {
    do {
      return try RuleSet(contentsOf: rules)
    } catch LoadError.invalidRules(let report) {
      CommandOutput.report(report.text(isColored: CommandOutput.isErrorColored))
    } catch let error as LoadError {
      CommandOutput.report("error: \(error)")
    }
    throw ExitStatus.invalid
  }

  private func loadRecords(_ ruleSet: RuleSet) throws -> Records? {
    guard let entities else { return nil }
    do throws(RecordsError) {
      return try Records(contentsOf: entities, for: ruleSet)
    } catch {
      if case .invalid(let report) = error {
        CommandOutput.report(report.text(isColored: CommandOutput.isErrorColored))
      } else {
        CommandOutput.report("error: \(error)")
      }
    }
    throw ExitStatus.invalid
  }

  // MARK: Deciding

  private func decide(_ bytes: [UInt8], _ decisionPoint: PolicyDecisionPoint, _ time: Timestamp) throws {
    let request: Request
    do throws(RequestError) {
      request = try Request(json: bytes, takesSystem: asSystem)
    } catch {
      if format == .json { CommandOutput.write(error.json() + "\n") }
      for problem in error.problems { CommandOutput.report("error: \(problem)") }
      throw ExitStatus.invalid
    }
    let (outcome, text) = answer(request, decisionPoint, time, isPretty: true)
    CommandOutput.write(text)
    switch outcome {
    case .allow: return
    case .deny: throw ExitStatus.denied
    case .pending: throw ExitStatus.pending
    }
  }

  /// The answer as it is written, with its explanation where one is asked for.
  private func answer(
    _ request: Request, _ decisionPoint: PolicyDecisionPoint, _ time: Timestamp, isPretty: Bool
  ) -> (Decision.Outcome, String) {
    if explain {
      let explanation = decisionPoint.explain(request, at: time)
      let text =
        format == .json
        ? explanation.json(isPretty: isPretty) + "\n" : explanation.text(isColored: CommandOutput.isColored)
      return (explanation.decision.outcome, text)
    }
    let decision = decisionPoint.decide(request, at: time)
    let text =
      format == .json ? decision.json(isPretty: isPretty) + "\n" : decision.text(isColored: CommandOutput.isColored)
    return (decision.outcome, text)
  }

  private func decide(
    _ lines: [RequestDocument.Line], _ decisionPoint: PolicyDecisionPoint, _ time: Timestamp
  ) throws {
    var failed = 0
    for line in lines {
      do throws(RequestError) {
        let (_, text) = answer(
          try Request(json: line.bytes, takesSystem: asSystem), decisionPoint, time, isPretty: false)
        CommandOutput.write(format == .json ? text : "line \(line.number)  \(text)\n")
      } catch {
        failed += 1
        switch format {
        case .json: CommandOutput.write(error.json(line: line.number) + "\n")
        case .text: CommandOutput.write("line \(line.number)  ERROR\n\n")
        }
        for problem in error.problems { CommandOutput.report("line \(line.number): error: \(problem)") }
      }
    }
    if failed > 0 { throw ExitStatus.invalid }
  }
}

/// A time on the command line.
struct TimeArgument: ExpressibleByArgument, Sendable {
  /// The time.
  var time: Timestamp

  init?(argument: String) {
    guard let time = Timestamp(argument) else { return nil }
    self.time = time
  }
}
