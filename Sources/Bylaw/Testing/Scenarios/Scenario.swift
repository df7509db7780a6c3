public import BylawModel

/// A story that a test tells: records to begin with, a clock that it moves, and what people do one after another.
public struct Scenario: Sendable {
  /// The sentence that names it, unique among the tests of its folder.
  public let name: String
  /// `file:line:column` of its name.
  public let place: String
  /// The clauses of a manual that it shows, those of its steps included.
  public let clauses: [String]
  /// What is in the store when it begins.
  public let records: Records
  /// When it begins.
  public let start: Timestamp
  let steps: [ScenarioStep]
}

/// One step of a scenario.
struct ScenarioStep: Sendable {
  /// What is done.
  ///
  /// Texts such as `$incident` stand for what an earlier step made.
  enum Deed: Sendable {
    case act(String, on: String?, override: Request.Override?)
    case vote(GatedStore.Vote, on: String?)
    case get(String)
    case list(String, limit: Int?)
    /// To see what waits for one's vote.
    case inbox
    case sweep
    /// Only time passes.
    case nothing
  }

  /// A name for something that the step makes.
  struct Naming: Sendable {
    var name: String
    /// An entity, or `proposal`; `nil` for the one thing that the step makes.
    var type: String?
  }

  /// What the step is, in the author's words.
  var sentence: String
  var place: String
  /// Time that passes before the step.
  var advance: TimeSpan?
  /// The moment of the step.
  var moment: Timestamp?
  /// Who does it; `System` for the engine.
  var person: String?
  var deed: Deed
  /// The inputs of an act or a vote, the filters of a list.
  var input: [String: Value]
  var context: [String: Value]
  /// The call of the database that fails during the step.
  var failing: FailingBackend.Call?
  var names: [Naming]
  var expectation: StepExpectation
}

/// What came of a scenario.
public struct ScenarioResult: Sendable {
  /// The scenario.
  public let scenario: Scenario
  /// What it came to; it ends at the first step that is not as stated.
  public let status: TestResult.Status
  /// The step at which it ended; `nil` when it passed, or could not begin.
  public let failedStep: String?
  /// `file:line:column` of that step, or of the scenario.
  public let place: String
  /// What was decided at that step.
  public let decision: Decision?
  /// What was decided at each step, for the coverage of the rules.
  let decided: [Decided]

  /// A decision with what it was about.
  struct Decided: Sendable {
    var request: Request
    var decision: Decision
    /// The roles of the subject, as words.
    var roles: [String]
  }
}
