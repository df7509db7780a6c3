import BylawModel

extension Lexer {
  /// A number, alone or with a unit of time; the current byte is a digit, or a point before one.
  mutating func number() throws(SyntaxFailure) -> Token {
    if let plain = plainNumber() { return plain }
    let start = offset
    if peek() == UInt8(ascii: "0"), peek(1) == UInt8(ascii: "x") || peek(1) == UInt8(ascii: "X") {
      return try hexadecimal()
    }
    switch DurationScan(bytes, at: start) {
    case .duration(let span, let end):
      offset = end
      return Token(kind: .duration(span), range: start..<end)
    case .outOfRange(let end): throw failure(start..<end, SyntaxMessages.durationOutOfRange)
    case .none: break
    }
    // `1.` is no fraction: the point may begin the call of a function.
    while isDigit(peek()) { offset += 1 }
    let wholeEnd = offset
    if peek() == UInt8(ascii: "."), isDigit(peek(1)) {
      offset += 1
      while isDigit(peek()) { offset += 1 }
    }
    let mantissaEnd = offset
    readExponent()
    guard offset == wholeEnd else { return try fraction(start..<offset, wholeEnd, mantissaEnd) }
    guard let magnitude = UInt64(source(start..<offset)) else {
      throw failure(start..<offset, SyntaxMessages.intOutOfRange)
    }
    return try finishInt(magnitude, from: start)
  }

  /// A whole number that nothing follows which could belong to it: no point, no unit and no letter.
  private mutating func plainNumber() -> Token? {
    let start = offset
    var end = start
    var magnitude: UInt64 = 0
    // So many digits fit.
    while end < bytes.count, (0x30...0x39).contains(bytes[end]), end - start < 19 {
      magnitude = magnitude &* 10 &+ UInt64(bytes[end] - 0x30)
      end += 1
    }
    guard end > start, end == bytes.count || !(0x30...0x39).contains(bytes[end]) else { return nil }
    var next = end
    while next < bytes.count, bytes[next] == 0x20 { next += 1 }
    if next < bytes.count {
      switch bytes[next] {
      case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: ","), UInt8(ascii: "&"), UInt8(ascii: "|"),
        UInt8(ascii: "}"), UInt8(ascii: ":"), UInt8(ascii: "?"), UInt8(ascii: "*"), UInt8(ascii: "+"):
        break
      default: return nil
      }
    }
    offset = end
    return Token(kind: .int(magnitude), range: start..<end)
  }

  /// `0x` and digits; the current byte is the zero.
  private mutating func hexadecimal() throws(SyntaxFailure) -> Token {
    let start = offset
    offset += 2
    while let byte = peek(), hexDigit(byte) != nil { offset += 1 }
    guard offset > start + 2 else { throw failure(start..<offset, SyntaxMessages.hexWithoutDigits) }
    guard let magnitude = UInt64(source(start + 2..<offset), radix: 16) else {
      throw failure(start..<offset, SyntaxMessages.intOutOfRange)
    }
    return try finishInt(magnitude, from: start)
  }

  /// `e`, an optional sign and digits; anything else is left for what follows the number.
  private mutating func readExponent() {
    guard peek() == UInt8(ascii: "e") || peek() == UInt8(ascii: "E") else { return }
    let hasSign = peek(1) == UInt8(ascii: "+") || peek(1) == UInt8(ascii: "-")
    guard isDigit(peek(hasSign ? 2 : 1)) else { return }
    offset += hasSign ? 2 : 1
    while isDigit(peek()) { offset += 1 }
  }

  /// The token of a whole number, with the `u` that may follow it.
  private mutating func finishInt(_ magnitude: UInt64, from start: Int) throws(SyntaxFailure) -> Token {
    var kind = Token.Kind.int(magnitude)
    if peek() == UInt8(ascii: "u") || peek() == UInt8(ascii: "U") {
      offset += 1
      kind = .uint(magnitude)
    }
    let end = offset
    try refuseGluedWord(after: start..<end)
    return Token(kind: kind, range: start..<end)
  }

  /// The token of a number with a point or an exponent.
  ///
  /// - Parameters:
  ///   - range: The whole number.
  ///   - wholeEnd: Where its digits before the point end.
  ///   - mantissaEnd: Where its exponent begins, or the number ends.
  /// - Returns: The double, and beside it the exact decimal where the digits fit.
  /// - Throws: A failure for a number that no double holds, and for one that runs into a word.
  private mutating func fraction(
    _ range: Range<Int>, _ wholeEnd: Int, _ mantissaEnd: Int
  ) throws(SyntaxFailure) -> Token {
    let written = source(range)
    guard let value = Double(written.hasPrefix(".") ? "0" + written : written), value.isFinite else {
      throw failure(range, SyntaxMessages.doubleOutOfRange)
    }
    try refuseGluedWord(after: range)
    // The digits without their point, and how many of them stand after it.
    let digits = bytes[range.lowerBound..<mantissaEnd].filter { isDigit($0) }
    let places = max(0, mantissaEnd - wholeEnd - 1)
    let exponent =
      mantissaEnd == range.upperBound ? 0 : Int(source(mantissaEnd + 1..<range.upperBound)) ?? Int(Int32.max)
    let exact = FixedPoint(digits: digits, places: places, exponent: exponent)
    return Token(kind: .fraction(value, exact: exact), range: range)
  }

  /// A number that runs into a word is a number with an unknown unit.
  private mutating func refuseGluedWord(after number: Range<Int>) throws(SyntaxFailure) {
    guard let byte = peek(), isWordStart(byte) else { return }
    let start = offset
    while let byte = peek(), isWordStart(byte) || isDigit(byte) { offset += 1 }
    throw failure(
      start..<offset, SyntaxMessages.unknownUnit(source(start..<offset), number: source(number)))
  }

  /// The value of a hexadecimal digit.
  func hexDigit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case 0x30...0x39: UInt32(byte - 0x30)
    case 0x41...0x46: UInt32(byte - 0x41 + 10)
    case 0x61...0x66: UInt32(byte - 0x61 + 10)
    default: nil
    }
  }
}
