import Bylaw
import BylawModel
import Foundation
import Workload

/// The command `bylaw` as a process of its own: its start, and JSON Lines.
enum CommandTable {
  private static var root: URL {
    var url = URL(fileURLWithPath: #filePath)
    for _ in 0..<5 { url.deleteLastPathComponent() }
    return url
  }

  /// The command that is measured: the one given, or that of a release build of the main package.
  private static func command(_ given: String?) -> String? {
    let path = given ?? root.appendingPathComponent(".build/release/bylaw").path
    if FileManager.default.isExecutableFile(atPath: path) { return path }
    print("No \(path): 'swift build -c release --product bylaw' makes it. Start and JSON Lines are not measured.")
    return nil
  }

  // MARK: Start

  /// From the start of the process to its end.
  static func runStart(_ given: String?) throws {
    guard let command = command(given) else { return }
    let eval =
      ["eval", "--rules", path("rules/incident-management"), "--format", "json", "--now", "2025-09-24T09:00:00Z"]
      + ["--request", path("examples/requests/incident-management/06-critical-change-waits.json")]
    let rows: [(name: String, arguments: [String])] = [
      ("bylaw --version", ["--version"]), ("bylaw eval, one request", eval),
      (
        "bylaw eval, one request, 53 records",
        eval + ["--entities", path("examples/entities-incident-management.yaml")]
      ),
    ]
    print(
      """
      | process | wall ms: median | least | processor ms: median | least | peak MB |
      |---|--:|--:|--:|--:|--:|
      """)
    for row in rows {
      let runs = try (0..<30).map { _ in try Spawned([command] + row.arguments) }
      let (wall, processor) = (runs.map(\.wall).sorted(), runs.map(\.processor).sorted())
      let columns = [
        row.name, wall.percentile(50).short, wall.percentile(0).short, processor.percentile(50).short,
        processor.percentile(0).short, (runs.map(\.peak).max() ?? 0).short,
      ]
      print("| " + columns.joined(separator: " | ") + " |")
      DecisionTable.flush()
    }
  }

  private static func path(_ relative: String) -> String { root.appendingPathComponent(relative).path }

  // MARK: JSON Lines

  /// `bylaw eval` over many lines, less what it takes for one.
  static func runLines(_ given: String?) throws {
    guard let command = command(given) else { return }
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bylaw-lines-\(getpid())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    print(
      """
      | rules | lines | MB | floor ns | decisions a second | processor us a decision | peak MB |
      |---|--:|--:|--:|--:|--:|--:|
      """)
    print(try ownLines(command, folder))
    DecisionTable.flush()
    print(try exampleLines(command, folder))
  }

  /// The rules and requests of the benchmark.
  private static func ownLines(_ command: String, _ folder: URL) throws -> String {
    let workload = Workload(ruleCount: 200, requestCount: 1_024)
    let ways = try Ways(workload)
    let floor = ways.floorAnswers()
    let rules = folder.appendingPathComponent("rules")
    try FileManager.default.createDirectory(at: rules, withIntermediateDirectories: true)
    for file in workload.files {
      try file.text.write(to: rules.appendingPathComponent(file.path), atomically: false, encoding: .utf8)
    }
    let arguments = ["--rules", rules.path, "--server-context", #"{"spent":1000,"cost":10,"budget":10000}"#]
    return try row("200", arguments, ways.documents, repeated: 400, floor: floor.short, command, folder)
  }

  /// The examples of the manual, with their records.
  private static func exampleLines(_ command: String, _ folder: URL) throws -> String {
    let requests = root.appendingPathComponent("examples/requests/incident-management")
    let files = try FileManager.default.contentsOfDirectory(at: requests, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }
    let documents = try files.map { file in try Data(contentsOf: file).map { $0 == 0x0A ? 0x20 : $0 } }
    let arguments = [
      "--rules", path("rules/incident-management"), "--entities", path("examples/entities-incident-management.yaml"),
    ]
    let name = "incident-management, 53 records"
    return try row(name, arguments, documents, repeated: 40_000 / documents.count, floor: "-", command, folder)
  }

  private static func row(
    _ name: String, _ arguments: [String], _ documents: [[UInt8]], repeated: Int, floor: String, _ command: String,
    _ folder: URL
  ) throws -> String {
    let (one, many) = (folder.appendingPathComponent("one.jsonl"), folder.appendingPathComponent("many.jsonl"))
    let block = documents.reduce(into: Data()) { $0.append(contentsOf: $1 + [0x0A]) }
    try Data(documents[0] + [0x0A]).write(to: one)
    try Data().write(to: many)
    let file = try FileHandle(forWritingTo: many)
    for _ in 0..<repeated { try file.write(contentsOf: block) }
    try file.close()
    let eval = [command, "eval", "--format", "json", "--now", "2025-09-24T09:00:00Z"] + arguments + ["--request"]
    let few = try (0..<5).map { _ in try Spawned(eval + [one.path]) }
    let all = try (0..<5).map { _ in try Spawned(eval + [many.path]) }
    func spent(_ part: KeyPath<Spawned, Double>) -> Double {
      all.map { $0[keyPath: part] }.sorted().percentile(50) - few.map { $0[keyPath: part] }.sorted().percentile(50)
    }
    let count = Double(documents.count * repeated - 1)
    let columns = [
      name, "\(documents.count * repeated)", "\((block.count * repeated) >> 20)", floor,
      (count / spent(\.wall) * 1_000).short, (spent(\.processor) / count * 1_000).short,
      (all.map(\.peak).max() ?? 0).short,
    ]
    return "| " + columns.joined(separator: " | ") + " |"
  }
}
