import BylawCompiler
public import BylawModel
import BylawSyntax

/// Which parts of a rule set the tests reached.
public struct CoverageReport: Sendable {
  /// What is counted.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// An action that some case was let through to: allowed, pending, or refused for another reason than authority.
    case allowed
    /// An `allow` list that refused somebody.
    case refused
    /// A role of an `allow` list that some subject who was let through holds.
    case grant
    /// A forbid or a requirement that refused something.
    case rule
    /// An approval that was asked for or refused something.
    case approval
    /// A band that refused something or sent a notice.
    case band
    /// A wait that held something back.
    case wait
    /// An override that was claimed and let through.
    case override
    /// A row that gave a classification its value.
    case row
  }
  /// One part with the number of cases that reached it.
  public struct Item: Sendable, Hashable {
    /// What it is.
    public var kind: Kind
    /// The id of the rule, or what names the part.
    public var id: String
    /// `file:line:column`.
    public var place: String
    /// How many cases reached it.
    public var count: Int
  }
  /// The rule set that was tested.
  public let ruleSet: Decision.RuleSetIdentity
  /// All parts, in the order of the rules.
  public let items: [Item]
  /// Classifications that no action states: no decision shows which row gave their value.
  public let unseen: [String]

  /// Those that no case reached.
  public var missed: [Item] { items.filter { $0.count == 0 } }

  /// What no case reached, a line each, and the counts by kind.
  public func text() -> String {
    var text = ""
    for item in missed { text += "\(item.place): never \(TestMessages.reached(item.kind)): \(item.id)\n" }
    if !unseen.isEmpty { text += "no decision shows the rows of \(unseen.joined(separator: ", "))\n" }
    let counts = Kind.allCases.compactMap { kind -> String? in
      let all = items.filter { $0.kind == kind }
      guard !all.isEmpty else { return nil }
      return "\(all.count { $0.count > 0 }) of \(all.count) \(TestMessages.plural(kind))"
    }
    return text + "\(ruleSet.name): reached \(counts.joined(separator: ", "))\n"
  }

  /// The report as JSON.
  ///
  /// - Parameter isPretty: One member a line for people, instead of one line.
  /// - Returns: One JSON object, without a line break behind it.
  public func json(isPretty: Bool = false) -> String { JSONWriter.write(value, style: isPretty ? .pretty : .compact) }

  /// The report as a value.
  package var value: Value {
    let list = items.map { item -> Value in
      .object([
        "kind": .string(item.kind.rawValue), "id": .string(item.id), "place": .string(item.place),
        "count": .int(Int64(item.count)),
      ])
    }
    return .object([
      "rule_set": .string(ruleSet.name), "items": .list(list), "unseen": .list(unseen.map { .string($0) }),
    ])
  }
}

extension RuleTester {
  /// Which parts of the rules the cases of a report reached.
  public func coverage(of report: TestReport) -> CoverageReport {
    let counts = CoverageCounts(report, ruleSet.checked)
    let places = CoveragePlaces(ruleSet)
    let items = places.items.map { item -> CoverageReport.Item in
      var item = item
      item.count = counts.counts[CoverageCounts.Key(kind: item.kind, id: item.id)] ?? 0
      return item
    }
    return CoverageReport(ruleSet: ruleSet.identity, items: items, unseen: places.unseen)
  }
}
