import BylawCompiler
import BylawModel
import BylawSyntax
import Crypto

/// Reads the files of a rule set from its folder, and from the folders that its manifest uses.
struct RuleSetDirectory {
  /// The rule files in the order of their paths relative to the rule folder.
  private(set) var files: [RuleSetFile] = []
  /// What stands in the folders and is not read, with its path relative to the rule folder and the path that is shown.
  private(set) var unread: [(entry: FolderListing.Unread, path: String, shownPath: String)] = []
  /// The folders and files that were read, by their real paths.
  private var seen: Set<String> = []

  /// A folder as it is found, as the rule folder sees it, and as people see it.
  private struct Folder {
    /// Without links.
    var location: String
    /// Relative to the rule folder, which is the empty path itself.
    var path: String
    var shownPath: String
    /// Whether a manifest names it, so that its own manifest is not that of the rule set.
    var isUsed: Bool
  }

  /// - Throws: `LoadError` when a folder or a file cannot be read, or when there is no rule file.
  init(_ path: String) throws {
    try add(Folder(location: Disk.real(path), path: "", shownPath: path, isUsed: false))
    guard !files.isEmpty else { throw LoadError.noRuleFiles(path) }
    // Neither the name by which the folder was called nor the order of the disk shows in anything.
    files.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  private mutating func add(_ folder: Folder) throws {
    guard seen.insert(folder.location).inserted else { return }
    guard Disk.isFolder(folder.location), let listing = FolderListing(folder.location, skipping: "tests") else {
      throw LoadError.notAFolder(folder.shownPath)
    }
    for entry in listing.unread {
      unread.append((entry, RulePath.join(folder.path, entry.name), Self.shown(folder, entry.name)))
    }
    // The manifest first: a folder that it uses may lie within this one.
    for name in listing.names.filter({ $0 == "bylaw.yaml" }) + listing.names.filter({ $0 != "bylaw.yaml" }) {
      try add(name, in: folder)
    }
  }

  private mutating func add(_ name: String, in folder: Folder) throws {
    let location = "\(folder.location)/\(name)"
    let shownPath = Self.shown(folder, name)
    // Without a link at its end the path is that of the file itself, as that of the folder is.
    let isLink = Disk.kind(of: location, following: false) == .link
    guard seen.insert(isLink ? Disk.real(location) : location).inserted else { return }
    guard let bytes = Disk.contents(of: location) else { throw LoadError.unreadable(shownPath) }
    let isManifest = name == "bylaw.yaml"
    let file = RuleSetFile(path: RulePath.join(folder.path, name), shownAs: shownPath, bytes: bytes)
    if isManifest {
      for used in Self.uses(bytes) {
        let target = Self.used(used.text, by: folder)
        guard Disk.isFolder(target.location) else { throw LoadError.invalidRules(Self.noFolder(used, in: file)) }
        try add(target)
      }
    }
    if !(folder.isUsed && isManifest) { files.append(file) }
  }

  // MARK: Paths

  /// The folder that `name` leads to from the manifest of another.
  private static func used(_ name: String, by folder: Folder) -> Folder {
    let location = Disk.real(name.hasPrefix("/") ? name : "\(folder.location)/\(name)")
    // Without `..` the path is easier to read; behind a link it would lead elsewhere.
    let short = RulePath.join(folder.shownPath, name)
    let isSame = Disk.real(short.isEmpty ? "." : short) == location
    let long = name.hasPrefix("/") ? name : shown(folder, name)
    return Folder(
      location: location, path: RulePath.join(folder.path, name), shownPath: isSame ? short : long, isUsed: true)
  }

  /// The path of a file as people see it from where they named the folder.
  private static func shown(_ folder: Folder, _ name: String) -> String {
    let path = folder.shownPath
    if path == "." || path == "./" || path.isEmpty { return name }
    return path.hasSuffix("/") ? path + name : "\(path)/\(name)"
  }

  // MARK: Contents

  /// The folders under `uses:` of a manifest.
  private static func uses(_ bytes: [UInt8]) -> [Scalar] {
    var sources = SourceMap()
    let file = sources.add(path: "bylaw.yaml", bytes: bytes)
    var diagnostics = Diagnostics()
    var nodesLeft = YAMLReader.ruleSetNodeLimit
    guard let node = YAMLReader.read(file, in: sources, diagnostics: &diagnostics, nodesLeft: &nodesLeft),
      case .mapping(let entries) = node.kind,
      let uses = entries.first(where: { $0.key.text == "uses" })
    else { return [] }
    switch uses.value.kind {
    case .scalar(let scalar): return [scalar]
    case .sequence(let nodes):
      return nodes.compactMap { node in
        if case .scalar(let scalar) = node.kind { scalar } else { nil }
      }
    case .mapping: return []
    }
  }

  /// The error at the entry of a manifest that leads nowhere.
  private static func noFolder(_ used: Scalar, in manifest: RuleSetFile) -> RuleSetReport {
    var sources = SourceMap()
    // The manifest is the first file of its map here as it was in that of `uses`.
    _ = sources.add(path: manifest.path, shownAs: manifest.shownPath, bytes: manifest.bytes)
    let diagnostic = Diagnostic(
      "unknown-folder", at: used.range, "there is no folder '\(used.text)'",
      expected: "a folder, by its path from that of this manifest")
    return RuleSetReport(diagnostics: [diagnostic], sources: sources)
  }

  /// `sha256:` and the digest over the paths, relative to the rule folder, and the contents of all files.
  static func digest(_ files: [RuleSetFile]) -> String {
    var hasher = SHA256()
    for file in files.sorted(by: { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }) {
      hasher.update(data: Array("\(file.path.utf8.count):\(file.path)\(file.bytes.count):".utf8))
      hasher.update(data: file.bytes)
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
  /// The folder at this path has no file that ends in `.yaml`.
  case noRuleFiles(String)
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
    case .noRuleFiles(let path): "'\(path)' has no rule files, expected bylaw.yaml and other files that end in .yaml"
    case .unreadable(let path): "'\(path)' cannot be read"
    case .invalidRules(let report): report.text()
    }
  }
}
