extension JSONReader {
  /// A string; the current byte is its opening quote.
  mutating func string() throws(JSONError) -> String {
    offset += 1
    let start = offset
    // Most strings have no escape and are one stretch of the document.
    while let byte = peek(), byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { offset += 1 }
    var content = Array(bytes[start..<offset])
    while let byte = peek(), byte != UInt8(ascii: "\"") {
      if byte < 0x20 { throw error(.controlCharacter, "an escape such as \\n, or a closing '\"'") }
      if byte == UInt8(ascii: "\\") {
        try escape(into: &content)
      } else {
        content.append(byte)
        offset += 1
      }
    }
    guard peek() != nil else { throw error(.endsTooEarly, "a closing '\"'") }
    offset += 1
    return String(decoding: content, as: UTF8.self)
  }

  /// A backslash and what it stands for, in UTF-8.
  private mutating func escape(into content: inout [UInt8]) throws(JSONError) {
    let start = offset
    offset += 1
    guard let letter = peek() else { throw error(.endsTooEarly, "the rest of an escape") }
    offset += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(letter)
    case UInt8(ascii: "b"): content.append(0x08)
    case UInt8(ascii: "f"): content.append(0x0C)
    case UInt8(ascii: "n"): content.append(0x0A)
    case UInt8(ascii: "r"): content.append(0x0D)
    case UInt8(ascii: "t"): content.append(0x09)
    case UInt8(ascii: "u"):
      let scalar = try unicodeEscape(from: start)
      content.append(contentsOf: String(Character(scalar)).utf8)
    default:
      offset = start
      throw error(.invalidEscape, "\\\", \\\\, \\/, \\b, \\f, \\n, \\r, \\t or \\uXXXX")
    }
  }

  /// One or two units of UTF-16; the first `\u` is read.
  private mutating func unicodeEscape(from start: Int) throws(JSONError) -> Unicode.Scalar {
    // A unit that is no surrogate is a character by itself.
    let first = try unit(from: start)
    if let scalar = Unicode.Scalar(first) { return scalar }
    let isHigh = (0xD800..<0xDC00).contains(first)
    guard isHigh, peek() == UInt8(ascii: "\\"), offset + 1 < bytes.count, bytes[offset + 1] == UInt8(ascii: "u") else {
      offset = start
      throw error(.loneSurrogate, "a pair such as \\ud83d\\ude00")
    }
    offset += 2
    let second = try unit(from: offset - 2)
    guard (0xDC00..<0xE000).contains(second),
      let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
    else {
      offset = start
      throw error(.loneSurrogate, "a pair such as \\ud83d\\ude00")
    }
    return scalar
  }

  /// Four hexadecimal digits.
  private mutating func unit(from start: Int) throws(JSONError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek(), let digit = Self.hexDigit(byte) else {
        offset = start
        throw error(.invalidEscape, "four hexadecimal digits after \\u")
      }
      value = value << 4 | digit
      offset += 1
    }
    return value
  }

  private static func hexDigit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case 0x30...0x39: UInt32(byte - 0x30)
    case 0x41...0x46: UInt32(byte - 0x41 + 10)
    case 0x61...0x66: UInt32(byte - 0x61 + 10)
    default: nil
    }
  }
}

extension JSONReader {
  /// Whether bytes are UTF-8 throughout.
  package static func isValidUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
    isASCII(bytes) || firstInvalidUTF8(bytes) == nil
  }

  /// Whether no byte has its highest bit: many at a time, as hardly any document has one.
  private static func isASCII(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var (position, wide): (Int, SIMD4<UInt64>) = (0, .zero)
    while position + 32 <= bytes.count {
      wide |= unsafe bytes.loadUnaligned(fromByteOffset: position, as: SIMD4<UInt64>.self)
      position += 32
    }
    var highs = wide[0] | wide[1] | wide[2] | wide[3]
    while position + 8 <= bytes.count {
      highs |= unsafe bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)
      position += 8
    }
    while position < bytes.count {
      highs |= UInt64(bytes[position])
      position += 1
    }
    return highs & 0x8080_8080_8080_8080 == 0
  }
}

/// The place of the first byte that is not UTF-8: stray, overlong, surrogate, beyond U+10FFFF or cut; `nil` for none.
func firstInvalidUTF8(_ bytes: UnsafeRawBufferPointer) -> Int? {
  var index = 0
  while index < bytes.count {
    let first = bytes[index]
    if first < 0x80 {
      index += 1
      // Even where some characters are not ASCII, most are.
      while index + 8 <= bytes.count,
        unsafe bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
      { index += 8 }
      continue
    }
    // The range of the second byte closes out the overlong forms, surrogates and numbers that are too large.
    let (length, second): (Int, ClosedRange<UInt8>)
    switch first {
    case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    default: return index
    }
    guard index + length <= bytes.count, second.contains(bytes[index + 1]),
      bytes[(index + 2)..<(index + length)].allSatisfy({ $0 & 0xC0 == 0x80 })
    else { return index }
    index += length
  }
  return nil
}
