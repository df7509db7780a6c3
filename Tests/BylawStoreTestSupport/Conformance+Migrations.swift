import BylawModel
import BylawStore

extension BackendConformance {
  /// A vocabulary after a change, and what would be lost by it: `nil` where nothing is.
  private struct Growth: Sendable {
    var name: String
    var losses: [String]?
    var change: @Sendable (inout Schema) -> Void

    init(_ name: String, losing losses: [String]? = nil, _ change: @escaping @Sendable (inout Schema) -> Void) {
      self.name = name
      self.losses = losses
      self.change = change
    }
  }

  static let migrations: [BackendConformance] =
    growths.map { growth in
      BackendConformance("vocabulary: \(growth.name)", needsSharing: true) { factory in
        var schema = StoreFixture.schema
        growth.change(&schema)
        try await fill(factory)
        let before = try await states(factory, StoreFixture.schema)
        if let losses = growth.losses {
          let grown = schema
          try await expectFailure(growth.name, { $0 == .lossyMigration(losses) }) { () throws(StoreError) in
            try factory.open(grown, StoreFixture.ruleSet)
          }
          try expect(try await states(factory, StoreFixture.schema), before, "the store as it was")
          return
        }
        let after = try await states(factory, schema)
        for (entity, rows) in before where schema.entities.contains(where: { $0.name == entity }) {
          try expect(after[entity], rows, "rows and digests of \(entity)")
        }
        let backend = try factory.open(schema, StoreFixture.ruleSet)
        try expect(try await backend.read { reader throws(StoreError) in try reader.faults(limit: 9) }, [], "faults")
        try await backend.apply(
          .change(0, "c-1", ["name": .string("Bolt")], changed: ["name"]), schema: schema)
        try backend.close()
      }
    } + [
      BackendConformance("a field with a default stays absent in old records, and can be filled", needsSharing: true) {
        factory in
        try await fill(factory)
        var schema = StoreFixture.schema
        schema.entities[0].fields.append(Field(name: "level", type: .int, defaultValue: .value(.int(3))))
        let backend = try factory.open(schema, StoreFixture.ruleSet)
        try expect(try await backend.record(0, "c-1")?.fields, ["name": .string("Acme")], "old record")
        let filter = RecordFilter.any([.compare(.field(1), .equal, .int(3)), .absent(1)])
        try expect(try await backend.ids(0, filter), ["c-1"], "records that may have the default")
        try await backend.apply(.change(0, "c-1", ["name": .string("Acme"), "level": .int(4)]), schema: schema)
        try await backend.apply(.make(0, "c-2", ["name": .string("B"), "level": .int(3)]), schema: schema)
        try backend.close()
        let again = try factory.open(schema, StoreFixture.ruleSet)
        try expect(try await again.record(0, "c-1")?.fields["level"], .int(4), "new value")
        try again.close()
      },
      BackendConformance("an enlarged vocabulary takes what the old one refused", needsSharing: true) { factory in
        try await fill(factory)
        var schema = StoreFixture.schema
        schema.enums[0].members.append("P0")
        schema.entities[2].fields[0].constraint = StoreFixture.length(1, 300)
        let backend = try factory.open(schema, StoreFixture.ruleSet)
        let fields = StoreFixture.incident(String(repeating: "a", count: 300), ["severity": .string("P0")])
        try await backend.apply(.make(2, "i-9", fields), schema: schema)
        try expect(try await backend.record(2, "i-9")?.fields, fields, "record")
        try backend.close()
      },
      BackendConformance("other rules of the same name are noted, of another name refused", needsSharing: true) {
        factory in
        try await fill(factory)
        var rules = StoreFixture.ruleSet
        rules.digest = "sha256:2"
        let backend = try factory.open(StoreFixture.schema, rules)
        let noted = try await backend.read { reader throws(StoreError) in try reader.setting("rule_set") }
        try expect(noted?.contains("sha256:2"), true, "setting")
        try backend.close()
        rules.name = "other"
        let others = rules
        let isOther: (StoreError) -> Bool = { $0 == .otherRuleSet(stored: "test", given: "other") }
        try await expectFailure("other", isOther) { () throws(StoreError) in
          try factory.open(StoreFixture.schema, others)
        }
      },
    ]

  private static func fill(_ factory: any BackendFactory) async throws(StoreError) {
    let backend = try factory.open()
    try await backend.apply(.make(StoreFixture.client, "c-1", ["name": .string("Acme")]))
    try await backend.apply(
      .make(
        StoreFixture.incident, "i-1",
        StoreFixture.incident(
          "Title",
          [
            "count": .int(7), "client": .reference(EntityReference(type: "Client", id: "c-1")),
            "impact": .object(["outage": .bool(true), "clients": .int(1)]), "severity": .string("P1"),
            "parent": .reference(EntityReference(type: "Incident", id: "i-1")), "tags": .list([.string("x")]),
          ])))
    try backend.close()
  }

  private static func states(_ factory: any BackendFactory, _ schema: Schema) async throws -> [String: [RowState]] {
    let backend = try factory.open(schema, StoreFixture.ruleSet)
    let states = try await backend.read { reader throws(StoreError) in
      var states: [String: [RowState]] = [:]
      for (position, entity) in schema.entities.enumerated() {
        states[entity.name] = try reader.recordStates(position, named: entity.name, after: 0, limit: 100)
      }
      return states
    }
    try backend.close()
    return states
  }

  private static let growths: [Growth] = [
    Growth("a new entity, and a reference to it") { schema in
      schema.entities.append(.init(name: "Note", fields: [Field(name: "text", type: .string)]))
      schema.entities[0].fields.append(Field(name: "note", type: .optional(.entity([3]))))
    },
    Growth("a new entity before the others") { schema in
      // Nothing refers to it, so only positions move.
      schema.entities.append(.init(name: "Aside", fields: []))
    },
    Growth("a new optional field") { $0.entities[2].fields.append(Field(name: "new", type: .optional(.string))) },
    Growth("a new field in the middle") {
      $0.entities[0].fields.insert(Field(name: "a", type: .optional(.int)), at: 0)
    },
    Growth("a new mandatory field of an entity without records") {
      $0.entities[1].fields.append(Field(name: "new", type: .int))
    },
    Growth("a new list") { $0.entities[0].fields.append(Field(name: "new", type: .list(.int))) },
    Growth("new words") { $0.enums[0].members = ["P5", "P4", "P3", "P2", "P1"] },
    Growth("a word that nobody uses is gone") { $0.enums[0].members = ["P1"] },
    Growth("longer bounds") { $0.entities[0].fields[0].constraint = StoreFixture.length(0, 40) },
    Growth("narrower bounds that all records keep") { $0.entities[0].fields[0].constraint = StoreFixture.length(4, 4) },
    Growth("a mandatory field becomes optional") { $0.entities[0].fields[0].type = .optional(.string) },
    Growth("an optional field that all have becomes mandatory") { $0.entities[2].fields[1].type = .int },
    Growth("one entity becomes two in a reference") {
      $0.entities[2].fields[StoreFixture.field("client")].type = .optional(.entity([0, 1]))
    },
    Growth("words become text") { $0.entities[2].fields[StoreFixture.field("severity")].type = .string },
    Growth("a member of a record becomes optional") { $0.records[0].fields[1].type = .optional(.int) },
    Growth("an unused field and an unused entity are gone") { schema in
      schema.entities[2].fields.removeAll { $0.name == "owner" || $0.name == "extra" }
      schema.entities.remove(at: 1)
      let fields = schema.entities[1].fields
      schema.entities[1].fields = fields.map { field in
        var field = field
        if field.name == "parent" { field.type = .optional(.entity([1])) }
        return field
      }
      schema.patches[0].target = .entity([1])
    },
    Growth("a used field is gone", losing: ["'Client.name' is no longer declared, but 1 record has a value of it."]) {
      $0.entities[0].fields = []
    },
    Growth(
      "a used word is gone", losing: ["'Incident.severity' of 1 record does not fit its new type or bounds."]
    ) { $0.enums[0].members = ["P4", "P3"] },
    Growth("narrower bounds", losing: ["'Client.name' of 1 record does not fit its new type or bounds."]) {
      $0.entities[0].fields[0].constraint = StoreFixture.length(1, 3)
    },
    Growth("another type", losing: ["'Client.name' of 1 record does not fit its new type or bounds."]) {
      $0.entities[0].fields[0].type = .int
    },
    Growth(
      "a new mandatory field without default",
      losing: ["'Client.new' must have a value and has no default, but 1 record has none."]
    ) { $0.entities[0].fields.append(Field(name: "new", type: .int)) },
    Growth(
      "an optional field that some lack becomes mandatory",
      losing: ["'Incident.big' must have a value and has no default, but 1 record has none."]
    ) { $0.entities[2].fields[StoreFixture.field("big")].type = .int },
    Growth(
      "a member of a record is gone", losing: ["'Incident.impact' of 1 record does not fit its new type or bounds."]
    ) { $0.records[0].fields.remove(at: 1) },
    Growth(
      "two losses at once",
      losing: [
        "'Client.name' is no longer declared, but 1 record has a value of it.",
        "'Incident.severity' of 1 record does not fit its new type or bounds.",
      ]
    ) { schema in
      schema.entities[0].fields = []
      schema.enums[0].members = ["P4"]
    },
  ]
}
