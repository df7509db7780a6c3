import BylawModel
import BylawStore

extension BackendConformance {
  static let filters: [BackendConformance] = [
    BackendConformance("a filter never leaves out a record that meets it, and narrows where values compare plainly") {
      factory in
      let backend = try factory.open()
      try await fill(backend)
      for (filter, wanted) in conditions {
        try expect(try await backend.ids(StoreFixture.incident, filter), wanted, "\(filter)")
      }
      try backend.close()
    },
    BackendConformance("what no database compares as the rules do is left to them") { factory in
      let backend = try factory.open()
      try await fill(backend)
      for filter in untranslated {
        try expect(try await backend.ids(StoreFixture.incident, filter), ["a", "b", "c"], "\(filter)")
        try expect(
          try await backend.ids(StoreFixture.incident, .all([filter, .absent(StoreFixture.field("count"))])), ["c"],
          "\(filter) and another")
        try expect(
          try await backend.ids(StoreFixture.incident, .any([filter, .absent(StoreFixture.field("count"))])),
          ["a", "b", "c"], "\(filter) or another")
      }
      try backend.close()
    },
    BackendConformance("records that meet a filter come page by page") { factory in
      let backend = try factory.open()
      try await fill(backend)
      let filter = filter("severity", .equal, .string("P3"))
      let rows = try await backend.read { reader throws(StoreError) in
        let first = try reader.records(StoreFixture.incident, filters: [filter], after: 0, limit: 1)
        let second = try reader.records(
          StoreFixture.incident, filters: [filter], after: first.last?.row ?? 0, limit: 1)
        return first.map(\.id) + second.map(\.id)
      }
      try expect(rows, ["b", "c"], "pages")
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
    .compare(.field(StoreFixture.field(field)), comparison, value)
  }

  private static func among(_ field: String, _ values: Value...) -> RecordFilter {
    .among(.field(StoreFixture.field(field)), values)
  }

  private static func absent(_ field: String) -> RecordFilter { .absent(StoreFixture.field(field)) }

  /// Lists and texts that are read in another form than they lie, words in order, and values of other types.
  private static let untranslated: [RecordFilter] = [
    filter("tags", .equal, .list([])), filter("severity", .less, .string("P2")),
    filter("lasts", .equal, .string("1h")), filter("flag", .less, .bool(true)),
    filter("owner", .notEqual, .reference(EntityReference(type: "Incident", id: "c-1"))),
    .compare(.id, .less, .string("b")),
  ]

  private static let conditions: [(RecordFilter, [String])] = [
    (filter("title", .equal, .string("B")), ["b"]), (filter("title", .notEqual, .string("B")), ["a", "c"]),
    (filter("title", .less, .string("B")), ["a"]), (filter("title", .atLeast, .string("B")), ["b", "c"]),
    (filter("severity", .equal, .string("P3")), ["b", "c"]), (filter("severity", .notEqual, .string("P3")), ["a"]),
    (among("severity", .string("P1"), .string("P2")), ["a"]), (among("severity"), []),
    (among("title", .string("C"), .string("A")), ["a", "c"]),
    (filter("count", .equal, .int(1)), ["a"]), (.absent(StoreFixture.field("count")), ["c"]),
    (.present(StoreFixture.field("count")), ["a", "b"]), (filter("count", .less, .int(2)), ["a"]),
    (filter("count", .atMost, .int(2)), ["a", "b"]), (filter("count", .more, .int(1)), ["b"]),
    (filter("count", .atLeast, .int(3)), []), (filter("count", .notEqual, .int(1)), ["b"]),
    (.any([filter("count", .notEqual, .int(1)), absent("count")]), ["b", "c"]),
    (.all([filter("count", .notEqual, .int(1)), filter("flag", .equal, .bool(true))]), []),
    (.absent(StoreFixture.field("title")), []), (.present(StoreFixture.field("title")), ["a", "b", "c"]),
    (.everything, ["a", "b", "c"]), (.nothing, []), (.any([.nothing, filter("count", .equal, .int(2))]), ["b"]),
    (.all([.any([filter("count", .equal, .int(1)), filter("title", .equal, .string("C"))]), absent("flag")]), ["c"]),
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
    (.compare(.id, .equal, .string("b")), ["b"]), (.compare(.id, .notEqual, .string("b")), ["a", "c"]),
    (.among(.id, [.string("c"), .string("a"), .string("x")]), ["a", "c"]),
  ]
}
