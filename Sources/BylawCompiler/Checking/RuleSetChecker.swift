import BylawModel
package import BylawSyntax

/// One of the files of a rule set, as read from disk or held in memory.
package struct RuleSetFile: Sendable {
  /// The path relative to the rule folder: what decisions and the digest know the file by.
  package var path: String
  /// The path that diagnostics show.
  package var shownPath: String
  package var bytes: [UInt8]

  package init(path: String, shownAs shownPath: String? = nil, bytes: [UInt8]) {
    self.path = path
    self.shownPath = shownPath ?? path
    self.bytes = bytes
  }
}

/// What a load gives: the checked rule set when no error was found, and everything that was found.
package struct CheckResult: Sendable {
  package var ruleSet: CheckedRuleSet?
  package var diagnostics: [Diagnostic]
  package var sources: SourceMap
  /// What is left to be looked for, where the rule set has no errors and warnings were put off.
  package var deferredWarnings: ConditionAnalysis?

  /// All diagnostics, with the warnings that were put off; `ruleSet` is that of this result.
  package func allDiagnostics() -> [Diagnostic] {
    guard let deferredWarnings, let ruleSet else { return diagnostics }
    var all = diagnostics
    all.insert(
      contentsOf: deferredWarnings.warnings(in: ruleSet, sources: sources), at: deferredWarnings.position)
    return all
  }
}

/// Reads and checks a rule set as a whole; all errors of all files come in one run.
package struct RuleSetChecker {
  let sources: SourceMap
  var reader = NodeReader()
  var rules = CheckedRuleSet()
  var checker: ExpressionChecker
  /// The definitions of all files, by section, in file order.
  var sections: [String: [Node.Entry]] = [:]
  /// Where each name of a section is defined, by section and name.
  private var definedNames: [String: [String: SourceRange]] = [:]
  var manifestMembers: Members?
  /// How many keys and values the files may still have.
  private var nodesLeft = YAMLReader.ruleSetNodeLimit
  /// Names that every expression can use.
  var globalScope = Scope()
  var groups: [String: [Scalar]] = [:]
  var groupKeys: [String: SourceRange] = [:]
  var derivedRoles: [String: DerivedRole] = [:]
  var roleWords: [String] = []
  var actionIndex: [String: Int] = [:]
  var actionScopes: [Scope] = []
  /// Which actions have approvals, with the entries that state them.
  var approvalEntries: [ApprovalEntry] = []
  /// The variable `approver` of the approval read last.
  var lastApprover = -1
  /// The exceptions to each rule, by its id; whom they are for is checked in each action that the rule reaches.
  var exceptions: [String: [(exception: CheckedRuleSet.Exception, condition: Node)]] = [:]

  /// For the constants that are worked out on the way.
  let schemaTables = ConstantEvaluator.SchemaTables()
  /// Defaults and constants with the declarations that they stand under.
  var declaredValues: [DeclaredValue] = []
  /// What was found in expressions that are checked once for each action.
  var constantMistakes: [SourceRange: [Diagnostic]] = [:]
  /// The thresholds that read the request of an action, by name.
  var actionThresholds: [String: ActionThreshold] = [:]

  /// Conditions, classifications and facts that are defined by themselves.
  var cyclicNames: Set<String> = []
  /// Whether an expression that was checked goes through a list, or may do so.
  var foundLoops = false
  /// By entry of the section `rules`, whether it reaches an action.
  var reachingRules: [Bool] = []
  /// Whether warnings that decide nothing may wait until somebody asks for them.
  var defersWarnings = false
  /// Those that wait.
  var deferredWarnings: ConditionAnalysis?
  /// A condition of a list, and the file that it stands for.
  private var listing: (text: ListingText, file: FileID)?
  /// Whether some file is no YAML that can be read.
  private var hasUnreadFile = false

  /// A relation that stands for a role, for each entity that it is declared for.
  struct DerivedRole {
    /// `it` in the relation.
    var local: Int
    var conditions: [(entity: Int, condition: TypedExpression)]
    var range: SourceRange
  }

  static let sectionNames = [
    "enums", "records", "entities", "singletons", "constants", "context", "parties", "facts", "conditions",
    "classifications", "calendars", "groups", "grants", "derived_roles", "actions", "rules", "approvals",
    "thresholds", "overrides", "exceptions", "reactions", "reads", "guarantees", HandOver.section,
  ]

  private init(sources: SourceMap) {
    self.sources = sources
    checker = ExpressionChecker(vocabulary: Vocabulary())
    reader.sources = sources
  }

  /// Checks the files of one rule set; the manifest is the file named `bylaw.yaml` that states `bylaw:`.
  ///
  /// - `listing`: A condition of a list that is checked with them.
  /// - `defersWarnings`: Whether warnings that take long to find may wait for `allDiagnostics()`. Errors never wait.
  package static func check(
    _ files: [RuleSetFile], listing: ListingText? = nil, defersWarnings: Bool = false
  ) -> CheckResult {
    var sources = SourceMap()
    let identifiers = files.map { sources.add(path: $0.path, shownAs: $0.shownPath, bytes: $0.bytes) }
    let asked = listing.map { ($0, sources.add(path: listingPath, bytes: Array($0.text.utf8))) }
    var checker = RuleSetChecker(sources: sources)
    checker.listing = asked
    checker.defersWarnings = defersWarnings
    for identifier in identifiers {
      checker.readFile(identifier)
    }
    if checker.hasUnreadFile {
      // What the other files say is not judged: names and types of the rules may stand in the file that is not read.
    } else if checker.manifestMembers != nil {
      checker.checkAll()
    } else if !checker.reader.diagnostics.hasErrors, let first = identifiers.first {
      checker.report(
        "missing-manifest", at: SourceRange(file: first, start: 0, end: 0), "this rule set has no manifest",
        expected: "a file bylaw.yaml that starts with 'bylaw: 1'")
    }
    let diagnostics = checker.reader.diagnostics
    // With two rule sets in one folder nothing else that is found says anything.
    let manifests = diagnostics.all.filter { $0.code == "duplicate-manifest" }
    let isUsable = !diagnostics.hasErrors && !checker.hasUnreadFile && checker.manifestMembers != nil
    var result = CheckResult(
      ruleSet: isUsable ? checker.rules : nil,
      diagnostics: manifests.isEmpty ? checker.withoutFollowOns(diagnostics.all) : manifests, sources: sources)
    if isUsable, var deferred = checker.deferredWarnings {
      deferred.position = checker.withoutFollowOns(Array(diagnostics.all.prefix(deferred.position))).count
      result.deferredWarnings = deferred
    }
    return result
  }

  private mutating func readFile(_ file: FileID) {
    let tree = YAMLReader.read(file, in: sources, diagnostics: &reader.diagnostics, nodesLeft: &nodesLeft)
    guard let node = tree else {
      hasUnreadFile = true
      return
    }
    guard let members = reader.mapping(node, as: "a rule file") else { return }
    if members.key("bylaw") != nil {
      readManifest(node)
      return
    }
    for entry in members.entries where reader.diagnostics.all.count < YAMLReader.mistakeLimit {
      let name = entry.key.text
      guard Self.sectionNames.contains(name) else {
        reader.diagnostics.report(Messages.unknownKey(entry.key, in: "a rule file", known: Self.sectionNames))
        continue
      }
      guard !entry.value.isAbsent, let content = reader.entries(entry.value, as: "'\(name)'") else { continue }
      // Taken out while they grow, so that each definition is looked up once.
      var defined = definedNames.removeValue(forKey: name) ?? [:]
      var section = sections.removeValue(forKey: name) ?? []
      if section.isEmpty {
        defined.reserveCapacity(content.count)
        section.reserveCapacity(content.count)
      }
      for definition in content {
        if let first = defined.updateValue(definition.key.range, forKey: definition.key.text) {
          defined[definition.key.text] = first
          reader.diagnostics.report(
            Messages.duplicate(
              definition.key.text, what: Self.singular(name), at: definition.key.range, first: first))
          continue
        }
        section.append(definition)
      }
      definedNames[name] = defined
      sections[name] = section
    }
  }

  private static func singular(_ section: String) -> String {
    switch section {
    case "entities": "entity"
    case "parties": "party"
    case "context": "context member"
    case "grants": "grant"
    default: String(section.dropLast()).replacingUnderscores
    }
  }

  private mutating func checkAll() {
    checkVocabulary()
    checkManifest()
    checkConstantsAndContext()
    checkFunctionsAndFacts()
    checkEntityRules()
    checkPermissions()
    checkThresholds()
    checkParties()
    declareActions()
    checkGroups()
    declareApprovals()
    expandGroups()
    instantiateThresholds()
    checkExceptions()
    checkActions()
    checkRules()
    checkThresholdBands()
    checkApprovals()
    checkOverrides()
    checkReactions()
    checkReads()
    if let listing { check(listing.text, file: listing.file) }
    checkGuarantees()
    checkHandOvers()
    addReferenceRules()
    checkDeclaredValues()
    checkWork()
    analyse()
    sortRules()
    rules.vocabulary = vocabulary
    rules.localCount = checker.makeLocal()
  }

  /// Rules stand in the order of their id, so that the order of files never shows.
  private mutating func sortRules() {
    for index in rules.actions.indices {
      let grants = rules.actions[index].authority.grants
      rules.actions[index].authority.grants =
        grants.filter { !$0.isRule } + grants.filter(\.isRule).inOrder { $0.id < $1.id }
      let notices = rules.actions[index].notices
      rules.actions[index].notices =
        notices.filter { !$0.isRule && $0.band == nil }
        + notices.filter { $0.isRule || $0.band != nil }.inOrder { $0.rule < $1.rule }
      rules.actions[index].rules.sort { ($0.stage.rawValue, $0.id) < ($1.stage.rawValue, $1.id) }
      rules.actions[index].approvals.sort { $0.id < $1.id }
      rules.actions[index].waits.sort { $0.id < $1.id }
    }
  }

  // MARK: Reporting

  mutating func report(
    _ code: DiagnosticCode, at range: SourceRange, _ message: String, expected: String? = nil,
    notes: [Diagnostic.Note] = [], hint: String? = nil
  ) {
    reader.diagnostics.report(
      Diagnostic(code, at: range, message, expected: expected, notes: notes, hint: hint))
  }

  mutating func warn(
    _ code: DiagnosticCode, at range: SourceRange, _ message: String, expected: String? = nil,
    notes: [Diagnostic.Note] = [], hint: String? = nil
  ) {
    reader.diagnostics.report(
      Diagnostic(code, severity: .warning, at: range, message, expected: expected, notes: notes, hint: hint))
  }

  /// Reports keys that do nothing without another one, which `other` names as an author writes it.
  mutating func refuseKeys(_ keys: [String], of members: Members, unless acts: Bool, _ other: String) {
    for key in keys.compactMap({ members.key($0) }) where !acts {
      report("no-effect", at: key.range, "'\(key.text)' has no effect here", expected: "\(other) beside it")
    }
  }

  /// The clauses that an entry names; they are kept for `bylaw trace`.
  mutating func clauses(_ members: Members, owner: String) -> [String] {
    let words = reader.words(members["sop"], as: "'sop'")
    for word in words {
      rules.clauses.append(.init(clause: word.text, owner: owner, range: word.range))
    }
    return words.map(\.text)
  }
}

extension Array {
  /// Sorted, with equal elements in the order in which they stand.
  fileprivate func inOrder(_ precedes: (Element, Element) -> Bool) -> [Element] {
    enumerated().sorted { left, right in
      if precedes(left.element, right.element) { return true }
      return !precedes(right.element, left.element) && left.offset < right.offset
    }.map(\.element)
  }
}

extension String {
  /// `derived_role` as it reads in a sentence: `derived role`.
  var replacingUnderscores: String { String(map { $0 == "_" ? " " : $0 }) }
}
