import BylawEvaluator
import BylawModel

/// Reading values of requests and records as declarations ask.
extension ReferenceEvaluator {
  /// The value, or `nil` when something is wrong; each problem is noted as a sentence.
  func read(
    _ value: Value, _ type: ValueType, _ constraint: Constraint, _ path: String, _ problems: inout [String]
  ) -> ReferenceValue? {
    let before = problems.count
    let result = readContent(value, type, constraint, path, &problems)
    if result == nil, problems.count == before {
      problems.append("'\(path)' is \(kind(of: value)); expected \(expectation(type)).")
    }
    return problems.count == before ? result : nil
  }

  /// A member of inputs, records or the context: given, by default, absent, or missing.
  func readMember(
    _ given: Value?, _ field: Field, _ path: String, _ problems: inout [String]
  ) -> ReferenceValue? {
    if let given, given != .null { return read(given, field.type, field.constraint, path, &problems) }
    switch field.defaultValue {
    case .now: return .timestamp(now)
    case .value(let value): return read(value, field.type, .none, path, &problems)
    case nil:
      if case .optional = field.type { return .absent }
      problems.append("'\(path)' is missing; expected \(expectation(field.type)).")
      return nil
    }
  }

  private func kind(of value: Value) -> String {
    switch value {
    case .null: "null"
    case .bool: "true or false"
    case .int: "a whole number"
    case .decimal, .double: "a number with a fraction"
    case .string: "a text that does not fit"
    case .timestamp: "a time"
    case .duration: "a length of time"
    case .date: "a day"
    case .list: "a list"
    case .object: "an object"
    case .reference: "a reference that does not fit"
    }
  }

  /// What may stand for a type.
  func expectation(_ type: ValueType) -> String {
    switch type {
    case .bool: return "true or false"
    case .int: return "a whole number"
    case .double: return "a number"
    case .decimal(let scale): return "a number with at most \(scale) decimal places"
    case .string: return "a text"
    case .date: return "a day such as 2026-01-31"
    case .timestamp: return "a time such as 2026-01-31T09:00:00Z"
    case .duration: return "a length of time such as 15 min"
    case .enumeration(let index): return "one of " + schema.enums[index].members.joined(separator: ", ")
    case .entity(let all): return "an id of type " + all.map { schema.entities[$0].name }.joined(separator: " or ")
    case .list: return "a list"
    case .optional(let content): return expectation(content)
    case .range: return "a range with from, above, to or under"
    case .map, .record, .patch: return "an object"
    case .json: return "any JSON value"
    default: return "nothing"
    }
  }

  private func readContent(
    _ value: Value, _ type: ValueType, _ constraint: Constraint, _ path: String, _ problems: inout [String]
  ) -> ReferenceValue? {
    switch (type, value) {
    case (.optional(let content), _):
      if value == .null { return .absent }
      return readContent(value, content, constraint.element.first ?? constraint, path, &problems)
    case (.bool, .bool(let bool)): return .bool(bool)
    case (.int, .int(let int)):
      bounds(int, constraint, path, &problems) { String($0) }
      return .int(int)
    case (.double, .double(let double)): return .double(double)
    case (.double, .int(let int)): return .double(Double(int))
    case (.double, .decimal(let decimal)): return .double(decimal.doubleValue)
    case (.decimal(let scale), _): return readDecimal(value, scale, constraint, path, &problems)
    case (.string, .string(let text)): return readText(text, constraint, path, &problems)
    case (.date, .date(let date)): return .date(date)
    case (.date, .string(let text)): return CalendarDate(text).map { .date($0) }
    case (.timestamp, .timestamp(let time)): return .timestamp(time)
    case (.timestamp, .string(let text)): return Timestamp(text).map { .timestamp($0) }
    case (.duration, .duration(let span)): return .duration(span)
    case (.duration, .string(let text)): return (parseDuration(text) ?? TimeSpan(text)).map { .duration($0) }
    case (.enumeration(let index), .string(let word)):
      if let rank = schema.enums[index].members.firstIndex(of: word) { return .word(rank) }
      problems.append("'\(path)' is no \(schema.enums[index].name); expected \(expectation(type)).")
      return nil
    case (.entity(let indices), _): return readReference(value, indices)
    case (.list(let element), .list(let values)):
      let before = problems.count
      count(values.count, constraint, path, &problems)
      guard problems.count == before else { return nil }
      let inner = constraint.element.first ?? .none
      let read = values.enumerated().map { self.read($1, element, inner, "\(path)[\($0)]", &problems) ?? .absent }
      return .list(read)
    case (.map(let element), .object(let members)):
      let inner = constraint.element.first ?? .none
      let read = members.sorted { $0.key < $1.key }.map { member in
        (key: member.key, value: self.read(member.value, element, inner, "\(path).\(member.key)", &problems) ?? .absent)
      }
      count(members.count, constraint, path, &problems)
      return .map(read)
    case (.record, .object(let members)), (.patch, .object(let members)):
      return readRecord(members, type, path, &problems)
    case (.range(let bound), .object(let members)):
      let names = ["from", "above", "to", "under"]
      let before = problems.count
      for name in members.keys.sorted() where !isLenient && !names.contains(name) {
        problems.append(Self.unknown("\(path).\(name)", name, names))
      }
      let bounds = names.map { name in
        members[name].flatMap { self.read($0, bound, .none, "\(path).\(name)", &problems) } ?? .absent
      }
      if problems.count == before { judge(bounds: bounds, type, path, &problems) }
      return .range(bounds)
    case (.json, _): return .json(value)
    default: return nil
    }
  }

  /// A range has a bound, at most one of each side, and something within.
  private func judge(bounds: [ReferenceValue], _ type: ValueType, _ path: String, _ problems: inout [String]) {
    let there = bounds.map { !$0.isAbsent }
    switch (there[0], there[1], there[2], there[3]) {
    case (false, false, false, false): problems.append("'\(path)' has no bound; expected \(expectation(type)).")
    case (true, true, _, _): problems.append("'\(path)' has two lower bounds; expected from or above.")
    case (_, _, true, true): problems.append("'\(path)' has two upper bounds; expected to or under.")
    case (false, false, _, _), (_, _, false, false): break
    default:
      let sign = ReferenceValue.compare(there[0] ? bounds[0] : bounds[1], there[2] ? bounds[2] : bounds[3])
      // Only `from` and `to` together hold a value that both are.
      if sign < 0 || sign == 0 && there[0] && there[2] { return }
      problems.append("'\(path)' holds nothing; expected a lower bound below the upper one.")
    }
  }

  private func bounds(
    _ value: Int64, _ constraint: Constraint, _ path: String, _ problems: inout [String],
    _ print: (Int64) -> String
  ) {
    if let lower = constraint.lower, value < lower {
      problems.append("'\(path)' is too small; expected at least \(print(lower)).")
    } else if let upper = constraint.upper, value > upper {
      problems.append("'\(path)' is too large; expected at most \(print(upper)).")
    }
  }

  private func count(_ count: Int, _ constraint: Constraint, _ path: String, _ problems: inout [String]) {
    if let lower = constraint.lower, count < lower {
      problems.append("'\(path)' has too few elements; expected at least \(lower).")
    } else if let upper = constraint.upper, count > upper {
      problems.append("'\(path)' has too many elements; expected at most \(upper).")
    }
  }

  private func readDecimal(
    _ value: Value, _ scale: Int, _ constraint: Constraint, _ path: String, _ problems: inout [String]
  ) -> ReferenceValue? {
    var given: FixedPoint?
    if case .decimal(let decimal) = value { given = decimal }
    if case .int(let int) = value { given = FixedPoint(units: int, scale: 0) }
    if case .string(let text) = value { given = FixedPoint(text) }
    guard let given else { return nil }
    guard let exact = given.rescaled(to: scale) else {
      problems.append("'\(path)' has too many decimal places; expected \(expectation(.decimal(scale: scale))).")
      return nil
    }
    bounds(exact.units, constraint, path, &problems) { FixedPoint(units: $0, scale: scale).description }
    return .decimal(exact.units)
  }

  private func readText(
    _ given: String, _ constraint: Constraint, _ path: String, _ problems: inout [String]
  ) -> ReferenceValue? {
    let isPlain = constraint.text == nil || constraint.text == .string
    let text = isPlain ? given : normalizedText(given)
    let length = Int64(text.unicodeScalars.count)
    if constraint.text == .text, isBlank(text), (constraint.lower ?? 1) > 0 {
      problems.append("'\(path)' is blank; expected a text.")
    } else if let lower = constraint.lower, length < lower {
      problems.append("'\(path)' is too short; expected at least \(counted(lower, "character")).")
    } else if let upper = constraint.upper, length > upper {
      problems.append("'\(path)' is too long; expected at most \(counted(upper, "character")).")
    } else if constraint.text == .email, !isEmail(text) {
      problems.append("'\(path)' is no e-mail address; expected an address such as ann@example.org.")
    }
    return .string(text)
  }

  private func readReference(_ value: Value, _ indices: [Int]) -> ReferenceValue? {
    func named(_ type: String, _ id: String) -> ReferenceValue? {
      guard !id.isEmpty, let entity = indices.first(where: { isName(type, of: $0) }) else { return nil }
      return .reference(entity: entity, id: nfc(id), isAfter: false)
    }
    switch value {
    case .reference(let given): return named(given.type, given.id)
    case .object(let members):
      guard case .string(let type) = members["type"], case .string(let id) = members["id"] else { return nil }
      return named(type, id)
    case .string(let text):
      if let slash = text.firstIndex(of: "/"),
        let found = named(String(text[..<slash]), String(text[text.index(after: slash)...]))
      {
        return found
      }
      guard !text.isEmpty else { return nil }
      let text = nfc(text)
      if indices.count == 1 { return .reference(entity: indices[0], id: text, isAfter: false) }
      let hits = indices.filter {
        records?.fields(of: EntityReference(type: schema.entities[$0].name, id: text)) != nil
      }
      return hits.count == 1 ? .reference(entity: hits[0], id: text, isAfter: false) : nil
    default: return nil
    }
  }

  /// Whether a name is that of an entity in the rule set or on the wire.
  func isName(_ name: String, of entity: Int) -> Bool {
    schema.entities[entity].name == name || schema.entities[entity].wire == name
  }

  private func readRecord(
    _ members: [String: Value], _ type: ValueType, _ path: String, _ problems: inout [String]
  ) -> ReferenceValue? {
    let fields = schema.fields(of: type)
    for name in members.keys.sorted() where !isLenient && !fields.contains(where: { $0.name == name }) {
      problems.append(Self.unknown("\(path).\(name)", name, fields.map(\.name)))
    }
    var isPatch = false
    if case .patch = type { isPatch = true }
    return .record(
      fields.map { field in
        let given = members[field.name]
        guard isPatch else { return readMember(given, field, "\(path).\(field.name)", &problems) ?? .absent }
        guard let given else { return .absent }
        if case .optional = field.type, given == .null { return .emptied }
        return read(given, field.type, field.constraint, "\(path).\(field.name)", &problems) ?? .absent
      })
  }
}
