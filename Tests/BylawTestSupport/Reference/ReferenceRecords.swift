import BylawCompiler
import BylawEvaluator
import BylawModel

/// Records: what was given with the request stands over what is stored.
extension ReferenceEvaluator {
  /// The name and id of a record.
  struct RecordKey: Hashable {
    var entity: Int
    var id: String
  }

  /// Whether there is no record behind a reference.
  func isMissing(_ entity: Int, _ id: String) -> Bool {
    guard let records else { return false }
    if given[RecordKey(entity: entity, id: id)] != nil { return false }
    return records.fields(of: EntityReference(type: schema.entities[entity].name, id: id)) == nil
  }

  /// The value of a field of a record, timed moves included.
  func field(_ position: Int, entity: Int, id: String) throws(ReferenceError) -> ReferenceValue {
    let state = try plainField(position, entity: entity, id: id)
    guard let lifecycle = rules.entities[entity].lifecycles.first(where: { $0.field == position }),
      case .word(var current) = state
    else { return state }
    // Each move that is due happens at its time, the earliest first; a state is entered once.
    var seen: Set<Int> = [current]
    while true {
      var due: [(at: Timestamp, to: Int)] = []
      for move in lifecycle.timed where move.from == current && !seen.contains(move.to) {
        guard let value = try? plainField(move.since, entity: entity, id: id), case .timestamp(let since) = value,
          let at = since.adding(move.after), now >= at
        else { continue }
        due.append((at, move.to))
      }
      guard let next = due.min(by: { ($0.at, $0.to) < ($1.at, $1.to) }) else { return .word(current) }
      current = next.to
      seen.insert(current)
    }
  }

  private func plainField(_ position: Int, entity: Int, id: String) throws(ReferenceError) -> ReferenceValue {
    let declared = schema.entities[entity]
    let field = declared.fields[position]
    let reference = EntityReference(type: declared.name, id: id)
    if isMissing(entity, id) {
      throw ReferenceError(cause: "record not found", place: reference.description)
    }
    let value = given[RecordKey(entity: entity, id: id)]?[field.name] ?? records?.fields(of: reference)?[field.name]
    var problems: [String] = []
    if let value, value != .null {
      if let read = read(value, field.type, Self.stored(field.constraint), field.name, &problems) { return read }
      throw ReferenceError(cause: "attribute of the wrong kind", place: "\(reference).\(field.name)")
    }
    switch (field.defaultValue, field.type) {
    case (.now, _): return .timestamp(now)
    case (.value(let value), _): return read(value, field.type, .none, field.name, &problems) ?? .absent
    case (nil, .optional): return .absent
    case (nil, .list): return .list([])
    case (nil, .map): return .map([])
    default: throw ReferenceError(cause: "attribute not given", place: "\(reference).\(field.name)")
    }
  }

  /// A stored text is normalized, but not measured again.
  static func stored(_ constraint: Constraint) -> Constraint {
    var result = Constraint.none
    if constraint.text == .text {
      result.text = .text
      result.lower = 0
    }
    result.element = constraint.element.map { stored($0) }
    return result
  }

  /// All records of an entity that are stored.
  func all(of entity: Int) -> [ReferenceValue] {
    (records?.ids(of: schema.entities[entity].name) ?? []).map { .reference(entity: entity, id: $0, isAfter: false) }
  }
}
