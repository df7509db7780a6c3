import BylawModel

extension Frame {
  /// Carries out a function or operator; an operand that errs errs the whole.
  mutating func call(_ node: PlanNode, _ id: NodeID) -> Cell {
    guard let builtin = Builtin(rawValue: node.builtin) else { return fail(.invalidArgument, id) }
    if node.c == 1 { return plainComparison(builtin, plan.operands[Int(node.a)], plan.operands[Int(node.a) + 1]) }
    switch builtin {
    case .same, .orValue, .or, .optionalOf, .hasValue, .value: return optionalCall(builtin, node, id)
    default: break
    }
    var arguments = Operands()
    for offset in 0..<Int(node.b) {
      let cell = evaluate(plan.operands[Int(node.a) + offset])
      guard cell.state == .value else {
        return cell.isError ? cell : fail(.absentValue, plan.operands[Int(node.a) + offset])
      }
      arguments.append(cell)
    }
    switch builtin {
    case .equal: return Cell(areEqual(arguments[0], arguments[1], plan.types[Int(id.raw)]))
    case .notEqual: return Cell(!areEqual(arguments[0], arguments[1], plan.types[Int(id.raw)]))
    case .less, .lessOrEqual, .greater, .greaterOrEqual: return order(builtin, arguments, plan.types[Int(id.raw)])
    case .atLeast: return Cell(arguments[0].payload >= arguments[1].payload)
    case .inList:
      return Cell(contains(arguments[1], arguments[0], plan.types[Int(id.raw)]))
    case .inMap: return Cell(value(of: arguments[0], in: arguments[1]) != nil)
    case .typeOf: return Cell(Int64(records[Int(arguments[0].payload)].entity))
    case .recordExists: return !hasSource ? .true : Cell(!isMissing(arguments[0]))
    case .patchCount:
      return Cell(Int64((0..<count(of: arguments[0])).count { element($0, of: arguments[0]).isGiven }))
    case .patchGives: return Cell(element(Int(arguments[1].payload), of: arguments[0]).isGiven)
    case .rangeContains: return Cell(rangeContains(arguments[0], arguments[1], plan.types[Int(id.raw)]))
    case .leaves: return leaves(arguments[0])
    default: break
    }
    return numberCall(builtin, arguments, id) ?? timeCall(builtin, arguments, id)
      ?? textCall(builtin, arguments, id) ?? listCall(builtin, arguments, id) ?? conversion(builtin, arguments, id)
      ?? fail(.invalidArgument, id)
  }

  /// A comparison of cells by what is in them.
  private mutating func plainComparison(_ builtin: Builtin, _ first: NodeID, _ second: NodeID) -> Cell {
    let left = operand(first)
    guard left.state == .value else { return left.isError ? left : fail(.absentValue, first) }
    let right = operand(second)
    guard right.state == .value else { return right.isError ? right : fail(.absentValue, second) }
    switch builtin {
    case .equal: return Cell(left.payload == right.payload && left.aux == right.aux)
    case .notEqual: return Cell(left.payload != right.payload || left.aux != right.aux)
    case .inList:
      for index in 0..<count(of: right) where isSame(left, element(index, of: right)) { return .true }
      return .false
    case .less: return Cell(left.payload != right.payload ? left.payload < right.payload : left.aux < right.aux)
    case .lessOrEqual: return Cell(left.payload != right.payload ? left.payload < right.payload : left.aux <= right.aux)
    case .greater: return Cell(left.payload != right.payload ? left.payload > right.payload : left.aux > right.aux)
    default: return Cell(left.payload != right.payload ? left.payload > right.payload : left.aux >= right.aux)
    }
  }

  private func isSame(_ left: Cell, _ right: Cell) -> Bool {
    left.state == right.state && (left.isAbsent || left.payload == right.payload && left.aux == right.aux)
  }

  private func order(_ builtin: Builtin, _ arguments: Operands, _ type: ValueType) -> Cell {
    if type == .double, arguments[0].double.isNaN || arguments[1].double.isNaN { return .false }
    let sign = compare(arguments[0], arguments[1], type)
    switch builtin {
    case .less: return Cell(sign < 0)
    case .lessOrEqual: return Cell(sign <= 0)
    case .greater: return Cell(sign > 0)
    default: return Cell(sign >= 0)
    }
  }

  /// Functions that read optionals.
  private mutating func optionalCall(_ builtin: Builtin, _ node: PlanNode, _ id: NodeID) -> Cell {
    let first = evaluate(plan.operands[Int(node.a)])
    if first.isError { return first }
    switch builtin {
    case .orValue, .or: return first.isAbsent ? evaluate(plan.operands[Int(node.a) + 1]) : first
    case .hasValue: return Cell(!first.isAbsent)
    case .value: return first.isAbsent ? fail(.absentValue, id) : first
    case .same:
      let second = evaluate(plan.operands[Int(node.a) + 1])
      if second.isError { return second }
      if first.isAbsent || second.isAbsent { return .false }
      return Cell(areEqual(first, second, plan.types[Int(id.raw)].contentType))
    default: return first
    }
  }

  private func rangeContains(_ range: Cell, _ value: Cell, _ type: ValueType) -> Bool {
    let bound: ValueType = if case .range(let element) = type { element } else { type }
    let (from, above) = (element(0, of: range), element(1, of: range))
    let (to, under) = (element(2, of: range), element(3, of: range))
    return (from.isAbsent || compare(value, from, bound) >= 0) && (above.isAbsent || compare(value, above, bound) > 0)
      && (to.isAbsent || compare(value, to, bound) <= 0) && (under.isAbsent || compare(value, under, bound) < 0)
  }

  /// Whether a list has a value among its elements.
  private func contains(_ list: Cell, _ value: Cell, _ type: ValueType) -> Bool {
    for index in 0..<count(of: list) where areEqual(value, element(index, of: list), type) { return true }
    return false
  }

  // MARK: Numbers

  private mutating func numberCall(_ builtin: Builtin, _ a: Operands, _ id: NodeID) -> Cell? {
    switch builtin {
    case .addInt, .addDecimal: return checked(a[0].payload.addingReportingOverflow(a[1].payload), id)
    case .subtractInt, .subtractDecimal: return checked(a[0].payload.subtractingReportingOverflow(a[1].payload), id)
    case .multiplyInt, .multiplyDecimal: return checked(a[0].payload.multipliedReportingOverflow(by: a[1].payload), id)
    case .divideInt:
      if a[1].payload == 0 { return fail(.divisionByZero, id) }
      return checked(a[0].payload.dividedReportingOverflow(by: a[1].payload), id)
    case .moduloInt:
      if a[1].payload == 0 { return fail(.divisionByZero, id) }
      return checked(a[0].payload.remainderReportingOverflow(dividingBy: a[1].payload), id)
    case .negateInt, .negateDecimal: return checked(Int64(0).subtractingReportingOverflow(a[0].payload), id)
    case .addDouble: return Cell(a[0].double + a[1].double)
    case .subtractDouble: return Cell(a[0].double - a[1].double)
    case .multiplyDouble: return Cell(a[0].double * a[1].double)
    case .divideDouble: return Cell(a[0].double / a[1].double)
    case .negateDouble: return Cell(-a[0].double)
    case .shareInt, .shareDecimal: return share(a[0].payload, a[1].payload, id)
    case .percentInt: return share(a[0].payload, 100, id)
    case .percentDecimal: return percent(a[0].payload, scale: a[1].payload, id)
    case .absInt: return a[0].payload == .min ? fail(.overflow, id) : Cell(abs(a[0].payload))
    case .absDouble: return Cell(abs(a[0].double))
    case .signInt: return Cell(a[0].payload.signum())
    case .signDouble: return Cell(a[0].double.isNaN ? .nan : a[0].double > 0 ? 1 : a[0].double < 0 ? -1 : 0.0)
    case .ceil: return Cell(a[0].double.rounded(.up))
    case .floor: return Cell(a[0].double.rounded(.down))
    case .round: return Cell(a[0].double.rounded(.toNearestOrAwayFromZero))
    case .trunc: return Cell(a[0].double.rounded(.towardZero))
    case .sqrt:
      return Cell(plan.types[Int(id.raw)] == .int ? Double(a[0].payload).squareRoot() : a[0].double.squareRoot())
    case .isNaN: return Cell(a[0].double.isNaN)
    case .isInf: return Cell(a[0].double.isInfinite)
    case .isFinite: return Cell(a[0].double.isFinite)
    case .bitAnd: return Cell(a[0].payload & a[1].payload)
    case .bitOr: return Cell(a[0].payload | a[1].payload)
    case .bitXor: return Cell(a[0].payload ^ a[1].payload)
    case .bitNot: return Cell(~a[0].payload)
    case .bitShiftLeft, .bitShiftRight:
      guard a[1].payload >= 0 else { return fail(.invalidArgument, id) }
      if a[1].payload >= 64 { return Cell(Int64(0)) }
      let bits = UInt64(bitPattern: a[0].payload)
      let moved = builtin == .bitShiftLeft ? bits << UInt64(a[1].payload) : bits >> UInt64(a[1].payload)
      return Cell(Int64(bitPattern: moved))
    case .greatest, .least:
      let type = plan.types[Int(id.raw)]
      // One list, or the values themselves.
      let list: Cell? = a.count == 1 && a[0].isList ? a[0] : nil
      let total = list.map { count(of: $0) } ?? a.count
      guard total > 0 else { return fail(.invalidArgument, id) }
      let kind: ValueType = if case .list(let inner) = type { inner } else { type }
      var best = list.map { element(0, of: $0) } ?? a[0]
      for index in 1..<total {
        let value = list.map { element(index, of: $0) } ?? a[index]
        let sign = compare(value, best, kind)
        if builtin == .greatest ? sign > 0 : sign < 0 { best = value }
      }
      return best
    default: return nil
    }
  }

  private mutating func checked(_ result: (partialValue: Int64, overflow: Bool), _ id: NodeID) -> Cell {
    result.overflow ? fail(.overflow, id) : Cell(result.partialValue)
  }

  /// A decimal number of hundredths: units ÷ 10^(2 + scale), shortened until the denominator fits.
  private mutating func percent(_ units: Int64, scale: Int64, _ id: NodeID) -> Cell {
    var units = units
    var denominator: Int64 = 100
    for _ in 0..<max(0, scale) {
      let (product, overflow) = denominator.multipliedReportingOverflow(by: 10)
      if !overflow {
        denominator = product
      } else if units % 10 == 0 {
        units /= 10
      } else {
        return fail(.overflow, id)
      }
    }
    return share(units, denominator, id)
  }

  private mutating func share(_ part: Int64, _ whole: Int64, _ id: NodeID) -> Cell {
    guard whole != 0 else { return fail(.divisionByZero, id) }
    // The whole is positive where that fits; comparing minds the sign of what does not.
    let isTurned = whole < 0 && whole > .min && part > .min
    let sign: Int64 = isTurned ? -1 : 1
    return compound([Cell(part * sign), Cell(whole * sign)], count: 2)
  }

  // MARK: Times

  private mutating func timeCall(_ builtin: Builtin, _ a: Operands, _ id: NodeID) -> Cell? {
    switch builtin {
    case .addTimestampDuration: return time(a[0].timestamp.adding(a[1].span), id)
    case .subtractTimestampDuration: return time(a[0].timestamp.subtracting(a[1].span), id)
    case .subtractTimestamps: return span(a[0].timestamp.since(a[1].timestamp), id)
    case .addDurations: return span(a[0].span.adding(a[1].span), id)
    case .subtractDurations: return span(a[0].span.subtracting(a[1].span), id)
    case .negateDuration: return span(a[0].span.negated(), id)
    case .addDateDuration: return day(CalendarDate(a[0]).adding(a[1].span), id)
    case .subtractDateDuration: return day(a[1].span.negated().flatMap { CalendarDate(a[0]).adding($0) }, id)
    case .subtractDates: return Cell(CalendarDate(a[0]).since(CalendarDate(a[1])))
    case .minutes: return seconds(a[0].payload, 60, id)
    case .hours: return seconds(a[0].payload, 3_600, id)
    case .days: return seconds(a[0].payload, 86_400, id)
    case .durationHours: return Cell(a[0].span.wholeHours)
    case .durationMinutes: return Cell(a[0].span.wholeMinutes)
    case .durationSeconds: return Cell(a[0].span.wholeSeconds)
    case .durationMilliseconds: return Cell(Int64(a[0].span.nanoseconds / 1_000_000))
    case .getFullYear, .getMonth, .getDate, .getDayOfMonth, .getDayOfWeek, .getDayOfYear, .getHours, .getMinutes,
      .getSeconds, .getMilliseconds, .dateOf, .monthStart:
      return civilCall(builtin, a, id)
    default: return nil
    }
  }

  private mutating func civilCall(_ builtin: Builtin, _ a: Operands, _ id: NodeID) -> Cell {
    guard let zone = zone(a.count > 1 ? string(a[1].payload) : "UTC") else { return fail(.badTimeZone, id) }
    let civil = zone.civil(at: a[0].timestamp)
    switch builtin {
    case .getFullYear: return Cell(Int64(civil.date.fields.year))
    case .getMonth: return Cell(Int64(civil.date.fields.month - 1))
    case .getDate: return Cell(Int64(civil.date.fields.day))
    case .getDayOfMonth: return Cell(Int64(civil.date.fields.day - 1))
    case .getDayOfWeek: return Cell(Int64(civil.date.weekday))
    case .getDayOfYear: return Cell(Int64(civil.date.dayOfYear))
    case .getHours: return Cell(Int64(civil.hour))
    case .getMinutes: return Cell(Int64(civil.minute))
    case .getSeconds: return Cell(Int64(civil.second))
    case .getMilliseconds: return Cell(Int64(civil.nanosecond / 1_000_000))
    case .dateOf: return Cell(Int64(civil.date.daysSinceEpoch))
    default: return time(zone.startOfMonth(at: a[0].timestamp), id)
    }
  }

  private mutating func time(_ time: Timestamp?, _ id: NodeID) -> Cell { time.map { Cell($0) } ?? fail(.overflow, id) }
  private mutating func span(_ span: TimeSpan?, _ id: NodeID) -> Cell { span.map { Cell($0) } ?? fail(.overflow, id) }
  private mutating func day(_ day: CalendarDate?, _ id: NodeID) -> Cell {
    day.map { Cell(Int64($0.daysSinceEpoch)) } ?? fail(.overflow, id)
  }
  private mutating func seconds(_ count: Int64, _ unit: Int64, _ id: NodeID) -> Cell {
    let (seconds, overflow) = count.multipliedReportingOverflow(by: unit)
    return overflow ? fail(.overflow, id) : span(TimeSpan(totalNanoseconds: Int128(seconds) * 1_000_000_000), id)
  }

  // MARK: Conversions

  private mutating func conversion(_ builtin: Builtin, _ a: Operands, _ id: NodeID) -> Cell? {
    switch builtin {
    case .intFromString: return Int64(string(a[0].payload)).map { Cell($0) } ?? fail(.badConversion, id)
    case .intFromDouble:
      let value = a[0].double
      guard value > -9_223_372_036_854_775_808, value < 9_223_372_036_854_775_808 else { return fail(.overflow, id) }
      return Cell(Int64(value))
    case .intFromTimestamp: return Cell(a[0].payload)
    case .intFromDuration: return Cell(a[0].span.wholeSeconds)
    case .intFromDecimal:
      guard case .decimal(let scale) = plan.types[Int(id.raw)] else { return fail(.badConversion, id) }
      return Cell((0..<scale).reduce(a[0].payload) { value, _ in value / 10 })
    case .doubleFromInt: return Cell(Double(a[0].payload))
    case .doubleFromString: return Double(string(a[0].payload)).map { Cell($0) } ?? fail(.badConversion, id)
    case .doubleFromDecimal:
      guard case .decimal(let scale) = plan.types[Int(id.raw)] else { return fail(.badConversion, id) }
      return Cell(FixedPoint(units: a[0].payload, scale: scale).doubleValue)
    case .boolFromString:
      switch string(a[0].payload) {
      case "true", "True", "TRUE", "t", "1": return .true
      case "false", "False", "FALSE", "f", "0": return .false
      default: return fail(.badConversion, id)
      }
    case .timestampFromString: return Timestamp(string(a[0].payload)).map { Cell($0) } ?? fail(.badConversion, id)
    case .timestampFromInt: return Timestamp(secondsSinceEpoch: a[0].payload).map { Cell($0) } ?? fail(.overflow, id)
    case .durationFromString:
      let text = string(a[0].payload)
      return (TimeSpan(text) ?? parseDuration(text)).map { Cell($0) } ?? fail(.badConversion, id)
    case .dateFromString:
      return CalendarDate(string(a[0].payload)).map { Cell(Int64($0.daysSinceEpoch)) } ?? fail(.badConversion, id)
    case .stringFromInt: return cell(String(a[0].payload))
    case .stringFromDouble: return cell(celText(a[0].double))
    case .stringFromBool: return cell(a[0].isTrue ? "true" : "false")
    case .stringFromTimestamp: return cell(a[0].timestamp.description)
    case .stringFromDuration: return cell(a[0].span.description)
    case .stringFromDecimal, .stringFromDate, .stringFromEnumeration, .stringFromReference:
      return cell(text(of: a[0], plan.types[Int(id.raw)]))
    default: return nil
    }
  }
}

extension CalendarDate {
  init(_ cell: Cell) { self.init(daysSinceEpoch: Int32(truncatingIfNeeded: cell.payload)) }
}

/// A double as CEL prints it: a whole number without a point.
func celText(_ value: Double) -> String {
  if value.isNaN { return "NaN" }
  if value.isInfinite { return value < 0 ? "-Infinity" : "+Infinity" }
  let text = String(value)
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
