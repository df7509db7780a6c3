import BylawStoreTestSupport
import Testing

@Suite struct ConformanceTests {
  @Test("in memory", arguments: BackendConformance.all.filter { !$0.needsSharing })
  func memory(_ conformance: BackendConformance) async throws {
    try await conformance.run(SQLiteFactory.memory())
  }

  @Test("in a file", arguments: BackendConformance.all)
  func file(_ conformance: BackendConformance) async throws {
    try await conformance.run(try SQLiteFactory.file())
  }
}
