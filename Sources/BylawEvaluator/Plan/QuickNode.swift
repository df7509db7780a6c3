import BylawModel

/// A node that is a value of the request, or compares one with a constant: what most conditions are made of.
///
/// It is worked out with a look at one cell, as long as the value is there; where it is not, the node itself tells.
struct QuickNode: BitwiseCopyable, Sendable {
  enum Operation: UInt8, BitwiseCopyable, Sendable {
    /// The node takes the long way.
    case none
    case value
    /// Of a bool.
    case isFalse
    case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual

    init?(_ builtin: Builtin) {
      switch builtin {
      case .equal: self = .equal
      case .notEqual: self = .notEqual
      case .less: self = .less
      case .lessOrEqual: self = .lessOrEqual
      case .greater: self = .greater
      case .greaterOrEqual: self = .greaterOrEqual
      default: return nil
      }
    }

    /// What is true where this is false.
    var opposite: Self {
      switch self {
      case .none: .none
      case .value: .isFalse
      case .isFalse: .value
      case .equal: .notEqual
      case .notEqual: .equal
      case .less: .greaterOrEqual
      case .lessOrEqual: .greater
      case .greater: .lessOrEqual
      case .greaterOrEqual: .less
      }
    }
  }
  /// Where the value lies: in a slot, or in a field of the record that a slot or a variable refers to.
  enum Root: UInt8, BitwiseCopyable, Sendable { case slot, slotField, localField }

  let operation: Operation
  let root: Root
  /// The slot or the variable.
  let position: Int32
  let field: Int32
  /// The entity that the record must be of.
  let entity: Int32
  /// The payload that the value is compared with.
  let constant: Int64

  init(
    _ operation: Operation, _ root: Root, _ position: Int32, _ field: Int32 = 0, of entity: Int32 = 0,
    constant: Int64 = 0
  ) {
    self.operation = operation
    self.root = root
    self.position = position
    self.field = field
    self.entity = entity
    self.constant = constant
  }

  static let none = QuickNode(.none, .slot, 0)

  /// A comparison of the value that this is.
  func comparing(_ operation: Operation, _ constant: Int64) -> QuickNode {
    guard self.operation == .value else { return .none }
    return QuickNode(operation, root, position, field, of: entity, constant: constant)
  }

  /// The opposite of what this tells.
  var opposite: QuickNode {
    QuickNode(operation.opposite, root, position, field, of: entity, constant: constant)
  }

  /// Whether it compares a value with a constant.
  var isComparison: Bool { operation.rawValue >= Operation.equal.rawValue }
}

extension Frame {
  /// The value of a node that needs one look; `nil` where the node itself has to be worked out.
  @inline(__always)
  func glance(_ id: NodeID) -> Cell? {
    let index = Int(id.raw)
    guard index < plan.quickNodes.count else { return nil }
    let node = plan.quickNodes[index]
    guard node.operation != .none else { return nil }
    var cell: Cell
    if node.root == .slot {
      cell = slots[Int(node.position)]
    } else {
      let base = node.root == .slotField ? slots[Int(node.position)] : locals[Int(node.position)]
      guard base.state == .value else { return nil }
      let record = records[Int(base.payload)]
      guard record.base >= 0, record.entity == node.entity else { return nil }
      cell = arena[Int(record.base) + Int(node.field)]
    }
    guard cell.state == .value else { return nil }
    switch node.operation {
    case .none: return nil
    case .value: return cell
    case .isFalse: return Cell(cell.payload == 0)
    case .equal: return Cell(cell.payload == node.constant)
    case .notEqual: return Cell(cell.payload != node.constant)
    case .less: return Cell(cell.payload < node.constant)
    case .lessOrEqual: return Cell(cell.payload <= node.constant)
    case .greater: return Cell(cell.payload > node.constant)
    case .greaterOrEqual: return Cell(cell.payload >= node.constant)
    }
  }
}

/// Texts of the request are compared with constants without a number of their own.
extension Frame {
  private func quickNode(_ id: NodeID) -> QuickNode {
    let index = Int(id.raw)
    return index < plan.quickNodes.count ? plan.quickNodes[index] : .none
  }

  /// Whether a text equals a constant or does not, where a node asks only that and nobody asked for the text yet.
  @inline(__always)
  mutating func compareUnread(_ id: NodeID) -> Cell? {
    let node = quickNode(id)
    guard node.operation == .equal || node.operation == .notEqual, let text = lookAtUnread(node) else { return nil }
    let isEqual = text.state == .value && text.payload == node.constant
    return Cell(isEqual == (node.operation == .equal))
  }

  /// A value that rules are looked up by; `nil` for a text that no rule has.
  mutating func key(_ id: NodeID) -> Cell? {
    if let seen = glance(id) { return seen }
    let node = quickNode(id)
    if node.operation == .value, let text = lookAtUnread(node) { return text.state == .value ? text : nil }
    return evaluate(id)
  }

  /// The text that a node looks at: its number in the plan, or itself, marked as foreign.
  ///
  /// - Returns: `nil` where it is no text, or one that was read before.
  private mutating func lookAtUnread(_ node: QuickNode) -> Cell? {
    var place = Int(node.position)
    if node.root != .slot {
      let base = node.root == .slotField ? slots[place] : locals[place]
      guard base.state == .value else { return nil }
      let record = records[Int(base.payload)]
      guard record.base >= 0, record.entity == node.entity else { return nil }
      place = Int(record.base) + Int(node.field)
    }
    let cell = node.root == .slot ? slots[place] : arena[place]
    guard cell.state == .unread, !cell.isList, cell.referredEntity == nil else { return nil }
    if cell.isForeign { return cell }
    let known = values.texts.withBytes(cell.textStart, Int(cell.aux)) {
      plan.strings.number(of: $0, hash: plan.strings.hash($0))
    }
    let read = known.map { Cell(Int64($0)) } ?? cell.markedForeign
    if node.root == .slot { slots[place] = read } else { arena[place] = read }
    return read
  }
}
