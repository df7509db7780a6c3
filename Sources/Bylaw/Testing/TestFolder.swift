import BylawSyntax
import Foundation

/// The test files of a folder, as bytes.
struct TestFolder {
  /// Paths below the folder, with `/`, and their bytes; by path.
  private(set) var files: [(name: String, bytes: [UInt8])] = []

  /// Reads every `*.yaml` below a folder; a folder that is not there has no files.
  ///
  /// - Throws: `LoadError.unreadable` for a file that cannot be read.
  init(_ path: String) throws {
    let folder = URL(fileURLWithPath: path)
    guard let all = FileManager.default.enumerator(atPath: folder.path) else { return }
    var names: [String] = []
    for case let name as String in all where name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
      if !name.split(separator: "/").contains(where: { $0.hasPrefix(".") }) { names.append(name) }
    }
    for name in names.sorted() {
      let file = folder.appendingPathComponent(name)
      guard let data = FileManager.default.contents(atPath: file.path) else { throw LoadError.unreadable(name) }
      files.append((name, [UInt8](data)))
    }
  }
}
