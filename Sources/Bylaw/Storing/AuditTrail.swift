package import BylawModel
public import BylawStore

/// The audit trail of a store, open for reading alone: it can be proved and shown whatever rules the store holds, also
/// those that it would not be opened with.
///
/// ```swift
/// let trail = try AuditTrail(in: .sqlite("incidents.db"))
/// print(try await trail.verify().findings)
/// ```
public struct AuditTrail: Sendable {
  let backend: any StoreBackend
  private let schema: Schema?

  /// Opens the trail of a store that was made before; nothing of it is written.
  ///
  /// - Throws: `StoreError` when there is no store.
  public init(in backend: Backend) throws(StoreError) {
    let store = try backend.examine()
    self.init(store.backend, store.schema)
  }

  init(_ backend: any StoreBackend, _ schema: Schema?) { (self.backend, self.schema) = (backend, schema) }

  /// Proves that the store holds what its audit trail says.
  ///
  /// - `checkpoints`: Lines that `checkpoint` made and that were kept elsewhere; without them a cut tail does not show.
  /// - `verifyingKey`: The key that they must be signed with; without any checkpoint that is a finding.
  public func verify(
    checkpoints: [String] = [], verifyingKey: String? = nil
  ) async throws(StoreError) -> GatedStore.Verification {
    var signed: [Checkpoint] = []
    var findings: [String] = []
    for line in checkpoints where !line.isEmpty {
      if let checkpoint = Checkpoint(line) {
        signed.append(checkpoint)
      } else {
        findings.append("a line is no checkpoint")
      }
    }
    let key = verifyingKey.flatMap { CheckpointKey.Public($0) }
    if verifyingKey != nil, key == nil { findings.append("the key is none that verifies checkpoints") }
    if verifyingKey != nil, signed.isEmpty { findings.append("there is no checkpoint that the key could verify") }
    let verifier = AuditVerifier(schema, checkpoints: signed, key: key)
    let report = try await backend.read { reader throws(StoreError) in try verifier.verify(reader) }
    return GatedStore.Verification(
      entries: report.entries, records: report.records, proposals: report.proposals,
      findings: findings + report.findings.map(\.description), isCutShort: report.isCutShort)
  }

  /// The records and proposals that have this id, by the order of their entities; without those that cannot be read.
  package func references(of id: String) async throws(StoreError) -> [EntityReference] {
    let entities = schema?.entities.map(\.name) ?? []
    return try await backend.read { reader throws(StoreError) in
      var found: [EntityReference] = []
      for (entity, name) in entities.enumerated() where (try? reader.record(entity, id: id)) ?? nil != nil {
        found.append(EntityReference(type: name, id: id))
      }
      if let proposal = (try? reader.proposal(id)) ?? nil { found.append(proposal.reference) }
      return found
    }
  }

  /// Entries of the trail in order, each as one line of JSON with its digest.
  ///
  /// - `after`: The sequence number that the page begins behind.
  public func entries(
    _ selection: GatedStore.EntrySelection = .init(), after: Int64 = 0, limit: Int = 1_000
  ) async throws(StoreError) -> [(sequence: Int64, line: String)] {
    var filter = EntryFilter()
    filter.subject = selection.subject
    filter.action = selection.action
    filter.record = selection.record
    filter.from = selection.from
    filter.until = selection.until
    let asked = filter
    return try await backend.read { reader throws(StoreError) in
      try reader.entries(asked, after: after, limit: limit).map { ($0.sequence, AuditExport.line($0)) }
    }
  }
}
