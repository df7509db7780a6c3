import BylawModel
import BylawSyntax

/// A declared type: what stands after the name of a field, an input or a parameter.
struct DeclaredType {
  var type: ValueType
  var constraint: Constraint
  var defaultText: (text: String, range: SourceRange)?
}

/// Reads types such as `list(text(1..), 1..)`, `decimal(2)?`, `User | Group` and `acting User`.
struct TypeReader {
  private let scalar: Scalar
  private let bytes: [UInt8]
  private var offset = 0
  private var schemaPatches: [Schema.Patch]
  private let vocabulary: Vocabulary
  private(set) var problem: Diagnostic?

  private init(_ scalar: Scalar, _ vocabulary: Vocabulary) {
    self.scalar = scalar
    self.vocabulary = vocabulary
    bytes = Array(scalar.text.utf8)
    schemaPatches = vocabulary.schema.patches
  }

  /// Reads a type; patches that it names are added to the schema.
  ///
  /// Reports at most one problem.
  static func read(
    _ scalar: Scalar, vocabulary: inout Vocabulary, diagnostics: inout Diagnostics
  ) -> DeclaredType? {
    var reader = TypeReader(scalar, vocabulary)
    let declared = reader.declaration()
    if let problem = reader.problem {
      diagnostics.report(problem)
      return nil
    }
    vocabulary.schema.patches = reader.schemaPatches
    return declared
  }

  /// The most elements of a list or a map that declares no greatest length.
  static let defaultLength = 10_000

  // MARK: Grammar

  private mutating func declaration() -> DeclaredType? {
    guard var declared = union() else { return nil }
    skipSpace()
    if take("=") {
      skipSpace()
      let text = String(decoding: bytes[offset...], as: UTF8.self)
      guard !text.isEmpty else { return fail(offset, "a default is missing after '='", expected: "a value") }
      declared.defaultText = (text, scalar.map.range(offset..<bytes.count))
      return declared
    }
    guard offset == bytes.count else {
      return fail(offset, "the type goes on where it should end", expected: "'?', '|', '= default' or the end")
    }
    return declared
  }

  /// `acting` or `any` before the name of an entity.
  private mutating func referenceWord() -> Constraint.Reference? {
    let start = offset
    let reference: Constraint.Reference? =
      switch word() {
      case "acting": .acting
      case "any": .any
      default: nil
      }
    if reference == nil { offset = start }
    return reference
  }

  private mutating func union() -> DeclaredType? {
    skipSpace()
    let start = offset
    let reference = referenceWord()
    guard var first = primary() else { return nil }
    if let reference {
      guard case .entity = first.type else {
        return fail(start, "'acting' and 'any' stand before an entity", expected: "an entity")
      }
      first.constraint.reference = reference
    }
    skipSpace()
    while take("|") {
      guard let next = primary() else { return nil }
      guard case .entity(let left) = first.type, case .entity(let right) = next.type else {
        return fail(start, "only references can be joined with '|'", expected: "entities on both sides of '|'")
      }
      first.type = .entity(Set(left + right).sorted())
      skipSpace()
    }
    if take("?") {
      first = DeclaredType(
        type: .optional(first.type),
        constraint: Self.wrapping(first.constraint))
    }
    return first
  }

  private static func wrapping(_ constraint: Constraint) -> Constraint {
    var outer = Constraint.none
    outer.element = [constraint]
    outer.reference = constraint.reference
    return outer
  }

  private mutating func primary() -> DeclaredType? {
    skipSpace()
    let start = offset
    guard let name = word() else {
      return fail(offset, "a type is missing", expected: typeNames())
    }
    skipSpace()
    let hasArguments = take("(")
    var declared: DeclaredType?
    switch name {
    case "bool": declared = plain(.bool)
    case "date": declared = plain(.date)
    case "timestamp": declared = plain(.timestamp)
    case "duration": declared = plain(.duration)
    case "json": declared = plain(.json)
    case "int": declared = bounded(.int, hasArguments)
    case "text": declared = bounded(.string, hasArguments, text: .text)
    case "string": declared = bounded(.string, hasArguments, text: .string)
    case "email": declared = bounded(.string, hasArguments, text: .email)
    case "decimal": declared = decimal(start, hasArguments)
    case "list", "map", "range": declared = container(name, start, hasArguments)
    case "patch": declared = patch(start, hasArguments)
    default: declared = named(name, start)
    }
    guard let declared else { return nil }
    if hasArguments {
      skipSpace()
      guard take(")") else { return fail(offset, "')' is missing in the type", expected: "')'") }
    }
    return declared
  }

  private func plain(_ type: ValueType) -> DeclaredType { DeclaredType(type: type, constraint: .none) }

  private mutating func bounded(
    _ type: ValueType, _ hasArguments: Bool, text: Constraint.Text? = nil
  ) -> DeclaredType? {
    var constraint = Constraint.none
    constraint.text = text
    if hasArguments, !bounds(&constraint) { return nil }
    return DeclaredType(type: type, constraint: constraint)
  }

  private mutating func decimal(_ start: Int, _ hasArguments: Bool) -> DeclaredType? {
    guard hasArguments, let scale = number(), (0...18).contains(scale) else {
      return fail(
        start, "'decimal' needs its number of decimal places", expected: "decimal(0) to decimal(18), such as decimal(2)"
      )
    }
    var constraint = Constraint.none
    skipSpace()
    if take(","), !bounds(&constraint) { return nil }
    let factor = (0..<scale).reduce(Int64(1)) { result, _ in result * 10 }
    constraint.lower = constraint.lower.map { $0 &* factor }
    constraint.upper = constraint.upper.map { $0 &* factor }
    return DeclaredType(type: .decimal(scale: Int(scale)), constraint: constraint)
  }

  private mutating func container(_ name: String, _ start: Int, _ hasArguments: Bool) -> DeclaredType? {
    guard hasArguments else {
      return fail(start, "'\(name)' needs the type of its elements", expected: "\(name)(TYPE)")
    }
    guard let element = union() else { return nil }
    var constraint = Constraint.none
    constraint.element = [element.constraint]
    skipSpace()
    if name != "range", take(","), !bounds(&constraint) { return nil }
    if name != "range", constraint.upper == nil {
      constraint.upper = max(Int64(Self.defaultLength), constraint.lower ?? 0)
    }
    switch name {
    case "list": return DeclaredType(type: .list(element.type), constraint: constraint)
    case "map": return DeclaredType(type: .map(element.type), constraint: constraint)
    default: return DeclaredType(type: .range(element.type), constraint: constraint)
    }
  }

  private mutating func patch(_ start: Int, _ hasArguments: Bool) -> DeclaredType? {
    guard hasArguments, let target = primary() else {
      return problem == nil ? fail(start, "'patch' needs a type", expected: "patch(TYPE, [fields])") : nil
    }
    let all = vocabulary.schema.fields(of: target.type)
    guard !all.isEmpty else {
      return fail(start, "only an entity or a record can be patched", expected: "an entity or a record")
    }
    var positions: [Int] = []
    skipSpace()
    guard take(","), skippingSpace({ $0.take("[") }) else {
      return fail(offset, "the fields that may change are missing", expected: "patch(TYPE, [fields])")
    }
    repeat {
      skipSpace()
      let nameStart = offset
      guard let field = word() else { return fail(offset, "a field is missing", expected: "the name of a field") }
      guard let position = all.firstIndex(where: { $0.name == field }) else {
        problem = Messages.unknownName(
          Scalar(text: field, style: .plain, range: scalar.map.range(nameStart..<offset), map: scalar.map),
          what: "field", known: all.map(\.name))
        return nil
      }
      positions.append(position)
      skipSpace()
    } while take(",")
    guard take("]") else { return fail(offset, "']' is missing in the type", expected: "']'") }
    let patch = Schema.Patch(target: target.type, fields: Set(positions).sorted())
    if let index = schemaPatches.firstIndex(of: patch) { return plain(.patch(index)) }
    schemaPatches.append(patch)
    return plain(.patch(schemaPatches.count - 1))
  }

  private mutating func named(_ name: String, _ start: Int) -> DeclaredType? {
    if let index = vocabulary.enums[name] { return plain(.enumeration(index)) }
    if let index = vocabulary.records[name] { return plain(.record(index)) }
    if let index = vocabulary.entities[name] { return plain(.entity([index])) }
    let known = Self.builtins + vocabulary.enums.keys + vocabulary.records.keys + vocabulary.entities.keys
    problem = Diagnostic(
      "unknown-type", at: scalar.map.range(start..<(start + name.utf8.count)), "no type is called '\(name)'",
      expected: typeNames(), hint: Messages.didYouMean(name, among: known.sorted()))
    return nil
  }

  // MARK: Tokens

  private static let builtins = [
    "bool", "int", "decimal", "text", "string", "email", "date", "timestamp", "duration", "json", "list", "map",
    "range", "patch",
  ]

  private func typeNames() -> String { "a type such as text, int or decimal(2), or one that this rule set declares" }

  private mutating func bounds(_ constraint: inout Constraint) -> Bool {
    skipSpace()
    let start = offset
    let lower = number()
    skipSpace()
    if take(".") {
      guard take(".") else {
        fail(offset, "a range is written with two points", expected: "a range such as 1..200")
        return false
      }
      skipSpace()
      let upper = number()
      if let lower, let upper, lower > upper {
        fail(start, "the range is empty", expected: "the smaller number first")
        return false
      }
      constraint.lower = lower
      constraint.upper = upper
    } else {
      constraint.lower = lower
      constraint.upper = lower
    }
    if constraint.lower == nil, constraint.upper == nil {
      fail(start, "a range is missing", expected: "a range such as 1..200")
      return false
    }
    return true
  }

  private mutating func number() -> Int64? {
    skipSpace()
    let start = offset
    if offset < bytes.count, bytes[offset] == UInt8(ascii: "-") { offset += 1 }
    while offset < bytes.count, (0x30...0x39).contains(bytes[offset]) { offset += 1 }
    guard let value = Int64(String(decoding: bytes[start..<offset], as: UTF8.self)) else {
      offset = start
      return nil
    }
    return value
  }

  private mutating func word() -> String? {
    skipSpace()
    let start = offset
    while offset < bytes.count, Self.isWord(bytes[offset]) { offset += 1 }
    guard offset > start, !(0x30...0x39).contains(bytes[start]) else {
      offset = start
      return nil
    }
    return String(decoding: bytes[start..<offset], as: UTF8.self)
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard offset < bytes.count, bytes[offset] == UInt8(ascii: character) else { return false }
    offset += 1
    return true
  }

  private mutating func skippingSpace(_ body: (inout Self) -> Bool) -> Bool {
    skipSpace()
    return body(&self)
  }

  private mutating func skipSpace() {
    while offset < bytes.count, bytes[offset] == 0x20 || bytes[offset] == 0x0A { offset += 1 }
  }

  @discardableResult
  private mutating func fail(_ at: Int, _ message: String, expected: String) -> DeclaredType? {
    var end = max(at, min(bytes.count, at + 1))
    while end > at, end < bytes.count, Self.isWord(bytes[end - 1]), Self.isWord(bytes[end]) { end += 1 }
    problem = Diagnostic(
      "malformed-type", at: scalar.map.range(at..<end), message, expected: expected)
    return nil
  }
}
