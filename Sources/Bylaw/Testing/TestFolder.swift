import BylawSyntax

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
    let folder = Disk.real(path)
    guard let listing = FolderListing(folder) else { return }
    for name in listing.names {
      guard let bytes = Disk.contents(of: "\(folder)/\(name)") else { throw LoadError.unreadable("\(path)/\(name)") }
      files.append((name, bytes))
    }
    unread = listing.unread
  }
}
