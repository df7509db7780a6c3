import BylawCompiler
import Foundation
import Testing

/// An example in the documentation for authors.
struct ArticleExample: Sendable, CustomTestStringConvertible {
  /// What the comments before a block say of it.
  enum Kind: Sendable, Hashable {
    /// Sections of a rule file on top of a prelude.
    case rules(prelude: String)
    /// A manifest in the place of that of a prelude.
    case manifest(prelude: String)
    /// A file of tests.
    case tests
    /// One of several files that a test of its own puts together.
    case file
    /// Nothing is said: a mistake of the article.
    case unmarked
  }

  var article: String
  var line: Int
  var kind: Kind
  /// The code of the only error that the example must give; `nil` for an example without errors.
  var refusal: String?
  var text: String

  var testDescription: String { "\(article):\(line)" }

  /// The files that the example is a part of.
  var files: [RuleSetFile] {
    get throws {
      let example = RuleSetFile(path: "\(article):\(line)", bytes: Array(text.utf8))
      switch kind {
      case .rules(let prelude): return try RuleSetText.prelude(prelude).files + [example]
      case .manifest(let prelude):
        return try RuleSetText.prelude(prelude).files.filter { $0.path != "bylaw.yaml" } + [example]
      case .tests, .file, .unmarked: return [example]
      }
    }
  }
}

/// An article of the documentation catalogue.
struct Article: Sendable {
  var name: String
  var lines: [String]

  /// All articles, by name.
  static let all: [Article] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".md") }.sorted().compactMap { name in
      let text = try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
      return text.map { Article(name: name, lines: $0.components(separatedBy: "\n")) }
    }
  }()

  static func named(_ name: String) -> Article? { all.first { $0.name == name } }

  private static let folder: URL = {
    var root = RuleSetText.folder
    for _ in 0..<3 { root.deleteLastPathComponent() }
    return root.appendingPathComponent("Sources/Bylaw/Bylaw.docc")
  }()

  /// The blocks that are tagged as YAML.
  var examples: [ArticleExample] {
    var found: [ArticleExample] = []
    var comments: [String] = []
    var open: ArticleExample?
    for (index, line) in lines.enumerated() {
      if var example = open {
        if line == "```" {
          found.append(example)
          open = nil
        } else {
          example.text += line + "\n"
          open = example
        }
      } else if line.hasPrefix("<!-- "), line.hasSuffix(" -->") {
        comments.append(String(line.dropFirst(5).dropLast(4)))
      } else if line == "```yaml" {
        open = example(under: comments, line: index + 1)
        comments = []
      } else if !line.isEmpty {
        comments = []
      }
    }
    return found
  }

  private func example(under comments: [String], line: Int) -> ArticleExample {
    var example = ArticleExample(article: name, line: line, kind: .unmarked, text: "")
    for comment in comments {
      let parts = comment.components(separatedBy: ": ")
      switch parts[0] {
      case "prelude": example.kind = .rules(prelude: parts[1])
      case "manifest": example.kind = .manifest(prelude: parts[1])
      case "test file": example.kind = .tests
      case "file": example.kind = .file
      case "refused": example.refusal = parts[1]
      default: break
      }
    }
    return example
  }

  /// The cells of the rows of all tables, without their heads.
  var tableRows: [[String]] {
    lines.filter { $0.hasPrefix("|") && !$0.hasPrefix("|--") && !$0.hasPrefix("| --") }.map { line in
      line.replacingOccurrences(of: "\\|", with: "\u{0}").split(separator: "|", omittingEmptySubsequences: false)
        .dropFirst().dropLast()
        .map { $0.trimmingCharacters(in: .whitespaces).replacingOccurrences(of: "\u{0}", with: "|") }
    }
  }
}
