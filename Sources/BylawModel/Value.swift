/// A value as requests, records and decisions carry it, before a rule set gives it a type.
///
/// A JSON document maps onto it without loss: a whole number that fits becomes `int`, a number with a
/// fraction of at most 18 decimal places `decimal`, any other number `double`. Words of an enumeration, times
/// and references may be given as `string`; the place that expects them reads them.
public enum Value: Sendable, Hashable {
  case null
  case bool(Bool)
  case int(Int64)
  case decimal(FixedPoint)
  case double(Double)
  case string(String)
  case timestamp(Timestamp)
  case duration(TimeSpan)
  case date(CalendarDate)
  case list([Value])
  case object([String: Value])
  case reference(EntityReference)
}

/// The identity of a record: its entity type and its id, unique within the type.
public struct EntityReference: Sendable, Hashable {
  /// The name of the entity type in the rule set, such as `Incident`.
  public var type: String
  /// The id of the record within its type.
  public var id: String

  /// Creates a reference to the record `id` of the entity `type`.
  public init(type: String, id: String) {
    self.type = type
    self.id = id
  }
}

extension EntityReference: CustomStringConvertible {
  /// The reference as messages and test files write it: `Incident/inc-1`.
  public var description: String {
    var text = type
    text += "/"
    text += id
    return text
  }
}
