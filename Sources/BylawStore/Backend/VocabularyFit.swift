package import BylawModel

/// Whether a stored value may stay as it is when a declaration changes.
extension Schema {
  /// Whether a value has the type, lies within its bounds, and is kept in the same form.
  ///
  /// What may be left out of records counts as fitting; a member that a record does not declare does not.
  package func fits(_ value: Value, _ type: ValueType, _ constraint: Constraint) -> Bool {
    switch (type, value) {
    case (.optional, .null): return true
    case (.optional(let content), _): return fits(value, content, constraint.element.first ?? constraint)
    case (.list(let element), .list(let values)):
      let inner = constraint.element.first ?? .none
      return isWithin(Int64(values.count), constraint) && values.allSatisfy { fits($0, element, inner) }
    case (.map(let element), .object(let members)):
      let inner = constraint.element.first ?? .none
      return isWithin(Int64(members.count), constraint) && members.values.allSatisfy { fits($0, element, inner) }
    case (.record, .object(let members)), (.patch, .object(let members)):
      return fits(members, type)
    case (.int, .int(let int)): return isWithin(int, constraint)
    case (.decimal(let scale), .decimal(let decimal)):
      return decimal.scale == scale && isWithin(decimal.units, constraint)
    case (.string, .string(let text)): return fits(text, constraint)
    default: return stored(value, as: type) == value
    }
  }

  private func fits(_ members: [String: Value], _ type: ValueType) -> Bool {
    let fields = fields(of: type)
    let isPatch = if case .patch = type { true } else { false }
    guard members.keys.allSatisfy({ name in fields.contains { $0.name == name } }) else { return false }
    return fields.allSatisfy { field in
      guard let value = members[field.name], value != .null else { return isPatch || field.mayBeAbsent }
      if isPatch, case .optional(let content) = field.type {
        return fits(value, content, field.constraint.element.first ?? field.constraint)
      }
      return fits(value, field.type, field.constraint)
    }
  }

  private func fits(_ text: String, _ constraint: Constraint) -> Bool {
    guard isWithin(Int64(text.unicodeScalars.count), constraint) else { return false }
    return switch constraint.text {
    case .string, nil: true
    case .text: normalizedText(text).utf8.elementsEqual(text.utf8) && (!text.isEmpty || (constraint.lower ?? 1) <= 0)
    case .email: isEmail(text)
    }
  }

  private func isWithin(_ number: Int64, _ constraint: Constraint) -> Bool {
    number >= constraint.lower ?? .min && number <= constraint.upper ?? .max
  }
}

extension Field {
  /// Whether a record without the field can be read: something stands for it, or it may be absent.
  package var mayBeAbsent: Bool {
    if defaultValue != nil { return true }
    switch type {
    case .optional, .list, .map, .json: return true
    case .bool, .int, .double, .string, .date, .timestamp, .duration, .decimal, .ratio, .enumeration, .record, .entity,
      .entityType, .range, .patch, .undetermined, .error:
      return false
    }
  }
}
