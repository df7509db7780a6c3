import BylawEvaluator
import BylawModel

/// The outbox and the follow-ups: what is still to be handed on, and what is still to be done.
extension GateTransaction {
  /// Up to which row the outbox was handed on; 0 at the beginning.
  func handedOn() throws(StoreError) -> Int64 {
    guard let last = try reader.lastDocument(.handedOn), case .int(let row) = last.body["up_to"] else { return 0 }
    return row
  }

  /// Notes that all up to a row of the outbox was handed on; false when it is no row of the outbox.
  ///
  /// Said twice, or of an earlier row than before, it changes nothing.
  func handOn(upTo row: Int64) throws(StoreError) -> Bool {
    guard row > 0, try reader.documents(.outbox, after: row - 1, limit: 1).first?.row == row else { return false }
    guard try row > handedOn() else { return true }
    note(.handedOn, ["up_to": .int(row)], action: "outbox", word: "handed_on")
    return true
  }

  /// All follow-ups in the order in which they were left, each as it stands now.
  func followUps() throws(Interruption) -> [FollowUp] {
    let (left, settled) = try reading { () throws(StoreError) in
      (
        try reader.documents(.followUp, after: 0, limit: .max),
        Set(
          try reader.documents(.settled, after: 0, limit: .max).compactMap { document -> Int64? in
            if case .int(let row) = document.body["row"] { row } else { nil }
          })
      )
    }
    let view = RecordView(self)
    var followUps: [FollowUp] = []
    for document in left { followUps.append(followUp(document, isSettled: settled.contains(document.row), view)) }
    if let failure = view.failure { throw .failed(failure) }
    return followUps
  }

  private func followUp(_ document: StoredDocument, isSettled: Bool, _ view: RecordView) -> FollowUp {
    let body = document.body
    let rule = body["rule"]?.text ?? ""
    let act = FollowUp.act(in: body)
    let told = act.flatMap { act in
      plan.withEvaluator { evaluator in
        evaluator.isDone(rule, of: act.request, made: act.made, records: view, now: now)
      }
    }
    let due = body["due"]?.text.flatMap { Timestamp($0) }
    let isLate = due.map { now >= $0 } ?? false
    return FollowUp(
      row: document.row, at: document.at, entry: document.entry, rule: rule, text: body["text"]?.text, due: due,
      status: told ?? isSettled ? .done : isLate ? .overdue : .open, isTold: told != nil,
      action: act?.request.action, subject: body["subject"]?.text.flatMap(EntityReference.init(text:)),
      resource: body["resource"]?.text.flatMap(EntityReference.init(text:)))
  }

  /// Notes that a follow-up was seen to.
  func settle(followUp row: Int64) throws(Interruption) -> FollowUpSettlement {
    guard let followUp = try followUps().first(where: { $0.row == row }) else { return .unknown }
    guard !followUp.isTold else { return followUp.status == .done ? .done : .told }
    guard followUp.status != .done else { return .done }
    note(.settled, ["row": .int(row)], action: "follow_up", word: "settled")
    return .done
  }

  /// Keeps a row about other rows, with an entry of the engine's own.
  private func note(_ kind: StoredDocument.Kind, _ body: [String: Value], action: String, word: String) {
    let sequence = working.nextSequence
    working.nextSequence += 1
    var content = AuditEntry.Content(
      at: now, subject: EntityReference(type: Gate.engine, id: Request.Entity.system.id), action: action,
      resource: nil, outcome: .allow, input: Digest.of(.object(body)), ruleSet: plan.identity.digest)
    content.word = word
    working.entries.append(.init(sequence: sequence, content: content))
    working.documents.append(StoredDocument(kind: kind, at: now, entry: sequence, body: .object(body)))
  }
}

/// What came of saying that a follow-up was seen to.
package enum FollowUpSettlement: Sendable, Hashable {
  /// It counts as done, now or since before.
  case done
  /// The records tell whether it is done, and it is not.
  case told
  /// There is no follow-up of the number.
  case unknown
}
