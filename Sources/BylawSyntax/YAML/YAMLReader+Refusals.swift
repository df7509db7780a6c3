/// What YAML knows and the rule language does not: tags, anchors, and text that a comma has cut.
extension YAMLReader {
  /// Reports the tag and the anchor of a collection.
  mutating func refuseProperties(of event: YAMLEvent) {
    if event.hasAnchor, let anchor = anchorRange(from: event.start) {
      diagnostics.report(YAMLMessages.anchor(text(anchor.start, anchor.end), at: anchor.range(file)))
    }
    if event.tag != nil, let tag = wordRange(from: event.start, starting: UInt8(ascii: "!")) {
      diagnostics.report(
        YAMLMessages.tag(text(tag.start, tag.end), mended: nil, at: tag.range(file)))
    }
  }

  /// A scalar with a tag or an anchor: reported, and read as the author meant it.
  mutating func scalarWithProperties(
    _ event: YAMLEvent, text content: String, style: Scalar.Style, parentIndent: Int
  ) -> Node {
    if event.hasAnchor, let anchor = anchorRange(from: event.start) {
      diagnostics.report(YAMLMessages.anchor(text(anchor.start, anchor.end), at: anchor.range(file)))
    }
    var tag = wordRange(from: event.start, starting: UInt8(ascii: "!"))
    if content.isEmpty, style == .plain, let word = tag, word.start < event.end {
      // Inside brackets a tag ends at a comma too.
      tag?.end = min(word.end, event.end)
    }
    let whole = place(event.start, event.end)
    guard event.tag != nil, let tag else { return Node(refusedAt: whole) }
    let word = text(tag.start, tag.end)
    let isYAMLType = event.tag?.hasPrefix("tag:yaml.org") ?? false
    guard !isYAMLType || YAMLMessages.isNegated(word), style == .plain || tag.end == event.end else {
      diagnostics.report(YAMLMessages.tag(word, mended: nil, at: tag.range(file)))
      return Node(refusedAt: whole)
    }
    // `!x && y` was meant: the raw text is the expression, and goes on as such.
    var tracer = ScalarTracer(bytes, tag.start..<max(event.end, tag.end))
    tracer.trace(.plain, parentIndent: parentIndent)
    let raw = String(decoding: tracer.text, as: UTF8.self)
    let range = place(tag.start, max(event.end, tag.end))
    diagnostics.report(YAMLMessages.tag(word, mended: YAMLMessages.negation(raw), at: tag.range(file)))
    let map = ScalarMap(file: file, segments: tracer.segments)
    return Node(scalar: Scalar(text: raw, style: .plain, range: range, map: map))
  }

  /// The place of `&name`.
  private func anchorRange(from offset: Int) -> ByteRange? {
    wordRange(from: offset, starting: UInt8(ascii: "&"))
  }

  /// The first word from `offset` on that starts with a sign; tag and anchor may stand in either order.
  private func wordRange(from offset: Int, starting sign: UInt8) -> ByteRange? {
    guard let start = bytes[offset...].prefix(512).firstIndex(of: sign) else { return nil }
    let end = bytes[start...].firstIndex { $0 <= 0x20 } ?? bytes.count
    return ByteRange(start: start, end: end)
  }

  /// A stretch of this file while it is looked for.
  struct ByteRange {
    var start: Int
    var end: Int
    func range(_ file: FileID) -> SourceRange {
      SourceRange(file: file, start: Int32(start), end: Int32(end))
    }
  }

  // MARK: Text that a comma has cut

  /// Keys without a value inside `{ }`, one behind the other: pieces of one text.
  struct CommaCut {
    /// The keys without a value, in the order of the file.
    var pieces: [SourceRange] = []
    /// The entry whose text goes on in the pieces.
    var entry: Node.Entry?

    /// Adds a piece; only the entry before the first one was cut.
    mutating func add(piece: SourceRange, behind entry: Node.Entry?) {
      if pieces.isEmpty { self.entry = entry }
      pieces.append(piece)
    }
  }

  /// Whether an entry inside `{ }` has no `:`.
  func isCut(_ key: Scalar, _ value: Node) -> Bool {
    guard case .scalar(let scalar) = value.kind, scalar.isEmptyPlain else { return false }
    let next = bytes[Int(key.range.end)...].first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    return next != UInt8(ascii: ":")
  }

  /// The report of a cut that has ended.
  func finish(_ cut: inout CommaCut) -> Diagnostic? {
    guard let first = cut.pieces.first, let last = cut.pieces.last else { return nil }
    defer { cut = CommaCut() }
    guard let entry = cut.entry, case .scalar(let value) = entry.value.kind, value.style == .plain,
      !value.text.isEmpty
    else {
      return YAMLMessages.missingValue(text(Int(first.start), Int(first.end)), at: first)
    }
    let whole = text(Int(value.range.start), Int(last.end))
    return YAMLMessages.commaCut(
      key: entry.key.text, text: whole,
      at: place(Int(value.range.start), Int(last.end)))
  }

  /// Reports a cut that has ended, and refuses the value that it has cut.
  ///
  /// Whether keys without a value stand there that no text goes on in.
  mutating func conclude(_ cut: inout CommaCut, in entries: inout [Node.Entry]) -> Bool {
    guard let report = finish(&cut) else { return false }
    diagnostics.report(report)
    guard report.code != YAMLCode.missingValue.code, let last = entries.indices.last else { return true }
    entries[last].value = Node(refusedAt: report.range)
    return false
  }

  /// Reports items of `[ ]` that are halves of a text with round brackets, `[f(a, b)]`, and refuses them.
  mutating func withoutCommaCuts(_ items: [Node]) -> [Node] {
    var kept: [Node] = []
    var isLost = false
    var open: (item: Scalar, depth: Int)?
    for item in items {
      kept.append(item)
      guard case .scalar(let scalar) = item.kind, scalar.style == .plain else {
        isLost = isLost || open != nil
        open = nil
        continue
      }
      let balance = scalar.text.utf8.reduce(0) { sum, byte in
        byte == UInt8(ascii: "(") ? sum + 1 : byte == UInt8(ascii: ")") ? sum - 1 : sum
      }
      if let begun = open {
        kept.removeLast()
        let depth = begun.depth + balance
        open = (begun.item, depth)
        guard depth <= 0 else { continue }
        let range = place(Int(begun.item.range.start), Int(scalar.range.end))
        diagnostics.report(
          YAMLMessages.commaCut(key: nil, text: text(Int(range.start), Int(range.end)), at: range))
        if !kept.isEmpty { kept[kept.count - 1] = Node(refusedAt: range) }
        open = nil
      } else if balance > 0 {
        open = (scalar, balance)
      }
    }
    // A text that nothing closes is reported where it is read.
    return isLost || open != nil ? items : kept
  }
}
