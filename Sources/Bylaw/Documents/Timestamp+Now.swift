public import BylawModel
import Foundation

extension Timestamp {
  /// The time by the clock of this machine.
  public static var now: Timestamp {
    let date = Date().timeIntervalSince1970
    let seconds = date.rounded(.down)
    return Timestamp(seconds: Int64(seconds), nanoseconds: Int32((date - seconds) * 1_000_000) * 1_000)
  }
}
