import BylawEvaluator
import BylawModel
import BylawStore
import BylawStoreSQLite
import BylawStoreTestSupport
import BylawTestSupport
import Testing

/// What is read of the records for a fact never changes what the fact gives.
@Suite struct SelectionTests {
  enum Place: String, CaseIterable { case memory, sqlite, faulty }

  @Test(arguments: Place.allCases)
  func `A fact over the records that its condition selects is the fact over all of them`(place: Place) async throws {
    var random = SplitMix64(seed: 2)
    let conditions = SelectionFixture.conditions(80, &random)
    let fixture = try SelectionFixture(conditions)
    let schema = fixture.plan.expressions.schema
    let backend: any StoreBackend =
      place == .sqlite
      ? try SQLiteBackend(.memory, schema: schema, ruleSet: fixture.plan.identity, mode: .create)
      : MemoryBackend(schema)
    let deeds = fixture.deeds(40, &random, withFaults: place == .faulty)
    try await backend.write { writer throws(StoreError) in
      try writer.apply(try Deed.batch(deeds, after: writer, schema))
    }
    var cases: [(condition: String, request: Request)] = []
    for (number, condition) in conditions.enumerated() {
      for _ in 0..<4 { cases.append((condition, fixture.request(number, &random, things: 45))) }
    }
    let (plan, asked) = (PreparedPlan(fixture.plan), cases)
    let (differences, erring) = try await backend.read { reader throws(StoreError) in
      var evaluator = Evaluator(plan)
      var differences: [String] = []
      var erring = 0
      for one in asked {
        let narrowed = ReaderSource(reader: reader, schema: schema, isNarrowed: true)
        let whole = ReaderSource(reader: reader, schema: schema, isNarrowed: false)
        let found = evaluator.decide(one.request, records: narrowed, now: SelectionFixture.now)
        let wanted = evaluator.decide(one.request, records: whole, now: SelectionFixture.now)
        if !wanted.indeterminate.isEmpty { erring += 1 }
        if found != wanted { differences.append("\(one.condition)\n\(found)\n\(wanted)") }
      }
      return (differences, erring)
    }
    #expect(
      differences.isEmpty, "\(differences.count) of \(asked.count):\n\(differences.prefix(3).joined(separator: "\n"))")
    #expect(erring > 20)
  }

  @Test func `Most forms of conditions narrow what is read`() throws {
    let fixture = try SelectionFixture(SelectionFixture.atoms)
    let queries = fixture.plan.expressions.queries
    let left = SelectionFixture.atoms.enumerated().filter { queries[$0.offset * 4].selection == nil }.map(\.element)
    #expect(
      left == [
        "it.code.startsWith('a')", "it.title == 'one'", "folded(it.title) == folded(input.code)",
        "it.owner.role == 'clerk'", "it.tags.size() > 1", "input.code in it.tags", "10 / it.n > 2",
        "input.numbers.exists(x, x == it.n)",
      ])
  }
}
