import BylawSyntax

/// The wording of what the reader and the checker of rule sets report.
enum Messages {
  static func list(_ words: [String]) -> String {
    let shown = words.count > 12 ? Array(words.prefix(12)) + ["…"] : words
    guard shown.count > 1, let last = shown.last else { return shown.first ?? "nothing" }
    return shown.dropLast().joined(separator: ", ") + " or " + last
  }

  static func didYouMean(_ word: String, among known: [String]) -> String? {
    suggestion(for: word, among: known).map { "did you mean '\($0)'?" }
  }

  static func unknownKey(_ key: Scalar, in what: String, known: [String]) -> Diagnostic {
    Diagnostic(
      "unknown-key", at: key.range, "unknown key '\(key.text)' in \(what)", expected: list(known),
      hint: didYouMean(key.text, among: known))
  }

  static func missingKey(_ key: String, in what: String, at range: SourceRange) -> Diagnostic {
    Diagnostic("missing-key", at: range, "\(what) needs '\(key)'", expected: "a key '\(key)' here")
  }

  static func wrongKind(_ node: Node, expected: String, of what: String) -> Diagnostic {
    Diagnostic(
      "wrong-kind", at: node.range, "\(what) is \(node.kindName) here", expected: expected,
      hint: expected == "a text" && !node.isAbsent ? "put the text in quotes if YAML reads it as something else" : nil)
  }

  static func notBool(_ scalar: Scalar) -> Diagnostic {
    let yes = ["yes", "on", "y"].contains(scalar.text.lowercased())
    let no = ["no", "off", "n"].contains(scalar.text.lowercased())
    return Diagnostic(
      "wrong-kind", at: scalar.range, "'\(scalar.text)' is neither true nor false", expected: "true or false",
      hint: yes ? "write true" : no ? "write false" : nil)
  }

  static func notInt(_ scalar: Scalar, _ bounds: ClosedRange<Int>) -> Diagnostic {
    let upper = bounds.upperBound == .max ? "" : " to \(bounds.upperBound)"
    return Diagnostic(
      "wrong-kind", at: scalar.range, "'\(scalar.text)' is no whole number that may stand here",
      expected: "a whole number from \(bounds.lowerBound)\(upper)")
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
    return ("aeiou".contains(first) ? "an " : "a ") + noun
  }

  static func duplicate(_ name: String, what: String, at range: SourceRange, first: SourceRange) -> Diagnostic {
    Diagnostic(
      "duplicate-name", at: range, "\(what) '\(name)' is defined twice",
      expected: "a name that no other \(what) of this rule set has",
      notes: [.init(range: first, message: "first defined here")], hint: "rename one of them")
  }
}

extension DiagnosticCode: ExpressibleByStringLiteral {
  package init(stringLiteral value: String) { self.init(rawValue: value) }
}
