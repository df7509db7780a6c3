import Bylaw
import BylawModel
import BylawStore
import BylawTestSupport
import Foundation

/// Tables of a library that another system kept, taken in by a mapping: people who borrow books and recommend each other.
struct ImportFixture {
  /// What a mapping of the tables below says unless a test says otherwise.
  static let mapping = """
    time_zone: Europe/Berlin
    tables:
      people:
        into: Reader
        id: no
        fields:
          name: { text: "{first} {last}" }
          level: { from: level, words: { gold: high } }
          friend: { from: friend, to: people }
          joined: joined
        dropped:
          shoe_size: Nobody asks for it.
      books:
        into: Book
        id: no
        left_out:
          a book that was thrown away: { state: [gone, lost] }
        fields:
          title: [title, subtitle]
          code: code
          note: { from: note, when_empty: Not recorded. }
          reader: { from: reader, to: people, must_have: { level: gold } }
          pages: pages
        needs:
          A lent book has a receipt: { when: { state: lent }, in: receipts, by: book, where: { valid: true } }
        dropped:
          state: The mapping asks for it only.
      receipts:
        into: Receipt
        id: no
        fields:
          book: { from: book, to: books }
        dropped:
          valid: The mapping asks for it only.
    """

  static let rules = """
    enums:
      Level: [low, high]
    entities:
      Reader:
        fields:
          name: text(1..20)
          level: Level
          friend: Reader?
          joined: timestamp?
      Book:
        fields:
          title: text(1..20)
          code: text(1..20)
          note: text(1..)
          reader: Reader?
          pages: int(1..500)
        unique:
          code: { of: [code], ignoring: [case], else: Another book has this code. }
      Receipt:
        fields:
          book: Book
    actions:
      look:
        allow: [anyone]
    """

  let ruleSet: RuleSet

  init() throws {
    ruleSet = try RuleSet(files: [
      (
        path: "bylaw.yaml",
        text: "bylaw: 1\nname: library\nversion: 1.0.0\nsubject: [Reader, System]\nrole: subject.level\n"
      ),
      (path: "rules.yaml", text: Self.rules),
    ])
  }

  /// A row of the table `people`, with what differs.
  static func person(_ id: String, _ changes: [String: Value] = [:]) -> [String: Value] {
    [
      "no": .string(id), "first": .string("Ann"), "last": .string("Lee"), "level": .string("low"), "friend": .null,
      "joined": .string("2025-07-01T12:00:00"), "shoe_size": .int(38),
    ].merging(changes) { $1 }
  }

  /// A row of the table `books`, with what differs.
  static func book(_ id: String, _ changes: [String: Value] = [:]) -> [String: Value] {
    [
      "no": .string(id), "title": .string("Emma"), "subtitle": .string("A novel"), "code": .string("C-\(id)"),
      "note": .string("Fine."), "reader": .null, "pages": .int(300), "state": .string("here"),
    ].merging(changes) { $1 }
  }

  /// A row of the table `receipts`.
  static func receipt(_ id: String, book: String, isValid: Bool = true) -> [String: Value] {
    ["no": .string(id), "book": .string(book), "valid": .bool(isValid)]
  }

  /// The tables as a mapping maps them; every table that is not given has no rows.
  func read(
    _ tables: [String: [[String: Value]]] = [:], mapping: String = ImportFixture.mapping
  ) throws -> MappedTables {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bylaw-\(UUID().uuidString)")
    let inner = folder.appendingPathComponent("tables")
    try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, rows) in ["people": [], "books": [], "receipts": []].merging(tables, uniquingKeysWith: { $1 }) {
      let text = JSONWriter.write(.list(rows.map { .object($0) }))
      try Data(text.utf8).write(to: inner.appendingPathComponent("\(name).json"))
    }
    let file = folder.appendingPathComponent("mapping.yaml")
    try Data(mapping.utf8).write(to: file)
    return try MappedTables(in: inner.path, mapping: file.path, for: ruleSet)
  }

  /// A new store in memory, and its backend to look into.
  func store() async throws -> (store: GatedStore, backend: MemoryBackend) {
    let backend = MemoryBackend()
    let now = Timestamp("2026-01-01T00:00:00Z") ?? Timestamp(seconds: 0)
    let store = try await GatedStore.create(
      ruleSet, in: Backend({ _ throws(StoreError) in backend }), clock: { now })
    return (store, backend)
  }

  /// Takes tables into a new store.
  func take(
    _ tables: [String: [[String: Value]]], allOrNothing: Bool = false
  ) async throws -> GatedStore.Import {
    try await store().store.take(try read(tables), allOrNothing: allOrNothing)
  }
}
