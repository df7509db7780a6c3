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
        bylaw eval --rules rules/ai-operations --request request.json
        bylaw eval --rules rules/ai-operations --explain < request.json
        bylaw eval --rules rules/ai-operations --entities records.yaml \\
          --server-context '{"session": {"user": "op-1"}}' < request.json
        bylaw eval --rules rules/ai-operations --format json \\
          --now 2025-12-01T20:00:00Z < requests.jsonl
        bylaw eval --rules rules/ai-operations --as-system < act.json

      What rules declare 'from: server' in the context is taken from --server-context alone, never from a request.

      With --format json a decision is an object; for JSON Lines, one a line.

      Exit status for one request: 0 allow, 2 deny, 4 pending, 3 invalid rules or input, 64 wrong usage, \
      74 when the answer cannot be written. For JSON Lines: 0 when every line was answered, 3 when some line was no \
      request or could not be read; a line of more than 128 MB ends it.
      """)

  @Option(help: ArgumentHelp("The folder of the rule set.", valueName: "DIR"), completion: .directory)
  var rules: String

  @Option(
    help: ArgumentHelp("A YAML or JSON file of records for references and facts.", valueName: "FILE"),
    completion: .file())
  var entities: String?

  @Option(
    help: ArgumentHelp("The file of the request or requests; '-' for standard input.", valueName: "FILE"),
    completion: .file())
  var request = "-"

  @Option(
    help: ArgumentHelp(
      "What the service itself states of the context, for all requests: a JSON object, or a file with one.",
      valueName: "JSON|FILE"),
    completion: .file())
  var serverContext: String?

  @Option(
    help: ArgumentHelp(
      "The time to decide for, such as 2026-01-31T09:00:00Z; the clock of this machine without it.", valueName: "TIME"))
  var now: TimeArgument?

  @Option(help: "How the result is written: text or json.")
  var format = OutputFormat.text

  @Flag(
    help: "Take the subject System as the engine itself, for a dry run of its acts; without it no request is System's.")
  var asSystem = false

  @Flag(help: "Show how each condition of the rules came out, with the values that it saw.")
  var explain = false

  func run() throws {
    let document = try readDocument()
    let server = try readServerContext()
    let ruleSet = try loadRules()
    let records = try loadRecords(ruleSet)
    let decisionPoint = PolicyDecisionPoint(ruleSet, records: records)
    let time = now?.time ?? .now
    switch document {
    case .single(let bytes): try decide(bytes, server, decisionPoint, time)
    case .lines(let lines): try decide(lines, server, decisionPoint, time)
    }
  }

  // MARK: Reading

  private func readDocument() throws -> RequestDocument {
    var descriptor = FileHandle.standardInput.fileDescriptor
    if request != "-" {
      var isFolder: ObjCBool = false
      let isThere = FileManager.default.fileExists(atPath: request, isDirectory: &isFolder)
      descriptor = isThere && !isFolder.boolValue ? open(request, O_RDONLY | O_CLOEXEC) : -1
    }
    guard descriptor >= 0 else {
      CommandOutput.report("error: '\(request)' cannot be read")
      throw ExitStatus.invalid
    }
    do throws(Descriptor.Failure) {
      return try RequestDocument(descriptor, areLines: request.hasSuffix(".jsonl") || request.hasSuffix(".ndjson"))
    } catch {
      throw unreadable(error)
    }
  }

  /// Says that the requests, or the rest of them, cannot be read.
  private func unreadable(_ failure: Descriptor.Failure) -> ExitCode {
    CommandOutput.report("error: \(request == "-" ? "standard input" : "'\(request)'") cannot be read: \(failure)")
    return ExitStatus.invalid
  }

  /// The members of the context that the service states, from the option or the file that it names.
  private func readServerContext() throws -> [String: Value] {
    guard let serverContext else { return [:] }
    let isInline = serverContext.first { !$0.isWhitespace } == "{"
    var bytes = Array(serverContext.utf8)
    if !isInline {
      guard let data = FileManager.default.contents(atPath: serverContext) else {
        CommandOutput.report("error: '\(serverContext)' cannot be read")
        throw ExitStatus.invalid
      }
      bytes = [UInt8](data)
    }
    do throws(JSONError) {
      if case .object(let members) = try JSONReader.parse(bytes) { return members }
      CommandOutput.report("error: --server-context: is no object, expected members of the context")
    } catch {
      let place = "line \(error.line), column \(error.column)"
      CommandOutput.report("error: --server-context: \(error.message) at \(place), expected \(error.expectation)")
    }
    throw ExitStatus.invalid
  }

  private func loadRules() throws -> RuleSet {
    do {
      return try RuleSet(contentsOf: rules)
    } catch let error as LoadError {
      CommandOutput.report(error)
      throw ExitStatus.invalid
    }
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

  private func decide(
    _ bytes: [UInt8], _ server: [String: Value], _ decisionPoint: PolicyDecisionPoint, _ time: Timestamp
  ) throws {
    let request: Request
    do throws(RequestError) {
      request = try Request(json: bytes, serverContext: server, takesSystem: asSystem)
    } catch {
      if format == .json { CommandOutput.write(error.json(isPretty: true) + "\n") }
      for problem in error.problems { CommandOutput.report("error: \(problem)") }
      throw ExitStatus.invalid
    }
    let (outcome, text) = answer(request, decisionPoint, time, isPretty: true)
    CommandOutput.write(text)
    let status =
      switch outcome {
      case .allow: ExitCode.success
      case .deny: ExitStatus.denied
      case .pending: ExitStatus.pending
      }
    // Rules and records are not taken apart before the process ends.
    withExtendedLifetime(decisionPoint) { Foundation.exit(status.rawValue) }
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

  /// Decides JSON Lines on all processors, piece by piece.
  private func decide(
    _ lines: RequestLines, _ server: [String: Value], _ decisionPoint: PolicyDecisionPoint, _ time: Timestamp
  ) throws {
    let (command, isPlain) = (self, format == .json && !explain)
    let decider = LineDecider { line, number, output throws(RequestError) in
      let start = output.count
      if isPlain {
        let isASCII = try decisionPoint.answer(
          toJSON: line, serverContext: server, takesSystem: command.asSystem, at: time, addingTo: &output)
        output.append(0x0A)
        // JSON of ASCII has nothing but characters that show: others are escapes.
        if !isASCII { CommandOutput.makePrintable(&output, from: start) }
        return
      }
      let request = try Request(json: Array(line), serverContext: server, takesSystem: command.asSystem)
      let (_, text) = command.answer(request, decisionPoint, time, isPretty: false)
      output += (command.format == .json ? text : "line \(number)  \(text)\n").utf8
      CommandOutput.makePrintable(&output, from: start)
    } answerToNone: { error, number in
      switch command.format {
      case .json: Array((error.json(line: number) + "\n").utf8)
      case .text: Array("line \(number)  ERROR\n\n".utf8)
      }
    }
    do {
      if try decider.run(lines) > 0 { throw ExitStatus.invalid }
    } catch let error as RequestLines.LineTooLong {
      CommandOutput.report("line \(error.number): error: is longer than any request may be")
      throw ExitStatus.invalid
    } catch let error as Descriptor.Failure {
      throw unreadable(error)
    }
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
