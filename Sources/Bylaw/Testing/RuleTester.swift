import BylawEvaluator
public import BylawModel
public import BylawStore
import BylawSyntax

/// Runs the decision tests that authors write beside their rules.
///
/// ```swift
/// let tester = try RuleTester(ruleSet, testsFolder: "rules/incident-management/tests")
/// let report = tester.run()
/// print(report.passed, report.failed)
/// ```
public struct RuleTester: Sendable {
  /// The rules that are tested.
  public let ruleSet: RuleSet
  /// What stands in the folder of the tests and is not read.
  public let warnings: RuleSetReport
  let suite: TestSuite

  /// The cases of all test files, in their order.
  public var tests: [DecisionTest] { suite.tests }

  /// The scenarios of all test files, in their order.
  public var scenarios: [Scenario] { suite.scenarios }

  /// Reads the test files below a folder.
  ///
  /// - Throws: `LoadError.invalidRules` with every mistake of every test file, `LoadError.unreadable`.
  public init(_ ruleSet: RuleSet, testsFolder: String) throws {
    let folder = try TestFolder(testsFolder)
    try self.init(ruleSet, files: folder.files, unread: folder.unread, shownAs: testsFolder)
  }

  /// Reads test files held in memory: names below the folder of the tests, and their text.
  ///
  /// - Throws: `LoadError.invalidRules` with every mistake.
  public init(_ ruleSet: RuleSet, files: [(path: String, text: String)]) throws {
    try self.init(ruleSet, files: files.map { ($0.path, Array($0.text.utf8)) }, unread: [], shownAs: "")
  }

  private init(
    _ ruleSet: RuleSet, files: [(name: String, bytes: [UInt8])], unread: [FolderListing.Unread], shownAs folder: String
  ) throws {
    self.ruleSet = ruleSet
    let (suite, report) = TestSuiteReader.read(files, shownAs: folder, for: ruleSet)
    guard report.errorCount == 0 else { throw LoadError.invalidRules(report) }
    self.suite = suite
    var sources = SourceMap()
    let warnings = unread.map { $0.warning(path: $0.name, shownAs: "\(folder)/\($0.name)", in: &sources) }
    self.warnings = RuleSetReport(diagnostics: warnings, sources: sources)
  }

  /// Runs the cases whose test or case name contains `filter`, in any case; all of them without one.
  public func run(filter: String? = nil) -> TestReport {
    var evaluator = Evaluator(ruleSet.plan)
    let wanted = filter?.lowercased()
    let chosen = tests.filter { test in wanted.map { test.name.lowercased().contains($0) } ?? true }
    let results = chosen.map { test in
      let decision = evaluator.decide(test.request, records: test.records, now: test.now)
      return TestResult(test: test, status: Self.status(of: test, decision, ruleSet.plan), decision: decision)
    }
    return TestReport(ruleSet: ruleSet.identity, results: results)
  }

  /// Runs the cases and, each on a store of its own, the scenarios.
  ///
  /// - Parameters:
  ///   - filter: Only those whose name contains it, in any case.
  ///   - backend: Where the stores of the scenarios are; each is made anew.
  /// - Returns: What each case and each scenario came to, in the order of the files.
  public func run(filter: String? = nil, scenariosIn backend: Backend) async -> TestReport {
    var report = run(filter: filter)
    let wanted = filter?.lowercased()
    for scenario in scenarios where wanted.map({ scenario.name.lowercased().contains($0) }) ?? true {
      report.scenarios.append(await ScenarioRun.play(scenario, ruleSet, in: backend))
    }
    return report
  }

  /// What a decision makes of a case.
  private static func status(of test: DecisionTest, _ decision: Decision, _ plan: DecisionPlan) -> TestResult.Status {
    let differences = test.expectation.differences(from: decision)
    guard differences.isEmpty else { return .failed(differences) }
    // A slip in the test would otherwise look like a refusal by the rules.
    guard test.expectation.denialClass == nil, test.expectation.rules == nil else { return .passed }
    if plan.actionIndex[test.request.action] == nil {
      let known = plan.actions.map(\.name)
      return .error(TestMessages.noSuchAction(test.request.action, among: known))
    }
    if isRefusedByShape(decision, test) { return .error(TestMessages.refusedByShape(decision.reasons)) }
    return .passed
  }

  /// Whether the request was refused before any rule was asked.
  private static func isRefusedByShape(_ decision: Decision, _ test: DecisionTest) -> Bool {
    guard decision.denialClass == .invalidRequest || decision.denialClass == .invalidInput else { return false }
    // Only after the rules on authority is it said that the resource is not there.
    if let resource = test.request.resource, resource.properties.isEmpty, decision.reasons.map(\.rule) == ["resource"],
      test.records[EntityReference(type: resource.type, id: resource.id)] == nil
    {
      return false
    }
    return decision.reasons.allSatisfy { reason in
      reason.rule == "subject" || reason.rule == "resource" || reason.rule.hasPrefix("context.")
        || reason.rule.contains(".input.")
    }
  }
}

/// What running the tests of a rule set came to.
public struct TestReport: Sendable {
  /// The rule set that was tested.
  public let ruleSet: Decision.RuleSetIdentity
  /// The cases that were run, in the order of the files.
  public let results: [TestResult]
  /// The scenarios that were run, in the order of the files.
  public internal(set) var scenarios: [ScenarioResult] = []

  private var statuses: [TestResult.Status] { results.map(\.status) + scenarios.map(\.status) }

  /// How many cases and scenarios found everything as stated.
  public var passed: Int { statuses.count { $0 == .passed } }
  /// How many found a difference.
  public var failed: Int {
    statuses.count {
      if case .failed = $0 { true } else { false }
    }
  }
  /// How many say nothing about the rules.
  public var errors: Int { statuses.count - passed - failed }
}
