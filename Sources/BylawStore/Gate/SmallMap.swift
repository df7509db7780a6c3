/// Values by key, in the order in which the keys came.
///
/// A few keys are looked through one by one: most transactions are about a record or two, and to compare costs less
/// than to hash.
struct SmallMap<Key: Hashable, Value> {
  /// In the order in which they came.
  private(set) var keys: [Key] = []
  /// In the order of the keys.
  private(set) var values: [Value] = []
  /// The position of each key, once there are more than a few.
  private var positions: [Key: Int] = [:]

  private static var few: Int { 8 }

  var isEmpty: Bool { keys.isEmpty }

  /// Where a key and its value stand; `nil` when it has none.
  func position(of key: Key) -> Int? {
    guard keys.count <= Self.few else { return positions[key] }
    for index in keys.indices where keys[index] == key { return index }
    return nil
  }

  /// The value of a key; one that was given stays there.
  subscript(key: Key) -> Value? { position(of: key).map { values[$0] } }

  /// Gives a key a value.
  mutating func set(_ key: Key, to value: Value) {
    if let position = position(of: key) { values[position] = value } else { append(key, value) }
  }

  /// Changes the value of a key, which gets one first where it has none.
  mutating func update<Result>(
    _ key: Key, or value: @autoclosure () -> Value, _ body: (inout Value) -> Result
  ) -> Result {
    let position = position(of: key) ?? append(key, value())
    return body(&values[position])
  }

  @discardableResult
  private mutating func append(_ key: Key, _ value: Value) -> Int {
    keys.append(key)
    values.append(value)
    if keys.count == Self.few + 1 {
      for (index, known) in keys.enumerated() { positions[known] = index }
    } else if keys.count > Self.few {
      positions[key] = keys.count - 1
    }
    return keys.count - 1
  }
}
