import BylawCompiler
import BylawSyntax
import Foundation

/// The codes of diagnostics that the sources can report.
enum SourceCodes {
  /// Codes that no rule file can bring about, with the reason.
  static let unreachable: [String: String] = [
    "yaml-syntax": "stands for what libyaml refuses in a way that this version does not know",
    "unknown-folder": "is about folders; RuleSetFolderTests shows it",
    "unread-file": "is about what stands in a folder; RuleSetFolderTests shows it",
  ]

  /// Those of the enums, and those that the checker of rule sets writes out.
  static var all: Set<String> {
    get throws {
      var codes = Set(YAMLCode.allCases.map(\.rawValue))
      codes.formUnion(SyntaxCode.allCases.map(\.rawValue))
      codes.formUnion(ExpressionCode.allCases.map(\.rawValue))
      for file in try sourceFiles { codes.formUnion(writtenOut(in: try String(contentsOf: file, encoding: .utf8))) }
      return codes
    }
  }

  /// The Swift files of the compiler, and those that read folders.
  private static var sourceFiles: [URL] {
    get throws {
      var root = RuleSetText.folder
      for _ in 0..<3 { root.deleteLastPathComponent() }
      return ["Sources/BylawCompiler", "Sources/Bylaw/Loading"].flatMap { name -> [URL] in
        let folder = root.appendingPathComponent(name)
        let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        return names.filter { $0.hasSuffix(".swift") }.map { folder.appendingPathComponent($0) }
      }
    }
  }

  /// The first argument of `report(`, `warn(` and `Diagnostic(`, where it is a literal.
  private static func writtenOut(in text: String) -> [String] {
    text.matches(of: #/(?:report|warn|Diagnostic)\(\s*"([a-z][a-z-]*)"/#).map { String($0.output.1) }
  }
}
