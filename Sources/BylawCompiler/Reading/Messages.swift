import BylawModel
import BylawSyntax

/// The wording of what the reader and the checker of rule sets report.
enum Messages {
  static func list(_ words: [String]) -> String {
    guard words.count <= 12 else { return words.prefix(12).joined(separator: ", ") + ", …" }
    let shown = words
    guard shown.count > 1, let last = shown.last else { return shown.first ?? "nothing" }
    return shown.dropLast().joined(separator: ", ") + " or " + last
  }

  static func didYouMean(_ word: String, among known: [String]) -> String? {
    suggestion(for: word, among: known).map { "did you mean '\($0)'?" }
  }

  /// How a list is written, for a text that holds several known words.
  static func listMeant(_ text: String, of known: [String]) -> String? {
    let words = text.split { ", \n".contains($0) }.map(String.init)
    let isListed = words.contains("-")
    let found = words.filter { $0 != "-" }
    guard found.count > 1, found.allSatisfy({ known.contains($0) }) else { return nil }
    if isListed { return "start each '- ' in the same column" }
    return "write [\(found.joined(separator: ", "))]"
  }

  static func unknownKey(_ key: Scalar, in what: String, known: [String]) -> Diagnostic {
    Diagnostic(
      "unknown-key", at: key.range, "unknown key '\(key.text)' in \(what)", expected: list(known),
      hint: didYouMean(key.text, among: known))
  }

  /// A key that acts in another kind of the same entry.
  static func foreignKey(_ key: Scalar, beside list: KeyList, in what: String) -> Diagnostic {
    Diagnostic(
      "unknown-key", at: key.range, "'\(key.text)' has no effect beside '\(list.kind)' in \(what)",
      expected: self.list(list.keys))
  }

  /// A section of rules in the manifest.
  static func sectionInManifest(_ key: Scalar) -> Diagnostic {
    Diagnostic(
      "unknown-key", at: key.range, "'\(key.text)' does not stand in the manifest",
      expected: "name, version, subject and what else describes the rule set as a whole",
      hint: "move it to another file of the folder, such as rules.yaml")
  }

  static func missingKey(_ key: String, in what: String, at range: SourceRange) -> Diagnostic {
    Diagnostic("missing-key", at: range, "\(what) needs '\(key)'", expected: "a key '\(key)' here")
  }

  ///
  /// `meant`: the text that the author probably meant, in quotes, where YAML reads something else.
  static func wrongKind(_ node: Node, expected: String, of what: String, meant: String? = nil) -> Diagnostic {
    Diagnostic(
      "wrong-kind", at: node.range, "\(node.kindName) stands where \(what) should", expected: expected,
      hint: meant.map { "if it is text, put it in quotes: \($0)" })
  }

  static func blank(_ scalar: Scalar, what: String) -> Diagnostic {
    Diagnostic("wrong-kind", at: scalar.range, "\(what) is blank here", expected: "a text")
  }

  static func unknownWord(_ scalar: Scalar, of what: String, known: [String]) -> Diagnostic {
    Diagnostic(
      "unknown-word", at: scalar.range, "unknown \(what) '\(scalar.text)'", expected: list(known),
      hint: didYouMean(scalar.text, among: known))
  }

  static func unknownName(_ scalar: Scalar, what: String, known: [String]) -> Diagnostic {
    Diagnostic(
      "unknown-name", at: scalar.range, "no \(what) is called '\(scalar.text)'",
      expected: known.isEmpty ? "the name of \(article(what)), but none is declared" : list(known.sorted()),
      hint: didYouMean(scalar.text, among: known))
  }

  static func article(_ noun: String) -> String {
    guard let first = noun.first else { return noun }
    let hasVowel = "aeiou".contains(first) && !noun.hasPrefix("uni")
    return (hasVowel ? "an " : "a ") + noun
  }

  /// A mistake that an entry makes in some of the actions that it reaches.
  ///
  /// `others`: in how many more than `action`.
  static func reaching(_ diagnostic: Diagnostic, action: CheckedRuleSet.Action?, others: Int) -> Diagnostic {
    guard let action else { return diagnostic }
    let more = others > 0 ? " and \(others) more in which it is wrong" : ""
    var diagnostic = diagnostic
    diagnostic.notes.append(.init(range: action.range, message: "it reaches this action\(more)"))
    return diagnostic
  }

  /// What stands after `=` in a declaration is no value of the type.
  static func malformedDefault(_ text: String, type: ValueType, named name: String, at range: SourceRange) -> Diagnostic
  {
    let expected: String =
      switch type.content {
      case .date: "a day that exists, such as 2026-01-31"
      case .timestamp: "a time with its zone, such as 2026-01-31T09:00:00Z"
      case .duration: "a length of time, such as 24h, 15 min or 2 days"
      case .list: "[] for an empty list"
      case .map, .record, .patch: "{} for an empty one"
      default: "a value of type \(name)"
      }
    return Diagnostic("malformed-default", at: range, "'\(text)' is no \(name)", expected: expected)
  }

  /// A mapping where a condition or value stands, which is no list of named conditions.
  static func noConditionList(_ node: Node, _ entries: [Node.Entry], meant: String?) -> Diagnostic {
    let words = ["all", "any", "none"]
    if entries.count == 1, let near = suggestion(for: entries[0].key.text, among: words) {
      return Diagnostic(
        "unknown-key", at: entries[0].key.range, "unknown key '\(entries[0].key.text)' in a list of conditions",
        expected: list(words), hint: "did you mean '\(near)'?")
    }
    return Diagnostic(
      "wrong-kind", at: node.range, "a mapping stands where a condition or value should", expected: "an expression",
      hint: meant.map { "if it is an expression, put it in quotes: \($0)" }
        ?? "a list of conditions stands under 'all:', 'any:' or 'none:'")
  }

  /// `[…]` where a condition or value stands.
  static func noExpression(_ node: Node, meant: String?) -> Diagnostic {
    Diagnostic(
      "wrong-kind", at: node.range, "a list stands where a condition or value should", expected: "an expression",
      hint: meant.map { "an expression that starts with '[' stands in quotes: \($0)" }
        ?? "conditions stand under 'all:', 'any:' or 'none:', each behind its sentence")
  }

  static func duplicate(_ name: String, what: String, at range: SourceRange, first: SourceRange) -> Diagnostic {
    Diagnostic(
      "duplicate-name", at: range, "\(what) '\(name)' is defined twice",
      expected: "a name that no other \(what) of this rule set has",
      notes: [.init(range: first, message: "first defined here")], hint: "rename one of them")
  }
}
