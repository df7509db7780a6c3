import BylawModel
import BylawStore
import BylawStoreSQLite
import BylawStoreTestSupport
import Testing

@Suite struct VerificationTests {
  @Test func `a store that nobody touched is sound, and the checkpoint agrees`() async throws {
    let tampering = try await Tampering()
    #expect(try await tampering.findings([tampering.checkpoint]) == [])
    let backend = try tampering.factory.open()
    let report = try await backend.read { reader throws(StoreError) in
      try AuditVerifier(StoreFixture.schema).verify(reader)
    }
    #expect(report.entries == 64)
    #expect(report.records == 3)
    #expect(report.proposals == 1)
    #expect(report.digest == tampering.checkpoint.digest)
    try backend.close()
  }

  @Test func `a byte that was changed in any column of any table is found`() async throws {
    let columns = try await Tampering.columns()
    #expect(columns.count > 45)
    for (table, column, statement) in columns {
      let tampering = try await Tampering()
      try tampering.tamper([statement])
      let findings: [String]
      do {
        findings = try await tampering.findings()
      } catch let error as StoreError {
        // The store's own settings are needed to open it at all.
        #expect(table == "bylaw_setting", "\(table).\(column): \(error)")
        continue
      }
      #expect(!findings.isEmpty, "\(table).\(column)")
      if ["Client", "Incident"].contains(table), !column.hasPrefix("$"), column != "id" {
        let name = table == "Client" ? "Client/c-2" : "Incident/i-1"
        #expect(findings.contains("\(name) was changed outside the gate"), "\(table).\(column)")
      }
    }
  }

  private static let raids: [(what: String, statements: [String], findings: [String])] = [
    (
      "an entry's bytes", ["UPDATE bylaw_entry SET body = replace(body, 'ann', 'bob') WHERE sequence = 3"],
      ["entry 3: its bytes were changed"]
    ),
    (
      "an entry's digest", ["UPDATE bylaw_entry SET digest = zeroblob(32) WHERE sequence = 3"],
      ["entry 3: its bytes were changed"]
    ),
    (
      "two entries exchanged",
      [
        "UPDATE bylaw_entry SET sequence = 99 WHERE sequence = 5",
        "UPDATE bylaw_entry SET sequence = 5 WHERE sequence = 6",
        "UPDATE bylaw_entry SET sequence = 6 WHERE sequence = 99",
      ],
      [
        "entry 5 is out of order: it says that it is entry 6", "entry 6 is out of order: it says that it is entry 5",
      ]
    ),
    ("an entry in the middle removed", ["DELETE FROM bylaw_entry WHERE sequence = 4"], ["entry 4 is missing"]),
    ("the first entries removed", ["DELETE FROM bylaw_entry WHERE sequence < 3"], ["entries 1 to 2 are missing"]),
    (
      "an entry put in the middle",
      [
        "UPDATE bylaw_entry SET sequence = -sequence WHERE sequence > 5",
        "UPDATE bylaw_entry SET sequence = 1 - sequence WHERE sequence < 0",
        "INSERT INTO bylaw_entry (sequence, body, digest) SELECT 6, body, digest FROM bylaw_entry WHERE sequence = 5",
      ],
      [
        "entry 6 is out of order: it says that it is entry 5", "entry 7 is out of order: it says that it is entry 6",
      ]
    ),
    (
      "an entry at the end that says to be another",
      ["INSERT INTO bylaw_entry (sequence, body, digest) VALUES (65, '{\"sequence\":66}', zeroblob(32))"],
      ["entry 65 is out of order: it says that it is entry 66"]
    ),
    (
      "an entry at the end that is none",
      ["INSERT INTO bylaw_entry (sequence, body, digest) VALUES (65, 'none', zeroblob(32))"],
      ["entry 65: its bytes were changed", "The database refused a statement: malformed JSON."]
    ),
    (
      "an entry before the first",
      ["INSERT INTO bylaw_entry (sequence, body, digest) SELECT 0, body, digest FROM bylaw_entry WHERE sequence = 1"],
      ["entry 0 is none of this trail"]
    ),
    (
      "the tail cut", ["DELETE FROM bylaw_entry WHERE sequence > 4"],
      ["the last 60 entries were cut (checkpoint says 64)", "proposal/p-1 names entry 6, which is not there"]
    ),
    (
      "the whole trail and all rows removed",
      [
        "DELETE FROM bylaw_entry", "DELETE FROM bylaw_change", "DELETE FROM Client", "DELETE FROM Incident",
        "DELETE FROM bylaw_proposal", "DELETE FROM bylaw_document",
      ],
      ["the last 64 entries were cut (checkpoint says 64)"]
    ),
    (
      "a record changed", ["UPDATE Client SET name = 'Evil' WHERE id = 'c-2'"],
      ["Client/c-2 was changed outside the gate"]
    ),
    (
      "a record changed to a value that cannot be read", ["UPDATE Incident SET \"at\" = 'noon'"],
      ["Incident/i-1 was changed outside the gate"]
    ),
    ("a record removed", ["DELETE FROM Client WHERE id = 'c-2'"], ["Client/c-2, which entry 2 wrote, was removed"]),
    (
      "a record added", ["INSERT INTO Client (id, \"$entry\", name) VALUES ('c-3', 2, 'New')"],
      ["Client/c-3 was added outside the gate"]
    ),
    (
      "a record set back",
      ["UPDATE Incident SET title = 'Disk full', \"count\" = 7, \"$entry\" = 3"],
      ["Incident/i-1 was set back from entry 4 to entry 3"]
    ),
    (
      "a proposal changed", ["UPDATE bylaw_proposal SET body = replace(body, 'refused', 'approved')"],
      ["proposal/p-1 was changed outside the gate"]
    ),
    ("a proposal removed", ["DELETE FROM bylaw_proposal"], ["proposal/p-1, which entry 5 wrote, was removed"]),
    ("a document changed", ["UPDATE bylaw_document SET body = '{}' WHERE \"row\" = 2"], ["document 2: it was changed"]),
    ("a document removed", ["DELETE FROM bylaw_document WHERE \"row\" = 2"], ["document 2 is missing"]),
    ("a document at the end removed", ["DELETE FROM bylaw_document WHERE \"row\" = 3"], [cutDocuments]),
    ("all documents removed", ["DELETE FROM bylaw_document"], [cutDocuments]),
    (
      "a key's value changed", ["UPDATE bylaw_key SET value = '[\"other\"]'"],
      ["Client/c-1 was changed outside the gate"]
    ),
    ("a key removed", ["DELETE FROM bylaw_key"], ["Client/c-1 was changed outside the gate"]),
    (
      "a key given to another record", ["UPDATE bylaw_key SET record = 'Client/c-2'"],
      ["Client/c-1 was changed outside the gate", "Client/c-2 was changed outside the gate"]
    ),
    (
      "a key added", ["INSERT INTO bylaw_key VALUES ('name', '[\"bolt\"]', 'Client/c-2')"],
      ["Client/c-2 was changed outside the gate"]
    ),
    (
      "a key that keeps a value from everybody", ["INSERT INTO bylaw_key VALUES ('name', '[\"new\"]', 'Client/c-9')"],
      ["a value of the key 'name' belongs to no record"]
    ),
    (
      "a number set back", ["UPDATE bylaw_number SET last = 1"], ["the number last given to 'Client' was changed"]
    ),
    ("a number removed", ["DELETE FROM bylaw_number"], ["the number last given to 'Client' was changed"]),
    (
      "a number added", ["INSERT INTO bylaw_number VALUES ('User', 7)"],
      ["the number last given to 'User' was changed"]
    ),
    (
      "a setting changed", ["UPDATE bylaw_setting SET value = 'red' WHERE name = 'colour'"],
      ["setting 'colour' was changed outside the gate"]
    ),
    (
      "a setting removed", ["DELETE FROM bylaw_setting WHERE name = 'colour'"],
      ["setting 'colour' was changed outside the gate"]
    ),
    (
      "a setting added", ["INSERT INTO bylaw_setting VALUES ('shape', 'round')"],
      ["setting 'shape' was changed outside the gate"]
    ),
    (
      "two records exchange their rows",
      [
        "UPDATE Client SET \"$row\" = 9 WHERE id = 'c-1'", "UPDATE Client SET \"$row\" = 1 WHERE id = 'c-2'",
        "UPDATE Client SET \"$row\" = 2 WHERE id = 'c-1'",
      ],
      [
        "Client/c-1 is out of order: it has the number of another row",
        "Client/c-2 is out of order: it has the number of another row",
      ]
    ),
    ("a view added", ["CREATE VIEW everybody AS SELECT * FROM User"], ["the view 'everybody' is not of this store"]),
    (
      "a trigger removed", ["CREATE TRIGGER evil AFTER INSERT ON Client BEGIN SELECT 1; END"],
      ["the trigger 'evil' is not of this store"]
    ),
    (
      "a row of the index of changes removed", ["DELETE FROM bylaw_change WHERE entry = 4"],
      ["entry 4: the index of its changes was changed"]
    ),
    (
      "a row of the index of changes added", ["INSERT INTO bylaw_change VALUES ('Client/c-2', 6, 1)"],
      ["entry 6: the index of its changes was changed"]
    ),
    (
      "a row of the index for what was proposed removed", ["DELETE FROM bylaw_change WHERE kind = 2 AND entry = 6"],
      ["entry 6: the index of its changes was changed"]
    ),
    (
      "a row of the index that says another kind", ["UPDATE bylaw_change SET kind = 1 WHERE kind = 2 AND entry = 6"],
      ["entry 6: the index of its changes was changed"]
    ),
  ]

  private static let cutDocuments = "the last documents were cut (there were 3)"

  @Test(arguments: raids)
  func `what was done around the gate is found and named`(
    _ raid: (what: String, statements: [String], findings: [String])
  ) async throws {
    let tampering = try await Tampering()
    try tampering.tamper(raid.statements)
    let findings = try await tampering.findings([tampering.checkpoint])
    for finding in raid.findings { #expect(findings.contains(finding), "\(raid.what): \(findings)") }
  }

  @Test(
    arguments: [
      "DELETE FROM bylaw_change WHERE kind = 0", "UPDATE bylaw_change SET kind = 1 WHERE kind = 0",
      "UPDATE bylaw_change SET record = 'User/u-9' WHERE kind = 0",
    ])
  func `the index of what an entry is about is compared row by row`(_ statement: String) async throws {
    let tampering = try await Tampering()
    let backend = try tampering.factory.open()
    var refused = Deed()
    (refused.outcome, refused.resource) = (.deny, EntityReference(type: "Client", id: "c-1"))
    try await backend.apply(refused)
    try await backend.write { writer throws(StoreError) in
      let rest = Array(repeating: Deed(), count: Tampering.entries)
      try writer.apply(try Deed.batch(rest, after: writer, StoreFixture.schema))
    }
    try backend.close()
    #expect(try await tampering.findings() == [])
    try tampering.tamper([statement])
    #expect(try await tampering.findings() == ["entry 65: the index of its changes was changed"])
  }

  @Test func `a guard that is gone is named, and so is one that was weakened`() async throws {
    let tampering = try await Tampering()
    try tampering.factory.raw(
      "DROP TRIGGER \"Client$delete\"", "DROP INDEX \"Incident$client\"", "DROP TRIGGER \"bylaw_entry$update\"",
      "CREATE TRIGGER \"bylaw_entry$update\" BEFORE UPDATE ON bylaw_entry WHEN false BEGIN SELECT 1; END")
    let findings = try await tampering.findings()
    #expect(
      findings == [
        "the trigger 'bylaw_entry$update' was changed", "the trigger 'Client$delete' is missing",
        "the index 'Incident$client' is missing",
      ])
  }

  @Test func `a trail that was written anew does not agree with the checkpoint`() async throws {
    let (old, new) = (try await Tampering(), try await Tampering())
    let backend = try new.factory.open()
    try await backend.apply(Deed())
    try backend.close()
    let other = try Checkpoint(
      AuditEntry(sequence: 4, body: "{}", digest: AuditEntry.origin), at: StoreFixture.time(0), ruleSet: "r",
      key: old.key)
    #expect(try await old.findings([other]) == ["entry 4 is not the one that the checkpoint of 4 entries signed"])
    #expect(try await new.findings([old.checkpoint]) == ["the checkpoint of 64 entries is not signed by this key"])
    #expect(try await new.findings([new.checkpoint]) == [])
  }

  @Test func `an empty trail agrees with its checkpoint`() async throws {
    let backend = try SQLiteFactory.memory().open()
    let key = CheckpointKey()
    let checkpoint = try Checkpoint(nil, at: StoreFixture.time(0), ruleSet: "r", key: key)
    let verifier = AuditVerifier(StoreFixture.schema, checkpoints: [checkpoint], key: key.publicKey)
    let report = try await backend.read { reader throws(StoreError) in try verifier.verify(reader) }
    #expect(report == AuditReport())
    try backend.close()
  }

  @Test func `an entry that says a time before that of its predecessor is named`() async throws {
    let factory = SQLiteFactory.memory()
    let backend = try factory.open(StoreFixture.schema, StoreFixture.ruleSet)
    var deeds = [1, 2, 3, 4].map { Deed.make(StoreFixture.client, "c-\($0)", ["name": .string("Client \($0)")]) }
    for (index, seconds) in [10, 20, 15, 15].enumerated() { deeds[index].at = StoreFixture.time(Int64(seconds)) }
    for deed in deeds { try await backend.apply(deed) }
    let report = try await backend.read { reader throws(StoreError) in
      try AuditVerifier(StoreFixture.schema).verify(reader)
    }
    let (from, to) = (StoreFixture.time(20), StoreFixture.time(15))
    #expect(report.findings.map(\.description) == ["entry 3 says \(to), before entry 2, which says \(from)"])
  }

  @Test func `a search with too many findings ends early, and says so`() async throws {
    let tampering = try await Tampering()
    try tampering.tamper(["UPDATE bylaw_entry SET digest = randomblob(32)", "UPDATE Client SET name = 'x'"])
    let backend = try tampering.factory.open()
    let report = try await backend.read { reader throws(StoreError) in
      try AuditVerifier(StoreFixture.schema, limit: 2).verify(reader)
    }
    #expect(report.findings.count == 2)
    #expect(report.isCutShort)
    try backend.close()
  }

  @Test func `the trail goes out as JSON Lines with the bytes unchanged`() async throws {
    let tampering = try await Tampering()
    let backend = try tampering.factory.open()
    let lines = try await backend.read { reader throws(StoreError) in
      var lines: [String] = []
      try AuditExport.lines(reader) { line throws(StoreError) in lines.append(line) }
      return lines
    }
    #expect(lines.count == 64)
    var previous = AuditEntry.origin
    for line in lines {
      let value = try JSONReader.parse(Array(line.utf8))
      let body = try #require(value["entry"])
      previous = AuditEntry.digest(of: JSONWriter.write(body), after: previous)
      #expect(value["digest"]?.text == Digest.hex(previous))
    }
    try backend.close()
  }
}
