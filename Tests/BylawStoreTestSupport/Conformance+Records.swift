import BylawModel
import BylawStore

extension BackendConformance {
  static let records: [BackendConformance] = [
    BackendConformance("every value comes back as it was written") { factory in
      let backend = try factory.open()
      try await backend.apply(.make(StoreFixture.client, "c-1", ["name": .string("Acme")]))
      try await backend.apply(.make(StoreFixture.user, "u/1", ["name": .string("")]))
      for (number, fields) in values.enumerated() {
        let id = "i-\(number)"
        let whole = StoreFixture.incident("T", fields)
        try await backend.apply(.make(StoreFixture.incident, id, whole))
        let record = try await backend.record(StoreFixture.incident, id)
        try expect(record?.fields, whole, id)
        try expect(record?.row, Int64(number + 1), "the row of \(id)")
        guard let record else { continue }
        let reference = EntityReference(type: "Incident", id: id)
        try expect(Digest.of(reference, record.fields), Digest.of(reference, whole), "the digest of \(id)")
      }
      try backend.close()
    },
    BackendConformance("texts come back byte for byte, and ids too") { factory in
      let backend = try factory.open()
      let texts = [
        "", "a\u{0}b", "\u{0}", "e\u{301}", "é", "'; DROP TABLE \"Incident\"; --", "\"quoted\"",
        "\u{1F469}\u{200D}\u{1F680}",
        "\u{10FFFF}", "\u{FEFF}", "\u{202E}", "line\nbreak\t", "%_?", String(repeating: "ü", count: 10_000),
      ]
      for (number, text) in texts.enumerated() {
        try await backend.apply(.make(StoreFixture.user, "u-\(number)", ["name": .string(text)]))
        guard case .string(let found) = try await backend.record(StoreFixture.user, "u-\(number)")?.fields["name"]
        else {
          throw ConformanceFailure(description: "text \(number) is gone")
        }
        try expect(Array(found.utf8), Array(text.utf8), "text \(number)")
      }
      for id in ["a b", "é", "e\u{301}", "a/b", "'"] {
        try await backend.apply(.make(StoreFixture.client, id, ["name": .string("n")]))
        let found = try await backend.record(StoreFixture.client, id)
        try expect(found.map { Array($0.id.utf8) }, Array(id.utf8), "id")
      }
      try backend.close()
    },
    BackendConformance("a change writes the fields that changed, and takes away those without value") { factory in
      let backend = try factory.open()
      let before = StoreFixture.incident("A", ["count": .int(3), "day": .date(CalendarDate(daysSinceEpoch: 20_000))])
      try await backend.apply(.make(StoreFixture.incident, "i-1", before))
      var after = before
      after["title"] = .string("B")
      after["count"] = nil
      try await backend.apply(.change(StoreFixture.incident, "i-1", after, changed: ["title", "count"]))
      let record = try await backend.record(StoreFixture.incident, "i-1")
      try expect(record?.fields, after, "fields")
      try expect(record?.entry, 2, "entry")
      try expect(record?.row, 1, "row")
      try backend.close()
    },
    BackendConformance("records are listed in the order in which they were made, a page at a time") { factory in
      let backend = try factory.open()
      for number in [5, 3, 9, 1, 7] {
        try await backend.apply(.make(StoreFixture.user, "u-\(number)", ["name": .string("\(number)")]))
      }
      let pages = try await backend.read { reader throws(StoreError) in
        let first = try reader.records(StoreFixture.user, filters: [], after: 0, limit: 2)
        let second = try reader.records(StoreFixture.user, filters: [], after: first.last?.row ?? 0, limit: 10)
        return [first.map(\.id), second.map(\.id)]
      }
      try expect(pages, [["u-5", "u-3"], ["u-9", "u-1", "u-7"]], "pages")
      let count = try await backend.read { reader throws(StoreError) in try reader.count(of: StoreFixture.user) }
      try expect(count, 5, "count")
      try backend.close()
    },
    BackendConformance("what the vocabulary does not allow is refused, and nothing is written") { factory in
      let backend = try factory.open()
      for fields in refused {
        try await expectFailure("\(fields)", isFailed) { () throws(StoreError) in
          try await backend.apply(.make(StoreFixture.incident, "i-1", fields))
        }
      }
      for id in ["", "x\u{0}y"] {
        try await expectFailure("the id '\(id)'", isFailed) { () throws(StoreError) in
          try await backend.apply(.make(StoreFixture.incident, id, StoreFixture.incident()))
        }
      }
      try await expectFailure("change of nothing", isFailed) { () throws(StoreError) in
        try await backend.apply(.change(StoreFixture.incident, "i-1", StoreFixture.incident()))
      }
      try await backend.apply(.make(StoreFixture.incident, "i-1", StoreFixture.incident()))
      try await expectFailure("the same id again", isFailed) { () throws(StoreError) in
        try await backend.apply(.make(StoreFixture.incident, "i-1", StoreFixture.incident()))
      }
      let last = try await backend.read { reader throws(StoreError) in try reader.lastEntry()?.sequence }
      try expect(last, 1, "the last entry")
      try backend.close()
    },
    BackendConformance("references may lead forward and in circles within a transaction, but nowhere else") { factory in
      let backend = try factory.open()
      let to = { (id: String) in
        StoreFixture.incident("A", ["parent": .reference(EntityReference(type: "Incident", id: id))])
      }
      try await backend.apply(
        .make(StoreFixture.incident, "i-1", to("i-2")), .make(StoreFixture.incident, "i-2", to("i-1")))
      try await expectFailure("nowhere", isFailed) { () throws(StoreError) in
        try await backend.apply(.make(StoreFixture.incident, "i-3", to("i-4")))
      }
      try backend.close()
    },
  ]

  static let isFailed: @Sendable (StoreError) -> Bool = { error in
    if case .failed = error { true } else { false }
  }

  private static let values: [[String: Value]] = [
    [:], ["count": .int(0)], ["count": .int(100)], ["flag": .bool(true)], ["flag": .bool(false)],
    ["big": .int(.max)], ["big": .int(.min)], ["cost": .decimal(FixedPoint(units: .max, scale: 2))],
    ["cost": .decimal(FixedPoint(units: -5, scale: 2))], ["cost": .decimal(FixedPoint(units: 0, scale: 2))],
    ["severity": .string("P1")], ["day": .date(.earliest)], ["day": .date(.latest)],
    ["at": .timestamp(Timestamp(seconds: -62_135_596_800))],
    ["at": .timestamp(Timestamp(seconds: 253_402_300_799, nanoseconds: 999_999_999))],
    ["at": .timestamp(Timestamp(seconds: -1, nanoseconds: 1))],
    ["lasts": .duration(TimeSpan(seconds: -1, nanoseconds: 500_000_000))], ["lasts": .duration(TimeSpan(seconds: 0))],
    ["lasts": .duration(TimeSpan(seconds: TimeSpan.greatestSeconds))],
    ["client": .reference(EntityReference(type: "Client", id: "c-1"))],
    ["owner": .reference(EntityReference(type: "User", id: "u/1"))],
    ["owner": .reference(EntityReference(type: "Client", id: "c-1"))],
    [
      "impact": .object([
        "outage": .bool(true), "clients": .int(3), "cost": .decimal(FixedPoint(units: 100, scale: 2)),
        "seen": .timestamp(StoreFixture.time(1, 5)),
        "client": .reference(EntityReference(type: "Client", id: "c-1")),
      ])
    ],
    ["tags": .list([.string("a"), .string(""), .string("\u{0}"), .string("ü")])],
    ["amounts": .list([.decimal(FixedPoint(units: 1, scale: 2)), .decimal(FixedPoint(units: 200, scale: 2))])],
    ["amounts": .list([])],
    ["times": .object(["": .timestamp(StoreFixture.time(0)), "é": .timestamp(StoreFixture.time(9))])],
    ["times": .object([:])], ["slot": .object(["from": .date(.earliest), "under": .date(.latest)])],
    ["patch": .object(["title": .string("new")])], ["patch": .object([:])],
    [
      "extra": .object([
        "list": .list([.null, .bool(false), .int(1), .decimal(FixedPoint(units: 150, scale: 2)), .double(1e300)]),
        "text": .string("2026-01-01"), "deep": .object(["": .object([:])]),
      ])
    ],
    ["extra": .string("only")], ["extra": .list([])], ["extra": .int(3)],
  ]

  private static let refused: [[String: Value]] = [
    StoreFixture.incident(""), StoreFixture.incident(String(repeating: "a", count: 201)),
    StoreFixture.incident("A", ["count": .int(101)]), StoreFixture.incident("A", ["count": .int(-1)]),
    StoreFixture.incident("A", ["count": .string("3")]), StoreFixture.incident("A", ["flag": .int(1)]),
    StoreFixture.incident("A", ["severity": .string("P9")]), StoreFixture.incident("A", ["severity": .null]),
    StoreFixture.incident("A", ["cost": .decimal(FixedPoint(units: 1_001, scale: 3))]),
    StoreFixture.incident("A", ["client": .reference(EntityReference(type: "User", id: "u-1"))]),
    StoreFixture.incident("A", ["unknown": .int(1)]), ["title": .string("A")],
    StoreFixture.incident("A", ["impact": .object(["outage": .string("yes")])]),
    StoreFixture.incident("A", ["tags": .string("a")]), StoreFixture.incident("A", ["day": .string("soon")]),
  ]
}
