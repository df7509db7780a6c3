import Foundation

/// Fails when a decision takes more instructions than the file of this package says, by more than 5 %.
enum InstructionCheck {
  private static let rules = 200
  private static let tolerance = 1.05
  private static var file: URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("instructions.txt")
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
    var lines = ["# Instructions of one decision at \(rules) rules: way, question, count. Written by --check --record."]
    var isPassed = true
    print("\n| way | question | instructions | stored |\n|---|---|--:|--:|")
    for way in Way.allCases {
      for question in ["permission", "answers"] {
        let arguments = ["--rules", String(rules), "actions", question, way.rawValue]
        guard let count = Instructions.perDecision(arguments, requests: 256) else {
          print("No valgrind: instructions are not compared.")
          return true
        }
        let limit = limits["\(way.rawValue) \(question)"]
        print("| \(way.rawValue) | \(question) | \(Int(count)) | \(limit.map { "\(Int($0))" } ?? "-") |")
        lines.append("\(way.rawValue) \(question) \(Int(count))")
        if let limit, count > limit * tolerance { isPassed = false }
      }
    }
    if records { try (lines.joined(separator: "\n") + "\n").write(to: file, atomically: true, encoding: .utf8) }
    return isPassed || records
  }
}
