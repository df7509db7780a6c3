import BylawModel
import BylawSyntax

/// What can be told of conditions without a request: whether some values make them true together.
///
/// Each operand that is compared with constants splits into finitely many cases: the words of an enum, true and
/// false, the constants and the gaps between them. What is neither is one unknown yes-or-no question; then "never"
/// and "always" still hold, but a witness may be one that cannot come about.
struct ConditionSpace {
  /// A condition over the cases of operands.
  indirect enum Formula {
    case constant(Bool)
    case atom(variable: Int, cases: [Int])
    case and([Formula])
    case or([Formula])
    case not(Formula)
  }

  /// An operand with its cases.
  struct Variable {
    var key: String
    /// As the author wrote it.
    var name: String
    /// What each case is called in a witness.
    var labels: [String]
    /// Whether the answer can depend on something that the space does not know.
    var isOpaque: Bool
    /// Constants in order, for operands with an order.
    var bounds: [Int128] = []
    var boundLabels: [String] = []
    var isWhole = false
  }

  /// More combinations than this are not gone through.
  static let limit = 200_000

  private(set) var variables: [Variable] = []
  private var index: [String: Int] = [:]
  private let rules: CheckedRuleSet
  private let schema: Schema
  private let sources: SourceMap

  init(_ rules: CheckedRuleSet, schema: Schema, sources: SourceMap) {
    self.rules = rules
    self.schema = schema
    self.sources = sources
  }

  // MARK: Building

  /// Reads conditions into one space; they share operands.
  mutating func read(_ conditions: [TypedExpression]) -> [Formula] {
    for condition in conditions { collect(condition, [:]) }
    // Too large to be told anything of: each is a question of its own.
    guard parts <= Self.partLimit else {
      variables = []
      index = [:]
      return conditions.map { .atom(variable: opaque($0, [:]), cases: [1]) }
    }
    for position in variables.indices { finish(position) }
    return conditions.map { formula($0, [:]) }
  }

  private typealias Environment = [Int: TypedExpression]

  /// How many parts of conditions are looked into; what lies beyond is one unknown question.
  private static let partLimit = 5_000
  private var parts = 0

  /// First pass: which constants each operand is compared with.
  private mutating func collect(_ expression: TypedExpression, _ environment: Environment) {
    parts += 1
    guard parts <= Self.partLimit else { return }
    switch Shape(expression, environment, rules) {
    case .constant: return
    case .parts(_, let parts): for (part, inner) in parts { collect(part, inner) }
    case .comparison(let operand, _, let constant, let type):
      let position = variable(operand, environment, type)
      guard let (value, label) = Self.number(constant, type) else { return }
      if !variables[position].bounds.contains(value) {
        variables[position].bounds.append(value)
        variables[position].boundLabels.append(label)
      }
    case .word(let operand, let words, let type):
      let position = variable(operand, environment, type)
      if case .string = type {
        for word in words where !variables[position].labels.contains("\"\(word)\"") {
          variables[position].labels.append("\"\(word)\"")
        }
      }
    case .question(let operand): _ = variable(operand, environment, .bool)
    case .opaque(let operand): _ = opaque(operand, environment)
    }
  }

  private mutating func variable(_ operand: TypedExpression, _ environment: Environment, _ type: ValueType) -> Int {
    let key = ExpressionKey.of(operand, environment)
    if let known = index[key] { return known }
    var labels: [String] = []
    switch type {
    case .bool: labels = ["false", "true"]
    case .enumeration(let index): labels = schema.enums[index].members
    case .string: labels = []
    default: break
    }
    var made = Variable(key: key, name: text(operand), labels: labels, isOpaque: false)
    if case .int = type { made.isWhole = true }
    if case .decimal = type { made.isWhole = true }
    return add(made)
  }

  private mutating func opaque(_ operand: TypedExpression, _ environment: Environment) -> Int {
    let key = "?" + ExpressionKey.of(operand, environment)
    if let known = index[key] { return known }
    return add(Variable(key: key, name: text(operand), labels: ["false", "true"], isOpaque: true))
  }

  private mutating func add(_ variable: Variable) -> Int {
    index[variable.key] = variables.count
    variables.append(variable)
    return variables.count - 1
  }

  private func text(_ expression: TypedExpression) -> String {
    guard !sources.files.isEmpty else { return "" }
    let bytes = sources[expression.range.file].bytes
    let range = Int(expression.range.start)..<Int(expression.range.end)
    guard range.upperBound <= bytes.count else { return "" }
    return String(decoding: bytes[range], as: UTF8.self)
  }

  /// Lays out the cases of an operand with an order: gap, constant, gap, constant, …, gap.
  private mutating func finish(_ position: Int) {
    guard !variables[position].bounds.isEmpty else {
      if !variables[position].isOpaque, !variables[position].labels.contains("another text"),
        variables[position].labels.first?.hasPrefix("\"") ?? false
      {
        variables[position].labels.append("another text")
      }
      return
    }
    let sorted = zip(variables[position].bounds, variables[position].boundLabels).sorted { $0.0 < $1.0 }
    variables[position].bounds = sorted.map(\.0)
    variables[position].boundLabels = sorted.map(\.1)
    var labels = ["under \(sorted[0].1)"]
    for (offset, bound) in sorted.enumerated() {
      labels.append(bound.1)
      labels.append(offset + 1 < sorted.count ? "between \(bound.1) and \(sorted[offset + 1].1)" : "over \(bound.1)")
    }
    variables[position].labels = labels
  }

  // MARK: Formulas

  private func formula(_ expression: TypedExpression, _ environment: Environment) -> Formula {
    switch Shape(expression, environment, rules) {
    case .constant(let value): return .constant(value)
    case .parts(let kind, let parts):
      let formulas = parts.map { formula($0.0, $0.1) }
      switch kind {
      case .and: return .and(formulas)
      case .or: return .or(formulas)
      case .not: return .not(formulas[0])
      case .none: return .not(.or(formulas))
      }
    case .comparison(let operand, let builtin, let constant, let type):
      let position = index[ExpressionKey.of(operand, environment)] ?? 0
      guard let (value, _) = Self.number(constant, type),
        let place = variables[position].bounds.firstIndex(of: value)
      else { return .constant(true) }
      return .atom(variable: position, cases: cases(builtin, at: 2 * place + 1, of: variables[position].labels.count))
    case .word(let operand, let words, let type):
      let position = index[ExpressionKey.of(operand, environment)] ?? 0
      let wanted = words.map { type == .string ? "\"\($0)\"" : $0 }
      let cases = variables[position].labels.indices.filter { wanted.contains(variables[position].labels[$0]) }
      return .atom(variable: position, cases: cases)
    case .question(let operand):
      return .atom(variable: index[ExpressionKey.of(operand, environment)] ?? 0, cases: [1])
    case .opaque(let operand):
      return .atom(variable: index["?" + ExpressionKey.of(operand, environment)] ?? 0, cases: [1])
    }
  }

  private func cases(_ builtin: Builtin, at place: Int, of count: Int) -> [Int] {
    switch builtin {
    case .equal: [place]
    case .notEqual: (0..<count).filter { $0 != place }
    case .less: Array(0..<place)
    case .lessOrEqual: Array(0...place)
    case .greater: Array((place + 1)..<count)
    default: Array(place..<count)
    }
  }

  /// A constant as a number that keeps the order of its type.
  static func number(_ value: Value, _ type: ValueType) -> (Int128, String)? {
    switch (value, type) {
    case (.int(let int), .decimal(let scale)):
      guard let exact = FixedPoint(units: int, scale: 0).rescaled(to: scale) else { return nil }
      return (Int128(exact.units), exact.description)
    case (.int(let int), _): return (Int128(int), String(int))
    case (.decimal(let decimal), .decimal(let scale)):
      guard let exact = decimal.rescaled(to: scale) else { return nil }
      return (Int128(exact.units), exact.description)
    case (.duration(let span), _): return (span.totalNanoseconds, span.description)
    case (.timestamp(let time), _):
      return (Int128(time.seconds) * 1_000_000_000 + Int128(time.nanoseconds), time.description)
    case (.date(let date), _): return (Int128(date.daysSinceEpoch), date.description)
    default: return nil
    }
  }

  // MARK: Questions

  /// Values for which `accepts` holds of the truth of the formulas; `nil` inside when there are too many to go through.
  enum Answer {
    case witness([Int: Int], usesOpaque: Bool)
    case none
    case tooMany(variable: Int)
  }

  func find(_ formulas: [Formula], where accepts: ([Bool]) -> Bool) -> Answer {
    var used: Set<Int> = []
    for formula in formulas { Self.variables(in: formula, into: &used) }
    let order = used.sorted()
    var total = 1
    for variable in order {
      total *= max(1, variables[variable].labels.count)
      if total > Self.limit {
        let widest = order.max { variables[$0].labels.count < variables[$1].labels.count } ?? variable
        return .tooMany(variable: widest)
      }
    }
    var values: [Int: Int] = [:]
    for variable in order { values[variable] = 0 }
    for _ in 0..<total {
      if isPossible(values), accepts(formulas.map { Self.truth($0, values) }) {
        return .witness(values, usesOpaque: order.contains { variables[$0].isOpaque })
      }
      for variable in order {
        let next = (values[variable] ?? 0) + 1
        if next < variables[variable].labels.count {
          values[variable] = next
          break
        }
        values[variable] = 0
      }
    }
    return .none
  }

  /// Between two neighbouring whole numbers there is nothing.
  private func isPossible(_ values: [Int: Int]) -> Bool {
    for (variable, value) in values where variables[variable].isWhole && value % 2 == 0 {
      let bounds = variables[variable].bounds
      let gap = value / 2
      if gap > 0, gap < bounds.count, bounds[gap] - bounds[gap - 1] == 1 { return false }
    }
    return true
  }

  private static func variables(in formula: Formula, into used: inout Set<Int>) {
    switch formula {
    case .constant: return
    case .atom(let variable, _): used.insert(variable)
    case .and(let parts), .or(let parts): for part in parts { variables(in: part, into: &used) }
    case .not(let part): variables(in: part, into: &used)
    }
  }

  private static func truth(_ formula: Formula, _ values: [Int: Int]) -> Bool {
    switch formula {
    case .constant(let value): value
    case .atom(let variable, let cases): cases.contains(values[variable] ?? 0)
    case .and(let parts): parts.allSatisfy { truth($0, values) }
    case .or(let parts): parts.contains { truth($0, values) }
    case .not(let part): !truth(part, values)
    }
  }

  /// A witness in words: `tier gold and amount 400`.
  func describe(_ witness: [Int: Int]) -> String {
    witness.sorted { $0.key < $1.key }.map { variable, value in
      let label = variables[variable].labels[value]
      if label == "true" || label == "false" { return "\(variables[variable].name) \(label)" }
      return "\(variables[variable].name) \(label)"
    }.joined(separator: " and ")
  }
}
