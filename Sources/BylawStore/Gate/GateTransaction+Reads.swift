import BylawEvaluator
package import BylawModel

/// What a read gives: records, or why none.
package struct ReadAnswer: Sendable {
  package var decision: Decision
  /// By id; the fields that may be shown of each.
  package var records: [StoredRecord]
  /// There are more than one answer holds.
  package var isCut: Bool
  package var entry: Int64?
}

/// What a list is narrowed by beside the values of fields.
package struct ListCondition: Sendable {
  /// As it was written.
  package var text: String
  /// Why it cannot be judged, in a sentence; otherwise the plan holds it.
  package var problem: String?

  package init(text: String, problem: String?) {
    self.text = text
    self.problem = problem
  }
}

/// Reads: only what the subject may see, as a part of the query.
extension GateTransaction {
  /// Reads one record or those that fit; what is not granted does not exist.
  func read(
    _ entity: Int, id: String?, filters: [String: Value], condition: ListCondition? = nil, limit: Int?,
    by subject: Request.Entity
  ) throws(Interruption) -> ReadAnswer {
    let name = schema.entities[entity].name
    let request = Request(
      subject: subject, action: "read(\(name))", input: filters, serverContext: serverContext)
    if let refusal = impropriety(of: request) {
      let answer = try refuse(request, Execution(decision: refusal))
      return ReadAnswer(decision: refusal, records: [], isCut: false, entry: answer.entry)
    }
    let view = RecordView(self)
    views.append(view)
    defer { views.removeLast() }
    // What a generic body gives is copied; what it sets is not.
    var answer = ReadAnswer?.none
    try plan.withEvaluator { evaluator throws(Interruption) in
      answer = try read(request, entity, id: id, condition: condition, limit: limit, view, &evaluator)
    }
    guard let answer else { preconditionFailure("an evaluator is always given") }
    return answer
  }

  private func read(
    _ request: Request, _ entity: Int, id: String?, condition: ListCondition?, limit: Int?, _ view: RecordView,
    _ evaluator: inout Evaluator
  ) throws(Interruption) -> ReadAnswer {
    switch evaluator.read(request, entity: entity, records: view, now: now) {
    case .denied(let decision):
      if let failure = view.failure { throw .failed(failure) }
      let answer = try refuse(request, Execution(decision: decision))
      return ReadAnswer(decision: decision, records: [], isCut: false, entry: answer.entry)
    case .allowed(let decision, var reading):
      let read = plan.reads[entity]
      if let problem = condition.flatMap({ problem(of: $0, read?.part, entity) }) {
        let reason = Decision.Reason(rule: "where", because: problem)
        let answer = try refuse(request, Execution(decision: denial(.invalidInput, [reason])))
        return ReadAnswer(decision: answer.decision, records: [], isCut: false, entry: answer.entry)
      }
      var answer = ReadAnswer(decision: decision, records: [], isCut: false)
      try find(entity, id: id, limit: min(limit ?? .max, read?.part.limit ?? .max), with: &reading, into: &answer)
      if let failure = view.failure { throw .failed(failure) }
      evaluator.takeBack(reading)
      let isOne = answer.records.count == 1 && !answer.isCut
      show(&answer.records, isOne ? read?.part.full : read?.part.brief, entity)
      if let audit = read?.part.audit {
        var asked = request
        if let condition { asked.input["where"] = .string(condition.text) }
        let listed = read?.part.listing?.fields?.map { schema.entities[entity].fields[$0].name } ?? []
        let names = id == nil ? Set(request.input.keys).union(listed).sorted() : ["id"]
        answer.entry = note(asked, audit, filters: names)
      }
      return answer
    }
  }

  /// Puts the records that may be seen into an answer, as many as it may have.
  private func find(
    _ entity: Int, id: String?, limit: Int, with reading: inout RecordReading, into answer: inout ReadAnswer
  ) throws(Interruption) {
    if let id { return try addOne(entity, id, limit, &reading, &answer) }
    var pages = RecordPages(RecordQuery(entity: entity, filter: reading.condition()))
    while !answer.isCut, let page = try self.reading({ () throws(StoreError) in try self.next(of: &pages) }) {
      for candidate in page where !answer.isCut { try add(candidate, limit, &reading, &answer) }
    }
  }

  /// Puts one record into an answer that has none; what was found to be shown as it is stored is not judged again.
  private func addOne(
    _ entity: Int, _ id: String, _ limit: Int, _ reading: inout RecordReading, _ answer: inout ReadAnswer
  ) throws(Interruption) {
    if limit > 0, reading.showsAll, let known = reader.plainRecord(entity, id: id) {
      answer.records.append(StoredRecord(row: 0, id: id, fields: known.fields, entry: 0))
      return
    }
    try add(id, limit, &reading, &answer)
    if reading.isPlain { reader.notePlain(entity, id: id) }
  }

  private func add(
    _ id: String, _ limit: Int, _ reading: inout RecordReading, _ answer: inout ReadAnswer
  ) throws(Interruption) {
    guard let fields = reading.fields(of: id) else { return }
    answer.isCut = answer.records.count == limit
    if !answer.isCut { answer.records.append(StoredRecord(row: 0, id: id, fields: fields, entry: 0)) }
  }

  private func problem(of condition: ListCondition, _ read: ReadPlan?, _ entity: Int) -> String? {
    if let problem = condition.problem { return problem }
    guard read?.listing?.fields == nil else { return nil }
    return GateMessages.narrowing(read?.filters.map { schema.entities[entity].fields[$0].name } ?? [])
  }

  private func show(_ records: inout [StoredRecord], _ fields: [Int]?, _ entity: Int) {
    guard let fields else { return }
    let names = Set(fields.map { schema.entities[entity].fields[$0].name })
    for index in records.indices { records[index].fields = records[index].fields.filter { names.contains($0.key) } }
  }

  /// The entry of a read names what was asked for, never what was found.
  private func note(_ request: Request, _ audit: AuditPlan, filters: [String]) -> Int64 {
    let sequence = working.nextSequence
    working.nextSequence += 1
    var content = AuditEntry.Content(
      at: now, subject: EntityReference(type: request.subject.type, id: request.subject.id), action: request.action,
      resource: nil, outcome: .allow, input: Digest.of(.object(request.input)), ruleSet: plan.identity.digest)
    content.word = audit.word
    content.flag = audit.flag
    content.keep = audit.keep
    content.filters = filters
    working.entries.append(.init(sequence: sequence, content: content))
    return sequence
  }
}
