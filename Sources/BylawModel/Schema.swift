/// The type of an expression, a field or an input, after names are resolved to positions in a `Schema`.
package indirect enum ValueType: Hashable, Sendable {
  case bool, int, double, string, date, timestamp, duration
  /// Exact decimal number with a fixed number of decimal places, 0 to 18.
  case decimal(scale: Int)
  /// What `share` and `percent` give: an exact fraction that can only be compared.
  case ratio
  /// Unstructured data: tested for presence, passed on, walked with `leaves`.
  case json
  /// `Schema.enums[index]`.
  case enumeration(Int)
  /// `Schema.records[index]`.
  case record(Int)
  /// A reference to a record of one of `Schema.entities`, ascending; more than one for `User | Group`.
  case entity([Int])
  /// The entity type itself, as `type(x)` gives it.
  case entityType
  case list(ValueType)
  /// A mapping from text.
  case map(ValueType)
  case range(ValueType)
  /// `Schema.patches[index]`.
  case patch(Int)
  case optional(ValueType)
  /// The type of an empty list or of `optional.none()` before a use decides it; agrees with everything.
  case undetermined
  /// The type of what was already reported; agrees with everything and is never reported again.
  case error
}

/// What a declaration asks beyond the type.
package struct Constraint: Hashable, Sendable {
  /// How a `string` is read.
  package enum Text: Hashable, Sendable {
    /// As given.
    case string
    /// Trimmed, not blank, NFC.
    case text
    case email
  }
  package enum Reference: Hashable, Sendable {
    /// The record must exist and satisfy its entity's `live`.
    case live
    /// The record must exist (`any User`).
    case any
    /// The record must be the subject (`acting User`).
    case acting
  }
  package var text: Text?
  /// Least length (text in Unicode scalars, list and map in elements) or least value (int, decimal in units).
  package var lower: Int64?
  /// Greatest length or value, inclusive.
  package var upper: Int64?
  package var reference: Reference = .live
  /// The constraint of the elements of a list, map or range, or of the content of an optional: none or one.
  package var element: [Constraint] = []

  package init() {}
  package static var none: Constraint { Constraint() }
}

/// A named member of a record, entity, input or context.
package struct Field: Hashable, Sendable {
  /// What stands for the field when it is absent.
  package enum Default: Hashable, Sendable {
    case value(Value)
    case now
  }
  package var name: String
  package var type: ValueType
  package var constraint: Constraint
  package var defaultValue: Default?
  /// Left out of what a proposal binds by default.
  package var isVolatile = false

  package init(
    name: String, type: ValueType, constraint: Constraint = .none, defaultValue: Default? = nil,
    isVolatile: Bool = false
  ) {
    self.name = name
    self.type = type
    self.constraint = constraint
    self.defaultValue = defaultValue
    self.isVolatile = isVolatile
  }
}

/// The vocabulary of a rule set, by position.
package struct Schema: Hashable, Sendable {
  package struct Enumeration: Hashable, Sendable {
    package var name: String
    /// In order of declaration; for an ordered one from least to worst.
    package var members: [String]
    package var isOrdered: Bool

    package init(name: String, members: [String], isOrdered: Bool) {
      self.name = name
      self.members = members
      self.isOrdered = isOrdered
    }
  }
  package struct Record: Hashable, Sendable {
    package var name: String
    package var fields: [Field]

    package init(name: String, fields: [Field]) {
      self.name = name
      self.fields = fields
    }
  }
  /// An entity; its `id` is no field but always there.
  package struct Entity: Hashable, Sendable {
    package var name: String
    /// The name of the type in requests on the wire.
    package var wire: String
    package var fields: [Field]

    package init(name: String, wire: String? = nil, fields: [Field]) {
      self.name = name
      self.wire = wire ?? name
      self.fields = fields
    }
  }
  /// `patch(T, [fields])`: new values for some fields of a record or an entity, each present or not.
  package struct Patch: Hashable, Sendable {
    /// `.record` or `.entity` of one type.
    package var target: ValueType
    /// Positions in the fields of the target, ascending.
    package var fields: [Int]

    package init(target: ValueType, fields: [Int]) {
      self.target = target
      self.fields = fields
    }
  }
  package var enums: [Enumeration] = []
  package var records: [Record] = []
  package var entities: [Entity] = []
  package var patches: [Patch] = []

  package init() {}

  /// The fields of a record, an entity or a patch; empty for any other type.
  package func fields(of type: ValueType) -> [Field] {
    switch type {
    case .record(let index): return records[index].fields
    case .entity(let indices) where indices.count == 1: return entities[indices[0]].fields
    case .patch(let index):
      let all = fields(of: patches[index].target)
      return patches[index].fields.map { all[$0] }
    default: return []
    }
  }
}
