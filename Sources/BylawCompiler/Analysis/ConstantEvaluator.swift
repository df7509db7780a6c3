import BylawEvaluator
import BylawModel
import BylawSyntax

/// What expressions come to that read nothing of a request: asked, when rules are loaded, of the evaluator itself.
struct ConstantEvaluator {
  /// What the value of an expression depends on.
  enum Dependence: Int, Comparable {
    /// Nothing but what is written in the expression.
    case literals
    /// Constants of the rule set too.
    case constants
    /// The request, records, a variable, or something that was reported.
    case request

    static func < (left: Dependence, right: Dependence) -> Bool { left.rawValue < right.rawValue }
  }
  enum Outcome {
    case value(Value)
    case absent
    case error(cause: String)
  }
  /// A part that has no value, whatever the request.
  struct Finding {
    var range: SourceRange
    var cause: String
    /// The template of a `format` that does not fit its values.
    var isTemplate = false
  }

  /// More steps than this are not gone through when rules are loaded.
  private static let stepLimit = 100_000
  /// How many elements a list counts for whose length cannot be seen.
  private static let unknownLength = 1_000

  /// Keeps the tables that are made of a schema, as most constants are worked out under one and the same.
  final class SchemaTables {
    private var plan = ExpressionPlan()

    /// A plan that has the schema and nothing else.
    func plan(of schema: Schema) -> ExpressionPlan {
      if plan.schema != schema { plan.schema = schema }
      return plan
    }
  }

  let rules: CheckedRuleSet
  /// What the rules have got since they were read, where they are not complete yet.
  private var completion: (vocabulary: Vocabulary, localCount: Int)?
  private let tables: SchemaTables

  /// - Parameter rules: With the vocabulary, and with at least as many variables as the expressions number.
  init(_ rules: CheckedRuleSet) {
    self.rules = rules
    tables = SchemaTables()
  }

  /// Takes rules that have yet to get the vocabulary and the number of their variables.
  init(_ rules: CheckedRuleSet, vocabulary: Vocabulary, localCount: Int, tables: SchemaTables) {
    self.rules = rules
    completion = (vocabulary, localCount)
    self.tables = tables
  }

  /// The rules with all that evaluating asks for: put together only where something is evaluated.
  private var completeRules: CheckedRuleSet {
    guard let completion else { return rules }
    var complete = rules
    complete.vocabulary = completion.vocabulary
    complete.localCount = completion.localCount
    return complete
  }

  // MARK: Values

  /// The value of an expression that depends on no request.
  func evaluate(_ expression: TypedExpression) -> Outcome {
    if let value = expression.plainValue { return .value(value) }
    let rules = completeRules
    var lowering = ExpressionLowering(rules, sources: SourceMap(), over: tables.plan(of: rules.vocabulary.schema))
    let node = lowering.lower(expression)
    var frame = Frame(plan: lowering.finish())
    frame.reset(source: nil, now: Timestamp(seconds: 0), inputCount: 0)
    let cell = frame.evaluate(node)
    if cell.isError { return .error(cause: frame.error(of: cell).cause) }
    return cell.isAbsent ? .absent : .value(frame.value(of: cell, expression.type))
  }

  /// What is wrong with a value that stands where a declaration asks for one, as a request would be told.
  func problems(of value: Value, as field: Field, path: String) -> [ShapeProblem] {
    var frame = Frame(plan: tables.plan(of: (completion?.vocabulary ?? rules.vocabulary).schema))
    var problems: [ShapeProblem] = []
    _ = frame.shape(value, as: field, path: path, problems: &problems)
    return problems
  }

  // MARK: Parts without a value

  /// The parts of an expression that have no value, each at its own place, the innermost only.
  ///
  /// What is written out and errs is a mistake also where `||` or a condition would keep it from being asked. What
  /// reads constants of the rule set may be kept from being asked by them, so there only what is asked counts.
  func findings(in expression: TypedExpression, isGuarded: Bool = false) -> [Finding] {
    guard mayFail(expression) else { return [] }
    let inner = { (isGuarded: Bool) in
      var found: [Finding] = []
      expression.forEachPart { found += findings(in: $0, isGuarded: isGuarded) }
      return found
    }
    if let template = unfitTemplate(expression) { return [template] }
    if dividesByZero(expression) {
      return [Finding(range: expression.range, cause: EvaluationCause.divisionByZero.rawValue)]
    }
    let dependence = dependence(of: expression)
    guard dependence < .request, steps(of: expression) <= Self.stepLimit else {
      return inner(isGuarded || expression.asksInTurn)
    }
    let isCounted = dependence == .literals || !isGuarded
    if isCounted, case .error(let cause) = evaluate(expression) {
      let found = inner(isGuarded || expression.asksInTurn)
      return found.isEmpty ? [Finding(range: expression.range, cause: cause)] : found
    }
    return inner(true)
  }

  /// What an expression depends on; the variables in `bound` are known.
  func dependence(of expression: TypedExpression, bound: Set<Int> = []) -> Dependence {
    func most(_ parts: [TypedExpression], _ bound: Set<Int>) -> Dependence {
      var most = Dependence.literals
      for part in parts where most < .request { most = max(most, dependence(of: part, bound: bound)) }
      return most
    }
    if expression.type == .error { return .request }
    switch expression.kind {
    case .literal(.reference): return .request
    case .literal: return .literals
    case .local(let local): return bound.contains(local) ? .literals : .request
    case .root(.definition(let index)) where rules.definitions[index].kind == .constant:
      return max(.constants, dependence(of: rules.definitions[index].value))
    case .root, .query, .bandReached, .calendar, .condition, .classification, .invalid: return .request
    case .comprehension(let loop):
      let variables = bound.union([loop.local]).union(loop.second.map { [$0] } ?? [])
      let body = [loop.condition, loop.transform].compactMap { $0 }
      return max(most([loop.range], bound), most(body, variables))
    case .bind(let local, let value, let body):
      return max(most([value], bound), most([body], bound.union([local])))
    default:
      var most = Dependence.literals
      _ = expression.anyPart { part in
        most = max(most, dependence(of: part, bound: bound))
        return most == .request
      }
      return most
    }
  }

  /// Whether there is anything in an expression that can err.
  private func mayFail(_ expression: TypedExpression) -> Bool {
    switch expression.kind {
    case .call, .rescale, .map, .unwrap: true
    default: expression.anyPart { mayFail($0) }
    }
  }

  /// How much work an expression is, roughly: the lengths of nested loops multiplied.
  private func steps(of expression: TypedExpression) -> Int {
    guard case .comprehension(let loop) = expression.kind else {
      return min(expression.parts.reduce(1) { $0 + steps(of: $1) }, 2 * Self.stepLimit)
    }
    let count: Int =
      switch loop.range.kind {
      case .list(let elements): elements.count
      case .map(let entries): entries.count
      default: Self.unknownLength
      }
    let body = [loop.condition, loop.transform].compactMap { $0 }.reduce(1) { $0 + steps(of: $1) }
    return min(count * body + steps(of: loop.range), 2 * Self.stepLimit)
  }

  /// A whole number divided by a zero that is written out.
  private func dividesByZero(_ expression: TypedExpression) -> Bool {
    switch expression.kind {
    case .call(.divideInt, let operands), .call(.moduloInt, let operands):
      guard let divisor = operands.last, case .literal(.int(0)) = divisor.kind else { return false }
      return true
    default: return false
    }
  }

  // MARK: Templates

  /// A `format` whose template is written out and does not fit the types of its values.
  private func unfitTemplate(_ expression: TypedExpression) -> Finding? {
    guard case .call(.format, let arguments) = expression.kind, let template = arguments.first,
      case .literal(.string) = template.kind, !arguments.contains(where: { $0.type == .error })
    else { return nil }
    let samples = arguments.dropFirst().map { Self.sample(of: $0.type, at: $0.range) }
    let sampled = TypedExpression(.call(.format, [template] + samples), .string, at: expression.range)
    guard case .error(let cause) = evaluate(sampled) else { return nil }
    return Finding(range: template.range, cause: cause, isTemplate: true)
  }

  /// Some value of a type; for what is only ever printed as it is, a day.
  private static func sample(of type: ValueType, at range: SourceRange) -> TypedExpression {
    switch type {
    case .bool: return TypedExpression(.literal(.bool(true)), type, at: range)
    case .int: return TypedExpression(.literal(.int(1)), type, at: range)
    case .double: return TypedExpression(.literal(.double(1)), type, at: range)
    case .decimal(let scale):
      return TypedExpression(.literal(.decimal(FixedPoint(units: 1, scale: scale))), type, at: range)
    case .string: return TypedExpression(.literal(.string("x")), type, at: range)
    case .duration: return TypedExpression(.literal(.duration(TimeSpan(seconds: 1))), type, at: range)
    case .list: return TypedExpression(.list([]), type, at: range)
    case .map: return TypedExpression(.map([]), type, at: range)
    default: return TypedExpression(.literal(.date(CalendarDate(daysSinceEpoch: 0))), .date, at: range)
    }
  }
}

extension TypedExpression {
  /// The value of a literal that evaluating gives back as it is written.
  var plainValue: Value? {
    switch kind {
    case .wrap(let inner): return inner.plainValue
    case .literal(let value):
      switch (value, type) {
      case (.bool, .bool), (.int, .int), (.string, .string), (.string, .enumeration), (.duration, .duration),
        (.date, .date):
        return value
      default: return nil
      }
    default: return nil
    }
  }

  /// What a look at the expression tells of it alone.
  struct Knowledge {
    /// Whether it may depend on no request.
    var mayBeKnown: Bool
    /// Whether there can be anything in it that never has a value.
    var mayHaveFindings = false
    /// Whether it goes through a list anywhere, or applies what may do so.
    var hasLoops = false
  }

  /// Told by one look at each part.
  var knowledge: Knowledge {
    var (isKnown, hasFindings, mayFail, hasLoops) = (true, false, false, false)
    if case .error = type { isKnown = false }
    switch kind {
    case .literal(.reference), .bandReached, .invalid: return Knowledge(mayBeKnown: false)
    case .literal, .local, .root(.definition), .none, .entityType: return Knowledge(mayBeKnown: isKnown)
    case .root: return Knowledge(mayBeKnown: false)
    case .query, .calendar: isKnown = false
    case .condition, .classification: (isKnown, hasLoops) = (false, true)
    case .comprehension: hasLoops = true
    case .call(let builtin, _):
      mayFail = true
      hasFindings = builtin == .format || builtin == .divideInt || builtin == .moduloInt
    case .rescale, .map, .unwrap: mayFail = true
    default: break
    }
    forEachPart { part in
      let knowledge = part.knowledge
      isKnown = isKnown && knowledge.mayBeKnown
      hasFindings = hasFindings || knowledge.mayHaveFindings
      hasLoops = hasLoops || knowledge.hasLoops
    }
    return Knowledge(mayBeKnown: isKnown, mayHaveFindings: hasFindings || mayFail && isKnown, hasLoops: hasLoops)
  }

  /// Whether some of its parts are asked only when others leave it open.
  fileprivate var asksInTurn: Bool {
    switch kind {
    case .and, .or, .conditional, .conditions, .comprehension: true
    default: false
    }
  }
}
