import BylawModel
import BylawStore

/// A column of an entity's table: one field.
///
/// An object, as every row is gone through by its columns.
final class Column: Sendable {
  /// How values of a field lie in its column.
  enum Kind: Sendable, Hashable {
    case bool, int, real
    case decimal(scale: Int)
    /// Texts, and words of an enumeration.
    case text
    case date, timestamp, duration
    /// To one entity: the id alone.
    case reference(entity: String)
    /// To one of several: `Type/id`.
    case references
    /// Canonical JSON of what has parts.
    case json
  }

  /// Without quotes.
  let plainName: String
  /// As SQL writes it, in quotes.
  let name: String
  let field: Field
  /// The type without `?`.
  let type: ValueType
  let kind: Kind
  /// Whether a row may have no value.
  let isNullable: Bool
  /// What is needed to read its values.
  let stored: Stored

  /// - `isLate`: The field came when there were records already, which do not have it.
  init(name: String, field: Field, schema: Schema, isLate: Bool) {
    plainName = name
    self.name = SQLText.name(name)
    self.field = field
    let isOptional = if case .optional = field.type { true } else { false }
    type = if case .optional(let content) = field.type { content } else { field.type }
    kind = Kind(type, schema)
    let isUnstructured = type == .json
    isNullable = isOptional || isLate || isUnstructured
    stored = Stored(name: field.name, kind: kind, type: type)
  }

  /// What the content of the field must meet.
  var constraint: Constraint {
    if case .optional = field.type { field.constraint.element.first ?? field.constraint } else { field.constraint }
  }
}

extension Column.Kind {
  init(_ type: ValueType, _ schema: Schema) {
    switch type {
    case .bool: self = .bool
    case .int: self = .int
    case .double: self = .real
    case .decimal(let scale): self = .decimal(scale: scale)
    case .string, .enumeration, .ratio, .entityType: self = .text
    case .date: self = .date
    case .timestamp: self = .timestamp
    case .duration: self = .duration
    case .entity(let indices):
      self = indices.count == 1 ? .reference(entity: schema.entities[indices[0]].name) : .references
    case .json, .record, .list, .map, .range, .patch, .optional, .undetermined, .error: self = .json
    }
  }

  /// The type of the column in SQL.
  var affinity: String {
    switch self {
    case .bool, .int, .decimal: "INTEGER"
    case .real: "REAL"
    case .text, .date, .timestamp, .duration, .reference, .references, .json: "TEXT"
    }
  }
}

extension Column {
  /// As much of a column as is needed to read its values.
  final class Stored: Sendable {
    /// The name of the field.
    let name: String
    let kind: Kind
    let type: ValueType

    init(name: String, kind: Kind, type: ValueType) {
      self.name = name
      self.kind = kind
      self.type = type
    }
  }
}

extension Column.Stored {
  /// The value of a row that has one; `nil` when it cannot be read.
  func value(_ row: SQLStatement, _ place: Int, _ schema: Schema) -> Value? {
    switch kind {
    case .bool:
      let bit = row.int(place)
      return bit == 0 || bit == 1 ? .bool(bit == 1) : nil
    case .int: return .int(row.int(place))
    case .real: return .double(row.real(place))
    case .decimal(let scale): return .decimal(FixedPoint(units: row.int(place), scale: scale))
    case .text: return .string(row.text(place))
    case .date: return CalendarDate(row.text(place)).map { .date($0) }
    case .timestamp: return Timestamp(row.text(place)).map { .timestamp($0) }
    case .duration: return TimeSpan(row.text(place)).map { .duration($0) }
    case .reference(let entity): return .reference(EntityReference(type: entity, id: row.text(place)))
    case .references: return schema.stored(.string(row.text(place)), as: type)
    case .json:
      guard let json = try? JSONReader.parse(row.blob(place), limit: .max) else { return nil }
      return schema.stored(json, as: type)
    }
  }
}

extension Column {
  /// A value as the column keeps it; `nil` when it does not have the type of the field.
  func argument(_ value: Value, _ schema: Schema) -> SQLValue? {
    if value == .null { return .null }
    if isPlain, let argument = argument(value) { return argument }
    return schema.stored(value, as: type).flatMap { argument($0) }
  }

  /// A value as the column keeps it, when it is read back as just this value; `nil` where that takes a closer look.
  func exactArgument(_ value: Value) -> SQLValue? {
    switch kind {
    // SQLite keeps neither NaN nor the sign of zero; lengths and what has parts can be written in several ways.
    case .real, .duration, .references, .json: nil
    case .bool, .int, .decimal, .text, .date, .timestamp, .reference: argument(value)
    }
  }

  /// Whether a look at the case of a value tells that it has the type.
  private var isPlain: Bool { kind != .json || type == .json }

  /// A value that already has the form in which it is kept.
  private func argument(_ value: Value) -> SQLValue? {
    switch (kind, value) {
    case (.bool, .bool(let bool)): return .int(bool ? 1 : 0)
    case (.int, .int(let int)): return .int(int)
    case (.real, .double(let double)): return .real(double)
    case (.decimal(let scale), .decimal(let decimal)) where decimal.scale == scale: return .int(decimal.units)
    case (.text, .string(let text)): return .text(text)
    case (.date, .date(let date)): return .text(date.description)
    case (.timestamp, .timestamp(let time)): return .text(time.fixedWidth)
    case (.duration, .duration(let span)): return .text(span.description)
    case (.reference(let entity), .reference(let reference)) where reference.type == entity: return .text(reference.id)
    case (.references, .reference(let reference)): return .text(reference.description)
    case (.json, .list), (.json, .object): return .text(JSONWriter.write(value))
    case (.json, _) where type == .json: return .text(JSONWriter.write(value))
    default: return nil
    }
  }
}
