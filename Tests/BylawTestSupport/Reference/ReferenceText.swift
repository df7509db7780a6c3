import BylawCompiler
import BylawModel

/// Values as text and as values of decisions.
extension ReferenceEvaluator {
  /// A sentence with its holes filled; a hole that errs prints `?`.
  func text(_ sentence: TypedSentence) -> String { text(sentence.pieces) }

  func text(_ pieces: [TypedSentence.Piece]) -> String {
    pieces.map { piece in
      switch piece {
      case .text(let text): return text
      case .hole(let expression):
        guard let value = try? evaluate(expression) else { return "?" }
        return text(value, expression.type)
      }
    }.joined()
  }

  /// A value as a sentence shows it.
  func text(_ value: ReferenceValue, _ type: ValueType) -> String {
    switch (value, type) {
    case (.absent, _): return ""
    case (_, .optional(let content)): return text(value, content)
    case (.bool(let bool), _): return bool ? "true" : "false"
    case (.int(let int), _): return String(int)
    case (.double(let double), _): return text(double)
    case (.decimal(let units), .decimal(let scale)): return FixedPoint(units: units, scale: scale).description
    case (.string(let text), _): return text
    case (.word(let rank), .enumeration(let index)): return schema.enums[index].members[rank]
    case (.date(let date), _): return date.description
    case (.timestamp(let time), _): return time.description
    case (.duration(let span), _): return words(span)
    case (.ratio(let part, let whole), _): return "\(part)/\(whole)"
    case (.reference(_, let id, _), _): return id
    case (.entityType(let entity), _): return schema.entities[entity].name
    case (.list(let values), .list(let inner)): return values.map { text($0, inner) }.joined(separator: ", ")
    case (.range(let bounds), .range(let inner)):
      let (from, above, to, under) = (bounds[0], bounds[1], bounds[2], bounds[3])
      let lower = text(from.isAbsent ? above : from, inner)
      let upper = text(to.isAbsent ? under : to, inner)
      if from.isAbsent, above.isAbsent { return (to.isAbsent ? "under " : "at most ") + upper }
      if to.isAbsent, under.isAbsent { return (from.isAbsent ? "over " : "at least ") + lower }
      return lower + (to.isAbsent ? " to under " : " to ") + upper
    case (.map, _), (.record, _), (.json, _): return JSONWriter.write(self.value(value, type), style: .compact)
    default: return "?"
    }
  }

  private func text(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Infinity" : "+Infinity" }
    let text = String(value)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  private func words(_ span: TimeSpan) -> String {
    guard span.nanoseconds == 0, span.seconds != 0 else { return span.nanoseconds == 0 ? "0 s" : span.description }
    func count(_ number: Int64, _ one: String, _ many: String) -> String {
      "\(number) \(abs(number) == 1 ? one : many)"
    }
    if span.seconds % 86_400 == 0 { return count(span.seconds / 86_400, "day", "days") }
    if span.seconds % 3_600 == 0 { return count(span.seconds / 3_600, "h", "h") }
    if span.seconds % 60 == 0 { return count(span.seconds / 60, "min", "min") }
    return count(span.seconds, "s", "s")
  }

  /// A value as decisions carry it.
  func value(_ value: ReferenceValue, _ type: ValueType) -> Value {
    switch (value, type) {
    case (.absent, _): return .null
    case (_, .optional(let content)): return self.value(value, content)
    case (.bool(let bool), _): return .bool(bool)
    case (.int(let int), _): return .int(int)
    case (.double(let double), _): return .double(double)
    case (.decimal(let units), .decimal(let scale)): return .decimal(FixedPoint(units: units, scale: scale))
    case (.date(let date), _): return .date(date)
    case (.timestamp(let time), _): return .timestamp(time)
    case (.duration(let span), _): return .duration(span)
    case (.json(let json), _): return json
    case (.reference(let entity, let id, _), _):
      return .reference(EntityReference(type: schema.entities[entity].name, id: id))
    case (.list(let values), .list(let inner)): return .list(values.map { self.value($0, inner) })
    case (.map(let pairs), .map(let inner)):
      return .object(Dictionary(pairs.map { ($0.key, self.value($0.value, inner)) }) { first, _ in first })
    case (.record(let values), _):
      var members: [String: Value] = [:]
      for (field, value) in zip(schema.fields(of: type), values) where !value.isAbsent {
        members[field.name] = self.value(value, field.type)
      }
      return .object(members)
    case (.range(let bounds), .range(let inner)):
      var members: [String: Value] = [:]
      for (name, bound) in zip(["from", "above", "to", "under"], bounds) where !bound.isAbsent {
        members[name] = self.value(bound, inner)
      }
      return .object(members)
    default: return .string(text(value, type))
    }
  }
}
