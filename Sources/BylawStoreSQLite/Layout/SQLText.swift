/// Names and constants of the schema as SQL writes them.
///
/// Values of records are always bound, never written.
enum SQLText {
  /// A name in quotes.
  static func name(_ name: String) -> String { "\"" + doubled("\"", in: name) + "\"" }

  /// A text constant.
  static func text(_ text: String) -> String { "'" + doubled("'", in: text) + "'" }

  private static func doubled(_ quote: Character, in text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      result.unicodeScalars.append(scalar)
      if Character(scalar) == quote { result.append(quote) }
    }
    return result
  }

  /// A name that no other of the same place has, whatever the case of its letters, as SQL does not tell case.
  ///
  /// - `taken`: The names so far, in small letters; gets the new one.
  static func unique(_ name: String, position: Int, taken: inout Set<String>) -> String {
    let isReserved = ["sqlite_", "bylaw_"].contains { name.lowercased().hasPrefix($0) }
    var unique = isReserved ? "$" + name : name
    if taken.contains(unique.lowercased()) { unique += "$\(position)" }
    taken.insert(unique.lowercased())
    return unique
  }
}
