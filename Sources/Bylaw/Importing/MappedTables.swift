import BylawEvaluator
public import BylawModel
import BylawStore
import BylawSyntax
import Foundation

/// Records that another system kept in tables, as a mapping file says that they become records here.
///
/// Nothing is lost unsaid: a file without a table and a column without a field are reported unless the mapping gives a
/// reason, rows that are left out are listed, and so is every value that the mapping filled in.
public struct MappedTables: Sendable {
  /// A row of a table.
  public struct Row: Sendable, Hashable {
    /// The table, by its name in the mapping.
    public var table: String
    /// The id of the row.
    public var id: String
  }

  /// A row that the mapping leaves out.
  public struct LeftOut: Sendable, Hashable {
    /// Which row.
    public var row: Row
    /// Why, in the words of the mapping.
    public var because: String
  }

  /// A value that the mapping put where the table had none.
  public struct Filled: Sendable, Hashable {
    /// Which row.
    public var row: Row
    /// The field.
    public var field: String
    /// The value.
    public var value: Value
  }

  /// Columns that the mapping does not mention.
  public let warnings: RuleSetReport
  /// How many rows all tables have.
  public internal(set) var rowCount = 0
  /// Rows that the mapping leaves out.
  public internal(set) var leftOut: [LeftOut] = []
  /// Values that the mapping put where a table had none.
  public internal(set) var filled: [Filled] = []

  /// The tables in the order of the mapping, with the entity that their rows become.
  var tables: [(name: String, entity: String)] = []
  /// The records, each with its row and what the mapping finds wrong with it.
  var records: [ImportRecord] = []
  var rows: [Row] = []
  var problems: [[ImportProblem]] = []

  /// Reads a folder of JSON files by a mapping file.
  ///
  /// - `folder`: One file a table: an object of rows by id, or a list of rows.
  /// - `progress`: Is told how far the work is.
  /// - Throws: `RecordsError` with every mistake of the mapping.
  public init(
    in folder: String, mapping path: String, for ruleSet: RuleSet,
    progress: @Sendable (ImportProgress) -> Void = { _ in }
  ) throws(RecordsError) {
    guard let data = FileManager.default.contents(atPath: path) else { throw .unreadable(path) }
    guard let files = try? FileManager.default.contentsOfDirectory(atPath: folder) else { throw .unreadable(folder) }
    var sources = SourceMap()
    let file = sources.add(path: path, bytes: [UInt8](data))
    var reader = MappingReader(ruleSet)
    var mapping = ImportMapping()
    var root = SourceRange(file: file, start: 0, end: 0)
    if let node = YAMLReader.read(file, in: sources, diagnostics: &reader.diagnostics) {
      root = node.range
      mapping = reader.read(node)
    }
    var diagnostics = reader.diagnostics
    let known = files.filter { $0.hasSuffix(".json") }.sorted()
    var contents: [[[String: Value]]] = []
    for (done, table) in mapping.tables.enumerated() {
      progress(.init(stage: .reading, done: done, total: mapping.tables.count))
      contents.append(Self.rows(of: table, in: folder, known: known, diagnostics: &diagnostics))
    }
    let taken = Set(mapping.tables.map(\.file) + mapping.droppedTables.map { $0.text + ".json" })
    for file in known where !taken.contains(file) && !mapping.tables.isEmpty {
      diagnostics.report(
        MappingMessages.unmappedFile(file, at: SourceRange(file: root.file, start: root.start, end: root.start)))
    }
    ColumnCheck(mapping: mapping, contents: contents).report(to: &diagnostics)
    warnings = RuleSetReport(diagnostics: diagnostics.all, sources: sources)
    guard !diagnostics.hasErrors else { throw .invalid(warnings) }
    let mapper = RowMapper(mapping: mapping, contents: contents, schema: reader.schema)
    tables = mapping.tables.map { ($0.name.text, reader.schema.entities[$0.entity].name) }
    for index in mapping.tables.indices {
      let rows = contents[index]
      // A table that is mapped is needed no longer.
      contents[index] = []
      mapper.map(rows, of: index, into: &self)
    }
  }

  /// The rows of a table, in the order of a list or of their ids.
  private static func rows(
    of table: ImportMapping.Table, in folder: String, known: [String], diagnostics: inout Diagnostics
  ) -> [[String: Value]] {
    let path = URL(fileURLWithPath: folder).appendingPathComponent(table.file).path
    guard let data = FileManager.default.contents(atPath: path) else {
      diagnostics.report(MappingMessages.noFile(table.file, for: table.name, known: known))
      return []
    }
    let content: Value
    do throws(JSONError) {
      content = try JSONReader.parse([UInt8](data), limit: tableLimit)
    } catch {
      diagnostics.report(MappingMessages.malformedTable(table.file, error, at: table.name.range))
      return []
    }
    var values: [Value] = []
    switch content {
    case .list(let rows): values = rows
    case .object(let rows): values = rows.sorted { isBefore($0.key, $1.key) }.map(\.value)
    default: diagnostics.report(MappingMessages.noTable(table.file, at: table.name.range))
    }
    let rows = values.compactMap { value -> [String: Value]? in
      if case .object(let row) = value { row } else { nil }
    }
    if rows.count < values.count { diagnostics.report(MappingMessages.noTable(table.file, at: table.name.range)) }
    return rows
  }

  /// The size that a table may have, in bytes.
  private static let tableLimit = 1 << 30

  /// Numbers by their value, before any text.
  private static func isBefore(_ left: String, _ right: String) -> Bool {
    switch (Int64(left), Int64(right)) {
    case (let left?, let right?): left < right
    case (.some, nil): true
    case (nil, .some): false
    default: left < right
    }
  }
}

/// How far an import is.
public struct ImportProgress: Sendable, Hashable {
  /// What is being done.
  public enum Stage: String, Sendable, Hashable {
    /// Tables are read.
    case reading
    /// Records are held to the rules.
    case checking
    /// Records are written.
    case writing
  }
  /// What is being done.
  public var stage: Stage
  /// How many tables or records are done.
  public var done: Int
  /// How many there are.
  public var total: Int
}
