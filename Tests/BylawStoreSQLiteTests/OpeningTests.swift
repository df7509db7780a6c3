import Bylaw
import BylawModel
import BylawStore
import BylawStoreSQLite
import BylawStoreTestSupport
import Foundation
import GRDB
import Testing

@Suite struct OpeningTests {
  private func open(_ factory: SQLiteFactory, mode: SQLiteMode) throws(StoreError) {
    let backend = try SQLiteBackend(
      factory.place, schema: StoreFixture.schema, ruleSet: StoreFixture.ruleSet, mode: mode)
    try backend.close()
  }

  @Test func `no file is made unless it is asked for`() async throws {
    let factory = try SQLiteFactory.file()
    #expect(throws: StoreError.missing(path: factory.path)) { try open(factory, mode: .open) }
    #expect(throws: StoreError.missing(path: factory.path)) { _ = try AuditTrail(in: .sqlite(factory.path)) }
    #expect(!FileManager.default.fileExists(atPath: factory.path))
    try open(factory, mode: .create)
    try open(factory, mode: .open)
    // A store without an entry was never finished, and is made again.
    try open(factory, mode: .create)
    let backend = try factory.open()
    try await backend.apply(Deed())
    try backend.close()
    #expect(throws: StoreError.cannotOpen(path: factory.path, cause: "There is a store already.")) {
      try open(factory, mode: .create)
    }
  }

  @Test func `a folder is no store, and none is made of it`() throws {
    let folder = FileManager.default.temporaryDirectory.path
    for mode in [SQLiteMode.open, .settled] {
      #expect(throws: StoreError.missing(path: folder)) {
        _ = try SQLiteBackend(
          .file(folder), schema: StoreFixture.schema, ruleSet: StoreFixture.ruleSet, mode: mode)
      }
    }
    #expect(throws: StoreError.cannotOpen(path: folder, cause: "It is a folder.")) {
      _ = try SQLiteBackend(.file(folder), schema: StoreFixture.schema, ruleSet: StoreFixture.ruleSet, mode: .create)
    }
  }

  @Test func `an empty file can become a store`() throws {
    let factory = try SQLiteFactory.file()
    try Data().write(to: URL(fileURLWithPath: factory.path))
    #expect(throws: StoreError.notAStore(path: factory.path)) { try open(factory, mode: .open) }
    try open(factory, mode: .openOrCreate)
  }

  @Test(arguments: [SQLiteMode.open, .create, .openOrCreate])
  func `a file that is no database is left as it is`(mode: SQLiteMode) throws {
    let factory = try SQLiteFactory.file()
    let text = Data(String(repeating: "minutes of a meeting\n", count: 100).utf8)
    try text.write(to: URL(fileURLWithPath: factory.path))
    #expect(throws: StoreError.notAStore(path: factory.path)) { try open(factory, mode: mode) }
    #expect(try Data(contentsOf: URL(fileURLWithPath: factory.path)) == text)
  }

  @Test(arguments: [SQLiteMode.open, .create, .openOrCreate])
  func `a database of another program is left as it is`(mode: SQLiteMode) throws {
    let factory = try SQLiteFactory.file()
    try factory.raw("CREATE TABLE notes (text)")
    let before = try Data(contentsOf: URL(fileURLWithPath: factory.path))
    #expect(throws: StoreError.notAStore(path: factory.path)) { try open(factory, mode: mode) }
    #expect(try Data(contentsOf: URL(fileURLWithPath: factory.path)) == before)
  }

  @Test func `a store of a newer format is refused by its number`() throws {
    let factory = try SQLiteFactory.file()
    try open(factory, mode: .openOrCreate)
    try factory.raw("PRAGMA user_version = 7")
    #expect(throws: StoreError.newerFormat(7)) { try open(factory, mode: .openOrCreate) }
  }

  @Test func `a store of an earlier format is refused, and left as it is`() throws {
    let factory = try SQLiteFactory.file()
    try open(factory, mode: .openOrCreate)
    for format in [1, 2] {
      try factory.raw("PRAGMA user_version = \(format)")
      for mode in [SQLiteMode.open, .openOrCreate, .settled] {
        #expect(
          throws: StoreError.cannotOpen(
            path: factory.path,
            cause:
              "It was made by an earlier version (format \(format), this one knows 3): make a new store and import.")
        ) { try open(factory, mode: mode) }
      }
    }
  }

  @Test func `a folder that is not there is named`() throws {
    let path = "/nowhere/at/all.db"
    let error = #expect(throws: StoreError.self) {
      _ = try SQLiteBackend(
        .file(path), schema: StoreFixture.schema, ruleSet: StoreFixture.ruleSet, mode: .openOrCreate)
    }
    guard case .cannotOpen(path, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `a writer that waits too long is told so, while readers go on`() async throws {
    let factory = try SQLiteFactory.file()
    try open(factory, mode: .openOrCreate)
    let backend = try factory.impatient()
    var configuration = Configuration()
    configuration.allowsUnsafeTransactions = true
    let other = try DatabaseQueue(path: factory.path, configuration: configuration)
    try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
    await #expect(throws: StoreError.busy) { try await backend.apply(Deed()) }
    #expect(try await backend.ids(StoreFixture.user) == [])
    try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
    try await backend.apply(Deed())
    try other.close()
    try backend.close()
  }

  @Test func `a program with older rules no longer writes after a migration`() async throws {
    let factory = try SQLiteFactory.file()
    let old = try factory.open()
    var schema = StoreFixture.schema
    schema.entities[0].fields.append(Field(name: "new", type: .optional(.int)))
    let new = try factory.open(schema, StoreFixture.ruleSet)
    let error = await #expect(throws: StoreError.self) { try await old.apply(Deed()) }
    guard case .failed(_, let cause) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(cause == "Another program has changed the store to other rules; open it again.")
    try await new.apply(Deed(), schema: schema)
    try old.close()
    try new.close()
  }

  @Test func `commits wait for the disk, and readers do not keep writers waiting`() async throws {
    let factory = try SQLiteFactory.file()
    let backend = try factory.open()
    let mode = try await DatabaseQueue(path: factory.path).read { try String.fetchOne($0, sql: "PRAGMA journal_mode") }
    #expect(mode == "wal")
    try await backend.read { reader throws(StoreError) in
      let before = try reader.count(of: StoreFixture.user)
      let done = DispatchSemaphore(value: 0)
      Task {
        try await backend.apply(.make(StoreFixture.user, "u-1", ["name": .string("n")]))
        done.signal()
      }
      // The writer ends while this reader is still in its body.
      let outcome = done.wait(timeout: .now() + 60)
      let after = try reader.count(of: StoreFixture.user)
      #expect(outcome == .success)
      #expect(before == 0 && after == 0)
    }
    #expect(try await backend.ids(StoreFixture.user) == ["u-1"])
    try backend.close()
  }

  @Test func `names that SQL takes for the same, or for its own, are told apart`() async throws {
    var schema = Schema()
    schema.entities = [
      .init(name: "Select", fields: [Field(name: "order", type: .int), Field(name: "Order", type: .string)]),
      .init(name: "select", fields: [Field(name: "ID", type: .bool), Field(name: "group", type: .entity([0]))]),
      .init(name: "bylaw_entry", fields: [Field(name: "sqlite_x", type: .int)]),
    ]
    for factory in [SQLiteFactory.memory(), try SQLiteFactory.file()] {
      let backend = try factory.open(schema, StoreFixture.ruleSet)
      let fields: [[String: Value]] = [
        ["order": .int(1), "Order": .string("two")],
        ["ID": .bool(true), "group": .reference(EntityReference(type: "Select", id: "x"))], ["sqlite_x": .int(3)],
      ]
      for (entity, fields) in fields.enumerated() {
        try await backend.apply(.make(entity, "x", fields), schema: schema)
        #expect(try await backend.record(entity, "x")?.fields == fields)
      }
      try backend.close()
    }
  }
}
