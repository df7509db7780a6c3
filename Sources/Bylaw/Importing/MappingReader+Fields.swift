import BylawEvaluator
import BylawModel
import BylawSyntax

/// Where the values of fields come from.
extension MappingReader {
  private static let sourceKeys = [
    "from", "text", "always", "record", "words", "when_empty", "to", "must_have", "list",
  ]

  /// The fields of an entity or a record; one that every record has and that nothing gives is reported.
  mutating func fields(
    _ node: Node?, of owner: String, declared: [Field], at place: SourceRange
  ) -> [(field: Field, source: ImportMapping.Source)] {
    var result: [(field: Field, source: ImportMapping.Source)] = []
    let entries = node.flatMap { named($0, "'fields'", of: "sources by field") } ?? []
    for entry in entries {
      guard let field = declared.first(where: { $0.name == entry.key.text }) else {
        diagnostics.report(MappingMessages.unknownField(entry.key, of: owner, known: declared.map(\.name)))
        continue
      }
      if let source = source(entry.value, for: field) { result.append((field, source)) }
    }
    for field in declared where !field.mayBeLeftOut && !entries.contains(where: { $0.key.text == field.name }) {
      diagnostics.report(MappingMessages.missingField(field.name, of: owner, at: place))
    }
    return result
  }

  /// A column, a list of columns, or a mapping that says more.
  private mutating func source(_ node: Node, for field: Field) -> ImportMapping.Source? {
    guard let entries = node.entries else {
      guard let columns = columns(node) else { return nil }
      return checked(.init(origin: .columns(columns)), for: field, at: node.range)
    }
    let what = "the source of '\(field.name)'"
    guard members(node, what, keys: Self.sourceKeys) != nil else { return nil }
    let stated = entries.filter { ["from", "text", "always", "record"].contains($0.key.text) }
    guard stated.count == 1, let origin = stated.first else {
      diagnostics.report(MappingMessages.oneOrigin(node.range))
      return nil
    }
    guard let origin = self.origin(origin, for: field) else { return nil }
    var source = ImportMapping.Source(origin: origin)
    if let words = node["words"].flatMap({ named($0, "'words'", of: "words of the rules by words of the table") }) {
      for word in words {
        source.words[word.key.text] = word.value.plainValue
        check(word.value.plainValue, as: field, at: word.value.range)
      }
    }
    if let empty = node["when_empty"] {
      source.whenEmpty = empty.plainValue
      check(empty.plainValue, as: field, at: empty.range)
    }
    source.table = node["to"].flatMap { scalar($0, "'to'") }.map { name($0) }
    source.mustHave = node["must_have"].flatMap { filter($0, "'must_have'") }
    if let list = node["list"].flatMap({ scalar($0, "'list'") }) {
      source.isListed = list.readBool(&diagnostics) ?? false
    }
    return checked(source, for: field, at: node.range)
  }

  private mutating func origin(_ entry: Node.Entry, for field: Field) -> ImportMapping.Source.Origin? {
    switch entry.key.text {
    case "from": return columns(entry.value).map { .columns($0) }
    case "text": return scalar(entry.value, "'text'").flatMap { parts($0) }.map { .text($0) }
    case "always":
      let value = entry.value.plainValue
      check(value, as: field, at: entry.value.range)
      return .always(value)
    default:
      guard case .record = field.type.content else {
        diagnostics.report(
          TestMessages.wrongKind(
            entry.value, expected: "from, text or always", of: "'\(field.name)', which has no fields,"))
        return nil
      }
      let declared = schema.fields(of: field.type.content)
      return .record(fields(entry.value, of: field.name, declared: declared, at: entry.key.range))
    }
  }

  /// What leads to records of several entities has to name the table.
  private mutating func checked(
    _ source: ImportMapping.Source, for field: Field, at range: SourceRange
  ) -> ImportMapping.Source {
    if case .entity(let entities) = field.type.content, entities.count > 1, source.table == nil {
      diagnostics.report(MappingMessages.needsTable(range, entities: entities.map { schema.entities[$0].name }))
    }
    return source
  }

  private mutating func columns(_ node: Node) -> [ImportMapping.Name]? {
    let scalars = (node.elements ?? [node]).map { scalar($0, "a column") }
    guard !scalars.contains(where: { $0 == nil }) else { return nil }
    return scalars.compactMap { $0 }.map { name($0) }
  }

  /// A text with columns between braces.
  private mutating func parts(_ scalar: Scalar) -> [ImportMapping.Source.Part]? {
    var parts: [ImportMapping.Source.Part] = []
    var rest = Substring(scalar.text)
    while let open = rest.firstIndex(of: "{") {
      if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
      guard let close = rest[open...].firstIndex(of: "}") else {
        diagnostics.report(MappingMessages.openBrace(scalar.range))
        return nil
      }
      parts.append(.column(.init(text: String(rest[rest.index(after: open)..<close]), range: scalar.range)))
      rest = rest[rest.index(after: close)...]
    }
    if !rest.isEmpty { parts.append(.text(String(rest))) }
    return parts
  }

  /// Holds a value of the mapping itself to the declaration of its field.
  private mutating func check(_ value: Value, as field: Field, at range: SourceRange) {
    if case .entity = field.type.content { return }
    guard value != .null else { return }
    var problems: [ShapeProblem] = []
    _ = frame.shape(value, as: field, path: field.name, problems: &problems)
    for problem in problems { diagnostics.report(MappingMessages.badValue(problem, at: range)) }
  }
}

extension Field {
  /// A record may do without the field.
  fileprivate var mayBeLeftOut: Bool {
    if defaultValue != nil { return true }
    switch type {
    case .optional: return true
    case .list, .map: return (constraint.lower ?? 0) == 0
    default: return false
    }
  }
}
