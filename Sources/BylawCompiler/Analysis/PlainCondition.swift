import BylawModel
import BylawSyntax

/// Conditions of which all can be told at a glance, as it can of most: single values of the request, or comparisons of
/// them with constants, under `and`, `or` and `not`.
extension TypedExpression {
  /// Whether the condition is made so, and `accepts` says so of each operand with its comparison.
  func isPlain(_ accepts: (_ operand: TypedExpression, _ comparison: TypedExpression) -> Bool) -> Bool {
    switch kind {
    case .and(let parts), .or(let parts): parts.allSatisfy { $0.isPlain(accepts) }
    case .not(let part): part.isPlain(accepts)
    default: plainOperand.map { accepts($0, self) } ?? false
    }
  }

  /// Whether it can be true and can be false, as each of its parts can and asks something of another operand.
  ///
  /// `false` means that a closer look is needed.
  func plainlyGoesBothWays(in schema: Schema) -> Bool {
    var asked: [TypedExpression] = []
    return isPlain { operand, comparison in
      guard asked.count < Self.mostOperands, !asked.contains(where: { $0.isSameValue(as: operand) }) else {
        return false
      }
      asked.append(operand)
      guard case .call(let builtin, let arguments) = comparison.kind else { return true }
      if builtin == .inList {
        guard case .list(let elements) = arguments[1].kind else { return false }
        return operand.type == .string && !elements.isEmpty
      }
      guard case .enumeration(let index) = operand.type else { return true }
      return schema.enums[index].members.count > 1
    }
  }

  /// With more operands each would be compared with too many others.
  private static let mostOperands = 16

  /// The value of the request that is asked for, itself or by a comparison with constants.
  private var plainOperand: TypedExpression? {
    guard case .call(let builtin, let arguments) = kind else { return isValueOfRequest ? self : nil }
    guard arguments.count == 2 else { return nil }
    let (left, right) = (arguments[0], arguments[1])
    switch builtin {
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual:
      if right.isLiteral { return left.isValueOfRequest ? left : nil }
      return left.isLiteral && right.isValueOfRequest ? right : nil
    case .inList:
      guard left.isValueOfRequest, case .list(let elements) = right.kind, elements.allSatisfy(\.isLiteral) else {
        return nil
      }
      return left
    default: return nil
    }
  }

  private var isLiteral: Bool {
    if case .literal = kind { true } else { false }
  }

  /// A field, a variable and the like; what the rule set defines may be a constant.
  private var isValueOfRequest: Bool {
    switch kind {
    case .root(.definition): false
    case .root, .local: true
    case .field(let base, _), .optionalField(let base, _), .unwrap(let base), .isPresent(let base):
      base.isValueOfRequest
    default: false
    }
  }

  /// Whether two values of the request are the same one, whatever the request.
  private func isSameValue(as other: TypedExpression) -> Bool {
    switch (kind, other.kind) {
    case (.unwrap(let base), _): base.isSameValue(as: other)
    case (_, .unwrap(let base)): isSameValue(as: base)
    case (.root(let left), .root(let right)): left == right
    case (.local(let left), .local(let right)): left == right
    case (.field(let left, let first), .field(let right, let second)),
      (.field(let left, let first), .optionalField(let right, let second)),
      (.optionalField(let left, let first), .field(let right, let second)),
      (.optionalField(let left, let first), .optionalField(let right, let second)):
      first == second && left.isSameValue(as: right)
    case (.isPresent(let left), .isPresent(let right)): left.isSameValue(as: right)
    default: false
    }
  }
}
