package import BylawModel

/// The one form in which a value of a type is kept: what a database reads back is equal to what was written.
extension Schema {
  /// A value as a field of a type keeps it; `nil` when it is no value of the type.
  ///
  /// Takes values as requests and JSON give them: times, days, lengths and references as text, decimals with any number
  /// of places that loses none. Members of records without value are left out. Bounds are not looked at.
  package func stored(_ value: Value, as type: ValueType) -> Value? {
    switch type {
    case .optional(let content): return value == .null ? .null : stored(value, as: content)
    case .bool: return if case .bool = value { value } else { nil }
    case .int: return if case .int = value { value } else { nil }
    case .double: return storedDouble(value)
    case .decimal(let scale): return storedDecimal(value, scale)
    case .string, .ratio, .entityType: return if case .string = value { value } else { nil }
    case .date, .timestamp, .duration: return storedTime(value, type)
    case .enumeration(let index):
      guard case .string(let word) = value, enums[index].members.contains(word) else { return nil }
      return value
    case .entity(let indices): return storedReference(value, indices)
    case .json, .undetermined, .error: return value
    case .list(let element):
      guard case .list(let elements) = value else { return nil }
      return all(elements, as: element).map { .list($0) }
    case .map(let element):
      guard case .object(let members) = value else { return nil }
      return storedMembers(members) { _ in element }
    case .range(let bound):
      guard case .object(let members) = value else { return nil }
      let names = ["from", "above", "to", "under"]
      return storedMembers(members.filter { $0.value != .null }) { names.contains($0) ? bound : nil }
    case .record, .patch:
      guard case .object(let members) = value else { return nil }
      let fields = fields(of: type)
      return storedMembers(members.filter { $0.value != .null }) { name in fields.first { $0.name == name }?.type }
    }
  }

  private func all(_ values: [Value], as type: ValueType) -> [Value]? {
    var result: [Value] = []
    result.reserveCapacity(values.count)
    for value in values {
      guard let kept = stored(value, as: type) else { return nil }
      result.append(kept)
    }
    return result
  }

  private func storedMembers(_ members: [String: Value], type: (String) -> ValueType?) -> Value? {
    var result: [String: Value] = [:]
    for (name, value) in members {
      guard let type = type(name), let kept = stored(value, as: type) else { return nil }
      result[name] = kept
    }
    return .object(result)
  }

  private func storedDouble(_ value: Value) -> Value? {
    switch value {
    case .double: value
    case .int(let int): .double(Double(int))
    case .decimal(let decimal): .double(decimal.doubleValue)
    case .string("NaN"): .double(.nan)
    case .string("Infinity"): .double(.infinity)
    case .string("-Infinity"): .double(-.infinity)
    default: nil
    }
  }

  private func storedDecimal(_ value: Value, _ scale: Int) -> Value? {
    switch value {
    case .decimal(let decimal): decimal.rescaled(to: scale).map { .decimal($0) }
    case .int(let int): FixedPoint(units: int, scale: 0).rescaled(to: scale).map { .decimal($0) }
    case .string(let text): FixedPoint(text)?.rescaled(to: scale).map { .decimal($0) }
    default: nil
    }
  }

  private func storedTime(_ value: Value, _ type: ValueType) -> Value? {
    switch (type, value) {
    case (.date, .date), (.timestamp, .timestamp), (.duration, .duration): value
    case (.date, .string(let text)): CalendarDate(text).map { .date($0) }
    case (.timestamp, .string(let text)): Timestamp(text).map { .timestamp($0) }
    case (.duration, .string(let text)): (TimeSpan(text) ?? parseDuration(text)).map { .duration($0) }
    default: nil
    }
  }

  private func storedReference(_ value: Value, _ indices: [Int]) -> Value? {
    switch value {
    case .reference(let reference):
      return indices.contains { entities[$0].name == reference.type } ? value : nil
    case .string(let text):
      if let given = EntityReference(text: text), indices.contains(where: { entities[$0].name == given.type }) {
        return given.id.isEmpty ? nil : .reference(given)
      }
      guard let only = indices.first, indices.count == 1, !text.isEmpty else { return nil }
      return .reference(EntityReference(type: entities[only].name, id: text))
    default: return nil
    }
  }
}
