import BylawModel
import BylawSyntax

/// Values that stand in the rules: they have to be values, and within the bounds of their declarations.
extension RuleSetChecker {
  /// A value with the declaration that it stands under.
  struct DeclaredValue {
    var value: Value
    var field: Field
    /// As the author wrote it.
    var text: String
    var range: SourceRange
  }

  /// Answers for expressions that read nothing of a request, with the definitions known so far.
  var constantEvaluator: ConstantEvaluator {
    ConstantEvaluator(rules, vocabulary: vocabulary, localCount: checker.nextLocal, tables: schemaTables)
  }

  /// The value of an expression that reads nothing of a request, where it has one.
  func constantValue(_ expression: TypedExpression) -> Value? {
    if let value = expression.plainValue { return value }
    let evaluator = constantEvaluator
    guard evaluator.dependence(of: expression) < .request, case .value(let value) = evaluator.evaluate(expression)
    else { return nil }
    return value
  }

  /// Reports the parts of an expression that never have a value.
  ///
  /// One that several actions share is looked at once.
  mutating func checkConstants(in expression: TypedExpression) {
    // Of what compares values of the request, as most does, nothing is known before there is one.
    let knowledge = expression.knowledge
    foundLoops = foundLoops || knowledge.hasLoops
    guard knowledge.mayHaveFindings else { return }
    if let known = constantMistakes[expression.range] {
      reader.diagnostics.report(contentsOf: known)
      return
    }
    let found = constantEvaluator.findings(in: expression).map { finding in
      finding.isTemplate
        ? Messages.unfitTemplate(at: finding.range) : Messages.constantError(finding.cause, at: finding.range)
    }
    constantMistakes[expression.range] = found
    reader.diagnostics.report(contentsOf: found)
  }

  /// Defaults are held to their own bounds once all types are known.
  mutating func checkDeclaredValues() {
    var seen: Set<SourceRange> = []
    for declared in declaredValues where seen.insert(declared.range).inserted {
      let problems = constantEvaluator.problems(of: declared.value, as: declared.field, path: declared.text)
      if let problem = problems.first { reader.diagnostics.report(Messages.unfitValue(problem, at: declared.range)) }
    }
  }

  /// A limit that is known must be over zero.
  mutating func checkLimit(_ limit: TypedExpression) {
    let isPositive: Bool =
      switch constantValue(limit) {
      case .int(let int): int > 0
      case .decimal(let decimal): decimal.units > 0
      case .duration(let span): span > TimeSpan(seconds: 0)
      default: true
      }
    guard !isPositive else { return }
    let bytes = sources[limit.range.file].bytes[Int(limit.range.start)..<Int(limit.range.end)]
    reader.diagnostics.report(
      Messages.limitNotPositive(String(decoding: bytes, as: UTF8.self), at: limit.range))
  }
}
