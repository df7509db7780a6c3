package import BylawModel

/// The names that every expression of a rule set can use, wherever it stands.
package struct Vocabulary: Sendable {
  /// A condition, classification or calendar of the rule set, called like a function.
  package struct Function: Sendable {
    package enum Meaning: Sendable, Hashable {
      case condition(Int)
      case classification(Int)
      case calendar(Int)
    }
    package var meaning: Meaning
    package var parameters: [(name: String, type: ValueType)]
    package var result: ValueType

    package init(meaning: Meaning, parameters: [(name: String, type: ValueType)], result: ValueType) {
      self.meaning = meaning
      self.parameters = parameters
      self.result = result
    }
  }
  /// A threshold with the names of its bands, for `token_budget.at_least("blocked")`.
  package struct Threshold: Sendable {
    package var index: Int
    package var bands: [String]
    /// It reads the inputs or the resource of an action: `Scope.thresholds` says which one an action measures.
    package var readsAction: Bool

    package init(index: Int, bands: [String], readsAction: Bool = false) {
      self.index = index
      self.bands = bands
      self.readsAction = readsAction
    }
  }
  package var schema = Schema()
  package var enums: [String: Int] = [:]
  package var records: [String: Int] = [:]
  package var entities: [String: Int] = [:]
  package var functions: [String: Function] = [:]
  package var thresholds: [String: Threshold] = [:]
  /// IANA name of the rule set's time zone.
  package var timeZone = "UTC"

  package init() {}

  /// The name of a type as authors write it.
  package func name(of type: ValueType) -> String {
    switch type {
    case .bool: "bool"
    case .int: "int"
    case .double: "double"
    case .string: "text"
    case .date: "date"
    case .timestamp: "timestamp"
    case .duration: "duration"
    case .decimal(let scale): "decimal(\(scale))"
    case .ratio: "share"
    case .json: "json"
    case .enumeration(let index): schema.enums[index].name
    case .record(let index): schema.records[index].name
    case .entity(let indices): indices.map { schema.entities[$0].name }.joined(separator: " | ")
    case .entityType: "entity type"
    case .list(let element): "list(\(name(of: element)))"
    case .map(let element): "map(\(name(of: element)))"
    case .range(let element): "range(\(name(of: element)))"
    case .patch(let index): "patch(\(name(of: schema.patches[index].target)))"
    case .optional(let content): "\(name(of: content))?"
    case .undetermined: "undetermined"
    case .error: "error"
    }
  }
}

/// The names that one place of the rule set can use besides those of the vocabulary.
package struct Scope: Sendable {
  package indirect enum Binding: Sendable {
    /// A value.
    case value(TypedExpression.Kind, ValueType)
    /// A prefix such as `input` or `context`: only its members are values.
    case namespace([String: Binding])
    /// A name that exists in the language but not here, with the reason.
    case unavailable(String)
  }
  package var names: [String: Binding] = [:]
  /// The thresholds that read the request, as this action measures them.
  package var thresholds: [String: Int] = [:]

  package init() {}
}
