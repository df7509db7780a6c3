/// A regular expression in RE2's syntax that is searched for in time proportional to the text.
///
/// A pattern matches where any part of the text matches, as CEL's `matches` has it; `^…$` asks for the whole text.
/// Groups, names and non-greedy repetition are read but change no answer.
package struct Pattern: Sendable, Hashable {
  let program: PatternProgram

  /// Reads a pattern; throws what is wrong with it and where.
  ///
  /// A longer text than the limit is refused unread: patterns also come with requests.
  package init(parsing text: String) throws(PatternError) {
    guard text.utf8.count <= PatternLimits.length else {
      throw PatternError(.tooLong, at: 0..<text.unicodeScalars.count)
    }
    var parser = PatternParser(text)
    let syntax = try parser.parse()
    program = try PatternProgram(syntax, length: parser.scalars.count)
  }

  /// Whether the text has a match.
  package func matches(_ text: String) -> Bool {
    var scratch = PatternScratch()
    return matches(text.utf8Span.span, scratch: &scratch)
  }

  /// Whether the text, given as valid UTF-8, has a match.
  ///
  /// The scratch space may serve any number of patterns.
  func matches(_ text: borrowing Span<UInt8>, scratch: inout PatternScratch) -> Bool {
    scratch.prepare(for: program.instructions.count)
    var previous: Unicode.Scalar?
    var position = 0
    scratch.ways.removeAll(keepingCapacity: true)
    while true {
      let (scalar, width) = Pattern.scalar(of: text, at: position)
      let place = Place(previous: previous, next: scalar)
      scratch.beginStep()
      for way in scratch.ways where scratch.follow(program.instructions[Int(way)].next, at: place, in: program) {
        return true
      }
      if position == 0 || !program.isAnchored {
        if scratch.follow(program.start, at: place, in: program) { return true }
      } else if scratch.reached.isEmpty {
        return false
      }
      guard let scalar else { return false }
      scratch.ways.removeAll(keepingCapacity: true)
      for way in scratch.reached where program.holds(program.instructions[Int(way)].other, scalar) {
        scratch.ways.append(way)
      }
      previous = scalar
      position += width
    }
  }

  /// What lies on both sides of a position.
  struct Place {
    var previous: Unicode.Scalar?
    var next: Unicode.Scalar?

    func holds(_ assertion: PatternAssertion) -> Bool {
      switch assertion {
      case .textStart: previous == nil
      case .textEnd: next == nil
      case .lineStart: previous == nil || previous == "\n"
      case .lineEnd: next == nil || next == "\n"
      case .wordBoundary: isBoundary
      case .noWordBoundary: !isBoundary
      }
    }

    private var isBoundary: Bool {
      let before = previous.map { PatternProgram.isWord($0.value) } ?? false
      let after = next.map { PatternProgram.isWord($0.value) } ?? false
      return before != after
    }
  }

  /// The scalar at a position of valid UTF-8 and its width; `nil` at the end.
  private static func scalar(of text: borrowing Span<UInt8>, at position: Int) -> (Unicode.Scalar?, Int) {
    guard position < text.count else { return (nil, 0) }
    let first = UInt32(text[position])
    if first < 0x80 { return (Unicode.Scalar(first), 1) }
    let width = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    guard position + width <= text.count else { return ("\u{FFFD}", text.count - position) }
    var value = first & (0xFF >> UInt32(width + 1))
    for offset in 1..<width { value = value << 6 | UInt32(text[position + offset] & 0x3F) }
    return (Unicode.Scalar(value) ?? "\u{FFFD}", width)
  }
}

/// Room for a search, reused from one to the next.
struct PatternScratch {
  /// The instructions that took the last scalar.
  var ways: [Int32] = []
  /// The instructions that wait for the next scalar.
  private(set) var reached: [Int32] = []
  /// The step at which each instruction was last reached.
  private var marks: [UInt32] = []
  private var step: UInt32 = 0
  private var pending: [Int32] = []

  init() {}

  mutating func prepare(for count: Int) {
    if marks.count < count { marks += Array(repeating: 0, count: count - marks.count) }
  }

  mutating func beginStep() {
    if step == .max {
      for index in marks.indices { marks[index] = 0 }
      step = 0
    }
    step += 1
    reached.removeAll(keepingCapacity: true)
  }

  /// Reaches an instruction and what follows without a scalar; returns whether that is a match.
  mutating func follow(_ first: Int32, at place: Pattern.Place, in program: PatternProgram) -> Bool {
    pending.append(first)
    while let id = pending.popLast() {
      guard marks[Int(id)] != step else { continue }
      marks[Int(id)] = step
      let instruction = program.instructions[Int(id)]
      switch instruction.operation {
      case .match:
        pending.removeAll(keepingCapacity: true)
        return true
      case .set: reached.append(id)
      case .split:
        pending.append(instruction.other)
        pending.append(instruction.next)
      case .assertion:
        guard let assertion = PatternAssertion(rawValue: instruction.other) else { continue }
        if place.holds(assertion) { pending.append(instruction.next) }
      }
    }
    return false
  }
}
