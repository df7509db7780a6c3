import BylawCompiler
import BylawSyntax
import Testing

/// An expression with one mistake, and what is said about it.
struct Mistake: CustomTestStringConvertible, Sendable {
  var source: String
  var code: String
  var underlined: String
  var message: String
  var expected: String?
  var hint: String?
  var testDescription: String { source }

  init(
    _ source: String, _ code: String, at underlined: String, message: String, expected: String?, hint: String?
  ) {
    self.source = source
    self.code = code
    self.underlined = underlined
    self.message = message
    self.expected = expected
    self.hint = hint
  }

  /// Checks that this one mistake is reported, and nothing that follows from it.
  func verify() {
    let diagnostics = Fixture.check(source).diagnostics
    #expect(diagnostics.count == 1, "\(diagnostics.map(\.message))")
    guard let diagnostic = diagnostics.first else { return }
    #expect(diagnostic.code.rawValue == code)
    #expect(Fixture.underlined(diagnostic, in: source) == underlined)
    #expect(diagnostic.message == message)
    #expect(diagnostic.expectation == expected)
    #expect(diagnostic.hint == hint)
  }
}
