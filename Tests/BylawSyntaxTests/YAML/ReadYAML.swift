import BylawSyntax
import BylawTestSupport

/// A file as the tests read it: the tree, what was reported, and the bytes to look places up in.
struct ReadYAML {
  let node: Node?
  let diagnostics: [Diagnostic]
  let sources: SourceMap
  let bytes: [UInt8]

  init(_ text: String) { self.init(Array(text.utf8)) }

  init(_ bytes: [UInt8]) {
    var sources = SourceMap()
    let file = sources.add(path: "test.yaml", bytes: bytes)
    var diagnostics = Diagnostics()
    node = YAMLReader.read(file, in: sources, diagnostics: &diagnostics)
    self.diagnostics = diagnostics.all
    self.sources = sources
    self.bytes = bytes
  }

  /// What was reported, as an author sees it.
  var report: String { DiagnosticReport(diagnostics, in: sources).text() }

  /// The codes of what was reported, in the order of their places.
  var codes: [String] {
    DiagnosticReport(diagnostics, in: sources).diagnostics.map(\.code.rawValue)
  }

  /// All scalars of the tree, keys included, in the order of the file.
  var scalars: [Scalar] {
    var result: [Scalar] = []
    func collect(_ node: Node) {
      switch node.kind {
      case .scalar(let scalar): result.append(scalar)
      case .sequence(let items): items.forEach(collect)
      case .mapping(let entries):
        for entry in entries {
          result.append(entry.key)
          collect(entry.value)
        }
      }
    }
    if let node { collect(node) }
    return result
  }

  /// The text of the file in a range.
  func text(_ range: SourceRange) -> String {
    String(decoding: bytes[Int(range.start)..<Int(range.end)], as: UTF8.self)
  }

  /// The tree in one line: `{a: [b, c], d: }`.
  var outline: String { node.map(Self.outline) ?? "none" }

  private static func outline(_ node: Node) -> String {
    switch node.kind {
    case .scalar(let scalar): node.isRefused ? "refused" : scalar.text
    case .sequence(let items): "[" + items.map(outline).joined(separator: ", ") + "]"
    case .mapping(let entries):
      "{" + entries.map { "\($0.key.text): \(outline($0.value))" }.joined(separator: ", ") + "}"
    }
  }
}

/// Numbers that are the same in every run (SplitMix64).
struct RepeatableRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
