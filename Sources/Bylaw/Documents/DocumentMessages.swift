import BylawEvaluator
import BylawModel
import BylawSyntax

/// The mistakes in files of records.
extension DiagnosticCode {
  fileprivate static let unknownEntity = DiagnosticCode(rawValue: "unknown-entity")
  fileprivate static let unknownField = DiagnosticCode(rawValue: "unknown-field")
  fileprivate static let wrongKind = DiagnosticCode(rawValue: "wrong-kind")
  fileprivate static let wrongValue = DiagnosticCode(rawValue: "wrong-value")
  fileprivate static let malformedJSON = DiagnosticCode(rawValue: "malformed-json")
}

/// The wording of what is wrong with requests and records that are read from files.
enum DocumentMessages {
  // MARK: Requests

  /// What is wrong with a condition that somebody lists records by, as a sentence.
  static func condition(_ mistake: Diagnostic) -> String {
    let expectation = mistake.expectation.map { "; expected \($0)" } ?? ""
    return "The condition cannot be judged: \(mistake.message)\(expectation)."
  }

  static func malformed(_ error: JSONError) -> RequestError.Problem {
    RequestError.Problem(
      path: error.path, message: "\(error.message) at line \(error.line), column \(error.column)",
      expectation: error.expectation)
  }

  static func missing(_ path: String, expected: String) -> RequestError.Problem {
    RequestError.Problem(path: path, message: "is missing", expectation: expected)
  }

  static func unknownMember(_ path: String, _ name: String, known: [String]) -> RequestError.Problem {
    RequestError.Problem(
      path: path, message: "unknown member", expectation: list(known), hint: didYouMean(name, among: known))
  }

  static func wrongKind(_ path: String, _ value: Value, expected: String) -> RequestError.Problem {
    RequestError.Problem(path: path, message: "is \(kindName(value))", expectation: expected)
  }

  static func empty(_ path: String, expected: String) -> RequestError.Problem {
    RequestError.Problem(path: path, message: "is empty", expectation: expected)
  }

  static func unknownVote(_ path: String, _ word: String) -> RequestError.Problem {
    let known = Request.Approval.Vote.allCases.map(\.rawValue)
    return RequestError.Problem(
      path: path, message: "'\(word)' is no decision of an approver", expectation: list(known),
      hint: didYouMean(word, among: known))
  }

  static func notTime(_ path: String) -> RequestError.Problem {
    RequestError.Problem(path: path, message: "is no time", expectation: "a time such as 2026-01-31T09:00:00Z")
  }

  private static func kindName(_ value: Value) -> String {
    switch value {
    case .null: "null"
    case .bool: "true or false"
    case .int, .decimal, .double: "a number"
    case .list: "a list"
    case .object: "an object"
    default: "a text"
    }
  }

  // MARK: Shapes of requests

  static func unknownAction(_ name: String, known: [String]) -> RequestError.Problem {
    RequestError.Problem(
      path: "action", message: "there is no action '\(name)'", hint: didYouMean(name, among: known))
  }

  static func otherRecords(of action: String) -> RequestError.Problem {
    RequestError.Problem(
      path: "action", message: "'\(action)' has another subject or resource",
      expectation: "the types that the action is declared for")
  }

  // MARK: Records

  static func unknownType(_ key: Scalar, known: [String]) -> Diagnostic {
    Diagnostic(
      .unknownEntity, at: key.range, "unknown entity type '\(key.text)'", expected: list(known),
      hint: didYouMean(key.text, among: known))
  }

  static func unknownField(_ key: Scalar, of entity: String, known: [String]) -> Diagnostic {
    Diagnostic(
      .unknownField, at: key.range, "'\(entity)' has no field '\(key.text)'", expected: list(known),
      hint: didYouMean(key.text, among: known))
  }

  static func notMapping(_ node: Node, of what: String, expected: String) -> Diagnostic {
    Diagnostic(.wrongKind, at: node.range, "\(what) is no mapping", expected: expected)
  }

  static func badField(_ problem: ShapeProblem, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .wrongValue, at: range, "'\(problem.path)' \(problem.message)", expected: problem.expectation, hint: problem.hint)
  }

  static func malformedRecords(_ error: JSONError, at range: SourceRange) -> Diagnostic {
    Diagnostic(.malformedJSON, at: range, error.message, expected: error.expectation)
  }

  // MARK: Words

  private static func didYouMean(_ word: String, among known: [String]) -> String? {
    suggestion(for: word, among: known).map { "did you mean '\($0)'?" }
  }

  private static func list(_ words: [String]) -> String {
    let shown = words.count > 12 ? Array(words.prefix(12)) + ["…"] : words
    guard shown.count > 1, let last = shown.last else { return shown.first ?? "nothing" }
    return shown.dropLast().joined(separator: ", ") + " or " + last
  }
}
