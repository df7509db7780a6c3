import BylawModel
import BylawSyntax

/// The members of a YAML mapping, by key, after unknown keys are reported.
struct Members {
  var range: SourceRange
  /// In the order of the file.
  let entries: [Node.Entry]
  /// The positions of the entries; empty where they are so few that looking through them is faster.
  private var positions: [String: Int] = [:]
  private static let fewEntries = 12

  init(_ entries: [Node.Entry], range: SourceRange) {
    self.entries = entries
    self.range = range
    guard entries.count > Self.fewEntries else { return }
    positions.reserveCapacity(entries.count)
    for (position, entry) in entries.enumerated() where positions[entry.key.text] == nil {
      positions[entry.key.text] = position
    }
  }

  private func position(of key: String) -> Int? {
    positions.isEmpty ? entries.firstIndex { $0.key.text == key } : positions[key]
  }

  /// The value of a key; `nil` when the key is absent or has nothing after it.
  subscript(_ key: String) -> Node? {
    guard let position = position(of: key), !entries[position].value.isAbsent else { return nil }
    return entries[position].value
  }

  /// Whether a key is there with something after it.
  func states(_ key: String) -> Bool { position(of: key).map { !entries[$0].value.isAbsent } ?? false }

  func key(_ key: String) -> Scalar? { position(of: key).map { entries[$0].key } }

  /// Whether the value of a key was refused where it was read.
  func isRefused(_ key: String) -> Bool { position(of: key).map { entries[$0].value.isRefused } ?? false }
}

extension Node {
  /// `key:` with nothing after it.
  var isAbsent: Bool {
    if case .scalar(let scalar) = kind { return scalar.isEmptyPlain }
    return false
  }

  /// The scalar of a scalar node.
  var scalar: Scalar? {
    if case .scalar(let scalar) = kind { return scalar }
    return nil
  }

  var isMapping: Bool {
    if case .mapping = kind { return true }
    return false
  }

  /// What the node is, in an author's words.
  var kindName: String {
    switch kind {
    case .scalar: isAbsent ? "nothing" : "a text"
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }
}

/// Reads located nodes as what the place expects and reports what is something else.
struct NodeReader {
  var diagnostics = Diagnostics()
  /// The files, for hints that show an author's text again.
  var sources = SourceMap()
  /// Whether in the mapping read last a key or a value was reported: then what it lacks is likely behind that.
  private(set) var hadUnknownKey = false

  /// A mapping with known keys; reports unknown ones with the nearest known, and missing required ones.
  ///
  /// A `title` is a text wherever it may stand; `others` are keys that are reported already.
  mutating func members(
    _ node: Node, of what: String, keys list: KeyList, besides others: [String] = [], required: [String] = []
  ) -> Members? {
    guard let members = mapping(node, as: what) else {
      hadUnknownKey = false
      return nil
    }
    return checked(members, of: what, keys: list, besides: others, required: required)
  }

  /// The members of an entry that states once what it is, with the list of the keys that go with it.
  ///
  /// Where it states nothing or more than one thing, there are none: then `problem` is reported, at `place` or at the
  /// whole entry.
  mutating func members(
    _ node: Node, of what: @autoclosure () -> String, oneOf lists: [KeyList], else problem: String,
    at place: SourceRange? = nil
  ) -> (members: Members, list: KeyList)? {
    guard case .mapping(let entries) = node.kind else {
      reportKind(of: node, expected: "a mapping", what())
      return nil
    }
    let stating = Members(entries, range: node.range)
    let first = lists.firstIndex { stating.states($0.kind) }
    let last = lists.lastIndex { stating.states($0.kind) }
    guard let first, first == last else {
      var keys: [String] = []
      let all = lists.map(\.kind) + lists.flatMap(\.keys)
      let common = ["sop", "title"]
      for key in all.filter({ !common.contains($0) }) + common where !keys.contains(key) { keys.append(key) }
      guard checked(stating, of: what(), keys: keys) != nil, !hadUnknownKey else { return nil }
      diagnostics.report(
        Diagnostic(
          "missing-key", at: place ?? node.range, problem,
          expected: Messages.list(lists.map(\.kind))))
      return nil
    }
    let list = lists[first]
    let keys = list.keys
    guard stating.entries.contains(where: { !keys.contains($0.key.text) }) else {
      hadUnknownKey = stating.entries.contains { $0.value.isRefused }
      if let title = stating["title"] { _ = text(title, as: "'title'") }
      return (stating, list)
    }
    let others = Set(lists.flatMap(\.keys)).subtracting(keys)
    for entry in stating.entries where others.contains(entry.key.text) {
      diagnostics.report(Messages.foreignKey(entry.key, beside: list, in: what()))
    }
    return checked(stating, of: what(), keys: list, besides: Array(others)).map { ($0, list) }
  }

  private mutating func checked(
    _ members: Members, of what: String, keys list: KeyList, besides others: [String] = [], required: [String] = []
  ) -> Members? {
    let keys = others.isEmpty ? list.keys : list.keys + others
    let checked = checked(members, of: what, keys: keys, required: required)
    if let checked, let title = checked["title"], list.keys.contains("title") { _ = text(title, as: "'title'") }
    return checked
  }

  private mutating func checked(
    _ members: Members, of what: String, keys: [String], required: [String] = []
  ) -> Members? {
    var unknown = 0
    var meant: Set<String> = []
    for entry in members.entries where !keys.contains(entry.key.text) {
      diagnostics.report(Messages.unknownKey(entry.key, in: what, known: keys))
      unknown += 1
      if let near = suggestion(for: entry.key.text, among: keys) { meant.insert(near) }
    }
    hadUnknownKey = unknown > 0 || members.entries.contains { $0.value.isRefused }
    var isComplete = true
    for key in required where members[key] == nil {
      isComplete = false
      // What was refused where it was read is not missing too.
      if members.isRefused(key) || meant.contains(key) { continue }
      // An unknown key most likely stands for the missing one.
      if unknown > 0 {
        unknown -= 1
        continue
      }
      diagnostics.report(
        Messages.missingKey(key, in: what, at: members.key(key)?.range ?? firstLine(members.range, members)))
    }
    return isComplete ? members : nil
  }

  private func firstLine(_ range: SourceRange, _ members: Members) -> SourceRange {
    members.entries.first?.key.range ?? range
  }

  /// A mapping with keys of the author's choice.
  mutating func mapping(_ node: Node, as what: String) -> Members? {
    entries(node, as: what).map { Members($0, range: node.range) }
  }

  /// The entries of such a mapping, where none is looked up by its key.
  mutating func entries(_ node: Node, as what: String) -> [Node.Entry]? {
    guard case .mapping(let entries) = node.kind else {
      reportKind(of: node, expected: "a mapping", what)
      return nil
    }
    return entries
  }

  mutating func sequence(_ node: Node, as what: String) -> [Node]? {
    guard case .sequence(let elements) = node.kind else {
      reportKind(of: node, expected: "a list", what)
      return nil
    }
    return elements
  }

  /// One element or a list of them.
  func oneOrMore(_ node: Node) -> [Node] {
    if case .sequence(let elements) = node.kind { return elements }
    return [node]
  }

  mutating func scalar(_ node: Node, as what: String) -> Scalar? {
    guard case .scalar(let scalar) = node.kind, !scalar.isEmptyPlain else {
      reportKind(of: node, expected: "a text", what)
      return nil
    }
    return scalar
  }

  /// The text of a key that may be missing.
  mutating func scalar(ifAny node: Node?, as what: String) -> Scalar? {
    node.flatMap { scalar($0, as: what) }
  }

  /// Reports a node of another kind than its place expects, once: what was refused is reported already.
  mutating func reportKind(of node: Node, expected: String, _ what: String) {
    guard !node.isRefused else { return }
    let meant = expected == "a mapping" || expected == "a list" ? nil : sources.textMeant(by: node)
    diagnostics.report(Messages.wrongKind(node, expected: expected, of: what, meant: meant))
  }

  mutating func text(_ node: Node?, as what: String) -> String? {
    guard let node, let scalar = scalar(node, as: what) else { return nil }
    if scalar.text.isBlank {
      diagnostics.report(Messages.blank(scalar, what: what))
      return nil
    }
    return scalar.text
  }

  mutating func bool(_ node: Node?, as what: String) -> Bool? {
    guard let node, let scalar = scalar(node, as: what) else { return nil }
    return scalar.readBool(&diagnostics)
  }

  /// A whole number within bounds.
  mutating func int(_ node: Node?, as what: String, in bounds: ClosedRange<Int>) -> Int? {
    guard let node, let scalar = scalar(node, as: what) else { return nil }
    let range = Int64(bounds.lowerBound)...Int64(bounds.upperBound)
    return scalar.readInt(in: range, &diagnostics).map { Int($0) }
  }

  /// One of a closed set of words.
  mutating func word<Word: RawRepresentable & CaseIterable>(
    _ node: Node?, as what: String, of type: Word.Type
  ) -> Word? where Word.RawValue == String {
    guard let node, let scalar = scalar(node, as: what) else { return nil }
    guard let word = Word(rawValue: scalar.text) else {
      diagnostics.report(Messages.unknownWord(scalar, of: what, known: Word.allCases.map(\.rawValue)))
      return nil
    }
    return word
  }

  /// The words of a scalar or a list of scalars.
  mutating func words(_ node: Node?, as what: String) -> [Scalar] {
    guard let node else { return [] }
    return oneOrMore(node).compactMap { scalar($0, as: what) }
  }
}
