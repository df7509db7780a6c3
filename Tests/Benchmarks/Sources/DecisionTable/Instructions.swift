import Foundation

/// Counts instructions by callgrind: the same in every run, however busy the machine is.
enum Instructions {
  /// Of one decision: the difference between two runs of this program that differ in how often they decide.
  ///
  /// `nil` where there is no valgrind.
  static func perDecision(_ arguments: [String], requests: Int) -> Double? {
    guard let few = collected(arguments, rounds: 1), let many = collected(arguments, rounds: 3) else { return nil }
    return Double(many - few) / Double(2 * requests)
  }

  private static func collected(_ arguments: [String], rounds: Int) -> Int? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", CommandLine.arguments[0]] + arguments
      + ["--rounds", String(rounds)]
    process.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_DETERMINISTIC_HASHING": "1"]) { $1 }
    let pipe = Pipe()
    process.standardError = pipe
    process.standardOutput = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard let line = text.split(separator: "\n").first(where: { $0.contains("Collected : ") }) else { return nil }
    return line.split(separator: " ").last.flatMap { Int($0) }
  }
}
