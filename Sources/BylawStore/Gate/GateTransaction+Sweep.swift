import BylawEvaluator
package import BylawModel

/// What a sweep wrote down.
package struct SweepReport: Sendable, Hashable {
  /// Records that a timed move took on.
  package var moved: [EntityReference] = []
  /// Proposals that ended because their time was over, or ran because a wait was.
  package var expired: [String] = []
  package var completed: [String] = []
  /// Follow-ups that were not done by the time they were due.
  package var overdue: [FollowUp] = []

  package init() {}
}

/// Time passes by itself: every reader sees what it has brought about, and a sweep writes it down.
extension GateTransaction {
  func sweep() throws(Interruption) -> SweepReport {
    var report = SweepReport()
    for (entity, moves) in plan.timedMoves.enumerated() where !moves.isEmpty {
      report.moved += try writeMoves(of: entity)
    }
    report.expired += try endMovedOn()
    for proposal in try reading({ () throws(StoreError) in try proposals(ProposalFilter(isOpen: true)) }) {
      if try expireIfLate(proposal) != nil {
        report.expired.append(proposal.id)
      } else if proposal.status == .open, plan.proposal(of: proposal.asked)?.useWithin == nil {
        let before = working
        var current = proposal
        // Votes that are about something else by now are no reason to run it.
        let isAsAsked = try letLapse(&current, try attempt(proposal)).isEmpty
        working = before
        guard isAsAsked else { continue }
        let execution = try runProposal(proposal)
        if execution.decision.outcome == .allow {
          _ = end(proposal, as: .done, [])
          report.completed.append(proposal.id)
        } else {
          working = before
        }
      }
    }
    report.overdue = try followUps().filter { $0.status == .overdue }
    return report
  }

  /// Notes that other rules are in force from here on, with the digests of all settings of the store.
  func noteRules(_ settings: [String: String]) {
    let sequence = working.nextSequence
    working.nextSequence += 1
    var content = AuditEntry.Content(
      at: now, subject: EntityReference(type: Gate.engine, id: Request.Entity.system.id), action: Gate.rulesAction,
      resource: nil, outcome: .allow, input: Digest.of(.object([:])), ruleSet: plan.identity.digest)
    content.word = "put_in_force"
    content.settings = settings.mapValues { Digest.of($0) }
    working.entries.append(.init(sequence: sequence, content: content))
  }

  private func writeMoves(of entity: Int) throws(Interruption) -> [EntityReference] {
    let name = schema.entities[entity].name
    var moved: [EntityReference] = []
    let ids = try reading { () throws(StoreError) in
      try self.ids(of: entity, meeting: plan.dueMoves(of: entity, now: now))
    }
    for id in ids {
      let reference = EntityReference(type: name, id: id)
      let fields = try reading { () throws(StoreError) in try self.fields(of: reference) } ?? [:]
      let due = plan.timedMoves(of: entity, fields, now: now)
      guard !due.isEmpty else { continue }
      try note(reference, entity, due)
      moved.append(reference)
    }
    return moved
  }

  private func note(
    _ reference: EntityReference, _ entity: Int, _ fields: [String: Value]
  ) throws(Interruption) {
    let sequence = working.nextSequence
    working.nextSequence += 1
    running.append(sequence)
    defer { running.removeLast() }
    try reading { () throws(StoreError) in try write(reference, entity: entity, fields: fields, isNew: false) }
    var content = AuditEntry.Content(
      at: now, subject: EntityReference(type: Gate.engine, id: Request.Entity.system.id), action: "sweep",
      resource: reference,
      outcome: .allow, input: Digest.of(.object([:])), ruleSet: plan.identity.digest)
    content.word = "timed_move"
    working.entries.append(.init(sequence: sequence, content: content))
  }
}
