/// A node of a YAML document with its place in the file.
package struct Node: Sendable {
  package enum Kind: Sendable {
    case scalar(Scalar)
    case sequence([Node])
    /// In the order of the file; keys are unique.
    case mapping([Entry])
  }
  package struct Entry: Sendable {
    package var key: Scalar
    package var value: Node
    package init(key: Scalar, value: Node) {
      self.key = key
      self.value = value
    }
  }
  package var kind: Kind
  package var range: SourceRange

  package init(kind: Kind, range: SourceRange) {
    self.kind = kind
    self.range = range
  }
}

/// A scalar: the text that YAML gives, and how each byte of it maps back to the file.
package struct Scalar: Sendable {
  package enum Style: Sendable, Hashable { case plain, singleQuoted, doubleQuoted, literal, folded }
  /// The content after YAML's own escapes, folding and indentation; UTF-8.
  package var text: String
  package var style: Style
  /// The whole scalar with its quotes or its block header.
  package var range: SourceRange
  package var map: ScalarMap

  package init(text: String, style: Style, range: SourceRange, map: ScalarMap) {
    self.text = text
    self.style = style
    self.range = range
    self.map = map
  }

  /// An absent value (`key:` with nothing after it), a plain scalar without text.
  package var isEmptyPlain: Bool { style == .plain && text.isEmpty }
}

/// Maps offsets in a scalar's text to the file.
package struct ScalarMap: Sendable {
  /// From `text` on, text bytes and file bytes run in step until the next segment.
  package struct Segment: Sendable, Hashable {
    package var text: Int32
    package var file: Int32
    package init(text: Int32, file: Int32) {
      self.text = text
      self.file = file
    }
  }
  package var file: FileID
  /// Ascending by `text`, the first at 0.
  package var segments: [Segment]

  package init(file: FileID, segments: [Segment]) {
    self.file = file
    self.segments = segments
  }

  /// The place in the file of one offset of the text.
  package func fileOffset(of textOffset: Int) -> Int32 {
    var low = 0
    var high = segments.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if Int(segments[middle].text) <= textOffset { low = middle } else { high = middle }
    }
    return segments[low].file + Int32(textOffset) - segments[low].text
  }

  /// The place in the file of a stretch of the text, in UTF-8 bytes.
  package func range(_ textRange: Range<Int>) -> SourceRange {
    let start = fileOffset(of: textRange.lowerBound)
    let end =
      textRange.isEmpty ? start : fileOffset(of: textRange.upperBound - 1) + 1
    return SourceRange(file: file, start: start, end: max(end, start))
  }

  /// A map for a part of the text, which starts at `offset`.
  package func dropping(_ offset: Int) -> ScalarMap {
    let first = Segment(text: 0, file: fileOffset(of: offset))
    let rest = segments.filter { Int($0.text) > offset }
      .map { Segment(text: $0.text - Int32(offset), file: $0.file) }
    return ScalarMap(file: file, segments: [first] + rest)
  }
}
