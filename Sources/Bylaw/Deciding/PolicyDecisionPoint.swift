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
  /// The same, as the evaluator reads them.
  let source: StableRecords?
  let plan: PreparedPlan
  /// What explanations need, once one was asked for.
  let explanations = ExplanationPlan()

  /// Creates a decision point; without records, attributes and facts come with each request.
  public init(_ ruleSet: RuleSet, records: Records? = nil) {
    self.ruleSet = ruleSet
    self.records = records
    source = records.map { StableRecords($0) }
    plan = PreparedPlan(ruleSet.plan)
  }

  /// Decides one request as of a time; never throws: a request that cannot be judged is denied.
  public func decide(_ request: Request, at time: Timestamp) -> Decision {
    plan.decide(request, records: source, now: time)
  }

  /// Decides the request of a JSON document as of a time: the same as reading the `Request` and deciding it, but quicker,
  /// as no request is made of a document that has nothing unusual.
  ///
  /// - Parameters: As of `Request(json:serverContext:undeclared:takesSystem:)`.
  /// - Throws: `RequestError` with every mistake of a document that is no request.
  public func decide(
    json: [UInt8], serverContext: [String: Value] = [:], undeclared: UndeclaredMembers = .refused,
    takesSystem: Bool = false, at time: Timestamp
  ) throws(RequestError) -> Decision {
    let known = json.withUnsafeBytes {
      plan.decide(json: $0, serverContext: serverContext, records: source, now: time)
    }
    if let known { return known }
    let request = try Request(
      json: json, serverContext: serverContext, undeclared: undeclared, takesSystem: takesSystem)
    return decide(request, at: time)
  }

  /// Answers the request of a JSON document as of a time with the bytes of `decide(json:…).jsonBytes()`: the quickest way
  /// from bytes to bytes.
  ///
  /// - Parameters: As of `Request(json:serverContext:undeclared:takesSystem:)`.
  /// - Returns: One JSON object on one line, in UTF-8, without a line break behind it.
  /// - Throws: `RequestError` with every mistake of a document that is no request.
  public func answer(
    toJSON json: [UInt8], serverContext: [String: Value] = [:], undeclared: UndeclaredMembers = .refused,
    takesSystem: Bool = false, at time: Timestamp
  ) throws(RequestError) -> [UInt8] {
    let known = json.withUnsafeBytes {
      plan.answer(json: $0, serverContext: serverContext, records: source, now: time) { bytes, _ in Array(bytes) }
    }
    if let known { return known }
    let request = try Request(
      json: json, serverContext: serverContext, undeclared: undeclared, takesSystem: takesSystem)
    return decide(request, at: time).jsonBytes()
  }

  /// Adds the same to bytes, where the document is a stretch of others.
  ///
  /// - Returns: Whether what was added is ASCII alone.
  package func answer(
    toJSON json: UnsafeRawBufferPointer, serverContext: [String: Value], takesSystem: Bool, at time: Timestamp,
    addingTo output: inout [UInt8]
  ) throws(RequestError) -> Bool {
    let known = plan.answer(json: json, serverContext: serverContext, records: source, now: time) { bytes, isASCII in
      output.append(contentsOf: bytes)
      return isASCII
    }
    if let known { return known }
    let request = try Request(json: Array(json), serverContext: serverContext, takesSystem: takesSystem)
    var writer = JSONWriter(.compact, capacity: 1_024)
    decide(request, at: time).write(to: &writer)
    writer.withBytes { output.append(contentsOf: $0) }
    return writer.isASCII
  }

  /// The outcome of the request of a JSON document alone, the same as that of `decide(json:…)`.
  ///
  /// - Parameters: As of `Request(json:serverContext:undeclared:takesSystem:)`.
  /// - Throws: `RequestError` with every mistake of a document that is no request.
  public func outcome(
    ofJSON json: [UInt8], serverContext: [String: Value] = [:], undeclared: UndeclaredMembers = .refused,
    takesSystem: Bool = false, at time: Timestamp
  ) throws(RequestError) -> Decision.Outcome {
    let known = json.withUnsafeBytes {
      plan.outcome(json: $0, serverContext: serverContext, records: source, now: time)
    }
    if let known { return known }
    let request = try Request(
      json: json, serverContext: serverContext, undeclared: undeclared, takesSystem: takesSystem)
    return outcome(of: request, at: time)
  }

  /// The outcome alone, the same as that of `decide`: no reasons, classifications or obligations are worked out.
  public func outcome(of request: Request, at time: Timestamp) -> Decision.Outcome {
    plan.outcome(of: request, records: source, now: time)
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

/// The records of a decision point, which never change: evaluators lay them out once.
final class StableRecords: RecordSource, Sendable {
  private let records: Records

  init(_ records: Records) { self.records = records }

  var stableIdentity: AnyObject? { self }
  func fields(of reference: EntityReference) -> [String: Value]? { records[reference] }
  func ids(of type: String) -> [String] { records.ids(of: type) }
}
