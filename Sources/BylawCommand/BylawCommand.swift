import ArgumentParser

/// `bylaw` itself: one file a subcommand, no decisions of its own.
@main
struct BylawCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bylaw",
    abstract: "Checks rules, decides requests by them, tests them, and keeps stores that they guard.",
    version: "0.1.0",
    subcommands: [
      CheckCommand.self, EvalCommand.self, TestCommand.self, TraceCommand.self, InitCommand.self, DoCommand.self,
      GetCommand.self, ListCommand.self, InboxCommand.self, VoteCommand.self, ProposalsCommand.self,
      SweepCommand.self, OutboxCommand.self, FollowUpsCommand.self, AuditCommand.self,
    ])

  /// Runs the command; what it says of wrong usage may repeat what was given, so it is written like all else.
  static func main() async {
    do {
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch {
      let status = exitCode(for: error)
      guard !(error is ExitCode), !status.isSuccess else { exit(withError: error) }
      CommandOutput.report(fullMessage(for: error))
      exit(withError: status)
    }
  }

  /// Without a subcommand there is nothing to do: wrong usage.
  func run() async throws {
    throw ValidationError(
      "Name what to do: check, eval, test or trace rules; init a store; do, get, list or vote in one.")
  }
}
