/// Elements in storage of its own, which is kept when they are removed.
///
/// Unlike an array it is never shared, so that neither reading nor writing counts references or asks whether it is.
struct Buffer<Element: BitwiseCopyable>: ~Copyable {
  private var base: UnsafeMutablePointer<Element>
  private var capacity: Int
  private(set) var count: Int

  /// Creates an empty buffer without storage.
  init() {
    base = UnsafeMutablePointer(bitPattern: MemoryLayout<Element>.alignment).unsafelyUnwrapped
    capacity = 0
    count = 0
  }

  init(repeating element: Element, count: Int) {
    self.init()
    append(repeating: element, count: count)
  }

  deinit {
    if capacity > 0 { base.deallocate() }
  }

  subscript(index: Int) -> Element {
    @inline(__always) get {
      precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "a position in the buffer")
      return base[index]
    }
    @inline(__always) set {
      precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "a position in the buffer")
      base[index] = newValue
    }
    @inline(__always) _modify {
      precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "a position in the buffer")
      yield &base[index]
    }
  }

  var indices: Range<Int> { 0..<count }

  @inline(__always)
  mutating func append(_ element: Element) {
    if count == capacity { grow(by: 1) }
    base[count] = element
    count += 1
  }

  mutating func append(repeating element: Element, count added: Int) {
    if capacity - count < added { grow(by: added) }
    (base + count).initialize(repeating: element, count: added)
    count += added
  }

  /// Adds elements of another storage, never of this one.
  mutating func append(contentsOf elements: UnsafeBufferPointer<Element>) {
    guard let start = elements.baseAddress else { return }
    if capacity - count < elements.count { grow(by: elements.count) }
    (base + count).initialize(from: start, count: elements.count)
    count += elements.count
  }

  mutating func append(contentsOf elements: [Element]) {
    elements.withUnsafeBufferPointer { append(contentsOf: $0) }
  }

  /// Adds a copy of elements that it has.
  mutating func appendCopy(of range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "positions in the buffer")
    if capacity - count < range.count { grow(by: range.count) }
    (base + count).initialize(from: base + range.lowerBound, count: range.count)
    count += range.count
  }

  @inline(__always)
  mutating func removeLast(_ removed: Int = 1) {
    precondition(removed >= 0 && removed <= count, "no more than there are")
    count -= removed
  }

  /// Removes all elements and keeps the storage.
  @inline(__always)
  mutating func empty() { count = 0 }

  /// Puts the same into all places.
  mutating func fill(_ element: Element) { base.update(repeating: element, count: count) }

  /// Some of the elements as an array.
  subscript(range: Range<Int>) -> [Element] {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "positions in the buffer")
    return Array(UnsafeBufferPointer(start: base + range.lowerBound, count: range.count))
  }

  /// Some of the elements in place, while nothing is added.
  @inline(__always)
  func withElements<Result>(_ range: Range<Int>, _ body: (UnsafeBufferPointer<Element>) -> Result) -> Result {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "positions in the buffer")
    return body(UnsafeBufferPointer(start: base + range.lowerBound, count: range.count))
  }

  private mutating func grow(by added: Int) {
    let capacity = max(2 * self.capacity, count + added, 16)
    let storage = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
    storage.initialize(from: base, count: count)
    if self.capacity > 0 { base.deallocate() }
    base = storage
    self.capacity = capacity
  }
}

extension Buffer where Element == UInt64 {
  /// Leaves of the bits from a position to the end those that others have too.
  @inline(__always)
  mutating func intersect(with others: [UInt64], from first: Int, at start: Int) {
    precondition(start >= 0 && start <= count && first >= 0 && others.count - first >= count - start, "as many others")
    let (words, length) = (base + start, count - start)
    others.withUnsafeBufferPointer { others in
      guard let others = others.baseAddress.map({ $0 + first }) else { return }
      for index in 0..<length { words[index] &= others[index] }
    }
  }

  /// Whether others have some of the bits from a position to the end.
  func meets(_ others: [UInt64], from first: Int, at start: Int) -> Bool {
    for index in start..<count where base[index] & others[first + index - start] != 0 { return true }
    return false
  }
}

extension Buffer where Element == UInt8 {
  /// Some of the bytes in place, while nothing is added.
  @inline(__always)
  func withBytes<Result>(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "positions in the buffer")
    return body(UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count))
  }

  /// Adds bytes of another storage.
  @inline(__always)
  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    append(contentsOf: bytes.assumingMemoryBound(to: UInt8.self))
  }
}
