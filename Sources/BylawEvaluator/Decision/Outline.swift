package import BylawModel

/// What an explanation asks again after a decision: the conditions of a rule, part by part.
package struct RuleOutline: Sendable {
  /// What a rule does.
  package enum Kind: String, Sendable, Hashable { case grant, forbid, require, approval, wait, classification }
  /// Which stage judges it: 2 authority, 3 references, 4 requirements, 5 approvals and waits.
  package var stage: Int
  package var kind: Kind
  package var id: String
  /// `file:line:column`.
  package var source: String
  /// The variable of `each` and its list.
  package var each: (local: Int, list: NodeID)?
  /// The conditions, by the key that they stand under: `when`, `unless`, `that`.
  package var entries: [(key: String, condition: ConditionOutline)]

  package init(
    stage: Int, kind: Kind, id: String, source: String, each: (local: Int, list: NodeID)? = nil,
    entries: [(key: String, condition: ConditionOutline)]
  ) {
    self.stage = stage
    self.kind = kind
    self.id = id
    self.source = source
    self.each = each
    self.entries = entries
  }
}

/// A condition with the conditions that it is made of and the values that it reads.
package struct ConditionOutline: Sendable {
  /// A value that a condition reads.
  package struct Operand: Sendable {
    package var text: String
    package var node: NodeID
    package var type: ValueType

    package init(text: String, node: NodeID, type: ValueType) {
      self.text = text
      self.node = node
      self.type = type
    }
  }
  /// The author's sentence, where the condition has one.
  package var sentence: String?
  /// The condition as written; for a list of conditions `all of`, `any of` or `none of`.
  package var text: String
  package var place: String
  package var node: NodeID
  package var operands: [Operand]
  package var parts: [ConditionOutline]

  package init(
    sentence: String?, text: String, place: String, node: NodeID, operands: [Operand], parts: [ConditionOutline]
  ) {
    self.sentence = sentence
    self.text = text
    self.place = place
    self.node = node
    self.operands = operands
    self.parts = parts
  }
}

/// How a condition came out.
package struct ConditionTrace: Sendable, Hashable {
  /// A condition is true, false, or could not be told.
  package enum Result: Sendable, Hashable {
    case holds
    case fails
    /// The cause: `absent value`, `overflow`, ….
    case error(String)
  }
  package var sentence: String?
  package var text: String
  package var place: String
  package var result: Result
  /// What it read, in the order of the text.
  package var values: [Value]
  package var parts: [ConditionTrace]

  /// An expression and the text of its value.
  package struct Value: Sendable, Hashable {
    package var expression: String
    package var value: String
  }
}

/// The conditions of one rule as they came out; for a rule with `each`, of one element.
package struct RuleTrace: Sendable, Hashable {
  package var kind: RuleOutline.Kind
  package var id: String
  package var source: String
  /// The position in the list of `each`, counted from 0.
  package var element: Int?
  package var entries: [Entry]

  /// A condition under its key.
  package struct Entry: Sendable, Hashable {
    package var key: String
    package var condition: ConditionTrace
  }
}

/// Asks the conditions of an outline again, on the frame of a decision.
extension Frame {
  mutating func traces(of rule: RuleOutline) -> [RuleTrace] {
    guard let each = rule.each else { return [trace(rule, element: nil)] }
    let list = evaluate(each.list)
    guard !list.isError else { return [trace(rule, element: nil)] }
    var traces: [RuleTrace] = []
    for index in 0..<count(of: list) {
      setLocal(each.local, to: element(index, of: list))
      traces.append(trace(rule, element: index))
    }
    return traces
  }

  private mutating func trace(_ rule: RuleOutline, element: Int?) -> RuleTrace {
    var entries: [RuleTrace.Entry] = []
    for (key, condition) in rule.entries {
      entries.append(RuleTrace.Entry(key: key, condition: trace(condition)))
    }
    return RuleTrace(kind: rule.kind, id: rule.id, source: rule.source, element: element, entries: entries)
  }

  private mutating func trace(_ condition: ConditionOutline) -> ConditionTrace {
    let cell = evaluate(condition.node)
    let result: ConditionTrace.Result =
      cell.isError ? .error(error(of: cell).cause) : cell.isTrue ? .holds : .fails
    var values: [ConditionTrace.Value] = []
    for operand in condition.operands {
      values.append(ConditionTrace.Value(expression: operand.text, value: value(of: operand)))
    }
    var parts: [ConditionTrace] = []
    for part in condition.parts { parts.append(trace(part)) }
    return ConditionTrace(
      sentence: condition.sentence, text: condition.text, place: condition.place, result: result, values: values,
      parts: parts)
  }

  /// A value in words, cut where it is long.
  private mutating func value(of operand: ConditionOutline.Operand) -> String {
    let cell = evaluate(operand.node)
    if cell.isError { return "? (\(error(of: cell).cause))" }
    if cell.isAbsent { return "absent" }
    switch operand.type.contentType {
    case .record, .map, .patch, .json: return "there"
    default: break
    }
    let text = self.text(of: cell, operand.type)
    let shown = text.unicodeScalars.count > 80 ? String(text.unicodeScalars.prefix(79)) + "…" : text
    if case .string = operand.type.contentType { return "\"\(shown)\"" }
    return shown.isEmpty ? "empty" : shown
  }
}
