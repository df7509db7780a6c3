import BylawModel

/// What is said when effects cannot be carried out.
enum EffectMessages {
  static func untold(_ cause: String) -> String { "What this would do cannot be told: \(cause)." }

  static func noStart(_ entity: String, state: String) -> String { "\(entity) does not start as \(state)." }

  static func noMove(_ entity: String, from: String, to: String) -> String {
    "\(entity) does not go from \(from) to \(to)."
  }

  static func missing(_ record: EntityReference) -> String { "There is no \(record.type) '\(record.id)'." }

  static func incompleteKey(_ name: String) -> String {
    "The unique key '\(name)' has no value here, so no record can be found by it."
  }
}
