import BylawModel
import BylawSyntax

extension RuleSetChecker {
  var vocabulary: Vocabulary {
    get { checker.vocabulary }
    set { checker.vocabulary = newValue }
  }

  /// Enums, records and entities: first their names, then what they hold, so that order never matters.
  mutating func checkVocabulary() {
    for entry in sections["enums"] ?? [] { declareEnumeration(entry) }
    for entry in sections["records"] ?? [] where isFreeTypeName(entry.key) {
      checker.vocabulary.records[entry.key.text] = vocabulary.schema.records.count
      checker.vocabulary.schema.records.append(.init(name: entry.key.text, fields: []))
    }
    for entry in sections["entities"] ?? [] where isFreeTypeName(entry.key) {
      checker.vocabulary.entities[entry.key.text] = vocabulary.schema.entities.count
      checker.vocabulary.schema.entities.append(.init(name: entry.key.text, fields: []))
    }
    for entry in sections["entities"] ?? [] {
      guard let index = vocabulary.entities[entry.key.text] else { continue }
      let members = reader.members(
        entry.value, of: "entity '\(entry.key.text)'", keys: .entity)
      guard let members else { continue }
      if let wire = reader.text(members["wire"], as: "'wire'") { checker.vocabulary.schema.entities[index].wire = wire }
      _ = reader.text(members["was"], as: "'was'")
      checker.vocabulary.schema.entities[index].fields = fields(
        members["fields"], of: "entity '\(entry.key.text)'", keys: .entityField)
    }
    for entry in sections["records"] ?? [] {
      guard let index = vocabulary.records[entry.key.text] else { continue }
      checker.vocabulary.schema.records[index].fields = fields(
        entry.value, of: "record '\(entry.key.text)'", keys: .recordField)
    }
    checkRecordCycles()
  }

  private mutating func isFreeTypeName(_ key: Scalar) -> Bool {
    checkName(key, what: "type")
    let name = key.text
    guard vocabulary.enums[name] == nil, vocabulary.records[name] == nil, vocabulary.entities[name] == nil else {
      let types = ["enums", "records", "entities"].flatMap { sections[$0] ?? [] }
      let first = types.first { $0.key.text == name && $0.key.range != key.range }
      report(
        "duplicate-name", at: key.range, "type '\(name)' is defined twice",
        expected: "a name that no other enum, record or entity has",
        notes: first.map { [.init(range: $0.key.range, message: "first defined here")] } ?? [],
        hint: "rename one of them")
      return false
    }
    return true
  }

  /// A name that expressions use: letters, digits and `_`.
  /// - Returns: Whether the name may stand for something.
  @discardableResult
  mutating func checkName(_ key: Scalar, what: String) -> Bool {
    let isName =
      key.text.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x5F
      } && !(key.text.first?.isNumber ?? true)
    if isName, hasMeaning(key.text, besides: what) {
      report(
        "reserved-name", at: key.range, "'\(key.text)' has a meaning of its own in expressions",
        expected: "another name")
      return false
    }
    guard !isName else { return true }
    let mended = String(key.text.map { $0 == "-" || $0 == " " ? "_" : $0 })
    report(
      "malformed-name", at: key.range, "'\(key.text)' cannot be the name of \(Messages.article(what))",
      expected: "letters, digits and '_', as expressions use this name",
      hint: mended == key.text ? nil : "write '\(mended)'")
    return true
  }

  /// Whether expressions would read a name as something else: nothing may stand over a root, a type or a library.
  private func hasMeaning(_ name: String, besides what: String) -> Bool {
    guard ["singleton", "constant", "function", "threshold", "variable"].contains(what) else { return false }
    // A function of that name is reported where it is declared.
    if what == "function", checker.functionNames.contains(name) { return false }
    return Self.reservedNames.contains(name) || ExpressionChecker.libraries.contains(name)
      || vocabulary.enums[name] != nil || vocabulary.records[name] != nil || vocabulary.entities[name] != nil
  }

  /// Words that expressions read as roots, operators and literals.
  static let reservedNames: Set<String> = [
    "subject", "resource", "action", "after", "input", "facts", "let", "classified", "context", "effects", "now",
    "requested_at", "today", "it", "approver", "proposal", "true", "false", "null", "in", "not", "has", "type",
  ]

  private mutating func declareEnumeration(_ entry: Node.Entry) {
    guard isFreeTypeName(entry.key) else { return }
    var isOrdered = false
    var list = entry.value
    if entry.value.isMapping {
      guard
        let members = reader.members(
          entry.value, of: "an ordered enum", keys: .orderedEnum, required: ["least_to_worst"]),
        let words = members["least_to_worst"]
      else { return }
      isOrdered = true
      list = words
    }
    guard let nodes = reader.sequence(list, as: "the words of enum '\(entry.key.text)'") else { return }
    var words: [String] = []
    var seen: Set<String> = []
    for node in nodes {
      guard let word = reader.scalar(node, as: "a word of an enum") else { continue }
      if !seen.insert(word.text).inserted {
        report("duplicate-name", at: word.range, "the word '\(word.text)' stands twice", expected: "each word once")
      } else {
        words.append(word.text)
      }
    }
    if words.isEmpty {
      report("empty-enum", at: list.range, "enum '\(entry.key.text)' has no words", expected: "at least one word")
    }
    checker.vocabulary.enums[entry.key.text] = vocabulary.schema.enums.count
    checker.vocabulary.schema.enums.append(.init(name: entry.key.text, members: words, isOrdered: isOrdered))
  }

  // MARK: Fields

  mutating func fields(_ node: Node?, of what: String, keys: KeyList) -> [Field] {
    guard let node, let members = reader.mapping(node, as: "the fields of \(what)") else { return [] }
    return members.entries.compactMap { field($0, keys: keys) }
  }

  /// `name: TYPE`, or `name: { type: TYPE, … }`.
  mutating func field(_ entry: Node.Entry, keys: KeyList) -> Field? {
    checkName(entry.key, what: "field")
    var typeNode = entry.value
    var isVolatile = false
    if entry.value.isMapping {
      guard
        let members = reader.members(
          entry.value, of: Self.fieldName(keys), keys: keys, required: ["type"]),
        let type = members["type"]
      else { return nil }
      isVolatile = reader.bool(members["volatile"], as: "'volatile'") ?? false
      _ = reader.text(members["was"], as: "'was'")
      typeNode = type
    }
    guard let scalar = reader.scalar(typeNode, as: "the type of '\(entry.key.text)'"),
      let declared = declaredType(scalar)
    else { return Field(name: entry.key.text, type: .error) }
    var field = Field(
      name: entry.key.text, type: declared.type, constraint: declared.constraint, isVolatile: isVolatile)
    if let text = declared.defaultText {
      field.defaultValue = defaultValue(text.text, for: declared.type, at: text.range)
      if case .value(let value) = field.defaultValue {
        declaredValues.append(.init(value: value, field: field, text: text.text, range: text.range))
      }
    }
    return field
  }

  /// What messages call a field that is declared as a mapping.
  private static func fieldName(_ keys: KeyList) -> String {
    switch keys {
    case .inputField: "an input"
    case .contextField: "a context member"
    default: "a field"
    }
  }

  mutating func declaredType(_ scalar: Scalar) -> DeclaredType? {
    TypeReader.read(scalar, vocabulary: &checker.vocabulary, diagnostics: &reader.diagnostics)
  }

  /// A default as it stands after `=` in a type.
  private mutating func defaultValue(_ text: String, for type: ValueType, at range: SourceRange) -> Field.Default? {
    if text == "now", type.content == .timestamp { return .now }
    if let value = constant(text, for: type.content) { return .value(value) }
    reportDefault(text, of: type, at: range)
    return nil
  }

  /// Says what is wrong with the value that stands after `=`.
  mutating func reportDefault(_ text: String, of type: ValueType, at range: SourceRange) {
    let map = ScalarMap(file: range.file, start: range.start)
    let scalar = Scalar(text: text, style: .plain, range: range, map: map)
    let before = reader.diagnostics.all.count
    switch type.content {
    case .bool: _ = scalar.readBool(&reader.diagnostics)
    case .int: _ = scalar.readInt(&reader.diagnostics)
    case .decimal(let scale): _ = scalar.readDecimal(places: scale, &reader.diagnostics)
    case .enumeration(let index):
      let enumeration = vocabulary.schema.enums[index]
      reader.diagnostics.report(
        Messages.unknownWord(scalar, of: "word of \(enumeration.name)", known: enumeration.members))
    default: break
    }
    guard reader.diagnostics.all.count == before else { return }
    reader.diagnostics.report(
      Messages.malformedDefault(text, type: type, named: vocabulary.name(of: type), at: range))
  }

  /// A constant of a type, written as a word.
  func constant(_ text: String, for type: ValueType) -> Value? {
    switch type {
    case .bool: return text == "true" ? .bool(true) : text == "false" ? .bool(false) : nil
    case .int: return Int64(text).flatMap { String($0) == text ? .int($0) : nil }
    case .decimal(let scale):
      guard let exact = FixedPoint(text), let scaled = exact.rescaled(to: scale) else { return nil }
      return .decimal(scaled)
    case .string:
      let quoted = text.count >= 2 && text.first == text.last && (text.first == "\"" || text.first == "'")
      return .string(quoted ? String(text.dropFirst().dropLast()) : text)
    case .enumeration(let index):
      return vocabulary.schema.enums[index].members.contains(text) ? .string(text) : nil
    case .duration: return parseDuration(text).map { .duration($0) }
    case .timestamp: return Timestamp(text).map { .timestamp($0) }
    case .date: return CalendarDate(text).map { .date($0) }
    case .list: return text == "[]" ? .list([]) : nil
    case .map, .record, .patch: return text == "{}" ? .object([:]) : nil
    case .optional(let content): return constant(text, for: content)
    default: return nil
    }
  }

  /// A record that must hold itself can never be written down.
  private mutating func checkRecordCycles() {
    let records = vocabulary.schema.records
    func needs(_ type: ValueType) -> Int? {
      if case .record(let index) = type { return index }
      return nil
    }
    for start in records.indices {
      var seen: Set<Int> = []
      var open = [start]
      while let next = open.popLast() {
        for field in records[next].fields {
          guard let inner = needs(field.type) else { continue }
          if inner == start {
            let key = sections["records"]?.first { $0.key.text == records[start].name }?.key
            if let key, seen.insert(-1).inserted {
              report(
                "record-cycle", at: key.range, "record '\(records[start].name)' must hold another of itself",
                expected: "a cycle that an optional or a list breaks", hint: "make the field '\(field.name)' optional")
            }
          } else if seen.insert(inner).inserted {
            open.append(inner)
          }
        }
      }
    }
  }
}
