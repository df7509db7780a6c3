import BylawEvaluator
import BylawModel
import BylawStore

/// Makes records of rows.
struct RowMapper {
  private let mapping: ImportMapping
  private let schema: Schema
  /// Of tables whose rows have to be something: their rows by id, with the columns that are asked for alone.
  private var rowsByID: [String: [String: [String: Value]]] = [:]
  /// By the sentence of each need: the ids that rows of the other table lead to.
  private var leads: [String: Set<String>] = [:]

  /// Keeps what rows of one table ask of rows of others.
  init(mapping: ImportMapping, contents: [[[String: Value]]], schema: Schema) {
    self.mapping = mapping
    self.schema = schema
    for table in mapping.tables {
      for (_, source) in table.fields { keepRows(for: source, contents) }
      for need in table.needs {
        guard let index = mapping.tables.firstIndex(where: { $0.name.text == need.table.text }) else { continue }
        let targets = contents[index].compactMap { row -> String? in
          let value = row[need.column.text] ?? .null
          guard need.filter?.holds(for: row) ?? true, !value.isEmptyInTable else { return nil }
          return value.mappedText
        }
        leads["\(table.name.text).\(need.sentence)"] = Set(targets)
      }
    }
  }

  private mutating func keepRows(for source: ImportMapping.Source, _ contents: [[[String: Value]]]) {
    if case .record(let parts) = source.origin {
      for (_, source) in parts { keepRows(for: source, contents) }
    }
    guard let name = source.table?.text, let filter = source.mustHave,
      let index = mapping.tables.firstIndex(where: { $0.name.text == name })
    else { return }
    let columns = Set(filter.columns.map(\.column.text))
    for row in contents[index] {
      let id = (row[mapping.tables[index].id.text] ?? .null).mappedText
      rowsByID[name, default: [:]][id, default: [:]].merge(row.filter { columns.contains($0.key) }) { $1 }
    }
  }

  // MARK: Rows

  /// What a row gives, while it is mapped.
  private struct Reading {
    var row: MappedTables.Row
    var problems: [ImportProblem] = []
    var filled: [MappedTables.Filled] = []
  }

  /// Adds the records of a table.
  func map(_ rows: [[String: Value]], of index: Int, into result: inout MappedTables) {
    let table = mapping.tables[index]
    let entity = schema.entities[table.entity].name
    for (position, row) in rows.enumerated() {
      result.rowCount += 1
      let id = row[table.id.text] ?? .null
      var reading = Reading(
        row: .init(table: table.name.text, id: id.isEmptyInTable ? "row \(position + 1)" : id.mappedText))
      if let rows = table.leftOut.first(where: { $0.filter.holds(for: row) }) {
        result.leftOut.append(.init(row: reading.row, because: rows.sentence))
        continue
      }
      if id.isEmptyInTable { reading.problems.append(.init(field: "id", reason: MappingMessages.noID(table.id.text))) }
      let fields = fields(table.fields, of: row, path: "", &reading)
      for need in table.needs where need.when?.holds(for: row) ?? true {
        if leads["\(table.name.text).\(need.sentence)"]?.contains(reading.row.id) == true { continue }
        let reason = MappingMessages.needed(need.sentence, table: need.table.text)
        reading.problems.append(.init(field: nil, reason: reason))
      }
      result.records.append(.init(reference: .init(type: entity, id: reading.row.id), fields: fields))
      result.rows.append(reading.row)
      result.problems.append(reading.problems)
      result.filled += reading.filled
    }
  }

  private func fields(
    _ sources: [(field: Field, source: ImportMapping.Source)], of row: [String: Value], path: String,
    _ reading: inout Reading
  ) -> [String: Value] {
    var fields: [String: Value] = [:]
    for (field, source) in sources {
      let value = value(source, for: field, of: row, path: path + field.name, &reading)
      if value != .null { fields[field.name] = value }
    }
    return fields
  }

  private func value(
    _ source: ImportMapping.Source, for field: Field, of row: [String: Value], path: String, _ reading: inout Reading
  ) -> Value {
    var value: Value
    switch source.origin {
    case .always(let constant): return constant
    case .record(let parts): return .object(fields(parts, of: row, path: path + ".", &reading))
    case .columns(let columns):
      let values = columns.map { row[$0.text] ?? .null }
      value = values.first { !$0.isEmptyInTable } ?? values.first ?? .null
    case .text(let parts):
      let text = parts.map { part in
        switch part {
        case .text(let text): text
        case .column(let name): row[name.text].map { $0 == .null ? "" : $0.mappedText } ?? ""
        }
      }
      value = .string(text.joined())
    }
    if value.isEmptyInTable {
      if let filler = source.whenEmpty {
        reading.filled.append(.init(row: reading.row, field: path, value: filler))
        return filler
      }
      // What may be absent is; elsewhere an empty text is told as what it is.
      if case .optional = field.type { return .null }
      return value
    }
    if let word = source.words[value.mappedText] { return word }
    value = typed(value, as: field.type.content, source)
    if case .reference(let reference) = value, let filter = source.mustHave, let table = source.table {
      check(reference, filter, in: table.text, path, &reading)
    }
    return source.isListed ? .list([value]) : value
  }

  /// What the row that a value names has to be.
  private func check(
    _ reference: EntityReference, _ filter: ImportMapping.Filter, in table: String, _ path: String,
    _ reading: inout Reading
  ) {
    // A row that is not there is told as a record that is not there.
    guard let row = rowsByID[table]?[reference.id] else { return }
    for (column, values) in filter.columns where !values.contains(row[column.text] ?? .null) {
      let reason = MappingMessages.notFitting(reference, column.text, row[column.text] ?? .null, values)
      reading.problems.append(.init(field: path, reason: reason))
    }
  }

  /// A value of a table as the field wants it: ids as references, times without a zone in that of the mapping.
  private func typed(_ value: Value, as type: ValueType, _ source: ImportMapping.Source) -> Value {
    switch type {
    case .entity(let entities):
      let named = source.table.flatMap { name in mapping.tables.first { $0.name.text == name.text }?.entity }
      guard let entity = named ?? entities.first else { return value }
      return .reference(.init(type: schema.entities[entity].name, id: value.mappedText))
    case .timestamp:
      guard let zone = mapping.zone, case .string(let text) = value, Timestamp(text) == nil,
        let local = Timestamp(text.replacing(" ", with: "T", maxReplacements: 1) + "Z")
      else { return value }
      // The zone's own offset at that moment, found from both sides of it.
      let offset = zone.offset(at: Timestamp(seconds: local.seconds - Int64(zone.offset(at: local))))
      return .timestamp(Timestamp(seconds: local.seconds - Int64(offset), nanoseconds: local.nanoseconds))
    case .list(let element) where source.isListed: return typed(value, as: element.content, source)
    case .string:
      // A number where the rules have a text.
      if case .string = value { return value }
      return .string(value.mappedText)
    default: return value
    }
  }
}
