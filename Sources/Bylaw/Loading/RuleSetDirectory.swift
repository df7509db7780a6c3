import BylawCompiler
import BylawModel
import BylawSyntax
import Crypto
import Foundation

/// Reads the files of a rule set from its folder, and from the folders that its manifest uses.
struct RuleSetDirectory {
  private(set) var files: [RuleSetFile] = []
  private var seen: Set<String> = []

  /// - Throws: `LoadError` when a folder or a file cannot be read.
  init(_ path: String) throws {
    try add(folder: URL(fileURLWithPath: path), shownAs: path, isUsed: false)
  }

  private mutating func add(folder: URL, shownAs path: String, isUsed: Bool) throws {
    let folder = folder.standardizedFileURL.resolvingSymlinksInPath()
    guard seen.insert(folder.path).inserted else { return }
    let manager = FileManager.default
    var isFolder: ObjCBool = false
    guard manager.fileExists(atPath: folder.path, isDirectory: &isFolder), isFolder.boolValue else {
      throw LoadError.notAFolder(path)
    }
    for name in try Self.ruleFiles(in: folder, shownAs: path) {
      let file = folder.appendingPathComponent(name)
      guard let data = manager.contents(atPath: file.path) else { throw LoadError.unreadable(name) }
      let bytes = [UInt8](data)
      let isManifest = name == "bylaw.yaml"
      if isManifest {
        for used in Self.uses(bytes) {
          try add(folder: folder.appendingPathComponent(used), shownAs: used, isUsed: true)
        }
      }
      if !(isUsed && isManifest) {
        files.append(RuleSetFile(path: path == "." ? name : "\(Self.trimmed(path))/\(name)", bytes: bytes))
      }
    }
  }

  private static func trimmed(_ path: String) -> String {
    path.hasSuffix("/") ? String(path.dropLast()) : path
  }

  /// The rule files below a folder, without those of its tests, in the order of their names.
  private static func ruleFiles(in folder: URL, shownAs path: String) throws -> [String] {
    guard let all = FileManager.default.enumerator(atPath: folder.path) else { throw LoadError.notAFolder(path) }
    var names: [String] = []
    for case let name as String in all {
      let parts = name.split(separator: "/")
      if parts.contains("tests") || parts.contains(where: { $0.hasPrefix(".") }) { continue }
      if name.hasSuffix(".yaml") || name.hasSuffix(".yml") { names.append(name) }
    }
    return names.sorted()
  }

  /// The folders under `uses:` of a manifest.
  private static func uses(_ bytes: [UInt8]) -> [String] {
    var sources = SourceMap()
    let file = sources.add(path: "bylaw.yaml", bytes: bytes)
    var diagnostics = Diagnostics()
    var nodesLeft = YAMLReader.ruleSetNodeLimit
    guard let node = YAMLReader.read(file, in: sources, diagnostics: &diagnostics, nodesLeft: &nodesLeft),
      case .mapping(let entries) = node.kind,
      let uses = entries.first(where: { $0.key.text == "uses" })
    else { return [] }
    switch uses.value.kind {
    case .scalar(let scalar): return [scalar.text]
    case .sequence(let nodes):
      return nodes.compactMap { node in
        if case .scalar(let scalar) = node.kind { scalar.text } else { nil }
      }
    case .mapping: return []
    }
  }

  /// `sha256:` and the digest over the paths and contents of all files.
  static func digest(_ files: [RuleSetFile]) -> String {
    var hasher = SHA256()
    for file in files.sorted(by: { $0.path < $1.path }) {
      let name = file.path.split(separator: "/").last.map(String.init) ?? file.path
      hasher.update(data: Data("\(name.utf8.count):\(name)\(file.bytes.count):".utf8))
      hasher.update(data: Data(file.bytes))
    }
    return "sha256:"
      + hasher.finalize().map { byte in
        let digits = String(byte, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
      }.joined()
  }
}

/// Why a rule set could not be read at all.
public enum LoadError: Error, Sendable, Hashable {
  /// There is no folder at this path.
  case notAFolder(String)
  /// The file cannot be read.
  case unreadable(String)
  /// The rules have errors; `report` shows each with its place.
  case invalidRules(RuleSetReport)
}

extension LoadError: CustomStringConvertible {
  /// The error in one line, or the report of all errors of the rules.
  public var description: String {
    switch self {
    case .notAFolder(let path): "'\(path)' is no folder of rules"
    case .unreadable(let path): "'\(path)' cannot be read"
    case .invalidRules(let report): report.text()
    }
  }
}
