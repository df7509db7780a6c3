import BylawModel

/// Classifications as they were answered before, so that no dictionary is made again.
///
/// Each has one place, which another takes when it has the same: a table is looked into without hashing.
struct ClassifiedAnswers {
  /// What an answer goes by.
  struct Key: Equatable {
    var action: ObjectIdentifier
    /// -1 where no row gave it.
    var row: Int
    var rank: Int64
  }
  private var entries: [(key: Key, answer: [String: Decision.Classified])?] = []
  /// A power of two.
  private static let places = 1_024

  private func place(of key: Key) -> Int {
    var mixed = UInt(bitPattern: key.action) >> 4 &* 31
    mixed = (mixed &+ UInt(bitPattern: key.row)) &* 31 &+ UInt(truncatingIfNeeded: key.rank)
    return Int(bitPattern: mixed & UInt(Self.places - 1))
  }

  subscript(_ key: Key) -> [String: Decision.Classified]? {
    get {
      guard !entries.isEmpty, let known = entries[place(of: key)], known.key == key else { return nil }
      return known.answer
    }
    set {
      if entries.isEmpty { entries = Array(repeating: nil, count: Self.places) }
      entries[place(of: key)] = newValue.map { (key, $0) }
    }
  }
}
