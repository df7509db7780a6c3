package import BylawEvaluator
package import BylawModel

/// Records in memory for generated requests.
package struct GeneratedRecords: RecordSource {
  var byType: [String: [(id: String, fields: [String: Value])]] = [:]
  /// What queries are narrowed by; without it they give all records.
  package var schema: Schema?

  package func fields(of reference: EntityReference) -> [String: Value]? {
    byType[reference.type]?.first { $0.id == reference.id }?.fields
  }

  package func ids(of type: String) -> [String] { byType[type]?.map(\.id) ?? [] }

  package func ids(of type: String, meeting filter: RecordFilter) -> [String] {
    guard let schema, let entity = schema.entities.firstIndex(where: { $0.name == type }) else { return ids(of: type) }
    return (byType[type] ?? []).filter { filter.isMet(by: $0.fields, id: $0.id, of: entity, in: schema) }.map(\.id)
  }
}

/// Records that never change from here on, so that a frame lays each out once.
package final class StableRecords: RecordSource {
  private let records: GeneratedRecords

  package init(_ records: GeneratedRecords) { self.records = records }

  package var stableIdentity: AnyObject? { self }
  package func fields(of reference: EntityReference) -> [String: Value]? { records.fields(of: reference) }
  package func ids(of type: String) -> [String] { records.ids(of: type) }
}

/// What is decided once: a request, the records beside it and the time.
package struct GeneratedCase {
  package var request: Request
  package var records: (any RecordSource)?
  package var now: Timestamp
  package var isLenient = false
}

/// Makes records and requests for a generated rule set; many of them malformed or incomplete.
package struct RequestGenerator {
  private let rules: GeneratedRuleSet
  private var random: SplitMix64

  package init(_ rules: GeneratedRuleSet) {
    self.rules = rules
    random = SplitMix64(seed: rules.seed ^ 0xABCD_EF01_2345_6789)
  }

  private static let users = ["u0", "u1", "u2", "u3", "u4"]
  private static let base: Int64 = 1_769_850_000

  // MARK: Records

  /// Some users, groups and documents that refer to each other.
  package mutating func makeRecords() -> GeneratedRecords {
    var records = GeneratedRecords()
    for entity in rules.vocabulary.entities {
      let ids: [String] =
        switch entity.name {
        case "User": Self.users
        case "Group": ["g0", "g1"]
        case "Settings": random.chance(80) ? ["settings"] : []
        default: (0..<(random.chance(90) ? 4 : random.below(4))).map { "d\($0)" }
        }
      records.byType[entity.name] = ids.map { ($0, fields(entity.fields)) }
    }
    return records
  }

  private mutating func fields(_ fields: [GeneratedField], onlySome: Int = 997) -> [String: Value] {
    var result: [String: Value] = [:]
    for field in fields where random.below(1_000) < onlySome {
      if case .optional(let content) = field.type {
        if random.chance(55) { result[field.name] = value(content) }
      } else {
        result[field.name] = value(field.type)
      }
      if random.below(1_000) < 2 { result[field.name] = junk() }
    }
    return result
  }

  // MARK: Values

  private mutating func junk() -> Value {
    random.pick([
      .null, .bool(true), .int(-1), .string(""), .string("junk"), .list([]), .object([:]), .double(0.5),
      .decimal(FixedPoint(units: 12345, scale: 3)), .list([.int(1), .string("x")]),
    ])
  }

  private mutating func value(_ type: GeneratedType) -> Value {
    switch type {
    case .bool: return .bool(random.chance(50))
    case .int: return .int(random.pick([0, 1, 2, 3, 5, 5, 10, 50, -4, .max, .min]))
    case .double: return .double(1.5)
    case .decimal(let scale):
      return random.chance(30)
        ? .int(Int64(random.below(200)))
        : .decimal(FixedPoint(units: Int64(random.below(30_000)) - 2_000, scale: scale))
    case .text, .string:
      return .string(random.pick(["a", "b", "Ab c", " a ", "12", "A  b", "ä", "x1", "2026-01-31T09:00:00Z"]))
    case .date:
      return random.chance(50)
        ? .string("2026-01-31") : .date(CalendarDate(daysSinceEpoch: 20_480 + Int32(random.below(10))))
    case .timestamp: return .timestamp(Timestamp(seconds: Self.base + Int64(random.below(400_000)) - 200_000))
    case .duration:
      return random.chance(50)
        ? .string(random.pick(["15 min", "2h", "1 day"]))
        : .duration(TimeSpan(seconds: Int64(random.below(200_000)) - 1_000))
    case .word(let name): return .string(random.pick(rules.vocabulary.words(name)))
    case .reference(let name): return reference(name)
    case .person:
      return .reference(EntityReference(type: "User", id: random.pick(Self.users + ["nobody"]))).orGroup(
        random.chance(40), random.pick(["g0", "g1"]))
    case .record(let name):
      return .object(fields(rules.vocabulary.records.first { $0.name == name }?.fields ?? [], onlySome: 997))
    case .list(let element): return .list((0..<random.below(4)).map { _ in value(element) })
    case .map(let element):
      return .object(
        Dictionary(["a", "b", "c"].filter { _ in random.chance(60) }.map { ($0, value(element)) }) { first, _ in first }
      )
    case .range(let bound):
      let pair = random.pick([["from", "to"], ["above", "under"], ["from"], ["under"], ["above"], ["to"], ["from"]])
      return .object(Dictionary(pair.map { ($0, value(bound)) }) { first, _ in first })
    case .patch:
      var members = fields(rules.vocabulary.fields(of: type), onlySome: 500)
      if random.chance(30) { members["due"] = .null }
      return .object(members)
    case .optional(let content): return random.chance(60) ? value(content) : .null
    case .json:
      return random.pick([.string("x"), .object(["a": .int(1), "b": .list([.bool(true), .null])]), .int(3)])
    case .ratio: return .null
    }
  }

  private mutating func reference(_ name: String) -> Value {
    let ids: [String] =
      switch name {
      case "User": Self.users + ["nobody"]
      case "Group": ["g0", "g1", "g9"]
      case "Settings": ["settings"]
      default: ["d0", "d1", "d2", "d3", "d9"]
      }
    let id = random.pick(ids)
    switch random.below(3) {
    case 0: return .string(id)
    case 1: return .object(["type": .string(name), "id": .string(id)])
    default: return .reference(EntityReference(type: name, id: id))
    }
  }

  // MARK: Requests

  /// The next request, with the records of the rule set or without.
  package mutating func makeCase(_ records: GeneratedRecords) -> GeneratedCase {
    let action = random.pick(rules.actions)
    let now = Timestamp(seconds: Self.base + Int64(random.below(300_000)))
    var request = Request(subject: entity("User", Self.users), action: action.name)
    if rules.hasSystem, random.chance(6) { request.subject = .system }
    if random.chance(1) { request.subject.type = random.pick(["Group", "user", "Doc", "?"]) }
    if random.chance(5) { request.action = "\(random.pick(["approve", "reject", "withdraw", "ask"]))(\(action.name))" }
    if random.chance(1) { request.action = "no.such" }
    if let resource = action.resource {
      request.resource = entity(resource, ["d0", "d1", "d2", "d3"] + (random.chance(5) ? ["d9"] : []))
    }
    if random.chance(1) { request.resource = random.chance(50) ? nil : .init(type: "Group", id: "g0") }
    fillInputs(&request, action)
    fillContext(&request)
    fillApprovals(&request, action, now)
    if random.chance(20) { request.requestedAt = time(before: now, by: 100_000) }
    if let override = rules.overrides.first, random.chance(override.action == action.name ? 40 : 3) {
      request.override = .init(name: random.chance(96) ? override.name : "no", input: [:])
      for field in override.inputs where random.chance(92) { request.override?.input[field.name] = given(field) }
    }
    return GeneratedCase(
      request: request, records: random.chance(94) ? records : nil, now: now, isLenient: random.chance(10))
  }

  /// A time up to `span` seconds before now, seldom one that is still to come.
  private mutating func time(before now: Timestamp, by span: Int) -> Timestamp {
    Timestamp(seconds: now.seconds - Int64(random.below(span)) + (random.chance(1) ? 100_000 : 0))
  }

  private mutating func entity(_ name: String, _ ids: [String]) -> Request.Entity {
    var entity = Request.Entity(type: name, id: random.pick(ids))
    if random.chance(1) { entity.id = random.pick(["", "nobody"]) }
    if random.chance(25) {
      let declared = rules.vocabulary.entities.first { $0.name == name }?.fields ?? []
      entity.properties = fields(declared, onlySome: random.pick([100, 400, 997]))
      if random.chance(2) { entity.properties["unknown"] = .int(1) }
    }
    return entity
  }

  private mutating func given(_ field: GeneratedField) -> Value {
    if random.chance(1) { return junk() }
    return value(field.type)
  }

  private mutating func fillInputs(_ request: inout Request, _ action: GeneratedAction) {
    for field in action.inputs where random.below(1_000) < 993 {
      if case .optional = field.type, random.chance(50) { continue }
      request.input[field.name] = given(field)
      if field.prefix == "acting ", random.chance(80) { request.input[field.name] = .string(request.subject.id) }
    }
    if request.action.hasPrefix("reject") { request.input = ["reason": .string("because")] }
    if request.action.hasPrefix("approve") || request.action.hasPrefix("with") { request.input = [:] }
    if request.action.hasPrefix("approve") {
      for field in rules.voteInputs[action.name] ?? [] where random.chance(95) {
        request.input[field.name] = given(field)
      }
    }
    if random.chance(1) { request.input["unknown"] = junk() }
  }

  private mutating func fillContext(_ request: inout Request) {
    for field in rules.context where random.below(1_000) < 993 {
      let isServer = RuleSetGenerator.serverMembers.contains(field.name)
      // Now and then one states what the other should.
      if isServer != random.chance(1) {
        request.serverContext[field.name] = given(field)
      } else {
        request.context[field.name] = given(field)
      }
    }
    if random.chance(1) { request.context["unknown"] = .int(1) }
    for fact in rules.facts where random.chance(fact.name.hasPrefix("classified") ? 1 : 6) {
      request.facts[fact.name] = random.chance(3) ? junk() : value(fact.type)
    }
    if random.chance(1) { request.facts["unknown"] = .int(1) }
  }

  private mutating func fillApprovals(_ request: inout Request, _ action: GeneratedAction, _ now: Timestamp) {
    guard random.chance(55) else { return }
    let bindable = rules.vocabulary.entities.first { $0.name == action.resource }?.fields ?? []
    // The same person may vote twice, but is described once: two descriptions of one person contradict each other.
    var described: [String: Request.Entity] = [request.subject.id: .init(type: "User", id: request.subject.id)]
    for _ in 0..<random.below(5) {
      let made = entity("User", Self.users)
      let approver = described[made.id] ?? made
      described[made.id] = .init(type: "User", id: made.id)
      var vote = Request.Approval(approver: approver, vote: random.chance(88) ? .approve : .reject)
      if random.chance(60) { vote.at = time(before: now, by: 150_000) }
      if random.chance(30), !bindable.isEmpty {
        vote.bound = fields(bindable, onlySome: 300)
        if random.chance(3) { vote.bound["unknown"] = .int(1) }
      }
      request.approvals.append(vote)
    }
  }
}

extension Value {
  /// Another reference in some cases.
  fileprivate func orGroup(_ isGroup: Bool, _ id: String) -> Value {
    isGroup ? .reference(EntityReference(type: "Group", id: id)) : self
  }
}
