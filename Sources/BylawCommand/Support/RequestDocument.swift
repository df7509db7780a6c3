import BylawModel

/// What stands in a file of requests: one request, or one a line.
enum RequestDocument {
  case single([UInt8])
  case lines(RequestLines)

  /// So much is read before it is told which of both it is.
  private static let head = 1 << 20

  /// Reads an open file; `areLines` where its name says so.
  ///
  /// A text is lines if it is no document as a whole but one of several lines is. Of a long one the first line tells.
  init(_ descriptor: Int32, areLines: Bool) throws(Descriptor.Failure) {
    if areLines {
      self = .lines(RequestLines([], then: descriptor))
      return
    }
    var bytes: [UInt8] = []
    while bytes.count < Self.head {
      let more = try Descriptor.read(descriptor, atMost: Self.head)
      if more.isEmpty {
        self = Self.told(bytes)
        return
      }
      bytes += more
    }
    let first = bytes.split(separator: 0x0A, omittingEmptySubsequences: true).first { !Self.isBlank($0) }
    if let first, Self.isDocument(Array(first)) {
      self = .lines(RequestLines(bytes, then: descriptor))
      return
    }
    bytes += try Descriptor.readAll(descriptor)
    self = Self.told(bytes)
  }

  private static func told(_ bytes: [UInt8]) -> RequestDocument {
    let lines = bytes.split(separator: 0x0A).filter { !isBlank($0) }
    let areSeveral = lines.count > 1 && !isDocument(bytes) && lines.contains { isDocument(Array($0)) }
    return areSeveral ? .lines(RequestLines(bytes, then: nil)) : .single(bytes)
  }

  private static func isBlank(_ line: ArraySlice<UInt8>) -> Bool {
    line.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
  }

  private static func isDocument(_ bytes: [UInt8]) -> Bool {
    if case .object = try? JSONReader.parse(bytes) { true } else { false }
  }
}
