/// Looks for values of operands for which some formulas hold and others do not.
///
/// What the formulas ask of single operands narrows their cases at once; only what is then still open is tried, the last
/// operand first and its cases in turn. So the values that are found are the first ones in the order of all
/// combinations, as if each of them had been gone through.
struct ConditionSearch {
  /// A formula in flat form; cases are bits.
  private enum Node {
    case constant(Bool)
    /// The words of the operand's cases begin at the one position, those of the wanted ones at the other.
    case atom(operand: Int, mask: Int)
    case all([Int])
    case any([Int])
    case not(Int)
  }
  private enum Truth { case yes, no, open }

  private var nodes: [Node] = []
  /// What must hold, and whether it must be true or false.
  private var goals: [(node: Int, isWanted: Bool)] = []
  /// The bits of wanted cases, one atom after the other.
  private var masks: [UInt64] = []
  /// Where the words of each operand begin; one more than there are operands.
  private var starts: [Int] = [0]
  /// The cases that each operand has at the beginning.
  private var cases: [UInt64] = []
  /// Operands by their number in the space.
  private var positions: [Int: Int] = [:]

  /// Adds an operand, which has so many cases, of which some cannot come about; at least one can.
  ///
  /// Operands are added in the order in which their cases are counted through.
  mutating func add(operand: Int, caseCount: Int, isPossible: (Int) -> Bool) {
    positions[operand] = starts.count - 1
    let start = cases.count
    cases += Array(repeating: 0, count: max(1, (caseCount + 63) / 64))
    for position in 0..<max(1, caseCount) where isPossible(position) {
      cases[start + position / 64] |= 1 << UInt64(position % 64)
    }
    starts.append(cases.count)
  }

  /// Adds a formula over operands that were added, which has to be true, or false.
  mutating func require(_ formula: ConditionSpace.Formula, _ isWanted: Bool) {
    goals.append((node(formula), isWanted))
  }

  private mutating func node(_ formula: ConditionSpace.Formula) -> Int {
    let made: Node
    switch formula {
    case .constant(let value): made = .constant(value)
    case .atom(let variable, let wanted):
      let operand = positions[variable] ?? 0
      let mask = masks.count
      masks += Array(repeating: 0, count: starts[operand + 1] - starts[operand])
      for position in wanted { masks[mask + position / 64] |= 1 << UInt64(position % 64) }
      made = .atom(operand: operand, mask: mask)
    case .and(let parts): made = .all(parts.map { node($0) })
    case .or(let parts): made = .any(parts.map { node($0) })
    case .not(let part): made = .not(node(part))
    }
    nodes.append(made)
    return nodes.count - 1
  }

  // MARK: Searching

  /// The first values that do what is required, by the order of the operands; `nil` when there are none.
  func first() -> [Int]? { first(within: cases) }

  private func first(within domains: [UInt64]) -> [Int]? {
    var domains = domains
    guard narrow(&domains) else { return nil }
    if goals.allSatisfy({ truth($0.node, domains) == ($0.isWanted ? .yes : .no) }) {
      return starts.indices.dropLast().map { lowest(of: $0, in: domains) }
    }
    guard let operand = starts.indices.dropLast().last(where: { count(of: $0, in: domains) > 1 }) else { return nil }
    for word in starts[operand]..<starts[operand + 1] {
      var left = domains[word]
      while left != 0 {
        let bit = left & (~left &+ 1)
        left ^= bit
        var tried = domains
        for other in starts[operand]..<starts[operand + 1] { tried[other] = 0 }
        tried[word] = bit
        if let found = first(within: tried) { return found }
      }
    }
    return nil
  }

  /// Takes away the cases with which nothing can do what is required; `false` when an operand has none left.
  private func narrow(_ domains: inout [UInt64]) -> Bool {
    while true {
      let before = domains
      for goal in goals {
        guard narrow(&domains, goal.node, goal.isWanted) else { return false }
      }
      if domains == before { return true }
    }
  }

  private func narrow(_ domains: inout [UInt64], _ node: Int, _ isWanted: Bool) -> Bool {
    switch nodes[node] {
    case .constant(let value): return value == isWanted
    case .not(let part): return narrow(&domains, part, !isWanted)
    case .atom(let operand, let mask):
      var rest: UInt64 = 0
      for (offset, word) in (starts[operand]..<starts[operand + 1]).enumerated() {
        domains[word] &= isWanted ? masks[mask + offset] : ~masks[mask + offset]
        rest |= domains[word]
      }
      return rest != 0
    case .all(let parts): return narrow(&domains, parts, each: true, isEach: isWanted)
    case .any(let parts): return narrow(&domains, parts, each: false, isEach: !isWanted)
    }
  }

  /// All parts have the truth `each`; or, where not `isEach`, at least one of them has the other.
  private func narrow(_ domains: inout [UInt64], _ parts: [Int], each: Bool, isEach: Bool) -> Bool {
    if isEach {
      for part in parts {
        guard narrow(&domains, part, each) else { return false }
      }
      return true
    }
    var open: Int?
    for part in parts {
      switch truth(part, domains) {
      case .yes: if !each { return true }
      case .no: if each { return true }
      case .open:
        // With two that are open either of them may do it.
        if open != nil { return true }
        open = part
      }
    }
    return open.map { narrow(&domains, $0, !each) } ?? false
  }

  // MARK: Cases

  /// What is known of a formula when nothing is known of the operands but the cases that they have left.
  private func truth(_ node: Int, _ domains: [UInt64]) -> Truth {
    switch nodes[node] {
    case .constant(let value): return value ? .yes : .no
    case .not(let part):
      switch truth(part, domains) {
      case .yes: return .no
      case .no: return .yes
      case .open: return .open
      }
    case .atom(let operand, let mask):
      var (isIn, isOut) = (false, false)
      for (offset, word) in (starts[operand]..<starts[operand + 1]).enumerated() {
        isIn = isIn || domains[word] & masks[mask + offset] != 0
        isOut = isOut || domains[word] & ~masks[mask + offset] != 0
      }
      return isIn ? (isOut ? .open : .yes) : .no
    case .all(let parts): return truth(parts, domains, ending: .no, otherwise: .yes)
    case .any(let parts): return truth(parts, domains, ending: .yes, otherwise: .no)
    }
  }

  private func truth(_ parts: [Int], _ domains: [UInt64], ending: Truth, otherwise: Truth) -> Truth {
    var result = otherwise
    for part in parts {
      let truth = truth(part, domains)
      if truth == ending { return ending }
      if truth == .open { result = .open }
    }
    return result
  }

  private func lowest(of operand: Int, in domains: [UInt64]) -> Int {
    for (offset, word) in (starts[operand]..<starts[operand + 1]).enumerated() where domains[word] != 0 {
      return offset * 64 + domains[word].trailingZeroBitCount
    }
    return 0
  }

  private func count(of operand: Int, in domains: [UInt64]) -> Int {
    (starts[operand]..<starts[operand + 1]).reduce(0) { $0 + domains[$1].nonzeroBitCount }
  }
}
