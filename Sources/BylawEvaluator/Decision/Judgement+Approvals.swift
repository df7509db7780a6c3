import BylawModel

/// Stage 5: who else must agree, and when.
extension Judgement {
  /// A vote of somebody live, given between the request and now.
  private struct Ballot {
    var approver: Cell
    var id: String
    var roles: UInt64
    var vote: Request.Approval.Vote
    var at: Timestamp
    /// The bound fields as the approver saw them.
    var bound: [String: Value]
  }

  mutating func judgeApprovals(into missing: inout [Decision.Missing]) {
    var triggered: [ApprovalPlan] = []
    for index in action.approvals.indices {
      let id = action.approvals[index].id
      if !bypassed.isEmpty, bypassed.contains(id) { continue }
      if mayHold(action.approvals[index].when, rule: id) { triggered.append(action.approvals[index]) }
    }
    guard !triggered.isEmpty else { return }
    let ballots = readBallots()
    var pending: [Decision.Reason] = []
    for approval in triggered { judge(approval, ballots, into: &missing, &pending) }
    // What is still missing is no reason of a denial.
    if refused == nil { reasons += pending }
  }

  private mutating func judge(
    _ approval: ApprovalPlan, _ ballots: [Ballot], into missing: inout [Decision.Missing],
    _ pending: inout [Decision.Reason]
  ) {
    let deadline = deadline(of: approval)
    var places: [ApprovalPlan.Place] = []
    for place in approval.places where mayHold(place.when, rule: approval.id) { places.append(place) }
    var counted: [(approver: Cell, places: [Int])] = []
    var rejecters: Set<String> = []
    for ballot in ballots where isTimely(ballot, deadline, approval) && isCurrent(ballot, approval) {
      bind(ballot.approver, approval)
      guard !isExcluded(ballot.approver, from: approval) else { continue }
      let eligible = eligiblePlaces(places, approval, roles: ballot.roles)
      guard !eligible.isEmpty else { continue }
      if ballot.vote == .reject { rejecters.insert(ballot.id) }
      // Somebody who votes twice is counted once.
      if !counted.contains(where: { $0.approver == ballot.approver }) { counted.append((ballot.approver, eligible)) }
    }
    guard rejecters.isEmpty else {
      for id in rejecters { refuse(.approvalRejected, reason(approval, "\(id) rejected this.")) }
      return
    }
    let open = PlaceMatching(places: places.map(\.count), voters: counted.map(\.places)).open
    guard open.contains(where: { $0 > 0 }) else { return }
    if let deadline, approval.clock?.expires == true, now >= deadline {
      refuse(.approvalExpired, reason(approval, "The time for this approval is over."))
      return
    }
    if detail == .outcome {
      missing.append(Decision.Missing(rule: approval.id))
      return
    }
    pending += pendingReasons(approval)
    let excluded = excludedIDs(approval)
    let reachable = isReachable(approval, places, ballots)
    for (place, count) in zip(places, open) where count > 0 {
      missing.append(
        Decision.Missing(
          rule: approval.id, approvals: count, of: place.label, excluding: excluded, reachable: reachable,
          by: deadline))
    }
  }

  // MARK: Votes

  private mutating func readBallots() -> [Ballot] {
    var ballots: [Ballot] = []
    for given in request.approvals {
      guard let approver = frame.reference(to: given.approver) else { continue }
      frame.setLocal(plan.subjects.approver, to: approver)
      guard isLive(approver) else { continue }
      let at = given.at ?? now
      guard at <= now, at >= request.requestedAt ?? at else { continue }
      ballots.append(
        Ballot(
          approver: approver, id: given.approver.id, roles: roleMask(plan.subjects.approverRole), vote: given.vote,
          at: at, bound: given.bound))
    }
    return ballots
  }

  private mutating func isLive(_ approver: Cell) -> Bool {
    guard let position = plan.subjects.entities.firstIndex(of: frame.entity(of: approver)) else { return false }
    if hasRecords, frame.isMissing(approver) { return false }
    return holds(plan.subjects.approverLive[position], rule: "approver")
  }

  /// Exactly at the deadline it is late; a proposal that is only reported as overdue still takes votes.
  private func isTimely(_ ballot: Ballot, _ deadline: Timestamp?, _ approval: ApprovalPlan) -> Bool {
    guard let deadline, approval.clock?.expires == true else { return true }
    return ballot.at < deadline
  }

  /// Whether the resource still has the bound values that the approver saw.
  private mutating func isCurrent(_ ballot: Ballot, _ approval: ApprovalPlan) -> Bool {
    guard !ballot.bound.isEmpty else { return true }
    guard frame.resourceHasFields(ballot.bound.keys) else { return false }
    for field in approval.binds where !frame.resourceField(field, equals: ballot.bound) { return false }
    return true
  }

  private mutating func bind(_ person: Cell, _ approval: ApprovalPlan) {
    frame.setLocal(approval.approver, to: person)
    frame.setLocal(plan.subjects.approver, to: person)
  }

  private mutating func eligiblePlaces(
    _ places: [ApprovalPlan.Place], _ approval: ApprovalPlan, roles: UInt64
  ) -> [Int] {
    var eligible: [Int] = []
    for (index, place) in places.enumerated() where isEligible(for: place, of: approval, roles: roles) {
      eligible.append(index)
    }
    return eligible
  }

  /// Whether a person, bound as `approver`, can fill a place.
  mutating func isEligible(for place: ApprovalPlan.Place, of approval: ApprovalPlan, roles: UInt64) -> Bool {
    switch place.eligible {
    case .roles(let mask): return roles & mask != 0
    case .condition(let condition): return holds(condition, rule: approval.id)
    case .people(let people, _):
      let cell = frame.evaluate(people)
      if cell.isError { note(cell, rule: approval.id) }
      return frame.contains(frame.local(approval.approver), in: cell)
    }
  }

  /// Whether a person may not vote; what cannot be told excludes.
  mutating func isExcluded(_ person: Cell, from approval: ApprovalPlan) -> Bool {
    for exclusion in approval.excluding where mayHold(exclusion.when, rule: approval.id) {
      let cell = frame.evaluate(exclusion.people)
      if cell.isError {
        note(cell, rule: approval.id)
        return true
      }
      if frame.contains(person, in: cell) { return true }
    }
    return false
  }

  // MARK: What is missing

  private mutating func deadline(of approval: ApprovalPlan) -> Timestamp? {
    guard let clock = approval.clock else { return nil }
    let cell = frame.evaluate(clock.from)
    if cell.isError { note(cell, rule: approval.id) }
    let start = cell.isError || cell.isAbsent ? request.requestedAt ?? now : frame.timestamp(of: cell)
    return start.adding(clock.within)
  }

  private mutating func excludedIDs(_ approval: ApprovalPlan) -> [String] {
    var ids: [String] = []
    for exclusion in approval.excluding where mayHold(exclusion.when, rule: approval.id) {
      for id in frame.ids(in: frame.evaluate(exclusion.people)) where !ids.contains(id) { ids.append(id) }
    }
    return ids.sorted()
  }

  /// Whether those eligible now can fill all places; `nil` where no records of people are at hand.
  private mutating func isReachable(
    _ approval: ApprovalPlan, _ places: [ApprovalPlan.Place], _ ballots: [Ballot]
  ) -> Bool? {
    guard hasRecords else { return nil }
    var people: [Cell] = []
    for entity in plan.subjects.entities { people += frame.all(of: entity) }
    var known = Set(people)
    // Somebody may vote whom only the request describes.
    for ballot in ballots where known.insert(ballot.approver).inserted { people.append(ballot.approver) }
    var voters: [[Int]] = []
    for person in people {
      bind(person, approval)
      guard isLive(person), !isExcluded(person, from: approval) else { continue }
      let roles = roleMask(plan.subjects.approverRole)
      voters.append(eligiblePlaces(places, approval, roles: roles))
    }
    return PlaceMatching(places: places.map(\.count), voters: voters).open.allSatisfy { $0 == 0 }
  }

  /// Why an approval is asked for: its own sentence, or those of the conditions that hold.
  private mutating func pendingReasons(_ approval: ApprovalPlan) -> [Decision.Reason] {
    var named: [SentenceID] = []
    for trigger in approval.triggers where mayHold(trigger.condition, rule: approval.id) {
      named.append(trigger.sentence)
    }
    if let message = approval.message { named = [message] }
    if named.isEmpty { return [reason(approval, "This needs an approval.")] }
    var reasons: [Decision.Reason] = []
    for sentence in named {
      let text = frame.text(of: sentence)
      reasons.append(reason(approval, text))
    }
    return reasons
  }

  private func reason(_ approval: ApprovalPlan, _ because: String) -> Decision.Reason {
    Decision.Reason(rule: approval.id, because: because, clauses: approval.clauses, source: approval.source)
  }

  // MARK: Waits

  mutating func judgeWaits(into missing: inout [Decision.Missing]) {
    for wait in action.waits where !bypassed.contains(wait.id) && mayHold(wait.when, rule: wait.id) {
      let cell = frame.evaluate(wait.until)
      if cell.isError || cell.isAbsent {
        if cell.isError { note(cell, rule: wait.id) }
        missing.append(Decision.Missing(rule: wait.id))
      } else {
        let until = frame.timestamp(of: cell)
        guard now < until else { continue }
        missing.append(Decision.Missing(rule: wait.id, until: until))
      }
      guard detail != .outcome else { continue }
      let text = frame.text(of: wait.message)
      reasons.append(
        Decision.Reason(
          rule: wait.id, because: text, clauses: wait.clauses, source: wait.source))
    }
  }
}
