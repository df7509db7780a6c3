import BylawCompiler
import BylawModel
import BylawSyntax

/// A small change to a rule set that a good test notices.
struct Mutation: Sendable, Hashable {
  /// What kind of thing is changed.
  enum Kind: String, Sendable, Hashable {
    case role, permission, bound, comparison, listElement, row, rule, condition, member, approval, wait, count, band
    case opening, spare
  }
  /// Which change; equal in every action that a rule reaches, so that all of them change together.
  struct Key: Sendable, Hashable {
    var kind: Kind
    var range: SourceRange
    /// Tells apart several changes at one place.
    var detail: String
  }
  /// Where a change takes effect.
  enum Owner: Sendable, Hashable {
    case action(Int)
    /// A condition, a classification, a fact, … that any action may read.
    case shared
  }
  var key: Key
  /// What was changed, for people: `'sysadmin' may no longer`.
  var change: String
  var owners: Set<Owner> = []
}

/// Finds the changes that a rule set offers, or makes one of them: one walk for both, so that they cannot differ.
struct RuleSetMutator {
  var rules: CheckedRuleSet
  /// The one change to make; `nil` collects all.
  let wanted: Mutation.Key?
  private(set) var found: [Mutation.Key: Mutation] = [:]
  /// In the order of being found.
  private(set) var order: [Mutation.Key] = []
  var owner = Mutation.Owner.shared
  /// Where each permission is used first.
  private let permissionPlaces: [String: SourceRange]

  private init(_ rules: CheckedRuleSet, wanted: Mutation.Key?) {
    self.rules = rules
    self.wanted = wanted
    permissionPlaces = Self.permissionPlaces(rules)
  }

  private static func permissionPlaces(_ rules: CheckedRuleSet) -> [String: SourceRange] {
    var places: [String: SourceRange] = [:]
    func note(_ name: String?, _ range: SourceRange) {
      if let name, places[name] == nil { places[name] = range }
    }
    for action in rules.actions {
      note(action.authority.permission, action.range)
      for place in (action.approvals + action.votesOn).flatMap(\.places) {
        if case .permission(let name, _) = place.eligible { note(name, place.range) }
      }
    }
    for override in rules.overrides { note(override.permission, override.range) }
    return places
  }

  /// All changes that the rule set offers.
  static func mutations(of rules: CheckedRuleSet) -> [Mutation] {
    var mutator = RuleSetMutator(rules, wanted: nil)
    mutator.walkShared()
    for index in rules.actions.indices { mutator.walkAction(index) }
    return mutator.order.compactMap { mutator.found[$0] }
  }

  /// The rule set with one change, reduced to the actions in which it takes effect.
  static func apply(_ mutation: Mutation, to rules: CheckedRuleSet) -> CheckedRuleSet {
    var mutator = RuleSetMutator(rules, wanted: mutation.key)
    if mutation.owners.contains(.shared) { mutator.walkShared() }
    var touched: [Int] = []
    for index in rules.actions.indices where mutation.owners.contains(.action(index)) {
      mutator.walkAction(index)
      touched.append(index)
    }
    if !mutation.owners.contains(.shared) { mutator.rules.actions = touched.map { mutator.rules.actions[$0] } }
    return mutator.rules
  }

  // MARK: Spots

  /// Offers a change: noted when collecting; `true` when it is the one to make.
  mutating func offers(
    _ kind: Mutation.Kind, _ range: SourceRange, _ detail: String, _ change: @autoclosure () -> String
  ) -> Bool {
    let key = Mutation.Key(kind: kind, range: range, detail: detail)
    if let wanted { return wanted == key }
    if found[key] == nil {
      found[key] = Mutation(key: key, change: change())
      order.append(key)
    }
    found[key]?.owners.insert(owner)
    return false
  }

  /// The words of the role enumeration.
  var roleWords: [String] {
    rules.manifest.roleEnumeration.map { rules.vocabulary.schema.enums[$0].members } ?? []
  }

  mutating func walk(_ expression: inout TypedExpression) {
    if let changed = rewrite(expression) { expression = changed }
  }

  mutating func walk(_ expression: inout TypedExpression?) {
    if let inner = expression, let changed = rewrite(inner) { expression = changed }
  }

  // MARK: What all actions share

  private mutating func walkShared() {
    owner = .shared
    var shared = rules
    for index in shared.conditions.indices { walk(&shared.conditions[index].body) }
    for index in shared.definitions.indices { walk(&shared.definitions[index].value) }
    for index in shared.entities.indices { walk(&shared.entities[index].live) }
    for index in shared.classifications.indices { walkRows(&shared.classifications[index]) }
    for index in shared.thresholds.indices { walkThreshold(&shared.thresholds[index]) }
    for index in shared.calendars.indices { walkOpenings(&shared.calendars[index]) }
    for index in shared.overrides.indices { walkOverride(&shared.overrides[index]) }
    if wanted != nil { rules = shared }
  }

  private mutating func walkRows(_ table: inout CheckedRuleSet.Classification) {
    var dropped: Int?
    for index in table.rows.indices {
      walk(&table.rows[index].condition)
      for output in table.rows[index].outputs.indices { walk(&table.rows[index].outputs[output]) }
      let canDrop = table.rows.count > 1 || table.otherwise != nil
      let label = table.rows[index].label
      if canDrop, offers(.row, table.rows[index].range, "drop", TestMessages.rowDropped(label, of: table.name)) {
        dropped = index
      }
    }
    if let dropped { table.rows.remove(at: dropped) }
    for index in table.otherwise?.indices ?? 0..<0 {
      if let output = table.otherwise?[index], let changed = rewrite(output) { table.otherwise?[index] = changed }
    }
  }

  private mutating func walkThreshold(_ threshold: inout CheckedRuleSet.Threshold) {
    walk(&threshold.condition)
    walk(&threshold.measure)
    walk(&threshold.of)
    for index in threshold.bands.indices {
      let band = threshold.bands[index]
      let words = band.includesBound ? ("from", "above") : ("above", "from")
      if offers(.band, band.range, "bound", TestMessages.wordChanged(words.0, to: words.1, in: band.id)) {
        threshold.bands[index].includesBound.toggle()
      }
      for step: Int64 in [1, -1] {
        var moved = band.percent
        moved.units += step
        if offers(
          .band, band.range, "\(step)", TestMessages.wordChanged("\(band.percent) %", to: "\(moved) %", in: band.id))
        {
          threshold.bands[index].percent = moved
        }
      }
    }
  }

  private mutating func walkOpenings(_ calendar: inout CheckedRuleSet.Calendar) {
    for index in calendar.openings.indices {
      // Days with the same hours are one entry to the author.
      let opening = calendar.openings[index]
      for step in [1, -1] {
        let hours = "\(opening.from) \(opening.until) \(step)"
        let change = TestMessages.openingMoved(calendar.name, opening.from, opening.until, step)
        if offers(.opening, calendar.range, "from \(hours)", change.start) { calendar.openings[index].from += step }
        if offers(.opening, calendar.range, "until \(hours)", change.end) { calendar.openings[index].until += step }
      }
    }
  }

  private mutating func walkOverride(_ override: inout CheckedRuleSet.Override) {
    walkRules(&override.rules, of: override.id)
    if let permission = override.permission {
      walkPermission(permission, &override.permittedRoles, at: override.range)
    }
  }

  // MARK: Permissions

  /// Takes the permission from each role that has it, and gives it to each that has not.
  mutating func walkPermission(_ name: String, _ mask: inout UInt64, at range: SourceRange) {
    // A permission is granted for the whole rule set, so its changes have one place.
    let place = permissionPlaces[name] ?? range
    for (index, word) in roleWords.enumerated() {
      let bit: UInt64 = 1 << UInt64(index)
      let change = TestMessages.permissionChanged(name, role: word, isHeld: mask & bit != 0)
      if offers(.permission, place, "\(name) \(word)", change) { mask ^= bit }
    }
  }
}
