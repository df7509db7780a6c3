import BylawEvaluator
import BylawModel
import BylawSyntax

/// Reads what a step says under `refused`: the same with something else about it, which must be denied.
extension TestSuiteReader {
  /// What a refused variant takes over from its step.
  private static let shared = [
    "by", "do", "vote", "get", "list", "on", "input", "where", "limit", "context", "override",
  ]
  private static let replaced = ["by", "on", "input", "where", "context", "override", "failing", "sop"]
  /// What is left out of the inputs of the step.
  private static let without = "without"
  private static let variants = "refused"

  /// A step, and before it the variants of it that are refused, each as a step of its own.
  ///
  /// A variant leaves no entry in the audit trail, so nothing that it changed.
  mutating func withRefusals(_ step: Node.Entry) -> [Node.Entry] {
    guard let members = step.value.entries, let refused = step.value[Self.variants] else { return [step] }
    guard let variants = refused.entries else {
      report(TestMessages.wrongKind(refused, expected: "a mapping of variants by their sentences", of: "'refused'"))
      return [step]
    }
    var rest = members.filter { $0.key.text != Self.variants }
    // Time passes before the first of them.
    let timing = rest.filter { ["advance", "at"].contains($0.key.text) }
    rest.removeAll { ["advance", "at"].contains($0.key.text) }
    let base = Node(kind: .mapping(rest.filter { Self.shared.contains($0.key.text) }), range: step.value.range)
    var steps: [Node.Entry] = []
    for named in variants {
      guard var entries = variant(named.value, of: base) else { continue }
      if steps.isEmpty { entries += timing }
      let key = named.key
      let sentence = Scalar(text: "\(step.key.text): \(key.text)", style: key.style, range: key.range, map: key.map)
      steps.append(Node.Entry(key: sentence, value: Node(kind: .mapping(entries), range: named.value.range)))
    }
    if steps.isEmpty { rest += timing }
    return steps + [Node.Entry(key: step.key, value: Node(kind: .mapping(rest), range: step.value.range))]
  }

  private mutating func variant(_ node: Node, of base: Node) -> [Node.Entry]? {
    let stated = Self.expectKeys + StepExpectation.keys
    guard let members = mapping(node, "a refused variant", keys: Self.replaced + [Self.without] + stated) else {
      return nil
    }
    let over = members.filter { Self.replaced.contains($0.key.text) && !$0.value.isEmpty }
    var entries = base.merged(with: Node(kind: .mapping(over), range: node.range)).entries ?? []
    if let left = node[Self.without] { entries = leaveOut(left, of: entries) }
    let expect = members.filter { stated.contains($0.key.text) }
    let range = node.range
    func key(_ text: String) -> Scalar {
      Scalar(text: text, style: .plain, range: range, map: ScalarMap(file: range.file, start: range.start))
    }
    var expected = [Node.Entry(key: key("decision"), value: Node(scalar: key("deny")))] + expect
    if !ruleSet.plan.store.keepsRefusalsInTrail, !expect.contains(where: { $0.key.text == "audit" }) {
      expected.append(Node.Entry(key: key("audit"), value: Node(kind: .sequence([]), range: range)))
    }
    entries.append(Node.Entry(key: key("expect"), value: Node(kind: .mapping(expected), range: range)))
    return entries
  }

  /// Entries without some of the inputs; reports what was no input.
  private mutating func leaveOut(_ names: Node, of entries: [Node.Entry]) -> [Node.Entry] {
    var entries = entries
    guard let position = entries.firstIndex(where: { $0.key.text == "input" }) else { return entries }
    var inputs = entries[position].value.entries ?? []
    for name in names.elements ?? [names] {
      guard let name = name.scalarContent else { continue }
      guard inputs.contains(where: { $0.key.text == name.text }) else {
        report(TestMessages.unknownWord(name, of: "input", known: inputs.map(\.key.text)))
        continue
      }
      inputs.removeAll { $0.key.text == name.text }
    }
    entries[position].value = Node(kind: .mapping(inputs), range: entries[position].value.range)
    return entries
  }
}
