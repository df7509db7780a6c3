import Foundation
import Testing

/// A folder with the rules of a small shop and a store that they guard, and the command run on it.
struct StoreFolder {
  let path: String

  var db: String { "\(path)/store.db" }
  var rules: String { "\(path)/rules" }

  static let manifest = "bylaw: 1\nname: shop\nversion: 1.0.0\nsubject: [User, System]\nrole: subject.role\n"

  static let rules = """
    enums:
      Role: [clerk, boss, guest]
      State: [open, stopped, paid]
    entities:
      User:
        fields: { name: text(1..60), role: Role }
      Order:
        fields: { title: text(1..200), owner: User, state: State = open }
        lifecycle:
          state:
            start: [open]
            open: [stopped, paid]
    reads:
      Order:
        allow: [clerk, boss, guest]
        filters: [title]
        restrict:
          guest: it.title == "shown"
    actions:
      order.make:
        title: Make an order
        allow: [clerk]
        input: { title: "text(1..200)" }
        effects:
          - create: Order
            as: order
            set: { title: input.title, owner: subject }
        returns: effects.order.title
        notify:
          - { to: subject, text: "There is {input.title}" }
      order.stop:
        title: Stop an order
        of: Order
        allow: [clerk]
        effects:
          - update: resource
            set: { state: stopped }
      order.give:
        title: Give an order to somebody
        of: Order
        allow: [clerk]
        input: { to: User }
        effects:
          - update: resource
            set: { owner: input.to }
      order.pay:
        title: Pay an order
        of: Order
        allow: [clerk]
        input: { note: "text(1..200)" }
        effects:
          - update: resource
            set: { state: paid }
    approvals:
      boss:
        for: order.pay
        because: A boss agrees to each payment.
        places:
          - { count: 1, of: { role: boss } }
        binds: [title]
    """

  static let people = """
    User:
      ann: { name: Ann, role: clerk }
      bob: { name: Bob, role: boss }
      gus: { name: Gus, role: guest }

    """

  /// Makes a folder with the rules, and with a store of three people: Ann, a clerk, Bob, a boss, and Gus, a guest.
  static func with(isMade: Bool = true, people: String = people, _ body: (StoreFolder) throws -> Void) throws {
    let files = ["people.yaml": people]
    try CommandRunner.withFolder(files) { path in
      let folder = StoreFolder(path: path)
      try FileManager.default.createDirectory(atPath: folder.rules, withIntermediateDirectories: true)
      for (name, text) in ["bylaw.yaml": manifest, "shop.yaml": rules] {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder.rules)/\(name)"))
      }
      if isMade {
        let made = try CommandRunner.run([
          "init", folder.db, "--rules", folder.rules, "--import", "\(path)/people.yaml",
        ])
        #expect(made.status == 0, "\(made.errors)")
      }
      try body(folder)
    }
  }

  /// Runs a command on the store.
  func run(_ arguments: [String]) throws -> CommandRunner.Result {
    try CommandRunner.run(arguments + ["--db", db])
  }

  /// The files of the store that are there.
  var files: [String] { ["", "-wal", "-shm", "-journal"].filter { FileManager.default.fileExists(atPath: db + $0) } }
}
