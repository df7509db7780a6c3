/// Reads the raw text of a scalar again, to learn where in the file each byte of its content lies.
///
/// It follows libyaml step for step: escapes, folded lines, indentation and chomping. The content it arrives at is
/// compared with libyaml's by the reader.
struct ScalarTracer {
  /// The file.
  private let bytes: [UInt8]
  /// Where the raw scalar ends.
  private let end: Int
  /// Up to where the raw scalar has been read.
  private var position: Int
  /// The content so far, in UTF-8.
  private(set) var text: [UInt8] = []
  /// Where the content lies, ascending.
  private(set) var segments: [ScalarMap.Segment] = []
  /// Where the next byte would continue the last segment.
  private var continuation: Int?
  /// In a block scalar: how many spaces of the current line have been passed.
  private var column = 0

  /// `range` is the raw scalar, with its quotes or its block header.
  init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  /// Reads a scalar; `parentIndent` is the column of the collection around it, and matters to block scalars only.
  mutating func trace(_ style: Scalar.Style, parentIndent: Int) {
    switch style {
    case .plain: traceFlow(until: end, quote: nil)
    case .singleQuoted, .doubleQuoted:
      position += 1
      traceFlow(until: end - 1, quote: style == .singleQuoted ? UInt8(ascii: "'") : UInt8(ascii: "\""))
    case .literal, .folded: traceBlock(isLiteral: style == .literal, parentIndent: parentIndent)
    }
    if segments.isEmpty { segments.append(segment(at: min(position, end))) }
  }

  // MARK: Writing

  /// A segment that starts where the content ends so far.
  private func segment(at offset: Int, isAtomic: Bool = false) -> ScalarMap.Segment {
    ScalarMap.Segment(text: Int32(text.count), file: Int32(offset), isAtomic: isAtomic)
  }

  /// Appends one byte of content that stands as itself at `offset`.
  private mutating func append(_ byte: UInt8, from offset: Int) {
    if continuation != offset { segments.append(segment(at: offset)) }
    text.append(byte)
    continuation = offset + 1
  }

  /// Appends content that the raw text from `offset` up to the current position stands for as a whole.
  private mutating func appendAtom(_ content: some Sequence<UInt8>, from offset: Int) {
    segments.append(segment(at: offset, isAtomic: true))
    text.append(contentsOf: content)
    segments.append(segment(at: position))
    continuation = position
  }

  // MARK: Plain and quoted

  /// Plain text, or text in quotes, up to `limit`.
  private mutating func traceFlow(until limit: Int, quote: UInt8?) {
    while position < limit {
      let byte = bytes[position]
      if isBlank(byte) || isBreak(byte) {
        traceSpace(until: limit, afterEscapedBreak: false)
      } else if byte == UInt8(ascii: "'"), quote == byte {
        position += 2
        appendAtom([byte], from: position - 2)
      } else if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
        traceEscape(until: limit)
      } else {
        append(byte, from: position)
        position += 1
      }
    }
  }

  /// White space: kept inside a line, folded where it holds line breaks.
  private mutating func traceSpace(until limit: Int, afterEscapedBreak: Bool) {
    let first = position
    var breaks: [Int] = []
    while position < limit, isBlank(bytes[position]) || isBreak(bytes[position]) {
      if isBreak(bytes[position]) {
        breaks.append(position)
        skipBreak()
      } else {
        position += 1
      }
    }
    if afterEscapedBreak {
      for offset in breaks { append(0x0A, from: offset) }
    } else if breaks.isEmpty {
      for offset in first..<position { append(bytes[offset], from: offset) }
    } else if breaks.count == 1 {
      append(0x20, from: breaks[0])
    } else {
      for offset in breaks.dropFirst() { append(0x0A, from: offset) }
    }
  }

  /// A backslash and what belongs to it.
  private mutating func traceEscape(until limit: Int) {
    let start = position
    guard start + 1 < limit else {
      position = limit
      return
    }
    let letter = bytes[start + 1]
    if isBreak(letter) {
      position += 1
      skipBreak()
      traceSpace(until: limit, afterEscapedBreak: true)
      return
    }
    position += 2
    switch letter {
    case UInt8(ascii: "x"): traceCode(digits: 2, from: start, until: limit)
    case UInt8(ascii: "u"): traceCode(digits: 4, from: start, until: limit)
    case UInt8(ascii: "U"): traceCode(digits: 8, from: start, until: limit)
    default: appendAtom(Self.escapes[letter] ?? [letter], from: start)
    }
  }

  /// The digits of `\x`, `\u` and `\U`.
  private mutating func traceCode(digits: Int, from start: Int, until limit: Int) {
    let stop = min(position + digits, limit)
    var code: UInt32 = 0
    while position < stop {
      let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue ?? 0
      code = code << 4 | UInt32(digit)
      position += 1
    }
    let scalar = Unicode.Scalar(code) ?? "\u{FFFD}"
    appendAtom(String(scalar).utf8, from: start)
  }

  /// What follows a backslash, where it does not stand for itself.
  private static let escapes: [UInt8: [UInt8]] = [
    UInt8(ascii: "0"): [0x00], UInt8(ascii: "a"): [0x07], UInt8(ascii: "b"): [0x08],
    UInt8(ascii: "t"): [0x09], 0x09: [0x09], UInt8(ascii: "n"): [0x0A],
    UInt8(ascii: "v"): [0x0B], UInt8(ascii: "f"): [0x0C], UInt8(ascii: "r"): [0x0D],
    UInt8(ascii: "e"): [0x1B], UInt8(ascii: "N"): [0xC2, 0x85], UInt8(ascii: "_"): [0xC2, 0xA0],
    UInt8(ascii: "L"): [0xE2, 0x80, 0xA8], UInt8(ascii: "P"): [0xE2, 0x80, 0xA9],
  ]

  // MARK: Block scalars

  /// What becomes of line breaks at the end: none, one, or all stay.
  private enum Chomping { case strip, clip, keep }

  /// A literal or folded block: its header, then line by line.
  ///
  /// A line break is only written when the next line is known: folding, blank lines and chomping decide about it.
  private mutating func traceBlock(isLiteral: Bool, parentIndent: Int) {
    var (indent, chomping) = traceHeader(parentIndent: parentIndent)
    var pending: [Int] = []
    traceBlankLines(&indent, parentIndent: parentIndent, breaks: &pending)
    guard let indent else { return }
    var lineBreak: Int?
    var lastWasIndented = false
    while position < end, column == indent {
      let isIndented = isBlank(bytes[position])
      if !isLiteral, let folded = lineBreak, !lastWasIndented, !isIndented {
        if pending.isEmpty { append(0x20, from: folded) }
      } else if let lineBreak {
        append(0x0A, from: lineBreak)
      }
      for offset in pending { append(0x0A, from: offset) }
      pending = []
      lastWasIndented = isIndented
      while position < end, !isBreak(bytes[position]) {
        append(bytes[position], from: position)
        position += 1
      }
      lineBreak = position < end ? position : nil
      skipBreak()
      column = 0
      var known: Int? = indent
      traceBlankLines(&known, parentIndent: parentIndent, breaks: &pending)
    }
    if chomping != .strip, let lineBreak { append(0x0A, from: lineBreak) }
    if chomping == .keep {
      for offset in pending { append(0x0A, from: offset) }
    }
  }

  /// Passes `|` or `>` with its indicators and the rest of its line.
  private mutating func traceHeader(parentIndent: Int) -> (indent: Int?, chomping: Chomping) {
    var indent: Int?
    var chomping = Chomping.clip
    position += 1
    let ends: [UInt8] = [0x09, 0x0A, 0x0D, 0x20, UInt8(ascii: "#")]
    while position < end, !ends.contains(bytes[position]) {
      switch bytes[position] {
      case UInt8(ascii: "-"): chomping = .strip
      case UInt8(ascii: "+"): chomping = .keep
      case UInt8(ascii: "1")...UInt8(ascii: "9"):
        indent = max(parentIndent, 0) + Int(bytes[position] - UInt8(ascii: "0"))
      default: break
      }
      position += 1
    }
    while position < end, !isBreak(bytes[position]) { position += 1 }
    skipBreak()
    return (indent, chomping)
  }

  /// Passes lines without content and the indentation of the next one, which decides an open `indent`.
  private mutating func traceBlankLines(
    _ indent: inout Int?, parentIndent: Int, breaks: inout [Int]
  ) {
    var widest = 0
    while true {
      while position < end, bytes[position] == 0x20, column < indent ?? .max {
        position += 1
        column += 1
      }
      widest = max(widest, column)
      guard position < end, isBreak(bytes[position]) else { break }
      breaks.append(position)
      skipBreak()
      column = 0
    }
    if indent == nil { indent = max(widest, parentIndent + 1, 1) }
  }

  // MARK: Characters

  private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  private func isBreak(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

  /// A line break may be a pair.
  private mutating func skipBreak() {
    guard position < end else { return }
    let isPair = bytes[position] == 0x0D && position + 1 < end && bytes[position + 1] == 0x0A
    position += isPair ? 2 : 1
  }
}
