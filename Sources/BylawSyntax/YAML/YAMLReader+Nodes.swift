/// From events to nodes.
extension YAMLReader {
  /// Reads the node that `event` begins.
  ///
  /// `depth` is the level of a collection here, `parentIndent` the column of the collection around it.
  mutating func readNode(
    _ event: YAMLEvent, depth: Int, parentIndent: Int
  ) throws(Halt) -> Node {
    nodesLeft -= 1
    guard nodesLeft >= 0 else {
      diagnostics.report(YAMLMessages.tooManyNodes(at: place(event.start, max(event.start, event.end))))
      throw .end
    }
    switch event.kind {
    case .alias:
      diagnostics.report(YAMLMessages.alias(text(event.start, event.end), at: place(event.start, event.end)))
      return Node(refusedAt: place(event.start, event.end))
    case .scalar(let text, let style, let isVerbatim):
      return scalarNode(
        event, text: text, style: style, isVerbatim: isVerbatim, parentIndent: parentIndent)
    case .sequenceStart(let isFlow):
      refuseProperties(of: event)
      try checkDepth(depth, of: event, isFlow: isFlow)
      return try readSequence(event, depth: depth, isFlow: isFlow)
    case .mappingStart(let isFlow):
      refuseProperties(of: event)
      try checkDepth(depth, of: event, isFlow: isFlow)
      return try readMapping(event, depth: depth, isFlow: isFlow)
    case .streamStart, .streamEnd, .documentStart, .documentEnd, .sequenceEnd, .mappingEnd:
      preconditionFailure("libyaml gives a node where a node begins")
    }
  }

  /// Stops at the first level too deep: nothing behind it is even scanned, as nesting costs libyaml dearly.
  private mutating func checkDepth(_ depth: Int, of event: YAMLEvent, isFlow: Bool) throws(Halt) {
    guard depth > Self.depthLimit else { return }
    let end = isFlow ? event.start + 1 : trimmedEnd(event.start, lineEnd(from: event.start))
    diagnostics.report(YAMLMessages.tooDeep(limit: Self.depthLimit, at: place(event.start, end)))
    throw .end
  }

  // MARK: Collections

  /// Reads up to the end of a list; a block list ends with its last item, not with what follows.
  private mutating func readSequence(
    _ start: YAMLEvent, depth: Int, isFlow: Bool
  ) throws(Halt) -> Node {
    var items: [Node] = []
    while true {
      let event = try next()
      if case .sequenceEnd = event.kind {
        let end = isFlow ? event.end : items.last.map { Int($0.range.end) } ?? event.start
        if isFlow { items = withoutCommaCuts(items) }
        return Node(kind: .sequence(items), range: place(start.start, max(end, start.start)))
      }
      items.append(try readNode(event, depth: depth + 1, parentIndent: start.column))
    }
  }

  /// Reads up to the end of a mapping; entries that cannot stand are reported and left out.
  private mutating func readMapping(
    _ start: YAMLEvent, depth: Int, isFlow: Bool
  ) throws(Halt) -> Node {
    var entries: [Node.Entry] = []
    entries.reserveCapacity(4)
    var keys = KeyIndex()
    var end = start.start
    var cut = CommaCut()
    while true {
      let event = try next()
      if case .mappingEnd = event.kind {
        let lacksValue = conclude(&cut, in: &entries)
        if isFlow { end = event.end }
        let range = place(start.start, max(end, start.start))
        return lacksValue && entries.isEmpty ? Node(refusedAt: range) : Node(kind: .mapping(entries), range: range)
      }
      let key = try readKey(event, depth: depth, parentIndent: start.column)
      let value = try readNode(try next(), depth: depth + 1, parentIndent: start.column)
      // What is refused is read all the same, for its own mistakes.
      end = Int(value.range.end)
      guard let key else { continue }
      if isFlow, isCut(key, value) {
        cut.add(piece: key.range, behind: entries.last)
        continue
      }
      _ = conclude(&cut, in: &entries)
      if let first = keys.insert(key, behind: entries) {
        diagnostics.report(
          YAMLMessages.duplicateKey(key.text, at: key.range, first: first))
      } else {
        entries.append(Node.Entry(key: key, value: value))
      }
    }
  }

  /// Reads a key; `nil` for one that cannot stand, which is reported.
  private mutating func readKey(
    _ event: YAMLEvent, depth: Int, parentIndent: Int
  ) throws(Halt) -> Scalar? {
    // libyaml does not say that a `?` stood before the key.
    if event.start >= 2, bytes[event.start - 1] == 0x20, bytes[event.start - 2] == UInt8(ascii: "?") {
      diagnostics.report(
        YAMLMessages.explicitKey(at: place(event.start - 2, event.start - 1)))
    }
    let reported = diagnostics
    let node = try readNode(event, depth: depth + 1, parentIndent: parentIndent)
    guard case .scalar(let key) = node.kind, case .scalar = event.kind else {
      // What is wrong inside of it does not matter any more.
      diagnostics = reported
      diagnostics.report(YAMLMessages.keyNotText(at: node.range))
      return nil
    }
    guard !node.isRefused else { return nil }
    if key.style == .plain, key.text == "<<" {
      diagnostics.report(YAMLMessages.mergeKey(at: key.range))
      return nil
    }
    if key.text.isEmpty {
      diagnostics.report(YAMLMessages.emptyKey(at: key.range))
      return nil
    }
    if key.style == .literal || key.style == .folded {
      diagnostics.report(YAMLMessages.keyNotText(at: key.range))
      return nil
    }
    return key
  }

  // MARK: Scalars

  /// A scalar; most stand in the file as they read, and need no tracing.
  private mutating func scalarNode(
    _ event: YAMLEvent, text: String, style: Scalar.Style, isVerbatim: Bool, parentIndent: Int
  ) -> Node {
    if event.tag != nil || event.hasAnchor {
      return scalarWithProperties(
        event, text: text, style: style, parentIndent: parentIndent)
    }
    let range = place(event.start, event.end)
    if isVerbatim {
      let inset: Int32 = style == .plain ? 0 : 1
      let map = ScalarMap(file: file, start: range.start + inset)
      return Node(scalar: Scalar(text: text, style: style, range: range, map: map))
    }
    return tracedNode(range, text: text, style: style, parentIndent: parentIndent)
  }

  /// A scalar whose content differs from its raw text.
  private mutating func tracedNode(
    _ raw: SourceRange, text: String, style: Scalar.Style, parentIndent: Int
  ) -> Node {
    var tracer = ScalarTracer(bytes, Int(raw.start)..<Int(raw.end))
    tracer.trace(style, parentIndent: parentIndent)
    var range = raw
    var map = ScalarMap(file: file, segments: tracer.segments)
    if !tracer.text.elementsEqual(text.utf8) {
      // The whole scalar is the place of all its content: less exact, never wrong.
      let end = ScalarMap.Segment(text: Int32(text.utf8.count), file: raw.end)
      let start = ScalarMap.Segment(text: 0, file: raw.start, isAtomic: true)
      map = ScalarMap(file: file, segments: [start, end])
    }
    if style == .literal || style == .folded {
      range.end = Int32(trimmedEnd(Int(raw.start), Int(raw.end)))
      if text.isEmpty, blockHeaderHasDigit(at: Int(raw.start)) {
        diagnostics.report(
          YAMLMessages.blockHeader(lineText(from: Int(raw.start)), at: range))
      }
    }
    return Node(scalar: Scalar(text: text, style: style, range: range, map: map))
  }

  /// `>5` and `|2` are headers of block scalars: without content they were meant as text.
  private func blockHeaderHasDigit(at offset: Int) -> Bool {
    bytes[offset..<lineEnd(from: offset)].prefix(3).contains {
      $0 >= UInt8(ascii: "1") && $0 <= UInt8(ascii: "9")
    }
  }

  // MARK: Text of the file

  /// A stretch of the file.
  func text(_ start: Int, _ end: Int) -> String {
    String(decoding: bytes[start..<max(start, end)], as: UTF8.self)
  }

  /// From an offset to the end of its line, without white space at the end.
  func lineText(from offset: Int) -> String {
    text(offset, trimmedEnd(offset, lineEnd(from: offset)))
  }
}

/// The keys of one mapping so far: its entries while they are few, a table when they are many.
private struct KeyIndex {
  private var long: [String: SourceRange] = [:]

  /// The place of an equal key that was here before; `entries` are those so far.
  mutating func insert(_ key: Scalar, behind entries: [Node.Entry]) -> SourceRange? {
    if long.isEmpty {
      for position in entries.indices where entries[position].key.text == key.text {
        return entries[position].key.range
      }
      if entries.count >= 8 {
        for entry in entries { long[entry.key.text] = entry.key.range }
        long[key.text] = key.range
      }
      return nil
    }
    if let first = long[key.text] { return first }
    long[key.text] = key.range
    return nil
  }
}
