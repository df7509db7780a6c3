import BylawModel
import BylawSyntax

/// Thresholds: what they measure, and what their bands forbid and tell.
///
/// One that reads `input` or `resource` is checked anew in each action, as a rule is: its bands are the same, what it
/// measures is that of the action.
extension RuleSetChecker {
  /// A threshold that reads the request of an action.
  struct ActionThreshold {
    var key: Scalar
    var members: Members
    /// Where it stands in the rules, by action.
    var instances: [Int: Int] = [:]
    var bands: [CheckedRuleSet.Threshold.Band]
  }

  mutating func checkThresholds() {
    for entry in sections["thresholds"] ?? [] {
      checkName(entry.key, what: "threshold")
      let id = "thresholds.\(entry.key.text)"
      guard
        let members = reader.members(
          entry.value, of: "a threshold", keys: .threshold,
          required: ["measure", "of", "bands"]),
        let bandMembers = reader.mapping(members["bands"] ?? entry.value, as: "the bands of a threshold")
      else { continue }
      _ = clauses(members, owner: id)
      let readsAction = ["when", "measure", "of"].contains { members[$0]?.readsAction ?? false }
      var index = -1
      var bands: [CheckedRuleSet.Threshold.Band] = []
      if !readsAction {
        let threshold = threshold(entry.key, members, bands: [], scope: globalScope)
        index = rules.thresholds.count
        rules.thresholds.append(threshold)
      }
      for band in bandMembers.entries {
        checkName(band.key, what: "band")
        if let read = self.band(band, of: id) { bands.append(read) }
      }
      if readsAction {
        actionThresholds[entry.key.text] = ActionThreshold(key: entry.key, members: members, bands: bands)
      } else {
        rules.thresholds[index].bands = bands
      }
      vocabulary.thresholds[entry.key.text] = .init(
        index: index, bands: bands.map(\.name), readsAction: readsAction)
    }
  }

  /// What a threshold measures, in the scope of the rule set or of an action.
  private mutating func threshold(
    _ key: Scalar, _ members: Members, bands: [CheckedRuleSet.Threshold.Band], scope: Scope
  ) -> CheckedRuleSet.Threshold {
    var flow = Flow.none
    var condition: TypedExpression?
    if let when = members["when"] {
      let checked = self.condition(when, in: scope)
      condition = checked.expression
      flow = checked.whenTrue
    }
    let invalid = TypedExpression(.invalid, .error, at: key.range)
    let measure = members["measure"].map { expression($0, expecting: nil, in: scope, given: flow) } ?? invalid
    let of = members["of"].map { expression($0, expecting: measure.type, in: scope, given: flow) } ?? invalid
    checkMeasure(measure)
    checkLimit(of)
    return .init(
      id: "thresholds.\(key.text)", name: key.text, condition: condition, measure: measure, of: of, bands: bands,
      range: key.range)
  }

  /// Checks the thresholds that read an action in each action that their bands reach, and makes them known wherever
  /// else they can be measured.
  mutating func instantiateThresholds() {
    for entry in sections["thresholds"] ?? [] {
      guard let pending = actionThresholds[entry.key.text] else { continue }
      let forbids =
        (pending.members["bands"].flatMap { node in silently { $0.reader.mapping(node, as: "the bands") } })?
        .entries.compactMap { band in silently { $0.reader.mapping(band.value, as: "a band") } } ?? []
      let reached = silently { checker in
        Set(forbids.flatMap { checker.targets($0["forbid"], except: $0["except"]).actions }).sorted()
      }
      forEachAction(reached) { $0.instantiate(pending, action: $1) }
      for action in rules.actions.indices where !reached.contains(action) {
        let before = reader.diagnostics
        reader.diagnostics = Diagnostics()
        instantiate(pending, action: action)
        if reader.diagnostics.hasErrors { drop(entry.key.text, action: action) }
        reader.diagnostics = before
      }
    }
  }

  private mutating func instantiate(_ pending: ActionThreshold, action: Int) {
    let made = threshold(pending.key, pending.members, bands: pending.bands, scope: actionScopes[action])
    actionThresholds[pending.key.text]?.instances[action] = rules.thresholds.count
    actionScopes[action].thresholds[pending.key.text] = rules.thresholds.count
    rules.thresholds.append(made)
  }

  private mutating func drop(_ name: String, action: Int) {
    actionThresholds[name]?.instances[action] = nil
    actionScopes[action].thresholds[name] = nil
    rules.thresholds.removeLast()
  }

  private mutating func checkMeasure(_ measure: TypedExpression) {
    switch measure.type {
    case .int, .decimal, .duration, .error: break
    default:
      report(
        "wrong-type", at: measure.range, "a threshold cannot measure \(vocabulary.name(of: measure.type))",
        expected: "an int, a decimal or a duration")
    }
  }

  private mutating func band(_ entry: Node.Entry, of id: String) -> CheckedRuleSet.Threshold.Band? {
    let forbids = silently { $0.reader.mapping(entry.value, as: "a band") }?["forbid"] != nil
    guard
      let members = reader.members(
        entry.value, of: forbids ? "a band" : "a band that forbids nothing", keys: forbids ? .forbiddingBand : .band)
    else { return nil }
    guard (members["from"] == nil) != (members["above"] == nil), let node = members["from"] ?? members["above"],
      let scalar = reader.scalar(node, as: "the bound of a band")
    else {
      report(
        "missing-key", at: members.key("above")?.range ?? entry.key.range, "a band needs one bound",
        expected: "'from' (bound included) or 'above' (bound excluded)")
      return nil
    }
    let number = scalar.text.hasSuffix("%") ? String(scalar.text.dropLast()).trimmingSpaces : ""
    guard let percent = FixedPoint(number), percent.units >= 0 else {
      report(
        "malformed-percent", at: scalar.range, "'\(scalar.text)' is no percentage",
        expected: "a percentage such as 75 %",
        hint: FixedPoint(scalar.text).map { "write '\($0) %'" })
      return .init(
        id: "\(id).\(entry.key.text)", name: entry.key.text, percent: FixedPoint(units: 0, scale: 0),
        includesBound: true, range: entry.key.range)
    }
    return .init(
      id: "\(id).\(entry.key.text)", name: entry.key.text, percent: percent, includesBound: members["from"] != nil,
      range: entry.key.range)
  }

  // MARK: Bands

  /// Each band forbids what it names and tells whom it names, in every action that it reaches.
  mutating func checkThresholdBands() {
    for entry in sections["thresholds"] ?? [] {
      let shared = rules.thresholds.firstIndex { $0.name == entry.key.text }
      let perAction = actionThresholds[entry.key.text]
      let known = perAction?.bands ?? shared.map { rules.thresholds[$0].bands } ?? []
      guard let members = silently({ $0.reader.mapping(entry.value, as: "a threshold") }),
        let bands = members["bands"].flatMap({ node in silently { $0.reader.mapping(node, as: "the bands") } })
      else { continue }
      for band in bands.entries {
        guard let position = known.firstIndex(where: { $0.name == band.key.text }),
          let parts = silently({ $0.reader.mapping(band.value, as: "a band") })
        else { continue }
        checkBand(band.key, parts, id: known[position].id, band: position) { action in
          perAction == nil ? shared : perAction?.instances[action]
        }
      }
    }
  }

  ///
  /// `threshold`: the threshold as an action measures it; `nil` where it cannot be measured.
  private mutating func checkBand(
    _ key: Scalar, _ members: Members, id: String, band: Int, threshold: (Int) -> Int?
  ) {
    _ = clauses(members, owner: id)
    if let forbid = members["forbid"] {
      let targets = targets(forbid, except: members["except"])
      noteGroups(forbid, except: members["except"], .tightens)
      forEachAction(targets.actions) { checker, action in
        let grants = checker.rules.actions[action].authority.grants
        if targets.isEverything, !grants.isEmpty, grants.allSatisfy({ $0.holder == .system }) { return }
        guard var rule = checker.rule("forbid", members, key, id: id, scope: checker.actionScopes[action]),
          let threshold = threshold(action)
        else { return }
        rule.when = TypedExpression(.bandReached(threshold: threshold, band: band), .bool, at: key.range)
        rule.band = (threshold, band)
        rule.sparesSystem = targets.isEverything
        if members["class"] == nil { rule.denialClass = .overThreshold }
        checker.rules.actions[action].rules.append(rule)
      }
    }
    for action in rules.actions.indices where members["notify"] != nil {
      guard let threshold = threshold(action) else { continue }
      for var notice in notices(members["notify"], rule: id, scope: globalScope) {
        notice.band = (threshold, band)
        rules.actions[action].notices.append(notice)
      }
    }
  }
}

extension Node {
  /// Whether an expression below mentions the inputs or the resource of an action, as far as its words show.
  fileprivate var readsAction: Bool {
    switch kind {
    case .sequence(let elements): return elements.contains { $0.readsAction }
    case .mapping(let entries): return entries.contains { $0.value.readsAction }
    case .scalar(let scalar):
      let words = scalar.text.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "." || $0 == "?") }
      return words.contains { word in
        word == "resource" || word == "input" || word.hasPrefix("resource.") || word.hasPrefix("input.")
      }
    }
  }
}
