import BylawEvaluator
import BylawModel
import BylawSyntax

/// Wording about names, calls, words of enums, and what the language leaves out of CEL.
extension ExpressionMessages {
  // MARK: Names

  /// `delivered`: a name that stands for nothing here.
  ///
  /// `isWord`: whether it is a word of some enum, so that quotes are missing.
  static func unknownName(
    _ name: String, names: [String], functions: [String], isWord: Bool, at range: SourceRange
  ) -> Diagnostic {
    let hint: String? =
      if isWord {
        "a word of an enum stands in quotes: \"\(name)\""
      } else if let near = didYouMean(name, names + functions) {
        near
      } else {
        "to compare with text, put it in quotes: \"\(name)\""
      }
    let expected = list(names).map { "a literal, or a name that starts from \($0)" } ?? "a literal"
    return mistake(
      .unknownName, at: range, "unknown name '\(name)'", expected: expected, hint: hint)
  }

  /// `subject.role == vendor`: a word of the enum that is compared with.
  static func wordWithoutQuotes(_ word: String, at range: SourceRange) -> Diagnostic {
    mistake(
      .unknownName, at: range, "unknown name '\(word)'", expected: "a word in quotes",
      hint: "a word of an enum stands in quotes: \"\(word)\"")
  }

  /// `subject.role == "vendr"`: text where a word of an enum is expected.
  static func unknownWord(_ word: String, of enumeration: Schema.Enumeration, at range: SourceRange) -> Diagnostic {
    mistake(
      .unknownWord, at: range, "\(enumeration.name) has no word '\(word)'",
      expected: quoted(enumeration.members), hint: didYouMean(word, enumeration.members))
  }

  /// `input.amuont`: a member that a namespace does not have.
  static func unknownMember(
    _ member: String, of namespace: String, among names: [String], at range: SourceRange
  ) -> Diagnostic {
    mistake(
      .unknownName, at: range, "there is no '\(member)' in \(namespace) here",
      expected: list(names), hint: didYouMean(member, names))
  }

  /// `input == 1`: a namespace where a value is needed.
  static func namespaceAlone(_ name: String, members: [String], at range: SourceRange) -> Diagnostic {
    let example = members.sorted().first
    return mistake(
      .notAValue, at: range, "'\(name)' is no value by itself",
      expected: example.map { "a member of it, such as \(name).\($0)" })
  }

  /// `full_outage`: a function without parentheses.
  static func functionAlone(_ name: String, parameters: [String], at range: SourceRange) -> Diagnostic {
    mistake(
      .notAValue, at: range, "'\(name)' must be applied to something",
      expected: "\(name)(\(parameters.joined(separator: ", ")))")
  }

  /// `now()`: a value with parentheses.
  static func valueAsFunction(_ name: String, at range: SourceRange) -> Diagnostic {
    mistake(
      .unknownFunction, at: range, "'\(name)' is a value, no function", hint: "leave the parentheses out")
  }

  /// `date("2025-02-30")`: a time, duration or zone written out that is none.
  static func invalidTime(_ text: String, _ kind: String, form: String, at range: SourceRange) -> Diagnostic {
    mistake(.invalidLiteral, at: range, "'\(text)' is no \(kind)", expected: form)
  }

  /// `title.matches("(a")`: a pattern written out that RE2 does not have.
  static func invalidPattern(_ error: PatternError, at range: SourceRange) -> Diagnostic {
    mistake(.invalidPattern, at: range, error.message, expected: error.expectation, hint: error.hint)
  }

  /// `token_budget > 5`: a threshold other than with `at_least`.
  static func thresholdAlone(_ name: String, at range: SourceRange) -> Diagnostic {
    mistake(
      .notAValue, at: range, "a threshold can only be asked whether it has reached a band",
      expected: "\(name).at_least(\"…\")")
  }

  /// A threshold that reads what this place does not have.
  static func thresholdOfActions(_ name: String, at range: SourceRange) -> Diagnostic {
    mistake(
      .unavailableName, at: range, "'\(name)' cannot be measured here: it reads inputs or a resource",
      expected: "a rule of an action that has what it reads")
  }

  /// `Role`: the name of an enum where a value is needed.
  static func enumAlone(_ name: String, at range: SourceRange) -> Diagnostic {
    mistake(
      .notAValue, at: range, "'\(name)' is an enum, no value", expected: "one of its words in quotes")
  }

  /// A name of the language that this place does not have; the reason comes from the scope.
  static func unavailable(_ name: String, because reason: String, at range: SourceRange) -> Diagnostic {
    mistake(.unavailableName, at: range, "'\(name)' cannot be used here: \(reason)")
  }

  // MARK: Calls

  /// `share(1)`: too many or too few arguments.
  ///
  /// `shapes`: how the function can be called.
  static func argumentCount(
    _ name: String, given: Int, shapes: [String], at range: SourceRange
  ) -> Diagnostic {
    mistake(
      .argumentCount, at: range,
      "'\(name)' does not take \(given) \(given == 1 ? "argument" : "arguments")", expected: alternatives(shapes))
  }

  /// `foo(x)`: no such function.
  static func unknownFunction(_ name: String, among names: [String], at range: SourceRange) -> Diagnostic {
    mistake(
      .unknownFunction, at: range, "there is no function '\(name)'", hint: didYouMean(name, names))
  }

  /// `startsWith(a, b)`: a method called as a function.
  static func methodAsFunction(_ name: String, at range: SourceRange) -> Diagnostic {
    mistake(
      .unknownFunction, at: range, "'\(name)' stands after what it is asked of",
      expected: "x.\(name)(…)")
  }

  /// `x.foo()`: no type has such a method.
  static func unknownMethod(
    _ name: String, of type: String, among names: [String], isFunction: Bool, at range: SourceRange
  ) -> Diagnostic {
    mistake(
      .unknownFunction, at: range, "\(type) has no '\(name)(…)'",
      hint: isFunction ? "write \(name)(…) around it" : didYouMean(name, names))
  }

  /// `1.contains(x)`: a method that this type does not have, but others do.
  ///
  /// `owners`: the types that have it.
  static func wrongReceiver(
    _ name: String, type: String, owners: [String], spelled: String?, isEnum: Bool, at range: SourceRange
  ) -> Diagnostic {
    let hint: String? =
      if isEnum && owners.contains("text") {
        "write string(\(spelled ?? "…")).\(name)(…)"
      } else if name == "contains", type.hasPrefix("list(") || type.hasPrefix("map(") {
        "write x in \(spelled ?? "…")"
      } else {
        nil
      }
    return mistake(
      .typeMismatch, at: range, "\(type) has no '\(name)(…)'", expected: alternatives(owners),
      hint: hint)
  }

  /// `n.at_least("P2")`: a rank of what is no word of an enum.
  static func rankOf(_ type: String, at range: SourceRange) -> Diagnostic {
    mistake(
      .typeMismatch, at: range, "'at_least' ranks words of an enum, and this is \(type)",
      expected: "an ordered enum", hint: "compare numbers and times with '>='")
  }

  /// `token_budget.at_least(x)`: the band must be written out.
  static func bandIsNoLiteral(_ threshold: String, _ bands: [String], at range: SourceRange) -> Diagnostic {
    mistake(
      .needsLiteral, at: range, "'at_least' needs the name of a band of '\(threshold)'",
      expected: quoted(bands))
  }

  /// `token_budget.at_least("blokked")`: the threshold has no such band.
  static func unknownBand(
    _ band: String, of threshold: String, _ bands: [String], at range: SourceRange
  ) -> Diagnostic {
    mistake(
      .unknownWord, at: range, "threshold '\(threshold)' has no band '\(band)'",
      expected: quoted(bands), hint: didYouMean(band, bands))
  }

  /// `list.exists(1, …)`: a macro without the name of its variable.
  static func notAVariable(of macro: String, at range: SourceRange) -> Diagnostic {
    mistake(
      .notAVariable, at: range, "'\(macro)' needs a new name here", expected: "a name such as x")
  }

  /// `list.exists(x, x, …)`: two variables of one name.
  static func sameVariable(_ name: String, at range: SourceRange) -> Diagnostic {
    mistake(
      .notAVariable, at: range, "both variables are called '\(name)'", expected: "another name")
  }

  /// The hint where `size` is asked of a patch.
  static let countOfPatch = "write x.count() for the number of fields given"

  // MARK: Not in the profile

  /// `dyn(x)`.
  static func noDyn(at range: SourceRange) -> Diagnostic {
    mistake(
      .noDyn, at: range, "every value has a declared type, so there is no 'dyn'",
      hint: "write the value itself")
  }

  /// `5u`, `uint(x)`.
  static func noUint(at range: SourceRange) -> Diagnostic {
    mistake(
      .noUint, at: range, "there are no unsigned numbers", expected: "an int",
      hint: "write the number without 'u', or int(…)")
  }

  /// `b"…"`, `bytes(x)`.
  static func noBytes(at range: SourceRange) -> Diagnostic {
    mistake(.noBytes, at: range, "there are no byte strings", expected: "text")
  }

  /// `x == null`, or `null` anywhere else.
  ///
  /// `instead`: the question that is meant, where the message can say so.
  static func noNull(at range: SourceRange, instead: String? = nil) -> Diagnostic {
    mistake(
      .noNull, at: range, "there is no null", expected: "a value",
      hint: instead.map { "to ask whether it is there, write \($0)" }
        ?? "ask has(x) for a field that may be absent; optional.none() stands for an absent value")
  }
}
