/// Reads one YAML file into a tree in which every node knows its place.
///
/// What the rule language does not use (aliases, anchors, tags, merge keys, several documents) is refused with the
/// mended text where there is one, and reading goes on, so that one run shows all mistakes. libyaml stops at a
/// mistake of grammar: then reading starts again at the next key of the first column, for its mistakes only.
package struct YAMLReader: ~Copyable {
  /// A file may have this many bytes.
  package static let sizeLimit = 16 << 20
  /// Mappings and lists may stand in each other this deep.
  package static let depthLimit = 64
  /// A file may hold this many keys, values, lists and mappings.
  package static let nodeLimit = 2_000_000
  /// The files of a rule set may hold this many together; each takes some hundred bytes until the rules are checked.
  package static let ruleSetNodeLimit = 1_000_000
  /// With this many mistakes in a file, reading ends.
  package static let mistakeLimit = 1000
  /// How often reading starts again behind a mistake of grammar.
  private static let restartLimit = 8

  /// Why a file cannot be read on; the mistake is already reported.
  enum Halt: Error {
    /// A mistake of grammar: reading may start again at a key behind this offset.
    case fault(at: Int)
    /// A limit, or a document that there may not be.
    case end
  }

  let file: FileID
  /// The file, with stand-ins for what may not stand in it.
  let bytes: [UInt8]
  /// How many nodes may still come.
  var nodesLeft: Int
  /// Where the next event comes from.
  var events: YAMLEvents
  /// What has been found so far.
  var diagnostics = Diagnostics()
  /// The raw place of the latest scalar, for the wording of what comes behind it.
  private var lastScalar: Range<Int>?

  /// The tree of a file; `nil` if nothing can be made of it, and then an error is reported.
  ///
  /// With errors there may be a tree all the same: it lacks the entries that were refused.
  package static func read(
    _ file: FileID, in sources: SourceMap, diagnostics: inout Diagnostics
  ) -> Node? {
    var nodesLeft = nodeLimit
    return read(file, in: sources, diagnostics: &diagnostics, nodesLeft: &nodesLeft)
  }

  /// The tree of one file of several that have a limit in common.
  ///
  /// `nodesLeft`: how many keys, values, lists and mappings may come; those of the file are taken off.
  package static func read(
    _ file: FileID, in sources: SourceMap, diagnostics: inout Diagnostics, nodesLeft: inout Int
  ) -> Node? {
    let original = sources[file].bytes
    guard original.count <= sizeLimit else {
      diagnostics.report(YAMLMessages.tooLarge(file))
      return nil
    }
    // Bad characters are reported here, all at once: libyaml would stop at the first.
    let text = SourceText(original, file: file, diagnostics: &diagnostics)
    guard text.isText else { return nil }
    let first = text.contentStart
    var start = first
    for _ in 0...restartLimit {
      guard let events = YAMLEvents(text.bytes, from: start, isASCII: text.isASCII) else {
        diagnostics.report(YAMLMessages.outOfMemory(file))
        return nil
      }
      var reader = YAMLReader(file: file, bytes: text.bytes, nodesLeft: nodesLeft, events: events)
      do throws(Halt) {
        let node = try reader.readDocument(from: start)
        nodesLeft = reader.nodesLeft
        diagnostics.report(contentsOf: reader.diagnostics.all)
        return start == first ? node : nil
      } catch {
        diagnostics.report(contentsOf: reader.diagnostics.all)
        guard case .fault(let offset) = error,
          let next = nextTopLevelKey(in: text.bytes, behind: max(offset, start))
        else { return nil }
        start = next
      }
    }
    return nil
  }

  /// Takes over the events.
  private init(file: FileID, bytes: [UInt8], nodesLeft: Int, events: consuming YAMLEvents) {
    self.file = file
    self.bytes = bytes
    self.nodesLeft = nodesLeft
    self.events = events
  }

  // MARK: Documents

  /// The one document of a file, from the byte offset `start` on.
  private mutating func readDocument(from start: Int) throws(Halt) -> Node? {
    try refuseDirective(at: start)
    _ = try next()
    guard case .documentStart = try next().kind else {
      diagnostics.report(YAMLMessages.emptyFile(at: place(start, start)))
      return nil
    }
    let node = try readNode(try next(), depth: 1, parentIndent: -1)
    if case .scalar(let scalar) = node.kind, scalar.isEmptyPlain, !node.isRefused {
      diagnostics.report(YAMLMessages.emptyFile(at: node.range))
      return nil
    }
    // The end of the document; behind it only comments may stand.
    let end = try next().end
    try refuseDirective(at: end)
    let last = try next()
    if case .documentStart = last.kind {
      let marker = last.start..<min(last.start + 3, bytes.count)
      diagnostics.report(YAMLMessages.severalDocuments(at: place(marker.lowerBound, marker.upperBound)))
      throw .end
    }
    return node
  }

  /// Directives are refused before libyaml sees them: it compares each with all before it.
  private mutating func refuseDirective(at offset: Int) throws(Halt) {
    var line = offset
    while line < bytes.count {
      let end = lineEnd(from: line)
      let first = bytes[line..<end].first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }
      if bytes[line] == UInt8(ascii: "%"), line == 0 || bytes[line - 1] == 0x0A {
        diagnostics.report(YAMLMessages.directive(at: place(line, trimmedEnd(line, end))))
        throw .end
      }
      let isMarker = bytes[line..<end].starts(with: [0x2E, 0x2E, 0x2E])
      guard isMarker || first == nil || first == UInt8(ascii: "#") else { return }
      line = end + 1
    }
  }

  /// The start of the next line that begins with a key in the first column.
  private static func nextTopLevelKey(in bytes: [UInt8], behind offset: Int) -> Int? {
    var position = offset
    while let lineBreak = bytes[position...].firstIndex(of: 0x0A), lineBreak + 1 < bytes.count {
      position = lineBreak + 1
      let first = bytes[position]
      let isLetter = (first | 0x20) >= UInt8(ascii: "a") && (first | 0x20) <= UInt8(ascii: "z")
      guard isLetter else { continue }
      let colon = bytes[position...].firstIndex { $0 == UInt8(ascii: ":") || $0 == 0x0A }
      guard let colon, bytes[colon] != 0x0A else { continue }
      if colon + 1 == bytes.count || [0x20, 0x0A, 0x0D].contains(bytes[colon + 1]) { return position }
    }
    return nil
  }

  // MARK: Events and places

  /// The next event; a mistake of grammar is reported and ends this reading.
  mutating func next() throws(Halt) -> YAMLEvent {
    guard diagnostics.all.count < Self.mistakeLimit else { throw .end }
    switch events.next() {
    case .event(let event):
      if case .scalar = event.kind { lastScalar = event.start..<max(event.start, event.end) }
      return event
    case .fault(let fault):
      let problem = YAMLProblem(fault, file: file, bytes: bytes, lastScalar: lastScalar)
      diagnostics.report(problem.diagnostic)
      throw .fault(at: problem.resumption)
    }
  }

  /// A place in this file.
  func place(_ start: Int, _ end: Int) -> SourceRange {
    SourceRange(file: file, start: Int32(start), end: Int32(end))
  }

  /// The offset of the line break behind an offset, or the end of the file.
  func lineEnd(from offset: Int) -> Int {
    bytes[offset...].firstIndex(of: 0x0A) ?? bytes.count
  }

  /// `end` without the white space and line breaks before it.
  func trimmedEnd(_ start: Int, _ end: Int) -> Int {
    var end = end
    while end > start, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[end - 1]) { end -= 1 }
    return end
  }
}
