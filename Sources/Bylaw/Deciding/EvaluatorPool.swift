import BylawEvaluator
import BylawModel
import Synchronization

/// Evaluators that are used again: as many as can be busy at once, each behind its own lock.
///
/// A decision takes the first that is free; when none is, it makes one of its own, so that no decision waits.
final class EvaluatorPool: Sendable {
  private final class Place: Sendable {
    let evaluator: Mutex<Evaluator>
    init(_ plan: DecisionPlan) { evaluator = Mutex(Evaluator(plan)) }
  }
  private static let size = 16
  private let plan: DecisionPlan
  private let places: [Place]
  /// Where the next search starts, so that threads do not all begin at the same place.
  private let next = Atomic<Int>(0)

  init(_ plan: DecisionPlan) {
    self.plan = plan
    places = (0..<Self.size).map { _ in Place(plan) }
  }

  func decide(_ request: Request, records: Records?, now: Timestamp) -> Decision {
    let start = next.wrappingAdd(1, ordering: .relaxed).newValue
    for offset in 0..<Self.size {
      let place = places[(start &+ offset) & (Self.size - 1)]
      let decision = place.evaluator.withLockIfAvailable { evaluator in
        evaluator.decide(request, records: records, now: now)
      }
      if let decision { return decision }
    }
    var evaluator = Evaluator(plan)
    return evaluator.decide(request, records: records, now: now)
  }
}
