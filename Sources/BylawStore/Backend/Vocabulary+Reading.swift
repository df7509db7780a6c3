import BylawModel

/// Reading a vocabulary back from the store.
extension Vocabulary {
  /// - Returns: `nil` when the text is none that a store wrote.
  package init?(text: String) {
    guard let root = try? JSONReader.parse(Array(text.utf8), limit: .max) else { return nil }
    guard let reader = VocabularyReader(root), let schema = reader.schema() else { return nil }
    self.init(schema, late: reader.names("late"), indexed: reader.names("indexed"))
  }
}

/// The JSON of a vocabulary with the names that its types refer to.
private struct VocabularyReader {
  private let enums: [Value]
  private let records: [Value]
  private let entities: [Value]
  private let patches: [Value]

  init?(_ root: Value) {
    guard let enums = root["enums"]?.elements, let records = root["records"]?.elements,
      let entities = root["entities"]?.elements, let patches = root["patches"]?.elements
    else { return nil }
    (self.enums, self.records, self.entities, self.patches) = (enums, records, entities, patches)
  }

  func names(_ member: String) -> [String: Set<String>] {
    var result: [String: Set<String>] = [:]
    for entity in entities {
      let names = (entity[member]?.elements ?? []).compactMap(\.text)
      if let name = entity["name"]?.text, !names.isEmpty { result[name] = Set(names) }
    }
    return result
  }

  func schema() -> Schema? {
    var schema = Schema()
    for value in enums {
      guard let name = value["name"]?.text, let members = value["members"]?.elements else { return nil }
      schema.enums.append(
        .init(name: name, members: members.compactMap(\.text), isOrdered: value["ordered"] == .bool(true)))
    }
    for value in records {
      guard let name = value["name"]?.text, let fields = fields(value) else { return nil }
      schema.records.append(.init(name: name, fields: fields))
    }
    for value in entities {
      guard let name = value["name"]?.text, let fields = fields(value) else { return nil }
      schema.entities.append(.init(name: name, wire: value["wire"]?.text, fields: fields))
    }
    for value in patches {
      guard let target = value["target"].flatMap({ type($0) }), let fields = value["fields"]?.elements else {
        return nil
      }
      schema.patches.append(
        .init(target: target, fields: fields.compactMap { if case .int(let int) = $0 { Int(int) } else { nil } }))
    }
    return schema
  }

  private func fields(_ owner: Value) -> [Field]? {
    var fields: [Field] = []
    for value in owner["fields"]?.elements ?? [] {
      guard let name = value["name"]?.text, let type = value["type"].flatMap({ type($0) }) else { return nil }
      let isNow = value["default_now"] == .bool(true)
      fields.append(
        Field(
          name: name, type: type, constraint: value["constraint"].map { constraint($0) } ?? .none,
          defaultValue: isNow ? .now : value["default"].map { .value($0) },
          isVolatile: value["volatile"] == .bool(true)))
    }
    return fields
  }

  private func constraint(_ value: Value) -> Constraint {
    var constraint = Constraint.none
    switch value["text"]?.text {
    case "string": constraint.text = .string
    case "text": constraint.text = .text
    case "email": constraint.text = .email
    default: break
    }
    if case .int(let lower) = value["lower"] { constraint.lower = lower }
    if case .int(let upper) = value["upper"] { constraint.upper = upper }
    switch value["reference"]?.text {
    case "any": constraint.reference = .any
    case "acting": constraint.reference = .acting
    default: break
    }
    if let element = value["element"] { constraint.element = [self.constraint(element)] }
    return constraint
  }

  private func type(_ value: Value) -> ValueType? {
    switch value {
    case .string(let word): return Self.plain[word]
    case .object(let members):
      guard let (kind, content) = members.first, members.count == 1 else { return nil }
      return type(kind, content)
    default: return nil
    }
  }

  private static let plain: [String: ValueType] = {
    let types: [ValueType] = [
      .bool, .int, .double, .string, .date, .timestamp, .duration, .ratio, .json, .entityType, .undetermined, .error,
    ]
    return Dictionary(types.map { ("\($0)", $0) }, uniquingKeysWith: { first, _ in first })
  }()

  private func type(_ kind: String, _ content: Value) -> ValueType? {
    switch kind {
    case "decimal": if case .int(let scale) = content { .decimal(scale: Int(scale)) } else { nil }
    case "enum": position(content, in: enums).map { .enumeration($0) }
    case "record": position(content, in: records).map { .record($0) }
    case "entity":
      content.elements.map { .entity($0.compactMap { position($0, in: entities) }.sorted()) }
    case "list": type(content).map { .list($0) }
    case "map": type(content).map { .map($0) }
    case "range": type(content).map { .range($0) }
    case "optional": type(content).map { .optional($0) }
    case "patch": if case .int(let index) = content { .patch(Int(index)) } else { nil }
    default: nil
    }
  }

  private func position(_ name: Value, in declared: [Value]) -> Int? {
    declared.firstIndex { $0["name"] == name }
  }
}
