import BylawCompiler
import BylawSyntax
import Foundation

/// Several rule files in one text, as the golden cases and the preludes of the documentation are stored.
///
/// Lines that start with these words are instructions, all other bytes are content:
/// - `#prelude: NAME` adds the files of `preludes/NAME.yaml`;
/// - `#file: PATH` begins another file; what stands before the first is `rules.yaml`;
/// - `#repeat: N TEXT` stands for N lines of TEXT.
struct RuleSetText {
  /// Why a text cannot be read: a mistake of the test.
  enum Failure: Error { case noSuchPrelude(String), malformed(String) }

  private(set) var files: [RuleSetFile] = []

  init(_ bytes: [UInt8]) throws {
    var path: String? = "rules.yaml"
    var content: [UInt8] = []
    var isFirst = true
    for line in Self.lines(bytes) {
      let text = String(decoding: line, as: UTF8.self).trimmingCharacters(in: .newlines)
      if let name = Self.argument("#prelude: ", text) {
        files += try Self.prelude(name).files
        continue
      }
      if let name = Self.argument("#file: ", text) {
        if let path, !(isFirst && content.isEmpty) { files.append(RuleSetFile(path: path, bytes: content)) }
        (path, content, isFirst) = (name, [], false)
        continue
      }
      if let rest = Self.argument("#repeat: ", text) {
        let parts = rest.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, let count = Int(parts[0]) else { throw Failure.malformed(text) }
        let repeated = Array(parts[1].utf8) + [0x0A]
        for _ in 0..<count { content += repeated }
        continue
      }
      content += line
    }
    if let path { files.append(RuleSetFile(path: path, bytes: content)) }
  }

  /// The folder of the golden cases and the preludes.
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

  /// The files of a prelude, a small rule set that others build on.
  static func prelude(_ name: String) throws -> RuleSetText {
    let url = folder.appendingPathComponent("preludes/\(name).yaml")
    guard let data = FileManager.default.contents(atPath: url.path) else { throw Failure.noSuchPrelude(name) }
    return try RuleSetText([UInt8](data))
  }

  /// What the checker says of a set of files, as an author reads it.
  static func report(_ files: [RuleSetFile]) -> String {
    let result = RuleSetChecker.check(files)
    return DiagnosticReport(result.diagnostics, in: result.sources).text()
  }

  /// The lines with their line feeds.
  private static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var lines: [ArraySlice<UInt8>] = []
    var rest = bytes[...]
    while let end = rest.firstIndex(of: 0x0A) {
      lines.append(rest[...end])
      rest = rest[(end + 1)...]
    }
    return rest.isEmpty ? lines : lines + [rest]
  }

  private static func argument(_ word: String, _ line: String) -> String? {
    line.hasPrefix(word) ? String(line.dropFirst(word.count)) : nil
  }
}
