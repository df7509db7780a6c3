import BylawModel

/// Which way a construct of the rules works: whether more of it lets less through, or more.
package struct Direction: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The more often it holds, or the greater it is, the less is allowed.
  package static let tightens = Direction(rawValue: 1)
  /// The more often it holds, or the greater it is, the more is allowed.
  package static let loosens = Direction(rawValue: 2)
  package static let both: Direction = [.tightens, .loosens]

  /// The word that people and programs read.
  package var word: String {
    switch self {
    case .tightens: "tightens"
    case .loosens: "loosens"
    case .both: "both"
    default: "none"
    }
  }

  fileprivate var opposite: Direction {
    self == .tightens ? .loosens : self == .loosens ? .tightens : self
  }

  /// The direction of something that works by `sense` on what has this one.
  fileprivate func through(_ sense: Direction) -> Direction {
    var result: Direction = []
    if sense.contains(.tightens) { result.formUnion(self) }
    if sense.contains(.loosens) { result.formUnion(opposite) }
    return result
  }
}

/// The direction of every named construct, computed from where it is used.
///
/// What forbids, requires, asks for approval or makes wait tightens; what grants, excuses, exempts or lets somebody agree
/// loosens. `not` turns it round, and so does the other side of a comparison. What is only told or stored has none.
package struct DirectionAnalysis {
  package struct Construct: Sendable, Hashable {
    /// What kind of construct it is, in a word: `condition`, `fact` or `group`, for example.
    package var kind: String
    package var name: String
    package var direction: Direction
  }

  private enum Key: Hashable {
    case condition(Int), classification(Int), definition(Int), calendar(Int), threshold(String), derivedRole(String)
    case variable(Int)
  }
  /// How an expression grows with what it is made of: `.tightens` stands for the same way, `.loosens` for the other.
  private typealias Influence = [Key: Direction]

  private let rules: CheckedRuleSet
  private var found: Influence = [:]
  private var conditions: [Int: Influence] = [:]
  private var definitions: [Int: Influence] = [:]

  private init(_ rules: CheckedRuleSet) { self.rules = rules }

  /// The constructs of a rule set by kind and name.
  package static func constructs(of rules: CheckedRuleSet) -> [Construct] {
    var analysis = DirectionAnalysis(rules)
    for action in rules.actions { analysis.use(action) }
    for override in rules.overrides {
      for rule in override.rules { analysis.use(rule) }
    }
    return analysis.listed()
  }

  private func listed() -> [Construct] {
    func of(_ key: Key) -> Direction { found[key] ?? [] }
    var list: [Construct] = []
    for (index, condition) in rules.conditions.enumerated() {
      list.append(.init(kind: "condition", name: condition.name, direction: of(.condition(index))))
    }
    for (index, table) in rules.classifications.enumerated() {
      list.append(.init(kind: "classification", name: table.name, direction: of(.classification(index))))
    }
    for (index, definition) in rules.definitions.enumerated() {
      switch definition.kind {
      case .fact: list.append(.init(kind: "fact", name: definition.name, direction: of(.definition(index))))
      case .constant: list.append(.init(kind: "constant", name: definition.name, direction: of(.definition(index))))
      case .letValue, .classified: continue
      }
    }
    for (index, calendar) in rules.calendars.enumerated() {
      list.append(.init(kind: "calendar", name: calendar.name, direction: of(.calendar(index))))
    }
    for name in Set(rules.thresholds.map(\.name)) {
      list.append(.init(kind: "threshold", name: name, direction: of(.threshold(name))))
    }
    for case .derivedRole(let name) in found.keys {
      list.append(.init(kind: "derived role", name: name, direction: of(.derivedRole(name))))
    }
    for (name, direction) in rules.groups { list.append(.init(kind: "group", name: name, direction: direction)) }
    for name in rules.manifest.permissions.keys {
      list.append(.init(kind: "permission", name: name, direction: .loosens))
    }
    for override in rules.overrides { list.append(.init(kind: "override", name: override.name, direction: .loosens)) }
    let exceptions = Set(rules.actions.flatMap { $0.rules.flatMap { $0.exceptions.map(\.id) } })
    for id in exceptions {
      list.append(.init(kind: "exception", name: String(id.dropFirst("exceptions.".count)), direction: .loosens))
    }
    return list.sorted { ($0.kind, $0.name) < ($1.kind, $1.name) }
  }

  // MARK: Where expressions are used

  private mutating func use(_ action: CheckedRuleSet.Action) {
    for grant in action.authority.grants {
      if case .derived(let name) = grant.holder { found[.derivedRole(name), default: []].formUnion(.loosens) }
      use(grant.condition, .loosens)
    }
    for rule in action.rules { use(rule) }
    for approval in action.approvals {
      use(approval.when, .tightens)
      for place in approval.places {
        use(place.when, .tightens)
        switch place.eligible {
        case .people(let value), .condition(let value): use(value, .loosens)
        case .role, .permission: break
        }
      }
      for exclusion in approval.excluding {
        use(exclusion.people, .tightens)
        use(exclusion.when, .tightens)
      }
      use(approval.clock?.from, .loosens)
    }
    for wait in action.waits {
      use(wait.when, .tightens)
      use(wait.until, .tightens)
    }
  }

  private mutating func use(_ rule: CheckedRuleSet.Rule) {
    guard !rule.observeOnly else { return }
    use(rule.each?.list, .tightens)
    use(rule.when, .tightens)
    use(rule.unless, .loosens)
    use(rule.that, .loosens)
    for exception in rule.exceptions { use(exception.condition, .loosens) }
  }

  private mutating func use(_ expression: TypedExpression?, _ direction: Direction) {
    guard let expression else { return }
    for (key, sense) in influence(of: expression) {
      if case .variable = key { continue }
      found[key, default: []].formUnion(direction.through(sense))
    }
  }

  // MARK: How expressions grow

  private mutating func influence(of expression: TypedExpression) -> Influence {
    let (same, other) = (Direction.tightens, Direction.loosens)
    switch expression.kind {
    case .and(let parts), .or(let parts): return sum(parts.map { ($0, same) })
    case .not(let part): return sum([(part, other)])
    case .conditions(let list): return sum(list.members.map { ($0.condition, list.kind == .none ? other : same) })
    case .conditional(let condition, let first, let second):
      return sum([(condition, .both), (first, same), (second, same)])
    case .wrap(let part), .unwrap(let part), .isPresent(let part), .rescale(let part, _, _):
      return sum([(part, same)])
    case .call(let builtin, let arguments):
      let senses = builtin.senses
      return sum(arguments.enumerated().map { ($1, $0 < senses.count ? senses[$0] : senses.last ?? .both) })
    case .comprehension(let loop):
      let range: Direction =
        switch loop.kind {
        case .all: other
        case .existsOne: .both
        case .exists, .filter, .map, .transformList, .transformMap: same
        }
      let body = loop.condition.map { [($0, loop.kind == .existsOne ? Direction.both : same)] } ?? []
      return sum([(loop.range, range)] + body + (loop.transform.map { [($0, .both)] } ?? []))
    case .query(let query):
      let grows = [.count, .sum, .exists, .list].contains(query.kind)
      let parts = [(query.condition, grows ? same : .both), (query.of, same), (query.order, .both)]
      return sum(parts.compactMap { part in part.0.map { ($0, part.1) } })
    case .bind(let local, let value, let body):
      let inner = influence(of: body)
      return merged(inner.filter { $0.key != .variable(local) }, value, inner[.variable(local)])
    case .condition(let index, let arguments):
      let inner = influence(ofCondition: index)
      var result = inner.filter { if case .variable = $0.key { false } else { true } }
      result[.condition(index)] = same
      for (parameter, argument) in zip(rules.conditions[index].parameters, arguments) {
        result = merged(result, argument, inner[.variable(parameter.local)])
      }
      return result
    case .classification(let index, let arguments):
      let table = rules.classifications[index]
      let rows = table.rows.flatMap { [$0.condition] + $0.outputs } + (table.otherwise ?? [])
      var result = sum((arguments + rows).map { ($0, .both) })
      result[.classification(index)] = same
      return result
    case .calendar(let index, let time):
      var result = sum([(time, .both)])
      result[.calendar(index)] = same
      return result
    case .bandReached(let index, _):
      let threshold = rules.thresholds[index]
      var parts = [(threshold.measure, same), (threshold.of, other)]
      if let condition = threshold.condition { parts.append((condition, same)) }
      var result = sum(parts)
      result[.threshold(threshold.name)] = same
      return result
    case .root(.definition(let index)): return influence(ofDefinition: index)
    case .local(let local): return [.variable(local): same]
    default: return sum(expression.parts.map { ($0, .both) })
    }
  }

  private mutating func influence(ofCondition index: Int) -> Influence {
    if let known = conditions[index] { return known }
    let made = influence(of: rules.conditions[index].body)
    conditions[index] = made
    return made
  }

  private mutating func influence(ofDefinition index: Int) -> Influence {
    if let known = definitions[index] { return known }
    var made = influence(of: rules.definitions[index].value)
    made[.definition(index)] = .tightens
    definitions[index] = made
    return made
  }

  private mutating func sum(_ parts: [(TypedExpression, Direction)]) -> Influence {
    parts.reduce(into: [:]) { $0 = merged($0, $1.0, $1.1) }
  }

  private mutating func merged(_ influence: Influence, _ part: TypedExpression, _ sense: Direction?) -> Influence {
    guard let sense else { return influence }
    var result = influence
    for (key, inner) in self.influence(of: part) { result[key, default: []].formUnion(inner.through(sense)) }
    return result
  }
}

extension Builtin {
  /// How the result grows with each argument; the last stands for all that follow.
  fileprivate var senses: [Direction] {
    let (same, other) = (Direction.tightens, Direction.loosens)
    switch self {
    case .greater, .greaterOrEqual, .atLeast, .subtractInt, .subtractDouble, .subtractDecimal, .subtractDurations,
      .subtractTimestampDuration, .subtractTimestamps, .subtractDateDuration, .subtractDates, .shareInt, .shareDecimal:
      return [same, other]
    case .less, .lessOrEqual: return [other, same]
    case .negateInt, .negateDouble, .negateDecimal, .negateDuration: return [other]
    case .addInt, .addDouble, .addDecimal, .addDurations, .addTimestampDuration, .addDateDuration, .concatenateLists,
      .percentInt, .percentDecimal, .sizeList, .sizeMap, .greatest, .least, .listSum, .listMax, .distinct, .orValue,
      .or, .value, .hasValue, .optionalOf, .minutes, .hours, .days, .dateOf, .monthStart:
      return [same]
    case .inList, .inMap: return [.both, same]
    default: return [.both]
    }
  }
}
