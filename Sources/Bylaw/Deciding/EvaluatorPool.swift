import BylawEvaluator
import BylawModel
import Synchronization

/// Evaluators that are used again: as many as can be busy at once, each behind its own lock.
///
/// A decision takes the first that is free; when none is, it makes one of its own, so that no decision waits.
final class EvaluatorPool: Sendable {
  private final class Place: Sendable {
    let evaluator = Mutex<Evaluator?>(nil)
  }
  private static let size = 16
  private let plan: DecisionPlan
  private let places: [Place]

  init(_ plan: DecisionPlan) {
    self.plan = plan
    places = (0..<Self.size).map { _ in Place() }
  }

  func decide(_ request: Request, records: Records?, now: Timestamp, detail: Detail = .reasons) -> Decision {
    // Always from the first on: what was used last is still in the caches of the processor.
    for place in places {
      let decision = place.evaluator.withLockIfAvailable { evaluator in
        var taken = evaluator.take() ?? Evaluator(plan)
        let decision = taken.decide(request, records: records, now: now, detail: detail)
        evaluator = consume taken
        return decision
      }
      if let decision { return decision }
    }
    var evaluator = Evaluator(plan)
    return evaluator.decide(request, records: records, now: now, detail: detail)
  }
}
