import BylawModel
import BylawStore

/// Looks through everything of a store that the audit trail does not prove: the database's guards, the index of changes,
/// and the rows with a digest of their own.
struct FaultSurvey {
  let connection: SQLConnection
  let layout: TableLayout
  /// The most sentences that are wanted.
  let limit: Int
  private var faults: [String] = []

  init(connection: SQLConnection, layout: TableLayout, limit: Int) {
    self.connection = connection
    self.layout = layout
    self.limit = limit
  }

  mutating func run() throws(StoreError) -> [String] {
    try lookAtGuards()
    try lookAtReferences()
    try lookAtChanges()
    try lookAtNumbering()
    try lookAtDocuments()
    try lookAtSmallRows()
    return Array(faults.prefix(limit))
  }

  private mutating func note(_ fault: String) {
    if faults.count < limit { faults.append(fault) }
  }

  // MARK: What the database itself guards

  private mutating func lookAtGuards() throws(StoreError) {
    let found = try connection.all(
      "SELECT \"type\", \"name\", \"tbl_name\", \"sql\" FROM sqlite_schema WHERE \"sql\" IS NOT NULL"
    ) { row in
      SchemaObject.Kind(rawValue: row.text(0)).map {
        SchemaObject(kind: $0, name: row.text(1), table: row.text(2), sql: row.text(3))
      }
    }.compactMap { $0 }
    var rest = found
    for object in layout.objects {
      guard let index = rest.firstIndex(where: { $0.kind == object.kind && $0.name == object.name }) else {
        note(SQLiteMessages.missingGuard(object.kind.rawValue, object.name))
        continue
      }
      if rest.remove(at: index) != object { note(SQLiteMessages.changedGuard(object.kind.rawValue, object.name)) }
    }
    for object in rest where !object.name.hasPrefix("sqlite_") {
      note(SQLiteMessages.strangeGuard(object.kind.rawValue, object.name))
    }
  }

  private mutating func lookAtReferences() throws(StoreError) {
    let dangling = try connection.all(
      "SELECT DISTINCT \"table\", \"parent\" FROM pragma_foreign_key_check LIMIT 100"
    ) { ($0.text(0), $0.text(1)) }
    for (table, parent) in dangling { note(SQLiteMessages.dangling(table, parent)) }
  }

  /// What entries list, against the table that the triggers go by: both must say the same.
  private mutating func lookAtChanges() throws(StoreError) {
    let listed = """
      SELECT e."sequence" AS "entry", json_extract(c."value", '$.record') AS "record",
        CASE json_extract(e."body", '$.outcome') WHEN 'allow' THEN 1 ELSE 2 END AS "kind"
      FROM "bylaw_entry" e, json_each(e."body", '$.changes') c
      """
    // One pass tells whether both agree; only when they do not are they compared row by row.
    let counts = try connection.first(
      """
      SELECT count(*), count(x."record"), (SELECT count(*) FROM "bylaw_change" WHERE "kind" IN (1, 2))
      FROM (\(listed)) l LEFT JOIN "bylaw_change" x
        ON x."record" = l."record" AND x."entry" = l."entry" AND x."kind" = l."kind"
      """
    ) { [$0.int(0), $0.int(1), $0.int(2)] }
    var wrong: Set<Int64> = []
    if let counts, Set(counts).count > 1 { wrong = try differingChanges(listed) }
    wrong.formUnion(
      try connection.all(
        """
        SELECT "entry" FROM "bylaw_change" x LEFT JOIN "bylaw_entry" e ON e."sequence" = x."entry"
        WHERE x."kind" NOT IN (1, 2) AND e."resource" IS NOT x."record" LIMIT ?
        """, [.int(Int64(limit))]
      ) { $0.int(0) })
    for entry in wrong.sorted() { note(SQLiteMessages.unindexedChange(entry)) }
  }

  /// The entries whose changes are listed in one place only.
  private func differingChanges(_ listed: String) throws(StoreError) -> Set<Int64> {
    let limit = SQLValue.int(Int64(limit))
    let missing = try connection.all(
      """
      SELECT "entry" FROM (\(listed)) l WHERE NOT EXISTS (SELECT 1 FROM "bylaw_change" x
        WHERE x."record" = l."record" AND x."entry" = l."entry" AND x."kind" = l."kind") LIMIT ?
      """, [limit]
    ) { $0.int(0) }
    let added = try connection.all(
      """
      SELECT "entry" FROM "bylaw_change" x WHERE "kind" IN (1, 2)
        AND NOT EXISTS (SELECT 1 FROM "bylaw_entry" e, json_each(e."body", '$.changes') c
          WHERE e."sequence" = x."entry" AND json_extract(c."value", '$.record') = x."record") LIMIT ?
      """, [limit]
    ) { $0.int(0) }
    return Set(missing).union(added)
  }

  /// Rows are never removed, so their numbers have no gaps.
  private mutating func lookAtNumbering() throws(StoreError) {
    let tables =
      layout.tables.map { ($0.quotedName, "\"$row\"", $0.entity) }
      + [("\"bylaw_proposal\"", "\"row\"", StoredProposal.typeName)]
    for (table, row, name) in tables {
      let isWhole = try connection.number("SELECT coalesce(max(\(row)), 0) = count(*) FROM \(table)")
      if isWhole == 0 { note(SQLiteMessages.gaps(name)) }
    }
  }

  // MARK: Rows with a digest

  private mutating func lookAtDocuments() throws(StoreError) {
    var expected: Int64 = 1
    var previous = AuditEntry.origin
    var findings: [String] = []
    // A digest that was changed also breaks the next row's.
    var isBroken = false
    let limit = limit
    try connection.each(
      """
      SELECT "row", "kind", "at", "entry", "body", "once", "digest" FROM "bylaw_document" ORDER BY "row"
      """
    ) { row in
      while expected < row.int(0), findings.count < limit {
        findings.append(SQLiteMessages.missingDocument(expected))
        expected += 1
        isBroken = true
      }
      let stored = row.blob(6)
      let digest = Seal.document(
        row: row.int(0), kind: row.text(1), at: row.text(2), entry: row.optionalInt(3), body: row.text(4),
        once: row.optionalText(5), after: previous)
      let differs = digest != stored
      if differs, !isBroken { findings.append(SQLiteMessages.changedDocument(row.int(0))) }
      isBroken = differs && !isBroken
      previous = stored
      expected = row.int(0) + 1
      return findings.count < limit
    }
    findings.forEach { note($0) }
  }

  private mutating func lookAtSmallRows() throws(StoreError) {
    var findings: [String] = []
    let limit = limit
    try connection.each("SELECT \"key\", \"value\", \"record\", \"digest\" FROM \"bylaw_key\"") { row in
      if Seal.of(.string(row.text(0)), .string(row.text(1)), .string(row.text(2))) != row.blob(3) {
        findings.append(SQLiteMessages.changedRow("key", row.text(0)))
      }
      return findings.count < limit
    }
    try connection.each("SELECT \"entity\", \"last\", \"digest\" FROM \"bylaw_number\"") { row in
      if Seal.of(.string(row.text(0)), .int(row.int(1))) != row.blob(2) {
        findings.append(SQLiteMessages.changedRow("number", row.text(0)))
      }
      return findings.count < limit
    }
    try connection.each("SELECT \"name\", \"value\", \"digest\" FROM \"bylaw_setting\"") { row in
      if Seal.of(.string(row.text(0)), .string(row.text(1))) != row.blob(2) {
        findings.append(SQLiteMessages.changedRow("setting", row.text(0)))
      }
      return findings.count < limit
    }
    findings.forEach { note($0) }
  }
}
