package import BylawEvaluator
package import BylawModel
import Synchronization

/// The one way into a store: every operation is decided first, within the transaction that carries it out.
///
/// Safe to use from many tasks at once. Where two operations conflict, one of them is decided on the state that the
/// other left.
package struct Gate: Sendable {
  package let plan: PreparedPlan
  package let backend: any StoreBackend
  let now: GateClock

  /// - `now`: The clock; the times of a request never come from who asks.
  package init(plan: PreparedPlan, backend: any StoreBackend, now: GateClock) {
    self.plan = plan
    self.backend = backend
    self.now = now
  }

  /// The same gate with the plan that was made for one list.
  package func with(_ plan: PreparedPlan) -> Gate { Gate(plan: plan, backend: backend, now: now) }

  /// The time by the store's clock, or the one that was stated.
  package var time: Timestamp { now.time }

  /// Decides an action and carries it out when it is allowed; a pending one becomes a proposal.
  ///
  /// - `request`: Its `serverContext` is what the server vouches for.
  /// - `isDryRun`: Decides the same and tells what would change, and writes nothing.
  package func perform(
    _ request: Request, isDryRun: Bool = false
  ) async throws(StoreError) -> GateAnswer {
    try await transact(request.serverContext, isDryRun: isDryRun) { transaction throws(Interruption) in
      guard !request.subject.isSystem, request.subject.type != Self.engine else {
        let reason = Decision.Reason(rule: "subject", because: GateMessages.engine)
        return try transaction.refuse(
          request, Execution(decision: transaction.denial(.invalidRequest, [reason])))
      }
      return try transaction.perform(request)
    }
  }

  /// An act of the engine itself, such as a report of a job that runs by the rules.
  package func performAsSystem(
    _ action: String, on resource: EntityReference? = nil, input: [String: Value] = [:],
    serverContext: [String: Value] = [:], isDryRun: Bool = false
  ) async throws(StoreError) -> GateAnswer {
    var request = Request(subject: .system, action: action, input: input)
    request.resource = resource.map { .init(type: $0.type, id: $0.id) }
    request.serverContext = serverContext
    let asked = request
    return try await transact(serverContext, isDryRun: isDryRun) { transaction throws(Interruption) in
      try transaction.perform(asked)
    }
  }

  /// Gives a vote on a proposal, takes it back, or asks about it.
  package func vote(
    _ kind: VoteKind, on proposal: String, by subject: Request.Entity, input: [String: Value] = [:],
    serverContext: [String: Value] = [:], isDryRun: Bool = false
  ) async throws(StoreError) -> GateAnswer {
    try await transact(serverContext, isDryRun: isDryRun) { transaction throws(Interruption) in
      try transaction.vote(kind, on: proposal, by: subject, input: input)
    }
  }

  /// Writes down what time alone has brought about: moves of records that are due, proposals that are late.
  package func sweep() async throws(StoreError) -> SweepReport {
    let (plan, now) = (plan, now)
    return try await backend.write { writer throws(StoreError) in
      let transaction = try GateTransaction(plan: plan, reader: writer, now: now, serverContext: [:])
      let report = try Self.unwrap { () throws(Interruption) in try transaction.sweep() }
      try Self.apply(try transaction.batch(), with: writer)
      return report
    }
  }

  /// The proposals that wait for a vote of this person; none where the subject comes with properties.
  package func inbox(
    of subject: Request.Entity, serverContext: [String: Value] = [:]
  ) async throws(StoreError) -> [ProposalView] {
    try await look(serverContext) { transaction throws(Interruption) in try transaction.inbox(of: subject) }
  }

  /// The proposals that this person made, voted on or has a place to vote in, or whose resource they may read;
  /// none where the subject comes with properties.
  package func proposals(
    of subject: Request.Entity, withEnded: Bool = false, serverContext: [String: Value] = [:]
  ) async throws(StoreError) -> [ProposalView] {
    try await look(serverContext) { transaction throws(Interruption) in
      try transaction.proposals(of: subject, withEnded: withEnded)
    }
  }

  /// Reads one record, or those whose fields have the given values: only what the subject may see.
  ///
  /// - `filters`: By field that the rules allow as a filter.
  /// - `condition`: What the records must meet besides; the plan of this gate was made for it.
  /// - `limit`: The most records wanted; the rules may set a lower one.
  package func read(
    _ entity: Int, id: String? = nil, filters: [String: Value] = [:], condition: ListCondition? = nil,
    limit: Int? = nil, by subject: Request.Entity, serverContext: [String: Value] = [:]
  ) async throws(StoreError) -> ReadAnswer {
    let (plan, now) = (plan, now)
    let length = id == nil ? BodyLength.long : .brief
    // What leaves no entry needs no write; a denial is written down, so it is asked once more.
    if plan.reads[entity]?.part.audit == nil {
      let found = ReadOutcome()
      let body: @Sendable (any StoreReader) throws(StoreError) -> Void = { reader throws(StoreError) in
        let transaction = try GateTransaction(plan: plan, reader: reader, now: now, serverContext: serverContext)
        var answer: ReadAnswer? = try Self.unwrap { () throws(Interruption) in
          try transaction.read(
            entity, id: id, filters: filters, condition: condition, limit: limit, by: subject)
        }
        found.answer.withLock { swap(&$0, &answer) }
      }
      let hasRun = length == .brief ? try backend.withReaderAtOnce(body) : false
      if !hasRun { try await backend.withReader(length, body) }
      if let answer = found.take(), answer.decision.outcome == .allow { return answer }
    }
    return try await backend.write(length) { writer throws(StoreError) in
      let transaction = try GateTransaction(plan: plan, reader: writer, now: now, serverContext: serverContext)
      let answer = try Self.unwrap { () throws(Interruption) in
        try transaction.read(
          entity, id: id, filters: filters, condition: condition, limit: limit, by: subject)
      }
      try Self.apply(try transaction.batch(), with: writer)
      return answer
    }
  }

  /// Refuses to read an entity that there is none of; that is kept like any other refusal.
  package func refuseRead(
    of name: String, by subject: Request.Entity, serverContext: [String: Value] = [:]
  ) async throws(StoreError) -> GateAnswer {
    try await transact(serverContext, isDryRun: false) { transaction throws(Interruption) in
      let plan = transaction.plan
      let reason = Decision.Reason(
        rule: "entity", because: GateMessages.unknownEntity(name, plan.entityNumbers.keys.sorted()))
      let decision = plan.denial(.invalidRequest, [reason], isRead: true, at: transaction.now)
      return try transaction.refuse(Request(subject: subject, action: "read(\(name))"), Execution(decision: decision))
    }
  }

  /// Takes records in that were made elsewhere: those that fit, or with `allOrNothing` none unless all do.
  ///
  /// - `isDryRun`: Tells the same, and writes nothing.
  package func take(
    _ records: [ImportRecord], known: [[ImportProblem]] = [], allOrNothing: Bool, isDryRun: Bool = false,
    progress: @escaping @Sendable (_ isWriting: Bool, _ done: Int) -> Void = { _, _ in }
  ) async throws(StoreError) -> ImportReport {
    let (plan, now) = (plan, now)
    if isDryRun {
      return try await backend.read { reader throws(StoreError) in
        let transaction = try GateTransaction(plan: plan, reader: reader, now: now, serverContext: [:])
        transaction.isDryRun = true
        return try Self.unwrap { () throws(Interruption) in
          try transaction.take(records, known: known, allOrNothing: allOrNothing, progress: progress)
        }
      }
    }
    return try await backend.write { writer throws(StoreError) in
      let transaction = try GateTransaction(plan: plan, reader: writer, now: now, serverContext: [:])
      let report = try Self.unwrap { () throws(Interruption) in
        try transaction.take(records, known: known, allOrNothing: allOrNothing, progress: progress)
      }
      if report.imported > 0 { try Self.apply(try transaction.batch(), with: writer) }
      return report
    }
  }

  static let engine = "System"

  /// Reads in a transaction whose changes are thrown away.
  func look<Result: Sendable>(
    _ serverContext: [String: Value], _ body: @escaping @Sendable (GateTransaction) throws(Interruption) -> Result
  ) async throws(StoreError) -> Result {
    let (plan, now) = (plan, now)
    return try await backend.read { reader throws(StoreError) in
      let transaction = try GateTransaction(plan: plan, reader: reader, now: now, serverContext: serverContext)
      return try Self.unwrap { () throws(Interruption) in try body(transaction) }
    }
  }

  private func transact(
    _ serverContext: [String: Value], isDryRun: Bool,
    _ body: @escaping @Sendable (GateTransaction) throws(Interruption) -> GateAnswer
  ) async throws(StoreError) -> GateAnswer {
    let (plan, now) = (plan, now)
    if isDryRun {
      return try await backend.read(.brief) { reader throws(StoreError) in
        let transaction = try GateTransaction(plan: plan, reader: reader, now: now, serverContext: serverContext)
        transaction.isDryRun = true
        var answer = try Self.unwrap { () throws(Interruption) in try Self.whole(transaction, body) }
        answer.changes = transaction.hidesChanges ? [] : try transaction.batch().records
        answer.entry = nil
        return answer
      }
    }
    let done = WriteOutcome()
    let act: @Sendable (any StoreWriter) throws(StoreError) -> Void = { writer throws(StoreError) in
      let transaction = try GateTransaction(plan: plan, reader: writer, now: now, serverContext: serverContext)
      var answer: GateAnswer? = try Self.unwrap { () throws(Interruption) in try Self.whole(transaction, body) }
      let batch = try transaction.batch()
      answer?.changes = batch.records
      try Self.apply(batch, with: writer)
      done.answer.withLock { swap(&$0, &answer) }
    }
    if !(try backend.withWriterAtOnce(act)) { try await backend.withWriter(.brief, act) }
    return done.take()
  }

  /// An operation, and what time has ended meanwhile of the records that it wrote.
  private static func whole(
    _ transaction: GateTransaction, _ body: (GateTransaction) throws(Interruption) -> GateAnswer
  ) throws(Interruption) -> GateAnswer {
    let answer = try body(transaction)
    _ = try transaction.endMovedOn()
    return answer
  }

  /// Writes a batch; a failure says what was being written.
  static func apply(_ batch: StoreBatch, with writer: any StoreWriter) throws(StoreError) {
    do throws(StoreError) {
      try writer.apply(batch)
    } catch {
      throw error.during(batch.records.contains(where: \.isNew) ? .creation : .update)
    }
  }

  /// At the outermost operation only a failure of the machine is left; a refusal there is an answer.
  static func unwrap<Result>(_ body: () throws(Interruption) -> Result) throws(StoreError) -> Result {
    do throws(Interruption) {
      return try body()
    } catch {
      switch error {
      case .failed(let failure): throw failure.during(.discovery)
      case .denied, .pending: preconditionFailure("an operation that is asked for by itself ends with an answer")
      }
    }
  }
}

/// What an operation came to, once its body has run.
///
/// Not generic, unlike what other bodies leave their results in: one looks up its own types each time.
private final class WriteOutcome: Sendable {
  let answer = Mutex<GateAnswer?>(nil)

  /// The answer, once.
  func take() -> GateAnswer {
    guard let value = answer.withLock({ $0.take() }) else {
      preconditionFailure("a body that has not run has not failed")
    }
    return value
  }
}

/// The same of a read.
private final class ReadOutcome: Sendable {
  let answer = Mutex<ReadAnswer?>(nil)

  /// The answer, once; `nil` where there is none.
  func take() -> ReadAnswer? { answer.withLock { $0.take() } }
}
