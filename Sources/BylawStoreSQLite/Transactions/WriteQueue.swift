import BylawStore
import Synchronization

/// Bodies that wait to write, and who is to write them.
///
/// Brief ones that come while another is being made durable are committed together: each is decided by itself on what
/// those before it have left, and answered when all are durable.
final class WriteQueue: Sendable {
  /// A body that waits, and what is done with its outcome.
  struct Waiting: Sendable {
    var isBrief: Bool
    var body: @Sendable (SQLConnection) throws(StoreError) -> Void
    var done: @Sendable (Result<Void, StoreError>) -> Void
  }

  /// The most bodies of one commit.
  static let groupSize = 128

  private struct State {
    var waiting: [Waiting] = []
    /// Somebody writes what waits, or writes at once and will look.
    var isBusy = false
  }

  private let state = Mutex(State())

  /// Whether whoever asks may write at once; then `leave` must follow.
  func enter() -> Bool {
    state.withLock { state in
      if state.isBusy { return false }
      state.isBusy = true
      return true
    }
  }

  /// Ends the turn of who wrote at once.
  ///
  /// - Returns: Whether bodies have come meanwhile, which the caller has to see to.
  func leave() -> Bool {
    state.withLock { state in
      state.isBusy = !state.waiting.isEmpty
      return state.isBusy
    }
  }

  /// Puts a body at the end.
  ///
  /// - Returns: Whether nobody is there to write it, so that the caller has to see to it.
  func add(_ body: Waiting) -> Bool {
    state.withLock { state in
      state.waiting.append(body)
      defer { state.isBusy = true }
      return !state.isBusy
    }
  }

  /// The bodies of the next commit: a long one alone, or as many brief ones as have come.
  ///
  /// Empty when none waits; then the turn has ended.
  func next() -> [Waiting] {
    state.withLock { state in
      guard let first = state.waiting.first else {
        state.isBusy = false
        return []
      }
      let brief = first.isBrief ? state.waiting.prefix(Self.groupSize).prefix { $0.isBrief }.count : 1
      defer { state.waiting.removeFirst(brief) }
      return Array(state.waiting.prefix(brief))
    }
  }
}
