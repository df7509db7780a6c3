/// What kind of mistake a diagnostic reports: a stable kebab-case word that the reference explains.
package struct DiagnosticCode: Hashable, Sendable, RawRepresentable {
  package var rawValue: String
  package init(rawValue: String) { self.rawValue = rawValue }
  /// Shorthand for the one file in each phase that lists its codes.
  package init(_ rawValue: String) { self.rawValue = rawValue }
}

/// A mistake of a rule author, with its place, what was expected there and what to do.
package struct Diagnostic: Sendable, Hashable {
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
  package var code: DiagnosticCode
  package var severity: Severity
  package var range: SourceRange
  /// What is wrong: one line, lower case, no full stop, the author's words in single quotes.
  package var message: String
  /// What stands after the underline: `expected …` without the word expected.
  package var expectation: String?
  package var notes: [Note]
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
  package private(set) var all: [Diagnostic] = []

  package init() {}

  package var hasErrors: Bool { all.contains { $0.severity == .error } }

  package mutating func report(_ diagnostic: Diagnostic) { all.append(diagnostic) }

  package mutating func report(contentsOf diagnostics: [Diagnostic]) {
    all.append(contentsOf: diagnostics)
  }
}
