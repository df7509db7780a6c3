import BylawSyntax

/// Puts conditions, classifications and facts into an order in which each comes after those it uses.
struct DefinitionOrder {
  struct Cycle {
    var key: Scalar
    var path: [String]
  }
  private enum State { case open, done }
  private let entries: [String: (section: String, entry: Node.Entry)]
  private let names: [String]
  private var states: [String: State] = [:]
  private var cycles: [Cycle] = []
  private(set) var sorted: [(section: String, entry: Node.Entry)] = []

  init(sections: [String: [Node.Entry]]) {
    var entries: [String: (section: String, entry: Node.Entry)] = [:]
    var names: [String] = []
    for section in ["conditions", "classifications", "facts"] {
      for entry in sections[section] ?? [] {
        let name = section == "facts" ? "facts.\(entry.key.text)" : entry.key.text
        if entries[name] == nil {
          entries[name] = (section, entry)
          names.append(name)
        }
      }
    }
    self.entries = entries
    self.names = names
  }

  /// Fills `sorted`; what lies on a cycle is left out and returned.
  mutating func sort() -> [Cycle] {
    for name in names { visit(name, path: []) }
    return cycles
  }

  private mutating func visit(_ name: String, path: [String]) {
    guard let definition = entries[name], states[name] != .done else { return }
    if states[name] == .open {
      cycles.append(Cycle(key: definition.entry.key, path: Array(path.drop { $0 != name }) + [name]))
      return
    }
    states[name] = .open
    for used in Self.names(in: definition.entry.value) where entries[used] != nil {
      visit(used, path: path + [name])
    }
    states[name] = .done
    sorted.append(definition)
  }

  /// The called names and facts that the expressions of a node mention.
  private static func names(in node: Node) -> [String] {
    switch node.kind {
    case .scalar(let scalar): names(in: scalar.text)
    case .sequence(let elements): elements.flatMap { names(in: $0) }
    case .mapping(let entries): entries.flatMap { names(in: $0.value) }
    }
  }

  private static func isOfWord(_ character: Unicode.Scalar) -> Bool {
    switch character {
    case "a"..."z", "A"..."Z", "0"..."9", "_", ".": true
    default: !character.isASCII && character.properties.isAlphabetic
    }
  }

  private static func names(in text: String) -> [String] {
    var found: [String] = []
    var word = ""
    for character in text.unicodeScalars {
      if isOfWord(character) {
        word.unicodeScalars.append(character)
        continue
      }
      if character == "(" {
        found.append(word)
      } else if word.hasPrefix("facts.") {
        found.append(factName(word))
      }
      word = ""
    }
    if word.hasPrefix("facts.") { found.append(factName(word)) }
    return found
  }

  private static func factName(_ word: String) -> String {
    word.split(separator: ".").prefix(2).joined(separator: ".")
  }
}
