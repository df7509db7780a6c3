import BylawSyntax

/// What stands in a folder of rules or tests, told apart by whether it is read.
struct FolderListing {
  /// The files that are read: paths below the folder, with `/`, in the order of their bytes.
  private(set) var names: [String] = []
  /// What is not read although somebody may believe that it is.
  private(set) var unread: [Unread] = []

  /// Something in a folder that is passed over.
  struct Unread {
    /// Why it is passed over.
    enum Cause {
      /// Its name does not end as that of a rule file.
      case otherName
      /// A link to a folder, which is not followed: it may lead anywhere, and back here.
      case linkToFolder
      /// Neither a file nor a folder, such as a pipe.
      case noFile
    }
    /// The path below the folder.
    var name: String
    var cause: Cause
  }

  /// Lists the files below `folder` that end in `.yaml` or `.yml`; `nil` when the folder cannot be read.
  ///
  /// Whatever starts with a dot belongs to other programs, and a page of notes (`.md`) to people: neither is reported.
  ///
  /// `skipped`: the name of a folder directly below that is left out with all that it holds.
  init?(_ folder: String, skipping skipped: String? = nil) {
    guard let all = Disk.names(in: folder) else { return nil }
    // Folders are listed when their turn comes: they may stand in each other as deep as the disk allows.
    var open = all.filter { $0 != skipped }
    while let name = open.popLast() {
      if name.split(separator: "/").last?.hasPrefix(".") ?? false { continue }
      let path = "\(folder)/\(name)"
      let kind = Disk.kind(of: path, following: false)
      if kind == .folder {
        open += (Disk.names(in: path) ?? []).map { "\(name)/\($0)" }
      } else {
        add(name, kind, at: path)
      }
    }
    names.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    unread.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  private mutating func add(_ name: String, _ kind: Disk.Kind?, at path: String) {
    if kind == .link, Disk.isFolder(path) {
      unread.append(Unread(name: name, cause: .linkToFolder))
    } else if kind != .file, kind != .link {
      unread.append(Unread(name: name, cause: .noFile))
    } else if name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
      names.append(name)
    } else if !name.lowercased().hasSuffix(".md") {
      unread.append(Unread(name: name, cause: .otherName))
    }
  }
}

extension FolderListing.Unread {
  /// A warning about it, in a file of its own among the sources: `path` is relative to the rule folder, `shownPath` is
  /// what people read.
  func warning(path: String, shownAs shownPath: String, in sources: inout SourceMap) -> Diagnostic {
    let file = sources.add(path: path, shownAs: shownPath, bytes: [])
    let range = SourceRange(file: file, start: 0, end: 0)
    switch cause {
    case .otherName:
      return Diagnostic(
        "unread-file", severity: .warning, at: range, "this file is not read", expected: "a name that ends in .yaml",
        hint: "rename it, or keep it in another folder")
    case .linkToFolder:
      return Diagnostic(
        "unread-file", severity: .warning, at: range, "this link to a folder is not followed",
        expected: "files, and folders that stand here themselves", hint: "name the folder under 'uses:' of the manifest"
      )
    case .noFile:
      return Diagnostic(
        "unread-file", severity: .warning, at: range, "this is no file, and is not read",
        expected: "files and folders")
    }
  }
}
