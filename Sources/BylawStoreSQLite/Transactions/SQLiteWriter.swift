import BylawModel
import BylawStore
import GRDBSQLite

/// What a body can do that holds the write lock.
final class SQLiteWriter: SQLiteReader, StoreWriter {
  private static let entryInsertion = KnownStatement(
    "INSERT INTO \"bylaw_entry\" (\"sequence\", \"body\", \"digest\", \"changed\") VALUES (?, ?, ?, ?)")
  /// What others have listed meanwhile stays as it is: it must not stop who writes, and the proof tells of a wrong row.
  private static let changeInsertion = KnownStatement(
    """
    INSERT INTO "bylaw_change" ("record", "entry", "kind") VALUES (?, ?, ?) ON CONFLICT ("record", "entry") DO NOTHING
    """)
  /// Lists the records that entries between two changed alone, as these say.
  private static let listing = KnownStatement(
    """
    INSERT INTO "bylaw_change" ("record", "entry", "kind") SELECT "changed", "sequence", 1 FROM "bylaw_entry"
    WHERE "sequence" > ? AND "sequence" <= ? AND "changed" IS NOT NULL ON CONFLICT ("record", "entry") DO NOTHING
    """)
  private static let entriesBetween = KnownStatement(
    """
    SELECT "sequence", "body", "changed" FROM "bylaw_entry" WHERE "sequence" > ? AND "sequence" <= ?
    """)
  private static let numberSetting = KnownStatement(
    """
    INSERT INTO "bylaw_number" ("entity", "last") VALUES (?1, ?2) ON CONFLICT ("entity") DO UPDATE SET "last" = ?2
    """)
  private static let documentInsertion = KnownStatement(
    """
    INSERT INTO "bylaw_document" ("row", "kind", "at", "entry", "body", "once", "digest") VALUES (?, ?, ?, ?, ?, ?, ?)
    """)

  func apply(_ batch: StoreBatch) throws(StoreError) {
    let before = try lastEntry()?.sequence ?? 0
    // What is known from before is not so any more, and is known again once all is written.
    connection.memory.lastEntry = nil
    var rest = Rest(batch, layout.ranks)
    var unlisted: [StoreBatch.Mention] = []
    for entry in batch.entries {
      let mentions = rest.mentions(of: entry.sequence)
      let first = mentions.firstIndex { $0.kind != .resource }
      // What an entry changes stands before what else it is about.
      let isAlone = first.map { $0 + 1 == mentions.endIndex || mentions[$0 + 1].kind == .resource } ?? false
      let only = first.flatMap { isAlone && mentions[$0].kind == .change ? mentions[$0].record : nil }
      try insert(entry, changing: only)
      if only == nil, first != nil {
        for mention in mentions { try insert(mention) }
      } else {
        for mention in mentions where mention.kind == .resource { unlisted.append(mention) }
      }
      while let record = rest.nextRecord(of: entry.sequence) { try write(record) }
      while let proposal = rest.nextProposal(of: entry.sequence) { try write(proposal) }
    }
    if let stray = rest.records.first { throw refusal(SQLiteMessages.strayRow(layout.tables[stray.entity].entity)) }
    if !rest.proposals.isEmpty { throw refusal(SQLiteMessages.strayRow(StoredProposal.typeName)) }
    try write(batch.keys)
    try insert(batch.documents)
    for (name, value) in batch.settings.sorted(by: { $0.key < $1.key }) { try setSetting(name, to: value) }
    try carryOver(batch, unlisted, after: before)
    if let last = batch.entries.last { connection.memory.lastEntry = .some(last) }
  }

  /// What of a batch is still to be written, in the order in which it is.
  private struct Rest {
    private(set) var records: ArraySlice<StoreBatch.RecordChange>
    private(set) var proposals: ArraySlice<StoredProposal>
    private var mentions: ArraySlice<StoreBatch.Mention>

    /// - `ranks`: By entity; rows of a lower rank are written before others of the same entry.
    init(_ batch: StoreBatch, _ ranks: [Int]) {
      records = batch.records[...]
      proposals = batch.proposals[...]
      mentions = batch.mentions[...]
      if batch.records.count > 1 {
        // Rows of one entity stay in their order, by which they are numbered.
        let places = batch.records.indices.sorted { first, second in
          let (one, other) = (batch.records[first], batch.records[second])
          return (one.entry, ranks[one.entity], first) < (other.entry, ranks[other.entity], second)
        }
        records = places.map { batch.records[$0] }[...]
      }
      if batch.proposals.count > 1 {
        let places = batch.proposals.indices.sorted { first, second in
          (batch.proposals[first].entry, first) < (batch.proposals[second].entry, second)
        }
        proposals = places.map { batch.proposals[$0] }[...]
      }
    }

    mutating func mentions(of entry: Int64) -> ArraySlice<StoreBatch.Mention> {
      let found = mentions.prefix { $0.entry == entry }
      mentions.removeFirst(found.count)
      return found
    }

    mutating func nextRecord(of entry: Int64) -> StoreBatch.RecordChange? {
      records.first?.entry == entry ? records.removeFirst() : nil
    }

    mutating func nextProposal(of entry: Int64) -> StoredProposal? {
      proposals.first?.entry == entry ? proposals.removeFirst() : nil
    }
  }

  // MARK: Entries

  /// - `record`: The only record that it changes, where it is of an act that was allowed.
  private func insert(_ entry: AuditEntry, changing record: EntityReference?) throws(StoreError) {
    do throws(StoreError) {
      try connection.run(
        Self.entryInsertion,
        [.int(entry.sequence), .text(entry.body), .blob(entry.digest), SQLValue(record?.description)])
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

  // MARK: What entries are about

  /// Carries over what entries are about and the numbers that they gave, once a multiple of entries is reached.
  ///
  /// - `unlisted`: What entries of the batch are about, without what they change, and was not listed at once.
  /// - `last`: The last entry before the batch.
  private func carryOver(
    _ batch: StoreBatch, _ unlisted: [StoreBatch.Mention], after last: Int64
  ) throws(StoreError) {
    connection.memory.numbers.merge(batch.numbers) { $1 }
    guard let end = batch.entries.last?.sequence else { return }
    let (from, to) = (SystemTables.carried(upTo: last), SystemTables.carried(upTo: end))
    // A trail that ends where all was carried over leaves nothing.
    if last == from, connection.memory.arrears == nil { connection.memory.arrears = ReadMemory.Arrears() }
    guard to > from else {
      connection.memory.arrears?.mentions += unlisted
      for given in batch.given { connection.memory.arrears?.numbers.merge(given.numbers) { $1 } }
      return
    }
    var known: ReadMemory.Arrears
    if let arrears = connection.memory.arrears { known = arrears } else { known = try arrears(after: from, upTo: last) }
    known.mentions += unlisted.filter { $0.entry <= to }
    for given in batch.given where given.entry <= to { known.numbers.merge(given.numbers) { $1 } }
    try connection.run(Self.listing, [.int(from), .int(to)])
    try list(known)
    var later = ReadMemory.Arrears(mentions: unlisted.filter { $0.entry > to })
    for given in batch.given where given.entry > to { later.numbers.merge(given.numbers) { $1 } }
    connection.memory.arrears = later
  }

  private func list(_ arrears: ReadMemory.Arrears) throws(StoreError) {
    // Neighbours lie on one page.
    let mentions = arrears.mentions.sorted { ($0.record.type, $0.record.id) < ($1.record.type, $1.record.id) }
    for mention in mentions { try insert(mention) }
    for (entity, number) in arrears.numbers.sorted(by: { $0.key < $1.key }) {
      try connection.run(Self.numberSetting, [.text(entity), .int(number)])
    }
  }

  /// What is to be carried over of entries after one up to another, beside what they change, from the trail itself.
  ///
  /// Their JSON is not left to SQL, which takes a text to end at U+0000.
  private func arrears(after first: Int64, upTo last: Int64) throws(StoreError) -> ReadMemory.Arrears {
    var arrears = ReadMemory.Arrears()
    try connection.each(Self.entriesBetween, [.int(first), .int(last)]) { row in
      let (sequence, changed) = (row.int(0), row.optionalText(2))
      let reading = EntryReading(row.text(1))
      arrears.numbers.merge(reading.numbers) { max($0, $1) }
      // What changes more than one record is listed already.
      guard changed != nil || reading.changes.isEmpty, let name = reading.resource, name != changed else { return }
      // Whatever was asked for, its name is written as it stands in the entry.
      let type = name.utf8.prefix { $0 != UInt8(ascii: "/") }
      let record = EntityReference(
        type: String(decoding: type, as: UTF8.self),
        id: String(decoding: name.utf8.dropFirst(type.count + 1), as: UTF8.self))
      arrears.mentions.append(.init(record: record, entry: sequence, kind: .resource))
    }
    return arrears
  }

  private func insert(_ mention: StoreBatch.Mention) throws(StoreError) {
    try connection.run(
      Self.changeInsertion,
      [.text(mention.record.description), .int(mention.entry), .int(mention.kind.rawValue)])
  }

  // MARK: Records

  private func write(_ change: StoreBatch.RecordChange) throws(StoreError) {
    let table = layout.tables[change.entity]
    let key = ReadMemory.Key(entity: change.entity, id: change.id)
    var row = connection.memory.drop(key)
    var isExact: Bool
    if change.isNew {
      isExact = try insert(change, table)
      row = connection.lastRow
      connection.memory.noteMade(change.id, of: change.entity, prefix: table.prefix)
    } else {
      isExact = try update(change, table)
    }
    // What is read next is just what was written.
    guard isExact, let row else { return }
    let record = StoredRecord(row: row, id: change.id, fields: change.fields, entry: change.entry)
    connection.memory.keep(record, as: key, bytes: ReadMemory.bytes(of: record))
  }

  /// - Returns: Whether the values lie in the database as they were given.
  private func insert(_ change: StoreBatch.RecordChange, _ table: EntityTable) throws(StoreError) -> Bool {
    var arguments: [SQLValue] = []
    arguments.reserveCapacity(table.columns.count + 2)
    arguments += [.text(change.id), .int(change.entry)]
    var given = 0
    var isExact = true
    for column in table.columns {
      let value = change.fields[column.stored.name]
      if value != nil { given += 1 }
      arguments.append(try argument(column, value, table, &isExact))
    }
    guard given == change.fields.count else { throw refusal(SQLiteMessages.unknownField(table.entity)) }
    try connection.run(table.insertion, arguments)
    return isExact
  }

  private func update(_ change: StoreBatch.RecordChange, _ table: EntityTable) throws(StoreError) -> Bool {
    let positions = change.changed.compactMap { table.positions[$0] }.sorted()
    guard positions.count == change.changed.count else { throw refusal(SQLiteMessages.unknownField(table.entity)) }
    var arguments: [SQLValue] = [.int(change.entry)]
    var isExact = true
    for position in positions {
      let column = table.columns[position]
      arguments.append(try argument(column, change.fields[column.stored.name], table, &isExact))
    }
    arguments.append(.text(change.id))
    try connection.run(table.update(positions), arguments)
    guard connection.changes == 1 else { throw refusal(SQLiteMessages.noSuchRecord(table.entity)) }
    return isExact
  }

  /// - `isExact`: Becomes false where the value is read back in another form, or may be.
  private func argument(
    _ column: Column, _ value: Value?, _ table: EntityTable, _ isExact: inout Bool
  ) throws(StoreError) -> SQLValue {
    guard let value else { return .null }
    if let argument = column.exactArgument(value) { return argument }
    isExact = false
    guard let argument = column.argument(value, layout.schema) else {
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
      connection.memory.dropKeys(of: claim.record)
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
