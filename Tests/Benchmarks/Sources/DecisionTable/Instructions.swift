import Foundation

/// Counts instructions by callgrind: the same in every run, however busy the machine is.
enum Instructions {
  /// Of one decision: those of a round, which asks each request once.
  static func perDecision(_ arguments: [String], requests: Int) -> Double? {
    perRound(arguments).map { $0 / Double(requests) }
  }

  /// Of one round: the difference between two runs of this program that differ in how many rounds they make.
  ///
  /// `nil` where there is no valgrind.
  static func perRound(_ arguments: [String]) -> Double? {
    // Valgrind stumbles over the debugging information of Swift.
    let stripped = FileManager.default.temporaryDirectory.appendingPathComponent("bylaw-decision-table-\(getpid())")
      .path
    defer { try? FileManager.default.removeItem(atPath: stripped) }
    guard run(["strip", "-g", "-o", stripped, "/proc/self/exe"].map(resolved)) != nil,
      let few = collected([stripped] + arguments, rounds: 1), let many = collected([stripped] + arguments, rounds: 3)
    else { return nil }
    return Double(many - few) / 2
  }

  /// The path of this program instead of its link, which means another program to another process.
  private static func resolved(_ argument: String) -> String {
    argument == "/proc/self/exe" ? URL(fileURLWithPath: argument).resolvingSymlinksInPath().path : argument
  }

  private static func collected(_ command: [String], rounds: Int) -> Int? {
    let valgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    guard let text = run(valgrind + command + ["--rounds", String(rounds)]),
      let line = text.split(separator: "\n").first(where: { $0.contains("Collected : ") })
    else { return nil }
    return line.split(separator: " ").last.flatMap { Int($0) }
  }

  /// What a command writes to its standard error; `nil` when it fails.
  private static func run(_ command: [String]) -> String? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_DETERMINISTIC_HASHING": "1"]) { $1 }
    let pipe = Pipe()
    process.standardError = pipe
    process.standardOutput = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return process.terminationStatus == 0 ? text : nil
  }
}
