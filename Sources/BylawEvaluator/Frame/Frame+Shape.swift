package import BylawModel

/// What is wrong with a value of a request.
package struct ShapeProblem: Sendable, Hashable {
  /// Where: `input.plan.phases[0].name`.
  package var path: String
  /// What, as a part of a sentence: `is missing`.
  package var message: String
  /// What may stand there.
  package var expectation: String?
  /// What was probably meant: `did you mean 'x'?`.
  package var hint: String?

  package init(path: String, message: String, expectation: String? = nil, hint: String? = nil) {
    self.path = path
    self.message = message
    self.expectation = expectation
    self.hint = hint
  }

  package var sentence: String { "'\(path)' \(clause)" }

  /// The sentence without the path, to be read behind it.
  package var clause: String {
    message + (expectation.map { "; expected \($0)" } ?? "") + (hint.map { " (\($0))" } ?? "") + "."
  }

  /// A member that its place does not have.
  static func unknownMember(_ path: String, _ name: String, among known: [String]) -> ShapeProblem {
    ShapeProblem(
      path: path, message: "is not known", expectation: known.isEmpty ? "nothing" : known.joined(separator: ", "),
      hint: nearestName(name, among: known))
  }
}

extension Frame {
  /// After so many problems the rest of a list is left unread.
  static let problemLimit = 100

  /// Reads a value as a declaration asks; each problem is noted with its path.
  package mutating func shape(
    _ value: Value, as field: Field, path: String, problems: inout [ShapeProblem]
  ) -> Cell {
    shape(value, field.type, field.constraint, path, &problems)
  }

  private mutating func shape(
    _ value: Value, _ type: ValueType, _ constraint: Constraint, _ path: String, _ problems: inout [ShapeProblem]
  ) -> Cell {
    let before = problems.count
    let cell = read(value, type, constraint, path, &problems)
    if let cell, problems.count == before { return cell }
    if problems.count == before { problems.append(mismatch(value, type, path)) }
    return fail(.malformedAttribute, place: path)
  }

  private func mismatch(_ value: Value, _ type: ValueType, _ path: String) -> ShapeProblem {
    ShapeProblem(path: path, message: "is \(value.kindName)", expectation: expectation(type))
  }

  /// What may stand for a type, in an author's words.
  private func expectation(_ type: ValueType) -> String {
    switch type {
    case .bool: "true or false"
    case .int: "a whole number"
    case .double: "a number"
    case .decimal(let scale): "a number with at most \(scale) decimal places"
    case .string: "a text"
    case .date: "a day such as 2026-01-31"
    case .timestamp: "a time such as 2026-01-31T09:00:00Z"
    case .duration: "a length of time such as 15 min"
    case .enumeration(let index): "one of \(plan.schema.enums[index].members.joined(separator: ", "))"
    case .entity(let indices):
      "an id of type \(indices.map { plan.schema.entities[$0].name }.joined(separator: " or "))"
    case .list: "a list"
    case .optional(let content): expectation(content)
    case .range: "a range with from, above, to or under"
    case .map, .record, .patch: "an object"
    case .json: "any JSON value"
    case .ratio, .entityType, .undetermined, .error: "nothing"
    }
  }

  private mutating func read(
    _ value: Value, _ type: ValueType, _ constraint: Constraint, _ path: String, _ problems: inout [ShapeProblem]
  ) -> Cell? {
    switch type {
    case .optional(let content):
      if value == .null { return .absent }
      return read(value, content, constraint.element.first ?? constraint, path, &problems)
    case .bool:
      guard case .bool(let bool) = value else { return nil }
      return Cell(bool)
    case .int:
      guard case .int(let int) = value else { return nil }
      check(int, constraint, path, &problems)
      return Cell(int)
    case .double: return readDouble(value)
    case .decimal(let scale): return readDecimal(value, scale, constraint, path, &problems)
    case .string: return readText(value, constraint, path, &problems)
    case .date:
      if case .date(let date) = value { return Cell(Int64(date.daysSinceEpoch)) }
      guard case .string(let text) = value, let date = CalendarDate(text) else { return nil }
      return Cell(Int64(date.daysSinceEpoch))
    case .timestamp:
      if case .timestamp(let time) = value { return Cell(time) }
      guard case .string(let text) = value, let time = Timestamp(text) else { return nil }
      return Cell(time)
    case .duration:
      if case .duration(let span) = value { return Cell(span) }
      guard case .string(let text) = value, let span = parseDuration(text) ?? TimeSpan(text) else { return nil }
      return Cell(span)
    case .enumeration(let index): return readWord(value, index, path, &problems)
    case .entity(let indices): return readReference(value, indices)
    case .list(let element): return readList(value, element, constraint, path, &problems)
    case .map(let element): return readMap(value, element, constraint, path, &problems)
    case .record, .patch: return readRecord(value, type, path, &problems)
    case .range(let bound): return readRange(value, bound, path, &problems)
    case .json:
      jsons.append(value)
      return Cell(Int64(jsons.count - 1))
    case .ratio, .entityType, .undetermined, .error: return nil
    }
  }

  private func check(_ value: Int64, _ constraint: Constraint, _ path: String, _ problems: inout [ShapeProblem]) {
    if let lower = constraint.lower, value < lower {
      problems.append(ShapeProblem(path: path, message: "is too small", expectation: "at least \(lower)"))
    } else if let upper = constraint.upper, value > upper {
      problems.append(ShapeProblem(path: path, message: "is too large", expectation: "at most \(upper)"))
    }
  }

  private func readDouble(_ value: Value) -> Cell? {
    switch value {
    case .double(let double): Cell(double)
    case .int(let int): Cell(Double(int))
    case .decimal(let decimal): Cell(decimal.doubleValue)
    default: nil
    }
  }

  private func readDecimal(
    _ value: Value, _ scale: Int, _ constraint: Constraint, _ path: String, _ problems: inout [ShapeProblem]
  ) -> Cell? {
    let given: FixedPoint?
    switch value {
    case .decimal(let decimal): given = decimal
    case .int(let int): given = FixedPoint(units: int, scale: 0)
    case .string(let text): given = FixedPoint(text)
    default: given = nil
    }
    guard let given else { return nil }
    guard let exact = given.rescaled(to: scale) else {
      problems.append(
        ShapeProblem(
          path: path, message: "has too many decimal places", expectation: expectation(.decimal(scale: scale))))
      return nil
    }
    let lower = constraint.lower.map { FixedPoint(units: $0, scale: scale).description }
    let upper = constraint.upper.map { FixedPoint(units: $0, scale: scale).description }
    if let bound = constraint.lower, exact.units < bound {
      problems.append(ShapeProblem(path: path, message: "is too small", expectation: "at least \(lower ?? "")"))
    } else if let bound = constraint.upper, exact.units > bound {
      problems.append(ShapeProblem(path: path, message: "is too large", expectation: "at most \(upper ?? "")"))
    }
    return Cell(exact.units)
  }

  private mutating func readText(
    _ value: Value, _ constraint: Constraint, _ path: String, _ problems: inout [ShapeProblem]
  ) -> Cell? {
    guard case .string(let given) = value else { return nil }
    let text = constraint.text == nil || constraint.text == .string ? given : normalizedText(given)
    let length = text.unicodeScalars.count
    if constraint.text == .text, (constraint.lower ?? 1) > 0, isBlank(text) {
      problems.append(ShapeProblem(path: path, message: "is blank", expectation: "a text"))
    } else if let lower = constraint.lower, length < lower {
      problems.append(
        ShapeProblem(path: path, message: "is too short", expectation: "at least \(counted(lower, "character"))"))
    } else if let upper = constraint.upper, length > upper {
      problems.append(
        ShapeProblem(path: path, message: "is too long", expectation: "at most \(counted(upper, "character"))"))
    } else if constraint.text == .email, !isEmail(text) {
      problems.append(
        ShapeProblem(path: path, message: "is no e-mail address", expectation: "an address such as ann@example.org"))
    }
    return cell(text)
  }

  private func readWord(_ value: Value, _ index: Int, _ path: String, _ problems: inout [ShapeProblem]) -> Cell? {
    guard case .string(let word) = value else { return nil }
    if let rank = plan.schema.enums[index].members.firstIndex(of: word) { return Cell(Int64(rank)) }
    problems.append(
      ShapeProblem(
        path: path, message: "is no \(plan.schema.enums[index].name)", expectation: expectation(.enumeration(index))))
    return nil
  }

  /// `"u-1"`, `"User/u-1"` or `{"type": "User", "id": "u-1"}`; the id in NFC, as every record has it.
  private mutating func readReference(_ value: Value, _ indices: [Int]) -> Cell? {
    switch value {
    case .reference(let given): return reference(named: given.type, given.id, indices)
    case .object(let members):
      guard case .string(let type) = members["type"], case .string(let id) = members["id"] else { return nil }
      return reference(named: type, id, indices)
    case .string(let text):
      if let slash = text.firstIndex(of: "/"),
        let found = reference(named: String(text[..<slash]), String(text[text.index(after: slash)...]), indices)
      {
        return found
      }
      guard !text.isEmpty else { return nil }
      let text = nfc(text)
      if indices.count == 1 { return reference(entity: indices[0], id: text) }
      // Of several entities the one that has a record of that id.
      let hits = indices.filter { index in
        source?.fields(of: EntityReference(type: plan.schema.entities[index].name, id: text)) != nil
      }
      return hits.count == 1 ? reference(entity: hits[0], id: text) : nil
    default: return nil
    }
  }

  private mutating func reference(named name: String, _ id: String, _ indices: [Int]) -> Cell? {
    let entity = indices.first { plan.schema.entities[$0].name == name || plan.schema.entities[$0].wire == name }
    guard let entity, !id.isEmpty else { return nil }
    return reference(entity: entity, id: nfc(id))
  }

  private mutating func readList(
    _ value: Value, _ element: ValueType, _ constraint: Constraint, _ path: String, _ problems: inout [ShapeProblem]
  ) -> Cell? {
    guard case .list(let values) = value else { return nil }
    // What is too long is not read through.
    let before = problems.count
    checkCount(values.count, constraint, path, &problems)
    guard problems.count == before else { return nil }
    let inner = constraint.element.first ?? .none
    var cells: [Cell] = []
    for (index, value) in values.enumerated() where problems.count < Self.problemLimit {
      cells.append(shape(value, element, inner, "\(path)[\(index)]", &problems))
    }
    return compound(cells, count: cells.count)
  }

  private func checkCount(_ count: Int, _ constraint: Constraint, _ path: String, _ problems: inout [ShapeProblem]) {
    if let lower = constraint.lower, count < lower {
      problems.append(ShapeProblem(path: path, message: "has too few elements", expectation: "at least \(lower)"))
    } else if let upper = constraint.upper, count > upper {
      problems.append(ShapeProblem(path: path, message: "has too many elements", expectation: "at most \(upper)"))
    }
  }

  private mutating func readMap(
    _ value: Value, _ element: ValueType, _ constraint: Constraint, _ path: String, _ problems: inout [ShapeProblem]
  ) -> Cell? {
    guard case .object(let members) = value else { return nil }
    let inner = constraint.element.first ?? .none
    var cells: [Cell] = []
    let ordered = members.sorted { $0.key.unicodeScalars.lexicographicallyPrecedes($1.key.unicodeScalars) }
    for (key, value) in ordered {
      cells.append(cell(key))
      cells.append(shape(value, element, inner, "\(path).\(key)", &problems))
    }
    checkCount(members.count, constraint, path, &problems)
    return compound(cells, count: members.count)
  }

  /// Records and patches: unknown members are refused, defaults filled in.
  private mutating func readRecord(
    _ value: Value, _ type: ValueType, _ path: String, _ problems: inout [ShapeProblem]
  ) -> Cell? {
    guard case .object(let members) = value else { return nil }
    let fields = plan.schema.fields(of: type)
    let isPatch = if case .patch = type { true } else { false }
    for name in members.keys.sorted() where !ignoresUndeclared && !fields.contains(where: { $0.name == name }) {
      problems.append(.unknownMember("\(path).\(name)", name, among: fields.map(\.name)))
    }
    var cells: [Cell] = []
    for field in fields {
      let given = members[field.name]
      if isPatch {
        cells.append(given.map { patchMember($0, field, "\(path).\(field.name)", &problems) } ?? .absent)
      } else {
        let value = given == .null ? nil : given
        cells.append(member(value, field, path: "\(path).\(field.name)", problems: &problems))
      }
    }
    return compound(cells, count: cells.count)
  }

  /// A member of a patch; `null` empties an optional field.
  private mutating func patchMember(
    _ value: Value, _ field: Field, _ path: String, _ problems: inout [ShapeProblem]
  ) -> Cell {
    guard field.type.isOptionalType else { return shape(value, field.type, field.constraint, path, &problems) }
    if value == .null { return .emptied }
    return shape(value, field.type.contentType, field.constraint.element.first ?? .none, path, &problems)
  }

  /// An input, a member of a record or of the context: given, by default, absent, or missing.
  package mutating func member(
    _ given: Value?, _ field: Field, path: String, problems: inout [ShapeProblem]
  ) -> Cell {
    if let given { return shape(given, field.type, field.constraint, path, &problems) }
    switch field.defaultValue {
    case .now: return Cell(now)
    case .value(let value): return shape(value, field.type, .none, path, &problems)
    case nil:
      if field.type.isOptionalType { return .absent }
      problems.append(ShapeProblem(path: path, message: "is missing", expectation: expectation(field.type)))
      return fail(.missingAttribute, place: path)
    }
  }

  private mutating func readRange(
    _ value: Value, _ bound: ValueType, _ path: String, _ problems: inout [ShapeProblem]
  ) -> Cell? {
    guard case .object(let members) = value else { return nil }
    let names = ["from", "above", "to", "under"]
    let before = problems.count
    for name in members.keys.sorted() where !ignoresUndeclared && !names.contains(name) {
      problems.append(.unknownMember("\(path).\(name)", name, among: names))
    }
    var cells: [Cell] = []
    for name in names {
      cells.append(members[name].map { shape($0, bound, .none, "\(path).\(name)", &problems) } ?? .absent)
    }
    guard problems.count == before else { return nil }
    if let problem = misfit(of: cells, bound, path) {
      problems.append(problem)
      return nil
    }
    return compound(cells, count: 4)
  }

  /// What is wrong with the bounds of a range: none, two of one side, or none within.
  private func misfit(of bounds: [Cell], _ type: ValueType, _ path: String) -> ShapeProblem? {
    let (from, above, to, under) = (bounds[0], bounds[1], bounds[2], bounds[3])
    if bounds.allSatisfy(\.isAbsent) {
      return ShapeProblem(path: path, message: "has no bound", expectation: expectation(.range(type)))
    }
    if !from.isAbsent, !above.isAbsent {
      return ShapeProblem(path: path, message: "has two lower bounds", expectation: "from or above")
    }
    if !to.isAbsent, !under.isAbsent {
      return ShapeProblem(path: path, message: "has two upper bounds", expectation: "to or under")
    }
    let lower = from.isAbsent ? above : from
    let upper = to.isAbsent ? under : to
    guard !lower.isAbsent, !upper.isAbsent else { return nil }
    let sign = compare(lower, upper, type)
    guard sign > 0 || sign == 0 && (from.isAbsent || to.isAbsent) else { return nil }
    return ShapeProblem(path: path, message: "holds nothing", expectation: "a lower bound below the upper one")
  }
}

extension Value {
  /// What a value is, in words.
  var kindName: String {
    switch self {
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
}
