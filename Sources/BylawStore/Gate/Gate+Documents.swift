import BylawModel

/// What a store keeps for others to act on: the outbox, follow-ups, and the log of refusals.
extension Gate {
  /// Rows of the outbox in order: those that were not handed on, or those after a row.
  package func outbox(after row: Int64?, limit: Int) async throws(StoreError) -> [StoredDocument] {
    try await look([:]) { transaction throws(Interruption) in
      try transaction.reading { () throws(StoreError) in
        let start = if let row { row } else { try transaction.handedOn() }
        return try transaction.reader.documents(.outbox, after: start, limit: limit)
      }
    }
  }

  /// Notes that all up to a row of the outbox was handed on; false when it is no row of the outbox.
  package func handOn(upTo row: Int64) async throws(StoreError) -> Bool {
    try await note { transaction throws(Interruption) in
      try transaction.reading { () throws(StoreError) in try transaction.handOn(upTo: row) }
    }
  }

  /// All follow-ups, each as it stands now.
  package func followUps() async throws(StoreError) -> [FollowUp] {
    try await look([:]) { transaction throws(Interruption) in try transaction.followUps() }
  }

  /// Notes that a follow-up was seen to, where the records cannot tell.
  package func settle(followUp row: Int64) async throws(StoreError) -> FollowUpSettlement {
    try await note { transaction throws(Interruption) in try transaction.settle(followUp: row) }
  }

  private func note<Result: Sendable>(
    _ body: @escaping @Sendable (GateTransaction) throws(Interruption) -> Result
  ) async throws(StoreError) -> Result {
    let (plan, now) = (plan, now)
    return try await backend.write { writer throws(StoreError) in
      let transaction = try GateTransaction(plan: plan, reader: writer, now: now, serverContext: [:])
      let result = try Self.unwrap { () throws(Interruption) in try body(transaction) }
      try Self.apply(try transaction.batch(), with: writer)
      return result
    }
  }
}
