/// Why an operation was refused: a closed set that clients can branch on.
public enum DenialClass: String, Sendable, Hashable, CaseIterable {
  case invalidRequest = "invalid_request"
  case invalidInput = "invalid_input"
  case unauthorized
  case forbidden
  case preconditionFailed = "precondition_failed"
  case invalidTransition = "invalid_transition"
  case approvalRejected = "approval_rejected"
  case approvalExpired = "approval_expired"
  case overThreshold = "over_threshold"
  case indeterminate
  case conflict
  case externalFailure = "external_failure"
  case calculationFailed = "calculation_failed"
  case auditFailure = "audit_failure"
  case storeFailure = "store_failure"
}
