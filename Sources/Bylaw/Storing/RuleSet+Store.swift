import BylawCompiler
import BylawEvaluator
import BylawModel
import BylawStore
import BylawSyntax

/// What a caller of a store wants to know of the vocabulary.
extension RuleSet {
  /// The names of the entities that can be subjects; the engine itself is none of them.
  public var subjectTypes: [String] {
    plan.subjects.entities.map { plan.expressions.schema.entities[$0].name }
  }

  /// The entity that an action acts on; `nil` where it has no resource, or there is no such action.
  public func resourceType(of action: String) -> String? {
    guard let index = plan.actionIndex[action], let entity = plan.actions[index].resource else { return nil }
    return plan.expressions.schema.entities[entity].name
  }

  /// Whether an input is a text, a word, a time or a record: anything that is written without JSON.
  package func isText(input name: String, of action: String) -> Bool {
    guard let index = plan.actionIndex[action] else { return false }
    return plan.actions[index].inputs.first { $0.name == name }?.type.isWritten ?? false
  }

  /// Whether a field of an entity is written without JSON.
  package func isText(field name: String, of type: String) -> Bool {
    let entity = plan.expressions.schema.entities.first { $0.name == type }
    return entity?.fields.first { $0.name == name }?.type.isWritten ?? false
  }
}

extension RuleSet {
  /// The rules with a condition that a list of an entity is narrowed by; without a plan where the condition cannot be
  /// read or does not fit.
  func listing(_ text: String, of type: String) -> (plan: DecisionPlan?, condition: ListCondition) {
    let result = RuleSetChecker.check(files, listing: ListingText(entity: type, text: text))
    guard let checked = result.ruleSet else {
      let mistake = result.diagnostics.first { $0.severity == .error }
      return (nil, ListCondition(text: text, problem: mistake.map { DocumentMessages.condition($0) } ?? ""))
    }
    let plan = RuleSetPlanner.plan(checked, sources: result.sources, digest: identity.digest)
    return (plan, ListCondition(text: text, problem: nil))
  }
}

extension ValueType {
  fileprivate var isWritten: Bool {
    switch self {
    case .string, .enumeration, .entity, .timestamp, .duration, .date: true
    case .optional(let content): content.isWritten
    default: false
    }
  }
}
