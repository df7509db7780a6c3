import BylawEvaluator
import BylawModel

/// One transaction of the gate: operations one within another, everything that they change kept in memory until the
/// whole is written at once, or thrown away.
final class GateTransaction {
  let plan: PreparedPlan
  let reader: any StoreReader
  let now: Timestamp
  /// Members of the context that the server vouches for; of a proposal's run those of when it was asked.
  var serverContext: [String: Value]
  /// Nothing is written: who only tries learns no more than who looks.
  var isDryRun = false
  /// The changes that would follow are not for who asked.
  var hidesChanges = false
  var working: Working
  /// The views of the operations under way, the innermost last.
  var views: [RecordView] = []
  /// The entries of the operations under way, the innermost last.
  var running: [Int64] = []
  /// The subjects of the operations under way, the innermost last.
  var subjects: [Request.Entity] = []
  /// Votes that count for every operation of a proposal's run.
  var votes: [Request.Approval] = []
  var requestedAt: Timestamp?
  /// Records as they are stored, read once.
  private var stored = SmallMap<EntityReference, StoredRecord?>()
  /// What queries of stored records gave: nothing is written before the transaction ends.
  var answers: [RecordQuery: [StoredRecord.Place]] = [:]
  /// Of the entry before those of this transaction.
  private let lastDigest: [UInt8]
  /// Values of unique keys as they are stored, read once.
  private var keys = SmallMap<EntityReference, [String: String]>()
  private let entityNumbers: [String: Int]

  /// - `now`: The clock; asked once the state is settled, so that nothing in it is later than this transaction.
  /// - Throws: `beforeLastEntry` besides failures to read.
  init(
    plan: PreparedPlan, reader: any StoreReader, now: GateClock, serverContext: [String: Value]
  ) throws(StoreError) {
    self.plan = plan
    self.reader = reader
    self.serverContext = serverContext
    let last = try reader.lastEntry()
    lastDigest = last?.digest ?? AuditEntry.origin
    working = Working(nextSequence: (last?.sequence ?? 0) + 1)
    self.now = try now.time(after: last?.at)
    entityNumbers = plan.entityNumbers
  }

  var schema: Schema { plan.schema }

  func entity(named name: String) -> Int? { entityNumbers[name] }

  // MARK: Records

  /// The fields of a record in the state so far.
  func fields(of reference: EntityReference) throws(StoreError) -> [String: Value]? {
    if let record = working.records[reference] { return record.fields }
    return try storedFields(of: reference)
  }

  func storedFields(of reference: EntityReference) throws(StoreError) -> [String: Value]? {
    try storedRecord(of: reference)?.fields
  }

  /// A record as it was when the transaction began.
  func storedRecord(of reference: EntityReference) throws(StoreError) -> StoredRecord? {
    if let known = stored[reference] { return known }
    guard let entity = entity(named: reference.type) else { return nil }
    let record = try reader.record(entity, id: reference.id)
    stored.add(reference, record)
    return record
  }

  /// Keeps a record that was read.
  func keep(_ record: StoredRecord, of type: String) {
    stored.set(EntityReference(type: type, id: record.id), to: record)
  }

  // MARK: Changing

  /// Puts a record's new fields into the working state, and notes who changed it.
  func write(_ reference: EntityReference, entity: Int, fields new: [String: Value], isNew: Bool) throws(StoreError) {
    let before = isNew ? nil : try fields(of: reference)
    for view in views { view.willChange(reference, from: before) }
    var fields: [String: Value]
    var changed: [String] = []
    if let before {
      fields = before
      for (name, value) in new where (before[name] ?? .null) != value {
        changed.append(name)
        fields[name] = value == .null ? nil : value
      }
    } else {
      fields = new.present
      changed = Array(fields.keys)
    }
    let entry = running.last ?? working.nextSequence
    guard isNew || !changed.isEmpty else { return }
    if let before, !plan.timedMoves[entity].isEmpty, working.movedOn[reference] == nil,
      !plan.timedMoves(of: entity, before, now: now).isEmpty
    {
      working.movedOn[reference] = before
    }
    if working.records.position(of: reference) == nil {
      working.records.set(
        reference,
        to: .init(
          entity: entity, isNew: isNew, stored: before ?? [:], fields: fields, entry: entry,
          touched: isNew ? [] : changed))
    } else {
      working.records.change(reference) { record in
        record.fields = fields
        record.entry = entry
        if !isNew { record.touched += changed }
      }
    }
    working.note(changed, of: reference, by: entry)
  }

  /// Has the entry under way name a record whose fields stay as they are.
  func touch(_ reference: EntityReference) throws(StoreError) {
    guard let entity = entity(named: reference.type) else { return }
    let entry = running.last ?? working.nextSequence
    if working.records.position(of: reference) == nil {
      // A record that is yet to be written is named then.
      guard let fields = try storedFields(of: reference) else { return }
      working.records.set(
        reference, to: .init(entity: entity, isNew: false, stored: fields, fields: fields, entry: entry))
    } else {
      working.records.change(reference) { $0.entry = entry }
    }
    working.note([], of: reference, by: entry)
  }

  /// The values of unique keys that a record has in the store.
  func storedKeys(of reference: EntityReference) throws(StoreError) -> [String: String] {
    if working.records[reference]?.isNew == true { return [:] }
    if let known = keys[reference] { return known }
    let found = try reader.keys(of: reference)
    keys.add(reference, found)
    return found
  }

  /// The next number of a record of an entity.
  func nextNumber(of entity: String) throws(StoreError) -> Int64 {
    var last: Int64
    if let known = working.numbers[entity] { last = known } else { last = try reader.lastNumber(of: entity) }
    last += 1
    working.numbers[entity] = last
    return last
  }

  /// Whether the id that a number gives is one of a record in the state so far.
  func isTaken(_ record: EntityReference, entity: Int, number: Int64) throws(StoreError) -> Bool {
    if working.records.position(of: record) != nil || stored.position(of: record) != nil {
      return try fields(of: record) != nil
    }
    return try reader.isTaken(entity, number: number, id: record.id)
  }

  // MARK: Proposals

  func proposal(_ id: String) throws(StoreError) -> StoredProposal? {
    if let changed = working.proposals[id] { return changed }
    return try reader.proposal(id)
  }

  func put(_ proposal: StoredProposal) {
    var proposal = proposal
    proposal.entry = running.last ?? working.nextSequence
    if working.proposals.updateValue(proposal, forKey: proposal.id) == nil {
      working.proposalOrder.append(proposal.id)
    }
    working.note([proposal.status.rawValue], of: proposal.reference, by: proposal.entry)
  }

  // MARK: The end

  /// Everything that was changed, in the order in which it is written; asked for once, at the end.
  func batch() throws(StoreError) -> StoreBatch {
    var batch = StoreBatch()
    batch.documents = try StoredDocument.chained(working.documents, after: reader)
    let claims = working.claims.isEmpty ? [:] : Dictionary(grouping: working.claims, by: \.record)
    var previous = lastDigest
    // Taken out, to be changed in place.
    var entries: [Working.PendingEntry] = []
    swap(&entries, &working.entries)
    if entries.count > 1 { entries.sort { $0.sequence < $1.sequence } }
    for position in entries.indices {
      let sequence = entries[position].sequence
      entries[position].content.changes = try changes(of: sequence, claims)
      if position == entries.count - 1 {
        entries[position].content.numbers = working.numbers
        entries[position].content.documents = batch.documents.last.map {
          DocumentMark(row: $0.row, digest: $0.digest)
        }
      }
      previous = batch.append(entries[position].content, sequence: sequence, after: previous)
    }
    batch.records.reserveCapacity(working.records.count)
    for (reference, record) in working.records.elements {
      batch.records.append(
        .init(
          entity: record.entity, id: reference.id, isNew: record.isNew, fields: record.fields,
          changed: record.isNew ? [] : record.differing, entry: record.entry))
    }
    batch.keys = working.claims
    batch.numbers = working.numbers
    batch.proposals = working.proposalOrder.compactMap { working.proposals[$0] }
    return batch
  }

  /// What an entry says about records: the digest stands with the entry that changed a record last.
  ///
  /// Records and proposals stand in the order in which their rows are made.
  private func changes(
    of sequence: Int64, _ claims: [EntityReference: [StoreBatch.KeyClaim]]
  ) throws(StoreError) -> [AuditEntry.Change] {
    guard let changed = working.changes[sequence] else { return [] }
    var changes: [(place: Int, change: AuditEntry.Change)] = []
    for (reference, names) in changed.elements {
      let isFirst = firstChange(of: reference) == sequence
      if let place = working.records.position(of: reference) {
        let record = working.records.elements[place].value
        var digest = ""
        if record.entry == sequence {
          var keys = try storedKeys(of: reference)
          for claim in claims[reference] ?? [] { keys[claim.key] = claim.value }
          digest = Digest.of(reference, record.fields, keys: keys)
        }
        let change = AuditEntry.Change(
          record: reference, isNew: record.isNew && isFirst, fields: Self.sorted(names), digest: digest)
        changes.append((place, change))
      } else if let proposal = working.proposals[reference.id] {
        let change = AuditEntry.Change(
          record: reference, isNew: working.newProposals.contains(reference.id) && isFirst, fields: Self.sorted(names),
          digest: proposal.entry == sequence ? Digest.of(proposal.body) : "")
        changes.append((working.proposalOrder.firstIndex(of: reference.id) ?? 0, change))
      }
    }
    if changes.count > 1 {
      changes.sort { ($0.change.record.type, $0.place) < ($1.change.record.type, $1.place) }
    }
    return changes.map(\.change)
  }

  /// Names in order, each once.
  private static func sorted(_ names: [String]) -> [String] {
    if names.count < 2 { return names }
    var sorted = names.sorted()
    var last: String?
    sorted.removeAll { name in
      defer { last = name }
      return name == last
    }
    return sorted
  }

  private func firstChange(of reference: EntityReference) -> Int64? {
    let changes = working.changes.elements
    if changes.count == 1 { return changes[0].key }
    return changes.lazy.filter { $0.value.position(of: reference) != nil }.map(\.key).min()
  }
}
