import Foundation

/// A process that works on a store beside this one.
///
/// Its calls block; a test has them on a thread of their own.
final class LoadProcess {
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private var rest = Data()

  /// The folder with everything that was built, beside the bundle of the tests.
  static var folder: URL {
    let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") || $0.contains(".xctest/") }
    var path = URL(fileURLWithPath: bundle ?? CommandLine.arguments[0])
    while path.path.contains(".xctest") { path.deleteLastPathComponent() }
    return path
  }

  /// Starts `StoreLoad`; its output goes to a file when one is given, so that nobody has to read along.
  init(_ arguments: [String], output file: URL? = nil) throws {
    process.executableURL = Self.folder.appendingPathComponent("StoreLoad")
    process.arguments = arguments
    process.standardInput = input
    if let file {
      try Data().write(to: file)
      process.standardOutput = try FileHandle(forWritingTo: file)
    } else {
      process.standardOutput = output
    }
    try process.run()
  }

  /// Ends it with no chance to do anything more.
  func kill() {
    Foundation.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// Waits until it ends by itself, which it does when its input does.
  func end() throws -> Int32 {
    try input.fileHandleForWriting.close()
    process.waitUntilExit()
    return process.terminationStatus
  }

  var isRunning: Bool { process.isRunning }

  func send(_ line: String) throws { try input.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8)) }

  /// The next line of its output; `nil` when there is none any more.
  func line() -> String? {
    while true {
      if let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        let line = String(decoding: rest[..<end], as: UTF8.self)
        rest = Data(rest[rest.index(after: end)...])
        return line
      }
      let more = output.fileHandleForReading.availableData
      guard !more.isEmpty else { return nil }
      rest.append(more)
    }
  }
}

/// Runs a body that blocks on a thread of its own, so that tasks go on.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
  try await withCheckedThrowingContinuation { continuation in
    Thread.detachNewThread { continuation.resume(with: Swift.Result { try body() }) }
  }
}
