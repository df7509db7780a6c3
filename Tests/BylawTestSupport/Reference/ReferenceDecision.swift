import BylawCompiler
package import BylawEvaluator
package import BylawModel

/// The five stages, one after the other.
extension ReferenceEvaluator {
  /// The whole decision of a request.
  package func decide(
    _ request: Request, records: (any RecordSource)?, now: Timestamp, isLenient: Bool = false
  ) -> Decision {
    self.request = request
    self.records = records
    self.now = now
    (given, locals, inputs, context, facts) = ([:], [:], [], [], [:])
    (subject, resource, isSystem, override) = (nil, nil, false, nil)
    (indeterminate, refusals, observed) = ([], [], [])
    guard let index = rules.actions.firstIndex(where: { $0.name == request.action }) else {
      let near = nearestName(request.action, among: rules.actions.map(\.name)).map { " (\($0))" } ?? ""
      refuse(
        .invalidRequest, Decision.Reason(rule: "action", because: "There is no action '\(request.action)'\(near)."))
      return answer(.deny, stage: 1)
    }
    actionIndex = index
    self.isLenient = isLenient
    checkShape(isLenient: isLenient)
    if !refusals.isEmpty { return answer(.deny, stage: 1) }
    checkAuthority()
    if !refusals.isEmpty { return answer(.deny, stage: 2) }
    for rule in action.rules where rule.stage == .references { judge(rule) }
    for rule in override?.references ?? [] where rule.stage == .references { judge(rule) }
    checkResource()
    if !refusals.isEmpty { return answer(.deny, stage: 3) }
    for rule in action.rules where rule.stage == .requirements { judge(rule) }
    for rule in override?.rules ?? [] where rule.denialClass != .unauthorized { judge(rule) }
    if !refusals.isEmpty { return answer(.deny, stage: 4) }
    var (missing, reasons) = judgeApprovals()
    if !refusals.isEmpty { return answer(.deny, stage: 5) }
    judgeWaits(&missing, &reasons)
    if !missing.isEmpty { return answer(.pending, stage: 5, missing: missing, reasons: reasons) }
    judgeEffects()
    return answer(refusals.isEmpty ? .allow : .deny, stage: 5)
  }

  func refuse(_ denialClass: DenialClass, _ reason: Decision.Reason) { refusals.append((denialClass, reason)) }

  func note(_ error: ReferenceError, _ rule: String) {
    indeterminate.insert(Decision.Indeterminate(rule: rule, cause: error.cause, place: error.place))
  }

  /// Whether a condition holds where an error means that it does not.
  func holds(_ condition: TypedExpression?, _ rule: String) -> Bool {
    guard let condition else { return true }
    do throws(ReferenceError) { return try evaluate(condition).isTrue } catch { note(error, rule) }
    return false
  }

  /// Whether a condition holds where an error means that it does.
  func mayHold(_ condition: TypedExpression?, _ rule: String) -> Bool {
    guard let condition else { return true }
    do throws(ReferenceError) { return try evaluate(condition).isTrue } catch { note(error, rule) }
    return true
  }

  // MARK: Rules

  func judge(_ rule: CheckedRuleSet.Rule) {
    if rule.sparesSystem && isSystem || rule.needsRecords && records == nil { return }
    if let from = rule.effectiveFrom, now < from { return }
    if let until = rule.effectiveUntil, now >= until { return }
    if override?.bypasses.contains(rule.id) == true { return }
    guard let each = rule.each else {
      if fires(rule) { fire(rule, nil) }
      return
    }
    let outer = locals
    defer { locals = outer }
    switch result(each.list) {
    case .failure where rule.isOfEffect: break
    case .failure(let error):
      note(error, rule.id)
      locals[each.local] = .failure(error)
      fire(rule, nil)
    case .success(.list(let elements)):
      for (index, element) in elements.enumerated() {
        locals[each.local] = .success(element)
        if fires(rule) { fire(rule, index) }
      }
    case .success: break
    }
  }

  private func fires(_ rule: CheckedRuleSet.Rule) -> Bool {
    guard rule.isOfEffect ? holds(rule.when, rule.id) : mayHold(rule.when, rule.id) else { return false }
    if rule.unless != nil, holds(rule.unless, rule.id) { return false }
    if rule.that != nil, holds(rule.that, rule.id) { return false }
    return !rule.exceptions.contains { now < $0.until && now >= $0.from ?? now && holds($0.condition, rule.id) }
  }

  private func fire(_ rule: CheckedRuleSet.Rule, _ element: Int?) {
    let reason = Decision.Reason(
      rule: rule.id, because: text(rule.message), clauses: rule.clauses, source: place(rule.range), element: element)
    if rule.observeOnly { observed.append(reason) } else { refuse(rule.denialClass, reason) }
  }

  // MARK: Effects

  /// What cannot be carried out is not allowed: an error in an effect or a recipient denies the request.
  private func judgeEffects() {
    for effect in action.effects + (override?.effects ?? []) { judge(effect) }
    for notice in action.notices + (override?.notices ?? []) {
      forEachTold(notice) {
        for case .people(let people) in notice.to where !people.readsMadeRecords {
          require(people, notice.rule, place(action.range))
        }
      }
    }
  }

  private func judge(_ effect: CheckedRuleSet.Effect) {
    let rule = "actions.\(action.name).effects"
    let source = place(effect.range)
    let outer = locals
    defer { locals = outer }
    var elements: [ReferenceValue?] = [nil]
    if let each = effect.each {
      guard case .success(.list(let list)) = result(each) else { return require(each, rule, source) }
      elements = list
    }
    var values = effect.set.map(\.value) + effect.fieldPatches.map(\.patch) + effect.arguments.map(\.value)
    values += [effect.patch, effect.resource].compactMap { $0 }
    if case .update(let target) = effect.kind { values.append(target) }
    for element in elements {
      if let element, let local = effect.eachLocal { locals[local] = .success(element) }
      if let when = effect.when, !when.readsMadeRecords {
        switch result(when) {
        case .failure:
          require(when, rule, source)
          continue
        case .success(let verdict): if !verdict.isTrue { continue }
        }
      }
      for value in values where !value.readsMadeRecords { require(value, rule, source) }
      checkBounds(effect, rule, source)
    }
  }

  /// What is set must fit its field.
  private func checkBounds(_ effect: CheckedRuleSet.Effect, _ rule: String, _ source: String) {
    let entity: Int
    switch effect.kind {
    case .create(let made), .put(let made, _): entity = made
    case .update(let target):
      guard case .entity(let indices) = target.type else { return }
      entity = indices[0]
    default: return
    }
    for (position, value) in effect.set where !value.readsMadeRecords {
      let field = schema.entities[entity].fields[position]
      guard isBounded(field.constraint), case .success(let result) = result(value), !result.isAbsent else { continue }
      var problems: [String] = []
      _ = read(self.value(result, value.type), field.type, field.constraint, field.name, &problems)
      if let problem = problems.first {
        refuse(.invalidInput, Decision.Reason(rule: rule, because: problem, source: source))
      }
    }
  }

  private func isBounded(_ constraint: Constraint) -> Bool {
    if constraint.lower != nil || constraint.upper != nil { return true }
    if let text = constraint.text, text != .string { return true }
    return constraint.element.contains { isBounded($0) }
  }

  private func require(_ expression: TypedExpression, _ rule: String, _ source: String) {
    guard case .failure(let error) = result(expression) else { return }
    note(error, rule)
    refuse(
      .indeterminate,
      Decision.Reason(rule: rule, because: "What this would do cannot be told: \(error.cause).", source: source))
  }

  /// The resource must be there, in the records or as given.
  private func checkResource() {
    guard let resource, let given = request.resource, given.properties.isEmpty else { return }
    // What another part of the request gives of the record counts as well.
    guard isMissing(resource.entity, resource.id) else { return }
    refuse(
      .invalidInput,
      Decision.Reason(
        rule: "resource", because: "There is no \(given.type) of that id.", source: place(action.range)))
  }

  // MARK: Authority

  func roles(of expression: TypedExpression?, bound local: Int, to person: ReferenceValue?) -> UInt64 {
    guard let expression else { return 0 }
    let outer = locals
    defer { locals = outer }
    if let person {
      locals[local] = .success(person)
    } else {
      locals[local] = .success(.absent)
    }
    switch result(expression) {
    case .failure(let error):
      note(error, "subject")
      return 0
    case .success(.word(let role)): return 1 << UInt64(role)
    case .success(.list(let words)):
      return words.reduce(0) { mask, word in if case .word(let role) = word { mask | 1 << UInt64(role) } else { mask } }
    default: return 0
    }
  }

  var subjectValue: ReferenceValue? {
    subject.map { .reference(entity: $0.entity, id: $0.id, isAfter: false) }
  }

  private func checkAuthority() {
    if let subject, isMissing(subject.entity, subject.id) {
      switch action.origin {
      case .declared:
        let authority = action.authority
        let lacksPermission = !authority.hasAllow ? authority.permission : nil
        refuseAuthority(lacksPermission.map { "This needs the permission \($0)." } ?? whoMay(authority.grants))
      case .approve, .reject, .ask: refuseAuthority("This vote is not yours to give.")
      case .withdraw: refuseAuthority("Only who asked may withdraw this.")
      }
      return
    }
    for rule in action.rules where rule.stage == .authority { judge(rule) }
    var roles: UInt64 = 0
    if !isSystem, asksForRoles {
      roles = self.roles(of: rules.manifest.role, bound: rules.manifest.roleLocal, to: subjectValue)
    }
    switch action.origin {
    case .declared: checkGrants(roles)
    case .approve, .reject, .ask: checkVoter()
    case .withdraw: break
    }
    guard let override else { return }
    if let permission = override.permission, roles & override.permittedRoles == 0 {
      refuse(
        .unauthorized,
        Decision.Reason(
          rule: override.id, because: "This override needs the permission \(permission).", source: place(override.range)
        ))
    }
    for rule in override.references where rule.stage == .authority { judge(rule) }
    for rule in override.rules where rule.denialClass == .unauthorized { judge(rule) }
  }

  /// Whether a permission or a grant by role could matter.
  private var asksForRoles: Bool {
    if action.authority.permission != nil || override?.permission != nil { return true }
    let isOpen = action.authority.grants.contains { grant in
      if case .anyone = grant.holder { grant.condition == nil && !grant.isRule } else { false }
    }
    return !isOpen && action.authority.grants.contains { if case .role = $0.holder { true } else { false } }
  }

  private func checkGrants(_ roles: UInt64) {
    let authority = action.authority
    var because = whoMay(authority.grants)
    if authority.hasAllow || authority.permission != nil {
      let isAllowed =
        !authority.hasAllow || authority.grants.contains { !$0.isRule && self.grants($0, roles) }
      let isPermitted = authority.permission == nil || !isSystem && roles & authority.permittedRoles != 0
      if isAllowed && isPermitted { return }
      if isAllowed, let permission = authority.permission { because = "This needs the permission \(permission)." }
    }
    for grant in authority.grants where grant.isRule {
      if let from = grant.effectiveFrom, now < from { continue }
      if let until = grant.effectiveUntil, now >= until { continue }
      if grants(grant, roles) { return }
    }
    refuseAuthority(because)
  }

  private func refuseAuthority(_ because: String) {
    refuse(
      .unauthorized,
      Decision.Reason(
        rule: "actions.\(action.name).allow", because: because, clauses: action.clauses, source: place(action.range)))
  }

  private func grants(_ grant: CheckedRuleSet.Authority.Grant, _ roles: UInt64) -> Bool {
    switch grant.holder {
    case .role(let role) where isSystem || roles & (1 << UInt64(role)) == 0: return false
    case .system where !isSystem: return false
    case .derived where isSystem, .anyone where isSystem: return false
    default: return holds(grant.condition, "actions.\(action.name).allow")
    }
  }

  private func whoMay(_ grants: [CheckedRuleSet.Authority.Grant]) -> String {
    var names: [String] = []
    for grant in grants {
      let name: String
      switch grant.holder {
      case .role(let role): name = rules.manifest.roleEnumeration.map { schema.enums[$0].members[role] } ?? ""
      case .derived(let relation): name = relation
      case .anyone: name = "anyone"
      case .system: name = "the engine itself"
      }
      if !names.contains(name) { names.append(name) }
    }
    guard let last = names.popLast() else { return "No rule lets anybody do this." }
    let all = names.isEmpty ? last : names.joined(separator: ", ") + " or " + last
    return "Only \(all) may do this, under the conditions of the rule."
  }

  private func checkVoter() {
    if isSystem { return refuseAuthority("This vote is not yours to give.") }
    let roles = roles(of: rules.manifest.role, bound: rules.manifest.roleLocal, to: subjectValue)
    for approval in action.votesOn {
      let outer = locals
      defer { locals = outer }
      locals[approval.approver] = .success(subjectValue ?? .absent)
      if isExcluded(subjectValue, approval) { continue }
      for place in approval.places where mayHold(place.when, approval.id) {
        if isEligible(subjectValue, place, approval, roles) { return }
      }
    }
    refuseAuthority("This vote is not yours to give.")
  }

  // MARK: The answer

  /// The decision; `stage` is the last one that was judged.
  private func answer(
    _ outcome: Decision.Outcome, stage: Int, missing: [Decision.Missing] = [], reasons: [Decision.Reason] = []
  ) -> Decision {
    var decision = Decision(outcome: outcome, ruleSet: identity, at: now)
    let weights = DenialClass.allCases
    decision.denialClass = refusals.map(\.denialClass).min {
      (weights.firstIndex(of: $0) ?? 0) < (weights.firstIndex(of: $1) ?? 0)
    }
    decision.reasons = (refusals.map(\.reason) + reasons).sorted {
      ($0.rule, $0.element ?? -1, $0.because) < ($1.rule, $1.element ?? -1, $1.because)
    }
    decision.missing = missing
    decision.observed = observed
    guard stage > 1 else {
      decision.obligations = handOvers(of: decision)
      return decision
    }
    if stage > 2 { decision.classified = classified() }
    decision.obligations = obligations(outcome, stage: stage) + handOvers(of: decision)
    decision.indeterminate = Array(indeterminate)
    // Somebody without authority is not told that a record is absent.
    if decision.denialClass == .unauthorized { decision.indeterminate.removeAll { $0.cause == "record not found" } }
    return decision
  }

  /// Refusals that a human is asked to take over; reads are no actions here.
  private func handOvers(of decision: Decision) -> [Decision.Obligation] {
    let lacksApproval =
      decision.denialClass == .approvalRejected || decision.denialClass == .approvalExpired
      || decision.outcome == .pending && decision.missing.contains { $0.approvals != nil }
    guard lacksApproval else { return [] }
    return rules.handOvers.filter { $0.occasions.contains(.missingApproval) }.map {
      Decision.Obligation(kind: $0.name, value: .bool(true), rule: "hand_overs.\($0.name)")
    }
  }

  private func classified() -> [String: Decision.Classified] {
    var answer: [String: Decision.Classified] = [:]
    for item in action.classify {
      let expression = rules.definitions[item.definition].value
      var row: String?
      var value = Value.null
      do throws(ReferenceError) {
        if item.classification != nil, case .classification(let index, let arguments) = expression.kind {
          let hit = try classify(index, arguments)
          value = self.value(hit.value, expression.type)
          row = hit.row
        } else {
          value = self.value(try evaluate(expression), expression.type)
        }
      } catch {
        note(error, "classified.\(item.name)")
      }
      answer[item.name] = Decision.Classified(value: value, row: row)
    }
    return answer
  }

  private func obligations(_ outcome: Decision.Outcome, stage: Int) -> [Decision.Obligation] {
    var found: [Decision.Obligation] = []
    if stage > 3 {
      for notice in action.notices where notice.isRule || notice.band != nil { found += obligations(notice) }
    }
    if outcome == .deny { found += action.denialNotices.flatMap { obligations($0) } }
    guard outcome == .allow else { return found }
    let owner = "actions.\(action.name)"
    found += action.obligations.map { Decision.Obligation(kind: $0.name, value: $0.value, rule: owner) }
    for notice in action.notices where !notice.isRule && notice.band == nil { found += obligations(notice) }
    found += (action.followUps + (override?.followUps ?? [])).map { followUp in
      Decision.Obligation(
        kind: "follow_up", value: .string(followUp.id), rule: followUp.id, text: followUp.message.map { text($0) },
        due: now.adding(followUp.due))
    }
    if let audit = override?.audit ?? action.audit {
      found.append(
        Decision.Obligation(
          kind: "audit", value: .string(audit.word), rule: override?.id ?? owner, flag: audit.flag, keep: audit.keep))
    }
    for notice in override?.notices ?? [] { found += obligations(notice) }
    return found
  }

  private func obligations(_ notice: CheckedRuleSet.Notice) -> [Decision.Obligation] {
    var found: [Decision.Obligation] = []
    forEachTold(notice) {
      for (recipient, name) in zip(notice.to, notice.names) {
        var obligation = Decision.Obligation(
          kind: "notify", value: .string(name), rule: notice.rule, text: notice.text.map { text($0) }, by: notice.by,
          once: notice.once)
        if case .people(let people) = recipient, !people.readsMadeRecords {
          do throws(ReferenceError) {
            obligation.to = Set(ids(try evaluate(people))).sorted()
          } catch {
            note(error, notice.rule)
            obligation.to = []
          }
        }
        found.append(obligation)
      }
    }
    return found
  }

  private func ids(_ people: ReferenceValue) -> [String] {
    switch people {
    case .reference(_, let id, _): [id]
    case .list(let all): all.flatMap { ids($0) }
    default: []
    }
  }

  /// Does something for each element that a notice goes to somebody for.
  private func forEachTold(_ notice: CheckedRuleSet.Notice, _ body: () -> Void) {
    if let from = notice.effectiveFrom, now < from { return }
    if let until = notice.effectiveUntil, now >= until { return }
    let outer = locals
    defer { locals = outer }
    var elements: [Result<ReferenceValue, ReferenceError>?] = [nil]
    if let each = notice.each {
      switch result(each.list) {
      case .failure(let error):
        note(error, notice.rule)
        elements = [.failure(error)]
      case .success(.list(let list)): elements = list.map { .success($0) }
      case .success: elements = []
      }
    }
    for element in elements {
      if let each = notice.each, let element { locals[each.local] = element }
      if let band = notice.band {
        let reached = TypedExpression(.bandReached(threshold: band.threshold, band: band.band), .bool, at: notice.range)
        guard mayHold(reached, notice.rule) else { continue }
      }
      guard mayHold(notice.when, notice.rule) else { continue }
      if notice.unless != nil, holds(notice.unless, notice.rule) { continue }
      body()
    }
  }
}

extension TypedExpression {
  /// Whether it reads a record that an effect makes, which nobody knows before.
  var readsMadeRecords: Bool {
    if case .root(.effect) = kind { return true }
    return parts.contains { $0.readsMadeRecords }
  }
}
