import BylawCompiler
import BylawEvaluator
import BylawModel
import BylawSyntax

/// Evaluates an expression as an author writes it, with variables of given types.
struct Evaluation {
  struct Variable {
    var name: String
    var type: ValueType
    /// `nil` leaves an optional absent.
    var value: Value?
  }
  var vocabulary = Vocabulary()
  var variables: [Variable] = []
  var records: (any RecordSource & Sendable)?
  var now = Timestamp(seconds: 1_764_583_200)

  /// The checked expression; a mistake is returned as text.
  enum Checked {
    case expression(TypedExpression, localCount: Int, locals: [Int])
    case mistake(String)
  }

  func check(_ source: String) -> Checked {
    let map = ScalarMap(file: FileID(index: 0), segments: [ScalarMap.Segment(text: 0, file: 0)])
    var diagnostics = Diagnostics()
    let parsed = ExpressionParser.parse(source, map: map, diagnostics: &diagnostics)
    var checker = ExpressionChecker(vocabulary: vocabulary)
    var scope = Scope()
    var locals: [Int] = []
    for variable in variables {
      let local = checker.makeLocal()
      locals.append(local)
      scope.names[variable.name] = .value(.local(local), variable.type)
    }
    let checked = checker.check(parsed, expecting: nil, in: scope).expression
    let problems = diagnostics.all + checker.diagnostics.all
    guard problems.isEmpty else { return .mistake(problems.map(\.message).joined(separator: "; ")) }
    return .expression(checked, localCount: checker.makeLocal(), locals: locals)
  }

  /// The value as a sentence shows it, `none` for an absent one, `error: CAUSE`, or `mistake: MESSAGE` of the checker.
  func callAsFunction(_ source: String) -> String {
    switch check(source) {
    case .mistake(let message): return "mistake: \(message)"
    case .expression(let expression, let localCount, let locals):
      return evaluate(expression, localCount: localCount, locals: locals)
    }
  }

  func evaluate(_ expression: TypedExpression, localCount: Int, locals: [Int] = []) -> String {
    let (plan, node) = ExpressionPlanner.plan(expression, in: vocabulary, localCount: localCount)
    var frame = Frame(plan: plan)
    frame.reset(source: records, now: now, inputCount: 0)
    for (variable, local) in zip(variables, locals) { bind(variable, to: local, in: &frame) }
    return text(of: frame.evaluate(node), expression.type, in: &frame)
  }

  func bind(_ variable: Variable, to local: Int, in frame: inout Frame) {
    guard let value = variable.value else { return frame.setLocal(local, to: .absent) }
    var problems: [ShapeProblem] = []
    let field = Field(name: variable.name, type: variable.type)
    frame.setLocal(local, to: frame.shape(value, as: field, path: variable.name, problems: &problems))
  }

  func text(of cell: Cell, _ type: ValueType, in frame: inout Frame) -> String {
    if cell.isError { return "error: \(frame.error(of: cell).cause)" }
    if cell.isAbsent { return "none" }
    return JSONWriter.write(frame.value(of: cell, type), style: .compact)
  }
}

/// Records in memory.
struct TestRecords: RecordSource {
  var fields: [EntityReference: [String: Value]] = [:]
  var order: [String: [String]] = [:]

  mutating func add(_ type: String, _ id: String, _ values: [String: Value]) {
    fields[EntityReference(type: type, id: id)] = values
    order[type, default: []].append(id)
  }

  func fields(of reference: EntityReference) -> [String: Value]? { fields[reference] }
  func ids(of type: String) -> [String] { order[type] ?? [] }
}
