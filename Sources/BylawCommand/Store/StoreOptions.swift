import ArgumentParser
import Bylaw
import BylawModel
import BylawStore
import BylawStoreSQLite

/// What every command on a store takes.
struct StoreOptions: ParsableArguments {
  @Option(help: "The database of the store.", completion: .file())
  var db: String

  @Option(help: "Print text or JSON.")
  var format = OutputFormat.text

  @Option(
    help: "The time to act at, not before the last audit entry, such as 2026-01-31T09:00:00Z; for rehearsals.")
  var now: TimeArgument?

  @Option(
    name: .customLong("server-context"),
    help: "A member of the context that this service vouches for, as NAME=VALUE with a JSON value.")
  var serverMembers: [String] = []

  /// What the service vouches for.
  func serverContext() throws -> [String: Value] {
    try Pairs.read(serverMembers) { _, text in StoreInput.json(text) ?? .string(text) }
  }

  /// Opens the store with the rules in force there.
  func open() async throws -> GatedStore {
    do {
      return try await GatedStore(in: .sqlite(db), at: now?.time)
    } catch let error as StoreError {
      CommandOutput.report("error: \(StoreMessages.sentence(error, at: db))")
    } catch LoadError.invalidRules(let report) {
      CommandOutput.report(report.text(isColored: CommandOutput.isErrorColored))
    }
    throw ExitCode.failure
  }

  /// Runs a body; a failure of the machine is told and ends the command with 1.
  func attempt<Result>(_ body: () async throws -> Result) async throws -> Result {
    do {
      return try await body()
    } catch let error as StoreError {
      CommandOutput.report("error: \(StoreMessages.sentence(error, at: db))")
      if case .beforeLastEntry = error { throw ExitStatus.invalid }
      throw ExitCode.failure
    }
  }

  func write(_ answer: GatedStore.Answer) throws {
    switch format {
    case .json: CommandOutput.write(answer.json(isPretty: true) + "\n")
    case .text: CommandOutput.write(answer.text(isColored: CommandOutput.isColored))
    }
    try Self.end(answer.decision.outcome)
  }

  static func end(_ outcome: Decision.Outcome) throws {
    switch outcome {
    case .allow: return
    case .deny: throw ExitStatus.denied
    case .pending: throw ExitStatus.pending
    }
  }
}

/// Who acts.
struct SubjectOptions: ParsableArguments {
  @Option(name: .customLong("as"), help: "Who acts: the id of a subject, or TYPE/ID.")
  var user: String

  /// The subject; without a type it is the first that the rules let act.
  func subject(in store: GatedStore) -> Request.Entity {
    if let slash = user.firstIndex(of: "/") {
      return .init(type: String(user[..<slash]), id: String(user[user.index(after: slash)...]))
    }
    return .init(type: store.ruleSet.subjectTypes.first ?? "User", id: user)
  }
}

/// `NAME=VALUE` on the command line.
enum Pairs {
  /// Whether a text is a name, `=` and a value, and not an expression.
  static func isPair(_ text: String) -> Bool {
    guard let equal = text.firstIndex(of: "="), equal != text.startIndex else { return false }
    let isName = text[..<equal].allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
    let rest = text[text.index(after: equal)...]
    return isName && !rest.hasPrefix("=")
  }

  /// Reads pairs; each value as its declaration asks.
  static func read(_ pairs: [String], _ read: (String, String) throws -> Value) throws -> [String: Value] {
    var values: [String: Value] = [:]
    for pair in pairs {
      guard let equal = pair.firstIndex(of: "=") else {
        throw ValidationError("'\(pair)' is no NAME=VALUE")
      }
      let name = String(pair[..<equal])
      guard values[name] == nil else { throw ValidationError("'\(name)' is given twice") }
      values[name] = try read(name, String(pair[pair.index(after: equal)...]))
    }
    return values
  }
}
