import BylawEvaluator
import BylawModel

/// Finds out which records can meet a condition, from the lowered condition.
///
/// `and` is false where one of its parts is, whatever the others are; so each part that speaks of a field narrows the
/// records. `or` is false where all parts are, so each of them must be understood. A negation asks where its operand is
/// true. What is not understood selects every record.
struct SelectionBuilder {
  private let plan: ExpressionPlan
  private let free: [Set<Int>]
  private let entity: Int
  /// The variable that stands for the record.
  private let local: Int
  /// What variables within the condition stand for.
  private var bound: [Int: NodeID] = [:]
  /// How many nodes may still be looked at: a condition may say one thing twice, and that again.
  private var budget = 500

  /// - `free`: By node, the variables that it reads.
  init(_ plan: ExpressionPlan, free: [Set<Int>], entity: Int, local: Int) {
    self.plan = plan
    self.free = free
    self.entity = entity
    self.local = local
  }

  /// The records for which a condition is not false, or with `negated` not true; `nil` for all of them.
  mutating func selection(_ id: NodeID, negated: Bool = false) -> Selection? {
    budget -= 1
    guard budget > 0 else { return nil }
    let node = plan.nodes[Int(id.raw)]
    if isGiven(id) { return node.operation == .constant || isCostly(id) ? nil : .given(id, negated: negated) }
    switch node.operation {
    case .and, .all: return negated ? either(operands(of: node), negated: true) : both(operands(of: node))
    case .or, .any: return negated ? both(operands(of: node), negated: true) : either(operands(of: node))
    case .noneOf: return negated ? either(operands(of: node)) : both(operands(of: node), negated: true)
    case .not: return selection(NodeID(raw: node.a), negated: !negated)
    case .conditional: return conditional(node, negated: negated)
    case .bind:
      bound[Int(node.a)] = NodeID(raw: node.b)
      return selection(NodeID(raw: node.c), negated: negated)
    case .equalConstant, .notEqualConstant:
      let comparison: RecordFilter.Comparison = (node.operation == .equalConstant) != negated ? .equal : .notEqual
      return compare(NodeID(raw: node.a), comparison, .cell(plan.constants[Int(node.b)]), plan.types[Int(id.raw)])
    case .isPresent: return presence(of: NodeID(raw: node.a), negated: negated)
    case .call: return call(node, plan.types[Int(id.raw)], negated: negated)
    case .referenceField, .unwrap: return compare(id, .equal, .cell(Cell(!negated)), .bool)
    case .constant, .slot, .effect, .local, .definition, .recordField, .identifier, .list, .map, .record,
      .comprehension, .query, .table, .band, .text, .calendar, .none, .rescale, .timeField, .invalid:
      return nil
    }
  }

  // MARK: Combinations

  private func operands(of node: PlanNode) -> [NodeID] {
    (0..<Int(node.b)).map { plan.operands[Int(node.a) + $0] }
  }

  private mutating func both(_ nodes: [NodeID], negated: Bool = false) -> Selection? {
    var parts: [Selection] = []
    for node in nodes {
      if let part = selection(node, negated: negated) { parts.append(part) }
    }
    return .both(parts)
  }

  private mutating func either(_ nodes: [NodeID], negated: Bool = false) -> Selection? {
    var parts: [Selection] = []
    for node in nodes {
      guard let part = selection(node, negated: negated) else { return nil }
      parts.append(part)
    }
    return .any(parts)
  }

  /// False where the condition is true and the first value false, or the other way round.
  private mutating func conditional(_ node: PlanNode, negated: Bool) -> Selection? {
    let (condition, first, second) = (NodeID(raw: node.a), NodeID(raw: node.b), NodeID(raw: node.c))
    var parts: [Selection] = []
    if let isNot = selection(condition, negated: true), let value = selection(first, negated: negated) {
      parts.append(.any([isNot, value]))
    }
    if let isSo = selection(condition), let value = selection(second, negated: negated) {
      parts.append(.any([isSo, value]))
    }
    return .both(parts)
  }

  // MARK: Single conditions

  private func call(_ node: PlanNode, _ type: ValueType, negated: Bool) -> Selection? {
    let arguments = operands(of: node)
    guard let builtin = Builtin(rawValue: node.builtin), let first = arguments.first else { return nil }
    switch builtin {
    case .hasValue: return presence(of: first, negated: negated)
    case .value, .orValue:
      // Itself a bool, which the record has or something else stands for.
      guard let column = column(first), isGiven(arguments.dropFirst()), isBool(column.subject) else { return nil }
      return .compare(column.subject, .equal, .cell(Cell(!negated)), withAbsent: true)
    case .same: return same(first, arguments[1], type, negated: negated)
    case .inList:
      guard let column = column(first), isGiven(arguments[1]), canCompare(column.subject, .equal, type) else {
        return nil
      }
      return .among(column.subject, arguments[1], negated: negated, withAbsent: true)
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .atLeast:
      guard let comparison = RecordFilter.Comparison(builtin, negated: negated) else { return nil }
      if isGiven(arguments[1]) { return compare(first, comparison, .node(arguments[1]), type) }
      return isGiven(first) ? compare(arguments[1], comparison.turned, .node(first), type) : nil
    default: return nil
    }
  }

  private func compare(
    _ node: NodeID, _ comparison: RecordFilter.Comparison, _ operand: Selection.Operand, _ type: ValueType
  ) -> Selection? {
    guard let column = column(node), canCompare(column.subject, comparison, type) else { return nil }
    // Without value it errs, or something else stands for it.
    return .compare(column.subject, comparison, operand, withAbsent: true)
  }

  private func same(_ left: NodeID, _ right: NodeID, _ type: ValueType, negated: Bool) -> Selection? {
    for (field, operand) in [(left, right), (right, left)] where isGiven(operand) {
      guard let column = column(field), canCompare(column.subject, .equal, type) else { continue }
      return .same(
        column.subject, .node(operand), negated: negated, withAbsent: !(column.isPlain && mayBeAbsent(column.subject)))
    }
    return nil
  }

  private func presence(of node: NodeID, negated: Bool) -> Selection? {
    guard let column = column(node), column.isPlain, case .field(let field) = column.subject,
      mayBeAbsent(column.subject)
    else { return nil }
    return negated ? .absent(field) : .present(field)
  }

  // MARK: What is compared

  /// A part of the record; not plain where something is done about its absence.
  private func column(_ id: NodeID) -> (subject: RecordFilter.Subject, isPlain: Bool)? {
    let id = resolved(id)
    let node = plan.nodes[Int(id.raw)]
    switch node.operation {
    case .local: return isRecord(id) ? (.id, true) : nil
    case .referenceField:
      guard isRecord(NodeID(raw: node.a)), Int(node.c) == entity else { return nil }
      return (.field(Int(node.b)), true)
    case .unwrap: return column(NodeID(raw: node.a)).map { ($0.subject, false) }
    case .call:
      let arguments = operands(of: node)
      guard let builtin = Builtin(rawValue: node.builtin), builtin == .value || builtin == .orValue,
        isGiven(arguments.dropFirst())
      else { return nil }
      return column(arguments[0]).map { ($0.subject, false) }
    default: return nil
    }
  }

  private func resolved(_ id: NodeID) -> NodeID {
    var id = id
    while case let node = plan.nodes[Int(id.raw)], node.operation == .local, let value = bound[Int(node.a)] {
      id = value
    }
    return id
  }

  private func isRecord(_ id: NodeID) -> Bool {
    let node = plan.nodes[Int(resolved(id).raw)]
    return node.operation == .local && Int(node.a) == local
  }

  /// Whether an expression has the same value for every record, and can be worked out before any is read.
  private func isGiven(_ id: NodeID) -> Bool {
    let names = free[Int(id.raw)]
    return !names.contains(local) && names.isDisjoint(with: bound.keys)
  }

  private func isGiven(_ ids: ArraySlice<NodeID>) -> Bool { ids.allSatisfy { isGiven($0) } }

  /// Whether a condition is better left until a record needs it.
  private func isCostly(_ id: NodeID) -> Bool {
    var open = [id]
    while let next = open.popLast() {
      let node = plan.nodes[Int(next.raw)]
      switch node.operation {
      case .query, .table, .band, .comprehension, .definition, .text, .calendar, .bind: return true
      case .and, .or, .all, .any, .noneOf, .call, .list, .map, .record: open += operands(of: node)
      case .not, .recordField, .referenceField, .identifier, .unwrap, .isPresent, .rescale, .equalConstant,
        .notEqualConstant:
        open.append(NodeID(raw: node.a))
      case .conditional: open += [NodeID(raw: node.a), NodeID(raw: node.b), NodeID(raw: node.c)]
      case .constant, .slot, .effect, .local, .none, .timeField, .invalid: continue
      }
    }
    return false
  }

  // MARK: Fields

  private func field(_ subject: RecordFilter.Subject) -> Field? {
    if case .field(let position) = subject { plan.schema.entities[entity].fields[position] } else { nil }
  }

  private func isBool(_ subject: RecordFilter.Subject) -> Bool { field(subject)?.type.content == .bool }

  /// Whether a record without the field has no value there, and no error either.
  private func mayBeAbsent(_ subject: RecordFilter.Subject) -> Bool {
    guard let field = field(subject), case .optional = field.type else { return false }
    return field.defaultValue == nil
  }

  /// Whether stored values compare as the evaluator compares them.
  private func canCompare(
    _ subject: RecordFilter.Subject, _ comparison: RecordFilter.Comparison, _ type: ValueType
  ) -> Bool {
    let isOrder = comparison != .equal && comparison != .notEqual
    guard let field = field(subject) else {
      if case .entity = type.content { return !isOrder }
      return false
    }
    if case .entity = field.type.content { return !isOrder }
    return field.type.content == type.content && field.comparesAsStored(isOrder: isOrder)
  }
}

extension RecordFilter.Comparison {
  /// The comparison that an operator makes, or of which it is the negation.
  fileprivate init?(_ builtin: Builtin, negated: Bool) {
    switch builtin {
    case .equal: self = negated ? .notEqual : .equal
    case .notEqual: self = negated ? .equal : .notEqual
    case .less: self = negated ? .atLeast : .less
    case .lessOrEqual: self = negated ? .more : .atMost
    case .greater: self = negated ? .atMost : .more
    case .greaterOrEqual, .atLeast: self = negated ? .less : .atLeast
    default: return nil
    }
  }

  /// The same with the operands the other way round.
  fileprivate var turned: Self {
    switch self {
    case .equal: .equal
    case .notEqual: .notEqual
    case .less: .more
    case .atMost: .atLeast
    case .more: .less
    case .atLeast: .atMost
    }
  }
}
