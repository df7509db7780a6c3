package import BylawModel

/// Proves that a store holds what its audit trail says, and names everything that does not agree.
///
/// Reads entries and rows in pages: the memory that it takes does not grow with the store.
package struct AuditVerifier: Sendable {
  private let entities: [String: Int]
  /// Whether the records can be compared with their entries.
  private let knowsRecords: Bool
  private let names: [String]
  private let checkpoints: [Checkpoint]
  private let key: CheckpointKey.Public?
  private let limit: Int
  /// How many rows are read at once.
  private static let page = 1_000

  /// - `schema`: The vocabulary of the records; `nil` when it cannot be read, which is a finding then.
  /// - `checkpoints`: Signed sizes of the trail that were kept outside the store.
  /// - `key`: The public key that they must be signed with; `nil` takes them as they are.
  /// - `limit`: After so many findings the search ends.
  package init(_ schema: Schema?, checkpoints: [Checkpoint] = [], key: CheckpointKey.Public? = nil, limit: Int = 100) {
    knowsRecords = schema != nil
    names = schema?.entities.map(\.name) ?? []
    entities = Dictionary(names.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
    self.checkpoints = checkpoints.sorted { $0.size < $1.size }
    self.key = key
    self.limit = limit
  }

  /// Looks through the whole store in one state of it.
  ///
  /// - Throws: Only where the store cannot be read at all; what is wrong in it is in the report.
  package func verify(_ reader: any StoreReader) throws(StoreError) -> AuditReport {
    var run = VerificationRun(limit: limit)
    if !knowsRecords { run.note(.fault("the vocabulary of the store cannot be read, so no record was looked at")) }
    // First, as other rules may make everything else look wrong.
    try run.look { run throws(StoreError) in
      try lookAtSettings(reader, proven: try Gate.provenSettings(reader), &run)
    }
    try run.look { run throws(StoreError) in
      for fault in try reader.faults(limit: limit) { run.note(.fault(fault)) }
    }
    let trusted = trustedCheckpoints(&run)
    try run.look { run throws(StoreError) in run.numbersUpTo = try reader.numbers().upTo }
    try run.look { run throws(StoreError) in try lookAtEntries(reader, trusted, &run) }
    if knowsRecords { try run.look { run throws(StoreError) in try lookForUnlisted(reader, &run) } }
    try run.look { run throws(StoreError) in try lookAtSettled(reader, trusted, &run) }
    run.noteOrder()
    return run.report
  }

  private func trustedCheckpoints(_ run: inout VerificationRun) -> [Checkpoint] {
    guard let key else { return checkpoints }
    return checkpoints.filter { checkpoint in
      let isSigned = key.hasSigned(checkpoint)
      if !isSigned { run.note(.checkpointForged(size: checkpoint.size)) }
      return isSigned
    }
  }

  // MARK: The trail

  private func lookAtEntries(
    _ reader: any StoreReader, _ checkpoints: [Checkpoint], _ run: inout VerificationRun
  ) throws(StoreError) {
    var checkpoints = checkpoints[...]
    var chain = Chain()
    var last = Int64.min
    while !run.isFull {
      let entries = try reader.entries(EntryFilter(), after: last, limit: Self.page)
      for entry in entries {
        chain.take(entry, &run)
        run.settle(chain.reading, of: entry.sequence)
        while let checkpoint = checkpoints.first, checkpoint.size <= entry.sequence {
          if checkpoint.size == entry.sequence, checkpoint.digest != entry.digest {
            run.note(.checkpointDiffers(size: checkpoint.size))
          }
          checkpoints.removeFirst()
        }
        if knowsRecords { try lookAtChanges(of: entry, chain.reading.changes, reader, &run) }
      }
      guard entries.count == Self.page, let end = entries.last else { break }
      last = end.sequence
    }
    run.report.digest = chain.digest
    if let signed = checkpoints.last, signed.size > chain.last, !run.isFull {
      run.note(.tailCut(missing: signed.size - chain.last, size: signed.size))
    }
  }

  /// Everything that an entry wrote is there, and as it left it unless a later entry changed it.
  private func lookAtChanges(
    of entry: AuditEntry, _ changes: [EntryReading.Change], _ reader: any StoreReader, _ run: inout VerificationRun
  ) throws(StoreError) {
    for change in changes {
      guard let reference = EntityReference(text: change.record) else { continue }
      let isProposal = reference.type == StoredProposal.typeName
      let entity = entities[reference.type]
      let isKnown = isProposal || entity != nil
      let state = isKnown ? try reader.state(of: reference, entity, at: entry.sequence) : nil
      guard let state else {
        run.note(.removed(reference, entry: entry.sequence))
        continue
      }
      run.place(change, reference, state.row)
      if state.entry < entry.sequence {
        run.note(.setBack(reference, from: entry.sequence, to: state.entry))
      } else if state.entry == entry.sequence {
        run.count(reference.type)
        if state.digest != change.digest || !(isProposal || change.isAllowed) { run.note(.changed(reference)) }
      }
    }
  }

  // MARK: What entries sum up

  /// Numbers, settings and documents are as the last entry that speaks of them says.
  private func lookAtSettled(
    _ reader: any StoreReader, _ checkpoints: [Checkpoint], _ run: inout VerificationRun
  ) throws(StoreError) {
    let numbers = try reader.numbers().last
    for entity in Set(numbers.keys).union(run.numbers.keys).sorted() where numbers[entity] != run.numbers[entity] {
      run.note(.numberChanged(entity))
    }
    try lookAtSettings(reader, proven: run.settings, &run)
    for mark in checkpoints.map(\.documents) + [run.documents] where mark.row > 0 {
      guard let found = try reader.documentMark(at: mark.row) else {
        run.note(.documentsCut(mark.row))
        continue
      }
      if found.digest != mark.digest { run.note(.documentsChanged(upTo: mark.row)) }
    }
    // Beyond them there are only refusals, which have no entry.
    if let row = try reader.documentOfEntry(after: run.documents.row) { run.note(.documentAdded(row)) }
  }

  private func lookAtSettings(
    _ reader: any StoreReader, proven: [String: String], _ run: inout VerificationRun
  ) throws(StoreError) {
    // A store that no rules were put in force in yet has settings that no entry speaks of.
    guard !proven.isEmpty else { return }
    let settings = try reader.settings().mapValues { Digest.of($0) }
    for name in Set(settings.keys).union(proven.keys).sorted() where settings[name] != proven[name] {
      run.note(.settingChanged(name))
    }
  }

  // MARK: Rows beyond

  /// Every row was met at the entry that it names, unless there are more rows than were met.
  private func lookForUnlisted(_ reader: any StoreReader, _ run: inout VerificationRun) throws(StoreError) {
    for (position, name) in names.enumerated() {
      let count = try reader.count(of: position)
      run.report.records += count
      if count != run.met[name] ?? 0 { try lookAtRows(position, name, reader, &run) }
    }
    run.report.proposals = try reader.countOfProposals()
    if run.report.proposals != run.met[StoredProposal.typeName] ?? 0 {
      try lookAtRows(nil, StoredProposal.typeName, reader, &run)
    }
  }

  /// Finds the rows whose entry does not list them.
  private func lookAtRows(
    _ entity: Int?, _ name: String, _ reader: any StoreReader, _ run: inout VerificationRun
  ) throws(StoreError) {
    var last = Int64.min
    while !run.isFull {
      let states: [RowState]
      if let entity {
        states = try reader.recordStates(entity, named: name, after: last, limit: Self.page)
      } else {
        states = try reader.proposalStates(after: last, limit: Self.page)
      }
      for state in states {
        let reference = EntityReference(type: name, id: state.id)
        guard let entry = try reader.entry(state.entry) else {
          run.note(.orphaned(reference, entry: state.entry))
          continue
        }
        let isListed = EntryReading(entry.body).changes.contains { $0.record == reference.description }
        guard !isListed else { continue }
        var filter = EntryFilter()
        filter.record = reference
        let others = try reader.entries(filter, after: 0, limit: 1)
        run.note(others.isEmpty ? .added(reference) : .changed(reference))
      }
      guard states.count == Self.page, let end = states.last else { return }
      last = end.row
    }
  }
}

/// What a proof has found so far.
struct VerificationRun {
  let limit: Int
  var report = AuditReport()
  /// By type, the rows that were met at the entry that they name.
  var met: [String: Int64] = [:]
  /// Up to which entry numbers are kept beside the trail.
  var numbersUpTo = Int64.max
  /// By entity, the numbers last given up to there; the trail's last word on each.
  private(set) var numbers: [String: Int64] = [:]
  /// By name, the digests of settings; the trail's last word.
  private(set) var settings: [String: String] = [:]
  /// How far the chain of documents went.
  private(set) var documents = DocumentMark.origin
  /// By type, how many rows were made so far.
  private var made: [String: Int64] = [:]
  /// Made by an entry of a transaction in which a later entry writes them.
  private var unwritten: Set<String> = []
  /// Rows that do not stand where they were made.
  private var reordered: [EntityReference] = []
  private var known: Set<AuditFinding> = []

  init(limit: Int) { self.limit = limit }

  var isFull: Bool { report.findings.count >= limit }

  mutating func count(_ type: String) { met[type, default: 0] += 1 }

  /// Looks at a part of the store; that it cannot be read is a finding as well.
  mutating func look(_ body: (inout VerificationRun) throws(StoreError) -> Void) throws(StoreError) {
    do throws(StoreError) {
      try body(&self)
    } catch {
      switch error {
      case .corrupt(let what), .failed(_, let what): note(.fault(what))
      case .cannotOpen, .missing, .notAStore, .newerFormat, .otherRuleSet, .rulesChanged, .lossyMigration, .busy,
        .beforeLastEntry,
        .auditFailed:
        throw error
      }
    }
  }

  /// Takes what an entry says about the whole store.
  mutating func settle(_ reading: EntryReading, of entry: Int64) {
    if entry <= numbersUpTo { numbers.merge(reading.numbers) { $1 } }
    if !reading.settings.isEmpty { settings = reading.settings }
    if let mark = reading.documents { documents = mark }
  }

  /// Counts the rows that are made, and compares each with its number.
  ///
  /// A row is written by the last entry of its transaction that changes the record: the one with a digest.
  mutating func place(_ change: EntryReading.Change, _ reference: EntityReference, _ row: Int64) {
    guard change.isNew || !unwritten.isEmpty && unwritten.contains(change.record) else { return }
    guard !change.digest.isEmpty else {
      unwritten.insert(change.record)
      return
    }
    unwritten.remove(change.record)
    made[reference.type, default: 0] += 1
    // A backend that numbers no rows gives 0.
    if row > 0, made[reference.type] != row, reordered.count < limit { reordered.append(reference) }
  }

  /// Names the rows that have changed places; where entries or rows are missing, all numbers differ and tell nothing.
  mutating func noteOrder() {
    guard report.isSound else { return }
    for reference in reordered { note(.reordered(reference)) }
  }

  mutating func note(_ finding: AuditFinding) {
    guard !isFull else {
      report.isCutShort = true
      return
    }
    if known.insert(finding).inserted { report.findings.append(finding) }
  }
}

/// The chain of entries up to some entry.
private struct Chain {
  /// The number of the last entry that was at its place.
  private(set) var last: Int64 = 0
  /// The digest that the next entry builds on.
  private(set) var digest = AuditEntry.origin
  /// What it would be if only the digest of the last entry was changed; `nil` when that was sound.
  private var alternative: [UInt8]?
  /// When the last entry says that it was written.
  private var time: Timestamp?
  /// What the last entry says.
  private(set) var reading = EntryReading("")

  mutating func take(_ entry: AuditEntry, _ run: inout VerificationRun) {
    run.report.entries += 1
    reading = EntryReading(entry.body)
    guard entry.sequence > 0 else {
      run.note(.entryMisplaced(entry.sequence, says: nil))
      return
    }
    let follows = entry.sequence == last + 1
    if !follows { run.note(.entriesMissing(last + 1...entry.sequence - 1)) }
    let expected = AuditEntry.digest(of: entry.body, after: digest)
    // After a gap nobody knows what the entry built on.
    var isSound = expected == entry.digest || !follows && alternative == nil
    if !isSound, let alternative { isSound = AuditEntry.digest(of: entry.body, after: alternative) == entry.digest }
    if let says = reading.sequence, says != entry.sequence {
      run.note(.entryMisplaced(entry.sequence, says: says))
    } else if !isSound || reading.sequence == nil || reading.at == nil {
      run.note(.entryChanged(entry.sequence))
    }
    if let at = reading.at {
      if let before = time, at < before { run.note(.timeGoesBack(entry.sequence, from: before, to: at)) }
      time = at
    }
    last = entry.sequence
    alternative = isSound ? nil : expected
    digest = entry.digest
  }
}
