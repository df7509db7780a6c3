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
  /// What was done cannot be told; `EX_IOERR` of sysexits.h, as 64 is its `EX_USAGE`.
  static let untold = ExitCode(74)
}

/// Standard output and error.
enum CommandOutput {
  /// Whether to use colour on standard output: only on a terminal, and not where `NO_COLOR` is set; asked once.
  static let isColored = isColored(FileHandle.standardOutput.fileDescriptor)

  /// Whether to use colour on standard error.
  static var isErrorColored: Bool { isColored(FileHandle.standardError.fileDescriptor) }

  private static func isColored(_ descriptor: Int32) -> Bool {
    isatty(descriptor) == 1 && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty
  }

  /// Writes text or JSON to standard output, with an escape for each character that a terminal would obey.
  ///
  /// Where it cannot be written it ends the program: what was done stands, but nobody is told.
  static func write(_ text: String) { put(Array(text.printablePage(keepsColors: isColored).utf8)) }

  /// The same of bytes that have no such character any more.
  static func write(printable bytes: [UInt8]) { put(bytes) }

  /// Text in UTF-8 with an escape for each character that a terminal would obey; no copy where it is of plain
  /// characters alone, as most JSON is.
  static func printable(_ text: [UInt8]) -> [UInt8] {
    let isPlain = text.allSatisfy { 0x20..<0x7F ~= $0 || $0 == 0x0A }
    return isPlain ? text : Array(String(decoding: text, as: UTF8.self).printablePage(keepsColors: isColored).utf8)
  }

  /// The same of the bytes from a place on.
  static func makePrintable(_ bytes: inout [UInt8], from start: Int) {
    bytes.replaceSubrange(start..., with: printable(Array(bytes[start...])))
  }

  private static func put(_ bytes: [UInt8]) {
    do throws(Descriptor.Failure) {
      try Descriptor.write(bytes, to: STDOUT_FILENO)
    } catch {
      report("error: standard output cannot be written: \(error)")
      exit(ExitStatus.untold.rawValue)
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
    // There is nowhere left to say that this cannot be written.
    try? Descriptor.write(Array(page.utf8), to: STDERR_FILENO)
  }
}
