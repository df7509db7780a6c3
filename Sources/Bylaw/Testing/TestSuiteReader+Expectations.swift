import BylawModel
import BylawSyntax

/// Reads what a test states about the decision.
extension TestSuiteReader {
  static let expectKeys = [
    "decision", "class", "rules", "because", "classified", "missing", "obligations", "indeterminate",
  ]

  mutating func readExpectation(_ node: Node, at range: SourceRange) -> Expectation {
    guard let entries = mapping(node, "the expectations", keys: Self.expectKeys) else { return Expectation() }
    let expectation = readDecisionMembers(entries)
    if expectation.isEmpty { report(TestMessages.expectsNothing(at: range)) }
    return expectation
  }

  /// What is stated about a decision; other keys are left alone.
  mutating func readDecisionMembers(_ entries: [Node.Entry]) -> Expectation {
    var expectation = Expectation()
    for entry in entries where entry.value.plainValue != .null {
      let value = entry.value
      switch entry.key.text {
      case "decision": expectation.outcome = word(value, "decision", of: Decision.Outcome.self)
      case "class": expectation.denialClass = word(value, "class", of: DenialClass.self)
      case "rules": expectation.rules = readTexts(value, "the id of a rule", of: "rules")
      case "because": expectation.because = readTexts(value, "a sentence", of: "because")
      case "classified":
        guard case .object(let members) = value.plainValue else {
          report(TestMessages.wrongKind(value, expected: "a mapping from classification to value", of: "'classified'"))
          continue
        }
        expectation.classified = members
      case "missing":
        expectation.missing = members(value, "what is missing", known: Expectation.missingMembers)
      case "obligations": expectation.obligations = readObligations(value)
      case "indeterminate":
        expectation.indeterminate = members(value, "what is indeterminate", known: Expectation.indeterminateMembers)
      default: break
      }
    }
    return expectation
  }

  private mutating func word<Word: RawRepresentable & CaseIterable>(
    _ node: Node, _ what: String, of type: Word.Type
  ) -> Word? where Word.RawValue == String {
    guard let scalar = node.scalarContent else {
      report(TestMessages.wrongKind(node, expected: "a word", of: "'\(what)'"))
      return nil
    }
    if let word = Word(rawValue: scalar.text) { return word }
    report(TestMessages.unknownWord(scalar, of: what, known: Word.allCases.map(\.rawValue)))
    return nil
  }

  /// Ids or sentences; one stands for a list of it.
  private mutating func readTexts(_ node: Node, _ expected: String, of key: String) -> [String] {
    (node.elements ?? [node]).compactMap { element in
      if let scalar = element.scalarContent, !scalar.isEmptyPlain { return scalar.text }
      report(TestMessages.wrongKind(element, expected: expected, of: "an entry of '\(key)'"))
      return nil
    }
  }

  /// A list of mappings with known members; a text alone is the id of a rule.
  private mutating func members(_ node: Node, _ what: String, known: [String]) -> [[String: Value]] {
    guard let elements = node.elements else {
      report(TestMessages.wrongKind(node, expected: "a list", of: what))
      return []
    }
    return elements.compactMap { element in
      if let scalar = element.scalarContent { return ["rule": .string(scalar.text)] }
      guard mapping(element, what, keys: known) != nil, case .object(let members) = element.plainValue else {
        return nil
      }
      return members
    }
  }

  /// Obligations: `{notify: finance}`, with any of the members that all kinds have.
  private mutating func readObligations(_ node: Node) -> [[String: Value]] {
    guard let elements = node.elements else {
      report(
        TestMessages.wrongKind(node, expected: "a list of obligations such as { notify: finance }", of: "'obligations'")
      )
      return []
    }
    return elements.compactMap { element in
      guard case .object(let members) = element.plainValue else {
        report(
          TestMessages.wrongKind(element, expected: "an obligation such as { notify: finance }", of: "an obligation"))
        return nil
      }
      return members
    }
  }
}
