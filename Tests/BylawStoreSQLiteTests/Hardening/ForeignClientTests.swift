import BylawModel
import BylawStore
import BylawStoreSQLite
import BylawStoreTestSupport
import Foundation
import GRDB
import Testing

/// What another client of SQLite can do to the file of a store: each is refused, or the proof names it.
@Suite struct ForeignClientTests {
  /// A store of which every attempt gets a copy of its own.
  private let tampering: Tampering

  init() async throws {
    tampering = try await Tampering()
    // So that the one file is all there is to copy.
    try tampering.factory.raw("PRAGMA wal_checkpoint(TRUNCATE)")
  }

  /// Runs statements on a copy of the store, with its triggers in place.
  ///
  /// - Returns: Why they were refused, or else what the proof finds afterwards.
  private func attempt(_ statements: String...) async throws -> Outcome {
    let copy = try SQLiteFactory.file()
    try FileManager.default.copyItem(atPath: tampering.factory.path, toPath: copy.path)
    do {
      let queue = try DatabaseQueue(path: copy.path)
      defer { try? queue.close() }
      try await queue.writeWithoutTransaction { database in
        for statement in statements { try database.execute(sql: statement) }
      }
    } catch let error as DatabaseError {
      return .refused(error.message ?? "")
    }
    return .done(try await findings(copy))
  }

  private func findings(_ factory: SQLiteFactory) async throws -> [String] {
    do throws(StoreError) {
      let backend = try factory.open()
      defer { try? backend.close() }
      let verifier = AuditVerifier(
        StoreFixture.schema, checkpoints: [tampering.checkpoint], key: tampering.key.publicKey)
      return try await backend.read { reader throws(StoreError) in
        try verifier.verify(reader).findings.map(\.description)
      }
    } catch {
      return ["\(error)"]
    }
  }

  private enum Outcome {
    case refused(String)
    case done([String])

    /// Whether nobody would notice.
    var isSilent: Bool { if case .done(let findings) = self { findings.isEmpty } else { false } }
  }

  private func tables() async throws -> [String] {
    let queue = try DatabaseQueue(path: tampering.factory.path)
    defer { try? queue.close() }
    return try await queue.read { database in
      try String.fetchAll(
        database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    }
  }

  @Test func `no row of any table is added, changed or removed unnoticed`() async throws {
    let tables = try await tables()
    #expect(tables.count == 10)
    for table in tables where table != "User" {
      #expect(!(try await attempt("DELETE FROM \"\(table)\"").isSilent), "\(table)")
    }
    for (table, column, statement) in try await Tampering.columns() {
      #expect(!(try await attempt(statement).isSilent), "\(table).\(column)")
    }
    for addition in [
      "INSERT INTO User (id, \"$entry\", name) VALUES ('eve', 6, 'Eve')",
      "INSERT INTO Client (id, \"$entry\", name) VALUES ('c-3', 6, 'New')",
      "INSERT INTO bylaw_change VALUES ('User/eve', 6, 1)", "INSERT INTO bylaw_setting VALUES ('a', 'b')",
      "INSERT INTO bylaw_number VALUES ('User', 5)", "INSERT INTO bylaw_key VALUES ('name', 'x', 'Client/c-2')",
      "INSERT INTO bylaw_proposal (id, entry, body) VALUES ('p-2', 6, '{\"id\":\"p-2\"}')",
      """
      INSERT INTO bylaw_document VALUES (4, 'outbox', '2026-01-01T00:00:00.000000000Z', 6, '{}', NULL, zeroblob(32))
      """,
    ] {
      #expect(!(try await attempt(addition).isSilent), "\(addition)")
    }
  }

  /// Statements that change how the database guards itself, and what is found of each.
  private static let schemaAttacks: [([String], String)] = [
    (["DROP TRIGGER \"Client$update\""], "the trigger 'Client$update' is missing"),
    (
      ["DROP TRIGGER \"Client$update\"", "UPDATE Client SET name = 'Evil' WHERE id = 'c-2'"],
      "Client/c-2 was changed outside the gate"
    ),
    (
      [
        "PRAGMA writable_schema = ON", "DELETE FROM sqlite_schema WHERE type = 'trigger'",
        "PRAGMA writable_schema = OFF",
      ],
      "the trigger 'Client$delete' is missing"
    ),
    (
      [
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_schema SET sql = replace(sql, 'BEGIN SELECT', 'WHEN 0 BEGIN SELECT') WHERE name = 'Client$delete'",
        "PRAGMA writable_schema = RESET",
      ],
      "the trigger 'Client$delete' was changed"
    ),
    (["ALTER TABLE Client ADD COLUMN rank INTEGER"], "the table 'Client' was changed"),
    (["ALTER TABLE Client RENAME COLUMN name TO title"], "name"),
    (["ALTER TABLE Client RENAME TO Customer"], "Client"),
    (["PRAGMA foreign_keys = OFF", "DROP TABLE bylaw_number"], "bylaw_number"),
    (["PRAGMA foreign_keys = OFF", "DROP TABLE bylaw_document"], "bylaw_document"),
    (["PRAGMA foreign_keys = OFF", "DROP TABLE bylaw_entry"], "bylaw_entry"),
    (["PRAGMA foreign_keys = OFF", "DROP TABLE Client"], "Client"),
    (["CREATE TABLE notes (text)"], "the table 'notes' is not of this store"),
    (["CREATE VIEW names AS SELECT name FROM Client"], "the view 'names' is not of this store"),
    (
      ["CREATE TRIGGER copy AFTER INSERT ON Client BEGIN DELETE FROM bylaw_setting; END"],
      "the trigger 'copy' is not of this store"
    ),
    (["DROP INDEX \"Incident$client\""], "the index 'Incident$client' is missing"),
    (["PRAGMA application_id = 7"], "notAStore"),
    (["PRAGMA user_version = 9"], "newerFormat(9)"),
    (["PRAGMA user_version = 0"], "notAStore"),
    (["DELETE FROM bylaw_setting WHERE name = 'vocabulary'"], "the vocabulary of the store"),
  ]

  @Test(arguments: schemaAttacks)
  func `a change of the schema is named`(_ attack: ([String], String)) async throws {
    let copy = try SQLiteFactory.file()
    try FileManager.default.copyItem(atPath: tampering.factory.path, toPath: copy.path)
    let queue = try DatabaseQueue(path: copy.path)
    try await queue.writeWithoutTransaction { database in
      for statement in attack.0 { try database.execute(sql: statement) }
    }
    try queue.close()
    let findings = try await findings(copy)
    #expect(findings.contains { $0.contains(attack.1) }, "\(attack.0): \(findings)")
  }

  @Test(arguments: [
    #"{"action":"x","sequence":65,"subject":"User/ann"}"#,
    #"{"action":"x","at":"soon","sequence":65,"subject":"User/ann"}"#,
    #"{"action":"x","at":"2026-01-05T09:00:00Z","subject":"User/ann"}"#, "seven", "",
  ])
  func `an entry that does not say when or where it was written is named, whatever its digest`(
    _ body: String
  ) async throws {
    let copy = try SQLiteFactory.file()
    try FileManager.default.copyItem(atPath: tampering.factory.path, toPath: copy.path)
    let digest = Digest.hex(AuditEntry.digest(of: body, after: tampering.checkpoint.digest))
    try copy.raw("INSERT INTO bylaw_entry (sequence, body, digest) VALUES (65, '\(body)', X'\(digest)')")
    #expect(try await findings(copy).contains("entry 65: its bytes were changed"))
  }

  /// Statements that empty an index, and leave its definition as it was.
  private static func emptied(_ index: String) -> [String] {
    func redefine(_ change: String) -> [String] {
      [
        "PRAGMA writable_schema = ON", "UPDATE sqlite_schema SET sql = \(change) WHERE name = '\(index)'",
        "PRAGMA writable_schema = RESET",
      ]
    }
    return redefine("sql || CASE WHEN instr(sql, ' WHERE ') > 0 THEN ' AND 0' ELSE ' WHERE 0' END")
      + ["REINDEX \"\(index)\""] + redefine("replace(replace(sql, ' WHERE 0', ''), ' AND 0', '')")
  }

  @Test(arguments: ["Incident$client", "Incident$parent", "bylaw_proposal$resource", "bylaw_proposal$fingerprint"])
  func `an index from which rows were taken is named`(_ index: String) async throws {
    let copy = try SQLiteFactory.file()
    try FileManager.default.copyItem(atPath: tampering.factory.path, toPath: copy.path)
    let queue = try DatabaseQueue(path: copy.path)
    try await queue.writeWithoutTransaction { database in
      for statement in Self.emptied(index) { try database.execute(sql: statement) }
    }
    try queue.close()
    #expect(try await findings(copy) == ["the index '\(index)' does not list the rows of its table"])
  }

  @Test func `what only tidies the file changes nothing`() async throws {
    for statement in [
      "VACUUM", "REINDEX", "ANALYZE", "PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA journal_mode = DELETE",
    ] {
      guard case .done(let findings) = try await attempt(statement) else {
        Issue.record("\(statement) is refused")
        continue
      }
      #expect(findings == [], "\(statement)")
    }
  }

  @Test func `rows of a copy do not come back`() async throws {
    let copy = try SQLiteFactory.file()
    try FileManager.default.copyItem(atPath: tampering.factory.path, toPath: copy.path)
    try copy.raw("DROP TRIGGER \"Client$update\"", "UPDATE Client SET name = 'Evil'")
    for statement in [
      "INSERT INTO main.Client SELECT * FROM other.Client",
      "REPLACE INTO main.Client SELECT * FROM other.Client",
      "UPDATE main.Client SET name = (SELECT name FROM other.Client o WHERE o.id = main.Client.id)",
      "INSERT INTO main.Client SELECT * FROM other.Client WHERE true ON CONFLICT (id) DO UPDATE SET name = excluded.name",
    ] {
      guard case .refused = try await attempt("ATTACH '\(copy.path)' AS other", statement) else {
        Issue.record("\(statement) is done")
        continue
      }
    }
  }

  @Test func `a file that was put in the place of the store does not agree with the checkpoint`() async throws {
    // An earlier state of the same store is sound in itself.
    let early = try SQLiteFactory.file()
    let backend = try early.open()
    try await backend.apply(.make(StoreFixture.client, "c-1", ["name": .string("Acme")]))
    try backend.close()
    #expect(try await findings(early).contains("the last 63 entries were cut (checkpoint says 64)"))
    // So is another one of the same length.
    let other = try SQLiteFactory.file()
    let another = try other.open()
    for number in 1...64 { try await another.apply(.make(StoreFixture.client, "c-\(number)", ["name": .string("A")])) }
    try another.close()
    #expect(
      try await findings(other).contains("entry 64 is not the one that the checkpoint of 64 entries signed"))
  }

  @Test func `documents that were sealed anew do not agree with the entry that they go with`() async throws {
    func digest(_ row: Int64, _ body: String, _ once: String?, after previous: [UInt8]) -> [UInt8] {
      StoredDocument.digest(
        row: row, kind: "outbox", at: StoreFixture.time(0), entry: 1, body: body, once: once, after: previous)
    }
    let first = digest(1, #"{"text":"other"}"#, "one", after: AuditEntry.origin)
    let second = digest(2, #"{"text":"two"}"#, "two", after: first)
    let third = digest(3, #"{"text":"three"}"#, "three", after: second)
    let added = digest(4, "{}", nil, after: third)
    let statements = [first, second, third].enumerated().map { number, digest in
      "UPDATE bylaw_document SET digest = X'\(Digest.hex(digest))' WHERE \"row\" = \(number + 1)"
    }
    try tampering.tamper(
      ["UPDATE bylaw_document SET body = '{\"text\":\"other\"}' WHERE \"row\" = 1"] + statements + [
        """
        INSERT INTO bylaw_document SELECT 4, kind, at, 1, '{}', NULL, X'\(Digest.hex(added))' FROM bylaw_document
        WHERE "row" = 1
        """
      ])
    #expect(
      try await tampering.findings() == [
        "the documents up to 3 are not those that were written", "document 4 was added outside the gate",
      ])
  }

  @Test func `refusals that were cut off at the end show against the checkpoint`() async throws {
    let factory = try SQLiteFactory.file()
    let backend = try factory.open()
    try await backend.apply(Deed())
    try await backend.write { writer throws(StoreError) in
      var batch = StoreBatch()
      let refusal = StoredDocument(kind: .decision, at: StoreFixture.time(0), entry: nil, body: .object([:]))
      batch.documents = try StoredDocument.chained([refusal, refusal], after: writer)
      try writer.apply(batch)
    }
    let key = CheckpointKey()
    let checkpoint = try await backend.read { reader throws(StoreError) in
      try Checkpoint(
        try reader.lastEntry(), documents: try reader.documentMark(at: nil), at: StoreFixture.time(0), ruleSet: "r",
        key: key)
    }
    func findings() async throws -> [String] {
      let verifier = AuditVerifier(StoreFixture.schema, checkpoints: [checkpoint], key: key.publicKey)
      return try await backend.read { reader throws(StoreError) in
        try verifier.verify(reader).findings.map(\.description)
      }
    }
    #expect(try await findings() == [])
    try factory.raw("DROP TRIGGER \"bylaw_document$delete\"", "DELETE FROM bylaw_document WHERE \"row\" = 2")
    #expect(try await findings().contains("the last documents were cut (there were 2)"))
    try backend.close()
  }
}
