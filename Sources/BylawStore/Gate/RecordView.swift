import BylawEvaluator
import BylawModel

/// The records that one operation sees: the state so far, but without what its own effects have changed yet.
///
/// Facts and conditions read what was there before the effects, whichever effect asks. Once the effects are made, the
/// view is the state that they left.
final class RecordView: RecordSource {
  private unowned let transaction: GateTransaction
  /// What the effects of this operation changed, as it was before; `nil` for what was not there.
  private var before = SmallMap<EntityReference, [String: Value]?>()
  /// The first failure to read; an evaluation goes on without the record and its result is thrown away.
  private(set) var failure: StoreError?

  init(_ transaction: GateTransaction) { self.transaction = transaction }

  /// Keeps what a record was before its first change by this operation.
  func willChange(_ record: EntityReference, from fields: [String: Value]?) {
    if before.position(of: record) == nil { before.set(record, to: fields) }
  }

  /// Shows the changes from now on.
  func showChanges() { before = .init() }

  // MARK: RecordSource

  func fields(of reference: EntityReference) -> [String: Value]? {
    if let kept = before[reference] { return kept }
    return attempt { () throws(StoreError) in try transaction.fields(of: reference) } ?? nil
  }

  func ids(of type: String) -> [String] { ids(of: type, meeting: .everything) }

  func ids(of type: String, meeting filter: RecordFilter) -> [String] {
    guard let entity = transaction.entity(named: type) else { return [] }
    let ids = attempt { () throws(StoreError) in try transaction.ids(of: entity, meeting: filter) } ?? []
    guard !before.isEmpty else { return ids }
    return ids.filter { id in
      guard let kept = before[EntityReference(type: type, id: id)] else { return true }
      return kept != nil
    }
  }

  private func attempt<Result>(_ body: () throws(StoreError) -> Result) -> Result? {
    do throws(StoreError) {
      return try body()
    } catch {
      if failure == nil { failure = error }
      return nil
    }
  }
}
