public import BylawModel
public import BylawStore

/// What a store keeps for others to act on: notices to hand on, duties, and refusals.
///
/// These calls ask for nobody in particular, as those about the audit trail do: they are for the service that runs the
/// store.
extension GatedStore {
  /// A notice or an event that is to be handed on.
  public struct Notice: Sendable, Hashable {
    /// Its number; later ones are higher.
    public var number: Int64
    /// When it was written.
    public var at: Timestamp
    /// The audit entry of the act that it goes with; `nil` for a refusal that has none.
    public var entry: Int64?
    /// The rest as JSON: `rule`, `to`, `people`, `by` and `text` of a notice, `event` and `with` of an event; each only
    /// where there is one.
    public var content: Value
  }

  /// A duty that an action left behind.
  public struct FollowUp: Sendable, Hashable {
    /// How it stands.
    public enum Status: String, Sendable, Hashable, CaseIterable {
      /// Still to be done, and not late.
      case open
      /// Not done by the time it was due.
      case overdue
      /// Done, as the records tell or somebody has said.
      case done
    }

    /// Its number; later ones are higher.
    public var number: Int64
    /// When it was left.
    public var at: Timestamp
    /// The audit entry of the act that left it.
    public var entry: Int64?
    /// The rule that asks for it.
    public var rule: String
    /// What is to be done, in the words of the rules.
    public var because: String?
    /// Until when.
    public var due: Timestamp?
    /// How it stands.
    public var status: Status
    /// Whether the records tell when it is done; otherwise `settle` says so.
    public var isTold: Bool
    /// The action that left it.
    public var action: String?
    /// Who acted.
    public var subject: EntityReference?
    /// What was acted on.
    public var resource: EntityReference?
  }

  /// What came of saying that a follow-up was seen to.
  public enum Settlement: Sendable, Hashable {
    /// It counts as done, now or since before.
    case done
    /// The records tell whether it is done, and it is not: nothing was written.
    case told
    /// There is no follow-up of the number.
    case unknown
  }

  /// Notices and events in the order in which they were written: those that were not handed on yet.
  ///
  /// A service that hands them on says so with `handOn(upTo:)` afterwards; what it had not said when it failed comes
  /// again, so that each is handed on at least once.
  /// - `after`: Those after this number instead, for a service that remembers by itself how far it is.
  public func outbox(after number: Int64? = nil, limit: Int = 1_000) async throws(StoreError) -> [Notice] {
    try await gate.outbox(after: number, limit: limit).map { document in
      Notice(number: document.row, at: document.at, entry: document.entry, content: document.body)
    }
  }

  /// Notes that all notices up to a number were handed on, with an entry of the audit trail.
  ///
  /// - Returns: False when there is no notice of the number; nothing is written then, nor when it was said before.
  public func handOn(upTo number: Int64) async throws(StoreError) -> Bool { try await gate.handOn(upTo: number) }

  /// Duties that actions left behind, in the order in which they did: those that are not done.
  ///
  /// - `withDone`: Those that are done as well.
  public func followUps(withDone: Bool = false) async throws(StoreError) -> [FollowUp] {
    try await gate.followUps().map { FollowUp($0) }.filter { withDone || $0.status != .done }
  }

  /// Notes that a follow-up was seen to, with an entry of the audit trail; only where the rules do not say by which
  /// records that shows.
  public func settle(followUp number: Int64) async throws(StoreError) -> Settlement {
    switch try await gate.settle(followUp: number) {
    case .done: .done
    case .told: .told
    case .unknown: .unknown
    }
  }

  /// Requests that were refused, in order, with the reasons that were told.
  ///
  /// - `after`: The number that the page begins behind.
  public func refusals(
    _ selection: RefusalSelection = RefusalSelection(), after: Int64 = 0, limit: Int = 1_000
  ) async throws(StoreError) -> [Refusal] {
    try await trail.refusals(selection, after: after, limit: limit)
  }
}

extension GatedStore.FollowUp {
  init(_ followUp: BylawStore.FollowUp) {
    number = followUp.row
    at = followUp.at
    entry = followUp.entry
    rule = followUp.rule
    because = followUp.text
    due = followUp.due
    status =
      switch followUp.status {
      case .open: .open
      case .overdue: .overdue
      case .done: .done
      }
    isTold = followUp.isTold
    action = followUp.action
    subject = followUp.subject
    resource = followUp.resource
  }
}
