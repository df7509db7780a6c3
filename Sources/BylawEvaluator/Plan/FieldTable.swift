package import BylawModel

/// What a quick look at a value must know of its declaration; copied without counting references.
package struct QuickField: Sendable {
  /// How a value is read; `other` always takes a closer look.
  enum Kind: UInt8, Sendable {
    case other, bool, int, double, decimal, string, text, email, word, date, timestamp, duration, reference
  }
  /// What stands for a value that is not given.
  enum Absence: UInt8, Sendable {
    /// Nothing: reading it errs.
    case missing
    case absent
    /// An empty list or map.
    case empty
    /// A default of the declaration.
    case stated
  }
  private(set) var kind = Kind.other
  private(set) var isList = false
  private(set) var absence = Absence.missing
  /// The position of the enumeration or the entity, or the decimal places.
  private(set) var detail: Int32 = 0
  /// Bounds of the value or of its length; for a list of each element.
  private(set) var bounds: (lower: Int64, upper: Int64) = (.min, .max)
  /// Bounds of the number of elements.
  private(set) var count: (lower: Int64, upper: Int64) = (.min, .max)

  init(_ field: Field) {
    absence = Self.absence(field)
    var type = field.type
    var constraint = field.constraint
    while case .optional(let content) = type {
      type = content
      constraint = constraint.element.first ?? constraint
    }
    if case .list(let element) = type {
      isList = true
      count = (constraint.lower ?? .min, constraint.upper ?? .max)
      type = element
      constraint = constraint.element.first ?? .none
    }
    bounds = (constraint.lower ?? .min, constraint.upper ?? .max)
    switch type {
    case .bool: kind = .bool
    case .int: kind = .int
    case .double: kind = .double
    case .decimal(let scale): (kind, detail) = (.decimal, Int32(scale))
    case .string:
      kind =
        switch constraint.text {
        case .text: .text
        case .email: .email
        case .string, nil: .string
        }
    case .enumeration(let index): (kind, detail) = (.word, Int32(index))
    case .date: kind = .date
    case .timestamp: kind = .timestamp
    case .duration: kind = .duration
    case .entity(let indices) where indices.count == 1: (kind, detail) = (.reference, Int32(indices[0]))
    default: kind = .other
    }
  }

  private static func absence(_ field: Field) -> Absence {
    if field.defaultValue != nil { return .stated }
    switch field.type {
    case .optional: return .absent
    case .list, .map: return .empty
    default: return .missing
    }
  }

  func isWithin(_ number: Int64) -> Bool { bounds.lower <= number && number <= bounds.upper }
  func isCount(_ number: Int) -> Bool { count.lower <= Int64(number) && Int64(number) <= count.upper }
}

/// The members of an entity, of an input or of the context, found by name.
///
/// A reference, as its tables are looked into for every value of every request and never copied.
package final class FieldTable: Sendable {
  private let names: TextTable
  /// In the order of the declaration.
  package let fields: [QuickField]

  package init(_ fields: [Field]) {
    var names = TextTable()
    for field in fields { names.insert(field.name) }
    self.names = names
    self.fields = fields.map { QuickField($0) }
  }

  package var count: Int { fields.count }

  /// The position of a member; `nil` when none has the name.
  package func position(of name: String) -> Int? {
    if let number = names.number(of: name) { return Int(number) }
    // A composed and a decomposed form are one name.
    return names.texts.firstIndex(of: name)
  }

  /// The position of a member whose name has just these bytes.
  func position(of name: UnsafeRawBufferPointer) -> Int? {
    names.number(of: name, hash: names.hash(name)).map { Int($0) }
  }
}

/// The tables of a schema by which requests are read; a reference, as they are never copied.
package final class NameTables: Sendable {
  /// By entity.
  package let entities: [FieldTable]
  /// The words of each enumeration.
  package let words: [TextTable]
  private let typeNames: TextTable
  private let typeEntities: [Int]

  init(_ schema: Schema) {
    entities = schema.entities.map { FieldTable($0.fields) }
    words = schema.enums.map { enumeration in
      var table = TextTable()
      for word in enumeration.members { table.insert(word) }
      return table
    }
    var (typeNames, typeEntities): (TextTable, [Int]) = (TextTable(), [])
    for (position, entity) in schema.entities.enumerated() {
      for name in [entity.name, entity.wire] where typeNames.number(of: name) == nil {
        typeNames.insert(name)
        typeEntities.append(position)
      }
    }
    self.typeNames = typeNames
    self.typeEntities = typeEntities
  }

  /// The entity of a name with just these bytes, its own or that on the wire.
  func entity(named name: UnsafeRawBufferPointer) -> Int? {
    typeNames.number(of: name, hash: typeNames.hash(name)).map { typeEntities[Int($0)] }
  }

  /// The entity of a name, its own or that on the wire.
  func entity(named name: String) -> Int? {
    let number = typeNames.number(of: name).map { Int($0) } ?? typeNames.texts.firstIndex(of: name)
    return number.map { typeEntities[$0] }
  }
}
