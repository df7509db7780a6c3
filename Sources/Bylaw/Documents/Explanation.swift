import BylawCompiler
package import BylawEvaluator
public import BylawModel
import Synchronization

/// A decision, and how the conditions of the rules that were judged came out, each with the values that it saw.
///
/// It shows values of records, so it is for those who write and run the rules, not for those who ask.
public struct Explanation: Sendable, Hashable {
  /// The decision, the same as without an explanation.
  public let decision: Decision
  /// The rules of the action in the order of their stages, as far as they were judged.
  package let rules: [RuleTrace]

  /// The decision and the conditions for people.
  public func text(isColored: Bool = false) -> String {
    decision.text(isColored: isColored) + ExplanationText(explanation: self, isColored: isColored).text
  }

  /// The decision as JSON, with a member `explanation` at its end.
  public func json(isPretty: Bool = false) -> String {
    var writer = JSONWriter(isPretty ? .pretty : .compact)
    writer.beginObject()
    decision.writeMembers(to: &writer)
    writer.list("explanation", rules) { $0.write(to: &$1, refusing: decision.reasons) }
    writer.endObject()
    return writer.text
  }
}

extension PolicyDecisionPoint {
  /// Decides one request and tells how each condition of the rules came out; slower than `decide`.
  ///
  /// What it needs beyond the rules that decide is made when it is first asked for, and kept.
  public func explain(_ request: Request, at time: Timestamp) -> Explanation {
    let explained = explanations.plan(of: ruleSet)
    let outlines = explained.outlines[request.action] ?? []
    return explained.plan.withEvaluator { evaluator in
      let (decision, traces) = evaluator.explain(request, records: source, now: time, outlines: outlines)
      return Explanation(decision: decision, rules: traces)
    }
  }
}

/// The plan by which a decision point explains, made with the first explanation.
final class ExplanationPlan: Sendable {
  /// A plan in which the conditions stand that are asked again, and these by the name of the action.
  struct Made: Sendable {
    let plan: PreparedPlan
    let outlines: [String: [RuleOutline]]
  }
  private let made = Mutex<Made?>(nil)

  /// Gives the plan; whoever comes first makes it, and others wait meanwhile.
  func plan(of ruleSet: RuleSet) -> Made {
    made.withLock { made in
      if let made { return made }
      let (plan, outlines) = RuleSetPlanner.explained(
        ruleSet.checked, sources: ruleSet.sources, digest: ruleSet.identity.digest)
      let new = Made(plan: PreparedPlan(plan), outlines: outlines)
      made = new
      return new
    }
  }
}

// MARK: JSON

extension RuleTrace {
  fileprivate func write(to writer: inout JSONWriter, refusing reasons: [Decision.Reason]) {
    writer.beginObject()
    writer.member("rule", .string(id))
    writer.member("kind", .string(kind.rawValue))
    writer.member("determines", .bool(determines(reasons)))
    writer.member("source", .string(source))
    writer.optionalMember("element", element.map { .int(Int64($0)) })
    writer.list("conditions", entries) { entry, writer in
      writer.beginObject()
      writer.member("key", .string(entry.key))
      entry.condition.writeMembers(to: &writer)
      writer.endObject()
    }
    writer.endObject()
  }

  /// Whether the rule is among the reasons of the decision.
  func determines(_ reasons: [Decision.Reason]) -> Bool {
    reasons.contains { $0.rule == id && ($0.element == element || element == nil) }
  }
}

extension ConditionTrace {
  fileprivate func writeMembers(to writer: inout JSONWriter) {
    writer.optionalMember("sentence", sentence.map { .string($0) })
    writer.member("text", .string(text))
    writer.member("place", .string(place))
    switch result {
    case .holds: writer.member("result", .string("true"))
    case .fails: writer.member("result", .string("false"))
    case .error(let cause):
      writer.member("result", .string("error"))
      writer.member("cause", .string(cause))
    }
    writer.list("values", values) { value, writer in
      writer.beginObject()
      writer.member("expression", .string(value.expression))
      writer.member("value", .string(value.value))
      writer.endObject()
    }
    writer.list("parts", parts) { part, writer in
      writer.beginObject()
      part.writeMembers(to: &writer)
      writer.endObject()
    }
  }
}

// MARK: Text

/// Lays the conditions out as an indented page: ✓ holds, ✗ does not, ? could not be told.
struct ExplanationText {
  let explanation: Explanation
  let isColored: Bool

  var text: String {
    var lines = ["", isColored ? "\u{1B}[1mRules judged\u{1B}[0m" : "Rules judged"]
    for rule in explanation.rules { lines += self.lines(of: rule) }
    if explanation.rules.isEmpty { lines.append("  none: the request itself was refused, or no rule has a condition") }
    return lines.joined(separator: "\n") + "\n"
  }

  private func lines(of rule: RuleTrace) -> [String] {
    let element = rule.element.map { " (element \($0 + 1))" } ?? ""
    let arrow = rule.determines(explanation.decision.reasons) ? "  ← a reason of the decision" : ""
    var lines = ["  \(rule.kind.rawValue) \(rule.id)\(element)  \(rule.source)\(arrow)"]
    if rule.entries.isEmpty { lines.append("    without a condition") }
    for entry in rule.entries { lines += self.lines(of: entry.condition, key: entry.key + " ", indent: "    ") }
    return lines
  }

  private func lines(of condition: ConditionTrace, key: String, indent: String) -> [String] {
    let words = condition.sentence.map { DecisionText.plain($0) } ?? DecisionText.plain(condition.text)
    var lines = ["\(indent)\(mark(condition.result)) \(key)\(words)  \(condition.place)\(cause(condition.result))"]
    let inner = indent + "  "
    if condition.sentence != nil, condition.parts.isEmpty {
      lines.append(inner + "  " + DecisionText.plain(condition.text))
    }
    for value in condition.values {
      lines.append("\(inner)  \(DecisionText.plain(value.expression)) = \(DecisionText.plain(value.value))")
    }
    for part in condition.parts { lines += self.lines(of: part, key: "", indent: inner) }
    return lines
  }

  private func mark(_ result: ConditionTrace.Result) -> String {
    let (sign, color) =
      switch result {
      case .holds: ("✓", 32)
      case .fails: ("✗", 31)
      case .error: ("?", 33)
      }
    return isColored ? "\u{1B}[\(color)m\(sign)\u{1B}[0m" : sign
  }

  private func cause(_ result: ConditionTrace.Result) -> String {
    if case .error(let cause) = result { return "  (\(cause))" }
    return ""
  }
}
