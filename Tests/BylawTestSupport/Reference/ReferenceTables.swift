import BylawCompiler
import BylawModel

/// Classifications, thresholds, calendars and facts.
extension ReferenceEvaluator {
  /// The value of a classification, and the row that gave it; `nil` for `otherwise`.
  func classify(
    _ index: Int, _ arguments: [TypedExpression]
  ) throws(ReferenceError) -> (value: ReferenceValue, row: String?) {
    let table = rules.classifications[index]
    let outer = locals
    defer { locals = outer }
    let values = arguments.map { result($0) }
    for (parameter, value) in zip(table.parameters, values) { locals[parameter.local] = value }
    switch table.hitPolicy {
    case .first:
      for row in table.rows where try evaluate(row.condition).isTrue { return (try output(row.outputs), row.label) }
      return try otherwise(table)
    case .only:
      var failure: ReferenceError?
      var hits: [CheckedRuleSet.Classification.Row] = []
      for row in table.rows {
        do throws(ReferenceError) {
          if try evaluate(row.condition).isTrue { hits.append(row) }
        } catch {
          failure = failure ?? error
        }
      }
      if hits.count > 1 { throw error("more than one record", hits[1].condition) }
      if let failure { throw failure }
      guard let hit = hits.first else { return try otherwise(table) }
      return (try output(hit.outputs), hit.label)
    case .all:
      var found: [ReferenceValue] = []
      for row in table.rows where try evaluate(row.condition).isTrue { found.append(try output(row.outputs)) }
      if found.isEmpty, let otherwise = table.otherwise { found = [try output(otherwise)] }
      return (.list(found), nil)
    case .worst: return try worst(table)
    }
  }

  /// The worst row that holds.
  ///
  /// An erring row leaves the value unknown unless the worst that any row can give is reached.
  private func worst(_ table: CheckedRuleSet.Classification) throws(ReferenceError) -> (
    value: ReferenceValue, row: String?
  ) {
    var failure: ReferenceError?
    var best: (rank: Int, value: ReferenceValue, row: String)?
    for row in table.rows {
      do throws(ReferenceError) {
        guard try evaluate(row.condition).isTrue else { continue }
        guard case .word(let rank) = try evaluate(row.outputs[0]) else { continue }
        let value = try output(row.outputs)
        if best == nil || rank > (best?.rank ?? 0) { best = (rank, value, row.label) }
      } catch {
        failure = failure ?? error
      }
    }
    if let best, failure == nil || best.rank >= worstRank(table) { return (best.value, best.row) }
    if let failure { throw failure }
    return try otherwise(table)
  }

  /// The worst that any row can give: that of the words, or of the whole enumeration where a row computes its word.
  private func worstRank(_ table: CheckedRuleSet.Classification) -> Int {
    guard case .enumeration(let index) = table.outputs[0].type else { return 0 }
    let words = schema.enums[index].members
    return table.rows.map { row in
      if case .literal(.string(let word)) = row.outputs[0].kind { return words.firstIndex(of: word) ?? 0 }
      return words.count - 1
    }.max() ?? 0
  }

  private func output(_ outputs: [TypedExpression]) throws(ReferenceError) -> ReferenceValue {
    if outputs.count == 1 { return try evaluate(outputs[0]) }
    var values: [ReferenceValue] = []
    for output in outputs { values.append(try evaluate(output)) }
    return .record(values)
  }

  private func otherwise(_ table: CheckedRuleSet.Classification) throws(ReferenceError) -> (
    value: ReferenceValue, row: String?
  ) {
    guard let otherwise = table.otherwise else {
      throw ReferenceError(cause: "no such key", place: table.rows.first.map { place($0.condition.range) } ?? "")
    }
    return (try output(otherwise), nil)
  }

  // MARK: Thresholds and calendars

  /// Whether a threshold has reached a band, by exact cross-multiplication.
  func reaches(_ threshold: Int, _ band: Int, _ expression: TypedExpression) throws(ReferenceError) -> Bool {
    let threshold = rules.thresholds[threshold]
    let band = threshold.bands[band]
    if let condition = threshold.condition, !(try evaluate(condition).isTrue) { return false }
    let measure = number(try present(threshold.measure))
    let of = number(try present(threshold.of))
    guard of > 0 else { throw error("threshold that is not positive", threshold.of) }
    let scale = (0..<band.percent.scale).reduce(Int128(100)) { scale, _ in scale * 10 }
    let (left, leftOverflow) = measure.multipliedReportingOverflow(by: scale)
    let (right, rightOverflow) = of.multipliedReportingOverflow(by: Int128(band.percent.units))
    if leftOverflow || rightOverflow { throw error("overflow", expression) }
    return band.includesBound ? left >= right : left > right
  }

  private func number(_ value: ReferenceValue) -> Int128 {
    switch value {
    case .int(let int), .decimal(let int): return Int128(int)
    case .duration(let span): return Int128(span.seconds) * 1_000_000_000 + Int128(span.nanoseconds)
    default: return 0
    }
  }

  func isOpen(_ calendar: CheckedRuleSet.Calendar, _ at: TypedExpression) throws(ReferenceError) -> Bool {
    guard case .timestamp(let time) = try present(at) else { return false }
    guard case .string(let name) = try present(calendar.zone) else { return false }
    guard let zone = TimeZoneRules.shared(name) else { throw error("unknown time zone", calendar.zone) }
    let civil = zone.civil(at: time)
    if calendar.holidays.contains(civil.date) { return false }
    let weekday = civil.date.weekday == 0 ? 7 : civil.date.weekday
    let minute = civil.hour * 60 + civil.minute
    return calendar.openings.contains { $0.weekday == weekday && $0.from <= minute && minute < $0.until }
  }

  // MARK: Facts

  /// Looks through the records of an entity.
  func look(_ query: TypedExpression.Query, _ expression: TypedExpression) throws(ReferenceError) -> ReferenceValue {
    guard records != nil else { throw error("fact not given, and no records to look it up in", expression) }
    let outer = locals
    defer { locals = outer }
    var hits: [(record: ReferenceValue, order: ReferenceValue)] = []
    var failure: ReferenceError?
    for record in all(of: query.entity) {
      locals[query.local] = .success(record)
      do throws(ReferenceError) {
        if let condition = query.condition, !(try evaluate(condition).isTrue) { continue }
        if query.kind == .exists { return .bool(true) }
        let order = try query.order.map { order throws(ReferenceError) in try evaluate(order) } ?? .absent
        hits.append((record, order))
      } catch {
        // Only `exists` can be known in spite of an error.
        guard query.kind == .exists else { throw error }
        failure = failure ?? error
      }
    }
    if let failure { throw failure }
    if query.order != nil {
      // Stable, absent values last.
      let sorted = hits.enumerated().sorted { left, right in
        let (a, b) = (left.element.order, right.element.order)
        if a.isAbsent || b.isAbsent { return a.isAbsent == b.isAbsent ? left.offset < right.offset : b.isAbsent }
        let sign = ReferenceValue.compare(a, b)
        if sign == 0 { return left.offset < right.offset }
        return query.latestFirst ? sign > 0 : sign < 0
      }
      hits = sorted.map(\.element)
    }
    let found = hits.prefix(query.limit ?? hits.count).map(\.record)
    switch query.kind {
    case .count: return .int(Int64(found.count))
    case .exists: return .bool(false)
    case .list: return .list(found)
    case .first: return found.first ?? .absent
    case .one:
      if found.count > 1 { throw error("more than one record", expression) }
      return found.first ?? .absent
    case .sum, .min, .max: return try aggregate(query, found, expression)
    }
  }

  private func aggregate(
    _ query: TypedExpression.Query, _ found: [ReferenceValue], _ expression: TypedExpression
  ) throws(ReferenceError) -> ReferenceValue {
    guard let of = query.of else { return .absent }
    var values: [ReferenceValue] = []
    for record in found {
      locals[query.local] = .success(record)
      let value = try evaluate(of)
      if !value.isAbsent { values.append(value) }
    }
    switch query.kind {
    case .min: return values.min { ReferenceValue.compare($0, $1) < 0 } ?? .absent
    case .max: return values.max { ReferenceValue.compare($0, $1) < 0 } ?? .absent
    default: return try sum(values, of.type, expression)
    }
  }

  /// The exact sum, whatever the order; it errs only when the result does not fit.
  func sum(
    _ values: [ReferenceValue], _ type: ValueType, _ expression: TypedExpression
  ) throws(ReferenceError) -> ReferenceValue {
    var type = type
    if case .optional(let content) = type { type = content }
    if case .double = type {
      return .double(
        values.reduce(0.0) { sum, value in if case .double(let double) = value { sum + double } else { sum } })
    }
    let total = values.reduce(Int128(0)) { $0 + number($1) }
    if case .duration = type {
      guard let span = TimeSpan(totalNanoseconds: total) else { throw error("overflow", expression) }
      return .duration(span)
    }
    guard let exact = Int64(exactly: total) else { throw error("overflow", expression) }
    if case .int = type { return .int(exact) }
    return .decimal(exact)
  }
}
