import BylawEvaluator
import BylawModel
import Testing

/// How values of a request are read: what fits, and every problem with its path.
struct ShapeTests {
  private static let plan: ExpressionPlan = {
    var plan = ExpressionPlan()
    plan.schema.enums = [Schema.Enumeration(name: "Severity", members: ["low", "high"], isOrdered: true)]
    plan.schema.entities = [
      Schema.Entity(name: "User", wire: "user", fields: [Field(name: "name", type: .string)]),
      Schema.Entity(name: "Group", fields: [Field(name: "name", type: .string)]),
    ]
    var name = Constraint()
    name.text = .text
    name.lower = 2
    name.upper = 5
    var optionalName = Constraint()
    optionalName.element = [name]
    plan.schema.records = [
      Schema.Record(
        name: "Phase",
        fields: [
          Field(name: "name", type: .string, constraint: name), Field(name: "size", type: .int),
          Field(name: "level", type: .enumeration(0), defaultValue: .value(.string("low"))),
          Field(name: "note", type: .optional(.string), constraint: optionalName),
        ])
    ]
    plan.schema.patches = [Schema.Patch(target: .record(0), fields: [0, 3])]
    return plan
  }()

  /// What a value reads as: its JSON, or the sentences of all problems.
  private static func read(
    _ json: String, as type: ValueType, _ change: (inout Constraint) -> Void = { _ in }
  ) throws -> String {
    var frame = Frame(plan: plan)
    frame.reset(source: nil, now: Timestamp(seconds: 0), inputCount: 0)
    var constraint = Constraint()
    change(&constraint)
    var problems: [ShapeProblem] = []
    let field = Field(name: "x", type: type, constraint: constraint)
    let cell = frame.shape(try JSONReader.parse(json), as: field, path: "x", problems: &problems)
    guard problems.isEmpty else { return problems.map { "\($0.path) \($0.message)" }.joined(separator: "; ") }
    #expect(!cell.isError)
    return JSONWriter.write(frame.value(of: cell, type), style: .compact)
  }

  @Test(
    "scalars are read by their type",
    arguments: [
      ("true", ValueType.bool, "true"), ("1", .bool, "x is a whole number"), ("7", .int, "7"),
      ("7.5", .int, "x is a number with a fraction"), ("\"7\"", .int, "x is a text that does not fit"),
      ("12.5", .decimal(scale: 2), "12.50"), ("12", .decimal(scale: 2), "12.00"),
      ("\"12.50\"", .decimal(scale: 2), "12.50"), ("12.345", .decimal(scale: 2), "x has too many decimal places"),
      ("12.340", .decimal(scale: 2), "12.34"), ("1", .double, "1.0"), ("\"low\"", .enumeration(0), "\"low\""),
      ("\"Low\"", .enumeration(0), "x is no Severity"), ("null", .optional(.int), "null"), ("null", .int, "x is null"),
      ("\"2025-12-01T10:00:00Z\"", .timestamp, "\"2025-12-01T10:00:00Z\""),
      ("\"2025-12-01T11:00:00+01:00\"", .timestamp, "\"2025-12-01T10:00:00Z\""),
      ("\"2025-12-01\"", .timestamp, "x is a text that does not fit"), ("\"2025-12-01\"", .date, "\"2025-12-01\""),
      ("\"2025-02-30\"", .date, "x is a text that does not fit"),
      ("\"soon\"", .duration, "x is a text that does not fit"),
      ("{\"a\": [1, null]}", .json, "{\"a\":[1,null]}"),
    ])
  func scalars(json: String, type: ValueType, expected: String) throws {
    #expect(try Self.read(json, as: type) == expected)
  }

  @Test(
    "references are read in all their forms",
    arguments: [
      ("\"u-1\"", "User/u-1"), ("\"User/u-1\"", "User/u-1"), ("\"user/u-1\"", "User/u-1"),
      ("{\"type\": \"user\", \"id\": \"u-1\"}", "User/u-1"), ("\"a/b\"", "User/a/b"),
    ])
  func references(json: String, expected: String) throws {
    var frame = Frame(plan: Self.plan)
    frame.reset(source: nil, now: Timestamp(seconds: 0), inputCount: 0)
    var problems: [ShapeProblem] = []
    let field = Field(name: "x", type: .entity([0]))
    let cell = frame.shape(try JSONReader.parse(json), as: field, path: "x", problems: &problems)
    #expect(problems.isEmpty)
    guard case .reference(let reference) = frame.value(of: cell, .entity([0])) else {
      Issue.record("no reference")
      return
    }
    #expect(reference.description == expected)
  }

  @Test func `references of no or another type are refused`() throws {
    #expect(try Self.read("\"\"", as: .entity([0])) == "x is a text that does not fit")
    #expect(try Self.read("{\"type\": \"Group\", \"id\": \"g\"}", as: .entity([0])) == "x is an object")
    #expect(try Self.read("7", as: .entity([0])) == "x is a whole number")
    #expect(try Self.read("\"g\"", as: .entity([0, 1])) == "x is a text that does not fit")
  }

  @Test func `declared bounds hold at both ends`() throws {
    func bounded(_ json: String, _ type: ValueType) throws -> String {
      try Self.read(json, as: type) {
        $0.lower = 1
        $0.upper = 3
      }
    }
    #expect(try bounded("1", .int) == "1")
    #expect(try bounded("3", .int) == "3")
    #expect(try bounded("0", .int) == "x is too small")
    #expect(try bounded("4", .int) == "x is too large")
    #expect(try bounded("0.03", .decimal(scale: 2)) == "0.03")
    #expect(try bounded("0.04", .decimal(scale: 2)) == "x is too large")
    #expect(try bounded("[]", .list(.int)) == "x has too few elements")
    #expect(try bounded("[1,2,3]", .list(.int)) == "[1,2,3]")
    #expect(try bounded("[1,2,3,4]", .list(.int)) == "x has too many elements")
    #expect(try bounded("\"\"", .string) == "x is too short")
    // One scalar each, however many bytes.
    #expect(try bounded("\"😀😀😀\"", .string) == "\"😀😀😀\"")
    #expect(try bounded("\"😀😀😀😀\"", .string) == "x is too long")
  }

  @Test func `text is trimmed and composed before it is measured`() throws {
    func text(_ json: String) throws -> String {
      try Self.read(json, as: .string) {
        $0.text = .text
        $0.upper = 2
      }
    }
    #expect(try text("\"  ab \\n\"") == "\"ab\"")
    #expect(try text("\"e\\u0301e\\u0301\"") == "\"éé\"")
    #expect(try text("\" \\t \"") == "x is blank")
    #expect(try Self.read("\"ann@example.org\"", as: .string) { $0.text = .email } == "\"ann@example.org\"")
    #expect(try Self.read("\"ann@\"", as: .string) { $0.text = .email } == "x is no e-mail address")
  }

  @Test func `every problem of a nested value is told at once, each at its path`() throws {
    let json = """
      [{"name": "one", "size": 1}, {"name": "x", "size": "2", "colour": 1}, {"size": 3, "level": "mid", "note": "z"}]
      """
    #expect(
      try Self.read(json, as: .list(.record(0)))
        == """
        x[1].colour is not known; x[1].name is too short; x[1].size is a text that does not fit; \
        x[2].name is missing; x[2].level is no Severity; x[2].note is too short
        """)
    #expect(
      try Self.read("[{\"name\": \" ab \", \"size\": 1}]", as: .list(.record(0)))
        == "[{\"level\":\"low\",\"name\":\"ab\",\"size\":1}]")
  }

  @Test func `the keys of a map are ascending, its values at their keys`() throws {
    #expect(try Self.read("{\"b\": 1, \"a\": 2}", as: .map(.int)) == "{\"a\":2,\"b\":1}")
    #expect(try Self.read("{\"b\": true}", as: .map(.int)) == "x.b is true or false")
  }

  @Test func `members that a nested record does not have are passed over on the AuthZEN wire`() throws {
    for isLenient in [false, true] {
      var frame = Frame(plan: Self.plan)
      frame.reset(source: nil, now: Timestamp(seconds: 0), inputCount: 0)
      frame.ignoresUndeclared = isLenient
      var problems: [ShapeProblem] = []
      let json = try JSONReader.parse("[{\"name\": \"abc\", \"size\": 1, \"nmae\": 2}]")
      _ = frame.shape(json, as: Field(name: "x", type: .list(.record(0))), path: "x", problems: &problems)
      #expect(problems.map(\.hint) == (isLenient ? [] : ["did you mean 'name'?"]))
    }
  }

  @Test func `a patch takes some of its fields, and null empties an optional one`() throws {
    #expect(try Self.read("{\"name\": \"abc\"}", as: .patch(0)) == "{\"name\":\"abc\"}")
    #expect(try Self.read("{\"size\": 1}", as: .patch(0)) == "x.size is not known")
    #expect(try Self.read("{\"note\": \"z\"}", as: .patch(0)) == "x.note is too short")
    #expect(try Self.read("{}", as: .patch(0)) == "{}")
    #expect(try Self.read("{\"note\": null}", as: .patch(0)) == "{\"note\":null}")
    #expect(try Self.read("{\"name\": null}", as: .patch(0)) == "x.name is null")
  }

  @Test func `a range has bounds of its type`() throws {
    #expect(try Self.read("{\"from\": 1, \"under\": 5}", as: .range(.int)) == "{\"from\":1,\"under\":5}")
    #expect(try Self.read("{\"from\": 1, \"upto\": 5}", as: .range(.int)) == "x.upto is not known")
    #expect(try Self.read("{\"from\": \"a\"}", as: .range(.int)) == "x.from is a text that does not fit")
  }
}
