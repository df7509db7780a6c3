public import BylawModel
public import BylawStore

extension GatedStore {
  /// A request that was refused.
  public struct Refusal: Sendable, Hashable {
    /// Why, in the words of a rule.
    public struct Reason: Sendable, Hashable {
      /// The rule.
      public var rule: String
      /// Its sentence.
      public var because: String
    }

    /// Its number in the log; later ones are higher.
    public var number: Int64
    /// When it was refused.
    public var at: Timestamp
    /// The audit entry, where the rules keep refusals in the trail.
    public var entry: Int64?
    /// Who asked.
    public var subject: EntityReference?
    /// What was asked for.
    public var action: String
    /// What it was about.
    public var resource: EntityReference?
    /// The class of the refusal.
    public var denialClass: DenialClass?
    /// Why.
    public var reasons: [Reason]
  }

  /// Which refusals are asked for; what is `nil` does not narrow.
  public struct RefusalSelection: Sendable, Hashable {
    /// What is asked for as of entries: who, what, about which record, and when.
    public var entries: EntrySelection
    /// The class of the refusal.
    public var denialClass: DenialClass?

    /// Creates a selection; without arguments it is all refusals.
    public init(entries: EntrySelection = EntrySelection(), denialClass: DenialClass? = nil) {
      self.entries = entries
      self.denialClass = denialClass
    }

    func contains(_ refusal: Refusal) -> Bool {
      if let subject = entries.subject, refusal.subject != subject { return false }
      if let action = entries.action, refusal.action != action { return false }
      if let record = entries.record, refusal.resource != record { return false }
      if let from = entries.from, refusal.at < from { return false }
      if let until = entries.until, refusal.at >= until { return false }
      if let denialClass, refusal.denialClass != denialClass { return false }
      return true
    }
  }
}

extension AuditTrail {
  private static let page = 1_000

  /// Requests that were refused, in order, with the reasons that were told.
  ///
  /// - `after`: The number that the page begins behind.
  public func refusals(
    _ selection: GatedStore.RefusalSelection = .init(), after: Int64 = 0, limit: Int = 1_000
  ) async throws(StoreError) -> [GatedStore.Refusal] {
    try await backend.read { reader throws(StoreError) in
      var found: [GatedStore.Refusal] = []
      var last = after
      while found.count < limit {
        let page = try reader.documents(.decision, after: last, limit: Self.page)
        found += page.map { GatedStore.Refusal($0) }.filter { selection.contains($0) }
        guard page.count == Self.page, let end = page.last else { break }
        last = end.row
      }
      return Array(found.prefix(limit))
    }
  }
}

extension GatedStore.Refusal {
  fileprivate init(_ document: StoredDocument) {
    let body = document.body
    number = document.row
    at = document.at
    entry = document.entry
    subject = body["subject"]?.text.flatMap(EntityReference.init(text:))
    action = body["action"]?.text ?? ""
    resource = body["resource"]?.text.flatMap(EntityReference.init(text:))
    denialClass = body["class"]?.text.flatMap(DenialClass.init(rawValue:))
    reasons = (body["reasons"]?.elements ?? []).map { reason in
      Reason(rule: reason["rule"]?.text ?? "", because: reason["because"]?.text ?? "")
    }
  }
}
