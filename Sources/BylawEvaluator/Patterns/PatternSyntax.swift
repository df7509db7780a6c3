/// The limits that keep patterns small.
enum PatternLimits {
  /// The greatest length of a pattern in bytes of UTF-8.
  static let length = 4096
  /// The greatest count of a repetition.
  static let count = 1000
  /// The greatest number of instructions.
  static let program = 20_000
  /// The deepest nesting of groups.
  static let depth = 200
}

/// A pattern after parsing.
///
/// Whether a repetition is greedy and what a group captures do not matter to a search that only says whether there is a
/// match, so neither is kept.
indirect enum PatternSyntax: Sendable {
  case empty
  /// One scalar of a set.
  case set(ScalarSet)
  case assertion(PatternAssertion)
  case sequence([PatternSyntax])
  case alternatives([PatternSyntax])
  /// `most` is `nil` without an upper bound.
  case repetition(PatternSyntax, least: Int, most: Int?)
}

/// A condition on a position between two scalars.
enum PatternAssertion: Int32, Sendable, Hashable {
  case textStart, textEnd, lineStart, lineEnd, wordBoundary, noWordBoundary
}

/// A set of Unicode scalars: ranges and general categories, or all others.
struct ScalarSet: Sendable, Hashable {
  /// Inclusive ranges of scalar values.
  var ranges: [ClosedRange<UInt32>] = []
  /// One bit a general category, by `UnicodeCategories.bit`.
  var categories: UInt32 = 0
  var isNegated = false

  /// Every scalar.
  static let everything = ScalarSet(ranges: [0...0x10FFFF])

  init(ranges: [ClosedRange<UInt32>] = [], categories: UInt32 = 0, isNegated: Bool = false) {
    self.ranges = ranges
    self.categories = categories
    self.isNegated = isNegated
  }

  /// Adds what another set holds, negated or not.
  mutating func formUnion(_ other: ScalarSet) {
    guard other.isNegated else {
      ranges += other.ranges
      categories |= other.categories
      return
    }
    if other.ranges.isEmpty {
      categories |= ~other.categories & UnicodeCategories.all
    } else {
      let members = other.ranges + UnicodeCategories.ranges(of: other.categories)
      ranges += ScalarSet.complement(of: members)
    }
  }

  /// What the ranges leave out.
  static func complement(of ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
    var result: [ClosedRange<UInt32>] = []
    var next: UInt32 = 0
    for range in merged(ranges) {
      if range.lowerBound > next { result.append(next...(range.lowerBound - 1)) }
      next = range.upperBound + 1
    }
    if next <= 0x10FFFF { result.append(next...0x10FFFF) }
    return result
  }

  /// The same scalars in ascending ranges that neither touch nor overlap.
  static func merged(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
    var result: [ClosedRange<UInt32>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = result.last, range.lowerBound <= last.upperBound + 1 {
        result[result.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        result.append(range)
      }
    }
    return result
  }

  /// The set with every scalar that differs from a member by case only.
  func foldingCase() -> ScalarSet {
    var result = self
    result.ranges += CaseFolding.partners(of: ranges) + CaseFolding.partners(ofCategories: categories)
    return result
  }
}
