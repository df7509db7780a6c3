import Bylaw

/// A small rule set with one of each thing that tests look at.
enum ExampleRules {
  static let manifest = """
    bylaw: 1
    name: loans
    version: 1.0.0
    subject: [User]
    role: subject.role
    time_zone: UTC
    """

  static let rules = """
    enums:
      Role: [clerk, manager, auditor]
      Size: { least_to_worst: [small, large] }
    entities:
      User:
        fields:
          role: Role
          active: bool = true
        live: it.active
      Loan:
        fields:
          amount: int
          frozen: bool = false
    conditions:
      sizeable: { of: { amount: int }, is: amount >= 1000 }
    classifications:
      loan_size:
        sop: LN-2
        given: { amount: int }
        gives: Size
        pick: worst
        rows:
          large:
            A thousand or more: sizeable(amount)
        otherwise: small
    actions:
      loan.pay:
        sop: LN-1.1
        of: Loan
        allow: [clerk, manager]
        input:
          note: text(1..20)?
        classify:
          size: loan_size(resource.amount)
        require:
          not-frozen:
            sop: LN-1.2
            that: not resource.frozen
            else: The loan is frozen.
    rules:
      active-only:
        forbid: everything
        unless: subject.active
        because: Only active users act.
        class: unauthorized
    approvals:
      large-loans:
        sop: LN-2.1
        for: loan.pay
        when: resource.amount >= 5000
        places:
          - { count: 1, of: { role: manager } }
    """

  static func ruleSet() throws -> RuleSet { try RuleSet(files: [("bylaw.yaml", manifest), ("rules.yaml", rules)]) }

  /// A tester for one test file.
  static func tester(_ tests: String, others: [(path: String, text: String)] = []) throws -> RuleTester {
    try RuleTester(ruleSet(), files: others + [("loans.yaml", tests)])
  }

  /// What the mistakes of a test file are reported as.
  static func report(_ tests: String, others: [(path: String, text: String)] = []) throws -> String {
    do {
      _ = try tester(tests, others: others)
      return "no mistake"
    } catch LoadError.invalidRules(let report) {
      return report.text()
    }
  }

  static let records = """
    now: 2026-01-05T09:00:00Z
    records:
      User:
        c-1: { role: clerk }
        m-1: { role: manager }
        m-2: { role: manager }
        a-1: { role: auditor }
      Loan:
        l-1: { amount: 100 }

    """

  /// Tests that notice each change to the rules.
  static let complete =
    records + """
      tests:
        Who may pay a loan:
          sop: LN-1.1
          request: { subject: c-1, action: loan.pay, resource: Loan/l-1 }
          columns: [subject, records.User.c-1.active, decision, class, rules]
          rows:
            - [c-1, true, allow, -, -]
            - [m-1, true, allow, -, -]
            - [a-1, true, deny, unauthorized, [actions.loan.pay.allow]]
            - [c-1, false, deny, unauthorized, [rules.active-only]]
        A frozen loan is not paid:
          sop: LN-1.2
          request: { subject: c-1, action: loan.pay, resource: Loan/l-1 }
          cases:
            Frozen:
              request: { records: { Loan: { l-1: { frozen: true } } } }
              expect: { decision: deny, class: precondition_failed, rules: [actions.loan.pay.require.not-frozen] }
        Large loans need a manager:
          sop: [LN-2.1]
          request:
            subject: m-1
            action: loan.pay
            resource: Loan/l-1
          columns: [case, records.Loan.l-1.amount, context.approvals, decision, missing, classified.size]
          rows:
            - [small, 999, -, allow, [], small]
            - [large, 1000, -, allow, -, large]
            - [larger, 1001, -, allow, -, large]
            - [just under, 4999, -, allow, -, large]
            - [at the bound, 5000, -, pending, [{ approvals: 1, of: "role:manager" }], large]
            - [above, 5001, -, pending, -, large]
            - [approved, 5000, [{ approver: m-2, decision: approve }], allow, [], large]
            - [by oneself, 5000, [{ approver: m-1, decision: approve }], pending, -, large]
      """
}
