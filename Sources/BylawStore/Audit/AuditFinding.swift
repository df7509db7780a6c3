package import BylawModel

/// Something in a store that does not agree with its audit trail, named so that a person can look for it.
package enum AuditFinding: Sendable, Hashable {
  /// The bytes or the digest of an entry are not those that were written.
  case entryChanged(Int64)
  /// An entry stands at a number that it does not say itself.
  case entryMisplaced(Int64, says: Int64?)
  /// An entry says a time before that of the one before it.
  case timeGoesBack(Int64, from: Timestamp, to: Timestamp)
  /// Entries that are not there, from the first to the last.
  case entriesMissing(ClosedRange<Int64>)
  /// Fewer entries than a checkpoint signed.
  case tailCut(missing: Int64, size: Int64)
  /// The entry that a checkpoint signed is another now: the trail was written anew.
  case checkpointDiffers(size: Int64)
  /// A checkpoint that the key did not sign.
  case checkpointForged(size: Int64)
  /// A record or a proposal is not what its last entry left.
  case changed(EntityReference)
  /// No entry made it.
  case added(EntityReference)
  /// It names an entry that is not there.
  case orphaned(EntityReference, entry: Int64)
  /// An entry made or changed it, and it is not there.
  case removed(EntityReference, entry: Int64)
  /// It is as an earlier entry left it.
  case setBack(EntityReference, from: Int64, to: Int64)
  /// Rows of an entity, or proposals, do not stand in the order in which they were made.
  case reordered(EntityReference)
  /// The number last given to a record of an entity is not the one that the trail says.
  case numberChanged(String)
  /// A setting of the store is not the one that was put in force.
  case settingChanged(String)
  /// The documents up to one are not those that an entry, or a checkpoint, says.
  case documentsChanged(upTo: Int64)
  /// Documents up to this one are missing at the end.
  case documentsCut(Int64)
  /// A document belongs to no entry.
  case documentAdded(Int64)
  /// What the backend found of the rows that no entry proves.
  case fault(String)
}

extension AuditFinding: CustomStringConvertible {
  /// The finding in words: one line, without a full stop, without values.
  package var description: String {
    switch self {
    case .entryChanged(let sequence): "entry \(sequence): its bytes were changed"
    case .entryMisplaced(let sequence, let says?): "entry \(sequence) is out of order: it says that it is entry \(says)"
    case .entryMisplaced(let sequence, nil): "entry \(sequence) is none of this trail"
    case .timeGoesBack(let sequence, let from, let to):
      "entry \(sequence) says \(to), before entry \(sequence - 1), which says \(from)"
    case .entriesMissing(let range) where range.count == 1: "entry \(range.lowerBound) is missing"
    case .entriesMissing(let range): "entries \(range.lowerBound) to \(range.upperBound) are missing"
    case .tailCut(1, let size): "the last entry was cut (checkpoint says \(size))"
    case .tailCut(let missing, let size): "the last \(missing) entries were cut (checkpoint says \(size))"
    case .checkpointDiffers(let size):
      "entry \(size) is not the one that the checkpoint of \(counted(size, "entry", "entries")) signed"
    case .checkpointForged(let size):
      "the checkpoint of \(counted(size, "entry", "entries")) is not signed by this key"
    case .changed(let record): "\(record) was changed outside the gate"
    case .added(let record): "\(record) was added outside the gate"
    case .orphaned(let record, let entry): "\(record) names entry \(entry), which is not there"
    case .removed(let record, let entry): "\(record), which entry \(entry) wrote, was removed"
    case .setBack(let record, let from, let to): "\(record) was set back from entry \(from) to entry \(to)"
    case .reordered(let record): "\(record) is out of order: it has the number of another row"
    case .numberChanged(let entity): "the number last given to '\(entity)' was changed"
    case .settingChanged(let name): "setting '\(name)' was changed outside the gate"
    case .documentsChanged(let row): "the documents up to \(row) are not those that were written"
    case .documentsCut(let row): "the last documents were cut (there were \(row))"
    case .documentAdded(let row): "document \(row) was added outside the gate"
    case .fault(let sentence): sentence
    }
  }
}

/// The result of a proof.
package struct AuditReport: Sendable, Hashable {
  /// How many entries, records and proposals were looked at.
  package var entries: Int64 = 0
  package var records: Int64 = 0
  package var proposals: Int64 = 0
  /// The digest of the last entry.
  package var digest = AuditEntry.origin
  /// In the order in which they were found, each once.
  package var findings: [AuditFinding] = []
  /// Whether the search ended early, as there were too many findings.
  package var isCutShort = false

  package init() {}

  package var isSound: Bool { findings.isEmpty }
}
