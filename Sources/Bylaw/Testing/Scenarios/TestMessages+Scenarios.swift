import BylawModel
import BylawStore
import BylawSyntax

/// The wording of what reading and running scenarios reports.
extension TestMessages {
  static func noDeed(at range: SourceRange, known: [String]) -> Diagnostic {
    Diagnostic(
      DiagnosticCode("missing-key"), at: range, "in this step nothing happens", expected: "one of \(list(known))")
  }

  static func manyDeeds(_ key: Scalar, first: Scalar) -> Diagnostic {
    Diagnostic(
      DiagnosticCode("conflict"), at: key.range, "a step does one thing, here both '\(first.text)' and '\(key.text)'",
      expected: "a step for each", notes: [.init(range: first.range, message: "first stated here")])
  }

  static func misplacedKey(_ key: Scalar, of deed: String) -> Diagnostic {
    Diagnostic(DiagnosticCode("misplaced-key"), at: key.range, "'\(key.text)' says nothing in a step with '\(deed)'")
  }

  static func unknownName(_ scalar: Scalar, _ name: String, known: [String]) -> Diagnostic {
    Diagnostic(
      DiagnosticCode("unknown-name"), at: scalar.range, "no earlier step names '\(name)'",
      expected: "a name that an earlier step gives with 'as'", hint: didYouMean(name, among: known))
  }

  static func duplicateName(_ scalar: Scalar) -> Diagnostic {
    Diagnostic(
      DiagnosticCode("duplicate-name"), at: scalar.range, "'\(scalar.text)' names something already",
      expected: "a name of its own")
  }

  static func notADuration(_ node: Node, of what: String) -> Diagnostic {
    Diagnostic(
      DiagnosticCode("wrong-kind"), at: node.range, "\(what) is no duration",
      expected: "a duration such as 24h, 15 min or 2 days")
  }

  static func unknownAction(_ scalar: Scalar, known: [String]) -> Diagnostic {
    Diagnostic(
      DiagnosticCode("unknown-name"), at: scalar.range, "there is no action '\(scalar.text)'",
      expected: "an action of the rule set, or 'class: invalid_request' when that is meant",
      hint: didYouMean(scalar.text, among: known))
  }

  // MARK: Scenarios that cannot go on

  static func refusedRecords(_ refused: [GatedStore.Import.Refusal]) -> String {
    let shown = refused.prefix(10).map { "\($0.record): \($0.problems.map(\.sentence).joined(separator: " "))" }
    let rest = refused.count > 10 ? "; and \(refused.count - 10) more" : ""
    return "these records are refused: " + shown.joined(separator: "; ") + rest
  }

  static func storeFailed(_ error: StoreError) -> String { "the store failed: \(error)" }

  static func timeRunsForward(_ moment: Timestamp, _ now: Timestamp) -> String {
    "time runs forward: it is \(now) already, not \(moment)"
  }

  static func nothingMade(_ naming: ScenarioStep.Naming) -> String {
    guard let type = naming.type else { return "nothing that '\(naming.name)' could name was made" }
    return "no \(type) was made that '\(naming.name)' could name"
  }

  static func muchMade(_ naming: ScenarioStep.Naming, _ made: [EntityReference]) -> String {
    "'\(naming.name)' could name \(list(made.map(\.description))); say which kind: as: { \(naming.name): KIND }"
  }

  static let noProposal = "no step before this one made a proposal"
}
