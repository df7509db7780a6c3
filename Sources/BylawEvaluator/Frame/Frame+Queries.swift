import BylawModel

extension Frame {
  /// Looks through the records of an entity; `it` gets back what it was, as the same fact may be under way further out.
  mutating func query(_ query: ExpressionPlan.Query, _ id: NodeID) -> Cell {
    guard hasSource else { return fail(.missingFact, id) }
    let outer = locals[Int(query.local)]
    let result = search(query, id)
    locals[Int(query.local)] = outer
    return result
  }

  private mutating func search(_ query: ExpressionPlan.Query, _ id: NodeID) -> Cell {
    var hits: [(record: Cell, order: Cell)] = []
    var failure: Cell?
    for record in all(of: query.entity, query.selection) {
      locals[Int(query.local)] = record
      if let condition = query.condition {
        let verdict = evaluate(condition)
        if verdict.isError {
          // Some record that is there outweighs one that cannot be judged, whichever comes first.
          guard query.kind == .exists else { return verdict }
          if failure == nil { failure = verdict }
          continue
        }
        guard verdict.isTrue else { continue }
      }
      if query.kind == .exists { return .true }
      var order = Cell.absent
      if let node = query.order {
        order = evaluate(node)
        if order.isError { return order }
      }
      hits.append((record, order))
    }
    if let failure { return failure }
    if query.order != nil {
      let type = query.orderType.contentType
      hits = sorted(hits, by: type, latestFirst: query.latestFirst)
    }
    if let limit = query.limit, hits.count > limit { hits = Array(hits.prefix(limit)) }
    return result(query, hits.map(\.record), id)
  }

  /// Stable, absent values last.
  private func sorted(
    _ hits: [(record: Cell, order: Cell)], by type: ValueType, latestFirst: Bool
  ) -> [(record: Cell, order: Cell)] {
    // Comparing needs the frame, which a closure cannot hold, so this merges by hand.
    guard hits.count > 1 else { return hits }
    let middle = hits.count / 2
    var left = sorted(Array(hits[..<middle]), by: type, latestFirst: latestFirst)[...]
    var right = sorted(Array(hits[middle...]), by: type, latestFirst: latestFirst)[...]
    var merged: [(record: Cell, order: Cell)] = []
    merged.reserveCapacity(hits.count)
    while let first = left.first, let second = right.first {
      let takesRight = comesBefore(second.order, first.order, type, latestFirst)
      merged.append(takesRight ? right.removeFirst() : left.removeFirst())
    }
    return merged + left + right
  }

  private func comesBefore(_ left: Cell, _ right: Cell, _ type: ValueType, _ latestFirst: Bool) -> Bool {
    if left.isAbsent { return false }
    if right.isAbsent { return true }
    let sign = compare(left, right, type)
    return latestFirst ? sign > 0 : sign < 0
  }

  private mutating func result(_ query: ExpressionPlan.Query, _ hits: [Cell], _ id: NodeID) -> Cell {
    switch query.kind {
    case .count: return Cell(Int64(hits.count))
    case .exists: return .false
    case .list: return compound(hits, count: hits.count)
    case .first: return hits.first ?? .absent
    case .one: return hits.count > 1 ? fail(.severalRecords, id) : hits.first ?? .absent
    case .sum, .min, .max: return aggregate(query, hits, id)
    }
  }

  private mutating func aggregate(_ query: ExpressionPlan.Query, _ hits: [Cell], _ id: NodeID) -> Cell {
    guard let of = query.of else { return fail(.invalidArgument, id) }
    let type = query.ofType.contentType
    var result = Cell.absent
    var values: [Cell] = []
    for record in hits {
      locals[Int(query.local)] = record
      let value = evaluate(of)
      if value.isError { return value }
      if value.isAbsent { continue }
      switch query.kind {
      case .sum: values.append(value)
      default:
        if result.isAbsent {
          result = value
        } else {
          let sign = compare(value, result, type)
          if query.kind == .min ? sign < 0 : sign > 0 { result = value }
        }
      }
    }
    return query.kind == .sum ? sum(values, type, id) : result
  }
}
