/// A pattern as instructions of a machine that follows all ways at once, so that it reads each scalar only once.
struct PatternProgram: Sendable, Hashable {
  enum Operation: UInt8, Sendable {
    /// Takes a scalar of the set `other`, then goes to `next`.
    case set
    /// Goes to `next` and to `other`.
    case split
    /// Goes to `next` where the assertion `other` holds.
    case assertion
    case match
  }
  struct Instruction: Sendable, Hashable {
    var operation: Operation
    var next: Int32
    var other: Int32
  }
  /// A set, prepared: ASCII as bits, the rest as ranges.
  struct Set: Sendable, Hashable {
    var low: UInt64 = 0
    var high: UInt64 = 0
    var ranges: Range<Int32>
    var categories: UInt32
    var isNegated: Bool
  }

  private(set) var instructions: [Instruction] = []
  private(set) var sets: [Set] = []
  private(set) var ranges: [ClosedRange<UInt32>] = []
  private(set) var start: Int32 = 0
  /// Whether a match can only start where the text does.
  private(set) var isAnchored: Bool
  private var known: [ScalarSet: Int32] = [:]
  /// How many more parts may be written: repeating an empty part a thousand thousand times adds no instruction.
  private var budget = 10 * PatternLimits.program

  /// Translates a pattern; `length` is that of its text, for the error when it grows too large.
  init(_ syntax: PatternSyntax, length: Int) throws(PatternError) {
    isAnchored = PatternProgram.startsAtText(syntax)
    instructions.append(Instruction(operation: .match, next: -1, other: -1))
    guard let start = emit(syntax, then: 0) else { throw PatternError(.tooLarge, at: 0..<length) }
    self.start = start
    known = [:]
    budget = 0
  }

  private static func startsAtText(_ syntax: PatternSyntax) -> Bool {
    switch syntax {
    case .assertion(let assertion): assertion == .textStart
    case .sequence(let parts): parts.first.map(startsAtText) ?? false
    case .alternatives(let branches): branches.allSatisfy(startsAtText)
    case .repetition(let part, let least, _): least > 0 && startsAtText(part)
    case .empty, .set: false
    }
  }

  /// Letters, digits and `_` within ASCII.
  static func isWord(_ value: UInt32) -> Bool {
    switch value {
    case 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: true
    default: false
    }
  }

  private mutating func add(_ operation: Operation, next: Int32, other: Int32) -> Int32? {
    guard instructions.count < PatternLimits.program else { return nil }
    instructions.append(Instruction(operation: operation, next: next, other: other))
    return Int32(instructions.count - 1)
  }

  /// Writes a part from its end to its start; returns where it starts, `nil` when the program grows too large.
  private mutating func emit(_ syntax: PatternSyntax, then next: Int32) -> Int32? {
    budget -= 1
    guard budget > 0 else { return nil }
    switch syntax {
    case .empty: return next
    case .set(let set): return add(.set, next: next, other: prepared(set))
    case .assertion(let assertion): return add(.assertion, next: next, other: assertion.rawValue)
    case .sequence(let parts):
      var result = next
      for part in parts.reversed() {
        guard let start = emit(part, then: result) else { return nil }
        result = start
      }
      return result
    case .alternatives(let branches):
      var result: Int32?
      for branch in branches.reversed() {
        guard let start = emit(branch, then: next) else { return nil }
        guard let others = result else {
          result = start
          continue
        }
        guard let split = add(.split, next: start, other: others) else { return nil }
        result = split
      }
      return result
    case .repetition(let part, let least, let most):
      return emitRepetition(part, least: least, most: most, then: next)
    }
  }

  private mutating func emitRepetition(_ part: PatternSyntax, least: Int, most: Int?, then next: Int32) -> Int32? {
    var result = next
    var copies = least
    if let most {
      for _ in 0..<(most - least) {
        guard let start = emit(part, then: result), let split = add(.split, next: start, other: next) else {
          return nil
        }
        result = split
      }
    } else {
      guard let split = add(.split, next: -1, other: next), let start = emit(part, then: split) else { return nil }
      instructions[Int(split)].next = start
      // What is there at least once starts in the loop's own copy: nested `+` do not double the program.
      result = least == 0 ? split : start
      copies = max(0, least - 1)
    }
    for _ in 0..<copies {
      guard let start = emit(part, then: result) else { return nil }
      result = start
    }
    return result
  }

  private mutating func prepared(_ set: ScalarSet) -> Int32 {
    if let id = known[set] { return id }
    let merged = ScalarSet.merged(set.ranges)
    var result = Set(
      ranges: Int32(ranges.count)..<Int32(ranges.count + merged.count), categories: set.categories,
      isNegated: set.isNegated)
    ranges += merged
    for value in UInt32(0)..<128 {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let isMember =
        merged.contains { $0.contains(value) } || UnicodeCategories.bit(of: scalar) & set.categories != 0
      guard isMember != set.isNegated else { continue }
      if value < 64 { result.low |= 1 << UInt64(value) } else { result.high |= 1 << UInt64(value - 64) }
    }
    sets.append(result)
    let id = Int32(sets.count - 1)
    known[set] = id
    return id
  }

  /// Whether a set holds a scalar.
  func holds(_ set: Int32, _ scalar: Unicode.Scalar) -> Bool {
    let set = sets[Int(set)]
    let value = scalar.value
    if value < 64 { return set.low >> UInt64(value) & 1 != 0 }
    if value < 128 { return set.high >> UInt64(value - 64) & 1 != 0 }
    var low = Int(set.ranges.lowerBound)
    var high = Int(set.ranges.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < value { low = middle + 1 } else { high = middle }
    }
    var isMember = low < Int(set.ranges.upperBound) && ranges[low].contains(value)
    if !isMember, set.categories != 0 { isMember = UnicodeCategories.bit(of: scalar) & set.categories != 0 }
    return isMember != set.isNegated
  }
}
