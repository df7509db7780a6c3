import BylawModel
import BylawStore
import BylawStoreSQLite
import BylawStoreTestSupport
import Foundation
import Synchronization
import Testing

/// Brief reads open no transaction where nobody writes; what they give is of one state, and of the last one.
@Suite struct LookingTests {
  private static func write(_ number: Int, in backend: any StoreBackend) async throws {
    let fields: [String: Value] = ["name": .string("\(number)")]
    try await backend.apply(.change(StoreFixture.user, "u-1", fields), .change(StoreFixture.user, "u-2", fields))
  }

  private static func count(_ runs: borrowing Mutex<Int>) -> Int {
    runs.withLock { runs in
      runs += 1
      return runs
    }
  }

  private func pair(_ factory: SQLiteFactory) async throws -> (any StoreBackend, any StoreBackend) {
    let (first, second) = (try factory.open(), try factory.open())
    let none: [String: Value] = ["name": .string("0")]
    for id in ["u-1", "u-2", "u-3"] { try await first.apply(.make(StoreFixture.user, id, none)) }
    return (first, second)
  }

  @Test(arguments: [true, false])
  func `a body that is overtaken runs again, so that all it saw is of one state`(isOther: Bool) async throws {
    let factory = try SQLiteFactory.file()
    let (first, second) = try await pair(factory)
    // The first of both is known then, the other is not.
    for _ in 0..<2 { _ = try first.readAtOnce { reader throws(StoreError) in try reader.record(1, id: "u-1") } }
    let runs = Mutex(0)
    let seen = try await onThread {
      try first.readAtOnce { reader throws(StoreError) in
        let one = try reader.record(StoreFixture.user, id: "u-1")?.fields["name"]
        if Self.count(runs) == 1 { Self.waitForWrite(in: isOther ? second : first) }
        return [one, try reader.record(StoreFixture.user, id: "u-2")?.fields["name"]]
      }
    }
    #expect(seen == [.string("1"), .string("1")])
    #expect(runs.withLock { $0 } == 2)
    for backend in [first, second] { try backend.close() }
  }

  @Test func `what is known is given only while nobody has written`() async throws {
    let factory = try SQLiteFactory.file()
    let (first, second) = try await pair(factory)
    let runs = Mutex(0)
    for _ in 0..<3 { _ = try first.readAtOnce { reader throws(StoreError) in try reader.record(1, id: "u-1") } }
    let seen = try await onThread {
      try first.readAtOnce { reader throws(StoreError) in
        let one = try reader.record(StoreFixture.user, id: "u-1")?.fields["name"]
        // After the last thing that is read, but before the answer.
        if Self.count(runs) == 1 { Self.waitForWrite(in: second) }
        return one
      }
    }
    #expect(seen == .string("1"))
    #expect(runs.withLock { $0 } == 2)
    for backend in [first, second] { try backend.close() }
  }

  @Test func `of more records than are remembered each is read as it is`() async throws {
    let factory = try SQLiteFactory.file()
    let (first, second) = (try factory.open(), try factory.open())
    let count = 4_500
    for start in stride(from: 0, to: count, by: 500) {
      let deeds = (start..<start + 500).map { Deed.make(StoreFixture.client, "c-\($0)", ["name": .string("\($0)")]) }
      try await first.write { writer throws(StoreError) in
        try writer.apply(try Deed.batch(deeds, after: writer, StoreFixture.schema))
      }
    }
    func names() throws -> [Value?] {
      try (0..<count).map { number in
        try first.readAtOnce { reader throws(StoreError) in
          try reader.record(StoreFixture.client, id: "c-\(number)")?.fields["name"]
        } ?? nil
      }
    }
    var expected = (0..<count).map { Value?.some(.string("\($0)")) }
    for _ in 0..<6 { #expect(try names() == expected) }
    // One that is remembered by now, and one for which there was no room; by this connection and by another.
    for (backend, name) in [(first, "own"), (second, "other")] {
      for number in [1, count - 1] {
        try await backend.apply(.change(StoreFixture.client, "c-\(number)", ["name": .string(name)]))
        expected[number] = .string(name)
      }
      for _ in 0..<2 { #expect(try names() == expected) }
    }
    for backend in [first, second] { try backend.close() }
  }

  @Test func `a failure of the body is told, and the next body reads on`() async throws {
    let factory = try SQLiteFactory.file()
    let (first, second) = try await pair(factory)
    for _ in 0..<3 {
      #expect(throws: StoreError.corrupt("x")) {
        _ = try first.readAtOnce { reader throws(StoreError) -> Int in
          _ = try reader.record(StoreFixture.user, id: "u-1")
          throw .corrupt("x")
        }
      }
      let found = try first.readAtOnce { reader throws(StoreError) in try reader.record(1, id: "u-3")?.row }
      #expect(found == 3)
    }
    for backend in [first, second] { try backend.close() }
  }

  private static func waitForWrite(in backend: any StoreBackend) {
    let done = DispatchSemaphore(value: 0)
    Task.detached {
      try await write(1, in: backend)
      done.signal()
    }
    #expect(done.wait(timeout: .now() + 60) == .success)
  }
}
