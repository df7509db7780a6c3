import ArgumentParser

/// `bylaw` itself: one file a subcommand, no decisions of its own.
@main
struct BylawCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bylaw",
    abstract: "Checks rules, decides requests by them, and tests them.",
    version: "0.1.0",
    subcommands: [CheckCommand.self, EvalCommand.self, TestCommand.self, TraceCommand.self])

  /// Without a subcommand there is nothing to do: wrong usage.
  func run() throws { throw ValidationError("Name what to do: check, eval, test or trace.") }
}
