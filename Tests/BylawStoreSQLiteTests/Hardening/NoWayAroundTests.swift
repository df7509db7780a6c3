import Bylaw
import BylawEvaluator
import BylawModel
import BylawStore
import BylawStoreSQLite
import BylawStoreTestSupport
import Foundation
import GRDB
import Testing

/// Nothing is written but by a decision of the gate.
///
/// Every public call and every statement is listed here with what stands before it. A new one fails these tests until
/// it is.
@Suite(.serialized) struct NoWayAroundTests {
  /// What stands between a public call and the database.
  private enum Way {
    /// The rules decide, within the transaction that carries it out; a refusal is kept in the log alone.
    case decided
    /// The engine itself acts, with an entry of the trail.
    case engine
    /// Nothing is written.
    case looks
    /// Has no store, or only tells what was answered.
    case value
  }

  private static let calls: [String: Way] = [
    "GatedStore.init(in:clock:at:)": .looks, "GatedStore.init(_:in:clock:at:)": .engine,
    "GatedStore.create(_:in:clock:at:)": .engine, "GatedStore.perform(_:isDryRun:)": .decided,
    "GatedStore.performAsSystem(_:on:input:serverContext:isDryRun:)": .decided,
    "GatedStore.vote(_:on:by:input:serverContext:isDryRun:)": .decided,
    "GatedStore.inbox(of:serverContext:)": .looks, "GatedStore.proposals(of:withEnded:serverContext:)": .looks,
    "GatedStore.get(_:by:serverContext:)": .decided,
    "GatedStore.list(_:where:meeting:limit:by:serverContext:)": .decided,
    "GatedStore.take(_:allOrNothing:isDryRun:)": .engine,
    "GatedStore.take(_:allOrNothing:isDryRun:progress:)": .engine,
    "GatedStore.sweep()": .engine, "GatedStore.verify(checkpoints:verifyingKey:)": .looks,
    "AuditTrail.init(in:)": .looks, "AuditTrail.verify(checkpoints:verifyingKey:)": .looks,
    "AuditTrail.entries(_:after:limit:)": .looks,
    "GatedStore.outbox(after:limit:)": .looks, "GatedStore.handOn(upTo:)": .engine,
    "GatedStore.followUps(withDone:)": .looks, "GatedStore.settle(followUp:)": .engine,
    "GatedStore.refusals(_:after:limit:)": .looks, "AuditTrail.refusals(_:after:limit:)": .looks,
    "GatedStore.RefusalSelection.init(entries:denialClass:)": .value,
    "GatedStore.Notice.json": .value, "GatedStore.Notice.text": .value, "GatedStore.FollowUp.json": .value,
    "GatedStore.FollowUp.text": .value, "GatedStore.Refusal.json": .value, "GatedStore.Refusal.text": .value,
    "GatedStore.checkpoint(signingKey:)": .looks, "GatedStore.entries(_:after:limit:)": .looks,
    "GatedStore.refusal(for:)": .value, "GatedStore.EntrySelection.init(subject:action:record:from:until:)": .value,
    "GatedStore.CheckpointKeys.init()": .value, "GatedStore.Import.Problem.sentence": .value,
    "GatedStore.Import.json(isPretty:)": .value, "GatedStore.Import.summary": .value,
    "GatedStore.Answer.json(isPretty:)": .value, "GatedStore.Answer.text(isColored:)": .value,
    "GatedStore.Found.json(isPretty:)": .value, "GatedStore.Found.text(isColored:)": .value,
    "GatedStore.Verification.json": .value, "GatedStore.Verification.text": .value,
    "GatedStore.Sweep.json": .value, "GatedStore.Sweep.text": .value, "Proposal.json(isPretty:)": .value,
    "Proposal.text": .value, "Backend.sqlite(_:)": .value, "Backend.memory": .value,
  ]

  @Test func `every public call of the store is listed with what stands before it`() throws {
    let found = try PublicCalls.found()
    #expect(found.subtracting(Self.calls.keys).sorted() == [], "not listed")
    #expect(Set(Self.calls.keys).subtracting(found).sorted() == [], "no longer there")
  }

  // MARK: What they write

  /// Everything that a database holds: by table, its rows as text.
  private func dump(_ path: String) async throws -> [String: Set<String>] {
    let queue = try DatabaseQueue(path: path)
    defer { try? queue.close() }
    return try await queue.read { database in
      let tables = try String.fetchAll(database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table'")
      return try Dictionary(
        uniqueKeysWithValues: tables.map { table in
          (table, Set(try Row.fetchAll(database, sql: "SELECT * FROM \"\(table)\"").map(\.description)))
        })
    }
  }

  /// The tables that an act has changed.
  private func changed(_ path: String, by act: () async throws -> Void) async throws -> Set<String> {
    let before = try await dump(path)
    try await act()
    let after = try await dump(path)
    return Set(after.keys.filter { before[$0] != after[$0] })
  }

  private static let nobody = Request.Entity(type: "User", id: "nobody")

  private func contest(_ factory: SQLiteFactory) async throws -> Contest {
    try await Contest.make(in: .sqlite(factory.path), people: 3)
  }

  @Test func `a call that only looks changes nothing, and neither does a dry run`() async throws {
    let factory = try SQLiteFactory.file()
    let contest = try await contest(factory)
    let store = contest.store
    let round = try await contest.prepare()
    let boss = contest.subject(1)
    let key = GatedStore.CheckpointKeys()
    let looks: [(String, () async throws -> Void)] = [
      ("open", { _ = try await GatedStore(in: .sqlite(factory.path)) }),
      ("open with the same rules", { _ = try await GatedStore(try Contest.ruleSet(), in: .sqlite(factory.path)) }),
      ("inbox", { _ = try await store.inbox(of: boss) }),
      ("proposals", { _ = try await store.proposals(of: boss, withEnded: true) }),
      ("verify", { _ = try await store.verify() }),
      ("checkpoint", { _ = try await store.checkpoint(signingKey: key.signing) }),
      ("entries", { _ = try await store.entries() }),
      ("outbox", { _ = try await store.outbox() }),
      ("follow-ups", { _ = try await store.followUps(withDone: true) }),
      ("refusals", { _ = try await store.refusals() }),
      ("a notice that is not there, handed on", { _ = try await store.handOn(upTo: 99_999) }),
      ("a follow-up that is not there, settled", { _ = try await store.settle(followUp: 99_999) }),
      ("a sweep with nothing to do", { _ = try await store.sweep() }),
      (
        "perform",
        {
          let request = contest.request("incident.close", by: 1, on: ("Incident", round.incident), [:])
          let answer = try await store.perform(request, isDryRun: true)
          #expect(answer.decision.outcome == .allow)
          #expect(!answer.changes.isEmpty)
        }
      ),
      (
        "act as the engine",
        { _ = try await store.performAsSystem("budget.make", input: ["total": .int(1)], isDryRun: true) }
      ),
      ("vote", { _ = try await store.vote(.approve, on: round.proposal, by: boss, isDryRun: true) }),
    ]
    for (name, look) in looks { #expect(try await changed(factory.path, by: look) == [], "\(name)") }
  }

  @Test func `what is refused is kept in the log and changes nothing else`() async throws {
    let factory = try SQLiteFactory.file()
    let contest = try await contest(factory)
    let store = contest.store
    let round = try await contest.prepare()
    let incident = EntityReference(type: "Incident", id: round.incident)
    func refused(_ decision: Decision) { #expect(decision.outcome == .deny) }
    let acts: [(String, () async throws -> Void)] = [
      (
        "perform",
        {
          var request = Request(subject: Self.nobody, action: "incident.close")
          request.resource = .init(type: "Incident", id: round.incident)
          refused(try await store.perform(request).decision)
        }
      ),
      ("an unknown action", { refused(try await store.perform(Request(subject: Self.nobody, action: "x")).decision) }),
      (
        "the engine by name",
        {
          let engine = Request.Entity(type: "System", id: "system")
          refused(
            try await store.perform(Request(subject: engine, action: "budget.make", input: ["total": .int(1)])).decision
          )
        }
      ),
      (
        "a role that the request brings",
        {
          var request = contest.request("incident.close", by: 1, on: ("Incident", round.incident), [:])
          request.subject.properties = ["role": .string("boss")]
          refused(try await store.perform(request).decision)
        }
      ),
      (
        "votes that the request brings",
        {
          var request = contest.request("change.apply", by: 2, on: ("Change", round.change), [:])
          request.approvals = [.init(approver: contest.subject(1), vote: .approve, at: .now, input: [:])]
          refused(try await store.perform(request).decision)
        }
      ),
      (
        "a vote as an action",
        { refused(try await store.perform(contest.request("approve(change.apply)", by: 1, on: nil, [:])).decision) }
      ),
      ("act as the engine", { refused(try await store.performAsSystem("incident.close", on: incident).decision) }),
      ("vote", { refused(try await store.vote(.approve, on: round.proposal, by: Self.nobody).decision) }),
      (
        "vote on nothing",
        { refused(try await store.vote(.approve, on: "proposal-99", by: contest.subject(1)).decision) }
      ),
      ("get", { refused(try await store.get(incident, by: Self.nobody).decision) }),
      ("list", { refused(try await store.list("Incident", by: Self.nobody).decision) }),
    ]
    for (name, act) in acts {
      #expect(try await changed(factory.path, by: act).isSubset(of: ["bylaw_document"]), "\(name)")
    }
    #expect(try await store.verify().findings == [])
    let records = try Records(text: "Incident:\n  i-1: { status: open }\n", path: "records.yaml", for: store.ruleSet)
    let taken = try await changed(factory.path) {
      let report = try await store.take(records)
      #expect(report.imported == 0)
    }
    #expect(taken == [])
  }

  @Test func `what is allowed has an entry that names every record that it changed`() async throws {
    let factory = try SQLiteFactory.file()
    let contest = try await contest(factory)
    let store = contest.store
    let round = try await contest.prepare()
    let acts: [(String, () async throws -> Int64?)] = [
      (
        "perform",
        {
          try await store.perform(contest.request("incident.close", by: 1, on: ("Incident", round.incident), [:])).entry
        }
      ),
      ("act as the engine", { try await store.performAsSystem("budget.make", input: ["total": .int(1)]).entry }),
      ("vote", { try await store.vote(.approve, on: round.proposal, by: contest.subject(2)).entry }),
      ("the last vote", { try await store.vote(.approve, on: round.proposal, by: contest.subject(3)).entry }),
    ]
    for (name, act) in acts {
      let before = try await store.verify().entries
      let entry = try await act()
      let verification = try await store.verify()
      #expect(verification.findings == [], "\(name)")
      #expect(verification.entries > before, "\(name)")
      #expect(entry.map { $0 > before } == true, "\(name)")
    }
    let records = try Records(text: "Change:\n  c-1: { title: New }\n", path: "records.yaml", for: store.ruleSet)
    let before = try await store.verify().entries
    #expect(try await store.take(records).imported == 1)
    #expect(try await store.verify().entries == before + 1)
    #expect(try await store.entries(after: before).first?.line.contains("Change/c-1") == true)
    // Other rules are put in force with an entry too.
    let other = try RuleSet(files: [
      (
        path: "bylaw.yaml",
        text: "bylaw: 1\nname: contest\nversion: 1.0.1\nsubject: [User, System]\nrole: subject.role\n"
      ),
      (path: "rules.yaml", text: Contest.rules),
    ])
    let renewed = try await GatedStore(other, in: .sqlite(factory.path))
    #expect(try await renewed.entries(after: before + 1).map { $0.line.contains("put_in_force") } == [true])
    #expect(try await renewed.verify().findings == [])
  }

  // MARK: Statements

  /// What stands before a statement that writes.
  private enum Guard: String {
    /// It follows an entry of the same transaction, which a decision of the gate made.
    case entry
    /// A refusal, for which there is a decision but no entry.
    case log
    /// It makes the store, or brings it to the rules that it is opened with; a program that opens it has to have them.
    case opening
    /// It changes no row.
    case connection
  }

  /// Every statement that the backend can write with, by how it begins, with what is left out in between as `…`.
  private static let statements: [String: Guard] = [
    "INSERT INTO \"bylaw_entry\"": .entry, "UPDATE \"bylaw_proposal\" SET": .entry,
    "INSERT INTO \"bylaw_proposal\"": .entry, "DELETE FROM \"bylaw_key\"": .entry,
    "INSERT INTO \"bylaw_key\"": .entry, "INSERT INTO \"bylaw_number\"": .entry,
    "INSERT INTO \"bylaw_setting\"": .entry, "INSERT INTO \"bylaw_change\"": .entry,
    "INSERT INTO \"bylaw_document\"": .log,
    // Rows of records: `EntityTable.insertion` and `EntityTable.update`.
    "INSERT INTO \\(table)": .entry, "UPDATE \\(quotedName) SET": .entry,
    // Tables, indexes and triggers.
    "CREATE TABLE \"\\(name)\"": .opening, "CREATE TABLE \\(SQLText.name(table))": .opening,
    "CREATE INDEX \"\\(table)$\\(name)\"": .opening, "CREATE INDEX \\(SQLText.name(": .opening,
    "CREATE TRIGGER \\(SQLText.name(name))": .opening,
    // Migration of the tables.
    "INSERT INTO \\(name)": .opening, "DROP TABLE \\(table.quotedName)": .opening,
    "DROP TABLE \\(before.quotedName)": .opening, "ALTER TABLE \\(SQLText.name(fresh))": .opening,
    "DROP \\(object.kind.rawValue.uppercased())": .opening, "DROP TRIGGER \\(SQLText.name(object.name))": .opening,
    "PRAGMA application_id =": .opening, "PRAGMA user_version =": .opening,
    "PRAGMA synchronous =": .connection, "PRAGMA foreign_keys =": .connection,
    "PRAGMA wal_autocheckpoint =": .connection, "PRAGMA page_size =": .connection,
  ]

  @Test func `every statement in the sources that writes is listed with what stands before it`() throws {
    var found: Set<String> = []
    var strangers: [String] = []
    for (path, text) in try PublicCalls.sources("Sources/BylawStoreSQLite") {
      for line in text.split(separator: "\n") {
        let code = line.drop { $0 == " " }
        guard !code.hasPrefix("//") else { continue }
        for statement in Self.writing(String(code)) {
          if let known = Self.statements.keys.first(where: { statement.hasPrefix($0) }) {
            found.insert(known)
          } else {
            strangers.append("\(path): \(statement)")
          }
        }
      }
    }
    #expect(strangers == [])
    #expect(Set(Self.statements.keys).subtracting(found).sorted() == [], "no longer there")
  }

  /// The statements of a line that change something, from their first word on.
  private static func writing(_ line: String) -> [String] {
    ["INSERT ", "UPDATE ", "DELETE ", "REPLACE ", "CREATE ", "DROP ", "ALTER ", "ATTACH ", "VACUUM", "PRAGMA "]
      .compactMap {
        word -> String? in
        // At the beginning of a literal, or of a line of one.
        guard let range = line.range(of: "\"" + word) ?? (line.hasPrefix(word) ? line.range(of: word) : nil) else {
          return nil
        }
        let text = line[range.lowerBound...].drop { $0 == "\"" }.replacingOccurrences(of: "\\\"", with: "\"")
        if word == "PRAGMA ", !text.prefix(40).contains(" = ") { return nil }
        // The name of an event of a trigger, not a statement.
        return text.hasPrefix("\(word.trimmingCharacters(in: .whitespaces))\"") ? nil : text
      }
  }

  @Test func `one file runs statements, and the gate alone hands the backend what is to be written`() throws {
    let ways = [
      ".execute(sql:", "cachedStatement(", "makeStatement(", "sqlite3_exec", "sqlite3_prepare", "sqlite3_step",
      "sqlite3_backup", "sqlite3_blob_open", ".inTransaction", ".inSavepoint",
    ]
    for (path, text) in try PublicCalls.sources("Sources/BylawStoreSQLite") {
      for way in ways where text.contains(way) {
        #expect(["Connection/SQLConnection.swift", "Connection/SQLStatement.swift"].contains(path), "\(path): \(way)")
      }
    }
    for (path, text) in try PublicCalls.sources("Sources") {
      if path.hasPrefix("BylawStore/Gate/") || path.hasPrefix("BylawStoreSQLite/") { continue }
      // The scenarios of rule sets let a database of their own fail; it hands on what the gate gave it.
      if path == "Bylaw/Testing/Scenarios/FailingBackend.swift" { continue }
      #expect(!text.contains("backend.write"), "\(path)")
      #expect(!text.contains("writer.apply("), "\(path)")
    }
  }

  @Test func `whatever a store is asked for, SQLite sees an entry before every row`() async throws {
    StatementTrace.begin()
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bylaw-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("\(StatementTrace.marker).db").path
    let contest = try await Contest.make(in: .sqlite(path), people: 4)
    let round = try await contest.prepare()
    _ = await contest.run(round, people: 1...4)
    let records = try Records(
      text: "Incident:\n  i-1: { title: New }\n  i-2: { status: open }\n", path: "records.yaml",
      for: contest.store.ruleSet)
    _ = try await contest.store.take(records)
    _ = try await contest.store.sweep()
    _ = try await contest.store.list("Incident", by: contest.subject(1))
    #expect(try await contest.store.verify().findings == [])
    let statements = StatementTrace.statements(on: path)
    #expect(statements.count > 200)
    var transactions: [[String]] = [[]]
    // Operations of several callers may share a transaction, each between savepoints.
    let borders = ["BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"]
    for statement in statements {
      let isBorder = borders.contains { statement.sql.hasPrefix($0) }
      guard isBorder || !statement.isReading else { continue }
      if isBorder {
        transactions.append([])
      } else {
        transactions[transactions.count - 1].append(statement.sql)
      }
    }
    var kinds: Set<String> = []
    for transaction in transactions where !transaction.isEmpty {
      // A store is made in one transaction, and says in the next by which rules, with an entry about that.
      if transaction.contains(where: { $0.hasPrefix("CREATE") || $0.hasPrefix("PRAGMA") }) { continue }
      if transaction.allSatisfy({ $0.contains("\"bylaw_document\"") }) { continue }
      let written = transaction.drop { $0.contains("\"bylaw_setting\"") }
      #expect(written.first?.hasPrefix("INSERT INTO \"bylaw_entry\"") == true, "\(transaction)")
      for statement in written {
        #expect(
          statement.hasPrefix("INSERT") || statement.hasPrefix("UPDATE")
            || statement.hasPrefix("DELETE FROM \"bylaw_key\""))
        kinds.insert(statement.split(separator: " ").prefix(3).joined(separator: " "))
      }
    }
    #expect(kinds.count > 10, "\(kinds.sorted())")
  }
}
