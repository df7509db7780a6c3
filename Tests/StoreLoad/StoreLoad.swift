import Bylaw
import BylawModel
import BylawStore
import BylawStoreSQLite
import BylawStoreTestSupport
import Foundation

/// A process of its own that works on a store, for tests that end it, or let several of them meet.
///
/// - `StoreLoad load DB TASKS`: works without end, and tells each operation once it is in the store.
/// - `StoreLoad squeeze DB BYTES`: works until a file would be longer than that, tells what it is told then, and works
///   on with room again.
/// - `StoreLoad contest DB FIRST LAST`: takes part in a round for each line of standard input, as these people.
@main
struct StoreLoad {
  static func main() async throws {
    let arguments = CommandLine.arguments
    guard arguments.count > 3 else { exit(64) }
    let contest = Contest(try await GatedStore(in: .sqlite(arguments[2])))
    switch arguments[1] {
    case "load": await load(contest, tasks: Int(arguments[3]) ?? 1)
    case "squeeze": await squeeze(contest, bytes: UInt(arguments[3]) ?? 0)
    case "contest" where arguments.count > 4:
      await take(part: contest, (Int(arguments[3]) ?? 1)...(Int(arguments[4]) ?? 1))
    default: exit(64)
    }
  }

  private static func tell(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

  // MARK: Load

  private static func load(_ contest: Contest, tasks: Int) async {
    tell("READY")
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<tasks {
        group.addTask {
          do {
            var round = 0
            while true {
              try await work(contest, "\(ProcessInfo.processInfo.processIdentifier)-\(task)-\(round)")
              round += 1
            }
          } catch {
            tell("ERROR \(error)")
            exit(1)
          }
        }
      }
    }
  }

  /// The disk of this process is full once a file has so many bytes.
  private static func squeeze(_ contest: Contest, bytes: UInt) async {
    tell("READY")
    signal(SIGXFSZ, SIG_IGN)
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
    let room = limit
    limit.rlim_cur = bytes
    setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
    do {
      for round in 0..<100_000 { try await work(contest, "squeeze-\(round)") }
      tell("ERROR there was always room")
    } catch {
      let refusal = (error as? StoreError).flatMap { contest.store.refusal(for: $0).denialClass?.rawValue }
      tell("REFUSED \(refusal ?? "none") \(error)")
    }
    limit = room
    setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
    do {
      try await work(contest, "again")
      tell("AGAIN")
    } catch {
      tell("ERROR \(error)")
    }
  }

  /// One incident from beginning to end, money spent, and a change that two people carry.
  private static func work(_ contest: Contest, _ name: String) async throws {
    let store = contest.store
    func perform(_ action: String, _ record: (String, String)?, _ input: [String: Value]) async throws
      -> GatedStore.Answer
    {
      let answer = try await store.perform(
        contest.request(action, by: 1, on: record.map { (type: $0.0, id: $0.1) }, input))
      tell(acknowledgement(action, answer))
      return answer
    }
    func id(_ answer: GatedStore.Answer) -> String {
      if case .string(let id) = answer.returned { id } else { "none" }
    }
    let incident = id(try await perform("incident.make", nil, ["title": .string(name)]))
    _ = try await perform("budget.spend", ("Budget", "budget-1"), ["amount": .int(1)])
    let change = id(try await perform("change.make", nil, ["title": .string(name)]))
    let asked = try await perform("change.apply", ("Change", change), [:])
    for person in 2...3 {
      let answer = try await store.vote(.approve, on: asked.proposal?.id ?? "none", by: contest.subject(person))
      tell(acknowledgement("approve(change.apply)", answer))
    }
    _ = try await perform("incident.close", ("Incident", incident), [:])
    // Refused, and kept in the log.
    _ = try await store.perform(contest.request("incident.close", by: 1, on: ("Incident", incident), [:]))
  }

  private static func acknowledgement(_ action: String, _ answer: GatedStore.Answer) -> String {
    guard let entry = answer.entry else { return "ERROR \(action): \(answer.decision.reasons.map(\.because))" }
    let records =
      answer.changes.map(\.record.description) + [answer.proposal.map { "proposal/\($0.id)" }].compactMap { $0 }
    return "DONE \(entry) \(action) \(records.joined(separator: ","))"
  }

  // MARK: Contest

  private static func take(part contest: Contest, _ people: ClosedRange<Int>) async {
    tell("READY")
    while let line = readLine() {
      let names = line.split(separator: " ").map(String.init)
      guard names.count == 4 else { return }
      let round = Contest.Round(incident: names[0], budget: names[1], change: names[2], proposal: names[3])
      let outcome = await contest.run(round, people: people)
      let numbers = [outcome.closings, outcome.spendings, outcome.votes, outcome.runs, outcome.refusals]
      let entries = outcome.entries.map { "\($0)" }.joined(separator: ",")
      tell(
        "\(numbers.map { "\($0)" }.joined(separator: " ")) [\(entries)] \(outcome.failures.joined(separator: "; "))")
    }
  }
}
