import BylawCompiler
import BylawSyntax
import Foundation
import Testing

/// What authors read for whole rule sets with mistakes, byte for byte.
///
/// `RECORD_GOLDEN=1 swift test --filter GoldenTests` writes the texts anew; such a run fails, so that nobody takes it
/// for a test. Read the difference as the author of the rules would.
struct GoldenTests {
  @Test(arguments: GoldenCase.all)
  func `the report of a rule set with mistakes is as recorded`(_ golden: GoldenCase) throws {
    let report = RuleSetText.report(try golden.files)
    if GoldenCase.isRecording {
      try report.write(to: golden.expectedURL, atomically: true, encoding: .utf8)
      Issue.record("recorded \(golden.name)")
      return
    }
    let expected = try String(contentsOf: golden.expectedURL, encoding: .utf8)
    #expect(report == expected)
  }

  @Test(arguments: GoldenCase.all)
  func `warnings that are put off are the same, and in the same order`(_ golden: GoldenCase) throws {
    let files = try golden.files
    let (atOnce, putOff) = (RuleSetChecker.check(files), RuleSetChecker.check(files, defersWarnings: true))
    #expect(putOff.allDiagnostics() == atOnce.diagnostics)
    #expect((putOff.ruleSet == nil) == (atOnce.ruleSet == nil))
    #expect(putOff.diagnostics.filter { $0.severity == .error } == atOnce.diagnostics.filter { $0.severity == .error })
  }

  @Test func `every case has a text, and every text a case`() {
    let names = GoldenCase.all.map(\.name)
    #expect(names.count >= 70)
    #expect(Set(names) == Set(GoldenCase.stems(ofExtension: "expected")))
  }

  @Test func `the preludes are without errors`() throws {
    for name in GoldenCase.preludes {
      #expect(RuleSetText.report(try RuleSetText.prelude(name).files) == "", "prelude \(name)")
    }
  }

  @Test func `every code of the sources is in some text`() throws {
    let shown = try GoldenCase.shownCodes
    let missing = try SourceCodes.all.subtracting(shown).subtracting(SourceCodes.unreachable.keys)
    #expect(missing.sorted() == [])
    #expect(Set(SourceCodes.unreachable.keys).intersection(shown).sorted() == [], "these are shown after all")
  }
}

/// A malformed rule set and the text that its author reads.
struct GoldenCase: Sendable, CustomTestStringConvertible {
  var name: String

  /// Whether the texts are written instead of compared.
  static var isRecording: Bool { ProcessInfo.processInfo.environment["RECORD_GOLDEN"] == "1" }

  /// All cases, by name.
  static let all = stems(ofExtension: "yaml").map { GoldenCase(name: $0) }

  /// The names of the preludes.
  static var preludes: [String] {
    let folder = RuleSetText.folder.appendingPathComponent("preludes").path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
  }

  static var casesFolder: URL { RuleSetText.folder.appendingPathComponent("cases") }

  /// The names of the files in the folder of the cases, without their extension.
  static func stems(ofExtension suffix: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: casesFolder.path)) ?? []
    return names.filter { $0.hasSuffix(".\(suffix)") }.map { String($0.dropLast(suffix.count + 1)) }.sorted()
  }

  /// The codes that the recorded texts show.
  static var shownCodes: Set<String> {
    get throws {
      var codes: Set<String> = []
      for golden in all {
        let text = try String(contentsOf: golden.expectedURL, encoding: .utf8)
        for line in text.split(separator: "\n") where line.contains(": error: ") || line.contains(": warning: ") {
          guard line.hasSuffix("]"), let open = line.lastIndex(of: "[") else { continue }
          codes.insert(String(line[line.index(after: open)...].dropLast()))
        }
      }
      return codes
    }
  }

  var testDescription: String { name }

  var expectedURL: URL { Self.casesFolder.appendingPathComponent("\(name).expected") }

  var files: [RuleSetFile] {
    get throws {
      let url = Self.casesFolder.appendingPathComponent("\(name).yaml")
      return try RuleSetText([UInt8](Data(contentsOf: url))).files
    }
  }
}
