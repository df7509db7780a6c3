/// The keys that each kind of entry reads; any other key there is an error.
///
/// A key belongs here only where something reads it: what is accepted and ignored looks as if it held. A test goes
/// through all lists and asks that nonsense under each key is reported.
package enum KeyList: String, Sendable, CaseIterable {
  case manifest, orderedEnum, entity, entityField, recordField, inputField, contextField, constant
  case uniqueKey, timedMove, condition, classification, calendar, order
  case factCount, factExists, factSum, factMin, factMax, factFirst, factOne, factList
  case roleGrant, allowed, derivedRole, partyAll, partyPeople, partyPermission, partyChannel
  case action, requirement, wait, audit, followUp, notice, effective
  case effectCreate, effectUpdate, effectPut, effectEmit, effectDo, effectPropose
  case ruleGrant, ruleForbid, ruleRequire, ruleNotify, exception
  case approval, votes, vote, place, eligible, exclusion, clock, outcomes, outcome
  case threshold, band, forbiddingBand
  case override, reaction, reads, handOver

  /// What is done by name or by record in an effect; each effect does one of them.
  package static let effects: [KeyList] = [
    .effectCreate, .effectUpdate, .effectPut, .effectEmit, .effectDo, .effectPropose,
  ]
  /// What facts give; each gives one of them.
  package static let facts: [KeyList] = [
    .factCount, .factSum, .factMin, .factMax, .factExists, .factFirst, .factOne, .factList,
  ]
  /// What rules do; each does one of them.
  package static let rules: [KeyList] = [.ruleForbid, .ruleRequire, .ruleGrant, .ruleNotify]
  /// Who parties are; each is one of them.
  package static let parties: [KeyList] = [.partyAll, .partyPeople, .partyPermission, .partyChannel]

  /// The known keys, in the order in which messages name them.
  package var keys: [String] {
    switch self {
    case .manifest:
      [
        "bylaw", "name", "version", "subject", "role", "time_zone", "uses", "refusals", "audit_notices",
        "longest_exception", "title",
      ]
    case .orderedEnum: ["least_to_worst"]
    case .entity: ["title", "sop", "wire", "live", "was", "fields", "unique", "lifecycle"]
    case .entityField: ["type", "was", "volatile"]
    case .recordField: ["type", "was"]
    case .inputField: ["type"]
    case .contextField: ["type", "from"]
    case .constant: ["type", "value", "sop", "because", "title"]
    case .uniqueKey: ["of", "ignoring", "while", "else", "sop", "class"]
    case .timedMove: ["from", "to", "after", "since", "sop"]
    case .condition: ["of", "is", "title", "sop"]
    case .classification: ["title", "sop", "given", "gives", "pick", "columns", "rows", "otherwise"]
    case .calendar: ["title", "sop", "zone", "weekly", "holidays"]
    case .order: ["latest_first"]
    case .exception: ["suspends", "for", "owner", "approved_by", "because", "from", "until", "sop"]
    case .override:
      [
        "title", "sop", "for", "bypasses", "permission", "input", "let", "require", "effects", "notify", "audit",
        "follow_up",
      ]
    case .reaction:
      [
        "title", "sop", "after", "let", "when", "effects", "do", "propose", "resource", "input", "as_subject",
        "notify",
      ]
    case .reads: ["title", "sop", "allow", "permission", "filters", "restrict", "brief", "full", "audit", "limit"]
    case .handOver: ["title", "sop", "when"]
    default: authorityKeys ?? actionKeys ?? approvalKeys ?? alternativeKeys
    }
  }

  private var authorityKeys: [String]? {
    switch self {
    case .roleGrant: ["includes", "permissions", "sop"]
    case .allowed: ["role", "when", "sop"]
    case .derivedRole: ["of", "title", "sop"]
    case .partyAll: ["all", "where", "title", "sop"]
    case .partyPeople: ["people", "title", "sop"]
    case .partyPermission: ["permission", "title", "sop"]
    case .partyChannel: ["channel", "to", "title", "sop"]
    default: nil
    }
  }

  private var actionKeys: [String]? {
    switch self {
    case .action:
      [
        "sop", "title", "of", "allow", "permission", "input", "exactly_one", "let", "require", "classify", "effects",
        "returns", "audit", "notify", "on_deny", "wait", "follow_up", "http", "obligations",
      ]
    case .requirement: Self.requirementKeys
    case .wait: ["when", "until", "because", "overridable", "sop"]
    case .audit: ["as", "flag", "keep"]
    case .followUp: ["due", "done", "because", "sop", "title"]
    case .notice: ["to", "by", "text", "when", "once", "sop", "title"]
    case .effective: ["from", "until"]
    default: nil
    }
  }

  private var approvalKeys: [String]? {
    switch self {
    case .approval:
      [
        "title", "sop", "for", "except", "when", "because", "let", "places", "excluding", "binds", "clock",
        "independent", "runs", "use_within", "vote", "outcome", "overridable",
      ]
    case .votes: ["approve", "reject", "withdraw", "ask"]
    case .vote: ["title", "sop", "input", "exactly_one", "require", "effects", "notify", "audit", "let"]
    case .place: ["count", "of", "when", "title", "sop"]
    case .eligible: ["role", "permission", "people", "where"]
    case .exclusion: ["people", "when"]
    case .clock: ["from", "within", "late"]
    case .outcomes: ["approved", "rejected", "expired", "lapsed", "withdrawn", "refused"]
    case .outcome: ["effects", "notify", "sop", "title"]
    case .threshold: ["title", "sop", "when", "measure", "of", "bands"]
    case .band: ["title", "sop", "from", "above", "notify"]
    case .forbiddingBand:
      [
        "title", "sop", "from", "above", "forbid", "except", "unless", "because", "class", "overridable", "absolute",
        "notify",
      ]
    default: nil
    }
  }

  /// The keys of entries that state once what they are, with the key that does.
  private var alternativeKeys: [String] {
    switch self {
    case .ruleGrant: ["grant", "except", "to", "when", "let", "effective", "sop", "title"]
    case .ruleForbid: Self.forbidKeys
    case .ruleRequire: Self.requireKeys
    case .ruleNotify:
      [
        "notify", "except", "to", "by", "text", "once", "when", "unless", "each", "let", "effective", "sop", "title",
      ]
    case .factCount: ["count", "where", "limit", "sop", "title"]
    case .factExists: ["exists", "where", "sop", "title"]
    case .factSum: ["sum", "of", "where", "order", "limit", "sop", "title"]
    case .factMin: ["min", "of", "where", "order", "limit", "sop", "title"]
    case .factMax: ["max", "of", "where", "order", "limit", "sop", "title"]
    case .factFirst: ["first", "where", "order", "sop", "title"]
    case .factOne: ["one", "where", "sop", "title"]
    case .factList: ["list", "where", "order", "limit", "sop", "title"]
    case .effectCreate: ["create", "as", "set"] + Self.everyEffect
    case .effectUpdate: ["update", "as", "set", "patch"] + Self.everyEffect
    case .effectPut: ["put", "key", "as", "set"] + Self.everyEffect
    case .effectEmit: ["emit", "with"] + Self.everyEffect
    case .effectDo: ["do", "resource", "input", "as_subject"] + Self.everyEffect
    case .effectPropose: ["propose", "resource", "input"] + Self.everyEffect
    default: []
    }
  }

  /// What forbids and requirements may say of themselves.
  private static let strength = [
    "class", "each", "let", "mode", "effective", "overridable", "absolute", "sop",
  ]
  // Large rule sets ask for these once a rule.
  private static let requirementKeys = ["title", "when", "unless", "that", "else"] + strength
  private static let forbidKeys = ["forbid", "except", "when", "unless", "because", "title"] + strength
  private static let requireKeys = ["require", "except", "when", "unless", "that", "else", "title"] + strength
  /// What every effect may say.
  private static let everyEffect = ["each", "where", "order", "limit", "when", "sop"]

  /// The key that states what an entry is, where there are several kinds.
  package var kind: String { keys.first ?? "" }
}
