import BylawEvaluator
import BylawModel
import BylawSyntax

/// Why records could not be read.
public enum RecordsError: Error, Sendable, Hashable {
  /// The file cannot be read.
  case unreadable(String)
  /// The file has mistakes; the report shows each with its place.
  case invalid(RuleSetReport)
}

extension RecordsError: CustomStringConvertible {
  /// The error in one line, or the report of all mistakes.
  public var description: String {
    switch self {
    case .unreadable(let path): "'\(path)' cannot be read"
    case .invalid(let report): report.text()
    }
  }
}

extension Records {
  /// Reads records from a YAML or JSON file: entity type, then id, then fields, as the rule set declares them.
  ///
  /// ```yaml
  /// User:
  ///   u-1: { name: Ida, role: incident_manager, status: active }
  /// ```
  /// A field without a value is absent. Types, fields and values that the rule set does not know are refused.
  /// - Throws: `RecordsError` with every mistake.
  public init(contentsOf path: String, for ruleSet: RuleSet) throws(RecordsError) {
    guard let bytes = Disk.contents(of: path) else { throw .unreadable(path) }
    try self.init(bytes: bytes, path: path, for: ruleSet)
  }

  /// Reads records from text in memory; `path` is what diagnostics show.
  ///
  /// - Throws: `RecordsError` with every mistake.
  public init(text: String, path: String, for ruleSet: RuleSet) throws(RecordsError) {
    try self.init(bytes: Array(text.utf8), path: path, for: ruleSet)
  }

  /// Reads records that a store is to take in: fields and values that do not fit are kept, for the store to refuse
  /// their records one by one.
  ///
  /// - Throws: `RecordsError` where the file holds no records of entities of the rule set, with every such mistake.
  package init(toTakeIn path: String, for ruleSet: RuleSet) throws(RecordsError) {
    guard let bytes = Disk.contents(of: path) else { throw .unreadable(path) }
    try self.init(bytes: bytes, path: path, for: ruleSet, keepsMisfits: true)
  }

  private init(
    bytes: [UInt8], path: String, for ruleSet: RuleSet, keepsMisfits: Bool = false
  ) throws(RecordsError) {
    self.init()
    var sources = SourceMap()
    let file = sources.add(path: path, bytes: bytes)
    var reader = RecordsReader(plan: ruleSet.plan.expressions, keepsMisfits: keepsMisfits)
    if path.hasSuffix(".json") {
      reader.refuseMalformedJSON(bytes, file)
    }
    if !reader.diagnostics.hasErrors,
      let node = YAMLReader.read(file, in: sources, diagnostics: &reader.diagnostics)
    {
      reader.readTypes(node, into: &self)
    }
    guard !reader.diagnostics.hasErrors else {
      throw .invalid(RuleSetReport(diagnostics: reader.diagnostics.all, sources: sources))
    }
  }
}

/// Reads records as the vocabulary declares their fields: what is text there stays text, whatever it looks like.
struct RecordsReader: ~Copyable {
  private let schema: Schema
  private var frame: Frame
  /// Whether fields and values that do not fit are kept instead of reported.
  private let keepsMisfits: Bool
  var diagnostics = Diagnostics()

  init(plan: ExpressionPlan, keepsMisfits: Bool) {
    self.keepsMisfits = keepsMisfits
    schema = plan.schema
    frame = Frame(plan: plan)
  }

  /// A JSON file is read strictly before it is read as the YAML that it also is, which knows the places.
  mutating func refuseMalformedJSON(_ bytes: [UInt8], _ file: FileID) {
    do throws(JSONError) {
      _ = try JSONReader.parse(bytes)
    } catch {
      let start = Int32(error.offset)
      let range = SourceRange(file: file, start: start, end: min(start + 1, Int32(bytes.count)))
      diagnostics.report(DocumentMessages.malformedRecords(error, at: range))
    }
  }

  mutating func readTypes(_ node: Node, into records: inout Records) {
    guard case .mapping(let types) = node.kind else {
      diagnostics.report(
        DocumentMessages.notMapping(node, of: "the file", expected: "entity types, with records under them"))
      return
    }
    // A file of records of tests has them under a key of its own.
    if types.count == 1, types[0].key.text == "records", case .mapping = types[0].value.kind {
      return readTypes(types[0].value, into: &records)
    }
    for type in types {
      guard let index = schema.entities.firstIndex(where: { $0.name == type.key.text }) else {
        diagnostics.report(DocumentMessages.unknownType(type.key, known: schema.entities.map(\.name)))
        continue
      }
      readRecords(type.value, of: schema.entities[index], into: &records)
    }
  }

  private mutating func readRecords(_ node: Node, of entity: Schema.Entity, into records: inout Records) {
    guard !isNothing(node) else { return }
    guard case .mapping(let entries) = node.kind else {
      diagnostics.report(
        DocumentMessages.notMapping(node, of: "'\(entity.name)'", expected: "ids, with the fields of each under it"))
      return
    }
    for entry in entries {
      let fields = readFields(entry.value, of: entity, id: entry.key.text)
      records.insert(EntityReference(type: entity.name, id: entry.key.text), fields: fields)
    }
  }

  private mutating func readFields(_ node: Node, of entity: Schema.Entity, id: String) -> [String: Value] {
    guard !isNothing(node) else { return [:] }
    guard case .mapping(let entries) = node.kind else {
      diagnostics.report(
        DocumentMessages.notMapping(node, of: "'\(entity.name)/\(id)'", expected: "fields with their values"))
      return [:]
    }
    var values: [String: Value] = [:]
    for entry in entries where !isNothing(entry.value) {
      guard var field = entity.fields.first(where: { $0.name == entry.key.text }) else {
        if keepsMisfits {
          values[entry.key.text] = value(entry.value, as: nil)
          continue
        }
        diagnostics.report(
          DocumentMessages.unknownField(entry.key, of: entity.name, known: entity.fields.map(\.name)))
        continue
      }
      let value = value(entry.value, as: field.type)
      values[field.name] = value
      if keepsMisfits { continue }
      field.constraint.reference = .any
      var problems: [ShapeProblem] = []
      _ = frame.shape(value, as: field, path: field.name, problems: &problems)
      for problem in problems { diagnostics.report(DocumentMessages.badField(problem, at: entry.value.range)) }
    }
    return values
  }

  // MARK: Values

  /// A node as the type asks where it asks for text, otherwise by the plain rules: unquoted `true`, `5` and `1.50`.
  private func value(_ node: Node, as type: ValueType?) -> Value {
    switch node.kind {
    case .scalar(let scalar): return value(scalar, as: type)
    case .sequence(let nodes):
      let element: ValueType? = if case .list(let element) = content(type) { element } else { nil }
      return .list(nodes.map { value($0, as: element) })
    case .mapping(let entries):
      var members: [String: Value] = [:]
      for entry in entries { members[entry.key.text] = value(entry.value, as: member(entry.key.text, of: type)) }
      return .object(members)
    }
  }

  private func value(_ scalar: Scalar, as type: ValueType?) -> Value {
    guard scalar.style == .plain else { return .string(scalar.text) }
    if scalar.text.isEmpty || scalar.text == "null" || scalar.text == "~" { return .null }
    switch content(type) {
    case .string, .enumeration, .entity, .duration, .date, .timestamp: return .string(scalar.text)
    default: break
    }
    if let bool = scalar.asBool { return .bool(bool) }
    if let int = scalar.asInt { return .int(int) }
    if let decimal = scalar.asDecimal { return .decimal(decimal) }
    return .string(scalar.text)
  }

  private func content(_ type: ValueType?) -> ValueType? {
    if case .optional(let content) = type { return content }
    return type
  }

  private func member(_ name: String, of type: ValueType?) -> ValueType? {
    guard let type = content(type) else { return nil }
    switch type {
    case .map(let element): return element
    case .range(let bound): return bound
    default: return schema.fields(of: type).first { $0.name == name }?.type
    }
  }

  /// `key:` with nothing after it, or `null`: the field is absent.
  private func isNothing(_ node: Node) -> Bool {
    guard case .scalar(let scalar) = node.kind, scalar.style == .plain else { return false }
    return scalar.text.isEmpty || scalar.text == "null" || scalar.text == "~"
  }
}
