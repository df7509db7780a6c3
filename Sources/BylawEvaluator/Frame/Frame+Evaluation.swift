import BylawModel

extension Frame {
  /// The value of an expression; a closed one is worked out at most once for a request.
  package mutating func evaluate(_ id: NodeID) -> Cell {
    if let seen = glance(id) { return seen }
    return work(out: id)
  }

  private mutating func work(out id: NodeID) -> Cell {
    if let told = compareUnread(id) { return told }
    let node = plan.nodes[Int(id.raw)]
    if node.memo >= 0, let known = remembered(Int(node.memo)) { return known }
    let cell =
      switch node.operation {
      case .and, .all: conjunction(node, stop: false)
      case .or, .any: conjunction(node, stop: true)
      default: compute(node, id)
      }
    if node.memo >= 0 { remember(Int(node.memo), cell) }
    return cell
  }

  /// The value of a part of an expression; constants and slots are looked at in place.
  @inline(__always)
  mutating func operand(_ id: NodeID) -> Cell {
    let node = plan.nodes[Int(id.raw)]
    if node.operation == .constant { return plan.constants[Int(node.a)] }
    if node.operation == .slot {
      let cell = slots[Int(node.a)]
      if cell.state == .value { return cell }
    }
    return evaluate(id)
  }

  private mutating func compute(_ node: PlanNode, _ id: NodeID) -> Cell {
    switch node.operation {
    case .constant: return plan.constants[Int(node.a)]
    case .slot: return slot(node.a, id)
    case .effect:
      let made = slots.indices.contains(Int(node.a)) ? slots[Int(node.a)] : .absent
      return made.isAbsent ? fail(.absentValue, id) : made
    case .local: return locals[Int(node.a)]
    case .definition: return define(node)
    case .recordField:
      let base = evaluate(NodeID(raw: node.a))
      guard base.state == .value else { return base }
      return arena[Int(base.payload) + Int(node.b)]
    case .referenceField:
      let base = operand(NodeID(raw: node.a))
      guard base.state == .value else { return base }
      guard entity(of: base) == Int(node.c) else { return fail(.wrongRecord, id) }
      return field(Int(node.b), of: base)
    case .identifier:
      let base = evaluate(NodeID(raw: node.a))
      guard base.state == .value else { return base }
      readIDs()
      return Cell(Int64(records[Int(base.payload)].id))
    case .call: return call(node, id)
    case .and, .all, .or, .any: return conjunction(node, stop: node.operation == .or || node.operation == .any)
    case .noneOf:
      let any = conjunction(node, stop: true)
      return any.isError ? any : Cell(!any.isTrue)
    case .not:
      let operand = evaluate(NodeID(raw: node.a))
      guard operand.state == .value else { return operand.isError ? operand : fail(.absentValue, id) }
      return Cell(!operand.isTrue)
    case .conditional:
      let condition = evaluate(NodeID(raw: node.a))
      guard condition.state == .value else { return condition.isError ? condition : fail(.absentValue, id) }
      return evaluate(NodeID(raw: condition.isTrue ? node.b : node.c))
    case .list, .map, .record: return compound(node, id)
    case .comprehension: return comprehend(plan.comprehensions[Int(node.a)])
    case .query: return query(plan.queries[Int(node.a)], id)
    case .table: return classify(Int(node.a))
    case .band: return band(plan.bands[Int(node.a)], id)
    case .text: return cell(text(plan.texts[Int(node.a)]))
    case .calendar: return isOpen(plan.calendars[Int(node.a)], NodeID(raw: node.b), id)
    case .bind:
      let value = evaluate(NodeID(raw: node.b))
      let outer = locals[Int(node.a)]
      locals[Int(node.a)] = value
      let result = evaluate(NodeID(raw: node.c))
      locals[Int(node.a)] = outer
      return result
    case .unwrap:
      let operand = evaluate(NodeID(raw: node.a))
      return operand.isAbsent ? fail(.absentValue, id) : operand
    case .isPresent:
      let operand = evaluate(NodeID(raw: node.a))
      return operand.isError ? operand : Cell(!operand.isAbsent)
    case .none: return .absent
    case .rescale: return rescale(node, id)
    case .timeField: return .absent
    case .equalConstant, .notEqualConstant:
      let operand = self.operand(NodeID(raw: node.a))
      guard operand.state == .value else { return operand.isAbsent ? fail(.absentValue, id) : operand }
      let isEqual = operand.payload == plan.constants[Int(node.b)].payload
      return Cell(isEqual == (node.operation == .equalConstant))
    case .invalid: preconditionFailure("an expression that was reported as an error is never evaluated")
    }
  }

  private mutating func slot(_ index: Int32, _ id: NodeID) -> Cell {
    if index == Slot.after { return after() }
    if index == Slot.today { return today() }
    let cell = slots[Int(index)]
    if cell.isAbsent, index == Slot.resource || index == Slot.subject { return fail(.noResource, id) }
    guard cell.state == .unread else { return cell }
    let read = read(cell)
    slots[Int(index)] = read
    return read
  }

  private mutating func define(_ node: PlanNode) -> Cell {
    let index = Int(node.a)
    if let known = definition(index) { return known }
    for fact in given where fact.definition == index {
      setDefinition(index, fact.value)
      return fact.value
    }
    let cell = evaluate(NodeID(raw: node.b))
    setDefinition(index, cell)
    return cell
  }

  /// `stop` decides at once; an error counts only when nothing decides.
  private mutating func conjunction(_ node: PlanNode, stop: Bool) -> Cell {
    var failure: Cell?
    for offset in 0..<Int(node.b) {
      let operand = plan.operands[Int(node.a) + offset]
      let cell = evaluate(operand)
      if cell.state == .value {
        if cell.isTrue == stop { return Cell(stop) }
      } else if failure == nil {
        failure = cell.isError ? cell : fail(.absentValue, operand)
      }
    }
    return failure ?? Cell(!stop)
  }

  /// A list, a map or a record; an error of a member is an error of the whole, an absent member of a list is left out.
  private mutating func compound(_ node: PlanNode, _ id: NodeID) -> Cell {
    let start = stack.count
    for offset in 0..<Int(node.b) {
      let cell = evaluate(plan.operands[Int(node.a) + offset])
      if cell.isError {
        stack.removeLast(stack.count - start)
        return cell
      }
      stack.append(cell)
    }
    guard node.operation == .map else { return compound(from: start) }
    let cells = stack[start..<stack.count]
    stack.removeLast(stack.count - start)
    return map(cells, id)
  }

  /// A map of keys and values in turn: keys ascending by scalars, none twice.
  mutating func map(_ cells: [Cell], _ id: NodeID) -> Cell {
    let pairs = stride(from: 0, to: cells.count, by: 2).map { (key: cells[$0], value: cells[$0 + 1]) }
    var keys: Set<Int64> = []
    for pair in pairs where !keys.insert(pair.key.payload).inserted { return fail(.repeatedKey, id) }
    let texts = pairs.map { string($0.key.payload) }
    let order = pairs.indices.sorted { texts[$0].unicodeScalars.lexicographicallyPrecedes(texts[$1].unicodeScalars) }
    return compound(order.flatMap { [pairs[$0].key, pairs[$0].value] }, count: pairs.count)
  }

  private mutating func rescale(_ node: PlanNode, _ id: NodeID) -> Cell {
    var operand = evaluate(NodeID(raw: node.a))
    guard operand.state == .value else { return operand }
    for _ in 0..<Int(node.b) {
      let (product, overflow) = operand.payload.multipliedReportingOverflow(by: 10)
      if overflow { return fail(.overflow, id) }
      operand.payload = product
    }
    return operand
  }

  // MARK: Comprehensions

  /// Goes through a list or a map; the variables get back what they had, as the same loop may be under way further out.
  private mutating func comprehend(_ loop: ExpressionPlan.Comprehension) -> Cell {
    let outer = locals[Int(loop.local)]
    let outerSecond = loop.second.map { locals[Int($0)] }
    let result = iterate(loop)
    locals[Int(loop.local)] = outer
    if let second = loop.second, let outerSecond { locals[Int(second)] = outerSecond }
    return result
  }

  private mutating func iterate(_ loop: ExpressionPlan.Comprehension) -> Cell {
    let range = evaluate(loop.range)
    guard range.state == .value else { return range.isAbsent ? fail(.absentValue, loop.range) : range }
    let count = Int(range.aux)
    var failure: Cell?
    var found = 0
    // What it gives lies on the stack until the loop is over.
    let start = stack.count
    for index in 0..<count {
      bindElement(index, of: range, loop)
      var verdict = Cell.true
      if let condition = loop.condition { verdict = evaluate(condition) }
      if verdict.isError {
        if failure == nil { failure = verdict }
        if loop.kind != .all, loop.kind != .exists {
          stack.removeLast(stack.count - start)
          return verdict
        }
        continue
      }
      switch loop.kind {
      case .all: if !verdict.isTrue { return .false }
      case .exists: if verdict.isTrue { return .true }
      case .existsOne: if verdict.isTrue { found += 1 }
      case .filter:
        if verdict.isTrue { stack.append(loop.isMap ? locals[Int(loop.local)] : element(index, of: range)) }
      case .map, .transformList, .transformMap:
        guard verdict.isTrue, let transform = loop.transform else { continue }
        let value = evaluate(transform)
        if value.isError {
          stack.removeLast(stack.count - start)
          return value
        }
        if loop.kind == .transformMap { stack.append(locals[Int(loop.local)]) }
        stack.append(value)
      }
    }
    switch loop.kind {
    case .all: return failure ?? .true
    case .exists: return failure ?? .false
    case .existsOne: return Cell(found == 1)
    case .transformMap:
      var map = compound(from: start)
      map.aux /= 2
      return map
    case .filter, .map, .transformList: return compound(from: start)
    }
  }

  private mutating func bindElement(_ index: Int, of range: Cell, _ loop: ExpressionPlan.Comprehension) {
    if loop.isMap {
      locals[Int(loop.local)] = arena[Int(range.payload) + 2 * index]
      if let second = loop.second { locals[Int(second)] = arena[Int(range.payload) + 2 * index + 1] }
    } else if let second = loop.second {
      locals[Int(loop.local)] = Cell(Int64(index))
      locals[Int(second)] = element(index, of: range)
    } else {
      locals[Int(loop.local)] = element(index, of: range)
    }
  }

  // MARK: Classifications

  /// The value of a table; an erring row makes it unknown unless the rest decides all the same.
  ///
  /// Rows that its index leaves out are surely false.
  private mutating func classify(_ index: Int) -> Cell {
    rows[index] = -1
    switch plan.tables[index].hitPolicy {
    case .first: return first(index)
    case .worst: return worst(index)
    case .only: return only(index)
    case .all: return every(index)
    }
  }

  /// The next row that applies or cannot be told, with what its condition gave.
  @inline(__always)
  private mutating func nextRow(of index: Int, _ candidates: inout Candidates) -> (position: Int, verdict: Cell)? {
    while let position = next(&candidates) {
      let verdict = evaluate(plan.tables[index].rows[position].condition)
      if verdict.isError || verdict.isTrue { return (position, verdict) }
    }
    return nil
  }

  private mutating func first(_ index: Int) -> Cell {
    var candidates = self.candidates(of: plan.index(of: index))
    guard let (position, verdict) = nextRow(of: index, &candidates) else { return otherwise(index) }
    leave(candidates)
    if verdict.isError { return verdict }
    rows[index] = Int32(position)
    return evaluate(plan.tables[index].rows[position].output)
  }

  private mutating func worst(_ index: Int) -> Cell {
    var failure: Cell?
    var best: (rank: Int64, cell: Cell, row: Int)?
    let worstRank = plan.tables[index].worstRank
    var candidates = self.candidates(of: plan.index(of: index))
    while let (position, verdict) = nextRow(of: index, &candidates) {
      let cell = verdict.isError ? verdict : evaluate(plan.tables[index].rows[position].output)
      if cell.isError {
        if failure == nil { failure = cell }
        continue
      }
      // Several outputs make a record; the first of them is ranked.
      let rank =
        plan.tables[index].rows[position].rank ?? (cell.isList ? element(0, of: cell).payload : cell.payload)
      if best.map({ rank > $0.rank }) ?? true { best = (rank, cell, position) }
      if rank >= worstRank {
        leave(candidates)
        break
      }
    }
    if let best, best.rank >= worstRank || failure == nil {
      rows[index] = Int32(best.row)
      return best.cell
    }
    return failure ?? otherwise(index)
  }

  private mutating func only(_ index: Int) -> Cell {
    var failure: Cell?
    var hit: Int?
    var candidates = self.candidates(of: plan.index(of: index))
    while let (position, verdict) = nextRow(of: index, &candidates) {
      if verdict.isError {
        if failure == nil { failure = verdict }
      } else if hit != nil {
        leave(candidates)
        return fail(.severalRows, plan.tables[index].rows[position].condition)
      } else {
        hit = position
      }
    }
    if let failure { return failure }
    guard let hit else { return otherwise(index) }
    rows[index] = Int32(hit)
    return evaluate(plan.tables[index].rows[hit].output)
  }

  private mutating func every(_ index: Int) -> Cell {
    let start = stack.count
    var candidates = self.candidates(of: plan.index(of: index))
    while let (position, verdict) = nextRow(of: index, &candidates) {
      let cell = verdict.isError ? verdict : evaluate(plan.tables[index].rows[position].output)
      if cell.isError {
        leave(candidates)
        stack.removeLast(stack.count - start)
        return cell
      }
      stack.append(cell)
    }
    if stack.count == start, let otherwise = plan.tables[index].otherwise {
      let cell = evaluate(otherwise)
      if cell.isError { return cell }
      stack.append(cell)
    }
    return compound(from: start)
  }

  private mutating func otherwise(_ index: Int) -> Cell {
    guard let otherwise = plan.tables[index].otherwise else {
      return fail(.noRow, plan.tables[index].rows.first?.condition ?? NodeID(raw: 0))
    }
    return evaluate(otherwise)
  }

  // MARK: Bands and calendars

  private mutating func band(_ band: ExpressionPlan.Band, _ id: NodeID) -> Cell {
    if let condition = band.condition {
      let verdict = evaluate(condition)
      if verdict.isError { return verdict }
      if !verdict.isTrue { return .false }
    }
    let measure = evaluate(band.measure)
    if measure.state != .value { return measure.isError ? measure : fail(.absentValue, band.measure) }
    let of = evaluate(band.of)
    if of.state != .value { return of.isError ? of : fail(.absentValue, band.of) }
    if !band.isDuration, band.hundred > 0, of.payload > 0 {
      return Cell(isReached(band, measure.payload, of.payload))
    }
    let part = band.isDuration ? Int128(measure.payload) * 1_000_000_000 + Int128(measure.aux) : Int128(measure.payload)
    let whole = band.isDuration ? Int128(of.payload) * 1_000_000_000 + Int128(of.aux) : Int128(of.payload)
    guard whole > 0 else { return fail(.notPositive, band.of) }
    var scale: Int128 = 100
    for _ in 0..<band.percent.scale { scale *= 10 }
    let (left, overflow) = part.multipliedReportingOverflow(by: scale)
    let (right, otherOverflow) = whole.multipliedReportingOverflow(by: Int128(band.percent.units))
    if overflow || otherOverflow { return fail(.overflow, id) }
    return Cell(band.includesBound ? left >= right : left > right)
  }

  /// Whether a measure reaches a share of a whole, both of them whole numbers: products of two never overflow.
  private func isReached(_ band: ExpressionPlan.Band, _ measure: Int64, _ whole: Int64) -> Bool {
    let left = measure.multipliedFullWidth(by: band.hundred)
    let right = whole.multipliedFullWidth(by: band.percent.units)
    if left.high != right.high { return left.high > right.high }
    return band.includesBound ? left.low >= right.low : left.low > right.low
  }

  private mutating func isOpen(_ calendar: ExpressionPlan.Calendar, _ at: NodeID, _ id: NodeID) -> Cell {
    let time = evaluate(at)
    guard time.state == .value else { return time.isError ? time : fail(.absentValue, at) }
    let zoneCell = evaluate(calendar.zone)
    guard zoneCell.state == .value else { return zoneCell.isError ? zoneCell : fail(.absentValue, calendar.zone) }
    guard let zone = zone(string(zoneCell.payload)) else { return fail(.badTimeZone, calendar.zone) }
    let civil = zone.civil(at: time.timestamp)
    guard !calendar.holidays.contains(civil.date.daysSinceEpoch) else { return .false }
    // 1970-01-01 was a Thursday; 1 is Monday.
    let weekday = (Int(civil.date.daysSinceEpoch) + 3) % 7
    let day = (weekday < 0 ? weekday + 7 : weekday) + 1
    let minute = civil.hour * 60 + civil.minute
    return Cell(calendar.openings.contains { $0.weekday == day && $0.from <= minute && minute < $0.until })
  }

  /// A time zone by name; those that the plan names are read when it is made.
  func zone(_ name: String) -> TimeZoneRules? { plan.zones[name] ?? TimeZoneRules.shared(name) }
}
