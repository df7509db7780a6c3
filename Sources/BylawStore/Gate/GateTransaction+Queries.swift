import BylawEvaluator
import BylawModel

/// Which records are looked for.
struct RecordQuery: Hashable {
  var entity: Int
  var filter: RecordFilter = .everything
}

/// A query that is answered page by page, for who may stop early.
struct RecordPages {
  let query: RecordQuery
  /// The last row that was given.
  fileprivate var row: Int64 = 0
  fileprivate var isOver = false

  init(_ query: RecordQuery) { self.query = query }
}

extension StoredRecord {
  /// Which record it is, and where it stands among all.
  struct Place {
    var row: Int64
    var id: String
  }
}

/// Queries: the database narrows what is read, and what this transaction has changed is added to it.
extension GateTransaction {
  private static let pageSize = 500

  /// The ids of the records of an entity that meet a condition in the state so far, in the order in which they were
  /// made; others too, so that each must be judged.
  func ids(of entity: Int, meeting filter: RecordFilter = .everything) throws(StoreError) -> [String] {
    let query = RecordQuery(entity: entity, filter: filter)
    var found: [StoredRecord.Place]
    if let known = answers[query] {
      found = known
    } else {
      found = []
      var pages = RecordPages(query)
      while let records = try records(of: &pages) { found += records }
      answers[query] = found
    }
    return try withChanged(found, query).map(\.id)
  }

  /// The ids of the next page; `nil` when there are no more.
  func next(of pages: inout RecordPages) throws(StoreError) -> [String]? {
    guard !pages.isOver else { return nil }
    guard working.records.isEmpty else {
      pages.isOver = true
      return try ids(of: pages.query.entity, meeting: pages.query.filter)
    }
    return try records(of: &pages)?.map(\.id)
  }

  private func records(of pages: inout RecordPages) throws(StoreError) -> [StoredRecord.Place]? {
    guard !pages.isOver, pages.query.filter != .nothing else { return nil }
    let records = try reader.records(
      pages.query.entity, filters: pages.query.filter.conjuncts, after: pages.row, limit: Self.pageSize)
    let type = schema.entities[pages.query.entity].name
    for record in records { keep(record, of: type) }
    pages.isOver = records.count < Self.pageSize
    pages.row = records.last?.row ?? pages.row
    return records.map { StoredRecord.Place(row: $0.row, id: $0.id) }
  }

  /// A record that was changed may meet the condition now, whatever is stored of it; it keeps its place.
  private func withChanged(
    _ found: [StoredRecord.Place], _ query: RecordQuery
  ) throws(StoreError) -> [StoredRecord.Place] {
    var changed: [StoredRecord.Place] = []
    var made: [StoredRecord.Place] = []
    for (reference, record) in working.records.elements where record.entity == query.entity {
      if record.isNew {
        made.append(.init(row: .max, id: reference.id))
      } else if query.filter != .everything, let stored = try storedRecord(of: reference) {
        changed.append(.init(row: stored.row, id: reference.id))
      }
    }
    guard !changed.isEmpty else { return found + made }
    let rows = Set(found.map(\.row))
    return (found + changed.filter { !rows.contains($0.row) }).sorted { $0.row < $1.row } + made
  }
}

extension RecordFilter {
  /// The conditions that must all be met.
  fileprivate var conjuncts: [RecordFilter] {
    if case .all(let parts) = self { parts } else { [self] }
  }
}
