import Foundation

/// A folder of its own for a test, which is gone with it.
final class TemporaryFolder {
  let url: URL

  /// Writes files by their paths below the folder.
  init(_ files: [String: String]) throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("bylaw-\(UUID().uuidString)")
      .resolvingSymlinksInPath()
    for (name, text) in files {
      let file = url.appendingPathComponent(name)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// The whole path of something in the folder.
  func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  /// Makes `name` a link to `target`, another path in the folder.
  func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(atPath: path(name), withDestinationPath: path(target))
  }

  /// The same folder by a path that starts at the working directory.
  func relativePath(_ name: String) -> String {
    let here = FileManager.default.currentDirectoryPath.split(separator: "/")
    return String(repeating: "../", count: here.count) + path(name).dropFirst()
  }
}
