import BylawModel

/// What the gate says by itself.
enum GateMessages {
  static func foreign(_ path: String) -> String { "'\(path)' is known to the store and never taken from who asks." }

  static func control(_ path: String) -> String { "'\(path)' has a control character, which no name has." }

  static func ownWay(_ action: String) -> String {
    "'\(action)' is no action to ask for: vote on a proposal by its id, and read by entity."
  }

  static func narrowing(_ fields: [String]) -> String {
    fields.isEmpty
      ? "This list cannot be narrowed by a condition."
      : "A condition of this list can only ask about \(fields.map { "it.\($0)" }.joined(separator: ", ")), and compare "
        + "them with the subject and the time."
  }

  static let unknownProposal = "There is no such proposal."

  static func ended(_ status: StoredProposal.Status) -> String { "This proposal has ended: \(status.rawValue)." }

  static func unknownEntity(_ name: String, _ known: [String] = []) -> String {
    "There is no entity '\(name)'." + (suggestion(for: name, among: known).map { " Did you mean '\($0)'?" } ?? "")
  }

  static let incomplete = "Some who agreed may no longer do so."

  static let twice = "comes twice."

  static let isThere = "has an id that is taken already."

  static let emptyID = "has an empty id."

  static let controlInID = "has an id with a control character, which no id may have."

  static let unnormalizedID =
    "has an id that is not in Unicode normalization form C, so that another may look the same (write é as U+00E9, not "
    + "as e and U+0301)."

  /// A reference by an id that no record can have.
  static func leadsToFlawed(_ flaw: String) -> String { "leads to a record that \(flaw)" }

  static func dangling(_ target: EntityReference) -> String { "leads to \(target), which is not there." }

  static func leadsToRefused(_ target: EntityReference) -> String { "leads to \(target), which is not taken in." }

  static func taken(by holder: String) -> String { "is the same as that of '\(holder)', and has to be its own." }

  static let foreignVote = "This vote is not yours to give."

  static let expired = "The time for this approval is over."

  static let engine = "The engine itself is nobody who can ask."

  static func lapsed(_ names: [String]) -> String { "Changed since it was asked: \(names.joined(separator: ", "))." }
}
