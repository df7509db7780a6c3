import BylawTestSupport
import Glibc
import Testing

/// Both evaluators say the same of the same request, in every part of the decision.
@Suite struct DifferentialTests {
  #if DEBUG
    private static let ruleSets = 80
  #else
    private static let ruleSets = 400
  #endif

  /// A number from the environment, for looking at other seeds.
  private func number(_ name: String) -> UInt64? {
    guard let text = getenv(name) else { return nil }
    return UInt64(String(cString: text))
  }

  /// Writes the rule set of a seed, for looking into a difference.
  @Test(.enabled(if: getenv("BYLAW_DIFFERENTIAL_SHOW") != nil))
  func `The rule set of a seed can be shown`() {
    print(RuleSetGenerator.make(seed: number("BYLAW_DIFFERENTIAL_SHOW") ?? 1).text)
  }

  /// 100,000 requests in a release build, 20,000 in a debug build.
  @Test func `The evaluator and the reference agree on generated rule sets and requests`() {
    var run = DifferentialRun()
    let first = number("BYLAW_DIFFERENTIAL_FIRST") ?? 1
    for seed in first..<(first + (number("BYLAW_DIFFERENTIAL_RULE_SETS") ?? UInt64(Self.ruleSets))) {
      run.run(seed: seed, requests: 250)
    }
    let counts = run.counts
    for report in run.reports.prefix(Int(number("BYLAW_DIFFERENTIAL_REPORTS") ?? 5)) {
      print(report, terminator: "\n\n")
    }
    for refusal in run.refusals.prefix(5) { print(refusal) }
    if number("BYLAW_DIFFERENTIAL_REPORTS") != nil {
      for (text, count) in run.shapes.sorted(by: { $0.value > $1.value }).prefix(25) { print("shape \(count) \(text)") }
    }
    print(
      "differential: \(counts.ruleSets) rule sets (\(counts.refusedRuleSets) refused), \(counts.requests) requests, "
        + "\(counts.erring) with errors or absent values, \(counts.differences) differences; "
        + counts.outcomes.sorted { $0.value > $1.value }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
    #expect(counts.differences == 0, "\(run.reports.first ?? "")")
    #expect(counts.refusedRuleSets * 50 < counts.ruleSets)
    #expect(counts.erring * 3 >= counts.requests)
  }

  /// With everything that may be wrong with a value.
  @Test func `A request by the slots of a shape is decided as the same request by names`() {
    var comparison = ShapeComparison()
    for seed in 1...UInt64(Self.ruleSets / 2) { comparison.run(seed: seed, requests: 250) }
    print("shapes: \(comparison.requests) requests, \(comparison.granted) granted")
    #expect(comparison.reports.isEmpty, "\(comparison.reports.count): \(comparison.reports.first ?? "")")
    #expect(comparison.requests > Self.ruleSets * 50)
    #expect(comparison.granted * 20 > comparison.requests)
  }

  /// Documents with mistakes too: those go the long way, and must.
  @Test func `A document is decided as the request that it is read as`() {
    var comparison = DocumentComparison()
    for seed in 1...UInt64(Self.ruleSets / 2) { comparison.run(seed: seed, requests: 250) }
    print("documents: \(comparison.documents), \(comparison.plain) of them the short way")
    #expect(comparison.reports.isEmpty, "\(comparison.reports.count): \(comparison.reports.first ?? "")")
    #expect(comparison.plain * 25 > comparison.documents)
  }
}
