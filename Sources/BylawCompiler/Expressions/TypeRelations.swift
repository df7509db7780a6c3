import BylawModel

/// How types agree; entity types by position in the schema, everything else by structure.
extension ValueType {
  /// `true` for what was already reported and for what a use has yet to decide.
  var isOpen: Bool {
    switch self {
    case .error, .undetermined: true
    default: false
    }
  }

  /// Whether the value may be absent.
  var isOptional: Bool {
    if case .optional = self { true } else { false }
  }

  /// Whether nothing can be learnt of a value on the way: it is always there, whole, and of one type.
  var needsNoPath: Bool {
    switch self {
    case .bool, .int, .double, .string, .date, .timestamp, .duration, .decimal, .enumeration: true
    default: false
    }
  }

  /// The type without the optional around it.
  var content: ValueType {
    if case .optional(let content) = self { content } else { self }
  }

  /// The type with one optional around it, never two.
  var asOptional: ValueType {
    switch self {
    case .optional, .error: self
    default: .optional(self)
    }
  }

  /// `true` where an undecided part is left, as in the type of `[]`.
  var hasUndetermined: Bool {
    switch self {
    case .undetermined: true
    case .list(let inner), .map(let inner), .range(let inner), .optional(let inner): inner.hasUndetermined
    default: false
    }
  }

  /// What `<` and `sort` can order; an enumeration only when it is declared so, which the schema says.
  func isOrdered(in schema: Schema) -> Bool {
    switch self {
    case .int, .double, .string, .bool, .date, .timestamp, .duration, .decimal, .ratio, .undetermined, .error: true
    case .enumeration(let index): schema.enums[index].isOrdered
    default: false
    }
  }

  /// What a sentence can print.
  var isPrintable: Bool {
    switch self {
    case .bool, .int, .double, .string, .date, .timestamp, .duration, .decimal, .enumeration, .entity: true
    case .undetermined, .error: true
    case .list(let element), .range(let element), .optional(let element): element.isPrintable
    case .ratio, .json, .record, .entityType, .map, .patch: false
    }
  }

  /// The type that holds values of both, as the elements of one list or the branches of `?:`; `nil` when there is none.
  func joined(with other: ValueType) -> ValueType? {
    switch (self, other) {
    case (let a, let b) where a == b: return a
    case (.error, _), (.undetermined, _): return other
    case (_, .error), (_, .undetermined): return self
    case (.optional(let a), .optional(let b)): return a.joined(with: b).map { .optional($0) }
    case (.optional(let a), let b): return a.joined(with: b).map { .optional($0) }
    case (let a, .optional(let b)): return a.joined(with: b).map { .optional($0) }
    case (.list(let a), .list(let b)): return a.joinedInside(with: b).map { .list($0) }
    case (.map(let a), .map(let b)): return a.joinedInside(with: b).map { .map($0) }
    case (.range(let a), .range(let b)): return a.joinedInside(with: b).map { .range($0) }
    case (.entity(let a), .entity(let b)): return .entity(Set(a).union(b).sorted())
    case (.decimal(let a), .decimal(let b)): return .decimal(scale: max(a, b))
    default: return nil
    }
  }

  /// As `joined`, for elements: those of a finished list are neither rescaled nor wrapped.
  private func joinedInside(with other: ValueType) -> ValueType? {
    guard let join = joined(with: other) else { return nil }
    return accepts(asElement: join) && other.accepts(asElement: join) ? join : nil
  }

  private func accepts(asElement join: ValueType) -> Bool {
    switch (self, join) {
    case (.decimal, .decimal), (.optional, .optional): hasUndetermined || self == join
    case (.optional, _), (_, .optional): false
    default: true
    }
  }

  /// Whether every value of this type stands, as it is, for one of the other: the same type, fewer entity types,
  /// or something undecided inside.
  func isSubtype(of other: ValueType) -> Bool {
    switch (self, other) {
    case (let a, let b) where a == b: true
    case (.error, _), (_, .error), (.undetermined, _), (_, .undetermined): true
    case (.optional(let a), .optional(let b)), (.list(let a), .list(let b)): a.isSubtype(of: b)
    case (.map(let a), .map(let b)), (.range(let a), .range(let b)): a.isSubtype(of: b)
    case (.entity(let a), .entity(let b)): Set(a).isSubset(of: b)
    default: false
    }
  }

  /// Whether some value can be of both types, so that `==` can be true.
  func overlaps(_ other: ValueType) -> Bool {
    switch (self, other) {
    case (.error, _), (_, .error), (.undetermined, _), (_, .undetermined): true
    case (.optional(let a), .optional(let b)), (.list(let a), .list(let b)): a.overlaps(b)
    case (.map(let a), .map(let b)), (.range(let a), .range(let b)): a.overlaps(b)
    case (.entity(let a), .entity(let b)): !Set(a).isDisjoint(with: b)
    default: self == other
    }
  }
}
