import BylawModel
import BylawStore

/// What the word for proposals is among the things that a step can name.
enum StoredProposalName {
  static let type = StoredProposal.typeName
}

/// What the names of a scenario stand for by now.
struct ScenarioNames {
  private var records: [String: EntityReference] = [:]
  /// Who does the present step.
  var person: String = ""
  var now: Timestamp

  init(now: Timestamp) { self.now = now }

  mutating func give(_ name: String, to record: EntityReference) { records[name] = record }

  /// What `$name` stands for.
  subscript(_ text: String) -> EntityReference? {
    text.hasPrefix("$") ? records[String(text.dropFirst())] : nil
  }

  /// Letters, digits and `_`, a letter first.
  static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, isLetter(first) else { return false }
    return text.utf8.allSatisfy { isLetter($0) || (48...57).contains($0) }
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (65...90).contains(byte) || (97...122).contains(byte) || byte == 95
  }

  /// A value with each `$name` replaced by the id that it stands for.
  func fill(_ value: Value) -> Value {
    switch value {
    case .string(let text): .string(fill(text))
    case .list(let elements): .list(elements.map { fill($0) })
    case .object(let members):
      .object(Dictionary(members.map { (fill($0.key), fill($0.value)) }, uniquingKeysWith: { first, _ in first }))
    default: value
    }
  }

  /// A text with each `$name` in it replaced; names that stand for nothing stay.
  func fill(_ text: String) -> String {
    guard text.utf8.contains(36) else { return text }
    var filled = ""
    var rest = Substring(text)
    while let dollar = rest.firstIndex(of: "$") {
      filled += rest[..<dollar]
      let after = rest[rest.index(after: dollar)...]
      let name = after.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
      if let replacement = replacement(String(name)) {
        filled += replacement
      } else {
        filled += "$" + name
      }
      rest = after[name.endIndex...]
    }
    return filled + rest
  }

  private func replacement(_ name: String) -> String? {
    switch name {
    case "by": person
    case "now": "\(now)"
    default: records[name]?.id
    }
  }
}
