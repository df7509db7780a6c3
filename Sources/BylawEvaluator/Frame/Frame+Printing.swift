package import BylawModel

/// Values as text, and as values of requests.
extension Frame {
  /// A sentence with its holes filled; a hole that errs prints `?`.
  package mutating func text(of sentence: SentenceID) -> String { text(plan.texts[Int(sentence.raw)]) }

  mutating func text(_ pieces: [ExpressionPlan.Piece]) -> String {
    if pieces.count == 1, case .text(let text) = pieces[0] { return text }
    var result = ""
    for piece in pieces {
      switch piece {
      case .text(let text): result += text
      case .hole(let node, let type):
        let cell = evaluate(node)
        result += cell.isError ? "?" : text(of: cell, type)
      }
    }
    return result
  }

  /// A value as a sentence shows it.
  func text(of cell: Cell, _ type: ValueType) -> String {
    guard cell.state == .value else { return cell.isError ? "?" : "" }
    switch type {
    case .bool: return cell.isTrue ? "true" : "false"
    case .int: return String(cell.payload)
    case .double: return celText(cell.double)
    case .decimal(let scale): return FixedPoint(units: cell.payload, scale: scale).description
    case .string: return string(cell.payload)
    case .date: return CalendarDate(cell).description
    case .timestamp: return cell.timestamp.description
    case .duration: return words(cell.span)
    case .ratio: return "\(element(0, of: cell).payload)/\(element(1, of: cell).payload)"
    case .enumeration(let index): return plan.schema.enums[index].members[Int(cell.payload)]
    case .entity: return id(of: cell)
    case .entityType: return plan.schema.entities[Int(cell.payload)].name
    case .optional(let content): return text(of: cell, content)
    case .list(let inner):
      return (0..<count(of: cell)).map { text(of: element($0, of: cell), inner) }.joined(separator: ", ")
    case .range(let bound): return rangeText(cell, bound)
    case .map, .record, .patch, .json: return JSONWriter.write(value(of: cell, type), style: .compact)
    case .undetermined, .error: return "?"
    }
  }

  private func rangeText(_ range: Cell, _ bound: ValueType) -> String {
    let (from, above, to, under) = (
      element(0, of: range), element(1, of: range), element(2, of: range), element(3, of: range)
    )
    let lower = from.isAbsent ? above : from
    let upper = to.isAbsent ? under : to
    let upperText = text(of: upper, bound)
    if lower.isAbsent { return (to.isAbsent ? "under " : "at most ") + upperText }
    if upper.isAbsent { return (from.isAbsent ? "over " : "at least ") + text(of: lower, bound) }
    return text(of: lower, bound) + (to.isAbsent ? " to under " : " to ") + upperText
  }

  /// A length of time in the largest unit that fits: `15 min`, `2 days`.
  private func words(_ span: TimeSpan) -> String {
    guard span.nanoseconds == 0 else { return span.description }
    let units: [(Int64, String, String)] = [
      (86_400, "day", "days"), (3_600, "h", "h"), (60, "min", "min"), (1, "s", "s"),
    ]
    for (size, one, many) in units where span.seconds % size == 0 && (span.seconds != 0 || size == 1) {
      let count = span.seconds / size
      return "\(count) \(abs(count) == 1 ? one : many)"
    }
    return span.description
  }

  /// A value as requests and decisions carry it.
  package func value(of cell: Cell, _ type: ValueType) -> Value {
    guard cell.state == .value else { return .null }
    switch type {
    case .bool: return .bool(cell.isTrue)
    case .int: return .int(cell.payload)
    case .double: return .double(cell.double)
    case .decimal(let scale): return .decimal(FixedPoint(units: cell.payload, scale: scale))
    case .date: return .date(CalendarDate(cell))
    case .timestamp: return .timestamp(cell.timestamp)
    case .duration: return .duration(cell.span)
    case .json: return jsons[Int(cell.payload)]
    case .entity:
      return .reference(EntityReference(type: plan.schema.entities[entity(of: cell)].name, id: id(of: cell)))
    case .optional(let content): return value(of: cell, content)
    case .list(let inner): return .list((0..<count(of: cell)).map { value(of: element($0, of: cell), inner) })
    case .map(let inner):
      var members: [String: Value] = [:]
      for index in 0..<Int(cell.aux) {
        let key = string(arena[Int(cell.payload) + 2 * index].payload)
        members[key] = value(of: arena[Int(cell.payload) + 2 * index + 1], inner)
      }
      return .object(members)
    case .record, .patch:
      var members: [String: Value] = [:]
      for (position, field) in plan.schema.fields(of: type).enumerated() {
        let member = element(position, of: cell)
        if member.isGiven, !member.isError { members[field.name] = value(of: member, field.type) }
      }
      return .object(members)
    case .range(let bound):
      let names = ["from", "above", "to", "under"]
      var members: [String: Value] = [:]
      for (position, name) in names.enumerated() where element(position, of: cell).state == .value {
        members[name] = value(of: element(position, of: cell), bound)
      }
      return .object(members)
    case .string, .enumeration, .entityType, .ratio, .undetermined, .error: return .string(text(of: cell, type))
    }
  }

  /// The scalars within unstructured data, as text.
  mutating func leaves(_ cell: Cell) -> Cell {
    var found: [Cell] = []
    var open = [jsons[Int(cell.payload)]]
    while let next = open.popLast() {
      switch next {
      case .list(let values): open += values.reversed()
      case .object(let members): open += members.sorted { $0.key > $1.key }.map(\.value)
      case .null: continue
      case .string(let text): found.append(self.cell(text))
      default: found.append(self.cell(JSONWriter.write(next, style: .compact)))
      }
    }
    return compound(found, count: found.count)
  }

  /// The ids of the people that an expression for people gives.
  package func ids(in people: Cell) -> [String] {
    guard people.state == .value else { return [] }
    return people.isList ? (0..<count(of: people)).map { id(of: element($0, of: people)) } : [id(of: people)]
  }

  /// `text.format(…)` with the verbs of CEL's string extension.
  mutating func formatted(_ template: String, _ arguments: [Cell], _ id: NodeID) -> Cell {
    let types = plan.argumentTypes[id.raw] ?? []
    var result = ""
    var next = 0
    var rest = template.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      guard scalar == "%" else {
        result.unicodeScalars.append(scalar)
        continue
      }
      if rest.first == "%" {
        rest.removeFirst()
        result += "%"
        continue
      }
      var places: Int?
      if rest.first == "." {
        rest.removeFirst()
        var digits = ""
        while let digit = rest.first, ("0"..."9").contains(digit) {
          digits.unicodeScalars.append(digit)
          rest.removeFirst()
        }
        places = Int(digits)
        guard let places, places <= DoubleText.greatestPlaces else { return fail(.invalidArgument, id) }
      }
      guard let verb = rest.popFirst(), next < arguments.count, next + 1 < types.count + 1,
        let text = formatted(arguments[next], types[next], verb, places)
      else { return fail(.invalidArgument, id) }
      result += text
      next += 1
    }
    return cell(result)
  }

  private func formatted(_ cell: Cell, _ type: ValueType, _ verb: Unicode.Scalar, _ places: Int?) -> String? {
    switch (verb, type) {
    case ("s", .duration): return cell.span.description
    case ("s", .list(let inner)):
      return "["
        + (0..<count(of: cell)).compactMap { formatted(element($0, of: cell), inner, "s", nil) }
        .joined(separator: ", ") + "]"
    case ("s", .map(let inner)):
      let pairs = (0..<Int(cell.aux)).map { index -> (String, String) in
        let key = string(arena[Int(cell.payload) + 2 * index].payload)
        return (key, formatted(arena[Int(cell.payload) + 2 * index + 1], inner, "s", nil) ?? "")
      }
      return "{" + pairs.sorted { $0.0 < $1.0 }.map { "\($0): \($1)" }.joined(separator: ", ") + "}"
    case ("s", .double):
      return cell.double.isInfinite ? (cell.double < 0 ? "-Infinity" : "Infinity") : celText(cell.double)
    case ("s", _): return text(of: cell, type)
    case ("d", .int), ("d", .double), ("d", .decimal): return text(of: cell, type)
    case ("b", .int): return radix(cell.payload, 2)
    case ("b", .bool): return cell.isTrue ? "1" : "0"
    case ("o", .int): return radix(cell.payload, 8)
    case ("x", .int): return radix(cell.payload, 16)
    case ("X", .int): return radix(cell.payload, 16).uppercased()
    case ("x", .string), ("X", .string):
      let digits = string(cell.payload).utf8.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
      return verb == "X" ? digits.uppercased() : digits
    case ("f", .double), ("f", .int), ("f", .decimal), ("e", .double), ("e", .int), ("e", .decimal):
      let number: Double = type == .double ? cell.double : Double(text(of: cell, type)) ?? .nan
      return verb == "f" ? DoubleText.fixed(number, places ?? 6) : DoubleText.exponential(number, places ?? 6)
    default: return nil
    }
  }

  private func radix(_ value: Int64, _ radix: Int) -> String { String(value, radix: radix) }
}
