/// A type as the generator of rule sets knows it.
indirect enum GeneratedType: Hashable {
  case bool, int, double, string, text, date, timestamp, duration, ratio, json
  case decimal(Int)
  case word(String)
  case reference(String)
  /// `User | Group`.
  case person
  case record(String)
  case list(GeneratedType)
  case map(GeneratedType)
  case range(GeneratedType)
  /// New values for the fields of a document that `GeneratedVocabulary.patched` names.
  case patch
  case optional(GeneratedType)

  /// The type as a rule file writes it.
  var spelling: String {
    switch self {
    case .bool: "bool"
    case .int: "int"
    case .double: "double"
    case .string: "string"
    case .text: "text(1..40)"
    case .date: "date"
    case .timestamp: "timestamp"
    case .duration: "duration"
    case .ratio: "share"
    case .json: "json"
    case .decimal(let scale): "decimal(\(scale))"
    case .word(let name), .reference(let name), .record(let name): name
    case .person: "User | Group"
    // Short, so that loops in each other stay within the steps that rules may take.
    case .list(let element): "list(\(element.spelling), 0..50)"
    case .map(let element): "map(\(element.spelling))"
    case .range(let element): "range(\(element.spelling))"
    case .patch: "patch(Doc, [\(GeneratedVocabulary.patched.joined(separator: ", "))])"
    case .optional(let content): "\(content.spelling)?"
    }
  }

  /// Whether a sentence can hold a value of it.
  var isPrintable: Bool {
    switch self {
    case .record, .map, .json, .range, .patch, .person, .ratio: false
    case .list(let inner), .optional(let inner): inner.isPrintable
    default: true
    }
  }

  /// The type that expressions see: bounded text is text.
  var read: GeneratedType {
    switch self {
    case .text: .string
    case .list(let element): .list(element.read)
    case .map(let element): .map(element.read)
    case .optional(let content): .optional(content.read)
    default: self
    }
  }
}

/// A declared field, input or member of the context.
struct GeneratedField {
  var name: String
  var type: GeneratedType
  /// As it stands after `=`.
  var defaultText: String?
  /// `any` or `acting` before the type.
  var prefix = ""

  /// The declaration in a rule file.
  var line: String {
    "\(name): '\(prefix)\(type.spelling)\(defaultText.map { " = \($0)" } ?? "")'"
  }

  /// The type that reading gives.
  var read: GeneratedType {
    if defaultText != nil, case .optional(let content) = type { return content.read }
    return type.read
  }
}

/// The words and structures that a generated rule set declares.
struct GeneratedVocabulary {
  static let patched = ["count", "title", "due", "amount"]

  var roles: [String] = []
  var enums: [(name: String, words: [String], isOrdered: Bool)] = []
  var records: [(name: String, fields: [GeneratedField])] = []
  var entities: [(name: String, fields: [GeneratedField])] = []

  func words(_ name: String) -> [String] { enums.first { $0.name == name }?.words ?? [] }
  func isOrdered(_ name: String) -> Bool { enums.first { $0.name == name }?.isOrdered ?? false }

  /// The fields behind a reference or in a record.
  func fields(of type: GeneratedType) -> [GeneratedField] {
    switch type {
    case .reference(let name): entities.first { $0.name == name }?.fields ?? []
    case .record(let name): records.first { $0.name == name }?.fields ?? []
    case .patch: fields(of: .reference("Doc")).filter { Self.patched.contains($0.name) }
    default: []
    }
  }
}
