import Bylaw
import BylawModel
import BylawStoreSQLite
import CPlainStore
import Foundation
import Glibc

/// A gated store and plain tables with the same rows, in two files of one folder.
final class Pair {
  let store: GatedStore
  private let plain: OpaquePointer
  private let worker = Request.Entity(type: "User", id: "user-1")
  /// The bytes of the last entry, which the plain tables keep as well.
  private var body = ""
  private let digest = [UInt8](repeating: 7, count: 32)
  private var made = 0

  init(in folder: URL) async throws {
    let ruleSet = try RuleSet(files: [
      (path: "bylaw.yaml", text: Self.manifest), (path: "rules.yaml", text: Self.rules),
    ])
    store = try await GatedStore.create(ruleSet, in: .sqlite(folder.appending(path: "gated.db").path))
    guard let plain = plain_open(folder.appending(path: "plain.db").path) else {
      throw Failure("SQLite does not open the plain database")
    }
    self.plain = plain
    let user = try await store.performAsSystem("user.add", input: ["name": .string("Ann"), "role": .string("worker")])
    guard user.decision.outcome == .allow else { throw Failure("\(user.decision)") }
  }

  deinit { plain_close(plain) }

  // MARK: Operations

  func gatedCreate(_ number: Int) async throws {
    let input: [String: Value] = ["title": .string("Task \(number)"), "priority": .int(Int64(number % 5 + 1))]
    try await perform(Request(subject: worker, action: "task.create", input: input))
    made = max(made, number + 1)
  }

  func plainCreate(_ number: Int) throws {
    let code = plain_create(
      plain, "task-\(number + 1)", "Task \(number)", "user-1", Int64(number % 5 + 1), "2026-11-21T10:00:00.000000000Z",
      body, digest)
    guard code == 0 else { throw Failure("plain create \(number)") }
  }

  func gatedChange(_ number: Int) async throws {
    var request = Request(subject: worker, action: "task.note", input: ["note": .string("Seen \(number) times")])
    request.resource = .init(type: "Task", id: "task-\(number % made + 1)")
    try await perform(request)
  }

  func plainChange(_ number: Int) throws {
    guard plain_change(plain, "task-\(number % made + 1)", "Seen \(number) times", body, digest) == 0 else {
      throw Failure("plain change \(number)")
    }
  }

  func gatedRead(_ number: Int) async throws {
    let found = try await store.get(EntityReference(type: "Task", id: "task-\(number % made + 1)"), by: worker)
    guard found.records.count == 1 else { throw Failure("gated read \(number): \(found.decision)") }
  }

  func plainRead(_ number: Int) throws {
    guard plain_read(plain, "task-\(number % made + 1)") > 0 else { throw Failure("plain read \(number)") }
  }

  private func perform(_ request: Request) async throws {
    let answer = try await store.perform(request)
    guard answer.decision.outcome == .allow else { throw Failure("\(answer.decision)") }
    try await takeBody(answer)
  }

  /// The plain tables keep entries as long as those of the trail.
  private func takeBody(_ answer: GatedStore.Answer) async throws {
    guard body.isEmpty, let entry = answer.entry else { return }
    body = try await store.entries(after: entry - 1, limit: 1).first?.line ?? ""
    guard !body.isEmpty else { throw Failure("no entry \(entry)") }
  }

  // MARK: Callers at once

  /// Makes records from as many tasks at once, each of which waits for its answer before it asks again.
  ///
  /// - Returns: Microseconds of the clock per record.
  func gatedCreate(callers: Int, each: Int) async throws -> Double {
    let (store, worker, start) = (store, worker, Moment())
    try await withThrowingTaskGroup(of: Void.self) { group in
      for caller in 0..<callers {
        group.addTask {
          for number in 0..<each {
            let input: [String: Value] = ["title": .string("Task \(caller)-\(number)"), "priority": .int(3)]
            let answer = try await store.perform(Request(subject: worker, action: "task.create", input: input))
            guard answer.decision.outcome == .allow else { throw Failure("\(answer.decision)") }
          }
        }
      }
      try await group.waitForAll()
    }
    return (Moment().wall - start.wall) / Double(callers * each)
  }

  // MARK: Comparing

  struct Result {
    var gated: [Double] = []
    var plain: [Double] = []
    var gatedProcessor: [Double] = []
    var plainProcessor: [Double] = []

    var text: String {
      let ratio = zip(gated, plain).map { $1 / $0 }
      return [
        Self.median(gated), Self.median(plain), Self.median(ratio), Self.median(gatedProcessor),
        Self.median(plainProcessor),
      ].map { String(format: "%.2f", $0) }.joined(separator: " | ")
    }

    static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
  }

  /// Runs both in turn, so that a busy disk or processor hits both; each with the same numbers.
  func compare(
    rounds: Int, perRound: Int, gated: (Pair, Int) async throws -> Void, plain: (Pair, Int) throws -> Void
  ) async throws -> Result {
    var result = Result()
    for round in 0...rounds {
      let numbers = (round * perRound)..<((round + 1) * perRound)
      let start = Moment()
      for number in numbers { try await gated(self, number) }
      let middle = Moment()
      for number in numbers { try plain(self, number) }
      let end = Moment()
      guard round > 0 else { continue }
      let count = Double(perRound)
      result.gated.append((middle.wall - start.wall) / count)
      result.plain.append((end.wall - middle.wall) / count)
      result.gatedProcessor.append((middle.processor - start.processor) / count)
      result.plainProcessor.append((end.processor - middle.processor) / count)
    }
    return result
  }

  /// Microseconds of the clock and of the processor that this process has used.
  private struct Moment {
    let wall = Self.read(CLOCK_MONOTONIC)
    let processor = Self.read(CLOCK_PROCESS_CPUTIME_ID)

    private static func read(_ clock: clockid_t) -> Double {
      var time = timespec()
      clock_gettime(clock, &time)
      return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
    }
  }

  // MARK: Rules

  private static let manifest = """
    bylaw: 1
    name: tasks
    version: 1.0.0
    subject: [User, System]
    role: subject.role
    """

  private static let rules = """
    enums:
      Role: [worker, auditor]
      State: [open, closed]
    entities:
      User:
        live: it.active
        fields:
          name: text(1..40)
          role: Role
          active: bool = true
      Task:
        fields:
          title: text(1..80)
          owner: User
          priority: int(1..5)
          note: text(1..200)?
          state: State
          made_at: timestamp
        lifecycle:
          state:
            start: [open]
            open: [closed]
    actions:
      user.add:
        title: Add a user
        allow: [system]
        input: { name: "text(1..40)", role: Role }
        effects:
          - create: User
            set: { name: input.name, role: input.role }
        audit: add
      task.create:
        title: Make a task
        allow: [worker]
        input: { title: "text(1..80)", priority: "int(1..5)" }
        effects:
          - create: Task
            as: task
            set: { title: input.title, owner: subject, priority: input.priority, state: open, made_at: now }
        returns: effects.task.id
        audit: create
      task.note:
        title: Write a note
        of: Task
        allow: [worker]
        input: { note: "text(1..200)" }
        require:
          own:
            that: resource.owner == subject
            else: The task belongs to somebody else.
          open:
            that: resource.state == "open"
            else: The task is closed.
        effects:
          - update: resource
            set: { note: input.note }
        audit: note
    reads:
      Task:
        allow: [worker]
    rules:
      only-active:
        forbid: everything
        unless: subject.active
        because: Only active users act.
        class: unauthorized
    """
}
