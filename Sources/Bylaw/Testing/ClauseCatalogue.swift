import BylawModel
import BylawSyntax
import Foundation

/// The clauses of the manuals that rules encode.
public struct ClauseCatalogue: Sendable {
  /// One thing that a manual asks for.
  public struct Clause: Sendable, Hashable {
    /// Manual, section and number: `IM-12.3`.
    public var id: String
    /// What the manual asks for; empty where the catalogue does not say.
    public var must: String
  }
  /// In the order of the file.
  public let clauses: [Clause]

  /// Reads a catalogue: YAML with a list `clauses:` of mappings that have an `id`.
  ///
  /// - Throws: `LoadError.unreadable`, `LoadError.invalidRules` with every mistake.
  public init(contentsOf path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else { throw LoadError.unreadable(path) }
    try self.init(path: path, bytes: [UInt8](data))
  }

  /// Reads a catalogue held in memory.
  ///
  /// - Throws: `LoadError.invalidRules` with every mistake.
  public init(text: String) throws {
    try self.init(path: "clauses.yaml", bytes: Array(text.utf8))
  }

  private init(path: String, bytes: [UInt8]) throws {
    var sources = SourceMap()
    var diagnostics = Diagnostics()
    let file = sources.add(path: path, bytes: bytes)
    var clauses: [Clause] = []
    if let root = YAMLReader.read(file, in: sources, diagnostics: &diagnostics) {
      clauses = Self.read(root, &diagnostics)
    }
    guard !diagnostics.hasErrors else {
      throw LoadError.invalidRules(RuleSetReport(diagnostics: diagnostics.all, sources: sources))
    }
    self.clauses = clauses
  }

  private static func read(_ root: Node, _ diagnostics: inout Diagnostics) -> [Clause] {
    guard let list = root["clauses"], let elements = list.elements else {
      diagnostics.report(TestMessages.missingKey("clauses", in: "a catalogue", at: root.range))
      return []
    }
    var clauses: [Clause] = []
    var seen: [String: SourceRange] = [:]
    for element in elements {
      guard let id = element["id"]?.scalarContent else {
        diagnostics.report(TestMessages.missingKey("id", in: "a clause", at: element.range))
        continue
      }
      if let first = seen[id.text] {
        diagnostics.report(TestMessages.duplicateClause(id, first: first))
      } else {
        seen[id.text] = id.range
        clauses.append(Clause(id: id.text, must: element["must"]?.scalarContent?.text ?? ""))
      }
    }
    return clauses
  }
}
