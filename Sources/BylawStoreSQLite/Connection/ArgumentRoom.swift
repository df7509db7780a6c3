/// Memory for the texts and blobs that are bound to statements under way, one behind the other.
///
/// SQLite itself would allocate a copy of each.
@safe struct ArgumentRoom: ~Copyable {
  private static let size = 16_384
  private let bytes: UnsafeMutableRawBufferPointer
  /// How much of it is in use: whoever binds notes it before, and sets it back once the statement is reset.
  var used = 0

  init() { unsafe bytes = .allocate(byteCount: Self.size, alignment: 8) }

  deinit { unsafe bytes.deallocate() }

  /// Keeps a copy of some bytes; `nil` when there is no room for them.
  @unsafe mutating func keep(_ given: UnsafeRawBufferPointer) -> UnsafeRawPointer? {
    guard let start = unsafe bytes.baseAddress, let source = given.baseAddress,
      given.count <= Self.size - used
    else { return nil }
    let place = unsafe start + used
    unsafe place.copyMemory(from: source, byteCount: given.count)
    used += given.count
    return UnsafeRawPointer(place)
  }
}
