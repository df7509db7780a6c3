import Bylaw
import BylawModel
import Dispatch
import Foundation
import Synchronization

/// Decides JSON Lines on all processors: the answers come in the order of the lines.
///
/// Each worker takes the next lines, decides them, and writes what is complete up to them, so that no worker waits
/// for others but where they are far behind.
struct LineDecider: Sendable {
  /// The answers to some lines in a row.
  fileprivate struct Answers: Sendable {
    /// For standard output, without a character that a terminal would obey.
    var output: [UInt8] = []
    /// For standard error, a line each.
    var errors: [String] = []
    var lines = 0
    var failed = 0
  }
  /// What was read so far.
  fileprivate struct Input: Sendable {
    var lines: RequestLines
    var isAtEnd = false
    /// What ended it before its end.
    var failure: (any Error)?
  }
  /// What was written so far, and what waits for pieces before it.
  fileprivate struct Output: Sendable {
    var waiting: [Int: Answers] = [:]
    var next = 0
    /// Storage of answers that were written, for the next ones.
    var spare: [[UInt8]] = []
    var decided = 0
    var failed = 0
  }
  /// So many pieces may be ahead of the first that is not written.
  private static let piecesPerWorker = 16

  private let workers = max(1, ProcessInfo.processInfo.activeProcessorCount)
  /// Adds the answer to a line to the bytes, ready to be written, or tells why it is no request and adds nothing.
  let answer:
    @Sendable (_ line: UnsafeRawBufferPointer, _ number: Int, _ output: inout [UInt8]) throws(RequestError) -> Void
  /// What stands in the place of the answer to a line that is no request.
  let answerToNone: @Sendable (_ error: RequestError, _ number: Int) -> [UInt8]

  /// Decides everything; gives how many lines were no request.
  ///
  /// What is held at a time is bounded, however many lines there are.
  func run(_ lines: RequestLines) throws -> Int {
    let input = Mutex(Input(lines: lines))
    let output = Mutex(Output())
    let places = DispatchSemaphore(value: workers * Self.piecesPerWorker)
    let progress = ProgressLine(besides: .standardOutput)
    defer { progress.clear() }
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      var piece = RequestLines.Piece()
      while true {
        places.wait()
        guard input.withLock({ $0.take(&piece) }) else {
          places.signal()
          return
        }
        let answers = answers(to: piece, in: output.withLock { $0.spare.popLast() } ?? [])
        let written = output.withLock { $0.take(answers, at: piece.number, progress) }
        for _ in 0..<written { places.signal() }
      }
    }
    if let failure = input.withLock({ $0.failure }) { throw failure }
    return output.withLock { $0.failed }
  }

  private func answers(to piece: RequestLines.Piece, in storage: [UInt8]) -> Answers {
    var answers = Answers(output: storage)
    piece.forEachLine { number, line in
      answers.lines += 1
      do throws(RequestError) {
        try answer(line, number, &answers.output)
      } catch {
        answers.failed += 1
        answers.output += CommandOutput.printable(answerToNone(error, number))
        for problem in error.problems { answers.errors.append("line \(number): error: \(problem)") }
      }
    }
    return answers
  }
}

extension LineDecider.Input {
  /// Reads the next lines; `false` at the end, after a line that is too long, or where nothing can be read.
  fileprivate mutating func take(_ piece: inout RequestLines.Piece) -> Bool {
    guard !isAtEnd else { return false }
    do {
      isAtEnd = try !lines.next(into: &piece)
    } catch {
      failure = error
      isAtEnd = true
    }
    return !isAtEnd
  }
}

extension LineDecider.Output {
  /// Writes answers when all before them are written, with those that waited for them.
  ///
  /// - Returns: How many pieces were written.
  fileprivate mutating func take(_ answers: LineDecider.Answers, at number: Int, _ progress: ProgressLine) -> Int {
    waiting[number] = answers
    let first = next
    while var answers = waiting.removeValue(forKey: next) {
      next += 1
      progress.clear()
      CommandOutput.write(printable: answers.output)
      for error in answers.errors { CommandOutput.report(error) }
      decided += answers.lines
      failed += answers.failed
      answers.output.removeAll(keepingCapacity: true)
      spare.append(answers.output)
    }
    if next > first { progress.show("\(decided) lines decided") }
    return next - first
  }
}
