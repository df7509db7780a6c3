package import BylawCompiler
package import BylawEvaluator
public import BylawModel
package import BylawSyntax
import Synchronization

/// A rule set that was read and checked: what a policy decision point decides by.
///
/// ```swift
/// let ruleSet = try RuleSet(contentsOf: "rules/incident-management")
/// let decisionPoint = PolicyDecisionPoint(ruleSet)
/// ```
public struct RuleSet: Sendable {
  /// What was read, behind one reference: so a rule set is handed on without copying it, and has one size for who
  /// links the library, whatever its parts are made of.
  private final class Content: Sendable {
    let checked: CheckedRuleSet
    let plan: DecisionPlan
    let sources: SourceMap
    let files: [RuleSetFile]
    private let warnings: Mutex<Warnings>

    /// What the check found, or what it takes to find it.
    private enum Warnings {
      case known(RuleSetReport)
      case pending(CheckResult, unread: [Diagnostic])
    }

    init(_ result: CheckResult, _ checked: CheckedRuleSet, unread: [Diagnostic], files: [RuleSetFile], digest: String) {
      self.checked = checked
      self.files = files
      sources = result.sources
      plan = RuleSetPlanner.plan(checked, sources: sources, digest: digest)
      warnings = Mutex(.pending(result, unread: unread))
    }

    /// The warnings, looked for when somebody asks for the first time.
    var report: RuleSetReport {
      warnings.withLock { warnings in
        switch warnings {
        case .known(let report): return report
        case .pending(let result, let unread):
          let report = RuleSetReport(diagnostics: result.allDiagnostics() + unread, sources: result.sources)
          warnings = .known(report)
          return report
        }
      }
    }
  }
  private let content: Content
  package var checked: CheckedRuleSet { content.checked }
  package var plan: DecisionPlan { content.plan }
  package var sources: SourceMap { content.sources }
  /// The files that it was made from.
  package var files: [RuleSetFile] { content.files }
  /// What the check found that is no error.
  ///
  /// Whether conditions can be true and false is looked into when the warnings are asked for, the first time only.
  public var warnings: RuleSetReport { content.report }

  /// Reads and checks the folder at `path`: its manifest `bylaw.yaml` and all `*.yaml` below it but for `tests/`.
  ///
  /// The same files give the same digest and the same places in decisions, wherever the folder stands and however
  /// `path` leads there; only diagnostics show paths that start with `path`. A warning tells of each file in the folder
  /// that is not read.
  /// - Throws: `LoadError`; `.invalidRules` carries every error of every file.
  public init(contentsOf path: String) throws {
    let directory = try RuleSetDirectory(path)
    try self.init(files: directory.files, unread: directory.unread)
  }

  /// Checks rule files held in memory: paths relative to the rule folder, and their text.
  ///
  /// - Throws: `LoadError.invalidRules` with every error.
  public init(files: [(path: String, text: String)]) throws {
    try self.init(files: files.map { RuleSetFile(path: $0.path, bytes: Array($0.text.utf8)) }, unread: [])
  }

  private init(
    files: [RuleSetFile], unread: [(entry: FolderListing.Unread, path: String, shownPath: String)]
  ) throws {
    var result = RuleSetChecker.check(files, defersWarnings: true)
    let warnings = unread.map { $0.entry.warning(path: $0.path, shownAs: $0.shownPath, in: &result.sources) }
    guard let checked = result.ruleSet else {
      throw LoadError.invalidRules(
        RuleSetReport(diagnostics: result.diagnostics + warnings, sources: result.sources))
    }
    content = Content(result, checked, unread: warnings, files: files, digest: RuleSetDirectory.digest(files))
  }

  /// Name, version and digest.
  public var identity: Decision.RuleSetIdentity { plan.identity }

  /// The names of the actions, votes included, in the order of the files.
  public var actions: [String] { checked.actions.map(\.name) }

  /// Which way each named construct works, by kind and name: a condition, a fact, a group of actions, an exception.
  public var directions: [ConstructDirection] {
    DirectionAnalysis.constructs(of: checked).map {
      ConstructDirection(kind: $0.kind, name: $0.name, direction: $0.direction.word)
    }
  }

  /// How much there is of each kind, for people.
  public var summary: [(kind: String, count: Int)] {
    let declared = checked.actions.filter { $0.origin == .declared }
    let rules = Set(checked.actions.flatMap { $0.rules.map(\.id) })
    let approvals = Set(checked.actions.flatMap { $0.approvals.map(\.id) })
    let thresholds = Set(checked.thresholds.map(\.id))
    return [
      ("actions", declared.count), ("rules", rules.count), ("classifications", checked.classifications.count),
      ("approvals", approvals.count), ("thresholds", thresholds.count), ("overrides", checked.overrides.count),
      ("entities", checked.vocabulary.schema.entities.count),
    ]
  }
}

/// Which way a construct of a rule set works, computed from where it is used.
public struct ConstructDirection: Sendable, Hashable {
  /// `condition`, `classification`, `fact`, `constant`, `calendar`, `threshold`, `derived role`, `group`, `permission`,
  /// `override` or `exception`.
  public let kind: String
  /// As the rules call it.
  public let name: String
  /// `tightens` when more of it lets less through, `loosens` when it lets more through, `both`, or `none` when it
  /// decides nothing.
  public let direction: String
}

/// What a check found: errors and warnings with their places.
public struct RuleSetReport: Sendable, Hashable {
  package let diagnostics: [Diagnostic]
  package let sources: SourceMap

  package init(diagnostics: [Diagnostic], sources: SourceMap) {
    self.diagnostics = diagnostics
    self.sources = sources
  }

  /// The number of errors.
  public var errorCount: Int { diagnostics.count { $0.severity == .error } }

  /// The number of warnings.
  public var warningCount: Int { diagnostics.count { $0.severity == .warning } }

  /// The report for people: place, line, underline, expectation and hint of each, at most 100.
  public func text(isColored: Bool = false) -> String {
    DiagnosticReport(diagnostics, in: sources).text(isColored: isColored)
  }

  /// The report as JSON, a contract for tools.
  ///
  /// - Parameter isPretty: One member a line for people, instead of one line.
  /// - Returns: One JSON object, without a line break behind it.
  public func json(isPretty: Bool = false) -> String {
    DiagnosticReport(diagnostics, in: sources).json(isPretty ? .pretty : .compact)
  }

  /// Writes the report as one object.
  package func write(to writer: inout JSONWriter) { DiagnosticReport(diagnostics, in: sources).write(to: &writer) }

  /// Two reports are equal when they say the same.
  public static func == (left: RuleSetReport, right: RuleSetReport) -> Bool {
    left.diagnostics == right.diagnostics
  }

  /// Hashes what the report says.
  public func hash(into hasher: inout Hasher) { hasher.combine(diagnostics) }
}
