import BylawCompiler
import BylawEvaluator
import BylawModel

/// Functions and operators.
extension ReferenceEvaluator {
  /// Carries out a function; an operand that errs errs the whole.
  func call(
    _ builtin: Builtin, _ arguments: [TypedExpression], _ expression: TypedExpression
  ) throws(ReferenceError) -> ReferenceValue {
    switch builtin {
    case .orValue, .or:
      let first = try evaluate(arguments[0])
      return first.isAbsent ? try evaluate(arguments[1]) : first
    case .hasValue: return .bool(!(try evaluate(arguments[0])).isAbsent)
    case .value: return try present(arguments[0], expression)
    case .optionalOf: return try evaluate(arguments[0])
    case .same:
      let (first, second) = (try evaluate(arguments[0]), try evaluate(arguments[1]))
      return .bool(!first.isAbsent && !second.isAbsent && ReferenceValue.areEqual(first, second))
    default: break
    }
    var a: [ReferenceValue] = []
    for argument in arguments { a.append(try present(argument)) }
    if let result = try compareOrTest(builtin, a) { return result }
    if let result = try number(builtin, a, arguments, expression) { return result }
    if let result = try time(builtin, a, expression) { return result }
    if let result = try list(builtin, a, arguments, expression) { return result }
    if let result = try string(builtin, a, expression) { return result }
    if let result = try convert(builtin, a, arguments, expression) { return result }
    throw error("no such function in the reference: \(builtin)", expression)
  }

  private func compareOrTest(_ builtin: Builtin, _ a: [ReferenceValue]) throws(ReferenceError) -> ReferenceValue? {
    switch builtin {
    case .equal: return .bool(ReferenceValue.areEqual(a[0], a[1]))
    case .notEqual: return .bool(!ReferenceValue.areEqual(a[0], a[1]))
    case .less, .lessOrEqual, .greater, .greaterOrEqual:
      if case .double(let left) = a[0], case .double(let right) = a[1], left.isNaN || right.isNaN {
        return .bool(false)
      }
      let sign = ReferenceValue.compare(a[0], a[1])
      switch builtin {
      case .less: return .bool(sign < 0)
      case .lessOrEqual: return .bool(sign <= 0)
      case .greater: return .bool(sign > 0)
      default: return .bool(sign >= 0)
      }
    case .atLeast: return .bool(ReferenceValue.compare(a[0], a[1]) >= 0)
    case .inList:
      guard case .list(let all) = a[1] else { return nil }
      return .bool(all.contains { ReferenceValue.areEqual($0, a[0]) })
    case .inMap:
      guard case .map(let pairs) = a[1], case .string(let key) = a[0] else { return nil }
      return .bool(pairs.contains { $0.key == key })
    case .typeOf:
      guard case .reference(let entity, _, _) = a[0] else { return nil }
      return .entityType(entity)
    case .recordExists:
      guard case .reference(let entity, let id, _) = a[0] else { return nil }
      return .bool(!isMissing(entity, id))
    case .patchCount:
      guard case .record(let members) = a[0] else { return nil }
      return .int(Int64(members.count { !$0.isAbsent || $0.isEmptied }))
    case .patchGives:
      guard case .record(let members) = a[0], case .int(let position) = a[1] else { return nil }
      return .bool(!members[Int(position)].isAbsent || members[Int(position)].isEmptied)
    case .rangeContains:
      guard case .range(let bounds) = a[0] else { return nil }
      let tests: [(Int) -> Bool] = [{ $0 >= 0 }, { $0 > 0 }, { $0 <= 0 }, { $0 < 0 }]
      return .bool(zip(bounds, tests).allSatisfy { $0.isAbsent || $1(ReferenceValue.compare(a[1], $0)) })
    case .leaves:
      guard case .json(let json) = a[0] else { return nil }
      return .list(leaves(json).map { .string($0) })
    default: return nil
    }
  }

  private func leaves(_ json: Value) -> [String] {
    switch json {
    case .null: []
    case .list(let values): values.flatMap { leaves($0) }
    case .object(let members): members.sorted { $0.key < $1.key }.flatMap { leaves($0.value) }
    case .string(let text): [text]
    default: [JSONWriter.write(json, style: .compact)]
    }
  }

  // MARK: Numbers

  private func number(
    _ builtin: Builtin, _ a: [ReferenceValue], _ arguments: [TypedExpression], _ expression: TypedExpression
  ) throws(ReferenceError) -> ReferenceValue? {
    func int(_ index: Int) -> Int128 {
      if case .int(let int) = a[index] { return Int128(int) }
      if case .decimal(let units) = a[index] { return Int128(units) }
      return 0
    }
    func double(_ index: Int) -> Double { if case .double(let double) = a[index] { double } else { 0 } }
    func fits(_ value: Int128) throws(ReferenceError) -> ReferenceValue {
      guard let exact = Int64(exactly: value) else { throw error("overflow", expression) }
      if case .decimal = expression.type { return .decimal(exact) }
      return .int(exact)
    }
    switch builtin {
    case .addInt, .addDecimal: return try fits(int(0) + int(1))
    case .subtractInt, .subtractDecimal: return try fits(int(0) - int(1))
    case .multiplyInt, .multiplyDecimal: return try fits(int(0) * int(1))
    case .negateInt, .negateDecimal: return try fits(-int(0))
    case .divideInt, .moduloInt:
      if int(1) == 0 { throw error("division by zero", expression) }
      let quotient = try fits(int(0) / int(1))
      return builtin == .divideInt ? quotient : try fits(int(0) % int(1))
    case .addDouble: return .double(double(0) + double(1))
    case .subtractDouble: return .double(double(0) - double(1))
    case .multiplyDouble: return .double(double(0) * double(1))
    case .divideDouble: return .double(double(0) / double(1))
    case .negateDouble: return .double(-double(0))
    case .shareInt, .shareDecimal:
      if int(1) == 0 { throw error("division by zero", expression) }
      return int(1) < 0 ? .ratio(-int(0), -int(1)) : .ratio(int(0), int(1))
    case .percentInt: return .ratio(int(0), 100)
    case .percentDecimal: return .ratio(int(0), (0..<Int(int(1))).reduce(Int128(100)) { scale, _ in scale * 10 })
    case .absInt: return try fits(abs(int(0)))
    case .absDouble: return .double(abs(double(0)))
    case .signInt: return .int(int(0) > 0 ? 1 : int(0) < 0 ? -1 : 0)
    case .ceil: return .double(double(0).rounded(.up))
    case .floor: return .double(double(0).rounded(.down))
    case .round: return .double(double(0).rounded(.toNearestOrAwayFromZero))
    case .trunc: return .double(double(0).rounded(.towardZero))
    case .isNaN: return .bool(double(0).isNaN)
    case .isInf: return .bool(double(0).isInfinite)
    case .isFinite: return .bool(double(0).isFinite)
    case .bitAnd: return .int(Int64(int(0)) & Int64(int(1)))
    case .bitOr: return .int(Int64(int(0)) | Int64(int(1)))
    case .bitXor: return .int(Int64(int(0)) ^ Int64(int(1)))
    case .greatest: return a.max { ReferenceValue.compare($0, $1) < 0 }
    case .least: return a.min { ReferenceValue.compare($0, $1) < 0 }
    default: return nil
    }
  }

  // MARK: Times

  private func time(
    _ builtin: Builtin, _ a: [ReferenceValue], _ expression: TypedExpression
  ) throws(ReferenceError) -> ReferenceValue? {
    func fits(_ value: ReferenceValue?) throws(ReferenceError) -> ReferenceValue {
      guard let value else { throw error("overflow", expression) }
      return value
    }
    switch (builtin, a.first, a.count > 1 ? a[1] : nil) {
    case (.addTimestampDuration, .timestamp(let time), .duration(let span)):
      return try fits(time.adding(span).map { .timestamp($0) })
    case (.subtractTimestampDuration, .timestamp(let time), .duration(let span)):
      return try fits(time.subtracting(span).map { .timestamp($0) })
    case (.subtractTimestamps, .timestamp(let time), .timestamp(let other)):
      return try fits(time.since(other).map { .duration($0) })
    case (.addDurations, .duration(let span), .duration(let other)):
      return try fits(span.adding(other).map { .duration($0) })
    case (.subtractDurations, .duration(let span), .duration(let other)):
      return try fits(span.subtracting(other).map { .duration($0) })
    case (.negateDuration, .duration(let span), _): return try fits(span.negated().map { .duration($0) })
    case (.addDateDuration, .date(let date), .duration(let span)): return try fits(date.adding(span).map { .date($0) })
    case (.subtractDateDuration, .date(let date), .duration(let span)):
      return try fits(span.negated().flatMap { date.adding($0) }.map { .date($0) })
    case (.subtractDates, .date(let date), .date(let other)): return .duration(date.since(other))
    case (.minutes, .int(let count), _), (.hours, .int(let count), _), (.days, .int(let count), _):
      let unit: Int128 = builtin == .minutes ? 60 : builtin == .hours ? 3_600 : 86_400
      return try fits(TimeSpan(totalNanoseconds: Int128(count) * unit * 1_000_000_000).map { .duration($0) })
    case (.durationHours, .duration(let span), _): return .int(span.wholeHours)
    case (.durationMinutes, .duration(let span), _): return .int(span.wholeMinutes)
    case (.durationSeconds, .duration(let span), _): return .int(span.wholeSeconds)
    case (.durationMilliseconds, .duration(let span), _): return .int(Int64(span.nanoseconds / 1_000_000))
    case (_, .timestamp(let time), let zone):
      var name = "UTC"
      if case .string(let given) = zone { name = given }
      guard let rules = TimeZoneRules.shared(name) else { throw error("unknown time zone", expression) }
      let civil = rules.civil(at: time)
      switch builtin {
      case .getFullYear: return .int(Int64(civil.date.fields.year))
      case .getMonth: return .int(Int64(civil.date.fields.month - 1))
      case .getDate: return .int(Int64(civil.date.fields.day))
      case .getDayOfMonth: return .int(Int64(civil.date.fields.day - 1))
      case .getDayOfWeek: return .int(Int64(civil.date.weekday))
      case .getDayOfYear: return .int(Int64(civil.date.dayOfYear))
      case .getHours: return .int(Int64(civil.hour))
      case .getMinutes: return .int(Int64(civil.minute))
      case .getSeconds: return .int(Int64(civil.second))
      case .getMilliseconds: return .int(Int64(civil.nanosecond / 1_000_000))
      case .dateOf: return .date(civil.date)
      case .monthStart: return try fits(rules.startOfMonth(at: time).map { .timestamp($0) })
      default: return nil
      }
    default: return nil
    }
  }

  // MARK: Lists and maps

  private func list(
    _ builtin: Builtin, _ a: [ReferenceValue], _ arguments: [TypedExpression], _ expression: TypedExpression
  ) throws(ReferenceError) -> ReferenceValue? {
    if case .map(let pairs) = a.first {
      switch builtin {
      case .sizeMap: return .int(Int64(pairs.count))
      case .elementOfMap, .optionalElementOfMap:
        guard case .string(let key) = a[1] else { return nil }
        if let pair = pairs.first(where: { $0.key == key }) { return pair.value }
        if builtin == .optionalElementOfMap { return .absent }
        throw error("no such key", expression)
      default: return nil
      }
    }
    guard case .list(let all) = a.first else { return nil }
    switch builtin {
    case .sizeList: return .int(Int64(all.count))
    case .concatenateLists:
      guard case .list(let others) = a[1] else { return nil }
      return .list(all + others)
    case .elementOfList, .optionalElementOfList:
      guard case .int(let index) = a[1] else { return nil }
      if index >= 0, index < Int64(all.count) { return all[Int(index)] }
      if builtin == .optionalElementOfList { return .absent }
      throw error("index out of bounds", expression)
    case .listFirst: return all.first ?? .absent
    case .listLast: return all.last ?? .absent
    case .listMin: return all.min { ReferenceValue.compare($0, $1) < 0 } ?? .absent
    case .listMax: return all.max { ReferenceValue.compare($0, $1) < 0 } ?? .absent
    case .listSum: return try sum(all, expression.type, expression)
    case .distinct:
      var kept: [ReferenceValue] = []
      for value in all where !kept.contains(where: { ReferenceValue.areEqual($0, value) }) { kept.append(value) }
      return .list(kept)
    case .flatten: return .list(all.flatMap { if case .list(let inner) = $0 { inner } else { [$0] } })
    case .slice:
      guard case .int(let from) = a[1], case .int(let to) = a[2] else { return nil }
      guard from >= 0, to <= Int64(all.count), from <= to else { throw error("index out of bounds", expression) }
      return .list(Array(all[Int(from)..<Int(to)]))
    case .reverseList: return .list(all.reversed())
    case .sort, .sortInt: return .list(all.sorted { ReferenceValue.compare($0, $1) < 0 })
    case .join, .joinWith:
      var separator = ""
      if builtin == .joinWith, case .string(let given) = a[1] { separator = given }
      return .string(all.map { if case .string(let text) = $0 { text } else { "" } }.joined(separator: separator))
    default: return nil
    }
  }

  // MARK: Texts

  private func string(
    _ builtin: Builtin, _ a: [ReferenceValue], _ expression: TypedExpression
  ) throws(ReferenceError) -> ReferenceValue? {
    guard case .string(let text) = a.first else { return nil }
    let all = Array(text.unicodeScalars)
    var part: [Unicode.Scalar] = []
    if a.count > 1, case .string(let other) = a[1] { part = Array(other.unicodeScalars) }
    func whole(_ scalars: some Sequence<Unicode.Scalar>) -> ReferenceValue {
      .string(String(String.UnicodeScalarView(scalars)))
    }
    func int(_ index: Int) -> Int { if case .int(let int) = a[index] { Int(int) } else { 0 } }
    func starts(at index: Int) -> Bool {
      index + part.count <= all.count && Array(all[index..<(index + part.count)]) == part
    }
    let places = (0...all.count).filter { starts(at: $0) }
    switch builtin {
    case .sizeString: return .int(Int64(all.count))
    case .concatenateStrings: return whole(all + part)
    case .contains: return .bool(!places.isEmpty)
    case .startsWith: return .bool(starts(at: 0))
    case .endsWith: return .bool(places.contains(all.count - part.count))
    case .indexOf: return .int(Int64(places.first ?? -1))
    case .lastIndexOf: return .int(Int64(places.last ?? -1))
    case .matches:
      guard case .string(let source) = a[1] else { return nil }
      do { return .bool(try Pattern(parsing: source).matches(text)) } catch {
        throw self.error("pattern that is not RE2", expression)
      }
    case .folded: return .string(folded(text))
    case .lowerAscii: return whole(all.map { ("A"..."Z").contains($0) ? Unicode.Scalar($0.value + 32) ?? $0 : $0 })
    case .upperAscii: return whole(all.map { ("a"..."z").contains($0) ? Unicode.Scalar($0.value - 32) ?? $0 : $0 })
    case .trim:
      return whole(all.drop { $0.properties.isWhitespace }.reversed().drop { $0.properties.isWhitespace }.reversed())
    case .reverseString: return whole(all.reversed())
    case .charAt:
      if int(1) == all.count { return .string("") }
      guard all.indices.contains(int(1)) else { throw error("index out of bounds", expression) }
      return whole([all[int(1)]])
    case .substring, .substringTo:
      let (from, to) = (int(1), builtin == .substring ? all.count : int(2))
      guard from >= 0, to <= all.count, from <= to else { throw error("index out of bounds", expression) }
      return whole(all[from..<to])
    case .split:
      if part.isEmpty { return .list(all.map { whole([$0]) }) }
      var pieces: [[Unicode.Scalar]] = [[]]
      var index = 0
      while index < all.count {
        if starts(at: index) {
          pieces.append([])
          index += part.count
        } else {
          pieces[pieces.count - 1].append(all[index])
          index += 1
        }
      }
      return .list(pieces.map { whole($0) })
    case .replace:
      guard case .string(let other) = a[2] else { return nil }
      var result: [Unicode.Scalar] = []
      var index = 0
      while index <= all.count {
        let isHit = starts(at: index)
        if isHit { result += other.unicodeScalars }
        if isHit, !part.isEmpty {
          index += part.count
        } else {
          if index < all.count { result.append(all[index]) }
          index += 1
        }
      }
      return whole(result)
    default: return nil
    }
  }

  // MARK: Conversions

  private func convert(
    _ builtin: Builtin, _ a: [ReferenceValue], _ arguments: [TypedExpression], _ expression: TypedExpression
  ) throws(ReferenceError) -> ReferenceValue? {
    func fits(_ value: ReferenceValue?, _ cause: String) throws(ReferenceError) -> ReferenceValue {
      guard let value else { throw error(cause, expression) }
      return value
    }
    let unfit = "text that cannot be converted"
    switch (builtin, a[0]) {
    case (.intFromString, .string(let text)): return try fits(Int64(text).map { .int($0) }, unfit)
    case (.intFromDouble, .double(let double)):
      return try fits(Int64(exactly: double.rounded(.towardZero)).map { .int($0) }, "overflow")
    case (.intFromTimestamp, .timestamp(let time)): return .int(time.seconds)
    case (.intFromDuration, .duration(let span)): return .int(span.wholeSeconds)
    case (.intFromDecimal, .decimal(let units)):
      guard case .decimal(let scale) = arguments[0].type else { return nil }
      return .int(units / (0..<scale).reduce(Int64(1)) { power, _ in power * 10 })
    case (.doubleFromInt, .int(let int)): return .double(Double(int))
    case (.doubleFromDecimal, .decimal(let units)):
      guard case .decimal(let scale) = arguments[0].type else { return nil }
      return .double(FixedPoint(units: units, scale: scale).doubleValue)
    case (.timestampFromString, .string(let text)): return try fits(Timestamp(text).map { .timestamp($0) }, unfit)
    case (.timestampFromInt, .int(let seconds)):
      return try fits(Timestamp(secondsSinceEpoch: seconds).map { .timestamp($0) }, "overflow")
    case (.durationFromString, .string(let text)):
      return try fits((TimeSpan(text) ?? parseDuration(text)).map { .duration($0) }, unfit)
    case (.dateFromString, .string(let text)): return try fits(CalendarDate(text).map { .date($0) }, unfit)
    case (.stringFromDuration, .duration(let span)): return .string(span.description)
    case (.stringFromInt, _), (.stringFromDouble, _), (.stringFromBool, _), (.stringFromTimestamp, _),
      (.stringFromDecimal, _), (.stringFromDate, _), (.stringFromEnumeration, _), (.stringFromReference, _):
      return .string(text(a[0], arguments[0].type))
    default: return nil
    }
  }
}
