package import BylawModel

/// Which records of an entity can meet a condition, as far as their own stored fields tell.
///
/// It is derived from the condition when the plan is made, and leaves a record out only where the condition is false
/// for it: a record for which the condition holds, or errs, is always selected. So whoever judges the selected records
/// alone comes to the same result as by a look at all of them.
package indirect enum Selection: Hashable, Sendable {
  /// What a field is compared with: worked out once, before records are read.
  package enum Operand: Hashable, Sendable {
    case node(NodeID)
    case cell(Cell)
  }

  /// A comparison of a field; an operand that errs or is absent selects everything.
  case compare(RecordFilter.Subject, RecordFilter.Comparison, Operand, withAbsent: Bool)
  /// Two optionals, as `same` compares them; negated: not there or different.
  case same(RecordFilter.Subject, Operand, negated: Bool, withAbsent: Bool)
  /// The value is in a list; negated: in none.
  case among(RecordFilter.Subject, NodeID, negated: Bool, withAbsent: Bool)
  case present(Int)
  case absent(Int)
  /// A condition on other things than the record: where it is known to be false, nothing is selected.
  case given(NodeID, negated: Bool)
  case all([Selection])
  case any([Selection])
}

extension Selection {
  /// The fields that an index helps to find records by: those that a value or a range is looked for in.
  package var indexable: Set<Int> {
    switch self {
    case .compare(.field(let field), let comparison, _, _): comparison == .notEqual ? [] : [field]
    case .same(.field(let field), _, false, _), .among(.field(let field), _, false, _): [field]
    case .compare, .same, .among, .present, .absent, .given: []
    case .all(let parts), .any(let parts): parts.reduce(into: []) { $0.formUnion($1.indexable) }
    }
  }

  /// The same where a field is known to have a value: its absence need not be looked at.
  func whereThere(_ field: Int) -> Selection {
    switch self {
    case .compare(.field(field), let comparison, let operand, _):
      .compare(.field(field), comparison, operand, withAbsent: false)
    case .same(.field(field), let operand, let negated, _):
      .same(.field(field), operand, negated: negated, withAbsent: false)
    case .among(.field(field), let list, let negated, _):
      .among(.field(field), list, negated: negated, withAbsent: false)
    case .all(let parts): .all(parts.map { $0.whereThere(field) })
    case .any(let parts): .any(parts.map { $0.whereThere(field) })
    case .compare, .same, .among, .present, .absent, .given: self
    }
  }

  /// All of some selections; a field that one of them asks to be there is there for the others.
  package static func both(_ parts: [Selection]) -> Selection? {
    var result = parts
    for case .present(let field) in parts { result = result.map { $0.whereThere(field) } }
    return result.isEmpty ? nil : result.count == 1 ? result[0] : .all(result)
  }
}

extension Field {
  /// Whether its values, as they are stored, are equal where the evaluator finds them equal; with `isOrder` also
  /// whether one comes before another where the evaluator says so.
  package func comparesAsStored(isOrder: Bool) -> Bool {
    switch type.contentType {
    case .int, .decimal, .date, .timestamp, .enumeration: return true
    case .bool, .entity: return !isOrder
    case .string:
      let content = type.isOptionalType ? constraint.element.first ?? constraint : constraint
      // `text` is read trimmed and composed, in whatever form it was stored.
      return content.text != .text
    case .double, .duration, .ratio, .json, .record, .entityType, .list, .map, .range, .patch, .optional,
      .undetermined, .error:
      return false
    }
  }
}

extension DecisionPlan {
  /// The fields that facts, reads and timed moves find records by.
  ///
  /// Of the fields that a list may be filtered by, those with few values are left out: there a look at all rows
  /// costs less than an index that every write has to keep.
  package var indexedFields: [(entity: Int, field: Int)] {
    var found: [Set<Int>] = Array(repeating: [], count: expressions.schema.entities.count)
    for query in expressions.queries { found[query.entity].formUnion(query.selection?.indexable ?? []) }
    for (entity, moves) in expressions.timedMoves.enumerated() {
      for move in moves { found[entity].formUnion([move.field, move.since]) }
    }
    for (entity, read) in store.reads.enumerated() {
      for restriction in read?.restrict ?? [] { found[entity].formUnion(restriction.selection?.indexable ?? []) }
      for field in read?.filters ?? [] {
        let declared = expressions.schema.entities[entity].fields[field]
        switch declared.type.contentType {
        case .bool, .enumeration: continue
        default: if declared.comparesAsStored(isOrder: false) { found[entity].insert(field) }
        }
      }
    }
    return found.enumerated().flatMap { entity, fields in
      fields.sorted().filter { expressions.schema.entities[entity].fields[$0].type.contentType != .bool }
        .map { (entity, $0) }
    }
  }
}
