import BylawEvaluator
import BylawModel
import BylawSyntax

/// Lays out the rules of an action for an explanation: each condition with its parts, its values and its place.
extension RuleSetPlanner {
  /// What the variables of conditions and tables on the way stand for.
  private typealias Bindings = [(local: Int, value: TypedExpression)]

  mutating func outlines(of action: CheckedRuleSet.Action) -> [RuleOutline] {
    var outlines: [RuleOutline] = []
    for grant in action.authority.grants {
      guard let condition = grant.condition else { continue }
      let entry = ("when", outline(condition))
      outlines.append(
        RuleOutline(stage: 2, kind: .grant, id: grant.id, source: sources.place(grant.range), entries: [entry]))
    }
    for rule in action.rules { outlines.append(outline(rule)) }
    for item in action.classify { if let table = outline(item) { outlines.append(table) } }
    for approval in action.approvals {
      guard let condition = approval.when else { continue }
      let entry = ("when", outline(condition))
      outlines.append(
        RuleOutline(
          stage: 5, kind: .approval, id: approval.id, source: sources.place(approval.range), entries: [entry]))
    }
    for wait in action.waits {
      guard let condition = wait.when else { continue }
      let entry = ("when", outline(condition))
      outlines.append(
        RuleOutline(stage: 5, kind: .wait, id: wait.id, source: sources.place(wait.range), entries: [entry]))
    }
    return outlines.enumerated().sorted {
      ($0.element.stage, $0.element.id, $0.offset) < ($1.element.stage, $1.element.id, $1.offset)
    }.map(\.element)
  }

  private mutating func outline(_ rule: CheckedRuleSet.Rule) -> RuleOutline {
    var entries: [(key: String, condition: ConditionOutline)] = []
    for (key, condition) in [("when", rule.when), ("unless", rule.unless), ("that", rule.that)] {
      guard let condition else { continue }
      entries.append((key, condition.range == rule.range ? ownCheck(condition, of: rule) : outline(condition)))
    }
    let each = rule.each.map { (local: $0.local, list: lowering.lower($0.list)) }
    return RuleOutline(
      stage: rule.stage.rawValue, kind: rule.kind == .forbid ? .forbid : .require, id: rule.id,
      source: sources.place(rule.range), each: each, entries: entries)
  }

  /// The rows of the classification that an action states.
  private mutating func outline(_ item: CheckedRuleSet.Classified) -> RuleOutline? {
    let value = rules.definitions[item.definition].value
    guard case .classification(let index, let arguments) = Self.bare(value).kind else { return nil }
    let table = rules.classifications[index]
    let bindings = Array(zip(table.parameters.map(\.local), arguments)).map { (local: $0.0, value: $0.1) }
    let rows = table.rows.map { row in
      (key: "row", condition: outline(row.condition, sentence: row.label, bindings))
    }
    return RuleOutline(
      stage: 4, kind: .classification, id: "classified.\(item.name)", source: sources.place(item.range), entries: rows)
  }

  // MARK: Conditions

  /// A condition that stands in no file: a reference must exist, a state must allow the move, a band is reached.
  private mutating func ownCheck(_ condition: TypedExpression, of rule: CheckedRuleSet.Rule) -> ConditionOutline {
    if case .bandReached = condition.kind { return outline(condition) }
    return ConditionOutline(
      sentence: nil, text: Self.purpose(of: rule), place: sources.place(condition.range), node: node(condition, []),
      operands: [], parts: [])
  }

  /// What a rule that stands in no file is there for.
  private static func purpose(of rule: CheckedRuleSet.Rule) -> String {
    if rule.denialClass == .invalidTransition { return "the lifecycle has this move" }
    if rule.id.hasPrefix("references.") { return "the record is there and live" }
    return rule.needsRecords ? "no other record has this key" : "the engine's own check"
  }

  private mutating func outline(
    _ condition: TypedExpression, sentence: String? = nil, _ bindings: Bindings = []
  ) -> ConditionOutline {
    let bare = Self.bare(condition)
    var result = ConditionOutline(
      sentence: sentence, text: text(bare), place: sources.place(bare.range), node: node(condition, bindings),
      operands: [], parts: [])
    switch bare.kind {
    case .conditions(let list):
      result.text = "\(list.kind) of"
      result.parts = list.members.map { member in
        outline(member.condition, sentence: member.sentence.map { words($0) }, bindings)
      }
    case .and(let parts), .or(let parts): result.parts = parts.map { outline($0, bindings) }
    case .not(let operand): result.parts = [outline(operand, bindings)]
    case .conditional(let condition, _, _): result.parts = [outline(condition, bindings)]
    case .condition(let index, let arguments):
      let declared = rules.conditions[index]
      let parameters = zip(declared.parameters.map(\.local), arguments).map { (local: $0.0, value: $0.1) }
      result.parts = [outline(declared.body, bindings + parameters)]
    case .bandReached(let threshold, let band):
      let declared = rules.thresholds[threshold]
      result.text = "\(declared.name).at_least(\"\(declared.bands[band].name)\")"
      result.operands = [declared.measure, declared.of].map { operand($0, bindings) }
    // The result is the value that was read.
    case .field, .optionalField, .root, .local: break
    default: result.operands = bare.parts.filter(Self.isWorthShowing).map { operand($0, bindings) }
    }
    return result
  }

  private mutating func operand(_ expression: TypedExpression, _ bindings: Bindings) -> ConditionOutline.Operand {
    ConditionOutline.Operand(
      text: text(Self.bare(expression)), node: node(expression, bindings), type: expression.type)
  }

  /// Values that the text says already, and those of variables of comprehensions, are not shown.
  private static func isWorthShowing(_ expression: TypedExpression) -> Bool {
    let bare = bare(expression)
    switch bare.kind {
    case .literal, .none, .entityType, .invalid: return false
    case .list(let elements): return elements.contains(where: isWorthShowing)
    default: return !readsOwnVariable(bare)
    }
  }

  /// Whether a part of a comprehension or a query reads the variable that it binds; its value is one for each element.
  private static func readsOwnVariable(_ expression: TypedExpression) -> Bool {
    expression.type == .bool && !expression.parts.isEmpty && containsLocal(expression)
  }

  private static func containsLocal(_ expression: TypedExpression) -> Bool {
    if case .local = expression.kind { return true }
    return expression.parts.contains(where: containsLocal)
  }

  /// The expression as the author wrote it, without what the checker put around it.
  private static func bare(_ expression: TypedExpression) -> TypedExpression {
    switch expression.kind {
    case .wrap(let inner), .unwrap(let inner), .rescale(let inner, _, _): bare(inner)
    default: expression
    }
  }

  private mutating func node(_ expression: TypedExpression, _ bindings: Bindings) -> NodeID {
    let bound = bindings.reversed().reduce(expression) { body, binding in
      TypedExpression(
        .bind(local: binding.local, value: binding.value, body: body), body.type, at: body.range)
    }
    return lowering.lower(bound)
  }

  // MARK: Texts

  /// The text of the file, on one line.
  private func text(_ expression: TypedExpression) -> String {
    let range = expression.range
    let bytes = sources[range.file].bytes
    let start = max(0, Int(range.start))
    let end = min(bytes.count, Int(range.end))
    guard start < end else { return "" }
    let written = String(decoding: bytes[start..<end], as: UTF8.self)
    return written.split { $0 == " " || $0 == "\n" || $0 == "\r\n" || $0 == "\t" }.joined(separator: " ")
  }

  private func words(_ sentence: TypedSentence) -> String {
    sentence.pieces.map { piece in
      switch piece {
      case .text(let text): text
      case .hole(let expression): "{\(text(Self.bare(expression)))}"
      }
    }.joined()
  }
}
