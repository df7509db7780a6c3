package import BylawModel
package import BylawStore

/// One audit entry with everything that it changes, as the gate would write it.
package struct Deed: Sendable {
  /// A record with the fields that it has afterwards.
  package struct Change: Sendable {
    package var entity: Int
    package var id: String
    package var fields: [String: Value]
    package var isNew: Bool
    /// The names of changed fields; `nil` for all of them.
    package var changed: Set<String>?
  }

  package var subject = EntityReference(type: "User", id: "ann")
  package var action = "incident.create"
  package var resource: EntityReference?
  package var outcome = Decision.Outcome.allow
  package var at = StoreFixture.time(0)
  package var changes: [Change] = []
  package var proposals: [StoredProposal] = []
  package var keys: [StoreBatch.KeyClaim] = []
  package var numbers: [String: Int64] = [:]
  package var documents: [StoredDocument] = []
  package var settings: [String: String] = [:]

  package init() {}

  /// A deed that makes a record.
  package static func make(_ entity: Int, _ id: String, _ fields: [String: Value]) -> Deed {
    var deed = Deed()
    deed.changes = [Change(entity: entity, id: id, fields: fields, isNew: true)]
    return deed
  }

  /// A deed that changes a record, all of whose fields are given.
  package static func change(
    _ entity: Int, _ id: String, _ fields: [String: Value], changed: Set<String>? = nil
  ) -> Deed {
    var deed = Deed()
    deed.action = "incident.update"
    deed.changes = [Change(entity: entity, id: id, fields: fields, isNew: false, changed: changed)]
    return deed
  }

  /// The batch that carries deeds out after what a store holds, one entry each.
  package static func batch(
    _ deeds: [Deed], after reader: any StoreReader, _ schema: Schema
  ) throws(StoreError) -> StoreBatch {
    var batch = StoreBatch()
    let last = try reader.lastEntry()
    var sequence = last?.sequence ?? 0
    var previous = last?.digest ?? AuditEntry.origin
    for deed in deeds {
      sequence += 1
      let documents = deed.documents.map { document in
        var document = document
        document.entry = sequence
        return document
      }
      // One deed of a batch may have documents.
      let chained = try StoredDocument.chained(documents, after: reader)
      let content = try deed.content(schema, chained, reader)
      previous = batch.append(content, sequence: sequence, after: previous)
      for change in deed.changes {
        let names = Set(schema.entities[change.entity].fields.map(\.name))
        batch.records.append(
          .init(
            entity: change.entity, id: change.id, isNew: change.isNew, fields: change.fields,
            changed: change.changed ?? names, entry: sequence))
      }
      for var proposal in deed.proposals {
        proposal.entry = sequence
        batch.proposals.append(proposal)
      }
      batch.keys += deed.keys
      batch.numbers.merge(deed.numbers) { $1 }
      batch.documents += chained
      batch.settings.merge(deed.settings) { $1 }
    }
    return batch
  }

  private func content(
    _ schema: Schema, _ documents: [StoredDocument], _ reader: any StoreReader
  ) throws(StoreError) -> AuditEntry.Content {
    var content = AuditEntry.Content(
      at: at, subject: subject, action: action, resource: resource, outcome: outcome, input: Digest.of(.object([:])),
      ruleSet: StoreFixture.ruleSet.digest)
    for change in changes {
      let reference = EntityReference(type: schema.entities[change.entity].name, id: change.id)
      var held = try reader.keys(of: reference)
      for claim in keys where claim.record == reference { held[claim.key] = claim.value }
      content.changes.append(
        .init(
          record: reference, isNew: change.isNew, fields: change.fields.keys.sorted(),
          digest: Digest.of(reference, change.fields, keys: held)))
    }
    for proposal in proposals {
      content.changes.append(
        .init(
          record: proposal.reference, isNew: try reader.proposal(proposal.id) == nil,
          fields: [proposal.status.rawValue], digest: Digest.of(proposal.body)))
    }
    content.numbers = numbers
    content.documents = documents.last.map { DocumentMark(row: $0.row, digest: $0.digest) }
    if !settings.isEmpty {
      content.settings = try reader.settings().merging(settings) { $1 }.mapValues { Digest.of($0) }
    }
    return content
  }
}

extension StoreBackend {
  /// Carries deeds out in one transaction.
  @discardableResult
  package func apply(_ deeds: Deed..., schema: Schema = StoreFixture.schema) async throws(StoreError) -> StoreBatch {
    let deeds = deeds
    return try await write { writer throws(StoreError) in
      let batch = try Deed.batch(deeds, after: writer, schema)
      try writer.apply(batch)
      return batch
    }
  }

  /// Reads one record.
  package func record(_ entity: Int, _ id: String) async throws(StoreError) -> StoredRecord? {
    try await read { reader throws(StoreError) in try reader.record(entity, id: id) }
  }

  /// The ids of the records that meet conditions, in order.
  package func ids(_ entity: Int, _ filters: RecordFilter...) async throws(StoreError) -> [String] {
    let filters = filters
    return try await read { reader throws(StoreError) in
      try reader.records(entity, filters: filters, after: 0, limit: 1_000).map(\.id)
    }
  }
}
