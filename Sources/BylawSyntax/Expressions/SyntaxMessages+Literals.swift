import BylawModel

/// Wording about quoted text, characters, numbers and names.
extension SyntaxMessages {
  // MARK: Characters and texts

  static func invalidCharacter(_ character: String) -> (SourceRange) -> Diagnostic {
    { range in
      guard let scalar = character.unicodeScalars.first, scalar.isASCII || scalar.properties.isAlphabetic else {
        return error(
          .invalidCharacter, at: range, "an expression cannot hold the character \(codePoint(character))",
          expected: "a name, an operator or quoted text", hint: blankHint(character))
      }
      let hint = scalar.properties.isAlphabetic ? "names hold only the letters a to z, digits and _" : nil
      return error(
        .invalidCharacter, at: range, "an expression cannot hold the character '\(character)'",
        expected: "a name, an operator or quoted text", hint: hint)
    }
  }

  static func unclosedQuote(_ quote: String) -> (SourceRange) -> Diagnostic {
    { range in
      let isTriple = quote.utf8.count == 3
      return error(
        .unclosedQuote, at: range, "the text is never closed",
        expected: "another \(quote) \(isTriple ? "before the end of the expression" : "on the same line")",
        hint: isTriple ? nil : "for a \(quote) inside the text write \\\(quote)")
    }
  }

  static func unknownEscape(_ written: String) -> (SourceRange) -> Diagnostic {
    { range in
      error(
        .invalidEscape, at: range, "unknown escape '\(written)'",
        expected: "\\n, \\t, \\r, \\\\, \\\", \\', \\uXXXX or another escape of CEL",
        hint: "for a backslash write \\\\, or begin the text with r: r\"\\d+\"")
    }
  }

  static func shortEscape(_ written: String, digits: Int) -> (SourceRange) -> Diagnostic {
    { range in
      error(
        .invalidEscape, at: range, "the escape '\(written)' is cut short",
        expected: "\(digits) \(written.hasPrefix("\\0") || digits == 3 ? "octal" : "hexadecimal") digits")
    }
  }

  static func notACharacter(_ written: String) -> (SourceRange) -> Diagnostic {
    { range in
      error(
        .invalidEscape, at: range, "'\(written)' is no character", expected: "a Unicode character up to \\U0010FFFF")
    }
  }

  // MARK: Numbers

  static func intOutOfRange(_ range: SourceRange) -> Diagnostic {
    error(
      .numberOutOfRange, at: range, "the number is out of range",
      expected: "-9223372036854775808 to 9223372036854775807")
  }

  static func doubleOutOfRange(_ range: SourceRange) -> Diagnostic {
    error(.numberOutOfRange, at: range, "the number is out of range", expected: "a number below 1.8e308")
  }

  static func durationOutOfRange(_ range: SourceRange) -> Diagnostic {
    error(
      .numberOutOfRange, at: range, "the duration is out of range",
      expected: "at most 10000 years, in whole nanoseconds")
  }

  static func hexWithoutDigits(_ range: SourceRange) -> Diagnostic {
    error(
      .unexpectedToken, at: range, "'0x' without digits", expected: "hexadecimal digits, such as 0x1F")
  }

  static func unknownUnit(_ word: String, number: String) -> (SourceRange) -> Diagnostic {
    { range in
      error(
        .unknownUnit, at: range, "'\(word)' after a number is no unit of time",
        expected: "ms, s, min, h, days, weeks, or an operator", hint: unitHint(word, number))
    }
  }

  private static func unitHint(_ word: String, _ number: String) -> String? {
    switch word.lowercased() {
    case "m", "mins": "for minutes write \(number) min"
    case "hr", "hrs": "for hours write \(number) h"
    case "secs": "for seconds write \(number) s"
    case "w", "wk", "wks": "for weeks write \(number) weeks"
    case "month", "months", "y", "year", "years":
      "months and years differ in length; write days, or compare dates"
    case "percent": "for a percentage write percent(\(number))"
    case let lowercase where lowercase != word && DurationUnit(word: lowercase) != nil:
      "write \(number) \(lowercase)"
    default: nil
    }
  }

  // MARK: Names

  static func reservedWord(_ word: String, _ range: SourceRange) -> Diagnostic {
    let hints = [
      "if": "write condition ? value : other", "else": "write condition ? value : other",
      "for": "write list.all(x, condition) or list.exists(x, condition)",
      "while": "there are no loops; write list.all(x, condition) or list.exists(x, condition)",
      "var": "name a value under 'let'", "const": "name a value under 'constants'",
      "function": "name a condition under 'conditions'",
    ]
    return error(
      .reservedWord, at: range, "'\(word)' is a reserved word", expected: Expected.operand.text, hint: hints[word])
  }

  static func keywordAsMember(_ word: String, _ range: SourceRange) -> Diagnostic {
    error(
      .reservedWord, at: range, "'\(word)' is a word of the language", expected: Expected.memberName.text,
      hint: "for a member of that name write `\(word)` in backquotes")
  }

  static func backquotedRoot(_ range: SourceRange) -> Diagnostic {
    error(
      .outsideProfile, at: range, "a name in backquotes can only follow a point", expected: Expected.operand.text)
  }

  static func unclosedBackquote(_ range: SourceRange) -> Diagnostic {
    error(.unclosedQuote, at: range, "the name is never closed", expected: "another `")
  }

  static func characterInBackquotes(_ character: String) -> (SourceRange) -> Diagnostic {
    { range in
      error(
        .invalidCharacter, at: range, "a name in backquotes cannot hold \(quoted(character))",
        expected: "letters, digits, '_', '-', '.', '/' or space", hint: "for another key write map[\"key\"]")
    }
  }

  static func emptyBackquotes(_ range: SourceRange) -> Diagnostic {
    error(
      .unexpectedToken, at: range, "there is no name between the backquotes", expected: Expected.memberName.text)
  }

  // MARK: Outside the profile

  static func leadingDot(_ range: SourceRange) -> Diagnostic {
    error(
      .outsideProfile, at: range, "a name cannot begin with a point", expected: Expected.operand.text,
      hint: "names are global here; remove the point")
  }

  static func optionalCall(_ range: SourceRange) -> Diagnostic {
    error(
      .outsideProfile, at: range, "'.?' cannot call a function", expected: "the name of a member",
      hint: "write '.' before a function; orValue(…), hasValue() and value() take an optional")
  }

  static func structLiteral(_ name: String, _ range: SourceRange) -> Diagnostic {
    error(
      .outsideProfile, at: range, "a record is written without its type, not as '\(shortened(name)){…}'",
      expected: "an operator such as '&&' or '==', or the end of the expression",
      hint: "write {\"field\": value}; the place that takes it says the type")
  }

  private static func codePoint(_ character: String) -> String {
    let value = character.unicodeScalars.first?.value ?? 0
    let digits = String(value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  private static func blankHint(_ character: String) -> String? {
    guard let scalar = character.unicodeScalars.first else { return nil }
    let isBlank = scalar.properties.isWhitespace || scalar.properties.generalCategory == .format
    return isBlank ? "it looks like a space or like nothing; delete it and type a plain space" : nil
  }
}
