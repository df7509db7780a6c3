/// A node of a YAML document with its place in the file.
package struct Node: Sendable {
  /// What a node is.
  package enum Kind: Sendable {
    case scalar(Scalar)
    case sequence([Node])
    /// In the order of the file; keys are unique.
    case mapping([Entry])
  }
  /// A key with its value.
  package struct Entry: Sendable {
    package var key: Scalar
    package var value: Node
    package init(key: Scalar, value: Node) {
      self.key = key
      self.value = value
    }
  }
  /// The content.
  package var kind: Kind
  /// Where the node stands; a block collection ends with its last entry.
  package var range: SourceRange
  /// What stands here was refused and reported: nothing may be concluded from it.
  ///
  /// An empty scalar stands for it.
  package private(set) var isRefused = false

  package init(kind: Kind, range: SourceRange) {
    self.kind = kind
    self.range = range
  }

  /// A scalar, with its range.
  package init(scalar: Scalar) {
    self.init(kind: .scalar(scalar), range: scalar.range)
  }

  /// Stands for what was refused, an alias for example.
  package init(refusedAt range: SourceRange) {
    let map = ScalarMap(file: range.file, start: range.start)
    self.init(scalar: Scalar(text: "", style: .plain, range: range, map: map))
    isRefused = true
  }
}

/// A scalar: the text that YAML gives, and how each byte of it maps back to the file.
package struct Scalar: Sendable {
  /// How a scalar is written: it decides what escapes and line breaks mean.
  package enum Style: Sendable, Hashable { case plain, singleQuoted, doubleQuoted, literal, folded }
  /// The content after YAML's own escapes, folding and indentation; UTF-8.
  package var text: String
  /// How the scalar is written.
  package var style: Style
  /// The whole scalar with its quotes or its block header.
  package var range: SourceRange
  /// Where each byte of `text` lies.
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
    /// The offset in the text at which the segment starts.
    package var text: Int32
    /// The offset in the file at which it starts.
    package var file: Int32
    /// An escape: the text up to the next segment stands for the file up to the next segment, as a whole.
    package var isAtomic: Bool
    package init(text: Int32, file: Int32, isAtomic: Bool = false) {
      self.text = text
      self.file = file
      self.isAtomic = isAtomic
    }
  }
  /// The file that all segments lie in.
  package var file: FileID
  private var first: Segment
  /// Almost every scalar has one segment only: then nothing is allocated.
  private var others: [Segment]

  /// Ascending by `text`, the first at 0.
  package var segments: [Segment] { [first] + others }

  /// `segments` ascend by `text`, and the first is at 0.
  package init(file: FileID, segments: [Segment]) {
    self.file = file
    first = segments.first ?? Segment(text: 0, file: 0)
    others = Array(segments.dropFirst())
  }

  /// A scalar that stands in the file as it reads, from `start` on.
  package init(file: FileID, start: Int32) {
    self.file = file
    first = Segment(text: 0, file: start)
    others = []
  }

  /// The place in the file of one offset of the text.
  package func fileOffset(of textOffset: Int) -> Int32 {
    let (segment, _) = segments(around: textOffset)
    return segment.isAtomic ? segment.file : segment.file + Int32(textOffset) - segment.text
  }

  /// The place in the file of a stretch of the text, in UTF-8 bytes; an escape is covered whole.
  package func range(_ textRange: Range<Int>) -> SourceRange {
    if others.isEmpty, !first.isAtomic {
      let shift = first.file - first.text
      return SourceRange(
        file: file, start: shift + Int32(textRange.lowerBound), end: shift + Int32(textRange.upperBound))
    }
    let start = fileOffset(of: textRange.lowerBound)
    guard !textRange.isEmpty else { return SourceRange(file: file, start: start, end: start) }
    let last = textRange.upperBound - 1
    let (segment, next) = segments(around: last)
    let end = segment.isAtomic ? next?.file ?? segment.file + 1 : fileOffset(of: last) + 1
    return SourceRange(file: file, start: start, end: max(end, start))
  }

  /// A map for a part of the text, which starts at `offset`.
  package func dropping(_ offset: Int) -> ScalarMap {
    let (segment, _) = segments(around: offset)
    let start = Segment(text: 0, file: fileOffset(of: offset), isAtomic: segment.isAtomic)
    let rest = others.filter { Int($0.text) > offset }
      .map { Segment(text: $0.text - Int32(offset), file: $0.file, isAtomic: $0.isAtomic) }
    return ScalarMap(file: file, segments: [start] + rest)
  }

  /// The segment that a text offset lies in, and the one behind it.
  private func segments(around textOffset: Int) -> (Segment, next: Segment?) {
    var low = 0
    var high = others.count
    while low < high {
      let middle = (low + high) / 2
      if Int(others[middle].text) <= textOffset { low = middle + 1 } else { high = middle }
    }
    return (low == 0 ? first : others[low - 1], low < others.count ? others[low] : nil)
  }
}
