import BylawEvaluator

/// Finds nodes that a plan has already, by what they are made of.
///
/// The plan keeps the nodes; here are their positions alone, so that looking one up neither copies nor allocates.
struct NodeTable {
  /// Positions of nodes, -1 where there is none; as many as a power of two.
  private var places: [Int32] = Array(repeating: -1, count: 64)
  private var count = 0

  /// The node that was noted last with these parts, wherever its result is kept.
  func find(_ node: PlanNode, in nodes: [PlanNode]) -> Int32? {
    let place = place(of: node, in: nodes)
    return places[place] < 0 ? nil : places[place]
  }

  /// Notes the node at a position, in place of one with the same parts.
  mutating func note(_ position: Int32, in nodes: [PlanNode]) {
    if 2 * count >= places.count { grow(nodes) }
    let place = place(of: nodes[Int(position)], in: nodes)
    if places[place] < 0 { count += 1 }
    places[place] = position
  }

  private func place(of node: PlanNode, in nodes: [PlanNode]) -> Int {
    let mask = places.count - 1
    var place = Self.hash(node) & mask
    while places[place] >= 0, !Self.isEqual(nodes[Int(places[place])], node) { place = (place + 1) & mask }
    return place
  }

  private mutating func grow(_ nodes: [PlanNode]) {
    let old = places
    places = Array(repeating: -1, count: 2 * old.count)
    for position in old where position >= 0 {
      places[place(of: nodes[Int(position)], in: nodes)] = position
    }
  }

  private static func isEqual(_ left: PlanNode, _ right: PlanNode) -> Bool {
    left.operation == right.operation && left.builtin == right.builtin && left.a == right.a && left.b == right.b
      && left.c == right.c
  }

  private static func hash(_ node: PlanNode) -> Int {
    var hash = UInt64(node.operation.rawValue) << 8 | UInt64(node.builtin)
    hash = (hash ^ UInt64(UInt32(bitPattern: node.a)) << 16) &* 0x9E37_79B9_7F4A_7C15
    hash ^= hash >> 29
    let rest = UInt64(UInt32(bitPattern: node.b)) << 32 | UInt64(UInt32(bitPattern: node.c))
    hash = (hash ^ rest) &* 0xBF58_476D_1CE4_E5B9
    return Int(truncatingIfNeeded: hash ^ hash >> 32)
  }
}

/// Finds lists of operands that a plan has already.
struct OperandTable {
  /// Where a list lies among the operands of the plan.
  private struct List {
    var start: Int32
    var count: Int32
  }
  private var lists: [List] = []
  /// Positions in the lists, -1 where there is none; as many as a power of two.
  private var places: [Int32] = Array(repeating: -1, count: 64)

  /// Where a list of operands lies in `all`; it is put at the end where it is not there.
  mutating func place(_ list: ArraySlice<NodeID>, in all: inout [NodeID]) -> Int32 {
    if 2 * lists.count >= places.count { grow(all) }
    let mask = places.count - 1
    var place = Self.hash(list) & mask
    while places[place] >= 0 {
      let known = lists[Int(places[place])]
      if all[Int(known.start)..<Int(known.start + known.count)].elementsEqual(list) { return known.start }
      place = (place + 1) & mask
    }
    let start = Int32(all.count)
    all += list
    places[place] = Int32(lists.count)
    lists.append(List(start: start, count: Int32(list.count)))
    return start
  }

  private mutating func grow(_ all: [NodeID]) {
    places = Array(repeating: -1, count: 2 * places.count)
    let mask = places.count - 1
    for (position, list) in lists.enumerated() {
      var place = Self.hash(all[Int(list.start)..<Int(list.start + list.count)]) & mask
      while places[place] >= 0 { place = (place + 1) & mask }
      places[place] = Int32(position)
    }
  }

  private static func hash(_ list: ArraySlice<NodeID>) -> Int {
    var hash = UInt64(list.count)
    for node in list {
      hash = (hash ^ UInt64(UInt32(bitPattern: node.raw))) &* 0x9E37_79B9_7F4A_7C15
      hash ^= hash >> 29
    }
    return Int(truncatingIfNeeded: hash)
  }
}

/// Finds constants that a plan has already.
struct ConstantTable {
  /// Positions of constants, -1 where there is none; as many as a power of two.
  private var places: [Int32] = Array(repeating: -1, count: 64)

  /// Where a constant lies in `all`; it is put at the end where it is not there.
  mutating func place(_ cell: Cell, in all: inout [Cell]) -> Int32 {
    if 2 * all.count >= places.count {
      places = Array(repeating: -1, count: 2 * places.count)
      for position in all.indices { places[place(of: all[position], in: all)] = Int32(position) }
    }
    let place = place(of: cell, in: all)
    if places[place] >= 0 { return places[place] }
    places[place] = Int32(all.count)
    all.append(cell)
    return places[place]
  }

  private func place(of cell: Cell, in all: [Cell]) -> Int {
    let mask = places.count - 1
    let hash = UInt64(bitPattern: cell.payload) &* 0x9E37_79B9_7F4A_7C15
    var place = Int(truncatingIfNeeded: hash >> 32) & mask
    while places[place] >= 0, all[Int(places[place])] != cell { place = (place + 1) & mask }
    return place
  }
}
