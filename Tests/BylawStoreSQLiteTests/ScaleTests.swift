import BylawModel
import BylawStore
import BylawStoreSQLite
import BylawStoreTestSupport
import Foundation
import Testing

/// How many entries to measure with; 0 for no measurement.
private let entries = ProcessInfo.processInfo.environment["BYLAW_SCALE"].flatMap { Int($0) } ?? 0

/// Measurements, not tests of behaviour: run with `BYLAW_SCALE=1000000 swift test -c release --filter ScaleTests`.
@Suite(.serialized, .enabled(if: entries > 0))
struct ScaleTests {
  /// A trail in which one entry in ten makes an incident, and the others change one.
  private static func deeds(_ range: Range<Int>) -> [Deed] {
    range.map { number in
      let id = "incident-\(number / 10)"
      let fields = StoreFixture.incident(
        "The disk of host \(number) is full",
        [
          "count": .int(Int64(number % 100)), "at": .timestamp(StoreFixture.time(Int64(number))),
          "impact": .object(["outage": .bool(true), "clients": .int(3)]),
        ])
      var deed =
        number % 10 == 0
        ? Deed.make(StoreFixture.incident, id, fields)
        : Deed.change(StoreFixture.incident, id, fields, changed: ["title", "count", "at"])
      deed.at = StoreFixture.time(Int64(number))
      deed.resource = EntityReference(type: "Incident", id: id)
      return deed
    }
  }

  @Test func `a long trail is proved quickly, and in as much memory as a short one`() async throws {
    let factory = try SQLiteFactory.file()
    let backend = try factory.open()
    let clock = ContinuousClock()
    let size = 1_000
    let filling = try await clock.measure {
      for start in stride(from: 0, to: entries, by: size) {
        let deeds = Self.deeds(start..<min(start + size, entries))
        try await backend.write { writer throws(StoreError) in
          try writer.apply(try Deed.batch(deeds, after: writer, StoreFixture.schema))
        }
      }
    }
    print("filled with \(entries) entries in \(filling)")
    let before = Self.memory("VmRSS")
    var report = AuditReport()
    let proving = try await clock.measure {
      report = try await backend.read { reader throws(StoreError) in
        try AuditVerifier(StoreFixture.schema).verify(reader)
      }
    }
    print(
      "proved in \(proving); memory \(before) before, \(Self.memory("VmRSS")) after, \(Self.memory("VmHWM")) at most")
    let surveying = try await clock.measure {
      _ = try await backend.read { reader throws(StoreError) in try reader.faults(limit: 10) }
    }
    print("of that the backend's own look: \(surveying)")
    #expect(report.findings == [])
    #expect(report.entries == Int64(entries))
    try backend.close()
  }

  @Test func `one entry and one record to a transaction`() async throws {
    let factory = try SQLiteFactory.file()
    let backend = try factory.open()
    let clock = ContinuousClock()
    let rounds = 3_000
    let deeds = Self.deeds(0..<rounds)
    let writing = try await clock.measure { for deed in deeds { try await backend.apply(deed) } }
    print("\(rounds) transactions in \(writing): \(writing / rounds) each")
    let reading = try await clock.measure {
      for number in 0..<rounds { _ = try await backend.record(StoreFixture.incident, "incident-\(number / 10)") }
    }
    print("\(rounds) reads by key in \(reading): \(reading / rounds) each")
    try backend.close()
  }

  /// A line of what the system says about this process.
  private static func memory(_ name: String) -> String {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    return status.split(separator: "\n").first { $0.hasPrefix(name) }.map { String($0) } ?? "?"
  }
}
