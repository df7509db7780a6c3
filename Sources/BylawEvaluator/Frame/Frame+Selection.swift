import BylawModel

/// Selections with their operands worked out: what a database is asked.
extension Frame {
  /// The most values that one condition compares a field with; a longer list is left to the evaluator.
  private static let longestList = 100

  /// The condition on stored records that a selection amounts to now.
  mutating func filter(_ selection: Selection, of entity: Int) -> RecordFilter {
    switch selection {
    case .compare(let subject, let comparison, let operand, let withAbsent):
      let cell = value(of: operand)
      // What cannot be compared errs for every record.
      guard cell.state == .value else { return .everything }
      return with(compare(subject, comparison, cell, of: entity), absent: withAbsent, subject)
    case .same(let subject, let operand, let negated, let withAbsent):
      let cell = value(of: operand)
      if cell.isError { return .everything }
      if cell.isAbsent { return negated || withAbsent ? .everything : .among(subject, []) }
      return with(
        compare(subject, negated ? .notEqual : .equal, cell, of: entity), absent: negated || withAbsent, subject)
    case .among(let subject, let list, let negated, let withAbsent):
      let cell = evaluate(list)
      guard cell.state == .value, count(of: cell) <= Self.longestList else { return .everything }
      let elements = (0..<count(of: cell)).map { element($0, of: cell) }.filter { $0.state == .value }
      if elements.isEmpty, !negated { return with(.among(subject, []), absent: withAbsent, subject) }
      let comparisons = elements.map { compare(subject, negated ? .notEqual : .equal, $0, of: entity) }
      return with(negated ? .both(comparisons) : merged(.either(comparisons)), absent: withAbsent, subject)
    case .present(let field): return .present(field)
    case .absent(let field): return .absent(field)
    case .given(let node, let negated):
      let verdict = evaluate(node)
      return verdict.state == .value && verdict.isTrue == negated ? .nothing : .everything
    case .all(let parts):
      var conditions: [RecordFilter] = []
      for part in parts {
        let condition = filter(part, of: entity)
        if condition == .nothing { return .nothing }
        conditions.append(condition)
      }
      return .both(conditions)
    case .any(let parts):
      var conditions: [RecordFilter] = []
      for part in parts { conditions.append(filter(part, of: entity)) }
      return merged(.either(conditions))
    }
  }

  private mutating func value(of operand: Selection.Operand) -> Cell {
    switch operand {
    case .node(let node): evaluate(node)
    case .cell(let cell): cell
    }
  }

  private func with(_ filter: RecordFilter, absent: Bool, _ subject: RecordFilter.Subject) -> RecordFilter {
    guard absent, case .field(let field) = subject else { return filter }
    return filter == .present(field) ? .everything : .either([filter, .absent(field)])
  }

  // MARK: Comparisons

  private func compare(
    _ subject: RecordFilter.Subject, _ comparison: RecordFilter.Comparison, _ cell: Cell, of entity: Int
  ) -> RecordFilter {
    switch subject {
    case .id: return compareID(comparison, cell, of: entity)
    case .field(let field):
      let type = plan.schema.entities[entity].fields[field].type.contentType
      if case .enumeration(let index) = type {
        return words(field, comparison, rank: cell.payload, count: plan.schema.enums[index].members.count, of: entity)
      }
      return .compare(subject, comparison, value(of: cell, type))
    }
  }

  /// The record itself, compared with another.
  private func compareID(_ comparison: RecordFilter.Comparison, _ cell: Cell, of entity: Int) -> RecordFilter {
    guard self.entity(of: cell) == entity else { return comparison == .equal ? .nothing : .everything }
    return .compare(.id, comparison, .string(id(of: cell)))
  }

  /// Words stand in the order of their declaration, which no database knows; and time alone may have changed them.
  private func words(
    _ field: Int, _ comparison: RecordFilter.Comparison, rank: Int64, count: Int, of entity: Int
  ) -> RecordFilter {
    let wanted = Set((0..<Int64(count)).filter { comparison.holds($0, rank) })
    let moves = plan.timedMoves[entity].filter { $0.field == field }
    // What is stored may be any state that leads to a wanted one by timed moves.
    var stored = wanted
    while let move = moves.first(where: { stored.contains($0.to) && !stored.contains($0.from) }) {
      stored.insert(move.from)
    }
    if stored.count == count { return .present(field) }
    guard case .enumeration(let index) = plan.schema.entities[entity].fields[field].type.contentType else {
      return .everything
    }
    let words = stored.sorted().map { Value.string(plan.schema.enums[index].members[Int($0)]) }
    return words.count == 1 ? .compare(.field(field), .equal, words[0]) : .among(.field(field), words)
  }

  /// Several values of one field as one list.
  private func merged(_ filter: RecordFilter) -> RecordFilter {
    guard case .any(let parts) = filter else { return filter }
    var lists: [RecordFilter.Subject: [Value]] = [:]
    var others: [RecordFilter] = []
    var order: [RecordFilter.Subject] = []
    for part in parts {
      let (subject, values): (RecordFilter.Subject, [Value])
      switch part {
      case .compare(let known, .equal, let value): (subject, values) = (known, [value])
      case .among(let known, let list): (subject, values) = (known, list)
      case .compare, .absent, .present, .all, .any:
        others.append(part)
        continue
      }
      if lists[subject] == nil { order.append(subject) }
      for value in values where lists[subject]?.contains(value) != true { lists[subject, default: []].append(value) }
    }
    let grouped = order.map { subject -> RecordFilter in
      let values = lists[subject] ?? []
      return values.count == 1 ? .compare(subject, .equal, values[0]) : .among(subject, values)
    }
    return .either(grouped + others)
  }
}

extension RecordFilter.Comparison {
  /// Whether a comparison of two ranks holds.
  fileprivate func holds(_ left: Int64, _ right: Int64) -> Bool {
    switch self {
    case .equal: left == right
    case .notEqual: left != right
    case .less: left < right
    case .atMost: left <= right
    case .more: left > right
    case .atLeast: left >= right
    }
  }
}
