package import BylawModel
import Synchronization

/// What a quick look at a value must know of its declaration; copied without counting references.
package struct QuickField: Sendable {
  /// How a value is read; `other` always takes a closer look.
  enum Kind: UInt8, Sendable, BitwiseCopyable {
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
  /// A string of one byte up to so many fits, whatever it is made of; 0 where its length has to be counted.
  private(set) var surelyFits: Int32 = 0

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
    if bounds.lower <= 1 { surelyFits = Int32(clamping: bounds.upper) }
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
  /// A name as it stands in JSON with its quotes, to be compared in three looks of eight bytes.
  struct Key: BitwiseCopyable, Sendable {
    /// The first eight bytes, some in the middle, and the last eight; they overlap where there are fewer.
    let head: UInt64
    let middle: UInt64
    let tail: UInt64
    /// Which bits count: all of them, but for a name with fewer than eight bytes.
    let mask: UInt64
    /// Where the second and the third look go, and how many bytes all of them see.
    let middleOffset: UInt8
    let tailOffset: UInt8
    let span: UInt8
    /// How many bytes the name has.
    let count: UInt8

    /// A name that is too long for this, or that JSON would write otherwise, equals nothing that is UTF-8.
    init(_ name: String) {
      let bytes = Array("\"\(name)\"".utf8)
      let isPlain = name.utf8.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
      guard isPlain, bytes.count <= 24 else {
        self.init(head: .max, middle: .max, tail: .max, mask: .max, offsets: (0, 0), count: 8)
        return
      }
      func word(_ start: Int) -> UInt64 {
        bytes[start...].prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
      }
      let offsets = (bytes.count > 16 ? 8 : 0, max(0, bytes.count - 8))
      self.init(
        head: word(0), middle: word(offsets.0), tail: word(offsets.1),
        mask: bytes.count < 8 ? 1 << UInt64(8 * bytes.count) - 1 : .max, offsets: offsets, count: bytes.count)
    }

    private init(
      head: UInt64, middle: UInt64, tail: UInt64, mask: UInt64, offsets: (Int, Int), count: Int
    ) {
      (self.head, self.middle, self.tail, self.mask) = (head, middle, tail, mask)
      (middleOffset, tailOffset) = (UInt8(offsets.0), UInt8(offsets.1))
      (span, self.count) = (UInt8(max(8, count)), UInt8(count))
    }
  }
  /// What a member of a document is read by at a glance; in one place, as it is looked at for each.
  struct Member: BitwiseCopyable, Sendable {
    let key: Key
    /// `other` where the field is a list or takes a closer look.
    let kind: QuickField.Kind
    /// A string of one byte up to so many fits.
    let surelyFits: Int32
    let lower: Int64
    let upper: Int64

    init(_ name: String, _ field: QuickField) {
      key = Key(name)
      kind = field.isList ? .other : field.kind
      surelyFits = field.surelyFits
      (lower, upper) = field.bounds
    }
  }
  private let names: TextTable
  /// In the order of the declaration.
  package let fields: [QuickField]
  /// By field.
  let members: [Member]
  /// Tells the table from others.
  let number: Int
  private static let last = Atomic<Int>(0)

  package init(_ fields: [Field]) {
    var names = TextTable()
    for field in fields { names.insert(field.name) }
    self.names = names
    self.fields = fields.map { QuickField($0) }
    members = fields.map { Member($0.name, QuickField($0)) }
    number = Self.last.add(1, ordering: .relaxed).newValue
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

/// Which member came behind which in the documents before: most services write theirs always in the same order.
struct MemberGuesses: ~Copyable {
  private static let size = 256
  private var next = Buffer<Int32>()

  /// The member that came behind another one, or first behind -1; any number of one or of none may come out.
  ///
  /// - `table`: Its number.
  subscript(table: Int, last: Int) -> Int {
    @inline(__always) get {
      next.count == 0 ? 0 : Int(next[(table &* 37 &+ last &+ 1) & (Self.size - 1)])
    }
    set {
      if next.count == 0 { next.append(repeating: 0, count: Self.size) }
      next[(table &* 37 &+ last &+ 1) & (Self.size - 1)] = Int32(truncatingIfNeeded: newValue)
    }
  }
}

/// The names that every request has, as they stand in JSON.
struct RequestKeys: Sendable {
  let action = FieldTable.Key("action")
  let subject = FieldTable.Key("subject")
  let resource = FieldTable.Key("resource")
  let context = FieldTable.Key("context")
  let name = FieldTable.Key("name")
  let properties = FieldTable.Key("properties")
  let type = FieldTable.Key("type")
  let id = FieldTable.Key("id")
}

/// The tables of a schema by which requests are read; a reference, as they are never copied.
package final class NameTables: Sendable {
  /// Not the names of any schema: they stand here as a name of the type itself would be asked for each time.
  let keys = RequestKeys()
  /// By entity.
  package let entities: [FieldTable]
  /// The words of each enumeration.
  package let words: [TextTable]
  /// By entity.
  let entityNames: [String]
  private let typeNames: TextTable
  private let typeEntities: [Int]

  init(_ schema: Schema) {
    entities = schema.entities.map { FieldTable($0.fields) }
    entityNames = schema.entities.map(\.name)
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

  /// The rank of a word with just these bytes.
  func word(_ word: UnsafeRawBufferPointer, of enumeration: Int) -> Int32? {
    words[enumeration].number(of: word, hash: words[enumeration].hash(word))
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
