import BylawModel

/// What stands in a file of requests: one request, or one a line.
enum RequestDocument {
  /// A line that is not blank.
  struct Line {
    /// From 1.
    var number: Int
    var bytes: [UInt8]
  }
  case single([UInt8])
  case lines([Line])

  /// Tells one document from JSON Lines: a text is lines if it is no document as a whole but one of several lines is.
  init(_ bytes: [UInt8], areLines: Bool) {
    let lines = Self.lines(of: bytes)
    let areSeveral = lines.count > 1 && !Self.isDocument(bytes) && lines.contains { Self.isDocument($0.bytes) }
    self = areLines || areSeveral ? .lines(lines) : .single(bytes)
  }

  private static func isDocument(_ bytes: [UInt8]) -> Bool {
    if case .object = try? JSONReader.parse(bytes) { true } else { false }
  }

  private static func lines(of bytes: [UInt8]) -> [Line] {
    var lines: [Line] = []
    for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
    where !line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) {
      lines.append(Line(number: index + 1, bytes: Array(line)))
    }
    return lines
  }
}
