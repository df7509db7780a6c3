import Foundation

/// How often the tests that rely on chance are repeated: seldom by default, as often as `Tests/run` says.
enum Rounds {
  /// Rounds of many tasks in one process.
  static let races = number("BYLAW_RACE_ROUNDS", 25)
  /// Rounds of two processes on one database.
  static let processes = number("BYLAW_PROCESS_ROUNDS", 10)
  /// Processes that are ended at some moment.
  static let kills = number("BYLAW_KILLS", 10)

  private static func number(_ name: String, _ otherwise: Int) -> Int {
    ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? otherwise
  }
}
