package import BylawModel

/// A target that tells the state before an operation's effects from the state after them.
package protocol OperationTarget: EffectTarget {
  /// All effects of the operation are made: what is read from now on is the state that they left.
  func effectsAreDone()
}

/// What came of an operation.
package struct Execution: Sendable {
  /// The decision; a refusal of an effect has made it a denial.
  package var decision: Decision
  /// What the action returns, when it was allowed.
  package var returned: Value?
  /// The action and the resource whose approvals these are: of the request itself, or of an action within it.
  package var action = ""
  package var resource: EntityReference?
  /// What the approvals of the action ask for and how the votes stand; empty where none is triggered.
  package var approvals: [ApprovalState]
  /// The records that named effects made or changed; only where a follow-up has to find them again.
  package var made: [String: EntityReference] = [:]

  package init(decision: Decision, returned: Value? = nil, approvals: [ApprovalState] = []) {
    self.decision = decision
    self.returned = returned
    self.approvals = approvals
  }

  /// The first moment at which an approval is late.
  package var due: Timestamp? { approvals.compactMap(\.due).min() }

  /// Whether being late is the end, instead of being reported as overdue.
  package var expires: Bool { approvals.contains(where: \.expires) }
}

extension Evaluator {
  /// Decides a request and, when it is allowed, carries out its effects and reactions in a target.
  ///
  /// After a denial the target may hold half of the effects: the caller undoes them.
  package mutating func execute<Target: OperationTarget>(
    _ request: Request, records: any RecordSource, now: Timestamp, in target: Target
  ) throws(Target.Failure) -> Execution {
    guard let index = plan.actionIndex[request.action] else {
      return Execution(decision: unknownAction(request, now))
    }
    let action = actions[index]
    var judgement = Judgement(plan: sharedPlan, frame: frame.take() ?? Frame(plan: plan.expressions))
    if let misfit = judgement.take(request, for: action, records: records, now: now, detail: .reasons) {
      keep(judgement.giveBack())
      return Execution(decision: refusal(misfit.denialClass, misfit.reasons, request, now))
    }
    let (isSystem, override) = (judgement.isSystem, judgement.sharedOverride)
    var execution = Execution(decision: judgement.decide())
    execution.approvals = judgement.approvalStates
    execution.action = request.action
    execution.resource = request.resource.map { EntityReference(type: $0.type, id: $0.id) }
    guard execution.decision.outcome == .allow else {
      keep(judgement.giveBack())
      return execution
    }
    var operations = plan.store.actions[index].operations
    if let claimed = override, let position = plan.overrides.firstIndex(where: { $0.id == claimed.part.id }) {
      operations += plan.store.overrides[position]
    }
    var run = EffectRun(
      store: plan.store, frame: judgement.giveBack(), target: target, prefix: "actions.", rule: action.part.name)
    do throws(EffectRun.Stop) {
      try run.run(operations)
    } catch {
      keep(run.giveBack())
      return Execution(decision: try denial(error, execution.decision, Target.self))
    }
    target.effectsAreDone()
    var used = run.giveBack()
    if action.part.followUps.contains(where: { $0.done != nil })
      || override?.part.followUps.contains(where: { $0.done != nil }) == true
    {
      execution.made = used.made(by: operations)
    }
    if let returns = plan.store.actions[index].returns {
      let cell = used.evaluate(returns.value)
      execution.returned = used.returnedValue(of: cell, returns.type)
    }
    // Sentences may speak of what the effects made.
    var afterwards = Judgement(
      plan: sharedPlan, action: action, request: request, now: now, detail: .reasons, hasRecords: true,
      isSystem: isSystem, override: override, frame: used)
    execution.decision.obligations = afterwards.obligationsAfterEffects()
    keep(afterwards.giveBack())
    try react(index, request, records, now, in: target, &execution)
    return execution
  }

  /// Whether the subject of a request has the authority to make it, whatever else stands against it.
  ///
  /// The subject has to be of a type that can act; its inputs may be missing.
  package mutating func isAuthorized(_ request: Request, records: any RecordSource, now: Timestamp) -> Bool {
    guard let index = plan.actionIndex[request.action] else { return false }
    let action = actions[index]
    var loaded = take(request, records: records, now: now, action)
    var loader = RequestLoader(plan: sharedPlan, action: action, request: request, isLenient: true)
    loader.load(into: &loaded)
    var judgement = Judgement(
      plan: sharedPlan, action: action, request: request, now: now, detail: .outcome, hasRecords: true,
      isSystem: loader.isSystem, override: nil, frame: loaded)
    let isAuthorized = judgement.authorize()
    keep(judgement.giveBack())
    return isAuthorized
  }

  /// How the votes on the approvals of a request stand, whatever else stands against it by now.
  package mutating func approvalStates(
    of request: Request, records: any RecordSource, now: Timestamp
  ) -> [ApprovalState] {
    guard let index = plan.actionIndex[request.action] else { return [] }
    let action = actions[index]
    var loaded = take(request, records: records, now: now, action)
    var loader = RequestLoader(plan: sharedPlan, action: action, request: request, isLenient: true)
    loader.load(into: &loaded)
    var judgement = Judgement(
      plan: sharedPlan, action: action, request: request, now: now, detail: .reasons, hasRecords: true,
      isSystem: loader.isSystem, override: nil, frame: loaded)
    var missing: [Decision.Missing] = []
    judgement.judgeApprovals(into: &missing)
    let states = judgement.approvalStates
    keep(judgement.giveBack())
    return states
  }

  /// Carries out effects that are no action's: what an outcome of a proposal brings.
  ///
  /// The request gives the values that they read; it is not judged. Gives a refusal, after which the caller undoes
  /// everything.
  package mutating func carryOut<Target: OperationTarget>(
    _ outcome: ProposalPlan.Outcome, for request: Request, rule: String, records: any RecordSource, now: Timestamp,
    in target: Target
  ) throws(Target.Failure) -> (refusal: EffectRefusal?, obligations: [Decision.Obligation]) {
    guard let index = plan.actionIndex[request.action] else { return (nil, []) }
    let action = actions[index]
    var loaded = take(request, records: records, now: now, action)
    var loader = RequestLoader(plan: sharedPlan, action: action, request: request, isLenient: true)
    loader.load(into: &loaded)
    var run = EffectRun(store: plan.store, frame: loaded, target: target, rule: rule)
    do throws(EffectRun.Stop) {
      try run.run(outcome.operations)
    } catch {
      keep(run.giveBack())
      switch error {
      case .refused(let refusal): return (refusal, [])
      case .failed(let failure): throw Self.failure(failure, of: Target.self)
      }
    }
    target.effectsAreDone()
    var afterwards = Judgement(
      plan: sharedPlan, action: action, request: request, now: now, detail: .reasons, hasRecords: true,
      isSystem: loader.isSystem, override: nil, frame: run.giveBack())
    let obligations = afterwards.obligations(of: outcome.notices)
    keep(afterwards.giveBack())
    return (nil, obligations)
  }

  // MARK: Reactions

  /// What follows from the action is judged once, on the state that its effects left.
  private mutating func react<Target: OperationTarget>(
    _ index: Int, _ request: Request, _ records: any RecordSource, _ now: Timestamp, in target: Target,
    _ execution: inout Execution
  ) throws(Target.Failure) {
    let action = actions[index]
    for reaction in plan.store.actions[index].reactions {
      var loaded = take(request, records: records, now: now, action)
      var loader = RequestLoader(plan: sharedPlan, action: action, request: request, isLenient: false)
      loader.load(into: &loaded)
      if let when = reaction.when {
        let verdict = loaded.evaluate(when)
        if verdict.isError {
          let cause = loaded.error(of: verdict).cause
          keep(loaded)
          let reason = reason(reaction.id, EffectMessages.untold(cause))
          execution = Execution(decision: denied(execution.decision, .indeterminate, reason))
          return
        }
        guard verdict.state == .value, verdict.isTrue else {
          keep(loaded)
          continue
        }
      }
      var run = EffectRun(store: plan.store, frame: loaded, target: target, rule: reaction.id)
      do throws(EffectRun.Stop) {
        try run.run(reaction.operations)
      } catch {
        keep(run.giveBack())
        execution = Execution(decision: try denial(error, execution.decision, Target.self))
        return
      }
      target.effectsAreDone()
      var afterwards = Judgement(
        plan: sharedPlan, action: action, request: request, now: now, detail: .reasons, hasRecords: true,
        isSystem: loader.isSystem, override: nil, frame: run.giveBack())
      execution.decision.obligations += afterwards.obligations(of: reaction.notices)
      keep(afterwards.giveBack())
    }
  }

  // MARK: Frames and refusals

  mutating func take(
    _ request: Request, records: any RecordSource, now: Timestamp, _ action: Shared<ActionPlan>
  ) -> Frame {
    var loaded = frame.take() ?? Frame(plan: plan.expressions)
    loaded.reset(source: records, now: now, inputCount: action.part.inputs.count)
    return loaded
  }

  mutating func keep(_ used: consuming Frame) {
    used.release()
    frame = consume used
  }

  private func unknownAction(_ request: Request, _ now: Timestamp) -> Decision {
    refusal(.invalidRequest, [reason("action", "There is no action '\(request.action)'.")], request, now)
  }

  private func denial<Target: OperationTarget>(
    _ stop: EffectRun.Stop, _ decision: Decision, _ target: Target.Type
  ) throws(Target.Failure) -> Decision {
    switch stop {
    case .refused(let refusal): return denied(decision, refusal.denialClass, refusal.reason)
    case .failed(let failure): throw Self.failure(failure, of: Target.self)
    }
  }

  /// What a target of effects has thrown.
  private static func failure<Target: EffectTarget>(_ error: any Error, of target: Target.Type) -> Target.Failure {
    guard let failure = error as? Target.Failure else {
      preconditionFailure("a target of effects throws what it says that it throws")
    }
    return failure
  }

  private func denied(_ decision: Decision, _ denialClass: DenialClass, _ reason: Decision.Reason) -> Decision {
    var denied = decision
    denied.outcome = .deny
    denied.denialClass = denialClass
    denied.reasons = [reason]
    denied.obligations = []
    return denied
  }
}
