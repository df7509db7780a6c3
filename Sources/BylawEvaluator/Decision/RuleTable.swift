import BylawModel

/// When rules of an action are judged: who may, what must be there, what is asked.
enum RuleStage: Int, CaseIterable {
  case authority, references, requirements
}

/// The rules of one stage of an action, found by what they ask.
///
/// A rule whose condition asks that a value equals a constant can fire only where it does, or where the value cannot
/// be told. Where a value sets many rules apart, as the cost center that each is about, rules are looked up by it; of
/// all others an index tells which may fire.
final class RuleTable: Sendable {
  /// A value that rules are looked up by, with its stretch of the entries.
  struct Value: Sendable {
    let node: NodeID
    let entries: Range<Int32>
  }
  /// The rules that ask for one constant, which stand side by side.
  struct Entry: Sendable {
    let constant: Int64
    let positions: Range<Int32>
  }
  /// What most rules are judged by, as long as everything in them can be told; -1 where a rule has no such condition.
  struct Head: BitwiseCopyable, Sendable {
    let when: Int32
    let unless: Int32
    let that: Int32
    /// Whether a rule that these conditions spare surely does not fire, whatever else is asked.
    let isWhole: Bool

    fileprivate init(_ rule: RulePlan) {
      when = rule.when?.raw ?? -1
      unless = rule.unless?.raw ?? -1
      that = rule.that?.raw ?? -1
      isWhole =
        rule.each == nil && !rule.needsRecords && !rule.observeOnly && rule.effectiveFrom == nil
        && rule.effectiveUntil == nil
    }
  }
  let shared: [Shared<RulePlan>]
  /// By rule.
  let heads: [Head]
  /// Which rules may fire, of all that are not looked up; these stand first.
  let index: ConditionIndex
  let values: [Value]
  let entries: [Entry]
  /// A value that rules are looked up by has so many constants at least; fewer are as quickly told by an index.
  private static let leastConstants = 64

  init() {
    (shared, heads, values, entries) = ([], [], [], [])
    index = ConditionIndex(count: 0)
  }

  /// A table of rules whose conditions are those of a plan.
  init(_ rules: [RulePlan], _ plan: ExpressionPlan, _ builder: inout ConditionIndexBuilder) {
    let keys = rules.count < Self.leastConstants ? rules.map { _ in nil } : Self.keys(of: rules, plan)
    var indexed: [RulePlan] = []
    var looked: [(key: Key, rule: RulePlan)] = []
    for (rule, key) in zip(rules, keys) {
      if let key { looked.append((key, rule)) } else { indexed.append(rule) }
    }
    looked.sort { ($0.key.node.raw, $0.key.constant) < ($1.key.node.raw, $1.key.constant) }
    var values: [Value] = []
    var entries: [Entry] = []
    var start = 0
    while start < looked.count {
      var end = start
      let firstEntry = Int32(entries.count)
      while end < looked.count, looked[end].key.node == looked[start].key.node {
        let first = end
        while end < looked.count, looked[end].key == looked[first].key { end += 1 }
        let offset = indexed.count
        entries.append(
          Entry(constant: looked[first].key.constant, positions: Int32(offset + first)..<Int32(offset + end)))
      }
      values.append(Value(node: looked[start].key.node, entries: firstEntry..<Int32(entries.count)))
      start = end
    }
    let ordered = indexed + looked.map(\.rule)
    shared = ordered.map { Shared($0) }
    heads = ordered.map { Head($0) }
    index = builder.index(indexed.map(\.indexedCondition))
    self.values = values
    self.entries = entries
  }

  /// The rules that ask for a constant, by position; none when there are none.
  @inline(__always)
  func positions(of value: Value, equalTo constant: Int64) -> Range<Int32> {
    var (low, high) = (Int(value.entries.lowerBound), Int(value.entries.upperBound))
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].constant < constant { low = middle + 1 } else { high = middle }
    }
    guard low < Int(value.entries.upperBound), entries[low].constant == constant else { return 0..<0 }
    return entries[low].positions
  }

  /// All rules that are looked up by a value, by position.
  @inline(__always)
  func positions(of value: Value) -> Range<Int32> {
    let (first, last) = (Int(value.entries.lowerBound), Int(value.entries.upperBound) - 1)
    return entries[first].positions.lowerBound..<entries[last].positions.upperBound
  }

  // MARK: What rules are looked up by

  /// That the value of a node equals a constant.
  private struct Key: Equatable {
    let node: NodeID
    let constant: Int64
  }

  /// By rule, what it is looked up by: of the values that it compares, the one with the most constants.
  private static func keys(of rules: [RulePlan], _ plan: ExpressionPlan) -> [Key?] {
    let asked = rules.map { rule -> [Key] in
      guard rule.each == nil, let when = rule.when else { return [] }
      return plan.equalities(of: when).map { Key(node: $0.node, constant: $0.constant) }
    }
    var all = asked.flatMap(\.self)
    all.sort { ($0.node.raw, $0.constant) < ($1.node.raw, $1.constant) }
    // By node, how many constants it has.
    var counts: [(node: NodeID, count: Int)] = []
    for (position, key) in all.enumerated() {
      if counts.last?.node != key.node { counts.append((key.node, 0)) }
      if position == 0 || all[position - 1] != key { counts[counts.count - 1].count += 1 }
    }
    counts.removeAll { $0.count < leastConstants }
    counts.sort { $0.count > $1.count }
    return asked.map { keys in
      for (node, _) in counts {
        if let key = keys.first(where: { $0.node == node }) { return key }
      }
      return nil
    }
  }
}

extension ExpressionPlan {
  /// The constants that a condition asks single values to equal: where one is something else, the condition is false.
  fileprivate func equalities(of condition: NodeID) -> [(node: NodeID, constant: Int64)] {
    let node = nodes[Int(condition.raw)]
    switch node.operation {
    case .and, .all:
      return (Int(node.a)..<Int(node.a + node.b)).flatMap { equalities(of: operands[$0]) }
    case .equalConstant: return [(NodeID(raw: node.a), constants[Int(node.b)].payload)]
    default: return []
    }
  }
}

extension RulePlan {
  /// What surely spares it where it is false: nothing of what comes after it is then noted.
  fileprivate var indexedCondition: IndexedCondition {
    if each != nil { return IndexedCondition() }
    if let when { return IndexedCondition(node: when) }
    return IndexedCondition(node: unless ?? that, isNegated: true)
  }
}
