/// A condition on records as they are stored, which a database can answer by itself.
///
/// It speaks of stored values alone: not of defaults, nor of what time has changed since. A record without value in a
/// field meets no comparison of it. Whoever asks judges each record again, so a backend may give more than meets it,
/// never less.
package indirect enum RecordFilter: Sendable, Hashable {
  package enum Comparison: Sendable, Hashable { case equal, notEqual, less, atMost, more, atLeast }

  /// What is compared.
  package enum Subject: Sendable, Hashable {
    /// The record's id, as text.
    case id
    /// A field, by its position in the schema's entity.
    case field(Int)
  }

  case compare(Subject, Comparison, Value)
  /// The value is one of these.
  case among(Subject, [Value])
  /// The field has no value.
  case absent(Int)
  case present(Int)
  case all([RecordFilter])
  case any([RecordFilter])

  /// What every record meets.
  package static let everything = RecordFilter.all([])
  /// What no record meets.
  package static let nothing = RecordFilter.any([])

  /// All of some conditions, in the plainest form.
  package static func both(_ parts: [RecordFilter]) -> RecordFilter {
    var kept: [RecordFilter] = []
    for part in parts where !kept.contains(part) {
      if part == .nothing { return .nothing }
      if case .all(let inner) = part { kept += inner } else { kept.append(part) }
    }
    return kept.count == 1 ? kept[0] : .all(kept)
  }

  /// One of some conditions or several, in the plainest form.
  package static func either(_ parts: [RecordFilter]) -> RecordFilter {
    var kept: [RecordFilter] = []
    for part in parts where !kept.contains(part) {
      if part == .everything { return .everything }
      if case .any(let inner) = part { kept += inner } else { kept.append(part) }
    }
    return kept.count == 1 ? kept[0] : .any(kept)
  }
}
