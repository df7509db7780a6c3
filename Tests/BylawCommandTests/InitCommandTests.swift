import Foundation
import Testing

/// `bylaw init --import FOLDER --mapping FILE`, with the tables of the examples and with those of the public data set.
@Suite struct InitCommandTests {
  private static let rules = "rules/incident-management"
  private static let mapping = "examples/import/incident-management.yaml"

  /// The public data set beside the repository, where there is one.
  static var dataset: String? {
    let folder = CommandRunner.package.deletingLastPathComponent()
      .appendingPathComponent("shared/datasets/incident-management")
    return FileManager.default.fileExists(atPath: folder.path) ? folder.path : nil
  }

  /// Runs an import into a new store.
  private func take(
    _ tables: String, _ more: [String] = [], mapping: String = InitCommandTests.mapping
  ) throws -> CommandRunner.Result {
    try CommandRunner.withFolder([:]) { folder in
      try CommandRunner.run(
        ["init", "\(folder)/store.db", "--rules", Self.rules, "--import", tables, "--mapping", mapping] + more)
    }
  }

  private struct Report: Decodable {
    struct Table: Decodable {
      var table: String
      var imported: Int
      var refused: Int
      var left_out: Int
    }
    struct Refusal: Decodable {
      struct Problem: Decodable {
        var field: String?
        var reason: String
      }
      var table: String
      var id: String
      var problems: [Problem]
    }
    var imported: Int
    var tables: [Table]
    var refused: [Refusal]
  }

  @Test func `the tables of the examples are taken in, and what does not fit is told`() throws {
    let result = try take("examples/import/tables")
    #expect(result.status == 3)
    #expect(!result.errors.contains("warning"))
    for line in [
      "clients 2, Client/2: not taken in", "  'registration_number' is the same as that of '1', and has to be its own.",
      "users 4, User/4: not taken in", "  'client' leads to Client/2, which is not taken in.",
      "incidents 3, Incident/3: not taken in",
      "  A closed incident has been reviewed: no such row of 'post_incident_reviews' leads here.",
      "change_requests 3, Change/3: not taken in",
      "  'approved_by' leads to User/3, where status is on_leave; expected active.",
      "rollback_requests 1, Rollback/1: not taken in", "  'change' leads to Change/2, which is not taken in.",
    ] {
      #expect(result.errors.contains(line + "\n"), "\(line)")
    }
    #expect(result.output.contains("sla_agreements: left out, an agreement that is no longer in force: 4\n"))
    #expect(
      result.output.contains("incidents: 'description' was empty, now \"Not recorded in the system before.\": 2\n"))
  }

  @Test func `all or nothing makes no store unless all fit`() throws {
    try CommandRunner.withFolder([:]) { folder in
      let result = try CommandRunner.run([
        "init", "\(folder)/store.db", "--rules", Self.rules, "--import", "examples/import/tables", "--mapping",
        Self.mapping, "--all-or-nothing", "--format", "json",
      ])
      #expect(result.status == 3)
      let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
      #expect(report.imported == 0)
      #expect(report.tables.allSatisfy { $0.imported == 0 })
      #expect(!report.refused.isEmpty)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
    }
  }

  @Test func `all or nothing takes in a file of which every record fits, and leaves a store that is there as it is`()
    throws
  {
    try StoreFolder.with(isMade: false) { store in
      func take(_ people: String, _ more: [String]) throws -> CommandRunner.Result {
        try Data(people.utf8).write(to: URL(fileURLWithPath: "\(store.path)/people.yaml"))
        let command = ["init", store.db, "--rules", store.rules, "--import", "\(store.path)/people.yaml"]
        return try CommandRunner.run(command + ["--all-or-nothing"] + more)
      }
      let flawed = StoreFolder.people + "  eve: { name: Eve, role: king }\n"
      #expect(try take(flawed, []).status == 3)
      #expect(store.files == [])
      let made = try take(StoreFolder.people, [])
      #expect(made.status == 0, "\(made.errors)")
      #expect(made.output.hasSuffix("3 of 3 records taken in\n"))
      let more = try take("User:\n  dan: { name: Dan, role: clerk }\n  eve: { name: Eve, role: king }\n", ["--update"])
      #expect(more.status == 3)
      #expect(more.output.hasSuffix("0 of 2 records taken in\n"))
      #expect(try store.run(["audit", "verify"]).output.contains(" 3 records "))
    }
  }

  @Test func `a mistake of the mapping makes no store`() throws {
    try CommandRunner.withFolder(["mapping.yaml": "tables:\n  clients: { into: Customer, id: client_id }\n"]) {
      folder in
      let result = try CommandRunner.run([
        "init", "\(folder)/store.db", "--rules", Self.rules, "--import", "examples/import/tables", "--mapping",
        "\(folder)/mapping.yaml",
      ])
      #expect(result.status == 3)
      #expect(result.errors.contains("unknown entity 'Customer'"))
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/store.db"))
    }
  }

  /// Takes a file of records into a new store.
  private func take(records text: String) throws -> (result: CommandRunner.Result, isMade: Bool) {
    try CommandRunner.withFolder(["records.yaml": text]) { folder in
      let result = try CommandRunner.run([
        "init", "\(folder)/store.db", "--rules", Self.rules, "--import", "\(folder)/records.yaml",
      ])
      return (result, FileManager.default.fileExists(atPath: "\(folder)/store.db"))
    }
  }

  /// A user as a line of a file of records.
  private static func user(_ id: String, role: String = "executive") -> String {
    "  \(id): { name: Eve, email: e@x.example, role: \(role), status: active, timezone: UTC, "
      + "created_at: 2025-01-02T09:00:00Z }\n"
  }

  @Test func `a record of a file that does not fit is told, and the rest is in`() throws {
    let flawed = Self.user("ex-2", role: "king") + Self.user(#""a\0b""#) + "  ex-3: { nmae: Eve }\n"
    let (result, isMade) = try take(records: "User:\n" + Self.user("ex-1") + flawed)
    #expect(result.status == 3)
    #expect(isMade)
    #expect(result.output.contains("1 of 4 records taken in\n"))
    for line in [
      "User/ex-2: not taken in\n  'role' is no", "It is \"king\".", "  has an id with a control character",
      "  'nmae' is not known",
    ] {
      #expect(result.errors.contains(line), "\(result.errors)")
    }
  }

  @Test func `a file that holds no records of the rule set makes no store`() throws {
    let (result, isMade) = try take(records: "Usr:\n" + Self.user("ex-1"))
    #expect(result.status == 3)
    #expect(!isMade)
    #expect(result.errors.contains("unknown entity type 'Usr'"))
  }

  @Test func `a mapping without tables is wrong usage`() throws {
    let result = try CommandRunner.run(["init", "x.db", "--rules", Self.rules, "--mapping", Self.mapping])
    #expect(result.status == 64)
  }

  @Test(.enabled(if: InitCommandTests.dataset != nil, "no data set at ../shared/datasets/incident-management"))
  func `every row of the public data set is in, refused with a reason, or left out`() throws {
    let folder = try #require(Self.dataset)
    let result = try take(folder, ["--format", "json"])
    #expect(result.status == 3)
    // Every file has a table and every column a field or a reason.
    #expect(!result.errors.contains("warning"), "\(result.errors)")
    let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
    #expect(report.tables.count == 22)
    for table in report.tables {
      let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(table.table).json"))
      let rows = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
      #expect(table.imported + table.refused + table.left_out == rows.count, "\(table.table)")
    }
    #expect(report.refused.allSatisfy { !$0.problems.isEmpty })
    #expect(Set(report.refused.map { "\($0.table) \($0.id)" }).count == report.refused.count)
  }
}
