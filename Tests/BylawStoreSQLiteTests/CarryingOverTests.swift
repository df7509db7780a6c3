import BylawModel
import BylawStore
import BylawStoreSQLite
import BylawStoreTestSupport
import GRDB
import Testing

/// What entries are about and the numbers that they gave are carried over into their tables once in a while; nobody who
/// asks sees when.
@Suite struct CarryingOverTests {
  private static let count = 150
  /// Characters that JSON and SQL write in ways of their own.
  private static let strange = "a\"b\\c\u{7F}é/'d"

  /// A text that is cut where JSON is read by SQL; only the name of what was asked about.
  private static let cut = "n\u{0}x"

  /// A deed of many: makes a user, changes one, or is about one.
  private static func deed(_ number: Int) -> Deed {
    let id = number.isMultiple(of: 5) ? "\(strange)-\(number)" : "u-\(number)"
    var deed = Deed.make(StoreFixture.user, id, ["name": .string("n")])
    if number % 3 == 1 {
      deed = .change(StoreFixture.user, "u-3", ["name": .string("\(number)")])
      if number < 3 { deed = .make(StoreFixture.user, "u-3", ["name": .string("n")]) }
    }
    if number == 3 { deed = Deed() }
    if number % 7 == 2 { deed.resource = EntityReference(type: "User", id: strange) }
    if number % 7 == 4 { deed.resource = EntityReference(type: "User", id: number.isMultiple(of: 2) ? cut : "n") }
    deed.numbers = number.isMultiple(of: 4) ? ["User": Int64(number)] : [:]
    return deed
  }

  /// The entries about a record, by number.
  private static func entries(of record: EntityReference) -> [Int64] {
    (1...count).filter { number in
      let deed = deed(number)
      return deed.resource == record || deed.changes.contains { $0.id == record.id }
    }.map { Int64($0) }
  }

  private func looks(_ backend: any StoreBackend, upTo number: Int, _ what: String) async throws {
    for id in ["u-3", "u-6", "n", Self.cut, Self.strange, "\(Self.strange)-5", "\(Self.strange)-65"] {
      let record = EntityReference(type: "User", id: id)
      var filter = EntryFilter()
      filter.record = record
      let asked = filter
      let found = try await backend.read { reader throws(StoreError) in
        try reader.entries(asked, after: 0, limit: 1_000).map(\.sequence)
      }
      #expect(found == Self.entries(of: record).filter { $0 <= number }, "\(what): \(id) after \(number)")
    }
    let (last, findings) = try await backend.read { reader throws(StoreError) in
      (try reader.lastNumber(of: "User"), try AuditVerifier(StoreFixture.schema).verify(reader).findings)
    }
    #expect(last == Int64(number / 4 * 4), "\(what) after \(number)")
    #expect(findings == [], "\(what) after \(number)")
  }

  @Test(arguments: [1, 7, 50, 150])
  func `records, numbers and proofs are the same before and after`(opensAnewAfter stretch: Int) async throws {
    let factory = try SQLiteFactory.file()
    var backend = try factory.open()
    for number in 1...Self.count {
      try await backend.apply(Self.deed(number))
      if [1, 2, 40, 63, 64, 65, 127, 128, 129, Self.count].contains(number) {
        try await looks(backend, upTo: number, "\(stretch)")
      }
      if number.isMultiple(of: stretch) {
        try backend.close()
        backend = try factory.open()
      }
    }
    try backend.close()
    let rows = try await DatabaseQueue(path: factory.path).read { database in
      try Int.fetchAll(database, sql: "SELECT DISTINCT entry FROM bylaw_change WHERE entry > 128")
    }
    #expect(rows == [])
  }

  @Test(arguments: [[10, 60, 80], [130, 20], [63, 1, 1, 85], [150]])
  func `transactions of many entries carry over what they pass`(_ sizes: [Int]) async throws {
    let factory = try SQLiteFactory.file()
    let backend = try factory.open()
    var done = 0
    for size in sizes {
      let deeds = (done + 1...done + size).map(Self.deed)
      // Numbers of one transaction stand where they were given.
      try await backend.write { writer throws(StoreError) in
        try writer.apply(try Deed.batch(deeds, after: writer, StoreFixture.schema))
      }
      done += size
      try await looks(backend, upTo: done, "\(sizes)")
    }
    try backend.close()
  }

  @Test func `an entry that changes several records is listed at once`() async throws {
    let factory = try SQLiteFactory.file()
    let backend = try factory.open()
    var many = Deed()
    many.changes = (1...5).flatMap { Deed.make(StoreFixture.user, "u-\($0)", ["name": .string("n")]).changes }
    many.resource = EntityReference(type: "User", id: "boss")
    try await backend.apply(many)
    many.changes = Array(many.changes.prefix(1))
    many.changes[0].isNew = false
    try await backend.apply(many)
    try backend.close()
    let queue = try DatabaseQueue(path: factory.path)
    let rows = try queue.read { try Row.fetchAll($0, sql: "SELECT * FROM bylaw_change ORDER BY record, entry") }
    #expect(rows.map { $0["entry"] as Int } == [1, 1, 1, 1, 1, 1])
    #expect(rows.map { $0["kind"] as Int }.sorted() == [0, 1, 1, 1, 1, 1])
    try queue.close()
  }

  @Test func `what another program has listed before does not stop who writes`() async throws {
    let factory = try SQLiteFactory.file()
    let backend = try factory.open()
    for number in 1...60 { try await backend.apply(Self.deed(number)) }
    try factory.raw("INSERT INTO bylaw_change VALUES ('User/u-3', 55, 1)")
    for number in 61...70 { try await backend.apply(Self.deed(number)) }
    try await looks(backend, upTo: 70, "listed before")
    try backend.close()
  }

  @Test(arguments: [
    "DELETE FROM bylaw_change WHERE entry = 4", "UPDATE bylaw_change SET record = 'User/n' WHERE entry = 4",
  ])
  func `what is listed wrongly of a name with U+0000 is found`(_ statement: String) async throws {
    let factory = try SQLiteFactory.file()
    let backend = try factory.open()
    for number in 1...70 { try await backend.apply(Self.deed(number)) }
    try backend.close()
    let queue = try DatabaseQueue(path: factory.path)
    try await queue.write { database in
      for guarding in ["update", "delete"] { try database.execute(sql: "DROP TRIGGER \"bylaw_change$\(guarding)\"") }
      try database.execute(sql: statement + " AND kind = 0")
    }
    try queue.close()
    let again = try factory.open()
    let findings = try await again.read { reader throws(StoreError) in
      try AuditVerifier(StoreFixture.schema).verify(reader).findings.map(\.description)
    }
    #expect(findings.contains { $0.contains("entry 4") && $0.contains("index of its changes") }, "\(findings)")
    try again.close()
  }

  @Test(
    arguments: [
      "INSERT INTO bylaw_change VALUES ('User/u-3', 130, 1)", "INSERT INTO bylaw_change VALUES ('User/u-4', 129, 1)",
      "DELETE FROM bylaw_change WHERE entry = 128", "INSERT INTO bylaw_number VALUES ('Client', 1)",
      "UPDATE bylaw_entry SET changed = 'User/u-9' WHERE sequence = 139",
      "UPDATE bylaw_entry SET changed = NULL WHERE sequence = 139",
      "UPDATE bylaw_number SET last = 132", "UPDATE bylaw_number SET last = 124", "DELETE FROM bylaw_number",
    ])
  func `what is carried over too early, too late or wrongly is found`(_ statement: String) async throws {
    let factory = try SQLiteFactory.file()
    let backend = try factory.open()
    for number in 1...140 { try await backend.apply(Self.deed(number)) }
    try backend.close()
    let queue = try DatabaseQueue(path: factory.path)
    try await queue.write { database in
      try database.execute(sql: "DROP TRIGGER \"bylaw_entry$update\"")
      for guarding in ["insert", "delete"] { try database.execute(sql: "DROP TRIGGER \"bylaw_change$\(guarding)\"") }
      try database.execute(sql: statement)
    }
    try queue.close()
    let again = try factory.open()
    let findings = try await again.read { reader throws(StoreError) in
      try AuditVerifier(StoreFixture.schema).verify(reader).findings.map(\.description)
    }
    #expect(
      findings.contains { $0.contains("index of its changes") || $0.contains("the number last given") }, "\(findings)")
    try again.close()
  }
}
