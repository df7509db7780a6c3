import BylawModel
import BylawStore
import GRDBSQLite

/// What a body can do that holds the write lock.
final class SQLiteWriter: SQLiteReader, StoreWriter {
  private static let entryInsertion = KnownStatement(
    "INSERT INTO \"bylaw_entry\" (\"sequence\", \"body\", \"digest\") VALUES (?, ?, ?)")
  private static let changeInsertion = KnownStatement(
    "INSERT INTO \"bylaw_change\" (\"record\", \"entry\", \"kind\") VALUES (?, ?, ?)")
  private static let numberSetting = KnownStatement(
    """
    INSERT INTO "bylaw_number" ("entity", "last") VALUES (?1, ?2) ON CONFLICT ("entity") DO UPDATE SET "last" = ?2
    """)
  private static let documentInsertion = KnownStatement(
    """
    INSERT INTO "bylaw_document" ("row", "kind", "at", "entry", "body", "once", "digest") VALUES (?, ?, ?, ?, ?, ?, ?)
    """)

  func apply(_ batch: StoreBatch) throws(StoreError) {
    // What is known from before is not so any more, and is known again once all is written.
    connection.memory.lastEntry = nil
    for record in batch.records { connection.memory.drop(.init(entity: record.entity, id: record.id)) }
    var records = Dictionary(grouping: batch.records, by: \.entry)
    var proposals = Dictionary(grouping: batch.proposals, by: \.entry)
    var mentions = batch.mentions[...]
    for entry in batch.entries {
      try insert(entry)
      while let mention = mentions.first, mention.entry == entry.sequence {
        try insert(mention)
        mentions.removeFirst()
      }
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
    if let last = batch.entries.last { connection.memory.lastEntry = .some(last) }
  }

  // MARK: Entries

  private func insert(_ entry: AuditEntry) throws(StoreError) {
    do throws(StoreError) {
      try connection.run(
        Self.entryInsertion, [.int(entry.sequence), .text(entry.body), .blob(entry.digest)])
    } catch {
      switch error {
      case .failed(_, let cause): throw .auditFailed(cause: cause)
      case .cannotOpen, .missing, .notAStore, .newerFormat, .otherRuleSet, .rulesChanged, .lossyMigration, .busy,
        .beforeLastEntry,
        .corrupt, .auditFailed:
        throw error
      }
    }
  }

  /// Lists an entry where guards and queries look for it.
  private func insert(_ mention: StoreBatch.Mention) throws(StoreError) {
    try connection.run(
      Self.changeInsertion,
      [.text(mention.record.description), .int(mention.entry), .int(mention.kind.rawValue)])
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

  // MARK: Keys, numbers, settings, documents

  /// Values given up first: two records may change theirs with each other.
  private func write(_ claims: [StoreBatch.KeyClaim]) throws(StoreError) {
    for claim in claims {
      try connection.run(
        "DELETE FROM \"bylaw_key\" WHERE \"record\" = ? AND \"key\" = ?",
        [.text(claim.record.description), .text(claim.key)])
    }
    for claim in claims {
      guard let value = claim.value else { continue }
      try connection.run(
        "INSERT INTO \"bylaw_key\" (\"key\", \"value\", \"record\") VALUES (?, ?, ?)",
        [.text(claim.key), .text(value), .text(claim.record.description)])
    }
  }

  private func setNumber(of entity: String, to last: Int64) throws(StoreError) {
    try connection.run(Self.numberSetting, [.text(entity), .int(last)])
  }

  /// Keeps a setting of the store.
  func setSetting(_ name: String, to value: String) throws(StoreError) {
    try connection.run(
      """
      INSERT INTO "bylaw_setting" ("name", "value") VALUES (?1, ?2) ON CONFLICT ("name") DO UPDATE SET "value" = ?2
      """, [.text(name), .text(value)])
  }

  private func insert(_ documents: [StoredDocument]) throws(StoreError) {
    for document in documents {
      try connection.run(
        Self.documentInsertion,
        [
          .int(document.row), .text(document.kind.rawValue), .text(document.at.fixedWidth),
          SQLValue(document.entry), .text(JSONWriter.write(document.body)), SQLValue(document.once),
          .blob(document.digest),
        ])
    }
  }

  private func refusal(_ cause: String) -> StoreError { .failed(code: Int(SQLITE_CONSTRAINT), cause: cause) }
}
