import BylawEvaluator
import BylawModel
import BylawSyntax

/// Reads a mapping file against the vocabulary of the rules; all mistakes come in one run.
struct MappingReader: ~Copyable {
  private static let fileKeys = ["time_zone", "tables", "dropped_tables"]
  private static let tableKeys = ["into", "file", "id", "fields", "dropped", "left_out", "needs"]
  private static let needKeys = ["when", "in", "by", "where"]

  let schema: Schema
  /// Checks constants as the rules declare their fields.
  var frame: Frame
  var diagnostics = Diagnostics()

  init(_ ruleSet: RuleSet) {
    schema = ruleSet.plan.expressions.schema
    frame = Frame(plan: ruleSet.plan.expressions)
    frame.reset(source: nil, now: Timestamp(seconds: 0), inputCount: 0)
  }

  // MARK: The file

  /// The mapping that a document states, as far as it can be read.
  mutating func read(_ root: Node) -> ImportMapping {
    var mapping = ImportMapping()
    guard members(root, "a mapping file", keys: Self.fileKeys) != nil else { return mapping }
    if let zone = root["time_zone"].flatMap({ scalar($0, "'time_zone'") }) {
      mapping.zone = TimeZoneRules.shared(zone.text)
      if mapping.zone == nil { diagnostics.report(MappingMessages.unknownZone(zone)) }
    }
    for entry in root["dropped_tables"].flatMap({ named($0, "'dropped_tables'", of: "reasons by table") }) ?? [] {
      _ = scalar(entry.value, "the reason for '\(entry.key.text)'")
      mapping.droppedTables.append(name(entry.key))
    }
    guard let tables = root["tables"] else {
      diagnostics.report(TestMessages.missingKey("tables", in: "a mapping file", at: root.range))
      return mapping
    }
    for entry in named(tables, "'tables'", of: "tables by name") ?? [] {
      if let table = table(entry) { mapping.tables.append(table) }
    }
    checkTables(of: mapping)
    return mapping
  }

  // MARK: Tables

  private mutating func table(_ entry: Node.Entry) -> ImportMapping.Table? {
    let what = "the table '\(entry.key.text)'"
    guard members(entry.value, what, keys: Self.tableKeys) != nil,
      let into = required("into", of: entry, what), let id = required("id", of: entry, what)
    else { return nil }
    guard let entity = schema.entities.firstIndex(where: { $0.name == into.text }) else {
      diagnostics.report(MappingMessages.unknownEntity(into, known: schema.entities.map(\.name)))
      return nil
    }
    let file = entry.value["file"].flatMap { scalar($0, "'file'") }?.text ?? entry.key.text + ".json"
    var table = ImportMapping.Table(name: name(entry.key), file: file, entity: entity, id: name(id))
    let declared = schema.entities[entity].fields
    table.fields = fields(
      entry.value["fields"], of: into.text, declared: declared, at: entry.key.range)
    for column in entry.value["dropped"].flatMap({ named($0, "'dropped'", of: "reasons by column") }) ?? [] {
      _ = scalar(column.value, "the reason for '\(column.key.text)'")
      table.dropped.append(name(column.key))
    }
    for rows in entry.value["left_out"].flatMap({ named($0, "'left_out'", of: "rows by a sentence") }) ?? [] {
      if let filter = filter(rows.value, "'\(rows.key.text)'") { table.leftOut.append((rows.key.text, filter)) }
    }
    for need in entry.value["needs"].flatMap({ named($0, "'needs'", of: "needs by a sentence") }) ?? [] {
      let what = "'\(need.key.text)'"
      guard members(need.value, what, keys: Self.needKeys) != nil,
        let other = required("in", of: need, what), let column = required("by", of: need, what)
      else { continue }
      let when = need.value["when"].flatMap { filter($0, "'when'") }
      let condition = need.value["where"].flatMap { filter($0, "'where'") }
      table.needs.append(
        .init(sentence: need.key.text, when: when, table: name(other), column: name(column), filter: condition))
    }
    return table
  }

  /// The values that columns must have: one, or one of a list.
  mutating func filter(_ node: Node, _ what: String) -> ImportMapping.Filter? {
    guard let entries = named(node, what, of: "values by column") else { return nil }
    return .init(
      columns: entries.map { entry in
        (name(entry.key), (entry.value.elements ?? [entry.value]).map(\.plainValue))
      })
  }

  // MARK: Names of other tables

  private mutating func checkTables(of mapping: ImportMapping) {
    for table in mapping.tables {
      for need in table.needs { _ = entity(of: need.table, in: mapping) }
      for (field, source) in table.fields { checkTable(of: source, for: field, in: mapping) }
    }
  }

  private mutating func checkTable(
    of source: ImportMapping.Source, for field: Field, in mapping: ImportMapping
  ) {
    if case .record(let parts) = source.origin {
      for (field, source) in parts { checkTable(of: source, for: field, in: mapping) }
    }
    guard let named = source.table, let entity = entity(of: named, in: mapping),
      case .entity(let allowed) = field.type.content, !allowed.contains(entity)
    else { return }
    let expected = allowed.map { "a table of '\(schema.entities[$0].name)'" }
    diagnostics.report(
      MappingMessages.wrongTable(named, holds: schema.entities[entity].name, expected: expected))
  }

  private mutating func entity(of name: ImportMapping.Name, in mapping: ImportMapping) -> Int? {
    if let table = mapping.tables.first(where: { $0.name.text == name.text }) { return table.entity }
    diagnostics.report(MappingMessages.unknownTable(name, known: mapping.tables.map(\.name.text)))
    return nil
  }

  // MARK: Nodes

  func name(_ scalar: Scalar) -> ImportMapping.Name { .init(text: scalar.text, range: scalar.range) }

  mutating func scalar(_ node: Node, _ what: String) -> Scalar? {
    if let scalar = node.scalarContent, !scalar.isEmptyPlain { return scalar }
    if !node.isRefused { diagnostics.report(TestMessages.wrongKind(node, expected: "a text", of: what)) }
    return nil
  }

  /// A mapping with keys of the author's choice.
  mutating func named(_ node: Node, _ what: String, of content: String) -> [Node.Entry]? {
    if let entries = node.entries { return entries }
    diagnostics.report(TestMessages.wrongKind(node, expected: content, of: what))
    return nil
  }

  /// A mapping with known keys.
  mutating func members(_ node: Node, _ what: String, keys: [String]) -> [Node.Entry]? {
    guard let entries = named(node, what, of: "a mapping") else { return nil }
    for entry in entries where !keys.contains(entry.key.text) {
      diagnostics.report(TestMessages.unknownKey(entry.key, in: what, known: keys))
    }
    return entries
  }

  private mutating func required(_ key: String, of entry: Node.Entry, _ what: String) -> Scalar? {
    guard let node = entry.value[key] else {
      diagnostics.report(TestMessages.missingKey(key, in: what, at: entry.key.range))
      return nil
    }
    return scalar(node, "'\(key)'")
  }
}

extension ValueType {
  /// The type behind `?`.
  var content: ValueType {
    if case .optional(let content) = self { return content }
    return self
  }
}
