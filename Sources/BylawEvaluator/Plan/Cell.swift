package import BylawModel

/// A value while it is evaluated: 16 bytes, copied without counting references.
///
/// What does not fit lies in the frame: a text is a number in its table of strings, a list a stretch of its arena.
package struct Cell: Hashable, Sendable, BitwiseCopyable {
  package enum State: UInt8, Sendable, BitwiseCopyable {
    case value, absent, error
    /// A text or a reference of the request, or a list of these, that nobody asked for yet; it lies in records and
    /// slots alone, and never comes out of an expression.
    case unread
  }
  /// bool, int, the rank of a word, units of a decimal, bits of a double, days of a date, seconds of a time;
  /// the number of a string or a record; the offset of a list, map, record or range in the arena; of an error its number.
  package var payload: Int64
  /// Nanoseconds of a time, elements of a list, pairs of a map, fields of a record.
  package var aux: Int32
  package var state: State
  /// Marks a list, where a place takes one value or several.
  package var isList = false

  package init(_ payload: Int64, aux: Int32 = 0, state: State = .value) {
    self.payload = payload
    self.aux = aux
    self.state = state
  }

  package static let absent = Cell(Int64(0), state: .absent)
  /// Marks a place that nothing was put into yet.
  static let unset = Cell(Int64(1), state: .absent)
  /// A member of a patch that empties its field: absent like one that the patch leaves alone, but given.
  package static let emptied = Cell(Int64(2), state: .absent)
  package static let `true` = Cell(Int64(1))
  package static let `false` = Cell(Int64(0))

  /// 1 or 0; the bare literals would be doubles.
  package init(_ bool: Bool) { self.init(Int64(bool ? 1 : 0)) }
  package init(_ time: Timestamp) { self.init(time.seconds, aux: time.nanoseconds) }
  package init(_ span: TimeSpan) { self.init(span.seconds, aux: span.nanoseconds) }
  package init(_ double: Double) { self.init(Int64(bitPattern: double.bitPattern)) }

  /// A text of the request whose bytes are kept in the frame, or the id of a record of an entity.
  @inline(__always)
  static func unread(_ start: Int, count: Int, entity: Int? = nil) -> Cell {
    Cell(Int64(entity.map { $0 + 1 } ?? 0) << 40 | Int64(start), aux: Int32(count), state: .unread)
  }
  /// Of an unread text: where its bytes start.
  var textStart: Int { Int(payload & (1 << 40 - 1)) }
  /// Of an unread id: the entity of the record.
  var referredEntity: Int? {
    let entity = Int(truncatingIfNeeded: payload >> 40) & (1 << 22 - 1)
    return entity == 0 ? nil : entity - 1
  }
  /// Of an unread text: whether it is known that the plan does not have it, so that it equals no constant.
  var isForeign: Bool { payload & Self.foreign != 0 }
  /// The same, known to be foreign.
  var markedForeign: Cell {
    var marked = self
    marked.payload |= Self.foreign
    return marked
  }
  private static let foreign: Int64 = 1 << 62

  package var isError: Bool { state == .error }
  package var isAbsent: Bool { state == .absent }
  var isUnset: Bool { state == .absent && payload == 1 }
  /// Whether a patch says something about the field.
  package var isGiven: Bool { state != .absent || payload == 2 }
  /// Of a bool that is no error.
  package var isTrue: Bool { payload != 0 }
  package var double: Double { Double(bitPattern: UInt64(bitPattern: payload)) }
  package var timestamp: Timestamp { Timestamp(seconds: payload, nanoseconds: aux) }
  package var span: TimeSpan { TimeSpan(seconds: payload, nanoseconds: aux) }
}

/// Why an expression has no value.
package enum EvaluationCause: String, Sendable, Hashable {
  case absentValue = "absent value"
  case missingAttribute = "attribute not given"
  case malformedAttribute = "attribute of the wrong kind"
  case missingRecord = "record not found"
  case wrongRecord = "record of another type"
  case missingFact = "fact not given, and no records to look it up in"
  case overflow
  case divisionByZero = "division by zero"
  case outOfBounds = "index out of bounds"
  case noSuchKey = "no such key"
  case repeatedKey = "key given twice"
  case badConversion = "text that cannot be converted"
  case badPattern = "pattern that is not RE2"
  case badTimeZone = "unknown time zone"
  case severalRecords = "more than one record"
  case noRow = "no row applies"
  case severalRows = "more than one row applies"
  case overLimit = "more records than the limit"
  case notPositive = "threshold that is not positive"
  case noResource = "no such resource"
  case cycle = "definition that needs itself"
  case invalidArgument = "argument out of range"
}
