import BylawEvaluator
import BylawModel

/// Effects change the working state; nothing is written before the whole transaction is.
extension GateTransaction: OperationTarget {
  typealias Failure = Interruption

  func effectsAreDone() { views.last?.showChanges() }

  func create(_ entity: Int, _ fields: [String: Value]) throws(Interruption) -> String {
    let name = schema.entities[entity].name
    return try reading { () throws(StoreError) in
      while true {
        let number = try nextNumber(of: name)
        let record = EntityReference(type: name, id: StoredRecord.id(of: name, number: number))
        if try isTaken(record, entity: entity, number: number) { continue }
        try write(record, entity: entity, fields: fields, isNew: true)
        return record.id
      }
    }
  }

  func update(_ record: EntityReference, _ fields: [String: Value]) throws(Interruption) {
    guard let entity = entity(named: record.type) else { return }
    try reading { () throws(StoreError) in try write(record, entity: entity, fields: fields, isNew: false) }
  }

  func changed(_ record: EntityReference) throws(Interruption) -> [String: Value]? {
    working.records[record]?.fields
  }

  // MARK: Unique keys

  func claim(_ key: String, _ value: String?, for record: EntityReference) throws(Interruption) -> String? {
    if let value, let holder = try holder(of: key, value), holder != record.id { return holder }
    // What the record had before in this transaction is given up.
    for (known, holder) in working.holders where known.key == key && holder == record.id {
      if known.value != value { working.holders[known] = .some(nil) }
    }
    if let value { working.holders[.init(key: key, value: value)] = .some(record.id) }
    working.claims.removeAll { $0.key == key && $0.record == record }
    let kept = try reading { () throws(StoreError) in try storedKeys(of: record)[key] }
    guard kept != value || kept?.utf8.elementsEqual((value ?? "").utf8) == false else { return nil }
    working.claims.append(.init(key: key, record: record, value: value))
    // The entry has to name the record, as its digest covers its keys.
    try reading { () throws(StoreError) in try touch(record) }
    return nil
  }

  func holder(of key: String, _ value: String) throws(Interruption) -> String? {
    if let known = working.holders[.init(key: key, value: value)] { return known }
    let holder = try reading { () throws(StoreError) in try reader.holder(of: key, value: value) }
    // A record that claimed another value since no longer holds the stored one.
    guard let holder, !working.claims.contains(where: { $0.key == key && $0.record.id == holder }) else { return nil }
    return holder
  }

  // MARK: What goes out

  func emit(_ event: String, _ arguments: [String: Value]) throws(Interruption) {
    let body = Value.object(["event": .string(event), "with": .object(arguments)])
    working.documents.append(StoredDocument(kind: .outbox, at: now, entry: running.last, body: body))
  }

  // MARK: Other actions

  func perform(
    _ action: String, on resource: EntityReference?, input: [String: Value], asSystem: Bool
  ) throws(Interruption) -> Value? {
    let engine = Request.Entity.system
    var request = Request(subject: asSystem ? engine : subjects.last ?? engine, action: action, input: input)
    request.resource = resource.map { Request.Entity(type: $0.type, id: $0.id) }
    request.approvals = votes
    request.requestedAt = requestedAt
    request.serverContext = serverContext
    let execution = try run(request)
    switch execution.decision.outcome {
    case .allow: return execution.returned
    case .deny: throw .denied(execution.decision)
    case .pending: throw .pending(execution)
    }
  }

  func propose(_ action: String, on resource: EntityReference?, input: [String: Value]) throws(Interruption) {
    var request = Request(
      subject: subjects.last ?? Request.Entity.system, action: action, input: input)
    request.resource = resource.map { Request.Entity(type: $0.type, id: $0.id) }
    request.serverContext = serverContext
    // The same request again is the same proposal.
    if let open = try openProposal(like: request), try expireIfLate(open) == nil { return }
    let before = working
    let execution = try run(request)
    switch execution.decision.outcome {
    case .allow: return
    case .deny: throw .denied(execution.decision)
    case .pending:
      working = before
      _ = try keepProposal(request, execution)
    }
  }

  /// Runs what can fail for reasons of the machine.
  func reading<Result>(_ body: () throws(StoreError) -> Result) throws(Interruption) -> Result {
    do throws(StoreError) { return try body() } catch { throw .failed(error) }
  }
}
