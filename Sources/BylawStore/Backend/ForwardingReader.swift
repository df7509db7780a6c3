package import BylawModel

/// A reader that hands every call on to another one, but for those that it answers itself.
package protocol ForwardingReader: StoreReader {
  /// The reader that is asked.
  var inner: any StoreReader { get }
}

extension ForwardingReader {
  package func record(_ entity: Int, id: String) throws(StoreError) -> StoredRecord? {
    try inner.record(entity, id: id)
  }

  package func records(
    _ entity: Int, filters: [RecordFilter], after row: Int64, limit: Int
  ) throws(StoreError) -> [StoredRecord] {
    try inner.records(entity, filters: filters, after: row, limit: limit)
  }

  package func holder(of key: String, value: String) throws(StoreError) -> String? {
    try inner.holder(of: key, value: value)
  }

  package func keys(of record: EntityReference) throws(StoreError) -> [String: String] { try inner.keys(of: record) }

  package func lastNumber(of entity: String) throws(StoreError) -> Int64 { try inner.lastNumber(of: entity) }

  package func numbers() throws(StoreError) -> GivenNumbers { try inner.numbers() }

  package func proposal(_ id: String) throws(StoreError) -> StoredProposal? { try inner.proposal(id) }

  package func proposals(_ filter: ProposalFilter) throws(StoreError) -> [StoredProposal] {
    try inner.proposals(filter)
  }

  package func lastEntry() throws(StoreError) -> AuditEntry? { try inner.lastEntry() }

  package func entries(
    _ filter: EntryFilter, after sequence: Int64, limit: Int
  ) throws(StoreError) -> [AuditEntry] {
    try inner.entries(filter, after: sequence, limit: limit)
  }

  package func documents(
    _ kind: StoredDocument.Kind, after row: Int64, limit: Int
  ) throws(StoreError) -> [StoredDocument] {
    try inner.documents(kind, after: row, limit: limit)
  }

  package func documentMark(at row: Int64?) throws(StoreError) -> DocumentMark? { try inner.documentMark(at: row) }

  package func isKept(once: String) throws(StoreError) -> Bool { try inner.isKept(once: once) }

  package func setting(_ name: String) throws(StoreError) -> String? { try inner.setting(name) }

  package func settings() throws(StoreError) -> [String: String] { try inner.settings() }

  package func count(of entity: Int) throws(StoreError) -> Int64 { try inner.count(of: entity) }
}
