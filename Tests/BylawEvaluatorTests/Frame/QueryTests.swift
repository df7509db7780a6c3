import BylawCompiler
import BylawEvaluator
import BylawModel
import BylawSyntax
import Testing

/// Facts over records, and what reading a record gives.
struct QueryTests {
  private static let task = ValueType.entity([0])

  private static let evaluation: Evaluation = {
    var evaluation = Evaluation()
    evaluation.vocabulary.schema.entities = [
      Schema.Entity(
        name: "Task",
        fields: [
          Field(name: "points", type: .int), Field(name: "done", type: .bool),
          Field(name: "due", type: .optional(.timestamp)),
          Field(name: "weight", type: .double, defaultValue: .value(.double(0.5))),
          Field(name: "spent", type: .duration, defaultValue: .value(.string("10 min"))),
        ]),
      Schema.Entity(name: "Note", fields: [Field(name: "text", type: .string)]),
    ]
    evaluation.vocabulary.entities = ["Task": 0, "Note": 1]
    var records = TestRecords()
    records.add("Task", "a", ["points": .int(3), "done": .bool(true), "due": .string("2025-12-02T00:00:00Z")])
    records.add("Task", "b", ["points": .int(1), "done": .bool(false)])
    records.add("Task", "c", ["points": .int(2), "done": .bool(true), "due": .string("2025-12-01T00:00:00Z")])
    evaluation.records = records
    evaluation.variables = [
      .init(name: "it", type: task, value: .string("a")),
      .init(name: "either", type: .entity([0, 1]), value: .string("Note/n")),
      .init(name: "note", type: .entity([1]), value: .string("n")),
      .init(name: "gone", type: task, value: .string("z")),
    ]
    return evaluation
  }()

  /// A fact; `it` is the first variable of the fixture.
  private static func query(
    _ kind: TypedExpression.Query.Kind, where condition: String? = nil, of: String? = nil, order: String? = nil,
    latestFirst: Bool = false, limit: Int? = nil, in evaluation: Evaluation = evaluation
  ) -> String {
    var count = 0
    var local = 0
    func part(_ source: String?) -> TypedExpression? {
      guard let source else { return nil }
      switch evaluation.check(source) {
      case .mistake(let message):
        Issue.record("\(source): \(message)")
        return nil
      case .expression(let expression, let localCount, let locals):
        count = max(count, localCount)
        local = locals[0]
        return expression
      }
    }
    let parts = (part(condition), part(of), part(order))
    let type: ValueType =
      switch kind {
      case .count: .int
      case .exists: .bool
      case .sum: parts.1?.type ?? .int
      case .min, .max: .optional(parts.1?.type ?? .int)
      case .first, .one: .optional(task)
      case .list: .list(task)
      }
    let query = TypedExpression.Query(
      kind: kind, entity: 0, local: local, condition: parts.0, of: parts.1, order: parts.2, latestFirst: latestFirst,
      limit: limit)
    let range = SourceRange(file: FileID(index: 0), start: 0, end: 0)
    return evaluation.evaluate(TypedExpression(.query(query), type, at: range), localCount: max(count, 8))
  }

  @Test func `a fact gives what the records say`() {
    #expect(Self.query(.count) == "3")
    #expect(Self.query(.count, where: "it.done") == "2")
    #expect(Self.query(.sum, where: "it.done", of: "it.points") == "5")
    #expect(Self.query(.sum, where: "it.points > 9", of: "it.points") == "0")
    #expect(Self.query(.sum, of: "it.weight") == "1.5")
    #expect(Self.query(.sum, where: "it.points > 9", of: "it.weight == 0.5 ? 0.25 : 0.75") == "0.0")
    #expect(Self.query(.sum, of: "it.spent") == "\"30 min\"" || Self.query(.sum, of: "it.spent") == "\"1800s\"")
    #expect(Self.query(.min, of: "it.points") == "1")
    #expect(Self.query(.max, where: "it.points > 9", of: "it.points") == "none")
    #expect(Self.query(.max, of: "it.due").contains("2025-12-02"))
    #expect(Self.query(.exists, where: "it.points == 2") == "true")
    #expect(Self.query(.exists, where: "it.points == 9") == "false")
    #expect(Self.query(.one, where: "it.points == 2").contains("c"))
    #expect(Self.query(.one, where: "it.points == 9") == "none")
    #expect(Self.query(.one, where: "it.done") == "error: more than one record")
  }

  @Test func `records come in the order asked for, those without a value last`() {
    func order(_ order: String, latestFirst: Bool = false, limit: Int? = nil) -> String {
      Self.query(.list, order: order, latestFirst: latestFirst, limit: limit)
        .replacing("Task", with: "").replacing("type", with: "").filter { "abc".contains($0) }
    }
    #expect(order("it.points") == "bca")
    #expect(order("it.points", latestFirst: true) == "acb")
    #expect(order("it.due") == "cab")
    #expect(order("it.due", latestFirst: true) == "acb")
    #expect(order("it.points", limit: 2) == "bc")
    #expect(order("it.points > 9") == "abc")
  }

  @Test func `one record that errs makes the fact unknown, unless another decides that one exists`() {
    let error = "error: division by zero"
    #expect(Self.query(.count, where: "1 / (it.points - 1) > 0") == error)
    #expect(Self.query(.sum, of: "1 / (it.points - 1)") == error)
    #expect(Self.query(.list, order: "1 / (it.points - 1)") == error)
    // The record that errs is the first, in the middle or the last.
    for divisor in 1...3 {
      for wanted in 1...3 where wanted != divisor {
        let condition = "1 / (it.points - \(divisor)) > 9 || it.points == \(wanted)"
        #expect(Self.query(.exists, where: condition) == "true", "\(condition)")
      }
      #expect(Self.query(.exists, where: "1 / (it.points - \(divisor)) > 9") == error)
    }
  }

  @Test func `without records a fact is unknown`() {
    var evaluation = Self.evaluation
    evaluation.records = nil
    #expect(Self.query(.count, in: evaluation).hasPrefix("error: fact not given"))
  }

  @Test func `a field of a record that is not there errs, and so does one of another type`() {
    #expect(Self.evaluation("it.points") == "3")
    #expect(Self.evaluation("gone.points") == "error: record not found")
    #expect(Self.evaluation("gone.points > 0 || it.done") == "true")
    #expect(Self.evaluation("has(it.due)") == "true")
    #expect(Self.evaluation("type(either) == Task && either.points > 0") == "false")
    // The checker takes the record for a task; it is a note all the same.
    let range = SourceRange(file: FileID(index: 0), start: 0, end: 0)
    for field in 0...4 {
      let either = TypedExpression(.local(1), Self.task, at: range)
      let read = TypedExpression(.field(either, field), .int, at: range)
      #expect(Self.evaluation.evaluate(read, localCount: 8, locals: [0, 1]) == "error: record of another type")
    }
  }
}
