import BylawModel
import BylawStore

extension BackendConformance {
  static let filters: [BackendConformance] = [
    BackendConformance("a filter never leaves out a record that meets it") { factory in
      let backend = try factory.open()
      try await fill(backend)
      for (filter, wanted) in conditions {
        let found = try await backend.ids(StoreFixture.incident, filter)
        try expect(Set(found).isSuperset(of: wanted), true, "\(filter) gave \(found), must give \(wanted)")
      }
      try backend.close()
    },
    BackendConformance("equality and order of plain fields narrow what is read") { factory in
      let backend = try factory.open()
      try await fill(backend)
      for (filter, wanted) in conditions where isPlain(filter) {
        try expect(try await backend.ids(StoreFixture.incident, filter), wanted, "\(filter)")
      }
      try backend.close()
    },
    BackendConformance("what time alone may change is not narrowed by") { factory in
      let backend = try factory.open(StoreFixture.schema, StoreFixture.ruleSet, timed: [StoreFixture.field("severity")])
      try await fill(backend)
      let found = try await backend.ids(StoreFixture.incident, filter("severity", .equal, .string("P1")))
      try expect(found.count, 3, "records")
      try backend.close()
    },
  ]

  private static func fill(_ backend: any StoreBackend) async throws(StoreError) {
    try await backend.apply(.make(StoreFixture.client, "c-1", ["name": .string("Acme")]))
    try await backend.apply(
      .make(
        StoreFixture.incident, "a",
        StoreFixture.incident(
          "A",
          [
            "count": .int(1), "flag": .bool(true), "cost": .decimal(FixedPoint(units: 100, scale: 2)),
            "day": .date(CalendarDate(daysSinceEpoch: 1)), "at": .timestamp(StoreFixture.time(0, 500_000_000)),
            "client": .reference(EntityReference(type: "Client", id: "c-1")), "severity": .string("P1"),
            "owner": .reference(EntityReference(type: "Client", id: "c-1")),
          ])),
      .make(
        StoreFixture.incident, "b",
        StoreFixture.incident(
          "B",
          [
            "count": .int(2), "flag": .bool(false), "cost": .decimal(FixedPoint(units: 250, scale: 2)),
            "day": .date(CalendarDate(daysSinceEpoch: 40_000)), "at": .timestamp(StoreFixture.time(1)),
          ])),
      .make(StoreFixture.incident, "c", StoreFixture.incident("C")))
  }

  private static func filter(
    _ field: String, _ comparison: RecordFilter.Comparison, _ value: Value
  ) -> RecordFilter {
    RecordFilter(field: StoreFixture.field(field), comparison: comparison, value: value)
  }

  /// Of absent values only equality and difference are certain; the rest may give more.
  private static func isPlain(_ filter: RecordFilter) -> Bool {
    filter.comparison == .equal && filter.field != StoreFixture.field("tags")
  }

  private static let conditions: [(RecordFilter, [String])] = [
    (filter("title", .equal, .string("B")), ["b"]), (filter("title", .notEqual, .string("B")), ["a", "c"]),
    (filter("severity", .equal, .string("P3")), ["b", "c"]), (filter("severity", .more, .string("P2")), ["a"]),
    (filter("count", .equal, .int(1)), ["a"]), (filter("count", .equal, .null), ["c"]),
    (filter("count", .notEqual, .null), ["a", "b"]), (filter("count", .less, .int(2)), ["a"]),
    (filter("count", .atMost, .int(2)), ["a", "b"]), (filter("count", .more, .int(1)), ["b"]),
    (filter("count", .atLeast, .int(3)), []), (filter("count", .notEqual, .int(1)), ["b", "c"]),
    (filter("flag", .equal, .bool(true)), ["a"]),
    (filter("cost", .equal, .decimal(FixedPoint(units: 25, scale: 1))), ["b"]),
    (filter("cost", .more, .int(1)), ["b"]), (filter("day", .equal, .string("1970-01-02")), ["a"]),
    (filter("day", .less, .date(CalendarDate(daysSinceEpoch: 2))), ["a"]),
    (filter("at", .equal, .timestamp(StoreFixture.time(1))), ["b"]),
    (filter("at", .less, .timestamp(StoreFixture.time(1))), ["a"]),
    (filter("at", .more, .timestamp(StoreFixture.time(0))), ["a", "b"]),
    (filter("at", .atLeast, .timestamp(StoreFixture.time(0, 500_000_001))), ["b"]),
    (filter("client", .equal, .reference(EntityReference(type: "Client", id: "c-1"))), ["a"]),
    (filter("owner", .equal, .reference(EntityReference(type: "Client", id: "c-1"))), ["a"]),
    (filter("owner", .equal, .reference(EntityReference(type: "User", id: "c-1"))), []),
    (filter("tags", .equal, .list([])), ["a", "b", "c"]),
  ]
}
