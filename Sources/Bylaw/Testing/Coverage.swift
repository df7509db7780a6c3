import BylawCompiler
import BylawModel
import BylawSyntax

/// What there is to reach in a rule set.
struct CoveragePlaces {
  private(set) var items: [CoverageReport.Item] = []
  private(set) var unseen: [String] = []
  private var seen: Set<CoverageCounts.Key> = []
  private let sources: SourceMap

  init(_ ruleSet: RuleSet) {
    sources = ruleSet.sources
    let rules = ruleSet.checked
    for action in rules.actions { add(action, rules) }
    for override in rules.overrides {
      add(.override, override.id, override.range)
      for rule in override.rules { add(.rule, rule.id, rule.range) }
    }
    for threshold in rules.thresholds {
      for band in threshold.bands { add(.band, band.id, band.range) }
    }
    let stated = Set(rules.actions.flatMap { $0.classify.compactMap(\.classification) })
    for (index, table) in rules.classifications.enumerated() {
      guard stated.contains(index) else {
        unseen.append(table.name)
        continue
      }
      for row in table.rows { add(.row, CoverageCounts.row(row.label, of: table.name), row.range) }
      if table.otherwise != nil { add(.row, CoverageCounts.row(nil, of: table.name), table.range) }
    }
  }

  private mutating func add(_ action: CheckedRuleSet.Action, _ rules: CheckedRuleSet) {
    switch action.origin {
    case .declared, .approve, .reject: add(.allowed, action.name, action.range)
    case .withdraw, .ask: break
    }
    if action.authority.hasAllow { add(.refused, "actions.\(action.name).allow", action.range) }
    let words = rules.manifest.roleEnumeration.map { rules.vocabulary.schema.enums[$0].members } ?? []
    if CoverageCounts.roleField(rules) != nil {
      for grant in action.authority.grants {
        guard case .role(let role) = grant.holder else { continue }
        add(.grant, CoverageCounts.grant(words[role], action.name), grant.range)
      }
    }
    for rule in action.rules where rule.band == nil && !Self.isBuiltIn(rule) { add(.rule, rule.id, rule.range) }
    for approval in action.approvals { add(.approval, approval.id, approval.range) }
    for wait in action.waits { add(.wait, wait.id, wait.range) }
  }

  /// Whether a rule comes with every approval, whatever the author writes.
  static func isBuiltIn(_ rule: CheckedRuleSet.Rule) -> Bool {
    rule.id.hasPrefix("approvals.") && rule.id.hasSuffix(".vote.withdraw")
  }

  private mutating func add(_ kind: CoverageReport.Kind, _ id: String, _ range: SourceRange) {
    guard seen.insert(CoverageCounts.Key(kind: kind, id: id)).inserted else { return }
    items.append(CoverageReport.Item(kind: kind, id: id, place: sources.shownPlace(range), count: 0))
  }
}

/// What the decisions of the cases show as reached.
struct CoverageCounts {
  struct Key: Hashable {
    var kind: CoverageReport.Kind
    var id: String
  }
  private(set) var counts: [Key: Int] = [:]

  init(_ report: TestReport, _ rules: CheckedRuleSet) {
    let tables = Self.tables(rules)
    let role = Self.roleField(rules)
    var shown: [ScenarioResult.Decided] = []
    for result in report.results {
      if case .error = result.status { continue }
      let roles = role.map { Self.roles(of: result.test, field: $0) } ?? []
      shown.append(.init(request: result.test.request, decision: result.decision, roles: roles))
    }
    for result in report.scenarios { shown += result.decided }
    for one in shown {
      var reached: Set<Key> = []
      let (decision, request) = (one.decision, one.request)
      for reason in decision.reasons {
        for kind in [CoverageReport.Kind.rule, .refused, .approval, .band, .wait] {
          reached.insert(Key(kind: kind, id: reason.rule))
        }
      }
      for obligation in decision.obligations { reached.insert(Key(kind: .band, id: obligation.rule)) }
      let isLetThrough = ![.unauthorized, .invalidRequest, .invalidInput].contains(decision.denialClass)
      if isLetThrough {
        reached.insert(Key(kind: .allowed, id: request.action))
        for word in one.roles { reached.insert(Key(kind: .grant, id: Self.grant(word, request.action))) }
        if let override = request.override { reached.insert(Key(kind: .override, id: "overrides.\(override.name)")) }
      }
      for (name, classified) in decision.classified where classified.value != .null {
        guard let table = tables[request.action]?[name] else { continue }
        reached.insert(Key(kind: .row, id: Self.row(classified.row, of: table)))
      }
      for key in reached { counts[key, default: 0] += 1 }
    }
  }

  static func row(_ label: String?, of table: String) -> String { "\(table): \(label ?? "otherwise")" }

  static func grant(_ role: String, _ action: String) -> String { "\(role) may \(action)" }

  /// Which classification an action states under which name.
  private static func tables(_ rules: CheckedRuleSet) -> [String: [String: String]] {
    var tables: [String: [String: String]] = [:]
    for action in rules.actions {
      for item in action.classify {
        guard let index = item.classification else { continue }
        tables[action.name, default: [:]][item.name] = rules.classifications[index].name
      }
    }
    return tables
  }

  /// The field of the subject that holds its role; `nil` where the manifest computes the role.
  static func roleField(_ rules: CheckedRuleSet) -> String? {
    guard var role = rules.manifest.role, let entity = rules.manifest.subjects.first else { return nil }
    while true {
      switch role.kind {
      case .wrap(let inner), .unwrap(let inner): role = inner
      case .field(_, let position): return rules.vocabulary.schema.entities[entity].fields[position].name
      default: return nil
      }
    }
  }

  private static func roles(of test: DecisionTest, field: String) -> [String] {
    let subject = test.request.subject
    let stored = test.records[EntityReference(type: subject.type, id: subject.id)]
    switch subject.properties[field] ?? stored?[field] {
    case .string(let word): return [word]
    case .list(let words):
      return words.compactMap { word in
        if case .string(let text) = word { text } else { nil }
      }
    default: return []
    }
  }
}
