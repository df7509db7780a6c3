import BylawModel
import BylawSyntax

/// Methods of lists whose types follow from the elements.
extension ExpressionChecker {
  /// The meaning of a method on a list; `nil` when lists have no such method.
  mutating func listMethod(
    _ call: Call, _ list: Checked, _ element: ValueType, in context: Context
  ) -> Checked? {
    let simple: (Builtin, ValueType)
    switch call.name.text {
    case "sum":
      guard takesNothing(call) else { return failed(at: call.range, in: context) }
      return sum(call, list, element, in: context)
    case "min", "max":
      guard element.isOrdered(in: vocabulary.schema) else {
        return refused(
          ExpressionMessages.unorderedElements(name(of: list.type), call.name.text, at: call.name.range), call,
          in: context)
      }
      simple = (call.name.text == "min" ? .listMin : .listMax, element.asOptional)
    case "first": simple = (.listFirst, element.asOptional)
    case "last": simple = (.listLast, element.asOptional)
    case "distinct": simple = (.distinct, list.type)
    case "reverse": simple = (.reverseList, list.type)
    case "sort":
      guard element.isOrdered(in: vocabulary.schema) else {
        return refused(
          ExpressionMessages.unorderedElements(name(of: list.type), "sort", at: call.name.range), call, in: context)
      }
      simple = (.sort, list.type)
    case "flatten":
      guard case .list = element else {
        return refused(ExpressionMessages.flattenOf(name(of: list.type), at: call.name.range), call, in: context)
      }
      simple = (.flatten, element)
    case "slice": return slice(call, list, in: context)
    default: return nil
    }
    guard takesNothing(call) else { return failed(at: call.range, in: context) }
    return checked(.call(simple.0, [list.expression]), simple.1, at: call.range, in: context)
  }

  private mutating func sum(
    _ call: Call, _ list: Checked, _ element: ValueType, in context: Context
  ) -> Checked {
    switch element {
    case .int, .double, .decimal, .duration, .undetermined:
      return checked(.call(.listSum, [list.expression]), element, at: call.range, in: context)
    case .error: return failed(at: call.range, in: context)
    default:
      return refused(ExpressionMessages.sumOf(name(of: list.type), at: call.name.range), call, in: context)
    }
  }

  private mutating func slice(_ call: Call, _ list: Checked, in context: Context) -> Checked {
    guard call.arguments.count == 2 else {
      return refused(
        ExpressionMessages.argumentCount(
          "slice", given: call.arguments.count, shapes: ["slice(from, to)"],
          at: call.range), call, in: context)
    }
    let bounds = call.arguments.map { value($0, of: .int, in: context) }
    return checked(.call(.slice, [list.expression] + bounds), list.type, at: call.range, in: context)
  }
}
