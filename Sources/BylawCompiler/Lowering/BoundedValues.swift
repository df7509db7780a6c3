import BylawModel

/// Which values that effects set may break the bounds of their fields: a decision looks at those alone.
extension CheckedRuleSet {
  /// The values of an effect that are not shown to fit by where they come from.
  func unboundedValues(
    of effect: Effect, inputs: [Field]
  ) -> [(value: TypedExpression, field: Field)] {
    let entity: Int
    switch effect.kind {
    case .create(let made), .put(let made, _): entity = made
    case .update(let target):
      guard case .entity(let indices) = target.type, let first = indices.first else { return [] }
      entity = first
    default: return []
    }
    let fields = vocabulary.schema.entities[entity].fields
    return effect.set.compactMap { position, value in
      let field = fields[position]
      guard field.constraint.isBounded, !value.readsEffects,
        !fits(value, field.constraint.content(of: field.type), inputs: inputs)
      else { return nil }
      return (value, field)
    }
  }

  private func fits(_ value: TypedExpression, _ bounds: Constraint, inputs: [Field]) -> Bool {
    switch value.kind {
    case .none: true
    case .wrap(let inner), .unwrap(let inner): fits(inner, bounds, inputs: inputs)
    case .conditional(_, let first, let second):
      fits(first, bounds, inputs: inputs) && fits(second, bounds, inputs: inputs)
    case .root(.input(let position)) where position < inputs.count:
      inputs[position].constraint.content(of: inputs[position].type).isWithin(bounds)
    case .field(let base, let position), .optionalField(let base, let position):
      declared(base.type.content, position).map { $0.constraint.content(of: $0.type).isWithin(bounds) } ?? false
    default: false
    }
  }

  private func declared(_ base: ValueType, _ position: Int) -> Field? {
    let fields = vocabulary.schema.fields(of: base)
    return position < fields.count ? fields[position] : nil
  }
}

extension Constraint {
  /// Whether a value of the type may break it.
  var isBounded: Bool {
    if lower != nil || upper != nil { return true }
    if let text, text != .string { return true }
    return element.contains { $0.isBounded }
  }

  /// Of an optional, what its content must keep.
  func content(of type: ValueType) -> Constraint {
    type.isOptional ? element.first ?? self : self
  }

  /// Whether whatever keeps this one keeps the other too.
  func isWithin(_ other: Constraint) -> Bool {
    let isText: Bool =
      switch other.text {
      case nil, .string: text == nil || text == .string || other.lower == nil && other.upper == nil
      case .text: text == .text
      case .email: text == .email
      }
    guard isText else { return false }
    if let bound = other.lower, (lower ?? .min) < bound { return false }
    if let bound = other.upper, (upper ?? .max) > bound { return false }
    guard let inner = other.element.first, inner.isBounded else { return true }
    return (element.first ?? .none).isWithin(inner)
  }
}
