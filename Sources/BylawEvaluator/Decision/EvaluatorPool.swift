import BylawModel
import Synchronization

/// Evaluators that are used again: as many as can be busy at once, each at a place of its own.
///
/// A decision takes the one at the place of its thread, or the next that is free; when none is, it makes its own.
/// So no decision waits, and threads that decide at the same time do not write to the same place.
final class EvaluatorPool: Sendable {
  /// Where an evaluator lies while it is used: it is large to be moved.
  private final class Desk {
    var evaluator: Evaluator
    init(_ plan: PreparedPlan) { evaluator = Evaluator(plan) }
  }
  /// A line of the processor's cache, so that two threads at neighbouring places do not hinder each other.
  private struct Place: ~Copyable, Sendable {
    /// The address of a desk, which whoever takes it out owns; 0 while it is taken or before there is one.
    let desk = Atomic<UInt>(0)
    /// Whether there is a desk, taken or not.
    let isMade = Atomic<Bool>(false)
    let rest: InlineArray<6, UInt> = InlineArray(repeating: 0)
  }
  private let places = InlineArray<32, Place> { _ in Place() }

  deinit {
    for index in places.indices { _ = takeDesk(at: index) }
  }

  func withEvaluator<Result: Sendable, Failure: Error>(
    of plan: PreparedPlan, _ body: (inout Evaluator) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let first = placeOfThread()
    for offset in places.indices {
      let index = (first + offset) % places.count
      guard let desk = takeDesk(at: index) ?? makeDesk(at: index, plan) else { continue }
      defer { giveBack(desk, at: index) }
      return try body(&desk.evaluator)
    }
    var evaluator = Evaluator(plan)
    return try body(&evaluator)
  }

  /// The place to look at first: always the same for a thread, so that what it used last is still in its caches.
  ///
  /// Threads are told apart by where their stacks lie.
  private func placeOfThread() -> Int {
    var here: UInt8 = 0
    let address = withUnsafeMutablePointer(to: &here) { UInt64(UInt(bitPattern: $0)) }
    return Int(truncatingIfNeeded: ((address >> 19) &* 0x9E37_79B9_7F4A_7C15) >> 32) % places.count
  }

  private func takeDesk(at index: Int) -> Desk? {
    // A look comes before the exchange: a place that is taken is not written to.
    guard places[index].desk.load(ordering: .relaxed) != 0,
      let address = UnsafeRawPointer(bitPattern: places[index].desk.exchange(0, ordering: .acquiring))
    else { return nil }
    return Unmanaged<Desk>.fromOpaque(address).takeRetainedValue()
  }

  /// Makes the desk of a place that has none; `nil` where it is only taken.
  private func makeDesk(at index: Int, _ plan: PreparedPlan) -> Desk? {
    guard !places[index].isMade.load(ordering: .relaxed),
      places[index].isMade.compareExchange(expected: false, desired: true, ordering: .relaxed).exchanged
    else { return nil }
    return Desk(plan)
  }

  private func giveBack(_ desk: consuming Desk, at index: Int) {
    let address = UInt(bitPattern: Unmanaged.passRetained(desk).toOpaque())
    places[index].desk.store(address, ordering: .releasing)
  }
}
