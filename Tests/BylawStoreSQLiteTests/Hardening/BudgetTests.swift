import Bylaw
import BylawEvaluator
import BylawModel
import BylawStore
import BylawStoreSQLite
import Foundation
import Testing

/// A budget that rules reserve before a job starts and settle when it ends (`examples/budget`): however many ask at
/// once, it is never overspent.
@Suite(.serialized) struct BudgetTests {
  private static let people = 32
  private static let total: Int64 = 100

  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("examples/budget").path

  /// A store with a worker and a planned job for each person.
  private func make(_ factory: SQLiteFactory) async throws -> GatedStore {
    let ruleSet = try RuleSet(contentsOf: Self.folder)
    var text = "Settings: { settings: { monthly_tokens: \(Self.total) } }\nUser:\n"
    for person in 1...Self.people { text += "  user-\(person): { name: Worker \(person), role: worker }\n" }
    text += "Job:\n"
    for person in 1...Self.people { text += "  job-\(person): { title: Job \(person), state: planned }\n" }
    let store = try await GatedStore.create(ruleSet, in: .sqlite(factory.path))
    let taken = try await store.take(try Records(text: text, path: "records.yaml", for: ruleSet))
    #expect(taken.refused.isEmpty, "\(taken.refused)")
    return store
  }

  private func ask(
    _ store: GatedStore, _ action: String, _ person: Int, _ input: [String: Value]
  ) async throws -> Bool {
    var request = Request(subject: .init(type: "User", id: "user-\(person)"), action: action, input: input)
    request.resource = .init(type: "Job", id: "job-\(person)")
    return try await store.perform(request).decision.outcome == .allow
  }

  /// What running jobs hold and ended ones used, in one state of the store.
  private func committed(_ store: GatedStore) async throws -> Int64 {
    let entity = try #require(store.gate.plan.entityNumbers["Job"])
    let jobs = try await store.gate.backend.read { reader throws(StoreError) in
      try reader.records(entity, filters: [], after: 0, limit: .max)
    }
    return jobs.reduce(0) { sum, job in
      let name = job.fields["state"] == .string("running") ? "reserved" : "used"
      guard case .int(let tokens) = job.fields[name] else { return sum }
      return sum + tokens
    }
  }

  @Test func `of 32 jobs that start at once as many run as the budget has room for`() async throws {
    let factory = try SQLiteFactory.file()
    defer { withExtendedLifetime(factory) {} }
    let store = try await make(factory)
    let started = try await withThrowingTaskGroup(of: Bool.self) { group in
      for person in 1...Self.people {
        group.addTask { try await ask(store, "job.start", person, ["tokens": .int(7)]) }
      }
      return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(started == 14)
    #expect(try await committed(store) == 98)
    #expect(try await store.verify().findings == [])
  }

  @Test func `jobs that start, extend, end and fail at once never hold and use more than the budget`() async throws {
    let factory = try SQLiteFactory.file()
    defer { withExtendedLifetime(factory) {} }
    let store = try await make(factory)
    let starts = try await withThrowingTaskGroup(of: Int.self) { group in
      for person in 1...Self.people {
        group.addTask {
          // Whoever is refused asks again later: others end meanwhile.
          for attempt in 1...6 {
            let tokens = Int64((person * 7 + attempt * 5) % 23 + 1)
            guard try await ask(store, "job.start", person, ["tokens": .int(tokens)]) else { continue }
            _ = try await ask(store, "job.extend", person, ["tokens": .int(tokens)])
            let end = person.isMultiple(of: 3) ? "job.fail" : "job.finish"
            #expect(try await ask(store, end, person, ["used": .int(tokens / 4)]))
            return 1
          }
          return 0
        }
      }
      group.addTask {
        for _ in 1...40 {
          let tokens = try await committed(store)
          #expect(tokens <= Self.total)
        }
        return 0
      }
      return try await group.reduce(0, +)
    }
    #expect(starts > 4)
    // All that was reserved and not used is free again, to the last token.
    let left = Self.total - (try await committed(store))
    let planner = Request.Entity(type: "User", id: "planner")
    let more = "User: { planner: { name: Pia, role: planner } }"
    _ = try await store.take(try Records(text: more, path: "more.yaml", for: store.ruleSet))
    let planned = try await store.perform(
      Request(subject: planner, action: "job.plan", input: ["title": .string("The last")]))
    var start = Request(subject: .init(type: "User", id: "user-1"), action: "job.start")
    start.resource = .init(type: "Job", id: try #require(planned.returned?.text))
    start.input = ["tokens": .int(left + 1)]
    #expect(try await store.perform(start).decision.denialClass == .overThreshold)
    start.input = ["tokens": .int(left)]
    #expect(try await store.perform(start).decision.outcome == .allow)
    #expect(try await store.verify().findings == [])
  }
}
