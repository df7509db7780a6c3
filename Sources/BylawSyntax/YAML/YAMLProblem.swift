/// Turns what libyaml says about a mistake of grammar into what the author did, with its place.
struct YAMLProblem {
  private let fault: YAMLFault
  /// The file, for places.
  private let file: FileID
  private let bytes: [UInt8]
  /// The line of the problem.
  private let line: YAMLLine
  /// The scalar that libyaml read before the mistake.
  private let lastScalar: Range<Int>?

  /// `bytes` is the whole file; `lastScalar` matters to texts that end later than their author thought.
  init(_ fault: YAMLFault, file: FileID, bytes: [UInt8], lastScalar: Range<Int>?) {
    self.fault = fault
    self.file = file
    self.bytes = bytes
    self.lastScalar = lastScalar
    line = YAMLLine(bytes, at: fault.offset)
  }

  /// Behind which offset reading may start again.
  var resumption: Int {
    let isUnclosed = ["end of stream", "document indicator", "expected ','"].contains {
      fault.problem.contains($0)
    }
    return isUnclosed ? fault.contextOffset : max(fault.offset - 1, 0)
  }

  /// The mistake in the author's terms.
  var diagnostic: Diagnostic {
    if let tag = negation { return tag }
    switch fault.problem {
    case "mapping values are not allowed in this context": return unexpectedColon
    case "could not find expected ':'": return missingColon
    case "did not find expected key": return unexpectedInMapping
    case "did not find expected '-' indicator": return unexpectedInList
    case "did not find expected ',' or ']'": return unexpectedInBrackets("[")
    case "did not find expected ',' or '}'": return unexpectedInBrackets("{")
    case "found character that cannot start any token": return badStart
    case "did not find expected alphabetic or numeric character":
      return reservedCharacter(at: fault.contextOffset)
    case "found a tab character that violates indentation",
      "found a tab character where an indentation space is expected":
      return tab
    case "found unexpected end of stream", "found unexpected document indicator": return unclosedQuote
    case "found unknown escape character": return unknownEscape
    case "did not find expected hexdecimal number", "found invalid Unicode character escape code":
      return badCode
    case "found an indentation indicator equal to 0", "did not find expected comment or line break":
      return YAMLMessages.blockHeader(rest(from: fault.contextOffset), at: toLineEnd(fault.contextOffset))
    case "block sequence entries are not allowed in this context":
      return YAMLMessages.misplacedDash(line.mended, at: place(fault.offset, 1))
    case "mapping keys are not allowed in this context": return reservedCharacter(at: fault.offset)
    case "did not find expected node content": return missingNode
    case "did not find expected <document start>": return YAMLMessages.behindTheEnd(at: toLineEnd(fault.offset))
    case "found unexpected ':'": return YAMLMessages.colonWithoutSpace(at: place(fault.offset, 1))
    case "out of memory": return YAMLMessages.outOfMemory(file)
    default: return otherTag ?? YAMLMessages.other(at: toLineEnd(fault.offset))
    }
  }

  // MARK: Places

  /// A place inside of the file, whatever libyaml says.
  private func place(_ start: Int, _ length: Int) -> SourceRange {
    let start = min(start, bytes.count)
    return SourceRange(
      file: file, start: Int32(start), end: Int32(min(start + length, bytes.count)))
  }

  private func place(_ range: Range<Int>) -> SourceRange { place(range.lowerBound, range.count) }

  /// From an offset to the end of its line.
  private func toLineEnd(_ offset: Int) -> SourceRange {
    place(offset, max(YAMLLine(bytes, at: offset).range.upperBound - offset, 0))
  }

  private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  /// The line from an offset on.
  private func rest(from offset: Int) -> String {
    let end = YAMLLine(bytes, at: offset).range.upperBound
    return text(min(offset, end)..<end)
  }

  private var character: UInt8? { fault.offset < bytes.count ? bytes[fault.offset] : nil }

  /// The character at an offset.
  private func scalar(at offset: Int) -> String {
    guard offset < bytes.count else { return "" }
    return SourceText.decode(bytes, at: offset).scalar.map { String($0) } ?? ""
  }

  // MARK: Tags

  /// A value that starts with `!`: whatever YAML stumbled over later, this is the cause.
  private var negation: Diagnostic? {
    var line = line
    for _ in 0..<Self.continuationsLookedAt where line.key == nil && line.range.lowerBound > 0 {
      guard bytes[line.value].first != UInt8(ascii: "!") else { break }
      line = YAMLLine(bytes, at: line.range.lowerBound - 1)
    }
    guard bytes[line.value].first == UInt8(ascii: "!"), line.value.lowerBound <= fault.offset else {
      return nil
    }
    let value = text(line.value)
    let word = value.prefix { $0 != " " }
    return YAMLMessages.tag(
      String(word), mended: YAMLMessages.negation(value),
      at: place(line.value.lowerBound, word.utf8.count))
  }

  /// How many lines of one text are passed on the way up to its start.
  private static let continuationsLookedAt = 8

  /// A tag inside brackets, or one that libyaml could not even scan.
  private var otherTag: Diagnostic? {
    guard fault.context.contains("tag") || fault.problem.contains("tag") else { return nil }
    let word = rest(from: fault.contextOffset).prefix { !" ,]}".contains($0) }
    return YAMLMessages.tag(
      String(word), mended: YAMLMessages.negation(String(word)),
      at: place(fault.contextOffset, word.utf8.count))
  }

  // MARK: Keys and colons

  /// A second `: ` on a line, or a key below a text.
  private var unexpectedColon: Diagnostic {
    if let key = line.key, key.upperBound == fault.offset, let last = lastScalar,
      last.lowerBound < line.range.lowerBound
    {
      return YAMLMessages.keyUnderText(text(key), at: place(key), text: firstLine(of: last))
    }
    return YAMLMessages.colonInText(line.mended, isFlow: false, at: place(fault.offset, 1))
  }

  /// The part of a range on its first line.
  private func firstLine(of range: Range<Int>) -> SourceRange {
    let end = min(YAMLLine(bytes, at: range.lowerBound).range.upperBound, range.upperBound)
    return place(range.lowerBound..<max(end, range.lowerBound))
  }

  /// libyaml notices on the next line: the mistake is where the key would start.
  private var missingColon: Diagnostic {
    let start = YAMLLine(bytes, at: fault.contextOffset)
    let whole = fault.contextOffset..<max(fault.contextOffset, start.range.upperBound)
    if let comment = comment(in: whole) { return YAMLMessages.commentCut(nil, at: comment) }
    let key = text(whole)
    return key.count > 100
      ? YAMLMessages.keyTooLong(at: place(whole)) : YAMLMessages.missingColon(key, at: place(whole))
  }

  /// Something in a block mapping that is no key in its column.
  private var unexpectedInMapping: Diagnostic {
    if fault.offset > line.content { return behindValue }
    if character == UInt8(ascii: ":") { return YAMLMessages.emptyKey(at: place(fault.offset, 1)) }
    if let comment = commentAbove {
      return YAMLMessages.textBehindComment(comment: comment, at: toLineEnd(fault.offset))
    }
    let block = YAMLLine(bytes, at: fault.contextOffset)
    let column = fault.contextOffset - block.range.lowerBound
    if line.indentation == column, character == UInt8(ascii: "-") {
      return YAMLMessages.notAKey(at: toLineEnd(fault.offset))
    }
    let (outer, inner) = indentationsAbove
    guard let inner else {
      return YAMLMessages.tooDeepLine(wanted: outer ?? column, at: toLineEnd(fault.offset))
    }
    return YAMLMessages.badIndentation(
      spaces: line.indentation, wanted: [outer ?? column, inner], at: toLineEnd(fault.offset))
  }

  /// The next lesser and the next greater indentation among the lines above, down from the block they belong to.
  private var indentationsAbove: (outer: Int?, inner: Int?) {
    var inner: Int?
    var offset = line.range.lowerBound - 1
    for _ in 0..<Self.linesLookedAt where offset >= 0 {
      let above = YAMLLine(bytes, at: offset)
      offset = above.range.lowerBound - 1
      let isBlank = above.range.count == above.indentation || bytes[above.content] == UInt8(ascii: "#")
      guard !isBlank else { continue }
      guard above.indentation > line.indentation else { return (above.indentation, inner) }
      inner = min(inner ?? .max, above.indentation)
    }
    return (nil, inner)
  }

  /// How far up the cause of a wrong indentation is looked for.
  private static let linesLookedAt = 500

  /// Something in a block list that starts with no dash in its column.
  private var unexpectedInList: Diagnostic {
    fault.offset > line.content
      ? behindValue : YAMLMessages.notAnItem(at: toLineEnd(fault.offset))
  }

  /// Text behind a value that is already complete: behind a closing quote or bracket.
  private var behindValue: Diagnostic {
    var before = fault.offset - 1
    while before > line.content, YAMLLine.isBlank(bytes[before]) { before -= 1 }
    switch bytes[before] {
    case UInt8(ascii: "]"), UInt8(ascii: "}"):
      return YAMLMessages.textAfterBracket(line.mended, at: toLineEnd(fault.offset))
    case UInt8(ascii: "'"), UInt8(ascii: "\""):
      if let last = lastScalar, last.lowerBound < line.range.lowerBound {
        return YAMLMessages.unclosedQuote(
          at: firstLine(of: last), single: bytes[before] == UInt8(ascii: "'"), closed: place(before, 1))
      }
      return YAMLMessages.textAfterQuote(line.mended, at: toLineEnd(fault.offset))
    default:
      return character == UInt8(ascii: ":")
        ? YAMLMessages.emptyKey(at: place(fault.offset, 1)) : YAMLMessages.other(at: toLineEnd(fault.offset))
    }
  }

  /// The comment at the end of the text that this line seems to continue.
  private var commentAbove: SourceRange? {
    guard let last = lastScalar, last.upperBound < line.range.lowerBound else { return nil }
    let above = YAMLLine(bytes, at: last.upperBound)
    guard above.range.upperBound >= line.range.lowerBound - 2,
      let sign = bytes[last.upperBound..<above.range.upperBound].firstIndex(of: UInt8(ascii: "#"))
    else { return nil }
    return place(sign..<above.range.upperBound)
  }

  // MARK: Brackets and quotes

  /// Neither a comma nor the closing bracket: the bracket is open, or a text was cut.
  private func unexpectedInBrackets(_ bracket: Character) -> Diagnostic {
    let opening = YAMLLine(bytes, at: fault.contextOffset)
    var innermost = fault.contextOffset
    while innermost + 1 < bytes.count, bytes[innermost + 1] == UInt8(ascii: "[") { innermost += 1 }
    if let interval = intervalText(rest(from: innermost)) {
      return YAMLMessages.interval(interval, at: place(innermost, interval.utf8.count))
    }
    guard opening.range.contains(fault.offset) else {
      let isEnd = fault.offset >= bytes.count || line.range.isEmpty
      return YAMLMessages.unclosedBracket(
        bracket, at: place(fault.contextOffset, 1),
        noticed: isEnd || line.range == opening.range ? nil : place(line.content..<line.range.upperBound),
        comment: comment(in: fault.contextOffset..<opening.range.upperBound))
    }
    if character == UInt8(ascii: ":") {
      return YAMLMessages.colonInText(
        line.mendedEntry(at: fault.offset), isFlow: true, at: place(fault.offset, 1))
    }
    return YAMLMessages.missingComma(
      in: bracket, line.mendedEntry(at: fault.offset), at: place(fault.offset, 1))
  }

  /// What stands behind ` #` outside of quotes.
  private func comment(in range: Range<Int>) -> SourceRange? {
    var quote: UInt8?
    for offset in range.dropFirst() {
      let byte = bytes[offset]
      if byte == quote {
        quote = nil
      } else if quote == nil, byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        quote = byte
      } else if quote == nil, byte == UInt8(ascii: "#"), YAMLLine.isBlank(bytes[offset - 1]) {
        return place(offset..<range.upperBound)
      }
    }
    return nil
  }

  /// `[1..5)` at the start of a text.
  private func intervalText(_ text: String) -> String? {
    guard text.hasPrefix("["), let end = text.firstIndex(of: ")") else { return nil }
    let interval = text[...end]
    let isInterval = interval.contains("..") && !interval.contains("]") && !interval.contains("(")
    return isInterval ? String(interval) : nil
  }

  /// The mistake is where the text starts: libyaml has read on to the end.
  private var unclosedQuote: Diagnostic {
    let isSingle = fault.contextOffset < bytes.count && bytes[fault.contextOffset] == UInt8(ascii: "'")
    return YAMLMessages.unclosedQuote(
      at: toLineEnd(fault.contextOffset), single: isSingle, closed: nil)
  }

  /// `\q`.
  private var unknownEscape: Diagnostic {
    let start = escapeStart
    let escape = "\\" + scalar(at: start + 1)
    return YAMLMessages.unknownEscape(escape, at: place(start, escape.utf8.count))
  }

  /// `\u12`.
  private var badCode: Diagnostic {
    let start = escapeStart
    let digits = rest(from: start).dropFirst(2).prefix(8).prefix { $0.isHexDigit }
    let escape = "\\" + scalar(at: start + 1) + digits
    return YAMLMessages.badCode(escape, at: place(start, escape.utf8.count))
  }

  /// libyaml points at the backslash or behind it.
  private var escapeStart: Int {
    let before = bytes[..<min(fault.offset + 1, bytes.count)]
    return before.lastIndex(of: UInt8(ascii: "\\")) ?? fault.offset
  }

  // MARK: Signs

  /// A character that cannot start anything: a tab, a comparison in a cell, or a reserved sign.
  private var badStart: Diagnostic {
    if character == 0x09 { return tab }
    let value = rest(from: fault.offset)
    if let entry = line.mendedEntry(at: fault.offset), value.hasPrefix(">") {
      return YAMLMessages.comparison(entry.value, at: place(fault.offset, entry.value.utf8.count))
    }
    return reservedCharacter(at: fault.offset)
  }

  /// A sign at the start of a text, which quotes would mend.
  private func reservedCharacter(at offset: Int) -> Diagnostic {
    let sign = scalar(at: offset)
    let line = YAMLLine(bytes, at: offset)
    let mended = line.value.lowerBound == offset ? line.mended : line.mendedEntry(at: offset)
    return YAMLMessages.reservedCharacter(sign, mended, at: place(offset, max(sign.utf8.count, 1)))
  }

  /// All tabs at the start of the line, or the one between words.
  private var tab: Diagnostic {
    let isLine = fault.offset <= line.content
    let start = isLine ? line.range.lowerBound : fault.offset
    let end = isLine ? line.content : fault.offset + 1
    let first = bytes[start..<max(start, end)].firstIndex(of: 0x09) ?? start
    return YAMLMessages.tabIndentation(at: place(first, max(end - first, 1)), isLine: isLine)
  }

  /// A comma, a closing bracket or the end, where a value should stand.
  private var missingNode: Diagnostic {
    let sign = scalar(at: fault.offset)
    let found = sign.allSatisfy { $0.isNewline || $0.isWhitespace } ? "" : sign
    return YAMLMessages.missingNode(found, at: place(fault.offset, max(found.utf8.count, 0)))
  }
}
