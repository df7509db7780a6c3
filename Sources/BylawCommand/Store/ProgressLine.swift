import Bylaw
import Foundation

/// A line on standard error that tells how far a long work is; only on a terminal.
struct ProgressLine: Sendable {
  private let isShown: Bool

  /// - Parameter output: Where the results go; a terminal shows those alone.
  init(besides output: FileHandle? = nil) {
    let isTaken = output.map { isatty($0.fileDescriptor) == 1 } ?? false
    isShown = isatty(FileHandle.standardError.fileDescriptor) == 1 && !isTaken
  }

  /// Writes the line anew.
  func show(_ progress: ImportProgress) {
    guard isShown else { return }
    let unit = progress.stage == .reading ? "tables" : "records"
    show("\(progress.stage.rawValue) \(progress.done) of \(progress.total) \(unit)")
  }

  /// Writes the line anew, with this text.
  func show(_ text: String) {
    if isShown { write("\r\u{1B}[K\(text)") }
  }

  /// Takes the line away.
  func clear() {
    if isShown { write("\r\u{1B}[K") }
  }

  private func write(_ text: String) { try? Descriptor.write(Array(text.utf8), to: STDERR_FILENO) }
}
