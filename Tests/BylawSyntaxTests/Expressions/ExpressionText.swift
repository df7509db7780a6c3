import BylawModel
import BylawSyntax

/// Text that stands in a file by itself, after some filler, so that ranges show whether they go through the map.
struct Sample {
  let filler = "when: "
  let text: String

  init(_ text: String) { self.text = text }

  /// The text as a plain scalar.
  var scalar: Scalar {
    let start = Int32(filler.utf8.count)
    let file = FileID(index: 0)
    return Scalar(
      text: text, style: .plain, range: SourceRange(file: file, start: start, end: start + Int32(text.utf8.count)),
      map: ScalarMap(file: file, segments: [ScalarMap.Segment(text: 0, file: start)]))
  }

  /// What a range underlines.
  func underlined(_ range: SourceRange) -> String {
    let bytes = Array((filler + text).utf8)
    return String(decoding: bytes[Int(range.start)..<min(Int(range.end), bytes.count)], as: UTF8.self)
  }

  /// The tree of the text, and what was reported.
  func parsed() -> (expression: BylawSyntax.Expression, diagnostics: [Diagnostic]) {
    var diagnostics = Diagnostics()
    let expression = ExpressionParser.parse(scalar, diagnostics: &diagnostics)
    return (expression, diagnostics.all)
  }
}

/// A tree in brackets, one form a node: `(&& a (not b))`.
func outline(_ expression: BylawSyntax.Expression) -> String {
  switch expression.kind {
  case .literal(let literal): return outline(literal)
  case .identifier(let name): return name
  case .select(let base, let name, let isOptional):
    return "(\(isOptional ? ".?" : ".") \(outline(base)) \(name.text))"
  case .index(let base, let key, let isOptional):
    return "(\(isOptional ? "[?]" : "[]") \(outline(base)) \(outline(key)))"
  case .call(let target, let name, let arguments):
    let parts = (target.map { [outline($0)] } ?? []) + arguments.map(outline)
    return "(\(target == nil ? "" : ".")\(name.text)()\(parts.map { " " + $0 }.joined()))"
  case .list(let elements):
    return "[" + elements.map { ($0.isOptional ? "?" : "") + outline($0.value) }.joined(separator: " ") + "]"
  case .map(let entries):
    let parts = entries.map { "\($0.isOptional ? "?" : "")\(outline($0.key)): \(outline($0.value))" }
    return "{" + parts.joined(separator: ", ") + "}"
  case .not(let operand): return "(! \(outline(operand)))"
  case .negate(let operand): return "(- \(outline(operand)))"
  case .binary(let operation, let left, let right, operatorRange: _):
    return "(\(operation.rawValue) \(outline(left)) \(outline(right)))"
  case .conditional(let condition, let value, let other):
    return "(? \(outline(condition)) \(outline(value)) \(outline(other)))"
  case .invalid: return "invalid"
  }
}

private func outline(_ literal: BylawSyntax.Expression.Literal) -> String {
  switch literal {
  case .bool(let value): "\(value)"
  case .int(let value): "\(value)"
  case .fraction(let value, let exact): "\(value)" + (exact.map { "=\($0.units)e-\($0.scale)" } ?? "")
  case .string(let value): value.debugDescription
  case .duration(let value): "\(value.seconds)s" + (value.nanoseconds == 0 ? "" : "\(value.nanoseconds)n")
  case .null: "null"
  case .uint(let value): "\(value)u"
  case .bytes: "bytes"
  }
}
