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
    /// Where the author wrote it first.
    var place: SourceRange
    var type: ValueType
    /// What each case is called in a witness, for operands without an order.
    var words: [String]
    /// Whether the answer can depend on something that the space does not know.
    var isOpaque: Bool
    /// Constants in order, for operands with an order: the cases are gap, constant, gap, constant, …, gap.
    var bounds: [Bound] = []

    /// How many cases there are.
    var caseCount: Int { bounds.isEmpty ? words.count : 2 * bounds.count + 1 }

    /// What a case is called in a witness.
    func label(_ place: Int) -> String {
      guard !bounds.isEmpty else { return words[place] }
      let next = place / 2
      if place % 2 == 1 { return bounds[next].label }
      if next == 0 { return "under \(bounds[0].label)" }
      let last = bounds[next - 1].label
      return next < bounds.count ? "between \(last) and \(bounds[next].label)" : "over \(last)"
    }

    /// Whether there is nothing between some neighbours.
    var isWhole: Bool {
      switch type {
      case .int, .decimal: true
      default: false
      }
    }
  }

  /// A constant that an operand with an order is compared with.
  struct Bound {
    /// Its place in the order.
    var number: Int128
    var value: Value
    var type: ValueType

    /// The constant as people read it.
    var label: String {
      switch (value, type) {
      case (.int(let int), .decimal(let scale)):
        FixedPoint(units: int, scale: 0).rescaled(to: scale)?.description ?? String(int)
      case (.int(let int), _): String(int)
      case (.decimal(let decimal), .decimal(let scale)):
        decimal.rescaled(to: scale)?.description ?? decimal.description
      case (.duration(let span), _): span.description
      case (.timestamp(let time), _): time.description
      case (.date(let date), _): date.description
      default: ""
      }
    }
  }

  /// More combinations than this are not gone through.
  static let limit = 200_000

  private(set) var variables: [Variable] = []
  private var index: [ExpressionKey: Int] = [:]
  /// The same for what is one unknown question as a whole.
  private var opaqueIndex: [ExpressionKey: Int] = [:]
  private let constants: ConstantEvaluator
  private let schema: Schema
  private let sources: SourceMap

  /// `rules`: with the vocabulary and the number of their variables.
  init(_ rules: CheckedRuleSet, sources: SourceMap) {
    constants = ConstantEvaluator(rules)
    schema = rules.vocabulary.schema
    self.sources = sources
  }

  // MARK: Building

  /// Reads conditions into the space, in place of those before; they share operands.
  mutating func read(_ conditions: [TypedExpression]) -> [Formula] {
    clear()
    let drafts = conditions.map { draft($0, [:]) }
    // Too large to be told anything of: each is a question of its own.
    guard parts <= Self.partLimit else {
      clear()
      return conditions.map { .atom(variable: opaque($0, [:]), cases: [1]) }
    }
    for position in variables.indices { finish(position) }
    return drafts.map { formula($0) }
  }

  private mutating func clear() {
    variables.removeAll(keepingCapacity: true)
    index.removeAll(keepingCapacity: true)
    opaqueIndex.removeAll(keepingCapacity: true)
    parts = 0
  }

  private typealias Environment = [Int: TypedExpression]

  /// How many parts of conditions are looked into; what lies beyond is one unknown question.
  private static let partLimit = 5_000
  private var parts = 0

  /// A formula whose cases are numbered once all constants are known.
  private indirect enum Draft {
    case constant(Bool)
    case comparison(variable: Int, Builtin, with: Int128)
    case words(variable: Int, [String])
    case question(variable: Int)
    case parts(Shape.Connective, [Draft])
  }

  /// First pass: the operands, and which constants each is compared with.
  private mutating func draft(_ expression: TypedExpression, _ environment: Environment) -> Draft {
    parts += 1
    guard parts <= Self.partLimit else { return .constant(true) }
    switch Shape(expression, environment, constants) {
    case .constant(let value): return .constant(value)
    case .parts(let kind, let parts): return .parts(kind, parts.map { draft($0.0, $0.1) })
    case .comparison(let operand, let builtin, let constant, let type):
      let position = variable(operand, environment, type)
      guard let number = Self.number(constant, type) else { return .constant(true) }
      if !variables[position].bounds.contains(where: { $0.number == number }) {
        variables[position].bounds.append(Bound(number: number, value: constant, type: type))
      }
      return .comparison(variable: position, builtin, with: number)
    case .word(let operand, let words, let type):
      let position = variable(operand, environment, type)
      guard case .string = type else { return .words(variable: position, words) }
      let quoted = words.map { "\"" + $0 + "\"" }
      for word in quoted where !variables[position].words.contains(word) { variables[position].words.append(word) }
      return .words(variable: position, quoted)
    case .question(let operand): return .question(variable: variable(operand, environment, .bool))
    case .opaque(let operand): return .question(variable: opaque(operand, environment))
    }
  }

  private mutating func variable(_ operand: TypedExpression, _ environment: Environment, _ type: ValueType) -> Int {
    let key = ExpressionKey(operand, environment)
    if let known = index[key] { return known }
    let words: [String] =
      switch type {
      case .bool: ["false", "true"]
      case .enumeration(let index): schema.enums[index].members
      default: []
      }
    index[key] = variables.count
    variables.append(Variable(place: operand.range, type: type, words: words, isOpaque: false))
    return variables.count - 1
  }

  private mutating func opaque(_ operand: TypedExpression, _ environment: Environment) -> Int {
    let key = ExpressionKey(operand, environment)
    if let known = opaqueIndex[key] { return known }
    opaqueIndex[key] = variables.count
    variables.append(Variable(place: operand.range, type: .bool, words: ["false", "true"], isOpaque: true))
    return variables.count - 1
  }

  /// An operand as the author wrote it.
  func name(of variable: Int) -> String {
    guard !sources.files.isEmpty else { return "" }
    let place = variables[variable].place
    let bytes = sources[place.file].bytes
    let range = Int(place.start)..<Int(place.end)
    guard range.upperBound <= bytes.count else { return "" }
    return String(decoding: bytes[range], as: UTF8.self)
  }

  /// Completes the cases of an operand, when all constants are known.
  private mutating func finish(_ position: Int) {
    if variables[position].bounds.count > 1 { variables[position].bounds.sort { $0.number < $1.number } }
    guard variables[position].bounds.isEmpty, !variables[position].isOpaque,
      variables[position].words.first?.hasPrefix("\"") ?? false,
      !variables[position].words.contains("another text")
    else { return }
    variables[position].words.append("another text")
  }

  // MARK: Formulas

  private func formula(_ draft: Draft) -> Formula {
    switch draft {
    case .constant(let value): return .constant(value)
    case .parts(let kind, let parts):
      let formulas = parts.map { formula($0) }
      switch kind {
      case .and: return .and(formulas)
      case .or: return .or(formulas)
      case .not: return .not(formulas[0])
      case .none: return .not(.or(formulas))
      }
    case .comparison(let position, let builtin, let number):
      guard let place = variables[position].bounds.firstIndex(where: { $0.number == number }) else {
        return .constant(true)
      }
      return .atom(variable: position, cases: cases(builtin, at: 2 * place + 1, of: variables[position].caseCount))
    case .words(let position, let wanted):
      // Where the operand has an order too, no case of it is one of the words.
      let words = variables[position].bounds.isEmpty ? variables[position].words : []
      return .atom(variable: position, cases: words.indices.filter { wanted.contains(words[$0]) })
    case .question(let position): return .atom(variable: position, cases: [1])
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
  static func number(_ value: Value, _ type: ValueType) -> Int128? {
    switch (value, type) {
    case (.int(let int), .decimal(let scale)):
      FixedPoint(units: int, scale: 0).rescaled(to: scale).map { Int128($0.units) }
    case (.int(let int), _): Int128(int)
    case (.decimal(let decimal), .decimal(let scale)): decimal.rescaled(to: scale).map { Int128($0.units) }
    case (.duration(let span), _): span.totalNanoseconds
    case (.timestamp(let time), _): Int128(time.seconds) * 1_000_000_000 + Int128(time.nanoseconds)
    case (.date(let date), _): Int128(date.daysSinceEpoch)
    default: nil
    }
  }

  // MARK: Questions

  /// Values for which formulas have the truth that is asked; `tooMany` when there are too many to go through.
  enum Answer {
    case witness([Int: Int], usesOpaque: Bool)
    case none
    case tooMany(variable: Int)
  }

  /// Whether some values make all of `holding` true and all of `failing` false: the first ones, in the order in which
  /// cases are counted through.
  func find(holding: [Formula] = [], failing: [Formula] = []) -> Answer {
    var used: Set<Int> = []
    for formula in holding + failing { Self.variables(in: formula, into: &used) }
    let order = used.sorted()
    var total = 1
    for variable in order {
      total *= max(1, variables[variable].caseCount)
      if total > Self.limit {
        let widest = order.max { variables[$0].caseCount < variables[$1].caseCount } ?? variable
        return .tooMany(variable: widest)
      }
    }
    var search = ConditionSearch()
    for variable in order {
      search.add(operand: variable, caseCount: variables[variable].caseCount) { isPossible($0, of: variable) }
    }
    for formula in holding { search.require(formula, true) }
    for formula in failing { search.require(formula, false) }
    guard let values = search.first() else { return .none }
    return .witness(
      Dictionary(uniqueKeysWithValues: zip(order, values)), usesOpaque: order.contains { variables[$0].isOpaque })
  }

  /// Between two neighbouring whole numbers there is nothing.
  private func isPossible(_ place: Int, of variable: Int) -> Bool {
    guard place % 2 == 0, variables[variable].isWhole else { return true }
    let bounds = variables[variable].bounds
    let gap = place / 2
    return gap == 0 || gap >= bounds.count || bounds[gap].number - bounds[gap - 1].number != 1
  }

  private static func variables(in formula: Formula, into used: inout Set<Int>) {
    switch formula {
    case .constant: return
    case .atom(let variable, _): used.insert(variable)
    case .and(let parts), .or(let parts): for part in parts { variables(in: part, into: &used) }
    case .not(let part): variables(in: part, into: &used)
    }
  }

  /// A witness in words: `tier gold and amount 400`.
  func describe(_ witness: [Int: Int]) -> String {
    witness.sorted { $0.key < $1.key }
      .map { variable, value in "\(name(of: variable)) \(variables[variable].label(value))" }
      .joined(separator: " and ")
  }
}
