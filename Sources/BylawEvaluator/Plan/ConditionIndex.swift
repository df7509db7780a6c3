/// Which of many conditions may hold, told by the single values that they compare with constants.
///
/// The conditions are the rows of a classification, or the rules of an action. For each value that they ask for, a
/// column has the set of those that may hold for every stretch between neighbouring constants. To intersect the sets of
/// the values at hand leaves the few that are worth being worked out, so that what a decision costs does not grow with
/// the rules that have nothing to say. These are the bit vectors by which packet filters find their rules (Lakshman and
/// Stiliadis, 1998).
///
/// An index only leaves out what is surely false: a value that cannot be told leaves all in.
struct ConditionIndex: BitwiseCopyable, Sendable {
  /// Its columns among those of the plan, and behind the last.
  private let firstColumn: Int32
  private let endOfColumns: Int32
  /// How many terms there are: a condition with alternatives has several, one after the other.
  let count: Int32
  /// Where the conditions that terms are of are told, among those of the plan; -1 where each has one.
  let owners: Int32

  /// An index of conditions about which nothing is known.
  init(columns: Range<Int> = 0..<0, count: Int, owners: Int = -1) {
    firstColumn = Int32(columns.lowerBound)
    endOfColumns = Int32(columns.upperBound)
    self.count = Int32(count)
    self.owners = Int32(owners)
  }

  var columns: Range<Int> { Int(firstColumn)..<Int(endOfColumns) }
  var wordCount: Int { (Int(count) + 63) / 64 }
  /// The set of all in the last word.
  var lastWord: UInt64 { count % 64 == 0 ? .max : 1 << UInt64(count % 64) - 1 }
}

/// The columns of all indexes of a plan in contiguous storage.
struct ConditionColumns: Sendable {
  struct Column: BitwiseCopyable, Sendable {
    /// The value.
    let node: NodeID
    /// Whether the value takes no more than a look at one cell.
    let isQuick: Bool
    /// The constants that it is compared with, ascending.
    let firstBound: Int32
    let endOfBounds: Int32
    /// How many stretches share a set: more than one where there would be too many sets.
    let stride: Int32
    /// The first word of the set of the first stretch, and of the conditions that ask for the value.
    let sets: Int32
    let asking: Int32
  }
  var columns: [Column] = []
  var bounds: [Int64] = []
  var words: [UInt64] = []
  /// By term, the condition that it is of.
  var owners: [Int32] = []

  /// The first word of the set for a value: stretches are in turn what lies below a constant, and the constant itself.
  @inline(__always)
  func set(of column: Int, for value: Int64, wordCount: Int) -> Int {
    let column = columns[column]
    let bounds = bounds.span
    var (low, high) = (Int(column.firstBound), Int(column.endOfBounds))
    while low < high {
      let middle = (low &+ high) >> 1
      if bounds[middle] < value { low = middle &+ 1 } else { high = middle }
    }
    var stretch = 2 &* (low &- Int(column.firstBound))
    if low < Int(column.endOfBounds), bounds[low] == value { stretch &+= 1 }
    if column.stride > 1 { stretch /= Int(column.stride) }
    return Int(column.sets) &+ stretch &* wordCount
  }
}

/// The conditions of an index that may hold, one after the other.
struct Candidates: BitwiseCopyable {
  let index: ConditionIndex
  /// Where the words of the set lie in the frame; of a single word only `bits` is kept.
  fileprivate let base: Int
  fileprivate var word = 0
  fileprivate var bits: UInt64
  fileprivate var owner = -1

  @inline(__always)
  fileprivate init(_ index: ConditionIndex, base: Int) {
    self.index = index
    self.base = base
    bits = index.count == 0 ? 0 : index.lastWord
  }
}

extension Frame {
  /// Starts to go through the conditions that may hold; ended by `next`, or before by `leave`.
  @inline(__always)
  mutating func candidates(of index: ConditionIndex) -> Candidates {
    var candidates = Candidates(index, base: candidateSets.count)
    if index.wordCount > 1 {
      intersect(&candidates)
    } else if !index.columns.isEmpty {
      intersectOneWord(&candidates)
    }
    return candidates
  }

  /// The next condition that may hold; `nil` when there are no more.
  @inline(__always)
  mutating func next(_ candidates: inout Candidates) -> Int? {
    while true {
      while candidates.bits == 0 {
        candidates.word += 1
        guard candidates.word < candidates.index.wordCount else {
          leave(candidates)
          return nil
        }
        candidates.bits = candidateSets[candidates.base + candidates.word]
      }
      let term = candidates.word * 64 + candidates.bits.trailingZeroBitCount
      candidates.bits &= candidates.bits &- 1
      guard candidates.index.owners >= 0 else { return term }
      let owner = Int(plan.conditions.owners[Int(candidates.index.owners) + term])
      // Another term of the same condition says nothing new.
      if owner != candidates.owner {
        candidates.owner = owner
        return owner
      }
    }
  }

  /// Ends before all were gone through.
  @inline(__always)
  mutating func leave(_ candidates: Candidates) {
    candidateSets.removeLast(candidateSets.count - candidates.base)
  }

  /// Leaves what may hold of at most 64 terms; a value is looked at when one that is still left asks for it.
  private mutating func intersectOneWord(_ candidates: inout Candidates) {
    var bits = candidates.bits
    for column in candidates.index.columns {
      let asking = Int(plan.conditions.columns[column].asking)
      if bits & plan.conditions.words[asking] == 0 { continue }
      if let set = self.set(of: column, wordCount: 1) { bits &= plan.conditions.words[set] }
    }
    candidates.bits = bits
  }

  /// Leaves what may hold of any number of terms; what takes more than a look is worked out where one left asks for it.
  private mutating func intersect(_ candidates: inout Candidates) {
    let wordCount = candidates.index.wordCount
    candidateSets.append(repeating: .max, count: wordCount)
    candidateSets[candidates.base + wordCount - 1] = candidates.index.lastWord
    for column in candidates.index.columns {
      if !plan.conditions.columns[column].isQuick {
        let asking = Int(plan.conditions.columns[column].asking)
        guard candidateSets.meets(plan.conditions.words, from: asking, at: candidates.base) else { continue }
      }
      if let set = self.set(of: column, wordCount: wordCount) {
        candidateSets.intersect(with: plan.conditions.words, from: set, at: candidates.base)
      }
    }
    candidates.bits = candidateSets[candidates.base]
  }

  /// The first word of the set for the value of a column; `nil` where it cannot be told.
  @inline(__always)
  private mutating func set(of column: Int, wordCount: Int) -> Int? {
    let node = plan.conditions.columns[column].node
    guard let cell = glance(node) ?? key(node) else {
      // A text that no rule names equals no constant, as does whatever lies below all of them.
      return plan.conditions.set(of: column, for: .min, wordCount: wordCount)
    }
    guard cell.state == .value else { return nil }
    return plan.conditions.set(of: column, for: cell.payload, wordCount: wordCount)
  }
}
