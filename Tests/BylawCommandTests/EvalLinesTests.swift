import Foundation
import Testing

/// JSON Lines that are more than one piece of reading.
@Suite struct EvalLinesTests {
  @Test func `the answers to many lines come in their order, and mistakes with their numbers`() throws {
    let allow = try EvalCommandTests.line("01-create-an-incident")
    let deny = try EvalCommandTests.line("03-client-contact-may-not")
    let count = 900
    let lines = (1...count).map {
      $0 % 100 == 0 ? "no request" : $0 % 3 == 0 ? deny : allow + String(repeating: " ", count: 300)
    }
    let result = try CommandRunner.run(
      EvalCommandTests.options + ["--format", "json"], input: lines.joined(separator: "\n") + "\n")
    let answers = result.output.split(separator: "\n")
    #expect(result.status == 3)
    #expect(answers.count == count)
    for (index, answer) in answers.enumerated() {
      let number = index + 1
      let expected =
        number % 100 == 0
        ? #"{"error":{"line":\#(number),"# : number % 3 == 0 ? #"{"decision":"deny""# : #"{"decision":"allow""#
      #expect(answer.hasPrefix(expected), "line \(number)")
    }
    let mistakes = result.errors.split(separator: "\n").map { line in String(line.prefix { $0 != ":" }) }
    let numbers: [String] = (1...count / 100).map { "line \($0 * 100)" }
    #expect(mistakes == numbers)
  }

  /// Blank lines are cheap and take as much room as others; all of them together would not fit.
  @Test func `what is held does not grow with the number of lines`() throws {
    let allow = try EvalCommandTests.line("01-create-an-incident")
    try CommandRunner.withFolder([:]) { folder in
      let file = URL(fileURLWithPath: folder).appendingPathComponent("many.jsonl")
      try Data((allow + "\n").utf8).write(to: file)
      let handle = try FileHandle(forWritingTo: file)
      try handle.seekToEnd()
      let blank = Data((String(repeating: " ", count: (1 << 16) - 1) + "\n").utf8)
      for _ in 0..<640 { try handle.write(contentsOf: blank) }
      try handle.write(contentsOf: Data((allow + "\n").utf8))
      try handle.close()
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      let arguments = EvalCommandTests.options + ["--format", "json", "--request", file.path]
      // In KiB of data: less than the file has.
      process.arguments = ["-c", "ulimit -d 40000; exec \"$0\" \"$@\"", CommandRunner.executable.path] + arguments
      process.currentDirectoryURL = CommandRunner.package
      let output = Pipe()
      process.standardOutput = output
      process.standardError = FileHandle.nullDevice
      try process.run()
      let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
      #expect(text.split(separator: "\n").count == 2)
    }
  }

  @Test func `lines are told from one request by the first of them where there are many`() throws {
    let allow = try EvalCommandTests.line("01-create-an-incident")
    let room = String(repeating: " ", count: 1 << 20)
    let lines = try CommandRunner.run(
      EvalCommandTests.options + ["--format", "json"], input: "\(allow)\n\(room)\n\(allow)\n")
    #expect(lines.status == 0)
    #expect(lines.output.split(separator: "\n").count == 2)
    let single = try CommandRunner.run(EvalCommandTests.options, input: "\n\(room)\(allow)")
    #expect(single.status == 0)
    #expect(single.output.hasPrefix("ALLOW\n"))
  }
}
