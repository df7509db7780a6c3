import Bylaw
import BylawEvaluator
import BylawModel
import BylawStore
import BylawStoreSQLite
import BylawStoreTestSupport
import Foundation
import Testing

/// How SQLite finds the records that the rule sets of the manuals look for.
@Suite struct QueryPlanTests {
  private static func plan(_ name: String) throws -> DecisionPlan {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return try RuleSet(contentsOf: root.appendingPathComponent("rules/\(name)").path).plan
  }

  @Test(arguments: ["incident-management", "ai-operations"])
  func `Every fact that looks for the value of a field goes by an index`(name: String) async throws {
    let plan = try Self.plan(name)
    let layout = StoreLayout(plan, isNew: true)
    let indexed = Set(layout.indexed.map { FieldPosition(entity: $0.entity, field: $0.field) })
    let backend = try SQLiteBackend(
      .memory, schema: layout.schema, ruleSet: layout.identity, mode: .create,
      settings: SQLiteSettings(indexed: indexed))
    var looked = 0
    for query in plan.expressions.queries {
      guard let selection = query.selection, Self.looksForValue(selection, of: query.entity, in: layout.schema) else {
        continue
      }
      let filter = Self.sample(selection, of: query.entity, in: layout.schema)
      let steps = try await backend.searchPlan(query.entity, filters: [filter])
      #expect(
        steps.contains { $0.contains("USING INDEX") || $0.contains("USING COVERING INDEX") },
        "\(layout.schema.entities[query.entity].name): \(selection) \(steps)")
      looked += 1
    }
    #expect(looked > 10)
  }

  @Test func `A database that was made before gets the indexes when it is opened`() async throws {
    let factory = try SQLiteFactory.file()
    let day = FieldPosition(entity: StoreFixture.incident, field: StoreFixture.field("day"))
    let filter = RecordFilter.compare(.field(day.field), .equal, .date(CalendarDate(daysSinceEpoch: 1)))
    for (indexed, finding) in [(Set([]), "SCAN"), (Set([day]), "USING INDEX"), (Set([]), "SCAN")] {
      let backend = try SQLiteBackend(
        factory.place, schema: StoreFixture.schema, ruleSet: StoreFixture.ruleSet, mode: .openOrCreate,
        settings: SQLiteSettings(indexed: indexed))
      let steps = try await backend.searchPlan(StoreFixture.incident, filters: [filter])
      #expect(steps.contains { $0.contains(finding) }, "\(steps)")
      try backend.close()
    }
  }

  @Test(arguments: [RecordFilter.Comparison.less, .atMost, .more, .atLeast])
  func `A field with an index is found by a range of it, page by page`(comparison: RecordFilter.Comparison) async throws
  {
    let day = FieldPosition(entity: StoreFixture.incident, field: StoreFixture.field("day"))
    let backend = try SQLiteBackend(
      .memory, schema: StoreFixture.schema, ruleSet: StoreFixture.ruleSet, mode: .create,
      settings: SQLiteSettings(indexed: [day]))
    let range = RecordFilter.compare(.field(day.field), comparison, .date(CalendarDate(daysSinceEpoch: 1)))
    let orAbsent = RecordFilter.any([range, .absent(day.field)])
    for (filters, after) in [([range], 0), ([range, .present(day.field)], 0), ([range], 7), ([orAbsent], 0)]
      as [([RecordFilter], Int64)]
    {
      let steps = try await backend.searchPlan(StoreFixture.incident, filters: filters, after: after)
      #expect(steps.contains { $0.contains("USING INDEX") }, "\(steps)")
    }
  }

  /// Whether a condition that must hold looks for a value of a field that is not one of two.
  private static func looksForValue(_ selection: Selection, of entity: Int, in schema: Schema) -> Bool {
    switch selection {
    case .compare(.field(let field), .equal, _, _), .same(.field(let field), _, false, _),
      .among(.field(let field), _, false, _):
      schema.entities[entity].fields[field].type != .bool
        && schema.entities[entity].fields[field].type != .optional(.bool)
    case .compare, .same, .among, .present, .absent, .given: false
    case .all(let parts): parts.contains { looksForValue($0, of: entity, in: schema) }
    case .any(let parts): parts.allSatisfy { looksForValue($0, of: entity, in: schema) }
    }
  }

  /// The selection with values of some kind in the place of its operands.
  private static func sample(_ selection: Selection, of entity: Int, in schema: Schema) -> RecordFilter {
    func value(_ subject: RecordFilter.Subject) -> Value {
      guard case .field(let field) = subject else { return .string("x") }
      return sampleValue(schema.entities[entity].fields[field].type, schema)
    }
    func orAbsent(_ filter: RecordFilter, _ withAbsent: Bool, _ subject: RecordFilter.Subject) -> RecordFilter {
      if withAbsent, case .field(let field) = subject { .either([filter, .absent(field)]) } else { filter }
    }
    switch selection {
    case .compare(let subject, let comparison, _, let withAbsent):
      return orAbsent(.compare(subject, comparison, value(subject)), withAbsent, subject)
    case .same(let subject, _, let negated, let withAbsent):
      return orAbsent(.compare(subject, negated ? .notEqual : .equal, value(subject)), negated || withAbsent, subject)
    case .among(let subject, _, let negated, let withAbsent):
      let filter: RecordFilter =
        negated ? .compare(subject, .notEqual, value(subject)) : .among(subject, [value(subject), value(subject)])
      return orAbsent(filter, withAbsent, subject)
    case .present(let field): return .present(field)
    case .absent(let field): return .absent(field)
    case .given: return .everything
    case .all(let parts): return .both(parts.map { sample($0, of: entity, in: schema) })
    case .any(let parts): return .either(parts.map { sample($0, of: entity, in: schema) })
    }
  }

  private static func sampleValue(_ type: ValueType, _ schema: Schema) -> Value {
    switch type {
    case .optional(let content): sampleValue(content, schema)
    case .bool: .bool(true)
    case .int: .int(1)
    case .decimal(let scale): .decimal(FixedPoint(units: 1, scale: scale))
    case .date: .date(CalendarDate(daysSinceEpoch: 1))
    case .timestamp: .timestamp(Timestamp(seconds: 1))
    case .enumeration(let index): .string(schema.enums[index].members[0])
    case .entity(let indices): .reference(EntityReference(type: schema.entities[indices[0]].name, id: "x"))
    default: .string("x")
    }
  }
}
