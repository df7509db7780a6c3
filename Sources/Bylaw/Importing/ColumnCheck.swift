import BylawModel
import BylawSyntax

/// Compares the columns that a mapping names with those that the tables have.
struct ColumnCheck {
  let mapping: ImportMapping
  /// The rows of each table of the mapping.
  let contents: [[[String: Value]]]

  /// Reports columns that no row has, and columns that nothing takes over.
  ///
  /// A table without rows shows no columns, so nothing is said about it.
  func report(to diagnostics: inout Diagnostics) {
    let columns = contents.map { rows in rows.reduce(into: Set<String>()) { $0.formUnion($1.keys) } }
    for (table, own) in zip(mapping.tables, columns) where !own.isEmpty {
      var named = [table.id] + table.dropped
      named += table.leftOut.flatMap { $0.filter.columns.map(\.column) }
      named += table.needs.flatMap { $0.when?.columns.map(\.column) ?? [] }
      for (_, source) in table.fields { named += Self.columns(of: source) }
      for name in named where !own.contains(name.text) {
        diagnostics.report(MappingMessages.unknownColumn(name, of: table.name.text, known: own.sorted()))
      }
      let mentioned = Set(named.map(\.text))
      for column in own.sorted() where !mentioned.contains(column) {
        diagnostics.report(MappingMessages.unmappedColumn(column, of: table.name))
      }
      for need in table.needs {
        check([need.column] + (need.filter?.columns.map(\.column) ?? []), in: need.table, columns, &diagnostics)
      }
      for (_, source) in table.fields { checkConditions(of: source, columns, &diagnostics) }
    }
  }

  private func checkConditions(
    of source: ImportMapping.Source, _ columns: [Set<String>], _ diagnostics: inout Diagnostics
  ) {
    if case .record(let parts) = source.origin {
      for (_, source) in parts { checkConditions(of: source, columns, &diagnostics) }
    }
    guard let table = source.table, let filter = source.mustHave else { return }
    check(filter.columns.map(\.column), in: table, columns, &diagnostics)
  }

  /// Reports columns that another table does not have.
  private func check(
    _ names: [ImportMapping.Name], in table: ImportMapping.Name, _ columns: [Set<String>],
    _ diagnostics: inout Diagnostics
  ) {
    guard let index = mapping.tables.firstIndex(where: { $0.name.text == table.text }), !columns[index].isEmpty
    else { return }
    for name in names where !columns[index].contains(name.text) {
      diagnostics.report(MappingMessages.unknownColumn(name, of: table.text, known: columns[index].sorted()))
    }
  }

  /// The columns of its own table that a source reads.
  private static func columns(of source: ImportMapping.Source) -> [ImportMapping.Name] {
    switch source.origin {
    case .columns(let columns): columns
    case .text(let parts):
      parts.compactMap { part -> ImportMapping.Name? in
        if case .column(let name) = part { name } else { nil }
      }
    case .always: []
    case .record(let parts): parts.flatMap { columns(of: $0.source) }
    }
  }
}
