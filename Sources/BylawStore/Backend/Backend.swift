package import BylawEvaluator
package import BylawModel

/// A database that a store can be kept in; `BylawStoreSQLite` offers `.sqlite(…)`.
public struct Backend: Sendable {
  /// Opens the database, or makes it, in the form that a rule set needs.
  package let open: @Sendable (StoreLayout) throws(StoreError) -> any StoreBackend

  /// Reads a setting of a database that was made before, whatever rules it was made for.
  package let setting: @Sendable (String) throws(StoreError) -> String?

  package init(
    _ open: @escaping @Sendable (StoreLayout) throws(StoreError) -> any StoreBackend,
    setting: @escaping @Sendable (String) throws(StoreError) -> String? = { _ in nil }
  ) {
    self.open = open
    self.setting = setting
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

  package init(_ plan: DecisionPlan, isNew: Bool) {
    schema = plan.expressions.schema
    entities = plan.store.entities
    identity = plan.identity
    indexed = plan.indexedFields
    self.isNew = isNew
  }
}
