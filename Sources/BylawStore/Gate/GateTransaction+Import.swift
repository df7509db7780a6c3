import BylawEvaluator
package import BylawModel

/// A record that comes from outside.
package struct ImportRecord: Sendable {
  package var reference: EntityReference
  package var fields: [String: Value]

  package init(reference: EntityReference, fields: [String: Value]) {
    self.reference = reference
    self.fields = fields
  }
}

/// Why a record does not fit.
package struct ImportProblem: Sendable, Hashable {
  /// The field, or what lies in it; `nil` when it is the record as a whole.
  package var field: String?
  /// What is wrong, to be read behind the field.
  package var reason: String
  /// What stands there instead, where that says more.
  package var found: Value?

  package init(field: String?, reason: String, found: Value? = nil) {
    self.field = field
    self.reason = reason
    self.found = found
  }
}

/// What became of an import.
package struct ImportReport: Sendable {
  /// How many records are in.
  package var imported = 0
  /// Records that do not fit, by their position, with every reason.
  package var refused: [(index: Int, problems: [ImportProblem])] = []
}

/// Import: records that were made elsewhere, held to every declaration, written with an entry of the engine.
extension GateTransaction {
  /// The most records that one entry names.
  private static let batchSize = 100
  /// After how many records a long import tells how far it is.
  private static let stride = 500

  /// Takes in what fits; a record that leads to one that does not fit does not fit either.
  ///
  /// - `known`: What is wrong with each record by what is known outside; none for all when it is empty.
  /// - `progress`: Is told how many records are checked, then how many are written.
  func take(
    _ records: [ImportRecord], known: [[ImportProblem]], allOrNothing: Bool,
    progress: (_ isWriting: Bool, _ done: Int) -> Void
  ) throws(Interruption) -> ImportReport {
    var intake = Intake(records: records)
    var reader = RecordIntake(plan, now: now)
    for index in records.indices {
      if index % Self.stride == 0 { progress(false, index) }
      let outside = known.isEmpty ? [] : known[index]
      try read(records[index], at: index, outside, with: &reader, into: &intake)
    }
    try findDangling(&intake)
    try findTaken(&intake)
    var report = ImportReport()
    for index in records.indices where intake.readings[index] == nil {
      report.refused.append((index, intake.problems[index] ?? []))
    }
    if allOrNothing, !report.refused.isEmpty { return report }
    guard !isDryRun else {
      report.imported = records.count - report.refused.count
      return report
    }
    report.imported = try write(intake, progress: progress)
    return report
  }

  /// The records of an import on their way in, each by its position.
  private struct Intake {
    let records: [ImportRecord]
    /// As they would be stored; `nil` for what is refused.
    var readings: [(entity: Int, reading: RecordIntake.Reading)?]
    var problems: [Int: [ImportProblem]] = [:]
    var positions: [EntityReference: Int] = [:]
    /// What each leads to, refused or not.
    var references: [[(field: String, target: EntityReference)]]
    /// The records that lead to each, with the field.
    var dependents: [Int: [(index: Int, field: String)]] = [:]

    init(records: [ImportRecord]) {
      self.records = records
      readings = Array(repeating: nil, count: records.count)
      references = Array(repeating: [], count: records.count)
    }

    /// Refuses a record and, one after another, all that lead to it.
    mutating func refuse(_ index: Int, _ problem: ImportProblem) {
      problems[index, default: []].append(problem)
      guard readings[index] != nil else { return }
      readings[index] = nil
      spread(from: index)
    }

    /// Refuses what leads to a refused record.
    mutating func spread(from first: Int) {
      var open = [first]
      while let lost = open.popLast() {
        for (index, field) in dependents[lost] ?? [] {
          let reason = GateMessages.leadsToRefused(records[lost].reference)
          problems[index, default: []].append(.init(field: field, reason: reason))
          guard readings[index] != nil else { continue }
          readings[index] = nil
          open.append(index)
        }
      }
    }
  }

  private func read(
    _ record: ImportRecord, at index: Int, _ outside: [ImportProblem], with reader: inout RecordIntake,
    into intake: inout Intake
  ) throws(Interruption) {
    guard let entity = entity(named: record.reference.type) else {
      intake.problems[index] = [.init(field: nil, reason: GateMessages.unknownEntity(record.reference.type))]
      return
    }
    let flaw = Self.flaw(of: record.reference.id)
    guard flaw != nil || intake.positions[record.reference] == nil else {
      intake.problems[index] = outside + [.init(field: nil, reason: GateMessages.twice)]
      return
    }
    if flaw == nil { intake.positions[record.reference] = index }
    let reading = reader.read(record.reference, entity: entity, fields: record.fields)
    intake.references[index] = reading.references
    var problems = outside
    if let flaw {
      problems.append(.init(field: nil, reason: flaw))
    } else if try isTaken(record.reference, entity: entity) {
      problems.append(.init(field: nil, reason: GateMessages.isThere))
    }
    problems += reading.problems.map {
      ImportProblem(field: $0.path, reason: $0.clause, found: Self.found(record.fields[$0.path]))
    }
    if problems.isEmpty { intake.readings[index] = (entity, reading) } else { intake.problems[index] = problems }
  }

  /// What keeps a text from being an id; `nil` when it can be one.
  ///
  /// SQLite tells texts apart by their bytes and Swift by their characters: in NFC the two are the same.
  private static func flaw(of id: String) -> String? {
    if id.isEmpty { return GateMessages.emptyID }
    if hasControl(id) { return GateMessages.controlInID }
    return nfc(id).utf8.elementsEqual(id.utf8) ? nil : GateMessages.unnormalizedID
  }

  /// Whether a record of this id is stored, under the same bytes or, from before ids were held to NFC, decomposed.
  private func isTaken(_ reference: EntityReference, entity: Int) throws(Interruption) -> Bool {
    if try reading({ () throws(StoreError) in try fields(of: reference) }) != nil { return true }
    let decomposed = nfd(reference.id)
    if decomposed.utf8.elementsEqual(reference.id.utf8) { return false }
    return try reading({ () throws(StoreError) in try reader.record(entity, id: decomposed) }) != nil
  }

  /// A value that is short enough to be told.
  private static func found(_ value: Value?) -> Value? {
    switch value {
    case .int, .decimal, .bool: value
    case .string(let text) where !text.isEmpty && text.utf8.count <= 100: value
    default: nil
    }
  }

  /// Refuses what leads to a record that is neither stored nor taken in, in any order and around any circle.
  private func findDangling(_ intake: inout Intake) throws(Interruption) {
    var lost: [(index: Int, problem: ImportProblem)] = []
    for index in intake.records.indices {
      for (field, target) in intake.references[index] {
        if let flaw = Self.flaw(of: target.id) {
          lost.append((index, .init(field: field, reason: GateMessages.leadsToFlawed(flaw))))
        } else if let position = intake.positions[target] {
          intake.dependents[position, default: []].append((index, field))
        } else if try self.reading({ () throws(StoreError) in try fields(of: target) }) == nil {
          lost.append((index, .init(field: field, reason: GateMessages.dangling(target))))
        }
      }
    }
    // What was refused for itself takes along what leads to it.
    for index in intake.records.indices where intake.readings[index] == nil { intake.spread(from: index) }
    for (index, problem) in lost { intake.refuse(index, problem) }
  }

  /// Of two records with one value of a unique key the first is taken in.
  private func findTaken(_ intake: inout Intake) throws(Interruption) {
    var holders: [Working.KeyValue: Int] = [:]
    for index in intake.records.indices {
      guard let reading = intake.readings[index]?.reading else { continue }
      for (key, value) in reading.keys {
        let claim = Working.KeyValue(key: key, value: value)
        var holder = holders[claim].map { intake.records[$0].reference.id }
        if holder == nil { holder = try self.holder(of: key, value) }
        if let holder {
          let name = key.split(separator: ".").last.map(String.init)
          intake.refuse(index, .init(field: name, reason: GateMessages.taken(by: holder)))
        } else {
          holders[claim] = index
        }
      }
    }
  }

  private func write(
    _ intake: Intake, progress: (_ isWriting: Bool, _ done: Int) -> Void
  ) throws(Interruption) -> Int {
    var open = intake.records.indices.filter { intake.readings[$0] != nil }[...]
    let count = open.count
    while !open.isEmpty {
      if (count - open.count) % Self.stride == 0 { progress(true, count - open.count) }
      let batch = open.prefix(Self.batchSize)
      open = open.dropFirst(Self.batchSize)
      let sequence = working.nextSequence
      working.nextSequence += 1
      running.append(sequence)
      for index in batch {
        guard let (entity, reading) = intake.readings[index] else { continue }
        let reference = intake.records[index].reference
        for (key, value) in reading.keys {
          working.holders[.init(key: key, value: value)] = .some(reference.id)
          working.claims.append(.init(key: key, record: reference, value: value))
        }
        try self.reading { () throws(StoreError) in
          try write(reference, entity: entity, fields: reading.fields, isNew: true)
        }
      }
      running.removeLast()
      var content = AuditEntry.Content(
        at: now, subject: EntityReference(type: Gate.engine, id: Request.Entity.system.id), action: "import",
        resource: nil, outcome: .allow, input: Digest.of(.object([:])), ruleSet: plan.identity.digest)
      content.word = "import"
      working.entries.append(.init(sequence: sequence, content: content))
    }
    return count
  }
}
