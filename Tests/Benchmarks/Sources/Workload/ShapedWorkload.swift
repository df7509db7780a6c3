public import Bylaw
public import BylawModel

/// The requests of a workload with their values at hand, as a service has them: given by slot, or as bytes of JSON.
public struct ShapedWorkload: Sendable {
  /// What one request gives.
  private struct Given: Sendable {
    var shape: Int
    var subject: String
    var resource: String
    var role: String
    var isActive: Bool
    var texts: [String]
    var numbers: [Int64]
    var flags: [Bool]
    var tags: [String]
    var spent: Int64
    var cost: Int64
    var budget: Int64
  }
  private let shapes: [RequestShape]
  /// By shape, in the order of the members.
  private let slots: [[RequestShape.Slot]]
  private let given: [Given]
  /// Each request as JSON, without what the service states.
  public let documents: [[UInt8]]
  /// By request, what the service states.
  public let serverContexts: [[String: Value]]

  /// How many requests there are.
  public var count: Int { given.count }

  private let members: Members
  private let isWhole: Bool

  /// Looks up the slots of a workload, one shape for each action.
  public init(_ workload: Workload, _ decisionPoint: PolicyDecisionPoint) throws {
    members = workload.kind.members
    isWhole = workload.kind == .combined
    let names = members.paths
    var shapes: [RequestShape] = []
    for action in 0..<workload.actionCount {
      shapes.append(
        try decisionPoint.shape(of: Shape.action(action), subject: "User", resource: "Task", giving: names))
    }
    self.shapes = shapes
    slots = try shapes.map { shape in try names.map { try shape.slot($0) } }
    given = workload.requests.indices.map { Self.given(workload, $0) }
    documents = workload.requests.map { Self.document($0) }
    serverContexts = workload.requests.map(\.serverContext)
  }

  private static func given(_ workload: Workload, _ index: Int) -> Given {
    let work = workload.work(index)
    let request = workload.requests[index]
    let members = workload.kind.members
    return Given(
      shape: work.action, subject: request.subject.id, resource: request.resource?.id ?? "",
      role: Shape.roles[work.role], isActive: work.isActive,
      texts: members.texts.map { Work.text($0, work.texts[$0]) }, numbers: members.numbers.map { work.numbers[$0] },
      flags: members.flags.map { work.flags[$0] },
      tags: (0..<Work.tagCount).filter { work.tags & 1 << UInt32($0) != 0 }.map { "tag-\($0)" },
      spent: work.spent, cost: work.cost, budget: work.budget)
  }

  private static func document(_ request: Request) -> [UInt8] {
    func entity(_ entity: Request.Entity?) -> String {
      guard let entity else { return "null" }
      let properties = entity.properties.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\(json($0.value))" }
      return #"{"type":"\#(entity.type)","id":"\#(entity.id)","properties":{\#(properties.joined(separator: ","))}}"#
    }
    let votes = request.approvals.map { approval in
      #"{"approver":\#(entity(approval.approver)),"decision":"\#(approval.vote.rawValue)"}"#
    }
    let context = votes.isEmpty ? "" : #","context":{"approvals":[\#(votes.joined(separator: ","))]}"#
    let action = #"{"name":"\#(request.action)"}"#
    let text =
      #"{"subject":\#(entity(request.subject)),"action":\#(action),"resource":\#(entity(request.resource))\#(context)}"#
    return Array(text.utf8)
  }

  private static func json(_ value: Value) -> String {
    switch value {
    case .bool(let bool): "\(bool)"
    case .int(let int): "\(int)"
    case .string(let text): "\"\(text)\""
    case .list(let values): "[" + values.map { json($0) }.joined(separator: ",") + "]"
    default: "null"
    }
  }

  /// The outcome of a request whose values are given by slot.
  public func outcome(_ index: Int, _ decisionPoint: PolicyDecisionPoint, at time: Timestamp) -> Decision.Outcome {
    let shape = given[index].shape
    return decisionPoint.outcome(
      of: shapes[shape], subject: given[index].subject, resource: given[index].resource, at: time
    ) { fill(&$0, index, shape) }
  }

  /// The four answers to a request whose values are given by slot.
  public func decision(_ index: Int, _ decisionPoint: PolicyDecisionPoint, at time: Timestamp) -> Decision {
    let shape = given[index].shape
    return decisionPoint.decide(
      shapes[shape], subject: given[index].subject, resource: given[index].resource, at: time
    ) { fill(&$0, index, shape) }
  }

  /// Nothing is copied on the way: that would be the work of the caller, not of the decision.
  private func fill(_ request: inout ShapedRequest, _ index: Int, _ shape: Int) {
    if isWhole { return fillWhole(&request, index, shape) }
    var slot = 0
    if members.hasRole { request.set(slots[shape][next(&slot)], to: given[index].role) }
    if members.hasActive { request.set(slots[shape][next(&slot)], to: given[index].isActive) }
    if members.hasTags { request.set(slots[shape][next(&slot)], to: given[index].tags) }
    if members.hasBudget {
      request.set(slots[shape][next(&slot)], to: given[index].spent)
      request.set(slots[shape][next(&slot)], to: given[index].cost)
      request.set(slots[shape][next(&slot)], to: given[index].budget)
    }
    for text in given[index].texts.indices {
      request.set(slots[shape][next(&slot)], to: given[index].texts[text])
    }
    for number in given[index].numbers.indices {
      request.set(slots[shape][next(&slot)], to: given[index].numbers[number])
    }
    for flag in given[index].flags.indices {
      request.set(slots[shape][next(&slot)], to: given[index].flags[flag])
    }
  }

  /// The same for requests with every value, at places that are known.
  private func fillWhole(_ request: inout ShapedRequest, _ index: Int, _ shape: Int) {
    request.set(slots[shape][0], to: given[index].role)
    request.set(slots[shape][1], to: given[index].isActive)
    request.set(slots[shape][2], to: given[index].tags)
    request.set(slots[shape][3], to: given[index].spent)
    request.set(slots[shape][4], to: given[index].cost)
    request.set(slots[shape][5], to: given[index].budget)
    for text in 0..<12 { request.set(slots[shape][6 + text], to: given[index].texts[text]) }
    for number in 0..<4 { request.set(slots[shape][18 + number], to: given[index].numbers[number]) }
    for flag in 0..<4 { request.set(slots[shape][22 + flag], to: given[index].flags[flag]) }
  }

  private func next(_ slot: inout Int) -> Int {
    defer { slot += 1 }
    return slot
  }

  /// The first request that is not answered the same by name, by slot and as JSON; `nil` when all are.
  public func firstDifference(
    _ workload: Workload, _ decisionPoint: PolicyDecisionPoint, at time: Timestamp
  ) throws -> String? {
    for index in 0..<count {
      let expected = decisionPoint.decide(workload.requests[index], at: time)
      let typed = decision(index, decisionPoint, at: time)
      let read = try decisionPoint.decide(json: documents[index], serverContext: serverContexts[index], at: time)
      if workload.kind.isGivenBySlot, typed != expected {
        return "request \(index): \(typed) by slot instead of \(expected)"
      }
      if read != expected { return "request \(index): \(read) from JSON instead of \(expected)" }
      let answer = try decisionPoint.answer(
        toJSON: documents[index], serverContext: serverContexts[index], at: time)
      if answer != expected.jsonBytes() {
        return "request \(index): \(String(decoding: answer, as: UTF8.self)) instead of \(expected.json())"
      }
    }
    return nil
  }
}
