extension PatternError {
  /// What is wrong, in lower case and without a full stop.
  package var message: String {
    switch problem {
    case .missingGroupEnd: "a group of the pattern is not closed"
    case .unexpectedGroupEnd: "the pattern closes a group that it never opened"
    case .missingClassEnd: "a set of characters is not closed"
    case .nothingToRepeat: "the pattern repeats nothing"
    case .repeatedRepetition: "the pattern repeats a repetition"
    case .countTooLarge: "the pattern repeats too often"
    case .countsInverted: "the least number of repetitions is over the greatest"
    case .rangeInverted: "the range of characters ends before it starts"
    case .unknownEscape: "the pattern escapes a character that needs none or has no meaning"
    case .trailingBackslash: "the pattern ends after a backslash"
    case .invalidCodePoint: "the pattern names a character that does not exist"
    case .unknownProperty: "unknown property of characters"
    case .unknownPosixClass: "unknown set of characters"
    case .unknownFlag: "unknown flag"
    case .invalidGroupName: "this is no name of a group"
    case .repeatedGroupName: "the name of the group is used twice"
    case .backreference: "patterns cannot refer back to a group"
    case .lookaround: "patterns cannot look ahead or behind"
    case .atomicGroup, .possessive: "patterns cannot forbid backtracking"
    case .notInProfile: "this is not part of RE2's patterns"
    case .tooLong: "the pattern is too long"
    case .tooLarge: "the pattern is too large"
    case .tooDeep: "the groups of the pattern are nested too deeply"
    }
  }

  /// What was expected instead; `nil` where the message says it.
  package var expectation: String? {
    switch problem {
    case .missingGroupEnd: "')'"
    case .unexpectedGroupEnd: "'\\)' for the character itself"
    case .missingClassEnd: "']'"
    case .nothingToRepeat: "a character, a set or a group before it"
    case .repeatedRepetition: "a group around the inner one"
    case .countTooLarge: "at most \(PatternLimits.count)"
    case .unknownEscape: "a backslash only before punctuation or a letter with a meaning, such as \\d"
    case .trailingBackslash: "a character after it; '\\\\' is the backslash itself"
    case .invalidCodePoint: "a code point such as \\x{10FF}, but no surrogate"
    case .unknownProperty:
      "a general category such as L, Lu, Nd, or one of the scripts \(UnicodeScripts.names.joined(separator: ", "))"
    case .unknownPosixClass: PosixClasses.names.map { "[:\($0):]" }.joined(separator: ", ")
    case .unknownFlag: "some of i, m, s, U"
    case .invalidGroupName: "letters, digits and '_'"
    case .tooLong: "at most \(PatternLimits.length) bytes"
    case .tooLarge: "at most \(PatternLimits.program) steps once the counts are written out"
    case .tooDeep: "at most \(PatternLimits.depth) levels"
    case .rangeInverted, .countsInverted, .repeatedGroupName, .backreference, .lookaround, .atomicGroup, .possessive,
      .notInProfile:
      nil
    }
  }

  /// A way out; `nil` where there is none to offer.
  package var hint: String? {
    switch problem {
    case .backreference: "compare the two parts in an expression instead"
    case .lookaround: "write two conditions and join them with '&&', or 'not' for a negative one"
    case .atomicGroup, .possessive: "leave it out: matching takes linear time anyway"
    case .notInProfile: "'\\z' is the end of the text, '.' with the flag s is any character"
    case .repeatedRepetition: "'(?:a*)*' says it"
    case .nothingToRepeat: "put a backslash before it for the character itself"
    default: nil
    }
  }
}
