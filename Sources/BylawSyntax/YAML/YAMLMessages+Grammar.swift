/// Mistakes of grammar, which libyaml words in its own terms.
extension YAMLMessages {
  /// All mistakes of this phase are errors.
  private static func error(
    _ code: YAMLCode, at range: SourceRange, _ message: String, expected: String? = nil,
    notes: [Diagnostic.Note] = [], hint: String? = nil
  ) -> Diagnostic {
    Diagnostic(code.code, at: range, message, expected: expected, notes: notes, hint: hint)
  }

  /// `key: value` on a line below `other: text`; `text` is what stands above.
  static func keyUnderText(_ key: String, at range: SourceRange, text: SourceRange) -> Diagnostic {
    error(
      .badIndentation, at: range, "'\(key)' cannot stand under a value that is text",
      expected: "a line that is indented like a key above",
      notes: [Diagnostic.Note(range: text, message: "this is the text")],
      hint: "indent it like the line above, or put text that holds ': ' in quotes")
  }

  /// A line between the columns in which the blocks around it start.
  static func badIndentation(spaces: Int, wanted: [Int], at range: SourceRange) -> Diagnostic {
    let choices = wanted.map { count($0) }.joined(separator: " or ")
    return error(
      .badIndentation, at: range, "this line is indented by \(count(spaces))",
      expected: "\(choices), as on the lines that it belongs to",
      hint: "the entries of a mapping or list start in the same column")
  }

  /// A line below one that cannot have anything below it.
  static func tooDeepLine(wanted: Int, at range: SourceRange) -> Diagnostic {
    error(
      .badIndentation, at: range, "this line is indented deeper than the one above, which is complete",
      expected: "\(count(wanted)), as on the line above",
      hint: "the entries of a mapping or list start in the same column")
  }

  /// A key among the items of a list, in the column of its dashes.
  static func notAnItem(at range: SourceRange) -> Diagnostic {
    error(
      .badIndentation, at: range, "this line is no item of the list above", expected: "'- '",
      hint: "start it with '- ', or indent it as a part of something else")
  }

  /// `- x` among the keys of a mapping, in their column.
  static func notAKey(at range: SourceRange) -> Diagnostic {
    error(
      .badIndentation, at: range, "an item of a list cannot stand among keys",
      expected: "'key: value'", hint: "indent it below the key that it belongs to")
  }

  /// A line that is neither a key nor the continuation of the text above.
  static func missingColon(_ text: String, at range: SourceRange) -> Diagnostic {
    error(
      .missingColon, at: range, "no ':' follows '\(text)'", expected: "'key: value'",
      hint: "if it continues the text above, indent it deeper")
  }

  /// The same for more text than YAML allows in a key.
  static func keyTooLong(at range: SourceRange) -> Diagnostic {
    error(
      .missingColon, at: range, "no ':' follows this text", expected: "a key of one line",
      hint: "a key has at most 1024 characters")
  }

  /// `"a" == b`: a value in quotes ends at its quote.
  static func textAfterQuote(_ line: MendedLine?, at range: SourceRange) -> Diagnostic {
    error(
      .textAfterQuote, at: range, "text goes on behind the closing quote",
      expected: "the end of the value",
      hint: line.map { "write \($0.text)" } ?? "put the whole value in quotes")
  }

  /// `[a] + b`: a list or mapping ends at its bracket.
  static func textAfterBracket(_ line: MendedLine?, at range: SourceRange) -> Diagnostic {
    error(
      .textAfterBracket, at: range, "text goes on behind the closing bracket",
      expected: "the end of the value",
      hint: line.map { "write \($0.text)" } ?? "put the whole value in quotes")
  }

  /// An open `[` or `{`; `noticed` is the line at which it shows, `comment` what swallowed the end.
  static func unclosedBracket(
    _ bracket: Character, at range: SourceRange, noticed: SourceRange?, comment: SourceRange?
  ) -> Diagnostic {
    let closing = bracket == "[" ? "]" : "}"
    let seen = noticed.map {
      Diagnostic.Note(range: $0, message: "'\(closing)' should stand before this")
    }
    let swallowed = comment.map {
      Diagnostic.Note(range: $0, message: "YAML takes this for a comment")
    }
    return error(
      .unclosedBracket, at: range, "'\(bracket)' is never closed", expected: "a '\(closing)' for it",
      notes: [swallowed ?? seen].compactMap(\.self),
      hint: comment == nil ? nil : "put text that holds ' #' in quotes")
  }

  /// An interval as mathematics writes it: `[1..5)`.
  static func interval(_ text: String, at range: SourceRange) -> Diagnostic {
    let bounds = text.dropFirst().dropLast().split(separator: "..", maxSplits: 1)
    let words = bounds.count == 2 ? "write \(bounds[0]) to under \(bounds[1]), or " : "write "
    return error(
      .unclosedBracket, at: range, "'[' is never closed", expected: "a ']' for it, or the range in words",
      hint: words + quoted(text))
  }

  /// Two values inside brackets without a comma between them.
  static func missingComma(
    in bracket: Character, _ line: MendedLine?, at range: SourceRange
  ) -> Diagnostic {
    let closing = bracket == "[" ? "]" : "}"
    return error(
      .missingValue, at: range, "a ',' or '\(closing)' is missing before this",
      expected: "',' or '\(closing)'",
      hint: line.map { "write \($0.text)" } ?? "put text with signs in it in quotes")
  }

  /// A quote that the end of the file closes, or, at `closed`, a quote that was meant to open another text.
  static func unclosedQuote(
    at range: SourceRange, single: Bool, closed: SourceRange?
  ) -> Diagnostic {
    let quote = single ? "'" : "\""
    let notes = closed.map {
      [Diagnostic.Note(range: $0, message: "only this quote closes it, on a later line")]
    }
    return error(
      .unclosedQuote, at: range,
      closed == nil ? "this quote is never closed" : "this quote is not closed on its line",
      expected: "a closing \(quote)", notes: notes ?? [],
      hint: single ? "inside '…' an apostrophe is written twice: ''" : "inside \"…\" a quote is written \\\"")
  }

  /// `"\d"`: most often a pattern in double quotes.
  static func unknownEscape(_ escape: String, at range: SourceRange) -> Diagnostic {
    error(
      .unknownEscape, at: range, "'\(escape)' is no escape in \"…\"",
      expected: "one of \\\\ \\\" \\n \\t \\u0000",
      hint: "write a backslash twice, or use '…', where it stands for itself")
  }

  /// `"\u12"`: not enough digits, or no character of that number.
  static func badCode(_ escape: String, at range: SourceRange) -> Diagnostic {
    error(
      .unknownEscape, at: range, "'\(escape)' does not give a character",
      expected: "2 hexadecimal digits after \\x, 4 after \\u, 8 after \\U")
  }

  /// Text that starts with `@`, `%`, a backquote, `*`, `&` or `?`.
  static func reservedCharacter(
    _ character: String, _ line: MendedLine?, at range: SourceRange
  ) -> Diagnostic {
    error(
      .reservedCharacter, at: range, "text without quotes cannot start with '\(character)'",
      expected: "text in quotes", hint: line.map { "write \($0.text)" } ?? "put the text in quotes")
  }

  /// A comparison with a sign, where YAML allows only words.
  static func comparison(_ text: String, at range: SourceRange) -> Diagnostic {
    error(
      .reservedCharacter, at: range, "YAML cannot read a text that starts with '\(text.prefix(1))'",
      expected: "the comparison in words", hint: "write \(inWords(text) ?? quoted(text))")
  }

  /// A tab at the start of a line, or between `-` and its item.
  static func tabIndentation(at range: SourceRange, isLine: Bool) -> Diagnostic {
    error(
      .tabIndentation, at: range,
      isLine ? "this line is indented with tabs" : "a tab stands where a space is needed",
      expected: "spaces", hint: "YAML allows only spaces here; replace each tab with two spaces")
  }

  /// `key: - item`.
  static func misplacedDash(_ line: MendedLine?, at range: SourceRange) -> Diagnostic {
    let inQuotes = line.map { "; if it is text, write \($0.text)" } ?? ""
    return error(
      .misplacedDash, at: range, "a list cannot start behind its key",
      expected: "the first '- ' on a line of its own", hint: "go to a new line before '-'\(inQuotes)")
  }

  /// `[a, , b]`, or a bracket that nothing opened; `found` stands where the value should.
  static func missingNode(_ found: String, at range: SourceRange) -> Diagnostic {
    error(
      .missingValue, at: range,
      found.isEmpty ? "a value is missing here" : "a value is missing before '\(found)'",
      expected: "a value", hint: "empty text is written \"\"; text that starts with a sign stands in quotes")
  }

  /// Content behind the end of the root: most often the first line is indented and this one is not.
  static func behindTheEnd(at range: SourceRange) -> Diagnostic {
    error(
      .badIndentation, at: range, "this line does not belong to what stands above",
      expected: "the end of the file",
      hint: "start all keys of the first level in the same column")
  }

  /// What libyaml refuses for a reason that this version does not know.
  static func other(at range: SourceRange) -> Diagnostic {
    error(
      .yamlSyntax, at: range, "YAML cannot read on from here",
      hint: "look for a missing quote or bracket; text with signs in it stands in quotes")
  }

  /// A number of spaces in words.
  private static func count(_ spaces: Int) -> String {
    switch spaces {
    case 0: "no spaces"
    case 1: "1 space"
    default: "\(spaces) spaces"
    }
  }
}
