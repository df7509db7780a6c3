import Foundation
import Testing

/// `bylaw outbox`, `bylaw follow-ups` and `bylaw audit refusals`.
@Suite struct OutboxCommandTests {
  private static let rules = """
    enums:
      Role: [clerk, boss]
    entities:
      User:
        fields: { name: "text(1..20)", role: Role }
      Order:
        fields: { title: "text(1..20)", priced: bool = false }
    actions:
      order.make:
        title: Make an order
        allow: [clerk]
        input: { title: "text(1..20)" }
        effects:
          - create: Order
            as: order
            set: { title: input.title }
        returns: effects.order.id
        notify:
          - { to: subject, by: mail, text: "Order {effects.order.title} is there." }
        follow_up:
          priced: { due: 24h, done: effects.order.priced, because: Give it a price. }
          called: { due: 48h, because: Call the owner. }
      order.price:
        title: Give an order a price
        of: Order
        allow: [boss]
        effects:
          - update: resource
            set: { priced: true }
    """
  private static let files = [
    "bylaw.yaml": "bylaw: 1\nname: orders\nversion: 1.0.0\nsubject: [User, System]\nrole: subject.role\n",
    "rules.yaml": rules,
  ]
  private static let people = "User: { ann: { name: Ann, role: clerk }, bob: { name: Bob, role: boss } }"

  /// Runs a body with a command on a store in which Ann made an order and Bob was refused one.
  private func withStore(_ body: ((String) throws -> CommandRunner.Result) throws -> Void) throws {
    try CommandRunner.withFolder(Self.files) { folder in
      try CommandRunner.withFolder(["people.yaml": Self.people]) { other in
        let db = "\(other)/store.db"
        func run(_ line: String) throws -> CommandRunner.Result {
          try CommandRunner.run(line.split(separator: " ").map(String.init) + ["--db", db])
        }
        let made = try CommandRunner.run([
          "init", db, "--rules", folder, "--import", "\(other)/people.yaml", "--now", "2026-01-05T09:00:00Z",
        ])
        #expect(made.status == 0, "\(made.errors)")
        let asked = try run("do order.make --as ann --input title=Desk --now 2026-01-05T09:00:00Z")
        #expect(asked.status == 0, "\(asked.errors)")
        #expect(try run("do order.make --as bob --input title=Chair --now 2026-01-05T09:00:00Z").status == 2)
        try body(run)
      }
    }
  }

  @Test func `a service lists the outbox, hands it on, and says so`() throws {
    try withStore { run in
      let shown = try run("outbox --now 2026-01-05T09:00:00Z")
      #expect(shown.status == 0)
      #expect(
        shown.output
          == "1  2026-01-05T09:00:00Z  to subject (ann) by mail\n      Order Desk is there.\n")
      let json = try run("outbox --format json --limit 1 --now 2026-01-05T09:00:00Z")
      #expect(json.output.contains(#""number":1"#) && json.output.contains(#""text":"Order Desk is there.""#))
      #expect(json.output.split(separator: "\n").count == 1)
      let wrong = try run("outbox --done 7 --now 2026-01-05T09:00:00Z")
      #expect(wrong.status == 3)
      #expect(wrong.errors == "error: there is no notice 7 in the outbox\n")
      #expect(try run("outbox --done 1 --now 2026-01-05T09:00:00Z").status == 0)
      #expect(try run("outbox --now 2026-01-05T09:00:00Z").output == "Nothing is to be handed on.\n")
      #expect(try run("outbox --after 0 --now 2026-01-05T09:00:00Z").output == shown.output)
      #expect(try run("outbox --after 0 --done 1").status == 64)
      #expect(try run("outbox --limit 0").status == 64)
      #expect(try run("audit verify").status == 0)
    }
  }

  @Test func `follow-ups are shown until they are done, and a sweep tells of those that are late`() throws {
    try withStore { run in
      let open = try run("follow-ups --now 2026-01-05T10:00:00Z")
      #expect(
        open.output == """
          2  open  until 2026-01-06T09:00:00Z  actions.order.make.follow_up.priced
                Give it a price.
                after order.make by User/ann at 2026-01-05T09:00:00Z
          3  open  until 2026-01-07T09:00:00Z  actions.order.make.follow_up.called
                Call the owner.
                after order.make by User/ann at 2026-01-05T09:00:00Z

          """)
      #expect(try run("follow-ups --overdue --now 2026-01-05T10:00:00Z").output == "Nothing is to be followed up.\n")
      let late = "--now 2026-01-06T09:00:00Z"
      #expect(try run("follow-ups --overdue \(late)").output.hasPrefix("2  overdue  until"))
      #expect(try run("sweep \(late)").output == "Follow-up 2 is overdue: Give it a price.\n")
      #expect(try run("sweep --format json \(late)").output.contains(#""status":"overdue""#))
      let told = try run("follow-ups --done 2 \(late)")
      #expect(told.status == 3)
      #expect(told.errors == "error: the records tell when follow-up 2 is done, and it is not\n")
      #expect(try run("follow-ups --done 1 \(late)").errors == "error: there is no follow-up 1\n")
      #expect(try run("follow-ups --done 3 \(late)").status == 0)
      #expect(try run("do order.price --on order-1 --as bob \(late)").status == 0)
      #expect(try run("follow-ups \(late)").output == "Nothing is to be followed up.\n")
      let all = try run("follow-ups --all --format json \(late)").output
      #expect(all.split(separator: "\n").count == 2)
      #expect(
        all.contains(#""status":"done","subject":"User/ann","text":"Give it a price.","told_by_records":true"#),
        "\(all)")
      #expect(try run("follow-ups --all --overdue").status == 64)
      #expect(try run("audit verify").status == 0)
    }
  }

  @Test func `refusals are shown as entries are, by the same filters and by class`() throws {
    try withStore { run in
      let shown = try run("audit refusals")
      #expect(shown.status == 0)
      #expect(shown.output.hasPrefix("4  2026-01-05T09:00:00Z  User/bob  order.make  (unauthorized)\n      "))
      #expect(
        try run("audit refusals --class unauthorized --subject User/bob --action order.make").output == shown.output)
      for none in ["--class conflict", "--subject User/ann", "--from 2026-01-05T09:00:01Z"] {
        #expect(try run("audit refusals \(none)").output == "", "\(none)")
      }
      #expect(try run("audit refusals --format json").output.contains(#""class":"unauthorized""#))
      #expect(try run("audit refusals --class nonsense").status == 64)
    }
  }
}
