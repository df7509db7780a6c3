import BylawModel
import BylawStore

/// The tables that every store has, whatever its rules: the trail, proposals, documents, keys, numbers and settings.
enum SystemTables {
  /// "Byla" in ASCII: marks a database file as a store.
  static let applicationID: Int64 = 0x4279_6C61
  /// The version of everything that this file lays down.
  static let format: Int64 = 3

  /// All of them, in the order in which they are made.
  static let objects: [SchemaObject] = entries + changes + proposals + documents + small

  private static func table(_ name: String, _ columns: [String], options: String = "STRICT") -> SchemaObject {
    SchemaObject(
      kind: .table, name: name, table: name,
      sql: "CREATE TABLE \"\(name)\" (\n  \(columns.joined(separator: ",\n  "))\n) \(options)")
  }

  private static func index(_ name: String, on table: String, _ definition: String) -> SchemaObject {
    SchemaObject(
      kind: .index, name: "\(table)$\(name)", table: table,
      sql: "CREATE INDEX \"\(table)$\(name)\" ON \"\(table)\" \(definition)")
  }

  /// A column that follows from the JSON of a row, so that it cannot say anything else.
  private static func derived(_ name: String, _ expression: String? = nil) -> String {
    "\"\(name)\" TEXT GENERATED ALWAYS AS (\(expression ?? "json_extract(\"body\", '$.\(name)')")) VIRTUAL"
  }

  /// The moment of an entry with nine digits of a second, so that texts sort as times do.
  static let moment = """
    substr(json_extract("body", '$.at'), 1, 19) || '.' \
    || substr(rtrim(substr(json_extract("body", '$.at'), 21), 'Z') || '000000000', 1, 9) || 'Z'
    """

  /// A member of the JSON of an entry: worked out when it is asked for, as a column that derives from it costs every
  /// insertion.
  static func member(_ name: String) -> String { "json_extract(\"body\", '$.\(name)')" }

  /// Whether an entry may say which settings the store has: one of the engine's own that puts rules in force.
  ///
  /// There are few, and an index of them; only the beginning of the JSON is compared.
  static let maySpeakOfSettings = """
    "body" >= '{"action":"\(Gate.rulesAction)",' AND "body" < '{"action":"\(Gate.rulesAction)"-'
    """
  /// Whether an entry says which settings the store has.
  static let speaksOfSettings = "\(maySpeakOfSettings) AND \(member("settings")) IS NOT NULL"

  // MARK: What is carried over

  /// After so many entries what they are about, and the numbers that they gave, are carried over into the tables that
  /// list them, all at once: a page of each would otherwise be written with every entry.
  static let stride: Int64 = 64
  /// Up to which entry all is carried over, where this is the last one.
  static func carried(upTo last: Int64) -> Int64 { last - last % stride }

  /// The same in SQL, of the trail as it is; `NULL` before the first entry.
  static let carried = "(SELECT max(\"sequence\") / \(stride) * \(stride) FROM \"bylaw_entry\")"

  /// The only record that an allowed entry changes, as its JSON says; `NULL` where there is none or more of them.
  static let changedByJSON = """
    CASE WHEN \(member("outcome")) = 'allow' AND json_array_length("body", '$.changes') = 1 \
    THEN json_extract("body", '$.changes[0].record') END
    """

  /// Whether an entry is listed at once: it changes several records, or is of an act that was not allowed.
  static let isListedAtOnce = "(\"changed\" IS NULL AND \(member("changes")) IS NOT NULL)"

  /// Whether an entry may have a text with U+0000, at which SQL takes it to end.
  static let mayBeCut = "(instr(\"body\", '\\u0000') > 0)"

  /// A condition on the JSON of an entry: it is about this resource.
  ///
  /// Within a text of JSON a quote has a backslash before it, so the name is always that of a member.
  /// - `record`: An expression for `Type/id`; SQLite does not escape U+007F, which the trail does.
  static func isAbout(_ record: String) -> String {
    "instr(\"body\", '\"resource\":' || replace(json_quote(\(record)), char(127), '\\u007f')) > 0"
  }

  /// A condition for a row that the last entry does not list as changed.
  ///
  /// - `record`: An expression for `Type/id` of the row.
  /// - `entry`: The column that names the entry.
  /// - `mustAllow`: Whether the entry has to be of an act that was allowed.
  static func isUnlisted(_ record: String, by entry: String, mustAllow: Bool) -> String {
    """
    (\(entry), \(record)) IS NOT (SELECT "sequence", "changed" FROM "bylaw_entry" ORDER BY "sequence" DESC LIMIT 1) \
    AND NOT EXISTS (SELECT 1 FROM "bylaw_change" WHERE "record" = \(record) AND "entry" = \(entry) \
    AND "kind" \(mustAllow ? "= 1" : "> 0") AND "entry" = (SELECT max("sequence") FROM "bylaw_entry"))
    """
  }

  private static let entries: [SchemaObject] = [
    table(
      "bylaw_entry",
      [
        "\"sequence\" INTEGER PRIMARY KEY CHECK (\"sequence\" > 0)",
        "\"body\" TEXT NOT NULL", "\"digest\" BLOB NOT NULL CHECK (length(\"digest\") = 32)",
        // The only record that an allowed entry changes: what the guards of rows go by.
        "\"changed\" TEXT",
      ]),
    index("settings", on: "bylaw_entry", "(\"sequence\") WHERE \(maySpeakOfSettings)"),
    .guarding(
      "bylaw_entry", "insert", before: "INSERT",
      when: """
        NEW."sequence" IS NOT (SELECT coalesce(max("sequence"), 0) + 1 FROM "bylaw_entry")
        """,
      saying: SQLiteMessages.entryOrder),
    .guarding("bylaw_entry", "update", before: "UPDATE", when: nil, saying: SQLiteMessages.entryKept),
    .guarding("bylaw_entry", "delete", before: "DELETE", when: nil, saying: SQLiteMessages.entryRemoved),
  ]

  /// Which entries are about which records: 0 about it, 1 changed it, 2 changed it though it does not allow.
  ///
  /// Those since the last multiple of `stride` that change one record, or none, are yet to be listed.
  private static let changes: [SchemaObject] = [
    table(
      "bylaw_change",
      [
        "\"record\" TEXT NOT NULL", "\"entry\" INTEGER NOT NULL", "\"kind\" INTEGER NOT NULL",
        "PRIMARY KEY (\"record\", \"entry\")",
      ], options: "STRICT, WITHOUT ROWID"),
    .guarding(
      "bylaw_change", "insert", before: "INSERT",
      // What most rows are comes first, as each of them is asked.
      when: """
        NOT EXISTS (SELECT 1 FROM "bylaw_entry"
          WHERE "sequence" = NEW."entry" AND "changed" = NEW."record" AND NEW."kind" = 1)
        AND NEW."entry" IS NOT (SELECT max("sequence") FROM "bylaw_entry") AND NEW."kind" IS NOT (
          SELECT CASE WHEN "changed" = NEW."record" THEN 1 WHEN \(isAbout("NEW.\"record\"")) THEN 0 END
          FROM "bylaw_entry" WHERE "sequence" = NEW."entry")
        """,
      saying: SQLiteMessages.indexKept),
    .guarding("bylaw_change", "update", before: "UPDATE", when: nil, saying: SQLiteMessages.indexKept),
    .guarding("bylaw_change", "delete", before: "DELETE", when: nil, saying: SQLiteMessages.indexKept),
  ]

  private static let proposals: [SchemaObject] = {
    let unlisted = """
      (\(isUnlisted("'proposal/' || NEW.\"id\"", by: "NEW.\"entry\"", mustAllow: false))) \
      OR NEW."id" IS NOT json_extract(NEW."body", '$.id')
      """
    let exists = "EXISTS (SELECT 1 FROM \"bylaw_proposal\" WHERE \"id\" = NEW.\"id\" OR \"row\" = NEW.\"row\")"
    let renamed = "NEW.\"id\" IS NOT OLD.\"id\" OR NEW.\"row\" IS NOT OLD.\"row\""
    let name = "bylaw_proposal"
    return [
      table(
        name,
        [
          "\"row\" INTEGER PRIMARY KEY CHECK (\"row\" > 0)", "\"id\" TEXT NOT NULL UNIQUE",
          "\"entry\" INTEGER NOT NULL REFERENCES \"bylaw_entry\" (\"sequence\")",
          "\"body\" TEXT NOT NULL CHECK (json_valid(\"body\"))", derived("status"), derived("action"),
          derived("submitter", "json_extract(\"body\", '$.subject')"), derived("resource"), derived("fingerprint"),
        ]),
      index("open", on: name, "(\"row\") WHERE \"status\" IN ('open', 'approved')"),
      index("resource", on: name, "(\"resource\")"),
      index("fingerprint", on: name, "(\"fingerprint\")"),
      .guarding(
        name, "insert", before: "INSERT", when: "\(unlisted) OR \(exists)", saying: SQLiteMessages.unlisted(name)),
      .guarding(name, "update", before: "UPDATE", when: unlisted, saying: SQLiteMessages.unlisted(name)),
      .guarding(name, "rename", before: "UPDATE", when: renamed, saying: SQLiteMessages.renamed(name)),
      .guarding(name, "delete", before: "DELETE", when: nil, saying: SQLiteMessages.removal(name)),
    ]
  }()

  private static let documents: [SchemaObject] = [
    table(
      "bylaw_document",
      [
        "\"row\" INTEGER PRIMARY KEY CHECK (\"row\" > 0)", "\"kind\" TEXT NOT NULL",
        "\"at\" TEXT NOT NULL CHECK (length(\"at\") = 30)",
        "\"entry\" INTEGER REFERENCES \"bylaw_entry\" (\"sequence\")",
        "\"body\" TEXT NOT NULL CHECK (json_valid(\"body\"))", "\"once\" TEXT UNIQUE",
        "\"digest\" BLOB NOT NULL CHECK (length(\"digest\") = 32)",
      ]),
    index("kind", on: "bylaw_document", "(\"kind\", \"row\")"),
    .guarding(
      "bylaw_document", "insert", before: "INSERT",
      when: """
        NEW."row" IS NOT (SELECT coalesce(max("row"), 0) + 1 FROM "bylaw_document") \
        OR EXISTS (SELECT 1 FROM "bylaw_document" WHERE "once" = NEW."once")
        """,
      saying: SQLiteMessages.documentKept),
    .guarding("bylaw_document", "update", before: "UPDATE", when: nil, saying: SQLiteMessages.documentKept),
    .guarding("bylaw_document", "delete", before: "DELETE", when: nil, saying: SQLiteMessages.documentRemoved),
  ]

  /// Values of unique keys, which are a part of their record's digest; numbers given out and settings, which entries
  /// state.
  private static let small: [SchemaObject] = [
    table(
      "bylaw_key",
      [
        "\"key\" TEXT NOT NULL", "\"value\" TEXT NOT NULL", "\"record\" TEXT NOT NULL",
        "PRIMARY KEY (\"key\", \"value\")",
      ], options: "STRICT, WITHOUT ROWID"),
    index("record", on: "bylaw_key", "(\"record\", \"key\")"),
    table(
      "bylaw_number", ["\"entity\" TEXT PRIMARY KEY", "\"last\" INTEGER NOT NULL"],
      options: "STRICT, WITHOUT ROWID"),
    table(
      "bylaw_setting", ["\"name\" TEXT PRIMARY KEY", "\"value\" TEXT NOT NULL"],
      options: "STRICT, WITHOUT ROWID"),
  ]
}
