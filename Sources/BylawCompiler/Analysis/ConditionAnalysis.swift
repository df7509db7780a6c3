import BylawModel
package import BylawSyntax

/// Conditions that are still to be looked at: each, and each member of a list of named ones, should be able to be true
/// and to be false.
///
/// What is found are warnings. They decide nothing, so they are looked for when somebody asks for them.
package struct ConditionAnalysis: Sendable {
  private let conditions: [TypedExpression]
  /// How many diagnostics of the check stand before those that are found here.
  package var position: Int

  init(_ conditions: [TypedExpression], position: Int) {
    self.conditions = conditions
    self.position = position
  }

  /// The warnings; `rules` with the vocabulary and the number of their variables.
  package func warnings(in rules: CheckedRuleSet, sources: SourceMap) -> [Diagnostic] {
    var run = Run(space: ConditionSpace(rules, sources: sources), schema: rules.vocabulary.schema)
    for condition in conditions { run.analyse(condition) }
    return run.found
  }

  private struct Run {
    var space: ConditionSpace
    let schema: Schema
    var seen: Set<SourceRange> = []
    var found: [Diagnostic] = []

    mutating func analyse(_ condition: TypedExpression) {
      guard seen.insert(condition.range).inserted else { return }
      if case .conditions(let list) = condition.kind {
        for member in list.members { analyse(member.condition) }
      }
      if case .bandReached = condition.kind { return }
      if condition.plainlyGoesBothWays(in: schema) { return }
      let formulas = space.read([condition])
      if case .none = space.find(holding: formulas) {
        warn("never-true", condition, "this condition is never true", expected: "a condition that something meets")
      } else if case .none = space.find(failing: formulas) {
        warn("always-true", condition, "this condition is always true", expected: "a condition that something fails")
      }
    }

    private mutating func warn(
      _ code: DiagnosticCode, _ condition: TypedExpression, _ message: String, expected: String
    ) {
      found.append(Diagnostic(code, severity: .warning, at: condition.range, message, expected: expected))
    }
  }
}
