import BylawEvaluator
public import BylawModel

/// A kind of request that a service makes again and again: one action, one type of subject and resource, and the
/// values that come along, each with a slot.
///
/// Names are looked up once, when the shape is made. From then on each request gives its values by slot, and no name is
/// read, no dictionary filled and nothing allocated for it:
///
/// ```swift
/// let shape = try decisionPoint.shape(
///   of: "change.request", subject: "User",
///   giving: ["subject.role", "input.change_title", "input.change_type", "input.risk_level", "input.requested_by"])
/// let role = try shape.slot("subject.role")
/// let risk = try shape.slot("input.risk_level")
/// …
/// let outcome = decisionPoint.outcome(of: shape, subject: "ts-1", at: .now) { request in
///   request.set(role, to: "technician")
///   request.set(risk, to: "critical")
///   …
/// }
/// ```
/// The decision is that of the same `Request`, in every part. Values are held to what the rules declare, and what is
/// wrong or missing denies with its path. A value of the context that is declared `from: server` is stated by whoever
/// calls this. Votes, facts, overrides and the time of an earlier request take a `Request`.
public struct RequestShape: Sendable {
  /// The place of one value in requests of a shape.
  public struct Slot: Sendable, Hashable {
    let member: Int
    /// Which shape it belongs to.
    let owner: UInt64
  }

  let plan: ShapePlan

  /// The slot of a value that the shape was made for, such as `resource.risk_level`.
  ///
  /// - Throws: `RequestError` when the shape was not made for it.
  public func slot(_ name: String) throws(RequestError) -> Slot {
    let names = plan.members.map { "\($0.root.word).\($0.field.name)" }
    guard let member = names.firstIndex(of: name) else {
      throw RequestError(problems: [DocumentMessages.unknownMember(name, name, known: names)])
    }
    return Slot(member: member, owner: plan.number)
  }
}

/// One request of a shape while its values are given.
///
/// A member that gets no value is left out of the request. A value given twice counts the last time; a slot of another
/// shape denies the request as an invalid one.
public struct ShapedRequest: ~Copyable {
  var intake: RequestIntake

  init(_ intake: consuming RequestIntake) { self.intake = intake }

  consuming func giveBack() -> RequestIntake { intake }

  /// Gives a whole number.
  public mutating func set(_ slot: RequestShape.Slot, to value: Int64) {
    intake.set(slot.member, of: slot.owner, to: value)
  }

  /// Gives a whole number.
  public mutating func set(_ slot: RequestShape.Slot, to value: Int) {
    intake.set(slot.member, of: slot.owner, to: Int64(value))
  }

  /// Gives true or false.
  public mutating func set(_ slot: RequestShape.Slot, to value: Bool) {
    intake.set(slot.member, of: slot.owner, to: value)
  }

  /// Gives a text, the word of an enumeration, or an id.
  public mutating func set(_ slot: RequestShape.Slot, to value: String) {
    intake.set(slot.member, of: slot.owner, to: value)
  }

  /// Gives a list of texts or words.
  public mutating func set(_ slot: RequestShape.Slot, to values: [String]) {
    intake.set(slot.member, of: slot.owner, to: values)
  }

  /// Gives a time.
  public mutating func set(_ slot: RequestShape.Slot, to value: Timestamp) {
    intake.set(slot.member, of: slot.owner, to: .timestamp(value))
  }

  /// Gives any value, such as a decimal, a date, or a list of numbers.
  public mutating func set(_ slot: RequestShape.Slot, to value: Value) {
    intake.set(slot.member, of: slot.owner, to: value)
  }
}

@available(*, unavailable)
extension ShapedRequest: Sendable {}

extension PolicyDecisionPoint {
  /// Makes a shape: looks up once what requests of a kind have in common.
  ///
  /// - Parameters:
  ///   - action: The name of the action.
  ///   - subject: The type of those who ask.
  ///   - resource: The type of what the action is done to; `nil` for an action without a resource.
  ///   - members: The values that requests may give: `subject.NAME`, `resource.NAME`, `input.NAME` or `context.NAME`.
  /// - Returns: A shape for requests to this decision point; when rules are read anew, it is made anew.
  /// - Throws: `RequestError` with every name that the rule set does not have.
  public func shape(
    of action: String, subject: String, resource: String? = nil, giving members: [String]
  ) throws(RequestError) -> RequestShape {
    let plan = try preparedPlan(of: action)
    let words = ShapePlan.Root.allCases.map(\.word)
    var problems: [RequestError.Problem] = []
    var found: [(root: ShapePlan.Root, name: String)] = []
    for member in members {
      let root = ShapePlan.Root.allCases.first { member.hasPrefix($0.word + ".") }
      guard let root else {
        problems.append(DocumentMessages.unknownMember(member, member, known: words.map { $0 + ".NAME" }))
        continue
      }
      found.append((root, String(member.dropFirst(root.word.count + 1))))
    }
    var unknown: [(member: Int, known: [String])] = []
    let shape = plan.plan.shape(of: plan.index, subject: subject, resource: resource, members: found, unknown: &unknown)
    for (member, known) in unknown {
      let (root, name) = found[member]
      problems.append(DocumentMessages.unknownMember("\(root.word).\(name)", name, known: known))
    }
    guard let shape, problems.isEmpty else {
      if shape == nil { problems.append(DocumentMessages.otherRecords(of: action)) }
      throw RequestError(problems: problems)
    }
    return RequestShape(plan: shape)
  }

  /// Decides a request of a shape as of a time; the same as that of `decide` on a `Request` with the same values.
  ///
  /// - Parameters:
  ///   - shape: The shape, made by this decision point; one of another denies as an invalid request.
  ///   - subject: The id of who asks.
  ///   - resource: The id of what the action is done to, where the shape has a resource.
  ///   - time: The time to decide for.
  ///   - fill: Gives the values, one by one.
  /// - Returns: The decision with its reasons and everything that goes along with it.
  public func decide(
    _ shape: RequestShape, subject: String, resource: String? = nil, at time: Timestamp,
    _ fill: (inout ShapedRequest) -> Void
  ) -> Decision {
    plan.decide(shape.plan, subject: subject, resource: resource, records: source, now: time) {
      Self.fill(&$0, fill)
    }
  }

  /// The outcome of a request of a shape alone: no reasons, classifications or obligations are worked out.
  ///
  /// - Parameters: As of `decide(_:subject:resource:at:_:)`.
  public func outcome(
    of shape: RequestShape, subject: String, resource: String? = nil, at time: Timestamp,
    _ fill: (inout ShapedRequest) -> Void
  ) -> Decision.Outcome {
    plan.outcome(shape.plan, subject: subject, resource: resource, records: source, now: time) {
      Self.fill(&$0, fill)
    }
  }

  private static func fill(_ intake: inout RequestIntake, _ body: (inout ShapedRequest) -> Void) {
    var request = ShapedRequest(intake)
    body(&request)
    intake = request.giveBack()
  }

  private func preparedPlan(of action: String) throws(RequestError) -> (plan: PreparedPlan, index: Int) {
    if let index = plan.action(action) { return (plan, index) }
    throw RequestError(problems: [DocumentMessages.unknownAction(action, known: plan.actionNames)])
  }
}
