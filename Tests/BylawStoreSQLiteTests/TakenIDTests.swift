import BylawModel
import BylawStore
import BylawStoreSQLite
import BylawStoreTestSupport
import Testing

/// The ids that numbers give are looked for many at once; whether one is taken is told as if each was looked for alone.
@Suite struct TakenIDTests {
  /// Ids that numbers give, and others that look like them.
  private static let ids: [String] =
    [1, 2, 9, 10, 11, 99, 100, 255, 256, 257, 300, 999, 1_000, 1_001, Int64.max].map {
      StoredRecord.id(of: "User", number: $0)
    } + ["user-007", "user-+8", "user-12x", "user-", "user-101-a", "User-5", "usera-6", "user-\u{E9}", "x", "user--4"]
  private static let asked: [Int64] =
    Array(1...40) + [95, 98, 99, 100, 101] + Array(250...260) + [299, 300, 998, 999, 1_000, 1_001, 1_002]
    + [.max - 300, .max - 1, .max]

  private func check(_ backend: any StoreBackend, _ what: String) async throws {
    let wrong = try await backend.write { writer throws(StoreError) in
      var wrong: [Int64] = []
      for number in Self.asked {
        let id = StoredRecord.id(of: "User", number: number)
        let isTaken = try writer.isTaken(StoreFixture.user, number: number, id: id)
        if try isTaken != (writer.record(StoreFixture.user, id: id) != nil) { wrong.append(number) }
      }
      return wrong
    }
    #expect(wrong == [], "\(what)")
  }

  @Test func `an id is taken when there is a record of it, whoever made it`() async throws {
    let factory = try SQLiteFactory.file()
    let (one, other) = (try factory.open(), try factory.open())
    for (number, id) in Self.ids.enumerated() {
      try await (number.isMultiple(of: 3) ? other : one).apply(.make(StoreFixture.user, id, ["name": .string("n")]))
      try await check(one, "after \(id), the first")
      if number.isMultiple(of: 2) { try await check(other, "after \(id), the second") }
    }
    #expect(try await one.read { reader throws(StoreError) in try reader.count(of: StoreFixture.user) } == 25)
  }

  @Test func `ids that only look alike hide none`() async throws {
    let backend = try SQLiteFactory.memory().open()
    for number in 0..<80 {
      try await backend.apply(.make(StoreFixture.user, "user-10-\(number)", ["name": .string("n")]))
    }
    for id in ["user-11", "user-35"] {
      try await backend.apply(.make(StoreFixture.user, id, ["name": .string("n")]))
      try await check(backend, id)
    }
  }
}
