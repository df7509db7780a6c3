package import BylawEvaluator
package import BylawModel

/// A database that a store can be kept in; `BylawStoreSQLite` offers `.sqlite(…)`.
public struct Backend: Sendable {
  /// Opens the database, or makes it, in the form that a rule set needs.
  package let open: @Sendable (StoreLayout) throws(StoreError) -> any StoreBackend

  /// Opens a database that was made before as it is, for reading alone, whatever rules it was made for.
  package let examine: @Sendable () throws(StoreError) -> ExaminedStore

  package init(
    _ open: @escaping @Sendable (StoreLayout) throws(StoreError) -> any StoreBackend,
    examine: @escaping @Sendable () throws(StoreError) -> ExaminedStore = { () throws(StoreError) in
      throw .missing(path: ":memory:")
    }
  ) {
    self.open = open
    self.examine = examine
  }
}

/// A store that is open for reading alone.
package struct ExaminedStore: Sendable {
  package var backend: any StoreBackend
  /// The vocabulary of the store, by which its records are read; `nil` when the store has none that can be read.
  package var schema: Schema?

  package init(backend: any StoreBackend, schema: Schema?) {
    self.backend = backend
    self.schema = schema
  }
}

/// What a database must hold for a rule set.
package struct StoreLayout: Sendable {
  package var schema: Schema
  package var entities: [EntityPlan]
  package var identity: Decision.RuleSetIdentity
  /// Fields that facts and reads narrow records by.
  package var indexed: [(entity: Int, field: Int)]
  /// The database must be made, and must not be there; otherwise it must be there.
  package var isNew: Bool
  /// The database must have been brought to these rules before; to open it then writes nothing.
  package var isSettled: Bool
  /// Ends an opening that may write, in the transaction that brings the tables to the rules.
  ///
  /// When it throws, or the machine stops, the store is as it was. A backend without tables need not call it.
  package var completion: Completion?

  package typealias Completion = @Sendable (any StoreWriter) throws(StoreError) -> Void

  package init(_ plan: DecisionPlan, isNew: Bool, isSettled: Bool = false) {
    schema = plan.expressions.schema
    entities = plan.store.entities
    identity = plan.identity
    indexed = plan.indexedFields
    self.isNew = isNew
    self.isSettled = isSettled
  }
}
