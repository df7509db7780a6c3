package import BylawModel

/// Reads records that come from outside as whole records: held to every declaration of their entity.
package struct RecordIntake: ~Copyable {
  private let store: StorePlan
  private var frame: Frame

  package init(_ plan: PreparedPlan, now: Timestamp) {
    store = plan.shared.part.store
    frame = Frame(plan: plan.shared.part.expressions)
    frame.reset(source: nil, now: now, inputCount: 0)
  }

  /// A record as it would be stored; `problems` is empty when it can be.
  package struct Reading: Sendable {
    package var fields: [String: Value]
    /// The records that it refers to, each with the field that does.
    package var references: [(field: String, target: EntityReference)]
    /// By id of the unique key.
    package var keys: [(key: String, value: String)]
    /// What does not fit.
    package var problems: [ShapeProblem]
  }

  /// Reads the fields of a record of an entity.
  package mutating func read(_ record: EntityReference, entity: Int, fields given: [String: Value]) -> Reading {
    var reading = Reading(fields: [:], references: [], keys: [], problems: [])
    let declared = frame.fields(ofEntity: entity)
    for name in given.keys.sorted() where !declared.contains(where: { $0.name == name }) {
      reading.problems.append(
        ShapeProblem.unknownMember(name, name, among: declared.map(\.name)))
    }
    for field in declared {
      var problems: [ShapeProblem] = []
      let value = given[field.name].flatMap { $0 == .null ? nil : $0 }
      let cell: Cell
      if value == nil, field.defaultValue == nil, isEmptyByNature(field) {
        reading.fields[field.name] = field.type.emptyValue
        continue
      } else {
        cell = frame.member(value, field, path: field.name, problems: &problems)
      }
      reading.problems += problems
      guard problems.isEmpty, cell.state == .value else { continue }
      let stored = frame.value(of: cell, field.type)
      reading.fields[field.name] = stored
      var targets: [EntityReference] = []
      stored.collectReferences(into: &targets)
      reading.references += targets.map { (field.name, $0) }
    }
    guard reading.problems.isEmpty else { return reading }
    let cell = frame.fresh(record, entity: entity, fields: reading.fields)
    for key in store.entities[entity].uniqueKeys {
      if let condition = key.condition {
        frame.setLocal(store.entities[entity].local, to: cell)
        frame.forget()
        let verdict = frame.evaluate(condition)
        if verdict.state == .value, !verdict.isTrue { continue }
      }
      let isFolded = key.ignoresCase || key.ignoresSpace
      if let value = frame.keyText(key.fields, of: cell, isFolded: isFolded) { reading.keys.append((key.id, value)) }
    }
    return reading
  }

  private func isEmptyByNature(_ field: Field) -> Bool {
    switch field.type {
    case .list, .map: (field.constraint.lower ?? 0) == 0
    default: false
    }
  }
}

extension ValueType {
  /// What stands for a list or map that nobody gave.
  fileprivate var emptyValue: Value {
    if case .map = self { .object([:]) } else { .list([]) }
  }
}

extension Value {
  /// The records that a value leads to, at any depth.
  fileprivate func collectReferences(into references: inout [EntityReference]) {
    switch self {
    case .reference(let reference): references.append(reference)
    case .list(let elements): for element in elements { element.collectReferences(into: &references) }
    case .object(let members): for member in members.values { member.collectReferences(into: &references) }
    default: return
    }
  }
}
