import BylawModel
import BylawStore

/// What a body can read while it holds a connection.
class SQLiteReader: StoreReader {
  let connection: SQLConnection
  let layout: TableLayout

  init(_ connection: SQLConnection, _ layout: TableLayout) {
    self.connection = connection
    self.layout = layout
  }

  private static let holder = KnownStatement(
    "SELECT \"record\" FROM \"bylaw_key\" WHERE \"key\" = ? AND \"value\" = ?")
  private static let keys = KnownStatement("SELECT \"key\", \"value\" FROM \"bylaw_key\" WHERE \"record\" = ?")
  private static let lastNumber = KnownStatement(
    """
    SELECT max("last") FROM (
      SELECT "last" FROM "bylaw_number" WHERE "entity" = ?1
      UNION ALL SELECT json_extract("body", '$.numbers."' || ?1 || '"') FROM "bylaw_entry"
      WHERE "sequence" > \(SystemTables.carried) AND instr("body", '"numbers":') > 0)
    """)
  private static let lastEntry = KnownStatement("\(entryColumns) ORDER BY \"sequence\" DESC LIMIT 1")

  // MARK: Records

  func record(_ entity: Int, id: String) throws(StoreError) -> StoredRecord? {
    let key = ReadMemory.Key(entity: entity, id: id)
    if let known = connection.memory.records[key]?.record { return known }
    let table = layout.tables[entity]
    let isFull = connection.memory.isFull
    var bytes = 0
    let found = try connection.first(table.byID, [.text(id)]) { row throws(StoreError) in
      let record = try record(row, table)
      if !isFull { bytes = row.bytes(of: EntityTable.firstField + table.columns.count) }
      return record
    }
    if let found { connection.memory.keep(found, as: key, bytes: bytes) }
    return found
  }

  func isTaken(_ entity: Int, number: Int64, id: String) throws(StoreError) -> Bool {
    if connection.memory.free[entity]?.contains(number) == true { return false }
    let table = layout.tables[entity]
    // Whoever makes a record makes others: the ids that follow are looked for together. Those with as many digits are
    // neighbours as texts too.
    var end: Int64 = 10
    while end <= number, end < .max / 10 { end *= 10 }
    end = min(end, number + min(EntityTable.idsAtOnce, .max - number))
    guard number < end else { return try record(entity, id: id) != nil }
    var free = end
    var count = 0
    try connection.each(table.takenIDs, [.text(id), .text("\(table.prefix)\(end - 1)")]) { row in
      let taken = row.text(0).dropFirst(table.prefix.count)
      if let other = Int64(taken), other >= number, String(other) == taken { free = min(free, other) }
      count += 1
    }
    // Of ids that only look alike there may be more.
    guard count < EntityTable.takenIDsAtMost else { return try record(entity, id: id) != nil }
    connection.memory.keepFree(number..<free, of: entity)
    return free == number
  }

  func plainRecord(_ entity: Int, id: String) -> StoredRecord? {
    connection.memory.plainRecord(.init(entity: entity, id: id))
  }

  func notePlain(_ entity: Int, id: String) { connection.memory.notePlain(.init(entity: entity, id: id)) }

  func records(
    _ entity: Int, filters: [RecordFilter], after row: Int64, limit: Int
  ) throws(StoreError) -> [StoredRecord] {
    let table = layout.tables[entity]
    let query = query(entity, filters, after: row, limit: limit)
    return try connection.all(query.sql, query.arguments) { row throws(StoreError) in try record(row, table) }
  }

  private func record(_ row: SQLStatement, _ table: EntityTable) throws(StoreError) -> StoredRecord {
    let id = row.text(1)
    guard let fields = fields(row, table) else { throw .corrupt(SQLiteMessages.unreadable(table.entity, id)) }
    return StoredRecord(row: row.int(0), id: id, fields: fields, entry: row.int(2))
  }

  /// The fields of a row that have a value; `nil` when one cannot be read.
  private func fields(_ row: SQLStatement, _ table: EntityTable) -> [String: Value]? {
    var fields: [String: Value] = [:]
    fields.reserveCapacity(table.columns.count)
    var place = EntityTable.firstField
    for field in table.stored {
      if !row.isNull(place) {
        guard let value = field.value(row, place, layout.schema) else { return nil }
        fields[field.name] = value
      }
      place += 1
    }
    return fields
  }

  func holder(of key: String, value: String) throws(StoreError) -> String? {
    try connection.first(Self.holder, [.text(key), .text(value)]) { EntityReference(text: $0.text(0))?.id ?? "" }
  }

  func keys(of record: EntityReference) throws(StoreError) -> [String: String] {
    if let known = connection.memory.keys(of: record) { return known }
    var keys: [String: String] = [:]
    try connection.each(Self.keys, [.text(record.description)]) { keys[$0.text(0)] = $0.text(1) }
    connection.memory.keep(keys, of: record)
    return keys
  }

  func numbers() throws(StoreError) -> GivenNumbers {
    let rows = try connection.all("SELECT \"entity\", \"last\" FROM \"bylaw_number\"") { ($0.text(0), $0.int(1)) }
    return GivenNumbers(
      upTo: SystemTables.carried(upTo: try lastEntry()?.sequence ?? 0),
      last: Dictionary(rows, uniquingKeysWith: { first, _ in first }))
  }

  func lastNumber(of entity: String) throws(StoreError) -> Int64 {
    if let known = connection.memory.numbers[entity] { return known }
    let last = try connection.number(Self.lastNumber, [.text(entity)])
    connection.memory.numbers[entity] = last
    return last
  }

  func count(of entity: Int) throws(StoreError) -> Int64 {
    try connection.number("SELECT count(*) FROM \(layout.tables[entity].quotedName)")
  }

  func setting(_ name: String) throws(StoreError) -> String? {
    try connection.first("SELECT \"value\" FROM \"bylaw_setting\" WHERE \"name\" = ?", [.text(name)]) { $0.text(0) }
  }

  func settings() throws(StoreError) -> [String: String] {
    let rows = try connection.all("SELECT \"name\", \"value\" FROM \"bylaw_setting\"") { ($0.text(0), $0.text(1)) }
    return Dictionary(rows, uniquingKeysWith: { first, _ in first })
  }

  // MARK: Proposals

  func proposal(_ id: String) throws(StoreError) -> StoredProposal? {
    try connection.first("SELECT \"body\", \"entry\" FROM \"bylaw_proposal\" WHERE \"id\" = ?", [.text(id)]) {
      row throws(StoreError) in try proposal(row, id)
    }
  }

  func proposals(_ filter: ProposalFilter) throws(StoreError) -> [StoredProposal] {
    var conditions: [String] = []
    var arguments: [SQLValue] = []
    if let isOpen = filter.isOpen {
      conditions.append("\"status\" \(isOpen ? "" : "NOT ")IN ('open', 'approved')")
    }
    for (column, text) in [
      ("action", filter.action), ("submitter", filter.submitter?.description),
      ("resource", filter.resource?.description), ("fingerprint", filter.fingerprint),
    ] {
      guard let text else { continue }
      conditions.append("\"\(column)\" = ?")
      arguments.append(.text(text))
    }
    let narrowed = conditions.isEmpty ? "" : " WHERE \(conditions.joined(separator: " AND "))"
    let sql = "SELECT \"body\", \"entry\", \"id\" FROM \"bylaw_proposal\"\(narrowed) ORDER BY \"row\""
    return try connection.all(sql, arguments) { row throws(StoreError) in try proposal(row, row.text(2)) }
  }

  private func proposal(_ row: SQLStatement, _ id: String) throws(StoreError) -> StoredProposal {
    guard let body = try? JSONReader.parse(row.blob(0), limit: .max),
      let proposal = StoredProposal(body: body, entry: row.int(1))
    else { throw .corrupt(SQLiteMessages.unreadable(StoredProposal.typeName, id)) }
    return proposal
  }

  // MARK: The trail

  private static let entryColumns = "SELECT \"sequence\", \"body\", \"digest\" FROM \"bylaw_entry\""

  func lastEntry() throws(StoreError) -> AuditEntry? {
    if let known = connection.memory.lastEntry { return known }
    let last = try connection.first(Self.lastEntry) { Self.entry($0).timed }
    connection.memory.lastEntry = .some(last)
    return last
  }

  func lastEntryOfSettings() throws(StoreError) -> AuditEntry? {
    let condition = SystemTables.speaksOfSettings
    return try connection.first("\(Self.entryColumns) WHERE \(condition) ORDER BY \"sequence\" DESC LIMIT 1") {
      Self.entry($0)
    }
  }

  func entry(_ sequence: Int64) throws(StoreError) -> AuditEntry? {
    try connection.first("\(Self.entryColumns) WHERE \"sequence\" = ?", [.int(sequence)]) { Self.entry($0) }
  }

  func entries(_ filter: EntryFilter, after sequence: Int64, limit: Int) throws(StoreError) -> [AuditEntry] {
    var conditions = ["\"sequence\" > ?"]
    var arguments: [SQLValue] = [.int(sequence)]
    for (condition, text) in [
      ("\(SystemTables.member("subject")) = ?", filter.subject?.description),
      ("\(SystemTables.member("action")) = ?", filter.action),
      ("\(SystemTables.member("outcome")) = ?", filter.outcome?.rawValue),
      ("\(SystemTables.moment) >= ?", filter.from.map(\.fixedWidth)),
      ("\(SystemTables.moment) < ?", filter.until.map(\.fixedWidth)),
    ] {
      guard let text else { continue }
      conditions.append(condition)
      arguments.append(.text(text))
    }
    if let record = filter.record?.description {
      conditions.append("\"sequence\" IN (\(Self.entriesAbout))")
      arguments += [.text(record), .text(record), .text(record)]
    }
    arguments.append(.int(Int64(limit)))
    let sql = "\(Self.entryColumns) WHERE \(conditions.joined(separator: " AND ")) ORDER BY \"sequence\" LIMIT ?"
    return try connection.all(sql, arguments) { Self.entry($0) }
  }

  /// The entries about a record, which is asked about thrice: those that are listed, and those that are yet to be.
  private static let entriesAbout = """
    SELECT "entry" FROM "bylaw_change" WHERE "record" = ? \
    UNION SELECT "sequence" FROM "bylaw_entry" WHERE "sequence" > coalesce(\(SystemTables.carried), 0) \
    AND ("changed" = ? OR \(SystemTables.isAbout("?")))
    """

  private static func entry(_ row: SQLStatement) -> AuditEntry {
    AuditEntry(sequence: row.int(0), body: row.text(1), digest: row.blob(2))
  }

  func documents(
    _ kind: StoredDocument.Kind, after row: Int64, limit: Int
  ) throws(StoreError) -> [StoredDocument] {
    let sql = "\(Self.documentColumns) AND \"row\" > ? ORDER BY \"row\" LIMIT ?"
    return try connection.all(sql, [.text(kind.rawValue), .int(row), .int(Int64(limit))]) {
      row throws(StoreError) in try Self.document(row, kind)
    }
  }

  func lastDocument(_ kind: StoredDocument.Kind) throws(StoreError) -> StoredDocument? {
    let sql = "\(Self.documentColumns) ORDER BY \"row\" DESC LIMIT 1"
    return try connection.first(sql, [.text(kind.rawValue)]) { row throws(StoreError) in try Self.document(row, kind) }
  }

  private static let documentColumns =
    "SELECT \"row\", \"at\", \"entry\", \"body\", \"once\" FROM \"bylaw_document\" WHERE \"kind\" = ?"

  private static func document(
    _ row: SQLStatement, _ kind: StoredDocument.Kind
  ) throws(StoreError) -> StoredDocument {
    guard let at = Timestamp(row.text(1)), let body = try? JSONReader.parse(row.blob(3), limit: .max) else {
      throw .corrupt(SQLiteMessages.unreadable("document", "\(row.int(0))"))
    }
    return StoredDocument(
      row: row.int(0), kind: kind, at: at, entry: row.optionalInt(2), body: body, once: row.optionalText(4))
  }

  func documentMark(at row: Int64?) throws(StoreError) -> DocumentMark? {
    let columns = "SELECT \"row\", \"digest\" FROM \"bylaw_document\""
    let mark: (SQLStatement) -> DocumentMark = { DocumentMark(row: $0.int(0), digest: $0.blob(1)) }
    guard let row else { return try connection.first("\(columns) ORDER BY \"row\" DESC LIMIT 1", [], mark) }
    return try connection.first("\(columns) WHERE \"row\" = ?", [.int(row)], mark)
  }

  func isKept(once: String) throws(StoreError) -> Bool {
    try connection.number("SELECT EXISTS (SELECT 1 FROM \"bylaw_document\" WHERE \"once\" = ?)", [.text(once)]) == 1
  }

  func documentOfEntry(after row: Int64) throws(StoreError) -> Int64? {
    try connection.first(
      "SELECT \"row\" FROM \"bylaw_document\" WHERE \"row\" > ? AND \"entry\" IS NOT NULL LIMIT 1", [.int(row)]
    ) { $0.int(0) }
  }

  // MARK: For the proof

  func state(of reference: EntityReference, _ entity: Int?, at entry: Int64) throws(StoreError) -> RowState? {
    guard let entity else {
      let sql = "SELECT \"row\", \"id\", \"entry\", \"body\" FROM \"bylaw_proposal\" WHERE \"id\" = ?"
      return try connection.first(sql, [.text(reference.id)]) { proposalState($0) }
    }
    let table = layout.tables[entity]
    // Most records have changed since, so their fields are not read.
    let last = try connection.first(table.entryByID, [.text(reference.id)]) { ($0.int(0), $0.int(1)) }
    guard let last, last.0 == entry else {
      return last.map { RowState(row: $0.1, id: reference.id, entry: $0.0, digest: nil) }
    }
    return try connection.first(table.byID, [.text(reference.id)]) { row throws(StoreError) in try state(row, table) }
  }

  func recordStates(
    _ entity: Int, named name: String, after row: Int64, limit: Int
  ) throws(StoreError) -> [RowState] {
    let table = layout.tables[entity]
    return try connection.all(table.page, [.int(row), .int(Int64(limit))]) { row throws(StoreError) in
      try state(row, table)
    }
  }

  private func state(_ row: SQLStatement, _ table: EntityTable) throws(StoreError) -> RowState {
    let id = row.text(1)
    let reference = EntityReference(type: table.entity, id: id)
    let keys = try keys(of: reference)
    let digest = fields(row, table).map { Digest.of(reference, $0, keys: keys) }
    return RowState(row: row.int(0), id: id, entry: row.int(2), digest: digest)
  }

  func proposalStates(after row: Int64, limit: Int) throws(StoreError) -> [RowState] {
    let sql =
      "SELECT \"row\", \"id\", \"entry\", \"body\" FROM \"bylaw_proposal\" WHERE \"row\" > ? ORDER BY \"row\" LIMIT ?"
    return try connection.all(sql, [.int(row), .int(Int64(limit))]) { proposalState($0) }
  }

  func countOfProposals() throws(StoreError) -> Int64 {
    try connection.number("SELECT count(*) FROM \"bylaw_proposal\"")
  }

  private func proposalState(_ row: SQLStatement) -> RowState {
    let (id, text) = (row.text(1), row.text(3))
    let body = try? JSONReader.parse(Array(text.utf8), limit: .max)
    let isReadable = body?["id"]?.text == id && body.flatMap { StoredProposal(body: $0, entry: 0) } != nil
    return RowState(row: row.int(0), id: id, entry: row.int(2), digest: isReadable ? Digest.of(text) : nil)
  }

  func faults(limit: Int) throws(StoreError) -> [String] {
    var survey = FaultSurvey(connection: connection, layout: layout, limit: limit)
    return try survey.run()
  }
}
