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
    try look { survey throws(StoreError) in try survey.lookAtGuards() }
    try look { survey throws(StoreError) in try survey.lookAtReferences() }
    try look { survey throws(StoreError) in try survey.lookAtChanges() }
    try look { survey throws(StoreError) in try survey.lookAtNumbering() }
    try look { survey throws(StoreError) in try survey.lookAtDocuments() }
    try look { survey throws(StoreError) in try survey.lookAtKeys() }
    try look { survey throws(StoreError) in try survey.lookAtPages() }
    return Array(faults.prefix(limit))
  }

  /// Looks at one thing; that it cannot be read is a fault, and the others are looked at all the same.
  private mutating func look(_ body: (inout FaultSurvey) throws(StoreError) -> Void) throws(StoreError) {
    do throws(StoreError) {
      try body(&self)
    } catch {
      switch error {
      case .corrupt(let what), .failed(_, let what): note(what)
      case .cannotOpen, .missing, .notAStore, .newerFormat, .otherRuleSet, .rulesChanged, .lossyMigration, .busy,
        .beforeLastEntry,
        .auditFailed:
        throw error
      }
    }
  }

  private mutating func note(_ fault: String) {
    if faults.count < limit { faults.append(fault) }
  }

  // MARK: What the database itself guards

  private mutating func lookAtGuards() throws(StoreError) {
    var strange: [String] = []
    let found = try connection.all(
      "SELECT \"type\", \"name\", \"tbl_name\", \"sql\" FROM sqlite_schema WHERE \"sql\" IS NOT NULL"
    ) { row -> SchemaObject? in
      guard let kind = SchemaObject.Kind(rawValue: row.text(0)) else {
        strange.append(SQLiteMessages.strangeGuard(row.text(0), row.text(1)))
        return nil
      }
      return SchemaObject(kind: kind, name: row.text(1), table: row.text(2), sql: row.text(3))
    }
    strange.forEach { note($0) }
    var rest = found.compactMap { $0 }
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

  /// What entries list, against the table of it: both must say the same, but for what is yet to be carried over.
  private mutating func lookAtChanges() throws(StoreError) {
    // What the guards go by, beside the JSON that the digest covers.
    let strange = try connection.all(
      """
      SELECT "sequence" FROM "bylaw_entry" WHERE "changed" IS NOT (\(SystemTables.changedByJSON))
        AND NOT \(SystemTables.mayBeCut) LIMIT ?
      """, [.int(Int64(limit))]
    ) { $0.int(0) }
    let settled = """
      (e."sequence" <= \(SystemTables.carried) OR \(SystemTables.isListedAtOnce)) AND NOT \(SystemTables.mayBeCut)
      """
    let listed = """
      SELECT e."sequence" AS "entry", json_extract(c."value", '$.record') AS "record",
        CASE json_extract(e."body", '$.outcome') WHEN 'allow' THEN 1 ELSE 2 END AS "kind"
      FROM "bylaw_entry" e, json_each(e."body", '$.changes') c WHERE \(settled)
      UNION ALL
      SELECT e."sequence", json_extract(e."body", '$.resource'), 0 FROM "bylaw_entry" e
      WHERE \(settled) AND json_extract(e."body", '$.resource') IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM json_each(e."body", '$.changes') c
        WHERE json_extract(c."value", '$.record') = json_extract(e."body", '$.resource'))
      """
    // What SQL would read only in part is compared by itself; mostly there is nothing of it.
    let (cut, wrongOfCut) = try lookAtCutChanges()
    let rest = "(SELECT * FROM \"bylaw_change\" WHERE \"entry\" NOT IN (\(Self.cutEntries)))"
    let index = cut ? rest : "\"bylaw_change\""
    // One pass tells whether both agree; only when they do not are they compared row by row.
    let counts = try connection.first(
      """
      SELECT count(*), count(x."record"), (SELECT count(*) FROM \(index))
      FROM (\(listed)) l LEFT JOIN "bylaw_change" x
        ON x."record" = l."record" AND x."entry" = l."entry" AND x."kind" = l."kind"
      """
    ) { [$0.int(0), $0.int(1), $0.int(2)] }
    var wrong = wrongOfCut.union(strange)
    if let counts, Set(counts).count > 1 { wrong.formUnion(try differingChanges(listed, index)) }
    for entry in wrong.sorted() { note(SQLiteMessages.unindexedChange(entry)) }
  }

  /// The entries whose changes are listed in one place only.
  private func differingChanges(_ listed: String, _ table: String) throws(StoreError) -> Set<Int64> {
    let rows = "SELECT \"entry\", \"record\", \"kind\" FROM"
    let (entries, index) = ("\(rows) (\(listed))", "\(rows) \(table)")
    var differing: Set<Int64> = []
    for sql in ["\(entries) EXCEPT \(index) LIMIT ?", "\(index) EXCEPT \(entries) LIMIT ?"] {
      differing.formUnion(try connection.all(sql, [.int(Int64(limit))]) { $0.int(0) })
    }
    return differing
  }

  private static let cutEntries = "SELECT \"sequence\" FROM \"bylaw_entry\" WHERE \(SystemTables.mayBeCut)"

  /// The same for the entries that have a text which SQL takes to end at U+0000.
  ///
  /// - Returns: Whether there are any, and those whose changes are listed in one place only.
  private func lookAtCutChanges() throws(StoreError) -> (found: Bool, wrong: Set<Int64>) {
    let carried = try connection.number("SELECT coalesce(\(SystemTables.carried), 0)")
    var found = false
    var wrong: Set<Int64> = []
    let limit = limit
    let entries = "SELECT \"sequence\", \"body\", \"changed\" FROM \"bylaw_entry\" WHERE \(SystemTables.mayBeCut)"
    try connection.each(entries) { row throws(StoreError) in
      found = true
      let (sequence, changed) = (row.int(0), row.optionalText(2))
      let reading = EntryReading(row.text(1))
      let changes = reading.changes
      let only = changes.count == 1 && changes[0].isAllowed ? changes[0].record : nil
      var expected: [String: Int64] = [:]
      if sequence <= carried || (only == nil && !changes.isEmpty) {
        if let resource = reading.resource { expected[resource] = 0 }
        for change in changes { expected[change.record] = change.isAllowed ? 1 : 2 }
      }
      let rows = try connection.all(
        "SELECT \"record\", \"kind\" FROM \"bylaw_change\" WHERE \"entry\" = ?", [.int(sequence)]
      ) { ($0.text(0), $0.int(1)) }
      let listed: [String: Int64] = Dictionary(rows, uniquingKeysWith: { first, _ in first })
      if changed != only || listed != expected { wrong.insert(sequence) }
      return wrong.count < limit
    }
    return (found, wrong)
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

  /// Every page of the file, and whether indexes list just the rows of their tables: what a query finds is as much as
  /// they list.
  private mutating func lookAtPages() throws(StoreError) {
    let lines = try connection.all("PRAGMA integrity_check(\(limit))", [], { $0.text(0) }).filter { $0 != "ok" }
    var sentences: [String] = []
    for line in lines {
      let sentence = SQLiteMessages.damaged(page: line)
      // Of an index every row is named by itself.
      if !sentences.contains(sentence) { sentences.append(sentence) }
    }
    sentences.forEach { note($0) }
  }

  // MARK: Rows beside the records

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
      let at = Timestamp(row.text(2)).flatMap { $0.fixedWidth == row.text(2) ? $0 : nil }
      let digest = StoredDocument.digest(
        row: row.int(0), kind: row.text(1), at: at, entry: row.optionalInt(3), body: row.text(4),
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

  /// A key whose record is there is a part of that record's digest.
  private mutating func lookAtKeys() throws(StoreError) {
    var findings: [String] = []
    let limit = limit
    let tables = Dictionary(layout.tables.map { ($0.entity, $0) }, uniquingKeysWith: { first, _ in first })
    let connection = connection
    try connection.each("SELECT \"record\", \"key\" FROM \"bylaw_key\"") { row throws(StoreError) in
      let reference = EntityReference(text: row.text(0))
      var isThere = false
      if let reference, let table = tables[reference.type] {
        isThere = try connection.first(table.entryByID, [.text(reference.id)]) { _ in true } ?? false
      }
      if !isThere { findings.append(SQLiteMessages.strayKey(row.text(1))) }
      return findings.count < limit
    }
    findings.forEach { note($0) }
  }
}
