/// Reads one JSON document (RFC 8259) strictly: what two readers could understand differently is refused.
///
/// A whole number of 64 bits becomes `.int`, a number with a fraction or an exponent `.decimal` where 18 places hold it
/// exactly, otherwise `.double`. Times and references stay strings; the place that expects them reads them.
package struct JSONReader {
  /// How deep lists and objects may nest.
  package static let greatestDepth = 64
  /// The size that a document may have unless another limit is given, in bytes.
  package static let defaultLimit = 16 << 20

  let bytes: [UInt8]
  /// The next byte to be read.
  var offset = 0
  /// Members and positions from the root to the value being read.
  private var path: [Step] = []

  private enum Step {
    case member(String)
    case element(Int)
  }

  /// Reads a whole document of at most `limit` bytes.
  ///
  /// - Throws: The first mistake. Invalid UTF-8 anywhere is found before everything else.
  package static func parse(_ bytes: [UInt8], limit: Int = defaultLimit) throws(JSONError) -> Value {
    var reader = JSONReader(bytes: bytes)
    guard bytes.count <= limit else { throw reader.error(.tooLarge(limit: limit), "a smaller one") }
    if let place = bytes.withUnsafeBytes({ firstInvalidUTF8($0) }) {
      reader.offset = place
      throw reader.error(.invalidUTF8, "valid UTF-8")
    }
    reader.skipSpace()
    guard reader.offset < bytes.count else { throw reader.error(.empty, "a value") }
    let value = try reader.value()
    reader.skipSpace()
    guard reader.offset == bytes.count else { throw reader.error(.trailing, "the end") }
    return value
  }

  /// Reads a whole document from text; like `parse` on its bytes.
  package static func parse(_ text: String, limit: Int = defaultLimit) throws(JSONError) -> Value {
    try parse(Array(text.utf8), limit: limit)
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  // MARK: Values

  /// Any value; no space stands before it.
  private mutating func value() throws(JSONError) -> Value {
    guard let first = peek() else { throw unexpected("a value") }
    switch first {
    case UInt8(ascii: "{"): return .object(try object())
    case UInt8(ascii: "["): return .list(try list())
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), 0x30...0x39: return try number()
    case UInt8(ascii: "t") where takeWord("true"): return .bool(true)
    case UInt8(ascii: "f") where takeWord("false"): return .bool(false)
    case UInt8(ascii: "n") where takeWord("null"): return .null
    default: throw unexpected("a value")
    }
  }

  /// `{"name": value, …}`; a mistake in a value has the name in its path, one in the name has not.
  private mutating func object() throws(JSONError) -> [String: Value] {
    try open()
    var members: [String: Value] = [:]
    if take(UInt8(ascii: "}")) { return members }
    while true {
      skipSpace()
      let start = offset
      guard peek() == UInt8(ascii: "\"") else {
        throw unexpected("a member's name in double quotes" + (members.isEmpty ? ", or '}'" : ""))
      }
      let name = try string()
      // Names that differ only in how their accents are composed are the same name in Swift, and refused here.
      guard members[name] == nil else {
        offset = start
        throw error(.duplicateMember(name), "each name once")
      }
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw unexpected("':'") }
      skipSpace()
      path.append(.member(name))
      members[name] = try value()
      path.removeLast()
      skipSpace()
      if take(UInt8(ascii: "}")) { return members }
      guard take(UInt8(ascii: ",")) else { throw unexpected("',' or '}'") }
    }
  }

  /// `[value, …]`.
  private mutating func list() throws(JSONError) -> [Value] {
    try open()
    var elements: [Value] = []
    if take(UInt8(ascii: "]")) { return elements }
    while true {
      skipSpace()
      path.append(.element(elements.count))
      elements.append(try value())
      path.removeLast()
      skipSpace()
      if take(UInt8(ascii: "]")) { return elements }
      guard take(UInt8(ascii: ",")) else { throw unexpected("',' or ']'") }
    }
  }

  /// Takes an opening bracket and the space behind it.
  private mutating func open() throws(JSONError) {
    // The path has a step for each list or object around this one.
    guard path.count < Self.greatestDepth else {
      throw error(.tooDeep, "at most \(Self.greatestDepth) levels")
    }
    offset += 1
    skipSpace()
  }

  // MARK: Numbers

  /// `-`, digits without zeros before them, a fraction and an exponent.
  private mutating func number() throws(JSONError) -> Value {
    let start = offset
    let isNegative = take(UInt8(ascii: "-"))
    let whole = digits()
    guard !whole.isEmpty else { throw malformed(from: start, "a digit after '-'") }
    guard whole.count == 1 || whole.first != UInt8(ascii: "0") else {
      throw malformed(from: start, "a number without zeros before it")
    }
    var fraction: ArraySlice<UInt8> = []
    if take(UInt8(ascii: ".")) {
      fraction = digits()
      guard !fraction.isEmpty else { throw malformed(from: start, "a digit after the point") }
    }
    var exponent = 0
    let isWhole = fraction.isEmpty && peek() != UInt8(ascii: "e") && peek() != UInt8(ascii: "E")
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      let isBelowOne = take(UInt8(ascii: "-"))
      if !isBelowOne { _ = take(UInt8(ascii: "+")) }
      let magnitude = digits()
      guard !magnitude.isEmpty else { throw malformed(from: start, "a digit in the exponent") }
      // Anything with more digits is far out of range, but must not overflow.
      exponent = (isBelowOne ? -1 : 1) * (Int(String(decoding: magnitude.prefix(9), as: UTF8.self)) ?? 0)
    }
    let written = String(decoding: bytes[start..<offset], as: UTF8.self)
    // A whole number is never rounded; a fraction is only where 18 places cannot hold it.
    if isWhole {
      if let int = Int64(written) { return .int(int) }
      throw outOfRange(from: start, "-9223372036854775808 to 9223372036854775807")
    }
    if let exact = FixedPoint(
      digits: Array(whole + fraction), places: fraction.count, exponent: exponent, isNegative: isNegative)
    {
      return .decimal(exact)
    }
    guard let double = Double(written), double.isFinite else {
      throw outOfRange(from: start, "a number below 1.8e308")
    }
    return .double(double)
  }

  /// All digits that come next.
  private mutating func digits() -> ArraySlice<UInt8> {
    let digits = bytes[offset...].prefix { (0x30...0x39).contains($0) }
    offset = digits.endIndex
    return digits
  }

  /// The mistake of a number as a whole, at its beginning.
  private mutating func malformed(from start: Int, _ expectation: String) -> JSONError {
    offset = start
    return error(.malformedNumber, expectation)
  }

  private mutating func outOfRange(from start: Int, _ expectation: String) -> JSONError {
    offset = start
    return error(.numberOutOfRange, expectation)
  }

  // MARK: Characters

  /// The current byte, `nil` at the end.
  func peek() -> UInt8? { offset < bytes.count ? bytes[offset] : nil }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    offset += 1
    return true
  }

  private mutating func takeWord(_ word: String) -> Bool {
    guard bytes[offset...].starts(with: word.utf8) else { return false }
    offset += word.utf8.count
    return true
  }

  private mutating func skipSpace() {
    while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
  }

  // MARK: Mistakes

  /// A mistake at the current place.
  func error(_ problem: JSONError.Problem, _ expectation: String) -> JSONError {
    let before = bytes[..<min(offset, bytes.count)]
    let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    return JSONError(
      problem: problem, path: pathText, offset: offset, line: before.count { $0 == 0x0A } + 1,
      column: before[lineStart...].count { $0 & 0xC0 != 0x80 } + 1, expectation: expectation)
  }

  /// The mistake of whatever stands at the current place.
  private func unexpected(_ expectation: String) -> JSONError {
    guard let byte = peek() else { return error(.endsTooEarly, expectation) }
    let rest = String(decoding: bytes[offset..<min(offset + 4, bytes.count)], as: UTF8.self)
    guard byte >= 0x20, byte != 0x7F, let character = rest.unicodeScalars.first else {
      return error(.unexpected("U+00" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)), expectation)
    }
    return error(.unexpected(String(character)), expectation)
  }

  /// The path as messages write it: `$.name[0]["other name"]`.
  private var pathText: String {
    path.reduce(into: "$") { text, step in
      switch step {
      case .element(let index): text += "[\(index)]"
      case .member(let name):
        let isPlain = !name.isEmpty && name.utf8.allSatisfy { $0 == 0x5F || $0 == 0x2D || isAlphanumeric($0) }
        text += isPlain ? ".\(name)" : "[\(JSONWriter.quoted(name))]"
      }
    }
  }

  private func isAlphanumeric(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
  }
}
