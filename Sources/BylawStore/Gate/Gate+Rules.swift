import BylawModel

/// Which rules are in force: those that the last entry that put rules in force speaks of.
extension Gate {
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
