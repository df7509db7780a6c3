import BylawModel

/// What the gate says by itself.
enum GateMessages {
  static func foreign(_ path: String) -> String { "'\(path)' is known to the store and never taken from who asks." }

  static func ownWay(_ action: String) -> String {
    "'\(action)' is no action to ask for: vote on a proposal by its id, and read by entity."
  }

  static let unknownProposal = "There is no such proposal."

  static func ended(_ status: StoredProposal.Status) -> String { "This proposal has ended: \(status.rawValue)." }

  static func unknownEntity(_ name: String) -> String { "There is no entity '\(name)'." }

  static let twice = "It comes twice."

  static let isThere = "There is a record of that id already."

  static func dangling(_ target: EntityReference) -> String { "It leads to \(target), which is not there." }

  static func taken(_ key: String, by holder: String) -> String { "'\(holder)' has its value of \(key) already." }

  static let foreignVote = "This vote is not yours to give."

  static let expired = "The time for this approval is over."

  static let engine = "The engine itself is nobody who can ask."

  static func lapsed(_ names: [String]) -> String { "Changed since it was asked: \(names.joined(separator: ", "))." }
}
