import BylawModel
import BylawStore
import Synchronization

/// The table of an entity: a row for each record, a column for each field.
///
/// Beside the fields there are the number of the row, the id, and the audit entry that last changed the record.
final class EntityTable: Sendable {
  /// The entity's name in the rules.
  let entity: String
  /// The table's name, without quotes.
  let name: String
  let columns: [Column]
  /// By name of the field, its column.
  let positions: [String: Int]
  /// The columns of every query, in this order: row, id, entry, fields.
  let selection: String
  /// One record by its id.
  let byID: KnownStatement
  /// Records after a row, up to a number of them.
  let page: String
  /// Entry and row of one record by its id.
  let entryByID: KnownStatement
  /// What stands before the number in ids that numbers give.
  let prefix: String
  /// The ids that records have from one to another, in the order of their texts, `takenIDsAtMost`.
  let takenIDs: KnownStatement
  static let takenIDsAtMost = 64
  /// So many ids of numbers that follow one another are looked for together.
  static let idsAtOnce: Int64 = 256
  /// Adds a row: id, entry, fields.
  let insertion: KnownStatement
  /// What is needed to read a row, by column.
  let stored: [Column.Stored]
  /// By the columns that change, the statements that change a row.
  private let updates = Mutex<[[Int]: KnownStatement]>([:])
  /// Positions of the columns with an index.
  private let indexed: [Int]
  private let schema: Schema

  /// The place of the first field in a row of `selection`.
  static let firstField = 3

  /// - `name`: The table's name, which no other has.
  /// - `late`: Fields that came when there were records already.
  /// - `indexed`: Positions of fields to find records by.
  init(_ entity: Schema.Entity, name: String, schema: Schema, late: Set<String>, indexed: Set<Int>) {
    self.entity = entity.name
    self.name = name
    self.schema = schema
    var taken: Set<String> = ["$row", "id", "$entry"]
    let columns = entity.fields.enumerated().map { position, field in
      let name = SQLText.unique(field.name, position: position, taken: &taken)
      return Column(name: name, field: field, schema: schema, isLate: late.contains(field.name))
    }
    self.columns = columns
    let names = entity.fields.enumerated().map { ($0.element.name, $0.offset) }
    positions = Dictionary(names, uniquingKeysWith: { first, _ in first })
    self.indexed = indexed.sorted()
    let all = ["\"$row\"", "\"id\"", "\"$entry\""] + columns.map(\.name)
    let table = SQLText.name(name)
    let selection = "SELECT \(all.joined(separator: ", ")) FROM \(table)"
    self.selection = selection
    stored = columns.map(\.stored)
    byID = KnownStatement("\(selection) WHERE \"id\" = ?")
    page = "\(selection) WHERE \"$row\" > ? ORDER BY \"$row\" LIMIT ?"
    entryByID = KnownStatement("SELECT \"$entry\", \"$row\" FROM \(table) WHERE \"id\" = ?")
    prefix = StoredRecord.prefix(of: entity.name)
    takenIDs = KnownStatement(
      "SELECT \"id\" FROM \(table) WHERE \"id\" BETWEEN ? AND ? LIMIT \(Self.takenIDsAtMost)")
    let places = all.dropFirst().map { _ in "?" }
    insertion = KnownStatement(
      "INSERT INTO \(table) (\(all.dropFirst().joined(separator: ", "))) VALUES (\(places.joined(separator: ", ")))")
  }

  var quotedName: String { SQLText.name(name) }

  /// Whether records are found by a field without a look at all of them.
  func hasIndex(_ position: Int) -> Bool { indexed.contains(position) }

  // MARK: What makes the table

  /// The statement that makes the table.
  ///
  /// - `given`: Another name, while the table is made anew.
  /// - `tables`: By entity, the names of the tables that references lead to.
  func creation(as given: String? = nil, tables: [String: String]) -> SchemaObject {
    var lines = [
      "\"$row\" INTEGER PRIMARY KEY CHECK (\"$row\" > 0)",
      "\"id\" TEXT NOT NULL UNIQUE CHECK (\"id\" <> '' AND instr(\"id\", char(0)) = 0)",
      "\"$entry\" INTEGER NOT NULL",
    ]
    lines += columns.map { column in
      var line = "\(column.name) \(column.kind.affinity)"
      if !column.isNullable { line += " NOT NULL" }
      if case .reference(let entity) = column.kind, let table = tables[entity] {
        line += " REFERENCES \(SQLText.name(table)) (\"id\") DEFERRABLE INITIALLY DEFERRED"
      }
      if let check = check(column) {
        line += " CONSTRAINT \(SQLText.name("\(entity).\(column.field.name)")) CHECK (\(check))"
      }
      return line
    }
    let table = given ?? name
    return SchemaObject(
      kind: .table, name: table, table: table,
      sql: "CREATE TABLE \(SQLText.name(table)) (\n  \(lines.joined(separator: ",\n  "))\n) STRICT")
  }

  /// The indexes and guards of the table.
  var attachments: [SchemaObject] {
    indexed.map { position in
      let column = columns[position]
      return SchemaObject(
        kind: .index, name: "\(name)$\(column.plainName)", table: name,
        sql: "CREATE INDEX \(SQLText.name("\(name)$\(column.plainName)")) ON \(quotedName) (\(column.name))")
    } + guards
  }

  /// Rows are only written by the entry that lists them, as the last one, and never removed.
  private var guards: [SchemaObject] {
    let record = "\(SQLText.text(entity + "/")) || NEW.\"id\""
    let unlisted = SystemTables.isUnlisted(record, by: "NEW.\"$entry\"", mustAllow: true)
    // SQLite has -1 for the number of a row that is not stated.
    let exists = """
      EXISTS (SELECT 1 FROM \(quotedName) WHERE "id" = NEW."id") \
      OR (NEW."$row" IS NOT -1 AND EXISTS (SELECT 1 FROM \(quotedName) WHERE "$row" = NEW."$row"))
      """
    let renamed = "NEW.\"id\" IS NOT OLD.\"id\" OR NEW.\"$row\" IS NOT OLD.\"$row\""
    return [
      .guarding(
        name, "insert", before: "INSERT", when: "(\(unlisted)) OR \(exists)", saying: SQLiteMessages.unlisted(entity)),
      // One trigger, as each costs every change.
      .guarding(
        name, "update", before: "UPDATE",
        refusing: (renamed, SQLiteMessages.renamed(entity)), or: (unlisted, SQLiteMessages.unlisted(entity))),
      .guarding(name, "delete", before: "DELETE", when: nil, saying: SQLiteMessages.removal(entity)),
    ]
  }

  /// What SQLite itself can check of a field.
  private func check(_ column: Column) -> String? {
    let (name, constraint) = (column.name, column.constraint)
    switch column.kind {
    case .bool: return "\(name) IN (0, 1)"
    case .int, .decimal: return bounds(of: name, constraint)
    case .text:
      if case .enumeration(let index) = column.type {
        return "\(name) IN (\(schema.enums[index].members.map { SQLText.text($0) }.joined(separator: ", ")))"
      }
      // `length` stops counting at U+0000, which hardly any text has.
      return bounds(of: "length(\(name))", constraint).map { "\($0) OR instr(\(name), char(0)) > 0" }
    case .date: return "\(name) GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'"
    case .timestamp: return "length(\(name)) = 30 AND \(name) GLOB '[0-9]*T*.*Z'"
    case .reference: return "\(name) <> ''"
    case .references: return "\(name) GLOB '*/?*'"
    case .json: return "\(name) IS NULL OR json_valid(\(name))"
    case .real, .duration: return nil
    }
  }

  private func bounds(of value: String, _ constraint: Constraint) -> String? {
    switch (constraint.lower, constraint.upper) {
    case (nil, nil): nil
    case (let lower?, nil): "\(value) >= \(lower)"
    case (nil, let upper?): "\(value) <= \(upper)"
    case (let lower?, let upper?): "\(value) BETWEEN \(lower) AND \(upper)"
    }
  }

  // MARK: Statements

  /// Changes a row: entry, these fields, id.
  func update(_ positions: [Int]) -> KnownStatement {
    updates.withLock { updates in
      if let known = updates[positions] { return known }
      let names = ["\"$entry\""] + positions.map { columns[$0].name }
      let made = KnownStatement(
        "UPDATE \(quotedName) SET \(names.map { "\($0) = ?" }.joined(separator: ", ")) WHERE \"id\" = ?")
      updates[positions] = made
      return made
    }
  }
}
