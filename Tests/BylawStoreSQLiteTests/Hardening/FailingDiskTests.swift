import Bylaw
import BylawModel
import BylawStore
import BylawStoreSQLite
import BylawStoreTestSupport
import Foundation
import GRDB
import Testing

/// Disks that are full, damaged or closed to whoever asks: an error that says so, and nothing lost that was told.
///
/// Tests may run as root, whom no right to a file stops: where it matters, a folder takes the place of a file that
/// SQLite would have to make.
@Suite struct FailingDiskTests {
  private let factory: SQLiteFactory

  init() async throws {
    factory = try SQLiteFactory.file()
    let contest = try await Contest.make(in: .sqlite(factory.path), people: 4)
    _ = try await contest.act("budget.make", ["total": .int(1_000_000_000)])
    _ = await contest.run(try await contest.prepare(), people: 1...4)
    try contest.store.gate.backend.close()
    for ending in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: factory.path + ending) }
  }

  private var file: URL { URL(fileURLWithPath: factory.path) }

  /// What opening the store and asking it for something, or proving it, ends with.
  private func failure(_ body: () async throws -> Void) async throws -> StoreError? {
    do {
      try await body()
      return nil
    } catch let error as StoreError {
      return error
    }
  }

  // MARK: Damage

  @Test(arguments: [72, 100, 4_096, 8_192, -4_096])
  func `a store that was cut off is told to be damaged, not to be none`(size: Int) async throws {
    var bytes = try Data(contentsOf: file)
    bytes = bytes.prefix(size > 0 ? size : bytes.count + size)
    try bytes.write(to: file)
    let damaged = StoreError.corrupt("the database, which is damaged (database disk image is malformed)")
    let ruleSet = try Contest.ruleSet()
    let attempts: [() async throws -> Void] = [
      { _ = try await GatedStore(in: .sqlite(factory.path)) }, { _ = try AuditTrail(in: .sqlite(factory.path)) },
      { _ = try await GatedStore(ruleSet, in: .sqlite(factory.path)) },
      { _ = try await GatedStore.create(ruleSet, in: .sqlite(factory.path)) },
    ]
    for attempt in attempts {
      let error = try await failure(attempt)
      #expect(error == damaged)
    }
    #expect(try Data(contentsOf: file) == bytes)
  }

  @Test func `whichever page of a store is overwritten, no proof finds it sound`() async throws {
    let sound = try Data(contentsOf: file)
    // The header of a database says it.
    let size = Int(sound[16]) << 8 | Int(sound[17])
    #expect(sound.count % size == 0)
    for page in 0..<sound.count / size {
      var bytes = sound
      bytes.replaceSubrange(page * size..<(page + 1) * size, with: Data(repeating: 0x78, count: size))
      try bytes.write(to: file)
      var findings: [String] = []
      let error = try await failure {
        findings = try await AuditTrail(in: .sqlite(factory.path)).verify().findings
      }
      #expect(error != nil || !findings.isEmpty, "page \(page + 1)")
      switch error {
      case nil, .corrupt, .notAStore: break
      default: Issue.record("page \(page + 1): \(String(describing: error))")
      }
    }
  }

  @Test func `a store that lost the file of its last writes is as it was before, and a checkpoint tells`() async throws
  {
    let store = try await GatedStore(in: .sqlite(factory.path))
    let contest = Contest(store)
    let before = try await store.verify().entries
    _ = try await contest.prepare()
    let keys = GatedStore.CheckpointKeys()
    let line = try #require(try await store.checkpoint(signingKey: keys.signing))
    let copy = try SQLiteFactory.file()
    try FileManager.default.copyItem(atPath: factory.path, toPath: copy.path)
    let reopened = try await GatedStore(in: .sqlite(copy.path))
    let proof = try await reopened.verify()
    #expect(proof.findings == [])
    #expect(proof.entries == before)
    let findings = try await reopened.verify(checkpoints: [line], verifyingKey: keys.verifying).findings
    #expect(findings.contains { $0.contains("entries were cut") }, "\(findings)")
    try reopened.gate.backend.close()
    try store.gate.backend.close()
  }

  // MARK: No room, no right, no turn

  @Test(arguments: [800_000, 1_600_000])
  func `a full disk refuses what does not fit, keeps all that was told, and goes on with room`(bytes: Int) async throws
  {
    let path = factory.path
    let told = try await onThread {
      let file = URL(fileURLWithPath: path + ".told")
      let process = try LoadProcess(["squeeze", path, "\(bytes)"], output: file)
      #expect(try process.end() == 0)
      return String(decoding: try Data(contentsOf: file), as: UTF8.self).split(separator: "\n").map(String.init)
    }
    #expect(told.count { $0.hasPrefix("DONE") } > 10, "\(told)")
    #expect(told.last == "AGAIN", "\(told.suffix(3))")
    let refused = try #require(told.first { $0.hasPrefix("REFUSED") })
    #expect(refused.contains("_failure"), "\(refused)")
    #expect(refused.contains("Its disk could not be read or written") || refused.contains("no room"), "\(refused)")
    #expect(!told.contains { $0.hasPrefix("ERROR") })
    try await KillTests.prove(path, told, "\(bytes)")
  }

  @Test func `a store whose folder takes no further file is proved as it is, and not opened`() async throws {
    let before = try Data(contentsOf: file)
    // SQLite cannot make the file that it shares with other programs, as in a folder that is only to be read.
    try FileManager.default.createDirectory(atPath: factory.path + "-shm", withIntermediateDirectories: true)
    let trail = try AuditTrail(in: .sqlite(factory.path))
    #expect(try await trail.verify().findings == [])
    #expect(try await trail.entries().count > 5)
    let ruleSet = try Contest.ruleSet()
    let error = try await failure { _ = try await GatedStore(ruleSet, in: .sqlite(factory.path)) }
    guard case .cannotOpen(factory.path, let cause) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(cause.hasPrefix("Its "), "\(cause)")
    #expect(try Data(contentsOf: file) == before)
  }

  @Test func `a store that another program keeps to itself is busy for whoever opens it`() async throws {
    var configuration = Configuration()
    configuration.allowsUnsafeTransactions = true
    let other = try DatabaseQueue(path: factory.path, configuration: configuration)
    try await other.writeWithoutTransaction { database in
      try database.execute(sql: "PRAGMA locking_mode = EXCLUSIVE")
      try database.execute(sql: "BEGIN EXCLUSIVE")
    }
    #expect(throws: StoreError.busy) { _ = try SQLiteBackend(examining: factory.path, patience: 0.1) }
    #expect(throws: StoreError.busy) { _ = try factory.contestBackend(patience: 0.1) }
    try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
    try other.close()
    try factory.contestBackend(patience: 0.1).close()
    #expect(try await AuditTrail(in: .sqlite(factory.path)).verify().findings == [])
  }
}
