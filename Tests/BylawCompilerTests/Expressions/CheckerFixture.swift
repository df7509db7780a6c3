import BylawCompiler
import BylawModel
import BylawSyntax
import Testing

/// A small rule set, and the names of one action, for the tables of this folder.
enum Fixture {
  static let vocabulary = makeVocabulary()
  static let scope = makeScope()

  // Positions in the schema.
  static let role = ValueType.enumeration(0)
  static let severity = ValueType.enumeration(1)
  static let impact = ValueType.record(0)
  static let window = ValueType.record(1)
  static let plan = ValueType.record(2)
  static let terms = ValueType.record(3)
  static let user = ValueType.entity([0])
  static let group = ValueType.entity([1])
  static let incident = ValueType.entity([2])

  private static func makeVocabulary() -> Vocabulary {
    var vocabulary = Vocabulary()
    vocabulary.timeZone = "Europe/Berlin"
    vocabulary.schema.enums = [
      Schema.Enumeration(name: "Role", members: ["manager", "operator", "vendor"], isOrdered: false),
      Schema.Enumeration(name: "Severity", members: ["P4", "P3", "P2", "P1"], isOrdered: true),
    ]
    vocabulary.schema.records = [
      Schema.Record(
        name: "Impact",
        fields: [
          Field(name: "outage", type: .bool, defaultValue: .value(.bool(false))),
          Field(name: "clients", type: .int),
          Field(name: "note", type: .optional(.string)),
          Field(name: "since", type: .timestamp, defaultValue: .now),
        ]),
      Schema.Record(
        name: "Window",
        fields: [Field(name: "start", type: .timestamp), Field(name: "end", type: .timestamp)]),
      Schema.Record(
        name: "Plan",
        fields: [
          Field(name: "window", type: .optional(window)), Field(name: "hit", type: .int),
          Field(name: "cost", type: .optional(.decimal(scale: 2))),
        ]),
      Schema.Record(
        name: "Terms",
        fields: [
          Field(name: "response", type: .range(.duration)), Field(name: "availability", type: .decimal(scale: 1)),
        ]),
    ]
    vocabulary.schema.entities = [
      Schema.Entity(
        name: "User",
        fields: [
          Field(name: "name", type: .string), Field(name: "role", type: role),
          Field(name: "email", type: .optional(.string)), Field(name: "manager", type: .optional(user)),
        ]),
      Schema.Entity(
        name: "Group",
        fields: [Field(name: "members", type: .list(user)), Field(name: "name", type: .string)]),
      Schema.Entity(
        name: "Incident",
        fields: [
          Field(name: "title", type: .string), Field(name: "severity", type: severity),
          Field(name: "created_by", type: user), Field(name: "created_at", type: .timestamp),
          Field(name: "closed_at", type: .optional(.timestamp)), Field(name: "impact", type: impact),
          Field(name: "plan", type: .optional(plan)), Field(name: "cost", type: .decimal(scale: 2)),
          Field(name: "rate", type: .decimal(scale: 4)), Field(name: "component", type: .optional(incident)),
          Field(name: "watchers", type: .list(user)), Field(name: "labels", type: .map(.string)),
          Field(name: "owner", type: .entity([0, 1])), Field(name: "due", type: .optional(.date)),
          Field(name: "payload", type: .optional(.json)), Field(name: "codes", type: .list(.int)),
          Field(name: "limits", type: .range(.duration)), Field(name: "assignee", type: .optional(.entity([0, 1]))),
          Field(name: "level", type: .optional(severity)), Field(name: "day", type: .date),
        ]),
    ]
    vocabulary.schema.patches = [Schema.Patch(target: incident, fields: [0, 1, 4])]
    for (index, item) in vocabulary.schema.enums.enumerated() { vocabulary.enums[item.name] = index }
    for (index, item) in vocabulary.schema.records.enumerated() { vocabulary.records[item.name] = index }
    for (index, item) in vocabulary.schema.entities.enumerated() { vocabulary.entities[item.name] = index }
    vocabulary.functions = [
      "full_outage": function(.condition(0), [("impact", impact)], .bool),
      "same_owner": function(.condition(1), [("first", .optional(user)), ("second", user)], .bool),
      "severity_of": function(.classification(0), [("impact", impact)], severity),
      "terms_of": function(.classification(1), [("severity", severity), ("fee", .decimal(scale: 2))], terms),
      "business_hours": function(.calendar(0), [("t", .timestamp)], .bool),
    ]
    vocabulary.thresholds = ["token_budget": Vocabulary.Threshold(index: 0, bands: ["warning", "blocked"])]
    return vocabulary
  }

  private static func function(
    _ meaning: Vocabulary.Function.Meaning, _ parameters: [(name: String, type: ValueType)], _ result: ValueType
  ) -> Vocabulary.Function {
    Vocabulary.Function(meaning: meaning, parameters: parameters, result: result)
  }

  private static func makeScope() -> Scope {
    var scope = Scope()
    scope.names["subject"] = .value(.root(.subject), user)
    scope.names["resource"] = .value(.root(.resource), incident)
    scope.names["action"] = .value(.root(.action), .string)
    scope.names["now"] = .value(.root(.now), .timestamp)
    scope.names["today"] = .value(.root(.today), .date)
    scope.names["after"] = .unavailable("only what holds after the effects may read it")
    let inputs: [(String, ValueType)] = [
      ("n", .int), ("x", .double), ("title", .string), ("amount", .decimal(scale: 2)),
      ("tags", .list(.string)), ("count", .optional(.int)), ("changes", .patch(0)), ("payload", .json),
      ("other", .optional(incident)), ("ok", .bool), ("wait", .duration), ("counts", .map(.int)),
      ("spans", .list(.duration)), ("nested", .list(.list(.int))), ("impact", .optional(impact)),
      ("level", severity), ("incidents", .list(incident)), ("quantity", .decimal(scale: 0)),
      ("prices", .list(.decimal(scale: 2))), ("roles", .list(role)), ("nick", .optional(.string)),
      ("scores", .optional(.map(.int))), ("words", .optional(.list(.string))),
    ]
    scope.names["input"] = .namespace(
      Dictionary(
        uniqueKeysWithValues: inputs.enumerated().map { index, input in
          (input.0, Scope.Binding.value(.root(.input(index)), input.1))
        }))
    scope.names["let"] = .namespace([
      "duplicate": .value(.root(.definition(0)), .optional(incident)),
      "open": .value(.root(.definition(1)), .int),
      "later": .unavailable("it is read after the effects"),
    ])
    scope.names["context"] = .namespace(["session": .namespace(["mfa": .value(.root(.context(0)), .bool)])])
    return scope
  }

  /// Parses and checks one expression.
  static func check(
    _ source: String, expecting: ValueType? = nil, given flow: Flow = .none
  ) -> (type: ValueType, expression: TypedExpression, diagnostics: [Diagnostic]) {
    var syntax = Diagnostics()
    let parsed = ExpressionParser.parse(source, map: map, diagnostics: &syntax)
    var checker = ExpressionChecker(vocabulary: vocabulary)
    let result = checker.check(parsed, expecting: expecting, in: scope, given: flow)
    return (result.expression.type, result.expression, syntax.all + checker.diagnostics.all)
  }

  static let map = ScalarMap(
    file: FileID(index: 0), segments: [ScalarMap.Segment(text: 0, file: 0)])

  /// The text that a diagnostic underlines.
  static func underlined(_ diagnostic: Diagnostic, in source: String) -> String {
    let bytes = Array(source.utf8)[Int(diagnostic.range.start)..<Int(diagnostic.range.end)]
    return String(decoding: bytes, as: UTF8.self)
  }
}
