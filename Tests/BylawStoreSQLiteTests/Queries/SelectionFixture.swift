import Bylaw
import BylawEvaluator
import BylawModel
import BylawStore
import BylawStoreSQLite
import BylawStoreTestSupport
import BylawTestSupport

/// Things with a field of every kind, and an action for each of some conditions that looks for the things that meet it.
struct SelectionFixture {
  let plan: DecisionPlan
  let things: Int

  static let now = Timestamp(seconds: 1_767_600_000)

  init(_ conditions: [String]) throws {
    let actions = conditions.enumerated().map { Self.action($0.offset, $0.element) }
    let ruleSet = try RuleSet(files: [
      (path: "bylaw.yaml", text: "bylaw: 1\nname: t\nversion: 1.0.0\nsubject: [User]\nrole: subject.role\n"),
      (path: "rules.yaml", text: Self.vocabulary + actions.joined()),
    ])
    plan = ruleSet.plan
    things = plan.expressions.schema.entities.firstIndex { $0.name == "Thing" } ?? -1
  }

  private static let vocabulary = """
    enums:
      Role: [clerk, boss]
      Level: { least_to_worst: [P4, P3, P2, P1] }
      State: [draft, open, late, gone, closed]
    entities:
      User:
        fields: { role: Role }
      Thing:
        fields:
          flag: bool
          mark: bool?
          n: int
          m: int?
          d: int = 3
          price: decimal(2)
          cost: decimal(2)?
          day: date?
          at: timestamp
          since: timestamp?
          level: Level
          worst: Level?
          state: State
          code: string(0..5)
          alias: string(0..5)?
          title: text(1..20)
          owner: User
          helper: User?
          parent: Thing?
          tags: list(string(0..5))
        lifecycle:
          state:
            start: [draft]
            draft: [open]
            open: [closed]
            timed:
              - { from: open, to: late, after: 48 h, since: since }
              - { from: late, to: gone, after: 96 h, since: since }
    conditions:
      wide: { of: { t: Thing, k: int }, is: "t.n > k && !t.flag" }
      busy: { of: { t: Thing }, is: "t.state in ['open', 'late']" }
      cheap: { of: { p: decimal(2) }, is: p < 2.5 }
    actions:

    """

  private static func action(_ number: Int, _ condition: String) -> String {
    """
      ask.a\(number):
        title: Ask
        allow: [clerk]
        input:
          flag: bool
          n: int
          m: int?
          price: decimal(2)
          cost: decimal(2)?
          day: date?
          at: timestamp
          level: Level
          worst: Level?
          code: string(0..5)
          alias: string(0..5)?
          owner: User
          helper: User?
          thing: Thing?
          numbers: list(int)
          codes: list(string(0..5))
          people: list(User)
          things: list(Thing)
        let:
          found: { list: Thing, where: "\(condition)" }
          some: { exists: Thing, where: "\(condition)" }
          total: { sum: Thing, of: it.n, where: "\(condition)" }
          last: { first: Thing, order: { latest_first: it.at }, where: "\(condition)" }
        require:
          shown:
            that: let.found.size() < 0
            else: "{let.found}; {let.total}; {let.?last}"
          told:
            that: not let.some && let.found.size() == 0
            else: There are some.

    """
  }

  // MARK: Rows

  /// Random things and people.
  ///
  /// - `withFaults`: Some lack what they must have, or have what no database of ours would keep.
  func deeds(_ count: Int, _ random: inout SplitMix64, withFaults: Bool) -> [Deed] {
    let people = plan.expressions.schema.entities.firstIndex { $0.name == "User" } ?? 0
    var deeds = (0..<3).map { Deed.make(people, "u\($0)", ["role": .string($0 == 2 ? "boss" : "clerk")]) }
    for number in 0..<count {
      var fields = Self.fields(&random, things: count)
      if withFaults, random.chance(15), let name = fields.keys.sorted().randomElement(using: &random) {
        fields[name] = random.chance(50) ? nil : random.pick([.int(7), .string("junk"), .bool(true), .list([])])
      }
      deeds.append(.make(things, "t\(number)", fields))
    }
    return deeds
  }

  private static func fields(_ random: inout SplitMix64, things: Int) -> [String: Value] {
    var fields: [String: Value] = [
      "flag": .bool(random.chance(50)), "n": .int(Int64(random.below(5))), "price": price(&random),
      "at": time(&random), "level": level(&random), "code": code(&random), "owner": person(&random),
      "d": .int(Int64(random.below(5))),
      "state": .string(random.pick(["draft", "open", "late", "gone", "closed"])),
      "title": .string(random.pick(["one", "two", "One"])), "tags": .list([code(&random), code(&random)]),
    ]
    func sometimes(_ name: String, _ value: (inout SplitMix64) -> Value) {
      if random.chance(60) { fields[name] = value(&random) }
    }
    sometimes("mark") { .bool($0.chance(50)) }
    sometimes("m") { .int(Int64($0.below(5))) }
    sometimes("cost", price)
    sometimes("day", day)
    sometimes("since", time)
    sometimes("worst", level)
    sometimes("alias", code)
    sometimes("helper", person)
    sometimes("parent") { .reference(EntityReference(type: "Thing", id: "t\($0.below(things))")) }
    return fields
  }

  private static func price(_ random: inout SplitMix64) -> Value {
    .decimal(FixedPoint(units: Int64(random.pick([100, 150, 200, 250, 300])), scale: 2))
  }
  private static func time(_ random: inout SplitMix64) -> Value {
    .timestamp(
      Timestamp(seconds: now.seconds - Int64(random.below(6)) * 86_400, nanoseconds: random.chance(20) ? 5 : 0))
  }
  private static func day(_ random: inout SplitMix64) -> Value {
    .date(CalendarDate(daysSinceEpoch: 20_450 + Int32(random.below(4))))
  }
  private static func level(_ random: inout SplitMix64) -> Value { .string(random.pick(["P1", "P2", "P3", "P4"])) }
  private static func code(_ random: inout SplitMix64) -> Value {
    .string(random.pick(["", "a", "b", "ab", "é", "z"]))
  }
  private static func person(_ random: inout SplitMix64) -> Value {
    .reference(EntityReference(type: "User", id: "u\(random.below(3))"))
  }

  // MARK: Requests

  func request(_ number: Int, _ random: inout SplitMix64, things: Int) -> Request {
    func thing(_ random: inout SplitMix64) -> Value {
      .reference(EntityReference(type: "Thing", id: "t\(random.below(things))"))
    }
    var input = Self.fields(&random, things: things).filter {
      ["flag", "n", "m", "price", "cost", "day", "at", "level", "worst", "code", "alias", "owner", "helper"]
        .contains($0.key)
    }
    if random.chance(60) { input["thing"] = thing(&random) }
    input["numbers"] = .list((0..<random.below(3)).map { _ in .int(Int64(random.below(5))) })
    input["codes"] = .list((0..<random.below(3)).map { _ in Self.code(&random) })
    input["people"] = .list((0..<random.below(3)).map { _ in Self.person(&random) })
    input["things"] = .list((0..<random.below(4)).map { _ in thing(&random) })
    return Request(subject: .init(type: "User", id: "u\(random.below(2))"), action: "ask.a\(number)", input: input)
  }

  // MARK: Conditions

  /// One for each form of condition on a record.
  static let atoms = [
    "it.flag", "!it.flag", "it.flag == input.flag", "it.mark.orValue(true)", "(has(it.mark) && it.mark)",
    "!it.mark.orValue(false)", "it.n == input.n", "it.n != 2", "it.n < input.n", "it.n >= 3", "input.n <= it.n",
    "3 > it.n", "it.n in [1, 2, input.n]", "!(it.n in [1, 2])", "it.n in input.numbers", "has(it.m)", "!has(it.m)",
    "(has(it.m) && it.m == input.n)", "(has(it.m) && it.m > 2)", "(!has(it.m) || it.m < 2)", "same(it.m, input.m)",
    "!same(it.m, input.m)", "it.m.orValue(2) == input.n", "it.m.orValue(0) < 3", "it.m.value() == 2",
    "it.m.value() > input.n", "it.d == 3", "it.d != input.n", "it.d < 4", "it.price == 1.50",
    "it.price > input.price", "it.price <= 2", "same(it.cost, input.cost)", "(has(it.cost) && it.cost >= 1.25)",
    "same(it.day, input.day)", "(has(it.day) && has(input.day) && it.day <= input.day)",
    "it.at <= now - hours(72)", "it.at > input.at", "it.at == input.at", "it.level == 'P2'", "it.level >= 'P3'",
    "it.level.at_least(input.level)", "it.level < input.level", "it.level != 'P1'", "it.level in ['P1', 'P4']",
    "(has(it.worst) && it.worst == input.level)", "same(it.worst, input.worst)", "it.state == 'late'",
    "it.state == 'gone'", "it.state != 'open'", "it.state in ['draft', 'late']", "!(it.state in ['late', 'gone'])",
    "it.state == 'open'", "it.state == 'draft'", "it.code == input.code", "it.code < 'b'", "it.code in input.codes",
    "same(it.alias, input.alias)", "it.code.startsWith('a')", "it.title == 'one'",
    "folded(it.title) == folded(input.code)", "it.owner == input.owner", "it.owner != subject",
    "it.owner in input.people", "same(it.helper, input.helper)", "same(it.helper, optional.of(subject))",
    "(has(it.helper) && it.helper == subject)", "it.owner.role == 'clerk'", "(has(it.parent) && it.parent.n > 2)",
    "same(it.parent, input.thing)", "it in input.things", "(has(input.thing) && it == input.thing)",
    "(has(input.thing) && it != input.thing)", "it.tags.size() > 1", "input.code in it.tags", "10 / it.n > 2",
    "it.n == 10 / input.n", "10 / input.n > 1", "input.flag", "has(input.m)", "wide(it, input.n)", "busy(it)",
    "!busy(it)", "cheap(it.price)", "input.numbers.exists(x, x == it.n)", "(input.flag ? it.n == 2 : it.n > 3)",
    "(it.flag ? it.n < 3 : same(it.m, input.m))",
  ]

  /// Each form alone, then several put together.
  static func conditions(_ count: Int, _ random: inout SplitMix64) -> [String] {
    atoms + (0..<count).map { _ in combination(3, &random) }
  }

  private static func combination(_ depth: Int, _ random: inout SplitMix64) -> String {
    guard depth > 0, random.chance(75) else { return random.pick(atoms) }
    let (left, right) = (combination(depth - 1, &random), combination(depth - 1, &random))
    switch random.below(6) {
    case 0: return "!(\(left))"
    case 1, 2: return "(\(left) || \(right))"
    case 3: return "(\(random.pick(atoms)) ? \(left) : \(right))"
    default: return "(\(left) && \(right))"
    }
  }
}

/// Records as a transaction reads them, narrowed by what is asked or not.
struct ReaderSource: RecordSource {
  let reader: any StoreReader
  let schema: Schema
  let isNarrowed: Bool

  func fields(of reference: EntityReference) -> [String: Value]? {
    guard let entity = schema.entities.firstIndex(where: { $0.name == reference.type }) else { return nil }
    return (try? reader.record(entity, id: reference.id))?.fields
  }

  func ids(of type: String) -> [String] { ids(of: type, meeting: .everything) }

  func ids(of type: String, meeting filter: RecordFilter) -> [String] {
    guard let entity = schema.entities.firstIndex(where: { $0.name == type }) else { return [] }
    return (try? reader.records(entity, filters: isNarrowed ? [filter] : [], after: 0, limit: .max))?.map(\.id) ?? []
  }
}
