import ArgumentParser
import Bylaw
import BylawModel

/// `bylaw inbox`: the proposals that wait for somebody's vote.
struct InboxCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inbox", abstract: "List the proposals that wait for somebody's vote.",
    discussion: """
      Example:
        bylaw inbox --db incidents.db --as im-1
      """)

  @OptionGroup var store: StoreOptions
  @OptionGroup var subject: SubjectOptions

  func run() async throws {
    let opened = try await store.open()
    let proposals = try await store.attempt {
      try await opened.inbox(
        of: subject.subject(in: opened), serverContext: store.serverContext())
    }
    ProposalsCommand.write(proposals, store.format, none: "Nothing waits for you.\n")
  }
}

/// `bylaw proposals`: the proposals that somebody may know of.
struct ProposalsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "proposals", abstract: "List the proposals that somebody may know of.",
    discussion: """
      Those are the proposals that somebody made, voted on or has a place to vote in, and those about a record that they \
      may read.

      Example:
        bylaw proposals --db incidents.db --as ts-1 --all
      """)

  @OptionGroup var store: StoreOptions
  @OptionGroup var subject: SubjectOptions

  @Flag(help: "With those that have ended.")
  var all = false

  func run() async throws {
    let opened = try await store.open()
    let proposals = try await store.attempt {
      try await opened.proposals(
        of: subject.subject(in: opened), withEnded: all, serverContext: store.serverContext())
    }
    Self.write(proposals, store.format, none: "No proposals.\n")
  }

  static func write(_ proposals: [Proposal], _ format: OutputFormat, none: String) {
    switch format {
    case .json: for proposal in proposals { CommandOutput.write(proposal.json() + "\n") }
    case .text:
      if proposals.isEmpty { CommandOutput.write(none) }
      for proposal in proposals { CommandOutput.write(proposal.text) }
    }
  }
}

/// `bylaw vote`: says something about a proposal.
struct VoteCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vote", abstract: "Approve, reject, withdraw or ask about a proposal.",
    discussion: """
      The vote is kept whatever follows; the last one that is needed carries the proposal out. A rejection needs a \
      reason; what else is said with a vote, also a question, are the inputs that the rules declare for it.

      Examples:
        bylaw vote approve proposal-1 --db incidents.db --as ex-1
        bylaw vote reject proposal-1 --db incidents.db --as ex-1 --input reason="Not this week"

      Exit status, of the vote itself: 0 it counts, 2 it was denied, 1 when the machine failed, 64 wrong usage. Where the \
      run that follows is denied, the vote counts: the output says so, in JSON under denied_run.
      """)

  @Argument(help: "approve, reject, withdraw or ask.")
  var vote: VoteArgument

  @Argument(help: "The id of the proposal.")
  var proposal: String

  @OptionGroup var store: StoreOptions
  @OptionGroup var subject: SubjectOptions

  @Option(help: "An input of the vote, as NAME=VALUE; a list or an object as JSON.")
  var input: [String] = []

  @Flag(help: "Decide the same and tell what would change, and write nothing.")
  var dryRun = false

  func run() async throws {
    let opened = try await store.open()
    let values = try Pairs.read(input) { name, text in
      name == "reason" ? .string(text) : StoreInput.json(text) ?? .string(text)
    }
    let answer = try await store.attempt {
      try await opened.vote(
        vote.vote, on: proposal, by: subject.subject(in: opened), input: values,
        serverContext: store.serverContext(), isDryRun: dryRun)
    }
    try store.write(answer)
  }
}

/// What is said about a proposal, on the command line.
enum VoteArgument: String, ExpressibleByArgument, CaseIterable, Sendable {
  case approve, reject, withdraw, ask

  var vote: GatedStore.Vote {
    switch self {
    case .approve: .approve
    case .reject: .reject
    case .withdraw: .withdraw
    case .ask: .ask
    }
  }
}

/// `bylaw sweep`: writes down what time alone has brought about.
struct SweepCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep", abstract: "Write down what time alone has brought about, and send its notices.",
    discussion: """
      Every reader sees it without a sweep too; run one every few minutes so that notices go out in time.

      Example:
        bylaw sweep --db incidents.db
      """)

  @OptionGroup var store: StoreOptions

  func run() async throws {
    let opened = try await store.open()
    let sweep = try await store.attempt { try await opened.sweep() }
    switch store.format {
    case .json: CommandOutput.write(sweep.json + "\n")
    case .text: CommandOutput.write(sweep.text)
    }
  }
}
