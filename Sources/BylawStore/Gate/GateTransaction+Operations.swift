import BylawEvaluator
import BylawModel

/// Operations: decided, carried out in memory, and written into the trail.
extension GateTransaction {
  /// Asks for an action as a subject does: what is pending becomes a proposal, what is denied goes into the log.
  ///
  /// - `request`: Its `serverContext` is that of the transaction.
  func perform(_ request: Request) throws(Interruption) -> GateAnswer {
    if let refusal = impropriety(of: request) { return try refuse(request, Execution(decision: refusal)) }
    if plan.isVoteOrRead(request.action) {
      let reason = Decision.Reason(rule: "action", because: GateMessages.ownWay(request.action))
      return try refuse(request, Execution(decision: denial(.invalidRequest, [reason])))
    }
    if var open = try openProposal(like: request) {
      // Who asks again is judged by the session of now, not by the one of then.
      open.serverContext = serverContext
      return try runAgain(open)
    }
    // What is not allowed leaves the working state as it was.
    let execution = try run(request)
    switch execution.decision.outcome {
    case .allow:
      return GateAnswer(
        decision: execution.decision, returned: execution.returned, entry: working.entries.last?.sequence)
    case .pending:
      let proposal = try keepProposal(request, execution)
      return GateAnswer(decision: execution.decision, entry: proposal.entry, proposal: proposal)
    case .deny: return try refuse(request, execution)
    }
  }

  /// Decides and carries out one operation in the working state, which holds its changes only when it is allowed.
  func run(_ request: Request, proposal: String? = nil) throws(Interruption) -> Execution {
    let before = working
    let sequence = working.nextSequence
    working.nextSequence += 1
    let view = RecordView(self)
    views.append(view)
    running.append(sequence)
    subjects.append(request.subject)
    defer {
      views.removeLast()
      running.removeLast()
      subjects.removeLast()
    }
    // What a generic body gives is copied; what it sets is not.
    var outcome = Execution?.none
    do throws(Interruption) {
      try plan.withEvaluator { evaluator throws(Interruption) in
        outcome = try evaluator.execute(request, records: view, now: now, in: self)
      }
    } catch {
      switch error {
      case .failed: throw error
      case .denied(let decision): outcome = Execution(decision: decision)
      case .pending(let inner): outcome = inner
      }
    }
    guard let execution = outcome.take() else { preconditionFailure("an evaluator is always given") }
    if let failure = view.failure { throw .failed(failure) }
    guard execution.decision.outcome == .allow else {
      working = before
      return execution
    }
    note(request, execution, sequence: sequence, proposal: proposal)
    return execution
  }

  func denial(_ denialClass: DenialClass, _ reasons: [Decision.Reason]) -> Decision {
    plan.denial(denialClass, reasons, at: now)
  }

  // MARK: Trail and log

  /// Writes the entry of an allowed operation, and what goes out with it.
  func note(_ request: Request, _ execution: Execution, sequence: Int64, proposal: String?) {
    let cause = running.count > 1 ? running[running.count - 2] : nil
    let place = working.entries.count
    working.entries.append(.init(sequence: sequence, content: bareContent(request, execution.decision.outcome)))
    // Filled in where it stands, as it is large to be copied.
    let isAuditAlone = Self.fill(&working.entries[place].content, execution.decision, proposal, cause)
    guard !isAuditAlone else { return }
    send(execution.decision.obligations, entry: sequence, of: (request, execution.made))
  }

  /// - Returns: Whether the decision asks for nothing but what the entry says.
  private static func fill(
    _ content: inout AuditEntry.Content, _ decision: Decision, _ proposal: String?, _ cause: Int64?
  ) -> Bool {
    fill(&content, decision)
    content.proposal = proposal
    content.cause = cause
    var isAuditAlone = true
    for obligation in decision.obligations {
      guard obligation.kind == "audit" else {
        isAuditAlone = false
        continue
      }
      content.word = obligation.value.text
      content.flag = obligation.flag
      content.keep = obligation.keep
    }
    return isAuditAlone
  }

  private static func fill(_ content: inout AuditEntry.Content, _ decision: Decision) {
    content.denialClass = decision.denialClass
    if !decision.reasons.isEmpty { content.rules = Set(decision.reasons.map(\.rule)).sorted() }
  }

  func content(_ request: Request, _ decision: Decision) -> AuditEntry.Content {
    var content = bareContent(request, decision.outcome)
    Self.fill(&content, decision)
    return content
  }

  /// What an entry says of a request and its outcome alone.
  private func bareContent(_ request: Request, _ outcome: Decision.Outcome) -> AuditEntry.Content {
    AuditEntry.Content(
      at: now, subject: EntityReference(type: request.subject.type, id: request.subject.id), action: request.action,
      resource: request.resource.map { EntityReference(type: $0.type, id: $0.id) }, outcome: outcome,
      input: Digest.of(.object(request.input)), ruleSet: plan.identity.digest, override: request.override?.name)
  }

  /// Notices and follow-ups, to be sent and watched by whoever serves the outbox.
  ///
  /// - `act`: What was asked and the records that it made, for a follow-up to be judged by later.
  func send(
    _ obligations: [Decision.Obligation], entry: Int64?,
    of act: (request: Request, made: [String: EntityReference])? = nil
  ) {
    for obligation in obligations where obligation.kind == "notify" || obligation.kind == "follow_up" {
      var body: [String: Value] = ["rule": .string(obligation.rule)]
      if let text = obligation.text { body["text"] = .string(text) }
      switch obligation.kind {
      case "notify":
        body["to"] = obligation.value
        if let people = obligation.to { body["people"] = .list(people.map { .string($0) }) }
        if let by = obligation.by { body["by"] = .string(by) }
        let once = obligation.once.map { period in
          [obligation.rule, obligation.value.text ?? "", plan.period(period, of: now)].joined(separator: "|")
        }
        working.documents.append(
          StoredDocument(kind: .outbox, at: now, entry: entry, body: .object(body), once: once))
        if once == nil, obligation.to != [] { noteNotice(obligation.rule, of: entry) }
      case "follow_up":
        body["id"] = obligation.value
        if let due = obligation.due { body["due"] = .timestamp(due) }
        if let act { body.merge(FollowUp.members(of: act.request, made: act.made, at: now)) { kept, _ in kept } }
        working.documents.append(StoredDocument(kind: .followUp, at: now, entry: entry, body: .object(body)))
      default: continue
      }
    }
  }

  /// Gives a notice an entry of its own, where the rules ask for that; it stands before the entry of its operation,
  /// which stays the last one.
  private func noteNotice(_ rule: String, of entry: Int64?) {
    guard let word = plan.noticeWord, let position = working.entries.lastIndex(where: { $0.sequence == entry }) else {
      return
    }
    let act = working.entries[position].content
    var content = AuditEntry.Content(
      at: now, subject: act.subject, action: act.action, resource: act.resource, outcome: act.outcome,
      input: act.input, ruleSet: act.ruleSet)
    content.word = word
    content.rules = [rule]
    content.cause = entry
    working.entries.insert(.init(sequence: working.nextSequence, content: content), at: position)
    working.nextSequence += 1
  }

  /// Keeps a refusal: in the log with its notices, and in the trail where the rules want it there.
  func refuse(_ request: Request, _ execution: Execution) throws(Interruption) -> GateAnswer {
    let request = Self.namable(request)
    let decision = execution.decision
    var entry: Int64?
    if plan.keepsRefusalsInTrail {
      let sequence = working.nextSequence
      working.nextSequence += 1
      working.entries.append(.init(sequence: sequence, content: content(request, decision)))
      entry = sequence
    }
    let body: [String: Value] = [
      "subject": .string("\(request.subject.type)/\(request.subject.id)"), "action": .string(request.action),
      "resource": request.resource.map { .string("\($0.type)/\($0.id)") } ?? .null,
      "class": decision.denialClass.map { .string($0.rawValue) } ?? .null,
      "reasons": .list(
        decision.reasons.map { .object(["rule": .string($0.rule), "because": .string($0.because)]) }),
    ]
    working.documents.append(
      StoredDocument(kind: .decision, at: now, entry: entry, body: .object(body.filter { $0.value != .null })))
    send(decision.obligations, entry: entry)
    return GateAnswer(decision: decision, entry: entry)
  }
}
