import BylawModel
import BylawStore
import BylawStoreSQLite
import BylawStoreTestSupport
import GRDB

/// A store with something in every table, and hands that reach around the gate.
struct Tampering {
  let factory: SQLiteFactory
  /// Signed when the store was filled.
  let checkpoint: Checkpoint
  let key = CheckpointKey()
  /// How many entries there are.
  static let entries = 64

  /// Six entries: two clients, an incident and its change, a proposal and its end.
  ///
  /// Others that change nothing follow, up to the one with which what they are about is carried over.
  init() async throws {
    factory = try SQLiteFactory.file()
    let backend = try factory.open()
    try await backend.apply(Self.first, .make(StoreFixture.client, "c-2", ["name": .string("Bolt")]))
    try await backend.apply(.make(StoreFixture.incident, "i-1", Self.incident))
    let later = Self.incident.merging(["title": .string("Disk is full"), "count": .int(8)]) { $1 }
    try await backend.apply(.change(StoreFixture.incident, "i-1", later, changed: ["title", "count"]))
    var deed = Deed()
    (deed.outcome, deed.proposals) = (.pending, [Self.proposal])
    try await backend.apply(deed)
    (deed.outcome, deed.proposals[0].status) = (.deny, .refused)
    try await backend.apply(deed)
    try await backend.write { writer throws(StoreError) in
      let rest = Array(repeating: Deed(), count: Self.entries - 6)
      try writer.apply(try Deed.batch(rest, after: writer, StoreFixture.schema))
    }
    let last = try await backend.read { reader throws(StoreError) in try reader.lastEntry() }
    checkpoint = try Checkpoint(last, at: StoreFixture.time(60), ruleSet: "sha256:1", key: key)
    try backend.close()
  }

  private static let first: Deed = {
    var deed = Deed.make(StoreFixture.client, "c-1", ["name": .string("Acme")])
    deed.keys = [.init(key: "name", record: EntityReference(type: "Client", id: "c-1"), value: "[\"acme\"]")]
    deed.numbers = ["Client": 2]
    deed.settings = ["colour": "blue"]
    deed.documents = ["one", "two", "three"].map { once in
      StoredDocument(
        kind: .outbox, at: StoreFixture.time(0), entry: nil, body: .object(["text": .string(once)]), once: once)
    }
    return deed
  }()

  private static let incident = StoreFixture.incident(
    "Disk full",
    [
      "count": .int(7), "flag": .bool(true), "big": .int(5), "cost": .decimal(FixedPoint(units: 150, scale: 2)),
      "day": .date(CalendarDate(daysSinceEpoch: 20_000)), "at": .timestamp(StoreFixture.time(0)),
      "lasts": .duration(TimeSpan(seconds: 90)), "client": .reference(EntityReference(type: "Client", id: "c-1")),
      "owner": .reference(EntityReference(type: "Client", id: "c-1")),
      "impact": .object(["outage": .bool(true), "clients": .int(1)]), "tags": .list([.string("tag")]),
      "amounts": .list([.decimal(FixedPoint(units: 10, scale: 2))]),
      "times": .object(["key": .timestamp(StoreFixture.time(0))]),
      "slot": .object(["from": .date(CalendarDate(daysSinceEpoch: 20_000))]),
      "patch": .object(["title": .string("new")]), "extra": .object(["a": .int(1)]),
      "parent": .reference(EntityReference(type: "Incident", id: "i-1")),
    ])

  private static let proposal = StoredProposal(
    id: "p-1", action: "task.execute", subject: EntityReference(type: "User", id: "ann"),
    resource: EntityReference(type: "Incident", id: "i-1"), input: ["n": .int(1)], context: [:], override: nil,
    requestedAt: StoreFixture.time(0), terms: .object([:]), fingerprint: "f", due: nil, original: nil, entry: 0)

  /// Runs statements with every trigger out of the way, and puts the triggers back.
  func tamper(_ statements: [String]) throws {
    let queue = try DatabaseQueue(path: factory.path)
    defer { try? queue.close() }
    try queue.writeWithoutTransaction { database in
      try database.execute(sql: "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON")
      let triggers = try Row.fetchAll(database, sql: "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
      for trigger in triggers { try database.execute(sql: "DROP TRIGGER \"\(trigger["name"] as String)\"") }
      for statement in statements { try database.execute(sql: statement) }
      for trigger in triggers { try database.execute(sql: trigger["sql"] as String) }
    }
  }

  /// What the proof finds, in words.
  func findings(_ checkpoints: [Checkpoint] = []) async throws -> [String] {
    let backend = try factory.open()
    defer { try? backend.close() }
    let verifier = AuditVerifier(StoreFixture.schema, checkpoints: checkpoints, key: key.publicKey)
    return try await backend.read { reader throws(StoreError) in
      try verifier.verify(reader).findings.map(\.description)
    }
  }

  /// Every column of every table that can be written, with a statement that changes its value in the first row.
  static func columns() async throws -> [(table: String, column: String, statement: String)] {
    let tampering = try await Tampering()
    let queue = try DatabaseQueue(path: tampering.factory.path)
    defer { try? queue.close() }
    return try await queue.read { database in
      let tables = try String.fetchAll(
        database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'User' ORDER BY name")
      return try tables.flatMap { table in
        try Row.fetchAll(
          database, sql: "SELECT name, type FROM pragma_table_xinfo(?) WHERE hidden = 0", arguments: [table]
        )
        .map { row in
          let (name, type) = (row["name"] as String, row["type"] as String)
          return (
            table, name, "UPDATE \"\(table)\" SET \"\(name)\" = \(Self.other(name, type)) WHERE \(Self.first(table))"
          )
        }
      }
    }
  }

  private static func first(_ table: String) -> String {
    switch table {
    case "bylaw_change": "entry = 2 AND kind = 1"
    case "bylaw_key": "true"
    case "bylaw_number": "entity = 'Client'"
    case "bylaw_setting": "name = 'colour'"
    case "bylaw_entry": "sequence = 4"
    default: "rowid = (SELECT max(rowid) FROM \"\(table)\")"
    }
  }

  /// Another value of the same kind.
  ///
  /// Of a text one character changes: in JSON the first within a name, so that it stays JSON, elsewhere the last.
  private static func other(_ column: String, _ type: String) -> String {
    let name = "\"\(column)\""
    switch type {
    case "INTEGER": return "\(name) + 1000"
    case "BLOB": return "CAST('x' || substr(\(name), 2) AS BLOB)"
    default:
      return """
        CASE WHEN substr(\(name), 1, 2) IN ('{"', '["') THEN substr(\(name), 1, 2) || 'X' || substr(\(name), 4)
        ELSE substr(\(name), 1, length(\(name)) - 1) || 'X' END
        """
    }
  }
}
