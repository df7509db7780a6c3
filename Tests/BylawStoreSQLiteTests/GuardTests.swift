import BylawModel
import BylawStore
import BylawStoreTestSupport
import GRDB
import Testing

@Suite struct GuardTests {
  /// What another program may try on an open store; the store's own triggers refuse each.
  private static let attempts: [String] = [
    "UPDATE bylaw_entry SET body = '{}'", "UPDATE bylaw_entry SET sequence = 9 WHERE sequence = 6",
    "UPDATE OR REPLACE bylaw_entry SET sequence = 1 WHERE sequence = 2", "DELETE FROM bylaw_entry",
    "DELETE FROM bylaw_entry WHERE sequence = 6",
    "INSERT INTO bylaw_entry (sequence, body, digest) VALUES (6, '{\"sequence\":6}', zeroblob(32))",
    "REPLACE INTO bylaw_entry (sequence, body, digest) VALUES (6, '{\"sequence\":6}', zeroblob(32))",
    "INSERT INTO bylaw_entry (sequence, body, digest) VALUES (9, '{\"sequence\":9}', zeroblob(32))",
    "INSERT INTO bylaw_entry (body, digest) VALUES ('{\"sequence\":7}', zeroblob(32))",
    "UPDATE bylaw_change SET record = 'Client/c-1'", "DELETE FROM bylaw_change",
    "INSERT INTO bylaw_change VALUES ('Client/c-1', 3, 1)", "REPLACE INTO bylaw_change VALUES ('Incident/i-1', 3, 2)",
    "INSERT INTO Client (id, \"$entry\", name) VALUES ('c-3', 6, 'New')",
    "INSERT INTO Client (id, \"$entry\", name) VALUES ('c-3', 2, 'New')",
    "REPLACE INTO Client (id, \"$entry\", name) VALUES ('c-2', 2, 'New')",
    "INSERT INTO Client (id, \"$entry\", name) VALUES ('c-2', 2, 'New') ON CONFLICT (id) DO UPDATE SET name = 'New'",
    "UPDATE Client SET name = 'New'", "UPDATE Client SET \"$entry\" = 6", "UPDATE Client SET id = 'c-9'",
    "UPDATE Client SET \"$row\" = 9 WHERE id = 'c-2'", "DELETE FROM Client", "DELETE FROM Incident WHERE id = 'i-1'",
    "UPDATE Incident SET title = 'New', \"$entry\" = 4",
    "UPDATE bylaw_proposal SET body = json_set(body, '$.id', 'p-2')",
    "UPDATE bylaw_proposal SET id = 'p-2'", "DELETE FROM bylaw_proposal",
    "INSERT INTO bylaw_proposal (id, entry, body) VALUES ('p-2', 6, '{\"id\":\"p-2\"}')",
    "REPLACE INTO bylaw_proposal (id, entry, body) VALUES ('p-1', 6, '{\"id\":\"p-1\"}')",
    "UPDATE bylaw_document SET body = '{}'", "DELETE FROM bylaw_document",
    "REPLACE INTO bylaw_document SELECT * FROM bylaw_document WHERE \"row\" = 1",
  ]

  @Test func `statements of another program are refused, and nothing is changed`() async throws {
    let tampering = try await Tampering()
    for attempt in Self.attempts {
      #expect(throws: DatabaseError.self, "\(attempt)") { try tampering.factory.raw(attempt) }
    }
    #expect(try await tampering.findings([tampering.checkpoint]) == [])
  }

  @Test func `an entry by hand is no way to a row that it does not list`() async throws {
    let tampering = try await Tampering()
    let queue = try DatabaseQueue(path: tampering.factory.path)
    func enter(_ index: [String], changing record: String = "NULL", then statement: String) throws {
      try queue.write { database in
        try database.execute(
          sql: "INSERT INTO bylaw_entry VALUES (65, '{\"sequence\":65}', zeroblob(32), \(record))")
        for row in index { try database.execute(sql: "INSERT INTO bylaw_change VALUES (\(row))") }
        try database.execute(sql: statement)
        throw CancellationError()
      }
    }
    let change = "UPDATE Client SET name = 'New', \"$entry\" = 65 WHERE id = 'c-1'"
    let indexes = [
      [], ["'Client/c-1', 65, 2"], ["'Client/c-1', 65, 0"], ["'Client/c-2', 65, 1"], ["'Client/c-1', 6, 1"],
    ]
    for index in indexes {
      #expect(throws: DatabaseError.self) { try enter(index, then: change) }
    }
    for record in ["NULL", "'Client/c-2'", "'Client/c-10'", "'c-1'", "''"] {
      #expect(throws: DatabaseError.self, "\(record)") { try enter([], changing: record, then: change) }
    }
    // With an index that lists it the triggers are content, and with an entry that says so; the proof is not.
    #expect(throws: CancellationError.self) { try enter(["'Client/c-1', 65, 1"], then: change) }
    #expect(throws: CancellationError.self) { try enter([], changing: "'Client/c-1'", then: change) }
    try queue.close()
  }

  @Test func `a refusal names the table and the constraint, and no value`() async throws {
    let backend = try SQLiteFactory.memory().open()
    let error = await #expect(throws: StoreError.self) {
      try await backend.apply(
        .make(StoreFixture.incident, "i-1", StoreFixture.incident(String(repeating: "secret", count: 40))))
    }
    guard case .failed(_, let cause) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(cause == "The database refused a row: CHECK constraint failed: Incident.title.")
    try backend.close()
  }

  @Test func `a reference that leads nowhere is named by its tables`() async throws {
    let backend = try SQLiteFactory.memory().open()
    let client = Value.reference(EntityReference(type: "Client", id: "secret"))
    let error = await #expect(throws: StoreError.self) {
      try await backend.apply(.make(StoreFixture.incident, "i-1", StoreFixture.incident("A", ["client": client])))
    }
    guard case .failed(_, let cause) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(cause == "The database refused the change: a reference of 'Incident' leads to no 'Client'.")
    try backend.close()
  }
}
