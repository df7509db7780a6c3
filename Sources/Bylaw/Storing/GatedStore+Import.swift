public import BylawModel
public import BylawStore

/// Import: records that were made elsewhere.
extension GatedStore {
  /// What became of an import.
  public struct Import: Sendable, Hashable {
    /// What is wrong with a record.
    public struct Problem: Sendable, Hashable {
      /// The field, or what lies in it; `nil` when it is the record as a whole.
      public var field: String?
      /// What is wrong, to be read behind the field.
      public var reason: String
      /// What stands there instead, where that says more.
      public var found: Value?

      /// The whole in one line.
      public var sentence: String {
        (field.map { "'\($0)' " } ?? "") + reason + (found.map { " It is \(JSONWriter.write($0))." } ?? "")
      }
    }

    /// A record that is not in, and why.
    public struct Refusal: Sendable, Hashable {
      /// Which record.
      public var record: EntityReference
      /// The row that it comes from; `nil` when it comes from no table.
      public var row: MappedTables.Row?
      /// What does not fit.
      public var problems: [Problem]
    }

    /// What became of the rows of a table.
    public struct Table: Sendable, Hashable {
      /// The table, by its name in the mapping.
      public var name: String
      /// The entity that its rows become.
      public var entity: String
      /// How many are in.
      public var imported = 0
      /// How many do not fit; with all or nothing, the others are not in either.
      public var refused = 0
      /// How many the mapping leaves out.
      public var leftOut = 0
    }

    /// How many records are in.
    public var imported: Int
    /// Those that are not.
    public var refused: [Refusal]
    /// The tables that the records come from; empty where they come from none.
    public var tables: [Table] = []
    /// Rows that the mapping leaves out.
    public var leftOut: [MappedTables.LeftOut] = []
    /// Values that the mapping put where a table had none.
    public var filled: [MappedTables.Filled] = []
  }

  /// Takes records in that were made elsewhere, in one transaction.
  ///
  /// Every declaration holds for them: types, bounds, references and unique keys. A record that leads to a refused one is
  /// refused too.
  /// - `allOrNothing`: Takes none in unless all fit.
  /// - `isDryRun`: Tells what would become of them, and writes nothing.
  public func take(
    _ records: Records, allOrNothing: Bool = false, isDryRun: Bool = false
  ) async throws(StoreError) -> Import {
    var all: [ImportRecord] = []
    for type in records.types {
      for id in records.ids(of: type) {
        let reference = EntityReference(type: type, id: id)
        all.append(ImportRecord(reference: reference, fields: records[reference] ?? [:]))
      }
    }
    return Import(try await gate.take(all, allOrNothing: allOrNothing, isDryRun: isDryRun), of: all, rows: [])
  }

  /// Takes in the records of tables that another system kept, in one transaction; every declaration holds for them.
  ///
  /// References may lead to records of any table, in any order and in circles.
  /// - `allOrNothing`: Takes none in unless all fit.
  /// - `isDryRun`: Tells what would become of them, and writes nothing.
  /// - `progress`: Is told how far the work is, on a thread of the store.
  public func take(
    _ mapped: MappedTables, allOrNothing: Bool = false, isDryRun: Bool = false,
    progress: @escaping @Sendable (ImportProgress) -> Void = { _ in }
  ) async throws(StoreError) -> Import {
    let total = mapped.records.count
    let report = try await gate.take(
      mapped.records, known: mapped.problems, allOrNothing: allOrNothing, isDryRun: isDryRun,
      progress: { isWriting, done in
        progress(.init(stage: isWriting ? .writing : .checking, done: done, total: total))
      })
    var result = Import(report, of: mapped.records, rows: mapped.rows)
    result.leftOut = mapped.leftOut
    let isIn = report.imported > 0 || report.refused.isEmpty
    let refused = mapped.filled.isEmpty ? [] : Set(result.refused.compactMap(\.row))
    result.filled = isIn ? mapped.filled.filter { !refused.contains($0.row) } : []
    result.count(mapped, isIn: isIn)
    return result
  }
}

extension GatedStore.Import {
  init(_ report: ImportReport, of records: [ImportRecord], rows: [MappedTables.Row]) {
    imported = report.imported
    refused = report.refused.map { index, problems in
      Refusal(
        record: records[index].reference, row: rows.isEmpty ? nil : rows[index],
        problems: problems.map { Problem(field: $0.field, reason: $0.reason, found: $0.found) })
    }
  }

  /// Counts by table.
  fileprivate mutating func count(_ mapped: MappedTables, isIn: Bool) {
    var rows: [String: Int] = [:]
    for row in mapped.rows { rows[row.table, default: 0] += 1 }
    var bad: [String: Int] = [:]
    for refusal in refused { bad[refusal.row?.table ?? "", default: 0] += 1 }
    var left: [String: Int] = [:]
    for row in leftOut { left[row.row.table, default: 0] += 1 }
    tables = mapped.tables.map { name, entity in
      let refused = bad[name] ?? 0
      return Table(
        name: name, entity: entity, imported: isIn ? (rows[name] ?? 0) - refused : 0, refused: refused,
        leftOut: left[name] ?? 0)
    }
  }
}
