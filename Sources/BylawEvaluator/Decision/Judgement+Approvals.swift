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

  /// When votes are taken; unlimited without a clock.
  private struct Period {
    var start: Timestamp?
    var end: Timestamp?
    /// Whether the clock could be read.
    var isKnown = true

    func isOver(at time: Timestamp) -> Bool { !isKnown || end.map { time >= $0 } ?? false }
  }

  private static let late = "The time for this approval is over."
  private static let unknownEnd = "Until when this approval can be given cannot be told."

  mutating func judgeApprovals(into missing: inout [Decision.Missing]) {
    var ballots: [Ballot]?
    var pending: [Decision.Reason] = []
    for index in sharedAction.part.sharedApprovals.indices {
      // Most often it is not asked for: then nothing but its condition is looked at.
      if let when = sharedAction.part.sharedApprovals[index].part.when {
        let verdict = frame.evaluate(when)
        if verdict.state == .value, !verdict.isTrue { continue }
      }
      let approval = sharedAction.part.sharedApprovals[index]
      if !bypassed.isEmpty, bypassed.contains(approval.part.id) { continue }
      guard mayHold(approval.part.when, rule: approval.part.id, at: approval.part.source) else { continue }
      let given = ballots ?? readBallots()
      ballots = given
      judge(approval, given, into: &missing, &pending)
    }
    // What is still missing is no reason of a denial.
    if refused == nil, !pending.isEmpty { reasons += pending }
  }

  private mutating func judge(
    _ approval: Shared<ApprovalPlan>, _ ballots: [Ballot], into missing: inout [Decision.Missing],
    _ pending: inout [Decision.Reason]
  ) {
    let period = period(of: approval)
    let places = approval.part.places.indices.filter {
      mayHold(approval.part.places[$0].when, rule: approval.part.id, at: approval.part.source)
    }
    var counted: [(approver: Cell, places: [Int])] = []
    var rejecters: Set<String> = []
    for ballot in ballots where isTimely(ballot, period, approval) && isCurrent(ballot, approval) {
      bind(ballot.approver, approval)
      guard !isExcluded(ballot.approver, from: approval) else { continue }
      let eligible = eligiblePlaces(places, approval, roles: ballot.roles)
      guard !eligible.isEmpty else { continue }
      if ballot.vote == .reject { rejecters.insert(ballot.id) }
      // Somebody who votes twice is counted once.
      if !counted.contains(where: { $0.approver == ballot.approver }) { counted.append((ballot.approver, eligible)) }
    }
    // Those who keep proposals have records.
    if hasRecords {
      approvalStates.append(
        ApprovalState(
          id: approval.part.id,
          places: places.map { .init(label: approval.part.places[$0].label, count: approval.part.places[$0].count) },
          due: period.end, expires: approval.part.clock?.expires ?? false,
          counted: counted.map { frame.id(of: $0.approver) }.sorted(), rejected: rejecters.sorted()))
    }
    guard rejecters.isEmpty else {
      for id in rejecters { refuse(.approvalRejected, reason(approval, "\(id) rejected this.")) }
      return
    }
    let counts = places.map { approval.part.places[$0].count }
    let open = ballots.isEmpty ? counts : PlaceMatching(places: counts, voters: counted.map(\.places)).open
    // An approval that is asked for and has no place for anybody is not given by nobody.
    guard places.isEmpty || open.contains(where: { $0 > 0 }) else { return }
    if approval.part.clock?.expires == true, period.isOver(at: now) {
      refuse(.approvalExpired, reason(approval, period.isKnown ? Self.late : Self.unknownEnd))
      return
    }
    if detail == .outcome {
      missing.append(Decision.Missing(rule: approval.part.id))
      return
    }
    addPendingReasons(of: approval, to: &pending)
    let excluded = excludedIDs(approval)
    if places.isEmpty {
      pending.append(reason(approval, "No place of this approval applies, so nobody can give it."))
      missing.append(
        Decision.Missing(
          rule: approval.part.id, approvals: 1, excluding: excluded, reachable: false, by: period.end))
    }
    let reachable = isReachable(approval, places, ballots)
    for (place, count) in zip(places, open) where count > 0 {
      missing.append(
        Decision.Missing(
          rule: approval.part.id, approvals: count, of: approval.part.places[place].label, excluding: excluded,
          reachable: reachable, by: period.end))
    }
  }

  // MARK: Votes

  private mutating func readBallots() -> [Ballot] {
    var ballots: [Ballot] = []
    for (index, given) in question.votes.enumerated() {
      guard let approver = frame.reference(to: given.approver) else { continue }
      frame.setLocal(plan.subjects.approver, to: approver)
      if hasRecords, frame.isMissing(approver) {
        if given.vote == .reject { refuseUnknownRejecter(index) }
        continue
      }
      guard isLive(approver) else { continue }
      let at = given.at ?? now
      guard at >= question.requestedAt ?? at else { continue }
      ballots.append(
        Ballot(
          approver: approver, id: given.approver.id, roles: roleMask(plan.subjects.approverRole), vote: given.vote,
          at: at, bound: given.bound))
    }
    return ballots
  }

  /// A rejection never gets lost: where nobody knows who gave it, the request is wrong.
  ///
  /// This is said to those with authority alone, as it tells who has a record.
  private mutating func refuseUnknownRejecter(_ index: Int) {
    let path = "context.approvals[\(index)].approver"
    refuse(
      .invalidRequest,
      Decision.Reason(rule: path, because: "'\(path)' rejects this, but has no record.", source: action.source))
  }

  private mutating func isLive(_ approver: Cell) -> Bool {
    guard let position = plan.subjects.entities.firstIndex(of: frame.entity(of: approver)) else { return false }
    if hasRecords, frame.isMissing(approver) { return false }
    return holds(plan.subjects.approverLive[position], rule: "approver", at: action.source)
  }

  /// Exactly at the end it is late; a proposal that is only reported as overdue still takes votes.
  private func isTimely(_ ballot: Ballot, _ period: Period, _ approval: Shared<ApprovalPlan>) -> Bool {
    if let start = period.start, ballot.at < start { return false }
    return approval.part.clock?.expires != true || !period.isOver(at: ballot.at)
  }

  /// Whether the resource still has the bound values that the approver saw.
  private mutating func isCurrent(_ ballot: Ballot, _ approval: Shared<ApprovalPlan>) -> Bool {
    guard !ballot.bound.isEmpty else { return true }
    for field in approval.part.binds where !frame.resourceField(field, equals: ballot.bound) { return false }
    return true
  }

  private mutating func bind(_ person: Cell, _ approval: Shared<ApprovalPlan>) {
    frame.setLocal(approval.part.approver, to: person)
    frame.setLocal(plan.subjects.approver, to: person)
  }

  private mutating func eligiblePlaces(
    _ places: [Int], _ approval: Shared<ApprovalPlan>, roles: UInt64
  ) -> [Int] {
    var eligible: [Int] = []
    for (index, place) in places.enumerated() where isEligible(for: place, of: approval, roles: roles) {
      eligible.append(index)
    }
    return eligible
  }

  /// Whether a person, bound as `approver`, can fill a place.
  mutating func isEligible(for place: Int, of approval: Shared<ApprovalPlan>, roles: UInt64) -> Bool {
    switch approval.part.places[place].eligible {
    case .roles(let mask): return roles & mask != 0
    case .condition(let condition): return holds(condition, rule: approval.part.id, at: approval.part.source)
    case .people(let people, _):
      let cell = frame.evaluate(people)
      if cell.isError { note(cell, rule: approval.part.id, at: approval.part.source) }
      return frame.contains(frame.local(approval.part.approver), in: cell)
    }
  }

  /// Whether a person may not vote; what cannot be told excludes.
  mutating func isExcluded(_ person: Cell, from approval: Shared<ApprovalPlan>) -> Bool {
    for exclusion in approval.part.excluding
    where mayHold(exclusion.when, rule: approval.part.id, at: approval.part.source) {
      let cell = frame.evaluate(exclusion.people)
      if cell.isError {
        note(cell, rule: approval.part.id, at: approval.part.source)
        return true
      }
      if frame.contains(person, in: cell) { return true }
    }
    return false
  }

  // MARK: What is missing

  /// The time between the start and the end of a clock.
  ///
  /// Where one of them cannot be told, it is over: a clock that cannot be read must not give time for ever.
  private mutating func period(of approval: Shared<ApprovalPlan>) -> Period {
    guard let clock = approval.part.clock else { return Period() }
    let cell = frame.evaluate(clock.from)
    guard cell.state == .value else {
      if cell.isError {
        note(cell, rule: approval.part.id, at: approval.part.source)
      } else {
        note(EvaluationCause.absentValue.rawValue, rule: approval.part.id, at: approval.part.source)
      }
      return Period(isKnown: false)
    }
    let start = frame.timestamp(of: cell)
    let end = start.adding(clock.within)
    if end == nil { note(EvaluationCause.overflow.rawValue, rule: approval.part.id, at: approval.part.source) }
    return Period(start: start, end: end, isKnown: end != nil)
  }

  private mutating func excludedIDs(_ approval: Shared<ApprovalPlan>) -> [String] {
    var ids: [String] = []
    for exclusion in approval.part.excluding
    where mayHold(exclusion.when, rule: approval.part.id, at: approval.part.source) {
      for id in frame.ids(in: frame.evaluate(exclusion.people)) where !ids.contains(id) { ids.append(id) }
    }
    return ids.sorted()
  }

  /// Whether those eligible now can fill all places; `nil` where no records of people are at hand.
  private mutating func isReachable(
    _ approval: Shared<ApprovalPlan>, _ places: [Int], _ ballots: [Ballot]
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
    return PlaceMatching(places: places.map { approval.part.places[$0].count }, voters: voters).open.allSatisfy {
      $0 == 0
    }
  }

  /// Why an approval is asked for: its own sentence, or those of the conditions that hold.
  private mutating func addPendingReasons(of approval: Shared<ApprovalPlan>, to pending: inout [Decision.Reason]) {
    let before = pending.count
    for index in approval.part.triggers.indices {
      let (sentence, condition) = approval.part.triggers[index]
      guard mayHold(condition, rule: approval.part.id, at: approval.part.source), approval.part.message == nil
      else { continue }
      let text = frame.text(of: sentence)
      pending.append(reason(approval, text))
    }
    if let message = approval.part.message {
      let text = frame.text(of: message)
      pending.append(reason(approval, text))
    }
    if pending.count == before { pending.append(reason(approval, "This needs an approval.")) }
  }

  private func reason(_ approval: Shared<ApprovalPlan>, _ because: String) -> Decision.Reason {
    Decision.Reason(
      rule: approval.part.id, because: because, clauses: approval.part.clauses, source: approval.part.source)
  }

  // MARK: Waits

  mutating func judgeWaits(into missing: inout [Decision.Missing]) {
    for wait in action.waits where !bypassed.contains(wait.id) && mayHold(wait.when, rule: wait.id, at: wait.source) {
      let cell = frame.evaluate(wait.until)
      if cell.isError || cell.isAbsent {
        if cell.isError { note(cell, rule: wait.id, at: wait.source) }
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
