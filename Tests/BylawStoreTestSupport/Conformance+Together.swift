import BylawModel
import BylawStore

/// Brief bodies of many callers at once, which a backend may commit together.
extension BackendConformance {
  static let together: [BackendConformance] = [
    BackendConformance("callers at once are each carried out, refused and answered by themselves") { factory in
      let backend = try factory.open()
      let count = 200
      let outcomes = await atOnce(count) { number async in await outcome(of: number, in: backend) }
      for number in 0..<count {
        let found = try await backend.record(StoreFixture.client, "c-\(number)")
        switch number % 10 {
        case 3: try expect(outcomes[number], "thrown", "body \(number)")
        case 6: try expect(outcomes[number], "failed", "reference \(number)")
        default: try expect(outcomes[number], "done", "caller \(number)")
        }
        try expect(found != nil, outcomes[number] == "done", "record \(number)")
      }
      let entries = try await backend.read { reader throws(StoreError) in
        try reader.entries(EntryFilter(), after: 0, limit: 1_000)
      }
      try expect(entries.map(\.sequence), Array(1...Int64(count * 8 / 10)), "sequence")
      var previous = AuditEntry.origin
      for entry in entries {
        try expect(entry.digest, AuditEntry.digest(of: entry.body, after: previous), "chain at \(entry.sequence)")
        previous = entry.digest
      }
      try backend.close()
    },
    BackendConformance("a body sees what those before it wrote, and nothing of one that failed") { factory in
      let backend = try factory.open()
      try await backend.apply(.make(StoreFixture.client, "c-1", ["name": .string("0")]))
      _ = await atOnce(120) { number async in
        do throws(StoreError) {
          try await backend.write(.brief) { writer throws(StoreError) in
            guard case .string(let text)? = try writer.record(StoreFixture.client, id: "c-1")?.fields["name"],
              let value = Int(text)
            else { throw .corrupt("the counter") }
            let deed = Deed.change(
              StoreFixture.client, "c-1", ["name": .string("\(value + 1)")], changed: ["name"])
            try writer.apply(try Deed.batch([deed], after: writer, StoreFixture.schema))
            if number % 3 == 0 { throw .failed(code: 1, cause: "on purpose") }
          }
          return "done"
        } catch {
          return "thrown"
        }
      }
      let record = try await backend.record(StoreFixture.client, "c-1")
      try expect(record?.fields["name"], .string("80"), "counted")
      try backend.close()
    },
  ]

  /// What comes of one caller: one in ten throws after it has written, and one writes a reference that leads nowhere.
  private static func outcome(of number: Int, in backend: any StoreBackend) async -> String {
    do throws(StoreError) {
      try await backend.write(.brief) { writer throws(StoreError) in
        var deeds = [Deed.make(StoreFixture.client, "c-\(number)", ["name": .string("n")])]
        if number % 10 == 6 {
          deeds.append(
            .make(
              StoreFixture.incident, "i-\(number)",
              StoreFixture.incident("Title", ["client": .reference(.init(type: "Client", id: "nobody"))])))
        }
        try writer.apply(try Deed.batch(deeds, after: writer, StoreFixture.schema))
        if number % 10 == 3 { throw .corrupt("on purpose") }
      }
      return "done"
    } catch {
      if case .corrupt = error { return "thrown" }
      if case .failed = error { return "failed" }
      return "\(error)"
    }
  }

  /// Runs as many tasks at once; their outcomes by number.
  private static func atOnce(
    _ count: Int, _ body: @escaping @Sendable (Int) async -> String
  ) async -> [String] {
    await withTaskGroup(of: (Int, String).self) { group in
      for number in 0..<count { group.addTask { (number, await body(number)) } }
      var outcomes = Array(repeating: "", count: count)
      for await (number, outcome) in group { outcomes[number] = outcome }
      return outcomes
    }
  }
}
