import BylawModel
import Synchronization

/// Evaluators that are used again: as many as can be busy at once, each behind its own lock.
///
/// A decision takes the first that is free; when none is, it makes one of its own, so that no decision waits.
final class EvaluatorPool: Sendable {
  /// Where an evaluator lies while it is used: it is large to be moved.
  private final class Desk {
    var evaluator: Evaluator
    init(_ plan: PreparedPlan) { evaluator = Evaluator(plan) }
  }
  private final class Place: Sendable {
    let desk = Mutex<Desk?>(nil)
  }
  private static let size = 16
  private let places = (0..<size).map { _ in Place() }

  func withEvaluator<Result: Sendable, Failure: Error>(
    of plan: PreparedPlan, _ body: (inout Evaluator) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // Always from the first on: what was used last is still in the caches of the processor.
    for place in places {
      let result = try place.desk.withLockIfAvailable { desk throws(Failure) in
        let taken = desk.take() ?? Desk(plan)
        do throws(Failure) {
          let result = try body(&taken.evaluator)
          desk = consume taken
          return result
        } catch {
          desk = consume taken
          throw error
        }
      }
      if let result { return result }
    }
    var evaluator = Evaluator(plan)
    return try body(&evaluator)
  }
}
