import BylawModel

/// When rules of an action are judged: who may, what must be there, what is asked.
enum RuleStage: Int, CaseIterable {
  case authority, references, requirements
}

/// The rules of one stage of an action, found by what they ask.
///
/// A rule whose condition asks that a value equals a constant can fire only where it does, or where the value cannot
/// be told. So rules are looked up by the value, each by one thing that it asks, and only those that ask nothing of
/// the kind are gone through one by one.
package final class RuleTable: Sendable {
  /// Something that a rule asks: that the value at `node` is `constant`.
  package struct Key: Sendable {
    package var node: NodeID
    /// The payload; of a condition 1 for true and 0 for false.
    package var constant: Int64
    /// What sets rules apart best comes first.
    package var kind: Kind

    package enum Kind: Int, Sendable, Comparable {
      case equality
      /// That a number lies on one side of another: most rules ask for what is rare.
      case comparison
      case condition
      /// A field that is true or false.
      case flag
      case negation
      package static func < (left: Kind, right: Kind) -> Bool { left.rawValue < right.rawValue }
    }

    package init(node: NodeID, constant: Int64, kind: Kind) {
      self.node = node
      self.constant = constant
      self.kind = kind
    }
  }
  /// A value that rules are looked up by, with its stretch of the entries.
  struct Value: Sendable {
    var node: NodeID
    var entries: Range<Int32>
  }
  /// The rules that ask for one constant, as a stretch of the positions.
  struct Entry: Sendable {
    var constant: Int64
    var positions: Range<Int32>
  }
  package var rules: [RulePlan] { shared.map(\.part) }
  let shared: [Shared<RulePlan>]
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
  /// By rule.
  let heads: [Head]
  let unkeyed: [Int32]
  let values: [Value]
  let entries: [Entry]
  let positions: [Int32]

  package convenience init() { self.init([]) }

  /// A table of rules with everything that each asks of values; a rule is judged only where the one of these that is
  /// picked holds or cannot be told.
  package init(_ rules: [(rule: RulePlan, keys: [Key])]) {
    shared = rules.map { Shared($0.rule) }
    var (unkeyed, positions): ([Int32], [Int32]) = ([], [])
    var values: [Value] = []
    var entries: [Entry] = []
    heads = rules.map { Head($0.rule) }
    let uses = Uses(rules.flatMap(\.keys))
    var byNode: [NodeID: [Int64: [Int32]]] = [:]
    for (position, (_, keys)) in rules.enumerated() {
      if let key = uses.best(of: keys) {
        byNode[key.node, default: [:]][key.constant, default: []].append(Int32(position))
      } else {
        unkeyed.append(Int32(position))
      }
    }
    for (node, byConstant) in byNode.sorted(by: { $0.key.raw < $1.key.raw }) {
      let first = Int32(entries.count)
      for (constant, found) in byConstant.sorted(by: { $0.key < $1.key }) {
        let start = Int32(positions.count)
        positions += found
        entries.append(Entry(constant: constant, positions: start..<Int32(positions.count)))
      }
      values.append(Value(node: node, entries: first..<Int32(entries.count)))
    }
    self.unkeyed = unkeyed
    self.values = values
    self.entries = entries
    self.positions = positions
  }

  /// The rules that ask for a constant, as a stretch of the positions; empty when there are none.
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

  /// All rules that are looked up by a value, as a stretch of the positions.
  @inline(__always)
  func positions(of value: Value) -> Range<Int32> {
    let (first, last) = (Int(value.entries.lowerBound), Int(value.entries.upperBound) - 1)
    return entries[first].positions.lowerBound..<entries[last].positions.upperBound
  }
}

/// How often values and constants are asked for in the rules of a table.
private struct Uses {
  private var constants: [NodeID: Set<Int64>] = [:]
  private var counts: [NodeID: Int] = [:]
  /// A condition that fewer rules ask for is not worth being asked by itself.
  private static let leastShared = 4

  init(_ keys: [RuleTable.Key]) {
    for key in keys {
      constants[key.node, default: []].insert(key.constant)
      counts[key.node, default: 0] += 1
    }
  }

  /// The key that leaves the fewest rules to judge.
  func best(of keys: [RuleTable.Key]) -> RuleTable.Key? {
    let shared = keys.filter { $0.kind == .equality || (counts[$0.node] ?? 0) >= Self.leastShared }
    return shared.min { left, right in
      if left.kind != right.kind { return left.kind < right.kind }
      let (a, b) = (constants[left.node]?.count ?? 0, constants[right.node]?.count ?? 0)
      return a != b ? a > b : (counts[left.node] ?? 0) > (counts[right.node] ?? 0)
    }
  }
}
