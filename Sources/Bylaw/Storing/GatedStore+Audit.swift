import BylawEvaluator
public import BylawModel
public import BylawStore

/// The audit trail of a store: looked at, proved, signed.
extension GatedStore {
  /// What a proof found.
  public struct Verification: Sendable, Hashable {
    /// How many entries were looked at.
    public var entries: Int64
    /// How many records were looked at.
    public var records: Int64
    /// How many proposals were looked at.
    public var proposals: Int64
    /// Everything that does not agree, in sentences; empty when the store holds what its trail says.
    public var findings: [String]
    /// The search ended early, as there were too many findings.
    public var isCutShort: Bool
  }

  /// Which entries are asked for; what is `nil` does not narrow.
  public struct EntrySelection: Sendable, Hashable {
    /// Who acted.
    public var subject: EntityReference?
    /// What was done.
    public var action: String?
    /// The record that it was done to, or that it changed.
    public var record: EntityReference?
    /// From this time on.
    public var from: Timestamp?
    /// Before this time.
    public var until: Timestamp?

    /// Creates a selection; without arguments it is all entries.
    public init(
      subject: EntityReference? = nil, action: String? = nil, record: EntityReference? = nil,
      from: Timestamp? = nil, until: Timestamp? = nil
    ) {
      self.subject = subject
      self.action = action
      self.record = record
      self.from = from
      self.until = until
    }
  }

  /// A key that signs checkpoints, and the one that others need to believe them; each one line of text.
  public struct CheckpointKeys: Sendable, Hashable {
    /// Signs; kept secret.
    public var signing: String
    /// Proves; given to whoever verifies.
    public var verifying: String

    /// Makes a new pair.
    public init() {
      let key = CheckpointKey()
      signing = key.text
      verifying = key.publicKey.text
    }
  }

  /// Proves that the store holds what its audit trail says.
  ///
  /// - `checkpoints`: Lines that `checkpoint` made and that were kept elsewhere; without them a cut tail does not show.
  /// - `verifyingKey`: The key that they must be signed with; without any checkpoint that is a finding.
  public func verify(
    checkpoints: [String] = [], verifyingKey: String? = nil
  ) async throws(StoreError) -> Verification {
    try await trail.verify(checkpoints: checkpoints, verifyingKey: verifyingKey)
  }

  /// Signs how long the trail is and what its last entry says, as one line to be kept outside the database.
  ///
  /// - Returns: `nil` when the key is none that signs.
  public func checkpoint(signingKey: String) async throws(StoreError) -> String? {
    guard let key = CheckpointKey(signingKey) else { return nil }
    let (time, digest) = (gate.time, ruleSet.identity.digest)
    return try await gate.backend.read { reader throws(StoreError) in
      try Checkpoint(
        try reader.lastEntry(), documents: try reader.documentMark(at: nil), at: time, ruleSet: digest, key: key
      ).description
    }
  }

  /// Entries of the trail in order, each as one line of JSON with its digest.
  ///
  /// - `after`: The sequence number that the page begins behind.
  public func entries(
    _ selection: EntrySelection = EntrySelection(), after: Int64 = 0, limit: Int = 1_000
  ) async throws(StoreError) -> [(sequence: Int64, line: String)] {
    try await trail.entries(selection, after: after, limit: limit)
  }

  var trail: AuditTrail { AuditTrail(gate.backend, ruleSet.plan.expressions.schema) }
}
