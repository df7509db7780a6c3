package import BylawModel

/// A value as the reference evaluator computes it; an absent optional is `absent`.
package indirect enum ReferenceValue: Sendable {
  case absent
  /// In a patch: a field that it empties. Whoever reads the field finds it absent.
  case emptied
  case bool(Bool)
  case int(Int64)
  case double(Double)
  /// Units; the scale is that of the type.
  case decimal(Int64)
  case string(String)
  /// The rank of a word of an enumeration.
  case word(Int)
  case date(CalendarDate)
  case timestamp(Timestamp)
  case duration(TimeSpan)
  /// Part and whole, the whole positive.
  case ratio(Int128, Int128)
  case json(Value)
  /// A record of an entity; `isAfter` marks the resource as the effects would leave it.
  case reference(entity: Int, id: String, isAfter: Bool)
  case entityType(Int)
  case list([ReferenceValue])
  /// Keys and values in the order that iteration has.
  case map([(key: String, value: ReferenceValue)])
  /// By position in the fields of the record or the patch.
  case record([ReferenceValue])
  /// from, above, to, under.
  case range([ReferenceValue])
}

/// Why an expression has no value.
package struct ReferenceError: Error, Hashable {
  /// In the words that decisions use.
  package var cause: String
  /// Where the expression stands, or which attribute it reads.
  package var place: String
}

extension ReferenceValue {
  /// Whether it is an optional that is not there.
  var isAbsent: Bool { if case .absent = self { true } else { isEmptied } }
  /// Whether a patch empties the field.
  var isEmptied: Bool { if case .emptied = self { true } else { false } }
  /// The truth of a bool; anything else is no truth.
  var isTrue: Bool { if case .bool(true) = self { true } else { false } }

  /// Equality of two values of one type; references by identity, texts by their scalars.
  static func areEqual(_ left: ReferenceValue, _ right: ReferenceValue) -> Bool {
    switch (left, right) {
    case (.absent, .absent): return true
    case (.bool(let a), .bool(let b)): return a == b
    case (.int(let a), .int(let b)), (.decimal(let a), .decimal(let b)): return a == b
    case (.double(let a), .double(let b)): return a == b
    case (.string(let a), .string(let b)): return Array(a.unicodeScalars) == Array(b.unicodeScalars)
    case (.word(let a), .word(let b)), (.entityType(let a), .entityType(let b)): return a == b
    case (.date(let a), .date(let b)): return a == b
    case (.timestamp(let a), .timestamp(let b)): return a == b
    case (.duration(let a), .duration(let b)): return a == b
    case (.ratio(let a, let b), .ratio(let c, let d)): return a * d == c * b
    case (.json(let a), .json(let b)): return a == b
    case (.reference(let a, let b, _), .reference(let c, let d, _)):
      return a == c && Array(b.unicodeScalars) == Array(d.unicodeScalars)
    case (.list(let a), .list(let b)), (.record(let a), .record(let b)), (.range(let a), .range(let b)):
      return a.count == b.count && zip(a, b).allSatisfy { areEqual($0, $1) }
    case (.map(let a), .map(let b)):
      return a.count == b.count
        && a.allSatisfy { pair in b.contains { $0.key == pair.key && areEqual($0.value, pair.value) } }
    default: return false
    }
  }

  /// Below 0, 0 or above 0 for two values of one ordered type.
  static func compare(_ left: ReferenceValue, _ right: ReferenceValue) -> Int {
    func sign<Number: Comparable>(_ a: Number, _ b: Number) -> Int { a < b ? -1 : a > b ? 1 : 0 }
    switch (left, right) {
    case (.bool(let a), .bool(let b)): return sign(a ? 1 : 0, b ? 1 : 0)
    case (.int(let a), .int(let b)), (.decimal(let a), .decimal(let b)): return sign(a, b)
    case (.double(let a), .double(let b)): return sign(a, b)
    case (.string(let a), .string(let b)):
      let (first, second) = (a.unicodeScalars.map(\.value), b.unicodeScalars.map(\.value))
      return first == second ? 0 : first.lexicographicallyPrecedes(second) ? -1 : 1
    case (.word(let a), .word(let b)): return sign(a, b)
    case (.date(let a), .date(let b)): return sign(a, b)
    case (.timestamp(let a), .timestamp(let b)): return sign(a, b)
    case (.duration(let a), .duration(let b)): return sign(a, b)
    case (.ratio(let a, let b), .ratio(let c, let d)): return sign(a * d, c * b)
    default: return 0
    }
  }
}
