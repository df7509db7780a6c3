package import BylawModel

/// Decides requests by a plan, one after the other, in a frame that is used again.
///
/// Pure and synchronous: the same request, records and time give the same decision, byte for byte. One evaluator
/// serves one thread; any number of evaluators share a plan.
package struct Evaluator: ~Copyable {
  let sharedPlan: Shared<DecisionPlan>
  let actions: [Shared<ActionPlan>]
  let reads: [Shared<ReadPlan>?]
  var plan: DecisionPlan { sharedPlan.part }
  /// What requests are decided with, kept for the next one.
  var judgement: Judgement
  /// What effects are carried out with.
  var frame: Frame?
  /// What answers are written with, kept for the next one.
  var writer = JSONWriter(.compact, capacity: 1_024)

  package init(_ plan: DecisionPlan) {
    self.init(PreparedPlan(plan))
  }

  /// An evaluator of a plan that others share.
  package init(_ plan: PreparedPlan) {
    sharedPlan = plan.shared
    actions = plan.actions
    reads = plan.reads
    judgement = Judgement(plan: plan.shared, frame: Frame(plan: plan.expressions))
  }

  /// Decides a request at a time; `records` is where references and facts are looked up.
  package mutating func decide(
    _ request: Request, records: (any RecordSource)?, now: Timestamp, detail: Detail = .reasons,
    isLenient: Bool = false
  ) -> Decision {
    var traces: [RuleTrace] = []
    return decide(
      request, records: records, now: now, detail: detail, isLenient: isLenient, outlines: [], traces: &traces)
  }

  /// Decides a request and tells how the conditions of the outlined rules came out, as far as their stage was reached.
  package mutating func explain(
    _ request: Request, records: (any RecordSource)?, now: Timestamp, outlines: [RuleOutline]
  ) -> (decision: Decision, traces: [RuleTrace]) {
    var traces: [RuleTrace] = []
    let decision = decide(
      request, records: records, now: now, detail: .reasons, isLenient: false, outlines: outlines, traces: &traces)
    return (decision, traces)
  }

  private mutating func decide(
    _ request: Request, records: (any RecordSource)?, now: Timestamp, detail: Detail, isLenient: Bool,
    outlines: [RuleOutline], traces: inout [RuleTrace]
  ) -> Decision {
    if let refusal = take(request, records: records, now: now, detail: detail, isLenient: isLenient) { return refusal }
    let decision = judgement.decide()
    for outline in outlines where outline.stage <= judgement.stage {
      traces += judgement.frame.traces(of: outline)
    }
    judgement.frame.release()
    return decision
  }

  /// The outcome of a request alone.
  mutating func outcome(of request: Request, records: (any RecordSource)?, now: Timestamp) -> Decision.Outcome {
    if let refusal = take(request, records: records, now: now, detail: .outcome, isLenient: false) {
      return refusal.outcome
    }
    let outcome = judgement.settle()
    judgement.frame.release()
    return outcome
  }

  /// Puts a request into the frame, ready to be judged; gives the refusal of one that does not fit.
  private mutating func take(
    _ request: Request, records: (any RecordSource)?, now: Timestamp, detail: Detail, isLenient: Bool
  ) -> Decision? {
    guard let index = sharedPlan.part.actionNames.number(of: request.action).map({ Int($0) }) else {
      let near = nearestName(request.action, among: plan.actionNames.texts).map { " (\($0))" } ?? ""
      return refusal(
        .invalidRequest, [reason("action", "There is no action '\(request.action)'\(near).")], request, now)
    }
    let misfit = judgement.take(
      request, for: actions[index], records: records, now: now, detail: detail, isLenient: isLenient)
    guard let misfit else { return nil }
    judgement.frame.release()
    return refusal(misfit.denialClass, misfit.reasons, request, now)
  }

  func reason(_ rule: String, _ because: String) -> Decision.Reason {
    Decision.Reason(rule: rule, because: because)
  }

  /// Whether an action is to read records: `read(ENTITY)`.
  static func isRead(_ action: String) -> Bool { action.hasPrefix("read(") }

  func refusal(
    _ denialClass: DenialClass, _ reasons: [Decision.Reason], _ request: Request, _ now: Timestamp
  ) -> Decision {
    var decision = Decision(
      outcome: .deny, denialClass: denialClass, reasons: reasons, ruleSet: plan.identity, at: now)
    decision.hand(over: plan.handOvers, isRead: Self.isRead(request.action))
    return decision
  }
}
