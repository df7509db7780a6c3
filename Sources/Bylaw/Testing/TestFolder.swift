import BylawSyntax
import Foundation

/// The test files of a folder, as bytes.
struct TestFolder {
  /// Paths below the folder, with `/`, and their bytes; by path.
  private(set) var files: [(name: String, bytes: [UInt8])] = []
  /// What stands in the folder and is not read.
  private(set) var unread: [FolderListing.Unread] = []

  /// Reads every `*.yaml` below a folder; a folder that is not there has no files.
  ///
  /// - Throws: `LoadError.unreadable` for a file that cannot be read.
  init(_ path: String) throws {
    let folder = URL(fileURLWithPath: path).resolvingSymlinksInPath()
    guard let listing = FolderListing(folder) else { return }
    for name in listing.names {
      let file = folder.appendingPathComponent(name)
      guard let data = FileManager.default.contents(atPath: file.path) else {
        throw LoadError.unreadable("\(path)/\(name)")
      }
      files.append((name, [UInt8](data)))
    }
    unread = listing.unread
  }
}
