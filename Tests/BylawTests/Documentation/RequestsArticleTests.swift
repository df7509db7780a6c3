import Bylaw
import BylawModel
import Foundation
import Testing

/// The article on requests shows what the library answers, byte for byte.
@Suite("The article on requests")
struct RequestsArticleTests {
  /// What the article shows: the files that it names, and the answers to those of its requests.
  struct Page {
    var files: [String: String] = [:]
    var answers: [(request: String, text: String)] = []

    /// A block belongs to the comment above it: `<!-- file: NAME -->` or `<!-- answer: NAME -->`.
    init() throws {
      let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../Sources/Bylaw/Bylaw.docc/Requests.md").standardized
      var mark: (kind: String, name: String)?
      var block: String?
      for line in try String(contentsOf: url, encoding: .utf8).components(separatedBy: "\n") {
        if let text = block, line == "```", let (kind, name) = mark {
          if kind == "file" { files[name] = text } else { answers.append((name, text)) }
          (block, mark) = (nil, nil)
        } else if let text = block {
          block = text + line + "\n"
        } else if mark != nil, line.hasPrefix("```") {
          block = ""
        } else if line.hasPrefix("<!-- "), line.hasSuffix(" -->") {
          let parts = line.dropFirst(5).dropLast(4).components(separatedBy: ": ")
          if parts.count == 2, ["file", "answer"].contains(parts[0]) { mark = (parts[0], parts[1]) }
        }
      }
    }
  }

  @Test("Every request of the article gets the answer that stands below it")
  func answers() throws {
    let page = try Page()
    let rules = page.files.filter { $0.key.hasPrefix("orders/") }
    let ruleSet = try RuleSet(files: rules.map { (String($0.key.dropFirst("orders/".count)), $0.value) })
    #expect(ruleSet.warnings.text() == "")
    let records = try Records(text: #require(page.files["records.yaml"]), path: "records.yaml", for: ruleSet)
    let decisionPoint = PolicyDecisionPoint(ruleSet, records: records)
    let now = try #require(Timestamp("2025-06-02T11:00:00Z"))
    guard case .object(let server) = try JSONReader.parse(Array(#require(page.files["server.json"]).utf8)) else {
      Issue.record("the context of the service is no object")
      return
    }
    #expect(page.answers.map(\.request) == ["small.json", "large.json", "year-end.json", "typo.json"])
    for (name, expected) in page.answers {
      var answer: String
      do throws(RequestError) {
        let request = try Request(json: page.files[name] ?? "", serverContext: server)
        answer = decisionPoint.decide(request, at: now).json(isPretty: true)
      } catch {
        answer = error.json(isPretty: true)
      }
      answer.replace(ruleSet.identity.digest, with: "sha256:…")
      #expect(answer + "\n" == expected, "\(name)")
    }
  }
}
