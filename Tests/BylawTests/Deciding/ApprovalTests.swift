import Bylaw
import BylawModel
import Testing

/// Approvals that must not be given by nobody, too late, or by votes that nobody can judge.
struct ApprovalTests {
  private static let now = DecisionTests.now

  private static func approval(_ more: String, of: String = "", allow: String = "clerk") -> String {
    """
    actions: { go: { \(of)allow: [\(allow)] } }
    approvals:
      a:
        for: go
        \(more)
    """
  }

  private static func after(_ seconds: Int64) -> Timestamp { Timestamp(seconds: now.seconds + seconds) }

  // MARK: Places

  @Test("An approval that no place of applies is not given by nobody", arguments: [true, false])
  func noPlace(hasRecords: Bool) throws {
    let point = try DecisionTests.point(
      Self.approval("places: [{ of: { role: boss }, when: subject.role == \"boss\" }]", allow: "clerk, boss"),
      records: hasRecords ? DecisionTests.records : nil)
    var request = DecisionTests.request("go", approvals: [("bob", .approve)])
    request.subject.properties = ["role": .string("clerk")]
    request.approvals[0].approver.properties = ["role": .string("boss")]
    let decision = point.decide(request, at: Self.now)
    #expect(decision.outcome == .pending)
    #expect(decision.missing.map(\.reachable) == [false])
    #expect(decision.missing.map(\.approvals) == [1])
    #expect(decision.reasons.map(\.because).contains("No place of this approval applies, so nobody can give it."))
    #expect(point.outcome(of: request, at: Self.now) == .pending)
    request.subject.properties = ["role": .string("boss")]
    #expect(point.decide(request, at: Self.now).outcome == .allow)
  }

  @Test(
    "What is missing reads well for each kind of place",
    arguments: [
      ("{ of: { role: auditor } }", "1 approval by somebody with the role auditor, but not by ann"),
      ("{ count: 2, of: { role: boss } }", "2 approvals by people with the role boss, but not by ann"),
      ("{ of: { people: subject.manager } }", "1 approval by one of subject.manager, but not by ann"),
      ("{ of: { where: approver.active } }", "1 approval by somebody for whom approver.active holds, but not by ann"),
      ("{ title: the manager, of: { people: subject.manager } }", "1 approval by the manager, but not by ann"),
    ])
  func wording(place: String, expected: String) throws {
    let point = try DecisionTests.point(Self.approval("places: [\(place)]"))
    let text = point.decide(DecisionTests.request("go"), at: Self.now).text()
    #expect(text.contains("Missing\n  \(expected)\n"))
  }

  // MARK: Clocks

  @Test(
    "A clock that cannot be read is over: it never starts anew, and never lasts for ever",
    arguments: [
      ("resource.opened_at", "24 h", [:]),
      ("timestamp(resource.note.orValue(\"\"))", "24 h", [:]),
      ("resource.opened_at", "24 h", ["opened_at": Value.string("9999-12-31T23:00:00Z")]),
    ])
  func unreadableClock(from: String, within: String, properties: [String: Value]) throws {
    for (late, expected) in [("expire", Decision.Outcome.deny), ("report", .pending)] {
      let point = try DecisionTests.point(
        Self.approval(
          "places: [{ of: { role: boss } }]\n    clock: { from: '\(from)', within: \(within), late: \(late) }",
          of: "of: Order, "))
      var request = DecisionTests.request("go", on: "o2")
      request.resource?.properties = properties
      for time in [Self.now, Self.after(1_000_000)] {
        let decision = point.decide(request, at: time)
        #expect(decision.outcome == expected)
        #expect(decision.indeterminate.map(\.rule) == ["approvals.a"])
        if expected == .deny { #expect(decision.denialClass == .approvalExpired) }
      }
      guard properties.isEmpty else { continue }
      // A vote in an unknown time does not make it timely.
      request.approvals = DecisionTests.request("go", approvals: [("bob", .approve)]).approvals
      #expect(point.decide(request, at: Self.now).outcome == (late == "expire" ? .deny : .allow))
    }
  }

  @Test("Votes from before the clock or the request do not count")
  func earlyVotes() throws {
    let point = try DecisionTests.point(
      Self.approval(
        "places: [{ of: { role: boss } }]\n    clock: { from: resource.opened_at, within: 24 h, late: report }",
        of: "of: Order, "))
    var request = DecisionTests.request("go", on: "o2", approvals: [("bob", .approve)])
    request.resource?.properties = ["opened_at": .timestamp(Self.now)]
    request.approvals[0].at = Self.after(-1)
    #expect(point.decide(request, at: Self.after(10)).outcome == .pending)
    request.approvals[0].at = Self.now
    #expect(point.decide(request, at: Self.after(10)).outcome == .allow)
    request.requestedAt = Self.after(5)
    #expect(point.decide(request, at: Self.after(10)).outcome == .pending)
    request.approvals[0].at = Self.after(5)
    #expect(point.decide(request, at: Self.after(10)).outcome == .allow)
  }

  @Test("Nothing was asked or voted in the future")
  func future() throws {
    let point = try DecisionTests.point(Self.approval("places: [{ of: { role: boss } }]"))
    var request = DecisionTests.request("go", approvals: [("bob", .approve)])
    request.requestedAt = Self.after(1)
    #expect(point.decide(request, at: Self.now).reasons.map(\.rule) == ["context.requested_at"])
    request.requestedAt = nil
    request.approvals[0].at = Self.after(1)
    let decision = point.decide(request, at: Self.now)
    #expect(decision.denialClass == .invalidRequest)
    #expect(decision.reasons.map(\.rule) == ["context.approvals[0].at"])
  }

  // MARK: Votes that nobody can judge

  @Test("A rejection by somebody without a record does not get lost, and is told to those with authority alone")
  func unknownRejecter() throws {
    let point = try DecisionTests.point(Self.approval("places: [{ of: { role: boss } }]"))
    func decide(_ votes: [(String, Request.Approval.Vote)], as subject: String = "ann") -> Decision {
      point.decide(DecisionTests.request("go", as: subject, approvals: votes), at: Self.now)
    }
    let refused = decide([("bob", .approve), ("bea", .approve), ("nobody", .reject)])
    #expect(refused.denialClass == .invalidRequest)
    #expect(refused.reasons.map(\.because) == ["'context.approvals[2].approver' rejects this, but has no record."])
    #expect(decide([("nobody", .approve)]).outcome == .pending)
    #expect(decide([("nobody", .reject)], as: "cy").denialClass == .unauthorized)
  }

  @Test("What a vote says of its approver and of the resource must be declared and fit")
  func describedVotes() throws {
    let point = try DecisionTests.point(
      Self.approval("places: [{ of: { role: boss } }]\n    binds: [amount]", of: "of: Order, "))
    func problems(_ change: (inout Request.Approval) -> Void) -> [String] {
      var request = DecisionTests.request("go", on: "o1", approvals: [("bob", .approve)])
      change(&request.approvals[0])
      return point.decide(request, at: Self.now).reasons.map(\.because)
    }
    #expect(problems { $0.approver.type = "Robot" } == ["'context.approvals[0].approver' is nobody who can vote."])
    #expect(problems { $0.approver.type = "Order" } == ["'context.approvals[0].approver' is nobody who can vote."])
    #expect(
      problems { $0.approver.properties = ["rol": .string("boss")] } == [
        "'context.approvals[0].approver.properties.rol' is not known; expected role, active, manager "
          + "(did you mean 'role'?)."
      ])
    #expect(
      problems { $0.approver.properties = ["active": .int(1)] } == [
        "'context.approvals[0].approver.properties.active' is a whole number; expected true or false."
      ])
    #expect(
      problems { $0.bound = ["amout": .int(5)] } == [
        "'context.approvals[0].bound.amout' is not known; expected owner, amount, state, note, opened_at "
          + "(did you mean 'amount'?)."
      ])
    #expect(
      problems { $0.bound = ["amount": .string("5")] } == [
        "'context.approvals[0].bound.amount' is a text that does not fit; expected a whole number."
      ])
    #expect(problems { $0.bound = ["amount": .int(5)] }.isEmpty)
  }
}
