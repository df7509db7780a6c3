import BylawModel
import BylawStore
import GRDBSQLite

/// What a body can do that holds the write lock.
final class SQLiteWriter: SQLiteReader, StoreWriter {
  func apply(_ batch: StoreBatch) throws(StoreError) {
    var records = Dictionary(grouping: batch.records, by: \.entry)
    var proposals = Dictionary(grouping: batch.proposals, by: \.entry)
    for entry in batch.entries {
      try insert(entry)
      for record in records.removeValue(forKey: entry.sequence) ?? [] { try write(record) }
      for proposal in proposals.removeValue(forKey: entry.sequence) ?? [] { try write(proposal) }
    }
    if let stray = records.first?.value.first {
      throw refusal(SQLiteMessages.strayRow(layout.tables[stray.entity].entity))
    }
    if !proposals.isEmpty { throw refusal(SQLiteMessages.strayRow(StoredProposal.typeName)) }
    try write(batch.keys)
    for (entity, last) in batch.numbers.sorted(by: { $0.key < $1.key }) { try setNumber(of: entity, to: last) }
    try insert(batch.documents)
    for (name, value) in batch.settings.sorted(by: { $0.key < $1.key }) { try setSetting(name, to: value) }
  }

  // MARK: Entries

  private func insert(_ entry: AuditEntry) throws(StoreError) {
    do throws(StoreError) {
      try connection.run(
        "INSERT INTO \"bylaw_entry\" (\"sequence\", \"body\", \"digest\") VALUES (?, ?, ?)",
        [.int(entry.sequence), .text(entry.body), .blob(entry.digest)])
    } catch {
      switch error {
      case .failed(_, let cause): throw .auditFailed(cause: cause)
      case .cannotOpen, .notAStore, .newerFormat, .otherRuleSet, .lossyMigration, .busy, .corrupt, .auditFailed:
        throw error
      }
    }
  }

  // MARK: Records

  private func write(_ change: StoreBatch.RecordChange) throws(StoreError) {
    let table = layout.tables[change.entity]
    guard change.fields.keys.allSatisfy({ table.positions[$0] != nil }) else {
      throw refusal(SQLiteMessages.unknownField(table.entity))
    }
    if change.isNew {
      var arguments: [SQLValue] = [.text(change.id), .int(change.entry)]
      for column in table.columns { arguments.append(try argument(column, change, table)) }
      return try connection.run(table.insertion, arguments)
    }
    let positions = change.changed.compactMap { table.positions[$0] }.sorted()
    var arguments: [SQLValue] = [.int(change.entry)]
    for position in positions { arguments.append(try argument(table.columns[position], change, table)) }
    arguments.append(.text(change.id))
    try connection.run(table.update(positions), arguments)
    guard connection.changes == 1 else { throw refusal(SQLiteMessages.noSuchRecord(table.entity)) }
  }

  private func argument(
    _ column: Column, _ change: StoreBatch.RecordChange, _ table: EntityTable
  ) throws(StoreError) -> SQLValue {
    guard let argument = column.argument(change.fields[column.field.name] ?? .null, layout.schema) else {
      throw refusal(SQLiteMessages.misfit(table.entity, column.field.name))
    }
    return argument
  }

  private func write(_ proposal: StoredProposal) throws(StoreError) {
    let body = SQLValue.text(JSONWriter.write(proposal.body))
    try connection.run(
      "UPDATE \"bylaw_proposal\" SET \"entry\" = ?, \"body\" = ? WHERE \"id\" = ?",
      [.int(proposal.entry), body, .text(proposal.id)])
    guard connection.changes == 0 else { return }
    try connection.run(
      "INSERT INTO \"bylaw_proposal\" (\"id\", \"entry\", \"body\") VALUES (?, ?, ?)",
      [.text(proposal.id), .int(proposal.entry), body])
  }

  // MARK: Rows with a digest of themselves

  /// Values given up first: two records may change theirs with each other.
  private func write(_ claims: [StoreBatch.KeyClaim]) throws(StoreError) {
    var fresh: [StoreBatch.KeyClaim] = []
    for claim in claims {
      let old = try connection.first(
        "SELECT \"value\" FROM \"bylaw_key\" WHERE \"key\" = ? AND \"record\" = ?",
        [.text(claim.key), .text(claim.record)]
      ) { $0.text(0) }
      guard old != claim.value || old?.utf8.elementsEqual((claim.value ?? "").utf8) == false else { continue }
      if old != nil {
        try connection.run(
          "DELETE FROM \"bylaw_key\" WHERE \"key\" = ? AND \"record\" = ?", [.text(claim.key), .text(claim.record)])
      }
      if claim.value != nil { fresh.append(claim) }
    }
    for claim in fresh {
      guard let value = claim.value else { continue }
      try connection.run(
        "INSERT INTO \"bylaw_key\" (\"key\", \"value\", \"record\", \"digest\") VALUES (?, ?, ?, ?)",
        [
          .text(claim.key), .text(value), .text(claim.record),
          .blob(Seal.of(.string(claim.key), .string(value), .string(claim.record))),
        ])
    }
  }

  private func setNumber(of entity: String, to last: Int64) throws(StoreError) {
    try connection.run(
      """
      INSERT INTO "bylaw_number" ("entity", "last", "digest") VALUES (?1, ?2, ?3)
      ON CONFLICT ("entity") DO UPDATE SET "last" = ?2, "digest" = ?3
      """, [.text(entity), .int(last), .blob(Seal.of(.string(entity), .int(last)))])
  }

  /// Keeps a setting of the store.
  func setSetting(_ name: String, to value: String) throws(StoreError) {
    try connection.run(
      """
      INSERT INTO "bylaw_setting" ("name", "value", "digest") VALUES (?1, ?2, ?3)
      ON CONFLICT ("name") DO UPDATE SET "value" = ?2, "digest" = ?3
      """, [.text(name), .text(value), .blob(Seal.of(.string(name), .string(value)))])
  }

  /// Each document's digest covers the one before, so that none of them can be taken out of the middle.
  private func insert(_ documents: [StoredDocument]) throws(StoreError) {
    guard !documents.isEmpty else { return }
    let last = try connection.first(
      "SELECT \"row\", \"digest\" FROM \"bylaw_document\" ORDER BY \"row\" DESC LIMIT 1"
    ) { ($0.int(0), $0.blob(1)) }
    var (row, digest) = last ?? (0, AuditEntry.origin)
    for document in documents {
      if let once = document.once {
        let isThere = try connection.first("SELECT 1 FROM \"bylaw_document\" WHERE \"once\" = ?", [.text(once)]) { _ in
          true
        }
        if isThere == true { continue }
      }
      row += 1
      let (at, body) = (Column.fixedWidth(document.at), JSONWriter.write(document.body))
      digest = Seal.document(
        row: row, kind: document.kind.rawValue, at: at, entry: document.entry, body: body, once: document.once,
        after: digest)
      try connection.run(
        """
        INSERT INTO "bylaw_document" ("row", "kind", "at", "entry", "body", "once", "digest")
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
        [
          .int(row), .text(document.kind.rawValue), .text(at), SQLValue(document.entry), .text(body),
          SQLValue(document.once), .blob(digest),
        ])
    }
  }

  private func refusal(_ cause: String) -> StoreError { .failed(code: Int(SQLITE_CONSTRAINT), cause: cause) }
}
