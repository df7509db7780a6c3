import BylawStore

/// What the command says of failures of a store: where, what, and what to do.
enum StoreMessages {
  /// - `path`: The database, as the command was told.
  static func sentence(_ error: StoreError, at path: String) -> String {
    switch error {
    case .cannotOpen(let path, let cause): "'\(path)' cannot be opened: \(cause)"
    case .missing(let path): "there is no store at '\(path)'; `bylaw init` makes one"
    case .notAStore(let path): "'\(path)' is no store of bylaw"
    case .newerFormat(let format): "'\(path)' has the format \(format) of a newer bylaw"
    case .otherRuleSet(let stored, let given): "'\(path)' is kept by the rules '\(stored)', not by '\(given)'"
    case .rulesChanged:
      """
      the rules in force are not those that the audit trail says; `bylaw audit verify` names what was changed. \
      Restore a backup, or put the right rules in force with `bylaw init --update`
      """
    case .lossyMigration(let losses):
      "these rules have no room for what is stored:\n" + losses.map { "  \($0)" }.joined(separator: "\n")
    case .busy: "another process holds '\(path)', and did not let go of it; try again"
    case .beforeLastEntry(let time, let last):
      "--now \(time) is before the last entry of the audit trail, \(last); in it time only goes on"
    case .corrupt(let what):
      "'\(path)': this cannot be read: \(what); restore a backup"
    case .auditFailed(let cause):
      "audit trail failure: the entry could not be written to '\(path)', so nothing was done: \(cause)"
    case .failed(let code, let cause): "'\(path)': the database refused (\(code)), so nothing was done: \(cause)"
    }
  }
}
