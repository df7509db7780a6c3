import BylawCompiler
import BylawEvaluator
public import BylawModel
import BylawSyntax
import Dispatch
import Synchronization

extension RuleTester {
  /// Changes the rules one small thing at a time, in memory, and finds the changes that no test notices.
  ///
  /// Only cases that pass on the rules as they are count. `workers` threads share the work; each change is given up
  /// at the first case that notices it.
  public func mutate(workers: Int = 2) -> MutationReport {
    let mutations = RuleSetMutator.mutations(of: ruleSet.checked)
    let passing = run().results.filter { $0.status == .passed }.map(\.test)
    let byAction = Dictionary(grouping: passing, by: \.request.action)
    let survivors = Mutex<[Int]>([])
    DispatchQueue.concurrentPerform(iterations: max(1, workers)) { worker in
      for index in stride(from: worker, to: mutations.count, by: max(1, workers)) {
        if !isNoticed(mutations[index], passing, byAction) { survivors.withLock { $0.append(index) } }
      }
    }
    let unnoticed = survivors.withLock { $0 }.map { index in
      MutationReport.Survivor(
        place: ruleSet.sources.shownPlace(mutations[index].key.range), kind: mutations[index].key.kind.rawValue,
        change: mutations[index].change)
    }
    let sorted = unnoticed.sorted { left, right in
      let (first, second) = (placeOrder(left.place), placeOrder(right.place))
      return (first.path, first.line, first.column, left.change) < (
        second.path, second.line, second.column, right.change
      )
    }
    // Two changes that read the same are one to the author.
    var seen: Set<MutationReport.Survivor> = []
    let distinct = sorted.filter { seen.insert($0).inserted }
    let total = mutations.count - (sorted.count - distinct.count)
    return MutationReport(ruleSet: ruleSet.identity, total: total, survivors: distinct)
  }

  /// The parts of `path:line:column`, so that line 9 comes before line 10.
  private func placeOrder(_ place: String) -> (path: String, line: Int, column: Int) {
    let parts = place.split(separator: ":")
    guard parts.count >= 3, let line = Int(parts[parts.count - 2]), let column = Int(parts[parts.count - 1]) else {
      return (place, 0, 0)
    }
    return (parts.dropLast(2).joined(separator: ":"), line, column)
  }

  /// Whether a case of an action in which a change takes effect no longer finds what it states.
  private func isNoticed(
    _ mutation: Mutation, _ tests: [DecisionTest], _ byAction: [String: [DecisionTest]]
  ) -> Bool {
    let changed = RuleSetMutator.apply(mutation, to: ruleSet.checked)
    let plan = RuleSetPlanner.plan(changed, sources: ruleSet.sources, digest: "")
    var evaluator = Evaluator(plan)
    let concerned = mutation.owners.contains(.shared) ? tests : changed.actions.flatMap { byAction[$0.name] ?? [] }
    for test in concerned {
      let decision = evaluator.decide(test.request, records: test.records, now: test.now)
      if !test.expectation.isMet(by: decision) { return true }
    }
    return false
  }
}

/// Which small changes to the rules no test notices.
public struct MutationReport: Sendable {
  /// A change that all tests let pass.
  public struct Survivor: Sendable, Hashable {
    /// `file:line:column` of what was changed.
    public let place: String
    /// What kind of change it is, in a word: `role`, `bound` or `row`, for example.
    public let kind: String
    /// What was changed.
    public let change: String
  }
  /// The rule set that was changed.
  public let ruleSet: Decision.RuleSetIdentity
  /// How many changes were tried.
  public let total: Int
  /// Those that no test noticed, by place.
  public let survivors: [Survivor]

  /// How many changes a test noticed.
  public var noticed: Int { total - survivors.count }

  /// The changes that no test noticed, a line each, and the counts.
  public func text() -> String {
    var text = ""
    for survivor in survivors { text += "\(survivor.place): not noticed: \(survivor.change)\n" }
    return text + "\(ruleSet.name): \(counted(total, "change")), \(noticed) noticed, \(survivors.count) not noticed\n"
  }

  /// The report as JSON.
  ///
  /// - Parameter isPretty: One member a line for people, instead of one line.
  /// - Returns: One JSON object, without a line break behind it.
  public func json(isPretty: Bool = false) -> String { JSONWriter.write(value, style: isPretty ? .pretty : .compact) }

  /// The report as a value.
  package var value: Value {
    .object([
      "rule_set": .string(ruleSet.name), "changes": .int(Int64(total)), "noticed": .int(Int64(noticed)),
      "not_noticed": .list(
        survivors.map { survivor in
          .object([
            "place": .string(survivor.place), "kind": .string(survivor.kind), "change": .string(survivor.change),
          ])
        }),
    ])
  }
}
