public import BylawModel

/// One case of a decision test: a request, the records and the clock it is judged with, and what is expected.
public struct DecisionTest: Sendable {
  /// The sentence that names the test, unique in its folder.
  public let test: String
  /// The name of the case within the test; `nil` for a test that is a single case.
  public let caseName: String?
  /// `file:line:column` of the case.
  public let place: String
  /// The clauses of a manual that the test shows.
  public let clauses: [String]
  /// The request that is judged.
  public let request: Request
  /// The time that it is judged at.
  public let now: Timestamp
  /// The records that references and facts are looked up in.
  public let records: Records
  let expectation: Expectation

  init(
    test: String, caseName: String?, place: String, clauses: [String], request: Request, now: Timestamp,
    records: Records, expectation: Expectation
  ) {
    self.test = test
    self.caseName = caseName
    self.place = place
    self.clauses = clauses
    self.request = request
    self.now = now
    self.records = records
    self.expectation = expectation
  }

  /// The name of the test, with that of its case.
  public var name: String { caseName.map { "\(test): \($0)" } ?? test }
}

/// What came of one case.
public struct TestResult: Sendable {
  /// What a case can come to.
  public enum Status: Sendable, Hashable {
    /// Everything stated was so.
    case passed
    /// These expectations were not met.
    case failed([Difference])
    /// The case says nothing about the rules, and why.
    case error(String)
  }
  /// An expectation that was not met.
  public struct Difference: Sendable, Hashable {
    /// The expectation: `decision`, `rules`, `classified.severity`, ….
    public let what: String
    /// What the test states, for people.
    public let expected: String
    /// What the decision says, for people.
    public let actual: String
    /// What the test states.
    public let expectedValue: Value
    /// What the decision says; `null` where it says nothing.
    public let actualValue: Value
  }
  /// The case.
  public let test: DecisionTest
  /// What it came to.
  public let status: Status
  /// The decision, whole.
  public let decision: Decision
}
