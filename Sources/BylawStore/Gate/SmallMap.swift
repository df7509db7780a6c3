/// Values by key, in the order in which the keys came.
///
/// A few keys are looked through one by one: most transactions are about a record or two, and to compare costs less
/// than to hash.
struct SmallMap<Key: Hashable, Value> {
  /// In the order in which they came.
  private(set) var elements: [(key: Key, value: Value)] = []
  /// The position of each key, once there are more than a few.
  private var positions: [Key: Int] = [:]

  private static var few: Int { 8 }

  var isEmpty: Bool { elements.isEmpty }
  var count: Int { elements.count }

  /// Where a key and its value stand; `nil` when it has none.
  func position(of key: Key) -> Int? {
    guard elements.count <= Self.few else { return positions[key] }
    for index in elements.indices where elements[index].key == key { return index }
    return nil
  }

  /// The value of a key; one that was given stays there.
  subscript(key: Key) -> Value? { position(of: key).map { elements[$0].value } }

  /// Gives a key a value.
  mutating func set(_ key: Key, to value: Value) {
    if let position = position(of: key) { elements[position].value = value } else { append(key, value) }
  }

  /// Gives a key that has no value one.
  mutating func add(_ key: Key, _ value: Value) { append(key, value) }

  /// Changes the value of a key that has one.
  mutating func change(_ key: Key, _ body: (inout Value) -> Void) {
    if let position = position(of: key) { body(&elements[position].value) }
  }

  /// Changes the value of a key, which gets one first where it has none.
  mutating func update<Result>(
    _ key: Key, or value: @autoclosure () -> Value, _ body: (inout Value) -> Result
  ) -> Result {
    let position = position(of: key) ?? append(key, value())
    return body(&elements[position].value)
  }

  @discardableResult
  private mutating func append(_ key: Key, _ value: Value) -> Int {
    elements.append((key, value))
    if elements.count == Self.few + 1 {
      for (index, known) in elements.enumerated() { positions[known.key] = index }
    } else if elements.count > Self.few {
      positions[key] = elements.count - 1
    }
    return elements.count - 1
  }
}
