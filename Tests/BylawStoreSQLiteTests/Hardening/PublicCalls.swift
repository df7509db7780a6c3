import Foundation

/// The public calls of the store, read from its sources.
enum PublicCalls {
  private static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The Swift files below a folder of the package, each with its text.
  static func sources(_ folder: String) throws -> [(path: String, text: String)] {
    let root = package.appendingPathComponent(folder)
    let names = try FileManager.default.subpathsOfDirectory(atPath: root.path)
    return try names.filter { $0.hasSuffix(".swift") }.sorted().map { name in
      (path: name, text: try String(contentsOf: root.appendingPathComponent(name), encoding: .utf8))
    }
  }

  /// Functions, initializers and computed properties that a program can reach a store by: all of the store's own
  /// modules, and those of the library in files that speak of `GatedStore`.
  static func found() throws -> Set<String> {
    var files = try sources("Sources/BylawStore") + sources("Sources/BylawStoreSQLite")
    files += try sources("Sources/Bylaw").filter { file in
      ["extension GatedStore", "struct GatedStore", "struct AuditTrail"].contains { file.text.contains($0) }
    }
    return Set(files.flatMap { calls(in: $0.text) })
  }

  private static func calls(in text: String) -> [String] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    var calls: [String] = []
    // The types around a line, by their indentation.
    var types: [(indent: Int, name: String)] = []
    for (number, line) in lines.enumerated() {
      let code = line.drop { $0 == " " }
      let indent = line.count - code.count
      guard !code.isEmpty, !code.hasPrefix("//") else { continue }
      types.removeAll { $0.indent >= indent }
      let words = code.split(whereSeparator: { " (:<{".contains($0) }).map(String.init)
      if let kind = words.firstIndex(where: { ["struct", "enum", "class", "extension", "actor"].contains($0) }),
        kind < 3,
        words.count > kind + 1
      {
        types.append((indent, words[kind + 1]))
        continue
      }
      guard words.first == "public" else { continue }
      let type = types.map(\.name).joined(separator: ".")
      if let function = words.firstIndex(of: "func"), function < 4 {
        calls.append("\(type).\(words[function + 1])(\(labels(lines, number)))")
      } else if words.count > 1, words[1].hasPrefix("init") {
        calls.append("\(type).init(\(labels(lines, number)))")
      } else if let property = words.firstIndex(of: "var"), property < 4, code.hasSuffix("{") {
        calls.append("\(type).\(words[property + 1])")
      }
    }
    return calls
  }

  /// The labels of the parameters of the declaration that begins in a line, each with a colon.
  private static func labels(_ lines: [String], _ number: Int) -> String {
    let declaration = lines[number...].prefix(12).joined(separator: " ")
    guard let start = declaration.firstIndex(of: "(") else { return "" }
    var depth = 0
    var labels = ""
    var word = ""
    var isLabel = true
    for character in declaration[start...] {
      switch character {
      case "(", "[", "{": depth += 1
      case ")", "]", "}":
        depth -= 1
        if depth == 0 { return labels }
      case ":" where depth == 1 && isLabel:
        labels += (word.split(separator: " ").first ?? "") + ":"
        (word, isLabel) = ("", false)
        continue
      case "," where depth == 1:
        (word, isLabel) = ("", true)
        continue
      default: break
      }
      if depth == 1, isLabel, character != "(" { word.append(character) }
    }
    return labels
  }
}
