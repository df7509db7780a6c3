import BylawModel

/// What an index tells of one of its conditions: an expression, or that it must not be true.
struct IndexedCondition {
  /// `nil` where nothing is asked.
  var node: NodeID?
  var isNegated = false
}

/// Makes indexes of conditions.
struct ConditionIndexBuilder {
  /// A comparison of the value of a node with a constant.
  private struct Test: BitwiseCopyable {
    var node: NodeID
    var term: Int32 = 0
    /// Comparisons with the same number are alternatives.
    var group: Int32 = 0
    var operation: QuickNode.Operation
    var constant: Int64

    init(_ node: NodeID, _ operation: QuickNode.Operation, _ constant: Int64) {
      self.node = node
      self.operation = operation
      self.constant = constant
    }

    var opposite: Test {
      var opposite = self
      opposite.operation = operation.opposite
      return opposite
    }

    static func precedes(_ left: Test, _ right: Test) -> Bool {
      (left.node.raw, left.term, left.group) < (right.node.raw, right.term, right.group)
    }
  }
  /// A column as long as its place in the order is not known.
  private struct Draft {
    var node: NodeID
    /// Whether the value takes a look at one cell.
    var isQuick: Bool
    var bounds: [Int64] = []
    var stride = 1
    /// One after the other.
    var sets: [UInt64] = []
    var asking: [UInt64]
    /// The share of conditions that a value leaves in, on average.
    var share = 1.0
  }

  /// Comparisons that hold together; a condition holds only where those of one of its terms do.
  private typealias Term = [Test]

  private let plan: ExpressionPlan
  private var groupCount: Int32 = 0
  /// How many more nodes of a condition are looked at.
  private var budget = 0
  private(set) var columns = ConditionColumns()
  /// Fewer conditions are worked out one by one.
  private static let leastConditions = 3
  /// A condition has so many terms at most; one with more is looked at as a whole.
  private static let mostTerms = 4
  /// So many nodes of a condition are looked at: named conditions that build on each other may stand in it time and again.
  private static let mostNodes = 256
  /// A value that takes more than a look is asked for by so many terms at least, and has a column only where not too
  /// many others are asked for more often: the columns of an index grow with it.
  private static let leastAsking = 4
  private static let mostSlow = 64
  /// A column has so many sets, and words, at most: 100,000 rules that compare a number with as many constants share
  /// them.
  private static let mostSets = 512
  private static let mostWords = 1 << 17

  init(_ plan: ExpressionPlan) { self.plan = plan }

  /// Makes the index of some conditions.
  mutating func index(_ conditions: [IndexedCondition]) -> ConditionIndex {
    guard conditions.count >= Self.leastConditions else { return ConditionIndex(count: conditions.count) }
    var tests: [Test] = []
    var owners: [Int32] = []
    for (position, condition) in conditions.enumerated() {
      budget = Self.mostNodes
      let start = tests.count
      if let node = condition.node, addPlain(node, negated: condition.isNegated, to: &tests) {
        for test in start..<tests.count { tests[test].term = Int32(owners.count) }
        owners.append(Int32(position))
        continue
      }
      tests.removeLast(tests.count - start)
      budget = Self.mostNodes
      for term in condition.node.map({ terms(of: $0, negated: condition.isNegated) }) ?? [[]] {
        for var test in term {
          test.term = Int32(owners.count)
          tests.append(test)
        }
        owners.append(Int32(position))
      }
    }
    let wordCount = (owners.count + 63) / 64
    tests.sort(by: Test.precedes)
    var drafts: [Draft] = []
    for values in valuesWithColumns(tests) where values.hasColumn {
      drafts.append(draft(tests[values.tests], isQuick: values.isQuick, wordCount))
    }
    drafts.sort { ($0.isQuick ? 0 : 1, $0.share) < ($1.isQuick ? 0 : 1, $1.share) }
    let first = columns.columns.count
    for draft in drafts { add(draft) }
    let firstOwner = columns.owners.count
    columns.owners += owners
    return ConditionIndex(columns: first..<columns.columns.count, count: owners.count, owners: firstOwner)
  }

  // MARK: What a condition asks

  /// Adds what a condition without alternatives asks, as most are; `false` where it has some.
  private mutating func addPlain(_ id: NodeID, negated: Bool, to tests: inout [Test]) -> Bool {
    budget -= 1
    guard budget > 0 else { return true }
    let node = plan.nodes[Int(id.raw)]
    switch (node.operation, negated) {
    case (.not, _): return addPlain(NodeID(raw: node.a), negated: !negated, to: &tests)
    case (.and, false), (.all, false), (.or, true), (.any, true):
      for position in Int(node.a)..<Int(node.a + node.b) {
        guard addPlain(plan.operands[position], negated: negated, to: &tests) else { return false }
      }
    case (.or, _), (.any, _), (.and, _), (.all, _), (.noneOf, _): return false
    case (.call, _) where node.builtin == Builtin.inList.rawValue: return false
    default: tests += whole(id, negated: negated)
    }
    return true
  }

  /// The terms of a condition, or of its opposite; what is left out of a term only makes it hold more often.
  private mutating func terms(of id: NodeID, negated: Bool) -> [Term] {
    budget -= 1
    guard budget > 0 else { return [whole(id, negated: negated)] }
    let node = plan.nodes[Int(id.raw)]
    switch (node.operation, negated) {
    case (.not, _): return terms(of: NodeID(raw: node.a), negated: !negated)
    case (.and, false), (.all, false), (.or, true), (.any, true): return product(node, negated: negated)
    case (.noneOf, false): return product(node, negated: true)
    case (.or, false), (.any, false), (.and, true), (.all, true):
      return alternatives(node, negated: negated) ?? sum(node, negated: negated) ?? [whole(id, negated: negated)]
    case (.noneOf, true): return sum(node, negated: false) ?? [whole(id, negated: true)]
    case (.call, _): return [members(of: node, id, negated: negated) ?? whole(id, negated: negated)]
    default: return [whole(id, negated: negated)]
    }
  }

  /// What holds where all operands do; one that would make too many terms is left out.
  private mutating func product(_ node: PlanNode, negated: Bool) -> [Term] {
    var result: [Term] = [[]]
    for position in Int(node.a)..<Int(node.a + node.b) {
      let terms = terms(of: plan.operands[position], negated: negated)
      guard result.count * terms.count <= Self.mostTerms else { continue }
      result = result.flatMap { left in terms.map { left + $0 } }
    }
    return result
  }

  /// What holds where one operand does; `nil` where these are too many.
  private mutating func sum(_ node: PlanNode, negated: Bool) -> [Term]? {
    var result: [Term] = []
    for position in Int(node.a)..<Int(node.a + node.b) {
      result += terms(of: plan.operands[position], negated: negated)
      if result.count > Self.mostTerms { return nil }
    }
    return result
  }

  /// Alternatives that all compare the same value; `nil` where they do not, or there are none.
  private mutating func alternatives(_ node: PlanNode, negated: Bool) -> [Term]? {
    var found: [Test] = []
    for position in Int(node.a)..<Int(node.a + node.b) {
      guard let test = test(plan.operands[position]), found.first.map({ $0.node == test.node }) ?? true
      else { return nil }
      found.append(negated ? test.opposite : test)
    }
    return found.isEmpty ? nil : [term(of: found)]
  }

  private mutating func whole(_ id: NodeID, negated: Bool) -> Term {
    guard let test = test(id) else { return [] }
    return term(of: [negated ? test.opposite : test])
  }

  /// That one of some comparisons holds.
  private mutating func term(of tests: [Test]) -> Term {
    groupCount += 1
    var term = tests
    for index in tests.indices { term[index].group = groupCount }
    return term
  }

  /// What a condition asks of one value; one that is no comparison is a value itself.
  private func test(_ id: NodeID) -> Test? {
    let node = plan.nodes[Int(id.raw)]
    switch node.operation {
    case .invalid, .none, .constant: return nil
    case .not: return test(NodeID(raw: node.a))?.opposite
    case .equalConstant: return Test(NodeID(raw: node.a), .equal, plan.constants[Int(node.b)].payload)
    case .notEqualConstant: return Test(NodeID(raw: node.a), .notEqual, plan.constants[Int(node.b)].payload)
    default:
      let quick = plan.quickNodes[Int(id.raw)]
      guard quick.isComparison else { return Test(id, .notEqual, 0) }
      return Test(plan.operands[Int(node.a)], quick.operation, quick.constant)
    }
  }

  /// That a value is one of some constants, or none of them; `nil` where it asks something else.
  private mutating func members(of node: PlanNode, _ id: NodeID, negated: Bool) -> Term? {
    guard Builtin(rawValue: node.builtin) == .inList, plan.types[Int(id.raw)].isOneNumber else { return nil }
    let value = plan.operands[Int(node.a)]
    let list = plan.nodes[Int(plan.operands[Int(node.a) + 1].raw)]
    guard list.operation == .list, list.b > 0 else { return nil }
    var tests: [Test] = []
    for position in Int(list.a)..<Int(list.a + list.b) {
      let member = plan.nodes[Int(plan.operands[position].raw)]
      guard member.operation == .constant else { return nil }
      tests.append(Test(value, negated ? .notEqual : .equal, plan.constants[Int(member.a)].payload))
    }
    guard negated else { return term(of: tests) }
    return tests.flatMap { term(of: [$0]) }
  }

  // MARK: Columns

  /// The stretches of comparisons of one value each, and which of them have a column.
  private func valuesWithColumns(_ tests: [Test]) -> [(tests: Range<Int>, isQuick: Bool, hasColumn: Bool)] {
    var values: [(tests: Range<Int>, isQuick: Bool, hasColumn: Bool)] = []
    // By the number of terms that ask for them, those that take more than a look.
    var slow: [(value: Int, asking: Int)] = []
    var start = 0
    while start < tests.count {
      var end = start + 1
      var asking = 1
      while end < tests.count, tests[end].node == tests[start].node {
        if tests[end].term != tests[end - 1].term { asking += 1 }
        end += 1
      }
      let isQuick = plan.quickNodes[Int(tests[start].node.raw)].operation == .value
      if !isQuick, asking >= Self.leastAsking { slow.append((values.count, asking)) }
      values.append((start..<end, isQuick, isQuick))
      start = end
    }
    slow.sort { ($1.asking, $0.value) < ($0.asking, $1.value) }
    for (value, _) in slow.prefix(Self.mostSlow) { values[value].hasColumn = true }
    return values
  }

  /// The column of some comparisons of one value.
  private func draft(_ tests: ArraySlice<Test>, isQuick: Bool, _ wordCount: Int) -> Draft {
    var draft = Draft(
      node: tests[tests.startIndex].node, isQuick: isQuick, asking: [UInt64](repeating: 0, count: wordCount))
    for test in tests { insert(Int(test.term), into: &draft.asking[Int(test.term) / 64]) }
    for constant in tests.map(\.constant).sorted() where draft.bounds.last != constant {
      draft.bounds.append(constant)
    }
    let stretches = 2 * draft.bounds.count + 1
    let mostSets = max(16, min(Self.mostSets, Self.mostWords / wordCount))
    draft.stride = (stretches + mostSets - 1) / mostSets
    let setCount = (stretches + draft.stride - 1) / draft.stride
    let others = draft.asking.map { ~$0 }
    for _ in 0..<setCount { draft.sets += others }
    var start = tests.startIndex
    while start < tests.endIndex {
      var end = start + 1
      while end < tests.endIndex, tests[end].term == tests[start].term { end += 1 }
      let term = Int(tests[start].term)
      if end == start + 1 {
        for set in sets(of: tests[start], draft) { insert(term, into: &draft.sets[set * wordCount + term / 64]) }
      } else {
        let hits = hits(of: tests[start..<end], draft, setCount)
        for set in 0..<setCount where hits[set] { insert(term, into: &draft.sets[set * wordCount + term / 64]) }
      }
      start = end
    }
    let left = draft.sets.reduce(0) { $0 + $1.nonzeroBitCount }
    draft.share = Double(left) / Double(setCount * wordCount * 64)
    return draft
  }

  /// The sets of the stretches where all groups of comparisons of one term may hold.
  private func hits(of tests: ArraySlice<Test>, _ draft: Draft, _ setCount: Int) -> [Bool] {
    var hits = [Bool](repeating: true, count: setCount)
    var start = tests.startIndex
    while start < tests.endIndex {
      var group = [Bool](repeating: false, count: setCount)
      var end = start
      while end < tests.endIndex, tests[end].group == tests[start].group {
        for set in sets(of: tests[end], draft) { group[set] = true }
        end += 1
      }
      for set in 0..<setCount where !group[set] { hits[set] = false }
      start = end
    }
    return hits
  }

  /// The sets of the stretches where a comparison may hold.
  private func sets(of test: Test, _ draft: Draft) -> StretchSets {
    let place = 2 * position(of: test.constant, in: draft.bounds) + 1
    let count = 2 * draft.bounds.count + 1
    let (first, second): (Range<Int>, Range<Int>) =
      switch test.operation {
      case .none: (0..<count, 0..<0)
      case .equal, .isFalse: (place..<place + 1, 0..<0)
      case .notEqual, .value: (0..<place, place + 1..<count)
      case .less: (0..<place, 0..<0)
      case .lessOrEqual: (0..<place + 1, 0..<0)
      case .greater: (place + 1..<count, 0..<0)
      case .greaterOrEqual: (place..<count, 0..<0)
      }
    return StretchSets(first: first, second: second, stride: draft.stride)
  }

  private func position(of constant: Int64, in bounds: [Int64]) -> Int {
    var (low, high) = (0, bounds.count)
    while low < high {
      let middle = (low + high) / 2
      if bounds[middle] < constant { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private mutating func add(_ draft: Draft) {
    let bounds = Int32(columns.bounds.count)
    columns.bounds += draft.bounds
    let sets = Int32(columns.words.count)
    columns.words += draft.sets
    let asking = Int32(columns.words.count)
    columns.words += draft.asking
    columns.columns.append(
      .init(
        node: draft.node, isQuick: draft.isQuick, firstBound: bounds, endOfBounds: Int32(columns.bounds.count),
        stride: Int32(draft.stride), sets: sets, asking: asking))
  }

  private func insert(_ term: Int, into word: inout UInt64) { word |= 1 << UInt64(term % 64) }
}

/// The sets of some stretches, which are one after the other but for a gap.
private struct StretchSets: Sequence, IteratorProtocol {
  private var first: Range<Int>
  private var second: Range<Int>

  /// - `stride`: How many stretches share a set.
  init(first: Range<Int>, second: Range<Int>, stride: Int) {
    func sets(_ stretches: Range<Int>) -> Range<Int> {
      stretches.isEmpty ? 0..<0 : stretches.lowerBound / stride..<(stretches.upperBound - 1) / stride + 1
    }
    self.first = sets(first)
    self.second = sets(second)
  }

  mutating func next() -> Int? {
    if !first.isEmpty {
      defer { first = first.lowerBound + 1..<first.upperBound }
      return first.lowerBound
    }
    guard !second.isEmpty else { return nil }
    defer { second = second.lowerBound + 1..<second.upperBound }
    return second.lowerBound
  }
}
