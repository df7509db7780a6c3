/// The rules as somebody would write them by hand in Swift: the floor that decisions are compared with.
struct HandWritten: Sendable {
  struct Answer: Equatable, Sendable {
    enum Outcome: Sendable { case allow, pending, deny }
    var outcome: Outcome
    var severity: Int
    var needsApproval: Bool
    var band: Int
  }
  private let rules: [[ExtraRule]]
  private let grants: [[Bool]]

  init(_ rules: [ExtraRule]) {
    var byAction: [[ExtraRule]] = Array(repeating: [], count: Shape.actionCount)
    for rule in rules { byAction[rule.action].append(rule) }
    self.rules = byAction
    grants = (0..<Shape.actionCount).map { action in
      Shape.roles.indices.map { Shape.isGranted(action: action, role: $0) }
    }
  }

  /// Who may: nothing else is worked out.
  func outcome(_ work: Work) -> Answer.Outcome {
    guard work.isActive, grants[work.action][work.role] else { return .deny }
    guard Self.band(work) < 2 else { return .deny }
    for rule in rules[work.action] where rule.holds(work) { return .deny }
    return Self.needsApproval(work) ? .pending : .allow
  }

  /// All four answers, with every rule that forbids.
  func answer(_ work: Work, fired: inout [Int32]) -> Answer {
    fired.removeAll(keepingCapacity: true)
    var isDenied = !work.isActive || !grants[work.action][work.role]
    let band = Self.band(work)
    if !isDenied {
      isDenied = band >= 2
      for (position, rule) in rules[work.action].enumerated() where rule.holds(work) {
        fired.append(Int32(position))
        isDenied = true
      }
    }
    let needsApproval = !isDenied && Self.needsApproval(work)
    return Answer(
      outcome: isDenied ? .deny : needsApproval ? .pending : .allow, severity: Self.severity(work),
      needsApproval: needsApproval, band: band)
  }

  /// The rank of the severity, from P4.
  static func severity(_ work: Work) -> Int {
    let clients = work.numbers[0]
    let downtime = work.numbers[1]
    let isProduction = work.flags[0]
    let isFacing = work.flags[1]
    let isOutage = work.flags[2]
    let hasWorkaround = work.flags[3]
    if isOutage && isProduction && !hasWorkaround { return 3 }
    if isOutage && isFacing { return 3 }
    if clients > 9_500 { return 3 }
    if isProduction && downtime > 9_000 { return 3 }
    if work.texts[6] == 0 && isProduction { return 3 }
    if isOutage && isProduction { return 2 }
    if isOutage && !hasWorkaround { return 2 }
    if clients > 8_500 && isFacing { return 2 }
    if downtime > 8_000 && !hasWorkaround { return 2 }
    if work.texts[9] == 1 { return 2 }
    if clients > 6_000 { return 1 }
    if downtime > 7_500 { return 1 }
    if isProduction { return 1 }
    if isFacing && work.texts[6] == 2 { return 1 }
    if work.texts[9] == 4 { return 1 }
    return 0
  }

  /// A classification of ten rows over nine attributes.
  static func tenRows(_ work: Work) -> Int {
    let clients = work.numbers[0]
    let isOutage = work.flags[2]
    if isOutage && work.flags[0] && !work.flags[3] { return 3 }
    if clients > 9_500 { return 3 }
    if work.texts[6] == 0 && work.flags[0] { return 3 }
    if isOutage && work.texts[1] == 1 { return 2 }
    if clients > 8_500 && work.flags[1] { return 2 }
    if work.numbers[1] > 8_000 && !work.flags[3] { return 2 }
    if work.texts[9] == 1 { return 2 }
    if clients > 6_000 { return 1 }
    if work.numbers[1] > 7_500 { return 1 }
    if work.flags[1] && work.texts[6] == 2 { return 1 }
    return 0
  }

  /// Whether the role may do the action.
  func isGranted(_ work: Work) -> Bool { grants[work.action][work.role] }

  static func needsApproval(_ work: Work) -> Bool {
    work.flags[0] || work.numbers[2] > 9_000 || work.numbers[0] > 9_500 || (work.texts[6] == 0 && work.flags[1])
  }

  /// 0 for none, 1 from 75 %, 2 from 100 %.
  static func band(_ work: Work) -> Int {
    let (used, overflow) = work.spent.addingReportingOverflow(work.cost)
    if overflow || used * 100 >= work.budget * 100 { return 2 }
    return used * 100 >= work.budget * 75 ? 1 : 0
  }
}
