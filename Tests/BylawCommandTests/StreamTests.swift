import Foundation
import Testing

/// What happens where standard input, output or error do not work as they should.
@Suite struct StreamTests {
  private static let eval = ["eval", "--rules", "rules/incident-management", "--now", "2025-09-24T09:00:00Z"]
  private static let request = "examples/requests/incident-management/06-critical-change-waits.json"

  /// Runs `bylaw` with streams of one's own; gives its status and what it wrote to standard error.
  private func run(
    _ arguments: [String], input: FileHandle = .nullDevice, output: FileHandle = .nullDevice
  ) throws -> (status: Int32, reason: Process.TerminationReason, errors: String) {
    let process = Process()
    let errors = Pipe()
    process.executableURL = CommandRunner.executable
    process.arguments = arguments
    process.currentDirectoryURL = CommandRunner.package
    process.standardInput = input
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let said = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, process.terminationReason, String(decoding: said, as: UTF8.self))
  }

  @Test(arguments: [
    eval + ["--request", request],
    eval + ["--request", request, "--format", "json"],
    eval + ["--request", "examples/requests/incident-management/stream.jsonl", "--format", "json"],
    eval + ["--request", request, "--explain"],
    ["check", "rules/incident-management"],
    ["check", "rules/incident-management", "--format", "json"],
    ["test", "rules/incident-management", "--filter", "SOP 1"],
  ])
  func `An answer that cannot be written ends with 74`(arguments: [String]) throws {
    let full = try FileHandle(forWritingTo: URL(fileURLWithPath: "/dev/full"))
    let result = try run(arguments, output: full)
    #expect(result.reason == .exit && result.status == 74, "\(result.errors)")
    #expect(result.errors.contains("standard output cannot be written"))
  }

  @Test func `What was done stands when nobody can be told`() throws {
    try StoreFolder.with { store in
      let full = try FileHandle(forWritingTo: URL(fileURLWithPath: "/dev/full"))
      let result = try run(
        ["do", "order.make", "--as", "ann", "--input", "title=Desk", "--db", store.db], output: full)
      #expect(result.reason == .exit && result.status == 74, "\(result.errors)")
      #expect(try store.run(["get", "Order/order-1", "--as", "bob"]).output.contains("Desk"))
    }
  }

  @Test func `Standard input that does not wait is waited for`() throws {
    let stream = CommandRunner.package.appending(path: "examples/requests/incident-management/stream.jsonl")
    let lines = try String(contentsOf: stream, encoding: .utf8).split(separator: "\n")
    let batch = String(repeating: "\(lines[0])\n", count: 50)
    let pipe = Pipe()
    let reading = pipe.fileHandleForReading.fileDescriptor
    #expect(fcntl(reading, F_SETFL, fcntl(reading, F_GETFL) | O_NONBLOCK) == 0)
    let writing = pipe.fileHandleForWriting
    let feeder = Thread {
      for _ in 0..<20 {
        writing.write(Data(batch.utf8))
        Thread.sleep(forTimeInterval: 0.01)
      }
      try? writing.close()
    }
    feeder.start()
    try CommandRunner.withFolder(["answers": ""]) { folder in
      let path = folder + "/answers"
      let output = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
      let result = try run(Self.eval + ["--format", "json"], input: pipe.fileHandleForReading, output: output)
      #expect(result.status == 0, "\(result.errors)")
      let answers = try String(contentsOfFile: path, encoding: .utf8)
      #expect(answers.split(separator: "\n").count == 1_000)
    }
  }

  @Test func `Standard input that cannot be read is no end of the requests`() throws {
    let descriptor = open("/", O_RDONLY)
    try #require(descriptor >= 0)
    let result = try run(Self.eval, input: FileHandle(fileDescriptor: descriptor, closeOnDealloc: true))
    #expect(result.status == 3)
    #expect(result.errors.contains("standard input cannot be read: Is a directory"))
  }

  @Test func `What would steer a terminal is written as an escape in JSON Lines, too`() throws {
    let line = #"{"subject":{"type":"User","id":"a\u202eb"},"action":{"name":"no.such"}}"# + "\n"
    for format in ["json", "text"] {
      let result = try CommandRunner.run(Self.eval + ["--format", format], input: line + line)
      #expect(!result.output.unicodeScalars.contains { $0.value == 0x202E }, "\(format)")
      #expect(result.output.split(separator: "\n").count >= 2)
    }
  }
}
