import ArgumentParser
import Bylaw
import Foundation

/// How results are written.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
  /// For people.
  case text
  /// For programs.
  case json
}

/// The exit statuses of the command beside 0 and the 64 of wrong usage.
enum ExitStatus {
  /// The answer is deny.
  static let denied = ExitCode(2)
  /// A test failed, none was found, or a clause has no rule or test.
  static let failed = ExitCode(1)
  /// Invalid rules or input.
  static let invalid = ExitCode(3)
  /// The answer is pending.
  static let pending = ExitCode(4)
}

/// Standard output and error.
enum CommandOutput {
  /// Whether to use colour on standard output: only on a terminal, and not where `NO_COLOR` is set.
  static var isColored: Bool { isColored(FileHandle.standardOutput.fileDescriptor) }

  /// Whether to use colour on standard error.
  static var isErrorColored: Bool { isColored(FileHandle.standardError.fileDescriptor) }

  private static func isColored(_ descriptor: Int32) -> Bool {
    isatty(descriptor) == 1 && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty
  }

  /// Writes text to standard output as it is.
  static func write(_ text: String) { FileHandle.standardOutput.write(Data(text.utf8)) }

  /// Writes why a folder or a file could not be used to standard error: a line, or the report of all mistakes.
  static func report(_ error: LoadError) {
    if case .invalidRules(let report) = error { return self.report(report.text(isColored: isErrorColored)) }
    report("error: \(error)")
  }

  /// Writes a line to standard error.
  static func report(_ text: String) {
    FileHandle.standardError.write(Data((text.hasSuffix("\n") ? text : text + "\n").utf8))
  }
}
