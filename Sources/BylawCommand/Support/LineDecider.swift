import Bylaw
import BylawModel
import Dispatch
import Foundation
import Synchronization

/// Decides JSON Lines on all processors: the answers come in the order of the lines.
struct LineDecider: Sendable {
  /// The answers to some lines in a row.
  struct Answers: Sendable {
    /// For standard output.
    var output: [UInt8] = []
    /// For standard error, a line each.
    var errors: [String] = []
    var lines = 0
    var failed = 0
  }
  /// So many pieces are decided before their answers are written.
  private static let piecesPerWorker = 4

  private let workers = max(1, ProcessInfo.processInfo.activeProcessorCount)
  /// Answers a line, or tells why it is no request.
  let answer: @Sendable (_ line: [UInt8], _ number: Int) throws(RequestError) -> [UInt8]
  /// What stands in the place of the answer to a line that is no request.
  let answerToNone: @Sendable (_ error: RequestError, _ number: Int) -> [UInt8]

  /// Decides everything; gives how many lines were no request.
  ///
  /// What is held at a time is bounded, however many lines there are.
  func run(_ lines: RequestLines) throws -> Int {
    var lines = lines
    var (decided, failed) = (0, 0)
    let progress = ProgressLine(besides: .standardOutput)
    defer { progress.clear() }
    while true {
      let pieces = try lines.next(workers * Self.piecesPerWorker)
      if pieces.isEmpty { return failed }
      for answers in answers(to: pieces) {
        progress.clear()
        CommandOutput.write(answers.output)
        for error in answers.errors { CommandOutput.report(error) }
        decided += answers.lines
        failed += answers.failed
      }
      progress.show("\(decided) lines decided")
    }
  }

  private func answers(to pieces: [RequestLines.Piece]) -> [Answers] {
    if pieces.count == 1 { return [answers(to: pieces[0])] }
    let found = Mutex<[Int: Answers]>([:])
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: min(workers, pieces.count)) { _ in
      while case let index = next.add(1, ordering: .relaxed).oldValue, index < pieces.count {
        let made = answers(to: pieces[index])
        found.withLock { $0[index] = made }
      }
    }
    let all = found.withLock { $0 }
    return pieces.indices.compactMap { all[$0] }
  }

  private func answers(to piece: RequestLines.Piece) -> Answers {
    var answers = Answers()
    piece.forEachLine { number, line in
      answers.lines += 1
      do throws(RequestError) {
        answers.output += try answer(line, number)
      } catch {
        answers.failed += 1
        answers.output += answerToNone(error, number)
        for problem in error.problems { answers.errors.append("line \(number): error: \(problem)") }
      }
    }
    return answers
  }
}
