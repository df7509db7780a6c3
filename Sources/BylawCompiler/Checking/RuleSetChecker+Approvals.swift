import BylawModel
import BylawSyntax

/// Approvals, and the votes that they bring: `approve(A)`, `reject(A)`, `withdraw(A)`, `ask(A)`.
extension RuleSetChecker {
  /// An approval as written, with the actions that it is for.
  struct ApprovalEntry {
    var key: Scalar
    var members: Members
    var actions: [Int]
  }

  static let voteKinds = ["approve", "reject", "withdraw", "ask"]

  /// Finds the actions under approval and adds their votes as actions.
  mutating func declareApprovals() {
    let declared = rules.actions.count
    for entry in sections["approvals"] ?? [] {
      guard
        let members = reader.members(
          entry.value, of: "approval '\(entry.key.text)'", keys: .approval, required: ["for", "places"])
      else { continue }
      noteGroups(members["for"], except: members["except"], .tightens)
      let reached = targets(members["for"], except: members["except"]).actions.filter { $0 < declared }
      approvalEntries.append(.init(key: entry.key, members: members, actions: reached))
    }
    for action in rules.actions.indices {
      let entries = approvalEntries.filter { $0.actions.contains(action) }
      guard !entries.isEmpty else { continue }
      checkSingleStatements(entries, action: rules.actions[action].name)
      for kind in Self.voteKinds { declareVote(kind, of: action, entries: entries) }
    }
  }

  /// What belongs to the proposal is stated by one approval of an action.
  private mutating func checkSingleStatements(_ entries: [ApprovalEntry], action: String) {
    for key in ["binds", "clock", "independent", "runs", "vote", "outcome"] {
      let stating = entries.filter { $0.members[key] != nil }
      guard stating.count > 1, let first = stating[0].members.key(key), let second = stating[1].members.key(key) else {
        continue
      }
      report(
        "stated-twice", at: second.range, "'\(key)' of the proposal for '\(action)' is stated by two approvals",
        expected: "one approval of an action to state it",
        notes: [.init(range: first.range, message: "first stated here")])
    }
  }

  private mutating func declareVote(_ kind: String, of action: Int, entries: [ApprovalEntry]) {
    let subject = rules.actions[action]
    let name = "\(kind)(\(subject.name))"
    let vote = voteMembers(kind, entries)
    var made = CheckedRuleSet.Action(name: name, range: vote?.range ?? entries[0].key.range)
    switch kind {
    case "approve": made.origin = .approve(of: subject.name)
    case "reject": made.origin = .reject(of: subject.name)
    case "withdraw": made.origin = .withdraw(of: subject.name)
    default: made.origin = .ask(of: subject.name)
    }
    made.title = "\(kind) '\(subject.title)'"
    made.resource = subject.resource
    if kind == "reject" {
      var constraint = Constraint.none
      constraint.text = .text
      constraint.lower = 1
      made.inputs = [Field(name: "reason", type: .string, constraint: constraint)]
    }
    let given = inputs(vote?["input"], exactlyOne: vote?["exactly_one"], of: name)
    made.exactlyOne = given.exactlyOne.map { group in group.map { $0 + made.inputs.count } }
    made.inputs += given.fields
    if let vote { made.clauses = clauses(vote, owner: name) }
    actionIndex[name] = rules.actions.count
    rules.actions.append(made)
    var scope = scope(of: made)
    scope.names["proposal"] = .value(.root(.proposal), .record(proposalRecord()))
    actionScopes.append(scope)
  }

  /// What stands under `vote: { KIND: … }` in the approval that states the vote.
  private mutating func voteMembers(_ kind: String, _ entries: [ApprovalEntry]) -> Members? {
    for entry in entries {
      guard let vote = entry.members["vote"],
        let members = reader.members(vote, of: "'vote'", keys: .votes), let node = members[kind]
      else { continue }
      return reader.members(
        node, of: "a vote", keys: .vote)
    }
    return nil
  }

  /// The record that `proposal` is.
  private mutating func proposalRecord() -> Int {
    let name = "proposal"
    if let index = vocabulary.schema.records.firstIndex(where: { $0.name == name }) { return index }
    vocabulary.schema.records.append(
      .init(
        name: name,
        fields: [
          Field(name: "id", type: .string), Field(name: "submitter", type: subjectType),
          Field(name: "requested_at", type: .timestamp),
        ]))
    return vocabulary.schema.records.count - 1
  }

  // MARK: Bodies

  mutating func checkApprovals() {
    for entry in approvalEntries {
      let id = "approvals.\(entry.key.text)"
      _ = clauses(entry.members, owner: id)
      forEachAction(entry.actions) { checker, action in
        if let approval = checker.approval(entry, id: id, scope: checker.actionScopes[action], action: action) {
          checker.rules.actions[action].approvals.append(approval)
        }
        for kind in ["approve", "reject", "ask"] { checker.addVoter(entry, id: id, kind: kind, of: action) }
      }
    }
    shareProposal()
    for action in rules.actions.indices {
      let name = rules.actions[action].name
      let entries = approvalEntries.filter { $0.actions.contains(action) }
      for kind in Self.voteKinds where !entries.isEmpty {
        guard let vote = actionIndex["\(kind)(\(name))"] else { continue }
        checkVote(kind, entries, vote: vote)
      }
    }
  }

  /// Clock and bound fields belong to the proposal: one approval states them, all go by them.
  private mutating func shareProposal() {
    for action in rules.actions.indices {
      let clock = rules.actions[action].approvals.compactMap(\.clock).first
      let stating = approvalEntries.first { $0.actions.contains(action) && $0.members["binds"] != nil }
      let binds = rules.actions[action].approvals.first { $0.id == stating.map { "approvals.\($0.key.text)" } }?.binds
      for position in rules.actions[action].approvals.indices {
        rules.actions[action].approvals[position].clock = clock
        if let binds { rules.actions[action].approvals[position].binds = binds }
      }
    }
  }

  /// The approval as far as it can be judged for a single vote; what needs the inputs of the proposal is left out.
  private mutating func addVoter(_ entry: ApprovalEntry, id: String, kind: String, of action: Int) {
    guard let vote = actionIndex["\(kind)(\(rules.actions[action].name))"] else { return }
    var scope = actionScopes[vote]
    for root in ["input", "let", "classified"] {
      scope.names[root] = .unavailable("a vote does not see what the proposal was made with")
    }
    let before = reader.diagnostics
    let places = self.places(entry.members["places"], scope: approverScope(&scope), given: .none, dropsFaulty: true)
    let excluding = exclusions(entry.members["excluding"], scope: scope, given: .none, dropsFaulty: true)
    reader.diagnostics = before
    rules.actions[vote].votesOn.append(
      .init(
        id: id, clauses: [], places: places, excluding: excluding, approver: lastApprover, binds: [],
        independent: false, runs: .atOnce, overridable: false, outcomes: [], range: entry.key.range))
  }

  private mutating func approverScope(_ scope: inout Scope) -> Scope {
    lastApprover = checker.makeLocal()
    var inner = scope
    inner.names["approver"] = .value(.local(lastApprover), subjectType)
    return inner
  }

  private mutating func checkVote(_ kind: String, _ entries: [ApprovalEntry], vote: Int) {
    let members = voteMembers(kind, entries)
    let stating = entries.first { $0.members["vote"] != nil } ?? entries[0]
    let id = "approvals.\(stating.key.text).vote.\(kind)"
    if kind == "withdraw" { addWithdrawalRule(vote, id: id) }
    guard let members else { return }
    var voteScope = actionScopes[vote]
    readLet(members["let"], id: id, scope: &voteScope)
    actionScopes[vote] = voteScope
    for entry in members["require"].flatMap({ reader.mapping($0, as: "'require'") })?.entries ?? [] {
      if let rule = requirement(entry, id: "\(id).require.\(entry.key.text)", scope: actionScopes[vote]) {
        rules.actions[vote].rules.append(rule)
      }
    }
    var scope = actionScopes[vote]
    rules.actions[vote].effects = effects(members["effects"], id: id, scope: &scope)
    checkAfter(vote)
    addLifecycleRules(vote)
    addUniqueRules(vote)
    rules.actions[vote].notices += notices(members["notify"], rule: id, scope: scope)
    rules.actions[vote].audit = audit(members["audit"])
  }

  /// Whoever made a proposal withdraws it.
  private mutating func addWithdrawalRule(_ vote: Int, id: String) {
    let range = rules.actions[vote].range
    guard case .value(let kind, let type) = actionScopes[vote].names["proposal"] else { return }
    let proposal = TypedExpression(kind, type, at: range)
    let submitter = TypedExpression(.field(proposal, 1), subjectType, at: range)
    let subject = TypedExpression(.root(.subject), subjectType, at: range)
    var rule = CheckedRuleSet.Rule(
      id: id, kind: .require, stage: .authority, denialClass: .unauthorized,
      message: TypedSentence(pieces: [.text("Only whoever made a proposal withdraws it.")]), range: range)
    rule.that = TypedExpression(.call(.equal, [submitter, subject]), .bool, at: range)
    rules.actions[vote].rules.append(rule)
  }

  private mutating func approval(
    _ entry: ApprovalEntry, id: String, scope: Scope, action: Int
  ) -> CheckedRuleSet.Approval? {
    let members = entry.members
    var scope = scope
    readLet(members["let"], id: id, scope: &scope)
    var flow = Flow.none
    var when: TypedExpression?
    if let node = members["when"] {
      let checked = condition(node, in: scope)
      when = checked.expression
      flow = checked.whenTrue
    }
    let places = places(members["places"], scope: approverScope(&scope), given: flow, dropsFaulty: false)
    let approver = lastApprover
    let excluding = exclusions(members["excluding"], scope: scope, given: flow, dropsFaulty: false)
    let range = members["runs"]?.range ?? entry.key.range
    let runs = reader.word(members["runs"], as: "way to run", of: CheckedRuleSet.Approval.Run.self) ?? .atOnce
    let useWithin = reader.scalar(ifAny: members["use_within"], as: "a length of time").flatMap { duration($0) }
    if runs == .bySubmitter, useWithin == nil {
      report("missing-key", at: range, "'by_submitter' needs 'use_within'", expected: "use_within: a length of time")
    }
    refuseKeys(["use_within"], of: members, unless: runs == .bySubmitter, "'runs: by_submitter'")
    return .init(
      id: id, clauses: reader.words(members["sop"], as: "'sop'").map(\.text), when: when,
      message: members["because"].map { sentence($0, in: scope, given: flow) }, places: places, excluding: excluding,
      approver: approver, binds: binds(members["binds"], action: action),
      clock: members["clock"].flatMap { clock($0, scope: scope, given: flow) },
      independent: reader.bool(members["independent"], as: "'independent'") ?? false, runs: runs,
      useWithin: useWithin, overridable: reader.bool(members["overridable"], as: "'overridable'") ?? true,
      outcomes: outcomes(members["outcome"], id: id, action: action), range: entry.key.range)
  }

  private mutating func places(
    _ node: Node?, scope: Scope, given flow: Flow, dropsFaulty: Bool
  ) -> [CheckedRuleSet.Approval.Place] {
    guard let node, let nodes = reader.sequence(node, as: "the places of an approval") else { return [] }
    if nodes.isEmpty {
      report(
        "unfillable-place", at: node.range, "an approval without places asks nobody", expected: "at least one place")
    }
    return nodes.compactMap { node in
      let before = reader.diagnostics.all.count
      let place = self.place(node, scope: scope, given: flow)
      return dropsFaulty && reader.diagnostics.all.count > before ? nil : place
    }
  }

  private mutating func place(_ node: Node, scope: Scope, given flow: Flow) -> CheckedRuleSet.Approval.Place? {
    guard
      let members = reader.members(
        node, of: "a place", keys: .place, required: ["of"]),
      let of = members["of"],
      let kinds = reader.members(of, of: "'of'", keys: .eligible)
    else { return nil }
    guard kinds.entries.count == 1, let kind = kinds.entries.first, !reader.hadUnknownKey else {
      guard !reader.hadUnknownKey else { return nil }
      report(
        "missing-key", at: of.range, "a place says once who fills it",
        expected: "of: with one of role, permission, people or where")
      return nil
    }
    _ = clauses(members, owner: "approvals")
    var inner = flow
    var when: TypedExpression?
    if let whenNode = members["when"] {
      let checked = condition(whenNode, in: scope, given: flow)
      when = checked.expression
      inner = checked.whenTrue
    }
    guard let eligible = eligible(kind, scope: scope, given: inner) else { return nil }
    return .init(
      count: reader.int(members["count"], as: "'count'", in: 1...64) ?? 1, eligible: eligible.who, when: when,
      label: members["title"]?.scalar?.text ?? eligible.label, range: node.range)
  }

  private mutating func eligible(
    _ kind: Node.Entry, scope: Scope, given flow: Flow
  ) -> (who: CheckedRuleSet.Approval.Place.Eligible, label: String)? {
    guard let word = reader.scalar(kind.value, as: "'\(kind.key.text)'") else { return nil }
    switch kind.key.text {
    case "role":
      guard let role = role(word) else { return nil }
      return (.role(role), "role:\(word.text)")
    case "permission":
      let roles = roles(holding: word)
      if roles == 0, rules.manifest.permissions[word.text] != nil {
        report(
          "unfillable-place", at: word.range, "no role holds '\(word.text)'", expected: "a permission that a role holds"
        )
      }
      return (.permission(word.text, roles: roles), word.text)
    case "people":
      let people = expression(kind.value, expecting: nil, in: scope, given: flow)
      checkPeople(people)
      return (.people(people), "people:\(word.text)")
    default:
      return (.condition(condition(kind.value, in: scope, given: flow).expression), "where:\(word.text)")
    }
  }

  private mutating func checkPeople(_ people: TypedExpression) {
    var type = people.type.content
    if case .list(let element) = type { type = element.content }
    switch type {
    case .entity(let indices) where indices.allSatisfy({ rules.manifest.subjects.contains($0) }): return
    case .error, .undetermined: return
    default:
      report(
        "wrong-type", at: people.range, "\(vocabulary.name(of: people.type)) cannot vote",
        expected: "\(vocabulary.name(of: subjectType)) or a list of them")
    }
  }

  private mutating func exclusions(
    _ node: Node?, scope: Scope, given flow: Flow, dropsFaulty: Bool
  ) -> [CheckedRuleSet.Approval.Exclusion] {
    guard let node else {
      let range = SourceRange(file: FileID(index: 0), start: 0, end: 0)
      return dropsFaulty ? [] : [.init(people: TypedExpression(.root(.subject), subjectType, at: range), when: nil)]
    }
    if case .sequence(let people) = node.kind, people.isEmpty, !dropsFaulty {
      warn(
        "nobody-excluded", at: node.range, "nobody is excluded: whoever asks may agree too",
        expected: "excluding: [subject], which also holds when nothing is said")
    }
    return reader.oneOrMore(node).compactMap { element in
      let before = reader.diagnostics.all.count
      var people = element
      var when: TypedExpression?
      var inner = flow
      if element.isMapping {
        guard
          let members = reader.members(
            element, of: "an excluded person", keys: .exclusion, required: ["people"]),
          let peopleNode = members["people"]
        else { return nil }
        people = peopleNode
        if let whenNode = members["when"] {
          let checked = condition(whenNode, in: scope, given: flow)
          when = checked.expression
          inner = checked.whenTrue
        }
      }
      // The voter is the subject of a vote: there `subject` would exclude everybody.
      if dropsFaulty, people.scalar?.text == "subject" { return nil }
      let expression = self.expression(people, expecting: nil, in: scope, given: inner)
      checkPeople(expression)
      return dropsFaulty && reader.diagnostics.all.count > before ? nil : .init(people: expression, when: when)
    }
  }

  /// The bound fields; without a statement every field that is not volatile.
  private mutating func binds(_ node: Node?, action: Int) -> [Int] {
    guard let resource = rules.actions[action].resource else {
      if let node {
        report(
          "wrong-kind", at: node.range, "'\(rules.actions[action].name)' has no resource to bind",
          expected: "no 'binds' here")
      }
      return []
    }
    let fields = vocabulary.schema.entities[resource].fields
    guard let node else { return fields.indices.filter { !fields[$0].isVolatile } }
    return reader.words(node, as: "a bound field").compactMap { word in
      let name = word.text.hasPrefix("resource.") ? String(word.text.dropFirst(9)) : word.text
      let first = name.split(separator: ".").first.map(String.init) ?? name
      if let position = fields.firstIndex(where: { $0.name == first }) { return position }
      var field = word
      field.text = first
      reader.diagnostics.report(Messages.unknownName(field, what: "field", known: fields.map(\.name)))
      return nil
    }
  }

  private mutating func clock(_ node: Node, scope: Scope, given flow: Flow) -> CheckedRuleSet.Approval.Clock? {
    guard
      let members = reader.members(
        node, of: "a clock", keys: .clock, required: ["from", "within"]),
      let from = members["from"],
      let within = reader.scalar(ifAny: members["within"], as: "a length of time").flatMap({ duration($0) })
    else { return nil }
    if within <= TimeSpan(seconds: 0) {
      report(
        "malformed-duration", at: members["within"]?.range ?? node.range, "a clock cannot run for no time or less",
        expected: "a length of time such as 24h")
    }
    let start = expression(from, expecting: nil, in: scope, given: flow)
    if start.type.content != .timestamp, start.type != .error {
      report(
        "wrong-type", at: from.range, "a clock cannot start at \(vocabulary.name(of: start.type))",
        expected: "a timestamp")
    }
    if case .root(.now) = start.kind {
      report(
        "never-late", at: from.range, "a clock that starts at every look is never late",
        expected: "a time that stays, such as requested_at or a field of the resource")
    }
    return .init(
      from: start, within: within,
      late: reader.word(members["late"], as: "way to be late", of: CheckedRuleSet.Approval.Clock.Late.self) ?? .expire,
      range: node.range)
  }

  private mutating func outcomes(_ node: Node?, id: String, action: Int) -> [CheckedRuleSet.Approval.Outcome] {
    guard let node,
      let members = reader.members(
        node, of: "'outcome'", keys: .outcomes)
    else { return [] }
    let name = rules.actions[action].name
    return members.entries.compactMap { entry in
      guard
        let parts = reader.members(
          entry.value, of: "an outcome", keys: .outcome)
      else { return nil }
      _ = clauses(parts, owner: "\(id).outcome.\(entry.key.text)")
      let vote = entry.key.text == "rejected" ? actionIndex["reject(\(name))"] : actionIndex["withdraw(\(name))"]
      var scope = actionScopes[vote ?? action]
      if entry.key.text == "approved" { scope = actionScopes[action] }
      let effects = effects(parts["effects"], id: id, scope: &scope)
      // Whether they fit the state of then is for the store; a state that nothing leads to is a mistake now.
      _ = lifecycleRules(of: effects, after: [])
      return .init(
        name: entry.key.text, effects: effects,
        notices: notices(parts["notify"], rule: "\(id).outcome.\(entry.key.text)", scope: scope))
    }
  }
}
