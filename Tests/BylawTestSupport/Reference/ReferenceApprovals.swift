import BylawCompiler
import BylawModel

/// Stage 5: who else must agree, and when.
extension ReferenceEvaluator {
  /// A vote of somebody live, given between the request and now.
  private struct Vote {
    var person: ReferenceValue
    var id: String
    var roles: UInt64
    var given: Request.Approval
    var at: Timestamp
  }

  func judgeApprovals() -> (missing: [Decision.Missing], reasons: [Decision.Reason]) {
    var missing: [Decision.Missing] = []
    var reasons: [Decision.Reason] = []
    let triggered = action.approvals.filter { approval in
      override?.bypasses.contains(approval.id) != true && mayHold(approval.when, approval.id)
    }
    guard !triggered.isEmpty else { return ([], []) }
    for (index, vote) in request.approvals.enumerated() where vote.vote == .reject {
      guard let person = record(named: vote.approver), isMissing(person.entity, person.id) else { continue }
      let path = "context.approvals[\(index)].approver"
      refuse(
        .invalidRequest,
        Decision.Reason(rule: path, because: "'\(path)' rejects this, but has no record.", source: place(action.range)))
    }
    let votes = request.approvals.compactMap { vote($0) }
    for approval in triggered { judge(approval, votes, &missing, &reasons) }
    return (missing, reasons)
  }

  private func vote(_ given: Request.Approval) -> Vote? {
    guard let record = record(named: given.approver) else { return nil }
    let person = ReferenceValue.reference(entity: record.entity, id: record.id, isAfter: false)
    let at = given.at ?? now
    guard isLive(record.entity, record.id), at >= request.requestedAt ?? at else { return nil }
    return Vote(person: person, id: record.id, roles: roles(ofVoter: person), given: given, at: at)
  }

  private func roles(ofVoter person: ReferenceValue) -> UInt64 {
    roles(of: rules.manifest.role, bound: rules.manifest.roleLocal, to: person)
  }

  private func isLive(_ entity: Int, _ id: String) -> Bool {
    guard rules.manifest.subjects.contains(entity), !isMissing(entity, id) else { return false }
    guard let live = rules.entities[entity].live else { return true }
    let outer = locals
    defer { locals = outer }
    locals[rules.entities[entity].local] = .success(.reference(entity: entity, id: id, isAfter: false))
    return holds(live, "approver")
  }

  private func judge(
    _ approval: CheckedRuleSet.Approval, _ votes: [Vote], _ missing: inout [Decision.Missing],
    _ reasons: inout [Decision.Reason]
  ) {
    let clock = clock(of: approval)
    let deadline = clock?.end
    let isUnreadable = approval.clock != nil && deadline == nil
    let expires = approval.clock?.late == .expire
    let places = approval.places.filter { mayHold($0.when, approval.id) }
    var voters: [(person: ReferenceValue, places: [Int])] = []
    var rejecters: Set<String> = []
    for vote in votes {
      if let start = clock?.start, vote.at < start { continue }
      if expires, isUnreadable || vote.at >= deadline ?? vote.at { continue }
      guard isCurrent(vote, approval), !isExcluded(vote.person, approval) else { continue }
      let eligible = eligiblePlaces(vote.person, places, approval, vote.roles)
      guard !eligible.isEmpty else { continue }
      if vote.given.vote == .reject { rejecters.insert(vote.id) }
      if !voters.contains(where: { ReferenceValue.areEqual($0.person, vote.person) }) {
        voters.append((vote.person, eligible))
      }
    }
    if !rejecters.isEmpty {
      for id in rejecters { refuse(.approvalRejected, reason(approval, "\(id) rejected this.")) }
      return
    }
    let filled = Self.fill(places.map(\.count), voters.map(\.places))
    let open = zip(places, filled).map { $0.count - $1 }
    guard places.isEmpty || open.contains(where: { $0 > 0 }) else { return }
    if expires, isUnreadable {
      refuse(.approvalExpired, reason(approval, "Until when this approval can be given cannot be told."))
      return
    }
    if expires, now >= deadline ?? now {
      refuse(.approvalExpired, reason(approval, "The time for this approval is over."))
      return
    }
    reasons += pendingReasons(approval)
    if places.isEmpty {
      reasons.append(reason(approval, "No place of this approval applies, so nobody can give it."))
      missing.append(
        Decision.Missing(
          rule: approval.id, approvals: 1, excluding: excludedIDs(approval), reachable: false, by: deadline))
    }
    let reachable = isReachable(approval, places, votes)
    let excluded = excludedIDs(approval)
    for (place, count) in zip(places, open) where count > 0 {
      missing.append(
        Decision.Missing(
          rule: approval.id, approvals: count, of: place.label, excluding: excluded, reachable: reachable,
          by: deadline))
    }
  }

  /// How many of each place can be filled when each voter fills at most one: of all ways that one which fills the first
  /// place most, then the second, and so on.
  ///
  /// All ways are tried.
  static func fill(_ counts: [Int], _ voters: [[Int]]) -> [Int] {
    var ways: Set<[Int]> = [Array(repeating: 0, count: counts.count)]
    for voter in voters {
      for way in ways {
        for place in voter where way[place] < counts[place] {
          var next = way
          next[place] += 1
          ways.insert(next)
        }
      }
    }
    return ways.max { $0.lexicographicallyPrecedes($1) } ?? []
  }

  /// Whether the resource still has the bound values that the approver saw.
  private func isCurrent(_ vote: Vote, _ approval: CheckedRuleSet.Approval) -> Bool {
    if vote.given.bound.isEmpty { return true }
    guard let resource else { return false }
    for position in approval.binds {
      let field = schema.entities[resource.entity].fields[position]
      guard let seen = vote.given.bound[field.name] else { continue }
      var problems: [String] = []
      let value = seen == .null ? .absent : read(seen, field.type, Self.stored(field.constraint), field.name, &problems)
      guard let value, let current = try? self.field(position, entity: resource.entity, id: resource.id),
        ReferenceValue.areEqual(value, current)
      else { return false }
    }
    return true
  }

  private func eligiblePlaces(
    _ person: ReferenceValue, _ places: [CheckedRuleSet.Approval.Place], _ approval: CheckedRuleSet.Approval,
    _ roles: UInt64
  ) -> [Int] {
    places.indices.filter { isEligible(person, places[$0], approval, roles) }
  }

  /// Whether a person can fill a place; what cannot be told does not make eligible.
  func isEligible(
    _ person: ReferenceValue?, _ place: CheckedRuleSet.Approval.Place, _ approval: CheckedRuleSet.Approval,
    _ roles: UInt64
  ) -> Bool {
    let outer = locals
    defer { locals = outer }
    locals[approval.approver] = .success(person ?? .absent)
    switch place.eligible {
    case .role(let role): return roles & (1 << UInt64(role)) != 0
    case .permission(_, let permitted): return roles & permitted != 0
    case .condition(let condition): return holds(condition, approval.id)
    case .people(let people):
      switch result(people) {
      case .failure(let error):
        note(error, approval.id)
        return false
      case .success(let value): return contains(person, value)
      }
    }
  }

  /// Whether a person may not vote; what cannot be told excludes.
  func isExcluded(_ person: ReferenceValue?, _ approval: CheckedRuleSet.Approval) -> Bool {
    for exclusion in approval.excluding where mayHold(exclusion.when, approval.id) {
      switch result(exclusion.people) {
      case .failure(let error):
        note(error, approval.id)
        return true
      case .success(let value): if contains(person, value) { return true }
      }
    }
    return false
  }

  private func contains(_ person: ReferenceValue?, _ people: ReferenceValue) -> Bool {
    guard let person else { return false }
    if case .list(let all) = people { return all.contains { ReferenceValue.areEqual($0, person) } }
    return !people.isAbsent && ReferenceValue.areEqual(people, person)
  }

  /// Start and end of a clock, each `nil` where it cannot be told; the whole `nil` without a clock.
  private func clock(of approval: CheckedRuleSet.Approval) -> (start: Timestamp?, end: Timestamp?)? {
    guard let clock = approval.clock else { return nil }
    switch result(clock.from) {
    case .failure(let error):
      note(error, approval.id)
      return (nil, nil)
    case .success(.timestamp(let start)):
      let end = start.adding(clock.within)
      if end == nil { note(ReferenceError(cause: "overflow", place: ""), approval.id) }
      return (start, end)
    case .success:
      note(ReferenceError(cause: "absent value", place: ""), approval.id)
      return (nil, nil)
    }
  }

  private func excludedIDs(_ approval: CheckedRuleSet.Approval) -> [String] {
    var ids: Set<String> = []
    for exclusion in approval.excluding where mayHold(exclusion.when, approval.id) {
      guard case .success(let people) = result(exclusion.people) else { continue }
      if case .reference(_, let id, _) = people { ids.insert(id) }
      guard case .list(let all) = people else { continue }
      for case .reference(_, let id, _) in all { ids.insert(id) }
    }
    return ids.sorted()
  }

  /// Whether those eligible now, stored or voting, can fill all places; `nil` without records.
  private func isReachable(
    _ approval: CheckedRuleSet.Approval, _ places: [CheckedRuleSet.Approval.Place], _ votes: [Vote]
  ) -> Bool? {
    guard records != nil else { return nil }
    var people = rules.manifest.subjects.flatMap { all(of: $0) }
    for vote in votes where !people.contains(where: { ReferenceValue.areEqual($0, vote.person) }) {
      people.append(vote.person)
    }
    var voters: [[Int]] = []
    for person in people {
      guard case .reference(let entity, let id, _) = person, isLive(entity, id), !isExcluded(person, approval) else {
        continue
      }
      voters.append(eligiblePlaces(person, places, approval, roles(ofVoter: person)))
    }
    return Self.fill(places.map(\.count), voters) == places.map(\.count)
  }

  private func pendingReasons(_ approval: CheckedRuleSet.Approval) -> [Decision.Reason] {
    var named: [TypedSentence] = []
    if let when = approval.when, case .conditions(let list) = when.kind, list.kind != .none {
      for member in list.members {
        guard let sentence = member.sentence, mayHold(member.condition, approval.id) else { continue }
        named.append(sentence)
      }
    }
    if let message = approval.message { return [reason(approval, text(message))] }
    if named.isEmpty { return [reason(approval, "This needs an approval.")] }
    return named.map { reason(approval, text($0)) }
  }

  private func reason(_ approval: CheckedRuleSet.Approval, _ because: String) -> Decision.Reason {
    Decision.Reason(rule: approval.id, because: because, clauses: approval.clauses, source: place(approval.range))
  }

  // MARK: Waits

  func judgeWaits(_ missing: inout [Decision.Missing], _ reasons: inout [Decision.Reason]) {
    for wait in action.waits where override?.bypasses.contains(wait.id) != true && mayHold(wait.when, wait.id) {
      var until: Timestamp?
      switch result(wait.until) {
      case .failure(let error): note(error, wait.id)
      case .success(.timestamp(let time)):
        if now >= time { continue }
        until = time
      case .success: break
      }
      missing.append(Decision.Missing(rule: wait.id, until: until))
      reasons.append(
        Decision.Reason(rule: wait.id, because: text(wait.message), clauses: wait.clauses, source: place(wait.range)))
    }
  }
}
