/// The rule set as its authors would write it: four files of YAML, and more with the further rules.
struct RuleSetText {
  /// What the rules are about.
  var kind: Kind
  /// Without rules anybody may do anything: what is left of a decision is to take the values of the request.
  var hasRules: Bool
  var actionCount: Int

  func files(_ rules: [ExtraRule]) -> [(path: String, text: String)] {
    [("bylaw.yaml", Self.manifest), ("vocabulary.yaml", vocabulary), ("actions.yaml", actions)]
      + (hasRules && kind != .permission ? [("answers.yaml", answers)] : [])
      + stride(from: 0, to: rules.count, by: Self.rulesPerFile).map { start in
        let end = min(start + Self.rulesPerFile, rules.count)
        return (start == 0 ? "rules.yaml" : "rules-\(start).yaml", Self.extra(rules[start..<end]))
      }
  }

  /// A file may not have more than 16 MiB.
  private static let rulesPerFile = 20_000

  private static let manifest = """
    bylaw: 1
    name: benchmark
    version: 1.0.0
    subject: User
    role: subject.role
    time_zone: UTC

    """

  private var vocabulary: String {
    let members = kind.members
    var text = """
      enums:
        Role: [\(Shape.roles.joined(separator: ", "))]
        Severity: { least_to_worst: [P4, P3, P2, P1] }

      """
    if members.hasBudget {
      text += """
        context:
          spent: { type: int, from: server }
          cost: { type: int, from: server }
          budget: { type: int, from: server }

        """
    }
    text += "entities:\n  User:\n\(members.hasActive ? "    live: it.active\n" : "")    fields:\n      role: Role\n"
    if members.hasActive { text += "      active: bool\n" }
    text += "  Task:\n    fields:\n"
    for index in members.texts { text += "      \(Work.textNames[index]): string(1..100)\n" }
    for index in members.numbers { text += "      \(Work.numberNames[index]): int\n" }
    for index in members.flags { text += "      \(Work.flagNames[index]): bool\n" }
    if members.hasTags { text += "      tags: list(string(1..100), ..50)\n" }
    return text
  }

  private var actions: String {
    let isGranted = hasRules && (kind == .permission || kind == .combined)
    let isClassified = hasRules && (kind == .classification || kind == .combined)
    var text = "actions:\n"
    for action in 0..<actionCount {
      let roles = Shape.roles.indices.filter { Shape.isGranted(action: action, role: $0) }.map { Shape.roles[$0] }
      text += """
          \(Shape.action(action)):
            title: Operation \(action)
            of: Task
            allow: \(isGranted ? "[\(roles.joined(separator: ", "))]" : "anyone")

        """
      if isClassified { text += "    classify:\n      severity: severity(resource)\n" }
    }
    return text
  }

  private var answers: String {
    switch kind {
    case .permission: ""
    case .classification: Self.tenRows
    case .trigger, .votes: Self.approvals
    case .band: Self.thresholds
    case .combined: Self.activeOnly + Self.severity + Self.approvals + Self.thresholds
    }
  }

  private static let activeOnly = """
    rules:
      active-subjects-only:
        forbid: everything
        unless: subject.active
        because: Only active users may act.
        class: unauthorized

    """

  private static let severity = """
    classifications:
      severity:
        given: { task: Task }
        gives: Severity
        pick: first
        rows:
          P1:
            Complete outage in production: task.complete_outage && task.production && not task.workaround
            Customers see an outage: task.complete_outage && task.customer_facing
            Very many clients: task.affected_clients > 9500
            Production stands: task.production && task.downtime > 9000
            Top secrets: task.data_class == "data_class-0" && task.production
          P2:
            Outage with a way round: task.complete_outage && task.production
            Outage elsewhere: task.complete_outage && not task.workaround
            Many clients see it: task.affected_clients > 8500 && task.customer_facing
            Long without a way round: task.downtime > 8000 && not task.workaround
            The best tier: task.tier == "tier-1"
          P3:
            Many clients: task.affected_clients > 6000
            Long: task.downtime > 7500
            In production: task.production
            Customers see secrets: task.customer_facing && task.data_class == "data_class-2"
            The second tier: task.tier == "tier-4"
        otherwise: P4

    """

  private static let tenRows = """
    classifications:
      severity:
        given: { task: Task }
        gives: Severity
        pick: first
        rows:
          P1:
            Complete outage in production: task.complete_outage && task.production && not task.workaround
            Very many clients: task.affected_clients > 9500
            Top secrets: task.data_class == "data_class-0" && task.production
          P2:
            Outage elsewhere: task.complete_outage && task.environment == "environment-1"
            Many clients see it: task.affected_clients > 8500 && task.customer_facing
            Long without a way round: task.downtime > 8000 && not task.workaround
            The best tier: task.tier == "tier-1"
          P3:
            Many clients: task.affected_clients > 6000
            Long: task.downtime > 7500
            Customers see secrets: task.customer_facing && task.data_class == "data_class-2"
        otherwise: P4

    """

  private static let approvals = """
    approvals:
      dual:
        for: work.*
        when:
          any:
            Changes production: resource.production
            A large amount: resource.amount > 9000
            Very many clients: resource.affected_clients > 9500
            Customers see top secrets: resource.data_class == "data_class-0" && resource.customer_facing
        places:
          - { count: 2, of: { role: manager } }

    """

  private static let thresholds = """
    thresholds:
      budget:
        measure: context.spent + context.cost
        of: context.budget
        bands:
          warning:
            from: 75 %
            notify:
              - { to: finance, once: month }
          blocked:
            from: 100 %
            forbid: work.*
            because: The budget is used up.
    parties:
      finance: { channel: email, to: finance@example.com }

    """

  private static func extra(_ rules: ArraySlice<ExtraRule>) -> String {
    var text = "rules:\n"
    for (position, rule) in zip(rules.indices, rules) {
      text += """
          rule-\(position):
            forbid: \(Shape.action(rule.action))
            when: '\(rule.condition)'
            because: Rule \(position) forbids this.

        """
    }
    return text
  }
}
