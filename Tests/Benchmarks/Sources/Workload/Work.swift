import BylawModel

/// A request in the form that the hand-written function judges: typed, with texts as numbers.
struct Work: Sendable {
  static let textNames = [
    "region", "environment", "component", "service", "vendor", "product", "data_class", "team", "channel", "tier",
    "origin", "cost_center",
  ]
  static let numberNames = ["affected_clients", "downtime", "amount", "risk_score"]
  static let flagNames = ["production", "customer_facing", "complete_outage", "workaround"]
  /// How many values each text has, but for the last.
  static let textValues = 50
  /// Of `cost_center`.
  static let costCenters = 2_000
  static let tagCount = 20
  static let numberRange: Int64 = 10_000

  var action = 0
  var role = 0
  var isActive = true
  var texts = InlineArray<12, Int32>(repeating: 0)
  var numbers = InlineArray<4, Int64>(repeating: 0)
  var flags = InlineArray<4, Bool>(repeating: false)
  /// One bit a tag.
  var tags: UInt32 = 0
  var spent: Int64 = 0
  var cost: Int64 = 0
  var budget: Int64 = 1

  init(_ random: inout Random, actionCount: Int) {
    action = Int.random(in: 0..<actionCount, using: &random)
    role = Int.random(in: 0..<Shape.roles.count, using: &random)
    isActive = !random.percent(3)
    for index in 0..<11 { texts[index] = Int32.random(in: 0..<Int32(Self.textValues), using: &random) }
    texts[11] = Int32.random(in: 0..<Int32(Self.costCenters), using: &random)
    for index in 0..<4 { numbers[index] = Int64.random(in: 0..<Self.numberRange, using: &random) }
    for index in 0..<4 { flags[index] = random.percent(10) }
    for tag in 0..<Self.tagCount where random.percent(5) { tags |= 1 << UInt32(tag) }
    spent = Int64.random(in: 0..<9_000, using: &random)
    cost = Int64.random(in: 0..<2_000, using: &random)
    budget = 10_000
  }

  static func text(_ attribute: Int, _ value: Int32) -> String { "\(textNames[attribute])-\(value)" }

  /// The roles of those who have agreed, of which that of the second does not count in every fifth request.
  static func votes(of id: Int) -> InlineArray<2, Int> { [0, id.isMultiple(of: 5) ? 1 : 0] }

  /// The same request as a service would send it, with what a kind of request gives.
  func request(id: Int, _ kind: Kind) -> Request {
    let members = kind.members
    var fields: [String: Value] = [:]
    for index in members.texts { fields[Self.textNames[index]] = .string(Self.text(index, texts[index])) }
    for index in members.numbers { fields[Self.numberNames[index]] = .int(numbers[index]) }
    for index in members.flags { fields[Self.flagNames[index]] = .bool(flags[index]) }
    if members.hasTags {
      fields["tags"] = .list((0..<Self.tagCount).filter { tags & 1 << UInt32($0) != 0 }.map { .string("tag-\($0)") })
    }
    var subject: [String: Value] = [:]
    if members.hasRole { subject["role"] = .string(Shape.roles[role]) }
    if members.hasActive { subject["active"] = .bool(isActive) }
    let roles = Self.votes(of: id)
    let approvals = roles.indices.map { place in
      let role = roles[place]
      return Request.Approval(
        approver: .init(type: "User", id: "v-\(id)-\(place)", properties: ["role": .string(Shape.roles[role])]),
        vote: .approve)
    }
    return Request(
      subject: .init(type: "User", id: "u-\(id)", properties: subject),
      action: Shape.action(action), resource: .init(type: "Task", id: "t-\(id)", properties: fields),
      serverContext: members.hasBudget ? ["spent": .int(spent), "cost": .int(cost), "budget": .int(budget)] : [:],
      approvals: kind == .votes ? approvals : [])
  }
}
