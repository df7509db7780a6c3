package import BylawModel

/// A vocabulary with a field of every type, and the positions in it.
package enum StoreFixture {
  package static let client = 0
  package static let user = 1
  package static let incident = 2

  package static let schema: Schema = {
    var schema = Schema()
    schema.enums = [.init(name: "Severity", members: ["P4", "P3", "P2", "P1"], isOrdered: true)]
    schema.records = [
      .init(
        name: "Impact",
        fields: [
          Field(name: "outage", type: .bool), Field(name: "clients", type: .int),
          Field(name: "cost", type: .optional(.decimal(scale: 2))),
          Field(name: "seen", type: .optional(.timestamp)), Field(name: "client", type: .optional(.entity([client]))),
        ])
    ]
    schema.entities = [
      .init(name: "Client", fields: [Field(name: "name", type: .string, constraint: length(1, 20))]),
      .init(name: "User", fields: [Field(name: "name", type: .string)]),
      .init(name: "Incident", fields: incidentFields),
    ]
    schema.patches = [.init(target: .entity([incident]), fields: [0, 1])]
    return schema
  }()

  private static let incidentFields: [Field] = [
    Field(name: "title", type: .string, constraint: length(1, 200)),
    Field(name: "count", type: .optional(.int), constraint: optional(length(0, 100))),
    Field(name: "flag", type: .optional(.bool)), Field(name: "big", type: .optional(.int)),
    Field(name: "cost", type: .optional(.decimal(scale: 2))),
    Field(name: "severity", type: .enumeration(0)), Field(name: "day", type: .optional(.date)),
    Field(name: "at", type: .optional(.timestamp)), Field(name: "lasts", type: .optional(.duration)),
    Field(name: "client", type: .optional(.entity([client]))),
    Field(name: "owner", type: .optional(.entity([client, user]))),
    Field(name: "impact", type: .optional(.record(0))), Field(name: "tags", type: .list(.string)),
    Field(name: "amounts", type: .optional(.list(.decimal(scale: 2)))),
    Field(name: "times", type: .optional(.map(.timestamp))),
    Field(name: "slot", type: .optional(.range(.date))), Field(name: "patch", type: .optional(.patch(0))),
    Field(name: "extra", type: .json), Field(name: "parent", type: .optional(.entity([incident]))),
  ]

  package static let ruleSet = Decision.RuleSetIdentity(name: "test", version: "1.0.0", digest: "sha256:1")

  /// The position of a field of `Incident`.
  package static func field(_ name: String) -> Int {
    incidentFields.firstIndex { $0.name == name } ?? -1
  }

  /// Bounds of a length or a number.
  package static func length(_ lower: Int64, _ upper: Int64) -> Constraint {
    var constraint = Constraint.none
    (constraint.lower, constraint.upper) = (lower, upper)
    return constraint
  }

  package static func optional(_ content: Constraint) -> Constraint {
    var constraint = Constraint.none
    constraint.element = [content]
    return constraint
  }

  /// The least that an incident has.
  package static func incident(_ title: String = "Disk full", _ more: [String: Value] = [:]) -> [String: Value] {
    let least: [String: Value] = ["title": .string(title), "severity": .string("P3"), "tags": .list([])]
    return least.merging(more) { $1 }
  }

  /// An instant some seconds after a certain one.
  package static func time(_ seconds: Int64, _ nanoseconds: Int32 = 0) -> Timestamp {
    Timestamp(seconds: 1_765_000_000 + seconds, nanoseconds: nanoseconds)
  }
}
