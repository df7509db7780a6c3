import Bylaw

/// A small rule set that the tests of documents decide by.
enum SmallRules {
  static let manifest = """
    bylaw: 1
    name: small
    version: 0.1.0
    subject: User
    role: subject.role
    time_zone: UTC
    """

  static let rules = """
    enums:
      Role: [clerk, boss]
      Bulk: { least_to_worst: [small, large] }
    entities:
      User:
        fields:
          name: text(1..50)
          role: Role
      Order:
        fields:
          note: string?
          amount: decimal(2)
          lines: list(text)
    classifications:
      bulk:
        given: { amount: decimal(2) }
        gives: Bulk
        pick: worst
        rows:
          large:
            A thousand or more: amount >= 1000
        otherwise: small
    actions:
      order.pay:
        sop: S-1
        title: Pay an order
        of: Order
        allow: [clerk, boss]
        input:
          reason: text(1..20)
        classify:
          bulk: bulk(resource.amount)
        require:
          not-free:
            sop: [S-2, S-3]
            that: resource.amount > 0
            else: "An order of {resource.amount} is not paid."
        audit: pay
    approvals:
      boss:
        for: order.pay
        when:
          any:
            The order is large: classified.bulk == "large"
        places:
          - count: 1
            of: { role: boss }
    """

  static func load() throws -> RuleSet {
    try RuleSet(files: [(path: "bylaw.yaml", text: manifest), (path: "orders.yaml", text: rules)])
  }

  static let records = """
    User:
      u-1: { name: Ada, role: clerk }
      u-2: { name: 007, role: boss }
    Order:
      o-1: { amount: 12.50, lines: [1, two], note: }
      o-2: { amount: 5000.00, lines: [] }
      o-3: { amount: 0, lines: [] }
    """
}
