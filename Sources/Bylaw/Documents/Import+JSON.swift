import BylawModel

extension GatedStore.Import {
  /// The import as JSON, a contract for programs.
  ///
  /// - `isPretty`: One member a line for people, instead of one line.
  public func json(isPretty: Bool = false) -> String {
    var writer = JSONWriter(isPretty ? .pretty : .compact)
    writer.beginObject()
    writer.member("imported", .int(Int64(imported)))
    if !tables.isEmpty { writer.list("tables", tables) { $0.write(to: &$1) } }
    writer.list("refused", refused) { $0.write(to: &$1) }
    if !leftOut.isEmpty {
      writer.list("left_out", leftOut) { left, writer in
        writer.beginObject()
        writer.row(left.row)
        writer.member("because", .string(left.because))
        writer.endObject()
      }
    }
    if !filled.isEmpty {
      writer.list("filled", filled) { filled, writer in
        writer.beginObject()
        writer.row(filled.row)
        writer.member("field", .string(filled.field))
        writer.member("value", filled.value)
        writer.endObject()
      }
    }
    writer.endObject()
    return writer.text
  }

  /// The import for people, without what was refused: a line for each table, and one for each value that was filled in.
  public var summary: String {
    var lines: [String] = []
    let width = tables.map(\.name.count).max() ?? 0
    for table in tables {
      var parts = ["\(table.imported) in"]
      if table.refused > 0 { parts.append("\(table.refused) refused") }
      if table.leftOut > 0 { parts.append("\(table.leftOut) left out") }
      let space = String(repeating: " ", count: width - table.name.count + 2)
      lines.append("\(table.name)\(space)\(table.entity): \(parts.joined(separator: ", "))")
    }
    var reasons: [(table: String, because: String, ids: [String])] = []
    for left in leftOut {
      if let index = reasons.firstIndex(where: { $0.table == left.row.table && $0.because == left.because }) {
        reasons[index].ids.append(left.row.id)
      } else {
        reasons.append((left.row.table, left.because, [left.row.id]))
      }
    }
    for (table, because, ids) in reasons {
      lines.append("\(table): left out, \(because): \(ids.joined(separator: ", "))")
    }
    var fillings: [(table: String, field: String, value: Value, ids: [String])] = []
    for filling in filled {
      if let index = fillings.firstIndex(where: {
        $0.table == filling.row.table && $0.field == filling.field && $0.value == filling.value
      }) {
        fillings[index].ids.append(filling.row.id)
      } else {
        fillings.append((filling.row.table, filling.field, filling.value, [filling.row.id]))
      }
    }
    for (table, field, value, ids) in fillings {
      lines.append("\(table): '\(field)' was empty, now \(JSONWriter.write(value)): \(ids.joined(separator: ", "))")
    }
    return lines.isEmpty ? "" : lines.map(\.printableLine).joined(separator: "\n") + "\n"
  }
}

extension GatedStore.Import.Table {
  fileprivate func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("table", .string(name))
    writer.member("entity", .string(entity))
    writer.member("imported", .int(Int64(imported)))
    writer.member("refused", .int(Int64(refused)))
    writer.member("left_out", .int(Int64(leftOut)))
    writer.endObject()
  }
}

extension GatedStore.Import.Refusal {
  fileprivate func write(to writer: inout JSONWriter) {
    writer.beginObject()
    if let row { writer.row(row) }
    writer.member("record", .string(record.description))
    writer.list("problems", problems) { problem, writer in
      writer.beginObject()
      if let field = problem.field { writer.member("field", .string(field)) }
      writer.member("reason", .string(problem.reason))
      writer.optionalMember("found", problem.found)
      writer.endObject()
    }
    writer.endObject()
  }
}

extension JSONWriter {
  fileprivate mutating func row(_ row: MappedTables.Row) {
    member("table", .string(row.table))
    member("id", .string(row.id))
  }
}
