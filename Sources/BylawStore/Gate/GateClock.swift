package import BylawModel

/// What tells the gate the time.
///
/// In the trail time never goes back, whatever a clock does.
package struct GateClock: Sendable {
  private let now: @Sendable () -> Timestamp
  private let stated: Timestamp?

  /// - `now`: The clock of the machine.
  /// - `stated`: A time to act at in its place, for rehearsals.
  package init(_ now: @escaping @Sendable () -> Timestamp, stated: Timestamp? = nil) {
    self.now = now
    self.stated = stated
  }

  /// The time as it is told, which may be before that of the trail.
  package var time: Timestamp { stated ?? now() }

  /// The time of an operation that comes after an entry.
  ///
  /// A clock that was set back, or that of another machine which is behind, stops nobody: until it has caught up, the
  /// time is that of the last entry.
  /// - `last`: When the last entry of the trail was written; `nil` where there is none.
  /// - Throws: `beforeLastEntry` for a time that was stated, since nothing can be done at a time that is over.
  func time(after last: Timestamp?) throws(StoreError) -> Timestamp {
    let time = time
    guard let last, time < last else { return time }
    guard stated == nil else { throw .beforeLastEntry(time: time, last: last) }
    return last
  }
}
