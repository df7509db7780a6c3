/// Texts by number, each once; two texts are one only when their bytes are the same.
package struct TextTable: Sendable {
  private struct Place {
    var tag: UInt32 = 0
    /// Negative where the place is free.
    var number: Int32 = -1
  }
  /// The texts by number.
  package private(set) var texts: [String] = []
  /// The bytes of all texts, one behind the other, and where each ends.
  private var bytes: [UInt8] = []
  private var ends: [Int] = []
  private var places: [Place] = []
  private let keys = Self.keys

  package init() {}

  package var count: Int { texts.count }

  /// The number of a text; `nil` when it is not in the table.
  package func number(of text: String) -> Int32? {
    Self.withBytes(of: text) { number(of: $0, hash: hash($0)) }
  }

  /// The same with bytes and hash at hand.
  func number(of text: UnsafeRawBufferPointer, hash: UInt64) -> Int32? {
    guard !places.isEmpty else { return nil }
    let mask = places.count - 1
    let tag = UInt32(truncatingIfNeeded: hash >> 32)
    var index = Int(truncatingIfNeeded: hash) & mask
    while places[index].number >= 0 {
      if places[index].tag == tag, isText(Int(places[index].number), text) { return places[index].number }
      index = (index + 1) & mask
    }
    return nil
  }

  /// The number of a text, which is added when it is not there.
  @discardableResult
  package mutating func insert(_ text: String) -> Int32 {
    Self.withBytes(of: text) { insert(text, $0, hash: hash($0)) }
  }

  /// The same with bytes and hash at hand.
  mutating func insert(_ text: String, _ content: UnsafeRawBufferPointer, hash: UInt64) -> Int32 {
    if let known = number(of: content, hash: hash) { return known }
    if 2 * texts.count >= places.count { grow() }
    texts.append(text)
    bytes.append(contentsOf: content)
    ends.append(bytes.count)
    put(Int32(texts.count - 1), hash: hash)
    return Int32(texts.count - 1)
  }

  private mutating func put(_ number: Int32, hash: UInt64) {
    let mask = places.count - 1
    var index = Int(truncatingIfNeeded: hash) & mask
    while places[index].number >= 0 { index = (index + 1) & mask }
    places[index] = Place(tag: UInt32(truncatingIfNeeded: hash >> 32), number: number)
  }

  private mutating func grow() {
    places = Array(repeating: Place(), count: max(32, 2 * places.count))
    for (number, text) in texts.enumerated() { put(Int32(number), hash: Self.withBytes(of: text) { hash($0) }) }
  }

  // MARK: Bytes

  /// Differ from process to process, so that nobody can send texts that collide.
  private static let keys: (first: UInt64, second: UInt64) = {
    func key(_ number: Int) -> UInt64 {
      var hasher = Hasher()
      hasher.combine(number)
      return UInt64(truncatingIfNeeded: hasher.finalize()) | 1
    }
    return (key(1), key(2))
  }()

  /// A number that equal texts have in common, in this table and in all others, for as long as the process lives.
  func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var hash = keys.first ^ UInt64(truncatingIfNeeded: bytes.count)
    var offset = 0
    while offset + 8 <= bytes.count {
      hash = Self.mix(hash ^ bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self), keys.second)
      offset += 8
    }
    let rest: UInt64
    if bytes.count >= 8 {
      // Some bytes count twice: that does no harm.
      rest = bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self)
    } else if bytes.count >= 4 {
      let high = UInt64(bytes.loadUnaligned(as: UInt32.self))
      rest = high << 32 | UInt64(bytes.loadUnaligned(fromByteOffset: bytes.count - 4, as: UInt32.self))
    } else {
      rest = bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
    return Self.mix(hash ^ rest, keys.first)
  }

  /// Both halves of a product folded into one.
  @inline(__always)
  private static func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }

  /// Whether a text of the table has these bytes: composed and decomposed forms are different texts.
  private func isText(_ number: Int, _ content: UnsafeRawBufferPointer) -> Bool {
    let start = number == 0 ? 0 : ends[number - 1]
    let count = ends[number] - start
    guard count == content.count else { return false }
    return bytes.withUnsafeBytes { all in
      Self.areSame(UnsafeRawBufferPointer(rebasing: all[start..<start + count]), content)
    }
  }

  /// Whether two stretches of the same length have the same bytes.
  @inline(__always)
  static func areSame(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
    let count = left.count
    guard count >= 8 else {
      for offset in 0..<count where left[offset] != right[offset] { return false }
      return true
    }
    var offset = 0
    while offset + 8 <= count {
      let word = left.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      guard word == right.loadUnaligned(fromByteOffset: offset, as: UInt64.self) else { return false }
      offset += 8
    }
    // Some bytes are compared twice: that does no harm.
    let word = left.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
    return word == right.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
  }

  /// Whether there are bytes and all of them are ASCII: eight at a time.
  static func isASCII(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count >= 8 else { return !bytes.isEmpty && bytes.allSatisfy { $0 < 0x80 } }
    var found = bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self)
    var offset = 0
    while offset + 8 < bytes.count {
      found |= bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      offset += 8
    }
    return found & 0x8080_8080_8080_8080 == 0
  }

  /// The bytes of a text in place: the only way to them that neither copies nor goes byte by byte.
  @inline(__always)
  static func withBytes<Result>(of text: String, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    text.utf8.span.withUnsafeBytes(body)
  }
}

/// Numbers by key; emptied without giving back or going through its storage, so that a frame can use it again for each
/// request.
struct KeyTable {
  private struct Place {
    var key: UInt64 = 0
    /// The round in which the place was taken; in a later one it is free again.
    var round: UInt32 = 0
    var number: Int32 = 0
  }
  private var places: [Place] = []
  private var round: UInt32 = 1
  private var count = 0

  /// The number of a key; `nil` when it has none.
  subscript(key: UInt64) -> Int32? {
    guard !places.isEmpty else { return nil }
    var index = start(key)
    while places[index].round == round {
      if places[index].key == key { return places[index].number }
      index = (index + 1) & (places.count - 1)
    }
    return nil
  }

  /// Gives a number to a key that has none.
  mutating func add(_ number: Int32, for key: UInt64) {
    if 2 * count >= places.count {
      let old = places
      places = Array(repeating: Place(), count: max(32, 2 * old.count))
      for place in old where place.round == round { put(place) }
    }
    count += 1
    put(Place(key: key, round: round, number: number))
  }

  mutating func removeAll() {
    count = 0
    if round == .max {
      for index in places.indices { places[index].round = 0 }
      round = 0
    }
    round += 1
  }

  private mutating func put(_ place: Place) {
    var index = start(place.key)
    while places[index].round == round { index = (index + 1) & (places.count - 1) }
    places[index] = place
  }

  private func start(_ key: UInt64) -> Int {
    Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & (places.count - 1)
  }
}
