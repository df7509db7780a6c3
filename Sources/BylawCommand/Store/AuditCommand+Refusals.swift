import ArgumentParser
import Bylaw
import BylawModel
import BylawStoreSQLite

/// A class of refusals, on the command line.
struct ClassArgument: ExpressibleByArgument, Sendable {
  var denialClass: DenialClass

  init?(argument: String) {
    guard let denialClass = DenialClass(rawValue: argument) else { return nil }
    self.denialClass = denialClass
  }

  static var allValueStrings: [String] { DenialClass.allCases.map(\.rawValue) }
}

extension AuditCommand {
  /// `bylaw audit refusals`: the log of what was refused.
  struct Refusals: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "refusals", abstract: "Show the requests that were refused, with the reasons that were told.",
      discussion: """
        Examples:
          bylaw audit refusals --db incidents.db --class unauthorized
          bylaw audit refusals --db incidents.db --subject User/ts-1 --from 2026-01-01T00:00:00Z --format json
        """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var selection: Selection

    @Option(name: .customLong("class"), help: "Only refusals of this class.")
    var denialClass: ClassArgument?

    func run() async throws {
      let opened = try await store.attempt { try AuditTrail(in: .sqlite(store.db)) }
      let entries = try await store.attempt { try await selection.selection(in: opened) }
      let selected = GatedStore.RefusalSelection(entries: entries, denialClass: denialClass?.denialClass)
      var last: Int64 = 0
      while true {
        let page = try await store.attempt { try await opened.refusals(selected, after: last) }
        for refusal in page { CommandOutput.write(store.format == .json ? refusal.json + "\n" : refusal.text) }
        guard let end = page.last else { return }
        last = end.number
      }
    }
  }
}
