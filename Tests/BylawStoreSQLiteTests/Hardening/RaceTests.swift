import Bylaw
import BylawEvaluator
import BylawModel
import BylawStore
import BylawStoreSQLite
import BylawStoreTestSupport
import Foundation
import Testing

@Suite(.serialized) struct RaceTests {
  private static let people = 32

  @Test func `of 32 people who want the same, one gets it, and every entry is in the trail`() async throws {
    let factory = try SQLiteFactory.file()
    let contest = try await Contest.make(in: .sqlite(factory.path), people: Self.people)
    var told: Set<Int64> = []
    for number in 1...Rounds.races {
      let round = try await contest.prepare()
      let outcome = await contest.run(round, people: 1...Self.people)
      #expect(outcome.isFair, "round \(number): \(outcome)")
      #expect(outcome.refusals == 3 * Self.people - 4, "round \(number): \(outcome)")
      // No entry is told twice.
      for entry in outcome.entries { #expect(told.insert(entry).inserted, "round \(number): entry \(entry)") }
    }
    try await Self.prove(contest, rounds: Rounds.races, told)
  }

  @Test func `of two processes with one database, one gets it`() async throws {
    let factory = try SQLiteFactory.file()
    let contest = try await Contest.make(in: .sqlite(factory.path), people: Self.people)
    let path = factory.path
    let half = Self.people / 2
    let processes = try [(1, half), (half + 1, Self.people)].map { first, last in
      try Contestant(path, first, last)
    }
    var told: Set<Int64> = []
    for number in 1...Rounds.processes {
      let round = try await contest.prepare()
      async let first = processes[0].run(round)
      async let second = processes[1].run(round)
      var outcome = try await first
      outcome.add(try await second)
      #expect(outcome.isFair, "round \(number): \(outcome)")
      for entry in outcome.entries { #expect(told.insert(entry).inserted, "round \(number): entry \(entry)") }
    }
    for process in processes { #expect(try await process.end() == 0) }
    try await Self.prove(contest, rounds: Rounds.processes, told)
  }

  /// What the store holds is what the winners were told.
  private static func prove(_ contest: Contest, rounds: Int, _ told: Set<Int64>) async throws {
    let verification = try await contest.store.verify()
    #expect(verification.findings == [])
    #expect(told.allSatisfy { $0 >= 1 && $0 <= verification.entries })
    let plan = contest.store.gate.plan
    func all(_ type: String) async throws -> [StoredRecord] {
      let entity = try #require(plan.entityNumbers[type])
      return try await contest.store.gate.backend.read { reader throws(StoreError) in
        try reader.records(entity, filters: [], after: 0, limit: .max)
      }
    }
    #expect(try await all("Incident").filter { $0.fields["status"] == .string("closed") }.count == rounds)
    #expect(try await all("Change").filter { $0.fields["runs"] == .int(1) }.count == rounds)
    #expect(try await all("Budget").filter { $0.fields["spent"] == .int(99) }.count == rounds)
    #expect(try await all("Spending").count == 2 * rounds)
  }
}

/// Another process that takes part in rounds.
private struct Contestant: Sendable {
  private let process: Guarded

  /// Only one call is under way at a time.
  private actor Guarded {
    private let process: LoadProcess

    init(_ path: String, _ first: Int, _ last: Int) throws {
      process = try LoadProcess(["contest", path, "\(first)", "\(last)"])
      guard process.line() == "READY" else { throw CocoaError(.executableLoad) }
    }

    func run(_ round: Contest.Round) throws -> String {
      try process.send("\(round.incident) \(round.budget) \(round.change) \(round.proposal)")
      return process.line() ?? ""
    }

    func end() throws -> Int32 { try process.end() }
  }

  init(_ path: String, _ first: Int, _ last: Int) throws { process = try Guarded(path, first, last) }

  func end() async throws -> Int32 { try await process.end() }

  func run(_ round: Contest.Round) async throws -> Contest.Outcome {
    let line = try await process.run(round)
    let parts = line.split(separator: " ", maxSplits: 6, omittingEmptySubsequences: false).map(String.init)
    let numbers = parts.prefix(5).compactMap { Int($0) }
    var outcome = Contest.Outcome()
    guard numbers.count == 5, parts.count == 7 else {
      outcome.failures = ["the process said '\(line)'"]
      return outcome
    }
    (outcome.closings, outcome.spendings, outcome.votes) = (numbers[0], numbers[1], numbers[2])
    (outcome.runs, outcome.refusals) = (numbers[3], numbers[4])
    outcome.entries = parts[5].dropFirst().dropLast().split(separator: ",").compactMap { Int64($0) }
    if !parts[6].isEmpty { outcome.failures = [parts[6]] }
    return outcome
  }
}
