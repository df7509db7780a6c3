import BylawEvaluator
public import BylawModel

/// Decides requests by a rule set: what a service asks before every action.
///
/// Safe to use from many tasks and threads at once. It decides and changes nothing.
///
/// ```swift
/// let decisionPoint = PolicyDecisionPoint(try RuleSet(contentsOf: "rules/incident-management"))
/// let decision = decisionPoint.decide(request, at: .now)
/// if decision.outcome == .allow { … }
/// ```
public struct PolicyDecisionPoint: Sendable {
  /// The rules that decide.
  public let ruleSet: RuleSet
  /// The records in which references and facts are looked up.
  public let records: Records?
  private let plan: PreparedPlan

  /// Creates a decision point; without records, attributes and facts come with each request.
  public init(_ ruleSet: RuleSet, records: Records? = nil) {
    self.ruleSet = ruleSet
    self.records = records
    plan = PreparedPlan(ruleSet.plan)
  }

  /// Decides one request as of a time; never throws: a request that cannot be judged is denied.
  public func decide(_ request: Request, at time: Timestamp) -> Decision {
    plan.withEvaluator { $0.decide(request, records: records, now: time) }
  }

  /// The outcome alone, the same as that of `decide`: no reasons, classifications or obligations are worked out.
  public func outcome(of request: Request, at time: Timestamp) -> Decision.Outcome {
    plan.withEvaluator { $0.decide(request, records: records, now: time, detail: .outcome).outcome }
  }
}

/// Records in memory, by entity type and id: what references lead to and facts look through.
public struct Records: Sendable, Hashable {
  private var byType: [String: [String: [String: Value]]] = [:]
  private var order: [String: [String]] = [:]

  /// Creates an empty collection.
  public init() {}

  /// Adds a record, or replaces the one of the same type and id.
  public mutating func insert(_ reference: EntityReference, fields: [String: Value]) {
    if byType[reference.type, default: [:]].updateValue(fields, forKey: reference.id) == nil {
      order[reference.type, default: []].append(reference.id)
    }
  }

  /// The fields of a record; `nil` when there is none.
  public subscript(_ reference: EntityReference) -> [String: Value]? {
    byType[reference.type]?[reference.id]
  }

  /// The entity types that have records, by name.
  public var types: [String] { order.keys.sorted() }

  /// The number of records.
  public var count: Int { order.values.reduce(0) { $0 + $1.count } }
}

extension Records: RecordSource {
  func fields(of reference: EntityReference) -> [String: Value]? { self[reference] }
  func ids(of type: String) -> [String] { order[type] ?? [] }
}
