package import BylawEvaluator
import BylawModel

/// Which rules are in force: those that the last entry that put rules in force speaks of.
extension Gate {
  /// The setting that holds the rules in force.
  package static let rulesSetting = "rules"
  /// What an entry names as the act that puts rules in force.
  package static let rulesAction = "rules"
  /// The setting that holds their digest once the trail names them; empty where settings were changed since.
  package static let digestSetting = "rules_digest"

  /// Keeps the rules with the store, and notes in the trail when they are others than before.
  package func putRulesInForce(_ rules: String) async throws(StoreError) {
    let settings = Self.settings(rules, plan)
    let isInForce = try await backend.read { reader throws(StoreError) in try Self.isInForce(settings, reader) }
    guard !isInForce else { return }
    let complete = Self.completion(rules, plan, now: now)
    try await backend.write { writer throws(StoreError) in try complete(writer) }
  }

  /// What ends the opening of a store: the rules are in force there, and its trail says so, unless it did before.
  package static func completion(
    _ rules: String, _ plan: PreparedPlan, now: GateClock
  ) -> StoreLayout.Completion {
    let settings = settings(rules, plan)
    return { writer throws(StoreError) in
      guard try !isInForce(settings, writer) else { return }
      let transaction = try GateTransaction(plan: plan, reader: writer, now: now, serverContext: [:])
      transaction.noteRules(try writer.settings().merging(settings) { $1 })
      var batch = try transaction.batch()
      batch.settings = settings
      try writer.apply(batch)
    }
  }

  private static func settings(_ rules: String, _ plan: PreparedPlan) -> [String: String] {
    [rulesSetting: rules, digestSetting: plan.identity.digest]
  }

  /// The text of the rules in force.
  ///
  /// - Throws: `rulesChanged` when the settings of the store are not those that the trail says.
  package static func rulesInForce(_ reader: any StoreReader) throws(StoreError) -> String {
    let settings = try reader.settings()
    guard let rules = settings[rulesSetting], try isInForce(settings, reader) else { throw .rulesChanged }
    return rules
  }

  /// Whether the store has these settings, and all that it has are as the trail says.
  static func isInForce(_ wanted: [String: String], _ reader: any StoreReader) throws(StoreError) -> Bool {
    let settings = try reader.settings()
    guard wanted.allSatisfy({ settings[$0.key] == $0.value }) else { return false }
    return try settings.mapValues { Digest.of($0) } == provenSettings(reader)
  }

  /// By name, the digests of settings as the last entry about them has them; empty when there is none, or when its
  /// bytes were changed.
  static func provenSettings(_ reader: any StoreReader) throws(StoreError) -> [String: String] {
    guard let last = try reader.lastEntryOfSettings() else { return [:] }
    let previous = try reader.entry(last.sequence - 1)?.digest ?? AuditEntry.origin
    guard AuditEntry.digest(of: last.body, after: previous) == last.digest else { return [:] }
    return EntryReading(last.body).settings
  }
}
