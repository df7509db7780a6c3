/// Which construct of the language a workload has: one alone, or all together.
public enum Kind: String, CaseIterable, Sendable {
  /// 27 actions, each allowed to some of seven roles.
  case permission
  /// A classification of ten rows over nine attributes.
  case classification
  /// An approval of two people, needed under four criteria.
  case trigger
  /// The same with two votes that come with the request.
  case votes
  /// A budget with two bands over a checked sum.
  case band
  /// All of them with further rules, and a request of 26 values.
  case combined

  /// Votes take a request of names.
  public var isGivenBySlot: Bool { self != .votes }

  /// How many of the texts, numbers and flags, and which other values, a request gives.
  var members: Members {
    switch self {
    case .permission: Members(hasRole: true)
    case .classification: Members(texts: [1, 6, 9], numbers: [0, 1], flags: [0, 1, 2, 3])
    case .trigger: Members(hasRole: true, texts: [6], numbers: [0, 2], flags: [0, 1])
    case .votes: Members(hasRole: true, texts: [6], numbers: [0, 2], flags: [0, 1])
    case .band: Members(hasBudget: true)
    case .combined:
      Members(
        hasRole: true, hasActive: true, hasTags: true, hasBudget: true, texts: Array(0..<12), numbers: Array(0..<4),
        flags: Array(0..<4))
    }
  }
}

/// The values that the requests of a kind give; texts, numbers and flags by their positions in `Work`.
struct Members: Sendable {
  var hasRole = false
  var hasActive = false
  var hasTags = false
  /// What was spent, what this costs, and the budget: the service states them.
  var hasBudget = false
  var texts: [Int] = []
  var numbers: [Int] = []
  var flags: [Int] = []

  /// The paths of all values, in the order in which they are given by slot.
  var paths: [String] {
    var paths: [String] = []
    if hasRole { paths.append("subject.role") }
    if hasActive { paths.append("subject.active") }
    if hasTags { paths.append("resource.tags") }
    if hasBudget { paths += ["context.spent", "context.cost", "context.budget"] }
    let names =
      texts.map { Work.textNames[$0] } + numbers.map { Work.numberNames[$0] } + flags.map { Work.flagNames[$0] }
    return paths + names.map { "resource.\($0)" }
  }
}
