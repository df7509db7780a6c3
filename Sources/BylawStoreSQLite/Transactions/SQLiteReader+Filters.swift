import BylawModel
import BylawStore

/// A part of a statement with the values that are bound to it.
struct SQLCondition {
  var sql: String
  var arguments: [SQLValue] = []

  static let never = SQLCondition(sql: "0")
}

/// Conditions on records as SQL: only where SQL says the same as the evaluator, and rather too many rows than too few.
extension SQLiteReader {
  /// The most values that a list in SQL may have.
  private static let longestList = 500

  /// The statement that gives the records that meet conditions, in order.
  func query(_ entity: Int, _ filters: [RecordFilter], after row: Int64, limit: Int) -> SQLCondition {
    var conditions = filters.compactMap { condition($0, entity) }
    // SQLite goes through all rows in their order rather than through one end of an index, unless the order is hidden.
    let number = isOneRange(filters, entity) ? "+\"$row\"" : "\"$row\""
    // Every row is after the first; not to say so leaves the choice of the index free.
    if row > 0 || conditions.isEmpty {
      conditions.insert(SQLCondition(sql: "\(number) > ?", arguments: [.int(row)]), at: 0)
    }
    let narrowed = conditions.map(\.sql).joined(separator: " AND ")
    return SQLCondition(
      sql: "\(layout.tables[entity].selection) WHERE \(narrowed) ORDER BY \(number) LIMIT ?",
      arguments: conditions.flatMap(\.arguments) + [.int(Int64(limit))])
  }

  /// Whether conditions look for an end of an index, and for no single value.
  private func isOneRange(_ filters: [RecordFilter], _ entity: Int) -> Bool {
    var hasRange = false
    for filter in filters {
      switch filter.orAbsent {
      case .compare(.field(let field), let comparison, _):
        if comparison == .equal { return false }
        if comparison != .notEqual, layout.tables[entity].hasIndex(field) { hasRange = true }
      case .compare(.id, let comparison, _): if comparison == .equal { return false }
      case .among, .any: return false
      case .absent, .present, .all: continue
      }
    }
    return hasRange
  }

  /// A condition with its arguments; `nil` when it has no translation, so that every row meets it.
  private func condition(_ filter: RecordFilter, _ entity: Int) -> SQLCondition? {
    switch filter {
    case .compare(let subject, let comparison, let value): return compare(subject, comparison, value, entity)
    case .among(let subject, let values): return among(subject, values, entity)
    case .absent(let field):
      let column = layout.tables[entity].columns[field]
      return column.isNullable ? SQLCondition(sql: "\(column.name) IS NULL") : .never
    case .present(let field):
      let column = layout.tables[entity].columns[field]
      return column.isNullable ? SQLCondition(sql: "\(column.name) IS NOT NULL") : nil
    case .all(let parts):
      let conditions = parts.compactMap { condition($0, entity) }
      return conditions.isEmpty ? nil : joined(conditions, " AND ")
    case .any(let parts):
      var conditions: [SQLCondition] = []
      for part in parts {
        guard let condition = condition(part, entity) else { return nil }
        if condition.sql != SQLCondition.never.sql { conditions.append(condition) }
      }
      return conditions.isEmpty ? .never : joined(conditions, " OR ")
    }
  }

  private func joined(_ conditions: [SQLCondition], _ operation: String) -> SQLCondition {
    guard conditions.count > 1 else { return conditions[0] }
    return SQLCondition(
      sql: "(\(conditions.map(\.sql).joined(separator: operation)))", arguments: conditions.flatMap(\.arguments))
  }

  private func compare(
    _ subject: RecordFilter.Subject, _ comparison: RecordFilter.Comparison, _ value: Value, _ entity: Int
  ) -> SQLCondition? {
    guard let column = column(subject, comparison, entity), let argument = column.argument(value) else { return nil }
    return SQLCondition(sql: "\(column.name) \(sign(comparison)) ?", arguments: [argument])
  }

  private func among(_ subject: RecordFilter.Subject, _ values: [Value], _ entity: Int) -> SQLCondition? {
    guard !values.isEmpty else { return .never }
    guard values.count <= Self.longestList, let column = column(subject, .equal, entity) else { return nil }
    var arguments: [SQLValue] = []
    for value in values {
      guard let argument = column.argument(value) else { return nil }
      arguments.append(argument)
    }
    let places = arguments.map { _ in "?" }.joined(separator: ", ")
    return SQLCondition(sql: "\(column.name) IN (\(places))", arguments: arguments)
  }

  // MARK: Columns

  /// A column whose values SQL compares as the evaluator does, with the way values are bound to it; `nil` for others.
  private func column(
    _ subject: RecordFilter.Subject, _ comparison: RecordFilter.Comparison, _ entity: Int
  ) -> (name: String, argument: (Value) -> SQLValue?)? {
    let isOrder = comparison != .equal && comparison != .notEqual
    guard case .field(let field) = subject else {
      guard !isOrder else { return nil }
      return ("\"id\"", { if case .string(let id) = $0 { .text(id) } else { nil } })
    }
    let (column, schema) = (layout.tables[entity].columns[field], layout.schema)
    guard canCompare(column, isOrder: isOrder) else { return nil }
    return (
      column.name,
      { value in value == .null ? nil : schema.stored(value, as: column.type).flatMap { column.argument($0, schema) } }
    )
  }

  private func canCompare(_ column: Column, isOrder: Bool) -> Bool {
    switch column.kind {
    case .int, .decimal, .date, .timestamp: return true
    case .bool, .reference, .references: return !isOrder
    case .text:
      // Words stand in the order of their declaration; `text` is read trimmed and composed, in whatever form it lies.
      if case .enumeration = column.type { return !isOrder }
      return column.constraint.text != .text
    case .real, .duration, .json: return false
    }
  }

  private func sign(_ comparison: RecordFilter.Comparison) -> String {
    switch comparison {
    case .equal: "="
    case .notEqual: "<>"
    case .less: "<"
    case .atMost: "<="
    case .more: ">"
    case .atLeast: ">="
    }
  }
}

extension RecordFilter {
  /// A condition without the records that it takes because a field is absent.
  fileprivate var orAbsent: RecordFilter {
    guard case .any(let parts) = self else { return self }
    let others = parts.filter { if case .absent = $0 { false } else { true } }
    return others.count == 1 ? others[0] : self
  }
}
