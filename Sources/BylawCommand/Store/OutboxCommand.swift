import ArgumentParser
import Bylaw

/// `bylaw outbox`: what is to be handed on.
struct OutboxCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "outbox", abstract: "Show the notices and events that are to be handed on.",
    discussion: """
      Hand them on in their order, and say afterwards up to which: what was not said when a service failed comes again, \
      so that each goes out at least once. Like `bylaw audit`, it asks for nobody in particular: it is for the service \
      that runs the store.

      Examples:
        bylaw outbox --db incidents.db --limit 20 --format json
        bylaw outbox --db incidents.db --done 20

      Exit status: 0 done, 3 there is no notice of the number, 1 when the machine failed, 64 wrong usage.
      """)

  @OptionGroup var store: StoreOptions

  @Option(help: "Those after this number, whether they were handed on or not; 0 for all.")
  var after: Int64?

  @Option(help: "The most to show.")
  var limit = 1_000

  @Option(help: "Say that all up to this number were handed on, instead of showing any.")
  var done: Int64?

  func validate() throws {
    if done != nil, after != nil { throw ValidationError("--done and --after do not go together") }
    if limit < 1 { throw ValidationError("--limit is at least 1") }
  }

  func run() async throws {
    let opened = try await store.open()
    if let done {
      guard try await store.attempt({ try await opened.handOn(upTo: done) }) else {
        CommandOutput.report("error: there is no notice \(done) in the outbox")
        throw ExitStatus.invalid
      }
      return
    }
    let notices = try await store.attempt { try await opened.outbox(after: after, limit: limit) }
    switch store.format {
    case .json: for notice in notices { CommandOutput.write(notice.json + "\n") }
    case .text:
      if notices.isEmpty { CommandOutput.write("Nothing is to be handed on.\n") }
      for notice in notices { CommandOutput.write(notice.text) }
    }
  }
}

/// `bylaw follow-ups`: what actions left to be done.
struct FollowUpsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "follow-ups", abstract: "Show the duties that actions left behind and that are not done.",
    discussion: """
      Where the rules say by which records it shows, they alone tell whether a follow-up is done; of any other somebody \
      says so. Like `bylaw audit`, it asks for nobody in particular: it is for the service that runs the store.

      Examples:
        bylaw follow-ups --db incidents.db --overdue
        bylaw follow-ups --db incidents.db --done 7

      Exit status: 0 done, 3 there is no follow-up of the number, or it is not to be said by hand, 1 when the machine \
      failed, 64 wrong usage.
      """)

  @OptionGroup var store: StoreOptions

  @Flag(help: "Only those that are late.")
  var overdue = false

  @Flag(help: "With those that are done.")
  var all = false

  @Option(help: "Say that the follow-up of this number was seen to, instead of showing any.")
  var done: Int64?

  func validate() throws {
    if overdue, all { throw ValidationError("--overdue and --all do not go together") }
    if done != nil, overdue || all { throw ValidationError("--done goes alone") }
  }

  func run() async throws {
    let opened = try await store.open()
    if let done { return try await settle(done, in: opened) }
    var followUps = try await store.attempt { try await opened.followUps(withDone: all) }
    if overdue { followUps = followUps.filter { $0.status == .overdue } }
    switch store.format {
    case .json: for followUp in followUps { CommandOutput.write(followUp.json + "\n") }
    case .text:
      if followUps.isEmpty { CommandOutput.write("Nothing is to be followed up.\n") }
      for followUp in followUps { CommandOutput.write(followUp.text) }
    }
  }

  private func settle(_ number: Int64, in opened: GatedStore) async throws {
    switch try await store.attempt({ try await opened.settle(followUp: number) }) {
    case .done: return
    case .told:
      CommandOutput.report("error: the records tell when follow-up \(number) is done, and it is not")
    case .unknown: CommandOutput.report("error: there is no follow-up \(number)")
    }
    throw ExitStatus.invalid
  }
}
