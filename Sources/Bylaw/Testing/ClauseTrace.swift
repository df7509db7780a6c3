import BylawCompiler
package import BylawModel
import BylawSyntax

/// Which clauses of a manual the rules and the tests of a rule set name.
public struct ClauseTrace: Sendable {
  /// A clause with what names it.
  public struct Entry: Sendable, Hashable {
    /// The clause.
    public var clause: ClauseCatalogue.Clause
    /// The ids of the rules that name it.
    public var rules: [String]
    /// The names of the tests that name it.
    public var tests: [String]
    /// Why no rule or test can show it; `nil` for most.
    public var waits: String?

    /// Whether a rule or a test is missing that nothing excuses.
    public var isMissing: Bool { waits == nil && (rules.isEmpty || tests.isEmpty) }
  }
  /// A clause that is named but is not in the catalogue.
  public struct Unknown: Sendable, Hashable {
    /// The id as it is written.
    public var clause: String
    /// `file:line:column` of where it is named.
    public var place: String
    /// The nearest id of the catalogue.
    public var suggestion: String?
  }
  /// The name of the rule set.
  public let ruleSet: String
  /// The clauses of the manuals that the rule set names at all.
  public let entries: [Entry]
  /// By place.
  public let unknown: [Unknown]

  /// Compares a catalogue with the rules and tests of `tester`.
  ///
  /// Only the manuals count that the rule set or its tests name by the prefix of their clauses, such as `IM-`. A
  /// section named as a whole (`IM-12`) is known, but stands for none of its clauses.
  public init(_ catalogue: ClauseCatalogue, tester: RuleTester) {
    let references = tester.ruleSet.checked.clauses
    let sources = tester.ruleSet.sources
    let named =
      references.map { (clause: $0.clause, place: sources.shownPlace($0.range)) } + tester.suite.clauses
      + tester.suite.waits.map { (clause: $0.clause, place: $0.place) }
    let manuals = Set(catalogue.clauses.map { Self.manual($0.id) })
    let relevant = Set(named.map { Self.manual($0.clause) }).intersection(manuals)
    let clauses = catalogue.clauses.filter { relevant.contains(Self.manual($0.id)) }
    let owners = Dictionary(grouping: references, by: \.clause).mapValues { Set($0.map(\.owner)).sorted() }
    var tests: [String: [String]] = [:]
    for test in tester.tests {
      for clause in test.clauses where tests[clause]?.last != test.test { tests[clause, default: []].append(test.test) }
    }
    for scenario in tester.scenarios {
      for clause in Set(scenario.clauses).sorted() { tests[clause, default: []].append(scenario.name) }
    }
    let waits = Dictionary(tester.suite.waits.map { ($0.clause, $0.why) }, uniquingKeysWith: { first, _ in first })
    ruleSet = tester.ruleSet.identity.name
    entries = clauses.map { clause in
      Entry(clause: clause, rules: owners[clause.id] ?? [], tests: tests[clause.id] ?? [], waits: waits[clause.id])
    }
    let ids = catalogue.clauses.map(\.id)
    let known = Set(ids).union(ids.map { String($0.split(separator: ".").first ?? "") })
    var seen: Set<Unknown> = []
    unknown = named.filter { !known.contains($0.clause) }
      .map { Unknown(clause: $0.clause, place: $0.place, suggestion: suggestion(for: $0.clause, among: ids)) }
      .filter { seen.insert($0).inserted }
  }

  /// `IM` of `IM-12.3`.
  private static func manual(_ clause: String) -> String {
    clause.split(separator: "-").first.map(String.init) ?? clause
  }

  /// Whether every clause has a rule and a test or waits, and all that is named is known.
  public var isComplete: Bool { unknown.isEmpty && !entries.contains(where: \.isMissing) }

  // MARK: Reports

  /// What is missing, what waits, what is unknown, and the counts.
  public func text() -> String {
    var text = ""
    func section(_ title: String, _ list: [Entry], _ line: (Entry) -> String) {
      guard !list.isEmpty else { return }
      text += "\(title) (\(list.count)):\n"
      for entry in list { text += "  \(entry.clause.id): \(line(entry))\n" }
    }
    let missing = entries.filter(\.isMissing)
    section("No rule and no test", missing.filter { $0.rules.isEmpty && $0.tests.isEmpty }) { $0.clause.must }
    section("No rule", missing.filter { $0.rules.isEmpty && !$0.tests.isEmpty }) { $0.clause.must }
    section("No test", missing.filter { !$0.rules.isEmpty && $0.tests.isEmpty }) { $0.clause.must }
    section("Waiting", entries.filter { $0.waits != nil }) { $0.waits ?? "" }
    if !unknown.isEmpty { text += "Not in the catalogue (\(unknown.count)):\n" }
    for entry in unknown {
      let hint = entry.suggestion.map { "; did you mean '\($0)'?" } ?? ""
      text += "  \(entry.clause): \(entry.place)\(hint)\n"
    }
    let waiting = entries.count { $0.waits != nil }
    let shown = entries.count - waiting - missing.count
    return text + "\(ruleSet): \(counted(entries.count, "clause")), \(shown) with rules and tests, \(waiting) waiting, "
      + "\(missing.count) missing, \(unknown.count) unknown\n"
  }

  /// The trace as JSON.
  ///
  /// - Parameter isPretty: One member a line for people, instead of one line.
  /// - Returns: One JSON object, without a line break behind it.
  public func json(isPretty: Bool = false) -> String { JSONWriter.write(value, style: isPretty ? .pretty : .compact) }

  /// The trace as a value.
  package var value: Value {
    let clauses = entries.map { entry -> Value in
      .object([
        "id": .string(entry.clause.id), "rules": .list(entry.rules.map { .string($0) }),
        "tests": .list(entry.tests.map { .string($0) }), "waits": entry.waits.map { .string($0) } ?? .null,
        "missing": .bool(entry.isMissing),
      ])
    }
    let others = unknown.map { entry -> Value in
      .object(["clause": .string(entry.clause), "place": .string(entry.place)])
    }
    return .object(["rule_set": .string(ruleSet), "clauses": .list(clauses), "unknown": .list(others)])
  }
}
