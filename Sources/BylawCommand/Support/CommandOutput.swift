import ArgumentParser
import Bylaw
import BylawModel
import Foundation
import Glibc

/// How results are written.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
  /// For people.
  case text
  /// For programs.
  case json
}

/// The exit statuses of the command beside 0 and the 64 of wrong usage.
enum ExitStatus {
  /// The answer is deny, or the one record that was asked for is not to be seen.
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

  /// Writes text or JSON to standard output, with an escape for each character that a terminal would obey.
  static func write(_ text: String) {
    FileHandle.standardOutput.write(Data(text.printablePage(keepsColors: isColored).utf8))
  }

  /// Writes bytes to standard output as they are, without a copy; ends the program where nothing can be written.
  static func write(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { bytes in
      var start = 0
      while start < bytes.count, let base = bytes.baseAddress {
        let written = Glibc.write(STDOUT_FILENO, base + start, bytes.count - start)
        if written < 0, errno != EINTR {
          report("error: standard output cannot be written")
          exit(ExitStatus.invalid.rawValue)
        }
        start += max(0, written)
      }
    }
  }

  /// Writes why a folder or a file could not be used to standard error: a line, or the report of all mistakes.
  static func report(_ error: LoadError) {
    if case .invalidRules(let report) = error { return self.report(report.text(isColored: isErrorColored)) }
    report("error: \(error)")
  }

  /// Writes a line or several to standard error, with an escape for each character that a terminal would obey.
  static func report(_ text: String) {
    let page = (text.hasSuffix("\n") ? text : text + "\n").printablePage(keepsColors: isErrorColored)
    FileHandle.standardError.write(Data(page.utf8))
  }
}
