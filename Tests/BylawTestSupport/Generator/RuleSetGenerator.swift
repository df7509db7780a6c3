/// A generated rule set: its text, and what requests need to know of it.
package struct GeneratedRuleSet {
  package var seed: UInt64
  package var text: String
  package var manifest: String
  var vocabulary = GeneratedVocabulary()
  var actions: [GeneratedAction] = []
  var context: [GeneratedField] = []
  /// Names and types of what `context.facts` may give.
  var facts: [(name: String, type: GeneratedType)] = []
  var overrides: [(name: String, action: String, inputs: [GeneratedField])] = []
  var hasSystem = false
  /// By action what approving it asks for.
  var voteInputs: [String: [GeneratedField]] = [:]
}

/// An action of a generated rule set.
struct GeneratedAction {
  var name: String
  var resource: String?
  var inputs: [GeneratedField]
}

/// Writes random rule sets that check: all constructs that decide, in random combination.
package struct RuleSetGenerator {
  var result: GeneratedRuleSet
  var expressions: ExpressionGenerator
  var global = GeneratedScope()
  var lines: [String] = []
  var actionScopes: [GeneratedScope] = []
  var permissions: [String] = []
  var bands: [String] = []
  var ruleIDs: [String] = []
  var overridable: [String: [String]] = [:]
  /// The people that the approval being written asks by expression.
  var askedPeople: Set<String> = []
  var groups: [String] = []
  var ruleLets = 0

  /// The rule set of a seed.
  package static func make(seed: UInt64) -> GeneratedRuleSet {
    var random = SplitMix64(seed: seed)
    let vocabulary = makeVocabulary(&random)
    var generator = RuleSetGenerator(
      result: GeneratedRuleSet(seed: seed, text: "", manifest: ""),
      expressions: ExpressionGenerator(vocabulary, random))
    generator.result.vocabulary = vocabulary
    generator.write()
    generator.result.text = generator.lines.joined(separator: "\n") + "\n"
    return generator.result
  }

  var vocabulary: GeneratedVocabulary { result.vocabulary }

  mutating func chance(_ percent: Int) -> Bool { expressions.random.chance(percent) }
  mutating func below(_ bound: Int) -> Int { expressions.random.below(bound) }
  mutating func pick<Element>(_ elements: [Element]) -> Element { expressions.random.pick(elements) }

  mutating func line(_ indent: Int, _ text: String) { lines.append(String(repeating: "  ", count: indent) + text) }

  /// A text as a YAML scalar in single quotes.
  func quoted(_ text: String) -> String {
    "'" + text.map { $0 == "'" ? "''" : String($0) }.joined() + "'"
  }

  mutating func condition(_ scope: GeneratedScope, _ depth: Int = 3) -> String {
    quoted(expressions.make(.bool, scope, depth))
  }

  /// A sentence, often with a hole.
  mutating func sentence(_ word: String, _ scope: GeneratedScope) -> String {
    let printable = scope.paths.filter { $0.type.isPrintable }
    guard chance(50), !printable.isEmpty else { return quoted("\(word).") }
    let path = pick(printable)
    return quoted("\(word) {\(path.text)}.")
  }

  // MARK: Vocabulary

  private static func makeVocabulary(_ random: inout SplitMix64) -> GeneratedVocabulary {
    var words = GeneratedVocabulary()
    words.roles = (0..<(3 + random.below(3))).map { "r\($0)" }
    words.enums = [
      ("Role", words.roles, false),
      ("Level", (0..<(3 + random.below(3))).map { "L\($0)" }, true),
      ("State", (0..<(3 + random.below(3))).map { "s\($0)" }, false),
      ("Kind", ["k0", "k1", "k2"], false),
    ]
    func optional(_ type: GeneratedType) -> GeneratedType { random.chance(40) ? .optional(type) : type }
    words.records = [
      (
        "Part",
        [
          GeneratedField(name: "flag", type: .bool, defaultText: random.chance(70) ? "false" : nil),
          GeneratedField(name: "amount", type: optional(.decimal(2))),
          GeneratedField(name: "count", type: random.chance(50) ? .int : .optional(.int)),
          GeneratedField(name: "weight", type: .int, defaultText: "3"),
          GeneratedField(name: "level", type: optional(.word("Level"))),
          GeneratedField(name: "tags", type: .list(.text), defaultText: "[]"),
        ]
      )
    ]
    let roleType: GeneratedType =
      random.chance(50) ? .word("Role") : random.chance(50) ? .list(.word("Role")) : .optional(.word("Role"))
    words.entities = [
      (
        "User",
        [
          GeneratedField(name: "role", type: roleType),
          GeneratedField(name: "active", type: .bool, defaultText: random.chance(50) ? "true" : nil),
          GeneratedField(name: "level", type: optional(.word("Level"))),
          GeneratedField(name: "ceiling", type: optional(.decimal(2))),
          GeneratedField(name: "boss", type: .optional(.reference("User"))),
          GeneratedField(name: "team", type: optional(.reference("Group"))),
          GeneratedField(name: "score", type: optional(.int)),
          GeneratedField(name: "hired", type: optional(.timestamp)),
          GeneratedField(name: "name", type: optional(.text)),
        ]
      ),
      (
        "Group",
        [
          GeneratedField(name: "lead", type: optional(.reference("User"))),
          GeneratedField(name: "size", type: optional(.int)),
          GeneratedField(name: "rank", type: .int, defaultText: "4"),
          GeneratedField(name: "members", type: .list(.reference("User"))),
        ]
      ),
      (
        "Doc",
        [
          GeneratedField(name: "owner", type: .reference("User")),
          GeneratedField(name: "reviewer", type: optional(.reference("User"))),
          GeneratedField(name: "holder", type: random.chance(50) ? .person : .optional(.person)),
          GeneratedField(name: "group", type: optional(.reference("Group"))),
          GeneratedField(name: "state", type: .word("State")),
          GeneratedField(name: "kind", type: optional(.word("Kind"))),
          GeneratedField(name: "priority", type: optional(.word("Level"))),
          GeneratedField(name: "amount", type: optional(.decimal(2))),
          GeneratedField(name: "rate", type: .optional(.decimal(4))),
          GeneratedField(name: "count", type: optional(.int)),
          GeneratedField(name: "since", type: optional(.timestamp)),
          GeneratedField(name: "due", type: .optional(.timestamp)),
          GeneratedField(name: "day", type: optional(.date)),
          GeneratedField(name: "span", type: optional(.duration)),
          GeneratedField(name: "part", type: optional(.record("Part"))),
          GeneratedField(name: "items", type: .list(.record("Part"))),
          GeneratedField(name: "people", type: .list(.reference("User"))),
          GeneratedField(name: "numbers", type: .list(.int)),
          GeneratedField(name: "labels", type: .map(.int)),
          GeneratedField(name: "title", type: optional(.text)),
          GeneratedField(name: "window", type: .optional(.range(.int))),
        ]
      ),
      (
        "Settings",
        [
          GeneratedField(name: "quota", type: optional(.int)),
          GeneratedField(name: "budget", type: optional(.decimal(2))),
          GeneratedField(name: "zone", type: .optional(.string)),
        ]
      ),
    ]
    return words
  }

  // MARK: The whole

  private mutating func write() {
    result.hasSystem = chance(40)
    result.manifest = [
      "bylaw: 1", "name: generated", "version: 1.0.0", "subject: [User\(result.hasSystem ? ", System" : "")]",
      "role: subject.role", "time_zone: \(pick(["UTC", "Europe/Berlin", "America/New_York"]))", "",
    ].joined(separator: "\n")
    writeVocabulary()
    writeGlobals()
    writeFunctions()
    writeEntities()
    writePermissions()
    writeThresholds()
    writeActions()
    writeGroups()
    writeRules()
    writeApprovals()
    writeOverrides()
  }

  private mutating func writeVocabulary() {
    line(0, "enums:")
    for item in vocabulary.enums {
      let words = "[\(item.words.joined(separator: ", "))]"
      if item.isOrdered {
        line(1, "\(item.name):")
        line(2, "least_to_worst: \(words)")
      } else {
        line(1, "\(item.name): \(words)")
      }
    }
    line(0, "records:")
    for record in vocabulary.records {
      line(1, "\(record.name):")
      for field in record.fields { line(2, field.line) }
    }
  }

  /// The members of the context that only the service states.
  static let serverMembers: Set<String> = ["mfa", "who"]

  private mutating func writeGlobals() {
    line(0, "singletons:")
    line(1, "settings: Settings")
    line(0, "constants:")
    line(1, "c_int: 'int = \(pick(["3", "10", "250"]))'")
    line(1, "c_dec: 'decimal(2) = \(pick(["1.50", "99.99"]))'")
    line(1, "c_time: 'hours(\(pick(["1", "48"])))'")
    result.context = [
      GeneratedField(name: "mfa", type: .bool), GeneratedField(name: "risk", type: .optional(.word("Level"))),
      GeneratedField(name: "attempts", type: .int, defaultText: "0"),
      GeneratedField(name: "who", type: .optional(.reference("User"))), GeneratedField(name: "note", type: .text),
    ]
    line(0, "context:")
    for field in result.context {
      let isServer = Self.serverMembers.contains(field.name)
      line(1, isServer ? "\(field.name): { type: '\(field.type.spelling)', from: server }" : field.line)
    }
    global.add("subject", .reference("User"), vocabulary, depth: 2)
    global.add("settings", .reference("Settings"), vocabulary, depth: 1)
    for (name, type) in [("now", GeneratedType.timestamp), ("requested_at", .timestamp), ("today", .date)] {
      global.add(name, type, vocabulary, depth: 0)
    }
    global.add("action", .string, vocabulary, depth: 0)
    global.add("c_int", .int, vocabulary, depth: 0)
    global.add("c_dec", .decimal(2), vocabulary, depth: 0)
    global.add("c_time", .duration, vocabulary, depth: 0)
    for field in result.context { global.add("context.\(field.name)", field.read, vocabulary, depth: 1) }
    line(0, "calendars:")
    line(1, "office:")
    if chance(50) {
      line(2, "zone: \(pick(["Europe/Berlin", "'settings.zone.orValue(\"UTC\")'", "'settings.zone.value()'"]))")
    }
    line(2, "weekly:")
    line(3, "mon-fri: 09:00 to under 17:00")
    line(2, "holidays: [2026-01-01]")
    global.tests.append("office(now)")
  }

  // MARK: Conditions, classifications and facts

  mutating func writeFunctions() {
    writeConditions()
    writeClassifications()
    writeFacts()
  }

  private mutating func writeConditions() {
    line(0, "conditions:")
    var known: [(name: String, parameters: [GeneratedType], result: GeneratedType)] = []
    for index in 0..<(2 + below(4)) {
      let kinds: [GeneratedType] = [
        .reference("Doc"), .reference("User"), .record("Part"), .int, .decimal(2), .string, .list(.int),
        .optional(.int), .timestamp,
      ]
      let parameters = (0..<(1 + below(3))).map { _ in pick(kinds) }
      var scope = GeneratedScope()
      scope.functions = known
      scope.add("settings", .reference("Settings"), vocabulary, depth: 1)
      scope.add("c_int", .int, vocabulary, depth: 0)
      for (position, type) in parameters.enumerated() {
        for _ in 0..<2 { scope.add("p\(position)", type, vocabulary, depth: 1) }
      }
      let output: GeneratedType = chance(70) ? .bool : pick([.int, .decimal(2), .string])
      line(1, "cond\(index):")
      line(2, "of:")
      for (position, type) in parameters.enumerated() { line(3, "p\(position): '\(type.spelling)'") }
      line(2, "is: \(quoted(expressions.make(output, scope, 3)))")
      known.append(("cond\(index)", parameters, output))
    }
    global.functions = known
  }

  private mutating func writeClassifications() {
    line(0, "classifications:")
    for (index, pickWord) in ["worst", "first", "all", "only", pick(["worst", "first"])].enumerated() {
      let name = "class\(index)"
      let usesColumns = pickWord == "only" || chance(40)
      line(1, "\(name):")
      line(2, "pick: \(pickWord)")
      if usesColumns {
        writeColumns(name, pickWord)
      } else {
        writeNamedRows(name, pickWord)
      }
    }
  }

  private mutating func writeColumns(_ name: String, _ policy: String) {
    line(2, "given:")
    line(3, "level: Level")
    line(3, "count: 'int?'")
    line(3, "spent: duration")
    let isDouble = chance(50)
    line(2, isDouble ? "gives: { value: Level, limit: range(duration) }" : "gives: Level")
    line(2, "columns: [level, count, spent, value\(isDouble ? ", limit" : "")]")
    line(2, "rows:")
    let words = vocabulary.words("Level")
    let counts = ["any", "absent", "present", "5", "not 3", "at least 5", "1 to under 4", "2 or 3"]
    let spans = ["any", "at least 2 h", "under 15 min", "15 to 30 min", "over 1 day"]
    for position in 0..<(words.count - 1) {
      // Each row has a word of its own, so that none covers another.
      let own = words[position]
      let cells = [
        policy == "only" ? own : pick([own, own, "\(own) or \(words[words.count - 1])"]),
        policy == "only" ? "any" : pick(counts), policy == "only" ? "any" : pick(spans), pick(words),
      ]
      line(3, "- [\((cells + (isDouble ? [pick(["1 h to 2 h", "under 30 min"])] : [])).joined(separator: ", "))]")
    }
    line(2, "otherwise: \(isDouble ? "[\(words[0]), under 1 h]" : words[0])")
    let result: GeneratedType = isDouble ? .json : .word("Level")
    if !isDouble {
      let type: GeneratedType = policy == "all" ? .list(result) : result
      global.functions.append((name, [.word("Level"), .optional(.int), .duration], type))
    }
  }

  private mutating func writeNamedRows(_ name: String, _ policy: String) {
    line(2, "given:")
    line(3, "d: Doc")
    line(3, "n: int")
    line(2, "gives: Level")
    line(2, "rows:")
    var scope = GeneratedScope()
    scope.functions = global.functions.filter { $0.name.hasPrefix("cond") }
    for _ in 0..<2 { scope.add("d", .reference("Doc"), vocabulary, depth: 2) }
    scope.add("n", .int, vocabulary, depth: 0)
    var number = 0
    for word in vocabulary.words("Level").reversed() where chance(80) || word == "L0" {
      line(3, "\(word):")
      for position in 0..<(1 + below(2)) {
        // Something of its own in each row, so that no row covers another.
        number += 1
        let own = "(n + \(number)) % 29 != 0"
        let text = expressions.make(.bool, scope, 3)
        line(4, "Row \(word) \(position): \(quoted(chance(50) ? "(\(text)) && \(own)" : "\(own) && (\(text))"))")
      }
    }
    line(2, "otherwise: L0")
    let type: GeneratedType = policy == "all" ? .list(.word("Level")) : .word("Level")
    global.functions.append((name, [.reference("Doc"), .int], type))
  }

  private mutating func writeFacts() {
    line(0, "facts:")
    var made: [(name: String, type: GeneratedType)] = []
    for index in 0..<(2 + below(3)) {
      line(1, "f\(index):")
      made.append(("f\(index)", writeQuery(2, global)))
    }
    for fact in made {
      global.add("facts.\(fact.name)", fact.type, vocabulary, depth: 1)
      result.facts.append(fact)
    }
  }

  /// A look through records; the result is its type.
  mutating func writeQuery(_ indent: Int, _ outer: GeneratedScope) -> GeneratedType {
    let entity = pick(["Doc", "Doc", "User"])
    var scope = outer
    for _ in 0..<2 { scope.add("it", .reference(entity), vocabulary, depth: 1) }
    let kind = pick(["count", "sum", "min", "max", "exists", "first", "one", "list"])
    line(indent, "\(kind): \(entity)")
    if chance(80) { line(indent, "where: \(condition(scope, 2))") }
    var type: GeneratedType
    switch kind {
    case "count": type = .int
    case "exists": type = .bool
    case "list": type = .list(.reference(entity))
    case "sum", "min", "max":
      type = pick([.int, .decimal(2), .duration])
      line(indent, "of: \(quoted(expressions.make(type, scope, 2)))")
      if kind != "sum" { type = .optional(type) }
    default: type = .optional(.reference(entity))
    }
    if kind == "count", chance(20) { line(indent, "limit: \(1 + below(3))") }
    if kind != "exists", kind != "count", kind != "one", chance(50) {
      let order = quoted(expressions.make(pick([.int, .timestamp]), scope, 1))
      if chance(50) { line(indent, "order: \(order)") } else { line(indent, "order: { latest_first: \(order) }") }
      if kind == "list" {
        line(indent, "limit: \(chance(40) ? 1 + below(3) : 50)")
      } else if kind != "first" {
        line(indent, "limit: \(1 + below(3))")
      }
    }
    return type
  }
}
