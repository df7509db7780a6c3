import Bylaw
import BylawModel
import BylawStore
import BylawTestSupport
import Foundation
import Testing

@Suite struct ImportTests {
  private typealias Fixture = ImportFixture

  // MARK: What does not fit

  struct Misfit: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var tables: [String: [[String: Value]]]
    /// Table, id, field and reason of each that is refused.
    var told: [String]
  }

  private static let unnormalized =
    "has an id that is not in Unicode normalization form C, so that another may look the same (write é as U+00E9, not as "
    + "e and U+0301)."

  static let misfits: [Misfit] = [
    Misfit(
      testDescription: "a word that the rules do not know",
      tables: ["people": [Fixture.person("1", ["level": .string("silver")])]],
      told: ["people 1: 'level' is no Level; expected one of low, high. It is \"silver\"."]),
    Misfit(
      testDescription: "a required field that is empty",
      tables: ["books": [Fixture.book("1", ["code": .null])]],
      told: ["books 1: 'code' is missing; expected a text."]),
    Misfit(
      testDescription: "a number out of bounds",
      tables: ["books": [Fixture.book("1", ["pages": .int(501)])]],
      told: ["books 1: 'pages' is too large; expected at most 500. It is 501."]),
    Misfit(
      testDescription: "a value of another kind",
      tables: ["books": [Fixture.book("1", ["pages": .string("many")])]],
      told: ["books 1: 'pages' is a text that does not fit; expected a whole number. It is \"many\"."]),
    Misfit(
      testDescription: "a record that is nowhere",
      tables: ["receipts": [Fixture.receipt("1", book: "9")]],
      told: ["receipts 1: 'book' leads to Book/9, which is not there."]),
    Misfit(
      testDescription: "a record that is refused itself",
      tables: [
        "books": [Fixture.book("1", ["pages": .int(0)])], "receipts": [Fixture.receipt("1", book: "1")],
      ],
      told: [
        "books 1: 'pages' is too small; expected at least 1. It is 0.",
        "receipts 1: 'book' leads to Book/1, which is not taken in.",
      ]),
    Misfit(
      testDescription: "a value that another record has, whatever its case",
      tables: ["books": [Fixture.book("1", ["code": .string("X")]), Fixture.book("2", ["code": .string("x")])]],
      told: ["books 2: 'code' is the same as that of '1', and has to be its own."]),
    Misfit(
      testDescription: "an id that comes twice",
      tables: ["people": [Fixture.person("1"), Fixture.person("1")]],
      told: ["people 1: comes twice."]),
    Misfit(
      testDescription: "an id that is empty",
      tables: ["people": [Fixture.person("")]],
      told: ["people row 1: 'id' is empty; expected the id of the record in 'no'."]),
    Misfit(
      testDescription: "an id with NUL",
      tables: ["people": [Fixture.person("a\0b", ["level": .string("silver")])]],
      told: [
        "people a\0b: has an id with a control character, which no id may have.",
        "people a\0b: 'level' is no Level; expected one of low, high. It is \"silver\".",
      ]),
    Misfit(
      testDescription: "an id with a line break",
      tables: ["people": [Fixture.person("a\nb")]],
      told: ["people a\nb: has an id with a control character, which no id may have."]),
    Misfit(
      testDescription: "a reference by an id with NUL",
      tables: ["people": [Fixture.person("a"), Fixture.person("1", ["friend": .string("a\0b")])]],
      told: ["people 1: 'friend' leads to a record that has an id with a control character, which no id may have."]),
    Misfit(
      testDescription: "two ids that differ in their composition alone",
      tables: ["people": [Fixture.person("Ren\u{E9}"), Fixture.person("Rene\u{301}")]],
      told: ["people Rene\u{301}: \(unnormalized)"]),
    Misfit(
      testDescription: "a decomposed id before the same composed",
      tables: ["people": [Fixture.person("Rene\u{301}"), Fixture.person("Ren\u{E9}")]],
      told: ["people Rene\u{301}: \(unnormalized)"]),
    Misfit(
      testDescription: "a reference to a refused record with a decomposed id",
      tables: ["people": [Fixture.person("Rene\u{301}"), Fixture.person("1", ["friend": .string("Rene\u{301}")])]],
      told: [
        "people Rene\u{301}: \(unnormalized)", "people 1: 'friend' leads to Reader/Ren\u{E9}, which is not there.",
      ]),
    Misfit(
      testDescription: "a record that is not what it must be",
      tables: [
        "people": [Fixture.person("1")], "books": [Fixture.book("1", ["reader": .string("1")])],
      ],
      told: ["books 1: 'reader' leads to Reader/1, where level is low; expected gold."]),
    Misfit(
      testDescription: "a record that lacks what the mapping says it needs",
      tables: [
        "books": [Fixture.book("1", ["state": .string("lent")]), Fixture.book("2", ["state": .string("lent")])],
        "receipts": [Fixture.receipt("1", book: "2"), Fixture.receipt("2", book: "2", isValid: false)],
      ],
      told: ["books 1: A lent book has a receipt: no such row of 'receipts' leads here."]),
    Misfit(
      testDescription: "a record whose only receipt is not the right one",
      tables: [
        "books": [Fixture.book("1", ["state": .string("lent")])],
        "receipts": [Fixture.receipt("1", book: "1", isValid: false)],
      ],
      told: [
        "books 1: A lent book has a receipt: no such row of 'receipts' leads here.",
        "receipts 1: 'book' leads to Book/1, which is not taken in.",
      ]),
    Misfit(
      testDescription: "several mistakes of one record",
      tables: ["books": [Fixture.book("1", ["pages": .int(0), "code": .null, "reader": .string("7")])]],
      told: [
        "books 1: 'code' is missing; expected a text.", "books 1: 'pages' is too small; expected at least 1. It is 0.",
        "books 1: 'reader' leads to Reader/7, which is not there.",
      ]),
  ]

  @Test(arguments: misfits)
  func `what does not fit is told with table, id, field and reason, and the rest is in`(_ misfit: Misfit) async throws {
    var tables = misfit.tables
    tables["people", default: []].append(Fixture.person("fits"))
    let report = try await Fixture().take(tables)
    #expect(Self.lines(report) == misfit.told)
    #expect(report.imported == tables.values.reduce(0) { $0 + $1.count } - report.refused.count)
    #expect(report.imported > 0)
  }

  @Test(arguments: misfits)
  func `all or nothing takes nothing unless all fits`(_ misfit: Misfit) async throws {
    let fixture = try Fixture()
    let (store, backend) = try await fixture.store()
    var tables = misfit.tables
    tables["people", default: []].append(Fixture.person("fits"))
    let report = try await store.take(try fixture.read(tables), allOrNothing: true)
    #expect(Self.lines(report) == misfit.told)
    #expect(report.imported == 0)
    #expect(report.tables.allSatisfy { $0.imported == 0 })
    #expect(try await backend.read { reader throws(StoreError) in try reader.record(0, id: "fits") } == nil)
  }

  private static func lines(_ report: GatedStore.Import) -> [String] {
    report.refused.flatMap { refusal in
      refusal.problems.map { "\(refusal.row?.table ?? "-") \(refusal.row?.id ?? "-"): \($0.sentence)" }
    }
  }

  // MARK: References

  @Test func `records may lead to each other in circles and in any order`() async throws {
    let report = try await Fixture().take([
      "people": [
        Fixture.person("1", ["friend": .string("2")]), Fixture.person("2", ["friend": .string("3")]),
        Fixture.person("3", ["friend": .string("1")]),
      ]
    ])
    #expect(report.refused.isEmpty)
    #expect(report.imported == 3)
  }

  @Test func `a circle with one that does not fit stays out as a whole`() async throws {
    let report = try await Fixture().take([
      "people": [
        Fixture.person("1", ["friend": .string("2")]), Fixture.person("2", ["friend": .string("3")]),
        Fixture.person("3", ["friend": .string("1"), "level": .string("silver")]), Fixture.person("4"),
      ]
    ])
    #expect(report.imported == 1)
    #expect(report.refused.map(\.record.id) == ["1", "2", "3"])
  }

  @Test func `a long chain behind a refused record is refused link by link`() async throws {
    let people = (1...2_000).map { Fixture.person("\($0)", ["friend": .string("\($0 - 1)")]) }
    let report = try await Fixture().take(["people": people])
    #expect(report.imported == 0)
    #expect(report.refused.count == 2_000)
  }

  // MARK: What the mapping says

  @Test func `words, texts, first columns, fillings and times are as the mapping says`() async throws {
    let fixture = try Fixture()
    let (store, backend) = try await fixture.store()
    let mapped = try fixture.read([
      "people": [Fixture.person("1", ["level": .string("gold")])],
      "books": [
        Fixture.book("1", ["title": .string(" "), "note": .string(""), "reader": .string("1")]),
        Fixture.book("2", ["state": .string("lost")]),
      ],
    ])
    let report = try await store.take(mapped)
    #expect(report.refused.isEmpty)
    let person = try await backend.read { reader throws(StoreError) in try reader.record(0, id: "1")?.fields }
    #expect(person?["name"] == .string("Ann Lee"))
    #expect(person?["level"] == .string("high"))
    // Berlin is two hours ahead in July.
    #expect(person?["joined"] == Timestamp("2025-07-01T10:00:00Z").map { .timestamp($0) })
    let book = try await backend.read { reader throws(StoreError) in try reader.record(1, id: "1")?.fields }
    #expect(book?["title"] == .string("A novel"))
    #expect(book?["note"] == .string("Not recorded."))
    #expect(report.filled.map { "\($0.row.table) \($0.row.id) \($0.field)" } == ["books 1 note"])
    #expect(
      report.leftOut.map { "\($0.row.table) \($0.row.id): \($0.because)" } == ["books 2: a book that was thrown away"])
    #expect(report.tables.map(\.imported) == [1, 1, 0])
    #expect(report.tables.map(\.leftOut) == [0, 1, 0])
  }

  @Test func `the trail proves what was taken in`() async throws {
    let fixture = try Fixture()
    let (store, _) = try await fixture.store()
    _ = try await store.take(try fixture.read(["people": (1...250).map { Fixture.person("\($0)") }]))
    let proof = try await store.verify()
    #expect(proof.findings == [])
    #expect(proof.records == 250)
  }

  @Test func `a second import holds to what is there already`() async throws {
    let fixture = try Fixture()
    let (store, _) = try await fixture.store()
    _ = try await store.take(try fixture.read(["books": [Fixture.book("1")]]))
    let report = try await store.take(
      try fixture.read([
        "books": [Fixture.book("1"), Fixture.book("2", ["code": .string("c-1")])],
        "receipts": [Fixture.receipt("1", book: "1")],
      ]))
    #expect(
      Self.lines(report) == [
        "books 1: has an id that is taken already.",
        "books 2: 'code' is the same as that of '1', and has to be its own.",
        "receipts 1: 'book' leads to Book/1, which is not taken in.",
      ])
  }

  @Test func `JSON names table, id, record, field and reason`() async throws {
    let report = try await Fixture().take(["people": [Fixture.person("1", ["level": .string("silver")])]])
    let json = report.json()
    #expect(json.contains(#""imported":0"#))
    #expect(json.contains(#"{"table":"people","entity":"Reader","imported":0,"refused":1,"left_out":0}"#))
    #expect(json.contains(#""table":"people","id":"1","record":"Reader/1","problems":[{"field":"level","reason":"is"#))
  }

  @Test func `progress tells reading, checking and writing`() async throws {
    let fixture = try Fixture()
    let (store, _) = try await fixture.store()
    let mapped = try fixture.read(["people": (1...600).map { Fixture.person("\($0)") }])
    let stages = Stages()
    _ = try await store.take(mapped, progress: { stages.add($0) })
    #expect(stages.all.map(\.stage) == [.checking, .checking, .writing, .writing])
    #expect(stages.all.map(\.done) == [0, 500, 0, 500])
    #expect(stages.all.allSatisfy { $0.total == 600 })
  }
}
