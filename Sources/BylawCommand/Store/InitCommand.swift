import ArgumentParser
import Bylaw
import BylawModel
import BylawStore
import BylawStoreSQLite

/// `bylaw init DB --rules DIR`: makes a store, or puts other rules in force in one.
struct InitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Make a store that rules guard, or put other rules in force in one.",
    discussion: """
      The rules are kept in the database; the other commands take them from there. Records can be taken in from a file, \
      or by a mapping from a folder of tables that another system kept: those that do not fit are told with every reason, \
      and the rest is in.

      Examples:
        bylaw init incidents.db --rules rules/incident-management --import people.yaml
        bylaw init incidents.db --rules rules/incident-management --import tables --mapping mapping.yaml
        bylaw init incidents.db --rules rules/incident-management --update

      Exit status: 0 all is in, 3 some records were refused (the rest is in; with --all-or-nothing none is, and no \
      store is made), or the \
      rules, the mapping or the file of records as a whole have mistakes (then nothing is made), 1 when the machine \
      failed, 64 wrong usage.
      """)

  @Argument(help: "The database.", completion: .file())
  var db: String

  @Option(help: "The folder of the rule set.", completion: .directory)
  var rules: String

  @Option(
    name: .customLong("import"),
    help: "A YAML or JSON file of records to begin with; with --mapping a folder of tables.",
    completion: .file())
  var records: String?

  @Option(help: "A YAML file that says how the tables of a folder become records.", completion: .file())
  var mapping: String?

  @Flag(help: "Take in all records or none.")
  var allOrNothing = false

  @Flag(help: "Put the rules in force in a store that is there already.")
  var update = false

  @Option(help: "Print text or JSON.")
  var format = OutputFormat.text

  @Option(help: "The time to act at, for rehearsals.")
  var now: TimeArgument?

  func validate() throws {
    if mapping != nil, records == nil { throw ValidationError("--mapping goes with --import FOLDER") }
  }

  /// What is to be taken in.
  private enum Source {
    case nothing
    case records(Records)
    case tables(MappedTables)
  }

  func run() async throws {
    do {
      let ruleSet = try RuleSet(contentsOf: rules)
      // Read before the store is made, so that a mistake makes none.
      let source = try source(for: ruleSet)
      if allOrNothing, !update, try await isRefused(source, ruleSet) { throw ExitStatus.invalid }
      let store =
        update
        ? try await GatedStore(ruleSet, in: .sqlite(db), at: now?.time)
        : try await GatedStore.create(ruleSet, in: .sqlite(db), at: now?.time)
      if format == .text {
        CommandOutput.write("\(db) is kept by \(ruleSet.identity.name) \(ruleSet.identity.version)\n")
      }
      guard let report = try await take(source, into: store) else {
        if format == .json { CommandOutput.write("{}\n") }
        return
      }
      write(report, of: source)
      if !report.refused.isEmpty { throw ExitStatus.invalid }
    } catch let error as StoreError {
      CommandOutput.report("error: \(StoreMessages.sentence(error, at: db))")
      if case .beforeLastEntry = error { throw ExitStatus.invalid }
      throw ExitCode.failure
    } catch LoadError.invalidRules(let report) {
      CommandOutput.report(report.text(isColored: CommandOutput.isErrorColored))
      throw ExitStatus.invalid
    } catch let error as LoadError {
      CommandOutput.report("error: \(error)")
      throw ExitStatus.invalid
    } catch RecordsError.invalid(let report) {
      CommandOutput.report(report.text(isColored: CommandOutput.isErrorColored))
      throw ExitStatus.invalid
    } catch let error as RecordsError {
      CommandOutput.report("error: \(error)")
      throw ExitStatus.invalid
    }
  }

  private func source(for ruleSet: RuleSet) throws(RecordsError) -> Source {
    guard let records else { return .nothing }
    guard let mapping else { return .records(try Records(toTakeIn: records, for: ruleSet)) }
    let line = ProgressLine()
    defer { line.clear() }
    let tables = try MappedTables(in: records, mapping: mapping, for: ruleSet, progress: { line.show($0) })
    line.clear()
    let warnings = tables.warnings
    if warnings.warningCount > 0 { CommandOutput.report(warnings.text(isColored: CommandOutput.isErrorColored)) }
    return .tables(tables)
  }

  /// Whether some of the records do not fit a new store, which is told; then none is to be made.
  private func isRefused(_ source: Source, _ ruleSet: RuleSet) async throws -> Bool {
    let rehearsal = try await GatedStore.create(ruleSet, in: .memory, at: now?.time)
    guard let report = try await take(source, into: rehearsal, isDryRun: true), !report.refused.isEmpty else {
      return false
    }
    write(report, of: source)
    return true
  }

  private func take(
    _ source: Source, into store: GatedStore, isDryRun: Bool = false
  ) async throws -> GatedStore.Import? {
    switch source {
    case .nothing: return nil
    case .records(let records):
      return try await store.take(records, allOrNothing: allOrNothing, isDryRun: isDryRun)
    case .tables(let tables):
      let line = ProgressLine()
      defer { line.clear() }
      return try await store.take(
        tables, allOrNothing: allOrNothing, isDryRun: isDryRun, progress: { line.show($0) })
    }
  }

  private func write(_ report: GatedStore.Import, of source: Source) {
    let count: Int
    switch source {
    case .nothing: count = 0
    case .records(let records): count = records.count
    case .tables(let tables): count = tables.rowCount
    }
    switch format {
    case .json: CommandOutput.write(report.json(isPretty: true) + "\n")
    case .text:
      for refusal in report.refused {
        let row = refusal.row.map { "\($0.table) \($0.id), " } ?? ""
        CommandOutput.report("\(row)\(refusal.record): not taken in".printableLine)
        for problem in refusal.problems { CommandOutput.report("  \(problem.sentence)".printableLine) }
      }
      CommandOutput.write(report.summary + "\(report.imported) of \(counted(count, "record")) taken in\n")
    }
  }
}
