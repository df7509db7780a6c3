import Bylaw
import BylawModel
import BylawStore
import BylawStoreSQLite
import BylawStoreTestSupport
import Foundation
import GRDB
import Testing

/// The rules in force are those that the trail says; whoever changes them beside the gate gains nothing.
@Suite struct RulesInForceTests {
  private let factory: SQLiteFactory

  init() async throws {
    factory = try SQLiteFactory.file()
    let contest = try await Contest.make(in: .sqlite(factory.path), people: 2)
    _ = try await contest.prepare()
    try contest.store.gate.backend.close()
  }

  /// The settings and the length of the trail.
  private func state() async throws -> [String] {
    let queue = try DatabaseQueue(path: factory.path)
    defer { try? queue.close() }
    return try await queue.read { database in
      try String.fetchAll(
        database, sql: "SELECT name || value FROM bylaw_setting UNION ALL SELECT max(sequence) FROM bylaw_entry")
    }
  }

  private static let attacks: [(setting: String, statement: String)] = [
    ("rules", "UPDATE bylaw_setting SET value = replace(value, 'boss', 'clerk') WHERE name = 'rules'"),
    ("rules", "UPDATE bylaw_setting SET value = 'allow: everybody' WHERE name = 'rules'"),
    ("rules", "DELETE FROM bylaw_setting WHERE name = 'rules'"),
    ("rules_digest", "UPDATE bylaw_setting SET value = '' WHERE name = 'rules_digest'"),
    ("rule_set", "UPDATE bylaw_setting SET value = replace(value, '1.0.0', '2.0.0') WHERE name = 'rule_set'"),
    ("vocabulary", "UPDATE bylaw_setting SET value = '{}' WHERE name = 'vocabulary'"),
    ("vocabulary", "UPDATE bylaw_setting SET value = replace(value, 'title', 'label') WHERE name = 'vocabulary'"),
  ]

  @Test(arguments: attacks)
  func `a store whose settings were changed is not opened, and the proof names the setting`(
    _ attack: (setting: String, statement: String)
  ) async throws {
    try factory.raw(attack.statement)
    let before = try await state()
    await #expect(throws: StoreError.rulesChanged) { _ = try await GatedStore(in: .sqlite(factory.path)) }
    let trail = try AuditTrail(in: .sqlite(factory.path))
    let findings = try await trail.verify().findings
    #expect(findings.contains("setting '\(attack.setting)' was changed outside the gate"), "\(findings)")
    #expect(try await trail.entries().count > 2)
    #expect(try await state() == before)
  }

  @Test func `other rules with an entry that was changed to fit are not opened either`() async throws {
    try factory.raw(
      "DROP TRIGGER \"bylaw_entry$update\"",
      """
      UPDATE bylaw_entry SET body = json_remove(body, '$.settings.colour', '$.rule_set') WHERE sequence = 1
      """)
    await #expect(throws: StoreError.rulesChanged) { _ = try await GatedStore(in: .sqlite(factory.path)) }
  }

  @Test func `who has the rules puts them in force again, with an entry`() async throws {
    try factory.raw("UPDATE bylaw_setting SET value = replace(value, 'boss', 'clerk') WHERE name = 'rules'")
    let mended = try await GatedStore(try Contest.ruleSet(), in: .sqlite(factory.path))
    let verification = try await mended.verify()
    #expect(verification.findings == [])
    #expect(try await mended.entries(after: verification.entries - 1).first?.line.contains("put_in_force") == true)
    try mended.gate.backend.close()
    let same = try await GatedStore(in: .sqlite(factory.path))
    #expect(try await same.verify().entries == verification.entries)
  }

  @Test(arguments: [false, true])
  func `other rules come into force with their tables and their entry, or not at all`(isGrown: Bool) async throws {
    let rules = isGrown ? Contest.rules.replacing("role: Role }", with: "role: Role, level: int = 1 }") : Contest.rules
    let next = try Contest.ruleSet(version: "2.0.0", rules: rules)
    let stopped = StoreError.failed(code: 13, cause: "The disk is full.")
    var layout = StoreLayout(next.plan, isNew: false)
    layout.completion = { _ throws(StoreError) in throw stopped }
    let before = try await state()
    #expect(throws: stopped) { _ = try Backend.sqlite(factory.path).open(layout) }
    #expect(try await state() == before)
    let old = try await GatedStore(in: .sqlite(factory.path))
    #expect(old.ruleSet.identity.version == "1.0.0")
    #expect(try await old.verify().findings == [])
    try old.gate.backend.close()
    let new = try await GatedStore(next, in: .sqlite(factory.path))
    #expect(try await new.verify().findings == [])
    try new.gate.backend.close()
    #expect(try await GatedStore(in: .sqlite(factory.path)).ruleSet.identity.version == "2.0.0")
  }

  @Test func `a proof needs no right to write`() async throws {
    let manager = FileManager.default
    try manager.setAttributes([.posixPermissions: 0o444], ofItemAtPath: factory.path)
    let before = try Data(contentsOf: URL(fileURLWithPath: factory.path))
    let trail = try AuditTrail(in: .sqlite(factory.path))
    #expect(try await trail.verify().findings == [])
    #expect(try Data(contentsOf: URL(fileURLWithPath: factory.path)) == before)
  }

  @Test func `a key without a checkpoint proves nothing, and that is told`() async throws {
    let trail = try AuditTrail(in: .sqlite(factory.path))
    let findings = try await trail.verify(verifyingKey: GatedStore.CheckpointKeys().verifying).findings
    #expect(findings == ["there is no checkpoint that the key could verify"])
  }
}
