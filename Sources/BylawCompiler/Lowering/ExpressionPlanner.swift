package import BylawEvaluator
import BylawSyntax

/// Lowers an expression that stands by itself, outside the files of a rule set.
package enum ExpressionPlanner {
  /// The plan of one expression, and where in it the expression is.
  ///
  /// The expression is checked without errors in the vocabulary. The checker has numbered `localCount` variables;
  /// `Frame.setLocal` gives those that nothing binds.
  package static func plan(
    _ expression: TypedExpression, in vocabulary: Vocabulary, localCount: Int
  ) -> (plan: ExpressionPlan, node: NodeID) {
    var rules = CheckedRuleSet()
    rules.vocabulary = vocabulary
    rules.manifest.timeZone = vocabulary.timeZone
    rules.localCount = localCount
    var lowering = ExpressionLowering(rules, sources: SourceMap())
    let node = lowering.lower(expression)
    return (lowering.finish(), node)
  }
}
