import Bylaw
import BylawModel
import BylawStore
import BylawStoreSQLite
import BylawStoreTestSupport
import Foundation
import GRDB
import Testing

@Suite(.serialized) struct KillTests {
  /// After so many the database is made anew, as each proof takes longer than the one before.
  private static let killsOfOneStore = 25
  private static let tasks = 4

  @Test func `a process that is killed leaves all that it told, nothing half, and a chain that agrees`() async throws {
    var operations = 0
    var ended = 0
    for start in stride(from: 0, to: Rounds.kills, by: Self.killsOfOneStore) {
      let factory = try SQLiteFactory.file()
      let contest = try await Contest.make(in: .sqlite(factory.path), people: 3)
      _ = try await contest.act("budget.make", ["total": .int(1_000_000_000)])
      try contest.store.gate.backend.close()
      for number in start..<min(start + Self.killsOfOneStore, Rounds.kills) {
        let told = try await Self.killed(factory.path, after: .random(in: 0...20))
        if told.contains("READY") { ended += 1 }
        let errors = told.filter { $0.hasPrefix("ERROR") }
        #expect(errors == [], "kill \(number)")
        operations += told.count
        try await Self.prove(factory.path, told, "kill \(number)")
      }
    }
    print("\(Rounds.kills) kills, \(ended) of them under load, \(operations) operations told")
    #expect(operations > Rounds.kills)
  }

  /// What a process told before it was killed, a moment after it had told so many lines.
  private static func killed(_ path: String, after lines: Int) async throws -> [String] {
    try await onThread {
      let file = URL(fileURLWithPath: path + ".told")
      let process = try LoadProcess(["load", path, "\(tasks)"], output: file)
      // One in twenty is killed wherever it is, even while it opens the store.
      while lines > 0, process.isRunning, try Data(contentsOf: file).count(where: { $0 == 0x0A }) < lines {
        usleep(500)
      }
      usleep(.random(in: 0..<10_000))
      process.kill()
      let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
      // A line without an end was not told.
      return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }
  }

  /// Everything that was told is there, nothing half, and the trail agrees.
  static func prove(_ path: String, _ told: [String], _ what: String) async throws {
    let store = try await GatedStore(in: .sqlite(path))
    #expect(try await store.verify().findings == [], "\(what)")
    for line in told where line.hasPrefix("DONE") {
      let parts = line.split(separator: " ").map(String.init)
      guard parts.count == 4, let sequence = Int64(parts[1]) else {
        Issue.record("\(what): \(line)")
        continue
      }
      let entry = try await store.entries(after: sequence - 1, limit: 1).first
      #expect(entry?.sequence == sequence, "\(what): \(line)")
      #expect(entry?.line.contains("\"action\":\"\(parts[2])\"") == true, "\(what): \(line)")
    }
    try store.gate.backend.close()
    try await consist(path, told, what)
  }

  /// Every pair of rows that one operation writes, and every number that sums others up, by plain SQL.
  private static func consist(_ path: String, _ told: [String], _ what: String) async throws {
    let queue = try DatabaseQueue(path: path)
    defer { try? queue.close() }
    let records = told.filter { $0.hasPrefix("DONE") }.flatMap { line in
      line.split(separator: " ").last?.split(separator: ",").map(String.init) ?? []
    }
    try await queue.read { database in
      for (table, sql) in halves {
        #expect(try Int.fetchOne(database, sql: sql) == 0, "\(what): \(table)")
      }
      for record in Set(records) {
        let parts = record.split(separator: "/").map(String.init)
        let table = parts[0] == "proposal" ? "bylaw_proposal" : parts[0]
        let count = try Int.fetchOne(
          database, sql: "SELECT count(*) FROM \"\(table)\" WHERE id = ?", arguments: [parts[1]])
        #expect(count == 1, "\(what): \(record)")
      }
      #expect(try String.fetchOne(database, sql: "PRAGMA quick_check") == "ok", "\(what)")
    }
  }

  /// Each counts what must not be there.
  private static let halves: [(String, String)] = [
    ("money", "SELECT (SELECT sum(spent) FROM Budget) - (SELECT coalesce(sum(amount), 0) FROM Spending)"),
    ("notes", "SELECT count(*) FROM Incident i WHERE 1 <> (SELECT count(*) FROM Note WHERE incident = i.id)"),
    ("keys", "SELECT (SELECT count(*) FROM Incident) - (SELECT count(*) FROM bylaw_key)"),
    (
      "notices",
      """
      SELECT (SELECT count(*) FROM Incident) - (SELECT count(*) FROM bylaw_document
        WHERE kind = 'outbox' AND json_extract(body, '$.event') = 'incident_made')
      """
    ),
    (
      "runs",
      """
      SELECT count(*) FROM Change c WHERE runs <> (SELECT count(*) FROM bylaw_proposal
        WHERE resource = 'Change/' || c.id AND status = 'done')
      """
    ),
    (
      "votes", "SELECT count(*) FROM bylaw_proposal WHERE (status = 'done') <> (json_array_length(body, '$.votes') = 2)"
    ),
    ("closings", "SELECT count(*) FROM Incident WHERE (status = 'closed') <> (closed_by IS NOT NULL)"),
    (
      "entries",
      "SELECT (SELECT max(sequence) FROM bylaw_entry) - (SELECT count(*) FROM bylaw_entry)"
    ),
  ]
}
