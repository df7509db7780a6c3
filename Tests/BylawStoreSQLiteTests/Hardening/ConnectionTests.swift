import BylawModel
import BylawStore
import BylawStoreSQLite
import BylawStoreTestSupport
import Foundation
import GRDB
import Testing

/// What callers at once can do to the connections of a store.
@Suite struct ConnectionTests {
  @Test func `callers that another program keeps waiting are each told so`() async throws {
    let factory = try SQLiteFactory.file()
    try factory.open().close()
    let backend = try SQLiteBackend(
      factory.place, schema: StoreFixture.schema, ruleSet: StoreFixture.ruleSet, mode: .open,
      settings: SQLiteSettings(patience: 0.3))
    var configuration = Configuration()
    configuration.allowsUnsafeTransactions = true
    let other = try DatabaseQueue(path: factory.path, configuration: configuration)
    try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
    let busy = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<40 {
        group.addTask {
          do throws(StoreError) {
            try await backend.write(.brief) { _ throws(StoreError) in }
            return false
          } catch { return error == .busy }
        }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(busy == 40)
    try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
    try other.close()
    try await backend.apply(.make(StoreFixture.client, "c-1", ["name": .string("n")]))
    try backend.close()
  }

  @Test func `a store that is closed amid calls lets go of its file, and answers each`() async throws {
    let factory = try SQLiteFactory.file()
    try factory.open().close()
    for round in 0..<12 {
      let backend = try factory.open()
      await withTaskGroup(of: Void.self) { group in
        for number in 0..<8 {
          group.addTask {
            // Until the store says that it is closed; what is read at once leaves nobody else the thread.
            while await Self.call(backend, number) { await Task.yield() }
          }
        }
        group.addTask {
          try? await Task.sleep(for: .microseconds(round * 300))
          do { try backend.close() } catch { Issue.record("round \(round): \(error)") }
        }
      }
      #expect(Self.handles(on: factory.path) == 0, "round \(round)")
    }
  }

  /// Whether a call was carried out.
  private static func call(_ backend: any StoreBackend, _ number: Int) async -> Bool {
    do throws(StoreError) {
      switch number % 4 {
      case 0:
        try await backend.write(.brief) { writer throws(StoreError) in
          try writer.apply(try Deed.batch([Deed()], after: writer, StoreFixture.schema))
        }
      case 1: try await backend.apply(Deed())
      case 2: _ = try await backend.read(.brief) { reader throws(StoreError) in try reader.lastEntry() }
      default: _ = try await backend.read { reader throws(StoreError) in try reader.lastEntry() }
      }
      return true
    } catch { return false }
  }

  /// How often this process has a file open, or one beside it; 0 where the system does not tell.
  private static func handles(on path: String) -> Int {
    let folder = "/proc/self/fd"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)") }
      .filter { $0.hasPrefix(path) }.count
  }

  @Test func `lists of ever new forms do not pile up on a connection`() async throws {
    StatementTrace.begin()
    let folder = FileManager.default.temporaryDirectory
    let path = folder.appendingPathComponent("\(StatementTrace.marker)-\(UUID().uuidString).db").path
    defer { for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) } }
    let backend = try SQLiteBackend(
      .file(path), schema: StoreFixture.schema, ruleSet: StoreFixture.ruleSet, mode: .create)
    let fields = ["count", "flag", "big", "cost", "day", "at", "lasts", "client", "owner"].map(StoreFixture.field)
    for form in 0..<(1 << fields.count) {
      let filters = fields.enumerated().map { position, field -> RecordFilter in
        form >> position & 1 == 0 ? .present(field) : .absent(field)
      }
      try await backend.write { writer throws(StoreError) in
        _ = try writer.records(StoreFixture.incident, filters: filters, after: 0, limit: 10)
      }
      for length in [BodyLength.brief, .long] {
        try await backend.read(length) { reader throws(StoreError) in
          _ = try reader.records(StoreFixture.incident, filters: filters, after: 0, limit: 10)
        }
      }
    }
    #expect(StatementTrace.mostKept(on: path) > 100)
    #expect(StatementTrace.mostKept(on: path) < 400)
    try backend.close()
  }
}
