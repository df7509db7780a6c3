import BylawModel

/// Records of a source that never changes, laid out once: what a frame needs to open them again without looking up a
/// field by its name or going through a dictionary.
///
/// It lives in a frame from request to request, so that no thread waits for another one. What it holds is bounded.
struct LaidRecords: ~Copyable {
  /// A record: its fields, the elements of their lists, and their texts.
  struct Entry: BitwiseCopyable {
    /// Where its cells lie; texts and lists are told from the beginnings of those of this record.
    var cells: Int
    var cellCount: Int
    var text: Int
    var textCount: Int
    var idStart: Int
    var idCount: Int
    /// The position of the fields that are read each time anew; negative where there are none.
    var closer: Int
    var isUnsure: Bool
  }
  /// An id of an entity.
  struct ID: BitwiseCopyable {
    var start: Int
    var count: Int
    var hash: UInt64
    /// Its number in the plan; negative where the plan does not have it.
    var number: Int32
  }
  /// A field whose value takes a closer look.
  typealias Closer = (field: Int, value: Value)

  /// So many cells and so many bytes are held at most.
  private static let limit = 1 << 17

  private var owner: AnyObject?
  /// Whether the source of the request has records that never change.
  private(set) var isOn = false
  private var entries = Buffer<Entry>()
  private var cells = Buffer<Cell>()
  private var bytes = Buffer<UInt8>()
  private(set) var closer: [[Closer]] = []
  private var numbers = KeyTable()
  /// By entity, where its ids start among all, and how many there are; a count below 0 until they are asked for.
  private var ranges = Buffer<(start: Int, count: Int)>()
  private var ids = Buffer<ID>()

  /// Forgets the records of any other such source; one whose records may change leaves them be.
  mutating func belong(to identity: AnyObject?) {
    isOn = identity != nil
    guard isOn, owner !== identity else { return }
    owner = identity
    entries.empty()
    cells.empty()
    bytes.empty()
    closer.empty()
    numbers.removeAll()
    ranges.empty()
    ids.empty()
  }

  // MARK: Records

  /// The record of an entity with this id; `nil` until it was kept.
  ///
  /// - `hash`: That of a `TextTable`.
  func entry(entity: Int, _ id: UnsafeRawBufferPointer, hash: UInt64) -> Entry? {
    guard let number = numbers[Self.key(entity, hash)] else { return nil }
    let entry = entries[Int(number)]
    guard entry.idCount == id.count else { return nil }
    let isSame = withBytes(entry.idStart, entry.idCount) { TextTable.areSame($0, id) }
    return isSame ? entry : nil
  }

  private static func key(_ entity: Int, _ hash: UInt64) -> UInt64 {
    hash ^ UInt64(truncatingIfNeeded: entity) &* 0x9E37_79B9_7F4A_7C15
  }

  func withBytes<Result>(_ start: Int, _ count: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    bytes.withBytes(start..<start + count, body)
  }

  /// Looks at cells in place.
  func withCells<Result>(_ entry: Entry, _ body: (UnsafeBufferPointer<Cell>) -> Result) -> Result {
    cells.withElements(entry.cells..<entry.cells + entry.cellCount, body)
  }

  /// Whether there is room for one more record.
  var hasRoom: Bool { cells.count < Self.limit && bytes.count < Self.limit }

  /// Begins to keep a record whose texts are these; its cells follow by `add`.
  ///
  /// - Returns: `false` where another id has its hash, and nothing is kept.
  mutating func begin(
    entity: Int, _ id: UnsafeRawBufferPointer, hash: UInt64, texts: UnsafeRawBufferPointer, _ closer: [Closer],
    isUnsure: Bool
  ) -> Bool {
    let key = Self.key(entity, hash)
    guard numbers[key] == nil else { return false }
    var entry = Entry(
      cells: cells.count, cellCount: 0, text: bytes.count, textCount: texts.count, idStart: 0, idCount: id.count,
      closer: -1, isUnsure: isUnsure)
    bytes.append(texts)
    entry.idStart = bytes.count
    bytes.append(id)
    if !closer.isEmpty {
      entry.closer = self.closer.count
      self.closer.append(closer)
    }
    numbers.add(Int32(entries.count), for: key)
    entries.append(entry)
    return true
  }

  /// Adds a cell to the record that was begun last.
  mutating func add(_ cell: Cell) {
    cells.append(cell)
    entries[entries.count - 1].cellCount += 1
  }

  // MARK: Ids

  /// The ids of an entity; `nil` until they were kept.
  func ids(of entity: Int) -> Range<Int>? {
    guard entity < ranges.count, ranges[entity].count >= 0 else { return nil }
    return ranges[entity].start..<ranges[entity].start + ranges[entity].count
  }

  func id(_ position: Int) -> ID { ids[position] }

  /// Keeps the ids of an entity, unless they are too many.
  ///
  /// - `plan`: The texts of the plan.
  mutating func keep(_ names: [String], of entity: Int, _ plan: borrowing TextTable) {
    guard ids.count + names.count < Self.limit, hasRoom else { return }
    while ranges.count <= entity { ranges.append((0, -1)) }
    let start = ids.count
    for name in names {
      TextTable.withBytes(of: name) { name in
        let hash = plan.hash(name)
        let number = plan.number(of: name, hash: hash) ?? -1
        ids.append(ID(start: bytes.count, count: name.count, hash: hash, number: number))
        bytes.append(name)
      }
    }
    ranges[entity] = (start, names.count)
  }
}
