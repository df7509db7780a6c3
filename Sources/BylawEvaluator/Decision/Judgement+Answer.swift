import BylawModel

/// Puts the decision together.
extension Judgement {
  consuming func giveBack() -> Frame { frame }

  mutating func answer(_ outcome: Decision.Outcome) -> Decision {
    var decision = Decision(outcome: outcome, ruleSet: plan.identity, at: now)
    complete(&decision)
    return decision
  }

  /// Adds what is known beside the outcome; in place, as to hand a decision on early copied it.
  private mutating func complete(_ decision: inout Decision) {
    if !missing.isEmpty { decision.missing = missing }
    if decision.outcome == .deny { decision.denialClass = refused }
    guard detail != .outcome else { return }
    if reasons.count > 1 {
      reasons.sort { ($0.rule, $0.element ?? -1, $0.because) < ($1.rule, $1.element ?? -1, $1.because) }
    }
    if !reasons.isEmpty { decision.reasons = reasons }
    // Somebody without authority learns nothing more.
    if stage > 2 { decision.classified = classified() }
    decision.obligations = obligations(decision.outcome)
    if decision.outcome != .allow { decision.hand(over: plan.handOvers, isRead: Evaluator.isRead(action.name)) }
    if !observed.isEmpty {
      decision.observed = observed.sorted {
        ($0.rule, $0.element ?? -1, $0.because) < ($1.rule, $1.element ?? -1, $1.because)
      }
    }
    guard !indeterminate.isEmpty else { return }
    // Somebody without authority is not told that a record is absent.
    let told =
      refused == .unauthorized
      ? indeterminate.filter { $0.cause != EvaluationCause.missingRecord.rawValue } : indeterminate
    decision.indeterminate = told.sorted { ($0.rule, $0.place, $0.cause) < ($1.rule, $1.place, $1.cause) }
  }

  private mutating func classified() -> [String: Decision.Classified] {
    if sharedAction.part.classified.count == 1, let known = knownClassification() { return known }
    var result: [String: Decision.Classified] = [:]
    for item in action.classified {
      let cell = frame.evaluate(item.value)
      if cell.isError { note(cell, rule: "classified.\(item.name)", at: frame.place(of: item.value)) }
      let row = item.table.flatMap { frame.row(of: $0) }.map { item.rows[$0] }
      result[item.name] = Decision.Classified(value: frame.value(of: cell, item.type), row: row)
    }
    return result
  }

  /// The only classification of the action, where it is a word and gave this row before.
  private mutating func knownClassification() -> [String: Decision.Classified]? {
    guard case .enumeration = sharedAction.part.classified[0].type else { return nil }
    let cell = frame.evaluate(sharedAction.part.classified[0].value)
    guard cell.state == .value else { return nil }
    let row = sharedAction.part.classified[0].table.flatMap { frame.row(of: $0) }
    let key = ClassifiedAnswers.Key(action: ObjectIdentifier(sharedAction), row: row ?? -1, rank: cell.payload)
    if let known = classifiedAnswers[key] { return known }
    let item = action.classified[0]
    let made = Decision.Classified(value: frame.value(of: cell, item.type), row: row.map { item.rows[$0] })
    classifiedAnswers[key] = [item.name: made]
    return [item.name: made]
  }

  // MARK: Obligations

  /// What goes along with an allow, once the effects are made: sentences may speak of what they made.
  mutating func obligationsAfterEffects() -> [Decision.Obligation] {
    stage = 5
    return obligations(.allow)
  }

  /// Notices that are no action's.
  mutating func obligations(of notices: [NoticePlan]) -> [Decision.Obligation] {
    var result: [Decision.Obligation] = []
    for notice in notices { add(notice, to: &result) }
    return result
  }

  private mutating func obligations(_ outcome: Decision.Outcome) -> [Decision.Obligation] {
    var result: [Decision.Obligation] = []
    if stage > 3 {
      for index in sharedAction.part.notices.indices where sharedAction.part.notices[index].moment == .always {
        add(index, to: &result)
      }
    }
    switch outcome {
    case .deny:
      for notice in action.denialNotices { add(notice, to: &result) }
    case .pending: break
    case .allow:
      for obligation in action.obligations {
        result.append(
          Decision.Obligation(kind: obligation.name, value: obligation.value, rule: "actions.\(action.name)"))
      }
      for notice in action.notices where notice.moment == .allow { add(notice, to: &result) }
      for followUp in action.followUps { add(followUp, to: &result) }
      add(override?.audit ?? action.audit, to: &result)
      if let override {
        for notice in override.notices { add(notice, to: &result) }
        for followUp in override.followUps { add(followUp, to: &result) }
      }
    }
    return result
  }

  /// Adds a notice of the action, unless its band is surely not reached or its condition surely false.
  private mutating func add(_ index: Int, to result: inout [Decision.Obligation]) {
    if sharedAction.part.notices[index].each == nil {
      let band = sharedAction.part.notices[index].band.map { frame.evaluate($0) } ?? .true
      if band.state == .value, !band.isTrue { return }
      let when = sharedAction.part.notices[index].when.map { frame.evaluate($0) } ?? .true
      if when.state == .value, !when.isTrue { return }
      if band.state == .value, when.state == .value, !sharedAction.part.notices[index].obligations.isEmpty {
        result += sharedAction.part.notices[index].obligations
        return
      }
    }
    add(sharedAction.part.notices[index], to: &result)
  }

  private mutating func add(_ notice: NoticePlan, to result: inout [Decision.Obligation]) {
    guard notice.each != nil || !isOutOfForce(notice) else { return }
    // One that has no list goes out once, and most often not at all.
    let elements = notice.each == nil ? nil : elements(of: notice)
    for index in 0..<(elements?.count ?? 1) where isTold(notice, of: elements?[index] ?? nil) {
      let text = notice.text.map { frame.text(of: $0) }
      for (position, name) in notice.names.enumerated() {
        var obligation = Decision.Obligation(
          kind: "notify", value: .string(name), rule: notice.rule, text: text, by: notice.by, once: notice.once)
        if position < notice.recipients.count, let people = notice.recipients[position] {
          let cell = frame.evaluate(people)
          if cell.isError { note(cell, rule: notice.rule, at: action.source) }
          obligation.to = Set(frame.ids(in: cell)).sorted()
        }
        result.append(obligation)
      }
    }
  }

  /// What a notice goes over: once, or for each element of its list.
  ///
  /// A list that cannot be told is one such element.
  mutating func elements(of notice: NoticePlan) -> [Cell?] {
    if isOutOfForce(notice) { return [] }
    guard let each = notice.each else { return [nil] }
    let list = frame.evaluate(each.list)
    if list.isError {
      note(list, rule: notice.rule, at: action.source)
      return [list]
    }
    return (0..<frame.count(of: list)).map { frame.element($0, of: list) }
  }

  private func isOutOfForce(_ notice: NoticePlan) -> Bool {
    if let from = notice.effectiveFrom, now < from { return true }
    if let until = notice.effectiveUntil, now >= until { return true }
    return false
  }

  /// Whether a notice goes out; where that cannot be told, it does.
  mutating func isTold(_ notice: NoticePlan, of element: Cell?) -> Bool {
    if let each = notice.each, let element { frame.setLocal(each.local, to: element) }
    if let band = notice.band, !mayHold(band, rule: notice.rule, at: action.source) { return false }
    guard mayHold(notice.when, rule: notice.rule, at: action.source) else { return false }
    return notice.unless == nil || !holds(notice.unless, rule: notice.rule, at: action.source)
  }

  private mutating func add(_ followUp: FollowUpPlan, to result: inout [Decision.Obligation]) {
    let text = followUp.message.map { frame.text(of: $0) }
    result.append(
      Decision.Obligation(
        kind: "follow_up", value: .string(followUp.id), rule: followUp.id, text: text,
        due: now.adding(followUp.due)))
  }

  private func add(_ audit: AuditPlan?, to result: inout [Decision.Obligation]) {
    guard let audit else { return }
    let owner = override?.id ?? "actions.\(action.name)"
    result.append(
      Decision.Obligation(
        kind: "audit", value: .string(audit.word), rule: owner, flag: audit.flag, keep: audit.keep))
  }
}
