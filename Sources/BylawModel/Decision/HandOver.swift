/// Refusals that a human is asked to take over: an obligation that goes along with them.
package struct HandOver: Sendable, Hashable {
  /// What calls for a human.
  package enum Occasion: String, Sendable, Hashable, CaseIterable {
    /// A read that was denied, for whatever reason.
    case refusedRead = "refused_read"
    /// Somebody who has not agreed yet, has refused to, or did not agree in time.
    case missingApproval = "missing_approval"
    /// A call of the store, or of something behind it, that failed.
    case failedCall = "failed_call"
  }

  /// What the obligation is called.
  package var name: String
  package var occasions: Set<Occasion>

  package init(name: String, occasions: Set<Occasion>) {
    self.name = name
    self.occasions = occasions
  }

  /// The section of the rules that states it.
  package static let section = "hand_overs"

  fileprivate var obligation: Decision.Obligation {
    Decision.Obligation(kind: name, value: .bool(true), rule: "\(Self.section).\(name)")
  }
}

extension Decision {
  /// Adds the obligations to hand over; an allow has none.
  ///
  /// - Parameters:
  ///   - handOvers: What the rules state.
  ///   - isRead: What was asked for is to read records.
  package mutating func hand(over handOvers: [HandOver], isRead: Bool) {
    guard outcome != .allow, !handOvers.isEmpty else { return }
    let occasion: HandOver.Occasion?
    switch denialClass {
    case .externalFailure, .auditFailure, .storeFailure: occasion = .failedCall
    case .approvalRejected, .approvalExpired: occasion = .missingApproval
    case nil: occasion = missing.contains { $0.approvals != nil } ? .missingApproval : nil
    case .invalidRequest, .invalidInput, .unauthorized, .forbidden, .preconditionFailed, .invalidTransition,
      .overThreshold, .indeterminate, .conflict, .calculationFailed:
      occasion = isRead ? .refusedRead : nil
    }
    guard let occasion else { return }
    for handOver in handOvers where handOver.occasions.contains(occasion) { obligations.append(handOver.obligation) }
  }
}
