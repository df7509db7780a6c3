package import BylawModel

/// Where effects are carried out, one after the other: the store within its transaction.
///
/// A target only does what it is told; which values are written, and whether they may be, is worked out before.
package protocol EffectTarget: AnyObject {
  /// Why a change could not be made although the rules allow it.
  associatedtype Failure: Error

  /// Makes a record of an entity; `fields` holds every field that has a value. Gives its id.
  func create(_ entity: Int, _ fields: [String: Value]) throws(Failure) -> String

  /// Gives fields of a record new values; `null` empties one.
  func update(_ record: EntityReference, _ fields: [String: Value]) throws(Failure)

  /// The fields of a record as they are now, when this transaction changed it; `nil` when it did not.
  func changed(_ record: EntityReference) throws(Failure) -> [String: Value]?

  /// Notes the value of a unique key for a record, or with `nil` that it has none. Gives the id of the record that has
  /// the value already, if it is another one; then nothing is noted.
  func claim(_ key: String, _ value: String?, for record: EntityReference) throws(Failure) -> String?

  /// The id of the record that has a value of a unique key.
  func holder(of key: String, _ value: String) throws(Failure) -> String?

  /// Writes an event to the outbox.
  func emit(_ event: String, _ arguments: [String: Value]) throws(Failure)

  /// Asks for another action on the state so far, by the same subject or by the engine itself; gives what it returns.
  func perform(
    _ action: String, on resource: EntityReference?, input: [String: Value], asSystem: Bool
  ) throws(Failure) -> Value?

  /// Makes a proposal of another action.
  func propose(_ action: String, on resource: EntityReference?, input: [String: Value]) throws(Failure)
}

/// Why effects that the rules allow cannot be carried out; everything done so far has to be undone.
package struct EffectRefusal: Error, Sendable, Hashable {
  package var denialClass: DenialClass
  package var reason: Decision.Reason

  package init(denialClass: DenialClass, reason: Decision.Reason) {
    self.denialClass = denialClass
    self.reason = reason
  }
}
