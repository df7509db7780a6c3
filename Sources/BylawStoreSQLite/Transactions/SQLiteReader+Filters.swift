import BylawModel
import BylawStore

/// Conditions on records as SQL: only where SQL says the same as the evaluator, and rather too many rows than too few.
extension SQLiteReader {
  /// A condition with its arguments; `nil` when it has no exact translation.
  func condition(_ filter: RecordFilter, _ entity: Int) -> (sql: String, arguments: [SQLValue])? {
    guard !layout.timed.contains(FieldPosition(entity: entity, field: filter.field)) else { return nil }
    let column = layout.tables[entity].columns[filter.field]
    if filter.value == .null { return presence(column, filter.comparison) }
    guard canCompare(column, filter.comparison),
      let value = layout.schema.stored(filter.value, as: column.type),
      let argument = column.argument(value, layout.schema)
    else { return nil }
    let comparison = "\(column.name) \(sign(filter.comparison)) ?"
    return (
      includesAbsent(column, filter.comparison) ? "(\(comparison) OR \(column.name) IS NULL)" : comparison, [argument]
    )
  }

  private func presence(_ column: Column, _ comparison: RecordFilter.Comparison) -> (String, [SQLValue])? {
    guard !column.mayStandForDefault else { return nil }
    switch comparison {
    case .equal: return ("\(column.name) IS NULL", [])
    case .notEqual: return ("\(column.name) IS NOT NULL", [])
    case .less, .atMost, .more, .atLeast: return nil
    }
  }

  /// Whether SQL compares values of a column as the evaluator does.
  private func canCompare(_ column: Column, _ comparison: RecordFilter.Comparison) -> Bool {
    switch column.kind {
    case .int, .decimal, .date, .timestamp: return true
    case .bool, .reference, .references: return !comparison.isOrder
    case .text:
      // `text` is read trimmed and composed, whatever form it was stored in.
      return !comparison.isOrder && column.constraint.text != .text
    case .real, .duration, .json: return false
    }
  }

  /// Whether a row without value may still meet the condition, or make it fail, which the evaluator has to see.
  private func includesAbsent(_ column: Column, _ comparison: RecordFilter.Comparison) -> Bool {
    guard column.isNullable else { return false }
    return column.mayStandForDefault || comparison != .equal
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

extension RecordFilter.Comparison {
  fileprivate var isOrder: Bool { self != .equal && self != .notEqual }
}
