public import BylawModel

/// A failure of the machine or of the database; the store is as it was before the call.
///
/// What the rules refuse is never an error but a `Decision`.
public enum StoreError: Error, Sendable, Hashable {
  /// The database cannot be opened or made.
  case cannotOpen(path: String, cause: String)
  /// There is no file at the path of the database, or a folder.
  case missing(path: String)
  /// The file is a database, but none that this store made.
  case notAStore(path: String)
  /// The database was written by a newer version of this store; `format` is the version that it says.
  case newerFormat(Int)
  /// The rule set is another than the one that the store was made for.
  case otherRuleSet(stored: String, given: String)
  /// The rules that are kept with the store, or another of its settings, are not those that its audit trail says were
  /// put in force; a proof of the trail names which.
  case rulesChanged
  /// The new vocabulary has no room for what is stored: each entry names what would be lost.
  case lossyMigration([String])
  /// Another connection held the database for longer than the time to wait.
  case busy
  /// The time that was stated to act at is before that of the last entry of the audit trail, in which time only goes
  /// on; a clock that is behind is no error.
  case beforeLastEntry(time: Timestamp, last: Timestamp)
  /// Something stored cannot be read: a row, a proposal or an entry; the text names it.
  case corrupt(String)
  /// The audit entry could not be written, so nothing was.
  case auditFailed(cause: String)
  /// The database refused a statement: no space, a broken disk, a constraint.
  case failed(code: Int, cause: String)
}

extension StoreError {
  /// What was being done to the database.
  package enum Call: String, Sendable, Hashable, CaseIterable { case discovery, creation, update }

  /// The same failure, with the call that failed before its cause.
  package func during(_ call: Call) -> StoreError {
    guard case .failed(let code, let cause) = self else { return self }
    return .failed(code: code, cause: "\(call.rawValue) failed: \(cause)")
  }
}
