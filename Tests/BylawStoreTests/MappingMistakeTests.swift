import Bylaw
import BylawModel
import BylawTestSupport
import Foundation
import Synchronization
import Testing

/// Collects what an import tells of its progress.
final class Stages: Sendable {
  private let told = Mutex<[ImportProgress]>([])

  var all: [ImportProgress] { told.withLock { $0 } }

  func add(_ progress: ImportProgress) { told.withLock { $0.append(progress) } }
}

@Suite struct MappingMistakeTests {
  struct Mistake: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// What is replaced in the mapping of the fixture, and by what.
    var written: String
    var instead: String
    /// What the report has to say.
    var told: [String]
  }

  static let mistakes: [Mistake] = [
    Mistake(
      testDescription: "an entity that is unknown", written: "into: Book", instead: "into: Books",
      told: ["unknown entity 'Books'", "expected Reader, Book or Receipt", "did you mean 'Book'?"]),
    Mistake(
      testDescription: "a field that is unknown", written: "title: [", instead: "titel: [",
      told: ["'Book' has no field 'titel'", "did you mean 'title'?"]),
    Mistake(
      testDescription: "a field that nothing gives", written: "pages: pages", instead: "",
      told: ["nothing says where 'pages' of 'Book' comes from"]),
    Mistake(
      testDescription: "a column that is unknown", written: "pages: pages", instead: "pages: page",
      told: ["the table 'books' has no column 'page'", "did you mean 'pages'?"]),
    Mistake(
      testDescription: "a table that is unknown", written: "to: books", instead: "to: book",
      told: ["this mapping has no table 'book'", "did you mean 'books'?"]),
    Mistake(
      testDescription: "a table of another entity", written: "book: { from: book, to: books }",
      instead: "book: { from: book, to: people }",
      told: ["the table 'people' becomes 'Reader'", "expected a table of 'Book'"]),
    Mistake(
      testDescription: "a table without a file", written: "into: Receipt",
      instead: "into: Receipt\n    file: slips.json",
      told: ["the folder of the tables has no file 'slips.json'", "nothing says what becomes of 'receipts.json'"]),
    Mistake(
      testDescription: "a word that the rules do not know", written: "gold: high", instead: "gold: higher",
      told: ["'level' is no Level", "expected one of low, high"]),
    Mistake(
      testDescription: "a filling out of bounds", written: "pages: pages",
      instead: "pages: { from: pages, when_empty: 0 }", told: ["'pages' is too small", "expected at least 1"]),
    Mistake(
      testDescription: "two origins at once", written: "pages: pages", instead: "pages: { from: pages, always: 5 }",
      told: ["this does not say once where the value comes from"]),
    Mistake(
      testDescription: "a key that is unknown", written: "when_empty:", instead: "if_empty:",
      told: ["unknown key 'if_empty'", "when_empty"]),
    Mistake(
      testDescription: "a zone that is unknown", written: "Europe/Berlin", instead: "Europe/Berlyn",
      told: ["unknown time zone 'Europe/Berlyn'"]),
    Mistake(
      testDescription: "a brace without its end", written: "{last}", instead: "{last",
      told: ["a '{' has no '}'"]),
    Mistake(
      testDescription: "a need of a column that is unknown", written: "where: { valid: true }",
      instead: "where: { valud: true }", told: ["the table 'receipts' has no column 'valud'", "did you mean 'valid'?"]),
    Mistake(
      testDescription: "an id without a column", written: "into: Receipt\n    id: no", instead: "into: Receipt",
      told: ["the table 'receipts' needs 'id'"]),
  ]

  @Test(arguments: mistakes)
  func `a mistake of the mapping is told with its place`(_ mistake: Mistake) throws {
    #expect(ImportFixture.mapping.contains(mistake.written))
    let mapping = ImportFixture.mapping.replacing(mistake.written, with: mistake.instead, maxReplacements: 1)
    let error = #expect(throws: RecordsError.self) {
      try ImportFixture().read(
        ["books": [ImportFixture.book("1")], "receipts": [ImportFixture.receipt("1", book: "1")]], mapping: mapping)
    }
    let text = error?.description ?? ""
    #expect(text.contains("mapping.yaml:"))
    for words in mistake.told { #expect(text.contains(words), "\(text)") }
  }

  @Test func `a column that nothing takes over is a warning`() throws {
    let mapping = ImportFixture.mapping.replacing("    dropped:\n      shoe_size: Nobody asks for it.\n", with: "")
    let tables = try ImportFixture().read(["people": [ImportFixture.person("1")]], mapping: mapping)
    #expect(tables.warnings.warningCount == 1)
    #expect(tables.warnings.text().contains("the column 'shoe_size' of 'people' is not taken over"))
  }

  @Test func `a table that is no JSON is told with its line`() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bylaw-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for name in ["people", "books", "receipts"] {
      try Data("[\n  {\"no\": }\n]".utf8).write(to: folder.appendingPathComponent("\(name).json"))
    }
    let mapping = folder.appendingPathComponent("mapping.yaml")
    try Data(ImportFixture.mapping.utf8).write(to: mapping)
    let error = #expect(throws: RecordsError.self) {
      try MappedTables(in: folder.path, mapping: mapping.path, for: try ImportFixture().ruleSet)
    }
    #expect(error?.description.contains("'people.json', line 2:") == true)
  }

  @Test func `the mapping of the article is one`() throws {
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let article = try String(
      contentsOf: package.appendingPathComponent("Sources/Bylaw/Bylaw.docc/Stores.md"), encoding: .utf8)
    let mapping = try #require(article.split(separator: "```yaml\n").last?.split(separator: "```").first)
    let rules = try RuleSet(files: [
      (
        path: "bylaw.yaml",
        text: "bylaw: 1\nname: small\nversion: 1.0.0\nsubject: [User, System]\nrole: subject.status\n"
      ),
      (path: "rules.yaml", text: Self.articleRules),
    ])
    let tables: [String: String] = [
      "clients": #"[{"client_id": "1", "name": "Acme"}]"#,
      "reviews": "[]",
      "users": """
      [{"user_id": "7", "first_name": "Ida", "last_name": "Marsh", "status": "on_leave", "client_id": "1", "shoe_size": 9}]
      """,
      "incidents": """
      [{"incident_id": "1", "title": "", "subject": "Mail", "description": "", "approver_id": "7", "client_count": 2,
        "category": "mail", "status": "closed"}]
      """,
      "sessions": "[]",
    ]
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bylaw-\(UUID().uuidString)")
    let inner = folder.appendingPathComponent("tables")
    try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, text) in tables { try Data(text.utf8).write(to: inner.appendingPathComponent("\(name).json")) }
    let file = folder.appendingPathComponent("mapping.yaml")
    try Data(mapping.utf8).write(to: file)
    let mapped = try MappedTables(in: inner.path, mapping: file.path, for: rules)
    #expect(mapped.warnings.warningCount == 0)
    #expect(mapped.rowCount == 3)
  }

  private static let articleRules = """
    enums:
      Status: [active, inactive]
      State: [open, closed]
    records:
      Impact:
        affected_clients: int = 0
    entities:
      Client:
        fields:
          name: text(1..100)
      User:
        fields:
          name: text(1..100)
          status: Status
          client: Client?
      Review:
        fields:
          incident: Incident
      Incident:
        fields:
          title: text(1..100)
          description: text(1..)
          approved_by: User?
          impact: Impact
          detection_source: text(1..)?
    actions:
      look:
        allow: [anyone]
    """
}
