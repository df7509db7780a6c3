/// The rule set as its authors would write it: four files of YAML, and more with the further rules.
enum RuleSetText {
  static func files(_ rules: [ExtraRule]) -> [(path: String, text: String)] {
    [("bylaw.yaml", manifest), ("vocabulary.yaml", vocabulary), ("actions.yaml", actions), ("answers.yaml", answers)]
      + stride(from: 0, to: rules.count, by: rulesPerFile).map { start in
        let end = min(start + rulesPerFile, rules.count)
        return (start == 0 ? "rules.yaml" : "rules-\(start).yaml", extra(rules[start..<end]))
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

  private static var vocabulary: String {
    var text = """
      enums:
        Role: [\(Shape.roles.joined(separator: ", "))]
        Severity: { least_to_worst: [P4, P3, P2, P1] }
      context:
        spent: { type: int, from: server }
        cost: { type: int, from: server }
        budget: { type: int, from: server }
      entities:
        User:
          live: it.active
          fields:
            role: Role
            active: bool
        Task:
          fields:

      """
    for name in Work.textNames { text += "      \(name): string(1..100)\n" }
    for name in Work.numberNames { text += "      \(name): int\n" }
    for name in Work.flagNames { text += "      \(name): bool\n" }
    return text + "      tags: list(string(1..100), ..50)\n"
  }

  private static var actions: String {
    var text = "actions:\n"
    for action in 0..<Shape.actionCount {
      let roles = Shape.roles.indices.filter { Shape.isGranted(action: action, role: $0) }.map { Shape.roles[$0] }
      text += """
          \(Shape.action(action)):
            title: Operation \(action)
            of: Task
            allow: [\(roles.joined(separator: ", "))]
            classify:
              severity: severity(resource)

        """
    }
    return text
  }

  private static let answers = """
    rules:
      active-subjects-only:
        forbid: everything
        unless: subject.active
        because: Only active users may act.
        class: unauthorized
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
