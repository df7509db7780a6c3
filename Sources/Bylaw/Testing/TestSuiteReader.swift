import BylawEvaluator
import BylawModel
import BylawSyntax

/// What the test files of a rule set say.
struct TestSuite: Sendable {
  /// The cases of all files, in their order.
  var tests: [DecisionTest] = []
  /// The scenarios of all files, in their order.
  var scenarios: [Scenario] = []
  /// Clause ids that wait for something else than a decision test, with the reason.
  var waits: [(clause: String, why: String, place: String)] = []
  /// Where tests name clauses.
  var clauses: [(clause: String, place: String)] = []
}

/// Reads the test files of a rule set; all mistakes of all files come in one run.
struct TestSuiteReader: ~Copyable {
  static let fileKeys = ["now", "uses", "records", "values", "context", "tests", "scenarios", "waits"]
  static let testKeys = ["sop", "request", "expect", "cases", "columns", "rows"]
  static let caseKeys = ["sop", "request", "expect"]

  /// One file, before its tests are read.
  struct File {
    var name: String
    var id: FileID
    var root: Node
  }

  let ruleSet: RuleSet
  var sources = SourceMap()
  var diagnostics = Diagnostics()
  var files: [File] = []
  var suite = TestSuite()
  /// Checks values of records as the rules declare them.
  var frame: Frame
  private var testNames: [String: SourceRange] = [:]

  private init(_ ruleSet: RuleSet) {
    self.ruleSet = ruleSet
    frame = Frame(plan: ruleSet.plan.expressions)
    frame.reset(source: nil, now: Timestamp(seconds: 0), inputCount: 0)
  }

  /// The tests of the files; `shownAs` stands before their names in places.
  static func read(
    _ files: [(name: String, bytes: [UInt8])], shownAs folder: String, for ruleSet: RuleSet
  ) -> (suite: TestSuite, report: RuleSetReport) {
    var reader = TestSuiteReader(ruleSet)
    let prefix = folder.isEmpty || folder.hasSuffix("/") ? folder : folder + "/"
    for file in files {
      let id = reader.sources.add(path: prefix + file.name, bytes: file.bytes)
      guard let root = YAMLReader.read(id, in: reader.sources, diagnostics: &reader.diagnostics) else { continue }
      reader.files.append(File(name: file.name, id: id, root: root))
    }
    for file in reader.files { reader.read(file) }
    return (reader.suite, RuleSetReport(diagnostics: reader.diagnostics.all, sources: reader.sources))
  }

  // MARK: Files

  private mutating func read(_ file: File) {
    guard let entries = mapping(file.root, "a test file", keys: Self.fileKeys) else { return }
    for entry in entries where entry.key.text == "waits" { readWaits(entry.value) }
    var visited: Set<String> = []
    let records = recordTree(of: file, visited: &visited)
    guard file.root["tests"] != nil || file.root["scenarios"] != nil else { return }
    let base = RecordTree(records, reader: &self)
    if let scenarios = file.root["scenarios"] {
      var seen: Set<String> = []
      readScenarios(scenarios.replacing(values(of: file, visited: &seen)), in: file, records: base)
    }
    guard let tests = file.root["tests"] else { return }
    guard let named = tests.entries else {
      return report(TestMessages.wrongKind(tests, expected: "a mapping of tests by their names", of: "'tests'"))
    }
    for test in named {
      claim(test.key)
      readTest(test, in: file, records: base)
    }
  }

  /// Takes the name of a test or a scenario; no two have the same.
  mutating func claim(_ name: Scalar) {
    if let first = testNames[name.text] {
      report(TestMessages.duplicateTest(name, first: first))
    } else {
      testNames[name.text] = name.range
    }
  }

  private mutating func readWaits(_ node: Node) {
    guard let entries = node.entries else {
      return report(TestMessages.wrongKind(node, expected: "a mapping from clause to reason", of: "'waits'"))
    }
    for entry in entries {
      guard let why = entry.value.scalarContent, !why.isEmptyPlain else {
        report(TestMessages.wrongKind(entry.value, expected: "a sentence", of: "the reason of '\(entry.key.text)'"))
        continue
      }
      suite.waits.append((entry.key.text, why.text, sources.place(entry.key.range)))
    }
  }

  /// The records of a file laid over those of the files that it uses.
  private mutating func recordTree(of file: File, visited: inout Set<String>) -> Node {
    var tree = Node(kind: .mapping([]), range: SourceRange(file: file.id, start: 0, end: 0))
    guard visited.insert(file.name).inserted else { return tree }
    for other in usedFiles(file, reports: true) { tree = tree.merged(with: recordTree(of: other, visited: &visited)) }
    guard let own = file.root["records"] else { return tree }
    guard own.entries != nil else {
      report(TestMessages.wrongKind(own, expected: "a mapping TYPE -> id -> fields", of: "'records'"))
      return tree
    }
    return tree.merged(with: own)
  }

  /// The values that scenarios of a file may name, its own laid over those of the files that it uses.
  private mutating func values(of file: File, visited: inout Set<String>) -> [String: Node] {
    guard visited.insert(file.name).inserted else { return [:] }
    var values: [String: Node] = [:]
    for other in usedFiles(file, reports: false) { values.merge(self.values(of: other, visited: &visited)) { $1 } }
    guard let own = file.root["values"] else { return values }
    guard let entries = own.entries else {
      report(TestMessages.wrongKind(own, expected: "a mapping of values by their names", of: "'values'"))
      return values
    }
    for entry in entries { values[entry.key.text] = entry.value.replacing(values) }
    return values
  }

  /// The files whose records a file takes over; what is wrong with them is reported once.
  private mutating func usedFiles(_ file: File, reports: Bool) -> [File] {
    let folder = file.name.split(separator: "/").dropLast().joined(separator: "/")
    var found: [File] = []
    for used in file.root["uses"].map({ $0.elements ?? [$0] }) ?? [] {
      guard let scalar = used.scalarContent else {
        if reports { report(TestMessages.wrongKind(used, expected: "the name of a test file", of: "'uses'")) }
        continue
      }
      let name = Self.path(scalar.text, from: folder)
      guard let other = files.first(where: { $0.name == name }) else {
        let beside = files.map(\.name).filter { $0 != file.name }
        if reports { report(TestMessages.noSuchFile(scalar, known: beside)) }
        continue
      }
      found.append(other)
    }
    return found
  }

  /// A path as it is written in a file of a folder; `..` is the folder above.
  private static func path(_ written: String, from folder: String) -> String {
    var parts = folder.split(separator: "/")
    for part in written.split(separator: "/") where part != "." {
      if part == "..", !parts.isEmpty { parts.removeLast() } else { parts.append(part) }
    }
    return parts.joined(separator: "/")
  }

  // MARK: Tests

  private mutating func readTest(_ test: Node.Entry, in file: File, records: RecordTree) {
    guard let entries = mapping(test.value, "a test", keys: Self.testKeys) else { return }
    let empty = Node(kind: .mapping([]), range: test.key.range)
    let common = TestParts(
      name: test.key, request: test.value["request"] ?? empty, expect: test.value["expect"] ?? empty,
      clauses: clauses(test.value["sop"]), fileNow: file.root["now"], records: records)
    let cases = test.value["cases"]
    let columns = test.value["columns"]
    if cases != nil, let columns = entries.first(where: { $0.key.text == "columns" }), !columns.value.isEmpty {
      report(TestMessages.casesAndColumns(at: columns.key.range))
    } else if let columns {
      readTable(columns, rows: test.value["rows"], common)
    } else if let cases {
      guard let named = cases.entries else {
        return report(TestMessages.wrongKind(cases, expected: "a mapping of cases by their names", of: "'cases'"))
      }
      for entry in named { readCase(entry, common) }
    } else {
      add(common, caseName: nil, at: test.key.range)
    }
  }

  private mutating func readCase(_ entry: Node.Entry, _ common: TestParts) {
    var parts = common
    if !entry.value.isEmpty {
      guard mapping(entry.value, "a case", keys: Self.caseKeys) != nil else { return }
      if let request = entry.value["request"] { parts.request = parts.request.merged(with: request) }
      if let expect = entry.value["expect"] { parts.expect = parts.expect.merged(with: expect) }
      parts.clauses += clauses(entry.value["sop"])
    }
    add(parts, caseName: entry.key.text, at: entry.key.range)
  }

  mutating func clauses(_ node: Node?) -> [String] {
    guard let node else { return [] }
    return (node.elements ?? [node]).compactMap { element in
      guard let scalar = element.scalarContent else {
        report(TestMessages.wrongKind(element, expected: "the id of a clause", of: "'sop'"))
        return nil
      }
      suite.clauses.append((scalar.text, sources.place(scalar.range)))
      return scalar.text
    }
  }

  // MARK: Reporting

  mutating func report(_ diagnostic: Diagnostic) { diagnostics.report(diagnostic) }

  /// The entries of a mapping with known keys; unknown ones are reported.
  mutating func mapping(_ node: Node, _ what: String, keys: [String]) -> [Node.Entry]? {
    guard let entries = node.entries else {
      report(TestMessages.wrongKind(node, expected: "a mapping", of: what))
      return nil
    }
    for entry in entries where !keys.contains(entry.key.text) {
      report(TestMessages.unknownKey(entry.key, in: what, known: keys))
    }
    return entries
  }
}

/// The parts of a test that a case is made of.
struct TestParts {
  var name: Scalar
  var request: Node
  var expect: Node
  var clauses: [String]
  var fileNow: Node?
  var records: RecordTree
}
