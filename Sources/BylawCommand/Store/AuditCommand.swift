import ArgumentParser
import Bylaw
import BylawModel
import BylawStoreSQLite
import Foundation

/// `bylaw audit`: looks at the trail of a store, and proves it.
struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Show, prove, export and sign the audit trail of a store.",
    subcommands: [Verify.self, Show.self, Refusals.self, Export.self, SignCheckpoint.self, Keys.self])

  /// `bylaw audit verify`: every digest, every row.
  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "verify", abstract: "Prove that a store holds what its audit trail says.",
      discussion: """
        Exit status: 0 when everything agrees, 1 when something does not; each finding is named.

        Examples:
          bylaw audit verify --db incidents.db
          bylaw audit verify --db incidents.db --checkpoints checkpoints.jsonl --key verifying.key
        """)

    @OptionGroup var store: StoreOptions

    @Option(help: "A file of checkpoints that was kept outside the database.", completion: .file())
    var checkpoints: String?

    @Option(help: "The file of the key that checkpoints must be signed with.", completion: .file())
    var key: String?

    func validate() throws {
      if key != nil, checkpoints == nil { throw ValidationError("--key goes with --checkpoints FILE") }
    }

    func run() async throws {
      let opened = try await store.attempt { try AuditTrail(in: .sqlite(store.db)) }
      let lines = try checkpoints.map { try AuditCommand.text(of: $0).split(separator: "\n").map(String.init) } ?? []
      if let checkpoints, lines.isEmpty {
        CommandOutput.report("error: '\(checkpoints)' holds no checkpoint")
        throw ExitStatus.invalid
      }
      let verifyingKey = try key.map { try AuditCommand.text(of: $0) }
      let result = try await store.attempt {
        try await opened.verify(checkpoints: lines, verifyingKey: verifyingKey)
      }
      switch store.format {
      case .json: CommandOutput.write(result.json + "\n")
      case .text: CommandOutput.write(result.text)
      }
      if !result.findings.isEmpty { throw ExitCode.failure }
    }
  }

  /// What narrows a listing of entries.
  struct Selection: ParsableArguments {
    @Option(help: "Only acts of this subject, as TYPE/ID, or as the ID of one record alone.")
    var subject: String?

    @Option(help: "Only this action.")
    var action: String?

    @Option(help: "Only acts on this record, or that changed it, as TYPE/ID, or as an ID that nothing else has.")
    var record: String?

    @Option(help: "Only from this time on.")
    var from: TimeArgument?

    @Option(help: "Only before this time.")
    var until: TimeArgument?

    /// What is selected; `trail` tells whose ids are meant where no type is said.
    func selection(in trail: AuditTrail) async throws -> GatedStore.EntrySelection {
      .init(
        subject: try await reference(subject, in: trail), action: action,
        record: try await reference(record, in: trail),
        from: from?.time, until: until?.time)
    }

    private func reference(_ text: String?, in trail: AuditTrail) async throws -> EntityReference? {
      guard let text else { return nil }
      if let slash = text.firstIndex(of: "/") {
        return EntityReference(type: String(text[..<slash]), id: String(text[text.index(after: slash)...]))
      }
      let known = try await trail.references(of: text)
      guard known.count <= 1 else {
        let choices = known.map(\.description).joined(separator: " or ")
        throw ValidationError("'\(text)' is the id of several records: say \(choices)")
      }
      guard let reference = known.first else {
        throw ValidationError("'\(text)' is the id of no record that is there: say TYPE/ID")
      }
      return reference
    }
  }

  /// `bylaw audit show`: entries for people.
  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Show entries of the audit trail.",
      discussion: """
        Example:
          bylaw audit show --db incidents.db --record Incident/incident-1
        """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var selection: Selection

    func run() async throws {
      try await AuditCommand.each(store, selection) { line in
        store.format == .json ? line : AuditCommand.sentence(of: line)
      }
    }
  }

  /// `bylaw audit export`: entries as JSON Lines.
  struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "export", abstract: "Write the audit trail as JSON Lines, with the digest of each entry.",
      discussion: """
        Example:
          bylaw audit export --db incidents.db > trail.jsonl
        """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var selection: Selection

    func run() async throws { try await AuditCommand.each(store, selection) { $0 } }
  }

  /// `bylaw audit checkpoint`: a signed line to be kept elsewhere.
  struct SignCheckpoint: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "checkpoint", abstract: "Sign how long the trail is and what its last entry says.",
      discussion: """
        Append the line to a file outside the database: then a cut tail shows.

        Example:
          bylaw audit checkpoint --db incidents.db --key signing.key >> checkpoints.jsonl
        """)

    @OptionGroup var store: StoreOptions

    @Option(help: "The file of the key that signs.", completion: .file())
    var key: String

    func run() async throws {
      let opened = try await store.open()
      let signingKey = try AuditCommand.text(of: key)
      guard let line = try await store.attempt({ try await opened.checkpoint(signingKey: signingKey) }) else {
        CommandOutput.report("error: '\(key)' holds no key that signs; `bylaw audit keys` makes a pair")
        throw ExitStatus.invalid
      }
      CommandOutput.write(line + "\n")
    }
  }

  /// `bylaw audit keys`: a new pair of keys.
  struct Keys: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "keys", abstract: "Make a pair of keys for checkpoints.",
      discussion: """
        Example:
          bylaw audit keys --signing signing.key --verifying verifying.key
        """)

    @Option(help: "Where the key that signs goes; only its owner can read it.")
    var signing: String

    @Option(help: "Where the key that verifies goes.")
    var verifying: String

    func run() throws {
      let keys = GatedStore.CheckpointKeys()
      for path in [signing, verifying] where FileManager.default.fileExists(atPath: path) {
        CommandOutput.report("error: '\(path)' is there already")
        throw ExitCode.failure
      }
      let isMade =
        FileManager.default.createFile(
          atPath: signing, contents: Data((keys.signing + "\n").utf8), attributes: [.posixPermissions: 0o600])
        && FileManager.default.createFile(atPath: verifying, contents: Data((keys.verifying + "\n").utf8))
      guard isMade else {
        CommandOutput.report("error: the keys cannot be written")
        throw ExitCode.failure
      }
    }
  }

  // MARK: Parts

  private static func text(of path: String) throws -> String {
    guard let data = FileManager.default.contents(atPath: path) else {
      CommandOutput.report("error: '\(path)' cannot be read")
      throw ExitStatus.invalid
    }
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private static func each(
    _ store: StoreOptions, _ selection: Selection, _ shown: (String) -> String
  ) async throws {
    let opened = try await store.attempt { try AuditTrail(in: .sqlite(store.db)) }
    let selected = try await store.attempt { try await selection.selection(in: opened) }
    var last: Int64 = 0
    while true {
      let page = try await store.attempt { try await opened.entries(selected, after: last) }
      for entry in page { CommandOutput.write(shown(entry.line) + "\n") }
      guard let end = page.last else { return }
      last = end.sequence
    }
  }

  /// An entry in one line: number, time, who, what, and what changed.
  private static func sentence(of line: String) -> String {
    guard case .object(let members) = try? JSONReader.parse(line), case .object(let entry) = members["entry"] else {
      return line
    }
    func text(_ name: String) -> String? {
      if case .string(let text) = entry[name] { text } else { nil }
    }
    var number = ""
    if case .int(let sequence) = entry["sequence"] { number = String(sequence) }
    var parts = [number, text("at") ?? "", text("subject") ?? "", text("action") ?? ""]
    if let resource = text("resource") { parts.append("on \(resource)") }
    if let outcome = text("outcome"), outcome != "allow" { parts.append("(\(outcome))") }
    var changed: [String] = []
    if case .list(let changes) = entry["changes"] {
      for case .object(let change) in changes {
        guard case .string(let record) = change["record"], case .list(let fields) = change["fields"] else { continue }
        let names = fields.compactMap { if case .string(let name) = $0 { name } else { nil } }
        changed.append("\(record): \(names.joined(separator: ", "))")
      }
    }
    return parts.joined(separator: "  ").printableLine + changed.map { "\n      \($0.printableLine)" }.joined()
  }
}
