/// Reads a short ASCII form from its beginning, a piece at a time.
struct TextCursor {
  private let bytes: [UInt8]
  private var offset = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  /// Whether everything is read.
  var isAtEnd: Bool { offset == bytes.count }

  /// What is not read yet.
  var rest: ArraySlice<UInt8> { bytes[offset...] }

  /// Reads `text` when it comes next.
  mutating func take(_ text: String) -> Bool {
    guard rest.starts(with: text.utf8) else { return false }
    offset += text.utf8.count
    return true
  }

  /// Passes over one byte.
  mutating func skip() { offset = min(offset + 1, bytes.count) }

  /// The values of all decimal digits that come next; empty for none.
  mutating func digits() -> [UInt8] {
    let digits = rest.prefix { (0x30...0x39).contains($0) }
    offset = digits.endIndex
    return digits.map { $0 - 0x30 }
  }

  /// A number of exactly `count` digits, at most nine; `nil` for fewer.
  mutating func number(_ count: Int) -> Int? {
    let digits = rest.prefix(count)
    guard digits.count == count, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    offset += count
    return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }

  /// A number of one to `limit` digits, at most nine.
  mutating func number(upTo limit: Int) -> Int? {
    let count = rest.prefix(limit).prefix { (0x30...0x39).contains($0) }.count
    return count == 0 ? nil : number(count)
  }
}

/// A text of digits and marks that is written in place: times stand in every entry of a trail.
@safe struct DigitWriter {
  private let place: UnsafeMutableBufferPointer<UInt8>
  private(set) var count = 0

  /// The text that `body` writes, of at most `capacity` bytes.
  static func text(_ capacity: Int, _ body: (inout DigitWriter) -> Void) -> String {
    unsafe String(unsafeUninitializedCapacity: capacity) { place in
      var writer = unsafe DigitWriter(place: place)
      body(&writer)
      return writer.count
    }
  }

  /// Writes to a place that has room for `capacity` bytes; gives how many `body` wrote.
  static func write(
    to place: UnsafeMutablePointer<UInt8>, _ capacity: Int, _ body: (inout DigitWriter) -> Void
  ) -> Int {
    var writer = unsafe DigitWriter(place: UnsafeMutableBufferPointer(start: place, count: capacity))
    body(&writer)
    return writer.count
  }

  private init(place: UnsafeMutableBufferPointer<UInt8>) { unsafe self.place = place }

  /// Writes one mark.
  mutating func mark(_ mark: Unicode.Scalar) {
    guard count < place.count else { return }
    unsafe place[count] = UInt8(ascii: mark)
    count += 1
  }

  /// Writes the last `width` digits of a number that is not negative.
  mutating func number(_ number: Int, _ width: Int) {
    guard count + width <= place.count else { return }
    var rest = number
    for position in stride(from: count + width - 1, through: count, by: -1) {
      let digit = rest % 10
      unsafe place[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit)
      rest /= 10
    }
    count += width
  }

  /// Takes back zeros at the end, at most `limit`.
  mutating func dropZeros(_ limit: Int) {
    var left = limit
    while left > 0, count > 0, unsafe place[count - 1] == UInt8(ascii: "0") {
      count -= 1
      left -= 1
    }
  }
}

/// The digits of a number with zeros before them, at least `width`.
func padded(_ number: Int, _ width: Int) -> String {
  let digits = "\(number)"
  return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}
