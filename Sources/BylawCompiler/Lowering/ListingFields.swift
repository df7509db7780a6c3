import BylawEvaluator

/// The fields that a condition of a list reads.
///
/// Whoever may list records may ask about the fields that the rules name as filters, and about nothing else: an answer
/// would tell of what a read does not show.
struct ListingFields {
  private let plan: ExpressionPlan
  private let entity: Int
  private let local: Int
  private let filters: Set<Int>

  init(_ plan: ExpressionPlan, entity: Int, local: Int, filters: Set<Int>) {
    self.plan = plan
    self.entity = entity
    self.local = local
    self.filters = filters
  }

  /// The fields, ascending; `nil` when something else is read.
  func fields(of condition: NodeID) -> [Int]? {
    var found: Set<Int> = []
    var seen: Set<NodeID> = []
    var open = [condition]
    while let next = open.popLast() {
      guard seen.insert(next).inserted else { continue }
      let node = plan.nodes[Int(next.raw)]
      switch node.operation {
      case .constant, .local, .none: continue
      case .slot: guard [Slot.subject, Slot.now, Slot.today].contains(node.a) else { return nil }
      case .referenceField:
        let base = plan.nodes[Int(node.a)]
        guard base.operation == .local, Int(base.a) == local, filters.contains(Int(node.b)) else { return nil }
        found.insert(Int(node.b))
      case .call, .and, .or, .all, .any, .noneOf, .list, .map, .record:
        open += (0..<Int(node.b)).map { plan.operands[Int(node.a) + $0] }
      case .not, .unwrap, .isPresent, .rescale, .recordField, .identifier, .equalConstant, .notEqualConstant:
        open.append(NodeID(raw: node.a))
      case .conditional: open += [NodeID(raw: node.a), NodeID(raw: node.b), NodeID(raw: node.c)]
      case .bind: open += [NodeID(raw: node.b), NodeID(raw: node.c)]
      case .effect, .definition, .comprehension, .query, .table, .band, .text, .calendar, .timeField, .invalid:
        return nil
      }
    }
    return found.sorted()
  }
}
