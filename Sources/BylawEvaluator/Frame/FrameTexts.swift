/// The texts of one request by number, each once; two texts are one only when their bytes are the same.
///
/// It is emptied without giving back or going through its storage, so that a frame can use it again for each request,
/// and makes a string of a text only when somebody asks for one.
struct FrameTexts {
  private struct Entry {
    var start: Int
    var count: Int
    var hash: UInt64
  }
  private struct Place {
    var tag: UInt32 = 0
    /// The round in which the place was taken; in a later one it is free again.
    var round: UInt32 = 0
    var number: Int32 = 0
  }
  private var entries: [Entry] = []
  /// The bytes of all texts, one behind the other; what lies behind the last is left over from earlier requests.
  private var bytes: [UInt8] = Array(repeating: 0, count: 256)
  private var used = 0
  private var places: [Place] = Array(repeating: Place(), count: 64)
  private var round: UInt32 = 1

  /// The text of a number.
  subscript(number: Int) -> String {
    let entry = entries[number]
    return String(decoding: bytes[entry.start..<entry.start + entry.count], as: UTF8.self)
  }

  /// The number of a text, which is added when it is not there; `hash` is that of a `TextTable`.
  mutating func insert(_ content: UnsafeRawBufferPointer, hash: UInt64) -> Int32 {
    if 2 * entries.count >= places.count { grow() }
    let tag = UInt32(truncatingIfNeeded: hash >> 32)
    let mask = places.count - 1
    var index = Int(truncatingIfNeeded: hash) & mask
    while places[index].round == round {
      if places[index].tag == tag, isText(Int(places[index].number), content) { return places[index].number }
      index = (index + 1) & mask
    }
    let number = Int32(entries.count)
    places[index] = Place(tag: tag, round: round, number: number)
    if used + content.count > bytes.count {
      bytes.append(contentsOf: repeatElement(0, count: max(bytes.count, content.count)))
    }
    bytes.withUnsafeMutableBytes { all in
      UnsafeMutableRawBufferPointer(rebasing: all[used..<used + content.count]).copyMemory(from: content)
    }
    entries.append(Entry(start: used, count: content.count, hash: hash))
    used += content.count
    return number
  }

  /// Empties the table and keeps its storage.
  mutating func removeAll() {
    entries.empty()
    used = 0
    if round == .max {
      for index in places.indices { places[index].round = 0 }
      round = 0
    }
    round += 1
  }

  private mutating func grow() {
    places = Array(repeating: Place(), count: 2 * places.count)
    let mask = places.count - 1
    for (number, entry) in entries.enumerated() {
      var index = Int(truncatingIfNeeded: entry.hash) & mask
      while places[index].round == round { index = (index + 1) & mask }
      let tag = UInt32(truncatingIfNeeded: entry.hash >> 32)
      places[index] = Place(tag: tag, round: round, number: Int32(number))
    }
  }

  private func isText(_ number: Int, _ content: UnsafeRawBufferPointer) -> Bool {
    let entry = entries[number]
    guard entry.count == content.count else { return false }
    return bytes.withUnsafeBytes { all in
      TextTable.areSame(UnsafeRawBufferPointer(rebasing: all[entry.start..<entry.start + entry.count]), content)
    }
  }
}
