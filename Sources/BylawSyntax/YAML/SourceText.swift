/// The bytes of a file made fit for libyaml: what may not stand in a rule file is reported and replaced.
///
/// A replacement has the length of what it replaces, so that every offset stays true.
struct SourceText {
  /// The file, with stand-ins for what may not stand in it.
  private(set) var bytes: [UInt8]
  /// Whether a byte is a character everywhere.
  private(set) var isASCII = true
  /// Whether there is a point in reading on: a file with many bad characters is no text.
  private(set) var isText = true
  private let file: FileID

  /// How many bad characters of one file are reported; equal neighbours count as one.
  private static let reportLimit = 20

  /// Checks `bytes`; each mistake is reported, up to a limit.
  init(_ bytes: [UInt8], file: FileID, diagnostics: inout Diagnostics) {
    self.bytes = bytes
    self.file = file
    if let first = Self.firstSuspect(bytes) { clean(from: first, diagnostics: &diagnostics) }
  }

  /// The offset of the first byte that is not plain ASCII text; almost every file ends here.
  private static func firstSuspect(_ bytes: [UInt8]) -> Int? {
    let isSuspect = { (byte: UInt8) in byte >= 0x7F || (byte < 0x20 && byte != 0x0A) }
    return unsafe bytes.withUnsafeBufferPointer { bytes in
      // Piece by piece without a way out in between, which takes many bytes at once.
      var start = 0
      while start < bytes.count {
        let end = min(start + 256, bytes.count)
        var found: UInt8 = 0
        for offset in start..<end {
          let byte = unsafe bytes[offset]
          found |= (byte >= 0x7F ? 1 : 0) | (byte < 0x20 ? 1 : 0) & (byte != 0x0A ? 1 : 0)
        }
        if found != 0 { return unsafe bytes[start..<end].firstIndex(where: isSuspect) }
        start = end
      }
      return nil
    }
  }

  /// Replaces what may not stand there, from the first suspect byte on.
  private mutating func clean(from first: Int, diagnostics: inout Diagnostics) {
    var reports: [Diagnostic] = []
    var offset = first
    while offset < bytes.count {
      let byte = bytes[offset]
      if byte == 0x0A || (0x20...0x7E).contains(byte) || byte == 0x09 {
        offset += 1
        continue
      }
      let (length, scalar) = Self.decode(bytes, at: offset)
      if length > 1 { isASCII = false }
      if let fault = fault(of: scalar, at: offset, length: length) {
        if let last = reports.last, last.range.end == fault.range.start, last.code == fault.code {
          reports[reports.count - 1].range.end = fault.range.end
        } else if reports.count == Self.reportLimit {
          isText = false
          break
        } else {
          reports.append(fault)
        }
        for index in offset..<(offset + length) { bytes[index] = UInt8(ascii: "_") }
      }
      offset += length
    }
    if hasByteOrderMark { bytes.replaceSubrange(0..<3, with: [0x20, 0x20, 0x20]) }
    diagnostics.report(contentsOf: reports)
  }

  /// Whether the file starts with a byte order mark; it becomes spaces, and what follows is read.
  private var hasByteOrderMark = false

  /// Where the content starts: behind a byte order mark.
  var contentStart: Int { hasByteOrderMark ? 3 : 0 }

  /// What is wrong with one character; `nil` for most.
  private mutating func fault(of scalar: Unicode.Scalar?, at offset: Int, length: Int) -> Diagnostic? {
    let range = SourceRange(file: file, start: Int32(offset), end: Int32(offset + length))
    guard let scalar else { return YAMLMessages.invalidUTF8(bytes[offset], at: range) }
    switch scalar.value {
    case 0x0D:
      let isPair = offset + 1 < bytes.count && bytes[offset + 1] == 0x0A
      return isPair ? nil : YAMLMessages.controlCharacter(scalar, at: range)
    case 0xFEFF where offset == 0:
      hasByteOrderMark = true
      return YAMLMessages.byteOrderMark(at: range)
    case ..<0x20, 0x7F...0x9F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF, 0xFFFE,
      0xFFFF:
      return YAMLMessages.controlCharacter(scalar, at: range)
    default: return nil
    }
  }

  /// The scalar at an offset and its length in bytes; without a scalar, the length of what is no UTF-8.
  static func decode(_ bytes: [UInt8], at offset: Int) -> (length: Int, scalar: Unicode.Scalar?) {
    let lead = bytes[offset]
    let length: Int
    var value: UInt32
    switch lead {
    case 0x00...0x7F: return (1, Unicode.Scalar(lead))
    case 0xC2...0xDF: (length, value) = (2, UInt32(lead & 0x1F))
    case 0xE0...0xEF: (length, value) = (3, UInt32(lead & 0x0F))
    case 0xF0...0xF4: (length, value) = (4, UInt32(lead & 0x07))
    default: return (1, nil)
    }
    for index in (offset + 1)..<(offset + length) {
      guard index < bytes.count, bytes[index] & 0xC0 == 0x80 else { return (index - offset, nil) }
      value = value << 6 | UInt32(bytes[index] & 0x3F)
    }
    let smallest: UInt32 = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000
    guard value >= smallest, let scalar = Unicode.Scalar(value) else { return (length, nil) }
    return (length, scalar)
  }
}
