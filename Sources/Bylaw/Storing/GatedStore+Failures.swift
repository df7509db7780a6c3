import BylawEvaluator
public import BylawModel
public import BylawStore

/// Failures of the machine, as whoever asked is told.
extension GatedStore {
  /// The refusal that a failure is for whoever asked: nothing of what they asked for was done.
  ///
  /// - Parameter error: What an operation threw.
  /// - Returns: A denial of class `audit_failure` when the audit entry could not be written, `external_failure` when a
  ///   call of the database failed, with the call as its reason, else `store_failure`.
  public func refusal(for error: StoreError) -> Decision {
    let (denialClass, because) = Self.halt(error)
    return gate.plan.denial(denialClass, [.init(rule: "store", because: because)], at: gate.time)
  }

  private static func halt(_ error: StoreError) -> (DenialClass, String) {
    switch error {
    case .auditFailed(let cause): (.auditFailure, "Audit trail failure: \(cause.asSentence)")
    case .failed(_, let cause): (.externalFailure, "External tool failure: \(cause.asSentence)")
    case .busy: (.externalFailure, "External tool failure: another process holds the store.")
    case .beforeLastEntry(let time, let last):
      (.storeFailure, "Store failure: \(time) is before the last entry of the audit trail, \(last).")
    case .corrupt(let what): (.storeFailure, "Store failure: this cannot be read: \(what).")
    case .cannotOpen, .missing, .notAStore, .newerFormat, .otherRuleSet, .rulesChanged, .lossyMigration:
      (.storeFailure, "Store failure: it cannot be opened.")
    }
  }
}

extension String {
  /// With the full stop that causes have from some backends and not from others.
  fileprivate var asSentence: String { hasSuffix(".") ? self : self + "." }
}
