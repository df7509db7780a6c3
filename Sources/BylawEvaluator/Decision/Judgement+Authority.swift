import BylawModel

/// Stage 2: who may ask.
extension Judgement {
  /// Whether the subject may ask; if not, the reasons are noted.
  mutating func authorize() -> Bool {
    // Nobody without a record may do anything, and is told the same as anybody without authority.
    if !isSystem, hasRecords, frame.isMissing(frame.subjectReference) {
      refuseStranger()
      return false
    }
    judge(.authority)
    // Where anyone may, a role that cannot be told is nothing to note.
    let asksForRoles = sharedAction.part.asksForRoles || sharedOverride?.part.permission != nil
    let roles = isSystem || !asksForRoles ? 0 : roleMask(sharedPlan.part.subjects.role)
    switch sharedAction.part.kind {
    case .declared: authorizeDeclared(roles)
    case .vote: authorizeVote()
    case .withdrawal: break
    }
    if let sharedOverride { authorize(sharedOverride.part, roles: roles) }
    return refused == nil
  }

  /// The answer to somebody whom no grant covers, and nothing more.
  private mutating func refuseStranger() {
    guard detail != .outcome else { return refuse(.unauthorized, nil) }
    let because =
      switch action.kind {
      case .declared where action.hasAllow: action.whoMay
      case .declared: action.permission.map { "This needs the permission \($0)." } ?? action.whoMay
      case .vote: Self.foreignVote
      case .withdrawal: "Only who asked may withdraw this."
      }
    let reason = authorityReason(because)
    refuse(.unauthorized, reason)
  }

  private static let foreignVote = "This vote is not yours to give."

  /// The roles of a person as a mask; none where they cannot be told.
  mutating func roleMask(_ node: NodeID?) -> UInt64 {
    guard let node else { return 0 }
    let cell = frame.evaluate(node)
    if cell.isError {
      note(cell, rule: "subject", at: action.source)
      return 0
    }
    if cell.isAbsent { return 0 }
    if sharedPlan.part.subjects.hasOneRole { return 1 << UInt64(truncatingIfNeeded: cell.payload) }
    var mask: UInt64 = 0
    for index in 0..<frame.count(of: cell) {
      mask |= 1 << UInt64(truncatingIfNeeded: frame.element(index, of: cell).payload)
    }
    return mask
  }

  /// What the action says, `allow` and `permission` together, or a rule that grants it beside them.
  private mutating func authorizeDeclared(_ roles: UInt64) {
    var lacksPermission = false
    if sharedAction.part.hasAllow || sharedAction.part.permission != nil {
      let isAllowed = !sharedAction.part.hasAllow || isGranted(to: roles)
      lacksPermission =
        sharedAction.part.permission != nil && (isSystem || roles & sharedAction.part.permittedRoles == 0)
      if isAllowed, !lacksPermission { return }
      lacksPermission = lacksPermission && isAllowed
    }
    if !sharedAction.part.ruleGrants.isEmpty {
      for grant in sharedAction.part.ruleGrants where isInForce(grant) && grants(grant, roles) { return }
    }
    guard detail != .outcome else { return refuse(.unauthorized, nil) }
    let permission = lacksPermission ? action.permission : nil
    let reason = authorityReason(permission.map { "This needs the permission \($0)." } ?? action.whoMay)
    refuse(.unauthorized, reason)
  }

  private func isInForce(_ grant: GrantPlan) -> Bool {
    if let from = grant.effectiveFrom, now < from { return false }
    if let until = grant.effectiveUntil, now >= until { return false }
    return true
  }

  private mutating func isGranted(to roles: UInt64) -> Bool {
    if !isSystem, roles & sharedAction.part.plainRoles != 0 { return true }
    for grant in sharedAction.part.grants where grants(grant, roles) { return true }
    return false
  }

  private mutating func grants(_ grant: GrantPlan, _ roles: UInt64) -> Bool {
    switch grant.holder {
    case .roles(let mask) where roles & mask == 0 || isSystem: return false
    case .system where !isSystem: return false
    case .relation where isSystem, .anyone where isSystem: return false
    default: return holds(grant.condition, rule: action.allowID, at: grant.source)
    }
  }

  private func authorityReason(_ because: String) -> Decision.Reason? {
    detail == .outcome
      ? nil
      : Decision.Reason(
        rule: action.allowID, because: because, clauses: action.clauses, source: action.source)
  }

  /// A voter must be eligible for a place of some approval of the action.
  private mutating func authorizeVote() {
    // The engine is nobody, and so nobody's voter.
    guard !isSystem else {
      let reason = authorityReason(Self.foreignVote)
      return refuse(.unauthorized, reason)
    }
    frame.setLocal(plan.subjects.approver, to: frame.subjectReference)
    let roles = roleMask(plan.subjects.approverRole)
    for approval in action.sharedVotesOn {
      frame.setLocal(approval.part.approver, to: frame.subjectReference)
      if isExcluded(frame.subjectReference, from: approval) { continue }
      for (index, place) in approval.part.places.enumerated()
      where mayHold(place.when, rule: approval.part.id, at: approval.part.source) {
        if isEligible(for: index, of: approval, roles: roles) { return }
      }
    }
    let reason = authorityReason(Self.foreignVote)
    refuse(.unauthorized, reason)
  }

  // MARK: Overrides

  private mutating func authorize(_ override: OverridePlan, roles: UInt64) {
    if let permission = override.permission, roles & override.permittedRoles == 0 {
      refuse(
        .unauthorized,
        Decision.Reason(
          rule: override.id, because: "This override needs the permission \(permission).", source: override.source))
    }
    for rule in override.references + override.rules where rule.denialClass == .unauthorized { judge(rule) }
  }

  mutating func judgeOverride(_ override: OverridePlan) {
    for rule in override.rules where rule.denialClass != .unauthorized { judge(rule) }
  }
}
