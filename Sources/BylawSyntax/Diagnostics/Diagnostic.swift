/// What kind of mistake a diagnostic reports: a stable kebab-case word that the reference explains.
package struct DiagnosticCode: Hashable, Sendable, RawRepresentable {
  package var rawValue: String
  package init(rawValue: String) { self.rawValue = rawValue }
  /// Shorthand for the one file in each phase that lists its codes.
  package init(_ rawValue: String) { self.rawValue = rawValue }
}

extension DiagnosticCode: ExpressibleByStringLiteral {
  /// A code written out where it is reported.
  package init(stringLiteral value: String) { self.init(rawValue: value) }
}

/// A mistake of a rule author, with its place, what was expected there and what to do.
package struct Diagnostic: Sendable, Hashable {
  /// An error keeps a rule set from being used; a warning does not.
  package enum Severity: String, Sendable, Hashable { case error, warning }
  /// Another place that belongs to the mistake.
  package struct Note: Sendable, Hashable {
    package var range: SourceRange
    package var message: String
    package init(range: SourceRange, message: String) {
      self.range = range
      self.message = message
    }
  }
  /// Which mistake it is.
  package var code: DiagnosticCode
  /// Whether the rule set can be used all the same.
  package var severity: Severity
  /// What is underlined.
  package var range: SourceRange
  /// What is wrong: one line, lower case, no full stop, the author's words in single quotes.
  package var message: String
  /// What stands after the underline: `expected …` without the word expected.
  package var expectation: String?
  /// Other places, each with a word about it.
  package var notes: [Note]
  /// What to do, or the mended text: one at most.
  package var hint: String?

  package init(
    _ code: DiagnosticCode, severity: Severity = .error, at range: SourceRange, _ message: String,
    expected expectation: String? = nil, notes: [Note] = [], hint: String? = nil
  ) {
    self.code = code
    self.severity = severity
    self.range = range
    self.message = message
    self.expectation = expectation
    self.notes = notes
    self.hint = hint
  }
}

/// Collects the diagnostics of one load.
package struct Diagnostics: Sendable {
  /// In the order of being found.
  package private(set) var all: [Diagnostic] = []

  package init() {}

  /// Whether the load cannot be used.
  package private(set) var hasErrors = false

  /// Adds one.
  package mutating func report(_ diagnostic: Diagnostic) {
    all.append(diagnostic)
    if diagnostic.severity == .error { hasErrors = true }
  }

  /// Puts some in between, where they would have been found: before the one at `position`.
  package mutating func insert(contentsOf diagnostics: [Diagnostic], at position: Int) {
    all.insert(contentsOf: diagnostics, at: position)
    if diagnostics.contains(where: { $0.severity == .error }) { hasErrors = true }
  }

  /// Adds those of another phase or file.
  package mutating func report(contentsOf diagnostics: [Diagnostic]) {
    for diagnostic in diagnostics { report(diagnostic) }
  }
}
