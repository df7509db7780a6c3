/// The texts of one request by number, each once; two texts are one only when their bytes are the same.
///
/// Bytes can be kept first and get a number only when somebody asks for it: most texts of a request are never compared.
/// The table is emptied without giving back or going through its storage, so that a frame can use it again for each
/// request, and makes a string of a text only when somebody asks for one.
struct FrameTexts: ~Copyable {
  struct Entry: BitwiseCopyable {
    var start: Int
    var count: Int
    var hash: UInt64
  }
  struct Place: BitwiseCopyable {
    var tag: UInt32 = 0
    /// The round in which the place was taken; in a later one it is free again.
    var round: UInt32 = 0
    var number: Int32 = 0
  }
  private var entries = Buffer<Entry>()
  /// The bytes of all texts.
  private var bytes = Buffer<UInt8>()
  private var places = Buffer<Place>()
  private var round: UInt32 = 1

  /// The text of a number.
  subscript(number: Int) -> String { text(entries[number].start, entries[number].count) }

  /// The text of kept bytes.
  func text(_ start: Int, _ count: Int) -> String {
    bytes.withBytes(start..<start + count) { String(decoding: $0, as: UTF8.self) }
  }

  /// Where the bytes of a text with a number lie.
  func place(of number: Int) -> (start: Int, count: Int) { (entries[number].start, entries[number].count) }

  /// How many bytes are kept.
  var keptCount: Int { bytes.count }

  /// Keeps the bytes of a text, or of several; gives where they start.
  @inline(__always)
  mutating func keep(_ content: UnsafeRawBufferPointer) -> Int {
    let start = bytes.count
    bytes.append(content)
    return start
  }

  /// Whether two stretches of kept bytes are the same.
  func areSame(_ left: Int, _ right: Int, count: Int) -> Bool {
    withBytes(left, count) { left in withBytes(right, count) { TextTable.areSame(left, $0) } }
  }

  /// Looks at kept bytes in place.
  @inline(__always)
  func withBytes<Result>(_ start: Int, _ count: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    bytes.withBytes(start..<start + count, body)
  }

  /// The number of a text, which is added when it is not there; `hash` is that of a `TextTable`.
  mutating func insert(_ content: UnsafeRawBufferPointer, hash: UInt64) -> Int32 {
    if let known = number(of: content, hash: hash) { return known }
    return add(start: keep(content), count: content.count, hash: hash)
  }

  /// The number of a text whose bytes were kept.
  mutating func insert(_ start: Int, _ count: Int, hash: UInt64) -> Int32 {
    let known = bytes.withBytes(start..<start + count) { number(of: $0, hash: hash) }
    return known ?? add(start: start, count: count, hash: hash)
  }

  private func number(of content: UnsafeRawBufferPointer, hash: UInt64) -> Int32? {
    guard places.count > 0 else { return nil }
    let tag = UInt32(truncatingIfNeeded: hash >> 32)
    let mask = places.count - 1
    var index = Int(truncatingIfNeeded: hash) & mask
    while places[index].round == round {
      if places[index].tag == tag, isText(Int(places[index].number), content) { return places[index].number }
      index = (index + 1) & mask
    }
    return nil
  }

  private mutating func add(start: Int, count: Int, hash: UInt64) -> Int32 {
    if 2 * entries.count >= places.count { grow() }
    let number = Int32(entries.count)
    entries.append(Entry(start: start, count: count, hash: hash))
    put(number, hash: hash)
    return number
  }

  private mutating func put(_ number: Int32, hash: UInt64) {
    let mask = places.count - 1
    var index = Int(truncatingIfNeeded: hash) & mask
    while places[index].round == round { index = (index + 1) & mask }
    places[index] = Place(tag: UInt32(truncatingIfNeeded: hash >> 32), round: round, number: number)
  }

  /// Empties the table and keeps its storage.
  mutating func removeAll() {
    entries.empty()
    bytes.empty()
    if round == .max {
      places.fill(Place())
      round = 0
    }
    round += 1
  }

  private mutating func grow() {
    places = Buffer(repeating: Place(), count: max(64, 2 * places.count))
    for number in entries.indices { put(Int32(number), hash: entries[number].hash) }
  }

  private func isText(_ number: Int, _ content: UnsafeRawBufferPointer) -> Bool {
    let entry = entries[number]
    guard entry.count == content.count else { return false }
    return withBytes(entry.start, entry.count) { TextTable.areSame($0, content) }
  }
}
