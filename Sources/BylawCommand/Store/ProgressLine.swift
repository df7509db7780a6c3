import Bylaw
import Foundation

/// A line on standard error that tells how far a long work is; only on a terminal.
struct ProgressLine: Sendable {
  private let isShown = isatty(FileHandle.standardError.fileDescriptor) == 1

  /// Writes the line anew.
  func show(_ progress: ImportProgress) {
    guard isShown else { return }
    let unit = progress.stage == .reading ? "tables" : "records"
    write("\r\u{1B}[K\(progress.stage.rawValue) \(progress.done) of \(progress.total) \(unit)")
  }

  /// Takes the line away.
  func clear() {
    if isShown { write("\r\u{1B}[K") }
  }

  private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
