package import BylawModel

/// The schema that a store was made for, as it is kept in the store itself: to be compared with the schema of the rules.
package struct Vocabulary: Sendable {
  package var schema: Schema
  /// By entity, the fields without `?` that came when there were records already, which do not have them.
  package var late: [String: Set<String>]
  /// By entity, the fields that the store has an index for.
  package var indexed: [String: Set<String>]

  package init(_ schema: Schema, late: [String: Set<String>] = [:], indexed: [String: Set<String>] = [:]) {
    self.schema = schema
    self.late = late
    self.indexed = indexed
  }

  // MARK: As JSON

  /// The same vocabulary always gives the same text.
  ///
  /// Types are written by name, so positions may change.
  package var text: String {
    let entities: [Value] = schema.entities.map { entity in
      .object([
        "name": .string(entity.name), "wire": .string(entity.wire), "fields": fields(entity.fields),
        "late": names(late[entity.name]), "indexed": names(indexed[entity.name]),
      ])
    }
    let patches: [Value] = schema.patches.map { patch in
      .object(["target": describe(patch.target), "fields": .list(patch.fields.map { .int(Int64($0)) })])
    }
    return JSONWriter.write(
      .object([
        "enums": .list(
          schema.enums.map { enumeration in
            .object([
              "name": .string(enumeration.name), "members": .list(enumeration.members.map { .string($0) }),
              "ordered": .bool(enumeration.isOrdered),
            ])
          }),
        "records": .list(
          schema.records.map { .object(["name": .string($0.name), "fields": fields($0.fields)]) }),
        "entities": .list(entities), "patches": .list(patches),
      ]))
  }

  private func names(_ names: Set<String>?) -> Value { .list((names ?? []).sorted().map { .string($0) }) }

  private func fields(_ fields: [Field]) -> Value { .list(fields.map { describe($0) }) }

  private func describe(_ field: Field) -> Value {
    var members: [String: Value] = ["name": .string(field.name), "type": describe(field.type)]
    let constraint = describe(field.constraint)
    if constraint != .object([:]) { members["constraint"] = constraint }
    switch field.defaultValue {
    case .value(let value): members["default"] = value
    case .now: members["default_now"] = .bool(true)
    case nil: break
    }
    if field.isVolatile { members["volatile"] = .bool(true) }
    return .object(members)
  }

  private func describe(_ constraint: Constraint) -> Value {
    var members: [String: Value] = [:]
    if let text = constraint.text { members["text"] = .string("\(text)") }
    if let lower = constraint.lower { members["lower"] = .int(lower) }
    if let upper = constraint.upper { members["upper"] = .int(upper) }
    if constraint.reference != .live { members["reference"] = .string("\(constraint.reference)") }
    if let element = constraint.element.first { members["element"] = describe(element) }
    return .object(members)
  }

  private func describe(_ type: ValueType) -> Value {
    switch type {
    case .bool, .int, .double, .string, .date, .timestamp, .duration, .ratio, .json, .entityType, .undetermined, .error:
      .string("\(type)")
    case .decimal(let scale): .object(["decimal": .int(Int64(scale))])
    case .enumeration(let index): .object(["enum": .string(schema.enums[index].name)])
    case .record(let index): .object(["record": .string(schema.records[index].name)])
    case .entity(let indices): .object(["entity": .list(indices.map { .string(schema.entities[$0].name) })])
    case .list(let element): .object(["list": describe(element)])
    case .map(let element): .object(["map": describe(element)])
    case .range(let bound): .object(["range": describe(bound)])
    case .patch(let index): .object(["patch": .int(Int64(index))])
    case .optional(let content): .object(["optional": describe(content)])
    }
  }

  // MARK: What a field means

  /// Everything that decides which values a field may have, with enumerations and records written out.
  package func meaning(of field: Field) -> Value {
    .list([meaning(of: field.type, depth: 0), describe(field.constraint), .bool(field.defaultValue != nil)])
  }

  private func meaning(of type: ValueType, depth: Int) -> Value {
    guard depth < 32 else { return describe(type) }
    switch type {
    case .enumeration(let index): return .list(schema.enums[index].members.map { .string($0) })
    case .record, .patch:
      let fields: [Value] = schema.fields(of: type).map { field in
        .list([
          .string(field.name), meaning(of: field.type, depth: depth + 1), describe(field.constraint),
          .bool(field.defaultValue != nil),
        ])
      }
      return .object([type.isPatch ? "patch" : "record": .list(fields)])
    case .list(let element): return .object(["list": meaning(of: element, depth: depth + 1)])
    case .map(let element): return .object(["map": meaning(of: element, depth: depth + 1)])
    case .range(let bound): return .object(["range": meaning(of: bound, depth: depth + 1)])
    case .optional(let content): return .object(["optional": meaning(of: content, depth: depth + 1)])
    case .bool, .int, .double, .string, .date, .timestamp, .duration, .decimal, .ratio, .json, .entity, .entityType,
      .undetermined, .error:
      return describe(type)
    }
  }
}

extension ValueType {
  fileprivate var isPatch: Bool { if case .patch = self { true } else { false } }
}
