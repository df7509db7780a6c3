import BylawModel
import BylawSyntax

/// What only follows from a mistake that is reported already is not reported again.
extension RuleSetChecker {
  /// Codes that say that a name stands for nothing.
  private static let nameCodes: Set<String> = ["unknown-name", "unknown-type", "unknown-function", "unknown-role"]

  /// The diagnostics without those about names whose definition could not be read.
  func withoutFollowOns(_ all: [Diagnostic]) -> [Diagnostic] {
    all.filter { diagnostic in
      guard Self.nameCodes.contains(diagnostic.code.rawValue) else { return true }
      if diagnostic.code == "unknown-role", roleWords.isEmpty, manifestMembers?["role"] != nil { return false }
      let name = word(at: diagnostic.range)
      return !isBroken(name)
    }
  }

  /// The name that a diagnostic underlines, without quotes.
  private func word(at range: SourceRange) -> String {
    let bytes = sources[range.file].bytes
    let end = min(Int(range.end), bytes.count)
    guard Int(range.start) < end else { return "" }
    let text = String(decoding: bytes[Int(range.start)..<end], as: UTF8.self)
    return text.trimming { $0 == "\"" || $0 == "'" }
  }

  /// Whether a name is defined somewhere, in a way that was refused.
  private func isBroken(_ name: String) -> Bool {
    if let inner = name.split(separator: "(").dropFirst().first, name.hasSuffix(")"),
      Self.voteKinds.contains(where: { name.hasPrefix($0 + "(") })
    {
      return isBroken(String(inner.dropLast()))
    }
    if cyclicNames.contains(name) { return true }
    return Self.sectionNames.contains { section in
      guard sections[section]?.contains(where: { $0.key.text == name }) ?? false else { return false }
      return !isKnown(name, in: section)
    }
  }

  /// Whether what a section defines under a name can be used.
  private func isKnown(_ name: String, in section: String) -> Bool {
    switch section {
    case "enums": vocabulary.enums[name] != nil
    case "records": vocabulary.records[name] != nil
    case "entities": vocabulary.entities[name] != nil
    case "conditions", "classifications", "calendars": vocabulary.functions[name] != nil
    case "thresholds": vocabulary.thresholds[name] != nil
    case "singletons", "constants": globalScope.names[name] != nil
    case "facts": isMember(name, of: "facts")
    case "context": isMember(name, of: "context")
    case "actions": actionIndex[name] != nil
    case "derived_roles": derivedRoles[name] != nil
    case "parties": rules.parties.contains { $0.name == name }
    default: true
    }
  }

  private func isMember(_ name: String, of namespace: String) -> Bool {
    guard case .namespace(let members) = globalScope.names[namespace] else { return false }
    return members[name] != nil
  }

  // MARK: Entries that reach several actions

  /// Checks an entry once for each action that it reaches.
  ///
  /// A mistake that shows in several is reported once; one that does not show in all of them says in which.
  mutating func forEachAction(_ actions: [Int], _ body: (inout RuleSetChecker, Int) -> Void) {
    let before = reader.diagnostics
    var found: [(diagnostic: Diagnostic, actions: [Int])] = []
    for action in actions {
      reader.diagnostics = Diagnostics()
      body(&self, action)
      for diagnostic in reader.diagnostics.all {
        let known = found.firstIndex {
          $0.diagnostic.range == diagnostic.range && $0.diagnostic.code == diagnostic.code
        }
        if let known {
          if found[known].actions.last != action { found[known].actions.append(action) }
        } else {
          found.append((diagnostic, [action]))
        }
      }
    }
    reader.diagnostics = before
    for (diagnostic, places) in found {
      let isEverywhere = places.count == actions.count
      let reached = isEverywhere ? nil : places.first.map { rules.actions[$0] }
      reader.diagnostics.report(Messages.reaching(diagnostic, action: reached, others: places.count - 1))
    }
  }
}
