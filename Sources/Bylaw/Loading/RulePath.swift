/// Paths as rule sets write them: with `/`, and `..` for the folder above.
enum RulePath {
  /// The path of `name` seen from where `folder` is seen from, without `.` and without `..` behind a name.
  ///
  /// An absolute `name` stays as it is; an empty folder, or `.`, is the place itself.
  static func join(_ folder: String, _ name: String) -> String {
    let isAbsolute = name.hasPrefix("/") || folder.hasPrefix("/")
    var parts: [Substring] = []
    let all =
      name.hasPrefix("/") ? name.split(separator: "/") : folder.split(separator: "/") + name.split(separator: "/")
    for part in all where part != "." {
      if part == "..", let last = parts.last, last != ".." {
        parts.removeLast()
      } else if part != ".." || !isAbsolute {
        parts.append(part)
      }
    }
    return (isAbsolute ? "/" : "") + parts.joined(separator: "/")
  }
}
