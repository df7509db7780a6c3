import BylawCompiler
import BylawEvaluator
import BylawModel
import BylawSyntax
import Testing

/// Classifications and bands: what they give, and when an error makes them unknown.
struct TableTests {
  /// How a row comes out: it holds, does not, or errs.
  enum Row: Character, Sendable { case holds = "t", fails = "f", errs = "E" }

  private static let range = SourceRange(file: FileID(index: 0), start: 0, end: 0)
  private static func literal(_ value: Value, _ type: ValueType) -> TypedExpression {
    TypedExpression(.literal(value), type, at: range)
  }
  private static let error = TypedExpression(
    .call(
      .less,
      [
        TypedExpression(.call(.divideInt, [literal(.int(1), .int), literal(.int(0), .int)]), .int, at: range),
        literal(.int(0), .int),
      ]), .bool, at: range)

  /// A plan whose last node is a table with these rows; the rank of a row is its output, which is not a constant of
  /// the table where `isComputed`.
  private static func table(
    _ policy: ExpressionPlan.Table.HitPolicy, _ rows: String, ranks: [Int64], otherwise: Int64?, isComputed: Bool
  ) -> (ExpressionPlan, NodeID) {
    let conditions = rows.map { character in
      switch Row(rawValue: character) {
      case .holds: literal(.bool(true), .bool)
      case .fails: literal(.bool(false), .bool)
      case .errs, nil: error
      }
    }
    let outputs = ranks.map { literal(.int($0), .int) } + [otherwise].compactMap { $0.map { literal(.int($0), .int) } }
    // The value of the list is never asked for; it is there for its operands.
    let list = TypedExpression(.list(conditions + outputs), .list(.int), at: range)
    var (plan, root) = ExpressionPlanner.plan(list, in: Vocabulary(), localCount: 0)
    let operands = (0..<(conditions.count + outputs.count)).map {
      plan.operands[Int(plan.nodes[Int(root.raw)].a) + $0]
    }
    let made = ranks.indices.map { index in
      ExpressionPlan.Table.Row(
        condition: operands[index], output: operands[conditions.count + index], rank: isComputed ? nil : ranks[index])
    }
    plan.tables.append(
      .init(
        hitPolicy: policy, rows: made, otherwise: otherwise == nil ? nil : operands[operands.count - 1],
        worstRank: isComputed ? .max : ranks.max() ?? .max))
    plan.nodes.append(PlanNode(.table, a: 0))
    plan.types.append(.int)
    plan.places.append("")
    return (plan, NodeID(raw: Int32(plan.nodes.count - 1)))
  }

  private static func result(
    _ policy: ExpressionPlan.Table.HitPolicy, _ rows: String, ranks: [Int64] = [3, 2, 1], otherwise: Int64? = 0,
    isComputed: Bool = false
  ) -> String {
    let (plan, node) = table(policy, rows, ranks: ranks, otherwise: otherwise, isComputed: isComputed)
    var frame = Frame(plan: plan)
    frame.reset(source: nil, now: Timestamp(seconds: 0), inputCount: 0)
    let cell = frame.evaluate(node)
    if cell.isError { return "error: \(frame.error(of: cell).cause)" }
    let type: ValueType = policy == .all ? .list(.int) : .int
    let row = frame.row(of: node).map { " row \($0)" } ?? ""
    return JSONWriter.write(frame.value(of: cell, type), style: .compact) + row
  }

  @Test(
    "worst is known in spite of an error once it has the worst value",
    arguments: [
      ("ttt", "3 row 0"), ("ftt", "2 row 1"), ("fft", "1 row 2"), ("fff", "0"),
      ("tEE", "3 row 0"), ("tfE", "3 row 0"), ("Ett", "E"), ("fEt", "E"), ("ftE", "E"), ("ffE", "E"), ("EEE", "E"),
    ])
  func worst(rows: String, expected: String) {
    #expect(Self.result(.worst, rows) == full(expected))
  }

  @Test func `worst does not depend on the order of the rows`() {
    #expect(Self.result(.worst, "Eft", ranks: [1, 2, 3]) == "3 row 2")
    #expect(Self.result(.worst, "Etf", ranks: [1, 2, 3]) == full("E"))
    #expect(Self.result(.worst, "ttt", ranks: [2, 3, 3]) == "3 row 1")
    // Outputs that are worked out may be worse than any that is known.
    #expect(Self.result(.worst, "ttE", isComputed: true) == full("E"))
    #expect(Self.result(.worst, "ftt", isComputed: true) == "2 row 1")
  }

  @Test(
    "first is decided by the first row that holds, unless an earlier one errs",
    arguments: [
      ("ttt", "3 row 0"), ("ftt", "2 row 1"), ("fff", "0"), ("tEE", "3 row 0"), ("ftE", "2 row 1"),
      ("Ett", "E"), ("fEt", "E"), ("ffE", "E"),
    ])
  func first(rows: String, expected: String) {
    #expect(Self.result(.first, rows) == full(expected))
  }

  @Test(
    "only is unknown with an error, whatever else holds",
    arguments: [
      ("tff", "3 row 0"), ("fft", "1 row 2"), ("fff", "0"), ("tEf", "E"), ("Etf", "E"), ("ffE", "E"),
      ("ttf", "error: more than one row applies"), ("ttE", "error: more than one row applies"),
      ("Ett", "error: more than one row applies"),
    ])
  func only(rows: String, expected: String) {
    #expect(Self.result(.only, rows) == full(expected))
  }

  @Test(
    "all collects every row that holds",
    arguments: [("tft", "[3,1]"), ("fff", "[0]"), ("tEt", "E"), ("ffE", "E")])
  func all(rows: String, expected: String) {
    #expect(Self.result(.all, rows) == full(expected))
  }

  @Test func `a table without a row that holds and without otherwise errs`() {
    for policy in [ExpressionPlan.Table.HitPolicy.worst, .first, .only] {
      #expect(Self.result(policy, "fff", otherwise: nil) == "error: no row applies")
    }
    #expect(Self.result(.all, "fff", otherwise: nil) == "[]")
  }

  private func full(_ expected: String) -> String { expected == "E" ? "error: division by zero" : expected }

  // MARK: Bands

  private static func band(
    when: Row? = nil, _ measure: Int64, of limit: Int64, _ percent: FixedPoint, includesBound: Bool
  ) -> String {
    let condition: TypedExpression =
      switch when {
      case .holds, nil: literal(.bool(true), .bool)
      case .fails: literal(.bool(false), .bool)
      case .errs: error
      }
    let list = TypedExpression(
      .list([condition, literal(.int(measure), .int), literal(.int(limit), .int)]), .list(.int), at: range)
    var (plan, root) = ExpressionPlanner.plan(list, in: Vocabulary(), localCount: 0)
    let start = Int(plan.nodes[Int(root.raw)].a)
    plan.bands.append(
      .init(
        condition: when == nil ? nil : plan.operands[start], measure: plan.operands[start + 1],
        of: plan.operands[start + 2], isDuration: false, percent: percent, includesBound: includesBound))
    plan.nodes.append(PlanNode(.band, a: 0))
    plan.types.append(.bool)
    plan.places.append("")
    var frame = Frame(plan: plan)
    frame.reset(source: nil, now: Timestamp(seconds: 0), inputCount: 0)
    let cell = frame.evaluate(NodeID(raw: Int32(plan.nodes.count - 1)))
    return cell.isError ? "error: \(frame.error(of: cell).cause)" : cell.isTrue ? "reached" : "not reached"
  }

  @Test(
    "a band is reached at its bound, or above it",
    arguments: [
      (74, 100, true, "not reached"), (75, 100, true, "reached"), (75, 100, false, "not reached"),
      (76, 100, false, "reached"), (3, 4, true, "reached"), (2, 3, true, "not reached"),
      (Int64.max, Int64.max, true, "reached"), (Int64.max / 4 * 3, Int64.max, true, "not reached"),
      (-1, 100, true, "not reached"), (0, 0, true, "error: threshold that is not positive"),
      (1, -1, true, "error: threshold that is not positive"),
    ])
  func bounds(measure: Int64, limit: Int64, includesBound: Bool, expected: String) {
    let percent = FixedPoint(units: 75, scale: 0)
    #expect(Self.band(measure, of: limit, percent, includesBound: includesBound) == expected)
  }

  @Test func `percentages with decimal places are exact`() {
    let third = FixedPoint(units: 3_333, scale: 2)
    #expect(Self.band(3_333, of: 10_000, third, includesBound: true) == "reached")
    #expect(Self.band(3_333, of: 10_000, third, includesBound: false) == "not reached")
    #expect(Self.band(1, of: 3, third, includesBound: false) == "reached")
  }

  @Test func `a threshold that does not apply reaches no band, and its error is the band's`() {
    let percent = FixedPoint(units: 75, scale: 0)
    #expect(Self.band(when: .fails, 1, of: 0, percent, includesBound: true) == "not reached")
    #expect(Self.band(when: .holds, 1, of: 1, percent, includesBound: true) == "reached")
    #expect(Self.band(when: .errs, 1, of: 1, percent, includesBound: true) == "error: division by zero")
  }
}
