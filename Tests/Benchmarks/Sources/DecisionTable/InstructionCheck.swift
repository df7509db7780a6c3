import Foundation

/// Fails when a decision, or loading rules, takes more instructions than the file of this package says, by more than 5 %.
enum InstructionCheck {
  private static let rules = 200
  private static let tolerance = 1.05
  private static var package: URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
  }
  private static var file: URL { package.appendingPathComponent("instructions.txt") }

  /// What is counted: as it is named in the file, how this program does it, and how many there are of it in a round.
  private static var subjects: [(way: String, question: String, arguments: [String], count: Int)] {
    var all: [(way: String, question: String, arguments: [String], count: Int)] = []
    for way in Way.allCases {
      for question in ["permission", "answers"] {
        all.append((way.rawValue, question, ["--rules", String(rules), "actions", question, way.rawValue], 256))
      }
    }
    all.append(("load", "1000-rules", ["--load", "--rules", "1000"], 1))
    let folder = package.deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("rules/incident-management").path
    all.append(("load", "incident-management", ["--folder", folder], 1))
    return all
  }

  /// Compares, or writes the file anew; `false` when something takes more.
  ///
  /// Without valgrind nothing is compared.
  static func run(records: Bool) throws -> Bool {
    let stored = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    var limits: [String: Double] = [:]
    for line in stored.split(separator: "\n") where !line.hasPrefix("#") {
      let words = line.split(separator: " ")
      if words.count == 3, let count = Double(words[2]) { limits["\(words[0]) \(words[1])"] = count }
    }
    var lines = [
      "# Instructions of one decision at \(rules) rules, and of loading rules once: way, question, count. "
        + "Written by --check --record."
    ]
    var isPassed = true
    print("\n| way | question | instructions | stored |\n|---|---|--:|--:|")
    for (way, question, arguments, number) in subjects {
      guard let count = Instructions.perDecision(arguments, requests: number) else {
        print("No valgrind: instructions are not compared.")
        return true
      }
      let limit = limits["\(way) \(question)"]
      print("| \(way) | \(question) | \(Int(count)) | \(limit.map { "\(Int($0))" } ?? "-") |")
      lines.append("\(way) \(question) \(Int(count))")
      if let limit, count > limit * tolerance { isPassed = false }
    }
    if records { try (lines.joined(separator: "\n") + "\n").write(to: file, atomically: true, encoding: .utf8) }
    return isPassed || records
  }
}
