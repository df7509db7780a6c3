import BylawModel
import BylawStore

/// Brings the tables of a store to the vocabulary of newer rules, within a transaction that the caller holds.
///
/// Records stay as they are, so that the digests in the audit trail hold: what is new is absent in old records. Where a
/// record does not fit the new vocabulary, nothing is done, and everything that would be lost is listed.
struct Migration {
  private let connection: SQLConnection
  private let old: Vocabulary
  private let oldLayout: TableLayout
  private var new: Vocabulary
  private let indexed: Set<FieldPosition>
  private var losses: [String] = []

  init(
    _ connection: SQLConnection, from old: Vocabulary, to schema: Schema, indexed: Set<FieldPosition>
  ) {
    self.connection = connection
    self.old = old
    self.indexed = indexed
    oldLayout = TableLayout(old)
    new = Vocabulary(schema, indexed: TableLayout.names(of: indexed, schema))
  }

  /// Changes the tables.
  ///
  /// - Returns: The layout from now on, and the vocabulary to be kept.
  mutating func run() throws(StoreError) -> (layout: TableLayout, vocabulary: Vocabulary) {
    for (position, entity) in old.schema.entities.enumerated() {
      try look(at: entity, oldLayout.tables[position])
    }
    guard losses.isEmpty else { throw .lossyMigration(losses) }
    let layout = TableLayout(new)
    let names = layout.names
    for table in oldLayout.tables where !layout.tables.contains(where: { $0.entity == table.entity }) {
      try connection.execute("DROP TABLE \(table.quotedName)")
    }
    for table in layout.tables {
      guard let before = oldLayout.tables.first(where: { $0.entity == table.entity }) else {
        try connection.execute(table.creation(tables: names).sql)
        continue
      }
      if before.creation(tables: oldLayout.names) != table.creation(tables: names) {
        try rebuild(before, as: table, names)
      }
    }
    try attach(layout)
    return (layout, new)
  }

  // MARK: What would be lost

  private mutating func look(at entity: Schema.Entity, _ table: EntityTable) throws(StoreError) {
    let count = try connection.number("SELECT count(*) FROM \(table.quotedName)")
    guard let position = new.schema.entities.firstIndex(where: { $0.name == entity.name }) else {
      if count > 0 { losses.append(MigrationMessages.entity(entity.name, count)) }
      return
    }
    let declared = new.schema.entities[position].fields
    for (column, field) in zip(table.columns, entity.fields) {
      guard let now = declared.first(where: { $0.name == field.name }) else {
        let used = try connection.number("SELECT count(\(column.name)) FROM \(table.quotedName)")
        if used > 0 { losses.append(MigrationMessages.field(entity.name, field.name, used)) }
        continue
      }
      try look(at: field, now, entity.name, table, column)
    }
    for field in declared where !entity.fields.contains(where: { $0.name == field.name }) {
      try allowAbsence(of: field, entity.name, missing: count)
    }
  }

  /// A field in both vocabularies.
  private mutating func look(
    at field: Field, _ now: Field, _ entity: String, _ table: EntityTable, _ column: Column
  ) throws(StoreError) {
    let absent = try connection.number("SELECT count(*) - count(\(column.name)) FROM \(table.quotedName)")
    try allowAbsence(of: now, entity, missing: absent)
    guard old.meaning(of: field) != new.meaning(of: now) else { return }
    var misfits: Int64 = 0
    let (stored, oldSchema, newSchema) = (column.stored, old.schema, new.schema)
    try connection.each("SELECT \(column.name) FROM \(table.quotedName) WHERE \(column.name) IS NOT NULL") { row in
      let value = stored.value(row, 0, oldSchema)
      if !(value.map { newSchema.fits($0, now.type, now.constraint) } ?? false) { misfits += 1 }
      return true
    }
    if misfits > 0 { losses.append(MigrationMessages.values(entity, field.name, misfits)) }
  }

  private mutating func allowAbsence(of field: Field, _ entity: String, missing: Int64) throws(StoreError) {
    if case .optional = field.type { return }
    guard missing > 0 else { return }
    if field.mayBeAbsent {
      new.late[entity, default: []].insert(field.name)
    } else {
      losses.append(MigrationMessages.missing(entity, field.name, missing))
    }
  }

  // MARK: Tables

  private func rebuild(_ before: EntityTable, as table: EntityTable, _ names: [String: String]) throws(StoreError) {
    let fresh = "bylaw_new"
    try connection.execute(table.creation(as: fresh, tables: names).sql)
    try copy(before, to: fresh, as: table)
    try connection.execute("DROP TABLE \(before.quotedName)")
    try connection.execute("ALTER TABLE \(SQLText.name(fresh)) RENAME TO \(table.quotedName)")
  }

  private func copy(_ before: EntityTable, to fresh: String, as table: EntityTable) throws(StoreError) {
    var pairs: [(from: Column, to: Column)] = []
    for column in table.columns {
      guard let position = before.positions[column.field.name] else { continue }
      pairs.append((before.columns[position], column))
    }
    let kept = ["\"$row\"", "\"id\"", "\"$entry\""]
    let from = (kept + pairs.map(\.from.name)).joined(separator: ", ")
    let to = (kept + pairs.map(\.to.name)).joined(separator: ", ")
    let name = SQLText.name(fresh)
    guard pairs.contains(where: { $0.from.kind != $0.to.kind }) else {
      try connection.execute("INSERT INTO \(name) (\(to)) SELECT \(from) FROM \(before.quotedName)")
      return
    }
    // Values lie differently from now on, so each is read and written again.
    let places = (kept.map { _ in "?" } + pairs.map { _ in "?" }).joined(separator: ", ")
    let insertion = "INSERT INTO \(name) (\(to)) VALUES (\(places))"
    let (oldSchema, newSchema) = (old.schema, new.schema)
    try connection.each("SELECT \(from) FROM \(before.quotedName) ORDER BY \"$row\"") { row throws(StoreError) in
      var arguments: [SQLValue] = [.int(row.int(0)), .text(row.text(1)), .int(row.int(2))]
      for (offset, pair) in pairs.enumerated() {
        let place = EntityTable.firstField + offset
        let value = row.isNull(place) ? Value.null : pair.from.stored.value(row, place, oldSchema)
        guard let value, let argument = pair.to.argument(value, newSchema)
        else { throw .corrupt(SQLiteMessages.unreadable(table.entity, row.text(1))) }
        arguments.append(argument)
      }
      try connection.run(insertion, arguments)
      return true
    }
  }

  /// Gives every table the indexes and guards that it has to have, and no others.
  private func attach(_ layout: TableLayout) throws(StoreError) {
    let wanted = layout.tables.flatMap(\.attachments)
    let found = try connection.all(
      "SELECT \"type\", \"name\", \"tbl_name\", \"sql\" FROM sqlite_schema WHERE \"sql\" IS NOT NULL"
    ) { row in
      SchemaObject.Kind(rawValue: row.text(0)).map {
        SchemaObject(kind: $0, name: row.text(1), table: row.text(2), sql: row.text(3))
      }
    }.compactMap { $0 }
    let names = Set(layout.tables.map(\.name))
    for object in found where object.kind != .table && names.contains(object.table) && !wanted.contains(object) {
      try connection.execute("DROP \(object.kind.rawValue.uppercased()) \(SQLText.name(object.name))")
    }
    for object in wanted where !found.contains(object) { try connection.execute(object.sql) }
  }
}
