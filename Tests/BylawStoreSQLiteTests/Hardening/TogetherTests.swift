import BylawModel
import BylawStore
import BylawStoreSQLite
import BylawStoreTestSupport
import Foundation
import GRDB
import Synchronization
import Testing

/// What becomes of callers whose operations are committed together.
@Suite struct TogetherTests {
  private final class Entered: Sendable {
    let count = Atomic(0)
  }

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

  /// Another program that has the write lock.
  private static func locked(_ path: String) async throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.allowsUnsafeTransactions = true
    let other = try DatabaseQueue(path: path, configuration: configuration)
    try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
    return other
  }

  @Test func `many callers share commits`() async throws {
    StatementTrace.begin()
    let folder = try Self.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("\(StatementTrace.marker).db").path
    let backend = try SQLiteBackend(
      .file(path), schema: StoreFixture.schema, ruleSet: StoreFixture.ruleSet, mode: .create,
      settings: SQLiteSettings(patience: 300))
    // As long as another program has the lock, those who come have to wait together.
    let other = try await Self.locked(path)
    let before = StatementTrace.statements(on: path).count
    let entered = Entered()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<400 {
        group.addTask {
          entered.count.add(1, ordering: .relaxed)
          try await Self.write(number, in: backend)
        }
      }
      while entered.count.load(ordering: .relaxed) < 400 { try await Task.sleep(for: .milliseconds(1)) }
      try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
      try await group.waitForAll()
    }
    try other.close()
    let statements = StatementTrace.statements(on: path).dropFirst(before)
    let commits = statements.count { $0.sql == "COMMIT" }
    #expect(commits < 400)
    #expect(statements.count { $0.sql == "SAVEPOINT body" } + commits >= 400)
    let count = try await backend.read { reader throws(StoreError) in try reader.count(of: StoreFixture.client) }
    #expect(count == 400)
    try backend.close()
  }

  /// Some find nobody in the way and write on their own thread just while a turn of others ends.
  @Test func `who writes at once and who waits take turns on the connection`() async throws {
    let folder = try Self.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let backend = try SQLiteBackend(
      .file(folder.appendingPathComponent("turns.db").path), schema: StoreFixture.schema, ruleSet: StoreFixture.ruleSet,
      mode: .create)
    let (callers, each) = (3, 2_000)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for caller in 0..<callers {
        group.addTask {
          for number in 0..<each { try await Self.write(caller * each + number, in: backend) }
        }
      }
      try await group.waitForAll()
    }
    let count = try await backend.read { reader throws(StoreError) in try reader.count(of: StoreFixture.client) }
    #expect(count == callers * each)
    try backend.close()
  }
}
