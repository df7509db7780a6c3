/// The line of a diagnostic as it is shown, and the underline below it.
///
/// A tab shows as `→`, wide characters take two cells, what cannot be shown has a stand-in, and a long line is cut
/// to a window around the place.
struct SourceSnippet {
  /// How many cells of a line are shown.
  static let windowWidth = 110
  /// How many cells are shown before the place where a line is cut.
  private static let leadingWidth = 40

  /// The number of the line, from 1.
  let line: Int
  /// The line, or its window.
  let text: String
  /// How many cells stand before the underline.
  let indent: Int
  /// A caret, and tildes up to the end of the range or of the line.
  let underline: String

  /// A character as it is shown.
  private struct Cell {
    var text: String
    var width: Int
    var offset: Int
  }

  /// The line on which `range` starts.
  init(_ range: SourceRange, in sources: SourceMap) {
    // A place may be the end of the file, behind its last line break.
    let file = sources[range.file]
    let start = min(max(Int(range.start), 0), file.bytes.count)
    line = sources.position(of: Int32(start), in: range.file).line
    let lineStart = Int(file.lineStarts[line - 1])
    let next = line < file.lineStarts.count ? Int(file.lineStarts[line]) - 1 : file.bytes.count
    let hasReturn = next > lineStart && file.bytes[next - 1] == 0x0D
    let lineEnd = hasReturn ? next - 1 : next
    let cells = Self.cells(of: file.bytes, lineStart..<max(lineStart, lineEnd), around: start)
    let window = Self.window(of: cells, around: start)
    // Either the window, or already the cells were cut.
    let isCutBefore = window.lowerBound > 0 || (cells.first?.offset ?? lineStart) > lineStart
    let isCutBehind =
      window.upperBound < cells.count || (cells.last.map { $0.offset + 4 < lineEnd } ?? false)
    let shown = cells[window]
    text = (isCutBefore ? "…" : "") + shown.map(\.text).joined() + (isCutBehind ? "…" : "")
    let before = shown.prefix { $0.offset < start }
    indent = before.reduce(isCutBefore ? 1 : 0) { $0 + $1.width }
    let marked = shown.dropFirst(before.count).prefix { $0.offset < Int(range.end) }
    let width = marked.reduce(0) { $0 + $1.width }
    underline = "^" + String(repeating: "~", count: max(width - 1, 0))
  }

  /// The characters of a line; of a very long one only those around `start`.
  private static func cells(of bytes: [UInt8], _ line: Range<Int>, around start: Int) -> [Cell] {
    // A character takes at most four bytes, and at most two cells.
    var position = max(line.lowerBound, start - 4 * windowWidth)
    while position > line.lowerBound, bytes[position] & 0xC0 == 0x80 { position -= 1 }
    let end = min(line.upperBound, start + 8 * windowWidth)
    var cells: [Cell] = []
    while position < end {
      let (length, scalar) = SourceText.decode(bytes, at: position)
      let (text, width) = Self.display(scalar)
      cells.append(Cell(text: text, width: width, offset: position))
      position += length
    }
    return cells
  }

  /// Which characters are shown: all of them, or as many as fit around the place.
  private static func window(of cells: [Cell], around start: Int) -> Range<Int> {
    guard cells.reduce(0, { $0 + $1.width }) > windowWidth else { return 0..<cells.count }
    var first = cells.firstIndex { $0.offset >= start } ?? cells.count
    var leading = 0
    while first > 0, leading + cells[first - 1].width <= leadingWidth {
      first -= 1
      leading += cells[first].width
    }
    // Fill up behind the place, then, near the end of the line, before it.
    var last = first
    var width = 0
    while last < cells.count, width + cells[last].width <= windowWidth {
      width += cells[last].width
      last += 1
    }
    while first > 0, width + cells[first - 1].width <= windowWidth {
      first -= 1
      width += cells[first].width
    }
    return first..<last
  }

  /// How one character of a source line is shown, and how many cells it takes.
  private static func display(_ scalar: Unicode.Scalar?) -> (text: String, width: Int) {
    guard let scalar else { return ("\u{FFFD}", 1) }
    if scalar == "\t" { return ("→", 1) }
    if let standIn = scalar.standIn { return (String(standIn), 1) }
    return (String(scalar), scalar.cellWidth)
  }
}

extension Unicode.Scalar {
  /// What is shown for a character that would change or garble a terminal's display.
  var standIn: Unicode.Scalar? {
    switch value {
    case 0x00..<0x20: Unicode.Scalar(0x2400 + value)
    case 0x7F: "\u{2421}"
    case 0x80..<0xA0, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: "\u{FFFD}"
    default: nil
    }
  }

  /// How many cells of a terminal the character takes.
  var cellWidth: Int {
    // Latin text, without a look at the tables.
    guard value >= 0x300 else { return 1 }
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    switch value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F,
      0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
      0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
      return 2
    default: return properties.isEmojiPresentation ? 2 : 1
    }
  }
}

extension String {
  /// How many characters of a message are shown.
  private static var messageLimit: Int { 400 }

  /// A message as it is shown: with stand-ins for what a terminal would obey, and not endless.
  var printable: String {
    let isLong = utf8.count > Self.messageLimit
    guard isLong || unicodeScalars.contains(where: { $0.standIn != nil }) else { return self }
    var result = String.UnicodeScalarView()
    for scalar in unicodeScalars.prefix(Self.messageLimit) { result.append(scalar.standIn ?? scalar) }
    if isLong, unicodeScalars.dropFirst(Self.messageLimit).first != nil { result.append("…") }
    return String(result)
  }
}
