import BylawEvaluator
import BylawModel
import BylawSyntax

/// The wording of what is wrong with values that stand in the rules themselves.
extension Messages {
  /// A part of an expression that reads nothing and has no value.
  static func constantError(_ cause: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      "constant-error", at: range, "this never has a value: \(cause)",
      expected: "an expression that has a value for some request")
  }

  /// The template of `format`, which does not fit the types or the number of its values.
  static func unfitTemplate(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      "unfit-template", at: range, "this template does not fit its values",
      expected: "one of %s, %d, %f, %e, %b, %o and %x for each value, as its type allows",
      hint: "'%s' prints a value of any type")
  }

  /// A default or a constant that the declaration beside it refuses.
  static func unfitValue(_ problem: ShapeProblem, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      "malformed-default", at: range, "'\(problem.path)' \(problem.message)",
      expected: problem.expectation ?? "a value that the type takes")
  }

  static func unknownTimeZone(_ name: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      "unknown-time-zone", at: range, "no time zone is called '\(name)'",
      expected: "UTC, an offset such as +02:00, or an IANA name such as Europe/Berlin")
  }

  /// Nested loops over long lists.
  static func tooMuchWork(_ work: WorkBound.Work) -> Diagnostic {
    let steps = work.steps >= 1_000_000_000_000 ? "over a million million" : String(work.steps)
    return Diagnostic(
      "too-much-work", at: work.lists[0].range,
      "going through this list with all that is asked can take \(steps) steps",
      expected: "at most \(WorkBound.limit)",
      notes: work.lists.map { .init(range: $0.range, message: "this list can have \(counted($0.length, "element"))") },
      hint: "declare how long the lists can be, such as list(int, 0..100)")
  }

  /// `of: 0`, or less.
  static func limitNotPositive(_ limit: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      "limit-not-positive", at: range, "a threshold cannot be measured against \(limit)",
      expected: "a limit over zero")
  }
}
