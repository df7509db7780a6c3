/// Which file of a load a place lies in: the position in its `SourceMap`.
package struct FileID: Hashable, Sendable {
  package var index: Int32
  package init(index: Int32) { self.index = index }
}

/// A stretch of a file in bytes, from `start` up to but without `end`.
package struct SourceRange: Hashable, Sendable {
  package var file: FileID
  package var start: Int32
  package var end: Int32

  package init(file: FileID, start: Int32, end: Int32) {
    self.file = file
    self.start = start
    self.end = end
  }
}

/// One file as read: its path relative to the rule folder and its bytes.
package struct SourceFile: Sendable {
  /// What decisions and digests know the file by; it never depends on where a program runs.
  package let path: String
  /// What diagnostics show, so that it can be opened from the working directory.
  package let shownPath: String
  package let bytes: [UInt8]
  /// The byte offset at which each line starts; line 1 is at position 0.
  package let lineStarts: [Int32]
  /// Whether each byte is a character.
  private let isASCII: Bool

  package init(path: String, shownAs shownPath: String? = nil, bytes: [UInt8]) {
    self.path = path
    self.shownPath = shownPath ?? path
    self.bytes = bytes
    var starts: [Int32] = [0]
    var highest: UInt8 = 0
    for (offset, byte) in bytes.enumerated() {
      highest |= byte
      if byte == 0x0A { starts.append(Int32(offset + 1)) }
    }
    lineStarts = starts
    isASCII = highest < 0x80
  }

  /// The line and column at which a byte offset lies.
  func position(of offset: Int32) -> Position {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    let start = Int(lineStarts[low])
    let end = max(start, min(Int(offset), bytes.count))
    let column = isASCII ? end - start : bytes[start..<end].count { $0 & 0xC0 != 0x80 }
    return Position(line: low + 1, column: column + 1)
  }
}

/// A line and a column, both from 1; columns count Unicode scalars.
package struct Position: Hashable, Sendable {
  package var line: Int
  package var column: Int

  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

/// All files of a load.
package struct SourceMap: Sendable {
  package private(set) var files: [SourceFile] = []

  package init() {}

  package mutating func add(path: String, shownAs shownPath: String? = nil, bytes: [UInt8]) -> FileID {
    files.append(SourceFile(path: path, shownAs: shownPath, bytes: bytes))
    return FileID(index: Int32(files.count - 1))
  }

  package subscript(_ id: FileID) -> SourceFile { files[Int(id.index)] }

  /// The line and column at which a byte offset lies.
  package func position(of offset: Int32, in id: FileID) -> Position { files[Int(id.index)].position(of: offset) }

  /// `path:line:column` of where a range starts, relative to the rule folder: what decisions state.
  package func place(_ range: SourceRange) -> String { place(range, in: self[range.file].path) }

  /// `path:line:column` of where a range starts, as diagnostics show it to people.
  package func shownPlace(_ range: SourceRange) -> String { place(range, in: self[range.file].shownPath) }

  private func place(_ range: SourceRange, in path: String) -> String {
    let position = position(of: range.start, in: range.file)
    // Put together byte by byte: every rule and every node of the plan has its place.
    var place: [UInt8] = []
    place.reserveCapacity(path.utf8.count + 16)
    place.append(contentsOf: path.utf8)
    for number in [position.line, position.column] {
      place.append(UInt8(ascii: ":"))
      var unit = 1
      while number / unit >= 10 { unit *= 10 }
      while unit > 0 {
        place.append(UInt8(ascii: "0") + UInt8(number / unit % 10))
        unit /= 10
      }
    }
    return String(decoding: place, as: UTF8.self)
  }
}
