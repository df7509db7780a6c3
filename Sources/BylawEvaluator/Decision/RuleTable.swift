import BylawModel

/// The rules of one stage of an action, found by what they ask first.
///
/// A rule whose condition asks that a value equals a constant can fire only where it does, or where the value cannot
/// be told; so such rules are looked up by the value, and only the others are gone through one by one.
package struct RuleTable: Sendable {
  /// The rules that ask about one value.
  package struct Key: Sendable {
    package var value: NodeID
    package var byConstant: [Cell: [Int32]] = [:]

    package init(value: NodeID) { self.value = value }
  }
  package private(set) var rules: [RulePlan] = []
  private var unkeyed: [Int32] = []
  private var keys: [Key] = []

  package init() {}

  /// Adds a rule; with a key it is judged only where the value at `node` is `constant` or cannot be told.
  package mutating func add(_ rule: RulePlan, key: (node: NodeID, constant: Cell)?) {
    let position = Int32(rules.count)
    rules.append(rule)
    guard let key else {
      unkeyed.append(position)
      return
    }
    if let index = keys.firstIndex(where: { $0.value == key.node }) {
      keys[index].byConstant[key.constant, default: []].append(position)
    } else {
      var made = Key(value: key.node)
      made.byConstant[key.constant] = [position]
      keys.append(made)
    }
  }

  /// The rules that can fire, in their order.
  func candidates(in frame: inout Frame) -> [Int32] {
    guard !keys.isEmpty else { return unkeyed }
    // Shares its storage with the table until a rule is found by key.
    var found = unkeyed
    for key in keys {
      let value = frame.evaluate(key.value)
      if value.isError {
        for positions in key.byConstant.values { found += positions }
      } else if let positions = key.byConstant[value] {
        found += positions
      }
    }
    if found.count > unkeyed.count { found.sort() }
    return found
  }
}
