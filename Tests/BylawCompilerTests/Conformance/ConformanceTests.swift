import BylawCompiler
import BylawModel
import BylawSyntax
import Testing

/// The conformance suite of CEL against the profile of rules.
struct ConformanceTests {
  @Test func `every case inside the profile gives what CEL gives`() throws {
    guard let cases = try ConformanceCase.load() else {
      print("the conformance suite is not beside the package (shared/conformance/cel); nothing was compared")
      return
    }
    var tally = ConformanceTally()
    for testCase in cases { tally.add(ConformanceRun(testCase).outcome, of: testCase) }
    print(tally.summary)
    for failure in tally.failures { Issue.record("\(failure)") }
    #expect(tally.values > 0)
  }
}

/// What became of a case.
enum ConformanceOutcome {
  case value
  case error
  case outside(ConformanceProfile.Reason)
  case mismatch(String)
}

/// Counts over the suite.
struct ConformanceTally {
  var values = 0
  var errors = 0
  var outside: [ConformanceProfile.Reason: Int] = [:]
  var failures: [String] = []

  mutating func add(_ outcome: ConformanceOutcome, of testCase: ConformanceCase) {
    switch outcome {
    case .value: values += 1
    case .error: errors += 1
    case .outside(let reason):
      outside[reason, default: 0] += 1
    case .mismatch(let text): failures.append("\(testCase.title)\n  \(text)")
    }
  }

  var summary: String {
    let left = outside.values.reduce(0, +)
    let reasons = outside.sorted { $0.value > $1.value }.map { "\($0.key.rawValue) \($0.value)" }
    return """
      \(values + errors + left + failures.count) cases: \(values) values pass, \(errors) errors pass, \
      \(failures.count) fail, \(left) outside the profile (by reason: \(reasons.joined(separator: ", ")))
      """
  }
}
