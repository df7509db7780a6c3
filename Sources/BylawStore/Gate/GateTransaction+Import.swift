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

/// What became of an import.
package struct ImportReport: Sendable {
  /// How many records are in.
  package var imported = 0
  /// Records that do not fit, with every reason.
  package var refused: [(record: EntityReference, problems: [String])] = []
}

/// Import: records that were made elsewhere, held to every declaration, written with an entry of the engine.
extension GateTransaction {
  /// The most records that one entry names.
  private static let batchSize = 100

  /// Takes in what fits; a record that leads to one that does not fit does not fit either.
  func take(_ records: [ImportRecord], allOrNothing: Bool) throws(Interruption) -> ImportReport {
    var report = ImportReport()
    var intake = RecordIntake(plan, now: now)
    var accepted: [EntityReference: (entity: Int, reading: RecordIntake.Reading)] = [:]
    var problems: [EntityReference: [String]] = [:]
    for record in records {
      guard let entity = entity(named: record.reference.type) else {
        problems[record.reference] = [GateMessages.unknownEntity(record.reference.type)]
        continue
      }
      if accepted[record.reference] != nil || problems[record.reference] != nil {
        problems[record.reference, default: []].append(GateMessages.twice)
        continue
      }
      if try reading({ () throws(StoreError) in try fields(of: record.reference) }) != nil {
        problems[record.reference] = [GateMessages.isThere]
        continue
      }
      let reading = intake.read(record.reference, entity: entity, fields: record.fields)
      if reading.problems.isEmpty {
        accepted[record.reference] = (entity, reading)
      } else {
        problems[record.reference] = reading.problems
      }
    }
    try refuseDangling(&accepted, &problems)
    try refuseTaken(records, &accepted, &problems)
    try refuseDangling(&accepted, &problems)
    var told: Set<EntityReference> = []
    for record in records {
      guard let found = problems[record.reference], told.insert(record.reference).inserted else { continue }
      report.refused.append((record.reference, found))
    }
    if allOrNothing, !report.refused.isEmpty { return report }
    try write(records.map(\.reference), accepted)
    report.imported = accepted.count
    return report
  }

  /// Refuses what leads to a record that is neither stored nor taken in, until nothing more is refused.
  private func refuseDangling(
    _ accepted: inout [EntityReference: (entity: Int, reading: RecordIntake.Reading)],
    _ problems: inout [EntityReference: [String]]
  ) throws(Interruption) {
    var isStable = false
    while !isStable {
      isStable = true
      for (reference, record) in accepted {
        var lost: [String] = []
        for target in record.reading.references where accepted[target] == nil {
          if try reading({ () throws(StoreError) in try fields(of: target) }) == nil {
            lost.append(GateMessages.dangling(target))
          }
        }
        guard !lost.isEmpty else { continue }
        accepted[reference] = nil
        problems[reference, default: []] += Set(lost).sorted()
        isStable = false
      }
    }
  }

  /// Of two records with one value of a unique key the first is taken in.
  private func refuseTaken(
    _ records: [ImportRecord], _ accepted: inout [EntityReference: (entity: Int, reading: RecordIntake.Reading)],
    _ problems: inout [EntityReference: [String]]
  ) throws(Interruption) {
    for record in records {
      guard let (_, reading) = accepted[record.reference] else { continue }
      for (key, value) in reading.keys {
        guard let holder = try claim(key, value, for: record.reference) else { continue }
        problems[record.reference, default: []].append(GateMessages.taken(key, by: holder))
        accepted[record.reference] = nil
      }
    }
  }

  private func write(
    _ order: [EntityReference], _ accepted: [EntityReference: (entity: Int, reading: RecordIntake.Reading)]
  ) throws(Interruption) {
    var written: Set<EntityReference> = []
    var open = order.filter { accepted[$0] != nil && written.insert($0).inserted }[...]
    while !open.isEmpty {
      let batch = open.prefix(Self.batchSize)
      open = open.dropFirst(Self.batchSize)
      let sequence = working.nextSequence
      working.nextSequence += 1
      running.append(sequence)
      for reference in batch {
        guard let (entity, reading) = accepted[reference] else { continue }
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
  }
}
