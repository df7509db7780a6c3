import BylawModel
import BylawStore
import BylawStoreSQLite
import BylawStoreTestSupport
import Foundation
import GRDB
import Testing

/// What becomes of callers whose operations are committed together.
@Suite struct TogetherTests {
  private static func folder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bylaw-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  private static func write(_ number: Int, in backend: any StoreBackend) async throws(StoreError) {
    try await backend.write(.brief) { writer throws(StoreError) in
      let deed = Deed.make(StoreFixture.client, "c-\(number)", ["name": .string("n")])
      try writer.apply(try Deed.batch([deed], after: writer, StoreFixture.schema))
    }
  }

  @Test func `many callers share commits`() async throws {
    StatementTrace.begin()
    let folder = try Self.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("\(StatementTrace.marker).db").path
    let backend = try SQLiteBackend(
      .file(path), schema: StoreFixture.schema, ruleSet: StoreFixture.ruleSet, mode: .create)
    let before = StatementTrace.statements(on: path).count
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<400 { group.addTask { try await Self.write(number, in: backend) } }
      try await group.waitForAll()
    }
    let statements = StatementTrace.statements(on: path).dropFirst(before)
    let commits = statements.count { $0.sql == "COMMIT" }
    #expect(commits < 400)
    #expect(statements.count { $0.sql == "SAVEPOINT body" } + commits >= 400)
    let count = try await backend.read { reader throws(StoreError) in try reader.count(of: StoreFixture.client) }
    #expect(count == 400)
    try backend.close()
  }

  @Test func `who waits with others for another program gives up with them`() async throws {
    StatementTrace.begin()
    let folder = try Self.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("\(StatementTrace.marker).db").path
    let backend = try SQLiteBackend(
      .file(path), schema: StoreFixture.schema, ruleSet: StoreFixture.ruleSet, mode: .create,
      settings: SQLiteSettings(patience: 0.3))
    var configuration = Configuration()
    configuration.allowsUnsafeTransactions = true
    let other = try DatabaseQueue(path: path, configuration: configuration)
    try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
    let before = StatementTrace.statements(on: path).count
    let busy = await withTaskGroup(of: Bool.self) { group in
      for number in 0..<100 {
        group.addTask {
          do throws(StoreError) {
            try await Self.write(number, in: backend)
            return false
          } catch {
            return error == .busy
          }
        }
      }
      return await group.reduce(into: 0) { if $1 { $0 += 1 } }
    }
    let attempts = StatementTrace.statements(on: path).dropFirst(before).count { $0.sql == "BEGIN IMMEDIATE" }
    #expect(busy == 100)
    #expect(attempts < 50, "each waited for itself")
    try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
    try other.close()
    try await Self.write(1, in: backend)
    try backend.close()
  }
}
