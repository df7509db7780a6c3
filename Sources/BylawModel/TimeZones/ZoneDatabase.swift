#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The system's copy of the IANA time zone database.
enum ZoneDatabase {
  /// Where the files lie; names of zones are paths below it.
  private static let directory = "/usr/share/zoneinfo/"
  /// No file of a zone comes near this size, in bytes.
  private static let greatestSize = 1 << 20

  /// The bytes of a zone's file; `nil` when the name is none, or the database does not have it.
  static func read(_ identifier: String) -> [UInt8]? {
    guard isName(identifier), let file = fopen(directory + identifier, "rb") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 8_192)
    while bytes.count <= greatestSize {
      let count = fread(&buffer, 1, buffer.count, file)
      guard count > 0 else { return ferror(file) == 0 ? bytes : nil }
      bytes.append(contentsOf: buffer.prefix(count))
    }
    return nil
  }

  /// Whether a text has the form of a zone's name: words of letters, digits, `_`, `+` and `-`, joined by `/`.
  ///
  /// That leaves no way out of the directory. Zones that depend on the machine, and the doubles under `posix/` and
  /// `right/` (which count leap seconds), are no names.
  private static func isName(_ identifier: String) -> Bool {
    let words = identifier.split(separator: "/", omittingEmptySubsequences: false)
    guard identifier.utf8.count <= 64, !["localtime", "posixrules", "posix", "right"].contains(words[0]) else {
      return false
    }
    return words.allSatisfy { word in
      guard let first = word.utf8.first, (0x41...0x5A).contains(first & ~0x20) else { return false }
      return word.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
          || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
      }
    }
  }
}
