import Bylaw
import BylawModel
import BylawStoreSQLite
import CPlainStore
import Foundation

/// Prints what a gated store costs beside plain SQL through C that keeps the same two rows as durably.
@main
struct StoreTable {
  static func main() {
    // Valgrind cannot follow the main thread of an asynchronous program.
    let isDone = DispatchSemaphore(value: 0)
    Task.detached {
      do {
        try await run()
        isDone.signal()
      } catch {
        FileHandle.standardError.write(Data("\(error)\n".utf8))
        exit(1)
      }
    }
    isDone.wait()
  }

  private static func run() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "bylaw-store-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let rounds = CommandLine.arguments.contains("--long") ? 40 : 12
    let pair = try await Pair(in: folder)
    if let index = CommandLine.arguments.firstIndex(of: "--only"), index + 2 < CommandLine.arguments.count {
      return try await repeatGated(
        pair, CommandLine.arguments[index + 1], Int(CommandLine.arguments[index + 2]) ?? 1, records: option("--records")
      )
    }
    let create = try await pair.compare(rounds: rounds, perRound: 100) { pair, number in
      try await pair.gatedCreate(number)
    } plain: { pair, number in
      try pair.plainCreate(number)
    }
    let change = try await pair.compare(rounds: rounds, perRound: 100) { pair, number in
      try await pair.gatedChange(number)
    } plain: { pair, number in
      try pair.plainChange(number)
    }
    let read = try await pair.compare(rounds: rounds, perRound: 2_000) { pair, number in
      try await pair.gatedRead(number)
    } plain: { pair, number in
      try pair.plainRead(number)
    }
    print("| operation | gated us | plain us | gated rate / plain rate | gated processor us | plain processor us |")
    print("|---|--:|--:|--:|--:|--:|")
    for (name, result) in [("make a record", create), ("change a record", change), ("read by key", read)] {
      print("| \(name) | \(result.text) |")
    }
    try await compareCallers(pair, rounds: rounds)
    let checked = try await pair.store.verify()
    guard checked.findings.isEmpty else { throw Failure("the trail does not verify: \(checked.findings)") }
  }
}

extension StoreTable {
  /// How much more is made a second when many ask at once, of what is committed together.
  private static func compareCallers(_ pair: Pair, rounds: Int) async throws {
    let counts = [1, 8, 64]
    var times: [Int: [Double]] = [:]
    for _ in 0..<rounds {
      for callers in counts {
        times[callers, default: []].append(try await pair.gatedCreate(callers: callers, each: 256 / callers))
      }
    }
    print("\n| callers at once | us a record | rate / rate of one |\n|--:|--:|--:|")
    for callers in counts {
      let (own, single) = (times[callers] ?? [], times[1] ?? [])
      let ratio = Pair.Result.median(zip(own, single).map { $1 / $0 })
      print("| \(callers) | \(String(format: "%.1f | %.2f", Pair.Result.median(own), ratio)) |")
    }
  }

  private static func option(_ name: String) -> Int? {
    guard let index = CommandLine.arguments.firstIndex(of: name), index + 1 < CommandLine.arguments.count else {
      return nil
    }
    return Int(CommandLine.arguments[index + 1])
  }

  /// Runs one operation of the gated store and prints nothing: for callgrind.
  ///
  /// - `records`: How many there are at the start; more than a connection remembers make each read a new one.
  private static func repeatGated(_ pair: Pair, _ operation: String, _ count: Int, records: Int?) async throws {
    let records = records ?? 100
    for number in 0..<records { try await pair.gatedCreate(number) }
    for number in 0..<count {
      switch operation {
      case "make": try await pair.gatedCreate(number + records)
      case "change": try await pair.gatedChange(number)
      default: try await pair.gatedRead(number)
      }
    }
  }
}

struct Failure: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}
