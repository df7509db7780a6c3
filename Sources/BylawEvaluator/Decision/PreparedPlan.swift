package import BylawModel

/// A plan ready to be decided by: what evaluators share, made once.
package final class PreparedPlan: Sendable {
  let shared: Shared<DecisionPlan>
  let expressions: Shared<ExpressionPlan>
  let actions: [Shared<ActionPlan>]
  /// By position in the schema's entities, who may read; `nil` where nobody may.
  package let reads: [Shared<ReadPlan>?]
  let evaluators = EvaluatorPool()
  /// By name, the positions of entities.
  package let entityNumbers: [String: Int]
  /// Members of the context that only the server gives.
  package let serverMembers: Set<String>
  /// By action, whether a request for it may become a proposal.
  private let pendingActions: [Bool]
  /// How many actions are reads; these stand last.
  private let countOfReads: Int

  package init(_ plan: DecisionPlan) {
    var plan = plan
    plan.prepare()
    shared = Shared(plan)
    expressions = Shared(plan.expressions)
    actions = plan.actions.map { Shared($0) }
    reads = plan.store.reads.map { $0.map { Shared($0) } }
    let names = plan.expressions.schema.entities.enumerated().map { ($0.element.name, $0.offset) }
    entityNumbers = Dictionary(names, uniquingKeysWith: { first, _ in first })
    serverMembers = Set(plan.context.filter(\.fromServer).map(\.field.name))
    countOfReads = plan.store.reads.count { $0 != nil }
    pendingActions = plan.actions.indices.map { Self.canBePending($0, plan) }
  }

  /// Gives an evaluator to a body, from any thread; one that asks for another within gets a second one.
  package func withEvaluator<Result: Sendable, Failure: Error>(
    _ body: (inout Evaluator) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try evaluators.withEvaluator(of: self, body)
  }

  /// Decides a request at a time, from any thread.
  package func decide(_ request: Request, records: (any RecordSource)?, now: Timestamp) -> Decision {
    evaluators.withEvaluator(of: self) { $0.decide(request, records: records, now: now) }
  }

  /// The outcome of a request alone.
  package func outcome(of request: Request, records: (any RecordSource)?, now: Timestamp) -> Decision.Outcome {
    evaluators.withEvaluator(of: self) { $0.outcome(of: request, records: records, now: now) }
  }

  package var actionNames: [String] { shared.part.actionNames.texts }
  package var schema: Schema { shared.part.expressions.schema }
  package var identity: Decision.RuleSetIdentity { shared.part.identity }
  package var keepsRefusalsInTrail: Bool { shared.part.store.keepsRefusalsInTrail }
  package var noticeWord: String? { shared.part.store.noticeWord }
  package var handOvers: [HandOver] { shared.part.handOvers }
  package var store: StorePlan { shared.part.store }
  package var subjects: SubjectPlan { shared.part.subjects }

  /// A refusal that no rule of an action gives, with what a human is asked to take over.
  package func denial(
    _ denialClass: DenialClass, _ reasons: [Decision.Reason], isRead: Bool = false, at now: Timestamp
  ) -> Decision {
    var decision = Decision(outcome: .deny, denialClass: denialClass, reasons: reasons, ruleSet: identity, at: now)
    decision.hand(over: handOvers, isRead: isRead)
    return decision
  }

  /// The position of an action; `nil` when there is none of the name.
  package func action(_ name: String) -> Int? { shared.part.actionIndex[name] }

  /// Whether an action has a way of its own into a store: votes go by their proposal, reads by their entity.
  package func isVoteOrRead(_ name: String) -> Bool {
    guard let index = action(name) else { return false }
    // The planner puts the reads behind all actions.
    return actions[index].part.kind != .declared || index >= actions.count - countOfReads
  }

  /// Whether an action has inputs at all.
  package func takesInput(_ name: String) -> Bool {
    action(name).map { !shared.part.actions[$0].inputs.isEmpty } ?? false
  }

  /// How the proposals of an action are kept; `nil` where nothing makes it wait for anybody.
  package func proposal(of action: String) -> ProposalPlan? {
    self.action(action).flatMap { shared.part.store.actions[$0].proposal }
  }

  /// Whether a request for an action may become a proposal: by an approval, by a wait, or by an inner action.
  package func canBePending(_ action: String) -> Bool {
    self.action(action).map { pendingActions[$0] } ?? false
  }

  private static func canBePending(_ index: Int, _ plan: DecisionPlan) -> Bool {
    let operations = plan.store.actions[index]
    if operations.proposal != nil || !plan.actions[index].waits.isEmpty { return true }
    let inner = operations.operations + operations.reactions.flatMap(\.operations)
    return inner.contains { if case .perform = $0.kind { true } else { false } }
  }

  /// By entity, the moves that records make by themselves.
  package var timedMoves: [[ExpressionPlan.TimedMove]] { shared.part.expressions.timedMoves }

  /// The states that timed moves have taken a record to by now, by field; empty when there are none.
  package func timedMoves(of entity: Int, _ fields: [String: Value], now: Timestamp) -> [String: Value] {
    if shared.part.expressions.timedMoves[entity].isEmpty { return [:] }
    var frame = Frame(plan: shared.part.expressions)
    frame.reset(source: nil, now: now, inputCount: 0)
    let name = schema.entities[entity].name
    let cell = frame.fresh(EntityReference(type: name, id: "-"), entity: entity, fields: fields)
    let moved = frame.fields(of: cell)
    var states: [String: Value] = [:]
    for field in Set(timedMoves[entity].map(\.field)) {
      let name = schema.entities[entity].fields[field].name
      if let state = moved[name], state != fields[name] { states[name] = state }
    }
    return states
  }

  /// The stored records that a timed move may have to take on: those that wait long enough in a state that has one.
  package func dueMoves(of entity: Int, now: Timestamp) -> RecordFilter {
    let fields = schema.entities[entity].fields
    return .either(
      timedMoves[entity].map { move in
        guard case .enumeration(let index) = fields[move.field].type.contentType, fields[move.field].defaultValue == nil
        else { return .everything }
        let state = Value.string(schema.enums[index].members[Int(move.from)])
        var parts: [RecordFilter] = [.compare(.field(move.field), .equal, state)]
        if fields[move.since].defaultValue == nil, let latest = now.subtracting(move.after) {
          parts.append(.compare(.field(move.since), .atMost, .timestamp(latest)))
        }
        return .both(parts)
      })
  }

  /// The name of the hour, day, week, month or year that a moment lies in, in the time zone of the rule set.
  package func period(_ period: String, of time: Timestamp) -> String {
    let zone = TimeZoneRules.shared(shared.part.expressions.timeZone) ?? .utc
    let civil = zone.civil(at: time)
    let day = civil.date.description
    switch period {
    case "year": return String(day.prefix(4))
    case "month": return String(day.prefix(7))
    case "week":
      let days = Int(civil.date.daysSinceEpoch)
      // 1970-01-01 was a Thursday; weeks begin on Monday.
      return "week \((days + 3) / 7)"
    case "hour": return "\(day) \(civil.hour)"
    default: return day
    }
  }
}
