import BylawCompiler
import BylawEvaluator
import BylawModel
import BylawSyntax

/// Reads scenarios: stories with a clock, people and a store.
extension TestSuiteReader {
  private static let scenarioKeys = ["sop", "now", "records", "context", "steps"]
  private static let deeds = ["do", "vote", "get", "list", "inbox", "sweep"]
  private static let stepKeys =
    ["sop", "by"] + deeds + [
      "on", "input", "where", "limit", "context", "override", "advance", "at", "as", "failing",
      "refused", "expect",
    ]
  /// What a step says, by what it does.
  private static let companions = [
    "do": ["by", "on", "input", "context", "override", "as", "failing"],
    "vote": ["by", "on", "input", "context", "as", "failing"], "get": ["by", "context", "failing"],
    "list": ["by", "where", "limit", "context", "failing"], "inbox": ["by", "context"],
    "sweep": ["as"], "advance": [], "at": [],
  ]

  /// Reads the scenarios of a file; `records` are those of the file and of the files that it uses.
  mutating func readScenarios(_ node: Node, in file: File, records: RecordTree) {
    guard let named = node.entries else {
      return report(
        TestMessages.wrongKind(node, expected: "a mapping of scenarios by their names", of: "'scenarios'"))
    }
    for entry in named {
      claim(entry.key)
      readScenario(entry, in: file, records: records)
    }
  }

  private mutating func readScenario(_ entry: Node.Entry, in file: File, records: RecordTree) {
    guard mapping(entry.value, "a scenario", keys: Self.scenarioKeys) != nil else { return }
    var tree = records
    if let changes = entry.value["records"] { tree.apply(changes, reader: &self) }
    guard let clock = entry.value["now"] ?? file.root["now"] else {
      return report(TestMessages.noClock(at: entry.key.range))
    }
    let start = time(of: clock, "'now'")
    guard let steps = entry.value["steps"] else {
      return report(TestMessages.missingKey("steps", in: "a scenario", at: entry.key.range))
    }
    guard let sentences = steps.entries, !sentences.isEmpty else {
      return report(TestMessages.wrongKind(steps, expected: "a mapping of steps by their sentences", of: "'steps'"))
    }
    var clauses = clauses(entry.value["sop"])
    var context = file.root["context"] ?? Node(kind: .mapping([]), range: entry.key.range)
    if let own = entry.value["context"] { context = context.merged(with: own) }
    var names: Set<String> = ["by", "now"]
    var read: [ScenarioStep] = []
    for sentence in sentences.flatMap({ withRefusals($0) }) {
      if let step = readStep(sentence, context, &names) { read.append(step) }
      clauses += self.clauses(sentence.value["sop"])
    }
    guard let start else { return }
    suite.scenarios.append(
      Scenario(
        name: entry.key.text, place: sources.place(entry.key.range), clauses: clauses, records: tree.records,
        start: start, steps: read))
  }

  // MARK: Steps

  private mutating func readStep(
    _ entry: Node.Entry, _ common: Node, _ names: inout Set<String>
  ) -> ScenarioStep? {
    let before = diagnostics.all.count
    guard let members = mapping(entry.value, "a step", keys: Self.stepKeys) else { return nil }
    let stated = members.filter { Self.deeds.contains($0.key.text) }
    for other in stated.dropFirst() { report(TestMessages.manyDeeds(other.key, first: stated[0].key)) }
    let kind = stated.first?.key ?? members.first { ["advance", "at"].contains($0.key.text) }?.key
    guard let kind else {
      report(TestMessages.noDeed(at: entry.key.range, known: Self.deeds + ["advance", "at"]))
      return nil
    }
    let fitting = (Self.companions[kind.text] ?? []) + ["sop", "advance", "at", "expect", kind.text]
    for member in members
    where Self.stepKeys.contains(member.key.text) && !Self.deeds.contains(member.key.text)
      && !fitting.contains(member.key.text)
    {
      report(TestMessages.misplacedKey(member.key, of: kind.text))
    }
    for key in ["by", "do", "get", "on", "input", "where", "context", "override"] {
      if let node = entry.value[key] { checkNames(node, names) }
    }
    let context = entry.value["context"].map { common.merged(with: $0) } ?? common
    guard let deed = readDeed(kind.text, entry), let context = object(of: context, "'context'") else { return nil }
    let person = entry.value["by"]?.scalarContent?.text
    if person == nil, fitting.contains("by") {
      report(TestMessages.missingKey("by", in: "a step with '\(kind.text)'", at: entry.key.range))
    }
    let input = (entry.value["input"] ?? entry.value["where"]).flatMap { object(of: $0, "the inputs") } ?? [:]
    let naming = readNames(entry.value["as"], &names)
    let failing = readFailing(entry.value["failing"])
    let expectation = readStepExpectation(entry.value["expect"], kind.text, names)
    guard diagnostics.all.count == before else { return nil }
    return ScenarioStep(
      sentence: entry.key.text, place: sources.place(entry.key.range), advance: readAdvance(entry.value["advance"]),
      moment: entry.value["at"].flatMap { time(of: $0, "'at'") }, person: person, deed: deed, input: input,
      context: context, failing: failing, names: naming, expectation: expectation)
  }

  private mutating func readFailing(_ node: Node?) -> FailingBackend.Call? {
    guard let scalar = node?.scalarContent else { return nil }
    let call = FailingBackend.Call(rawValue: scalar.text)
    if call == nil {
      report(TestMessages.unknownWord(scalar, of: "call", known: FailingBackend.Call.allCases.map(\.rawValue)))
    }
    return call
  }

  private mutating func readDeed(_ kind: String, _ entry: Node.Entry) -> ScenarioStep.Deed? {
    guard Self.deeds.contains(kind) else { return .nothing }
    guard let node = entry.value[kind], let scalar = node.scalarContent else {
      report(TestMessages.wrongKind(entry.value[kind] ?? entry.value, expected: "one word", of: "'\(kind)'"))
      return nil
    }
    let target = entry.value["on"]?.scalarContent?.text
    switch kind {
    case "do":
      let isMeant = entry.value["expect"]?["class"]?.scalarContent?.text == DenialClass.invalidRequest.rawValue
      if ruleSet.plan.actionIndex[scalar.text] == nil, !isMeant {
        report(TestMessages.unknownAction(scalar, known: ruleSet.plan.actions.map(\.name)))
      }
      if let target, let node = entry.value["on"], !target.hasPrefix("$"), !target.contains("/") {
        report(TestMessages.notAnEntity(node, of: "resource"))
      }
      return .act(scalar.text, on: target, override: entry.value["override"].flatMap { claimedOverride($0) })
    case "vote":
      guard let vote = GatedStore.Vote(rawValue: scalar.text) else {
        report(TestMessages.unknownWord(scalar, of: "vote", known: GatedStore.Vote.allCases.map(\.rawValue)))
        return nil
      }
      return .vote(vote, on: target)
    case "get":
      if !scalar.text.hasPrefix("$"), !scalar.text.contains("/") {
        report(TestMessages.notAnEntity(node, of: "record"))
      }
      return .get(scalar.text)
    case "list":
      let known = ruleSet.checked.vocabulary.schema.entities.map(\.name)
      if !known.contains(scalar.text) { report(TestMessages.unknownWord(scalar, of: "entity", known: known)) }
      return .list(scalar.text, limit: entry.value["limit"]?.scalarContent?.asInt.map { Int($0) })
    case "inbox": return .inbox
    default: return .sweep
    }
  }

  private mutating func readAdvance(_ node: Node?) -> TimeSpan? {
    guard let node else { return nil }
    if let text = node.scalarContent?.text, let span = parseDuration(text) { return span }
    report(TestMessages.notADuration(node, of: "'advance'"))
    return nil
  }

  // MARK: Names

  /// `as: incident`, or `as: { incident: Incident, request: proposal }`.
  private mutating func readNames(_ node: Node?, _ names: inout Set<String>) -> [ScenarioStep.Naming] {
    guard let node else { return [] }
    var naming: [(key: Scalar, type: String?)] = []
    if let scalar = node.scalarContent { naming = [(scalar, nil)] }
    for entry in node.entries ?? [] {
      let known = ruleSet.checked.vocabulary.schema.entities.map(\.name) + [StoredProposalName.type]
      guard let type = entry.value.scalarContent, known.contains(type.text) else {
        report(TestMessages.wrongKind(entry.value, expected: TestMessages.list(known), of: "what 'as' names"))
        continue
      }
      naming.append((entry.key, type.text))
    }
    if node.elements != nil { report(TestMessages.wrongKind(node, expected: "a name or a mapping", of: "'as'")) }
    return naming.map { key, type in
      if !names.insert(key.text).inserted { report(TestMessages.duplicateName(key)) }
      return ScenarioStep.Naming(name: key.text, type: type)
    }
  }

  /// Reports each `$name` that no step before has given.
  private mutating func checkNames(_ node: Node, _ known: Set<String>) {
    switch node.kind {
    case .scalar(let scalar):
      guard scalar.text.hasPrefix("$") else { return }
      let name = String(scalar.text.dropFirst())
      guard ScenarioNames.isName(name), !known.contains(name) else { return }
      report(TestMessages.unknownName(scalar, name, known: known.sorted()))
    case .sequence(let elements): for element in elements { checkNames(element, known) }
    case .mapping(let entries):
      for entry in entries {
        checkNames(Node(scalar: entry.key), known)
        checkNames(entry.value, known)
      }
    }
  }

  // MARK: Expectations

  private mutating func readStepExpectation(
    _ node: Node?, _ kind: String, _ names: Set<String>
  ) -> StepExpectation {
    var expectation = StepExpectation()
    let isDecided = ["do", "vote", "get", "list"].contains(kind)
    if isDecided { expectation.decision.outcome = .allow }
    guard let node else { return expectation }
    let keys = Self.expectKeys + StepExpectation.keys
    guard let entries = mapping(node, "the expectations", keys: keys) else { return expectation }
    checkNames(node, names)
    expectation.decision = readDecisionMembers(entries)
    if isDecided, expectation.decision.outcome == nil {
      expectation.decision.outcome = expectation.decision.denialClass == nil ? .allow : .deny
    }
    for entry in entries where !entry.value.isEmpty || entry.key.text == "returns" {
      readStatement(entry, &expectation)
    }
    return expectation
  }

  private mutating func readStatement(_ entry: Node.Entry, _ expectation: inout StepExpectation) {
    let value = entry.value
    switch entry.key.text {
    case "proposal": expectation.proposal = proposalMembers(value)
    case "proposals":
      for named in namedEntries(value, "'proposals'") {
        expectation.proposals[named.key.text] = proposalMembers(named.value)
      }
    case "records":
      for named in namedEntries(value, "'records'") {
        if named.value.scalarContent?.text == StepExpectation.absent {
          expectation.records[named.key.text] = .some(nil)
        } else if let fields = object(of: named.value, "the fields of '\(named.key.text)'") {
          expectation.records[named.key.text] = fields
        }
      }
    case "counts": expectation.counts = object(of: value, "'counts'") ?? [:]
    case "returns": expectation.returns = value.plainValue
    case "sends": expectation.sends = objects(value, "'sends'")
    case "follow_ups": expectation.followUps = objects(value, "'follow_ups'")
    case "audit": expectation.audit = objects(value, "'audit'")
    case "audit_hides": expectation.hidden = words(value)
    case "entries": expectation.entries = count(value)
    case "log": expectation.log = objects(value, "'log'")
    case "finds": expectation.finds = found(value)
    case "moved": expectation.moved = words(value)
    case "expired": expectation.expired = words(value)
    case "completed": expectation.completed = words(value)
    case "overdue": expectation.overdue = words(value)
    default: break
    }
  }

  private mutating func count(_ node: Node) -> Int? {
    if let number = node.scalarContent?.asInt, number >= 0 { return Int(number) }
    report(TestMessages.wrongKind(node, expected: "how many there are", of: "'entries'"))
    return nil
  }

  private static let proposalKeys = ["status", "votes", "lapsed", "original", "reasons", "due", "by", "id"]

  /// A status alone, or a mapping of what is known of a proposal.
  private mutating func proposalMembers(_ node: Node) -> [String: Value] {
    let known = Proposal.Status.allCases.map(\.rawValue) + [StepExpectation.absent]
    if let scalar = node.scalarContent {
      if !known.contains(scalar.text) { report(TestMessages.unknownWord(scalar, of: "status", known: known)) }
      return ["status": .string(scalar.text)]
    }
    guard mapping(node, "a proposal", keys: Self.proposalKeys) != nil else { return [:] }
    if let status = node["status"]?.scalarContent, !known.contains(status.text) {
      report(TestMessages.unknownWord(status, of: "status", known: known))
    }
    return object(of: node, "a proposal") ?? [:]
  }

  private mutating func namedEntries(_ node: Node, _ what: String) -> [Node.Entry] {
    if let entries = node.entries { return entries }
    report(TestMessages.wrongKind(node, expected: "a mapping by name", of: what))
    return []
  }

  private mutating func objects(_ node: Node, _ what: String) -> [[String: Value]] {
    guard let elements = node.elements else {
      report(TestMessages.wrongKind(node, expected: "a list of mappings; [] for none", of: what))
      return []
    }
    return elements.compactMap { object(of: $0, "an entry of \(what)") }
  }

  private mutating func words(_ node: Node) -> [String] {
    (node.elements ?? [node]).compactMap { element in
      if let scalar = element.scalarContent { return scalar.text }
      report(TestMessages.wrongKind(element, expected: "a name or an id", of: "an entry"))
      return nil
    }
  }

  /// A list of ids, or a mapping from id to the fields that are shown.
  private mutating func found(_ node: Node) -> [String: [String: Value]] {
    var found: [String: [String: Value]] = [:]
    for entry in node.entries ?? [] {
      found[entry.key.text] = entry.value.isEmpty ? [:] : object(of: entry.value, "the fields that are shown") ?? [:]
    }
    if node.entries == nil { for id in words(node) { found[id] = [:] } }
    return found
  }

  private mutating func object(of node: Node, _ what: String) -> [String: Value]? {
    if case .object(let members) = node.plainValue { return members }
    report(TestMessages.wrongKind(node, expected: "a mapping", of: what))
    return nil
  }
}
