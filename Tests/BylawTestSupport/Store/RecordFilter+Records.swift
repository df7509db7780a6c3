package import BylawModel
import BylawStore

/// Filters read literally, beside any database.
extension RecordFilter {
  /// Whether a record meets a filter; a value that does not have the type of its field is left to whoever judges it
  /// again.
  ///
  /// - `entity`: Its position in the schema.
  package func isMet(by fields: [String: Value], id: String, of entity: Int, in schema: Schema) -> Bool {
    switch self {
    case .compare(let subject, let comparison, let value):
      return Self.holds(subject, fields, id, entity, schema) { own, type in
        guard let type else { return comparison.holds(own, value) }
        return schema.stored(value, as: type).map { comparison.holds(own, $0) } ?? true
      }
    case .among(let subject, let values):
      return Self.holds(subject, fields, id, entity, schema) { own, type in
        values.contains { value in
          guard let type else { return own == value }
          return schema.stored(value, as: type).map { RecordFilter.Comparison.equal.holds(own, $0) } ?? true
        }
      }
    case .absent(let field): return (fields[schema.entities[entity].fields[field].name] ?? .null) == .null
    case .present(let field): return (fields[schema.entities[entity].fields[field].name] ?? .null) != .null
    case .all(let parts): return parts.allSatisfy { $0.isMet(by: fields, id: id, of: entity, in: schema) }
    case .any(let parts): return parts.contains { $0.isMet(by: fields, id: id, of: entity, in: schema) }
    }
  }

  private static func holds(
    _ subject: Subject, _ fields: [String: Value], _ id: String, _ entity: Int, _ schema: Schema,
    _ test: (Value, ValueType?) -> Bool
  ) -> Bool {
    switch subject {
    case .id: return test(.string(id), nil)
    case .field(let position):
      let field = schema.entities[entity].fields[position]
      guard let given = fields[field.name], given != .null else { return false }
      return schema.stored(given, as: field.type).map { test($0, field.type) } ?? true
    }
  }
}

extension RecordFilter.Comparison {
  fileprivate func holds(_ left: Value, _ right: Value) -> Bool {
    switch (left, right) {
    case (.int(let a), .int(let b)): return holds(a < b, b < a)
    case (.decimal(let a), .decimal(let b)): return holds(a.units < b.units, b.units < a.units)
    case (.date(let a), .date(let b)):
      return holds(a.daysSinceEpoch < b.daysSinceEpoch, b.daysSinceEpoch < a.daysSinceEpoch)
    case (.timestamp(let a), .timestamp(let b)):
      return holds(
        (a.seconds, a.nanoseconds) < (b.seconds, b.nanoseconds), (b.seconds, b.nanoseconds) < (a.seconds, a.nanoseconds)
      )
    case (.string(let a), .string(let b)):
      let (left, right) = (a.unicodeScalars, b.unicodeScalars)
      return holds(left.lexicographicallyPrecedes(right), right.lexicographicallyPrecedes(left))
    case (.bool(let a), .bool(let b)): return holds(!a && b, a && !b)
    case (.reference(let a), .reference(let b)): return holds(a != b, a != b)
    default: return true
    }
  }

  private func holds(_ isLess: Bool, _ isMore: Bool) -> Bool {
    switch self {
    case .equal: !isLess && !isMore
    case .notEqual: isLess || isMore
    case .less: isLess
    case .atMost: !isMore
    case .more: isMore
    case .atLeast: !isLess
    }
  }
}
