/// Values by keys of a kind that few are looked up by.
///
/// The first dictionary of a kind of key makes the runtime look through all types of the program for how it is hashed,
/// which takes longer than all that a small rule set asks of it. Here keys are hashed and compared where they are used.
struct QuickTable<Key: Hashable, Value> {
  private var entries: [(key: Key, value: Value)] = []
  /// By hash the entries that have it.
  private var places: [Int: [Int32]] = [:]

  /// The value of a key; there is no way to take it away again.
  subscript(_ key: Key) -> Value? {
    for place in places[key.hashValue] ?? [] where entries[Int(place)].key == key { return entries[Int(place)].value }
    return nil
  }

  /// Gives a key that is not there yet its value.
  mutating func insert(_ key: Key, _ value: Value) {
    places[key.hashValue, default: []].append(Int32(entries.count))
    entries.append((key, value))
  }
}
