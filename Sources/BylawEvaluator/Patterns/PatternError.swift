/// Why a text is no pattern: what is wrong, and which part of the text.
package struct PatternError: Error, Sendable, Hashable {
  package enum Problem: Sendable, Hashable {
    case missingGroupEnd, unexpectedGroupEnd, missingClassEnd
    /// `*`, `+`, `?` or `{n}` with nothing before it, or after another of them.
    case nothingToRepeat, repeatedRepetition
    /// A count over 1000, or the lower bound over the upper one.
    case countTooLarge, countsInverted
    case rangeInverted
    case unknownEscape, trailingBackslash, invalidCodePoint
    case unknownProperty, unknownPosixClass
    case unknownFlag, invalidGroupName, repeatedGroupName
    /// Syntax that other engines have and that no engine can match in linear time.
    case backreference, lookaround, atomicGroup, possessive
    /// `\Z`, `\G`, `\X`, `\R`, `\K`, `\C` and comments.
    case notInProfile
    case tooLong, tooLarge, tooDeep
  }
  package var problem: Problem
  /// The part of the pattern that is wrong, as positions of Unicode scalars from 0.
  package var range: Range<Int>

  init(_ problem: Problem, at range: Range<Int>) {
    self.problem = problem
    self.range = range
  }
}
