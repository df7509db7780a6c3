package import BylawModel
package import BylawStore

/// Where a backend under test keeps its rows: a way to open one store several times.
package protocol BackendFactory: Sendable {
  /// What failures call it.
  var name: String { get }
  /// Whether the same store can be opened twice at once, and again after it was closed.
  var isShared: Bool { get }

  /// Opens the store of this factory; makes it when it is not there.
  func open(_ schema: Schema, _ ruleSet: Decision.RuleSetIdentity) throws(StoreError) -> any StoreBackend
}

extension BackendFactory {
  /// Opens the store with the vocabulary of the fixture.
  package func open() throws(StoreError) -> any StoreBackend {
    try open(StoreFixture.schema, StoreFixture.ruleSet)
  }
}

/// What every backend must do: a list of cases, each on a store of its own.
///
/// A test target of a backend runs `all` with its factories, and shows a failure as it was thrown.
package struct BackendConformance: Sendable, CustomStringConvertible {
  package var name: String
  /// Needs a store that can be opened twice.
  package var needsSharing = false
  package var run: @Sendable (any BackendFactory) async throws -> Void

  package var description: String { name }

  package init(
    _ name: String, needsSharing: Bool = false, _ run: @escaping @Sendable (any BackendFactory) async throws -> Void
  ) {
    self.name = name
    self.needsSharing = needsSharing
    self.run = run
  }

  package static let all: [BackendConformance] = records + filters + rows + transactions + together + migrations
}

/// What a backend did not do as it must.
package struct ConformanceFailure: Error, Sendable, CustomStringConvertible {
  package var description: String
}

/// Asks that two values are equal.
package func expect<Value: Equatable>(_ found: Value, _ wanted: Value, _ what: String = "") throws(ConformanceFailure) {
  guard found != wanted else { return }
  throw ConformanceFailure(description: "\(what): found \(found), expected \(wanted)")
}

/// Asks that a failure comes, and that it is of the right kind.
package func expectFailure<Result>(
  _ what: String, _ isRight: (StoreError) -> Bool = { _ in true }, _ body: () async throws(StoreError) -> Result
) async throws(ConformanceFailure) {
  do throws(StoreError) {
    _ = try await body()
  } catch {
    guard isRight(error) else { throw ConformanceFailure(description: "\(what): failed with \(error)") }
    return
  }
  throw ConformanceFailure(description: "\(what): did not fail")
}
